"""Scenario discovery: the regions of a design that answer a question, their limits, and the trade-off."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.discovery import CART, PRIM, Discovery
from sim.analysis.factor_names import factor_name
from sim.view.blocks import Block, Chart, Choice, Missing, Text
from sim.view.figures.design_charts import plain_words
from sim.view.figures.discovery_charts import Frames, around, box_limits, tradeoff
from sim.view.number_format import percent
from sim.view.tables import Cell, Table, Value, columns, text

_MOST_FRAMES = 14  # steps of a pass that the slider goes through
_MOST_BOXES = 4  # that have a panel of their own
_CHOSEN = "A diamond is the chosen step."
_NOT_CHOSEN = "No step is dense enough to be chosen; the slider starts at the densest."
HOW_TO_READ = (
    "Points of interest are those at which the first column is true. Density is the share of a region's "
    "points that are of interest; coverage is the share of all points of interest that it holds. Boxes are "
    "found one after another (PRIM): a later box counts only points that no earlier box holds. Leaves divide "
    "the whole space (CART). A quasi-p value belongs to one limit of a box: it is the probability of so many "
    "points of interest in the box if that limit made no difference."
)


def regions(found: Discovery, values: pd.DataFrame, only: str | None = None) -> list[Block]:
    """All questions in a table, then the charts of each that has a box. `values`: the design's, by point.

    `only` is the code of the one question to show.
    """
    found = _in_plain_words(found, values)
    mine = found.regions if only is None else found.regions[found.regions["question"] == only]
    blocks: list[Block] = [_table(mine)]
    for number, (code, rows) in enumerate(mine.groupby("question", sort=False)):
        if (rows["method"] == PRIM).any() and len(_of(found.tradeoff, str(code))):
            blocks += _charts(found, str(code), str(rows["words"].iloc[0]), values, number)
    return blocks


def _in_plain_words(found: Discovery, values: pd.DataFrame) -> Discovery:
    """The same with the names of factors and of their values instead of paths and codes."""
    names = {str(path): factor_name(str(path)) for path in values.columns}
    for column in values.select_dtypes(exclude="number"):
        names |= {str(value): plain_words(value) for value in values[column].unique()}
    any_code = "|".join(re.escape(code) for code in sorted(names, key=len, reverse=True))
    coded = re.compile(rf"(?<![\w.])(?:{any_code})(?![\w.])")

    def named(column: "pd.Series[Any]") -> "pd.Series[Any]":
        return column.map(lambda words: coded.sub(lambda code: names[code[0]], words), na_action="ignore")

    return replace(
        found,
        regions=found.regions.assign(region_words=named(found.regions["region_words"])),
        tradeoff=found.tradeoff.assign(box_words=named(found.tradeoff["box_words"])),
    )


def _table(rows: pd.DataFrame) -> Table:
    """A line a region: of leaves, those in which points of interest are the majority."""
    lines: list[list[Value]] = []
    last = None
    for row in rows.to_dict("records"):
        if row["method"] == CART and not row["density"] >= 0.5:
            continue
        asked = f"{row['words']} ({int(row['all_cases']):,} of {int(row['all_points']):,} points)"
        head = Cell(asked, strong=True) if row["question"] != last else Cell("")
        last = row["question"]
        note = str(row["note"]) if isinstance(row["note"], str) else ""
        if pd.isna(row["region"]):
            none = "No box" if row["method"] == PRIM else "No region"
            lines.append([head, Cell(none, detail=note), None, None, None])
            continue
        name = f"{'Box' if row['method'] == PRIM else 'Leaf'} {int(row['region'])}"
        words = Cell(f"{name}: {row['region_words']}", detail=note if head.text else "")
        base = f"of all points: {percent(row['all_cases'] / row['all_points'])}"
        figures = [percent(row[one]) for one in ("coverage", "share")]
        lines.append([head, words, Cell(percent(row["density"]), base), *figures])
    heads = columns("Where is this so?", "Region", ">Density", ">Coverage", ">Of all points")
    return Table("Regions", heads, lines, HOW_TO_READ)


def _of(table: pd.DataFrame, code: str) -> pd.DataFrame:
    return table[table["question"] == code]


def _charts(found: Discovery, code: str, words: str, values: pd.DataFrame, number: int) -> Iterable[Block]:
    steps, limits = _of(found.tradeoff, code), _of(found.steps, code)
    frames, start = _frames(steps)
    by_frame = {name: limits[(limits["pass"] == a) & (limits["step"] == b)] for name, a, b in frames}
    factors = list(dict.fromkeys(str(one) for frame in by_frame.values() for one in frame["factor"]))
    if not factors:
        yield Missing("the boxes", f"No limit tells anything about: {words}.")
        return
    figures = [tradeoff(steps, frames, start), box_limits(by_frame, frames, start, factors)]
    labels = {name: f"pass {a}, step {b}" for name, a, b in frames}
    read = (
        "Left: every box on PRIM's way from all points (right end) to a small box (left end), one line for "
        "each pass. "
        f"{_CHOSEN if steps['chosen'].any() else _NOT_CHOSEN} Right: the limits of the box that the slider "
        "names (ring on the left) with quasi-p values; limits that could be chance are already dropped. Move "
        "the slider to trade coverage for density."
    )
    choice = Choice("Box", labels, slider=True, start=frames[start][0])
    yield Text(f"<strong>Where is this so: {text(words)}?</strong>{_one_limit(found, code)}")
    yield Chart(f"tradeoff-{number}", "How sure, and how much of it?", read, figures, choice, width=430)
    yield from _panels(found, code, values, number)


def _one_limit(found: Discovery, code: str) -> str:
    """A box with one limit in a sentence, as HTML: a chart of it shows no more."""
    regions = _of(found.regions, code)
    boxes = regions[regions["method"] == PRIM]
    if len(boxes) != 1 or pd.isna(boxes["region"].iloc[0]):  # a row without a region says that there is none
        return ""
    row = boxes.iloc[0]
    if not 0 < len(_of(found.limits, code).query("method == @PRIM")) < 2:
        return ""
    base = percent(row["all_cases"] / row["all_points"])
    return (
        f" One limit says it: where {text(str(row['region_words']))}, {percent(row['density'])} of the "
        f"points are of interest, against {base} of all points; {percent(row['coverage'])} of them lie there."
    )


def _frames(steps: pd.DataFrame) -> tuple[Frames, int]:
    """Steps for the slider, evenly from each pass and always the chosen one; and where it starts.

    It starts at the chosen one, or at the densest where none is dense enough to be chosen.
    """
    out: list[tuple[str, int, int]] = []
    densities: list[float] = []
    for number, mine in steps.groupby("pass"):
        picked = set(np.linspace(0, len(mine) - 1, min(len(mine), _MOST_FRAMES)).round().astype(int).tolist())
        picked |= set(np.flatnonzero(mine["chosen"].astype(bool)).tolist())
        for k in sorted(picked):
            row = mine.iloc[k]
            mark = "*" if bool(row["chosen"]) else ""
            out.append((f"{number}.{int(row['step'])}{mark}", int(str(number)), int(row["step"])))
            densities.append(float(row["density"]))
    chosen = [k for k, (name, _, _) in enumerate(out) if name.endswith("*")]
    return out, chosen[0] if chosen else int(np.nanargmax(densities))


def _panels(found: Discovery, code: str, values: pd.DataFrame, number: int) -> Iterable[Block]:
    limits = _of(found.limits, code)
    points = _of(found.points, code).set_index("point")
    boxes = limits[limits["method"] == PRIM]
    figures = []
    for region, mine in list(boxes.groupby("region"))[:_MOST_BOXES]:
        two = _two(mine, values)
        if two is None:
            continue
        rows = values.loc[points.index, list(two)].assign(
            case=points["case"],
            outcome=points["value"],
            elsewhere=_elsewhere(mine, two, values.loc[points.index]),
        )
        figures.append(around(rows, *two, _corners(mine, two, values), f"Box {int(float(str(region)))}"))
    if figures:
        read = (
            "Each panel shows a box over its two strongest factors. Points that another limit of the box "
            "excludes are faint. Hover over a point for its number and outcome."
        )
        yield Chart(f"boxes-{number}", "Which points are in the boxes?", read, figures, width=380)


def _two(limits: pd.DataFrame, values: pd.DataFrame) -> tuple[str, str] | None:
    """The two strongest factors of a box; of a box with one, any other factor beside it."""
    names = [str(one) for one in limits["factor"]]
    names += [str(one) for one in values.columns if str(one) not in names and values[one].nunique() > 1]
    return (names[0], names[1]) if len(names) > 1 else None


def _elsewhere(limits: pd.DataFrame, two: Sequence[str], values: pd.DataFrame) -> np.ndarray:
    """Which points a limit on another factor excludes."""
    out = np.zeros(len(values), bool)
    for row in limits.to_dict("records"):
        if row["factor"] in two:
            continue
        column = values[row["factor"]]
        if isinstance(row["levels"], str) and row["levels"]:
            out |= ~column.astype(str).isin(row["levels"].split("|")).to_numpy()
            continue
        if not pd.api.types.is_numeric_dtype(column):
            column = column.astype(str)  # dates sort as text
        out |= ~((column >= _side(row, "low")) & (column <= _side(row, "high"))).to_numpy()
    return out


def _side(row: dict[Any, Any], side: str) -> Any:
    """A limit as the design writes the factor's values: a number, or a date."""
    words = row[f"{side}_words"]
    dated = any(_is_date(row[f"{one}_words"]) for one in ("low", "high"))
    if pd.isna(row[side]):
        return ("0000" if side == "low" else "9999") if dated else (-np.inf if side == "low" else np.inf)
    return words if dated else float(row[side])


def _is_date(words: Any) -> bool:
    return isinstance(words, str) and len(words) == 10 and words[4:8:3] == "--"


def _corners(limits: pd.DataFrame, two: Sequence[str], values: pd.DataFrame) -> tuple[list[Any], list[Any]]:
    """The box over two factors, as a closed line; empty if one of them has no order."""
    ends = []
    by_factor = {str(row["factor"]): row for row in limits.to_dict("records")}
    for name in two:
        column, row = values[name], by_factor.get(name)
        if row is not None and isinstance(row["levels"], str) and row["levels"]:
            return [], []
        low, high = column.min(), column.max()
        if row is not None:
            low = low if pd.isna(row["low"]) else _side(row, "low")
            high = high if pd.isna(row["high"]) else _side(row, "high")
        ends.append((_plain(low), _plain(high)))
    (left, right), (bottom, top) = ends
    return [left, right, right, left, left], [bottom, bottom, top, top, bottom]


def _plain(value: Any) -> Any:
    return float(value) if isinstance(value, int | float | np.number) else str(value)

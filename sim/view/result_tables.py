"""The tables that the command, the report and the API all show: headlines and claims."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.view.number_format import (
    POINTS,
    Scale,
    decimals_for,
    decimals_of,
    estimate,
    largest_of,
    missing,
    number,
    percent,
    scale_for,
    with_unit,
)
from sim.view.tables import Cell, Table, Tone, Value, columns

if TYPE_CHECKING:
    import pandas as pd

# Units that are scaled (USD to USD bn, shares to percent) and printed with each number; others are under the
# name.
SCALED = ("USD", "share", "TB")
TONES: Mapping[str, Tone] = {
    **dict.fromkeys(("holds", "survives", "model better"), "good"),
    **dict.fromkeys(("fails", "misses", "does not survive", "rival better"), "bad"),
    **dict.fromkeys(("inconclusive", "cannot say", "not told apart", "too few to rank"), "open"),
}


def headlines_table(headlines: "pd.DataFrame", labels: Sequence[str]) -> Table:
    """The headline numbers of the compared worlds, their difference (second minus first) and its 95%
    interval.

    `headlines`: the rows of headlines.csv; `labels`: the two worlds, or none where there is no comparison.
    """
    rows = headlines.to_dict("records")
    if not labels:
        single: list[list[Value]] = [
            [_name(row), str(row["window"]), *levels(row, ("value_a",))] for row in rows
        ]
        return Table("Headlines of one world", columns("Headline", "Window", ">Value"), single)
    heads = columns(
        "Headline", "Window", *(f">{label}" for label in labels), ">Difference", ">95% interval", "Verdict"
    )
    note = (
        f"Difference: {labels[1]} minus {labels[0]}, within pairs of runs that share a seed. The interval "
        f"is over {_pairs(headlines)}. A difference in bold has an interval that excludes zero."
    )
    return Table("Headline differences", heads, [_headline(row) for row in rows], note)


def _headline(row: Mapping[Any, Any]) -> list[Value]:
    _, change = scales(row)
    difference, interval = estimate(*(row[name] * change.factor for name in ("difference", "low", "high")))
    size = with_unit(difference, change.change if row["unit"] in SCALED or change.change == POINTS else "")
    clear = row["low"] > 0 or row["high"] < 0
    cells: list[Value] = [_name(row), str(row["window"]), *levels(row, ("value_a", "value_b"))]
    return [*cells, Cell(size, strong=bool(clear)), interval, _text(row["verdict"])]


def scales(row: Mapping[Any, Any]) -> tuple[Scale, Scale]:
    """A scale for a headline's levels, and one for its difference."""
    unit = str(row["unit"])
    levels_scale = scale_for(unit, largest_of(row["value_a"], row["value_b"]))
    return levels_scale, scale_for(unit, largest_of(row["difference"], row["low"], row["high"]))


def levels(row: Mapping[Any, Any], names: Iterable[str]) -> list[str]:
    """A headline's values in the worlds, to the decimals of its interval.

    Without an interval, to the decimals of the largest value.
    """
    names, (scale, _) = tuple(names), scales(row)
    decimals = (
        decimals_for(largest_of(*(row[name] for name in names)) * scale.factor)
        if missing(row["low"]) or missing(row["high"])
        else decimals_of(row["low"] * scale.factor, row["high"] * scale.factor)
    )
    unit = scale.title if row["unit"] in SCALED else ""
    return [with_unit(number(row[name] * scale.factor, decimals=decimals), unit) for name in names]


def _name(row: Mapping[Any, Any]) -> Cell:
    unit = {"0-1": "on a scale of 0 to 1"}.get(row["unit"], str(row["unit"]))
    return Cell(str(row["name"]), "" if row["unit"] in SCALED else unit)


def _pairs(headlines: "pd.DataFrame") -> str:
    counts = sorted({int(value) for value in headlines["pairs"].dropna()})
    if not counts:
        return "the pairs"
    return f"{counts[0]:,} pairs" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,} pairs"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def claims_table(
    rows: Sequence[Mapping[Any, Any]],
    labels: Mapping[str, str] | None = None,
    place: Callable[[str], str] = str,
) -> Table:
    """The claims with their verdicts; of a design, at how many of its points each claim holds.

    `rows`: the rows of claims.csv. `labels` names the worlds, `place` the countries; without them their codes
    are shown.
    """
    of_design = bool(rows) and "points" in rows[0]
    numbers = (
        (">Holds", ">Inconclusive", ">Fails", ">Mean agrees")
        if of_design
        else (">Difference", ">95% interval", "Unit")
    )
    note = (
        "Mean agrees: the share of points at which the mean agrees with the claim, whatever its interval."
        if of_design
        else "The difference is over pairs of worlds that share a seed, with its 95% interval. A claim "
        "holds if the whole interval agrees with it, and fails if the whole interval contradicts it."
    )
    heads = columns("Claim", "Expected", *numbers, "Verdict", ">Failed pairs" if of_design else ">Pairs")
    return Table("Claims", heads, [_claim(row, of_design, labels or {}, place) for row in rows], note)


def _claim(
    row: Mapping[Any, Any], of_design: bool, labels: Mapping[str, str], place: Callable[[str], str]
) -> list[Value]:
    world, against = (labels.get(row[name], str(row[name])) for name in ("world", "against"))
    where = f"{row['measure']} ({row['over']}), {place(str(row['country']))}, {row['window']}"
    first: list[Value] = [str(row["claim"]), Cell(f"{world} {row['expect']} {against}", where)]
    if of_design:
        counts: list[Value] = [int(row[name]) for name in ("holds", "inconclusive", "fails")]
        return [*first, *counts, percent(row["share_mean_agrees"]), verdict(row), int(row["failed"])]
    values = [row[name] for name in ("difference", "low", "high")]
    scale = scale_for(str(row["unit"]), largest_of(*values))
    difference, interval = estimate(*(value * scale.factor for value in values))
    return [*first, difference, interval, scale.change, verdict(row), int(row["pairs"])]


def verdict(row: Mapping[Any, Any]) -> Cell:
    """The verdict with what would settle it."""
    word, details = str(row["verdict"]), []
    further: Any = row.get("further_seeds")
    if _text(row.get("note")):
        details.append(str(row["note"]))
    elif word == "inconclusive" and "points" not in row:
        details.append(
            "no number of seeds would be conclusive"
            if missing(further)
            else f"about {int(further):,} more {'seed' if further == 1 else 'seeds'} would be conclusive"
        )
    if row.get("failed") and "points" not in row:
        details.append(f"{int(row['failed']):,} failed pairs left out")
    return verdict_cell(word, ", ".join(details))


def verdict_cell(word: str, detail: str = "") -> Cell:
    """A verdict, in its colour on a terminal."""
    return Cell(word, detail, strong=True, tone=TONES.get(word, ""))

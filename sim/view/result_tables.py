"""The tables that the command, the report and the API all show: headlines and claims."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.calibration.inputs import questions
from sim.view.labels import measure_name
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
    span,
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


def headlines_table(headlines: "pd.DataFrame", labels: Sequence[str], folded: bool = False) -> Table:
    """The headline numbers of the compared worlds, and their difference (second minus first) with its 95%
    interval of luck alone.

    `headlines`: the rows of headlines.csv; `labels`: the two worlds, or none where there is no comparison.
    """
    rows = headlines.to_dict("records")
    if not labels:
        single: list[list[Value]] = [
            [_name(row), str(row["window"]), *levels(row, ("value_a",))] for row in rows
        ]
        return Table("Headlines of one world", columns("Headline", "Window", ">Value"), single)
    heads = columns(
        "Headline",
        "Window",
        *(f">{label}" for label in labels),
        ">Difference",
        ">95% interval, luck alone",
        "Verdict",
    )
    note = (
        f"Difference: {labels[1]} minus {labels[0]}, within pairs of runs that share a seed, at fixed "
        f"parameters. {_interval(headlines)}"
    )
    return Table("Both worlds, luck alone", heads, [_headline(row) for row in rows], note, folded)


def uncertainty_table(
    uncertainty: "pd.DataFrame",
    headlines: "pd.DataFrame",
    labels: Sequence[str],
    varied: "pd.DataFrame | None" = None,
) -> Table:
    """The headline differences over joint draws: middle, 90% interval and sign; luck alone stands behind.

    `uncertainty`: the rows of uncertainty.csv; `headlines`: those of headlines.csv; `varied`: of varied.csv.
    """
    luck = {str(row["headline"]): row for row in headlines.to_dict("records")}
    rows = uncertainty.to_dict("records")
    heads = columns("Headline", ">Middle value", ">90% (50%) interval", ">Same sign", ">Luck alone, 95%")
    draws = int(uncertainty["draws"].max())
    note = (
        f"Difference: {labels[1]} minus {labels[0]}. Middle value, 90% and 50% intervals: over {draws:,} "
        f"{'draw' if draws == 1 else 'draws'} of the parameters, each with luck of its own, so they hold "
        "luck, fit and judgement; in bold where the 90% interval excludes zero. Same sign: the share of "
        "draws with the sign of the middle value, given the ranges of the parameters. "
        f"{_deciders(rows)}{_held(varied)}"
        f"Luck alone: fixed parameters, over {_pairs(headlines)}.{_apart(rows, luck)}"
    )
    return Table(
        "Headline differences",
        heads,
        [_over_draws(row, luck.get(str(row["headline"]))) for row in rows],
        note,
    )


NEGLIGIBLE = 0.005  # in the unit that is shown: less than this is no difference worth a word


def is_negligible(row: Mapping[Any, Any]) -> bool:
    """Whether a headline over draws differs by nothing that anybody could notice, or is not known."""
    values = [row[name] for name in ("median", "low90", "high90")]
    return largest_of(*values) * scale_for(str(row["unit"]), largest_of(*values)).factor < NEGLIGIBLE


def side_of_draws(row: Mapping[Any, Any], luck: Mapping[Any, Any] | None) -> int:
    """Where most draws lie, seen from the difference at fixed parameters: 1 above it, -1 below it.

    0 where that difference is among the middle half of the draws, or nothing is known of it.
    """
    if luck is None or is_negligible(row):
        return 0
    return int(luck["difference"] < row["low50"]) - int(luck["difference"] > row["high50"])


def _apart(rows: Sequence[Mapping[Any, Any]], luck: Mapping[str, Mapping[Any, Any]]) -> str:
    """Which headlines differ much between fixed parameters and draws, and why, in sentences."""
    apart = [str(row["name"]) for row in rows if side_of_draws(row, luck.get(str(row["headline"])))]
    if not apart:
        return ""
    return (
        " The fixed parameters are by default the best point of the fit, and with other draws an effect may "
        "be larger or smaller. The difference at fixed parameters lies outside the middle half of the draws "
        "for: "
        f"{'; '.join(apart)}."
    )


def _over_draws(row: Mapping[Any, Any], luck: Mapping[Any, Any] | None) -> list[Value]:
    values = [row[name] for name in ("median", "low90", "high90")]
    scale = scale_for(str(row["unit"]), largest_of(*values))
    name = Cell(str(row["name"]), ", ".join(filter(None, (scale.change, str(row["window"])))))
    if is_negligible(row):
        return [name, "about 0", None, None, None]
    middle, ends = estimate(*(value * scale.factor for value in values))
    decimals = decimals_of(row["low90"] * scale.factor, row["high90"] * scale.factor)
    # a row has the decimals of its widest interval, and luck alone one more
    behind = _luck(luck, scale, decimals + 1) if luck is not None else None
    sure = row["low90"] > 0 or row["high90"] < 0
    half = span(row["low50"] * scale.factor, row["high50"] * scale.factor, True, decimals)
    # 100% is said of all draws only, and of a middle value without a sign nothing
    share = percent(math.floor(100 * row["share"]) / 100) if row["median"] else None
    return [name, Cell(middle, strong=bool(sure)), Cell(ends, half), share, behind]


def _luck(row: Mapping[Any, Any], scale: Scale, most: int) -> Cell:
    values = (row[name] * scale.factor for name in ("difference", "low", "high"))
    return Cell(*estimate(*values, most=most))


def _deciders(rows: Sequence[Mapping[Any, Any]]) -> str:
    """Which parameters decide the sign of which headline, in a sentence."""
    asks = questions()
    decided = [
        f"{row['name']} ({', '.join(asks.get(one, one) for one in _parameters(row)[:3])})"
        for row in rows
        if isinstance(row["parameters"], str) and row["parameters"] and not is_negligible(row)
    ]
    return f"The sign depends on single parameters for: {'; '.join(decided)}. " if decided else ""


def _parameters(row: Mapping[Any, Any]) -> list[str]:
    """The parameters that decide a sign, from `a=0.6;b=0.4`."""
    return [one.partition("=")[0] for one in row["parameters"].split(";")]


def _held(varied: "pd.DataFrame | None") -> str:
    """Which values the user holds over all draws, in a sentence."""
    if varied is None:
        return ""
    yours = [str(name) for name in varied.loc[varied["what"] == "held at your value", "parameter"]]
    return f"Held at your value in every draw: {', '.join(yours)}. " if yours else ""


def _headline(row: Mapping[Any, Any]) -> list[Value]:
    _, change = scales(row)
    difference, interval = estimate(*(row[name] * change.factor for name in ("difference", "low", "high")))
    size = with_unit(difference, change.change if row["unit"] in SCALED else "")
    below = POINTS if change.change == POINTS else ""  # beside the number, it would widen the whole table
    clear = row["low"] > 0 or row["high"] < 0
    cells: list[Value] = [_name(row), str(row["window"]), *levels(row, ("value_a", "value_b"))]
    return [*cells, Cell(size, below, strong=bool(clear)), interval, _text(row["verdict"])]


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
    unit = str(row["unit"])
    return Cell(str(row["name"]), "" if unit in SCALED else scale_for(unit, 0.0).title)


def _interval(headlines: "pd.DataFrame") -> str:
    """What the intervals of luck alone hold; one pair gives none."""
    if headlines["pairs"].max() == 1:
        return "There is one pair, which gives no interval."
    return (
        f"The interval holds luck alone, over {_pairs(headlines)}. A difference in bold has an interval that "
        "excludes zero."
    )


def _pairs(headlines: "pd.DataFrame") -> str:
    counts = sorted({int(value) for value in headlines["pairs"].dropna()})
    if not counts:
        return "the pairs"
    return f"{counts[0]:,} pairs" if len(counts) == 1 else f"{counts[0]:,} to {counts[-1]:,} pairs"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


_COUNTED, _MONTHS = "requests", 12
_SIZES = re.compile(r"(within|at least|at most) ([\d.,e+-]+)")
# A headline of a share is over all requests of its window; a claim's is the mean of its months.
_OVER = {"mean": "mean of the months", "sum": "sum", "last": "last month"}


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
        else "The difference is over pairs of worlds that share a seed, with its 95% interval, luck alone. "
        "A claim holds if the whole interval agrees with it, and fails if the whole interval contradicts it."
    )
    heads = columns("Claim", "Expected", *numbers, "Verdict", ">Failed pairs" if of_design else ">Pairs")
    return Table("Claims", heads, [_claim(row, of_design, labels or {}, place) for row in rows], note)


def _claim(
    row: Mapping[Any, Any], of_design: bool, labels: Mapping[str, str], place: Callable[[str], str]
) -> list[Value]:
    world, against = (labels.get(row[name], str(row[name])) for name in ("world", "against"))
    over = _OVER.get(str(row["over"]), str(row["over"]))
    where = f"{measure_name(str(row['measure']))} ({over}), {place(str(row['country']))}, {row['window']}"
    first: list[Value] = [str(row["claim"]), Cell(f"{world} {_expectation(row)} {against}", where)]
    if of_design:
        counts: list[Value] = [int(row[name]) for name in ("holds", "inconclusive", "fails")]
        return [*first, *counts, percent(row["share_mean_agrees"]), verdict(row), int(row["failed"])]
    values, unit = [row[name] for name in ("difference", "low", "high")], str(row["unit"])
    if unit == _COUNTED and row["over"] == "mean" and " by " not in str(row["expect"]):
        values, unit = [_MONTHS * value for value in values], f"{_COUNTED} a year"  # as in the headlines
    scale = scale_for(unit, largest_of(*values))
    difference, interval = estimate(*(value * scale.factor for value in values))
    return [*first, difference, interval, scale.change, verdict(row), int(row["pairs"])]


def _expectation(row: Mapping[Any, Any]) -> str:
    """What is expected; the size of a share in percentage points, as the difference beside it is shown."""
    expect = str(row["expect"])
    return _SIZES.sub(_in_points, expect) if row["unit"] == "share" else expect


def _in_points(found: re.Match[str]) -> str:
    return f"{found[1]} {100.0 * float(found[2].replace(',', '')):,.12g} percentage points"


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

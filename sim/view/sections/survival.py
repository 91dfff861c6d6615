"""Which conclusions are robust to parameter uncertainty."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sim.analysis.calibration.inputs import questions
from sim.analysis.uncertainty.joint_draws import ENOUGH
from sim.view.blocks import Block, Chart, NotThere, Text, section
from sim.view.figures.forest_plot import forest
from sim.view.number_format import (
    Scale,
    difference_in,
    estimate,
    largest_of,
    number,
    percent,
    scale_for,
    span,
)
from sim.view.result_tables import NEGLIGIBLE, verdict_cell
from sim.view.results_view import ResultsView
from sim.view.sections.record_comparison import other_parameters
from sim.view.tables import Cell, Table, Value, columns, records_of, text

ALL = "all"
ARMS = {
    "posterior": "Draws as they are",
    "discount_low": "Few act as stated",
    "discount_high": "Many act as stated",
    "symmetric": "Symmetric trust",
    ALL: "Everywhere",
}


@section("survival", "Which conclusions are robust to parameter uncertainty")
def survival(view: ResultsView) -> Iterable[Block]:
    """Which conclusions survive, what was varied, and what was held."""
    frame = view.summary("survival")
    if frame is None:
        raise NotThere(
            "which conclusions are robust to parameter uncertainty",
            "Run `warrantsim survive`, which uses the posterior of the fit.",
        )
    together, arms = frame[frame["arm"] == ALL], frame[frame["arm"] != ALL]
    yield Text(
        "The same two worlds run over the same draws of the parameters, once as they are and again with one "
        f"quantity held at an end of its range. Each of these is an arm. {_counted(together)} This says "
        "nothing about what was not varied."
    )
    yield from other_parameters(view, frame)
    yield arms_table(frame)
    colour = view.compare[1].colour if view.compare else "#333333"
    figures, same = [], []
    for _, group in arms.groupby("headline", sort=False):
        first = records_of(group)[0]
        scale = _scale(group)
        if largest_of(*group["median"], *group["low"], *group["high"]) * scale.factor < NEGLIGIBLE:
            same.append(str(first["name"]))
            continue
        dots = group.assign(name=group["arm"].map(lambda arm: ARMS.get(arm, arm)), difference=group["median"])
        full = (float(first["median"]), float(first["low"]), float(first["high"]))
        unit = difference_in(scale.change)
        figures.append(forest(dots[1:], full, str(first["name"]), unit, scale.factor, colour, hover="%{y}"))
    read = (
        "A dot is the median over draws of the difference between the worlds, the line the middle 90% of "
        "the draws. The dark line and grey band are the draws as they are; the dotted line is zero."
        + (f" Next to no difference in any arm, and not drawn: {text('; '.join(same))}." if same else "")
    )
    yield Chart("surviving", "Is the sign robust to parameter uncertainty?", read, figures, legend=False)
    yield survival_table(frame)
    varied = view.summary("varied")
    if varied is not None:
        yield from varied_tables(varied)


def arms_table(frame: pd.DataFrame) -> Table:
    """What each arm holds."""
    arms = _arms(frame[frame["arm"] != ALL])
    rows = [[ARMS.get(arm, arm), what] for arm, what in arms.items()]
    note = (
        "R01 is two pairs of figures, which put what customers did between 2% and 27% of what they had said. "
        "B03 is a study of rulings that people read about, which finds that trust falls no faster than it "
        "rises. Sensitivities say how far choices answer to a perceived risk."
    )
    return Table("What each arm holds", columns("Arm", "Meaning"), rows, note)


def varied_tables(varied: pd.DataFrame) -> list[Table]:
    """What the draws vary, and what they hold."""
    held = varied["what"] == "held"
    moving = [[_varied(row), *_draws(row), _meaning(row)] for row in records_of(varied[~held])]
    fixed = [
        [str(row["parameter"]), row["value"], text_or_none(row["unit"]), text_or_none(row["meaning"])]
        for row in records_of(varied[held])
    ]
    return [
        Table(
            f"What the draws vary: {len(moving):,} entries",
            columns("Parameter", ">Middle value", ">90% interval", "Unit", "Meaning"),
            moving,
            "Over the draws, which agree with the evidence as a whole.",
            folded=True,
            tall=True,
        ),
        Table(
            f"What no draw varies: {len(fixed):,} parameters",
            columns("Parameter", ">Value", "Unit", "Meaning"),
            fixed,
            "Held as well: the law, the timeline, who exists, and how the parts of the model work.",
            folded=True,
            tall=True,
        ),
    ]


def _meaning(row: Mapping[str, Any]) -> str | None:
    """What a parameter asks of the world; of one that the fit does not know, its meaning."""
    return questions().get(str(row["parameter"])) or text_or_none(row["meaning"])


def _varied(row: Mapping[str, Any]) -> Cell:
    """A parameter, and how it is varied where that is not by draws of one value."""
    return Cell(str(row["parameter"]), "" if row["what"] == "varied" else str(row["what"]))


def _draws(row: Mapping[str, Any]) -> list[Value]:
    """Middle value, 90% interval and unit of a parameter over the draws."""
    ends = span(row["low90"], row["high90"])
    return [number(row["median"]), ends, text_or_none(row["unit"])]


def text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def survival_table(frame: pd.DataFrame) -> Table:
    """A line a headline: its conclusion, the verdict over all arms, and that of each arm."""
    together, arms = frame[frame["arm"] == ALL], frame[frame["arm"] != ALL]
    rows = [
        _row(group, together[together["headline"] == headline])
        for headline, group in arms.groupby("headline", sort=False)
    ]
    draws = int(arms["draws"].min())
    few = f" That is too few to say how sure any of this is: at least {ENOUGH}." if draws < ENOUGH else ""
    note = (
        "The conclusion is the sign of the difference over the draws as they are, if the middle 90% of them "
        "exclude zero. It survives an arm if its middle 90% have the same sign, and does not survive if the "
        "median has another sign. Under each verdict: the share of draws with the sign of the conclusion. "
        f"{draws:,} draws in each arm.{few}"
    )
    heads = columns("Headline", "Conclusion", ARMS[ALL], *(ARMS.get(arm, arm) for arm in _arms(arms)))
    return Table("Does each conclusion survive?", heads, rows, note)


def _scale(group: pd.DataFrame) -> Scale:
    return scale_for(str(group["unit"].iloc[0]), largest_of(*group["median"], *group["low"], *group["high"]))


def _counted(together: pd.DataFrame) -> str:
    """How many conclusions survive, in a sentence."""
    verdicts = together["verdict"].value_counts()
    counts = [
        f"{int(verdicts.get(verdict, 0))} {words}"
        for verdict, words in (
            ("survives", "survive in every arm"),
            ("does not survive", "fail in at least one arm"),
        )
    ]
    return (
        f"Of {len(together)} headlines {' and '.join(counts)}; {int(verdicts.get('cannot say', 0))} are open."
    )


def _arms(frame: pd.DataFrame) -> dict[str, str]:
    return {str(row["arm"]): str(row["what"]) for row in records_of(frame)}


def _row(group: pd.DataFrame, together: pd.DataFrame) -> list[Cell]:
    first, scale = records_of(group)[0], _scale(group)
    difference, ends = estimate(*(float(first[name]) * scale.factor for name in ("median", "low", "high")))
    return [
        Cell(str(first["name"]), scale.change),
        Cell(str(first["conclusion"]), f"{difference} ({ends})"),
        verdict_cell(str(together["verdict"].iloc[0])),
        *(Cell(str(row["verdict"]), percent(row["same_sign"])) for row in records_of(group)),
    ]

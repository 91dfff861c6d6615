"""Which conclusions are robust to parameter uncertainty."""

from collections.abc import Iterable

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, Text, section
from sim.view.figures.forest_plot import forest
from sim.view.number_format import Scale, estimate, largest_of, percent, scale_for
from sim.view.result_tables import verdict_cell
from sim.view.results_view import ResultsView
from sim.view.sections.record_comparison import other_parameters
from sim.view.tables import Cell, Table, columns, records_of

ALL = "all"
ARMS = {
    "posterior": "Posterior",
    "discount_low": "Few act as stated",
    "discount_high": "Many act as stated",
    "symmetric": "Symmetric trust",
    ALL: "Everywhere",
}


@section("survival", "Which conclusions are robust to parameter uncertainty")
def survival(view: ResultsView) -> Iterable[Block]:
    """Which conclusions survive."""
    frame = view.summary("survival")
    if frame is None:
        raise NotThere(
            "which conclusions are robust to parameter uncertainty",
            "Run `warrantsim survive`, which uses the posterior of the fit.",
        )
    together, arms = frame[frame["arm"] == ALL], frame[frame["arm"] != ALL]
    yield Text(
        "The intervals of the headlines above cover chance only. Here the same two worlds run over draws "
        "from the posterior, with the same seeds at each draw, and again with one quantity fixed at an "
        f"end of its range. {_counted(together)}"
    )
    yield from other_parameters(view, frame)
    yield arms_table(frame)
    colour = view.compare[1].colour if view.compare else "#333333"
    figures = []
    for _, group in arms.groupby("headline", sort=False):
        first = records_of(group)[0]
        scale = _scale(group)
        dots = group.assign(name=group["arm"].map(lambda arm: ARMS.get(arm, arm)), difference=group["median"])
        full = (float(first["shipped"]), float(first["shipped_low"]), float(first["shipped_high"]))
        unit = f"difference, {scale.change}" if scale.change else "difference"
        figures.append(forest(dots, full, str(first["name"]), unit, scale.factor, colour, hover="%{y}"))
    read = (
        "A dot is the median over draws of the difference between the worlds, the line the middle 90% of "
        "the draws. The dark line and grey band are the shipped parameters with their 95% interval over "
        "seeds; the dotted line is zero."
    )
    yield Chart("surviving", "Is the sign robust to parameter uncertainty?", read, figures, legend=False)
    yield survival_table(frame)


def arms_table(frame: pd.DataFrame) -> Table:
    """What each arm varies, and what it holds."""
    arms = _arms(frame[frame["arm"] != ALL])
    rows = [[ARMS.get(arm, arm), what] for arm, what in arms.items()]
    return Table("What varies and what is fixed", columns("Arm", "Meaning"), rows)


def survival_table(frame: pd.DataFrame) -> Table:
    """A line a headline: its conclusion, the verdict over all arms, and that of each arm."""
    together, arms = frame[frame["arm"] == ALL], frame[frame["arm"] != ALL]
    rows = [
        _row(group, together[together["headline"] == headline])
        for headline, group in arms.groupby("headline", sort=False)
    ]
    draws, seeds = int(arms["draws"].min()), int(arms["seeds"].max())
    note = (
        "The conclusion is the sign of the difference at the shipped parameters, if its 95% interval over "
        "seeds excludes zero. It survives if the middle 90% of the draws have the same sign, and does not "
        "survive if the median has another sign. Otherwise, or without a conclusion, the verdict is open. "
        f"Percentages: draws with the conclusion's sign, of at least {draws} draws with {seeds} seeds "
        "each."
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
    difference, ends = estimate(
        *(float(first[name]) * scale.factor for name in ("shipped", "shipped_low", "shipped_high"))
    )
    return [
        Cell(str(first["name"]), scale.change),
        Cell(str(first["conclusion"]), f"{difference} ({ends})"),
        verdict_cell(str(together["verdict"].iloc[0])),
        *(Cell(str(row["verdict"]), percent(row["same_sign"])) for row in records_of(group)),
    ]

"""Which conclusions survive what is not known about the parameters."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.markdown import records_of
from sim.view.blocks import Block, Chart, Missing, Section, Table, Text, text
from sim.view.figures.forest_plot import forest
from sim.view.number_format import DASH, Scale, estimate, largest_of, scale_for
from sim.view.results_view import ResultsView
from sim.view.sections.record_comparison import other_parameters

ALL = "all"
ARMS = {
    "posterior": "Posterior",
    "discount_low": "Little done of said",
    "discount_high": "Much done of said",
    "symmetric": "Symmetric trust",
    ALL: "Everywhere",
}


def survival(view: ResultsView) -> Section:
    """Which conclusions survive."""
    return Section("survival", "Which conclusions survive what is not known", list(_survival(view)))


def _survival(view: ResultsView) -> Iterable[Block]:
    frame = view.summary("survival")
    if frame is None:
        yield Missing(
            "which conclusions survive the uncertainty of parameters",
            "`warrantsim survive` finds out, with the posterior of the fit.",
        )
        return
    together, arms = frame[frame["arm"] == ALL], frame[frame["arm"] != ALL]
    yield Text(
        "The headlines above hold luck only. Here the same two worlds run over draws of the posterior, with the same seeds at each draw, and again with one "
        f"thing held at its end. {_counted(together)}"
    )
    yield from other_parameters(view, frame)
    yield Table(
        "What is varied, and what is held",
        ["Arm", "What it is"],
        [[text(ARMS.get(arm, arm)), text(what)] for arm, what in _arms(arms).items()],
    )
    colour = view.compare[1].colour if view.compare else "#333333"
    figures, rows = [], []
    for headline, group in arms.groupby("headline", sort=False):
        first = records_of(group)[0]
        scale = scale_for(str(first["unit"]), largest_of(*group["median"], *group["low"], *group["high"]))
        dots = group.assign(name=group["arm"].map(lambda arm: ARMS.get(arm, arm)), difference=group["median"])
        full = (float(first["shipped"]), float(first["shipped_low"]), float(first["shipped_high"]))
        unit = f"difference, {scale.change}" if scale.change else "difference"
        figures.append(forest(dots, full, str(first["name"]), unit, scale.factor, colour, hover="%{y}"))
        rows.append(_row(group, together[together["headline"] == headline], scale))
    read = (
        "A dot is the median over draws of the difference between the worlds, the line the middle 90% of the draws. The dark line and grey band are the "
        "parameters as shipped, with their 95% interval over seeds; the dotted line is zero."
    )
    yield Chart("surviving", "Does the sign hold over what is not known?", read, figures, legend=False)
    draws, seeds = int(arms["draws"].min()), int(arms["seeds"].max())
    read = (
        "The conclusion is the sign at the shipped parameters, where the 95% interval over seeds leaves out zero. It survives where the middle 90% of "
        "the draws are on its side of zero; it does not survive where the median is not; between the two, or without a conclusion, nobody can say. "
        f"Percentages: draws that have the conclusion's sign, of {draws} at least, {seeds} seeds each."
    )
    yield Table(
        "Does each conclusion survive?",
        ["Headline", "Conclusion", ARMS[ALL], *(ARMS.get(arm, arm) for arm in _arms(arms))],
        rows,
        read,
    )


def _counted(together: pd.DataFrame) -> str:
    """How many conclusions survive, in a sentence."""
    verdicts = together["verdict"].value_counts()
    said = [
        f"{int(verdicts.get(verdict, 0))} {words}"
        for verdict, words in (
            ("survives", "survive everywhere"),
            ("does not survive", "do not survive somewhere"),
        )
    ]
    return f"Of {len(together)} headlines {' and '.join(said)}; of {int(verdicts.get('cannot say', 0))} nobody can say."


def _arms(frame: pd.DataFrame) -> dict[str, str]:
    return {str(row["arm"]): str(row["what"]) for row in records_of(frame)}


def _row(group: pd.DataFrame, together: pd.DataFrame, scale: Scale) -> list[str]:
    first = records_of(group)[0]
    difference, ends = estimate(
        *(float(first[name]) * scale.factor for name in ("shipped", "shipped_low", "shipped_high"))
    )
    cells = []
    for row in records_of(group):
        share = f"{row['same_sign']:.0%}" if pd.notna(row["same_sign"]) else DASH
        cells.append(f'{text(row["verdict"])}<br><span class="quiet">{share}</span>')
    named = f'{text(first["name"])}<br><span class="quiet">{text(scale.change)}</span>'
    whole = f"<strong>{text(together['verdict'].iloc[0])}</strong>"
    return [
        named,
        f'{text(first["conclusion"])}<br><span class="quiet">{difference} ({ends})</span>',
        whole,
        *cells,
    ]

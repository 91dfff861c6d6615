"""The headline differences over draws of the fit, beside charts whose bands hold luck alone."""

from collections.abc import Sequence
from typing import Any

from sim.analysis.uncertainty.joint_draws import ENOUGH
from sim.view.figures.style import Figure
from sim.view.figures.time_series import with_draws
from sim.view.number_format import estimate, largest_of, scale_for, with_unit
from sim.view.result_tables import is_negligible, side_of_draws
from sim.view.results_view import ResultsView
from sim.view.tables import records_of, text


def over_draws(view: ResultsView, code: str) -> dict[str, Any] | None:
    """A headline's row over draws of the fit; None without enough of them, or where the page is about
    something else."""
    frame = view.summary("uncertainty")
    if frame is None or view.compare is None or view.only is not None:
        return None
    rows = [row for row in records_of(frame) if row["headline"] == code and row["draws"] >= ENOUGH]
    return rows[0] if rows else None


def beyond_luck(view: ResultsView, *codes: str) -> str:
    """A sentence, as HTML, for the caption of a chart of luck alone: the differences over draws of the fit.

    Empty where there are none.
    """
    rows = [row for code in codes if (row := over_draws(view, code)) is not None]
    if not rows or view.compare is None:
        return ""
    a, b = view.compare
    return (
        f" <strong>That is not the whole uncertainty.</strong> Over {int(rows[0]['draws']):,} draws of the "
        f"fit, {text(b.label)} minus {text(a.label)} is: {'; '.join(_told(row) for row in rows)}."
        f"{_why_apart(view, rows)}"
    )


def beside_draws(view: ResultsView, figure: Figure, code: str, colour: str) -> tuple[Figure, str]:
    """A chart of a difference with a bar for its headline over draws at the right, and what the bar means."""
    row = over_draws(view, code)
    if row is None:
        return figure, ""
    scale = scale_for(str(row["unit"]), largest_of(row["median"], row["low90"], row["high90"]))
    values = {name: row[name] * scale.factor for name in ("low90", "low50", "median", "high50", "high90")}
    words = (
        " <strong>The bar at the right holds luck, the fit and what was judged:</strong> over "
        f"{int(row['draws']):,} draws of the fit, {_told(row)}; its thick part holds half of the draws."
        f"{_why_apart(view, [row])}"
    )
    return with_draws(figure, values, int(row["draws"]), colour), words


def _why_apart(view: ResultsView, rows: Sequence[dict[str, Any]]) -> str:
    """Why a chart at fixed parameters shows less or more than most draws do, as HTML; empty where it does
    not."""
    headlines = view.summary("headlines")
    luck = {str(row["headline"]): row for row in records_of(headlines)} if headlines is not None else {}
    told = []
    for row in rows:
        fixed = luck.get(str(row["headline"]))
        side = side_of_draws(row, fixed)
        if fixed is not None and side:
            scale = scale_for(str(row["unit"]), largest_of(row["median"], row["low90"], row["high90"]))
            values = (fixed["difference"], row["low90"], row["high90"])  # rounded as the draws beside it are
            middle, _ = estimate(*(value * scale.factor for value in values))
            amount = text(with_unit(middle, scale.change))
            told.append(f"{'above' if side > 0 else 'below'} {amount} ({text(str(row['name']))})")
    if not told:
        return ""
    return (
        " The lines are at fixed parameters, by default the best point of the fit. The draws hold other "
        f"parameters, too, and at least three in four of them lie to one side: {'; '.join(told)}."
    )


def _told(row: dict[str, Any]) -> str:
    """A headline over draws in words: name, middle, 90% interval and window."""
    name, window = text(row["name"]), text(row["window"])
    if is_negligible(row):
        return f"{name} about 0 ({window})"
    values = [row[column] for column in ("median", "low90", "high90")]
    scale = scale_for(str(row["unit"]), largest_of(*values))
    middle, ends = estimate(*(value * scale.factor for value in values))
    return f"{name} {text(with_unit(middle, scale.change))} (90% interval {ends}; {window})"

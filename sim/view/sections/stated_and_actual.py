"""Stated against actual: what customers say and what they do."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, Text, section
from sim.view.figures.quantiles import fan, months, numbers, of_world, yearly_mean, yearly_sum
from sim.view.figures.style import Figure, WorldStyle, axis, heading, layout, time_axis
from sim.view.labels import how_to_record
from sim.view.results_view import ResultsView
from sim.view.tables import text

STATED = {
    "stated_more_negative": "More negative than a year ago",
    "stated_less_likely": "Less likely to buy",
    "stated_would_leave": "Would leave",
    "stated_would_pay": "Would pay 15% more to avoid US reach",
}
_NO_BAND = "No bands are drawn: those of so many lines would hide one another."
_FLOOR, _YEARS_AT_THE_FLOOR = 0.0005, 3  # shares that are shown as 0.0%
ACTUAL = {
    "left_us": "Left a US provider",
    "gave_up": "Returned on premises",
    "postponed": "Postponed adoption",
}
_LOOKS = (("#332288", "solid"), ("#AA4466", "dash"), ("#117733", "dashdot"), ("#7A6400", "dot"))


@section("reaction", "Stated and actual reaction")
def reaction(view: ResultsView) -> Iterable[Block]:
    """Stated and actual reaction."""
    frame = view.needed_table("stated and actual reaction", "world", "adoption", *STATED, *ACTUAL)
    stated = {column: yearly_mean(frame, column) for column in STATED}
    yield Chart(
        "stated",
        f"What do customers {view.where} state in surveys?",
        "Share of respondents to the monthly survey, mean of each calendar year; median over seeds. "
        f"{_NO_BAND} The vertical axis is the same in all panels.",
        _panels(view, stated, STATED, "% of respondents"),
    )
    at_floor = [*_at_the_floor(view, stated)]
    if at_floor:
        yield Text(
            f"At the floor, below {100 * _FLOOR:g}% of respondents: {'; '.join(at_floor)}. There the model "
            "says no more than that hardly anybody answers so, and a change in trust would not show."
        )
    rates = _rates(view, frame)
    if rates is None:
        raise NotThere(
            "actual reaction as a yearly rate",
            how_to_record("cell") + " The rates need the number of customers in that table.",
        )
    read = (
        f"Customers who did so in a calendar year, complete years only; median over seeds. {_NO_BAND} "
        f"'Left' and 'returned' are shares of all cloud customers {text(view.where)}, 'postponed' of those "
        "not yet in the cloud; each postponement counts. <strong>The axis differs from that of the chart "
        "above.</strong>"
    )
    yield Chart("actual", "What do they do?", read, _panels(view, rates, ACTUAL, "% a year"))


def _at_the_floor(view: ResultsView, stated: dict[str, pd.DataFrame]) -> Iterable[str]:
    """Answers that nobody to speak of gives for years, world by world."""
    for world, style in view.styles.items():
        for column, label in STATED.items():
            median = fan(of_world(stated[column], world), column)
            years = [
                month.year
                for month, value in zip(pd.to_datetime(median["month"]), median["q50"], strict=True)
                if value < _FLOOR
            ]
            if len(years) >= _YEARS_AT_THE_FLOOR:
                yield f"{text(label.lower())}, {text(style.label)}: in {len(years)} of {len(median)} years"


def _rates(view: ResultsView, world: pd.DataFrame) -> dict[str, pd.DataFrame] | None:
    cells = view.abroad("cell", "customers", "adoption")
    if cells is None:
        return None
    users = cells["customers"] * cells["adoption"]
    counted = cells.assign(users=users, others=cells["customers"] - users)
    per_month = (
        counted.groupby(["seed", "world", "month"], observed=True)[["users", "others"]].sum().reset_index()
    )
    per_month["year"] = per_month["month"].dt.year
    base = (
        per_month.groupby(["seed", "world", "year"], observed=True)[["users", "others"]].mean().reset_index()
    )
    yearly = yearly_sum(world, list(ACTUAL)).merge(base, on=["seed", "world", "year"])
    rates = {}
    for column in ACTUAL:
        whole = yearly["others" if column == "postponed" else "users"]
        rates[column] = yearly.assign(**{column: yearly[column] / whole.where(whole > 0)})
    return rates


def _panels(
    view: ResultsView, frames: dict[str, pd.DataFrame], labels: dict[str, str], unit: str
) -> list[Figure]:
    fans = {
        world: {column: fan(of_world(frame, world), column) for column, frame in frames.items()}
        for world in view.styles
    }
    top = (
        max(
            (
                float(q["q50"].max())
                for of in fans.values()
                for q in of.values()
                if len(q) and q["q50"].notna().any()
            ),
            default=1.0,
        )
        * 105
    )
    return [
        _panel(fans[world], labels, style, view.span, unit, top or 1.0)
        for world, style in view.styles.items()
    ]


def _panel(
    fans: dict[str, pd.DataFrame],
    labels: dict[str, str],
    world: WorldStyle,
    span: tuple[str, str],
    unit: str,
    top: float,
) -> Figure:
    traces = []
    for (column, quantiles), (colour, dash) in zip(fans.items(), _LOOKS, strict=False):
        style = replace(world, label=labels[column], colour=colour, dash=dash)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": months(quantiles["month"]),
                "y": numbers(100 * quantiles["q50"]),
                "name": style.label,
                "line": {"color": colour, "dash": dash, "width": 2},
                "marker": {"size": 5},
                "showlegend": True,
                "hovertemplate": f"{style.label}, %{{x|%Y}}: %{{y:.3~g}}%<extra></extra>",
            }
        )
    return {
        "data": traces,
        "layout": layout(
            270, xaxis=time_axis(*span), yaxis=axis(unit, range=[0, top]), title=heading(world.label)
        ),
    }

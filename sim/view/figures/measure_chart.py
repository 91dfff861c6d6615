"""One measure of a table as a chart: the worlds, or the difference between the compared two."""

from typing import Any

import pandas as pd

from sim.view.figures.quantiles import fan, of_world
from sim.view.figures.style import Figure, world_styles
from sim.view.figures.time_series import difference, together


def worlds_chart(table: pd.DataFrame, measure: str, unit: str, manifest: dict[str, Any]) -> Figure:
    """Every world's median over seeds with the middle 90%; `table` has seed, world, month and the measure."""
    styles = world_styles(manifest["worlds"])
    quantiles = {name: fan(of_world(table, name), measure) for name in styles}
    figure = together(quantiles, styles, _span(manifest), _words(measure), unit, height=360, unit=f" {unit}")
    figure["layout"]["showlegend"] = True  # it stands alone, without the report's legend beside it
    return figure


def difference_chart(series: pd.DataFrame, measure: str, unit: str, manifest: dict[str, Any]) -> Figure:
    """The difference by month with its 95% interval; `series` has month, difference, low and high."""
    a, b = (manifest["worlds"][name] for name in manifest["compare"])
    colour = world_styles(manifest["worlds"])[manifest["compare"][1]].colour
    title = f"{_words(measure)}: {b} minus {a}, {unit}"
    return difference(series, colour, _span(manifest), title, height=360)


def _span(manifest: dict[str, Any]) -> tuple[str, str]:
    return f"{manifest['first'][:7]}-01", f"{manifest['last'][:7]}-01"


def _words(measure: str) -> str:
    return measure.replace("_", " ").capitalize()

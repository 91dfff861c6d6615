"""The tabs of a design: a headline over two factors, its drivers, every factor, and the points as a table."""

from collections.abc import Collection
from dataclasses import replace

import dash_ag_grid as dag
import numpy as np
import pandas as pd
from dash import html

from sim.analysis.factor_names import factor_name
from sim.analysis.headlines import HEADLINES
from sim.view.blocks import Missing, Section, Text
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.query import Query
from sim.view.explorer.pages.results.tab import (
    ALL,
    Tab,
    has_points,
    has_two_factors,
    headline_choice,
    level_choices,
    points_at,
    two_factors,
)
from sim.view.figures.design_charts import plain_words
from sim.view.folder_view import FolderView
from sim.view.sections import design_drivers, design_factors, design_heat_map
from sim.view.sections.design_factors import draws

_LOWEST, _HIGHEST = "lowest", "highest"  # tenths of the outcome
_NOT_BY_LEVEL = Text(
    "In a Morris sample a level of one factor goes with levels of the others, so what differs between levels "
    "here is not the effect of the factor. The tab <em>Drivers</em> has the effects."
)
_MOST_FACTORS = 20  # of which there is a chart each
_PICKING = (
    "Select points with the list above the chart. The table under <em>Points</em> can be sorted and filtered."
)


def _heat_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    return *headline_choice(folder_view, query), *two_factors(folder_view, query)


def _heat(folder_view: FolderView, metric: str, x: str, y: str) -> Component:
    cells, points = folder_view.cells(metric, x, y), len(folder_view.points(metric))
    found = design_heat_map.over_two_factors(
        folder_view.view, metric, cells, (x, y), points, folder_view.seeds
    )
    return charts([_cautioned(folder_view, found)])


def _cautioned(folder_view: FolderView, found: Section) -> Section:
    """What is shown by level, with what that cannot say in a Morris sample."""
    return replace(found, blocks=[_NOT_BY_LEVEL, *found.blocks]) if folder_view.index == "mu_star" else found


def _heat_table(folder_view: FolderView, metric: str, x: str, y: str) -> pd.DataFrame:
    cells = folder_view.cells(metric, x, y)
    first = next(iter(cells.values()))
    rows = [(across, up) for up in first.y.names for across in first.x.names]
    columns = {name: one.mean.ravel() for name, one in cells.items()}
    return pd.DataFrame(rows, columns=[x, y if y != x else f"{y} (upwards)"]).assign(
        headline=metric, points=first.points.ravel(), **columns
    )


def _drivers(folder_view: FolderView, metric: str) -> Component:
    why = folder_view.why_no_drivers()
    found = None if why else folder_view.drivers(metric, design_drivers.SERIES_OF[metric])
    return charts([design_drivers.drivers(folder_view.view, metric, found, why)])


def _drivers_table(folder_view: FolderView, metric: str) -> pd.DataFrame:
    return pd.DataFrame() if folder_view.why_no_drivers() else folder_view.ranking(metric)


def _factor_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    """A headline, and the emphasised points with their words: all, the ends of the outcome, or a level."""
    if not folder_view.choices:  # draws of a fit: their chart is in the order of the outcome
        return *headline_choice(folder_view, query), ALL, ""
    picks = {
        ALL: "all points",
        _LOWEST: "the lowest tenth of the outcome",
        _HIGHEST: "the highest tenth of the outcome",
        **level_choices(folder_view),
    }
    (metric,) = headline_choice(folder_view, query)
    pick = query.select("pick", "Select", picks, width=380)
    return metric, pick, picks[pick]


def _picked(
    folder_view: FolderView, outcome: "pd.Series[float]", pick: str, words: str
) -> design_factors.Selection | None:
    if pick == ALL or outcome.empty:
        return None
    if pick not in (_LOWEST, _HIGHEST):
        return design_factors.Selection(points_at(folder_view, pick), f"points where {words}")
    chosen = outcome <= outcome.quantile(0.1) if pick == _LOWEST else outcome >= outcome.quantile(0.9)
    return design_factors.Selection(outcome.index[chosen].to_numpy(), words)


def _factors(folder_view: FolderView, metric: str, pick: str, words: str) -> Component:
    at = folder_view.points(metric)
    if not folder_view.choices:
        none = Missing("the draws", "No finished pair has a value of this headline. Choose another one.")
        known = at[folder_view.which].notna().any()
        drawn = draws(folder_view.view, metric, at) if known else none
        return charts([Section("factors", "The headline at every draw", [drawn])])
    values = folder_view.series().values[folder_view.choices]
    if not folder_view.why_no_drivers():  # the first of many, by what they do to the headline
        values = values[[*folder_view.ranking(metric)["factor"].head(_MOST_FACTORS)]]
    values = values[list(values.columns)[:_MOST_FACTORS]]
    picked = _picked(folder_view, at[folder_view.which].dropna(), pick, words)
    spreads = folder_view.spreads(metric, [*values.columns])
    found = design_factors.all_factors(folder_view.view, metric, values, at, spreads, picked, _PICKING)
    return charts([_cautioned(folder_view, found)])


def _points_table(folder_view: FolderView, metric: str, *pick: str) -> pd.DataFrame:
    """A row per point: the design's values, and the headline in each world with its difference."""
    del pick
    at, view = folder_view.points(metric), folder_view.view
    labels = [style.label for style in view.compare or [next(iter(view.styles.values()))]]
    kept = at.rename(columns=dict(zip(("a", "b"), labels, strict=False)))
    columns = [*labels, *(["difference"] if view.compare else []), "low", "high", "pairs"]
    return folder_view.series().values.reindex(at.index).join(kept[columns]).reset_index(names="point")


def _points(folder_view: FolderView, metric: str) -> Component:
    table = _points_table(folder_view, metric)
    headline = next(one for one in HEADLINES if one.code == metric)
    of = "the difference" if folder_view.view.compare else "the value"
    window = folder_view.view.window_of(headline)
    read = (
        f"{headline.name}, {headline.unit}, {window}. Each row is a point, with means over its "
        f"pairs; low and high are the 95% interval of {of}. Click a heading to sort, or its icon to "
        "filter."
    )
    grid = _grid(table, folder_view.folder.factors)
    count = f"{len(table):,} {'point' if len(table) == 1 else 'points'}"
    return html.Div([html.H2(count), html.P(read, className="read"), grid])


def _heading(name: str, factors: Collection[str]) -> str:
    return factor_name(name) if name in factors else name


def _column_width(heading: str) -> int:
    """Pixels that the longest word of a heading needs beside the icon of the filter."""
    return max(110, 62 + 8 * max(map(len, heading.split())))


def _grid(table: pd.DataFrame, factors: Collection[str]) -> Component:
    """A table that can be sorted and filtered; factors have their plain names."""
    number = {"type": "rightAligned", "valueFormatter": {"function": "d3.format('.4~g')(params.value)"}}
    columns = []
    for name in map(str, table.columns):
        numeric = pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])
        columns.append(
            {
                "field": name.replace(".", "_"),
                "headerName": _heading(name, factors),
                "minWidth": _column_width(_heading(name, factors)),
                "filter": "agNumberColumnFilter" if numeric else "agTextColumnFilter",
                **(number if numeric else {}),
            }
        )
    names = [name for name in factors if name in table and not pd.api.types.is_numeric_dtype(table[name])]
    table = table.assign(**{name: table[name].map(plain_words) for name in names})
    rows = table.rename(columns={name: str(name).replace(".", "_") for name in table.columns})
    return dag.AgGrid(
        id="results-grid",
        rowData=rows.replace({np.nan: None}).to_dict("records"),
        columnDefs=columns,
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "flex": 1,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
        },
        dashGridOptions={
            "pagination": True,
            "paginationPageSize": 50,
            "paginationPageSizeSelector": [20, 50, 200],
            "animateRows": False,
        },
        className="results-grid",
        style={"height": "min(70vh, 640px)"},
    )


HEAT = Tab("heat", "Heat map", has_two_factors, _heat, _heat_choices, _heat_table)
DRIVERS = Tab("drivers", "Drivers", has_points, _drivers, headline_choice, _drivers_table)
FACTORS = Tab("factors", "All factors", has_points, _factors, _factor_choices, _points_table)
POINTS = Tab("points", "Points", has_points, _points, headline_choice, _points_table)

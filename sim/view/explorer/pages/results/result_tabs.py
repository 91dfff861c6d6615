"""The tabs of a results folder: availability, choices, content, and table to download of each."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

import dash_ag_grid as dag
import numpy as np
import pandas as pd
from dash import html

from sim.analysis.design_outcomes import levels, pairs_at
from sim.analysis.drivers import boundary_tables
from sim.analysis.headlines import HEADLINES
from sim.runs.points import POINTS
from sim.scenario.problems import InputError
from sim.view.blocks import Block, Missing, Section, Text
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.overview import overview
from sim.view.explorer.pages.results.query import Query
from sim.view.folder_view import FolderView
from sim.view.labels import SERIES_NAMES, factor_name
from sim.view.report_parts import BY_KEY, PARTS, Part
from sim.view.sections import (
    boundary,
    design_claims,
    design_drivers,
    design_factors,
    design_fans,
    design_heat_map,
)
from sim.view.sections.discovery import regions
from sim.view.tables import records_of

METRICS = {headline.code: headline.name for headline in HEADLINES}
SERIES = {code: name for code, (name, _) in SERIES_NAMES.items()}
_ALL, _LOWEST, _HIGHEST = "all", "lowest", "highest"
_WORLD = "tables/world.parquet"
_NOT_BY_LEVEL = Text(
    "In a Morris sample a level of one factor goes with levels of the others, so what differs between levels "
    "here is not the effect of the factor. The tab <em>Drivers</em> has the effects."
)
_MOST_FACTORS = 20  # of which there is a chart each
_PICKING = (
    "Select points with the list above the chart. The table under <em>Points</em> can be sorted and filtered."
)


@dataclass(frozen=True)
class Tab:
    """One tab. Its choices, made in its controls, are the further arguments of `body` and `table`.

    `table` gives the tab's numbers as a table to download, if it has one.
    """

    key: str
    label: str
    there: Callable[[FolderView], bool]
    body: Callable[..., Component]
    choices: Callable[[FolderView, Query], tuple[Any, ...]] = lambda folder_view, query: ()
    table: Callable[..., pd.DataFrame] | None = None

    def controls(self, folder_view: FolderView, query: Query) -> list[Component]:
        """The controls with their values; complaints about invalid ones go to the query."""
        self.choices(folder_view, query)
        return query.controls

    def content(self, folder_view: FolderView, query: Query) -> Component:
        return self.body(folder_view, *self.choices(folder_view, query))

    def numbers(self, folder_view: FolderView, query: Query) -> pd.DataFrame:
        """What `table` gives, for a tab that has one."""
        assert self.table is not None
        return self.table(folder_view, *self.choices(folder_view, query))


def _has_runs(folder_view: FolderView) -> bool:
    return folder_view.folder.has(_WORLD, POINTS) or not folder_view.folder.finished


def _has_points(folder_view: FolderView) -> bool:
    return folder_view.folder.has_design and _has_runs(folder_view)


def _metric(folder_view: FolderView, query: Query) -> tuple[str]:
    del folder_view
    return (query.select("metric", "Headline", METRICS, width=420),)


# --- over two factors -----------------------------------------------------------------------------------


def _two(folder_view: FolderView, query: Query) -> tuple[str, str]:
    """Two factors, if there are two."""
    names = {name: factor_name(name) for name in folder_view.folder.factors}
    x = query.select("x", "Across", names)
    return x, query.select("y", "Upwards", names, next((name for name in names if name != x), x))


def _heat_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    return *_metric(folder_view, query), *_two(folder_view, query)


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


# --- drivers ---------------------------------------------------------------------------------------------


def _drivers(folder_view: FolderView, metric: str) -> Component:
    why = folder_view.why_no_drivers()
    found = None if why else folder_view.drivers(metric, design_drivers.SERIES_OF[metric])
    return charts([design_drivers.drivers(folder_view.view, metric, found, why)])


def _drivers_table(folder_view: FolderView, metric: str) -> pd.DataFrame:
    return pd.DataFrame() if folder_view.why_no_drivers() else folder_view.ranking(metric)


# --- spread ------------------------------------------------------------------------------------------------


def _levels(folder_view: FolderView) -> dict[str, str]:
    """The choices of points at one level of a factor, `<factor>=<number of the level>`."""
    if not folder_view.folder.has_design:
        return {}
    values = folder_view.series().values
    return {
        f"{name}={k}": f"{factor_name(name)} is {level}"
        for name in folder_view.folder.factors
        for k, level in enumerate(levels(values[name]).names)
    }


def _points_at(folder_view: FolderView, choice: str) -> np.ndarray:
    """The numbers of the points of such a choice."""
    factor, _, level = choice.rpartition("=")
    values = folder_view.series().values
    picked: np.ndarray = values.index[levels(values[factor]).codes == int(level)].to_numpy()
    return picked


def _fan_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    """A series, and the choice of points with its words."""
    series, where = query.select("series", "What", SERIES, width=420), {_ALL: "all points"}
    if not folder_view.folder.has_design:
        return series, _ALL, ""
    where |= _levels(folder_view)
    chosen = query.select("where", "Points where", where, width=380)
    return series, chosen, where[chosen]


def _fans(folder_view: FolderView, series: str, where: str) -> tuple[dict[str, pd.DataFrame], int]:
    """The fans of the chosen pairs, and the number of these."""
    runs = folder_view.series()
    chosen = None if where == _ALL else pairs_at(runs, _points_at(folder_view, where))
    pairs = len(runs) if chosen is None else int(np.count_nonzero(chosen))
    return folder_view.fans(series, chosen, where), pairs


def _spread(folder_view: FolderView, series: str, where: str, words: str) -> Component:
    fans, pairs = _fans(folder_view, series, where)
    what = f"the {folder_view.seeds}: chance only"
    if folder_view.folder.has_design:
        what = f"the factors of the design and the {folder_view.seeds} at each point"
    if where != _ALL:
        what += f", of points where {words}"
    return charts(
        [design_fans.fans_by_month(folder_view.view, series, fans, pairs, what, folder_view.one_switch)]
    )


def _spread_table(folder_view: FolderView, series: str, where: str, words: str) -> pd.DataFrame:
    del words
    fans, pairs = _fans(folder_view, series, where)
    parts = [frame.assign(series=series, of=name, pairs=pairs) for name, frame in fans.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


# --- points -----------------------------------------------------------------------------------------------


def _factor_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    """A headline, and the emphasised points with their words: all, the ends of the outcome, or a level."""
    picks = {
        _ALL: "all points",
        _LOWEST: "the lowest tenth of the outcome",
        _HIGHEST: "the highest tenth of the outcome",
        **_levels(folder_view),
    }
    (metric,) = _metric(folder_view, query)
    pick = query.select("pick", "Select", picks, width=380)
    return metric, pick, picks[pick]


def _picked(
    folder_view: FolderView, outcome: "pd.Series[float]", pick: str, words: str
) -> design_factors.Selection | None:
    if pick == _ALL or outcome.empty:
        return None
    if pick not in (_LOWEST, _HIGHEST):
        return design_factors.Selection(_points_at(folder_view, pick), f"points where {words}")
    chosen = outcome <= outcome.quantile(0.1) if pick == _LOWEST else outcome >= outcome.quantile(0.9)
    return design_factors.Selection(outcome.index[chosen].to_numpy(), words)


def _factors(folder_view: FolderView, metric: str, pick: str, words: str) -> Component:
    values, at = folder_view.series().values, folder_view.points(metric)
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
    read = (
        f"{headline.name}, {headline.unit}, {headline.window}. Each row is a point, with means over its "
        f"pairs; low and high are the 95% interval of {of}. Click a heading to sort, or its icon to "
        "filter."
    )
    grid = _grid(table, folder_view.folder.factors)
    return html.Div([html.H2(f"{len(table):,} points"), html.P(read, className="read"), grid])


def _grid(table: pd.DataFrame, factors: Collection[str]) -> Component:
    """A table that can be sorted and filtered; factors have their plain names."""
    number = {"type": "rightAligned", "valueFormatter": {"function": "d3.format('.4~g')(params.value)"}}
    columns = []
    for name in map(str, table.columns):
        numeric = pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])
        columns.append(
            {
                "field": name.replace(".", "_"),
                "headerName": factor_name(name) if name in factors else name,
                "filter": "agNumberColumnFilter" if numeric else "agTextColumnFilter",
                **(number if numeric else {}),
            }
        )
    rows = table.rename(columns={name: str(name).replace(".", "_") for name in table.columns})
    return dag.AgGrid(
        id="results-grid",
        rowData=rows.replace({np.nan: None}).to_dict("records"),
        columnDefs=columns,
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "minWidth": 110,
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


# --- claims -----------------------------------------------------------------------------------------------


def _claim_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    frame = folder_view.view.summary("claims")
    assert frame is not None, "the tab exists only if there are claims"
    claims = {str(int(row["number"])): str(row["claim"]) for row in frame.to_dict("records")}
    return query.select("claim", "Claim", claims, width=420), *_two(folder_view, query)


def _claims(folder_view: FolderView, claim: str, x: str, y: str) -> Component:
    return charts([design_claims.claims(folder_view.view, folder_view.by_point(), x, y, int(claim))])


def _claims_table(folder_view: FolderView, *choices: str) -> pd.DataFrame:
    del choices
    found = folder_view.by_point()
    return pd.DataFrame() if found is None else found


# --- regions -----------------------------------------------------------------------------------------------


def _region_choices(folder_view: FolderView, query: Query) -> tuple[str, str, float | None]:
    """A headline or a claim, on which side, and of which level."""
    frame = folder_view.view.summary("claims")
    rows = [] if frame is None else records_of(frame)
    claims = {f"claim {int(row['number'])}": str(row["claim"]) for row in rows}
    subject = query.select("subject", "What", {**METRICS, **claims}, width=420)
    if subject in claims:
        return subject, query.select("verdict", "Where it", {"fails": "fails", "holds": "holds"}), None
    side = query.select("side", "Where it is", {"below": "below", "above": "above"}, width=140)
    level = query.decimal("level", "this level", "0, surely" if folder_view.view.compare else "a number")
    return subject, side, level


def _regions(folder_view: FolderView, subject: str, side: str, level: float | None) -> Component:
    blocks: list[Block]
    try:
        blocks = regions(folder_view.regions(subject, side, level), folder_view.series().values)
    except InputError as error:
        blocks = [Missing("the regions", f"{error}.")]
    return charts([Section("regions", "Where is this so?", blocks)])


def _regions_table(folder_view: FolderView, subject: str, side: str, level: float | None) -> pd.DataFrame:
    try:
        return folder_view.regions(subject, side, level).regions
    except InputError as error:
        return pd.DataFrame({"note": [str(error)]})


# --- parts of the report ---------------------------------------------------------------------------------


def _can(folder_view: FolderView, part: Part) -> bool:
    """Whether a finished folder can fill a part of the report; of a design, only from summaries."""
    of_design = folder_view.folder.has_design
    fits = not of_design or (part.own_tab and part.key != "claims" and not part.tables)
    return folder_view.folder.finished and fits and part.can_be_filled(folder_view.folder.files)


def _part_tab(part: Part) -> Tab:
    """A part of the report as a tab of its own."""

    def table(folder_view: FolderView) -> pd.DataFrame:
        frame = folder_view.view.summary(part.summaries[0])
        return pd.DataFrame() if frame is None else frame

    return Tab(
        part.key,
        part.label,
        lambda folder_view: _can(folder_view, part),
        lambda folder_view: charts([part.section(folder_view.view)]),
        table=table if part.summaries else None,
    )


def _other_parts(folder_view: FolderView) -> dict[str, str]:
    return {
        part.key: part.label
        for part in PARTS
        if not part.own_tab and part.key != "headlines" and _can(folder_view, part)
    }


def _chart_choices(folder_view: FolderView, query: Query) -> tuple[str]:
    return (query.select("part", "Part of the report", _other_parts(folder_view)),)


# --- one point ---------------------------------------------------------------------------------------------


def _point_parts(folder_view: FolderView) -> dict[str, str]:
    """The parts that one point can fill, from its tables and from its pairs."""
    tables = {name for name in folder_view.folder.files if name.startswith("tables/")}
    files = tables | {"headlines.csv", "series.csv"}
    if folder_view.folder.has("claims.csv", "claims_by_point.csv"):
        files.add("claims.csv")
    return {part.key: part.label for part in PARTS if part.can_be_filled(files) and part.key != "reproduce"}


def _point_choice(folder_view: FolderView, query: Query) -> tuple[int]:
    last = int(folder_view.manifest["points"]) - 1
    return (query.whole_number("point", f"Point (0 to {last:,})", last),)


def _point_choices(folder_view: FolderView, query: Query) -> tuple[int, str]:
    point = _point_choice(folder_view, query)
    return *point, query.select("part", "Part of the report", _point_parts(folder_view))


def _point(folder_view: FolderView, point: int, part: str = "map") -> Component:
    view = folder_view.at_point(point)
    values = [
        html.Li(
            [
                f"{factor_name(str(name))}: ",
                html.Strong(f"{value:.4g}" if isinstance(value, float) else value),
            ]
        )
        for name, value in folder_view.series().values.loc[point].items()
    ]
    none = "The tables have no pair of this point: all failed or are not done. Choose another point."
    found = charts([BY_KEY[part].section(view)]) if view.manifest["seeds"] else html.P(none, className="read")
    return html.Div([html.H2(f"Point {point:,}"), html.Ul(values, className="values"), found])


def _of_design(folder_view: FolderView, *files: str) -> bool:
    return folder_view.folder.has_design and folder_view.folder.has(*files)


# Parts that answer the question of the experiments that have them: beside the overview.
ANSWERS = ("confound", "tipping", "levers")
TABS: tuple[Tab, ...] = (
    Tab(
        "overview",
        "Overview",
        lambda folder_view: True,
        lambda folder_view: overview(folder_view, answers_of(folder_view)),
    ),
    *(_part_tab(BY_KEY[key]) for key in ANSWERS),
    Tab(
        "boundary",
        "Boundary",
        lambda folder_view: _of_design(folder_view, f"{boundary_tables.SUMMARY}.csv"),
        lambda folder_view: charts([boundary.boundary(folder_view.view)]),
        table=lambda folder_view: folder_view.view.summary(boundary_tables.SURFACE),
    ),
    Tab("drivers", "Drivers", _has_points, _drivers, _metric, _drivers_table),
    Tab("heat", "Heat map", _has_points, _heat, _heat_choices, _heat_table),
    Tab("factors", "All factors", _has_points, _factors, _factor_choices, _points_table),
    Tab("points", "Points", _has_points, _points, _metric, _points_table),
    Tab("fans", "Fans", _has_runs, _spread, _fan_choices, _spread_table),
    Tab(
        "verdicts",
        "Claims",
        lambda folder_view: folder_view.folder.finished and _of_design(folder_view, "claims.csv"),
        _claims,
        _claim_choices,
        _claims_table,
    ),
    Tab(
        "regions",
        "Regions",
        lambda folder_view: folder_view.folder.finished and _has_points(folder_view),
        _regions,
        _region_choices,
        _regions_table,
    ),
    Tab(
        "one",
        "One point",
        lambda folder_view: folder_view.folder.finished and _has_points(folder_view),
        _point,
        _point_choices,
    ),
    Tab(
        "point-map",
        "Map",
        lambda folder_view: _of_design(folder_view, "tables/country.parquet"),
        _point,
        _point_choice,
    ),
    Tab(
        "charts",
        "Charts",
        lambda folder_view: bool(_other_parts(folder_view)),
        lambda folder_view, part: charts([BY_KEY[part].section(folder_view.view)]),
        _chart_choices,
    ),
    *(_part_tab(part) for part in PARTS if part.own_tab and part.key not in ANSWERS),
)
BY_TAB = {tab.key: tab for tab in TABS}


def answers_of(folder_view: FolderView) -> list[str]:
    """The labels of the tabs that answer the experiment's question, if it has such."""
    return [BY_TAB[key].label for key in (*ANSWERS, "boundary") if BY_TAB[key].there(folder_view)]


def tabs_of(folder_view: FolderView) -> list[Tab]:
    """The tabs that a folder can fill."""
    return [tab for tab in TABS if tab.there(folder_view)]

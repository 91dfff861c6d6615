"""The tabs of a results folder: availability, controls, content, and table to download of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dash_ag_grid as dag
import numpy as np
import pandas as pd
from dash import html

from sim.analysis.design_outcomes import levels, pairs_at
from sim.analysis.headlines import HEADLINES
from sim.runs.points import POINTS
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.overview import overview
from sim.view.explorer.pages.results.query import Query, select, whole_number
from sim.view.folder_view import FolderView
from sim.view.labels import SERIES_NAMES, factor_name
from sim.view.report_parts import BY_KEY, PARTS, Part
from sim.view.sections import design_claims, design_factors, design_fans, design_heat_map

METRICS = {headline.code: headline.name for headline in HEADLINES}
SERIES = {code: name for code, (name, _) in SERIES_NAMES.items()}
_ALL, _LOWEST, _HIGHEST = "all", "lowest", "highest"
_WORLD = "tables/world.parquet"
_PICKING = (
    "Select points with the list above the chart. The table under <em>Points</em> can be sorted and filtered."
)


@dataclass(frozen=True)
class Tab:
    """One tab. `table` gives its numbers as a table to download, if it has one."""

    key: str
    label: str
    there: Callable[[FolderView], bool]
    controls: Callable[[FolderView, Query], list[Component]]
    body: Callable[[FolderView, Query], Component]
    table: Callable[[FolderView, Query], pd.DataFrame] | None = None


def _none(folder_view: FolderView, query: Query) -> list[Component]:
    del folder_view, query
    return []


def _has_runs(folder_view: FolderView) -> bool:
    return folder_view.folder.has(_WORLD, POINTS) or not folder_view.folder.finished


def _has_points(folder_view: FolderView) -> bool:
    return folder_view.folder.has_design and _has_runs(folder_view)


# --- over two factors -----------------------------------------------------------------------------------


def _two(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    """Headline and two factors."""
    names = {name: factor_name(name) for name in folder_view.folder.factors}
    first = next(iter(names))
    x = query.choice("x", names)
    y = query.choice("y", names, next((name for name in names if name != first), first))
    return query.choice("metric", METRICS), x, y


def _two_controls(folder_view: FolderView, query: Query) -> list[Component]:
    metric, x, y = _two(folder_view, query)
    names = {name: factor_name(name) for name in folder_view.folder.factors}
    return [
        select("metric", "Headline", METRICS, metric, 420),
        select("x", "Across", names, x),
        select("y", "Upwards", names, y),
    ]


def _heat(folder_view: FolderView, query: Query) -> Component:
    metric, x, y = _two(folder_view, query)
    section = design_heat_map.over_two_factors(
        folder_view.view,
        metric,
        folder_view.cells(metric, x, y),
        (x, y),
        len(folder_view.points(metric)),
        folder_view.seeds,
    )
    return charts([section])


def _heat_table(folder_view: FolderView, query: Query) -> pd.DataFrame:
    metric, x, y = _two(folder_view, query)
    cells = folder_view.cells(metric, x, y)
    first = next(iter(cells.values()))
    rows = [(across, up) for up in first.y.names for across in first.x.names]
    columns = {name: one.mean.ravel() for name, one in cells.items()}
    return pd.DataFrame(rows, columns=[x, y if y != x else f"{y} (upwards)"]).assign(
        headline=metric, points=first.points.ravel(), **columns
    )


# --- spread ------------------------------------------------------------------------------------------------


def _choices_of_points(folder_view: FolderView) -> dict[str, str]:
    """The choices of points for a fan: all, or those at one level of a factor, `<factor>=<number of the
    level>`."""
    out = {_ALL: "all points"}
    if folder_view.folder.has_design:
        values = folder_view.series().values
        for name in folder_view.folder.factors:
            out |= {
                f"{name}={k}": f"{factor_name(name)} is {level}"
                for k, level in enumerate(levels(values[name]).names)
            }
    return out


def _spread_controls(folder_view: FolderView, query: Query) -> list[Component]:
    out = [select("series", "What", SERIES, query.choice("series", SERIES), 420)]
    if folder_view.folder.has_design:
        choices = _choices_of_points(folder_view)
        out.append(select("where", "Points where", choices, query.choice("where", choices), 380))
    return out


def _fans(folder_view: FolderView, query: Query) -> tuple[str, dict[str, pd.DataFrame], int, str]:
    series, where = query.choice("series", SERIES), _ALL
    wide, chosen, what = folder_view.series(), None, f"the {folder_view.seeds}: chance only"
    if folder_view.folder.has_design:
        choices = _choices_of_points(folder_view)
        where, what = (
            query.choice("where", choices),
            f"the factors of the design and the {folder_view.seeds} at each point",
        )
        if where != _ALL:
            chosen, what = (
                pairs_at(wide, _points_at(folder_view, where)),
                f"{what}, of points where {choices[where]}",
            )
    pairs = len(wide) if chosen is None else int(np.count_nonzero(chosen))
    return series, folder_view.fans(series, chosen, where), pairs, what


def _spread(folder_view: FolderView, query: Query) -> Component:
    series, fans, pairs, what = _fans(folder_view, query)
    return charts(
        [design_fans.fans_by_month(folder_view.view, series, fans, pairs, what, folder_view.one_switch)]
    )


def _spread_table(folder_view: FolderView, query: Query) -> pd.DataFrame:
    series, fans, pairs, _ = _fans(folder_view, query)
    parts = [frame.assign(series=series, of=name, pairs=pairs) for name, frame in fans.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


# --- points -----------------------------------------------------------------------------------------------


def _metric(folder_view: FolderView, query: Query) -> str:
    del folder_view
    return query.choice("metric", METRICS)


def _metric_controls(folder_view: FolderView, query: Query) -> list[Component]:
    return [select("metric", "Headline", METRICS, _metric(folder_view, query), 420)]


def _picks(folder_view: FolderView) -> dict[str, str]:
    """The choices of emphasised points: all, the ends of the outcome, or those at one level of a factor."""
    at_levels = {key: words for key, words in _choices_of_points(folder_view).items() if key != _ALL}
    return {
        _ALL: "all points",
        _LOWEST: "the lowest tenth of the outcome",
        _HIGHEST: "the highest tenth of the outcome",
        **at_levels,
    }


def _factors_controls(folder_view: FolderView, query: Query) -> list[Component]:
    picks = _picks(folder_view)
    return [
        *_metric_controls(folder_view, query),
        select("pick", "Select", picks, query.choice("pick", picks), 380),
    ]


def _picked(
    folder_view: FolderView, query: Query, outcome: "pd.Series[float]"
) -> design_factors.Selection | None:
    picks = _picks(folder_view)
    pick = query.choice("pick", picks)
    if pick == _ALL or outcome.empty:
        return None
    if pick in (_LOWEST, _HIGHEST):
        low, high = outcome.quantile(0.1), outcome.quantile(0.9)
        return design_factors.Selection(
            outcome.index[outcome <= low if pick == _LOWEST else outcome >= high].to_numpy(), picks[pick]
        )
    return design_factors.Selection(_points_at(folder_view, pick), f"points where {picks[pick]}")


def _points_at(folder_view: FolderView, choice: str) -> np.ndarray:
    """The numbers of the points at a level of a factor, `<factor>=<number of the level>`."""
    factor, _, level = choice.rpartition("=")
    values = folder_view.series().values
    picked: np.ndarray = values.index[levels(values[factor]).codes == int(level)].to_numpy()
    return picked


def _factors(folder_view: FolderView, query: Query) -> Component:
    metric = _metric(folder_view, query)
    values, at = folder_view.series().values, folder_view.points(metric)
    picked = _picked(folder_view, query, at[folder_view.which].dropna())
    return charts(
        [
            design_factors.all_factors(
                folder_view.view, metric, values, at, folder_view.spreads(metric), picked, _PICKING
            )
        ]
    )


def _points_table(folder_view: FolderView, query: Query) -> pd.DataFrame:
    """A row per point: the design's values, and the headline in each world with its difference."""
    metric = _metric(folder_view, query)
    at = folder_view.points(metric)
    labels = (
        [style.label for style in folder_view.view.compare]
        if folder_view.view.compare
        else [next(iter(folder_view.view.styles.values())).label]
    )
    kept = at.rename(columns=dict(zip(("a", "b"), labels, strict=False)))
    columns = [*labels, *(["difference"] if folder_view.view.compare else []), "low", "high", "pairs"]
    return folder_view.series().values.reindex(at.index).join(kept[columns]).reset_index(names="point")


def _points(folder_view: FolderView, query: Query) -> Component:
    table = _points_table(folder_view, query)
    headline = next(one for one in HEADLINES if one.code == _metric(folder_view, query))
    own = set(folder_view.folder.factors)
    columns = []
    for name in table.columns:
        numeric = pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name])
        columns.append(
            {
                "field": str(name).replace(".", "_"),
                "headerName": factor_name(str(name)) if name in own else str(name),
                "filter": "agNumberColumnFilter" if numeric else "agTextColumnFilter",
                **(
                    {
                        "type": "rightAligned",
                        "valueFormatter": {"function": "d3.format('.4~g')(params.value)"},
                    }
                    if numeric
                    else {}
                ),
            }
        )
    rows = table.rename(columns={name: str(name).replace(".", "_") for name in table.columns})
    grid = dag.AgGrid(
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
    of = "the difference" if folder_view.view.compare else "the value"
    read = (
        f"{headline.name}, {headline.unit}, {headline.window}. Each row is a point, with means over its "
        f"pairs; low and high are the 95% interval of {of}. Click a heading to sort, or its icon to "
        "filter."
    )
    return html.Div([html.H2(f"{len(table):,} points"), html.P(read, className="read"), grid])


# --- claims -----------------------------------------------------------------------------------------------


def _claims_asked(folder_view: FolderView, query: Query) -> tuple[int, str, str]:
    frame = folder_view.view.summary("claims")
    assert frame is not None, "the tab exists only if there are claims"
    claims = {str(int(row["number"])): str(row["claim"]) for row in frame.to_dict("records")}
    names = {name: factor_name(name) for name in folder_view.folder.factors}
    x = query.choice("x", names)
    return (
        int(query.choice("claim", claims)),
        x,
        query.choice("y", names, next((name for name in names if name != x), x)),
    )


def _claims_controls(folder_view: FolderView, query: Query) -> list[Component]:
    frame = folder_view.view.summary("claims")
    assert frame is not None
    claim, x, y = _claims_asked(folder_view, query)
    names = {name: factor_name(name) for name in folder_view.folder.factors}
    claims = {str(int(row["number"])): str(row["claim"]) for row in frame.to_dict("records")}
    return [
        select("claim", "Claim", claims, str(claim), 420),
        select("x", "Across", names, x),
        select("y", "Upwards", names, y),
    ]


def _claims(folder_view: FolderView, query: Query) -> Component:
    claim, x, y = _claims_asked(folder_view, query)
    return charts([design_claims.claims(folder_view.view, folder_view.by_point(), x, y, claim)])


def _claims_table(folder_view: FolderView, query: Query) -> pd.DataFrame:
    del query
    found = folder_view.by_point()
    return pd.DataFrame() if found is None else found


# --- parts of the report ---------------------------------------------------------------------------------


def _can(folder_view: FolderView, part: Part) -> bool:
    """Whether the folder, without a design, can fill a part of the report."""
    return (
        folder_view.folder.finished
        and not folder_view.folder.has_design
        and part.can_be_filled(folder_view.folder.files)
    )


def _part_tab(part: Part) -> Tab:
    """A part of the report as a tab of its own."""

    def body(folder_view: FolderView, query: Query) -> Component:
        del query
        return charts([part.build(folder_view.view)])

    def table(folder_view: FolderView, query: Query) -> pd.DataFrame:
        del query
        frame = folder_view.view.summary(part.summaries[0])
        return pd.DataFrame() if frame is None else frame

    def there(folder_view: FolderView) -> bool:
        swept_too = (
            folder_view.folder.has_design
            and folder_view.folder.finished
            and part.key not in ("claims",)
            and not part.tables
        )
        return _can(folder_view, part) or (swept_too and part.can_be_filled(folder_view.folder.files))

    return Tab(part.key, part.label, there, _none, body, table if part.summaries else None)


def _other_parts(folder_view: FolderView) -> dict[str, str]:
    return {
        part.key: part.label
        for part in PARTS
        if not part.own_tab and part.key != "headlines" and _can(folder_view, part)
    }


def _charts_controls(folder_view: FolderView, query: Query) -> list[Component]:
    parts = _other_parts(folder_view)
    return [select("part", "Part of the report", parts, query.choice("part", parts))]


def _charts(folder_view: FolderView, query: Query) -> Component:
    return charts([BY_KEY[query.choice("part", _other_parts(folder_view))].build(folder_view.view)])


# --- one point ---------------------------------------------------------------------------------------------


def _point_parts(folder_view: FolderView) -> dict[str, str]:
    """The parts that one point can fill, from its tables and from its pairs."""
    files = {
        *(name for name in folder_view.folder.files if name.startswith("tables/")),
        "headlines.csv",
        "series.csv",
    }
    if folder_view.folder.has("claims.csv", "claims_by_point.csv"):
        files.add("claims.csv")
    return {part.key: part.label for part in PARTS if part.can_be_filled(files) and part.key != "reproduce"}


def _last_point(folder_view: FolderView) -> int:
    return int(folder_view.manifest["points"]) - 1


def _point_controls(folder_view: FolderView, query: Query) -> list[Component]:
    parts, last = _point_parts(folder_view), _last_point(folder_view)
    return [
        whole_number("point", f"Point (0 to {last:,})", last, query.number("point", last)),
        select("part", "Part of the report", parts, query.choice("part", parts)),
    ]


def _values_at(study_values: Iterable[tuple[str, object]]) -> Component:
    shown = [
        html.Li(
            [
                f"{factor_name(name)}: ",
                html.Strong(f"{value:.4g}" if isinstance(value, float) else str(value)),
            ]
        )
        for name, value in study_values
    ]
    return html.Ul(shown, className="values")


def _point(folder_view: FolderView, query: Query) -> Component:
    return _at_point(
        folder_view,
        query.number("point", _last_point(folder_view)),
        query.choice("part", _point_parts(folder_view)),
    )


def _at_point(folder_view: FolderView, point: int, part: str) -> Component:
    view = folder_view.at_point(point)
    values = folder_view.series().values.loc[point]
    head = [html.H2(f"Point {point:,}"), _values_at((str(name), value) for name, value in values.items())]
    if not view.manifest["seeds"]:
        return html.Div(
            [
                *head,
                html.P(
                    "The tables have no pair of this point: all failed or are not done. Choose another "
                    "point.",
                    className="read",
                ),
            ]
        )
    return html.Div([*head, charts([BY_KEY[part].build(view)])])


def _map_controls(folder_view: FolderView, query: Query) -> list[Component]:
    last = _last_point(folder_view)
    return [whole_number("point", f"Point (0 to {last:,})", last, query.number("point", last))]


def _map(folder_view: FolderView, query: Query) -> Component:
    return _at_point(folder_view, query.number("point", _last_point(folder_view)), "map")


def _has_claims(folder_view: FolderView) -> bool:
    return (
        folder_view.folder.has_design and folder_view.folder.finished and folder_view.folder.has("claims.csv")
    )


TABS: tuple[Tab, ...] = (
    Tab("overview", "Overview", lambda folder_view: True, _none, overview),
    Tab("heat", "Heat map", _has_points, _two_controls, _heat, _heat_table),
    Tab("factors", "All factors", _has_points, _factors_controls, _factors, _points_table),
    Tab("points", "Points", _has_points, _metric_controls, _points, _points_table),
    Tab("fans", "Fans", _has_runs, _spread_controls, _spread, _spread_table),
    Tab("verdicts", "Claims", _has_claims, _claims_controls, _claims, _claims_table),
    Tab(
        "one",
        "One point",
        lambda folder_view: _has_points(folder_view) and folder_view.folder.finished,
        _point_controls,
        _point,
    ),
    Tab(
        "point-map",
        "Map",
        lambda folder_view: (
            folder_view.folder.has_design and folder_view.folder.has("tables/country.parquet")
        ),
        _map_controls,
        _map,
    ),
    Tab("charts", "Charts", lambda folder_view: bool(_other_parts(folder_view)), _charts_controls, _charts),
    *(_part_tab(part) for part in PARTS if part.own_tab),
)
BY_TAB = {tab.key: tab for tab in TABS}


def tabs_of(folder_view: FolderView) -> list[Tab]:
    """The tabs that a folder can fill."""
    return [tab for tab in TABS if tab.there(folder_view)]

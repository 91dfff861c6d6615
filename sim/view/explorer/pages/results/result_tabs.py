"""The tabs of a results folder: when each is there, its controls, what it shows, and the table it can be taken away as."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import dash_ag_grid as dag
import numpy as np
import pandas as pd
from dash import html

from sim.analysis.differences import HEADLINES
from sim.analysis.outcomes import levels, pairs_at
from sim.runs.points import POINTS
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.overview import overview
from sim.view.explorer.pages.results.query import Asked, select, whole_number
from sim.view.folder_view import Opened
from sim.view.labels import SERIES_NAMES, factor_name
from sim.view.report_parts import BY_KEY, PARTS, Part
from sim.view.sections import design

METRICS = {headline.code: headline.name for headline in HEADLINES}
SERIES = {code: name for code, (name, _) in SERIES_NAMES.items()}
_ALL, _LOWEST, _HIGHEST = "all", "lowest", "highest"
_WORLD = "tables/world.parquet"
_PICKING = (
    "Pick out points by the list above the chart; the table under <em>Points</em> can be sorted and filtered."
)


@dataclass(frozen=True)
class Tab:
    """One tab. `table` gives its numbers as a table to download, where it has one."""

    key: str
    label: str
    there: Callable[[Opened], bool]
    controls: Callable[[Opened, Asked], list[Component]]
    body: Callable[[Opened, Asked], Component]
    table: Callable[[Opened, Asked], pd.DataFrame] | None = None


def _none(opened: Opened, asked: Asked) -> list[Component]:
    del opened, asked
    return []


def _has_runs(opened: Opened) -> bool:
    return opened.folder.has(_WORLD, POINTS) or not opened.folder.finished


def _has_points(opened: Opened) -> bool:
    return opened.folder.has_design and _has_runs(opened)


# --- over two factors -----------------------------------------------------------------------------------


def _two(opened: Opened, asked: Asked) -> tuple[str, str, str]:
    """Headline and two factors."""
    names = {name: factor_name(name) for name in opened.folder.factors}
    first = next(iter(names))
    x = asked.choice("x", names)
    y = asked.choice("y", names, next((name for name in names if name != first), first))
    return asked.choice("metric", METRICS), x, y


def _two_controls(opened: Opened, asked: Asked) -> list[Component]:
    metric, x, y = _two(opened, asked)
    names = {name: factor_name(name) for name in opened.folder.factors}
    return [
        select("metric", "Headline", METRICS, metric, 420),
        select("x", "Across", names, x),
        select("y", "Upwards", names, y),
    ]


def _heat(opened: Opened, asked: Asked) -> Component:
    metric, x, y = _two(opened, asked)
    section = design.over_two(
        opened.study, metric, opened.cells(metric, x, y), (x, y), len(opened.points(metric)), opened.seeds
    )
    return charts([section])


def _heat_table(opened: Opened, asked: Asked) -> pd.DataFrame:
    metric, x, y = _two(opened, asked)
    cells = opened.cells(metric, x, y)
    first = next(iter(cells.values()))
    rows = [(across, up) for up in first.y.names for across in first.x.names]
    columns = {name: one.mean.ravel() for name, one in cells.items()}
    return pd.DataFrame(rows, columns=[x, y if y != x else f"{y} (upwards)"]).assign(
        headline=metric, points=first.points.ravel(), **columns
    )


# --- spread ------------------------------------------------------------------------------------------------


def _choices_of_points(opened: Opened) -> dict[str, str]:
    """Which points a fan may be limited to: all of them, or those at one level of a factor, `<factor>=<number of the level>`."""
    out = {_ALL: "all points"}
    if opened.folder.has_design:
        values = opened.wide().values
        for name in opened.folder.factors:
            out |= {
                f"{name}={k}": f"{factor_name(name)} is {level}"
                for k, level in enumerate(levels(values[name]).names)
            }
    return out


def _spread_controls(opened: Opened, asked: Asked) -> list[Component]:
    out = [select("series", "What", SERIES, asked.choice("series", SERIES), 420)]
    if opened.folder.has_design:
        choices = _choices_of_points(opened)
        out.append(select("where", "Points where", choices, asked.choice("where", choices), 380))
    return out


def _fans(opened: Opened, asked: Asked) -> tuple[str, dict[str, pd.DataFrame], int, str]:
    series, where = asked.choice("series", SERIES), _ALL
    wide, chosen, what = opened.wide(), None, f"the {opened.seeds}: luck only"
    if opened.folder.has_design:
        choices = _choices_of_points(opened)
        where, what = (
            asked.choice("where", choices),
            f"what the design varies and the {opened.seeds} at each point",
        )
        if where != _ALL:
            chosen, what = (
                pairs_at(wide, _points_at(opened, where)),
                f"{what}, of points where {choices[where]}",
            )
    pairs = len(wide) if chosen is None else int(np.count_nonzero(chosen))
    return series, opened.fans(series, chosen, where), pairs, what


def _spread(opened: Opened, asked: Asked) -> Component:
    series, fans, pairs, what = _fans(opened, asked)
    return charts([design.spread(opened.study, series, fans, pairs, what, opened.one_switch)])


def _spread_table(opened: Opened, asked: Asked) -> pd.DataFrame:
    series, fans, pairs, _ = _fans(opened, asked)
    parts = [frame.assign(series=series, of=name, pairs=pairs) for name, frame in fans.items()]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


# --- points -----------------------------------------------------------------------------------------------


def _metric(opened: Opened, asked: Asked) -> str:
    del opened
    return asked.choice("metric", METRICS)


def _metric_controls(opened: Opened, asked: Asked) -> list[Component]:
    return [select("metric", "Headline", METRICS, _metric(opened, asked), 420)]


def _picks(opened: Opened) -> dict[str, str]:
    """Which points stand out: all, the ends of the outcome, or those at one level of a factor."""
    at_levels = {key: words for key, words in _choices_of_points(opened).items() if key != _ALL}
    return {
        _ALL: "all points",
        _LOWEST: "the lowest tenth of the outcome",
        _HIGHEST: "the highest tenth of the outcome",
        **at_levels,
    }


def _factors_controls(opened: Opened, asked: Asked) -> list[Component]:
    picks = _picks(opened)
    return [
        *_metric_controls(opened, asked),
        select("pick", "Pick out", picks, asked.choice("pick", picks), 380),
    ]


def _picked(opened: Opened, asked: Asked, outcome: "pd.Series[float]") -> design.Picked | None:
    picks = _picks(opened)
    pick = asked.choice("pick", picks)
    if pick == _ALL or outcome.empty:
        return None
    if pick in (_LOWEST, _HIGHEST):
        low, high = outcome.quantile(0.1), outcome.quantile(0.9)
        return design.Picked(
            outcome.index[outcome <= low if pick == _LOWEST else outcome >= high].to_numpy(), picks[pick]
        )
    return design.Picked(_points_at(opened, pick), f"points where {picks[pick]}")


def _points_at(opened: Opened, choice: str) -> np.ndarray:
    """The numbers of the points at a level of a factor, `<factor>=<number of the level>`."""
    factor, _, level = choice.rpartition("=")
    values = opened.wide().values
    picked: np.ndarray = values.index[levels(values[factor]).codes == int(level)].to_numpy()
    return picked


def _factors(opened: Opened, asked: Asked) -> Component:
    metric = _metric(opened, asked)
    values, at = opened.wide().values, opened.points(metric)
    picked = _picked(opened, asked, at[opened.which].dropna())
    return charts(
        [design.all_factors(opened.study, metric, values, at, opened.spreads(metric), picked, _PICKING)]
    )


def _points_table(opened: Opened, asked: Asked) -> pd.DataFrame:
    """A row a point: the design's values, and the headline in either world with its difference."""
    metric = _metric(opened, asked)
    at = opened.points(metric)
    labels = (
        [style.label for style in opened.study.compare]
        if opened.study.compare
        else [next(iter(opened.study.styles.values())).label]
    )
    kept = at.rename(columns=dict(zip(("a", "b"), labels, strict=False)))
    columns = [*labels, *(["difference"] if opened.study.compare else []), "low", "high", "pairs"]
    return opened.wide().values.reindex(at.index).join(kept[columns]).reset_index(names="point")


def _points(opened: Opened, asked: Asked) -> Component:
    table = _points_table(opened, asked)
    headline = next(one for one in HEADLINES if one.code == _metric(opened, asked))
    own = set(opened.folder.factors)
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
    of = "the difference" if opened.study.compare else "the value"
    read = (
        f"{headline.name}, {headline.unit}, {headline.window}. A row is a point: a mean over its pairs; low and high are the 95% interval of {of}. "
        "Sort by a heading, filter by the sign in it."
    )
    return html.Div([html.H2(f"{len(table):,} points"), html.P(read, className="read"), grid])


# --- claims -----------------------------------------------------------------------------------------------


def _claims_asked(opened: Opened, asked: Asked) -> tuple[int, str, str]:
    frame = opened.study.summary("claims")
    assert frame is not None, "the tab is there only where claims are"
    claims = {str(int(row["number"])): str(row["claim"]) for row in frame.to_dict("records")}
    names = {name: factor_name(name) for name in opened.folder.factors}
    x = asked.choice("x", names)
    return (
        int(asked.choice("claim", claims)),
        x,
        asked.choice("y", names, next((name for name in names if name != x), x)),
    )


def _claims_controls(opened: Opened, asked: Asked) -> list[Component]:
    frame = opened.study.summary("claims")
    assert frame is not None
    claim, x, y = _claims_asked(opened, asked)
    names = {name: factor_name(name) for name in opened.folder.factors}
    claims = {str(int(row["number"])): str(row["claim"]) for row in frame.to_dict("records")}
    return [
        select("claim", "Claim", claims, str(claim), 420),
        select("x", "Across", names, x),
        select("y", "Upwards", names, y),
    ]


def _claims(opened: Opened, asked: Asked) -> Component:
    claim, x, y = _claims_asked(opened, asked)
    return charts([design.claims(opened.study, opened.by_point(), x, y, claim)])


def _claims_table(opened: Opened, asked: Asked) -> pd.DataFrame:
    del asked
    found = opened.by_point()
    return pd.DataFrame() if found is None else found


# --- parts of the report ---------------------------------------------------------------------------------


def _can(opened: Opened, part: Part) -> bool:
    """Whether a part of the report can be filled by an experiment without a design."""
    return opened.folder.finished and not opened.folder.has_design and part.can_be_filled(opened.folder.files)


def _part_tab(part: Part) -> Tab:
    """A part of the report as a tab of its own."""

    def body(opened: Opened, asked: Asked) -> Component:
        del asked
        return charts([part.build(opened.study)])

    def table(opened: Opened, asked: Asked) -> pd.DataFrame:
        del asked
        frame = opened.study.summary(part.summaries[0])
        return pd.DataFrame() if frame is None else frame

    def there(opened: Opened) -> bool:
        swept_too = (
            opened.folder.has_design
            and opened.folder.finished
            and part.key not in ("claims",)
            and not part.tables
        )
        return _can(opened, part) or (swept_too and part.can_be_filled(opened.folder.files))

    return Tab(part.key, part.label, there, _none, body, table if part.summaries else None)


def _other_parts(opened: Opened) -> dict[str, str]:
    return {
        part.key: part.label
        for part in PARTS
        if not part.own_tab and part.key != "headlines" and _can(opened, part)
    }


def _charts_controls(opened: Opened, asked: Asked) -> list[Component]:
    parts = _other_parts(opened)
    return [select("part", "Part of the report", parts, asked.choice("part", parts))]


def _charts(opened: Opened, asked: Asked) -> Component:
    return charts([BY_KEY[asked.choice("part", _other_parts(opened))].build(opened.study)])


# --- one point ---------------------------------------------------------------------------------------------


def _point_parts(opened: Opened) -> dict[str, str]:
    """What can be shown of one point: what its tables fill, and what is worked out from its own pairs."""
    files = {
        *(name for name in opened.folder.files if name.startswith("tables/")),
        "headlines.csv",
        "series.csv",
    }
    if opened.folder.has("claims.csv", "claims_by_point.csv"):
        files.add("claims.csv")
    return {part.key: part.label for part in PARTS if part.can_be_filled(files) and part.key != "reproduce"}


def _last_point(opened: Opened) -> int:
    return int(opened.said["points"]) - 1


def _point_controls(opened: Opened, asked: Asked) -> list[Component]:
    parts, last = _point_parts(opened), _last_point(opened)
    return [
        whole_number("point", f"Point (0 to {last:,})", last, asked.number("point", last)),
        select("part", "Part of the report", parts, asked.choice("part", parts)),
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


def _point(opened: Opened, asked: Asked) -> Component:
    return _at_point(
        opened, asked.number("point", _last_point(opened)), asked.choice("part", _point_parts(opened))
    )


def _at_point(opened: Opened, point: int, part: str) -> Component:
    study = opened.at_point(point)
    values = opened.wide().values.loc[point]
    head = [html.H2(f"Point {point:,}"), _values_at((str(name), value) for name, value in values.items())]
    if not study.manifest["seeds"]:
        return html.Div(
            [
                *head,
                html.P(
                    "No pair of this point is in the tables: all of them failed, or are not done. Choose another point.",
                    className="read",
                ),
            ]
        )
    return html.Div([*head, charts([BY_KEY[part].build(study)])])


def _map_controls(opened: Opened, asked: Asked) -> list[Component]:
    last = _last_point(opened)
    return [whole_number("point", f"Point (0 to {last:,})", last, asked.number("point", last))]


def _map(opened: Opened, asked: Asked) -> Component:
    return _at_point(opened, asked.number("point", _last_point(opened)), "map")


def _has_claims(opened: Opened) -> bool:
    return opened.folder.has_design and opened.folder.finished and opened.folder.has("claims.csv")


TABS: tuple[Tab, ...] = (
    Tab("overview", "Overview", lambda opened: True, _none, overview),
    Tab("heat", "Heat map", _has_points, _two_controls, _heat, _heat_table),
    Tab("factors", "All factors", _has_points, _factors_controls, _factors, _points_table),
    Tab("points", "Points", _has_points, _metric_controls, _points, _points_table),
    Tab("fans", "Fans", _has_runs, _spread_controls, _spread, _spread_table),
    Tab("verdicts", "Claims", _has_claims, _claims_controls, _claims, _claims_table),
    Tab(
        "one",
        "One point",
        lambda opened: _has_points(opened) and opened.folder.finished,
        _point_controls,
        _point,
    ),
    Tab(
        "point-map",
        "Map",
        lambda opened: opened.folder.has_design and opened.folder.has("tables/country.parquet"),
        _map_controls,
        _map,
    ),
    Tab("charts", "Charts", lambda opened: bool(_other_parts(opened)), _charts_controls, _charts),
    *(_part_tab(part) for part in PARTS if part.own_tab),
)
BY_TAB = {tab.key: tab for tab in TABS}


def tabs_of(opened: Opened) -> list[Tab]:
    """The tabs that a folder can fill."""
    return [tab for tab in TABS if tab.there(opened)]

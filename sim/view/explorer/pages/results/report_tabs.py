"""The tabs that show parts of the report: of the whole folder, or of one point of its design."""

import pandas as pd
from dash import html

from sim.analysis.factor_names import factor_name
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.query import Query
from sim.view.explorer.pages.results.tab import Tab, has_points, of_design
from sim.view.figures.design_charts import plain_words
from sim.view.folder_view import FolderView
from sim.view.number_format import setting
from sim.view.report_parts import BY_KEY, PARTS, Part


def _can(folder_view: FolderView, part: Part) -> bool:
    """Whether a finished folder can fill a part of the report; of a design, only from summaries."""
    of_design = folder_view.folder.has_design
    fits = not of_design or (part.own_tab and part.key != "claims" and not part.tables)
    return folder_view.folder.finished and fits and part.can_be_filled(folder_view.folder.files)


def part_tab(part: Part) -> Tab:
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
                html.Strong(plain_words(setting(value))),
            ]
        )
        for name, value in folder_view.series().values.loc[point].items()
    ]
    none = "The tables have no pair of this point: all failed or are not done. Choose another point."
    found = charts([BY_KEY[part].section(view)]) if view.manifest["seeds"] else html.P(none, className="read")
    return html.Div([html.H2(f"Point {point:,}"), html.Ul(values, className="values"), found])


ONE_POINT = Tab(
    "one",
    "One point",
    lambda folder_view: folder_view.folder.finished and has_points(folder_view),
    _point,
    _point_choices,
)
POINT_MAP = Tab(
    "point-map",
    "Map",
    lambda folder_view: of_design(folder_view, "tables/country.parquet"),
    _point,
    _point_choice,
)
CHARTS = Tab(
    "charts",
    "Charts",
    lambda folder_view: bool(_other_parts(folder_view)),
    lambda folder_view, part: charts([BY_KEY[part].section(folder_view.view)]),
    _chart_choices,
)

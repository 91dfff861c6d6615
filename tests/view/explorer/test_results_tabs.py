"""Every tab of every kind of results folder builds, with figures that plotly takes; without a browser."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import pytest

from sim.pipeline import Finished
from sim.runs.plan import Plan
from sim.runs.results import FolderResults
from sim.runs.watch import watched, write_unchanging
from sim.view.explorer.pages.results.design_tabs import _grid
from sim.view.explorer.pages.results.overview import grouped, more
from sim.view.explorer.pages.results.query import Query, ignored, parsed
from sim.view.explorer.pages.results.result_tabs import BY_TAB, tabs_of
from sim.view.explorer.pages.results.spread_tab import SERIES
from sim.view.explorer.pages.results.tab import METRICS
from sim.view.folder_view import FolderView, Kept, open_results
from sim.view.report_parts import PARTS
from sim.view.results_folders import FolderSummary, list_folders
from sim.view.sweep_report import in_question
from tests.swept_results import asked, gap, swept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"), record="country", fails=True, levers=True)


@pytest.fixture(scope="module")
def folder_view(finished: Finished) -> FolderView:
    return open_results(finished.folder.parent, "known")


@pytest.fixture
def drawn(finished: Finished, tmp_path: Path) -> FolderView:
    """The same results as if a fit had drawn all factors."""
    folder = tmp_path / "results" / "drawn"
    shutil.copytree(finished.folder, folder)
    manifest = json.loads((folder / "manifest.json").read_text())
    design = manifest["scenario"]["experiment"]["design"]
    manifest["scenario"]["experiment"]["design"] = {**design, "method": "posterior", "levers": {}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return open_results(folder.parent, "drawn")


def test_one_factor_makes_no_heat_map(folder_view: FolderView, monkeypatch: pytest.MonkeyPatch) -> None:
    assert BY_TAB["heat"].there(folder_view)
    monkeypatch.setattr(FolderView, "choices", folder_view.choices[:1])
    assert not BY_TAB["heat"].there(folder_view)


def test_a_claim_opens_over_the_factors_that_move_it_most(
    folder_view: FolderView, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_, last = folder_view.choices
    monkeypatch.setattr(FolderView, "axes_of_claim", lambda self, number: (last, first))
    choices = BY_TAB["verdicts"].choices
    assert choices(folder_view, Query({}))[1:] == (last, first)
    assert choices(folder_view, Query({"x": first}))[1:] == (first, last)


def test_why_there_is_no_region_is_a_sentence(folder_view: FolderView) -> None:
    said = str(BY_TAB["regions"].content(folder_view, Query({})))
    assert "The design has 12 finished points; a region needs 40 or more." in said


def test_draws_of_a_fit_are_no_factors_to_choose(drawn: FolderView, folder_view: FolderView) -> None:
    assert "heat" in {tab.key for tab in tabs_of(folder_view)}
    assert "heat" not in {tab.key for tab in tabs_of(drawn)}
    for key, param in (("factors", "pick"), ("fans", "where"), ("verdicts", "x")):
        query = Query({})
        BY_TAB[key].controls(drawn, query)
        offered = json.dumps([control.to_plotly_json() for control in query.controls], default=str)
        assert not [
            name for name in drawn.folder.factors if f"{name}=" in offered or f'"{name}"' in offered
        ], param
    [page] = contents(BY_TAB["factors"].content(drawn, Query({})))
    assert "How far apart are the draws?" in json.dumps(page)


@pytest.fixture
def begun(finished: Finished, tmp_path: Path) -> Iterator[FolderView]:
    """A run under way that has stored nothing yet."""
    plan, folder = Plan(asked(tmp_path / "asked", levers=True)), tmp_path / "results" / "begun"
    with watched(plan, folder, tmp_path / "store") as watch:
        write_unchanging(plan, folder)
        watch.stage("running", 24)
        yield open_results(tmp_path / "results", "begun")


def contents(component: Any) -> Iterator[dict[str, Any]]:
    """What the parts of a page that draw charts are given."""
    props = component.to_plotly_json()["props"] if hasattr(component, "to_plotly_json") else {}
    if "data-content" in props:
        yield json.loads(props["data-content"])
    children = props.get("children")
    for child in children if isinstance(children, list | tuple) else [children]:
        if child is not None and not isinstance(child, str | int | float):
            yield from contents(child)


def shown(folder_view: FolderView, tab: str, **values: str) -> tuple[str, dict[str, Any]]:
    """The HTML and figures of a tab, each of which plotly has accepted."""
    assert BY_TAB[tab].controls(folder_view, Query(values)) is not None
    found = list(contents(BY_TAB[tab].content(folder_view, Query(values))))
    figures = {box: figure for one in found for box, figure in one["figures"].items()}
    for figure in figures.values():
        go.Figure({"data": figure["data"], "layout": figure["layout"]})
    return "".join(one["html"] for one in found), figures


def test_a_sweep_has_its_tabs_and_each_builds(folder_view: FolderView) -> None:
    keys = [tab.key for tab in tabs_of(folder_view)]
    assert keys == [
        "overview",
        "drivers",
        "heat",
        "factors",
        "points",
        "fans",
        "verdicts",
        "regions",
        "one",
        "point-map",
    ]
    for key in keys:
        html, figures = shown(folder_view, key)
        assert html or figures or key == "points"
        assert "nan" not in html.lower().split()


@pytest.mark.parametrize("metric", METRICS)
def test_every_headline_can_be_mapped(folder_view: FolderView, metric: str) -> None:
    html, figures = shown(folder_view, "heat", metric=metric, x="trust.peer_weight", y="switch_date")
    assert len(figures) == 3
    assert METRICS[metric].split("'")[0] in html


@pytest.mark.parametrize("series", SERIES)
def test_every_series_has_a_fan(folder_view: FolderView, series: str) -> None:
    _, figures = shown(folder_view, "fans", series=series, where="trust.asymmetry=2")
    assert len(figures) == 2


def test_a_fan_of_chosen_points_is_of_these_points(folder_view: FolderView) -> None:
    _, figures = shown(folder_view, "fans", series="trust", where="trust.asymmetry=2")
    assert figures["fan-1"]["data"][-1]["y"][-1] == pytest.approx(-100.0 * gap(4.0))
    frame = BY_TAB["fans"].numbers(folder_view, Query({"series": "trust", "where": "trust.asymmetry=2"}))
    assert frame["pairs"].unique().tolist() == [8]


def test_a_claim_is_shown_where_it_holds(folder_view: FolderView) -> None:
    _, figures = shown(folder_view, "verdicts", claim="1")
    marks = {trace["name"]: set(trace["x"]) for trace in figures["verdicts-over-0"]["data"]}
    assert any(name.startswith("holds") and values == {4.0} for name, values in marks.items())
    assert figures["verdicts-0"]["data"][0]["x"] == [11, 4], "at the point with one pair there is no interval"


def test_differences_are_drawn_on_a_symmetric_scale_in_the_worlds_colours(folder_view: FolderView) -> None:
    _, figures = shown(folder_view, "heat")
    scale = figures["heat-map-0"]["layout"]["coloraxis"]
    assert scale["cmin"] == -scale["cmax"]
    assert scale["colorscale"][0][1] == folder_view.view.styles["microsoft_wins"].colour
    levels = [figures[f"heat-map-{k}"]["layout"]["coloraxis"] for k in (1, 2)]
    assert levels[0]["colorscale"] == "Cividis"
    assert (levels[0]["cmin"], levels[0]["cmax"]) == (levels[1]["cmin"], levels[1]["cmax"])


def test_points_can_be_picked_out_among_all_factors(folder_view: FolderView) -> None:
    _, figures = shown(folder_view, "factors", metric="trust", pick="trust.asymmetry=2")
    ends = figures["parallel-0"]["data"][-1]
    assert [round(value) for _, value in ends["customdata"]] == [-4] * 4
    html, figures = shown(folder_view, "factors", metric="trust", pick="lowest")
    assert "the lowest tenth of the outcome" in html
    assert {round(value) for _, value in figures["parallel-0"]["data"][-1]["customdata"]} == {-4}
    _, figures = shown(folder_view, "factors", metric="trust")
    assert len(figures["parallel-0"]["data"][-1]["customdata"]) == 12
    lines = [trace for trace in figures["parallel-0"]["data"] if trace["mode"] == "lines"]
    assert sum(trace["x"].count(None) for trace in lines) == 12, "every point is a line, once"


def test_one_point_shows_its_own_numbers_and_switch(folder_view: FolderView) -> None:
    html, _ = shown(folder_view, "one", point="7", part="headlines")
    assert "Trust in US providers abroad" in html
    _, figures = shown(folder_view, "one", point="7", part="trust")
    stories = [text for trace in figures["trust-abroad-0"]["data"] for text in trace.get("hovertext", [])]
    assert any("The switch</b> 2015-07-31" in story for story in stories)


def test_the_table_of_points_is_what_the_heat_map_is_made_of(folder_view: FolderView) -> None:
    frame = BY_TAB["points"].numbers(folder_view, Query({"metric": "trust"}))
    assert list(frame.columns)[:4] == ["point", "trust.asymmetry", "trust.peer_weight", "switch_date"]
    whole = frame[frame["pairs"] == 2]
    assert whole["difference"].to_numpy() == pytest.approx(-100 * gap(whole["trust.asymmetry"].to_numpy()))


def test_a_run_that_has_stored_nothing_says_so_in_every_tab(begun: FolderView) -> None:
    assert [tab.key for tab in tabs_of(begun)] == ["overview", "drivers", "heat", "factors", "points", "fans"]
    for tab in tabs_of(begun):
        html, figures = shown(begun, tab.key)
        assert figures == {}
        assert "Not shown" in html or tab.key in ("overview", "points")
    assert "No pair is done yet" in str(more(begun))


def test_a_plain_experiment_shows_the_parts_of_its_report(
    make_results: Callable[..., FolderResults], tmp_path: Path
) -> None:
    results = make_results(["microsoft_wins", "doj_wins"])
    plain = open_results(results.folder.parent, results.folder.name)
    assert [tab.label for tab in tabs_of(plain)] == [
        "Overview",
        "Charts",
        *(part.label for part in PARTS if part.own_tab and part.always and part.key != "evidence"),
    ]
    for tab in tabs_of(plain):
        html, figures = shown(plain, tab.key)
        assert html
        assert figures or "<table" in html


def test_an_address_is_checked_and_what_it_asks_in_vain_is_said() -> None:
    asked = Query(parsed("metric=nonsense&point=99&x=%3Cscript%3E"))
    assert asked.choice("metric", METRICS) == "trust"
    assert asked.number("point", 11) == 0
    assert len(asked.complaints) == 2
    assert Query({"point": "7"}).number("point", 11) == 7
    assert parsed("&".join(f"a{k}=1" for k in range(1000))) == {}
    assert parsed("x=" + "y" * 10_000)["x"] == "y" * 200
    assert not ignored("metric=trust&x=&tab=heat")
    assert ignored("a=b&x=1&x=2&a=c") == [
        "there is no choice \N{LEFT DOUBLE QUOTATION MARK}a\N{RIGHT DOUBLE QUOTATION MARK}",
        "x is given twice; the last counts",
    ]
    assert ignored("&".join(f"a{k}=1" for k in range(1000))) == ["it has more than 30 choices; none is used"]


def test_the_list_is_of_plain_facts(finished: Finished) -> None:
    (one,) = list_folders(finished.folder.parent)
    assert isinstance(one, FolderSummary)
    assert (one.points, one.runs, one.failed) == (12, 48, 1)
    assert pd.Timestamp(one.made) <= pd.Timestamp.now()


def test_ten_threads_that_need_the_same_number_wait_for_one_computation() -> None:
    kept, made = Kept(), list[int]()

    def slow() -> int:
        time.sleep(0.1)
        made.append(1)
        return 7

    with ThreadPoolExecutor(10) as threads:
        numbers = [threads.submit(kept.once, "key", slow) for _ in range(10)]
        assert [number.result() for number in numbers] == [7] * 10
    assert len(made) == 1


def test_a_failed_computation_is_tried_again() -> None:
    kept = Kept()

    def broken() -> int:
        raise OSError("a damaged page")

    with pytest.raises(OSError, match="damaged"):
        kept.once("a", broken)
    assert kept.once("a", lambda: 1) == 1
    assert kept.once("a", lambda: 2) == 1


def test_warnings_of_one_kind_are_said_once() -> None:
    said = ["a.b: has no effect: none has it", "Alone.", "c: has no effect: none has it", "d: other"]
    assert grouped(said) == ["a.b, c: has no effect: none has it", "Alone.", "d: other"]


def test_levels_without_end_do_not_fill_the_memory() -> None:
    kept = Kept()
    for level in range(10 * Kept.MOST):
        kept.once(f"regions {level}", lambda level=level: level)
        kept.once("series", lambda: -1)
    assert len(kept._values) == len(kept._locks) == Kept.MOST
    assert kept.once("series", lambda: 0) == -1, "what is used often stays"


def test_numbers_of_the_last_few_readings_are_kept(finished: Finished) -> None:
    first = open_results(finished.folder.parent, "known")
    assert open_results(finished.folder.parent, "known").points("trust") is first.points("trust")
    before = first.points("trust")
    for stamp in range(8):
        replace(first, folder=replace(first.folder, stamp=stamp)).series()
    assert open_results(finished.folder.parent, "known").points("trust") is not before


def test_the_drivers_tab_names_what_moves_the_headline_and_gives_its_numbers(folder_view: FolderView) -> None:
    html, figures = shown(folder_view, "drivers", metric="trust")
    assert "<strong>weight of bad news over good</strong>" in html
    assert {"ranking-0", "ranking-1", "by-state-0"} <= set(figures)
    table = BY_TAB["drivers"].numbers(folder_view, Query({"metric": "trust"}))
    assert table["factor"].iloc[0] == "trust.asymmetry"
    html, _ = shown(folder_view, "drivers", metric="laws")
    assert "<strong>constant</strong>" in html


def test_the_drivers_of_a_run_under_way_come_at_its_end(begun: FolderView) -> None:
    html, figures = shown(begun, "drivers", metric="trust")
    assert "They are computed at the end of the run" in html
    assert not figures


def test_the_table_of_points_has_plain_words_and_no_broken_heading() -> None:
    values = {"law.tests.location.bar": ["ends_at_border"], "choice.sensitivity": [1.0], "low": [0.1]}
    table = pd.DataFrame(values)
    grid = _grid(table, ("law.tests.location.bar", "choice.sensitivity"))
    columns = {column["headerName"]: column["minWidth"] for column in grid.columnDefs}
    wide = "customers' sensitivity to perceived risk"
    assert list(columns) == ["reach of the US bar on disclosure", wide, "low"]
    assert columns[wide] > columns["low"]
    assert grid.rowData[0]["law_tests_location_bar"] == "ends at border"


def test_the_overview_has_the_headlines_that_claims_are_about(folder_view: FolderView) -> None:
    assert str(more(folder_view)).count("Trust in US providers abroad") == 1
    claims = pd.DataFrame({"measure": ["foreign_us_success_12m"], "number": [0]})
    assert in_question(SimpleNamespace(summary={"claims": claims}.get)) == ["foreign_success"]  # type: ignore[arg-type]

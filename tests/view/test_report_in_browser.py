"""The report in a real browser, from a file, with no network at all."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sim.runs.results import FolderResults
from sim.view.html_page import TITLES
from sim.view.report import build
from tests.swept_results import swept
from tests.view.accessible import barriers

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None and os.environ.get("CI") != "true",
        reason="no chromium on the PATH; in CI its absence is a failure",
    ),
]


# Titles of panels and of axes that a panel is too small for, and titles of panels that run into the chart.
CUT_TITLES = """[...document.querySelectorAll('.plot :is(.gtitle, .xtitle, .ytitle)')].filter(title => {
    const plot = title.closest('.plot'), panel = plot.getBoundingClientRect();
    const words = title.getBoundingClientRect(), chart = panel.top + plot._fullLayout._size.t;
    return words.left < panel.left - 2 || words.right > panel.right + 2 ||
        words.top < panel.top - 2 || words.bottom > panel.bottom + 2 ||
        (title.classList.contains('gtitle') && words.bottom > chart + 2);
}).map(title => title.textContent)"""


# Charts in which panels that touch the same height of the page begin at different heights.
UNEVEN_ROWS = """[...document.querySelectorAll('.panels')].filter(chart => {
    const panels = [...chart.querySelectorAll('.plot')].map(panel => panel.getBoundingClientRect());
    return panels.some(one => panels.some(other => Math.abs(one.top - other.top) > 1
        && one.top < other.bottom && other.top < one.bottom));
}).map(chart => chart.closest('figure').id)"""


class Opened:
    """A report in a page that writes down every complaint and every request that leaves the file."""

    def __init__(self, browser: Browser, report: Path, width: int) -> None:
        self.page: Page = browser.new_page(viewport={"width": width, "height": 900})
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page.on(
            "console",
            lambda message: (
                self.complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(report.as_uri())
        plots = self.page.locator(".plot")
        for at in range(plots.count()):
            plots.nth(at).scroll_into_view_if_needed()
        self.page.wait_for_function(
            "[...document.querySelectorAll('.plot')].every(plot => plot.querySelector('.main-svg'))"
        )
        self.page.wait_for_load_state("networkidle")


@pytest.fixture(scope="module")
def two_worlds_open(
    chromium: Browser, two_worlds: FolderResults, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opened]:
    """The two-world report, opened once for the tests that only look or use its controls."""
    opened = Opened(chromium, build(two_worlds, tmp_path_factory.mktemp("report")), 1280)
    yield opened
    opened.page.close()


@pytest.mark.parametrize(
    ("which", "width"),
    [
        ("one_world", 420),
        pytest.param("two_worlds", 420, marks=pytest.mark.long),
        pytest.param("two_worlds", 1280, marks=pytest.mark.long),
        pytest.param("three_worlds", 1280, marks=pytest.mark.long),
    ],
)
def test_report_opens_offline_draws_everything_and_fits(
    chromium: Browser, which: str, width: int, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    report = build(request.getfixturevalue(which), tmp_path)
    opened = Opened(chromium, report, width)
    page = opened.page
    assert opened.complaints == []
    assert opened.requests == [report.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    too_wide = (
        "[...document.querySelectorAll('.plot .main-svg')].filter(svg => "
        "svg.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert page.evaluate(too_wide) == 0
    empty = """[...document.querySelectorAll('.plot')].filter(plot => !plot.querySelector(
        '.scatterlayer .trace, .barlayer .trace, .choroplethlayer path, .sankey-link'
        )).map(plot => plot.id)"""
    assert page.evaluate(empty) == []
    assert page.evaluate(CUT_TITLES) == []
    assert page.evaluate(UNEVEN_ROWS) == []
    assert barriers(page) == []
    page.close()


@pytest.mark.long
def test_a_sweeps_report_opens_offline_draws_everything_and_fits(chromium: Browser, tmp_path: Path) -> None:
    report = build(FolderResults(swept(tmp_path, levers=True).folder), tmp_path / "report.html")
    for width in (420, 1280):
        opened = Opened(chromium, report, width)
        assert opened.complaints == []
        assert opened.requests == [report.as_uri()]
        assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
        assert opened.page.evaluate(CUT_TITLES) == []
        assert opened.page.evaluate(UNEVEN_ROWS) == []
        assert barriers(opened.page) == []
        opened.page.close()


@pytest.mark.long
def test_map_draws_every_country_and_the_slider_moves_all_maps(two_worlds_open: Opened) -> None:
    page = two_worlds_open.page
    outlined = page.evaluate(
        "[...document.querySelectorAll('#trust-map .plot')].map(plot => [plot.data[0].locations.length, "
        "plot.querySelectorAll('.choroplethlayer path').length])"
    )
    assert len(outlined) == 3
    assert all(wanted == drawn > 0 for wanted, drawn in outlined)
    dots = page.evaluate(
        "[...document.querySelectorAll('#trust-map .plot')].map(plot => [plot.data[1].lon.length, "
        "plot.querySelectorAll('.scattergeo .point').length])"
    )
    assert all(wanted == drawn > 0 for wanted, drawn in dots)
    values = "[...document.querySelectorAll('#trust-map .plot')].map(plot => plot.data[0].z[0])"
    last = page.evaluate(values)
    page.locator("#trust-map-choice").press("Home")
    page.wait_for_timeout(300)
    assert page.locator("#trust-map output").inner_text() == "December 2013"
    first = page.evaluate(values)
    assert all(before != after for before, after in zip(last, first, strict=True))
    assert two_worlds_open.complaints == []


@pytest.mark.long
def test_choosing_a_country_changes_every_panel_and_keeps_their_axes_equal(two_worlds_open: Opened) -> None:
    page = two_worlds_open.page
    state = (
        "[...document.querySelectorAll('#trust-country .plot')].map(plot => [plot.data[2].y[100], "
        "plot.layout.yaxis.range.join()])"
    )
    before = page.evaluate(state)
    page.locator("#trust-country-choice").select_option("BR")
    page.wait_for_timeout(300)
    after = page.evaluate(state)
    assert all(old[0] != new[0] for old, new in zip(before, after, strict=True))
    assert len({panel[1] for panel in after}) == 1
    assert two_worlds_open.complaints == []


@pytest.mark.long
def test_type_is_never_smaller_than_twelve_pixels(two_worlds_open: Opened) -> None:
    small = """[...document.querySelectorAll('body *')].filter(node =>
        [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim())
        && !['SCRIPT', 'STYLE'].includes(node.tagName)
        && parseFloat(getComputedStyle(node).fontSize) < 12).map(node => node.textContent)"""
    assert two_worlds_open.page.evaluate(small) == []


def test_a_title_keeps_inside_its_panel_though_numbers_push_the_chart_aside(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<p></p>")
    page.add_script_tag(path=TITLES)
    margin, width, pushed = {"l": 48, "r": 14, "t": 34, "b": 36}, 387, 20
    layout = {"margin": margin, "height": 300, "font": {"family": "sans-serif"}}
    widest = """([layout, width]) => {
        const pen = document.createElement("canvas").getContext("2d");
        pen.font = "14px sans-serif";
        const title = warrantsim.titled(layout, width)[0].xaxis.title.text;
        return Math.max(...title.split("<br>").map(line => pen.measureText(line).width));
    }"""
    middle = (margin["l"] + pushed + width - margin["r"]) / 2
    for length in range(30, 80):
        words = " ".join("abcd" for _ in range(length))
        drawn = page.evaluate(widest, [layout | {"xaxis": {"title": {"text": words}}}, width])
        assert middle + drawn / 2 <= width
    page.close()


def test_numbers_of_a_heat_map_go_where_cells_are_too_narrow(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<p></p>")
    page.add_script_tag(path=TITLES)
    trace = {"type": "heatmap", "x": ["a", "b", "c", "d"], "y": ["0", "0.3333"], "texttemplate": "%{text}"}
    trace |= {"text": [["-1.11"] * 4] * 2, "textfont": {"size": 12}}
    layout = {"yaxis": {"title": {"text": "spillover"}}, "font": {"family": "DejaVu Sans, sans-serif"}}
    drawn = "([trace, layout, width]) => warrantsim.written([trace], layout, width)[0]"

    def at(width: int) -> dict[str, Any]:
        found: dict[str, Any] = page.evaluate(drawn, [trace, layout, width])
        return found

    assert at(900) == trace
    written = [bool(at(width)["texttemplate"]) for width in range(200, 400, 5)]
    assert written == sorted(written) and written[-1]
    assert at(200)["texttemplate"] == "" and at(200)["text"] == trace["text"]
    page.close()

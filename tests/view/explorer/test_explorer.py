"""What a person does in the explorer, in a real browser without a network."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from sim import pipeline
from sim.scenario.resolution import resolve
from tests.view.accessible import barriers
from tests.view.explorer.conftest import PAIRS, Visitor

pytestmark = pytest.mark.browser

TRACES = """() => [0, 1].map(k => { const plot = document.querySelector('#trust-now-' + k);
    return plot.data.filter(trace => trace.mode === 'lines' && trace.name)
        .map(trace => trace.y.slice(-1)[0]); })"""
# What is drawn: the shapes of the worlds' lines; how many codes of events, and lines at events, stand in the
# chart.
LINES = """() => [...document.querySelectorAll('#trust-now-0 .js-line')].slice(0, 2)
    .map(line => line.getAttribute('d'))"""
# Codes of events that have room above the chart, and lines of events.
MARKS = """() => ['.xy9 .textpoint', '.xy8 .js-line'].map(what =>
    [...document.querySelectorAll('#trust-now-0 ' + what)]
        .filter(x => x.textContent || x.tagName === 'path').length)"""
WAIT = 90_000  # milliseconds; a busy machine takes its time


def settled(page: Page, pairs: int = PAIRS) -> None:
    """Wait until so many pairs are drawn."""
    expect(page.locator("#status")).to_contain_text(f"{pairs} of ", timeout=WAIT)
    page.wait_for_function(
        "() => !window.warrantsim.gate.busy && window.warrantsim.painted && "
        "window.warrantsim.painted.move === window.warrantsim.gate.move",
        timeout=WAIT,
    )


def slider(page: Page, path: str):
    return page.locator(f".knob-row:has(code:text-is('{path}'))").get_by_role("slider")


@pytest.mark.long
def test_move_a_slider_click_a_country_share_and_take_away(
    visitor: Visitor, tmp_path: Path, pictures: Path | None
) -> None:
    page = visitor.open()
    settled(page)
    assert page.url == visitor.address + "/"
    expect(page.locator("#sentence")).to_contain_text("DOJ wins")
    if pictures is not None:
        page.screenshot(path=pictures / "explorer.png")
    before = page.evaluate(TRACES)

    slider(page, "trust.asymmetry").press("End")
    expect(page).to_have_url(f"{visitor.address}/?trust.asymmetry=5")
    settled(page)
    after = page.evaluate(TRACES)
    assert len(before[0]) == 2 and len(before[1]) == 1
    assert all(
        one != other
        for panel, other_panel in zip(before, after, strict=True)
        for one, other in zip(panel, other_panel, strict=True)
    )

    # a click on a country, in the list of all countries, and everything is about it
    page.locator("#trust-end").scroll_into_view_if_needed()
    page.wait_for_selector("#trust-end-0 .scatterlayer .point")
    spot = page.evaluate(
        """() => { const plot = document.querySelector('#trust-end-0');
            const box = plot.getBoundingClientRect(), names = plot.layout.yaxis.categoryarray;
        const at = plot.data[0].y.indexOf('Germany'), layout = plot._fullLayout;
        return {x: box.left + layout._size.l + layout.xaxis.d2p(plot.data[0].x[at]),
            y: box.top + layout._size.t + layout.yaxis.d2p('Germany')}; }"""
    )
    page.mouse.click(spot["x"], spot["y"])
    expect(page).to_have_url(f"{visitor.address}/?trust.asymmetry=5&place=DE")
    expect(page.locator("#trust-now h3")).to_contain_text("in Germany")
    assert page.locator("#place").input_value() == "Germany"

    # the link opens the same state in another page
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("() => navigator.clipboard.readText()")
    settled(page)
    other = visitor.open(link.removeprefix(visitor.address))
    settled(other)
    assert other.url == page.url
    assert other.evaluate(TRACES) == page.evaluate(TRACES)
    assert slider(other, "trust.asymmetry").get_attribute("aria-valuenow") == "5"
    other.close()

    # the YAML gives the same numbers from the command line, and the data are those
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="This experiment (YAML)").click()
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Parquet").click()
    data = tmp_path / "data.zip"
    download.value.save_as(data)
    resolved = resolve(file)
    assert resolved.experiment.seeds.count == PAIRS
    done = pipeline.run(resolve(file, seeds=1), tmp_path / "out", workers=1)
    with zipfile.ZipFile(data) as archive:
        archive.extractall(tmp_path)
        assert {"world.parquet", "country.parquet", "data_dictionary.md", "explorer.yaml"} <= set(
            archive.namelist()
        )
    for table, keys in (("world", ["world", "month"]), ("country", ["world", "month", "country"])):
        names = {key: str for key in keys if key != "month"}
        shown = (
            pd.read_parquet(tmp_path / f"{table}.parquet").query("seed == 1").astype(names).sort_values(keys)
        )
        stored = done.results.table(table).astype(names).sort_values(keys)
        np.testing.assert_array_equal(shown["trust"].to_numpy(), stored["trust"].to_numpy())
        if table == "country":
            on_screen = page.evaluate(
                "() => document.querySelector('#trust-now-0').data.filter(trace => trace.mode === 'lines' "
                "&& trace.name)[0].y"
            )
            every = pd.read_parquet(tmp_path / "country.parquet").query(
                "country == 'DE' and world == 'microsoft_wins'"
            )
            np.testing.assert_allclose(
                on_screen, 100 * every.groupby("month")["trust"].median().to_numpy(), rtol=1e-5
            )

    # undo goes back to the state before; reset to the beginning
    page.get_by_role("button", name="Undo").click()
    expect(page).to_have_url(f"{visitor.address}/?place=DE", timeout=WAIT)
    settled(page)
    page.close()


@pytest.mark.long
def test_worlds_are_picked_added_and_compared_and_the_map_plays(
    visitor: Visitor, pictures: Path | None
) -> None:
    page = visitor.open("/?tab=map&pairs=1&month=2014-03")
    settled(page, 1)
    assert page.locator("#map-now output").inner_text() == "March 2014"
    frame = "() => document.querySelector('#map-now-2').data[0].z.slice(0, 40)"
    before = page.evaluate(frame)
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(
        "() => !['March 2014', 'April 2014', 'May 2014', 'June 2014', 'July "
        "2014'].includes(document.querySelector('#map-now output').textContent)"
    )
    page.get_by_role("button", name="Pause").click()
    assert page.evaluate(frame) != before
    assert max(map(abs, before)) == 0.0  # before the switch there is no difference
    page.wait_for_function("() => window.location.search.includes('month=20')")
    if pictures is not None:
        page.screenshot(path=pictures / "explorer-map.png", full_page=True)

    # another rule for world B, then a third world
    page.get_by_role("textbox", name="Rule").nth(1).click()
    page.get_by_role("option", name="CLOUD Act").click()
    page.wait_for_function("() => window.location.search.includes('world=cloud_act')")
    settled(page, 1)
    assert page.locator(".world strong").nth(1).inner_text().startswith("B: CLOUD Act")
    page.get_by_role("button", name="Add a world").click()
    page.wait_for_function("() => window.location.search.includes('world=history')")
    settled(page, 1)
    assert page.locator("#map-now .plot").count() == 4  # three worlds and a difference
    page.get_by_role("button", name="Remove world C").click()
    page.wait_for_function("() => !window.location.search.includes('world=history')")
    settled(page, 1)
    assert page.locator("#map-now .plot").count() == 3

    # moves between countries over a span
    page.get_by_role("tab", name="Data").click()
    settled(page, 1)
    page.get_by_role("textbox", name="Moves between").click()
    page.get_by_role("option", name="countries").click()
    page.wait_for_function("() => window.location.search.includes('streams=countries')")
    page.locator(".span").get_by_role("slider").first.press("ArrowRight")
    expect(page.locator("#span-said")).to_contain_text("Moves from 2014-09 to 2025-12", timeout=WAIT)
    page.close()


@pytest.mark.long
def test_the_compared_worlds_are_named_as_they_are_now_and_no_world_is_compared_with_itself(
    visitor: Visitor,
) -> None:
    three = "world=microsoft_wins@2014-07-31&world=doj_wins@2014-07-31&world=history"
    page = visitor.open(f"/?{three}&pairs=1")
    settled(page, 1)
    page.get_by_role("textbox", name="Rule").nth(2).click()
    page.get_by_role("option", name="CLOUD Act", exact=True).click()
    page.wait_for_function("() => window.location.search.includes('world=cloud_act')")
    settled(page, 1)
    third = page.locator(".world strong").nth(2).inner_text()
    assert third.startswith("C: CLOUD Act")
    for name in ("Difference: this world", "minus this one"):
        page.get_by_role("textbox", name=name).click()
        page.get_by_role("option", name=third, exact=True).click()
    expect(page.locator("#status")).to_contain_text(
        "This cannot be run: a world has no difference from itself", timeout=WAIT
    )
    page.close()


@pytest.mark.long
def test_the_span_of_moves_that_nobody_moved_follows_the_switch(visitor: Visitor) -> None:
    page = visitor.open("/?pairs=1&tab=data")
    settled(page, 1)
    page.get_by_role("textbox", name="Start from").click()
    page.get_by_role("option", name="The CLOUD Act", exact=True).click()
    page.wait_for_function("() => window.location.search.includes('preset=cloud_act')")
    settled(page, 1)
    said = page.locator("#span-said").inner_text()
    assert said != "Moves from 2014-08 to 2025-12"
    page.locator(".span").get_by_role("slider").last.press("ArrowLeft")
    expect(page.locator("#span-said")).to_have_text(said.replace("2025-12", "2025-11"), timeout=WAIT)
    page.close()


@pytest.mark.long
def test_lines_move_with_a_slider_and_what_stands_around_them_stays(visitor: Visitor) -> None:
    page = visitor.open("/?pairs=1")
    settled(page, 1)
    lines, marks = page.evaluate(LINES), page.evaluate(MARKS)
    assert min(marks) > 1
    for key in ("ArrowRight", "End", "ArrowLeft"):  # within the axes, out of them, within the new ones
        slider(page, "trust.asymmetry").press(key)
        page.wait_for_function(
            "before => document.querySelector('#trust-now-0 .js-line').getAttribute('d') !== before",
            arg=lines[0],
        )
        settled(page, 1)
        assert page.evaluate(MARKS) == marks
        lines = page.evaluate(LINES)
    page.close()


@pytest.mark.long
def test_a_bad_address_is_reported_and_the_rest_is_shown(visitor: Visitor) -> None:
    page = visitor.open("/?trust.asymmetry=99&world=nobody_wins@2014-07-31&place=IE&pairs=1")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("trust.asymmetry: 99 is out of range; allowed: 1 to 5")
    expect(alert).to_contain_text("unknown regime 'nobody_wins'")
    settled(page, 1)
    expect(page).to_have_url(f"{visitor.address}/?pairs=1&place=IE")
    page.goto(f"{visitor.address}/nowhere")
    expect(page.get_by_role("heading", name="Page not found")).to_be_visible()
    page.close()


@pytest.mark.long
def test_no_tab_has_a_barrier_for_those_who_cannot_see_it_or_use_no_mouse(visitor: Visitor) -> None:
    page = visitor.open("/?pairs=1")
    settled(page, 1)
    for tab in page.get_by_role("tab").all():
        tab.click()
        settled(page, 1)
        assert barriers(page) == [], tab.inner_text()
    summary = page.locator("summary", has_text="Download")
    summary.focus()
    page.keyboard.press("Enter")
    assert barriers(page) == [], "with the list of downloads open"
    page.keyboard.press("Escape")
    assert page.locator("details.menu[open]").count() == 0
    assert summary.evaluate("one => one === document.activeElement")
    page.close()


@pytest.mark.long
def test_telephone_width_names_and_type_size_in_light_and_dark(
    visitor: Visitor, pictures: Path | None
) -> None:
    page = visitor.open("/?pairs=1")
    page.set_viewport_size({"width": 420, "height": 900})
    settled(page, 1)
    small = """() => [...document.querySelectorAll('body *')].filter(one => one.getClientRects().length
        && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())
        && parseFloat(getComputedStyle(one).fontSize) < 12)
        .map(one => one.tagName + ' ' + one.className + ' ' + one.textContent.slice(0, 40))"""
    unnamed = """() => [...document.querySelectorAll('button, input, select, [role=slider]')]
        .filter(one => one.getClientRects().length
        && !['aria-label', 'aria-labelledby', 'title'].some(name => one.getAttribute(name))
        && !(one.labels && one.labels.length)
        && !one.textContent.trim()).map(one => one.outerHTML.slice(0, 120))"""
    for paper, ground in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(26, 27, 30)")):
        if paper == "dark":
            page.get_by_role("switch").press("Space")
        page.wait_for_function("paper => document.documentElement.dataset.paper === paper", arg=paper)
        assert page.evaluate("document.documentElement.scrollWidth") <= 420
        assert page.evaluate(small) == []
        assert page.evaluate(unnamed) == []
        assert barriers(page) == []
        assert (
            page.evaluate(
                "getComputedStyle(document.querySelector('#trust-now-0 .main-svg')).backgroundColor"
            )
            == ground
        )
        if pictures is not None:
            page.screenshot(path=pictures / f"explorer-{paper}-phone.png")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("h1").count() == 1
    page.close()

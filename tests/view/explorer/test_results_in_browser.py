"""The results pages in a real browser, doing what a person does; no complaint in its console, no request to
any other host."""

import csv
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from werkzeug.serving import make_server

from sim.runs.plan import Plan
from sim.runs.results import FolderResults
from sim.runs.seed_task import Failure
from sim.runs.watch import watched, write_unchanging
from sim.runs.worker import TaskDone
from sim.view.explorer.app import make_app
from sim.view.explorer.settings import Settings
from tests.swept_results import asked, gap, swept
from tests.view.accessible import barriers

pytestmark = [pytest.mark.browser, pytest.mark.long]


@dataclass
class Site:
    """A dashboard that is being served, the folder of its results, and the store of its sweep."""

    address: str
    root: Path
    store: Path


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, make_results: Callable[..., FolderResults]
) -> Iterator[Site]:
    """A sweep with a failed pair, one that is growing, a plain experiment, and a damaged copy."""
    home = tmp_path_factory.mktemp("site")
    finished = swept(home, record="country", fails=True)
    root = finished.folder.parent
    shutil.copytree(make_results(["microsoft_wins", "doj_wins"]).folder, root / "plain")
    shutil.copytree(finished.folder, root / "damaged")
    (root / "damaged" / "points.parquet").write_bytes(b"PAR1")
    torn = root / "torn"
    shutil.copytree(finished.folder, torn)
    content = bytearray((torn / "tables" / "world.parquet").read_bytes())
    content[200:4000] = bytes(3800)
    (torn / "tables" / "world.parquet").write_bytes(content)
    app, pages = make_app(Settings(results=root))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Site(f"http://127.0.0.1:{server.server_port}", root, finished.store.folder)
    server.shutdown()
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def person(chromium: Browser) -> Iterator[BrowserContext]:
    """One person's windows, which keep the scripts that they have loaded."""
    context = chromium.new_context()
    yield context
    context.close()


@dataclass
class Watching:
    """A browser's page and whatever it complained of or asked elsewhere."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def opens(self, address: str) -> Page:
        self.page.goto(address)
        expect(self.page.locator("#page h1")).to_be_visible(timeout=20_000)
        return self.page


@pytest.fixture
def look(person: BrowserContext) -> Iterator[Callable[..., Watching]]:
    """`look(width)` gives a fresh page; at the end none may have complained, nor asked another host."""
    folder_view: list[Watching] = []

    def fresh(width: int = 1280) -> Watching:
        one = Watching(person.new_page())
        one.page.set_viewport_size({"width": width, "height": 900})

        def said(message: Any) -> None:
            if message.type in ("error", "warning"):
                one.complaints.append(message.text)

        one.page.on("console", said)
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on(
            "request",
            lambda request: (
                one.elsewhere.append(request.url)
                if urlsplit(request.url).hostname not in ("127.0.0.1", None)
                else None
            ),
        )
        folder_view.append(one)
        return one

    yield fresh
    for one in folder_view:
        assert one.complaints == []
        assert one.elsewhere == []
        one.page.close()


def chosen(page: Page) -> dict[str, str]:
    """What the address says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_role("textbox", name=label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def drawn(page: Page, plot: str) -> Any:
    """The first trace of a plot, once it is drawn."""
    page.wait_for_function("id => document.getElementById(id)?.data?.length", arg=plot)
    return page.evaluate(
        "id => { const t = document.getElementById(id).data[0]; return {x: t.x, y: t.y, z: t.z}; }", plot
    )


def test_from_the_list_to_a_heat_map_that_can_be_shared_and_taken_away(
    look: Callable[..., Watching], site: Site
) -> None:
    page = look().opens(f"{site.address}/results")
    row = page.get_by_role("row").filter(has=page.get_by_text("known", exact=True))
    expect(row).to_contain_text("some pairs failed")
    row.get_by_role("link").click()
    expect(page.locator("h1")).to_have_text("A sweep of which all is known")
    expect(page.locator("#results-body")).to_contain_text("6 points with 2 seeds and 2 worlds: 24 runs")
    expect(page.locator("#results-body")).to_contain_text("1 pair failed")
    expect(page.locator("#results-more")).to_contain_text("Points that differ from zero")
    page.get_by_role("tab", name="Heat map").click()
    assert drawn(page, "heat-map-0")["z"] == [[-1.0, -2.0, -4.0], [-1.0, -2.01, -4.0]], (
        "the pair of seed 2 at point 3 has failed, so its luck is missing"
    )
    choose(page, "Across", "influence of peers")
    choose(page, "Upwards", "weight of bad news over good")
    page.wait_for_function("() => document.getElementById('heat-map-0')?.data?.[0].x.length === 2")
    page.wait_for_function("() => location.search.includes('y=trust.asymmetry')")
    assert chosen(page) == {
        "tab": "heat",
        "metric": "trust",
        "x": "trust.peer_weight",
        "y": "trust.asymmetry",
    }
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download these numbers").click()
    rows = list(csv.DictReader(Path(saved.value.path()).read_text().splitlines()))
    assert len(rows) == 6
    assert all(
        abs(float(one["difference"]) + 100 * gap(float(one["trust.asymmetry"]))) < 0.02 for one in rows
    )
    other = look().opens(page.url)
    assert drawn(other, "heat-map-0") == drawn(page, "heat-map-0")
    expect(other.get_by_role("textbox", name="Across")).to_have_value("influence of peers")


@pytest.mark.parametrize(("name", "width"), [("known", 1280), ("known", 420), ("plain", 420)])
def test_every_tab_draws_fits_and_is_large_enough_to_read(
    look: Callable[..., Watching], site: Site, name: str, width: int
) -> None:
    page = look(width).opens(f"{site.address}/results/{name}")
    for tab in page.get_by_role("tab").all_inner_texts():
        page.evaluate("() => document.querySelector('#results-body').setAttribute('data-old', '')")
        page.get_by_role("tab", name=tab, exact=True).click()
        page.wait_for_function("() => document.querySelector('#results-body').innerText.length > 40")
        page.wait_for_load_state("networkidle")
        page.wait_for_function("""() => [...document.querySelectorAll('#results-body .plot')]
            .filter(p => p.getBoundingClientRect().top < innerHeight)
            .every(p => p.querySelector('.main-svg'))""")
        assert page.locator("#results-body [role=alert]").filter(has_text="cannot be read").count() == 0, (
            f"{name}, {tab}"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name}, {tab}"
        small = """[...document.querySelectorAll('#page *')].filter(node =>
            [...node.childNodes].some(child => child.nodeType === 3 &&
            child.textContent.trim()) && !['SCRIPT', 'STYLE', 'text', 'tspan'].includes(node.tagName) &&
            node.checkVisibility() &&
            parseFloat(getComputedStyle(node).fontSize) < 12).map(node => node.textContent)"""
        assert page.evaluate(small) == [], f"{name}, {tab}"
        unnamed = """[...document.querySelectorAll('#page button, #page input:not([type=hidden]), #page a')]
            .filter(node => node.checkVisibility() &&
            !node.innerText.trim() && !node.getAttribute('aria-label') && !node.labels?.length &&
            !node.closest('#results-grid') &&
            node.getAttribute('aria-hidden') !== 'true' && node.tabIndex >= 0)
            .map(node => node.outerHTML.slice(0, 200))"""
        assert page.evaluate(unnamed) == [], f"{name}, {tab}"
        assert barriers(page) == [], f"{name}, {tab}"


def test_charts_that_leave_the_page_are_forgotten(look: Callable[..., Watching], site: Site) -> None:
    """plotly.js keeps a chart, with its numbers, until it is told that the chart is gone."""
    page = look().opens(f"{site.address}/results/known?tab=heat")
    drawn(page, "heat-map-0")
    before = page.evaluate("""() => { window.gone = []; const purge = Plotly.purge;
        Plotly.purge = plot => { window.gone.push(plot.id); return purge(plot); };
        return [...document.querySelectorAll('.plot')].filter(one => one.drawn)
            .map(one => one.id).sort(); }""")
    assert before
    page.get_by_role("tab", name="Fans", exact=True).click()
    expect(page.locator("#results-said")).to_have_text("Fans is shown")
    page.wait_for_function("n => window.gone.length >= n", arg=len(before))
    assert sorted(page.evaluate("() => window.gone")) == before


def test_by_keyboard_alone_to_another_tab(look: Callable[..., Watching], site: Site) -> None:
    page = look().opens(f"{site.address}/results/known")
    page.get_by_role("tab", name="Overview").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Drivers")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="Heat map")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#heat-map-0 .main-svg").first).to_be_visible()


def test_what_cannot_be_opened_says_why_and_what_to_do(look: Callable[..., Watching], site: Site) -> None:
    seen = look()
    page = seen.opens(f"{site.address}/results/damaged")
    expect(page.get_by_role("alert").first).to_contain_text("points.parquet is damaged")
    expect(page.get_by_role("alert").first).to_contain_text("Run the experiment again")
    for name in ("..%2F..%2Fetc", "..", "%2Fetc%2Fpasswd", "known%2Ftables"):
        page = seen.opens(f"{site.address}/results/{name}")
        expect(page.locator("#page")).to_contain_text("Folder not opened" if name != ".." else "")
        assert "root:" not in page.locator("body").inner_text()
        assert str(site.root.parent) not in page.content()
    page = seen.opens(f"{site.address}/results/torn?tab=fans")
    expect(page.get_by_role("alert").first).to_contain_text("damaged")
    page = seen.opens(f"{site.address}/results/known?tab=heat&metric=nonsense&x=%3Cscript%3E")
    expect(page.locator(".complaint")).to_contain_text("there is no metric")
    expect(page.locator("#heat-map-0 .main-svg").first).to_be_visible()
    page = seen.opens(f"{site.address}/results/known?tab=nonsense")
    expect(page.locator("#page")).to_contain_text("Part of the address is invalid")


def test_a_page_of_results_that_were_replaced_says_so(look: Callable[..., Watching], site: Site) -> None:
    """Numbers of the new experiment stood under the old title."""
    folder = site.root / "replaced"
    shutil.copytree(site.root / "known", folder)
    page = look().opens(f"{site.address}/results/replaced?tab=points&nonsense=1")
    expect(page.locator("#page")).to_contain_text("there is no choice \N{LEFT DOUBLE QUOTATION MARK}nonsense")
    expect(page.locator("#results-grid")).to_be_visible()
    shutil.rmtree(folder)
    shutil.copytree(site.root / "plain", folder)
    page.get_by_role("tab", name="Heat map").click()
    expect(page.locator("#results-body")).to_contain_text("Reload the page to see them")
    page.reload()
    title = json.loads((site.root / "plain" / "manifest.json").read_text())["title"]
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("#results-body")).not_to_contain_text("Reload the page")
    shutil.rmtree(folder)


def test_only_listed_files_can_be_taken(site: Site, person: BrowserContext) -> None:
    request = person.request
    taken = request.get(f"{site.address}/results-file/known/claims.csv")
    assert taken.ok
    assert taken.text() == (site.root / "known" / "claims.csv").read_text()
    assert request.get(f"{site.address}/results-file/known/tables/world.parquet").ok
    (site.root.parent / "secret.csv").write_text("secret")
    for where in (
        "known/..%2F..%2Fsecret.csv",
        "..%2Fsecret.csv",
        "known%2F..%2F..%2Fsecret.csv",
        "known/tables",
        "damaged/claims.csv",
    ):
        answer = request.get(f"{site.address}/results-file/{where}")
        assert answer.status == 404, where
        assert "secret" not in answer.text()


def test_a_run_under_way_is_watched_to_its_end(look: Callable[..., Watching], site: Site) -> None:
    plan, folder = Plan(asked(site.root.parent / "asked", "country")), site.root / "under_way"
    with watched(plan, folder, site.store) as watch:
        write_unchanging(plan, folder)
        watch.stage("running", 12)
        page = look().opens(f"{site.address}/results/under_way?tab=heat")
        expect(page.locator("#results-progress")).to_contain_text("0 of 12 pairs done")
        assert drawn(page, "heat-map-0")["z"][0] == [-1.0, -2.0, -4.0], (
            "what the store has is shown before the run is done"
        )
        failed = Failure("seed 2 (point 3)", 2, {}, [], "raised", "run", "ValueError: it broke")
        watch._written = 0.0
        watch.note(TaskDone("seed 2 (point 3)", 0.1, failed))
        expect(page.locator("#results-progress")).to_contain_text("1 of 12 pairs done", timeout=8_000)
        expect(page.locator("#results-progress")).to_contain_text("ValueError: it broke")
        shutil.copytree(site.root / "known", folder, dirs_exist_ok=True)
    expect(page.locator("#results-progress")).to_contain_text("The run is finished", timeout=8_000)
    said = json.loads((site.root / "known" / "manifest.json").read_text())
    assert page.locator("h1").inner_text() == said["title"]


def test_an_empty_results_folder_says_what_to_do(
    look: Callable[..., Watching], site: Site, tmp_path: Path
) -> None:
    app, pages = make_app(Settings(results=tmp_path / "none"))
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    page = look().opens(f"http://127.0.0.1:{server.server_port}/results")
    expect(page.locator("#page")).to_contain_text("warrantsim run two_worlds")
    server.shutdown()
    for one in pages:
        one.close()

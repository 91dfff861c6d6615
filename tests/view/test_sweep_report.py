"""The report of a sweep as text: what was put in is what it says, and it loads nothing."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from sim.runs.results import FolderResults
from sim.view.blocks import Chart, render_block
from sim.view.folder_view import FolderView
from sim.view.report import build
from sim.view.results_folders import just_written
from sim.view.sweep_report import asked_about, sections
from tests.swept_results import gap, swept
from tests.view.test_report import Skeleton


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return swept(tmp_path_factory.mktemp("known")).folder


def words_of(page: str) -> str:
    return " ".join(" ".join(Skeleton(page).words).split())


def charts_of(folder: Path) -> dict[str, Chart]:
    return {
        block.id: block
        for section in sections(FolderView(just_written(folder)))
        for block in section.blocks
        if isinstance(block, Chart)
    }


def test_it_loads_nothing_and_every_chart_has_its_own_id(known: Path, tmp_path: Path) -> None:
    page = build(FolderResults(known), tmp_path / "report.html").read_text(encoding="utf-8")
    skeleton = Skeleton(page)
    assert [load for load in skeleton.loads if load != "data:,"] == []
    assert skeleton.tags.count("h1") == 1
    assert len(skeleton.ids) == len(set(skeleton.ids))
    assert {link.removeprefix("#") for link in skeleton.links} <= set(skeleton.ids)
    assert "Choose another" not in page and "list above" not in page, "a file has no controls"


def test_it_answers_with_the_size_of_the_design_and_the_verdict_on_each_claim(
    known: Path, tmp_path: Path
) -> None:
    words = words_of(build(FolderResults(known), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "A design of 6 points with 2 seeds and 2 worlds: 24 runs." in words
    assert (
        "Trust abroad in 2016 is lower when DOJ wins\N{RIGHT DOUBLE QUOTATION MARK} holds at 6 of 6 points"
        in words
    )
    assert (
        "and by two points of a hundred at least\N{RIGHT DOUBLE QUOTATION MARK} holds at 2 of 6 points"
        in words
    )


def test_the_heat_map_shows_the_known_differences_with_the_strongest_factor_across(
    known: Path,
) -> None:
    difference = charts_of(known)["heat-map-trust"].figures[0]
    (cells,) = difference["data"]
    assert cells["x"] == ["1", "2", "4"], "trust.asymmetry moves the difference, trust.peer_weight does not"
    for row in cells["z"]:
        assert row == pytest.approx([-100.0 * gap(asymmetry) for asymmetry in (1.0, 2.0, 4.0)], abs=1e-6)


def test_every_claim_is_shown_over_the_factors(known: Path) -> None:
    charts = charts_of(known)
    assert {"verdicts-over", "verdicts-over-1"} <= set(charts)
    marks = [trace for figure in charts["verdicts-over-1"].figures for trace in figure["data"]]
    assert sum(len(trace["x"]) for trace in marks) == 6


def test_all_combinations_are_drawn_only_where_a_heat_map_cannot_show_them(
    known: Path, tmp_path: Path
) -> None:
    assert not any(name.startswith("parallel") for name in charts_of(known))
    three = charts_of(swept(tmp_path, levers=True).folder)
    assert "parallel-trust" in three
    lines = three["parallel-trust"]
    assert lines.least > 4 * 80, "each of four axes has room for its label; a telephone scrolls the chart"
    html = render_block(lines)
    assert (
        f"min-width:{lines.least}px" in html and 'class="panels scrolls"' in html and 'tabindex="0"' in html
    )


def test_the_answer_says_if_there_are_no_claims(tmp_path: Path) -> None:
    folder = swept(tmp_path, claims=False).folder
    words = words_of(build(FolderResults(folder), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "The experiment states no claims" in words and "At how many points" not in words


def test_headlines_that_claims_and_a_search_are_about_come_first() -> None:
    tables = {"claims": pd.DataFrame({"measure": ["foreign_us_success_12m", "trust"]})}
    view: Any = SimpleNamespace(summary=tables.get)
    assert asked_about(view)[:3] == ["trust", "foreign_success", "revenue"]
    tables["boundary"] = pd.DataFrame({"headline": ["data_at_home"]})
    assert asked_about(view)[:3] == ["data_at_home", "trust", "foreign_success"]
    assert len(asked_about(view)) == len(set(asked_about(view))) == 8


def test_failed_pairs_leave_the_others(tmp_path: Path) -> None:
    folder = swept(tmp_path, fails=True).folder
    words = words_of(build(FolderResults(folder), tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Headlines over the points of the design" in words

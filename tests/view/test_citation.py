"""How to cite a result: the words name the record, and charts bear it."""

import json
from dataclasses import replace

import pandas as pd

from sim.analysis.citation import cited
from sim.runs.deposit import Author, Deposit, Organisation
from sim.runs.results import FolderResults, MemoryResults
from sim.view.blocks import Chart, Section, render
from sim.view.figures.style import layout, with_record_line
from sim.view.results_view import ResultsView
from sim.view.sections.citation import citation

WHOLE, TRUST = "ws-7k3mq-2xd9v-0ab1c-d4e5f", "ws-00000-11111-22222-33333"


def view_of(results: FolderResults) -> ResultsView:
    nothing = dict.fromkeys(("difference", "low", "high", "median", "low90", "high90"), float("nan"))
    trust = {"difference": -1.25, "low": -2.0, "high": -0.5}
    rows = [
        {"id": WHOLE, "headline": "comparison", "name": "The whole comparison", "unit": None, **nothing},
        {"id": TRUST, "headline": "trust", "name": "Trust", "unit": "points of 100", **nothing, **trust},
    ]
    return ResultsView(MemoryResults(results.manifest, {}, {"records": pd.DataFrame(rows)}))


def test_the_words_and_the_table_name_the_records(two_worlds: FolderResults) -> None:
    view = view_of(two_worlds)
    assert view.record == WHOLE
    page = render(citation(view))
    assert f"Record {WHOLE}." in page
    assert TRUST in page
    assert "−1.25" in page or "−1.2" in page
    assert "Over draws" not in page  # none were run


def test_the_words_name_the_draws_and_the_fit_that_the_headlines_are_over(two_worlds: FolderResults) -> None:
    words = cited(two_worlds.manifest | {"posterior": "90a05db89e65d27f"}, WHOLE, draws=256)
    assert "seeds, 256 draws of fit 90a05db89e65. Record" in words


def test_the_words_name_the_authors_where_they_are_known_and_the_point(two_worlds: FolderResults) -> None:
    three = tuple(Author(name=name) for name in ("Ada A", "Bo B", "Cy C"))
    deposit = Deposit(title="Mine", authors=three, publisher=Organisation(name="Zenodo"))
    words = cited(two_worlds.manifest | {"made": "2026-11-30"}, WHOLE, deposit=deposit, point=3)
    assert words.startswith("Ada A, Bo B and Cy C (2026). Mine [Data set]. Zenodo. ")
    assert ", point 3, " in words and words.endswith(f" Record {WHOLE}.")


def test_results_of_one_country_alone_bear_no_record_of_the_whole(two_worlds: FolderResults) -> None:
    assert replace(view_of(two_worlds), only="Germany").record is None


def test_charts_bear_the_record_in_their_caption_and_in_their_metadata() -> None:
    figure = {"data": [], "layout": layout(200)}
    section = Section("x", "X", [Chart("c", "A chart", "How to read it.", [figure])], record=WHOLE)
    apart: dict[str, object] = {}
    assert f"Record {WHOLE}." in render(section, apart)  # type: ignore[arg-type]
    assert json.loads(json.dumps(apart["c-0"]))["layout"]["meta"] == {"record": WHOLE}
    assert "Record" not in render(replace(section, record=None))


def test_a_figure_that_stands_alone_has_the_line_in_the_picture() -> None:
    figure = with_record_line({"data": [], "layout": layout(200)}, WHOLE)
    assert figure["layout"]["annotations"][-1]["text"] == f"warrantsim {WHOLE}"

"""The report as text: complete, honest about what is missing, and without a reference that would load
anything."""

import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.headlines import HEADLINES
from sim.runs.results import FolderResults
from sim.view.blocks import Chart, Text
from sim.view.number_format import difference_in, estimate, number, scale_for, setting, with_unit
from sim.view.report import build, sections
from sim.view.results_view import ResultsView
from sim.view.sections.headline_summary import answer
from sim.view.sections.record_comparison import other_parameters

SECTIONS = [
    "headlines",
    "trust",
    "where",
    "moves",
    "map",
    "revenue",
    "laws",
    "offers",
    "evidence",
    "reaction",
    "claims",
    "knockouts",
    "agents",
    "switch-dates",
    "survival",
    "model-and-data",
    "record",
    "reproduce",
]


class Skeleton(HTMLParser):
    """What a browser would make of the file: tags, what they load, text outside scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.lang: str | None = None
        self._inside: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self._inside = tag
        self.loads += [found[name] for name in ("src", "srcset", "data", "poster") if name in found]
        if tag == "html":
            self.lang = found.get("lang")
        if "href" in found:
            (self.links if tag == "a" else self.loads).append(found["href"])
        if "id" in found:
            self.ids.append(found["id"])

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self.loads += re.findall(r"url\(([^)]*)\)|@import\s+(\S+)", data)
        elif self._inside != "script":
            self.words.append(data)


def written(results: FolderResults, folder: Path) -> str:
    return build(results, folder).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "which", ["one_world", "two_worlds", pytest.param("three_worlds", marks=pytest.mark.long)]
)
def test_report_loads_nothing_and_is_well_formed(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page = written(request.getfixturevalue(which), tmp_path)
    skeleton = Skeleton(page)
    assert [load for load in skeleton.loads if load != "data:,"] == []
    assert skeleton.lang == "en"
    assert skeleton.tags.count("h1") == 1
    assert len(skeleton.ids) == len(set(skeleton.ids))
    assert [link.removeprefix("#") for link in skeleton.links] == SECTIONS
    assert set(SECTIONS) <= set(skeleton.ids)
    maps = int(which != "one_world")  # that has no map, and neither needs outlines nor credits their makers
    assert page.count("window.PlotlyGeoAssets = ") == maps
    assert " ".join(skeleton.words).count("Natural Earth") == maps
    assert len(page.encode()) < 9_000_000
    assert "nan" not in re.findall(r"[A-Za-z]+", " ".join(skeleton.words))


def test_every_config_in_the_page_keeps_charts_here(two_worlds: FolderResults, tmp_path: Path) -> None:
    page = written(two_worlds, tmp_path)
    own = page[page.rindex("<script>") :]
    assert own.count('"showSendToCloud":false') == 1
    assert own.count("Plotly.newPlot(") == 1 and "layout, config)" in own


def test_missing_tables_are_named_with_the_way_to_record_them(
    one_world: FolderResults, tmp_path: Path
) -> None:
    words = " ".join(" ".join(Skeleton(written(one_world, tmp_path)).words).split())
    for table in ("country", "flows", "laws", "offers", "requests", "cell"):
        assert f"did not record the table {table} ." in words
    assert "record: full" in words
    for summary in ("headlines", "knockouts", "mean_field", "switch_dates", "record"):
        assert f"no rows in {summary}.csv :" in words
    assert "Only one world was run" in words
    assert "Run warrantsim validate" in words and "Run warrantsim survive" in words


def test_claims_have_verdicts_and_the_seeds_that_would_be_conclusive(
    three_worlds: FolderResults, tmp_path: Path
) -> None:
    words = " ".join(" ".join(Skeleton(written(three_worlds, tmp_path)).words).split())
    assert "Trust <abroad> is lower when DOJ wins" in words
    assert "Revenue is higher when DOJ wins" in words
    assert "fails" in words
    assert "inconclusive about 1,250 more seeds would be conclusive" in words


def test_the_model_is_compared_with_each_source_and_misses_of_one_cause_share_a_row(
    two_worlds: FolderResults, tmp_path: Path
) -> None:
    page = written(two_worlds, tmp_path)
    words = " ".join(" ".join(Skeleton(page).words).split())
    assert "market 0 of 0 8 of 8 0 0 0 0 1 0 reaction 0 of 2 0 of 0 0 2 0 0 0 0 all 0 of 2 8 of 8" in words
    assert (
        "S06 Said & done %, calibration 2 Germany, 2013: at most 10, model 31.0; Germany, 2013: at most 10, "
        "model 30.0 a judged threshold" in words
    )
    (section,) = (part for part in sections(ResultsView(two_worlds)) if part.id == "model-and-data")
    charts = {block.id: block.figures[0] for block in section.blocks if isinstance(block, Chart)}
    holds, misses = charts["targets"]["data"]
    assert holds["x"] == pytest.approx([0.1 * at for at in range(8)]) and misses["x"] == [
        6.0,
        6.0,
    ]  # at the edge
    assert set(misses["y"]) == {"reaction, fitted"} and "+10.00 tolerances" in misses["customdata"][1]
    by_name = {trace["name"]: trace for trace in charts["scores"]["data"]}
    assert (
        by_name["model"]["y"] == ["A &lt;thing>, Germany, 2016"]  # of the fit that ships, in words
        and by_name["model"]["x"] == [0.25]
        and by_name["no change"]["x"] == [0.75]
    )
    assert by_name["Bass curve"]["x"] == []
    for said in (
        "model better",
        "too few to rank",
        "75% of the forecast satisfies the bound",
        "linear trend: no earlier value",
        "GDPR",
    ):
        assert said in words


def test_robustness_is_reported_for_each_arm_and_configuration(
    two_worlds: FolderResults, tmp_path: Path
) -> None:
    words = " ".join(" ".join(Skeleton(written(two_worlds, tmp_path)).words).split())
    assert "Of 2 headlines 1 survive in every arm and 1 fail in at least one arm; 0 are open." in words
    assert "Symmetric trust no faster <lost> than won" in words
    assert "does not survive survives 97% does not survive 47%" in words
    assert words.count("Not of this run.") == 2  # the tables' configuration is not the manifest's
    view = ResultsView(two_worlds)
    view.manifest["configuration"] = "of_others"
    try:
        said = [
            block
            for part in sections(view)
            for block in part.blocks
            if isinstance(block, Text) and "Not of this run" in block.body
        ]
    finally:
        del view.manifest["configuration"]
    assert said == []


def test_an_experiment_without_claims_says_how_to_state_one(one_world: FolderResults, tmp_path: Path) -> None:
    words = " ".join(" ".join(Skeleton(written(one_world, tmp_path)).words).split())
    assert "states no claims" in words


def test_runs_in_which_nothing_happened_still_make_a_report(
    make_results: Callable[..., FolderResults], tmp_path: Path
) -> None:
    results = make_results(["microsoft_wins", "doj_wins"], seeds=2)
    for name in ("laws", "offers", "flows", "requests"):
        path = results.folder / "tables" / f"{name}.parquet"
        pd.read_parquet(path).head(0).to_parquet(path)
    path = results.folder / "tables" / "world.parquet"
    world = pd.read_parquet(path)
    world.assign(
        **{name: float("nan") for name in world if name not in ("seed", "world", "month")}
    ).to_parquet(path)
    words = " ".join(" ".join(Skeleton(written(results, tmp_path)).words).split())
    assert (
        "No data moved" in words
        and "No law came into force" in words
        and "no request in this direction" in words
        and "No provider changed" in words
    )


def test_text_from_files_is_escaped(two_worlds: FolderResults, tmp_path: Path) -> None:
    page = written(two_worlds, tmp_path)
    assert "share &lt;of&gt; spending" in page and "share <of> spending" not in page


def test_the_answer_names_clear_differences_and_uncertain_signs(two_worlds: FolderResults) -> None:
    sentence = answer(two_worlds.summary("headlines"), ResultsView(two_worlds))
    assert "trust abroad is <strong>3.1 points of 100 lower</strong>" in sentence
    assert "US providers&#x27; revenue abroad is <strong>USD 4.2 bn lower</strong>" in sentence
    assert "1.2 percentage points lower" in sentence
    assert "the sign is uncertain for countries with a localisation law" in sentence


def test_what_is_equal_to_the_bit_has_no_uncertain_sign(two_worlds: FolderResults) -> None:
    numbers = {"Trust": (-1.0, -2.0, -0.5), "Laws": (0.0, 0.0, 0.0), "Open": (0.1, -1.0, 1.2)}
    rows = [
        {"headline": "", "name": name, "unit": "orders", "value_a": 5.0, "value_b": 5.0}
        | dict(zip(("difference", "low", "high"), three, strict=True))
        for name, three in numbers.items()
    ]
    sentence = answer(pd.DataFrame(rows), ResultsView(two_worlds))
    assert "the sign is uncertain for open." in sentence


def test_worlds_of_which_none_is_compared_are_not_called_one(
    two_worlds: FolderResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = ResultsView(two_worlds)
    monkeypatch.setitem(view.manifest, "compare", None)
    sentence = answer(None, view)
    assert "2 worlds were run" in sentence and "none was compared" in sentence
    assert all(style.label in sentence for style in view.styles.values())


def test_the_answer_says_if_no_difference_is_clear(make_results: Callable[..., FolderResults]) -> None:
    results = make_results(["microsoft_wins", "doj_wins"], ["world"])
    headlines = results.summary("headlines")
    assert headlines is not None
    assert "no headline has an interval that excludes zero" in answer(
        headlines.assign(low=-1e12, high=1e12), ResultsView(results)
    )


def test_an_empty_summary_counts_as_missing(
    make_results: Callable[..., FolderResults], tmp_path: Path
) -> None:
    results = make_results(["microsoft_wins", "doj_wins"], ["world"])
    pd.DataFrame(
        columns=["mechanism", "name", "meaning", "headline", "difference", "low", "high", "contribution"]
    ).to_csv(results.folder / "knockouts.csv", index=False)
    assert "no rows in <code>knockouts.csv</code>" in written(results, tmp_path)


def test_a_country_that_the_map_cannot_place_stops_the_report(
    make_results: Callable[..., FolderResults], tmp_path: Path
) -> None:
    results = make_results(["microsoft_wins", "doj_wins"], ["world", "country"])
    path = results.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["jurisdictions"]["DE"]["iso3"] = ["GER"]
    path.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ValueError, match="GER"):
        build(FolderResults(results.folder), tmp_path)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0.0, "0"),
        (-0.0312, "\N{MINUS SIGN}0.03120"),
        (1234567.0, "1,235,000"),
        (234567.0, "234,567"),
        (float("nan"), "\N{EM DASH}"),
        (0.00001234, "0.00001234"),
    ],
)
def test_numbers_have_four_digits(value: float, shown: str) -> None:
    assert number(value) == shown


def test_estimates_have_the_decimals_of_their_interval() -> None:
    assert estimate(-4.2021, -6.3, -2.1) == ("\N{MINUS SIGN}4.2", "\N{MINUS SIGN}6.3 to \N{MINUS SIGN}2.1")
    assert estimate(0.0, 0.0, 0.0) == ("0", "0 to 0")
    nan = float("nan")
    assert estimate(-1.678, nan, nan)[0] == "\N{MINUS SIGN}1.7", "one pair says nothing of further digits"
    assert estimate(762.4, nan, nan)[0] == "+762"


def test_a_narrow_interval_adds_no_digits() -> None:
    assert estimate(53.99361, 53.993608, 53.993613) == ("+53.99", "+53.99 to +53.99")
    assert number(-1.242861, decimals=5) == "\N{MINUS SIGN}1.243"


@pytest.mark.parametrize(
    ("value", "shown"), [(4.0, "4"), (0.25, "0.25"), (1200.0, "1,200"), ("a", "a"), (3, "3")]
)
def test_a_value_that_was_set_has_no_trailing_zeros(value: object, shown: str) -> None:
    assert setting(value) == shown


def test_an_interval_that_excludes_zero_never_shows_zero_as_an_end() -> None:
    assert estimate(50.2, 0.3, 100.1) == ("+50.2", "+0.3 to +100.1")
    assert estimate(-50.2, -100.1, -0.04)[1] == "\N{MINUS SIGN}100.1 to \N{MINUS SIGN}0.04"
    assert estimate(49.8, -0.3, 99.9)[1] == "0 to +100"


def test_intervals_of_one_unit_are_read_together() -> None:
    assert estimate(6.3689, 6.3582, 6.3791) == ("+6.37", "+6.36 to +6.38")
    assert estimate(1e-8, 0.0, 2e-8)[1] == "0 to 0"
    assert estimate(0.0004, 0.0002, 0.0006)[1] == "+0.0002 to +0.0006", "an end of 0 would hide the sign"
    assert estimate(0.4, 0.21, 0.62, most=1)[1] == "+0.2 to +0.6"


def test_an_axis_of_differences_names_what_is_counted() -> None:
    assert difference_in("a year") == "difference, number a year"
    assert difference_in("USD bn") == "difference, USD bn"
    assert difference_in("") == "difference"


def test_units_are_written_as_they_are_spoken() -> None:
    assert with_unit("3", scale_for("USD", 3e9).title) == "USD 3 bn"
    assert with_unit("3", scale_for("share", 0.03).title) == "3%"
    assert scale_for("share", 0.03).change == "percentage points"
    assert scale_for("%", 3.0).change == "percentage points"
    assert scale_for("% of foreign customers' cloud data", 3.0).change == "percentage points"


def test_the_answer_speaks_of_shares_and_percentage_points(two_worlds: FolderResults) -> None:
    known = next(headline for headline in HEADLINES if headline.code == "us_success_abroad")
    row = {"headline": known.code, "name": known.name, "unit": known.unit, "value_a": 34.5, "value_b": 68.6}
    frame = pd.DataFrame([row | {"difference": 34.1, "low": 32.5, "high": 35.7}])
    assert (
        "the share of US requests about people abroad that yield content within 12 months is "
        "<strong>34.1 percentage points higher</strong>"
    ) in answer(frame, ResultsView(two_worlds))


@pytest.mark.parametrize(
    ("of_the_run", "of_the_table", "warned"),
    [
        ({"as_shipped": True, "configuration": "a", "model_digest": "b" * 64}, "a b", ""),
        (
            {"as_shipped": True, "configuration": "a", "model_digest": "c" * 64},
            "a b",
            "Of an earlier version",
        ),
        (
            {"as_shipped": True, "configuration": "d", "model_digest": "b" * 64},
            "a b",
            "Of an earlier version",
        ),
        ({"as_shipped": False, "configuration": "d", "model_digest": "c" * 64}, "a b", "Not of this run"),
    ],
)
def test_a_shipped_table_of_an_earlier_version_is_not_blamed_on_the_run(
    two_worlds: FolderResults, of_the_run: dict[str, object], of_the_table: str, warned: str
) -> None:
    view = ResultsView(two_worlds)
    before = dict(view.manifest)
    view.manifest.update(of_the_run)
    configuration, model = of_the_table.split()
    table = pd.DataFrame({"configuration": [configuration], "model_digest": [model * 12]})
    try:
        said = " ".join(block.body for block in other_parameters(view, table) if isinstance(block, Text))
    finally:
        view.manifest.clear()
        view.manifest.update(before)
    assert (warned in said) if warned else not said

"""Figures are valid, say nothing that the data doesn't, and never lose a country or a ton of data without
saying so."""

import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from sim.analysis.uncertainty.value_of_information import NARROWS
from sim.runs.results import FolderResults, MemoryResults
from sim.view.blocks import Chart
from sim.view.figures.changes_in_force import in_force_at_end, offered
from sim.view.figures.events import lanes, mark
from sim.view.figures.forest_plot import forest
from sim.view.figures.geography import DOTS, members, outlined
from sim.view.figures.maps import symmetric, world_map
from sim.view.figures.quantiles import fan, numbers, yearly_mean, yearly_sum
from sim.view.figures.sankey import OTHER, fold, sankey, streams
from sim.view.figures.style import CONFIG, layout, world_styles
from sim.view.figures.tipping_charts import phase_diagram
from sim.view.figures.value_bars import value_bars
from sim.view.report import sections
from sim.view.results_view import ResultsView
from sim.view.sections import trace_overview
from sim.view.sections.governments import laws
from sim.view.sections.trust import named_events, trust
from sim.view.tables import Table
from tests.view.made_up_summaries import over_draws


def charts(results: FolderResults) -> list[Chart]:
    return [
        block
        for section in sections(ResultsView(results))
        for block in section.blocks
        if isinstance(block, Chart)
    ]


@pytest.mark.parametrize(
    "which", ["one_world", "two_worlds", pytest.param("three_worlds", marks=pytest.mark.long)]
)
def test_every_figure_of_the_report_is_a_valid_plotly_figure(
    which: str, request: pytest.FixtureRequest
) -> None:
    found = charts(request.getfixturevalue(which))
    assert found
    for chart in found:
        for figure in chart.figures:
            go.Figure(figure)


def test_panels_side_by_side_share_their_axes(two_worlds: FolderResults) -> None:
    shared = {"trust-abroad", "trust-country", "places", "routes-us", "stated", "actual"}
    seen = set()
    for chart in charts(two_worlds):
        if chart.id in shared:
            seen.add(chart.id)
            assert len(chart.figures) == 2
            for axis in ("xaxis", "yaxis"):
                assert len({str(figure["layout"][axis]["range"]) for figure in chart.figures}) == 1, chart.id
    assert seen == shared


def test_sending_charts_to_a_server_is_off() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["displaylogo"] is False
    assert CONFIG["plotlyServerURL"] == ""


def test_worlds_never_share_a_look() -> None:
    names = ["spare", "doj_wins", "microsoft_wins", "history", "cloud_act", "other"]
    styles = world_styles({name: name for name in names})
    assert len({style.colour for style in styles.values()}) >= len(names) - 1
    assert len({(style.colour, style.dash) for style in styles.values()}) == len(names)


def test_a_country_without_an_outline_becomes_a_dot_and_a_group_fills_all_its_members() -> None:
    jurisdictions = {
        "SG": {"name": "Singapore", "iso3": ["SGP"]},
        "rest": {"name": "Rest", "iso3": ["POL", "MLT", "GRC"]},
    }
    figure = world_map({"2020": {"SG": 0.2, "rest": 0.6}}, jurisdictions, "t", "u", "Cividis", (0, 1))
    areas, dots = figure["data"]
    assert (areas["locations"], areas["z"]) == (["POL", "GRC"], [0.6, 0.6])
    assert dots["marker"]["color"] == [0.2, 0.6]
    assert dots["lon"] == [DOTS["SGP"][0], DOTS["MLT"][0]]


def test_a_code_that_the_map_cannot_place_is_refused() -> None:
    with pytest.raises(ValueError, match="ROM"):
        members({"RO": {"iso3": ["ROM"]}})


def test_no_country_is_both_outline_and_dot() -> None:
    assert not outlined() & set(DOTS)


def test_scale_of_differences_is_symmetric() -> None:
    assert symmetric({"a": {"DE": 0.013, "FR": -0.041}}) == (-0.05, 0.05)
    assert symmetric({"a": {"DE": 0.11}}) == (-0.15, 0.15)
    assert symmetric({"a": {"DE": 0.3}}) == (-0.3, 0.3)
    assert symmetric({"a": {"DE": float("nan")}}) == (-0.01, 0.01)


def test_one_month_far_from_all_others_does_not_make_them_pale() -> None:
    places = {code: {"name": code, "iso3": [code]} for code in ("DEU", "FRA", "JPN", "BRA")}
    calm = {"DEU": -3.0, "FRA": -2.0, "JPN": -1.0, "BRA": -0.5}
    gap = {"before": dict.fromkeys(calm, 0.0), "shock": calm | {"DEU": -40.0}, "later": calm, "last": calm}
    ends = symmetric(gap)
    assert ends[1] < 15.0
    bar = world_map(gap, places, "t", "u", "Cividis", ends, "+.1f")["layout"]["coloraxis"]["colorbar"]
    assert bar["ticktext"][0].endswith("or less") and "or" not in bar["ticktext"][-1]
    whole = world_map({"last": calm}, places, "t", "u", "Cividis", symmetric({"last": calm}), "+.1f")
    assert whole["layout"]["coloraxis"]["colorbar"]["ticktext"][0] == "\N{MINUS SIGN}3"


def test_codes_of_events_do_not_cover_each_other() -> None:
    marks = [("2014-04-23", "T20"), ("2014-04-25", "T03"), ("2020-01-01", "T50")]
    assert lanes(marks, "2013-01-01", "2025-12-01") == [0, 1, 0]
    assert lanes(marks, "2013-01-01", "2025-12-01", limit=1) == [0, None, 0]


def test_streams_are_means_over_seeds_and_folding_loses_no_data() -> None:
    flows = pd.DataFrame(
        {
            "seed": [1, 2, 2],
            "from_kind": ["us_region"] * 3,
            "to_kind": ["trustee", "trustee", "home_grown"],
            "tb": [10.0, 30.0, 0.2],
        }
    )
    total = streams(flows)
    assert list(total["tb"]) == [20.0, 0.1]
    kept, small, count = fold(total, threshold=1.0)
    assert (len(kept), small, count) == (1, 0.1, 1)
    figure = sankey(kept, small, 40.0, "t")
    assert sum(figure["data"][0]["link"]["value"]) == pytest.approx(20.1)
    assert (
        OTHER not in figure["data"][0]["node"]["label"]
        and "Small streams" in figure["data"][0]["node"]["label"]
    )
    assert figure["data"][0]["node"]["sort"] == "input"


def test_missing_values_stay_missing() -> None:
    months = pd.date_range("2020-01-01", periods=24, freq="MS")
    frame = pd.DataFrame(
        {"seed": 1, "world": "a", "month": months, "share": [0.5] * 12 + [np.nan] * 12, "count": 2}
    )
    means = yearly_mean(frame, "share", "count")
    assert list(means["year"]) == [2020]
    assert list(fan(frame, "share")["q50"].isna()) == [False] * 12 + [True] * 12


def test_incomplete_years_are_not_summed() -> None:
    months = pd.date_range("2020-01-01", periods=18, freq="MS")
    sums = yearly_sum(pd.DataFrame({"seed": 1, "world": "a", "month": months, "count": 2}), ["count"])
    assert list(zip(sums["year"], sums["count"], strict=True)) == [(2020, 24)]


def test_a_repealed_law_is_not_in_force_at_the_end() -> None:
    month = pd.Timestamp("2015-01-01")
    rows = [(1, "in_force", 0), (1, "repealed", 5), (2, "in_force", 2), (3, "adopted", 1)]
    laws = pd.DataFrame(
        [(s, "a", month + pd.DateOffset(months=m), "DE", "protest", c, "distrust") for s, c, m in rows]
    )
    laws.columns = pd.Index(["seed", "world", "month", "country", "instrument", "change", "why"])
    found = in_force_at_end(laws, seeds=4)
    assert list(found["share"]) == [0.25]


def test_a_country_counts_once_however_many_providers_have_the_offer_there() -> None:
    months = pd.date_range("2020-01-01", periods=4, freq="MS")
    rows = [(0, "aws", "announced"), (1, "aws", "live"), (2, "google", "live"), (3, "aws", "closed")]
    offers = pd.DataFrame(
        [(1, months[m], p, "DE", "trustee", c) for m, p, c in rows],
        columns=["seed", "month", "provider", "country", "offer", "change"],
    )
    found = offered(offers, months, [1, 2])
    assert list(found["live"]) == [0.0, 0.5, 0.5, 0.5]
    assert list(found["announced"]) == [0.5, 0.0, 0.0, 0.0]


@pytest.mark.parametrize("which", ["two_worlds", "three_worlds"])
def test_laws_have_a_column_a_world_and_the_note_says_what_chance_does(
    which: str, request: pytest.FixtureRequest
) -> None:
    view = ResultsView(request.getfixturevalue(which))
    (table,) = (block for block in laws(view).blocks if isinstance(block, Table))
    assert [column.title for column in table.columns][2:] == [style.label for style in view.styles.values()]
    assert f"One seed is {100 / view.seeds:.0f} points" in table.note


def test_an_offer_without_a_country_is_not_counted_in_countries(two_worlds: FolderResults) -> None:
    chart = next(chart for chart in charts(two_worlds) if chart.id == "offers-time")
    units = {
        figure["layout"]["title"]["text"]: figure["layout"]["yaxis"]["title"]["text"]
        for figure in chart.figures
    }
    assert units["Local region"] == "countries"
    for title in ("Court challenges to warrants", "Transparency reports"):
        assert units[title] == "seeds in which one has it"


def test_the_switch_is_marked_only_in_the_worlds_that_have_one(
    make_results: Callable[..., FolderResults],
) -> None:
    results = make_results(["microsoft_wins", "doj_wins", "history"], ["world"])
    path = results.folder / "manifest.json"
    switches = {"microsoft_wins": ["2014-07-31"], "doj_wins": ["2014-07-31", "2017-07-31"], "history": []}
    path.write_text(json.dumps(results.manifest | {"switches": switches}), encoding="utf-8")
    (chart,) = [chart for chart in charts(FolderResults(results.folder)) if chart.id == "trust-abroad"]
    marked = [
        [label for label in figure["data"][-1]["text"] if "switch" in label] for figure in chart.figures
    ]
    assert [len(labels) for labels in marked] == [1, 2, 0]


def test_differences_drawn_are_those_of_the_summary(make_results: Callable[..., FolderResults]) -> None:
    results = make_results(["microsoft_wins", "doj_wins"], ["world"])
    series = results.summary("series")
    assert series is not None
    expected = series[series["metric"] == "trust"]["difference"].iloc[-1]
    (chart,) = [chart for chart in charts(results) if chart.id == "trust-difference"]
    assert chart.figures[0]["data"][1]["y"][-1] == pytest.approx(100 * expected, rel=1e-5)


def test_a_chart_of_luck_alone_shows_the_interval_over_draws(
    make_results: Callable[..., FolderResults],
) -> None:
    results = make_results(["microsoft_wins", "doj_wins"], ["world"])

    def of_trust() -> dict[str, Chart]:
        blocks = trust(ResultsView(FolderResults(results.folder))).blocks
        return {block.id: block for block in blocks if isinstance(block, Chart)}

    before = of_trust()
    assert "draws of the fit" not in before["trust-difference"].read + before["trust-abroad"].read
    over_draws(trust=(-1.94, -0.97, -0.36, 1.0)).to_csv(results.folder / "uncertainty.csv", index=False)
    after = of_trust()
    bars = [trace for trace in after["trust-difference"].figures[0]["data"] if trace.get("xaxis") == "x2"]
    assert bars[0]["y"] == [-1.94, -0.36]
    for chart in ("trust-difference", "trust-abroad"):
        assert "90% interval −1.9 to −0.4" in after[chart].read
    few = over_draws(19, trust=(-1.94, -0.97, -0.36, 1.0))  # too few for the ends of an interval
    few.to_csv(results.folder / "uncertainty.csv", index=False)
    assert "draws of the fit" not in "".join(one.read for one in of_trust().values())


def test_a_figure_without_a_switch_or_an_event_stays_as_it_is() -> None:
    figure = {"data": [], "layout": {"height": 300, "margin": {"t": 30, "b": 30}, "yaxis": {}}}
    assert mark(figure, [], "2013-01-01", "2030-12-01", []) is figure


def test_numbers_of_any_size_reach_the_page_as_json() -> None:
    given = [5e-324, -2e-305, 1e-299, 123456.789, 1.23456789e300, 1.7e308, np.nan, np.inf, 0.0]
    shown = numbers(given)
    assert shown == [0.0, 0.0, pytest.approx(1e-299), 123457.0, 1.23457e300, 1.7e308, None, None, 0.0]
    json.dumps(shown, allow_nan=False)


def test_a_chart_names_the_events_after_which_its_line_turns_and_keeps_the_others_as_dots(
    two_worlds: FolderResults,
) -> None:
    months = pd.date_range("2013-01-01", "2015-12-01", freq="MS")
    values = np.where(months > "2013-06-01", 0.5, 0.6)  # the leak of June is seen in July
    frame = pd.DataFrame({"seed": 1, "month": months, "trust": values})
    frame = pd.concat([frame.assign(world=world) for world in ("microsoft_wins", "doj_wins")])
    when = {"A": "2013-06-06", "B": "2013-06-20", "C": "2013-11-01"}
    events = [
        {"id": code, "date": day, "kind": "news", "what": code, "worlds": ["microsoft_wins", "doj_wins"]}
        for code, day in when.items()
    ]
    view = ResultsView(
        MemoryResults(two_worlds.manifest | {"events": events}, {"world": lambda columns: frame})
    )
    assert [event.code for event in named_events(view, "trust")] == ["A"]
    marked = mark(
        {"data": [], "layout": layout(300, yaxis={})}, view.events("doj_wins"), *view.span, [], ["A"]
    )["data"][-1]
    assert marked["text"] == ["A", "", ""]
    assert len(marked["hovertext"]) == 3


def test_the_countries_in_which_the_worlds_differ_most_stand_out(two_worlds: FolderResults) -> None:
    (chart,) = [chart for chart in charts(two_worlds) if chart.id == "trust-end"]
    figure = chart.figures[0]
    bold = [name for name in figure["layout"]["yaxis"]["ticktext"] if name.startswith("<b>")]
    assert len(bold) == len(figure["layout"]["annotations"]) <= 6
    gaps = np.abs(np.subtract(*(trace["x"] for trace in figure["data"])))
    names = np.array(figure["data"][0]["y"])
    assert {f"<b>{name}</b>" for name in names[np.argsort(-gaps)[: len(bold)]]} == set(bold)


def test_cells_that_cannot_be_told_from_zero_are_hatched() -> None:
    rows = pd.DataFrame(
        [
            {
                "x": x,
                "y": y,
                "share": 0.3,
                "share_low": 0.1,
                "share_high": 0.5,
                "stays_low": low,
                "stays_high": 2.0,
            }
            for x, y, low in ((1.0, 1.0, 1.0), (2.0, 1.0, -1.0), (1.0, 2.0, 0.5), (2.0, 2.0, np.nan))
        ]
    )
    figure = phase_diagram(rows, "x", "y", "Trust", ("x", "y"))
    [stripes] = figure["layout"]["shapes"]
    begins = re.findall(r"M(-?[\d.]+),(-?[\d.]+)", stripes["path"])
    cells = {(round(float(x) + 0.3), round(float(y) + 0.3)) for x, y in begins}
    assert cells == {(1, 0), (1, 1)}  # below zero, and not known
    assert figure["data"][0]["x"] == ["1", "2"]
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    sure = phase_diagram(rows.assign(stays_low=1.0), "x", "y", "Trust", ("x", "y"))
    assert "shapes" not in sure["layout"]


def test_long_names_of_places_are_short_beside_the_axis_and_whole_for_a_click() -> None:
    place = "Belarus, Caucasus, Central Asia and Mongolia"
    rows = {
        "name": [place, "Chile"],
        "moved": [0.2, 0.1],
        "apart": [0.1, 0.0],
        "movers": [2, 1],
        "simulated": 9,
    }
    figure = trace_overview.bars(pd.DataFrame(rows), "#C44E00")
    assert figure["data"][0]["y"] == [place, "Chile"]
    assert figure["layout"]["yaxis"]["ticktext"] == ["Belarus, Caucasus etc.", "Chile"]
    assert figure["layout"]["margin"]["l"] < 180


def test_the_band_of_the_full_model_has_room_beside_it() -> None:
    rows = pd.DataFrame({"name": ["a"], "difference": [-1.0], "low": [-1.2], "high": [-0.8]})
    low, high = forest(rows, (-5.0, -8.0, -2.0), "t", "u", 1.0, "#C44E00")["layout"]["xaxis"]["range"]
    assert low < -8.0 and high > 0.0


def test_labels_of_several_lines_do_not_touch() -> None:
    label = (
        "Part of the requests in a direction that are of these places: foreign requests to the US, by mutual"
    )
    rows = pd.DataFrame(
        {
            "quantity": ["p", "q"],
            "label": [f"{label} legal assistance, {place}, 2019 to 2022" for place in ("Brazil", "France")],
            "share": [0.4, 0.3],
            "low": [0.2, 0.1],
            "high": [0.5, 0.4],
            "by_weights": [0.3, 0.3],
            "noise": [0.1, 0.1],
            "verdict": [NARROWS, NARROWS],
        }
    )
    figure = value_bars(rows, "t")
    lines = max(name.count("<br>") + 1 for name in figure["data"][0]["y"])
    margin = figure["layout"]["margin"]
    inside = figure["layout"]["height"] - margin["t"] - margin["b"]
    assert lines >= 5 and inside / len(rows) > 15.6 * lines

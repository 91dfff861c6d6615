"""Charts of a design draw what the design can carry, and say how they are to be read."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.design_outcomes import over_two
from sim.runs.results import MemoryResults
from sim.view.blocks import Chart, as_json
from sim.view.design_axes import axis_name, is_ordered, set_by_design
from sim.view.figures.design_charts import (
    AGREES,
    DISAGREES,
    against,
    by_name,
    heat_map,
    in_order,
    plain_words,
    verdicts,
    verdicts_over,
)
from sim.view.figures.parallel_coordinates import parallel
from sim.view.figures.sensitivity_charts import index_dots
from sim.view.figures.style import round_ticks, world_styles
from sim.view.folder_view import FolderView
from sim.view.results_folders import just_written
from sim.view.results_view import ResultsView
from sim.view.sections.design_claims import verdict_bars
from sim.view.sections.design_drivers import Drivers, leaders, ranking_chart, said
from sim.view.sections.design_drivers import drivers as what_drives
from sim.view.sections.design_factors import all_factors, cut_of_points
from sim.view.sections.design_fans import fans_by_month
from sim.view.sections.design_heat_map import HEADLINE, over_two_factors
from sim.view.sections.design_tables import headlines_over_points
from tests.swept_results import swept

TITLES = ("a factor", "points of 100")


def manifest(method: str, **design: object) -> dict[str, object]:
    return {"scenario": {"experiment": {"design": {"method": method, **design}}}}


def test_the_draws_of_a_fit_are_no_factors_of_the_design() -> None:
    values = pd.DataFrame({"trust.asymmetry": [1.0, 2.0], "pulled": ["none", "keys"], "same": [1, 1]})
    levers = {"levers": {"pulled": {"values": ["none", "keys"]}}}
    assert set_by_design(manifest("posterior", **levers), values) == ["pulled"]
    assert set_by_design(manifest("posterior"), values) == []
    assert set_by_design(manifest("grid", **levers), values) == ["trust.asymmetry", "pulled"]


def test_only_numbers_and_days_have_a_low_and_a_high_end() -> None:
    assert is_ordered(pd.Series([1.0, 2.0])) and is_ordered(pd.Series([True, False]))
    assert is_ordered(pd.Series(["2014-07-31", "2016-07-31"]))
    assert not is_ordered(pd.Series(["none", "keys"]))


def test_a_factor_in_multiples_of_its_usual_value_says_so() -> None:
    times = manifest(
        "sobol", uncertainties={"choice.sensitivity": {"times": [0.5, 2]}, "trust.a": {"range": "prior"}}
    )
    assert axis_name(times, "choice.sensitivity") == (
        "customers' sensitivity to perceived risk, \N{MULTIPLICATION SIGN} usual"
    )
    assert axis_name(times, "trust.a") == "trust: a"


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> FolderView:
    return FolderView(just_written(swept(tmp_path_factory.mktemp("known")).folder))


def test_claims_are_drawn_over_factors_that_the_design_sets(known: FolderView) -> None:
    assert known.designed == ["trust.asymmetry", "trust.peer_weight"]
    assert known.axes_of_claim(0) == ("trust.asymmetry", "trust.peer_weight")


def drivers(values: pd.DataFrame, ranking: pd.DataFrame, method: str = "saltelli") -> Drivers:
    swings = pd.DataFrame(
        {
            "factor": ranking["factor"],
            "low": -1.0,
            "high": 1.0,
            "low_at": "0",
            "high_at": "1",
            "middle": 0.0,
        }
    )
    return Drivers("total", method, ranking, swings, pd.DataFrame(), pd.DataFrame(), None, values)


def ranking(**rows: tuple[float, float, float]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
    table = table.rename_axis("factor").reset_index().sort_values("value", ascending=False)
    known = {"threshold": np.nan, "used": 64, "asked": 64, "state": "estimated"}
    return table.assign(clear=table["low"] > 0, **known)


def test_factors_that_are_not_clear_of_no_effect_come_last_and_their_intervals_do_not_set_the_axis(
    known: FolderView,
) -> None:
    view = known.view
    rows = ranking(growth=(2.6, -14.0, 19.0), prior=(0.4, 0.3, 0.5), weight=(0.2, 0.1, 0.3))
    values = pd.DataFrame({"growth": [1.0, 2.0], "prior": [1.0, 2.0], "weight": [1.0, 2.0]})
    chart = ranking_chart(view, HEADLINE["revenue"], drivers(values, rows))
    dots = chart.figures[0]
    assert dots["data"][0]["y"] == ["prior", "weight", "growth"]
    low, high = dots["layout"]["xaxis"]["range"]
    assert -5 < low < 0 and 2.6 < high < 8, "every dot is on the axis, the interval of the hollow one is not"
    assert "The axis is cut" in chart.read and "medians" in chart.read
    words = said(view, HEADLINE["revenue"], drivers(values, rows))
    assert "is open: <strong>growth</strong> may" in words
    assert "moved most by" not in words


def test_an_index_by_year_is_in_the_unit_that_is_spoken_and_names_its_series(known: FolderView) -> None:
    rows = ranking(growth=(2.6, 1.0, 4.0), prior=(0.4, 0.3, 0.5))
    found = drivers(pd.DataFrame({"growth": [1.0, 2.0], "prior": [1.0, 2.0]}), rows, "morris")
    factor = "growth"
    by_year = pd.DataFrame({"date": ["2014", "2015"], "factor": [factor] * 2, "value": [1e9, 4e9]})
    steps = pd.DataFrame(
        {
            "factor": [factor] * 2, "share": [0.5, 1.0], "asked": [5, 10], "value": [1.0, 2.0],
            "low": [0.5, 1.5], "high": [1.5, 2.5], "threshold": [np.nan] * 2,
        }
    )  # fmt: skip
    morris = replace(found, index="mu_star", by_year=by_year, steps=steps)
    blocks = what_drives(known.view, "revenue", morris).blocks
    charts = {block.id: block for block in blocks if isinstance(block, Chart)}
    over_time = charts["index-by-year"]
    assert over_time.figures[0]["data"][0]["y"] == [1.0, 4.0]
    assert over_time.figures[0]["layout"]["yaxis"]["title"]["text"] == "mu*, USD bn"
    assert "Monthly revenue of US providers abroad" in over_time.read
    assert "from the first 5 trajectories, and from all 10" in charts["convergence"].read


def test_a_design_of_one_pair_a_point_has_no_column_of_intervals(known: FolderView) -> None:
    at = known.points("trust")
    assert len(headlines_over_points(known.view, {"trust": at}).columns) == 6
    alone = headlines_over_points(known.view, {"trust": at.assign(low=np.nan, high=np.nan)})
    assert len(alone.columns) == len(alone.rows[0]) == 5
    assert "its one pair, which has no interval" in alone.note


def test_the_window_of_a_headline_is_said_as_it_is_for_the_compared_worlds(known: FolderView) -> None:
    """Worlds that levers or events part have no switch to count from."""

    def said(code: str, **changed: Any) -> str:
        return ResultsView(MemoryResults(known.manifest | changed, {})).window_of(HEADLINE[code])

    experiment = known.manifest["scenario"]["experiment"]
    one = next(iter(experiment["worlds"].values()))
    alike = {"experiment": experiment | {"worlds": dict.fromkeys(experiment["worlds"], one)}}
    assert said("trust") == "mean from the switch on" and said("market_share") == "last twelve months"
    assert said("trust", scenario=alike) == "mean from the first difference on"
    assert said("trust", compare=None) == "mean over all months"
    short = {"first": "2013-01-01", "last": "2013-06-01"}
    assert said("market_share", **short) == "all 6 months"


def test_points_of_one_pair_are_not_said_to_have_intervals(known: FolderView) -> None:
    at, values = known.points("trust").head(6), known.series().values[known.choices]
    alone = at.assign(low=np.nan, high=np.nan)
    said = [all_factors(known.view, "trust", values, one, {}).blocks[1] for one in (at, alone)]
    several, single = (chart.read for chart in said if isinstance(chart, Chart))
    assert "Each mark is a point, with the 95% interval over its pairs. " in several
    assert "Each mark is a point. " in single and "interval" not in single


@pytest.mark.parametrize(("worlds", "banded"), [(2, True), (5, False)])
def test_bands_of_many_worlds_do_not_hide_one_another(worlds: int, banded: bool) -> None:
    names = {f"w{k}": f"World {k}" for k in range(worlds)}
    months = pd.date_range("2013-01-01", periods=4, freq="MS")
    ends = {"q5": 0.4, "q25": 0.45, "q50": 0.5, "q75": 0.55, "q95": 0.6}
    fans = {name: pd.DataFrame({"month": months, **ends}) for name in names}
    span = ("2013-01-01", "2013-04-01")
    view: Any = SimpleNamespace(styles=world_styles(names), span=span, compare=None)
    (chart,) = fans_by_month(view, "trust", fans, 10, "the factors", one_switch=False).blocks
    assert isinstance(chart, Chart)
    assert any("fill" in trace for trace in chart.figures[0]["data"]) == banded
    assert ("no bands where 5 worlds" in chart.read) != banded


def test_values_on_axes_are_read_as_a_reader_writes_them() -> None:
    outcomes = pd.Series([1.0, 2.0])
    values = pd.DataFrame({"levers.a.quota": [5.0, 1e6], "pulled": ["none", "early_gdpr + mla_staff"]})
    figure = parallel(values, outcomes, "difference", "USD bn", [[0, "#000"], [1, "#fff"]], (0.0, 2.0), None)
    texts = {note["text"] for note in figure["layout"]["annotations"]}
    assert {"5", "500,000", "1,000,000"} <= texts
    assert plain_words("early_gdpr + mla_staff") == "early GDPR + MLA staff"


def test_which_way_is_asked_only_of_factors_with_an_order(known: FolderView) -> None:
    view = known.view
    rows = ranking(pulled=(0.6, 0.5, 0.7), weight=(0.2, 0.1, 0.3))
    values = pd.DataFrame({"pulled": ["none", "keys"], "weight": [1.0, 2.0]})
    chart = ranking_chart(view, HEADLINE["trust"], drivers(values, rows))
    assert [trace["y"] for trace in chart.figures[1]["data"]] == [["weight"]] * 4
    alone = ranking_chart(view, HEADLINE["trust"], drivers(values, rows[rows["factor"] == "pulled"]))
    assert len(alone.figures) == 1 and "way" not in alone.title


def test_claims_show_what_the_mean_says_where_they_are_open() -> None:
    frame = pd.DataFrame(
        {
            "claim": ["revenue is lower"],
            "points": [100],
            "judged": [100],
            "holds": [11],
            "inconclusive": [80],
            "fails": [9],
            "share_mean_agrees": [0.85],
        }
    )
    (chart,) = verdict_bars(frame)
    counts = {trace["name"]: trace["x"] for trace in chart.figures[0]["data"]}  # type: ignore[union-attr]
    assert counts == {"holds": [11], AGREES: [74], DISAGREES: [6], "fails": [9]}
    assert chart.figures[0]["layout"]["xaxis"]["title"]["text"] == "points of the design"  # type: ignore[union-attr]
    assert chart.figures[0]["layout"]["uniformtext"] == {"minsize": 10, "mode": "hide"}  # type: ignore[union-attr]


def test_points_of_one_name_lie_side_by_side() -> None:
    rows = pd.DataFrame(
        {
            "bar": ["ends_at_border", "worldwide"] * 10,
            "x": np.arange(20.0),
            "point": range(20),
            "verdict": ["inconclusive"] * 20,
            "difference": 0.0,
            "mean_agrees": [True, False] * 10,
        }
    )
    figure = verdicts_over(rows, "bar", "x", "a claim")
    assert [trace["name"] for trace in figure["data"]] == [f"{AGREES} (10)", f"{DISAGREES} (10)"]
    places = [at for trace in figure["data"] for at in trace["x"]]
    assert len(set(places)) == 20
    assert {round(at) for at in figure["data"][0]["x"]} == {0}
    assert figure["layout"]["xaxis"]["ticktext"] == ["ends at border", "worldwide"]


def test_far_points_are_triangles_at_the_end_of_a_cut_axis_and_keep_their_number() -> None:
    outcome = pd.Series([1.0, 2.0, -900.0])
    none = pd.Series([np.nan] * 3)
    figure = against(pd.Series([1.0, 2.0, 3.0]), outcome, none, none, TITLES, "#000000", (-5.0, 5.0))
    (trace,) = figure["data"]
    assert trace["y"] == [1.0, 2.0, -5.0]
    assert trace["marker"]["symbol"] == ["circle", "circle", "triangle-down-open"]
    assert trace["customdata"][2][1] == -900.0
    plain = in_order(outcome, none, none, TITLES, "#000000")
    assert plain["data"][0]["y"] == [-900.0, 1.0, 2.0] and "range" not in plain["layout"]["yaxis"]


def test_values_with_names_have_a_row_each() -> None:
    spread = pd.DataFrame({"level": ["none", "own_keys + reports"], "points": [16, 16]})
    spread = spread.assign(**{name: float(k) for k, name in enumerate(("q5", "q25", "q50", "q75", "q95"))})
    figure = by_name(spread, TITLES, "#000000")
    assert figure["data"][1]["y"] == ["none", "own keys + reports"]
    assert figure["data"][1]["error_x"]["array"] == [1.0, 1.0]


def test_ticks_of_a_histogram_are_round_numbers() -> None:
    assert round_ticks(-141.3, 3.2) == [-100.0, -50.0, 0.0]
    assert round_ticks(0.0, 0.075) == pytest.approx([0.0, 0.02, 0.04, 0.06])


def test_a_dot_beyond_a_cut_axis_points_beyond_it() -> None:
    rows = pd.DataFrame({"name": ["a", "b"], "value": [0.5, 9.0], "low": [0.4, 8.0], "high": [0.6, 10.0]})
    figure = index_dots(rows.assign(clear=[True, True]), "index", None, "", (0.0, 1.0))
    assert figure["data"][0]["marker"]["symbol"] == ["circle", "triangle-right-open"]
    assert verdicts(pd.DataFrame({"claim": ["c"], "holds": [0]}))["data"] == []


def test_an_axis_of_all_factors_is_named_as_everywhere_else() -> None:
    values = pd.DataFrame(
        {"investigators.mla_success": [0.5, 1.0], "worlds.b.switches.0.on": ["2014", "2015"]}
    )
    figure = parallel(values, pd.Series([1.0, 2.0]), "difference", "points", "Cividis", (0.0, 2.0), None)
    words = [note["text"] for note in figure["layout"]["annotations"]]
    assert {"success of letters of<br>request to the US", "b: date of the first<br>change of rule"} <= set(
        words
    )


def test_names_left_of_the_first_axis_have_room() -> None:
    values = pd.DataFrame(
        {"law.tests.location.bar": ["ends_at_border", "worldwide"], "trust.spread": [0.1, 0.2]}
    )
    outcome = pd.Series([1.0, 2.0])
    wide = parallel(values, outcome, "difference", "points", "Cividis", (0.0, 2.0), None)
    narrow = parallel(values.iloc[:, ::-1], outcome, "difference", "points", "Cividis", (0.0, 2.0), None)
    assert narrow["layout"]["margin"]["l"] == 70 < wide["layout"]["margin"]["l"]
    words = [note["text"] for note in wide["layout"]["annotations"]]
    assert "ends at border" in words


def test_a_heat_map_has_the_words_of_its_values(known: FolderView) -> None:
    values = pd.DataFrame({"x": ["ends_at_border", "worldwide"] * 2, "y": [0.0, 0.0, 1.0, 1.0]})
    at = pd.DataFrame({"difference": [1.0, 2.0, 3.0, 4.0], "low": 0.0, "high": 5.0})
    cells = {name: over_two(at, values, "x", "y", "difference") for name in ("difference", "a", "b")}
    chart = over_two_factors(known.view, "trust", cells, ("x", "y"), 4, "2 seeds").blocks[0]
    assert chart.figures[0]["data"][0]["x"] == ["ends at border", "worldwide"]  # type: ignore[union-attr]
    assert chart.width == 340  # type: ignore[union-attr]
    unsure = bool(cells["difference"].unsure.any())
    assert unsure and "Hatched" in chart.read  # type: ignore[union-attr]
    narrow = at.assign(low=at["difference"] - 0.1, high=at["difference"] + 0.1)
    sure = {name: over_two(narrow, values, "x", "y", "difference") for name in ("difference", "a", "b")}
    chart = over_two_factors(known.view, "trust", sure, ("x", "y"), 4, "2 seeds").blocks[0]
    assert "Hatched" not in chart.read  # type: ignore[union-attr]


def test_panels_of_a_heat_map_are_wider_where_numbers_would_not_fit(known: FolderView) -> None:
    values = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0, 4.0], "y": 0.0})
    at = pd.DataFrame({"difference": [-1.11, -1.22, -1.33, -1.44, -1.55], "low": -2.0, "high": -1.0})
    cells = {name: over_two(at, values, "x", "y", "difference") for name in ("difference", "a", "b")}
    chart = over_two_factors(known.view, "trust", cells, ("x", "y"), 5, "2 seeds").blocks[0]
    assert chart.width == 430  # type: ignore[union-attr]


def test_numbers_in_cells_have_no_more_digits_than_fit_side_by_side() -> None:
    means = np.array([[-0.6481, -0.752, -0.6, -0.57, -0.47]])
    wide = heat_map(means, np.ones((1, 5), int), list("abcde"), ["y"], TITLES, "%", "Cividis", (-0.75, 0.75),
                    signed=True)  # fmt: skip
    assert wide["data"][0]["text"][0][:2] == ["\N{MINUS SIGN}0.65", "\N{MINUS SIGN}0.75"]
    few = heat_map(means[:, :2], np.ones((1, 2), int), ["a", "b"], ["y"], TITLES, "%", "Cividis",
                   (-0.75, 0.75), signed=True)  # fmt: skip
    assert few["data"][0]["text"][0][0] == "\N{MINUS SIGN}0.648"


def test_an_axis_has_room_for_intervals_of_the_usual_length() -> None:
    outcomes = pd.Series(np.linspace(-1.139, -1.138, 9))
    known = pd.DataFrame({"low": outcomes - 0.1, "high": outcomes + 0.1})
    assert cut_of_points(outcomes, known) is None, "all intervals are longer than the marks differ"
    known.loc[0, "low"] = -90.0
    cut = cut_of_points(outcomes, known)
    assert cut is not None and -2.0 < cut[0] < -1.238 and cut[1] == pytest.approx(-1.038)


def test_an_index_that_is_blind_with_few_points_and_a_shift_of_next_to_nothing_are_said(
    known: FolderView,
) -> None:
    rows = ranking(prior=(0.4, 0.3, 0.5), weight=(0.2, -0.1, 0.3))
    values = pd.DataFrame({"prior": [1.0, 2.0], "weight": [1.0, 2.0]})
    large = drivers(values, rows)
    small = replace(large, swings=large.swings.assign(low=-1.138, high=-1.139, middle=-1.1385))
    words = said(known.view, HEADLINE["trust"], small)
    assert "But that is next to nothing: from its low to its high end it shifts the headline by no" in words
    assert "more than 0.001 points of 100." in words
    assert "next to nothing" not in said(known.view, HEADLINE["trust"], large)
    pawn = replace(large, index="pawn")
    assert "This index needs many points" in said(known.view, HEADLINE["trust"], pawn)
    assert "This index needs many points" not in said(known.view, HEADLINE["trust"], large)
    none = replace(pawn, ranking=rows.assign(clear=False))
    assert "No factor stands out" in said(known.view, HEADLINE["trust"], none)
    assert "Look at the charts by factor" in said(known.view, HEADLINE["trust"], none)
    assert "may still move the headline" in leaders(known.view, {"trust": rows}, "pawn").note


def test_a_point_without_a_difference_is_no_number_in_the_page() -> None:
    """The report of a sweep of one factor ended there: no page can hold NaN."""
    rows = pd.DataFrame(
        {
            "point": [0, 1],
            "x": [1.0, 2.0],
            "difference": [0.5, np.nan],
            "verdict": ["holds", "not judged"],
            "mean_agrees": [True, False],
        }
    )
    figure = verdicts_over(rows, "x", "difference", "a claim")
    assert [trace["y"] for trace in figure["data"]] == [[0.5], [None]]
    as_json(figure)

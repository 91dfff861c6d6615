"""Outcomes of a design at each point are those of its runs: over two factors and month by month."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis import design_months, design_outcomes
from sim.analysis.design_point import point_results
from sim.analysis.headlines import HEADLINES, SERIES, compared_headlines
from sim.analysis.range_names import range_name
from sim.pipeline import Finished
from sim.runs.pair_series import PairSeries, exported
from sim.scenario.resolution import points, resolve, scenarios_at
from sim.scenario.scenario import Scenario
from tests.swept_results import FIRST, POINTS, gap, swept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"), levers=True)


@pytest.fixture(scope="module")
def series(finished: Finished) -> PairSeries:
    return exported(finished.folder, finished.results.manifest)


def firsts(finished: Finished, series: PairSeries) -> np.ndarray:
    scenarios = design_months.scenarios_of(finished.results.manifest, finished.folder)
    return design_months.first_months(finished.results.manifest, series.values, scenarios)


def test_the_worlds_may_differ_from_the_month_after_each_points_own_switch(
    finished: Finished, series: PairSeries
) -> None:
    assert list(firsts(finished, series)) == [FIRST[day] for day in series.values["switch_date"]]


def test_every_point_has_the_difference_that_was_put_in(finished: Finished, series: PairSeries) -> None:
    pairs = design_outcomes.at_pairs(series, "trust", finished.results.manifest, firsts(finished, series))
    at = design_outcomes.at_points(pairs)
    assert len(at) == 2 * POINTS
    assert at["difference"].to_numpy() == pytest.approx(
        -100 * gap(series.values["trust.asymmetry"].to_numpy())
    )
    assert at["a"].to_numpy() == pytest.approx(60 + 10 * series.values["trust.peer_weight"].to_numpy())
    assert (at["pairs"] == 2).all()
    assert ((at["low"] < at["difference"]) & (at["difference"] < at["high"])).all()


def test_a_missing_pair_is_left_out_and_one_pair_has_no_interval() -> None:
    pairs = pd.DataFrame(
        {"point": [0, 0, 1], "seed": [1, 2, 1], "a": [1.0, np.nan, 3.0], "b": [2.0, 5.0, 5.0]}
    )
    at = design_outcomes.at_points(pairs.assign(difference=pairs["b"] - pairs["a"]))
    assert list(at["difference"]) == [1.0, 2.0]
    assert list(at["pairs"]) == [1, 1]
    assert at["low"].isna().all()


def test_cells_are_means_over_the_points_in_them(finished: Finished, series: PairSeries) -> None:
    at = design_outcomes.at_points(
        design_outcomes.at_pairs(series, "trust", finished.results.manifest, firsts(finished, series))
    )
    cells = design_outcomes.over_two(at, series.values, "trust.asymmetry", "trust.peer_weight", "difference")
    assert cells.x.names == ("1", "2", "4")
    assert cells.mean == pytest.approx(np.array([[-1.0, -2.0, -4.0]] * 2))
    assert (cells.points == 2).all()  # the two switch dates
    assert (cells.half < 1e-6).all() and not cells.unsure.any()  # which make no difference
    wide = design_outcomes.over_two(
        at.assign(difference=np.arange(len(at)) - 5.5),
        series.values,
        "trust.asymmetry",
        "trust.peer_weight",
        "difference",
    )
    assert wide.unsure.any() and (np.abs(wide.mean[wide.unsure]) <= wide.half[wide.unsure]).all()
    same = design_outcomes.over_two(at, series.values, "trust.asymmetry", "trust.asymmetry", "difference")
    assert np.isnan(same.mean[0, 1])
    assert same.points[0, 1] == 0


@pytest.mark.parametrize("spread", ["even", "orders"])
def test_a_factor_of_many_values_is_cut_as_it_was_spread(spread: str) -> None:
    values = pd.Series(np.linspace(0.1, 100, 400) if spread == "even" else np.geomspace(0.1, 100, 400))
    cut = design_outcomes.levels(values)
    assert cut.ranges
    sizes = np.bincount(cut.codes)
    assert sizes.sum() == 400
    assert sizes.max() - sizes.min() <= 2, "every range has its share of the points"


def test_scattered_points_are_cut_into_as_many_ranges_as_they_fill() -> None:
    generator = np.random.default_rng(1)
    values = pd.DataFrame(generator.uniform(size=(12, 2)), columns=["x", "y"])
    at = pd.DataFrame({"difference": values["x"], "low": -1.0, "high": 1.0})
    cells = design_outcomes.over_two(at, values, "x", "y", "difference")
    assert cells.mean.shape == (3, 3) and cells.points.sum() == 12 and cells.x.ranges
    grid = pd.DataFrame([(x, y) for x in np.arange(4.0) for y in np.arange(4.0)], columns=["x", "y"])
    full = design_outcomes.over_two(at.reindex(grid.index), grid, "x", "y", "difference")
    assert full.x.names == ("0", "1", "2", "3") and not full.x.ranges


@pytest.mark.parametrize(
    ("ends", "step", "name"),
    [
        ((0.000216, 0.125), 0.125, "0\N{EN DASH}0.125"),
        ((0.000216, 0.125), 0.0, "0.000216\N{EN DASH}0.125"),
        ((-0.988, -0.491), 0.0, "\N{MINUS SIGN}0.988 to \N{MINUS SIGN}0.491"),
        ((4.018, 8.51), 4.49, "4.02\N{EN DASH}8.51"),
        ((2.0, 2.0), 0.0, "2"),
    ],
)
def test_a_range_has_no_digits_below_its_step_and_no_dash_before_a_minus(
    ends: tuple[float, float], step: float, name: str
) -> None:
    assert range_name(*ends, step) == name


def test_few_values_text_and_booleans_keep_their_names() -> None:
    assert design_outcomes.levels(pd.Series([True, False, True])).names == ("False", "True")
    assert design_outcomes.levels(pd.Series(["b", "a"])).names == ("a", "b")
    assert design_outcomes.levels(pd.Series([3, 1, 3])).codes.tolist() == [1, 0, 1]


def test_fans_hold_each_world_and_the_difference_of_the_pairs_chosen(
    finished: Finished, series: PairSeries
) -> None:
    points = series.values.index[
        (series.values["trust.asymmetry"] == 4.0) & (series.values["switch_date"] == "2014-07-31")
    ]
    fans = design_outcomes.fans(
        series, "trust", finished.results.manifest, design_outcomes.pairs_at(series, points.to_numpy())
    )
    assert list(fans) == ["microsoft_wins", "doj_wins", "difference"]
    middle = fans["difference"].set_index("month")["q50"]
    assert middle["2014-07-01"] == 0.0
    assert middle["2014-08-01"] == pytest.approx(-gap(4.0))
    assert fans["difference"]["month"].iloc[[0, -1]].dt.strftime("%Y-%m").tolist() == ["2013-01", "2016-12"]
    assert design_outcomes.fans(series, "trust", finished.results.manifest, np.zeros(len(series), bool)) == {}


def test_quantiles_leave_out_what_is_missing() -> None:
    values = np.array([[1.0, np.nan, np.nan], [3.0, 5.0, np.nan]])
    found = design_outcomes.quantiles(values, np.arange("2013-01", "2013-04", dtype="datetime64[M]"))
    assert found["q50"].tolist()[:2] == [2.0, 5.0]
    assert np.isnan(found["q50"][2])


def test_how_an_outcome_spreads_over_the_levels_of_one_factor(finished: Finished, series: PairSeries) -> None:
    at = design_outcomes.at_points(
        design_outcomes.at_pairs(series, "trust", finished.results.manifest, firsts(finished, series))
    )
    spread = design_outcomes.over_one(at, series.values["trust.asymmetry"], "difference")
    assert spread["level"].tolist() == ["1", "2", "4"]
    assert spread["q50"].to_numpy() == pytest.approx([-1.0, -2.0, -4.0])
    assert spread["points"].tolist() == [4, 4, 4]


def test_the_columns_that_a_number_is_read_from_are_known() -> None:
    assert design_outcomes.columns_of_headline("trust") == ["trust"]
    assert set(design_outcomes.columns_of_headline("market_share")) == {"revenue_us", "revenue_home_grown"}
    for headline in HEADLINES:
        assert design_outcomes.columns_of_headline(headline.code)
    for metric in SERIES:
        assert design_outcomes.columns_of_series(metric)


def test_one_point_reads_as_an_experiment_of_its_own(finished: Finished) -> None:
    point = point_results(finished.folder, 3)
    assert point.manifest["values"] == {
        "trust.asymmetry": 1.0,
        "trust.peer_weight": 0.3,
        "switch_date": "2015-07-31",
    }
    said = point.manifest
    assert (said["seeds"], said["switch"], said["identical_through"]) == ([1, 2], "2015-07-31", "2015-07")
    table = point.table("world", ["seed", "world", "month", "trust"])
    assert list(table.columns) == ["seed", "world", "month", "trust"]
    assert len(table) == 2 * 2 * 48
    trust = point.summary("headlines")
    assert trust is not None
    assert trust.set_index("headline").loc["trust", "difference"] == pytest.approx(-100 * gap(1.0))
    series = point.summary("series")
    assert series is not None
    assert series[series["metric"] == "trust"].set_index("month")["difference"][
        pd.Timestamp("2015-08-01")
    ] == pytest.approx(-gap(1.0))
    claims = point.summary("claims")
    assert claims is not None
    assert claims["verdict"].tolist() == ["holds", "fails"]
    assert point.summary("knockouts") is None


def test_a_points_headlines_are_those_of_the_experiments_own_analysis(finished: Finished) -> None:
    point = point_results(finished.folder, 0)
    frame = point.table("world")

    def columns(world: str, seed: int) -> dict[str, np.ndarray]:
        rows = frame[(frame["seed"] == seed) & (frame["world"] == world)]
        return {name: rows[name].to_numpy() for name in rows.columns}

    pairs = [(columns("microsoft_wins", seed), columns("doj_wins", seed)) for seed in (1, 2)]
    expected = compared_headlines(pairs, FIRST["2014-07-31"])
    found = point.summary("headlines")
    assert found is not None
    pd.testing.assert_frame_equal(found.drop(columns="why"), expected)


def test_a_point_that_is_not_there_is_an_error(tmp_path: Path, finished: Finished) -> None:
    del tmp_path
    with pytest.raises(KeyError, match="no point 1000000000000000000000"):
        point_results(finished.folder, 10**21)
    with pytest.raises(KeyError, match="no point 99"):
        point_results(finished.folder, 99)


def test_where_no_pair_is_done_there_are_levels_and_no_means(finished: Finished, series: PairSeries) -> None:
    pairs = design_outcomes.at_pairs(series, "trust", finished.results.manifest, firsts(finished, series))
    at = design_outcomes.at_points(pairs.iloc[:0])
    assert at.empty
    cells = design_outcomes.over_two(at, series.values, "trust.asymmetry", "trust.peer_weight", "difference")
    assert cells.x.names == ("1", "2", "4")
    assert np.isnan(cells.mean).all()
    assert design_outcomes.over_one(at, series.values["trust.asymmetry"], "difference").empty


def test_levels_are_of_the_whole_design_however_few_of_its_points_are_done(
    finished: Finished, series: PairSeries
) -> None:
    pairs = design_outcomes.at_pairs(series, "trust", finished.results.manifest, firsts(finished, series))
    at = design_outcomes.at_points(pairs[pairs["point"] == 11])
    cells = design_outcomes.over_two(at, series.values, "trust.asymmetry", "trust.peer_weight", "difference")
    assert cells.mean[1].tolist() == pytest.approx([np.nan, np.nan, -4.0], nan_ok=True)
    assert design_outcomes.over_one(at, series.values["trust.asymmetry"], "difference")["level"].tolist() == [
        "4"
    ]


def test_worlds_that_never_differ_are_compared_over_all_months(
    finished: Finished, series: PairSeries
) -> None:
    """Revenue was 0 in either world there, and trust was missing as if no pair had finished."""
    manifest = finished.results.manifest
    same = design_months.scenarios_of(manifest, finished.folder)(0)
    one = next(iter(same.values()))

    def scenarios(_: int) -> dict[str, Scenario]:
        return dict.fromkeys(same, one)

    assert set(design_months.shared_months(manifest, series.values, scenarios)) == {one.months}
    begin = design_months.first_months(manifest, series.values, scenarios)
    assert set(begin) == {0}
    plain = series.values[["trust.asymmetry"]]
    through = {**manifest, "identical_through": manifest["last"]}
    assert set(design_months.first_months(through, plain, scenarios)) == {0}


LEAK = """\
title: A lever on two dates
question: From which month on may the worlds differ?
timeline: history
horizon: {first: 2013-01, last: 2016-12}
customers: 2000
seeds: {first: 1, count: 1}
worlds:
  plain: {label: Plain, switches: [{on: 2014-07-31, regime: doj_wins}]}
  leak: {label: Leak, switches: [{on: 2014-07-31, regime: doj_wins}], pulled: [leak]}
compare: [plain, leak]
levers:
  leak:
    {by: history, act: add, on: 2014-12-31, what: a leak, reference: a test,
     news: [{channel: law_enforcement, weight: -0.8, reach: {all: 0.9}}]}
design:
  method: grid
  levers:
    levers.leak.on: {values: [2014-12-31, 2016-06-30]}
"""


def test_worlds_part_at_the_date_of_a_lever_at_each_point(tmp_path: Path) -> None:
    """Over the months of the earliest point, a later leak cost a quarter of what it does by itself."""
    file = tmp_path / "leak.yaml"
    file.write_text(LEAK, encoding="utf-8")
    resolved = resolve(file)
    every = points(resolved)
    values = pd.DataFrame([point.values for point in every])
    manifest = {
        "first": "2013-01", "last": "2016-12", "identical_through": "2014-12",
        "worlds": {"plain": "Plain", "leak": "Leak"}, "compare": ["plain", "leak"],
    }  # fmt: skip
    found = design_months.first_months(manifest, values, lambda at: scenarios_at(resolved, every[at]))
    assert list(found) == [24, 42]
    levers = design_months.first_months(
        manifest, values, lambda at: scenarios_at(resolved, every[at]), by_lever=False
    )
    assert list(levers) == [24, 24]  # compared with each other: over the same months
    across = values.assign(**{"worlds.leak.pulled": "leak"})  # levers are compared across points
    same = design_months.first_months(manifest, across, lambda at: scenarios_at(resolved, every[at]))
    assert list(same) == [24, 24]

"""Known indices come back the whole way: design, runs, store, outcomes, indices; and failures are seen."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.drivers import decomposition, sensitivity
from sim.analysis.drivers.outcomes import chosen
from sim.analysis.drivers.sensitivity import sample_of
from sim.pipeline import Finished
from sim.runs.results import FolderResults
from sim.scenario.resolution import points, resolve
from sim.view.report import build
from tests.analysis.drivers.known_functions import FACTORS, ISHIGAMI, G, additive, g, ishigami, swept

SALTELLI = {"method": "saltelli", "base": 128, "seed": 3}


def of_difference(finished: Finished, index: str, headline: str = "trust") -> pd.DataFrame:
    table = sim.load(finished.folder).sensitivity()
    mine = table[(table["headline"] == headline) & table["against"].notna() & (table["index"] == index)]
    return mine.set_index("factor")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("ishigami"), ishigami, 3, SALTELLI)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("broken"), ishigami, 3, SALTELLI, fails=0.05)


@pytest.mark.parametrize("index", ["first_order", "total"])
def test_ishigamis_indices_lie_within_their_intervals(whole: Finished, index: str) -> None:
    found = of_difference(whole, index)
    for name, truth in zip(list(FACTORS)[:3], ISHIGAMI[index], strict=True):
        assert found.loc[name, "low"] <= truth <= found.loc[name, "high"]
    assert (found["high"] - found["low"]).max() < 0.8
    assert (found["used"] == 128).all()


@pytest.mark.parametrize("index", ["first_order", "total"])
def test_with_a_twentieth_of_the_runs_failed_it_says_so_and_stays_there(
    whole: Finished, broken: Finished, index: str
) -> None:
    found, before = of_difference(broken, index), of_difference(whole, index)
    failed = sim.load(broken.folder).outcomes.attrs["failed"]
    assert 15 < failed < 60
    assert ((found["used"] < found["asked"]) & (found["used"] > 0.75 * 128)).all()
    for name, truth in zip(list(FACTORS)[:3], ISHIGAMI[index], strict=True):
        assert found.loc[name, "low"] <= truth <= found.loc[name, "high"]
    assert (found["value"] - before["value"]).abs().max() < 0.15


def test_an_outcome_that_never_varies_is_called_constant_and_has_no_number(whole: Finished) -> None:
    laws = of_difference(whole, "total", headline="laws")
    assert set(laws["state"]) == {"constant"}
    assert laws[["value", "low", "high"]].isna().all().all()
    table = sim.load(whole.folder).sensitivity()
    level = table[(table["headline"] == "trust") & (table["world"] == "microsoft_wins")]
    assert set(level["state"]) == {"constant"}
    assert set(table.loc[table["value"].notna(), "state"]) == {"estimated"}


@pytest.mark.long
def test_sobols_g_function_too_and_its_indices_converge(tmp_path: Path) -> None:
    finished = swept(tmp_path, g, 4, SALTELLI)
    for index in ("first_order", "total"):
        found = of_difference(finished, index)
        for name, truth in zip(list(FACTORS)[:4], G[index], strict=True):
            assert found.loc[name, "low"] <= truth <= found.loc[name, "high"]
    steps = pd.read_csv(finished.folder / "sensitivity_convergence.csv")
    mine = steps[
        (steps["headline"] == "trust") & steps["against"].notna() & (steps["factor"] == "trust.peer_weight")
    ]
    assert list(mine["share"]) == [0.125, 0.25, 0.5, 1.0]
    widths = (mine["high"] - mine["low"]).to_numpy()
    assert widths[-1] < 0.6 * widths[0]


def test_saltellis_indices_are_those_of_salib(whole: Finished) -> None:
    from SALib.analyze import sobol

    outcomes = sim.load(whole.folder).outcomes
    mine = outcomes[(outcomes["headline"] == "trust") & outcomes["against"].notna()]["value"].to_numpy()
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    theirs = sobol.analyze(problem, mine, calc_second_order=False, seed=1)
    assert of_difference(whole, "first_order")["value"].to_numpy() == pytest.approx(theirs["S1"], abs=1e-9)
    assert of_difference(whole, "total")["value"].to_numpy() == pytest.approx(theirs["ST"], abs=1e-9)
    half = of_difference(whole, "total").eval("(high - low) / 2").to_numpy()
    assert half == pytest.approx(theirs["ST_conf"], rel=0.4)


# --- Morris -------------------------------------------------------------------------------------------


MORRIS = {"method": "morris", "trajectories": 12, "seed": 5}


def test_effects_of_a_sum_are_its_weights_even_where_runs_failed(tmp_path: Path) -> None:
    finished = swept(tmp_path, additive, 3, MORRIS, fails=0.1, seeds=2)
    assert len(finished.failures) > 0
    assert of_difference(finished, "mu_star")["value"].to_numpy() == pytest.approx([4.0, 2.0, 1.0])
    assert of_difference(finished, "mu")["value"].to_numpy() == pytest.approx([4.0, -2.0, 1.0])
    assert of_difference(finished, "sigma")["value"].to_numpy() == pytest.approx([0.0] * 3, abs=1e-6)


def test_morris_is_that_of_salib(tmp_path: Path) -> None:
    from SALib.analyze import morris

    finished = swept(tmp_path, ishigami, 3, MORRIS)
    outcomes = sim.load(finished.folder).outcomes
    mine = outcomes[(outcomes["headline"] == "trust") & outcomes["against"].notna()]["value"].to_numpy()
    sample = sensitivity.sample_in(finished.folder, finished.results.manifest)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    theirs = morris.analyze(problem, sample.shares, mine, seed=1)
    for index in ("mu_star", "sigma", "mu"):
        assert of_difference(finished, index)["value"].to_numpy() == pytest.approx(
            np.asarray(theirs[index], float), abs=1e-9
        )
    half = of_difference(finished, "mu_star").eval("(high - low) / 2").to_numpy()
    assert half == pytest.approx(np.asarray(theirs["mu_star_conf"], float), rel=0.4, abs=1e-9)


# --- other designs ------------------------------------------------------------------------------------


def test_pawn_is_that_of_salib_and_a_factor_without_effect_is_not_clear_of_none(tmp_path: Path) -> None:
    from SALib.analyze import pawn

    finished = swept(tmp_path, lambda x: ishigami(x[:3]), 4, {"method": "sobol", "points": 256, "seed": 3})
    found = of_difference(finished, "pawn")
    sweep = sim.load(finished.folder)
    outcomes = sweep.outcomes
    mine = outcomes[(outcomes["headline"] == "trust") & outcomes["against"].notna()]["value"].to_numpy()
    names = list(FACTORS)[:4]
    problem = {"num_vars": 4, "names": names, "bounds": [[0, 1]] * 4}
    theirs = pawn.analyze(problem, sweep.points[names].to_numpy(float), mine, S=10)
    assert found["value"].to_numpy() == pytest.approx(theirs["mean"], abs=0.02)
    order = sensitivity.ranked(sweep.sensitivity(), "trust", "doj_wins", "microsoft_wins", "pawn")
    clear = set(order.loc[order["clear"], "factor"])
    assert set(names[:2]) <= clear and names[3] not in clear


def test_a_grid_of_few_levels_ranks_by_pawn(tmp_path: Path) -> None:
    finished = swept(tmp_path, additive, 3, {"method": "grid", "levels": 4})
    found = of_difference(finished, "pawn")
    assert found["value"].is_monotonic_decreasing
    assert found["value"].iloc[0] > found["threshold"].iloc[0]


def test_a_list_claims_no_ranking(tmp_path: Path) -> None:
    finished = swept(tmp_path, additive, 3, {"method": "list"})
    assert not (finished.folder / "sensitivity.csv").exists()
    with pytest.raises(sim.InputError, match="carries no sensitivity indices: the points of a list"):
        sim.load(finished.folder).sensitivity()


def test_over_time_a_difference_has_no_index_before_the_worlds_part(whole: Finished) -> None:
    months = sim.load(whole.folder).sensitivity("trust", by="month")
    gap = months[months["against"].notna() & (months["factor"] == "trust.spread")].set_index("date")
    assert gap.loc["2014-07", "state"] == "constant"
    assert gap.loc["2014-08", "value"] == pytest.approx(
        of_difference(whole, "total").loc["trust.spread", "value"]
    )


# --- by the states of the inputs ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    design = {"method": "latin_hypercube", "points": 256, "seed": 1}
    return swept(tmp_path_factory.mktemp("sampled"), additive, 3, design, fails=0.05)


def outputs_of(finished: Finished) -> np.ndarray:
    values = chosen(sim.load(finished.folder).outcomes, "trust", "doj_wins", "microsoft_wins")
    return values.to_numpy(float).reshape(-1, 1)


def test_a_swing_goes_from_the_low_to_the_high_end_of_a_factor(sampled: Finished) -> None:
    sample = sensitivity.sample_in(sampled.folder, sampled.results.manifest)
    swing = decomposition.swings(sample, outputs_of(sampled)).set_index("factor")
    width = swing["high"] - swing["low"]
    assert width.to_numpy() == pytest.approx([4.0 * 2 / 3, -2.0 * 2 / 3, 1.0 * 2 / 3], abs=0.6)
    assert swing["middle"].iloc[0] == pytest.approx(np.nanmedian(outputs_of(sampled)))


def test_a_few_runaway_points_move_neither_a_swing_nor_the_bars_of_the_histogram(sampled: Finished) -> None:
    sample, outputs = sensitivity.sample_in(sampled.folder, sampled.results.manifest), outputs_of(sampled)
    far = outputs.copy()
    far[:3] = 1e6
    plain, stretched = (decomposition.swings(sample, one).set_index("factor") for one in (outputs, far))
    assert stretched["high"].to_numpy() == pytest.approx(plain["high"].to_numpy(), abs=0.3)
    found = decomposition.decomposition(sample, far, ["trust.peer_weight"])
    assert found is not None and found.cut and found.edges[-1] < 100
    assert found.counts.sum() == np.count_nonzero(~np.isnan(far)), "points beyond are in the last bar"
    usual = decomposition.decomposition(sample, outputs, ["trust.peer_weight"])
    assert usual is not None and not usual.cut


def test_factors_are_ordered_by_what_they_do_to_one_number_a_point(sampled: Finished) -> None:
    sample = sensitivity.sample_in(sampled.folder, sampled.results.manifest)
    for name in sample.names:
        assert sensitivity.order_of(sample, sample.values[name].to_numpy(float))[0] == name


def test_every_point_is_in_one_state_and_the_states_of_the_strongest_input_lie_apart(
    sampled: Finished,
) -> None:
    sample = sensitivity.sample_in(sampled.folder, sampled.results.manifest)
    outputs = outputs_of(sampled)
    found = decomposition.decomposition(sample, outputs, ["trust.peer_weight", "trust.spread"])
    assert found is not None
    assert found.table["points"].sum() == found.counts.sum() == np.count_nonzero(~np.isnan(outputs))
    by_state = found.table.groupby("trust.peer_weight", sort=False)["median"].mean()
    assert by_state.is_monotonic_increasing
    assert decomposition.decomposition(sample, outputs, []) is None


def test_the_report_of_a_morris_sample_ranks_by_its_effects_and_shows_nothing_by_level(
    tmp_path: Path,
) -> None:
    finished = swept(tmp_path, additive, 3, MORRIS)
    page = build(FolderResults(finished.folder), tmp_path / "report.html").read_text(encoding="utf-8")
    assert "is moved most by <strong>influence of peers</strong>" in page
    assert "3 of 3 factors have an effect that is clearly not zero" in page
    assert 'id="ranking-trust"' in page
    assert 'id="heat-map-trust"' not in page
    assert 'id="against-trust"' not in page


def test_of_a_posterior_design_levers_are_ranked_or_what_is_drawn_for_everybody() -> None:
    ranked = {}
    for name in ("frontier", "two_worlds_posterior"):
        resolved = resolve(name)
        values = pd.DataFrame([dict(point.values) for point in points(resolved)[:20]])
        ranked[name] = sample_of(resolved, values).names
    assert ranked["frontier"] == ("pulled",)
    assert "trust.news_strength" in ranked["two_worlds_posterior"]
    assert not any(name.startswith("jurisdictions.") for name in ranked["two_worlds_posterior"])

"""Limits in which the answer is known without the model."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.model import population
from sim.model.population import curves_of_adoption
from sim.model.world import WorldSet
from sim.pipeline import run
from tests.model.small_worlds import (
    AT,
    NO_GOVERNMENTS,
    NO_PROVIDERS,
    SWITCH,
    asked,
    digest,
    entries,
    experiment_file,
    has_run,
    ruled,
    trust_of,
    without_record,
    world_set,
)
from tests.verify import adoption, opinions
from tests.verify.comparison import Comparison


def test_without_sensitivity_customers_are_the_same_to_the_bit_in_both_worlds() -> None:
    """Without sensitivity to risk nobody moves, if governments and providers do not react either."""
    ws = world_set(asked("choice.sensitivity=0", *NO_GOVERNMENTS, *NO_PROVIDERS))
    while ws.running:
        ws.step()
        assert np.array_equal(ws.customers.place[:, 0], ws.customers.place[:, 1]), (
            f"month {ws.models[0].month}"
        )
    assert np.array_equal(ws.customers.stock[0], ws.customers.stock[1])
    trust = [model.books.cell[:, :, AT["trust"]] for model in ws.models]
    assert not np.array_equal(*trust), "the ruling moved no trust at all, so nothing was tested"
    assert np.array_equal(*(model.books.revenue for model in ws.models))


def test_with_sensitivity_alone_customers_part() -> None:
    """The limit above is not empty: with risk in choices alone the worlds' customers differ."""
    ws = has_run(asked(*NO_GOVERNMENTS, *NO_PROVIDERS, last="2017-12"))
    assert not np.array_equal(ws.customers.place[:, 0], ws.customers.place[:, 1])


@pytest.fixture(scope="module")
def bound() -> WorldSet:
    """Customers who cannot afford to leave, where no law and no provider makes them."""
    everything_off = ("switching.between_providers=1000", *NO_GOVERNMENTS, *NO_PROVIDERS)
    resolved = asked(*everything_off)
    worlds = {
        name: scenario.__class__(
            **{
                **scenario.__dict__,
                "timeline": scenario.timeline.model_copy(
                    update={
                        "events": tuple(
                            e
                            for e in scenario.timeline.events
                            if not any(enacts.instrument for enacts in e.enacts)
                        )
                    }
                ),
            }
        )
        for name, scenario in resolved.scenarios.items()
    }
    ws = WorldSet([without_record(scenario) for scenario in worlds.values()], 1)
    ws.run()
    return ws


@pytest.mark.parametrize("what", ["switched_provider", "gave_up", "left_us", "moved_within", "forced"])
def test_at_an_infinite_switching_cost_nobody_migrates(bound: WorldSet, what: str) -> None:
    for model in bound.models:
        assert model.books.cell[:, :, AT[what]].sum() == 0.0
        assert model.books.cell[:, :, AT["adopted"]].sum() > 0.0


def test_at_an_infinite_switching_cost_all_flows_leave_the_premises(bound: WorldSet) -> None:
    for model in bound.models:
        flows = model.books.tables("full")["flows"]
        assert set(flows["from_kind"]) == {"on_premises"}


def _with_peers_shuffled(*sets: str) -> tuple[str, str]:
    """Digests of a run, and of one in which everybody has been given somebody else's peers."""
    resolved = asked(*sets, last="2016-12")
    plain = world_set(resolved)
    population.recent_populations.clear()  # else both sets would share the people whose peers are exchanged
    shuffled = world_set(resolved)
    population.recent_populations.clear()
    peers = shuffled.population.peers
    peers[:] = np.random.default_rng(7).permutation(peers.ravel()).reshape(peers.shape)
    plain.run()
    shuffled.run()
    return digest(plain), digest(shuffled)


def test_without_peer_effects_it_does_not_matter_who_the_peers_are() -> None:
    a, b = _with_peers_shuffled("trust.peer_weight=0", "choice.network_effect=0", "network.telling=0")
    assert a == b


@pytest.mark.parametrize("left_on", ["trust.peer_weight=0.2", "choice.network_effect=0.5"])
def test_with_either_peer_effect_it_matters(left_on: str) -> None:
    off = [
        f"{path}=0" for path in ("trust.peer_weight", "choice.network_effect") if not left_on.startswith(path)
    ]
    a, b = _with_peers_shuffled(left_on, *off)
    assert a != b


@pytest.mark.parametrize("regime", ["microsoft_wins", "doj_wins", "cloud_act"])
def test_one_rule_twice_gives_exactly_zero_and_a_warning(regime: str, tmp_path: Path) -> None:
    file = experiment_file(tmp_path, {"first": ruled(regime), "second": ruled(regime)})
    resolved = asked("record=world", "seeds.count=1", experiment=file, last="2017-12")
    finished = run(resolved, tmp_path / "out", workers=1)
    assert finished.failures == []
    assert any("never differ" in warning for warning in finished.warnings)
    (done,) = finished.done
    first, second = done.world_tables["first"], done.world_tables["second"]
    for column, values in first.items():
        assert np.array_equal(values, second[column], equal_nan=values.dtype.kind == "f"), column
    assert finished.results.manifest["identical_through"] == "2017-12"


def test_one_rule_twice_is_equal_in_every_book(tmp_path: Path) -> None:
    file = experiment_file(tmp_path, {"first": ruled("doj_wins"), "second": ruled("doj_wins")})
    ws = has_run(asked(experiment=file))
    a, b = (entries(model.books) for model in ws.models)
    assert a == b
    assert np.array_equal(trust_of(ws, 0), trust_of(ws, 1))


def test_two_rules_do_differ_so_no_warning_is_given(tmp_path: Path) -> None:
    finished = run(asked("record=world", "seeds.count=1", last="2015-12"), tmp_path / "out", workers=1)
    assert finished.failures == []
    assert finished.warnings == []


# --- theory (drawn by `make verify`) ------------------------------------------------------------------


@pytest.mark.parametrize("comparison", [opinions.limits, opinions.ring])
def test_trust_passes_between_customers_as_theory_says(comparison: Callable[[], Comparison]) -> None:
    for check in comparison().checks:
        assert check.holds, check.words


@pytest.mark.parametrize("pace", adoption.PACES)
def test_adoption_follows_the_closed_form_of_bass(pace: tuple[float, float]) -> None:
    check = adoption.bass(*pace)[1]
    assert check.holds, check.words


def test_nobody_adopts_beyond_the_ceiling(two_worlds: WorldSet) -> None:
    scenario, cells = two_worlds.models[0].scenario, two_worlds.population.cells
    ceilings = curves_of_adoption(scenario)[1]
    for model in two_worlds.models:
        assert np.all(model.books.cell[:, :, AT["adoption"]] <= ceilings + 2.0 / np.diff(cells.start))


def test_the_switch_month_is_where_the_tests_think_it_is(two_worlds: WorldSet) -> None:
    assert f"{two_worlds.models[0].scenario.month_start(SWITCH):%Y-%m}" == "2014-08"

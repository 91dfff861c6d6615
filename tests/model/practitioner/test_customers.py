"""Customers differ in what they hear, in whom they tell, and in when they act."""

from functools import cache

import numpy as np
import pytest

from sim.model.kernels.hearing import HEARD, TOLD, chance_of_hearing
from sim.model.world import WorldSet
from tests.model.called import called
from tests.model.small_worlds import AT, asked, has_run, world_set

WORLD = ["doj_wins"]
LEAK = 6  # July 2013, the first month after the leak


@cache
def at_the_leak(*sets: str, months: int = 1) -> WorldSet:
    """A world that has lived through the month in which the leak is news, and maybe some more."""
    ws = world_set(asked(*sets, customers=4000, last="2016-12"), worlds=WORLD)
    for _ in range(LEAK + months):
        ws.step()
    return ws


@pytest.mark.parametrize("reach", [0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize("telling", [0.0, 0.1, 0.5])
def test_telling_changes_who_hears_not_how_many(reach: float, telling: float) -> None:
    own = called(chance_of_hearing)(reach, telling)
    told = 1.0 - (1.0 - telling * own) ** 6
    assert own + (1.0 - own) * told == pytest.approx(reach, abs=1e-9)


def test_news_is_heard_by_as_many_as_it_reaches_and_by_no_one_else() -> None:
    """Each hears all of the leak or nothing; with those who are told the share is its reach."""
    ws, later = at_the_leak(), at_the_leak(months=2)
    heard = ws.customers._heard[:, 0] == HEARD
    told = later.customers._heard[:, 0] == TOLD
    assert not np.any(heard & told)
    cells = ws.population.cells
    reach = ws.models[0].mind._reach / ws.models[0].mind._weight
    expected = reach[ws.population.cell]
    error = np.sqrt(np.mean(expected * (1.0 - expected)) / len(heard))
    assert abs(np.mean(heard | told) - expected.mean()) < 4.0 * error
    assert 0.3 < heard.mean() < expected.mean()
    assert len(cells) == len(reach)


def test_whoever_hears_loses_trust_and_whoever_does_not_loses_only_through_peers() -> None:
    ws, before = at_the_leak(), at_the_leak(months=0)
    lost = before.customers.trust[:, 1] - ws.customers.trust[:, 1]
    heard = ws.customers._heard[:, 0] == HEARD
    abroad = ws.population.cells.jurisdiction[ws.population.cell] > 0
    assert lost[abroad & heard].mean() > 0.05
    assert abs(lost[abroad & ~heard].mean()) < 0.005


def test_hearing_changes_who_trusts_not_how_much_is_heard() -> None:
    """On average everybody has heard as much as its cell remembers, whoever hears what."""
    ws = at_the_leak(months=2)
    more = ws.customers._more[:, 1] * ws.customers._terms.weight_heard[ws.population.cell, 1]
    assert abs(more.mean()) < 0.03
    assert more.std() > 0.2
    off = at_the_leak("network.hearing=0", months=2)
    assert not off.customers._more.any()


def test_only_whoever_hears_and_has_a_low_threshold_thinks_again() -> None:
    ws, threshold = at_the_leak(), at_the_leak().population.threshold
    alarmed = ws.customers._alarmed[:, 0] & ws.customers._terms.alert[0][ws.population.cell]
    assert alarmed.sum() > 20
    assert np.all(ws.customers._heard[alarmed, 0] > 0)
    assert np.median(threshold[alarmed]) < np.median(threshold)
    none = at_the_leak("choice.threshold=1000")
    assert not (none.customers._alarmed[:, 0] & none.customers._terms.alert[0][none.population.cell]).any()


def test_thresholds_are_heavy_tailed(two_worlds: WorldSet) -> None:
    """A Pareto distribution of exponent 1: a tenth has more than ten times the least threshold."""
    threshold, p = two_worlds.population.threshold, two_worlds.models[0].scenario.parameters.choice
    assert threshold.min() >= np.float32(p.threshold)
    assert np.mean(threshold > 10.0 * p.threshold) == pytest.approx(0.1 ** float(p.threshold_tail), abs=0.03)


def _done(what: str, *sets: str) -> float:
    """Organisations abroad that did it in the year after the leak, where risk weighs ten times as much."""
    weighs = ("choice.sensitivity=3", *sets)
    ws = at_the_leak(*weighs, months=12)
    cells = ws.population.cells
    abroad = (cells.jurisdiction > 0) & (cells.segment > 0)
    return float(ws.models[0].books.cell[LEAK : LEAK + 12, abroad, AT[what]].sum())


def test_customers_stay_and_add_protection_without_waiting_for_an_offer() -> None:
    no_offers = "providers.responsiveness=0"
    own_keys, none = (
        _done("added_protection", no_offers, *sets) for sets in ((), ("choice.own_keys_gap=30",))
    )
    assert own_keys > 1.5 * none


@pytest.mark.parametrize("what", ["added_protection", "postponed"])
def test_alarm_makes_customers_protect_themselves_and_postpone(what: str) -> None:
    assert _done(what) > _done(what, "choice.threshold=1000")


def test_what_is_said_is_far_more_than_what_is_done() -> None:
    """R01: 2 to 27% of what is said is done."""
    ws = has_run(asked(customers=4000, last="2014-09"), worlds=WORLD)
    cells = ws.population.cells
    firms = (cells.jurisdiction == 1) & (cells.segment > 0)
    cell, weight = ws.models[0].books.cell, cells.customers[firms]
    said = np.nanmean(cell[10:12, firms, AT["stated_more_negative"]], axis=0) @ weight / weight.sum()
    did = sum(cell[LEAK:12, firms, AT[what]].sum() for what in ("added_protection", "left_us", "gave_up"))
    assert said > 0.1
    assert did / weight.sum() < 0.27 * said

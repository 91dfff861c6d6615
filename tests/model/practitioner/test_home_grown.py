"""Home-grown providers keep a core of customers, and what they lack levels off or narrows by mechanism."""

import numpy as np
import pytest

from sim.model.kernels.home_grown import shift_for_tastes, taste_of
from sim.model.places import FIRST_US, HOME_GROWN
from sim.model.world import WorldSet
from tests.model.called import called
from tests.model.small_worlds import asked, has_run, world_set

WORLD = ["doj_wins"]


@pytest.fixture(scope="module")
def after_all_years() -> WorldSet:
    return has_run(asked("governments.base_rate=0"), worlds=WORLD)


def _codes(ws: WorldSet) -> list[str]:
    return list(ws.models[0].scenario.jurisdictions)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.9])
@pytest.mark.parametrize("scale", [0.0, 1.0, 4.0])
def test_tastes_leave_the_share_of_2013_as_recorded(share: float, scale: float) -> None:
    """The shift against a finer sum over tastes than the one that found it."""
    u = (np.arange(200_000) + 0.5) / 200_000
    taste = scale * 0.5513288954217920 * np.log(u / (1.0 - u))
    weight = share * np.exp(called(shift_for_tastes)(share, scale) + taste)
    assert np.mean(weight / (weight + 1.0 - share)) == pytest.approx(share, abs=0.01)
    assert called(taste_of)(0.5, scale) == 0.0


def test_a_core_stays_while_the_rest_leaves(after_all_years: WorldSet) -> None:
    """Whoever is with a home-grown provider likes it better than others do; at the end more than at first."""
    ws, first = after_all_years, world_set(asked(), worlds=WORLD)
    abroad = ws.population.cells.jurisdiction[ws.population.cell] != 0
    taste = ws.population.home_taste

    def liking(place: np.ndarray) -> float:
        at_home, at_us = abroad & (place == HOME_GROWN), abroad & (place >= FIRST_US)
        return float(taste[at_home].mean() - taste[at_us].mean())

    assert liking(first.customers.place[:, 0]) > 0.3
    assert liking(ws.customers.place[:, 0]) > 0.3
    left = (first.customers.place[:, 0] == HOME_GROWN) & (ws.customers.place[:, 0] >= FIRST_US)
    stayed = (first.customers.place[:, 0] == HOME_GROWN) & (ws.customers.place[:, 0] == HOME_GROWN)
    assert left.sum() > 3
    assert taste[stayed].mean() > taste[left].mean()


def _gaps(*sets: str, last: str = "2025-12", customers: int = 2000) -> np.ndarray:
    """What home-grown providers lack, by month and country."""
    resolved = asked("governments.base_rate=0", *sets, last=last, customers=customers)
    ws, out = world_set(resolved, worlds=WORLD), []
    while ws.running:
        out.append(ws.models[0].market.gap.copy())
        ws.step()
    return np.array(out)


def test_what_home_grown_providers_lack_widens_ever_more_slowly(after_all_years: WorldSet) -> None:
    """In Germany: nothing to catch up with at first, a distance that is made up in part later."""
    germany = _codes(after_all_years).index("DE")
    of_year = np.diff(_gaps(customers=8000)[::12, germany])
    assert np.all(of_year < 0.0)
    assert of_year[-1] > 0.95 * of_year[0]


def test_without_catching_up_and_law_it_is_a_straight_line() -> None:
    gap = _gaps("market.home_catch_up=0", "market.home_protection=0", last="2016-12")
    line = np.arange(len(gap))[:, None] * gap[1]
    assert np.allclose(gap, line, rtol=1e-9, atol=0.0)


def test_where_the_law_demands_it_the_gap_stops_widening(after_all_years: WorldSet) -> None:
    """Russia's localisation law of 2015 leaves customers no region of a US provider."""
    codes, gap = _codes(after_all_years), after_all_years.models[0].market.gap
    assert gap[codes.index("RU")] > gap[codes.index("DE")]
    assert gap[codes.index("CN")] == 0.0  # no lag in China, by its own entry

"""What a lawyer knows: whose law binds whom, from which day, and what follows when it changes."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from sim.model.kernels.case_records import MEASURES
from sim.model.kernels.codes import FOREIGN_AT_HOME, FOREIGN_TO_US, US_AT_HOME, US_TO_FOREIGN
from sim.model.world import WarrantModel, WorldSet
from sim.scenario.resolution import variant
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Enacts, Event
from sim.vocabulary import ROUTES
from tests.model.small_worlds import asked, with_levers

SUCCEEDED, CONFLICTS, MONTHS = (MEASURES.index(name) for name in ("succeeded", "conflicts", "months"))
DIRECT, AGREEMENT = ROUTES.index("direct"), ROUTES.index("agreement")
MICROSOFT, DOJ = range(2)


def requests_of(ws: WorldSet, first: int) -> list[np.ndarray]:
    """Run to the horizon; of each world what became of requests from a month on: int64 (direction, country,
    route, measure)."""
    sums = [np.zeros_like(model.casework.month) for model in ws.models]
    while ws.running:
        ws.step()
        for total, model in zip(sums, ws.models, strict=True):
            if model.month > first:
                total += model.casework.month
    return sums


def own_soil(month: np.ndarray) -> int:
    """Content that foreign police had from US providers by an order of their own."""
    return int(month[FOREIGN_TO_US, :, DIRECT, SUCCEEDED].sum())


def foreign_conflicts(month: np.ndarray) -> int:
    """Orders of foreign police that US law forbids to obey."""
    return int(month[FOREIGN_TO_US, :, :, CONFLICTS].sum())


# --- the bar on disclosure, 18 USC 2702 -------------------------------------------------------------


def claimed(scenario: Scenario) -> Scenario:
    """The world in which Germany, France and Brazil have a claim from 2015 on and nobody else ever has."""
    claim = Enacts(instrument="extraterritorial_claim", countries=("DE", "FR", "BR"))
    said = {"kind": "law", "cause": "exogenous", "what": "-", "reference": "-", "confidence": "high"}
    event = Event.model_validate({"id": "claims", "date": dt.date(2015, 1, 1), **said, "enacts": (claim,)})
    events = tuple(sorted((*scenario.timeline.events, event), key=lambda e: e.date))
    return replace(scenario, timeline=scenario.timeline.model_copy(update={"events": events}))


@pytest.fixture(scope="module")
def police() -> dict[str, list[np.ndarray]]:
    """What foreign police obtain in both worlds, by how far the bar reaches where a warrant stops."""
    out = {}
    for bar in ("ends_at_border", "worldwide"):
        # Else most orders would be Brazil's, which has a claim in both worlds.
        few = "investigators.foreign_content_share=0.04"
        asks = asked(f"law.tests.location.bar={bar}", "governments.base_rate=0", few, last="2017-12")
        scenarios = [claimed(asks.scenarios[world]) for world in ("microsoft_wins", "doj_wins")]
        out[bar] = requests_of(WorldSet(scenarios, 1), scenarios[0].month_after(dt.date(2015, 1, 1)))
    return out


def test_with_the_bar_ending_at_the_border_foreign_police_reach_more_content_in_the_microsoft_world(
    police: dict[str, list[np.ndarray]],
) -> None:
    of = police["ends_at_border"]
    assert own_soil(of[MICROSOFT]) > 2 * own_soil(of[DOJ])


def test_with_the_bar_ending_at_the_border_conflicts_fall_in_the_microsoft_world(
    police: dict[str, list[np.ndarray]],
) -> None:
    of = police["ends_at_border"]
    assert 0 < foreign_conflicts(of[MICROSOFT]) < 0.8 * foreign_conflicts(of[DOJ])


def test_with_the_bar_whole_neither(police: dict[str, list[np.ndarray]]) -> None:
    of = police["worldwide"]
    more = own_soil(of[MICROSOFT]) - own_soil(of[DOJ])
    assert abs(more) <= max(0.05 * own_soil(of[DOJ]), 5)
    fewer = foreign_conflicts(of[DOJ]) - foreign_conflicts(of[MICROSOFT])
    assert abs(fewer) <= 0.05 * foreign_conflicts(of[DOJ])


def test_the_switch_of_the_bar_changes_nothing_where_the_rule_reaches_abroad(
    police: dict[str, list[np.ndarray]],
) -> None:
    assert np.array_equal(police["ends_at_border"][DOJ], police["worldwide"][DOJ])


# --- the day of the GDPR ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gdpr() -> tuple[WorldSet, list[np.ndarray], int]:
    """A world with the GDPR and one without, to the end of 2018; and the first month of the GDPR."""
    asks = asked("governments.base_rate=0", last="2018-12")
    with_it = asks.scenarios["doj_wins"]
    without = variant(asks, without_events=("T16", "N03")).scenarios["doj_wins"]
    first = with_it.month_after(dt.date(2018, 5, 25))
    ws = WorldSet([with_it, without], 1)
    return ws, requests_of(ws, first), first


def test_the_day_of_gdpr_raises_conflicts_of_law(gdpr: tuple[WorldSet, list[np.ndarray], int]) -> None:
    with_it, without = (int(sums[US_TO_FOREIGN, :, :, CONFLICTS].sum()) for sums in gdpr[1])
    assert with_it > 1.5 * without > 0


def test_the_day_of_gdpr_leaves_reach_unchanged(gdpr: tuple[WorldSet, list[np.ndarray], int]) -> None:
    ws, (with_it, without), first = gdpr
    shares = [model.calendar[first].honoured_by for model in ws.models]
    assert shares[0] == shares[1] == ws.models[0].calendar[first - 1].honoured_by
    routes = [sums[:, :, :, 0].sum(axis=1) for sums in (with_it, without)]
    direct = [of[US_TO_FOREIGN, DIRECT] + of[US_AT_HOME, DIRECT] for of in routes]
    assert direct[0] == pytest.approx(direct[1], rel=0.02)
    reach = [float(reached(model)[first]) for model in ws.models]
    assert reach[0] == pytest.approx(reach[1], rel=0.005)


def reached(model: WarrantModel) -> np.ndarray:
    """TB of customers abroad within reach of a US order, by month."""
    return np.asarray(model.books.tables("full")["world"]["tb_us_reach"])


def test_before_the_gdpr_the_worlds_are_equal_to_the_bit(
    gdpr: tuple[WorldSet, list[np.ndarray], int],
) -> None:
    ws, _, first = gdpr
    with_it, without = (model.books.cell[:first] for model in ws.models)
    assert np.array_equal(with_it, without, equal_nan=True)
    assert not np.array_equal(*(model.books.cell[first:] for model in ws.models))


# --- blocking statutes ------------------------------------------------------------------------------


def test_a_blocking_statute_adds_delay_and_a_conflict_and_changes_no_route_of_us_providers() -> None:
    """One of all EU members, against a world without it; their own providers do no business in the US."""
    scenario = asked("governments.base_rate=0", "orders.transfer_rules_risk=0", last="2017-12").scenarios[
        "doj_wins"
    ]
    alone = {
        code: j.model_copy(update={"home_grown_us_business": 0.0})
        for code, j in scenario.jurisdictions.items()
    }
    scenario = replace(scenario, jurisdictions=alone)
    on = dt.date(2014, 12, 31)
    statute = {"by": "eu", "act": "adopt", "instrument": "blocking_statute", "on": on}
    ws = WorldSet([with_levers(scenario, statute), scenario], 3)
    germany = list(scenario.jurisdictions).index("DE")
    with_it, without_it = (sums[US_TO_FOREIGN, germany] for sums in requests_of(ws, scenario.month_after(on)))
    assert np.array_equal(with_it[:, 0], without_it[:, 0])  # as many by every route
    assert with_it[DIRECT, CONFLICTS] > 0.3 * with_it[DIRECT, 0]  # what lies in the US breaks no law
    assert without_it[:, CONFLICTS].sum() == 0
    mean = [row[DIRECT, MONTHS] / row[DIRECT, SUCCEEDED] for row in (with_it, without_it)]
    assert mean[0] > mean[1] + 512.0  # half a month at least


def test_providers_whose_own_state_forbids_it_do_not_obey() -> None:
    """China's statutes of 2018 and 2021, against a world without them, from the day of the first on."""
    asks = asked("governments.base_rate=0", "orders.transfer_rules_risk=0", last="2019-12")
    without = variant(asks, without_events=("L012", "L013", "L014"))
    ws = WorldSet([world.scenarios["doj_wins"] for world in (asks, without)], 3)
    for model in ws.models:
        model.casework.docket = ws.docket  # asked for anybody's data, not only for what US providers hold
    china = list(ws.models[0].scenario.jurisdictions).index("CN")
    first = ws.models[0].scenario.month_after(dt.date(2018, 10, 26))
    with_it, without_it = (sums[US_TO_FOREIGN, china] for sums in requests_of(ws, first))
    assert with_it[DIRECT, 0] < 0.8 * without_it[DIRECT, 0]
    assert with_it[:, 0].sum() == without_it[:, 0].sum()


# --- agreements --------------------------------------------------------------------------------------


def test_no_agreement_is_used_about_americans() -> None:
    """With half of those who live abroad Americans, half as many orders go by agreement (2523(b)(4)(A))."""
    asks = asked(experiment="history", last="2024-06")
    many = variant(asks, sets={"orders.us_persons_abroad": 0.05})
    used = []
    for world in (asks, many):
        scenario = world.scenarios["history"]
        (sums,) = requests_of(WorldSet([scenario], 1), scenario.month_after(dt.date(2022, 10, 3)))
        used.append(int(sums[[FOREIGN_TO_US, FOREIGN_AT_HOME], :, AGREEMENT, 0].sum()))
    assert 0 < used[1] < used[0]

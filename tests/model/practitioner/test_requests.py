"""Who answers requests for legal assistance, whom evasion serves, and what foreign orders do to Americans."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from sim.model.kernels.case_records import PEOPLE_IN_US, REFUSED
from sim.model.kernels.codes import (
    AGREEMENT,
    CONSUMER,
    DIRECT,
    FIRST_US,
    FOREIGN_TO_US,
    INCOMING,
    MLA,
    OFFERS,
    OWN_STATE,
    UNREACHABLE,
    US_AT_HOME,
    US_TO_FOREIGN,
)
from sim.model.kernels.requests import AGENT, CUSTOMER, FIRST_TO_ANYBODY, US_AGENT
from sim.model.places import held_by_us
from sim.model.world import WarrantModel, WorldSet
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, ROUTES
from tests.model.small_worlds import SWITCH, asked, has_run, world_set

REQUESTS, OK, OK12, CONFLICT = 0, 1, 2, 5
CLAIM = "extraterritorial_claim"


@pytest.fixture(scope="module")
def both() -> WorldSet:
    return has_run(asked())


def of(model: WarrantModel, code: str, direction: int, route: int, from_month: int = SWITCH) -> np.ndarray:
    """What became of requests from a month on: MEASURES, by country, direction and route."""
    table = model.books.table("requests")
    months = np.datetime64("2013-01", "M") + from_month
    at = (table["country"] == code) & (table["month"] >= months)
    at &= (table["direction"] == DIRECTIONS[direction]) & (table["route"] == ROUTES[route])
    names = ("requests", "succeeded", "succeeded_12m", "months", "unreadable", "conflicts")
    return np.array([table[name][at].sum() for name in names])


def with_claims(scenario: Scenario, codes: Iterable[str]) -> Scenario:
    """A world in which these countries have claimed the power since 2013."""
    claimed = {
        code: j.model_copy(update={"instruments_2013": (*j.instruments_2013, CLAIM)}) if code in codes else j
        for code, j in scenario.jurisdictions.items()
    }
    return replace(scenario, jurisdictions=claimed)


# --- who is asked for ---------------------------------------------------------------------------------


def test_requests_to_us_providers_are_about_what_these_hold_when_a_world_begins() -> None:
    """A US provider is asked for data that it has; only orders about Americans are about anybody's."""
    ws = world_set(asked(last="2016-12"))
    drawn, aimed = ws.docket, ws.models[0].casework.docket
    to_providers = drawn.rows[:, AGENT] < FIRST_TO_ANYBODY
    held, cells = held_by_us(ws.first_place[:, 0]), ws.population.cell
    anything = np.isin(cells, cells[held])  # whether they hold anything in a customer's cell
    targets, before = aimed.rows[to_providers, CUSTOMER], drawn.rows[to_providers, CUSTOMER]
    assert not held[before].all()
    assert held[targets].sum() == anything[targets].sum() > 0.98 * len(targets)
    assert np.array_equal(targets[~anything[targets]], before[~anything[targets]])
    assert np.array_equal(cells[targets], cells[before])
    assert np.array_equal(aimed.rows[~to_providers], drawn.rows[~to_providers])


def test_consumers_of_a_provider_are_asked_for_as_often_as_its_share_of_all_requests_says() -> None:
    """`request_share` over `consumer_share`: who is asked twice as often for an account gets nearly twice."""

    def warrants_to_google(share: float) -> float:
        ws = world_set(asked(f"providers.google.request_share={share}", last="2014-08"), worlds=["doj_wins"])
        rows, segment = ws.models[0].casework.docket.rows, ws.population.cells.segment[ws.population.cell]
        targets = rows[rows[:, AGENT] == US_AGENT, CUSTOMER]
        provider = (ws.first_place[targets, 0] - FIRST_US) // OFFERS
        google = list(ws.models[0].scenario.providers).index("google")
        return float((provider[segment[targets] == CONSUMER] == google).sum())

    asked_for = [warrants_to_google(share) for share in (0.0, 0.2, 0.4)]
    assert asked_for[0] < 0.1 * asked_for[1]  # in a few cells hardly anybody else holds anything
    assert 1.2 < asked_for[2] / asked_for[1] < 2.0


def test_domestic_warrants_lose_what_has_no_stable_location_where_an_order_stops_at_the_border(
    both: WorldSet,
) -> None:
    """As many as the providers' shares say; none where it reaches abroad, and most of them are Google's."""
    scenario = both.models[0].scenario
    elsewhere = {
        code: p.request_share * p.no_stable_location * (1.0 - scenario.parameters.orders.nowhere_in_us)
        for code, p in scenario.providers.items()
    }
    expected = sum(elsewhere.values()) / sum(p.request_share for p in scenario.providers.values())
    plain = both.docket.plain[SWITCH:]
    at_home = [model.books.answered[SWITCH:, US_AT_HOME, UNREACHABLE, REQUESTS] for model in both.models]
    evaders = sum(
        model.books.about[SWITCH:, PEOPLE_IN_US, REQUESTS].sum() - plain.sum() for model in both.models[:1]
    )
    lost = at_home[0].sum()
    assert expected * plain.sum() - len(plain) < lost < expected * plain.sum() + len(plain) + evaders
    assert at_home[1].sum() < evaders
    assert max(elsewhere, key=lambda code: elsewhere[code]) == "google"


def test_letters_of_request_are_written_for_the_share_that_the_parameter_says() -> None:
    """Of requests that assistance alone could meet: the others come to nothing, and no queue sees them."""
    sets = ("governments.base_rate=0", "investigators.foreign_content_share.BR=0.04")
    letters, arrived = {}, {}
    for share in (1.0, 0.1):
        resolved = asked(*sets, f"investigators.mla_asked={share}", last="2014-08")
        model = has_run(resolved, worlds=["doj_wins"]).models[0]
        letters[share] = model.books.answered[:, FOREIGN_TO_US, MLA, REQUESTS].sum()
        arrived[share] = model.casework.queues.arrived[INCOMING].sum()
    assert letters[0.1] / letters[1.0] == pytest.approx(0.1, rel=0.15)
    assert arrived[0.1] / arrived[1.0] == pytest.approx(0.1, rel=0.15)


def test_an_agreement_covers_the_serious_share_of_a_partners_requests() -> None:
    orders = {}
    for share in (1.0, 0.3):
        resolved = asked(f"investigators.agreement_eligible={share}", experiment="cloud_act")
        model = has_run(resolved, worlds=["cloud_act"]).models[0]
        orders[share] = model.books.answered[117:, FOREIGN_TO_US, AGREEMENT, REQUESTS].sum()
    assert orders[0.3] / orders[1.0] == pytest.approx(0.3, rel=0.1)


# --- legal assistance ---------------------------------------------------------------------------------


def test_in_both_worlds_ireland_and_the_uk_grant_most_us_requests_and_china_and_russia_hardly_any(
    both: WorldSet,
) -> None:
    for model in both.models:
        for code in ("IE", "GB"):
            asked_for = of(model, code, US_TO_FOREIGN, MLA)
            if asked_for[REQUESTS] >= 30:  # where an order reaches abroad, hardly any is sent to Ireland
                assert asked_for[OK] / asked_for[REQUESTS] > 0.75, (model.scenario.name, code)
                assert asked_for[OK12] / asked_for[REQUESTS] > 0.5, (model.scenario.name, code)
        for code in ("CN", "RU"):
            asked_for = of(model, code, US_TO_FOREIGN, MLA)
            assert asked_for[OK] / asked_for[REQUESTS] < 0.1, (model.scenario.name, code)
    ireland = of(both.models[0], "IE", US_TO_FOREIGN, MLA)
    assert ireland[REQUESTS] > 500  # where it stops at the border, many are


def test_time_grows_only_as_far_as_governments_cannot_hire() -> None:
    months = {}
    for hiring in (0.0, 0.37, 0.9):
        resolved = asked(f"investigators.mla_hiring={hiring}", "governments.base_rate=0")
        model = has_run(resolved, worlds=["microsoft_wins"]).models[0]
        late = sum(of(model, code, US_TO_FOREIGN, MLA, from_month=132) for code in ("IE", "GB"))
        months[hiring] = late[3] / late[OK]
    papers = asked().scenarios["microsoft_wins"].parameters.investigators.mla_base_months
    assert months[0.9] < 1.25 * papers
    assert months[0.0] > 1.5 * months[0.9]
    assert months[0.9] <= months[0.37] <= months[0.0]


def test_only_brazil_compels_content_against_the_us_bar() -> None:
    scenario = asked("governments.base_rate=0", last="2015-12").scenarios["doj_wins"]
    scenario = with_claims(scenario, scenario.jurisdictions)
    model = has_run_of([scenario]).models[0]
    obeyed = {}
    for code in ("BR", "DE", "FR", "IN", "TR"):
        direct, j = of(model, code, FOREIGN_TO_US, DIRECT, 0), list(scenario.jurisdictions).index(code)
        obeyed[code] = direct[REQUESTS] / (direct[REQUESTS] + refused(model)[:, j].sum())
    assert obeyed.pop("BR") > 0.4
    assert max(obeyed.values()) < 0.12, obeyed


def refused(model: WarrantModel) -> np.ndarray:
    """Orders of foreign police that US law forbids to obey and that were refused: by month and police."""
    found: np.ndarray = model.books.foreign_orders[:, :, REFUSED]
    return found


def has_run_of(scenarios: list[Scenario], seed: int = 1) -> WorldSet:
    ws = WorldSet(scenarios, seed)
    ws.run()
    return ws


# --- evaders ------------------------------------------------------------------------------------------


def test_the_targets_are_the_same_people_in_both_worlds(both: WorldSet) -> None:
    a, b = (model.books.table("world") for model in both.models)
    assert np.array_equal(a["people_abroad_requests"], b["people_abroad_requests"])
    assert np.array_equal(a["people_in_us_requests"], b["people_in_us_requests"])
    assert np.array_equal(a["us_requests"], b["us_requests"])


def test_nobody_in_the_us_gains_by_keeping_mail_in_dublin_where_the_us_order_reaches_it() -> None:
    """Everybody who evades believes that an order stops at the border, and keeps mail abroad."""
    ws = world_set(asked("investigators.evading_share=0.1", last="2016-12"))

    def believe_in_borders() -> None:
        for model in ws.models:
            model.mind.belief[:] = 0.0

    ws.run(before_month=believe_in_borders)
    microsoft, doj = (model.books.about[SWITCH:, 1].sum(axis=0) for model in ws.models)
    at_home = ws.models[1].books.answered[SWITCH:, 0, DIRECT].sum(axis=0)  # US requests at home
    success_at_home = at_home[OK12] / at_home[REQUESTS]
    assert doj[REQUESTS] > 300
    assert doj[OK12] / doj[REQUESTS] > 0.93 * success_at_home
    assert microsoft[OK12] / microsoft[REQUESTS] < 0.85 * success_at_home


def test_evaders_leave_us_providers_where_an_order_reaches_whatever_they_hold() -> None:
    """In the world where it does, fewer US orders about Americans meet data at US providers abroad."""
    ws = has_run(asked("investigators.evading_share=0.1", "investigators.evaders_on_premises=0"))
    direct = [model.books.answered[-24:, US_TO_FOREIGN, DIRECT, CONFLICT].sum() for model in ws.models]
    assert direct[0] == 0
    doj = ws.models[1]
    havens = sum(of(doj, code, US_TO_FOREIGN, MLA, 132)[REQUESTS] for code in ("CH", "RU"))
    in_dublin = of(doj, "IE", US_TO_FOREIGN, DIRECT, 132)[REQUESTS]
    microsoft = ws.models[0]
    assert havens > sum(of(microsoft, code, US_TO_FOREIGN, MLA, 132)[REQUESTS] for code in ("CH", "RU"))
    assert in_dublin < of(microsoft, "IE", US_TO_FOREIGN, MLA, 132)[REQUESTS]


# --- foreign police -----------------------------------------------------------------------------------


def test_a_foreign_claim_in_force_raises_americans_exposure() -> None:
    sets = (
        "governments.base_rate=0",
        "investigators.claim_obedience=0.5",
        "investigators.requests_about_americans=3000",
    )
    scenario = asked(*sets, last="2015-12").scenarios["doj_wins"]
    without, claimed = (
        has_run_of([s]).models[0] for s in (scenario, with_claims(scenario, ("JP", "IN", "MX")))
    )
    a, b = without.books.table("world"), claimed.books.table("world")
    assert (b["americans_exposure"] > a["americans_exposure"] + 0.05).all()
    assert b["americans_reached"].sum() > a["americans_reached"].sum() + 10
    assert b["foreign_orders_refused"].sum() > a["foreign_orders_refused"].sum()
    assert b["refusal_costs"].sum() > a["refusal_costs"].sum()
    felt = [model.customers.meets.exposure[:5, OWN_STATE].max(axis=1) for model in (without, claimed)]
    assert (felt[1] > felt[0]).all()


def test_americans_exposure_is_what_it_is_by_hand() -> None:
    """Without claims only accounts at foreign-owned providers; with all of them, all at US providers."""
    scenario = asked("governments.base_rate=0", last="2014-08").scenarios["doj_wins"]
    p = scenario.parameters.investigators
    owned = sum(p.foreign_owned_accounts.values())
    model = has_run_of([scenario]).models[0]
    assert model.books.americans_exposure[0] == pytest.approx(owned)
    everybody = has_run_of([with_claims(scenario, list(scenario.jurisdictions)[1:])]).models[0]
    stock = everybody.customers.stock[:5, :, 0].sum(axis=0)  # accounts of Americans by place
    months = len(everybody.books.americans_exposure) - 1
    own = owned * (1.0 + p.foreign_owned_growth) ** (months / 12.0)
    expected = own + (1.0 - own) * stock[2:].sum() / stock.sum()
    assert everybody.books.americans_exposure[-1] == pytest.approx(expected)


def test_a_claim_that_is_adopted_and_not_in_force_exposes_nobody() -> None:
    scenario = asked("governments.base_rate=0", last="2014-12").scenarios["doj_wins"]
    plain, decided = (WorldSet([scenario], 1) for _ in range(2))
    laws = decided.models[0].legislation
    laws.decided[list(scenario.jurisdictions).index("JP"), -1] = 1.0
    for ws in (plain, decided):
        ws.run()
    exposure = [ws.models[0].books.americans_exposure for ws in (plain, decided)]
    assert np.array_equal(*exposure)


def test_orders_under_an_agreement_meet_americans_only_by_the_way() -> None:
    sets = (
        "investigators.claim_obedience=0",
        "investigators.foreign_owned_accounts=0",
        "investigators.requests_about_americans=0",
        "governments.base_rate=0",  # no agreement but those of the record
    )
    reached = {}
    for share in (0.0, 0.5):
        resolved = asked(*sets, f"investigators.incidental_share={share}", experiment="cloud_act")
        model = has_run(resolved, worlds=["cloud_act"]).models[0]
        codes = list(model.scenario.jurisdictions)
        by_country = model.books.foreign_orders[:, :, 1]
        reached[share] = by_country[:, codes.index("GB")]
        others = [j for j, code in enumerate(codes) if code not in ("GB", "AU", "BR")]
        assert by_country[:117, :][:, others].sum() == 0
    assert reached[0.0].sum() == 0
    in_force = 117  # October 2022
    assert reached[0.5][:in_force].sum() == 0 < reached[0.5][in_force:].sum()


@pytest.mark.parametrize("bar", ["ends_at_border", "worldwide"])
def test_where_the_bar_ends_at_the_border_foreign_police_reach_content_on_their_own_soil(bar: str) -> None:
    """With the bar ending at the border they reach more of it in the Microsoft world and orders against the
    bar fall; with the bar whole they reach less of it, and as many orders are refused."""
    scenarios = []
    for scenario in asked("governments.base_rate=0").scenarios.values():
        location = scenario.law.tests["location"].model_copy(update={"bar": bar})
        law = scenario.law.model_copy(update={"tests": {**scenario.law.tests, "location": location}})
        p = scenario.parameters.investigators.model_copy(update={"mla_asked": {"all": 1.0}})
        parameters = scenario.parameters.model_copy(update={"investigators": p})
        scenario = replace(scenario, law=law, parameters=parameters)
        scenarios.append(with_claims(scenario, ("DE", "FR", "IN")))
    microsoft, doj = has_run_of(scenarios).models
    obtained, conflicts, asked_for = [], [], []
    for model in (microsoft, doj):
        to_us = model.books.answered[SWITCH:, FOREIGN_TO_US].sum(axis=0)
        asked_for.append(to_us[:, REQUESTS].sum())
        obtained.append(to_us[:, OK12].sum() / asked_for[-1])
        conflicts.append(refused(model)[SWITCH:].sum() / asked_for[-1])
    if bar == "ends_at_border":
        assert obtained[0] > obtained[1] + 0.05
        assert conflicts[0] < 0.8 * conflicts[1]
    else:
        assert obtained[0] < obtained[1] - 0.05  # the US lends no warrant that it does not have
        assert conflicts[0] == pytest.approx(conflicts[1], rel=0.03)


def test_what_is_not_content_is_answered_and_exposes_nobody(both: WorldSet) -> None:
    """Counted apart: the same in both worlds, whatever the rule."""
    a, b = (model.books.table("world") for model in both.models)
    for name in ("non_content_requests", "non_content_answered"):
        assert np.array_equal(a[name], b[name])
    assert a["non_content_requests"].sum() > 10 * a["foreign_us_requests"].sum()  # Brazil needs much
    share = a["non_content_answered"].sum() / a["non_content_requests"].sum()
    assert share == pytest.approx(0.55, abs=0.001)


# --- reach --------------------------------------------------------------------------------------------


def test_data_without_a_stable_location_is_out_of_reach_for_requests_and_in_the_tables() -> None:
    """Under a location test no order reaches it, but for what has a copy in the US."""
    everything = "investigators.mla_asked=1"  # so that nothing is out of reach for want of a letter
    microsoft, doj = (
        model.books.table("world") for model in has_run(asked(everything, last="2016-12")).models
    )
    assert (microsoft["us_unreachable"][SWITCH:].sum() > 0) and (doj["us_unreachable"][SWITCH:].sum() == 0)
    unreachable, reach = {}, {}
    for share in (0, 1):
        model = has_run(
            asked(everything, f"orders.nowhere_in_us={share}", last="2016-12"), worlds=["microsoft_wins"]
        ).models[0]
        table = model.books.table("world")
        unreachable[share], reach[share] = (
            table["us_unreachable"][SWITCH:].sum(),
            table["tb_us_reach"][SWITCH:],
        )
        if share == 0:
            assert (reach[0] < table["tb_us_region"][SWITCH:]).all()
    assert unreachable[0] > microsoft["us_unreachable"][SWITCH:].sum() > unreachable[1] == 0
    assert (reach[1] > reach[0]).all()
    assert np.allclose(doj["tb_us_reach"][SWITCH:], doj["tb_us_control"][SWITCH:])


def test_before_the_switch_one_rule_reaches_the_same_data_in_both_worlds(both: WorldSet) -> None:
    a, b = (model.books.table("world") for model in both.models)
    assert np.array_equal(a["tb_us_control"][:SWITCH], b["tb_us_control"][:SWITCH])

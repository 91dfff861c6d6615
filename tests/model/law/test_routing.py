"""What an order for data does, case by case (`us_orders.csv`, `foreign_orders.csv`: one row a case, for a
lawyer to read).

Each case is put twice: to the table of routes, and to the model itself, with one request aimed at one
customer whose data lies where the case says.
"""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.agents.investigators import Casework
from sim.model.docket import Counts, Waits, docket_from
from sim.model.kernels import codes
from sim.model.kernels.case_records import MEASURES
from sim.model.law import routing
from sim.model.law.timeline import law_on
from sim.model.places import (
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    LOCAL_REGION,
    OFFERS,
    ON_PREMISES,
    TRUSTEE,
    US_REGION,
    US_SUBSIDIARY,
    us_place,
)
from sim.model.world import WorldSet
from sim.scenario.base import load_base
from sim.scenario.law import (
    CONTROLLERS,
    FOREIGN_LOCATIONS,
    LOCATIONS,
    ForeignRow,
    Law,
    OpenTest,
    Regime,
    USRow,
)
from sim.scenario.locations import CONFIGS, root
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Switch
from sim.vocabulary import INSTRUMENTS, ROUTES, SEGMENTS

Case = dict[str, str]
HERE = Path(__file__).parent
YES_NO = {"yes": True, "no": False}


def read(name: str) -> list[Case]:
    with (HERE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


US_CASES, FOREIGN_CASES = read("us_orders.csv"), read("foreign_orders.csv")
BOTH = [("us", case) for case in US_CASES] + [("foreign", case) for case in FOREIGN_CASES]


@dataclass(frozen=True)
class USOrder:
    """The circumstances of a US order for content."""

    test: str
    comity: str
    location: str
    controller: str
    us_person: bool
    resides_in_us: bool
    agreement: bool
    data_law_bars: bool
    blocking_statute: bool
    target_in_host: bool


@dataclass(frozen=True)
class ForeignOrder:
    """The circumstances of an order by the police of the country where the target lives."""

    test: str
    location: str
    controller: str
    us_person: bool
    resides_in_us: bool
    agreement: bool
    claim: bool


@dataclass(frozen=True)
class Ruling:
    """How the law answers: the route, and whether obeying breaks another law."""

    route: str
    conflict: bool


# What the words of the case files mean.
LOCATION_OF = {"in the US": "in_us", "abroad": "abroad", "no stable location": "no_stable_location"}
SOIL_OF = {
    "on own soil": "own_soil",
    "in the US": "in_us",
    "in a third country": "third_country",
    "no stable location": "no_stable_location",
}
CONTROLLER_OF = {
    "US provider": "us_provider",
    "US provider without the keys": "us_provider",
    "US-owned subsidiary": "us_provider",
    "trustee without US control": "foreign_only",
    "home-grown provider with US business": "foreign_with_us_business",
    "home-grown provider without US business": "foreign_only",
    "the target itself": "target",
}


@cache
def law() -> Law:
    return load_base(root() / CONFIGS).contents.law


@cache
def regimes() -> dict[str, Regime]:
    return load_base(root() / CONFIGS).contents.regimes


def answers(regime: Regime) -> tuple[str, ...]:
    """What the column `obeyed` may hold: under an open question each warrant is obeyed or refused."""
    return ("",) if law().tests[regime.test].open is None else ("yes", "no")


def regime_of(case: Case) -> Regime:
    code = case["regime"]
    assert code in regimes(), f"{case['what']}: unknown regime '{code}'; valid: {', '.join(regimes())}"
    valid = answers(regimes()[code])
    assert case["obeyed"] in valid, (
        f"{case['what']}: `obeyed` is '{case['obeyed']}'; under {code} it must be one of {valid}"
    )
    return regimes()[code]


def us_test(case: Case) -> str:
    """The settled test that decides the case's warrant."""
    regime = regime_of(case)
    question = law().tests[regime.test].open
    if question is None:
        return regime.test
    return question.honoured if case["obeyed"] == "yes" else question.refused


def foreign_test(case: Case) -> str:
    """The settled test that decides a foreign order."""
    regime = regime_of(case)
    question = law().tests[regime.test].open
    return regime.test if question is None else question.foreign


def us_order(case: Case) -> USOrder:
    return USOrder(
        test=us_test(case),
        comity=regime_of(case).comity,
        location=LOCATION_OF[case["data"]],
        controller=CONTROLLER_OF[case["kept_by"]],
        us_person=case["person"] == "US person",
        resides_in_us=case["person"] == "US person",
        agreement=YES_NO[case["agreement"]] and regime_of(case).agreements,
        data_law_bars=YES_NO[case["data_law_bars"]],
        blocking_statute=YES_NO[case["blocking_statute"]],
        target_in_host=YES_NO[case["target_lives_in_host"]],
    )


def foreign_order(case: Case) -> ForeignOrder:
    return ForeignOrder(
        test=foreign_test(case),
        location=SOIL_OF[case["data"]],
        controller=CONTROLLER_OF[case["kept_by"]],
        us_person=case["person"] == "US person",
        resides_in_us=case["person"] == "US person",
        agreement=YES_NO[case["agreement"]] and regime_of(case).agreements,
        claim=YES_NO[case["claim"]],
    )


FLAGS = (False, True)


def all_us_orders() -> Iterator[USOrder]:
    for test, comity, location, controller in product(law().settled(), law().comity, LOCATIONS, CONTROLLERS):
        for flags in product(FLAGS, repeat=6):
            yield USOrder(test, comity, location, controller, *flags)


def all_foreign_orders() -> Iterator[ForeignOrder]:
    for test, location, controller in product(law().settled(), FOREIGN_LOCATIONS, CONTROLLERS):
        for flags in product(FLAGS, repeat=4):
            yield ForeignOrder(test, location, controller, *flags)


def deciding(order: USOrder | ForeignOrder) -> tuple[int, USRow | ForeignRow]:
    """The first row that matches, found by reading the table from top to bottom; the dense tables know
    nothing of this."""
    us = isinstance(order, USOrder)
    rows: Any = law().us_orders if us else law().foreign_orders
    circumstances = order.__dict__ if us else order.__dict__ | {"bar": law().tests[order.test].bar}
    return next(
        (number, row)
        for number, row in enumerate(rows.values())
        if all(circumstances[name] == value for name, value in row.when if value is not None)
    )


@cache
def us_routes() -> np.ndarray:
    return routing.us_routes(law())


@cache
def foreign_routes() -> np.ndarray:
    return routing.foreign_routes(law())


def us_ruling(order: USOrder) -> Ruling:
    """What the dense table says of a US order."""
    o, axes = order, (tuple(law().comity), law().settled(), LOCATIONS, CONTROLLERS)
    first = [
        axis.index(word)
        for axis, word in zip(axes, (o.comity, o.test, o.location, o.controller), strict=True)
    ]
    flags = (
        o.us_person,
        o.resides_in_us,
        o.agreement,
        o.data_law_bars,
        o.blocking_statute,
        o.target_in_host,
    )
    return _ruling(int(us_routes()[(*first, *map(int, flags))]))


def foreign_ruling(order: ForeignOrder) -> Ruling:
    """What the dense table says of a foreign order."""
    o, axes = order, (law().settled(), FOREIGN_LOCATIONS, CONTROLLERS)
    first = [axis.index(word) for axis, word in zip(axes, (o.test, o.location, o.controller), strict=True)]
    flags = (o.us_person, o.resides_in_us, o.agreement, o.claim)
    return _ruling(int(foreign_routes()[(*first, *map(int, flags))]))


def _ruling(code: int) -> Ruling:
    return Ruling(ROUTES[code % routing.CONFLICT_BIT], bool(code & routing.CONFLICT_BIT))


# --- the cases, put to the table ------------------------------------------------------------------


@pytest.mark.parametrize("case", US_CASES, ids=lambda case: case["what"])
def test_a_us_order_takes_the_route_that_the_authorities_say(case: Case) -> None:
    ruling = us_ruling(us_order(case))
    assert (ruling.route, ruling.conflict) == (case["route"], YES_NO[case["conflict"]])


@pytest.mark.parametrize("case", FOREIGN_CASES, ids=lambda case: case["what"])
def test_a_foreign_order_takes_the_route_that_the_authorities_say(case: Case) -> None:
    ruling = foreign_ruling(foreign_order(case))
    assert (ruling.route, ruling.conflict) == (case["route"], YES_NO[case["conflict"]])


@pytest.mark.parametrize(("side", "case"), BOTH, ids=lambda x: x["what"] if isinstance(x, dict) else x)
def test_the_rule_that_decides_cites_the_authority_of_the_case(side: str, case: Case) -> None:
    _, row = deciding(us_order(case) if side == "us" else foreign_order(case))
    assert case["authority"] in row.authority


def test_every_rule_of_the_table_decides_some_case() -> None:
    us, foreign = list(law().us_orders), list(law().foreign_orders)
    idle = set(us) - {us[deciding(us_order(case))[0]] for case in US_CASES}
    assert not idle, f"no case of tests/model/law/us_orders.csv is decided by {', '.join(sorted(idle))}"
    idle = set(foreign) - {foreign[deciding(foreign_order(case))[0]] for case in FOREIGN_CASES}
    assert not idle, f"no case of tests/model/law/foreign_orders.csv is decided by {', '.join(sorted(idle))}"


def test_the_cases_cover_every_regime_route_and_keeper_and_none_stands_twice() -> None:
    for name, cases in (("us_orders.csv", US_CASES), ("foreign_orders.csv", FOREIGN_CASES)):
        lacking = set(regimes()) - {case["regime"] for case in cases}
        assert not lacking, f"tests/model/law/{name} has no case of {', '.join(sorted(lacking))}"
    assert {case["route"] for case in US_CASES} == set(ROUTES)
    assert {case["route"] for case in FOREIGN_CASES} == {"direct", "agreement", "mla"}
    for cases in (US_CASES, FOREIGN_CASES):
        assert {case["kept_by"] for case in cases} == set(CONTROLLER_OF)
        assert len({case["what"] for case in cases}) == len(cases)


# --- the cases that happened ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def history() -> Scenario:
    return resolve("history").scenarios["history"]


@pytest.mark.parametrize("case", [c for c in US_CASES if c["on"]], ids=lambda case: case["what"])
def test_the_world_of_the_model_has_the_facts_of_the_us_cases(case: Case, history: Scenario) -> None:
    law, host = law_on(history, dt.date.fromisoformat(case["on"])), case["host"]
    assert law.regime == case["regime"]
    if host:
        assert ((host, "executive_agreement") in law.instruments) == YES_NO[case["agreement"]]
        assert history.jurisdictions[host].privacy_law_conflicts == YES_NO[case["data_law_bars"]]
        assert ("blocking_statute" in history.jurisdictions[host].instruments_2013) == YES_NO[
            case["blocking_statute"]
        ]


@pytest.mark.parametrize("case", [c for c in FOREIGN_CASES if c["on"]], ids=lambda case: case["what"])
def test_the_world_of_the_model_has_the_facts_of_the_foreign_cases(case: Case, history: Scenario) -> None:
    law = law_on(history, dt.date.fromisoformat(case["on"]))
    assert law.regime == case["regime"]
    assert ((case["police"], "executive_agreement") in law.instruments) == YES_NO[case["agreement"]]
    assert ((case["police"], "extraterritorial_claim") in law.instruments) == YES_NO[case["claim"]]


@pytest.mark.parametrize(
    ("code", "test", "comity", "agreements"),
    [
        ("contested", "contested", "common_law", False),
        ("microsoft_wins", "location", "none", False),
        ("doj_wins", "control", "common_law", False),
        ("cloud_act", "control", "statutory", True),
    ],
)
def test_the_regimes_of_the_question_name_their_test_and_comity_rule(
    code: str, test: str, comity: str, agreements: bool
) -> None:
    regime = regimes()[code]
    assert (regime.test, regime.comity, regime.agreements) == (test, comity, agreements)


def test_an_open_question_is_decided_warrant_by_warrant_and_leaves_the_bar_whole() -> None:
    question = law().tests["contested"].open
    assert question == OpenTest(honoured="control", refused="location", foreign="control")
    assert (law().tests["location"].bar, law().tests["control"].bar) == ("ends_at_border", "worldwide")


# --- the whole table --------------------------------------------------------------------------------

# The tests and comity rules of the question that the courts were asked; another regime may bring its own.
SETTLED_BY_THE_CASES = ("location", "control")
COMITY_OF_THE_CASES = ("none", "common_law", "statutory")


def test_a_blocking_statute_changes_a_route_by_the_statutory_motion_alone() -> None:
    for order in all_us_orders():
        with_statute, without = (us_ruling(replace(order, blocking_statute=b)) for b in (True, False))
        assert with_statute.route in (without.route, "comity_review"), order
        if order.comity != "statutory" or not order.agreement:
            assert with_statute.route == without.route, order
        assert with_statute.conflict >= without.conflict, order


def test_a_blocking_statute_makes_a_conflict_wherever_somebody_is_compelled_to_produce_from_abroad() -> None:
    for order in all_us_orders():
        if order.blocking_statute:
            ruling = us_ruling(order)
            assert ruling.conflict == (
                order.location != "in_us" and ruling.route in ("direct", "comity_review")
            ), order


def test_data_in_the_us_go_to_a_us_order_directly_under_every_rule_and_break_no_foreign_law() -> None:
    for order in all_us_orders():
        if order.location == "in_us":
            assert us_ruling(order) == Ruling("direct", False), order


def test_what_the_target_keeps_abroad_needs_the_hosts_help_under_every_rule() -> None:
    for order in all_us_orders():
        if order.location == "abroad" and order.controller == "target":
            assert us_ruling(order) == Ruling("mla", False), order


def test_a_test_of_location_compels_nobody_to_produce_from_abroad() -> None:
    for order in all_us_orders():
        if order.test == "location" and order.location != "in_us":
            ruling = us_ruling(order)
            assert ruling.route in ("mla", "agreement", "unreachable"), order
            assert not ruling.conflict, order


def test_location_but_not_control_leaves_data_that_nothing_reaches_without_a_stable_location() -> None:
    orders = [order for order in all_us_orders() if order.test in SETTLED_BY_THE_CASES]
    unreachable = [order for order in orders if us_ruling(order).route == "unreachable"]
    assert unreachable
    assert {(order.test, order.location) for order in unreachable} == {("location", "no_stable_location")}
    assert not any(foreign_ruling(order).route == "unreachable" for order in all_foreign_orders())


def test_comity_is_reviewed_by_statute_just_where_all_of_its_conditions_meet() -> None:
    for order in all_us_orders():
        if order.test not in SETTLED_BY_THE_CASES or order.comity not in COMITY_OF_THE_CASES:
            continue
        expected = (
            order.test == "control"
            and order.comity == "statutory"
            and order.location != "in_us"
            and order.controller in ("us_provider", "foreign_with_us_business")
            and not order.us_person
            and not order.resides_in_us
            and order.agreement
            and (order.data_law_bars or order.blocking_statute)
        )
        assert (us_ruling(order).route == "comity_review") == expected, order


def test_without_an_agreement_nothing_goes_by_agreement() -> None:
    assert all(us_ruling(o).route != "agreement" for o in all_us_orders() if not o.agreement)
    assert all(foreign_ruling(o).route != "agreement" for o in all_foreign_orders() if not o.agreement)


def test_no_agreement_is_used_by_the_us_about_people_in_the_partners_territory() -> None:
    assert all(us_ruling(o).route != "agreement" for o in all_us_orders() if o.target_in_host)


def test_no_agreement_is_used_by_a_foreign_police_against_a_us_person() -> None:
    assert all(foreign_ruling(o).route != "agreement" for o in all_foreign_orders() if o.us_person)


def test_a_police_orders_its_own_providers_and_searches_its_own_country_without_breaking_us_law() -> None:
    for order in all_foreign_orders():
        if order.controller != "us_provider":
            search_abroad = order.controller == "target" and order.location != "own_soil"
            assert foreign_ruling(order) == Ruling("mla" if search_abroad else "direct", False), order


def test_obeying_a_claim_breaks_us_law_unless_an_agreement_or_the_border_lifts_the_bar() -> None:
    for order in all_foreign_orders():
        if order.controller == "us_provider" and order.claim:
            lifted_by_agreement = order.agreement and not (order.us_person or order.resides_in_us)
            ends_at_border = law().tests[order.test].bar == "ends_at_border"
            lifted_by_border = ends_at_border and order.location in ("own_soil", "third_country")
            assert foreign_ruling(order).conflict == (not lifted_by_agreement and not lifted_by_border), order


def test_the_dense_tables_hold_the_first_row_that_matches() -> None:
    assert us_routes().size == len(list(all_us_orders()))
    assert foreign_routes().size == len(list(all_foreign_orders()))
    for us in all_us_orders():
        assert us_ruling(us).route == deciding(us)[1].route, us
    for foreign in all_foreign_orders():
        assert foreign_ruling(foreign).route == deciding(foreign)[1].route, foreign


# --- the cases, put to the model --------------------------------------------------------------------

PLACE_OF = {
    "US provider without the keys": CUSTOMER_KEYS,
    "US-owned subsidiary": US_SUBSIDIARY,
    "trustee without US control": TRUSTEE,
}
ELSEWHERE = "IE"  # a country that is neither the US nor a host of the cases' agreements
THIRD = "FI"  # a country whose police no case is about
BARS, BARS_NOT = "DE", "BR"  # hosts of the cases that name none: privacy_law_conflicts, or not


@pytest.fixture(scope="module")
def worlds() -> tuple[WorldSet, list[tuple[str, str]]]:
    """One world for each regime, from the first month on; contested twice, with all warrants obeyed and with
    none.

    One provider keeps all consumers' mail without a stable location, the others none.
    """
    base = resolve("history", customers=2000).scenarios["history"]
    spread = {
        code: p.model_copy(update={"no_stable_location": float(code == "google")})
        for code, p in base.providers.items()
    }
    certain = base.parameters.orders.model_copy(
        update={"transfer_rules_risk": 1.0, "disclosure_bar_risk": 1.0}
    )
    parameters = base.parameters.model_copy(update={"orders": certain})
    base = replace(base, providers=spread, parameters=parameters, months=2)
    keys = [(code, answer) for code, regime in regimes().items() for answer in answers(regime)]
    scenarios = []
    for code, obeyed in keys:
        switches = () if code == "contested" else (Switch(on=dt.date(2012, 12, 31), regime=code),)
        regime = base.regimes["contested"]
        stages = {
            name: stage.model_copy(update={"honoured": {"all": float(obeyed == "yes")}})
            for name, stage in regime.stages.items()
        }
        changed = base.regimes | {"contested": regime.model_copy(update={"stages": stages})}
        scenarios.append(replace(base, name=f"{code}{obeyed}", switches=switches, regimes=changed))
    return WorldSet(scenarios, seed=1), keys


def _place(case: Case) -> int:
    if case["kept_by"] == "the target itself":
        return ON_PREMISES
    if case["kept_by"].startswith("home-grown"):
        return HOME_GROWN
    provider = 2 if case["data"] == "no stable location" else 0
    return us_place(
        provider, PLACE_OF.get(case["kept_by"], US_REGION if case["data"] == "in the US" else LOCAL_REGION)
    )


def _target(worlds: WorldSet, home: str, segment: str, us_business: bool) -> int:
    """A customer at home in a country, whose home-grown provider does business in the US or does not."""
    population, scenario = worlds.population, worlds.models[0].scenario
    j = list(scenario.jurisdictions).index(home)
    cell = j * len(scenario.segments) + SEGMENTS.index(segment)
    members = range(int(population.cells.start[cell]), int(population.cells.start[cell + 1]))
    within = scenario.jurisdictions[home].home_grown_us_business
    return next(i for i in members if (float(population.us_business[i]) < within) == us_business)


def _ask_the_model(worlds: tuple[WorldSet, list[tuple[str, str]]], case: Case, side: str) -> tuple[str, bool]:
    """Send one request through a world under the case's regime; returns the route it took, and whether laws
    collided."""
    world_set, keys = worlds
    model = world_set.models[keys.index((case["regime"], case["obeyed"]))]
    codes = list(model.scenario.jurisdictions)
    us_person = case["person"] == "US person"
    if side == "us":
        lies = (
            "US"
            if case["data"] == "in the US"
            else case["host"] or (BARS if case["data_law_bars"] == "yes" else BARS_NOT)
        )
        nowhere = case["data"] == "no stable location"  # then the law of the holder's country may be broken
        home, police, law_of = (
            "US" if us_person else lies if nowhere or case["target_lives_in_host"] == "yes" else ELSEWHERE,
            "US",
            lies,
        )
    else:
        police = case["police"] or ELSEWHERE
        lies = {"on own soil": police, "in a third country": THIRD}.get(case["data"], "US")
        home, law_of = "US" if us_person else police, police
    segment = "consumer" if case["data"] == "no stable location" else "enterprise"
    target = _target(world_set, home, segment, us_person or case["kept_by"].endswith("with US business"))
    laws: Any = np.zeros((len(codes), len(INSTRUMENTS)))
    for column, instrument in (
        ("agreement", "executive_agreement"),
        ("claim", "extraterritorial_claim"),
        ("blocking_statute", "blocking_statute"),
    ):
        laws[codes.index(law_of), INSTRUMENTS.index(instrument)] = float(case.get(column) == "yes")
    model.legislation.in_force = laws
    model.offers.hosts = np.full_like(model.offers.hosts, codes.index(lies))
    world_set.customers.place[:] = _place(case)
    rows = np.array([[target, codes.index(police), 0, 0, 1]], np.int64)
    nothing = np.zeros((2, len(codes)), np.int64)
    counts = Counts(np.zeros(2, np.int64), nothing, nothing, 2.0, 2.0)
    docket = docket_from(rows, np.array([0, 1, 1]), counts, world_set.population, seed=1)
    obeyed = {
        code: j.model_copy(update={"compulsion_success": 1.0})  # nobody refuses, so the route is the law's
        for code, j in model.scenario.jurisdictions.items()
    }
    scenario = replace(model.scenario, jurisdictions=obeyed)
    model.casework = Casework(scenario, docket, Waits(docket, seed=1))
    model.investigate()
    month = model.casework.month
    ((_, _, route),) = np.argwhere(month[..., MEASURES.index("requests")] == 1)
    return ROUTES[route], bool(month[..., MEASURES.index("conflicts")].sum())


@pytest.mark.parametrize(("side", "case"), BOTH, ids=lambda x: x["what"] if isinstance(x, dict) else x)
def test_the_model_answers_as_the_case_file_says(
    side: str, case: Case, worlds: tuple[WorldSet, list[tuple[str, str]]]
) -> None:
    assert _ask_the_model(worlds, case, side) == (case["route"], YES_NO[case["conflict"]])


def test_the_kernel_counts_circumstances_and_routes_in_the_order_of_the_words() -> None:
    assert ROUTES == ("direct", "comity_review", "agreement", "mla", "unreachable")
    assert tuple(range(len(ROUTES))) == (
        codes.DIRECT,
        codes.COMITY,
        codes.AGREEMENT,
        codes.MLA,
        codes.UNREACHABLE,
    )
    assert len(ROUTES) <= routing.CONFLICT_BIT
    assert us_place(0, 0) == FIRST_US
    assert us_place(1, 0) == FIRST_US + OFFERS

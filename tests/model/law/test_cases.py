"""The table of routes answers the cases as the authorities do, and the model has the facts of those that
happened."""

import datetime as dt

import pytest

from sim.model.kernels.codes import ROUTE_BITS
from sim.model.law.routing import foreign_routes, order_rules, us_routes
from sim.model.law.timeline import law_on
from sim.scenario.law import CONTROLLERS, FOREIGN_LOCATIONS, ForeignRow, OpenTest, USConditions, USRow
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario
from sim.vocabulary import ROUTES
from tests.model.law.cases import (
    BOTH,
    CONTROLLER_OF,
    FOREIGN_CASES,
    US_CASES,
    YES_NO,
    Case,
    deciding,
    foreign_order,
    foreign_ruling,
    law,
    regimes,
    us_order,
    us_ruling,
)

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
    idle -= {name for name, row in law().foreign_orders.items() if _of_another_bar(row)}
    assert not idle, f"no case of tests/model/law/foreign_orders.csv is decided by {', '.join(sorted(idle))}"


def test_the_cases_cover_every_regime_route_and_keeper_and_none_stands_twice() -> None:
    for name, cases in (("us_orders.csv", US_CASES), ("foreign_orders.csv", FOREIGN_CASES)):
        lacking = set(regimes()) - {case["regime"] for case in cases}
        assert not lacking, f"tests/model/law/{name} has no case of {', '.join(sorted(lacking))}"
    assert {case["route"] for case in US_CASES} == set(ROUTES)
    assert {case["route"] for case in FOREIGN_CASES} == {"direct", "agreement", "mla", "unreachable"}
    for cases in (US_CASES, FOREIGN_CASES):
        assert {case["kept_by"] for case in cases} == set(CONTROLLER_OF)
        assert len({case["what"] for case in cases}) == len(cases)


def _of_another_bar(row: ForeignRow) -> bool:
    """Whether a row waits for an experiment that gives its test another bar."""
    return row.when.test is not None and row.when.bar not in (None, law().tests[row.when.test].bar)


@pytest.mark.parametrize("location", ["own_soil", "third_country"])
def test_where_the_bar_stays_whole_what_no_us_warrant_reaches_is_out_of_reach_for_everybody(
    location: str,
) -> None:
    location_test = law().tests["location"].model_copy(update={"bar": "worldwide"})
    whole = law().model_copy(update={"tests": law().tests | {"location": location_test}})
    at = (whole.settled().index("location"), FOREIGN_LOCATIONS.index(location))
    codes = foreign_routes(whole)[(*at, CONTROLLERS.index("us_provider"), 0, 0, 0, 0)]
    assert ROUTES[int(codes) & ROUTE_BITS] == "unreachable"


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
        blocks = (host, "blocking_statute") in law.instruments or (
            "blocking_statute" in history.jurisdictions[host].instruments_2013
        )
        assert blocks == YES_NO[case["blocking_statute"]]


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
        ("leads_act", "leads", "common_law", False),
        ("icpa", "icpa", "none", False),
    ],
)
def test_the_regimes_of_the_question_name_their_test_and_comity_rule(
    code: str, test: str, comity: str, agreements: bool
) -> None:
    regime = regimes()[code]
    assert (regime.test, regime.comity, regime.agreements) == (test, comity, agreements)


DOMESTIC = {  # whether a refused and an honoured warrant at home reaches data without a stable location
    "cloud_act": (True, True),
    "contested": (False, True),
    "doj_wins": (True, True),
    "icpa": (True, True),
    "leads_act": (True, True),
    "microsoft_wins": (False, False),
}


def test_a_domestic_warrant_loses_data_of_no_place_only_where_a_rule_of_location_holds() -> None:
    rules = order_rules(law(), regimes())
    assert {code: tuple(rule.domestic.tolist()) for code, rule in rules.items()} == DOMESTIC
    assert {code for code, rule in rules.items() if rule.contested} == {"contested"}


@pytest.mark.parametrize("notice", [False, True])
@pytest.mark.parametrize("route", ROUTES)
def test_a_domestic_warrant_reaches_what_goes_directly_or_to_a_court_s_review(
    route: str, notice: bool
) -> None:
    """Whether a government is told of it or not."""
    at_home = USConditions(
        location="no_stable_location", controller="us_provider", us_person=True, resides_in_us=True
    )
    row = USRow.model_validate({"when": at_home, "route": route, "notice": notice, "authority": "-"})
    own = law().model_copy(update={"us_orders": {"own": row, **law().us_orders}})
    for code, rule in order_rules(own, regimes()).items():
        assert rule.domestic.tolist() == [route in ("direct", "comity_review")] * 2, code


def test_a_regime_has_the_routes_of_its_tests_refused_and_honoured() -> None:
    routes, rules = us_routes(law()), order_rules(law(), regimes())
    settled, comity = law().settled(), tuple(law().comity)
    for code, rule in rules.items():
        regime = regimes()[code]
        question = law().tests[regime.test].open
        tests = (question.refused, question.honoured) if question else (regime.test, regime.test)
        for row, test in zip(rule.us, tests, strict=True):
            expected = routes[comity.index(regime.comity), settled.index(test)].ravel()
            assert row.tolist() == expected.tolist(), code
        foreign = foreign_routes(law())[settled.index(question.foreign if question else regime.test)]
        assert rule.foreign.ravel().tolist() == foreign.ravel().tolist(), code


def test_an_open_question_is_decided_warrant_by_warrant_and_leaves_the_bar_whole() -> None:
    question = law().tests["contested"].open
    assert question == OpenTest(honoured="control", refused="location", foreign="control")
    assert (law().tests["location"].bar, law().tests["control"].bar) == ("ends_at_border", "worldwide")

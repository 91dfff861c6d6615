"""Each case is put to the model itself: one request aimed at one customer whose data lies where the case
says."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.model.agents.investigators import Casework
from sim.model.docket import Counts, Waits, docket_from
from sim.model.kernels import codes as kernel
from sim.model.kernels.case_records import MEASURES
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
from sim.scenario.resolution import resolve
from sim.scenario.schema import Switch
from sim.vocabulary import INSTRUMENTS, ROUTES, SEGMENTS
from tests.model.law.cases import (
    BOTH,
    PERSON_OF,
    YES_NO,
    Case,
    answers,
    regimes,
)

# --- the cases, put to the model --------------------------------------------------------------------

PLACE_OF = {
    "US provider without the keys": CUSTOMER_KEYS,
    "US-owned subsidiary": US_SUBSIDIARY,
    "trustee without US control": TRUSTEE,
}
ELSEWHERE = "IE"  # a country that is neither the US nor a host of the cases' agreements
HOLDER = "IN"  # another, whose law bars no disclosure
THIRD = "FI"  # a country whose police no case is about
BARS, BARS_NOT = "DE", "BR"  # hosts of the cases that name none: privacy_law_conflicts, or not


@pytest.fixture(scope="module")
def worlds() -> tuple[WorldSet, list[tuple[str, str]]]:
    """One world for each regime, from the first month on; contested twice, with all warrants obeyed and with
    none.

    One provider keeps all consumers' mail without a stable location, the others none. Letters of request are
    always written, and every crime is serious.
    """
    base = resolve("history", customers=2000).scenarios["history"]
    spread = {
        code: p.model_copy(update={"no_stable_location": float(code == "google")})
        for code, p in base.providers.items()
    }
    certain = base.parameters.orders.model_copy(
        update={"transfer_rules_risk": 1.0, "disclosure_bar_risk": 1.0, "nowhere_in_us": 0.0}
    )
    asked = base.parameters.investigators.model_copy(
        update={"mla_asked": {"all": 1.0}, "agreement_eligible": 1.0}
    )
    parameters = base.parameters.model_copy(update={"orders": certain, "investigators": asked})
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
    us_person, at_home = PERSON_OF[case["person"]]
    if side == "us":
        lies = (
            "US"
            if case["data"] == "in the US"
            else case["host"] or (BARS if case["data_law_bars"] == "yes" else BARS_NOT)
        )
        nowhere = case["data"] == "no stable location"  # then the law of the holder's country may be broken
        home, police, law_of = (
            "US" if at_home else lies if nowhere or case["target_lives_in_host"] == "yes" else HOLDER,
            "US",
            lies,
        )
    else:
        police = case["police"] or ELSEWHERE
        lies = {"on own soil": police, "in a third country": THIRD}.get(case["data"], "US")
        home, law_of = "US" if at_home else police, police
    segment = "consumer" if case["data"] == "no stable location" else "enterprise"
    target = _target(world_set, home, segment, at_home or case["kept_by"].endswith("with US business"))
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
    persons = (float(us_person), float(us_person))
    docket = docket_from(rows, np.array([0, 1, 1]), counts, world_set.population, seed=1, us_persons=persons)
    # Nobody refuses, no court yields and all is found, so that route and conflict are the law's.
    treaty = {} if case.get("treaty", "yes") == "yes" else {"mla_instrument": "none"}
    jurisdictions = {
        code: j.model_copy(update={"compulsion_success": 1.0, **treaty})
        for code, j in model.scenario.jurisdictions.items()
    }
    p = model.scenario.parameters
    strict = {"comity_success": 0.0, "common_law_comity_success": 0.0, "motions_filed": 1.0}
    strict["direct_success"] = 1.0
    courts = p.model_copy(update={"investigators": p.investigators.model_copy(update=strict)})
    scenario = replace(model.scenario, jurisdictions=jurisdictions, parameters=courts)
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
        kernel.DIRECT,
        kernel.COMITY,
        kernel.AGREEMENT,
        kernel.MLA,
        kernel.UNREACHABLE,
    )
    assert len(ROUTES) <= kernel.ROUTE_BITS + 1 == kernel.CONFLICT_BIT
    assert us_place(0, 0) == FIRST_US
    assert us_place(1, 0) == FIRST_US + OFFERS

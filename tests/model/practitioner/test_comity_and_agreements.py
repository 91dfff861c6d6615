"""What a motion for comity and the terms of an agreement do, and what they do not."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np

from sim.model.agents.investigators import Casework
from sim.model.kernels.case_records import MEASURES
from sim.model.kernels.codes import BAD, COMITY, DIRECT, GOOD, LAW_ENFORCEMENT, MLA, US_TO_FOREIGN
from sim.model.news import PublicMind
from sim.model.world import WorldSet
from sim.scenario.schema import Switch
from tests.model.small_worlds import asked, with_levers

REQUESTS, MONTHS = MEASURES.index("requests"), MEASURES.index("months")
CONFLICTS = MEASURES.index("conflicts")
SWITCHED, ON = dt.date(2013, 1, 31), dt.date(2013, 2, 28)
EVERYBODY_REVIEWS = (
    "investigators.sealed_share=0.2", "investigators.publicity=0", "investigators.challenged_share=0",
    "investigators.motions_filed=1", "investigators.direct_success=1", "orders.nowhere_in_us=0",
    "orders.transfer_rules_risk=1", "orders.disclosure_bar_risk=1",
)  # fmt: skip


class Seen:
    """A US world of two years with an agreement with everybody, and what its months added up to."""

    def __init__(self, *sets: str, regime: str = "doj_wins", **terms: Any) -> None:
        given = dict(one.split("=") for one in (*EVERYBODY_REVIEWS, *sets))
        scenario = asked(*map("=".join, given.items()), last="2014-12").scenarios["doj_wins"]
        scenario = replace(scenario, switches=(Switch(on=SWITCHED, regime=regime),))
        scenario = with_levers(
            scenario,
            {"by": "US", "act": "agreement", "countries": ("abroad",), "on": ON, **terms},
            {"by": "US", "act": "comity", "comity": "statutory", "on": ON},
        )
        worlds = WorldSet([scenario], seed=1)
        model = worlds.models[0]
        self.mind: PublicMind = model.mind
        self.month = np.zeros_like(model.casework.month[US_TO_FOREIGN])
        self.public, self.fought = 0, 0
        while worlds.running:
            begun = model.month >= 2  # the month after the levers were pulled
            worlds.step()
            if not begun:
                continue
            done: Casework = model.casework
            self.month += done.month[US_TO_FOREIGN]
            self.public += int(done.public.sum())
            self.fought += int(done.fought.sum())

    def of(self, route: int, measure: int) -> int:
        return int(self.month[:, route, measure].sum())


def test_a_motion_for_comity_is_news_only_if_it_becomes_known() -> None:
    secret, known = (Seen(f"investigators.motions_known={share}") for share in (0, 1))
    assert secret.of(COMITY, REQUESTS) == known.of(COMITY, REQUESTS) > 0
    assert (secret.public, secret.fought) == (0, 0)
    assert known.public > 0 and known.fought > known.public  # those that stopped the order were fought too


def test_a_motion_that_stops_the_order_is_good_news_only() -> None:
    won = Seen("investigators.motions_known=1", "investigators.comity_success=1")
    lost = Seen("investigators.motions_known=1", "investigators.comity_success=0")
    assert won.public == 0 and won.fought == lost.fought == lost.public > 0
    good, bad = (
        [float(seen.mind.memory[:, LAW_ENFORCEMENT, sign].sum()) for seen in (won, lost)]
        for sign in (GOOD, BAD)
    )
    assert good[0] == good[1] > 0.0
    assert bad[0] < bad[1]


def test_a_conflict_of_law_is_one_only_where_the_order_is_obeyed() -> None:
    spared, obeyed = (Seen(f"investigators.comity_success={share}") for share in (1, 0))
    assert spared.of(COMITY, CONFLICTS) == 0
    assert obeyed.of(COMITY, CONFLICTS) == obeyed.of(COMITY, REQUESTS) > 0


def test_a_partner_that_is_told_and_silent_makes_no_order_lawful_but_delays_it() -> None:
    sets = ("orders.agreement_objection=0", "investigators.notice_months=2")
    untold, told = (Seen(*sets, notice=share) for share in (0.0, 1.0))
    for route in (DIRECT, COMITY, MLA):
        assert told.of(route, CONFLICTS) == untold.of(route, CONFLICTS)
        assert told.of(route, REQUESTS) == untold.of(route, REQUESTS)
    assert untold.of(COMITY, CONFLICTS) > 0
    assert told.of(DIRECT, MONTHS) > untold.of(DIRECT, MONTHS)


def test_an_agreement_that_lifts_the_bar_leaves_no_conflict() -> None:
    assert Seen(lifts_bar=0.0).of(COMITY, CONFLICTS) > 0
    lifted = Seen(lifts_bar=1.0)
    assert lifted.of(COMITY, REQUESTS) == lifted.of(DIRECT, CONFLICTS) == 0
    assert lifted.of(DIRECT, REQUESTS) > 0


def test_under_icpa_the_government_that_is_told_costs_two_months() -> None:
    risks = ("orders.transfer_rules_risk=0", "orders.disclosure_bar_risk=0")
    waits = [Seen(*risks, f"investigators.notice_months={n}", regime="icpa") for n in (0, 2)]
    first, second = (seen.of(DIRECT, MONTHS) for seen in waits)
    assert second > first and waits[0].of(COMITY, REQUESTS) == 0

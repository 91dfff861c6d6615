"""US lawmakers: silent where nobody asks them, and answering what the rule in force leaves open."""

from dataclasses import replace

import pytest

from sim.model.world import WorldSet
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.scenario.schema import Bill
from tests.model.small_worlds import SWITCH, asked, entries, has_run

CLOUD_ACT = {"cloud_act": Bill(meets_need=1.0, ends_conflicts=0.4, reference="test")}
EAGER = ("lawmakers.base_rate=0.5",)


def run(*sets: str, bills: dict[str, Bill], last: str = "2018-12") -> WorldSet:
    worlds = [replace(s, bills=bills) for s in asked(*sets, last=last).scenarios.values()]
    ws = WorldSet(worlds, 1)
    ws.run()
    return ws


@pytest.fixture(scope="module")
def answered() -> WorldSet:
    return run(*EAGER, bills=CLOUD_ACT)


def test_a_bill_that_passes_is_the_rule_from_the_next_month_on(answered: WorldSet) -> None:
    model = answered.models[0]
    passed = [row for row in model.books.law_changes if row[3] == "enacted"]
    month, country, regime = passed[0][:3]
    assert (country, regime) == ("US", "cloud_act") and month >= SWITCH
    assert model.books.rule_reach[month] == 0.0
    assert (model.books.rule_reach[month + 1 :] == 1.0).all()
    assert model.regime.agreements


def test_lawmakers_do_not_act_before_the_switch(answered: WorldSet) -> None:
    quiet = has_run(asked(*EAGER, last="2018-12"))
    for with_bill, without in zip(answered.models, quiet.models, strict=True):
        first = [row[0] for row in with_bill.books.law_changes if row[3] == "enacted"]
        assert all(month >= SWITCH for month in first)
        assert with_bill.books.country[:SWITCH].tobytes() == without.books.country[:SWITCH].tobytes()


def test_bills_that_can_never_pass_change_nothing() -> None:
    never, none = run("lawmakers.base_rate=0", bills=CLOUD_ACT, last="2016-12"), run(bills={}, last="2016-12")
    for a, b in zip(never.models, none.models, strict=True):
        assert entries(a.books) == entries(b.books)


def test_what_is_unmet_is_what_lawmakers_answer_where_the_rule_stops_at_the_border() -> None:
    ws = run("lawmakers.base_rate=0", bills=CLOUD_ACT)
    microsoft, doj = (model.lawmakers for model in ws.models)
    assert microsoft is not None and doj is not None
    assert microsoft.complaints["unmet_need"] > doj.complaints["unmet_need"]
    assert microsoft.complaints["conflicts"] < doj.complaints["conflicts"]


def test_an_unknown_or_open_bill_is_refused() -> None:
    tree = {
        "title": "t", "question": "q", "timeline": "history", "customers": 2000,
        "horizon": {"first": "2013-01", "last": "2016-12"}, "seeds": {"first": 1, "count": 1},
        "worlds": {"a": {"label": "A", "switches": [{"on": "2014-07-31", "regime": "doj_wins"}]}},
    }  # fmt: skip
    bill = {"meets_need": 1.0, "ends_conflicts": 0.0, "reference": "test"}
    for name, words in (("cloud_akt", "cloud_act"), ("contested", "open law")):
        with pytest.raises(InputError, match=words):
            resolve({**tree, "bills": {name: bill}})
    tree["worlds"] = {"a": {"label": "A"}}
    with pytest.raises(InputError, match="after a switch"):
        resolve({**tree, "bills": {"cloud_act": bill}})

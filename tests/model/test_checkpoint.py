"""Worlds that go on from a checkpoint are those that were run from the start, to the bit."""

import datetime as dt
import random
from dataclasses import replace
from typing import Any

import pytest

from sim.model.checkpoint import Checkpoint, checkpoint, go_on
from sim.model.world import WorldSet
from sim.runs.forks import Pasts
from sim.runs.tables_on_disk import digest_of_values
from sim.scenario.canonical import surviving_events
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Switch
from tests.model.small_worlds import asked, with_levers

LAST = "2017-12"
SEED = 3
Worlds = tuple[Scenario, ...]


def digests(worlds: WorldSet) -> list[dict[str, str]]:
    """The digest of every table of every world."""
    return [
        {name: digest_of_values(name, table) for name, table in world.books.tables("full").items()}
        for world in worlds.models
    ]


def moved(worlds: Worlds, on: dt.date) -> Worlds:
    """The worlds with their switch on another day."""
    return tuple(
        replace(w, switches=tuple(s.model_copy(update={"on": on}) for s in w.switches)) for w in worlds
    )


def without(worlds: Worlds, event: str) -> Worlds:
    """The worlds without an event."""
    return tuple(
        replace(w, timeline=w.timeline.model_copy(update={"events": kept}))
        for w in worlds
        for kept in [tuple(e for e in w.timeline.events if e.id != event)]
    )


def turned_back(worlds: Worlds, on: dt.date) -> Worlds:
    """The worlds in which the rule is turned into the other one on a day."""
    other = {"microsoft_wins": "doj_wins", "doj_wins": "microsoft_wins"}
    return tuple(
        replace(w, switches=(*w.switches, Switch(on=on, regime=other[w.switches[0].regime]))) for w in worlds
    )


@pytest.fixture(scope="module")
def late() -> Worlds:
    """Two worlds with a switch in the last year."""
    return moved(tuple(asked(last=LAST).scenarios.values()), dt.date(2017, 9, 30))


@pytest.fixture(scope="module")
def others(late: Worlds) -> dict[str, Worlds]:
    """Worlds that part from these in a random month, each by another rule, event or lever."""
    luck = random.Random(1707)
    day = [dt.date(luck.randint(2014, 2016), luck.randint(1, 12), 28) for _ in range(2)]
    levers: list[dict[str, Any]] = [
        {"by": "google", "act": "open", "offer": "trustee", "countries": ("DE",), "on": day[1]},
        {"by": "US", "act": "agreement", "countries": ("eu",), "quota": 3.0, "on": day[1]},
        {"by": "US", "act": "comity", "comity": "statutory", "on": day[0]},
        {"by": "FR", "act": "adopt", "instrument": "blocking_statute", "on": day[0]},
        {"by": "US", "act": "mla_staff", "times": 2.0, "countries": ("abroad",), "on": day[1]},
    ]
    events = [e.id for e in surviving_events(late[0]) if 2015 <= e.date.year <= 2016 and not e.enacts]
    return {
        "an earlier switch": moved(late, day[0]),
        "no event": without(late, luck.choice(events)),
        "another switch": turned_back(late, dt.date(2017, 11, 30)),
        "one that the other has not": (late[0], moved(late, day[1])[1]),
        "levers": tuple(with_levers(w, *levers) for w in late),
    }


@pytest.fixture(scope="module")
def kept(late: Worlds, others: dict[str, Worlds]) -> dict[str, Checkpoint]:
    """Checkpoints of one run, at the months in which the others part from it."""
    pasts, worlds, found = Pasts(), WorldSet(late, SEED), dict[str, Checkpoint]()
    months = {name: pasts.of(one, SEED).shared(pasts.of(late, SEED)) for name, one in others.items()}
    while len(found) < len(others):
        for name, month in months.items():
            if month == worlds.models[0].month:
                found[name] = checkpoint(worlds)
        worlds.step()
    return found


@pytest.mark.parametrize(
    "name", ["an earlier switch", "no event", "another switch", "one that the other has not", "levers"]
)
def test_a_forked_run_equals_the_run_from_the_start(
    name: str, others: dict[str, Worlds], kept: dict[str, Checkpoint]
) -> None:
    forked, whole = go_on(kept[name], others[name]), WorldSet(others[name], SEED)
    assert 0 < forked.models[0].month < forked.models[0].scenario.months
    forked.run()
    whole.run()
    assert digests(forked) == digests(whole)


def test_a_checkpoint_can_be_used_again(others: dict[str, Worlds], kept: dict[str, Checkpoint]) -> None:
    """What goes on from a checkpoint does not change it, nor another set that goes on from it."""
    first, second = (go_on(kept["no event"], others["no event"]) for _ in range(2))
    first.run()
    second.run()
    assert digests(first) == digests(second)


def test_worlds_that_differ_from_the_start_share_no_month(late: Worlds) -> None:
    parameters = late[0].parameters
    trust = parameters.trust.model_copy(update={"asymmetry": parameters.trust.asymmetry + 0.5})
    other = tuple(replace(w, parameters=parameters.model_copy(update={"trust": trust})) for w in late)
    pasts = Pasts()
    assert pasts.of(late, SEED).shared(pasts.of(other, SEED)) == 0
    assert pasts.of(late, SEED).shared(pasts.of(late, SEED + 1)) == 0


def test_a_world_shares_the_months_before_its_switch_acts(late: Worlds) -> None:
    """A switch on the last of July acts from August on, and so do forks."""
    pasts, early = Pasts(), moved(late, dt.date(2014, 7, 31))
    month = pasts.of(late, SEED).shared(pasts.of(early, SEED))
    assert late[0].month_start(month) == dt.date(2014, 8, 1)

"""The engine and the readable minds and governments hear, believe, adopt and repeal the same, to the bit."""

import datetime as dt
from dataclasses import replace

import pytest

from sim.model.reference.governments import COVARIATES, CellOfCountry, Government
from sim.model.reference.news import Mind
from sim.model.reference.population import cells_of
from sim.scenario.scenario import Scenario
from sim.scenario.schema import BySegment
from sim.vocabulary import INSTRUMENTS
from tests.model.reference.engine import Engine, smallest
from tests.model.reference.random_parameters import with_random_parameters
from tests.model.small_worlds import asked, with_levers


class World:
    """Minds and governments of one world, held against the engine's month by month."""

    def __init__(self, engine: Engine) -> None:
        self.engine, s = engine, engine.scenario
        self.codes = list(s.jurisdictions)
        self.cells = cells_of(s)
        believed = engine.calendar().believed
        self.minds = [
            Mind(s.parameters, self.code_of(c), cell.where, cell.segment, believed)
            for c, cell in enumerate(self.cells)
        ]
        named = engine.named_by_timeline()
        self.governments = [Government(s, j, code, named) for j, code in enumerate(self.codes)]
        self.timeline_laws: tuple[frozenset[tuple[str, str]], ...] = (frozenset(), frozenset())
        self.changes: list[tuple[str, str, str, str]] = []

    def country_of(self, cell: int) -> int:
        return cell // len(self.engine.scenario.segments)

    def code_of(self, cell: int) -> str:
        return self.codes[self.country_of(cell)]

    def open_month(self) -> None:
        engine, today = self.engine, self.engine.calendar()
        self.changes = []
        for government in self.governments:
            self.changes += government.open_month(engine.month)
        law, (adopted, in_force) = today.law, self.timeline_laws
        for change, those in (
            ("adopted", law.adopted - adopted - law.instruments),
            ("in_force", law.instruments - in_force),
            ("repealed", adopted - law.adopted),
        ):
            for code, instrument in those:
                self.governments[self.codes.index(code)].follow_timeline(instrument, change)
                self.changes.append((code, instrument, change, "timeline"))
        self.timeline_laws = (law.adopted, law.instruments)
        for act in (event.act for event in today.events if event.act is not None):
            for government in self.governments:
                self.changes += government.pull_lever(act)
        orders = engine.known_orders()
        for c, mind in enumerate(self.minds):
            ruling = today.honoured if today.ruling is not None else None
            mind.open_month(today.events, today.believed, ruling)
            mind.hear_of_orders(*orders[self.country_of(c)])
            mind.hear_reports(engine.transparent())

    def govern(self) -> None:
        engine, month = self.engine, self.engine.month
        first, now, accounts = engine.first_mean_trust(), engine.mean_trust_as_known(), engine.accounts()
        seen = engine.surroundings()
        cells = [CellOfCountry(accounts[c], first[c], now[c], self.minds[c]) for c in range(len(self.minds))]
        segments = len(engine.scenario.segments)
        for j, government in enumerate(self.governments):
            government.look_around(month, cells[j * segments :][:segments], seen[j], self.governments)
        chosen = [g.choose(engine.seed, month, seen[g.index].agreements_offered) for g in self.governments]
        for government, decisions in zip(self.governments, chosen, strict=True):
            for instrument, adopts, repeals in decisions:
                self.changes += government.act(month, instrument, adopts, repeals)
                if instrument == "protest" and adopts == 1.0 and not government.is_group:
                    for mind in self.minds[government.index * segments :][:segments]:
                        mind.hear_protest()

    def compare(self) -> None:
        engine = self.engine
        assert [mind.evidence() for mind in self.minds] == engine.evidence()
        assert [mind.get_about() for mind in self.minds] == engine.words()
        assert [(mind.belief, mind.intelligence_belief) for mind in self.minds] == engine.beliefs()
        pressure = [[g.pressure[x] for x in COVARIATES[:-1]] for g in self.governments]
        assert pressure == engine.pressure()
        laws = [[(g.laws[i].in_force, g.laws[i].decided) for i in INSTRUMENTS] for g in self.governments]
        assert laws == engine.laws()
        assert sorted(self.changes) == sorted(engine.law_changes())


def agree(scenario: Scenario, seed: int) -> tuple[int, int]:
    """Step both to the horizon; returns how many changes of law single countries made, and orders in the
    news.
    """
    engine = Engine(scenario, seed)
    world, changes, known = World(engine), 0, 0
    while engine.running:
        engine.open_month()
        world.open_month()
        engine.govern()
        world.govern()
        engine.trade()
        engine.publish()
        world.compare()
        engine.move_customers()
        engine.investigate()
        engine.close_month()
        changes += len(world.changes)
        known += sum(sum(orders) for orders in engine.known_orders())
    return changes, known


def shipped(world: str, months: int) -> Scenario:
    return smallest(asked().scenarios[world], months)


@pytest.mark.parametrize("world", ["microsoft_wins", "doj_wins"])
def test_minds_and_governments_agree_as_shipped(world: str) -> None:
    changes, _ = agree(shipped(world, 48), seed=3)
    assert changes > 30


def test_governments_agree_where_levers_are_pulled() -> None:
    """Blocs adopt, a law of 2013 goes and the US concludes agreements; luck goes on from there."""
    on = dt.date(2013, 4, 30)
    scenario = with_levers(
        shipped("doj_wins", 14),
        {"by": "eu", "act": "adopt", "instrument": "blocking_statute", "on": on},
        {"by": "abroad", "act": "repeal", "instrument": "sector_localisation", "on": dt.date(2013, 9, 30)},
        {"by": "US", "act": "agreement", "countries": ("five_eyes",), "on": on},
    )
    changes, _ = agree(scenario, seed=3)
    assert changes > 20


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_minds_and_governments_agree_over_random_valid_parameters(seed: int) -> None:
    scenario = with_random_parameters(
        shipped("doj_wins", 40), seed, "trust", "governments", "exposure", "providers"
    )
    p = scenario.parameters
    quick = p.governments.model_copy(update={"repeal_rate": dict.fromkeys(INSTRUMENTS, 1.0)})
    # Many requests for the data of organisations, so that orders are news too.
    weight = BySegment(**dict.fromkeys(type(p.investigators.segment_weight).model_fields, 1.0))
    curious = p.investigators.model_copy(update={"segment_weight": weight})
    changed = p.model_copy(update={"governments": quick, "investigators": curious})
    changes, known = agree(replace(scenario, parameters=changed), seed)
    assert changes > 30
    assert known > 0

"""The canonical form of a scenario: JSON-able values that do not depend on files and layers, and their
digest.

The whole form goes into a manifest, from which the scenario can be restored. The digest is of the part that
decides a run: texts and labels, regimes that never come into force, the rows of tests that no regime uses and
events that cannot act are left out, so that a run keeps its id when they change.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from sim.scenario.digest import digest
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Event

# The order of these mappings is the order of arrays, and of the rows of a table; elsewhere it means nothing.
_ORDERED = ("jurisdictions", "segments", "providers", "bills")
_ORDERED_ROWS = ("us_orders", "foreign_orders")
# What only explains: it is in no run id.
TEXTS = ("name", "what", "reference", "confidence", "source", "meaning", "authority")
_MOST_REMEMBERED = 4_000


def canonical_scenario(scenario: Scenario) -> dict[str, Any]:
    """One world's scenario as JSON-able values."""
    return {
        "name": scenario.name,
        "label": scenario.label,
        "first": scenario.first.isoformat(),
        "months": scenario.months,
        "customers": scenario.customers,
        "order": {part: list(getattr(scenario, part)) for part in _ORDERED}
        | {part: list(getattr(scenario.law, part)) for part in _ORDERED_ROWS},
        **{part: _tree(getattr(scenario, part)) for part in (*_ORDERED, "regimes")},
        **{part: _tree(getattr(scenario, part)) for part in ("law", "timeline", "switches", "parameters")},
    }


def in_canonical_order(parts: Mapping[str, Any], order: Mapping[str, list[str]]) -> dict[str, Any]:
    """The parts of a scenario, read from its canonical form, in the order that it had."""
    out = dict(parts)
    for name, codes in order.items():
        if name in _ORDERED_ROWS:
            rows = getattr(out["law"], name)
            out["law"] = out["law"].model_copy(update={name: {code: rows[code] for code in codes}})
        else:
            out[name] = {code: out[name][code] for code in codes}
    return out


def _tree(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, dict):
        return {code: _tree(one) for code, one in value.items()}
    return [_tree(one) for one in value]


# --- what decides a run -------------------------------------------------------------------------------------


def surviving_events(scenario: Scenario) -> tuple[Event, ...]:
    """The events that happen in this world and may drive it: no endogenous ones, no `case` ones after a
    switch."""
    return tuple(
        event
        for event in scenario.timeline.events
        if event.cause == "exogenous" or (event.cause == "case" and event.date < scenario.first_switch)
    )


def acting_part(scenario: Scenario) -> Scenario:
    """The scenario without the regimes, tests, rows and events that cannot act in it."""
    events = surviving_events(scenario)
    codes = {scenario.timeline.base_regime, *(switch.regime for switch in scenario.switches), *scenario.bills}
    codes |= {
        enacts.regime
        for event in events
        if event.date <= scenario.first_switch
        for enacts in event.enacts
        if enacts.regime
    }
    regimes = {code: regime for code, regime in scenario.regimes.items() if code in codes}
    timeline = scenario.timeline.model_copy(update={"events": events})
    offered = {event.act.comity for event in events if event.act and event.act.comity}
    law = scenario.law.used_by(regimes, offered)
    return replace(scenario, regimes=regimes, law=law, timeline=timeline)


class ScenarioDigests:
    """Digests of many scenarios: a part that scenarios share (it is the same object) is digested once."""

    def __init__(self) -> None:
        # by id(); the object is kept, so that no other takes its id
        self._known: dict[int, tuple[object, str]] = {}

    def of(self, scenario: Scenario) -> str:
        """Digest of what decides the runs of a scenario; its name, labels and texts do not."""
        acts = acting_part(scenario)
        return digest(
            {
                "first": acts.first.isoformat(),
                "months": acts.months,
                "customers": acts.customers,
                **{part: self._ordered(getattr(acts, part)) for part in _ORDERED},
                **{part: self._ordered(getattr(acts.law, part)) for part in _ORDERED_ROWS},
                **{part: dict(self._ordered(getattr(acts.law, part))) for part in ("tests", "comity")},
                "regimes": dict(self._ordered(acts.regimes)),
                "base": [acts.timeline.base_regime, acts.timeline.base_stage],
                "events": [self._model(event) for event in acts.timeline.events],
                "switches": [self._model(switch) for switch in acts.switches],
                "parameters": self._model(acts.parameters),
            }
        )

    def _ordered(self, models: Mapping[str, BaseModel]) -> list[tuple[str, str]]:
        return [(code, self._model(model)) for code, model in models.items()]

    def _model(self, model: BaseModel) -> str:
        known = self._known.get(id(model))
        if known is None:
            # a design's changed parts come and go; what is shared is soon learnt again
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            nobodys = {"act"} if getattr(model, "act", None) is None else set()  # most events are no act
            content = model.model_dump(mode="json", exclude={*TEXTS, *nobodys})
            known = self._known[id(model)] = (model, digest(content))
        return known[1]

"""Scenarios whose parameters are drawn at random within the ranges that configs/parameters/ gives."""

import random
from dataclasses import replace
from typing import Any

from sim.scenario.scenario import Scenario
from sim.scenario.schema import BySegment
from tests.model.small_worlds import base


def with_random_parameters(scenario: Scenario, seed: int, *groups: str) -> Scenario:
    """The scenario with every number of these groups moved from its value part of the way to a bound of its
    range.
    """
    luck = random.Random(seed)
    parameters = scenario.parameters
    for group in groups:
        names = {
            name: getattr(getattr(parameters, group), name)
            for name in type(getattr(parameters, group)).model_fields
        }
        drawn = {
            name: _drawn(value, base().parameter_info[f"{group}.{name}"].range, luck)
            for name, value in names.items()
        }
        moved = getattr(parameters, group).model_copy(update=drawn)
        parameters = parameters.model_copy(update={group: moved})
    return replace(scenario, parameters=parameters)


def _drawn(value: Any, bounds: tuple[float, float], luck: random.Random) -> Any:
    if isinstance(value, BySegment):
        return BySegment(**{name: _drawn(number, bounds, luck) for name, number in value})
    if isinstance(value, dict):
        return {key: _drawn(number, bounds, luck) for key, number in value.items()}
    return value + 0.6 * luck.random() * (luck.choice(bounds) - value)

"""The value of a factor put into a scenario."""

from dataclasses import dataclass
from functools import cache
from typing import Any, get_origin

from pydantic import BaseModel

from sim.scenario.base import Contents
from sim.scenario.factors import Factor
from sim.scenario.paths import Loc, put
from sim.scenario.strict import Value
from sim.scenario.yaml_files import kind_at


@dataclass(frozen=True)
class Each:
    """A change of every number of a table: to one number, or by a multiple of what it is."""

    number: float
    times: bool


Updates = dict[str | int, Any]


def add_update(updates: Updates, factor: Factor, value: Value) -> None:
    """Note in a tree of updates what a factor changes in the contents."""
    loc = factor.target.loc
    put(updates, loc, Each(float(value), factor.times) if factor.times or _is_table(loc) else value)


@cache
def _is_table(loc: Loc) -> bool:
    kind = kind_at(Contents, loc)
    return (isinstance(kind, type) and issubclass(kind, BaseModel)) or get_origin(kind) is dict


def updated(node: Any, update: Any) -> Any:
    """A part of a scenario with updates put in; what is not touched stays the same object."""
    if isinstance(update, Each):
        if isinstance(node, int | float):
            return node * update.number
        numbers = node.__dict__ if isinstance(node, BaseModel) else node
        new = {key: old * update.number if update.times else update.number for key, old in numbers.items()}
        return node.model_copy(update=new) if isinstance(node, BaseModel) else new
    if not isinstance(update, dict):
        return update
    if isinstance(node, BaseModel):
        return node.model_copy(
            update={str(key): updated(getattr(node, str(key)), inner) for key, inner in update.items()}
        )
    if isinstance(node, tuple):
        return tuple(updated(old, update[i]) if i in update else old for i, old in enumerate(node))
    return {**node, **{key: updated(node[key], inner) for key, inner in update.items()}}

"""An experiment as a manifest tells it, made ready to run again: from the resolved values, not from the files
of today."""

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError

from sim.scenario.additions import with_additions
from sim.scenario.base import Base
from sim.scenario.canonical import in_canonical_order
from sim.scenario.designs import SetBefore, prepare
from sim.scenario.law import Law, Regime
from sim.scenario.parameters import Parameters
from sim.scenario.paths import dotted
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Bill, Experiment, Jurisdiction, Provider, SegmentSpec, Switch, Timeline

_PARTS: dict[str, TypeAdapter[Any]] = {
    "jurisdictions": TypeAdapter(dict[str, Jurisdiction]),
    "segments": TypeAdapter(dict[str, SegmentSpec]),
    "providers": TypeAdapter(dict[str, Provider]),
    "regimes": TypeAdapter(dict[str, Regime]),
    "law": TypeAdapter(Law),
    "timeline": TypeAdapter(Timeline),
    "switches": TypeAdapter(tuple[Switch, ...]),
    "parameters": TypeAdapter(Parameters),
    "bills": TypeAdapter(dict[str, Bill]),
}
_PLAIN: TypeAdapter[Any] = TypeAdapter(Scenario.__annotations__["first"])


def restored(stored: dict[str, Any], base: Base, where: str) -> Resolved:
    """The experiment of `Resolved.canonical()`; `base` gives only ranges and names for a design. Raises
    InputError, naming `where`."""
    try:
        experiment = TypeAdapter(Experiment).validate_json(json.dumps(stored["experiment"]), strict=True)
        scenarios = {name: scenario_of(world, where) for name, world in stored["worlds"].items()}
        resolved = Resolved(stored["name"], experiment, scenarios, base)
    except (KeyError, TypeError, ValidationError) as error:
        raise _unreadable(error, where) from None
    base, found = with_additions(experiment, base, {})
    design = prepare(experiment, base, scenarios, found, SetBefore({}, {}))
    if found:
        raise InputError(
            [
                f"{where}: {dotted(loc)}: {words}; the configuration is not the one that this was made with"
                for loc, words in found
            ]
        )
    return Resolved(resolved.name, experiment, scenarios, base, design=design)


def _unreadable(error: Exception, where: str) -> InputError:
    what = (
        f"{dotted(tuple(error.errors()[0]['loc']))}: {error.errors()[0]['msg']}"
        if isinstance(error, ValidationError)
        else repr(error)
    )
    return InputError(
        f"{where}: not a scenario that this version can run ({what}); use the version that made it"
    )


def scenario_of(stored: dict[str, Any], where: str) -> Scenario:
    """One world out of its canonical form. Raises InputError, naming `where`."""
    try:
        return _scenario(stored)
    except (KeyError, TypeError, ValidationError) as error:
        raise _unreadable(error, where) from None


def _scenario(stored: dict[str, Any]) -> Scenario:
    read = {
        name: adapter.validate_json(json.dumps(stored[name]), strict=True) for name, adapter in _PARTS.items()
    }
    parts = in_canonical_order(read, stored["order"])
    first = _PLAIN.validate_python(stored["first"])
    return Scenario(
        name=stored["name"],
        label=stored["label"],
        first=first,
        months=stored["months"],
        customers=stored["customers"],
        **parts,
    )

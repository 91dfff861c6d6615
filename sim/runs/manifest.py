"""The manifest of a results folder.

It holds what was run, with what, who set each value, and the digest of each table.
"""

import datetime as dt
import json
import platform
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.runs.code_origin import code_origin
from sim.runs.identity import model_digest
from sim.runs.results import MANIFEST
from sim.runs.whole_files import write_whole
from sim.scenario.base import LAST_RECORDED
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

PACKAGES = (
    "warrantsim",
    "mesa",
    "numpy",
    "numba",
    "pandas",
    "plotly",
    "pyarrow",
    "pydantic",
    "ruamel.yaml",
    "scipy",
)


def facts(resolved: Resolved, seeds: Sequence[int], identical_months: int) -> dict[str, Any]:
    """What a page says of an experiment: its worlds, when, who, and what happens.

    `seeds` are those in the tables.
    """
    experiment = resolved.experiment
    first = next(iter(resolved.scenarios.values()))
    through = first.month_start(identical_months - 1) if identical_months > 0 else None
    switches = sorted({s.on for world in experiment.worlds.values() for s in world.switches})
    return {
        "experiment": resolved.name,
        "title": experiment.title,
        "question": experiment.question,
        "worlds": {name: spec.label for name, spec in experiment.worlds.items()},
        "compare": list(experiment.compare) if experiment.compare else None,
        "seeds": list(seeds),
        "customers": experiment.customers,
        "first": experiment.horizon.first,
        "last": experiment.horizon.last,
        "switches": {
            name: [s.on.isoformat() for s in world.switches] for name, world in experiment.worlds.items()
        },
        "switch": switches[0].isoformat() if switches else None,
        "identical_through": f"{through:%Y-%m}" if through else None,
        "outlook": _outlook(resolved),
        "events": events_in(resolved.scenarios),
        "jurisdictions": {
            code: {"name": j.name, "region": j.region, "iso3": list(j.iso3)}
            for code, j in first.jurisdictions.items()
        },
    }


def _outlook(resolved: Resolved) -> dict[str, Any] | None:
    """What is assumed of the years after the record, if the experiment runs into them."""
    code = resolved.experiment.outlook
    if code is None or resolved.experiment.horizon.last <= LAST_RECORDED:
        return None
    outlook = resolved.base.outlooks[code]
    said = [assumption.model_dump() for assumption in outlook.assumptions]
    return {"code": code, "name": outlook.name, "meaning": outlook.meaning, "assumptions": said}


def manifest(resolved: Resolved, seeds: Sequence[int], identical_months: int, **found: Any) -> dict[str, Any]:
    """The whole manifest.

    `seeds` are those in the tables, `identical_months` those that the compared worlds share, `found` the
    results of the run.
    """
    return {
        **facts(resolved, seeds, identical_months),
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {"python": sys.version.split()[0], **_versions()},
        "platform": platform.platform(),
        "model_digest": model_digest(),
        "code": code_origin(),
        "scenario_digest": resolved.digest,
        "scenario": resolved.canonical(),
        "who_set": resolved.who_set,
        **found,
    }


@cache
def _versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}


def events_in(scenarios: Mapping[str, Scenario]) -> list[dict[str, Any]]:
    """The dated events, and in which worlds each happens and drives the model."""
    from sim.scenario.canonical import surviving_events

    happens = {name: {(e.id, e.date) for e in surviving_events(s)} for name, s in scenarios.items()}
    all_events = {(e.id, e.date): e for s in scenarios.values() for e in s.timeline.events}
    return [
        {
            "id": e.id,
            "date": e.date.isoformat(),
            "kind": e.kind,
            "cause": e.cause,
            "what": e.what,
            "reference": e.reference,
            "worlds": [name for name in scenarios if (e.id, e.date) in happens[name]],
        }
        for e in sorted(all_events.values(), key=lambda e: e.date)
    ]


def write_manifest(out: Path, content: dict[str, Any]) -> None:
    """Write the manifest of a results folder; only `sim.pipeline` does."""
    write_whole(out / MANIFEST, json.dumps(content, indent=1, default=str))

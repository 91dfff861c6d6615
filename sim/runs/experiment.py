"""Run an experiment: every world with every seed, tables on disk, a manifest of how they came about."""

import datetime as dt
import hashlib
import json
import platform
import sys
import time
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.model.tables import TABLES, data_dictionary
from sim.runs import tables_on_disk
from sim.runs.executor import Progress, default_workers, run_tasks
from sim.runs.results import MANIFEST, TABLES_FOLDER, Results
from sim.runs.seed import SeedDone, Task, part_path
from sim.scenario.resolving import Resolved
from sim.scenario.schema import Experiment

_PACKAGES = ("warrantsim", "mesa", "numpy", "numba", "pandas", "plotly", "pyarrow", "pydantic", "ruamel.yaml", "scipy")


@dataclass
class Finished:
    """A run that has ended: where it is, what went wrong, what to be warned of, and the small tables by seed and world."""

    folder: Path
    seconds: float
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    done: list[SeedDone] = field(default_factory=list)

    @property
    def results(self) -> Results:
        return Results(self.folder)


def run(resolved: Resolved, out: Path, workers: int | None = None, progress: Progress | None = None) -> Finished:
    """Run every world of the experiment with every seed and write tables, data dictionary and manifest to `out`."""
    begin = time.perf_counter()
    experiment = resolved.experiment
    seeds = range(experiment.seeds.first, experiment.seeds.first + experiment.seeds.count)
    tables = out / TABLES_FOLDER
    tables.mkdir(parents=True, exist_ok=True)
    for left_over in tables.glob(".*.part"):
        left_over.unlink()
    tasks = [Task(resolved.scenarios, seed, experiment.record, tables) for seed in seeds]
    done = []
    for one in run_tasks(tasks, workers or default_workers()):
        done.append(one)
        if progress is not None:
            progress(len(done), len(tasks), f"seed {one.seed}" + (" failed" if one.failure else ""))
    done.sort(key=lambda d: d.seed)
    good = [d for d in done if d.failure is None]
    finished = Finished(out, 0.0, [d.failure for d in done if d.failure is not None], _warnings(experiment, good), good)
    written = _join_tables(tables, experiment, good)
    (out / "data_dictionary.md").write_text(data_dictionary(), encoding="utf-8")
    finished.seconds = time.perf_counter() - begin
    _write_manifest(out, _manifest(resolved, finished, written))
    return finished


def _warnings(experiment: Experiment, done: list[SeedDone]) -> list[str]:
    """What a reader must know before believing the numbers."""
    pairs = sorted({pair for d in done for pair in d.nothing_changed})
    out = []
    for pair in pairs:
        if all(pair in d.nothing_changed for d in done):
            a, b = (experiment.worlds[name].label for name in pair.split("|"))
            out.append(f"'{a}' and '{b}' never differ: the switch changed nothing at all")
    return out


def _join_tables(folder: Path, experiment: Experiment, done: list[SeedDone]) -> dict[str, dict[str, Any]]:
    """Join the parts of every table in order of seed and world; rows and digest of each."""
    written: dict[str, dict[str, Any]] = {}
    for table in TABLES:
        (folder / f"{table}.parquet").unlink(missing_ok=True)
        parts = [(d, world) for d in done for world in experiment.worlds if world in d.digests.get(table, {})]
        if not parts:
            continue
        rows = tables_on_disk.join([part_path(folder, table, d.seed, world) for d, world in parts], folder / f"{table}.parquet")
        whole = hashlib.sha256("\n".join(f"{d.seed} {world} {d.digests[table][world]}" for d, world in parts).encode())
        written[table] = {"rows": rows, "digest": whole.hexdigest()}
    return written


def _manifest(resolved: Resolved, finished: Finished, tables: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """What was run, with what, who set each value, and the digest of each table."""
    experiment, compare = resolved.experiment, resolved.experiment.compare
    first = next(iter(resolved.scenarios.values()))
    shared = [d.equal_months.get("|".join(compare)) or d.equal_months.get("|".join(reversed(compare))) or 0 for d in finished.done] if compare else []
    through = first.month_start(min(shared) - 1) if shared and min(shared) > 0 else None
    switches = sorted({s.on for world in experiment.worlds.values() for s in world.switches})
    return {
        "experiment": resolved.name,
        "title": experiment.title,
        "question": experiment.question,
        "worlds": {name: spec.label for name, spec in experiment.worlds.items()},
        "compare": list(compare) if compare else None,
        "seeds": [d.seed for d in finished.done],
        "failures": finished.failures,
        "customers": experiment.customers,
        "first": experiment.horizon.first,
        "last": experiment.horizon.last,
        "switches": {name: [s.on.isoformat() for s in world.switches] for name, world in experiment.worlds.items()},
        "switch": switches[0].isoformat() if switches else None,
        "identical_through": f"{through:%Y-%m}" if through else None,
        "warnings": finished.warnings,
        "events": _events(resolved),
        "jurisdictions": {code: {"name": j.name, "region": j.region, "iso3": list(j.iso3)} for code, j in first.jurisdictions.items()},
        "seconds": round(finished.seconds, 1),
        "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "versions": {"python": sys.version.split()[0], **{name: version(name) for name in _PACKAGES}},
        "platform": platform.platform(),
        "scenario_digest": resolved.digest,
        "scenario": resolved.canonical(),
        "who_set": resolved.who_set,
        "tables": tables,
    }


def _events(resolved: Resolved) -> list[dict[str, Any]]:
    """The dated events, and in which worlds each happens and drives the model."""
    from sim.model.law.timeline import events_of

    happens = {name: {e.id for e in events_of(s)} for name, s in resolved.scenarios.items()}
    all_events = {e.id: e for s in resolved.scenarios.values() for e in s.timeline.events}
    return [
        {
            "id": e.id,
            "date": e.date.isoformat(),
            "kind": e.kind,
            "cause": e.cause,
            "what": e.what,
            "reference": e.reference,
            "worlds": [name for name in resolved.scenarios if e.id in happens[name]],
        }
        for e in sorted(all_events.values(), key=lambda e: e.date)
    ]


def _write_manifest(out: Path, manifest: dict[str, Any]) -> None:
    path = out / MANIFEST
    writing = path.with_name(f".{MANIFEST}.writing")
    writing.write_text(json.dumps(manifest, indent=1, default=str), encoding="utf-8")
    writing.replace(path)


def add_to_manifest(folder: Path, **entries: Any) -> None:
    """Add what later layers know (projections for the report, say) to a results folder's manifest."""
    _write_manifest(folder, {**Results(folder).manifest, **entries})

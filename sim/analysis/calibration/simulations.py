"""The points of the prior run through the model.

Each row is measured at each point with each seed, and stored so that the fit can resume later. A point is run
as any other (`sim.runs`): history as it happened, and beside it history without each event that rows take
out, with the same luck. Only the measured rows are kept, a line of JSON each: `<store>/measured.jsonl`.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.analysis.evidence.compare import months_of, runs_of, values_of, worlds_of
from sim.analysis.evidence.measures.window import Window
from sim.analysis.evidence.rows import Row
from sim.analysis.posterior_draws import with_values
from sim.runs.identity import Identities
from sim.runs.seed_task import SeedDone, Task
from sim.runs.tasks import Runner
from sim.scenario.scenario import Scenario

MEASURED = "measured.jsonl"


@dataclass(frozen=True)
class Measured:
    """What was measured: float64 (points, seeds, rows).

    NaN where a run failed or a row has nothing to measure.
    """

    rows: tuple[Row, ...]
    values: np.ndarray


@dataclass(frozen=True)
class MeasureRows:
    """What a worker makes of a task's tables: the value of each row."""

    rows: tuple[Row, ...]
    simulated: Window

    def __call__(self, done: SeedDone) -> list[float]:
        run = runs_of(done)
        return [float(values_of(row, [run], self.simulated)[0]) for row in self.rows]


def simulate(
    rows: Sequence[Row],
    history: Scenario,
    points: Sequence[Mapping[str, float]],
    seeds: Sequence[Sequence[int]],
    runner: Runner,
) -> Measured:
    """Measure rows at points (path -> value each), each with its seeds (as many everywhere).

    What was measured before is not run again.
    """
    identities, kept = Identities(), _Kept(runner.store.folder / MEASURED)
    code, tasks, keys = rows_digest(rows), list[Task](), list[str]()
    for number, (sets, own) in enumerate(zip(points, seeds, strict=True)):
        worlds = worlds_of(rows, with_values({"history": history}, sets)["history"])
        for seed in own:
            ids = {world: identities.run_id(scenario, seed, "full") for world, scenario in worlds.items()}
            key = hashlib.sha256(f"{code} {sorted(ids.items())}".encode()).hexdigest()[:32]
            keys.append(key)
            if key not in kept.values:
                tasks.append(Task(worlds, seed, "full", key, ids, {"point": number, **sets}))
    unique = list({task.label: task for task in tasks}.values())
    with closing(runner.run(unique, len(unique), MeasureRows(tuple(rows), months_of(history)))) as ended:
        for done in ended:
            if done.failed is None:
                kept.add(done.label, done.reduced)
    kept.close()
    missing = [float("nan")] * len(rows)
    values = np.array([kept.values.get(key, missing) for key in keys], np.float64).reshape(
        len(points), -1, len(rows)
    )
    return Measured(tuple(rows), values)


class _Kept:
    """What was measured before, by key; a last line that was torn off is measured again."""

    def __init__(self, path: Path) -> None:
        self.values: dict[str, list[float]] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = 0
        if path.is_file():
            for line in path.read_bytes().splitlines(keepends=True):
                if not line.endswith(b"\n"):
                    break
                entry = json.loads(line)
                self.values[entry["key"]] = [
                    float("nan") if value is None else value for value in entry["rows"]
                ]
                whole += len(line)
        self._file = path.open("ab")
        self._file.truncate(whole)

    def add(self, key: str, values: Sequence[float]) -> None:
        self.values[key] = list(values)
        entry = {"key": key, "rows": [None if np.isnan(value) else value for value in values]}
        self._file.write(json.dumps(entry, separators=(",", ":")).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        os.fsync(self._file.fileno())
        self._file.close()


def rows_digest(rows: Sequence[Row]) -> str:
    """What determines a measured value besides the run.

    It is how each row is measured (not what was measured in the world), and the code of the measures.
    """
    asked = [
        (
            r.id,
            r.measure.name,
            sorted(r.place.members),
            sorted(r.segments),
            str(r.first),
            str(r.last),
            r.without_event,
            sorted(r.arguments.items()),
        )
        for r in rows
    ]
    return hashlib.sha256(f"{asked} {_measures_digest()}".encode()).hexdigest()


@cache
def _measures_digest() -> str:
    folder = Path(__file__).parents[1] / "evidence" / "measures"
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))).hexdigest()

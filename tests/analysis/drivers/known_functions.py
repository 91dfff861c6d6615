"""Functions with known sensitivity indices, put where a run's headline would be; all else is real.

Design, store, tables, outcomes and indices are those of production; only the model is replaced. The
difference of trust between the worlds is the function; the number of laws never varies.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sim.model.tables import TABLES
from sim.pipeline import Finished, run
from sim.runs import worker
from sim.runs.engines.local import InThisProcess
from sim.runs.pairs import MONTH_DIGEST
from sim.runs.seed_task import SeedDone, Task, failure_of
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.runs.tasks import Backend
from sim.scenario.resolution import resolve
from tests.model.small_worlds import base

FACTORS = {  # parameters whose ranges below they are allowed; they carry the function's inputs
    "trust.peer_weight": (0.1, 0.5),
    "trust.spread": (0.05, 0.25),
    "network.telling": (0.0, 0.8),
    "choice.home_taste": (1.0, 2.0),
    "choice.keys_gap": (0.5, 1.5),
    "trust.residue_share": (0.2, 0.6),
}
EXPERIMENT = """\
title: A function of which all is known
question: Are its indices what they are?
timeline: history
horizon: {first: 2013-01, last: 2014-12}
customers: 5000
seeds: {first: 1, count: SEEDS}
record: world
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2014-07-31, regime: microsoft_wins}]}
  doj_wins: {label: DOJ wins, switches: [{on: 2014-07-31, regime: doj_wins}]}
compare: [microsoft_wins, doj_wins]
design:
DESIGN
  uncertainties:
FACTORS
"""
_FIRST = 19  # the first month, from January 2013, in which the worlds may differ


def ishigami(x: np.ndarray) -> float:
    """Of shares (0 to 1); S1 = 0.314, 0.442, 0; ST = 0.558, 0.442, 0.244."""
    u = -np.pi + 2.0 * np.pi * x
    return float(np.sin(u[0]) + 7.0 * np.sin(u[1]) ** 2 + 0.1 * u[2] ** 4 * np.sin(u[0]))


ISHIGAMI = {"first_order": (0.3139, 0.4424, 0.0), "total": (0.5576, 0.4424, 0.2437)}
_A = np.array([0.0, 1.0, 4.5, 9.0])


def g(x: np.ndarray) -> float:
    """Sobol's g function of four inputs."""
    return float(np.prod((np.abs(4.0 * x - 2.0) + _A) / (1.0 + _A)))


_PART = 1.0 / (3.0 * (1.0 + _A) ** 2)
_VARIANCE = float(np.prod(1.0 + _PART) - 1.0)
G = {
    "first_order": tuple(_PART / _VARIANCE),
    "total": tuple(_PART * np.prod(1.0 + _PART) / (1.0 + _PART) / _VARIANCE),
}


def additive(x: np.ndarray) -> float:
    """A sum of which the weights are the elementary effects, each the same everywhere."""
    return float(np.array([4.0, -2.0, 1.0]) @ x)


def _fails(task: Task, share: float) -> bool:
    luck = hashlib.sha256(f"{task.label} {task.seed}".encode()).digest()
    return int.from_bytes(luck[:4], "big") / 2**32 < share


def swept(
    folder: Path,
    function: Callable[[np.ndarray], float],
    inputs: int,
    design: dict[str, str | int],
    fails: float = 0.0,
    seeds: int = 1,
) -> Finished:
    """Run a design over a function of so many inputs; a share of its pairs fails."""
    names = list(FACTORS)[:inputs]
    low, high = (np.array([FACTORS[name][k] for name in names]) for k in range(2))
    plain: Columns = {"month": np.datetime64("2013-01", "M") + np.arange(24)}
    for column in TABLES["world"].measures:
        plain[column.name] = np.ones(24, np.int64 if column.dtype == "int64" else np.float64)

    def known(task: Task) -> SeedDone:
        if _fails(task, fails):
            error = failure_of(task, "raised", "run", "ValueError: it broke", "Traceback: it broke")
            return SeedDone(task.seed, task.label, failed=error)
        done = SeedDone(task.seed, task.label, seconds=0.001)
        x = (np.array([float(task.values[name]) for name in names]) - low) / (high - low)
        for world in task.scenarios:
            trust = np.full(24, 0.5 + 0.01 * task.seed)  # luck, which differences within a pair do not have
            if world == "doj_wins":
                trust[_FIRST:] += function(x) / 100.0
            done.tables[world] = {"world": plain | {"trust": trust}}
            done.months[world] = b"\0" * MONTH_DIGEST * 24
            done.digests.setdefault("world", {})[world] = digest_of_values(
                "world", done.tables[world]["world"]
            )
        return done

    return _run(folder, known, names, design, seeds)


def _run(
    folder: Path,
    known: Callable[[Task], SeedDone],
    names: list[str],
    design: dict[str, str | int],
    seeds: int,
) -> Finished:
    folder.mkdir(parents=True, exist_ok=True)
    ranges = "\n".join(f"    {name}: {spec(name, design)}" for name in names)
    head = "\n".join(f"  {key}: {value}" for key, value in design.items() if key != "levels")
    text = EXPERIMENT.replace("DESIGN", head).replace("FACTORS", ranges).replace("SEEDS", str(seeds))
    (folder / "known.yaml").write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_seed", known)
        patch.setattr("sim.runs.tasks.is_compiled", lambda: True)
        return run(
            resolve(folder / "known.yaml", base=base()),
            folder / "results",
            store=folder / "store",
            backend=Backend(engine=InThisProcess),
        )


def spec(name: str, design: dict[str, str | int]) -> str:
    """What a design says of a factor."""
    low, high = FACTORS[name]
    if design["method"] == "list":
        return f"{{values: {[low + (high - low) * k / 11 for k in range(12)]}}}"
    levels = f", levels: {design['levels']}" if "levels" in design else ""
    return f"{{range: [{low}, {high}]{levels}}}"

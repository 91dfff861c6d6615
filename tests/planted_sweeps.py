"""Sweeps through the real design, store and tables whose outcome is a known function of the factors.

No model runs: trust in the world where DOJ wins is lower, from the switch on, by the planted amount.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.tables import TABLES
from sim.pipeline import Finished, run
from sim.runs import worker
from sim.runs.pairs import MONTH_DIGEST
from sim.runs.seed_task import SeedDone, Task, failure_of
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.scenario.resolution import resolve

SWITCH = 19  # the first month after 31 July 2014, from January 2013
HEAD = """\
title: A sweep with a planted region
question: Is the region found?
timeline: history
horizon: {first: 2013-01, last: 2015-12}
customers: 5000
seeds: {first: 1, count: 2}
record: world
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2014-07-31, regime: microsoft_wins}]}
  doj_wins: {label: DOJ wins, switches: [{on: 2014-07-31, regime: doj_wins}]}
compare: [microsoft_wins, doj_wins]
"""
CLAIM = """\
claims:
  - {claim: Trust is lower when DOJ wins, measure: trust, window: "2015", world: doj_wins,
     against: microsoft_wins, expect: lower}
"""
Loss = Callable[[Mapping[str, Any]], float]


def planted_seed(task: Task, loss: Loss, fails: Callable[[Task], bool] = lambda task: False) -> SeedDone:
    """The result of a run without the run; a seed adds a little luck, which cancels over two seeds."""
    if fails(task):
        failed = failure_of(task, "raised", "run", "ValueError: it broke", "Traceback: it broke")
        return SeedDone(task.seed, task.label, failed=failed)
    done = SeedDone(task.seed, task.label, seconds=0.001)
    for world, scenario in task.scenarios.items():
        columns: Columns = {"month": np.datetime64("2013-01", "M") + np.arange(scenario.months)}
        for column in TABLES["world"].measures:
            columns[column.name] = np.ones(scenario.months, column.dtype)
        trust = np.full(scenario.months, 0.6)
        if world == "doj_wins":
            trust[SWITCH:] -= loss(task.values) + 1e-5 * (1 if task.seed % 2 else -1)
        columns["trust"] = trust
        done.tables[world] = {"world": columns}
        done.months[world] = b"\0" * MONTH_DIGEST * scenario.months
        done.digests.setdefault("world", {})[world] = digest_of_values("world", columns)
    return done


@contextmanager
def planted(loss: Loss, fails: Callable[[Task], bool] = lambda task: False) -> Iterator[None]:
    """While it lasts, no model runs: its place is taken by `planted_seed`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_seed", lambda task: planted_seed(task, loss, fails))
        patch.setattr("sim.runs.tasks.is_compiled", lambda: True)
        yield


def swept(
    folder: Path,
    design: str,
    loss: Loss,
    fails: Callable[[Task], bool] = lambda task: False,
    claims: str = "",
) -> Finished:
    """Run a design (YAML) with a planted loss of trust into `folder/results`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "planted.yaml"
    file.write_text(HEAD + design + claims, encoding="utf-8")
    with planted(loss, fails):
        return run(resolve(file), folder / "results", store=folder / "store", workers=1)

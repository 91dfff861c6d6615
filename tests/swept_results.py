"""A small sweep with known outcomes through the real design, store and tables; no model runs."""

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
from sim.scenario.resolution import Resolved, resolve

EXPERIMENT = """\
title: A sweep of which all is known
question: Is what is shown what was put in?
timeline: history
horizon: {first: 2013-01, last: 2016-12}
customers: 5000
seeds: {first: 1, count: 2}
record: RECORD
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2014-07-31, regime: microsoft_wins}]}
  doj_wins: {label: DOJ wins, switches: [{on: 2014-07-31, regime: doj_wins}]}
compare: [microsoft_wins, doj_wins]
design:
  method: grid
  uncertainties:
    trust.asymmetry: {values: [1.0, 2.0, 4.0]}
    trust.peer_weight: {values: [0.1, 0.3]}
LEVERS
claims:
  - {claim: Trust abroad in 2016 is lower when DOJ wins, measure: trust, window: "2016",
     world: doj_wins, against: microsoft_wins, expect: lower}
  - {claim: and by two points of a hundred at least, measure: trust, window: "2016",
     world: doj_wins, against: microsoft_wins, expect: lower, at_least: 0.0195}
"""
SWITCHES = """\
  levers:
    switch_date: {values: [2014-07-31, 2015-07-31]}
"""
FIRST = {
    "2014-07-31": 19,
    "2015-07-31": 31,
}  # the first month, from January 2013, in which the worlds may differ
POINTS = 6


def gap(asymmetry: float) -> float:
    """By how much trust is lower, from the switch on, when DOJ wins (before luck)."""
    return 0.01 * asymmetry


def luck(seed: int) -> float:
    """What a seed adds to the gap; it cancels over the two seeds."""
    return 0.0001 * (1 if seed % 2 else -1)


def _world(task: Task, world: str) -> Columns:
    scenario = task.scenarios[world]
    months = scenario.months
    columns: Columns = {"month": np.datetime64("2013-01", "M") + np.arange(months)}
    for column in TABLES["world"].measures:
        columns[column.name] = np.ones(months, np.int64 if column.dtype == "int64" else np.float64)
    first = FIRST[str(task.values.get("switch_date", "2014-07-31"))]
    trust = np.full(months, 0.6 + 0.1 * float(task.values["trust.peer_weight"]))
    if world == "doj_wins":
        trust[first:] -= gap(float(task.values["trust.asymmetry"])) + luck(task.seed)
    return columns | {"trust": trust}


def _monthly(task: Task, world: str, table: str, key: str, codes: list[str]) -> Columns:
    months = task.scenarios[world].months
    columns: Columns = {
        "month": np.repeat(np.datetime64("2013-01", "M") + np.arange(months), len(codes)),
        key: np.tile(np.array(codes, dtype=object), months),
    }
    for column in TABLES[table].measures:
        columns[column.name] = np.full(months * len(codes), 0.5)
    return columns


def _month_digests(task: Task, world: str) -> bytes:
    """Equal in both worlds up to the switch, and different from then on."""
    first = FIRST[str(task.values.get("switch_date", "2014-07-31"))]
    rest = b"\1" if world == "doj_wins" else b"\0"
    return b"\0" * MONTH_DIGEST * first + rest * MONTH_DIGEST * (task.scenarios[world].months - first)


def _few(table: str, codes: dict[str, str]) -> Columns:
    columns: Columns = {"month": np.array(["2015-01"], "datetime64[M]")}
    for column in TABLES[table].columns[3:]:
        columns[column.name] = (
            np.array([codes.get(column.name, "DE")], dtype=object)
            if column.dtype == "category"
            else np.ones(1)
        )
    return columns


def known_seed(task: Task) -> SeedDone:
    """The result of a run without the run; seed 2 at point 3 fails in a sweep with failures."""
    if task.label == "point 3" and task.seed == 2 and known_seed.fails:
        return SeedDone(
            task.seed,
            task.label,
            failed=failure_of(task, "raised", "run", "ValueError: it broke", "Traceback: it broke"),
        )
    done = SeedDone(task.seed, task.label, seconds=0.001)
    for world in task.scenarios:
        tables = {
            "world": _world(task, world),
            "provider": _monthly(task, world, "provider", "provider", ["aws", "microsoft"]),
            "laws": _few("laws", {"instrument": "protest", "change": "adopted"}),
            "offers": _few("offers", {"provider": "aws", "offer": "trustee", "change": "live"}),
        }
        if task.record != "world":
            codes = list(task.scenarios[world].jurisdictions)
            tables["country"] = _monthly(task, world, "country", "country", codes)
            tables["requests"] = _few("requests", {"direction": "us_abroad", "route": "mla"})
        done.tables[world] = tables
        done.months[world] = _month_digests(task, world)
        for table, columns in tables.items():
            done.digests.setdefault(table, {})[world] = digest_of_values(table, columns)
    return done


known_seed.fails = False


def asked(folder: Path, record: str = "world", levers: bool = False, claims: bool = True) -> Resolved:
    """The sweep as an experiment file asks for it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "known.yaml"
    text = EXPERIMENT.replace("RECORD", record).replace("LEVERS\n", SWITCHES if levers else "")
    file.write_text(text if claims else text.partition("claims:\n")[0])
    return resolve(file)


def swept(
    folder: Path,
    name: str = "known",
    record: str = "world",
    levers: bool = False,
    fails: bool = False,
    claims: bool = True,
) -> Finished:
    """Run the sweep into `folder/results/name`, with its store beside it."""
    resolved = asked(folder, record, levers, claims)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_seed", known_seed)
        patch.setattr("sim.runs.tasks.is_compiled", lambda: True)
        patch.setattr(known_seed, "fails", fails, raising=False)
        return run(
            resolved, folder / "results" / name, store=folder / "store", backend=Backend(engine=InThisProcess)
        )

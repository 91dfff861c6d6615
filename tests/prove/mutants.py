"""`python -m tests.prove.mutants` (`make mutants`): mutation testing with cosmic-ray, over a keyed sample.

Each mutant is one small change of one module in a copy of the project, against which the tests of its target
run; kernels run as plain Python (`tests.uncompiled`). Which mutants are tried is decided by a key, so that a
larger sample holds the smaller one. Results are kept in build/mutants, a session of cosmic-ray for each
target, and the same command goes on where it was stopped. A target whose modules have changed begins anew;
where its tests have changed, what had survived is tried again. What survives is explained in survivors.csv
beside this file. `--write` renews docs/verification.md.
"""

import argparse
import ast
import csv
import difflib
import hashlib
import json
import os
import shlex
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from sim.view.tables import Cell, Table, columns, to_markdown, to_terminal
from tests.prove.faults import PAGE
from tests.prove.forked import ROOT, copy_of_the_project, import_libraries, run_tests
from tools.markdown import in_step

SESSIONS = ROOT / "build" / "mutants"
EXPLAINED = Path(__file__).with_name("survivors.csv")
KEY = "warrantsim"
# A decorator only says how a function is compiled; an exception that nobody raises is caught by no test.
NOT_TRIED = ("core/RemoveDecorator", "core/ExceptionReplacer")
PLAIN = "-p tests.uncompiled --noconftest"  # kernels alone need no configuration


@dataclass(frozen=True)
class Target:
    """Modules to change, and the tests that must notice."""

    name: str
    modules: tuple[str, ...]
    tests: str  # words for pytest

    def digests(self) -> dict[str, str]:
        """Of the modules, and of the tests."""
        files = [word.split("::")[0] for word in self.tests.split() if ".py" in word]
        tests = self.tests.encode() + b"".join((ROOT / name).read_bytes() for name in files)
        modules = b"".join((ROOT / name).read_bytes() for name in self.modules)
        return {"modules": hashlib.sha256(modules).hexdigest(), "tests": hashlib.sha256(tests).hexdigest()}


TARGETS = (
    Target(
        "law",
        ("sim/model/law/timeline.py", "sim/model/law/routing.py"),
        "tests/model/law/test_timeline.py tests/model/law/test_cases.py tests/model/law/test_whole_table.py",
    ),
    Target(
        "news and trust",
        ("sim/model/kernels/news.py", "sim/model/kernels/hearing.py", "sim/model/kernels/trust.py"),
        f"{PLAIN} tests/model/test_listening.py",
    ),
    Target(
        "choice",
        ("sim/model/kernels/choice.py",),
        f"{PLAIN} tests/model/test_one_decision.py "
        "tests/model/test_choice.py::test_perceived_risk_counts_each_channel_once",
    ),
    Target(
        "hazards",
        ("sim/model/kernels/governments.py",),
        f"{PLAIN} tests/model/test_hazards.py",
    ),
    Target(
        "queues",
        ("sim/model/kernels/assistance.py", "sim/model/kernels/requests.py"),
        f"{PLAIN} tests/model/test_one_queue.py",
    ),
    Target(
        "differences",
        ("sim/analysis/headlines.py", "sim/runs/intervals.py", "sim/runs/pairs.py"),
        "tests/analysis/test_headlines.py tests/runs/test_pairs.py",
    ),
    Target("claims", ("sim/runs/claims.py", "sim/runs/verdicts.py"), "tests/runs/test_claims.py"),
    Target("store", ("sim/runs/store.py",), "tests/runs/test_store.py"),
    Target(
        "designs",
        ("sim/scenario/designs.py", "sim/scenario/design_points.py", "sim/scenario/samples.py"),
        "tests/scenario/test_designs.py tests/scenario/test_samples.py tests/scenario/test_bad_designs.py "
        "tests/scenario/test_levers.py tests/scenario/test_factor_groups.py",
    ),
)


# --- which mutants --------------------------------------------------------------------------------------


def _words_of_types(module: Path) -> set[tuple[int, int]]:
    """Where the annotations of a module are, line and column: they change nothing that runs."""
    found = set[tuple[int, int]]()
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        kinds = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for annotation in (kind for kind in kinds if isinstance(kind, ast.AST)):
            for part in ast.walk(annotation):
                if isinstance(part, ast.expr):
                    ends = range(part.col_offset, part.end_col_offset or part.col_offset)
                    found |= {(part.lineno, column) for column in ends}
    return found


def _key(mutation: Any) -> str:
    where = f"{mutation.module_path} {mutation.operator_name} {mutation.operator_args}"
    words = f"{KEY} {where} {mutation.occurrence}"
    return hashlib.sha256(words.encode()).hexdigest()


def _begin(target: Target, database: Any) -> None:
    """List all mutants of a target."""
    from cosmic_ray.commands import init
    from cosmic_ray.work_item import WorkerOutcome, WorkResult

    init([Path(name) for name in target.modules], database, {})  # as seen from the root of the project
    types = {name: _words_of_types(ROOT / name) for name in target.modules}
    idle = [
        item.job_id
        for item in database.work_items
        for mutation in item.mutations
        if mutation.operator_name in NOT_TRIED or mutation.start_pos in types[str(mutation.module_path)]
    ]
    database.set_multiple_results(idle, WorkResult(worker_outcome=WorkerOutcome.SKIPPED))


def _sample(database: Any, size: int) -> tuple[int, list[Any]]:
    """How many mutants there are, and the first so many of them by their key."""
    from cosmic_ray.work_item import WorkerOutcome

    idle = {job for job, result in database.results if result.worker_outcome == WorkerOutcome.SKIPPED}
    items = [item for item in database.work_items if item.job_id not in idle]
    return len(items), sorted(items, key=lambda item: _key(item.mutations[0]))[:size]


# --- trying them ----------------------------------------------------------------------------------------


def _session(target: Target) -> Path:
    """The file of a target's results: none where a module has changed, without survivors where a test has."""
    SESSIONS.mkdir(parents=True, exist_ok=True)
    file, note = (SESSIONS / f"{target.name}{end}" for end in (".sqlite", ".json"))
    known = json.loads(note.read_text()) if note.is_file() else {}
    if known.get("modules") != target.digests()["modules"]:
        file.unlink(missing_ok=True)
    elif known["tests"] != target.digests()["tests"]:
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("DELETE FROM work_results WHERE test_outcome = 'SURVIVED'")
    note.write_text(json.dumps(target.digests()))
    return file


def _try(target: Target, root: Path, size: int, until: float, console: Console) -> None:
    """Run the tests of a target on what its sample lacks, in a copy of the project, until the time is up."""
    from cosmic_ray.work_db import use_db

    file = _session(target)
    with use_db(str(file)) as database:
        if not database.num_work_items:
            _begin(target, database)
        _, chosen = _sample(database, size)
        done = {job for job, _ in database.results}
        waiting = [item for item in chosen if item.job_id not in done]
        if not waiting or time.monotonic() > until:
            return
        begin = time.monotonic()
        code, said = run_tests(root, shlex.split(target.tests), 3600.0)
        seconds = time.monotonic() - begin
        if code != 0:
            raise RuntimeError(f"{target.name}: the tests fail without any change:\n{said[-3000:]}")
        for number, item in enumerate(waiting, 1):
            if time.monotonic() > until:
                return
            result = _tried(target, root, item, 60.0 + 10.0 * seconds)
            database.set_result(item.job_id, result)
            where = f"{item.mutations[0].module_path}:{item.mutations[0].start_pos[0]}"
            words = f"{target.name} {number}/{len(waiting)} {result.test_outcome.value:9} {where}"
            console.print(words, style="dim")


def _tried(target: Target, root: Path, item: Any, timeout: float) -> Any:
    """What the tests of a target make of a mutant."""
    from cosmic_ray.mutating import use_mutation
    from cosmic_ray.plugins import get_operator
    from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

    mutation = item.mutations[0]
    operator = get_operator(mutation.operator_name)(**mutation.operator_args)
    with use_mutation(root / mutation.module_path, operator, mutation.occurrence) as (before, after):
        code, said = run_tests(root, shlex.split(target.tests), timeout)
    lines = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0))
    outcome = TestOutcome.SURVIVED if code == 0 else TestOutcome.KILLED
    return WorkResult(WorkerOutcome.NORMAL, said[-1000:], outcome, "\n".join(lines))


# --- what came of it ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Survivor:
    """A change that no test noticed: its module, the line as it is, and as it was made."""

    module: str
    before: str
    after: str


def survivor_of(module: str, diff: str) -> Survivor:
    """The changed lines of a diff."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    before, after = (" ".join(x[1:].strip() for x in lines if x.startswith(sign)) for sign in "-+")
    return Survivor(module, before, after)


def explained() -> dict[Survivor, str]:
    """Why each known survivor is no hole in the tests."""
    if not EXPLAINED.is_file():
        return {}
    with EXPLAINED.open(encoding="utf-8", newline="") as source:
        return {
            Survivor(row["module"], row["before"], row["after"]): row["why"] for row in csv.DictReader(source)
        }


@dataclass(frozen=True)
class Outcome:
    """A target's mutants: all, tried, killed, and who survived."""

    target: Target
    all: int
    tried: int
    killed: int
    survivors: tuple[Survivor, ...]


def outcomes(size: int) -> Iterator[Outcome]:
    """What the sessions hold of the samples."""
    from cosmic_ray.work_db import use_db

    for target in TARGETS:
        file = SESSIONS / f"{target.name}.sqlite"
        if not file.is_file():
            continue
        with use_db(str(file)) as database:
            everything, chosen = _sample(database, size)
            results = dict(database.results)
            tried = [(item, results[item.job_id]) for item in chosen if item.job_id in results]
            alive = tuple(
                survivor_of(str(item.mutations[0].module_path), result.diff or "")
                for item, result in tried
                if not result.is_killed
            )
            yield Outcome(target, everything, len(tried), len(tried) - len(alive), alive)


def tables(found: Sequence[Outcome]) -> tuple[Table, Table]:
    """Kill rates by target, and the survivors with the reason of each."""
    why = explained()
    rows: list[list[Any]] = []
    for one in found:
        modules = ", ".join(f"`{name}`" for name in one.target.modules)
        rate = f"{one.killed / one.tried:.0%}" if one.tried else "–"
        equal = sum(survivor in why for survivor in one.survivors)
        rows.append([one.target.name, modules, one.all, one.tried, one.killed, rate, equal])
    if found:
        tried, killed = sum(one.tried for one in found), sum(one.killed for one in found)
        equal = sum(survivor in why for one in found for survivor in one.survivors)
        total = sum(one.all for one in found)
        rows.append(["all", "", total, tried, killed, f"{killed / max(tried, 1):.0%}", equal])
    heads = ("target", "modules", ">mutants", ">tried", ">killed", ">rate", ">survivors explained")
    lines = [
        [
            Cell(s.module, code=True),
            Cell(s.before, code=True),
            Cell(s.after, code=True),
            why.get(s, "not yet"),
        ]
        for one in found
        for s in dict.fromkeys(one.survivors)
    ]
    return Table("", columns(*heads), rows), Table("", columns("module", "line", "changed to", "why"), lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove.mutants", description=__doc__)
    parser.add_argument("--sample", type=int, default=80, help="mutants of each target")
    parser.add_argument("--minutes", type=float, default=120.0, help="time after which no mutant is begun")
    parser.add_argument("--only", default="", help="targets whose name contains this")
    parser.add_argument("--report", action="store_true", help="try nothing, show what is known")
    parser.add_argument("--write", action="store_true", help="renew the tables in docs/verification.md")
    asked, console = parser.parse_args(), Console(width=170)
    os.chdir(ROOT)
    until = time.monotonic() + 60.0 * asked.minutes
    if not asked.report:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "project"
            copy_of_the_project(root)
            import_libraries()
            for target in TARGETS:
                if asked.only in target.name:
                    _try(target, root, asked.sample, until, console)
    found = list(outcomes(asked.sample))
    rates, survivors = tables(found)
    for table in (rates, survivors):
        console.print(to_terminal(table))
    if asked.write:
        text = PAGE.read_text(encoding="utf-8")
        made = {"mutants": to_markdown(rates), "survivors": to_markdown(survivors)}
        PAGE.write_text(in_step(text, made), encoding="utf-8")
    return 0 if all(s in explained() for one in found for s in one.survivors) else 1


if __name__ == "__main__":
    sys.exit(main())

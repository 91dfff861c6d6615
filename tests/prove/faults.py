"""`python -m tests.prove.faults`: broken models and engines, each of which a named check must catch.

Each fault is a change of the source in a temporary copy of the project, so that it reaches compiled code and
worker processes too. Without any fault all checks pass in the copy; with a fault its check must fail, by a
failed test and not by an error on the way to it. What is known of unchanged files is in build/faults.json, so
that the same command goes on where it was stopped. `--write` renews the table in docs/verification.md.
"""

import argparse
import hashlib
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from sim.view.tables import Cell, Table, columns, to_markdown, to_terminal
from tests.prove.forked import ROOT, copy_of_the_project, import_libraries, run_tests
from tools.markdown import in_step

PAGE = ROOT / "docs" / "verification.md"
KNOWN = ROOT / "build" / "faults.json"
LONGEST = 3600.0  # seconds
FAILED_TESTS = 1  # pytest's exit code; 2 to 5 are errors of other kinds


@dataclass(frozen=True)
class Fault:
    """A change of one file, and the test that must fail with it."""

    what: str
    file: str
    before: str
    after: str
    check: str  # pytest's name of it

    def plant(self, root: Path) -> None:
        """Make the change; raises ValueError where the source is no longer as it was."""
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.before) != 1:
            raise ValueError(
                f"{self.what}: {self.file} has this {text.count(self.before)} times: {self.before!r}"
            )
        path.write_text(text.replace(self.before, self.after), encoding="utf-8")

    def mend(self, root: Path) -> None:
        """Take it back."""
        shutil.copyfile(ROOT / self.file, root / self.file)


FAULTS = (
    Fault(
        "a switch leaks: the rule is in force a month before its date",
        "sim/model/law/timeline.py",
        "scenario.month_start(m) - dt.timedelta(days=1)",
        "scenario.month_start(m) + dt.timedelta(days=30)",
        "tests/model/test_pairs.py::"
        "test_worlds_are_equal_to_the_bit_until_the_switch_and_differ_from_the_next_month",
    ),
    Fault(
        "one month off: a ruling acts a month late",
        "sim/model/law/timeline.py",
        "scenario.month_start(m) - dt.timedelta(days=1)",
        "scenario.month_start(m) - dt.timedelta(days=32)",
        "tests/model/law/test_timeline.py::"
        "test_an_event_of_any_date_acts_and_is_heard_from_the_first_month_that_begins_after_it",
    ),
    Fault(
        "one month off: headlines begin a month before the worlds part",
        "sim/analysis/headlines.py",
        "a, b = (np.array([h.read(pair[k], first) for pair in pairs]) for k in range(2))",
        "a, b = (np.array([h.read(pair[k], first - 1) for pair in pairs]) for k in range(2))",
        "tests/analysis/test_headlines.py::test_a_difference_begins_with_the_month_in_which_the_worlds_part",
    ),
    Fault(
        "a shared random stream: two purposes draw the same numbers",
        "sim/model/luck/purposes.py",
        "RENEWAL = 8 ",
        "RENEWAL = 7 ",
        "tests/model/luck/test_purposes.py::test_no_two_purposes_share_a_number_and_each_fits_the_key",
    ),
    Fault(
        "a shared random stream: laws are drawn by the position of an instrument in the list",
        "sim/model/agents/governments.py",
        "crc32(name.encode())",
        "INSTRUMENTS.index(name)",
        "tests/model/test_pairs.py::test_the_luck_of_a_law_does_not_hang_on_its_place_in_the_list",
    ),
    Fault(
        "the worlds do not share their luck: each has the seed of its place in the set",
        "sim/model/world.py",
        "WarrantModel(scenario, seed, in_set=self, index=w)",
        "WarrantModel(scenario, seed + w, in_set=self, index=w)",
        "tests/model/test_limits.py::test_one_rule_twice_is_equal_in_every_book",
    ),
    Fault(
        "a lost run: a batch forgets the last pair that it was given",
        "sim/runs/sweep.py",
        "tasks = (first, *itertools.islice(self._tasks, size - 1))",
        "tasks = (first, *list(itertools.islice(self._tasks, size - 1))[: max(size - 2, 0)])",
        "tests/runs/test_store.py::test_more_seeds_run_only_what_is_new_and_give_the_tables_of_one_run",
    ),
    Fault(
        "a doubled run: what is stored is run again",
        "sim/runs/tasks.py",
        "world: run for world, run in task.ids.items() if run not in index.where and first[run] == world",
        "world: run for world, run in task.ids.items() if first[run] == world",
        "tests/runs/test_store.py::test_experiments_share_the_worlds_that_they_have_in_common",
    ),
    Fault(
        "a doubled run: an experiment writes one seed in the place of another",
        "sim/runs/plan.py",
        "return self.points[pair // len(self.seeds)], self.seeds[pair % len(self.seeds)]",
        "return self.points[pair // len(self.seeds)], self.seeds[0]",
        "tests/runs/test_store.py::test_what_is_stored_is_not_run_again",
    ),
    Fault(
        "a stale cache: a run id says nothing of the seed",
        "sim/runs/identity.py",
        'own = f"{self.scenario(scenario)} {seed} {record}',
        'own = f"{self.scenario(scenario)} {record}',
        "tests/runs/test_store.py::test_a_run_id_is_of_what_is_run_and_of_nothing_else",
    ),
    Fault(
        "a stale cache: people made for one parameter are used for another",
        "sim/model/population.py",
        "        p.choice.sensitivity_spread,\n",
        "",
        "tests/model/test_every_parameter_matters.py::"
        "test_a_parameter_changes_something_recorded[choice.sensitivity_spread]",
    ),
    Fault(
        "a stale cache: compiled code outlives an edit of what it calls",
        "sim/model/compiled.py",
        "    while waiting:\n        new = set(_parsed(waiting.pop())[1]) - reached",
        "    while False:\n        new = set(_parsed(waiting.pop())[1]) - reached",
        "tests/model/test_compiled.py::test_an_edit_of_what_is_called_recompiles_its_callers",
    ),
    Fault(
        "a swapped world label: tables come out of the store under the other world's name",
        "sim/runs/export.py",
        "for run in plan.ids[pair]:\n                yield index.where[run]",
        "for run in reversed(plan.ids[pair]):\n                yield index.where[run]",
        "tests/runs/test_tables_on_disk.py::test_what_is_on_disk_is_what_the_model_recorded",
    ),
    Fault(
        "a swapped world label: a difference is the first world less the second",
        "sim/analysis/headlines.py",
        "i = interval(differences(a, b))",
        "i = interval(differences(b, a))",
        "tests/analysis/test_headlines.py::test_differences_are_the_second_world_less_the_first",
    ),
    Fault(
        "data is not conserved: what arrives at a place is not taken from the other",
        "sim/model/kernels/moves.py",
        "                stock[w, c, here, q] -= weight[i, q]\n",
        "",
        "tests/model/test_conservation.py::test_every_month_the_books_are_a_fresh_count_and_nothing_is_lost",
    ),
    Fault(
        "data is not conserved: a customer moves behind the books",
        "sim/model/agents/customers.py",
        "        self._terms.exposure_before[:] = self.exposure\n        self.trust, self._trust_next",
        "        self._terms.exposure_before[:] = self.exposure\n"
        "        self.place[0] = 2\n        self.trust, self._trust_next",
        "tests/model/test_conservation.py::test_every_month_the_books_are_a_fresh_count_and_nothing_is_lost",
    ),
    Fault(
        "a case event stays: the appeal of 2016 happens although the case was decided in 2014",
        "sim/scenario/canonical.py",
        'or (event.cause == "case" and event.date < scenario.first_switch)',
        'or event.cause == "case"',
        "tests/model/law/test_timeline.py::"
        "test_case_events_fall_out_from_the_switchs_own_date_on_and_all_others_stay",
    ),
    Fault(
        "an evader who cannot learn: whatever the rule, evaders believe that an order stops at the border",
        "sim/model/agents/investigators.py",
        "return self._always_held._replace(**data._asdict(), ",
        "data = data._replace(belief=0 * data.belief); return self._always_held._replace(**data._asdict(), ",
        "tests/model/practitioner/test_requests.py::"
        "test_evaders_leave_us_providers_where_an_order_reaches_whatever_they_hold",
    ),
    Fault(
        "a fit that peeks: it is given the rows marked validation",
        "sim/analysis/evidence/rows.py",
        "return tuple(row for row in rows if row.role == FITTED)",
        'return tuple(row for row in rows if row.role in (FITTED, "validation"))',
        "tests/analysis/calibration/test_inputs.py::test_only_calibration_rows_ever_reach_a_fit",
    ),
    Fault(
        "a fit that peeks: a split sees what it is asked",
        "sim/analysis/evidence/splits.py",
        "return row.role == FITTED and not self.held_back(row)",
        "return row.role == FITTED",
        "tests/analysis/evidence/test_splits.py::test_no_fit_sees_a_validation_row_or_what_it_is_asked",
    ),
    Fault(
        "a rank that its design cannot carry: factors of a list are ranked",
        "sim/analysis/drivers/sensitivity.py",
        'if design["method"] == "list":',
        'if design["method"] == "a list":',
        "tests/analysis/drivers/test_sensitivity.py::test_a_list_claims_no_ranking",
    ),
    Fault(
        "failed runs are counted as noughts",
        "sim/analysis/headlines.py",
        "known = ~np.isnan(a) & ~np.isnan(b)",
        "a, b = np.nan_to_num(a), np.nan_to_num(b)\n        known = ~np.isnan(a) & ~np.isnan(b)",
        "tests/analysis/test_headlines.py::test_a_headline_missing_in_one_pair_is_left_out_of_the_difference",
    ),
    Fault(
        "the order of the list decides: customers hear what peers trust this month, not last month",
        "sim/model/agents/customers.py",
        "self._trust_next = np.empty_like(self.trust)",
        "self._trust_next = self.trust",
        "tests/model/test_limits.py::test_trust_passes_between_customers_as_theory_says[limits]",
    ),
    Fault(
        "foresight: a government's law acts without its legal delay",
        "sim/model/agents/governments.py",
        "delay = np.array([int(p.legal_delay[i]) for i in INSTRUMENTS])",
        "delay = np.array([0 * int(p.legal_delay[i]) for i in INSTRUMENTS])",
        "tests/model/test_law_acts_on_customers.py::test_a_law_drawn_acts_after_its_legal_delay",
    ),
    Fault(
        "queues forget: a clerk is free as soon as a request arrives",
        "sim/model/kernels/assistance.py",
        "begins = max(arrival, clerks[side, other, FREE_AT])",
        "begins = arrival",
        "tests/model/test_queues.py::"
        "test_time_and_number_in_a_queue_of_legal_assistance_are_those_of_an_m_m_1_queue",
    ),
    Fault(
        "reproduce is blind: other values count as equal",
        "sim/runs/comparison.py",
        "return not self.nothing and not self.differences and not self.failures and self.inputs is None",
        "return not self.nothing and not self.failures and self.inputs is None",
        "tests/runs/test_reproduce.py::test_a_tampered_value_is_named_by_run_month_and_variable",
    ),
    Fault(
        "damage goes unseen: parts of the store are not checked",
        "sim/runs/store.py",
        'if hashlib.sha256(content).hexdigest() != self.commit(batch).parts[table]["sha256"]:',
        'if not self.commit(batch).parts[table]["sha256"]:',
        "tests/runs/test_store.py::test_a_flipped_bit_is_found_named_set_aside_and_its_runs_are_run_again",
    ),
    Fault(
        "pairing is lost: the interval is that of two independent samples",
        "sim/analysis/headlines.py",
        "i = interval(differences(a, b))",
        "i = interval(differences(np.sort(a)[::-1], np.sort(b)))",
        "tests/analysis/test_headlines.py::test_pairing_takes_out_what_the_worlds_share",
    ),
    Fault(
        "the engine's guard against leaks is off",
        "sim/runs/seed.py",
        "        if where is not None:\n            raise WorldsDiffer(",
        "        if where == 0:\n            raise WorldsDiffer(",
        "tests/runs/test_experiment.py::test_luck_that_leaks_into_one_world_voids_its_seed",
    ),
    Fault(
        "the engine's guard of conservation is off",
        "sim/model/agents/customers.py",
        "if not moves_kernel.balances(self.stock[world], self._endowment[world]):",
        "if self.stock is None:",
        "tests/runs/test_experiment.py::test_books_that_do_not_balance_void_the_seed",
    ),
    Fault(
        "the engine's guard against lost runs is off",
        "sim/runs/export.py",
        "            out.failures[pair] = replace(\n",
        "            if index.failure_of(ids) is not None:\n                out.failures[pair] = replace(\n",
        "tests/runs/test_store.py::test_a_run_that_the_engine_loses_is_said_to_be_missing",
    ),
)


def caught(fault: Fault, root: Path) -> tuple[bool, str]:
    """Whether the fault's check fails with it, by a failed test; and what pytest said."""
    fault.plant(root)
    try:
        code, said = run_tests(root, [fault.check], LONGEST)
    finally:
        fault.mend(root)
    name = fault.check.split("::")[1].split("[")[0]
    return code == FAILED_TESTS and re.search(rf"^FAILED \S*::{name}", said, re.MULTILINE) is not None, said


def table(rows: Sequence[tuple[Fault, str]]) -> Table:
    """Faults with the check that catches each."""
    lines = [
        [
            fault.what,
            Cell(fault.file, code=True),
            Cell(fault.check.replace("tests/", "", 1), code=True),
            verdict,
        ]
        for fault, verdict in rows
    ]
    return Table("", columns("fault", "planted in", "check", "verdict"), lines)


class Known:
    """What earlier commands have found out, of sources and tests that are still the same."""

    def __init__(self) -> None:
        self._found: dict[str, str] = json.loads(KNOWN.read_text()) if KNOWN.is_file() else {}

    def of(self, *parts: str) -> str | None:
        return self._found.get(self._key(parts))

    def note(self, verdict: str, *parts: str) -> None:
        self._found[self._key(parts)] = verdict
        KNOWN.parent.mkdir(parents=True, exist_ok=True)
        KNOWN.write_text(json.dumps(self._found))

    def _key(self, parts: Sequence[str]) -> str:
        """Of words, and of the content of the files that they name."""
        h = hashlib.sha256()
        for part in parts:
            path = ROOT / part.split("::")[0]
            h.update(part.encode() + b"\0" + (path.read_bytes() if path.is_file() else b""))
        return h.hexdigest()


def _check_without_faults(root: Path, chosen: Sequence[Fault], known: Known) -> None:
    """Run what has not been seen to pass; raises RuntimeError if a check fails."""
    waiting = sorted({fault.check for fault in chosen if known.of("passes", fault.check, fault.file) is None})
    code, said = run_tests(root, waiting, LONGEST) if waiting else (0, "")
    if code != 0:
        raise RuntimeError(f"without any fault a check fails:\n{said}")
    for fault in chosen:
        known.note("passes", "passes", fault.check, fault.file)


def _prove(chosen: Sequence[Fault], console: Console) -> list[tuple[Fault, str]]:
    """Plant each fault and run its check; first all checks without a fault."""
    rows, known = list[tuple[Fault, str]](), Known()
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder) / "project", ROOT / "sim" / "model" / "__pycache__" / "warrantsim"
        copy_of_the_project(root)
        import_libraries()
        kept = {path.name for path in cache.glob("*")}
        try:
            _check_without_faults(root, chosen, known)
            for fault in chosen:
                words = (fault.what, fault.file, fault.before, fault.after, fault.check)
                verdict, said, begin = known.of(*words), "", time.monotonic()
                if verdict is None:
                    found, said = caught(fault, root)
                    verdict = "caught" if found else "MISSED"
                    known.note(verdict, *words)
                rows.append((fault, verdict))
                console.print(f"{time.monotonic() - begin:4.0f} s  {verdict:7} {fault.what}", style="dim")
                if verdict != "caught":
                    console.print(said, markup=False)
        finally:
            for path in cache.glob("*"):
                if path.name not in kept:  # of kernels with a fault
                    shutil.rmtree(path, ignore_errors=True)
    return rows


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help="renew the table in docs/verification.md")
    parser.add_argument("--only", default="", help="faults whose words or files contain this")
    asked, console = parser.parse_args(), Console(width=170)
    chosen = [fault for fault in FAULTS if asked.only in fault.what or asked.only in fault.file]
    rows = _prove(chosen, console)
    console.print(to_terminal(table(rows)))
    good = all(verdict == "caught" for _, verdict in rows)
    if asked.write and good and len(rows) == len(FAULTS):
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(in_step(text, {"faults": to_markdown(table(rows))}), encoding="utf-8")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

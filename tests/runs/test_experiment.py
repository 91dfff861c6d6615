"""A run of an experiment: every seed, failures survived and reported, a complete manifest."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.agents.governments import LuckOfLaws
from sim.model.law import timeline
from sim.model.tables import TABLES
from sim.model.world import WorldSet
from sim.pipeline import Finished, run
from sim.runs import checkpoints
from sim.runs import seed as seed_module
from sim.runs.points import MANIFEST
from sim.runs.seed import run_seed
from sim.runs.seed_task import Task
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario
from tests.model.small_worlds import asked, experiment_file, ruled, trust_of

SHORT = "2014-12"


def _digests(finished: Finished) -> dict[str, str]:
    return {table: entry["digest"] for table, entry in finished.results.manifest["tables"].items()}


# --- the manifest ---------------------------------------------------------------------------------------


def test_the_manifest_says_what_was_run(finished: Finished, resolved: Resolved) -> None:
    m = finished.results.manifest
    assert m["experiment"] == "two_worlds"
    assert m["title"] == "Two worlds"
    assert m["worlds"] == {"microsoft_wins": "Microsoft wins", "doj_wins": "DOJ wins"}
    assert m["compare"] == ["microsoft_wins", "doj_wins"]
    assert m["seeds"] == [1, 2]
    assert m["failures"] == []
    assert m["warnings"] == []
    assert (m["customers"], m["first"], m["last"]) == (2000, "2013-01", "2015-06")
    assert (m["switch"], m["identical_through"]) == ("2014-07-31", "2014-07")
    assert m["scenario_digest"] == resolved.digest
    assert m["scenario"] == json.loads(json.dumps(resolved.canonical(), default=str))
    assert m["who_set"]["horizon.last"] == "--set"
    assert m["seconds"] > 0.0
    assert dt.datetime.fromisoformat(m["made"]).tzinfo is not None
    assert {"python", "warrantsim", "numpy", "numba", "mesa", "pyarrow"} <= set(m["versions"])
    assert m["platform"]


def test_the_manifest_counts_and_digests_every_table(finished: Finished) -> None:
    m = finished.results.manifest
    assert set(m["tables"]) == set(TABLES)
    for table, entry in m["tables"].items():
        assert entry["rows"] == len(finished.results.table(table))
        assert len(entry["digest"]) == 64


def test_the_manifest_tells_which_events_happen_in_which_world(
    finished: Finished, resolved: Resolved
) -> None:
    """Case events after the switch happen in neither world, exogenous ones in both.

    Endogenous events drive nothing.
    """
    events = {event["id"]: event for event in finished.results.manifest["events"]}
    assert set(events) == {event.id for event in resolved.scenarios["doj_wins"].timeline.events}
    assert events["T01"]["worlds"] == ["microsoft_wins", "doj_wins"]
    assert events["T02"]["worlds"] == ["microsoft_wins", "doj_wins"]
    for event in events.values():
        if event["cause"] == "exogenous":
            assert len(event["worlds"]) == 2
        elif event["cause"] == "endogenous" or event["date"] >= "2014-07-31":
            assert event["worlds"] == []


def test_the_manifest_knows_the_jurisdictions(finished: Finished, resolved: Resolved) -> None:
    jurisdictions = finished.results.manifest["jurisdictions"]
    assert list(jurisdictions) == list(resolved.scenarios["doj_wins"].jurisdictions)
    assert jurisdictions["DE"]["iso3"] == ["DEU"]


def test_small_tables_are_handed_back_for_the_summaries(finished: Finished) -> None:
    assert [d.seed for d in finished.done] == [1, 2]
    for done in finished.done:
        assert set(done.world_tables) == {"microsoft_wins", "doj_wins"}
        assert done.failed is None
    assert finished.proved.shared == {(0, 1): 19}


# --- the same tables however it is run -------------------------------------------------------------------


def test_two_worker_processes_write_the_same_tables_as_one(
    finished: Finished, resolved: Resolved, tmp_path: Path
) -> None:
    two = run(resolved, tmp_path, workers=2)
    assert two.failures == []
    assert _digests(two) == _digests(finished)
    for table in TABLES:
        assert two.results.table(table).equals(finished.results.table(table)), table


def test_the_same_experiment_again_into_the_same_folder_gives_the_same_digests(tmp_path: Path) -> None:
    short = asked("seeds.count=2", last="2014-09")
    first = _digests(run(short, tmp_path, workers=1))
    assert _digests(run(short, tmp_path, workers=1)) == first


def test_a_seed_gives_the_same_tables_whatever_seeds_run_with_it(finished: Finished, tmp_path: Path) -> None:
    alone = run(asked("seeds.count=1", "seeds.first=2", last="2015-06"), tmp_path, workers=1)
    both = finished.results.table("country")
    expected = both[both["seed"] == 2].reset_index(drop=True)
    assert alone.results.table("country").equals(expected)


@pytest.mark.parametrize(
    ("record", "tables"),
    [
        ("world", {"world", "provider", "laws", "offers"}),
        ("country", {"world", "provider", "laws", "offers", "country", "requests"}),
        ("full", set(TABLES)),
    ],
)
def test_as_much_is_recorded_as_was_asked_for(record: str, tables: set[str], tmp_path: Path) -> None:
    """And what an earlier, fuller run left in the folder does not stay."""
    folder = tmp_path / "tables"
    folder.mkdir()
    (tmp_path / MANIFEST).write_text('{"experiment": "x", "worlds": [], "seeds": []}', encoding="utf-8")
    (folder / "cell.parquet").write_bytes(b"of an earlier run")
    (folder / ".cell-1-doj_wins.part").write_bytes(b"of a run that was stopped")
    finished = run(asked("seeds.count=1", f"record={record}", last=SHORT), tmp_path, workers=1)
    assert set(finished.results.manifest["tables"]) == tables
    assert {path.name for path in folder.iterdir()} == {f"{table}.parquet" for table in tables}


# --- failures ------------------------------------------------------------------------------------------


def _spoil(monkeypatch: pytest.MonkeyPatch, seed: int, how: Callable[[WorldSet], None]) -> None:
    """Do something to the worlds of one seed before they run."""

    class Spoilt(WorldSet):
        def __init__(self, scenarios: Any, its_seed: int) -> None:
            super().__init__(scenarios, its_seed)
            if its_seed == seed:
                how(self)

    monkeypatch.setattr(checkpoints, "WorldSet", Spoilt)


def _fails_alone(resolved: Resolved, out: Path, words: str) -> None:
    """Seed 2 of three fails with these words; the others complete, and the manifest says so."""
    finished = run(resolved, out, workers=1)
    assert len(finished.failures) == 1
    assert finished.failures[0].startswith("seed 2,")
    assert words in finished.failures[0]
    manifest = finished.results.manifest
    assert manifest["seeds"] == [1, 3]
    assert manifest["failures"] == finished.failures
    assert set(finished.results.table("world")["seed"]) == {1, 3}
    assert set(finished.results.table("cell")["seed"]) == {1, 3}
    assert not list((out / "tables").glob(".*"))


@pytest.fixture
def three_seeds() -> Resolved:
    return asked("seeds.count=3", last=SHORT)


def test_a_seed_that_raises_is_reported_and_the_others_complete(
    three_seeds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(ws: WorldSet) -> None:
        ws.customers.hazard = np.zeros(0)

    _spoil(monkeypatch, 2, breaks)
    _fails_alone(three_seeds, tmp_path, ", run: ")


def test_luck_that_leaks_into_one_world_voids_its_seed(
    three_seeds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One world's governments use another key: the worlds differ too early, and the run reports it."""

    def leaks(ws: WorldSet) -> None:
        ws.models[1].legislation._luck = LuckOfLaws(len(ws.models[1].scenario.jurisdictions), seed=77)

    _spoil(monkeypatch, 2, leaks)
    _fails_alone(
        three_seeds,
        tmp_path,
        "WorldsDiffer: microsoft_wins and doj_wins must be equal through month 19, but differ in",
    )


def test_customers_that_meet_other_luck_in_one_world_void_the_seed(
    three_seeds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A single customer of two thousand trusts a little more in one world: enough."""

    def leaks(ws: WorldSet) -> None:
        trust = trust_of(ws, 1)
        trust[17, 0] += np.float32(0.01)

    _spoil(monkeypatch, 2, leaks)
    _fails_alone(three_seeds, tmp_path, "WorldsDiffer")


def test_books_that_do_not_balance_void_the_seed(
    three_seeds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loses(ws: WorldSet) -> None:
        ws.customers.stock[0, 0, 0, 1] -= 1

    _spoil(monkeypatch, 2, loses)
    _fails_alone(three_seeds, tmp_path, "do not balance")


def test_a_customer_moved_behind_the_books_is_found_at_the_end(
    three_seeds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def moves(ws: WorldSet) -> None:
        ws.customers.place[0] = 2 if ws.customers.place[0, 0] != 2 else 3

    _spoil(monkeypatch, 2, moves)
    _fails_alone(three_seeds, tmp_path, "disagree with where the customers are")


def test_a_law_that_acts_early_voids_every_seed(
    three_seeds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = timeline._law_by_date

    def early(scenario: Scenario) -> tuple[list[dt.date], list[timeline.LawInForce]]:
        dates, laws = plain(scenario)
        return [dates[0], *(date - dt.timedelta(days=31) for date in dates[1:])], laws

    monkeypatch.setattr(timeline, "_law_by_date", early)
    finished = run(three_seeds, tmp_path, workers=1)
    assert [failure.split(",")[0] for failure in finished.failures] == ["seed 1", "seed 2", "seed 3"]
    assert all("WorldsDiffer" in failure and "2014-07" in failure for failure in finished.failures)
    manifest = finished.results.manifest
    assert manifest["seeds"] == []
    assert manifest["tables"] == {}
    assert manifest["identical_through"] is None


def test_a_failure_says_at_which_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    scenarios = asked(last=SHORT).scenarios
    monkeypatch.setattr(seed_module, "first_difference", lambda *_: 1 / 0)
    done = run_seed(Task(scenarios, 5, "world", label="off:peers"))
    assert str(done.failed).startswith("seed 5 (off:peers), compare: ZeroDivisionError")
    assert done.world_tables == {}


# --- warnings ------------------------------------------------------------------------------------------


def test_it_is_said_when_two_worlds_never_differ(tmp_path: Path) -> None:
    """Only of the two that are the same; the third differs from both."""
    worlds = {"one": ruled("doj_wins"), "two": ruled("doj_wins"), "three": ruled("microsoft_wins")}
    finished = run(
        asked("record=world", "seeds.count=2", experiment=experiment_file(tmp_path, worlds), last=SHORT),
        tmp_path / "out",
        workers=1,
    )
    assert finished.warnings[-1] == "'one' and 'two' never differ: they are equal in every month of every run"
    assert "three" not in " ".join(finished.warnings)
    assert finished.results.manifest["warnings"] == finished.warnings


def test_progress_is_reported_seed_by_seed_and_so_is_what_comes_next(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    run(
        asked("seeds.count=2", "record=world", last=SHORT),
        tmp_path,
        workers=1,
        progress=lambda *said: told.append(said),
    )
    assert told == [(1, 2, "seed 1"), (2, 2, "seed 2"), (0, 2, "the analysis of 2 pairs")]

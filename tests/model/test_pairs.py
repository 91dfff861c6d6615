"""Paired worlds share their luck: equal to the bit before the switch, on any machine."""

import datetime as dt
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.model.agents import governments
from sim.model.agents.governments import LuckOfLaws
from sim.model.law import timeline
from sim.model.world import WorldSet
from sim.runs.pairs import first_difference, must_be_equal_for
from sim.scenario.scenario import Scenario, share_population
from tests.model.small_worlds import (
    AT,
    SWITCH,
    asked,
    digest,
    entries,
    experiment_file,
    has_run,
    ruled,
    trust_of,
    world_set,
)

AROUND_THE_SWITCH = "2015-06"


def _places_and_trust(ws: WorldSet, world: int) -> bytes:
    return (
        np.ascontiguousarray(ws.customers.place[:, world]).tobytes()
        + np.ascontiguousarray(trust_of(ws, world)).tobytes()
    )


# --- before and after the switch ------------------------------------------------------------------------


def test_worlds_are_equal_to_the_bit_until_the_switch_and_differ_from_the_next_month() -> None:
    """The ruling is of 31 July 2014: everything is equal through 2014-07 and differs in 2014-08."""
    ws = world_set(asked(last=AROUND_THE_SWITCH))
    a, b = ws.models
    while ws.running:
        month = a.month
        ws.step()
        if month < SWITCH:
            assert first_difference(a.books, b.books, month + 1) is None
            assert _places_and_trust(ws, 0) == _places_and_trust(ws, 1)
            assert a.mind.memory.tobytes() == b.mind.memory.tobytes()
            assert a.casework.queues.finish.tobytes() == b.casework.queues.finish.tobytes()
        elif month == SWITCH:
            assert first_difference(a.books, b.books, SWITCH + 1) is not None
            assert not np.array_equal(
                a.books.cell[SWITCH, :, AT["trust"]], b.books.cell[SWITCH, :, AT["trust"]]
            )
            assert not np.array_equal(
                a.books.cell[SWITCH, :, AT["tb_us_reach"]], b.books.cell[SWITCH, :, AT["tb_us_reach"]]
            )
    assert must_be_equal_for(a.scenario, b.scenario) == SWITCH


def test_nobody_foresees_the_ruling() -> None:
    """Until the ruling the world is the one of history, in which it never comes."""
    ruled_in_2014 = has_run(asked(last=AROUND_THE_SWITCH), worlds=["doj_wins"]).models[0].books
    history = has_run(asked(experiment="history", last=AROUND_THE_SWITCH)).models[0].books
    assert first_difference(ruled_in_2014, history, SWITCH) is None
    assert first_difference(ruled_in_2014, history, SWITCH + 1) is not None


@pytest.mark.parametrize("on", ["2013-09-15", "2016-07-14", "2018-06-29"])
def test_the_switch_can_be_thrown_in_another_month(on: str, tmp_path: Path) -> None:
    resolved = asked(
        experiment=experiment_file(tmp_path, {"a": ruled("microsoft_wins", on), "b": ruled("doj_wins", on)}),
        last="2018-12",
    )
    ws = has_run(resolved)
    a, b = ws.models
    months = must_be_equal_for(a.scenario, b.scenario)
    assert f"{a.scenario.month_start(months - 1):%Y-%m}" == on[:7]
    assert first_difference(a.books, b.books, months) is None
    assert first_difference(a.books, b.books, months + 1) is not None


def test_a_switch_can_be_undone_and_worlds_share_what_lies_before(tmp_path: Path) -> None:
    """DOJ wins, then Microsoft wins: equal to the world where the DOJ keeps it until the second ruling."""
    back = [*ruled("doj_wins"), {"on": "2016-03-10", "regime": "microsoft_wins"}]
    ws = has_run(
        asked(experiment=experiment_file(tmp_path, {"doj": ruled("doj_wins"), "back": back}), last="2016-12")
    )
    a, b = ws.models
    months = must_be_equal_for(a.scenario, b.scenario)
    assert f"{a.scenario.month_start(months):%Y-%m}" == "2016-04"
    assert first_difference(a.books, b.books, months) is None
    assert first_difference(a.books, b.books, months + 1) is not None


def test_an_event_taken_out_changes_nothing_before_it(tmp_path: Path) -> None:
    """Without the leak of June 2013 everything to June is as it was."""
    with_leak = has_run(asked(experiment="history", last="2014-01")).models[0]
    file = experiment_file(tmp_path, {"history": []}, without_events=["T01"])
    without = has_run(asked(experiment=file, last="2014-01")).models[0]
    assert first_difference(with_leak.books, without.books, 6) is None
    assert first_difference(with_leak.books, without.books, 7) is not None


# --- who runs beside whom ---------------------------------------------------------------------------------


def test_a_world_alone_is_the_same_world_as_in_a_set() -> None:
    resolved = asked(last=AROUND_THE_SWITCH)
    both = has_run(resolved)
    for w, name in enumerate(resolved.scenarios):
        alone = has_run(resolved, worlds=[name])
        assert entries(alone.models[0].books) == entries(both.models[w].books)
        assert _places_and_trust(alone, 0) == _places_and_trust(both, w)


def test_a_world_alone_is_the_same_even_if_the_switch_lies_before_the_first_month(tmp_path: Path) -> None:
    file = experiment_file(
        tmp_path, {"a": ruled("microsoft_wins", "2012-12-31"), "b": ruled("doj_wins", "2012-12-31")}
    )
    resolved = asked(experiment=file, last="2013-06")
    both, alone = has_run(resolved), has_run(resolved, worlds=["b"])
    assert entries(alone.models[0].books) == entries(both.models[1].books)


def test_a_third_world_does_not_change_the_first_two(tmp_path: Path) -> None:
    worlds = {
        "microsoft_wins": ruled("microsoft_wins"),
        "doj_wins": ruled("doj_wins"),
        "cloud_act": ruled("cloud_act"),
        "history": [],
    }
    resolved = asked(experiment=experiment_file(tmp_path, worlds), last=AROUND_THE_SWITCH)
    two = has_run(resolved, worlds=["microsoft_wins", "doj_wins"])
    four = has_run(resolved, worlds=["cloud_act", "microsoft_wins", "history", "doj_wins"])
    for at_two, at_four in ((0, 1), (1, 3)):
        assert entries(two.models[at_two].books) == entries(four.models[at_four].books)
        assert _places_and_trust(two, at_two) == _places_and_trust(four, at_four)


def test_worlds_with_other_parameters_cannot_share_customers() -> None:
    here = asked(last="2014-12").scenarios["doj_wins"]
    elsewhere = asked("trust.asymmetry=1.0", last="2014-12").scenarios["doj_wins"]
    with pytest.raises(ValueError, match="law and events only"):
        WorldSet([here, elsewhere], 1)


@pytest.mark.parametrize("other", ["customers", "parameters", "jurisdictions", "segments", "providers"])
def test_whoever_differs_in_more_than_law_is_no_mate(other: str) -> None:
    first, second = asked().scenarios["microsoft_wins"], asked().scenarios["doj_wins"]
    assert share_population(first, second) and share_population(first, replace(second, law=object()))  # type: ignore[arg-type]
    changed = replace(second, **{other: 4000 if other == "customers" else object()})
    assert not share_population(first, changed)


def test_the_same_seed_twice_is_the_same_run_and_another_is_another() -> None:
    resolved = asked(last=AROUND_THE_SWITCH)
    assert digest(has_run(resolved, seed=3)) == digest(has_run(resolved, seed=3))
    assert digest(has_run(resolved, seed=3)) != digest(has_run(resolved, seed=4))


def test_nothing_but_the_seed_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither NumPy's global generator nor Mesa's own, nor what ran before."""
    resolved = asked(last=AROUND_THE_SWITCH)
    first = digest(has_run(resolved))
    np.random.seed(99)  # noqa: NPY002
    has_run(asked("trust.asymmetry=1.0", last=AROUND_THE_SWITCH), seed=8)
    ws = world_set(resolved)
    for model in ws.models:
        model.random.seed(5)
    ws.run()
    assert digest(ws) == first


def test_seeds_share_the_real_world_and_differ_in_luck() -> None:
    a, b = (world_set(asked(last="2014-12"), seed=seed).population for seed in (1, 2))
    assert np.array_equal(a.weight, b.weight)
    assert np.array_equal(a.cell, b.cell)
    for what in (
        "initial_trust",
        "susceptibility",
        "sensitivity",
        "renewal",
        "peers",
        "law_order",
        "us_business",
    ):
        assert not np.array_equal(getattr(a, what), getattr(b, what)), what


# --- machines -----------------------------------------------------------------------------------------------

PROGRAM = """
from tests.model.small_worlds import asked, digest, has_run
from sim.model import threads
import sys
print(threads.count())
print(digest(has_run(asked(last=sys.argv[1]))))
"""
ROOT = Path(__file__).parents[2]


def _elsewhere(last: str = AROUND_THE_SWITCH, **environment: str) -> tuple[int, str]:
    """Threads and digest of a run in a process with another environment."""
    answer = subprocess.run(
        [sys.executable, "-c", PROGRAM, last],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    threads, found = answer.stdout.split()
    return int(threads), found


@pytest.mark.parametrize(
    "threads", [pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long), 4]
)
def test_the_number_of_threads_does_not_matter(threads: int) -> None:
    here = digest(has_run(asked(last=AROUND_THE_SWITCH)))
    used, found = _elsewhere(NUMBA_NUM_THREADS=str(threads))
    assert used == threads
    assert found == here


@pytest.mark.long
def test_the_processors_instruction_set_does_not_matter(pytestconfig: pytest.Config) -> None:
    """Compiled for a plain 64-bit processor, NumPy without its vector paths: the same digests."""
    sources = sorted((ROOT / "sim" / "model").rglob("*.py"))
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:12]
    assert pytestconfig.cache is not None
    compiled = pytestconfig.cache.mkdir(f"plain-processor-{key}")
    _, found = _elsewhere(
        NUMBA_CPU_NAME="generic",
        NUMBA_CPU_FEATURES="",
        NPY_DISABLE_CPU_FEATURES="AVX512F AVX512CD AVX512_SKX AVX2 FMA3",
        NUMBA_CACHE_DIR=str(compiled),
    )
    # Numba compiles a file anew when that file changes, not when one that it calls does: the cache here may
    # be stale.
    stale = (
        "either processors differ, or compiled code in sim/**/__pycache__ is older than what it calls "
        "(delete *.nbi and *.nbc there)"
    )
    assert found == digest(has_run(asked(last=AROUND_THE_SWITCH))), stale


# --- leaks that must be found --------------------------------------------------------------------------


def test_the_luck_of_a_law_does_not_hang_on_its_place_in_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    names = list(governments.INSTRUMENTS)
    as_listed = LuckOfLaws(3, seed=5).of(7).copy()
    monkeypatch.setattr(governments, "INSTRUMENTS", ("a new instrument", *reversed(names)))
    otherwise = LuckOfLaws(3, seed=5).of(7)
    assert np.array_equal(otherwise[:, :, 1:], as_listed[:, :, ::-1])
    assert len(np.unique(otherwise)) == otherwise.size


def test_a_draw_with_another_key_in_one_world_is_found() -> None:
    resolved = asked(last="2014-12")
    ws = world_set(resolved)
    ws.models[1].legislation._luck = LuckOfLaws(len(ws.models[1].scenario.jurisdictions), seed=2)
    ws.run()
    assert first_difference(ws.models[0].books, ws.models[1].books, SWITCH) is not None


def test_a_law_that_acts_a_month_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = timeline._law_by_date

    def early(scenario: Scenario) -> tuple[list[dt.date], list[timeline.LawInForce]]:
        dates, laws = plain(scenario)
        return [dates[0], *(date - dt.timedelta(days=31) for date in dates[1:])], laws

    monkeypatch.setattr(timeline, "_law_by_date", early)
    a, b = (model.books for model in has_run(asked(last="2014-12")).models)
    where = first_difference(a, b, SWITCH)
    assert where is not None
    assert "2014-07" in where

"""Tasks with a common past fork: nothing of their results shows it, and memory has a bound."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.model.checkpoint import Checkpoint
from sim.runs.checkpoints import Checkpoints, Moves, checkpoints
from sim.runs.forks import At, forked, in_good_order
from sim.runs.live import run_live
from sim.runs.plan import Plan
from sim.runs.seed import run_seed
from sim.runs.seed_task import Task
from sim.scenario.resolution import resolve
from sim.scenario.schema import Design
from tests.model.small_worlds import asked, base

DAYS = [dt.date(2015, 9, 30), dt.date(2016, 3, 31), dt.date(2016, 5, 31), dt.date(2016, 12, 31)]


def tasks(seeds: int = 1) -> list[Task]:
    worlds = asked(last="2017-06").scenarios
    return [
        Task(
            {
                name: replace(w, switches=tuple(s.model_copy(update={"on": day}) for s in w.switches))
                for name, w in worlds.items()
            },
            seed,
            "country",
            label=f"{day}",
        )
        for day in DAYS
        for seed in range(seeds)
    ]


@pytest.fixture(autouse=True)
def no_checkpoints() -> Iterator[None]:
    checkpoints.clear()
    yield
    checkpoints.clear()


def test_a_sweep_over_late_switches_gives_the_same_tables_from_forks() -> None:
    plain = {task.label: run_seed(task) for task in tasks()}
    arranged = list(forked(tasks()))
    begun = [task.fork.begin.month for task in arranged if task.fork and task.fork.begin]
    assert len(begun) == len(DAYS) - 1  # all but the first go on from a checkpoint
    for task in arranged:
        done = run_seed(task)
        assert done.failed is None
        assert done.digests == plain[task.label].digests
        assert done.months == plain[task.label].months


def test_a_fork_whose_checkpoint_is_not_at_hand_runs_from_the_start() -> None:
    last = list(forked(tasks()))[-1]
    assert last.fork is not None
    assert run_seed(last).digests == run_seed(replace(last, fork=None)).digests


def test_seeds_do_not_share_months_and_no_task_is_lost() -> None:
    given, arranged = tasks(seeds=2), list(forked(tasks(seeds=2)))
    assert sorted((t.label, t.seed) for t in given) == sorted((t.label, t.seed) for t in arranged)
    assert [task.seed for task in arranged] == [0] * len(DAYS) + [1] * len(DAYS)


@pytest.mark.parametrize(
    ("factor", "taken"),
    [
        ({"trust.asymmetry": {"values": [1.0, 1.5, 2.0]}}, 1),
        ({"regimes.doj_wins.comity": {"values": ["none", "common_law", "statutory"]}}, 1),
        ({"switch_date": {"values": ["2015-09-30", "2016-03-31", "2016-12-31"]}}, 3),
    ],
    ids=["people", "what a rule says", "a date"],
)
def test_only_what_has_a_date_lets_points_share_months(factor: dict[str, Any], taken: int) -> None:
    """Else the first task is given before another is made, and to order them would give no fork."""
    worlds = asked(last="2017-06").experiment
    design = Design.model_validate({"method": "list", "uncertainties": factor}, strict=False)
    plan = Plan(resolve(worlds.model_copy(update={"design": design, "knockouts": False}), base=base()))
    made = list[Task]()
    tasks = (made.append(task) or task for task in plan.tasks(range(3)))
    assert next(iter(in_good_order(tasks, plan.resolved))).ids
    assert len(made) == taken
    assert any(task.fork for task in forked(plan.tasks(range(3)))) == (taken > 1)


def test_an_early_switch_is_no_reason_to_fork() -> None:
    """Months that cost less than a checkpoint are run again."""
    early = [
        replace(
            t,
            scenarios={
                n: replace(w, switches=(w.switches[0].model_copy(update={"on": dt.date(2013, 2 + k, 28)}),))
                for n, w in t.scenarios.items()
            },
        )
        for k, t in enumerate(tasks())
    ]
    assert all(t.fork is None or (t.fork.begin is None and not t.fork.keep) for t in forked(early))


def test_a_date_that_is_moved_on_the_screen_forks_and_changes_no_number() -> None:
    """The first move keeps a checkpoint where it parts from the page before; the second goes on from it."""
    wanted = {"country": ("trust", "revenue_us")}
    on_screen = [run_live(f"{task.label}", task.scenarios, 1, wanted) for task in tasks()[1:]]
    months = [one.month for one in checkpoints.all()]
    assert months == [39]  # kept by the second of three; the third goes on from it
    checkpoints.clear()
    for task, live in zip(tasks()[1:], on_screen, strict=True):
        whole = run_live(f"{task.label}, alone", task.scenarios, 1, wanted)
        checkpoints.clear()
        for world, tables in whole.tables.items():
            for name, columns in tables.items():
                for column, values in columns.items():
                    np.testing.assert_array_equal(
                        np.asarray(values), np.asarray(live.tables[world][name][column])
                    )


def test_a_move_of_something_else_does_not_fork() -> None:
    worlds = list(tasks()[0].scenarios.values())
    parameters = worlds[0].parameters
    trust = parameters.trust.model_copy(update={"asymmetry": parameters.trust.asymmetry + 0.5})
    moved = [replace(w, parameters=parameters.model_copy(update={"trust": trust})) for w in worlds]
    moves = Moves()
    assert moves.fork(worlds, 1) is None
    assert moves.fork(moved, 1) is None
    assert moves.fork(moved, 2) is None  # another seed, of which nothing was run


def test_checkpoints_in_memory_have_a_bound() -> None:
    kept = Checkpoints(most=100)
    for number in range(5):
        kept.add(At(number, str(number)), Checkpoint(number, 1, np.zeros((0, 2), np.bool_), b"x" * 40))
    assert [kept.find(At(number, str(number))) is not None for number in range(5)] == [
        False, False, False, True, True,
    ]  # fmt: skip

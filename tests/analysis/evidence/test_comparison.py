"""The model beside rows: everything in a row matters; verdicts; what a comparison runs."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.evidence.compare import (
    AS_IT_HAPPENED,
    CANNOT_SAY,
    HOLDS,
    MISSES,
    compare,
    compare_with_record,
    measure,
    months_of,
    values_of,
    worlds_of,
)
from sim.analysis.evidence.compare import COLUMNS as RECORD_COLUMNS
from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS, example_line, readable_rows, valid_words
from sim.runs.seed_task import SeedDone, Task, failure_of
from sim.runs.store import Batch, Store, new_token
from sim.runs.tasks import Runner
from sim.runs.worker import TaskDone
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.resolution import resolve
from tests.analysis.evidence.row_files import GOOD, changed, history, noise, read_noise, rows_of, written


def other_values(name: str, text: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The example row of an measure, each time with one thing said otherwise."""
    measure = MEASURES[name]
    yield {"place": "US" if text["place"] in ("world", "abroad") else "JP"}
    if measure.by_population:
        yield {"population": "enterprise" if text["population"] != "enterprise" else "consumer"}
    years = {column: int(text[column][:4]) for column in ("from", "to")}
    step = -1 if years["from"] > 2013 else 1
    yield {column: f"{min(year + step, 2025)}{text[column][4:]}" for column, year in years.items()}
    if measure.read is None or text["without_event"]:
        yield {"without_event": "T06"}
    else:
        yield {"without_event": "T01"}
    given = dict(piece.split("=") for piece in text["arguments"].split(";") if piece)
    for argument in measure.arguments:
        valid, now = valid_words(argument, history()), given.get(argument.name, argument.default)
        word = "95" if valid is None else next(one for one in valid if one != now and one != "US")
        yield {
            "arguments": ";".join(f"{key}={value}" for key, value in (given | {argument.name: word}).items())
        }


@pytest.mark.parametrize("name", MEASURES)
def test_place_population_dates_event_and_arguments_all_matter(name: str, tmp_path: Path) -> None:
    text = dict(zip((*COLUMNS, *MORE_COLUMNS), next(csv.reader([example_line(MEASURES[name])])), strict=True))
    (row,) = rows_of(tmp_path, ",".join(text.values()))
    value = read_noise(row)
    assert not np.isnan(value)
    for other in other_values(name, text):
        (another,) = rows_of(tmp_path, ",".join((text | other).values()))
        assert read_noise(another) != value, other


def test_an_event_is_taken_out_only_for_the_rows_that_ask_for_it(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, GOOD, changed(id="b", without_event="T01"), changed(id="c", without_event="T06"))
    worlds = worlds_of(rows, history())
    assert list(worlds) == [AS_IT_HAPPENED, "T01", "T06"]
    events = {name: {event.id for event in world.timeline.events} for name, world in worlds.items()}
    assert events[AS_IT_HAPPENED] - events["T06"] == {"T06"}


def test_the_record_of_a_run_outlives_a_row_that_does_not_fit_its_configuration(tmp_path: Path) -> None:
    file = written(
        tmp_path,
        changed(id="a", place="XX"),
        changed(id="b", without_event="T98"),
        changed(id="c", without_event="T99"),
        GOOD,
    )
    rows, problems = readable_rows(file, history(), ["T98"])
    assert [row.id for row in rows] == ["b", "mine"] and len(problems) == 2
    assert list(worlds_of(rows, history())) == [AS_IT_HAPPENED]  # the event is not on this timeline
    table = measure(rows, [{AS_IT_HAPPENED: noise(1)}] * 2, months_of(history()))
    assert table["verdict"][0] == CANNOT_SAY and "never heard of the event" in table["cause"][0]


@pytest.mark.parametrize(
    ("bound", "se", "value", "said"),
    [
        ("eq", "1", 11.9, HOLDS), ("eq", "1", 12.1, MISSES), ("eq", "1", 7.9, MISSES),
        ("eq", "", 10.9, HOLDS), ("eq", "", 11.1, MISSES),
        ("le", "1", 11.9, HOLDS), ("le", "1", 12.1, MISSES), ("le", "", 10.1, MISSES), ("le", "", 0.0, HOLDS),
        ("ge", "1", 8.1, HOLDS), ("ge", "1", 7.9, MISSES), ("ge", "", 99.0, HOLDS),
        ("eq", "1", np.nan, CANNOT_SAY),
    ],
)  # fmt: skip
def test_a_row_holds_within_twice_its_error_or_a_tenth_or_its_bound(
    bound: str, se: str, value: float, said: str, tmp_path: Path
) -> None:
    (row,) = rows_of(tmp_path, changed(value="10", bound=bound, se=se))
    fixed = replace(row, measure=replace(row.measure, read=lambda view: value))
    table = measure([fixed], [{AS_IT_HAPPENED: noise(1)}] * 2, months_of(history()))
    assert table["verdict"].tolist() == [said]
    assert bool(table["cause"][0]) == (said != HOLDS)


def test_the_interval_is_over_runs_and_dates_that_were_not_simulated_cannot_be_judged(tmp_path: Path) -> None:
    rows = rows_of(tmp_path, GOOD, changed(id="later", **{"from": "2030", "to": "2030"}))
    runs = [{AS_IT_HAPPENED: noise(seed)} for seed in (1, 2, 3)]
    table = measure(rows, runs, months_of(history()))
    values = values_of(rows[0], runs, months_of(history()))
    assert (
        table["model"][0] == pytest.approx(np.mean(values))
        and table["low"][0] < min(values)
        and table["runs"].tolist() == [3, 0]
    )
    assert table["verdict"][1] == CANNOT_SAY and "only 2013-01 to 2025-12 was simulated" in table["cause"][1]


def test_the_columns_of_the_comparison_are_those_that_the_design_names() -> None:
    line = next(
        line
        for line in (root() / "docs" / "design.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| `record`, `evidence` |")
    )
    assert tuple(line.split("|")[2].replace("`", "").replace(" ", "").split(",")) == RECORD_COLUMNS
    assert tuple(measure([], [], months_of(history())).columns) == RECORD_COLUMNS


def test_the_record_of_a_run_takes_few_of_its_seeds_and_a_command_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def run(self: Runner, tasks: Iterable[Task], count: int) -> Iterator[TaskDone]:
        for task in tasks:
            asked.append(task.seed)
            failed = SeedDone(task.seed, "", failed=failure_of(task, "raised", "run", "it broke"))
            batch = Batch(self.store.folder, new_token(), task.record)
            batch.add(task, failed)
            batch.commit()
            yield TaskDone(task.name, 0.0, failed.failed)

    monkeypatch.setattr(Runner, "run", run)
    resolved = resolve("history", seeds=12, base=load_base(root() / CONFIGS))
    runner = Runner(Store(tmp_path / "few"))
    table = compare_with_record(resolved, runner)
    assert asked == list(range(1, 9)) and len(runner.failures) == 8 and "it broke" in runner.failures[0]
    assert set(table["verdict"]) == {CANNOT_SAY} and table["model"].isna().all()
    asked.clear()
    compare(rows_of(tmp_path, GOOD), resolved, Runner(Store(tmp_path / "all")))
    assert asked == list(range(1, 13))

"""Rows of evidence: what is refused and how; everything in a row matters; every source has a row."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

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
from sim.analysis.evidence.measures.selection import Run
from sim.analysis.evidence.rows import (
    COLUMNS,
    FITTED,
    MORE_COLUMNS,
    Row,
    example_line,
    read_rows,
    readable_rows,
    rows_to_fit,
    shipped_rows,
    valid_words,
)
from sim.model.tables import TABLES
from sim.runs.seed import SeedDone, Task, failure_of
from sim.runs.store import Batch, Store, new_token
from sim.runs.tasks import Runner
from sim.runs.worker import TaskDone
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario
from sim.vocabulary import DIRECTIONS, KINDS, ROUTES, SEGMENTS

HEADER = ",".join((*COLUMNS, *MORE_COLUMNS))
GOOD = "mine,context,adoption,DE,firms_10plus,2016-01,2016-01,,17,1.5,eq,%,a survey,,"
EVIDENCE = Path(__file__).parents[3] / "configs" / "evidence"


@cache
def history() -> Scenario:
    resolved = resolve("history", base=load_base(root() / CONFIGS))
    return resolved.scenarios["history"]


def written(folder: Path, *lines: str, header: str = HEADER) -> Path:
    file = folder / "mine.csv"
    file.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return file


def problems(folder: Path, *lines: str, header: str = HEADER) -> list[str]:
    with pytest.raises(InputError) as refused:
        read_rows(written(folder, *lines, header=header), history())
    return [problem.partition("mine.csv:")[2] for problem in refused.value.problems]


def changed(**values: str) -> str:
    """The good line with other values."""
    named = dict(zip((*COLUMNS, *MORE_COLUMNS), next(csv.reader([GOOD])), strict=True)) | values
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(named.values())
    return out.getvalue().removesuffix("\n")


def rows_of(folder: Path, *lines: str) -> tuple[Row, ...]:
    return read_rows(written(folder, *lines), history())


# --- what is refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"id": ""}, "id: must not be empty"),
        ({"source": ""}, "source: must not be empty"),
        (
            {"role": "calibrate"},
            "role: unknown value 'calibrate'; did you mean 'calibration'? "
            "valid: input, calibration, validation, context",
        ),
        (
            {"measure": "adoptoin"},
            "measure: unknown measure 'adoptoin'; did you mean 'adoption'? valid: adoption, adoption_change",
        ),
        ({"place": "DE+Frnace"}, "place: unknown place 'Frnace'; "),
        (
            {"place": "wrld"},
            "place: unknown place 'wrld'; did you mean 'world'? valid: world, abroad, North America",
        ),
        (
            {"population": "firms_10"},
            "population: unknown population 'firms_10'; did you mean 'firms_10plus'? "
            "valid: everybody, organisations",
        ),
        ({"from": "2016-13"}, "from: '2016-13' is no date; write it as 2014, 2014-Q2 or 2014-07"),
        ({"to": "January"}, "to: 'January' is no date"),
        ({"from": "2017"}, "to: 2016-01 is before 2017"),
        ({"without_event": "T1"}, "without_event: unknown event 'T1'; did you mean 'T"),
        ({"value": "17%"}, "value: must be a number (got '17%')"),
        ({"value": "inf"}, "value: must be a number (got 'inf')"),
        ({"se": "about 1"}, "se: must be a number (got 'about 1')"),
        ({"se": "0"}, "se: must be more than 0, or empty where the source's error is not known (got 0)"),
        ({"bound": "="}, "bound: unknown value '='; valid: eq, le, ge"),
        ({"unit": "share"}, "unit: 'share': adoption measures in '%'"),
        ({"arguments": "base=users"}, "arguments: adoption has no 'base'; valid: none"),
        (
            {"measure": "stated"},
            "arguments: stated needs answer=... (which answer of the monthly survey); "
            "valid: more_negative, less_likely",
        ),
        (
            {"measure": "stated", "arguments": "answer=negative"},
            "arguments: answer: unknown value 'negative'; did you mean 'more_negative'? valid: more",
        ),
        (
            {"measure": "stated", "arguments": "would_pay"},
            "arguments: 'would_pay': write name=value, several joined by ;",
        ),
        (
            {"measure": "stated", "arguments": "answer=would_pay;answer=would_pay"},
            "arguments: 'answer' is given twice",
        ),
        (
            {"measure": "moved", "arguments": "move=adopted+gaveup"},
            "arguments: move: unknown value 'gaveup'; did you mean 'gave_up'?",
        ),
        (
            {"measure": "stated", "arguments": "answer=would_pay+would_leave"},
            "arguments: answer: unknown value 'would_pay+would_leave'",
        ),
        (
            {"measure": "provider_share", "population": "", "arguments": "provider=ibm"},
            "arguments: provider: unknown value 'ibm'; valid: microsoft, aws",
        ),
        (
            {"measure": "provider_share", "population": "", "arguments": "provider=aws;besides=few"},
            "arguments: besides: must be a number (got 'few')",
        ),
        (
            {"measure": "provider_share", "place": "US", "arguments": "provider=aws"},
            "population: 'firms_10plus': provider_share does not tell populations",
        ),
        (
            {"measure": "adoption_change", "unit": "points", "to": "2016-Q1"},
            "to: adoption_change compares 2016-01 with 2016-Q1: give two years",
        ),
        (
            {"measure": "adoption_change", "unit": "points"},
            "to: adoption_change compares two dates; 2016-01 is given twice",
        ),
        (
            {"measure": "trust_lost"},
            "without_event: trust_lost compares history with a world without an event: "
            "name one; valid: T01, T02",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_the_choices(
    values: dict[str, str], said: str, tmp_path: Path
) -> None:
    found = problems(tmp_path, GOOD, changed(**{"id": "other"} | values))
    assert any(problem.startswith(f"3: {said}") for problem in found), found


def test_all_that_is_wrong_is_named_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, changed(bound="=", value="x"), "", GOOD, GOOD, "too,few")
    assert [problem.partition(" ")[0] for problem in found] == ["2:", "2:", "4:", "5:", "6:"], found
    assert found[3] == "5: id: 'mine' is also on line 2"
    assert "2 values for 15 columns" in found[4]


def test_a_line_after_a_value_of_several_lines_keeps_its_number(tmp_path: Path) -> None:
    assert problems(tmp_path, changed(note="one\ntwo"), changed(id="other", bound="="))[0].startswith(
        "4: bound"
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("place", "plase"), "1: unknown column 'plase'; did you mean 'place'?"),
        (HEADER.replace("bound,", ""), "1: missing column 'bound'"),
        (HEADER.replace("note", "unit"), "1: column 'unit' stands twice"),
    ],
)
def test_a_wrong_header_is_refused(header: str, said: str, tmp_path: Path) -> None:
    assert any(problem.startswith(said) for problem in problems(tmp_path, GOOD, header=header))


def test_a_file_that_is_missing_empty_or_without_rows_is_refused(tmp_path: Path) -> None:
    for text, said in (
        (None, "no such file"),
        ("", "the file is empty"),
        (HEADER, "no lines beneath the header"),
        (HEADER + '\n"open', "not CSV"),
    ):
        file = tmp_path / f"{said.split()[0]}.csv"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            read_rows(file, history())


def test_what_may_be_left_out_may_be_left_out_and_a_spreadsheets_mark_is_no_matter(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.removesuffix(",,"), header=",".join(COLUMNS))
    file.write_text("\ufeff" + file.read_text(encoding="utf-8"), encoding="utf-8")
    (row,) = read_rows(file, history())
    assert (row.id, row.place.codes, sorted(row.segments), row.value, row.se) == (
        "mine",
        {"DE"},
        ["enterprise", "regulated", "small_firm"],
        17.0,
        1.5,
    )


def test_places_are_countries_regions_blocs_everybody_and_lists(tmp_path: Path) -> None:
    names = ("DE", "DE+FR", "eu", "Latin America", "world", "abroad", "rest_of_eu+US")
    rows = rows_of(tmp_path, *(changed(id=name, place=name) for name in names))
    codes = {row.id: row.place.codes for row in rows}
    assert (
        codes["DE+FR"] == {"DE", "FR"}
        and {"DE", "GB", "rest_of_eu"} <= codes["eu"]
        and "US" not in codes["eu"]
    )
    assert (
        {"BR", "MX"} <= codes["Latin America"]
        and codes["world"] - codes["abroad"] == {"US"}
        and codes["rest_of_eu+US"] == {"rest_of_eu", "US"}
    )
    assert rows[-1].place.members == {"rest_of_eu": 12, "US": 6}


# --- nothing that a row says is ignored -------------------------------------------------------------------


def _keys(table: str, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Every combination of a table's keys; of the tables of events, each with a month of its own."""
    scenario = history()
    words: dict[str, list[str]] = {
        "country": list(scenario.jurisdictions), "segment": list(SEGMENTS),
        "provider": list(scenario.providers), "direction": list(DIRECTIONS),
        "route": list(ROUTES), "instrument": [], "offer": [],
        "change": ["announced", "live", "closed", "adopted", "in_force", "repealed"],
        "from_kind": list(KINDS), "to_kind": list(KINDS), "from_host": ["DE"], "to_host": ["DE", "FR"],
    }  # fmt: skip
    for named, argument, key in (
        ("months_until_law", "law", "instrument"),
        ("months_until_offer", "offer", "offer"),
    ):
        words[key] = [
            word
            for one in MEASURES[named].arguments
            if one.name == argument
            for word in valid_words(one, scenario) or ()
        ]
    few = (
        ["DE", "FR", "BR", "IN", "JP"]
        if table in ("laws", "offers", "flows", "requests")
        else words["country"]
    )
    names = [key.name for key in TABLES[table].keys[3:]]
    rows = list(product(*(few if name == "country" else words[name] for name in names)))
    months = np.datetime64("2013-01", "M") + np.arange(156)
    if table in ("laws", "offers"):
        out = {"month": random.choice(months, len(rows))}
    else:
        some = months[::6] if table == "flows" else months
        out = {"month": np.repeat(some, len(rows))}
        rows = rows * len(some)
    return out | {name: np.array([row[k] for row in rows], dtype=object) for k, name in enumerate(names)}


@cache
def noise(seed: int) -> Run:
    """A run in which every number of every table is another."""
    random, tables = np.random.default_rng(seed), {}
    for name in ("world", "country", "cell", "market", "laws", "offers", "requests", "flows"):
        keys = _keys(name, random)
        measures = [column.name for column in TABLES[name].measures if column.dtype != "category"]
        tables[name] = keys | {column: random.random(len(keys["month"])) for column in measures}
    return Run(tables)


def read_noise(row: Row) -> float:
    """Noise of these seeds: in others two numbers that are counted in months may be the same by chance."""
    (value,) = values_of(
        row, [{AS_IT_HAPPENED: noise(15), "T01": noise(23), "T06": noise(30)}], months_of(history())
    )
    return float(value)


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


# --- verdicts ---------------------------------------------------------------------------------------------


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


# --- the shipped rows -------------------------------------------------------------------------------------


@cache
def shipped() -> tuple[Row, ...]:
    return read_rows(shipped_rows(), history())


def evidence() -> dict[str, dict[str, str]]:
    with (EVIDENCE / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def cited(row: Row) -> str:
    return row.source.split(":")[0]


def test_every_calibration_and_validation_row_of_the_evidence_is_measured_in_its_role() -> None:
    wanted = {
        (name, row["role"])
        for name, row in evidence().items()
        if row["role"] in ("calibration", "validation")
    }
    covered: set[tuple[str, str]] = set()
    for row in shipped():
        # a source of several parts (T24a, T24b) or a row of several values (S11) is cited by its own id
        assert row.role == evidence()[cited(row)]["role"], row.id
        covered.add((cited(row), row.role))
    assert wanted <= covered, wanted - covered


def test_a_fit_sees_calibration_rows_and_nothing_that_other_rows_say_reaches_it() -> None:
    fitted = rows_to_fit(shipped())
    forbidden = {name for name, row in evidence().items() if row["role"] != FITTED}
    assert fitted and {row.role for row in fitted} == {FITTED}
    assert forbidden.isdisjoint(cited(row) for row in fitted)
    others_changed = [
        row if row.role == FITTED else replace(row, value=row.value + 99.0) for row in shipped()
    ]
    assert rows_to_fit(others_changed) == fitted


def test_every_shipped_row_cites_its_source_and_says_where_the_model_measures_something_else() -> None:
    for row in shipped():
        assert cited(row) in evidence(), row.id
        if (
            cited(row) in ("S07", "S11", "S18", "B04", "B05a", "L04", "T24a")
            and row.measure.name != "revenue_lost"
        ):
            assert row.note, row.id


def test_examples_are_rows_that_can_be_read(tmp_path: Path) -> None:
    lines = [example_line(one).replace("my_row", f"row_{k}") for k, one in enumerate(MEASURES.values())]
    rows: Any = rows_of(tmp_path, *lines)
    assert [row.measure.name for row in rows] == list(MEASURES)


def test_the_rows_that_the_documentation_shows_can_be_read(tmp_path: Path) -> None:
    text = (root() / "docs" / "evidence.md").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.partition("    id,role,")[2].partition("\n\n")[0].splitlines()]
    rows = read_rows(written(tmp_path, *lines[1:], header=f"id,role,{lines[0]}"), history())
    assert [row.measure.name for row in rows] == ["revenue_growth", "stated"]


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

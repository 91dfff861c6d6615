"""The forecast register: what it refuses, that nobody can change it unnoticed, and its scores."""

import csv
import datetime as dt
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.analysis.register import predictions
from sim.analysis.register.entries import COLUMNS, Entry, append, read_entries
from sim.analysis.register.predictions import Registration, distribution, open_questions
from sim.analysis.register.prepare import answering
from sim.analysis.register.questions import QUESTIONS, Question, read_questions, register_folder
from sim.analysis.register.scores import NOT_YET, SCORED, TOO_LATE, mean_scores, read_outcomes, score_entries
from sim.analysis.validation.scoring_rules import Predictive, crps, log_score
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError
from sim.scenario.scenario import Scenario
from tests.posteriors import write_stand_in

TODAY = dt.date(2026, 11, 29)
OUTCOME = {"value": 50.0, "se": "", "published_on": "2027-12-09", "source": "Eurostat"}


@cache
def scenario() -> Scenario:
    return answering("trends_continue", 2000).scenarios["history"]


@cache
def questions() -> tuple[Question, ...]:
    return read_questions(register_folder() / QUESTIONS, scenario())


@cache
def evidence() -> tuple[Row, ...]:
    return read_rows(shipped_rows(), scenario())


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Registration:
    """All shipped questions, with a stand-in for the posterior."""
    folder = write_stand_in(tmp_path_factory.mktemp("posterior"), draws=64)
    resolved = answering("trends_continue", 2000)
    return Registration(questions(), evidence(), resolved, read_posterior(folder), 64, TODAY)


@pytest.fixture(scope="module")
def made(asked: Registration) -> list[dict[str, str]]:
    """What is registered of made-up runs: 40 to 60 of every value, a quarter yes; the rows seen are right."""

    def made_up(rows: list[Row], *_: object) -> dict[str, np.ndarray]:
        events = {one.id: one.event for one in questions()}
        value, event = np.linspace(40.0, 60.0, 64)[:, None], (np.arange(64) < 16).astype(float)[:, None]
        answers = {True: event, False: value}
        return {row.id: answers.get(events.get(row.id), np.full((64, 1), row.value)) for row in rows}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(predictions, "predict", made_up)
        return asked.entries(None)


@pytest.fixture
def registered(made: list[dict[str, str]], tmp_path: Path) -> tuple[Path, tuple[Entry, ...]]:
    """The register with these forecasts, and its file."""
    return tmp_path / "forecasts.csv", append(tmp_path / "forecasts.csv", made)


def outcomes(folder: Path, **lines: dict[str, object]) -> Path:
    path = folder / "outcomes.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("id", *OUTCOME), lineterminator="\n")
        writer.writeheader()
        writer.writerows({"id": name, **OUTCOME, **line} for name, line in lines.items())
    return path


def test_there_are_ten_questions_whose_answers_nobody_can_know_yet() -> None:
    assert len(questions()) == 10 and len({one.row.measure.name for one in questions()}) >= 5
    assert all(one.earliest > TODAY and one.row.source for one in questions())
    assert open_questions(questions(), (), TODAY) == questions()


def test_what_may_be_published_already_is_refused_and_what_was_registered_in_time_is_closed(
    registered: tuple[Path, tuple[Entry, ...]],
) -> None:
    late = dt.date(2027, 12, 1)
    with pytest.raises(InputError, match=r"adoption_DE_2027: can be published since 2027-11-01, and today"):
        open_questions(questions(), (), late)
    still = open_questions(questions(), registered[1], late)
    assert 0 < len(still) < 10 and "adoption_DE_2027" not in {one.id for one in still}


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("earliest", "2026-12", "earliest: 2026-12 is before the end of 2027-01"),
        ("about", "soon", "about: 'soon' is no month"),
        ("se", "", "se: must not be empty"),
        ("measure", "adopton", "unknown measure 'adopton'"),
        ("question", "", "question: must not be empty"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_its_line(
    tmp_path: Path, column: str, value: str, said: str
) -> None:
    path = tmp_path / "questions.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, questions()[0].text, lineterminator="\n")
        writer.writeheader()
        writer.writerow({**questions()[0].text, column: value})
    with pytest.raises(InputError, match=rf"questions.csv:2: .*{said}"):
        read_questions(path, scenario())


def test_what_is_registered_can_be_scored_from_its_own_line(
    registered: tuple[Path, tuple[Entry, ...]],
) -> None:
    entries = {one.id: one for one in read_entries(registered[0])}
    value, event = entries["adoption_DE_2027"], entries["eu_us_agreement_2027"]
    assert value.predictive.mean == pytest.approx(50.0) == pytest.approx(float(value.text["q50"]))
    low, high = value.predictive.interval()
    assert (low, high) == pytest.approx((float(value.text["q05"]), float(value.text["q95"])), rel=1e-4)
    # the whole spread: that of the runs and the error of the source
    assert float(value.text["sd"]) == pytest.approx(np.hypot(np.linspace(40, 60, 64).std(), 1.5), rel=0.02)
    assert value.rival is not None and value.rival.mean == 47.0 and "2023" in value.text["rival_source"]
    assert event.is_event and event.probability == pytest.approx(16.5 / 65.0, rel=1e-4)
    assert event.rival is not None and event.rival.mean == 0.0
    assert value.registered_on == TODAY and value.text["draws"] == "64" and value.text["model_digest"]


def test_no_number_of_runs_shows_that_something_cannot_happen() -> None:
    event = next(one for one in questions() if one.event)
    assert 0.0 < float(distribution(np.zeros(100), event, 0.0)["mean"]) < 0.01
    assert 0.99 < float(distribution(np.ones(100), event, 0.0)["mean"]) < 1.0


@pytest.mark.parametrize("edit", ["change", "remove", "insert", "swap"])
def test_an_entry_cannot_be_changed_unnoticed(registered: tuple[Path, tuple[Entry, ...]], edit: str) -> None:
    path, entries = registered
    lines = [dict(one.text) for one in entries]
    if edit == "change":
        lines[2]["mean"] = "51"
    elif edit == "remove":
        del lines[2]
    elif edit == "insert":
        lines.insert(2, lines[5])
    else:
        lines[2], lines[3] = lines[3], lines[2]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(lines)
    with pytest.raises(InputError, match=r"changed after it was registered|changed, removed or inserted"):
        read_entries(path)


def test_the_register_grows_at_its_end(registered: tuple[Path, tuple[Entry, ...]]) -> None:
    path, entries = registered
    before = path.read_text(encoding="utf-8")
    again = append(path, [{**entries[0].text, "posterior": "another"}])
    assert path.read_text(encoding="utf-8").startswith(before)
    assert len(read_entries(path)) == 11 and again[0].text["previous"] == entries[-1].text["digest"]
    assert again[0].same != entries[0].same


def test_published_numbers_are_scored_against_no_change_and_the_rest_waits(
    registered: tuple[Path, tuple[Entry, ...]], tmp_path: Path
) -> None:
    entries = registered[1]
    path = outcomes(tmp_path, adoption_DE_2027={}, eu_us_agreement_2027={"value": 1})
    table = score_entries(entries, read_outcomes(path, entries)).set_index("id")
    line, entry = table.loc["adoption_DE_2027"], next(one for one in entries if one.id == "adoption_DE_2027")
    assert line["state"] == SCORED and line["pit"] == pytest.approx(0.5, abs=0.01)
    assert line["crps"] == pytest.approx(crps(entry.predictive, 50.0))
    assert line["log_score"] == pytest.approx(log_score(entry.predictive, 50.0))
    assert line["holds_50"] and line["holds_90"]
    assert line["rival_crps"] == pytest.approx(crps(entry.rival, 50.0))
    event = table.loc["eu_us_agreement_2027"]
    p = 16.5 / 65.0
    assert event["crps"] == pytest.approx((1 - p) ** 2, rel=1e-3) and event["rival_crps"] == 1.0
    assert event["log_score"] == pytest.approx(-np.log(p), rel=1e-3)
    assert event["rival_log_score"] == np.inf
    assert (table["state"] == NOT_YET).sum() == 8 and np.isnan(table.loc["would_pay_2027", "crps"])
    means = mean_scores(table)
    assert (means["scored"], means["holds_50"], means["holds_90"]) == (2.0, 1.0, 1.0)


def test_the_distribution_that_is_scored_is_the_mixture_of_runs_and_error(tmp_path: Path) -> None:
    question = next(one for one in questions() if one.id == "adoption_DE_2027")
    runs = np.random.default_rng(2).normal(48.0, 4.0, 2000)
    entry = Entry(distribution(runs, question, 1.5))
    for value in (40.0, 48.0, 55.0):
        assert crps(entry.predictive, value) == pytest.approx(crps(Predictive(runs, 1.5), value), rel=0.02)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"published_on": "2026-11-29"}, "is not after 2026-11-29, when it was registered"),
        ({"published_on": "2026-03-01"}, "a value already published when registered is no forecast"),
        ({"published_on": "in March"}, "published_on: must be a day"),
        ({"value": "many"}, "value: must be a number"),
        ({"published_on": "20271209"}, "published_on: must be a day"),
        ({"value": "5_8"}, "value: must be a number"),
        ({"value": "1e300"}, "value: must be from"),
        ({"se": "-3"}, "se: must not be below 0"),
        ({"source": ""}, "source: must not be empty"),
    ],
)
def test_outcomes_that_are_none_are_refused(
    registered: tuple[Path, tuple[Entry, ...]], tmp_path: Path, line: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        read_outcomes(outcomes(tmp_path, adoption_DE_2027=line), registered[1])
    with pytest.raises(InputError, match=r"no forecast of 'adoption_D_2027' is registered"):
        read_outcomes(outcomes(tmp_path, adoption_D_2027={}), registered[1])


@pytest.mark.parametrize("value", ["2", "0.5", "-1"])
def test_something_happened_or_not(
    registered: tuple[Path, tuple[Entry, ...]], tmp_path: Path, value: str
) -> None:
    """Brier's score of anything else is no score."""
    with pytest.raises(InputError, match="value: must be 1 if it happened, or 0"):
        read_outcomes(outcomes(tmp_path, eu_us_agreement_2027={"value": value}), registered[1])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"registered_on": "2026-02-30"}, "registered_on: cannot be read"),
        ({"centres": "a;b"}, "centres, error: cannot be read"),
        ({"error": "-1"}, "centres, error: cannot be read"),
        ({"q05": "low"}, "q05: cannot be read"),
        ({"rival_value": "4", "rival_sd": ""}, "rival: cannot be read"),
        ({"kind": "guess"}, "kind: 'guess': valid: value, event"),
        ({"kind": "event", "mean": "7"}, "mean: is no probability"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_an_entry_that_cannot_be_scored_is_refused_with_its_line(
    made: list[dict[str, str]], tmp_path: Path, change: dict[str, str], said: str
) -> None:
    append(tmp_path / "forecasts.csv", [{**made[0], **change}])
    with pytest.raises(InputError, match=rf"forecasts\.csv:2: adoption_DE_2027: .*{said}"):
        read_entries(tmp_path / "forecasts.csv")


def test_a_second_forecast_after_publication_is_none(
    registered: tuple[Path, tuple[Entry, ...]], tmp_path: Path
) -> None:
    path, entries = registered
    late = append(path, [{**entries[0].text, "registered_on": "2027-12-20", "posterior": "another"}])
    both = (*entries, *late)
    table = score_entries(both, read_outcomes(outcomes(tmp_path, adoption_DE_2027={}), both))
    states = table[table["id"] == "adoption_DE_2027"]["state"].tolist()
    assert states == [SCORED, TOO_LATE]


def test_a_question_is_registered_once_by_a_model_and_posterior(
    registered: tuple[Path, tuple[Entry, ...]], asked: Registration
) -> None:
    assert {asked.same(one) for one in questions()} == {one.same for one in registered[1]}


def test_the_shipped_register_was_never_changed() -> None:
    for entry in read_entries(register_folder() / "forecasts.csv"):
        published = dt.datetime.strptime(entry.text["earliest"], "%Y-%m").date()
        assert entry.registered_on < published, f"{entry.id} could be known when it was registered"

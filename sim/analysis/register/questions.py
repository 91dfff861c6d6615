"""What is forecast: a number that a source will publish, and the measure of it in the model.

A question has the columns of a row of evidence, without the value. `se` is the error that the source is
expected to have; 0 asks whether something happens (0 or 1). `earliest` is the first month in which the number
can be published, `about` the month in which it is expected. `now` is what no change would be, where the
evidence has no earlier value of the same thing.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sim.analysis.evidence.measures.window import window
from sim.analysis.evidence.rows import Row, read_row
from sim.scenario.csv_files import number, records
from sim.scenario.locations import root, shown
from sim.scenario.problems import InputError
from sim.scenario.scenario import Scenario

FOLDER = Path("configs/register")
QUESTIONS = "questions.csv"
OF_A_ROW = ("id", "measure", "place", "population", "from", "to", "unit", "se", "source")
COLUMNS = (*OF_A_ROW, "question", "arguments", "earliest", "about", "now", "now_source")


@dataclass(frozen=True)
class Question:
    """One number to come, as a row whose value nobody knows yet, and when it may be known."""

    row: Row
    words: str
    event: bool  # something happens or not, and the forecast is its probability
    text: dict[str, str]  # as written in the file
    earliest: dt.date
    about: str
    now: float | None
    now_source: str

    @property
    def id(self) -> str:
        return self.row.id


def register_folder() -> Path:
    """Where questions, forecasts and outcomes are."""
    return root() / FOLDER


def read_questions(path: Path, scenario: Scenario) -> tuple[Question, ...]:
    """The questions of a file, for a scenario that runs long enough to answer them.

    Raises InputError with every problem of the file.
    """
    problems, out = list[str](), list[Question]()
    events = [event.id for event in scenario.timeline.events]
    seen: dict[str, int] = {}
    for line, text in records(path, COLUMNS, problems):
        where = f"{shown(path)}:{line}"
        if text["id"] in seen:
            problems.append(f"{where}: id: '{text['id']}' is also on line {seen[text['id']]}")
        seen.setdefault(text["id"], line)
        found, wrong = _question(text, scenario, events)
        problems += [f"{where}: {one}" for one in wrong]
        out += [found] if found is not None else []
    if problems:
        raise InputError(problems)
    return tuple(out)


def _question(
    text: dict[str, str], scenario: Scenario, events: Collection[str]
) -> tuple[Question | None, list[str]]:
    problems = list[str]()
    event = text["se"] == "0"
    of_row = {name: text[name] for name in OF_A_ROW} | {
        "role": "context",
        "bound": "eq",
        "without_event": "",
        "value": "0",
        "se": "" if event else text["se"],
        "arguments": text["arguments"],
    }
    row, wrong = read_row(of_row, scenario, events)
    problems += wrong
    if not text["se"]:
        problems.append(
            "se: must not be empty: the error that the source is expected to have; 0 for yes or no"
        )
    if not text["question"]:
        problems.append("question: must not be empty")
    months = {name: window(text[name]) for name in ("earliest", "about")}
    for name, found in months.items():
        if found is None or found.months != 1:
            problems.append(f"{name}: '{text[name]}' is no month; write it as 2027-12")
    now = number(text["now"], "now", problems) if text["now"] else None
    if now is not None and not text["now_source"]:
        problems.append("now_source: must not be empty where now is given")
    first = months["earliest"]
    if row is not None and first is not None and first.last < row.period.last:
        problems.append(
            f"earliest: {text['earliest']} is before the end of {row.period}: too soon to be known"
        )
    if row is None or first is None or problems:
        return None, problems
    earliest = dt.date(1970 + first.first // 12, first.first % 12 + 1, 1)
    words = text["question"]
    return Question(row, words, event, text, earliest, text["about"], now, text["now_source"]), problems

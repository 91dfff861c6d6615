"""Rows of evidence, one number per line of a CSV.

Each has the measure that computes the same quantity on a simulated world. A file is read whole and checked
before anything runs; every problem is named with file and line.
"""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.place import Place, place, places
from sim.analysis.evidence.measures.population import POPULATIONS, segments
from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.measures.survey_scales import survey_scales
from sim.analysis.evidence.measures.window import FORMS, Window, window
from sim.scenario.csv_files import number, records
from sim.scenario.locations import root, shown
from sim.scenario.problems import InputError, choices
from sim.scenario.scenario import Scenario

ROWS = Path("configs/evidence/rows.csv")
COLUMNS = (
    "id",
    "role",
    "measure",
    "place",
    "population",
    "from",
    "to",
    "without_event",
    "value",
    "se",
    "bound",
    "unit",
    "source",
)
MORE_COLUMNS = ("arguments", "note", "helped", "flags")  # a file may leave these out
FITTED = "calibration"
ROLES = ("input", FITTED, "validation", "context")
FLAGS = {
    "break": "the source says that its series breaks between this value and the rest of the series",
    "jump": "the series jumps here, though the source names no break",
    "new_question": "from this wave on the source asks about other services than before",
    "war": "a war and its sanctions, which the model does not know, moved this survey",
    "president": "a president whom the model does not know moved this survey",
}
BOUNDS = ("eq", "le", "ge")
BOUND_WORDS = {"eq": "", "le": "at most ", "ge": "at least "}


@dataclass(frozen=True)
class Row:
    """One number of the evidence, checked: what was measured, and how to measure it in the model.

    `se` is the source's standard error in the row's unit (None: not known). `bound` says whether the number
    itself was measured, or that the truth is at most or at least this. `helped` names the starting value,
    parameter or scale that was computed from the row, if any: such a row is no test. `flags` are of FLAGS.
    """

    id: str
    role: str
    measure: Measure
    place: Place
    population: str
    segments: frozenset[str]
    first: Window
    last: Window
    without_event: str
    value: float
    se: float | None
    bound: str
    source: str
    arguments: Mapping[str, str]
    note: str = ""
    helped: str = ""
    flags: frozenset[str] = frozenset()

    @property
    def period(self) -> Window:
        return self.first.to(self.last)

    @property
    def what(self) -> str:
        """What is measured, with what the measure was told beside its defaults."""
        given = [
            f"{one.name} {self.arguments[one.name]}"
            for one in self.measure.arguments
            if self.arguments[one.name] != one.default
        ]
        return self.measure.what + (f": {', '.join(given)}" if given else "")

    @property
    def period_words(self) -> str:
        return f"{self.first}, then {self.last}" if self.measure.two_dates else str(self.period)

    @property
    def tolerance(self) -> float:
        """How far the model may be off: twice the standard error.

        Where none is known, it is a tenth of the value; for a bound, zero.
        """
        if self.se is not None:
            return 2.0 * self.se
        return 0.1 * abs(self.value) if self.bound == "eq" else 0.0


def shipped_rows() -> Path:
    return root() / ROWS


def read_rows(path: Path, scenario: Scenario) -> tuple[Row, ...]:
    """The rows of a file. Places, providers and events are those of `scenario`, history as it happened.

    Raises InputError with every problem of the file.
    """
    rows, problems = readable_rows(path, scenario, [event.id for event in scenario.timeline.events])
    if problems:
        raise InputError(problems)
    return rows


def readable_rows(
    path: Path, scenario: Scenario, events: Collection[str]
) -> tuple[tuple[Row, ...], list[str]]:
    """The rows that can be measured where these events are known, and what is wrong with the others.

    Raises InputError where the file cannot be read as a table at all.
    """
    too_short, problems, rows, seen = list[str](), list[str](), list[Row](), dict[str, int]()
    lines = records(path, COLUMNS, too_short, MORE_COLUMNS)
    if not lines:
        raise InputError(too_short)
    for line, values in lines:
        reading = _Reading(values, scenario, events)
        row = reading.row()
        if values["id"] in seen:
            reading.refuse("id", f"'{values['id']}' is also on line {seen[values['id']]}")
        seen.setdefault(values["id"], line)
        problems += [f"{shown(path)}:{line}: {problem}" for problem in reading.problems]
        if row is not None:
            rows.append(row)
    return tuple(rows), problems + too_short


def read_row(
    text: Mapping[str, str], scenario: Scenario, events: Collection[str]
) -> tuple[Row | None, list[str]]:
    """One row from the text of its columns, or None and what is wrong with it."""
    reading = _Reading(dict(text), scenario, events)
    return reading.row(), reading.problems


def rows_to_fit(rows: Iterable[Row]) -> tuple[Row, ...]:
    """The calibration rows and no others: the only ones that a fit may see."""
    return tuple(row for row in rows if row.role == FITTED)


@dataclass
class _Reading:
    """One line on its way to a Row; what is wrong with it collects in `problems`."""

    text: dict[str, str]
    scenario: Scenario
    events: Collection[str]
    problems: list[str] = field(default_factory=list)

    def refuse(self, column: str, reason: str) -> None:
        self.problems.append(f"{column}: {reason}")

    def row(self) -> Row | None:
        """The row, or None where something is wrong; every column is looked at."""
        text = self.text
        for column in ("id", "source"):
            if not text[column]:
                self.refuse(column, "must not be empty")
        self._one_of("role", ROLES)
        measure = MEASURES.get(text["measure"])
        if measure is None:
            self.refuse(
                "measure",
                f"unknown measure '{text['measure']}'; {choices(text['measure'], MEASURES)}",
            )
        where, who, dates = self._place(), self._population(measure), self._dates(measure)
        self._event(measure)
        value, se = self._number("value"), self._number("se") if text["se"] else None
        if se is not None and se <= 0.0:
            self.refuse(
                "se",
                f"must be more than 0, or empty where the source's error is not known (got {text['se']})",
            )
        self._one_of("bound", BOUNDS)
        if measure is not None and text["unit"] != measure.unit:
            self.refuse(
                "unit",
                f"'{text['unit']}': {measure.name} measures in '{measure.unit}'; state value and se in it",
            )
        arguments = self._arguments(measure) if measure is not None else {}
        flags = self._flags()
        if self.problems or measure is None or where is None or who is None or dates is None or value is None:
            return None
        same = {name: text[name] for name in ("id", "role", "population", "without_event", "bound", "source")}
        return Row(
            **same,
            measure=measure,
            place=where,
            segments=who,
            first=dates[0],
            last=dates[1],
            value=value,
            se=se,
            arguments=arguments,
            note=text.get("note", ""),
            helped=text.get("helped", ""),
            flags=flags,
        )

    def _one_of(self, column: str, valid: Iterable[str]) -> None:
        valid = tuple(valid)
        if self.text[column] not in valid:
            self.refuse(column, f"unknown value '{self.text[column]}'; {choices(self.text[column], valid)}")

    def _flags(self) -> frozenset[str]:
        given = [word for part in self.text.get("flags", "").split("+") if (word := part.strip())]
        for word in given:
            if word not in FLAGS:
                self.refuse(
                    "flags", f"unknown flag '{word}'; {choices(word, FLAGS)}; several are joined by +"
                )
        return frozenset(given)

    def _number(self, column: str) -> float | None:
        value = number(self.text[column], column, self.problems)
        return None if math.isnan(value) else value

    def _place(self) -> Place | None:
        known = self.scenario.jurisdictions
        found = place(self.text["place"], known)
        if isinstance(found, str):
            self.refuse(
                "place", f"unknown place '{found}'; {choices(found, places(known))}; several are joined by +"
            )
            return None
        return found

    def _population(self, measure: Measure | None) -> frozenset[str] | None:
        asked = self.text["population"]
        if measure is not None and not measure.by_population:
            if asked:
                self.refuse(
                    "population",
                    f"'{asked}': {measure.name} does not tell populations apart; leave it empty",
                )
            return frozenset()
        found = segments(asked)
        if isinstance(found, str):
            self.refuse(
                "population",
                f"unknown population '{found}'; {choices(found, POPULATIONS)}; several are joined by +",
            )
            return None
        return found

    def _dates(self, measure: Measure | None) -> tuple[Window, Window] | None:
        first, last = window(self.text["from"]), window(self.text["to"])
        for column, found in (("from", first), ("to", last)):
            if found is None:
                self.refuse(column, f"'{self.text[column]}' is no date; {FORMS}")
        if first is None or last is None:
            return None
        if last.last < first.first or last.first < first.first:
            self.refuse("to", f"{self.text['to']} is before {self.text['from']}")
        elif measure is not None and measure.two_dates and first.months != last.months:
            self.refuse(
                "to",
                (
                    f"{measure.name} compares {self.text['from']} with {self.text['to']}: give two "
                    "years, two quarters or two months"
                ),
            )
        elif measure is not None and measure.two_dates and first == last:
            self.refuse("to", f"{measure.name} compares two dates; {self.text['from']} is given twice")
        return first, last

    def _event(self, measure: Measure | None) -> None:
        asked, known = self.text["without_event"], self.events
        if asked and asked not in known:
            self.refuse("without_event", f"unknown event '{asked}'; {choices(asked, known)}")
        if not asked and measure is not None and measure.read is None:
            self.refuse(
                "without_event",
                (
                    f"{measure.name} compares history with a world without an event: name one; "
                    f"{choices('', known)}"
                ),
            )

    def _arguments(self, measure: Measure) -> dict[str, str]:
        """`name=value;name=value`, with defaults for what is left out."""
        given: dict[str, str] = {}
        known = {argument.name: argument for argument in measure.arguments}
        for piece in filter(None, (part.strip() for part in self.text.get("arguments", "").split(";"))):
            name, equals, value = (part.strip() for part in piece.partition("="))
            if not equals:
                self.refuse("arguments", f"'{piece}': write name=value, several joined by ;")
            elif name not in known:
                self.refuse("arguments", f"{measure.name} has no '{name}'; {choices(name, known)}")
            elif name in given:
                self.refuse("arguments", f"'{name}' is given twice")
            else:
                given[name] = value
                self._argument(known[name], value)
        for argument in measure.arguments:
            if argument.name not in given and argument.default is None:
                valid = valid_words(argument, self.scenario)
                self.refuse(
                    "arguments",
                    (
                        f"{measure.name} needs {argument.name}=... ({argument.what}); "
                        f"{choices('', valid or ['a number'])}"
                    ),
                )
        return {
            argument.name: argument.default for argument in measure.arguments if argument.default is not None
        } | given

    def _argument(self, argument: Argument, value: str) -> None:
        valid = valid_words(argument, self.scenario)
        if valid is None:
            number(value, f"arguments: {argument.name}", self.problems)
            return
        words = [piece.strip() for piece in value.split("+")] if argument.several else [value]
        for i, word in enumerate(words):
            if word in words[:i]:  # the sum would count it twice
                self.refuse("arguments", f"{argument.name}: '{word}' is given twice")
            elif word not in valid:
                more = "; several are joined by +" if argument.several else ""
                self.refuse(
                    "arguments", f"{argument.name}: unknown value '{word}'; {choices(word, valid)}{more}"
                )


def example_line(measure: Measure) -> str:
    """A line of a file of rows that uses the measure; its numbers are made up."""
    fixed = {
        "id": "my_row",
        "role": "context",
        "measure": measure.name,
        "bound": "eq",
        "unit": measure.unit,
        "source": "made up",
    }
    values = fixed | measure.example
    return ",".join(values.get(name, "") for name in (*COLUMNS, *MORE_COLUMNS))


def valid_words(argument: Argument, scenario: Scenario) -> tuple[str, ...] | None:
    """The words that an argument may be; None for a number."""
    if argument.valid == "countries":
        return tuple(scenario.jurisdictions)
    if argument.valid == "providers":
        return tuple(scenario.providers)
    if argument.valid == "scales":
        return tuple(survey_scales())
    return argument.valid

"""The register: one line a forecast, in the order in which they were registered, never changed.

Each entry holds the digest of its own content and that of the entry before it. So nobody can change, remove
or insert an entry without the file being refused; only the last entries could be cut off, which the history
of the repository shows.
"""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.analysis.validation.scoring_rules import Predictive
from sim.runs.whole_files import write_whole
from sim.scenario.csv_files import number, records
from sim.scenario.digest import digest
from sim.scenario.locations import shown
from sim.scenario.problems import InputError, choices

ENTRIES = "forecasts.csv"
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
Q_COLUMNS = tuple(f"q{100 * q:02.0f}" for q in QUANTILES)
RIVAL = ("rival_value", "rival_sd", "rival_source")
ASKED = (  # what is taken over from the question
    "question",
    "measure",
    "place",
    "population",
    "from",
    "to",
    "arguments",
    "unit",
    "source",
    "earliest",
    "about",
)
COLUMNS = (
    "id",
    "registered_on",
    *ASKED,
    "kind",
    "mean",
    "sd",
    *Q_COLUMNS,
    *RIVAL,
    "centres",
    "error",
    "outlook",
    "model_digest",
    "posterior",
    "first_seed",
    "draws",
    "customers",
    "previous",
    "digest",
)
VALUE, EVENT = "value", "event"


@dataclass(frozen=True)
class Entry:
    """One registered forecast, as written: `text` has every column."""

    text: dict[str, str]

    @property
    def id(self) -> str:
        return self.text["id"]

    @property
    def registered_on(self) -> dt.date:
        return dt.date.fromisoformat(self.text["registered_on"])

    @property
    def same(self) -> tuple[str, ...]:
        """What makes two entries the same forecast: question, model and posterior."""
        return tuple(self.text[name] for name in ("id", "outlook", "model_digest", "posterior"))

    @property
    def is_event(self) -> bool:
        return self.text["kind"] == EVENT

    @property
    def probability(self) -> float:
        """Of an event: that it happens."""
        return float(self.text["mean"])

    @property
    def predictive(self) -> Predictive:
        """Of a value: normals around the registered centres, all of the registered error."""
        centres = [float(one) for one in self.text["centres"].split(";")]
        return Predictive(np.array(centres), float(self.text["error"]))

    @property
    def rival(self) -> Predictive | None:
        """No change, if an earlier value of the same thing was known."""
        if not self.text["rival_value"]:
            return None
        return Predictive(np.array([float(self.text["rival_value"])]), float(self.text["rival_sd"]))


def digest_of(text: dict[str, str]) -> str:
    """sha256 of everything in an entry but its digest."""
    return digest({name: text[name] for name in COLUMNS if name != "digest"})


def read_entries(path: Path) -> tuple[Entry, ...]:
    """The register, checked; nothing where there is no file.

    Raises InputError where an entry was changed, removed or inserted.
    """
    if not path.is_file():
        return ()
    problems, out, previous = list[str](), list[Entry](), ""
    for line, text in records(path, COLUMNS, problems):
        where = f"{shown(path)}:{line}: {text['id']}"
        if text["digest"] != digest_of(text):
            problems.append(f"{where}: was changed after it was registered: its digest is another")
        elif text["previous"] != previous:
            problems.append(f"{where}: an entry before it was changed, removed or inserted")
        for name in ("mean", "sd", "error"):
            number(text[name], f"{where}: {name}", problems)
        previous = text["digest"]
        out.append(Entry(text))
        problems += [f"{where}: {words}" for words in _unreadable(out[-1])]
    if problems:
        raise InputError(problems)
    return tuple(out)


def _unreadable(entry: Entry) -> Iterator[str]:
    """What keeps an entry from being scored: a day that there is not, a distribution that is none."""
    readers: dict[str, Callable[[], object]] = {
        "registered_on": lambda: entry.registered_on,
        "rival": lambda: entry.rival,
        "mean": lambda: entry.probability,
    }
    if not entry.is_event:
        readers["centres, error"] = lambda: entry.predictive
        readers |= {name: lambda name=name: float(entry.text[name]) for name in Q_COLUMNS}  # type: ignore[misc]
    for name, read in readers.items():
        try:
            read()
        except ValueError as error:
            yield f"{name}: cannot be read: {error}"
    if entry.is_event and not 0.0 <= number(entry.text["mean"], "mean", []) <= 1.0:
        yield "mean: is no probability"
    if entry.text["kind"] not in (VALUE, EVENT):
        yield f"kind: '{entry.text['kind']}': {choices(entry.text['kind'], (VALUE, EVENT))}"


def append(path: Path, new: Sequence[dict[str, str]]) -> tuple[Entry, ...]:
    """Write new entries beneath those that there are, each with its digest; returns them."""
    there = read_entries(path)
    previous, out = there[-1].text["digest"] if there else "", list[Entry]()
    for text in new:
        entry = {**text, "previous": previous}
        previous = entry["digest"] = digest_of(entry)
        out.append(Entry(entry))
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = io.StringIO(path.read_text(encoding="utf-8") if there else "", newline="")
    whole.seek(0, io.SEEK_END)
    writer = csv.DictWriter(whole, COLUMNS, lineterminator="\n")
    if not there:
        writer.writeheader()
    writer.writerows(entry.text for entry in out)
    write_whole(path, whole.getvalue())
    return tuple(out)

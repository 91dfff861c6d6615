"""Scores of registered forecasts, once their numbers are published."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.register.entries import Entry
from sim.analysis.validation.scoring_rules import crps, log_score
from sim.scenario.csv_files import number, records
from sim.scenario.locations import shown
from sim.scenario.problems import InputError, choices

OUTCOMES = "outcomes.csv"
MOST = 1e15  # what no source publishes; the squares in the scores of far larger numbers overflow
OUTCOME_COLUMNS = ("id", "value", "se", "published_on", "source")
SCORES = (
    "id",
    "registered_on",
    "question",
    "unit",
    "about",
    "forecast",
    "low",
    "high",
    "state",
    "value",
    "published_on",
    "crps",
    "rival_crps",
    "log_score",
    "rival_log_score",
    "pit",
    "holds_50",
    "holds_90",
    "source",
)
NOT_YET, SCORED, TOO_LATE = "not yet published", "scored", "registered after publication: no forecast"


@dataclass(frozen=True)
class Outcome:
    """A number that a source published; `se` is its error, if it states one."""

    id: str
    value: float
    se: float | None
    published_on: dt.date
    source: str


def read_outcomes(path: Path, entries: Sequence[Entry], today: dt.date | None = None) -> dict[str, Outcome]:
    """What was published up to a day, if one is given, by question; nothing where there is no file.

    Raises InputError, also where a value was published before its forecast was registered.
    """
    if not path.is_file():
        return {}
    problems, out = list[str](), dict[str, Outcome]()
    first, events = dict[str, dt.date](), {entry.id for entry in entries if entry.is_event}
    for entry in entries:
        first.setdefault(entry.id, entry.registered_on)
    for line, text in records(path, OUTCOME_COLUMNS, problems):
        where, before = f"{shown(path)}:{line}", len(problems)
        name, day = text["id"], _day(text["published_on"])
        if name not in first:
            problems.append(f"{where}: id: no forecast of '{name}' is registered; {choices(name, first)}")
        if name in out:
            problems.append(f"{where}: id: '{name}' stands twice")
        if day is None:
            problems.append(
                f"{where}: published_on: must be a day such as 2027-12-09 (got '{text['published_on']}')"
            )
        elif name in first and day <= first[name]:
            problems.append(
                f"{where}: published_on: {day} is not after {first[name]}, when it was registered: a value "
                "already published when registered is no forecast"
            )
        elif today is not None and day > today:
            problems.append(f"{where}: published_on: {day} is yet to come: today is {today}")
        if not text["source"]:
            problems.append(f"{where}: source: must not be empty")
        value = number(text["value"], f"{where}: value", problems)
        se = number(text["se"], f"{where}: se", problems) if text["se"] else None
        if name in events and value not in (0.0, 1.0) and not np.isnan(value):
            problems.append(f"{where}: value: must be 1 if it happened, or 0 (got {text['value']})")
        if abs(value) > MOST:
            problems.append(f"{where}: value: must be from {-MOST:g} to {MOST:g} (got {text['value']})")
        if se is not None and se < 0.0:
            problems.append(f"{where}: se: must not be below 0 (got {text['se']})")
        if len(problems) == before and day is not None:
            out[name] = Outcome(name, value, se, day, text["source"])
    if problems:
        raise InputError(problems)
    return out


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if text == day.isoformat() else None  # newer versions of Python also take 20271209


def score_entries(entries: Sequence[Entry], outcomes: dict[str, Outcome]) -> pd.DataFrame:
    """A line a registered forecast: its scores beside those of no change, or why it has none yet."""
    return pd.DataFrame([_line(entry, outcomes.get(entry.id)) for entry in entries], columns=list(SCORES))


def _line(entry: Entry, outcome: Outcome | None) -> dict[str, object]:
    line: dict[str, object] = {
        **{name: entry.text[name] for name in ("id", "registered_on", "question", "unit", "about")},
        "forecast": float(entry.text["mean"]),
        "low": float(entry.text["q05"]) if entry.text["q05"] else np.nan,
        "high": float(entry.text["q95"]) if entry.text["q95"] else np.nan,
        "state": NOT_YET,
    }
    if outcome is None:
        return line
    line |= {"value": outcome.value, "published_on": outcome.published_on, "source": outcome.source}
    if outcome.published_on <= entry.registered_on:
        return line | {"state": TOO_LATE}
    line |= {"state": SCORED}
    return line | (_event(entry, outcome) if entry.is_event else _value(entry, outcome))


def _value(entry: Entry, outcome: Outcome) -> dict[str, object]:
    made, value = entry.predictive, outcome.value
    out: dict[str, object] = {
        "crps": crps(made, value),
        "log_score": log_score(made, value),
        "pit": made.below(value),
        "holds_50": made.holds(value, 0.5),
        "holds_90": made.holds(value, 0.9),
    }
    if entry.rival is not None:
        out |= {"rival_crps": crps(entry.rival, value), "rival_log_score": log_score(entry.rival, value)}
    return out


def _event(entry: Entry, outcome: Outcome) -> dict[str, object]:
    """Brier's score, which is CRPS of a probability, and minus the log of what the outcome was given."""
    out: dict[str, object] = {}
    rival = entry.rival
    for name, p in (("", entry.probability), ("rival_", rival.mean if rival is not None else None)):
        if p is not None:
            given = p if outcome.value else 1.0 - p
            score = -float(np.log(given)) if given > 0.0 else float("inf")
            out |= {f"{name}crps": (p - outcome.value) ** 2, f"{name}log_score": score}
    return out


def mean_scores(table: pd.DataFrame) -> dict[str, float]:
    """Of the scored values: how many, how often the intervals held, and how often no change was worse."""
    scored = table[(table["state"] == SCORED)]
    values = scored[scored["pit"].notna()]
    both = scored[scored["rival_crps"].notna()]
    return {
        "scored": float(len(scored)),
        "holds_50": float(values["holds_50"].astype(float).mean()),
        "holds_90": float(values["holds_90"].astype(float).mean()),
        "better": float((both["crps"] < both["rival_crps"]).mean()),
    }

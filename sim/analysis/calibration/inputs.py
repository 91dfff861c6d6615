"""The inputs of a fit, from `configs/calibration/`.

They are the candidates with their priors, the rows left out, and the judged errors of the model. Every file
is read whole and checked; a problem is named with file and line.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from sim.analysis.calibration.summary_statistics import summaries_of
from sim.analysis.evidence.rows import Row, rows_to_fit
from sim.scenario.base import Base, parameter_paths
from sim.scenario.csv_files import number, records
from sim.scenario.locations import CONFIGS, root, shown
from sim.scenario.paths import parameter_and_key
from sim.scenario.posterior import FITTED, JUDGED, SCALES, SPREAD
from sim.scenario.problems import InputError, choices

FOLDER = "calibration"
PARAMETERS, LEFT_OUT, DISCREPANCY = "parameters.csv", "left_out.csv", "discrepancy.csv"
_COLUMNS = ("parameter", "multiplies", "spread", "scale", "low", "high", "centre", "source", "why", "fitted")
_ROLES = {"yes": FITTED, "judged": JUDGED, "spread": SPREAD}


@dataclass(frozen=True)
class Candidate:
    """A parameter that is drawn, and its prior.

    The prior is uniform between `low` and `high` on its scale; where `spread` names another candidate, it is
    log-normal about `centre` with that one's value as standard deviation, cut at `low` and `high`. `centre`
    is the value before any fit. `multiplies` maps paths to the values, before any fit, that it multiplies
    (empty: the parameter's name is its path). `role`: the evidence may inform a `fitted` one; of a `judged`
    one it says nothing, or nothing that is not said of others; a `spread` is that of others and sets nothing.
    """

    name: str
    multiplies: Mapping[str, float]
    scale: str
    low: float
    high: float
    centre: float
    source: str
    why: str
    role: str
    spread: str = ""

    def value(self, share: np.ndarray) -> np.ndarray:
        """Values at shares (0 to 1) of the prior, to six digits, as the tables hold them."""
        if self.scale == "log":
            exact = self.low * (self.high / self.low) ** np.asarray(share, np.float64)
        else:
            exact = self.low + (self.high - self.low) * np.asarray(share, np.float64)
        return np.asarray(
            np.clip(
                np.array([float(f"{value:.6g}") for value in exact.ravel()]).reshape(exact.shape),
                self.low,
                self.high,
            )
        )

    def share(self, value: np.ndarray) -> np.ndarray:
        """How far along its prior a value lies, 0 to 1."""
        at = np.asarray(value, np.float64)
        if self.scale == "log":
            return np.asarray(np.log(at / self.low) / np.log(self.high / self.low))
        return np.asarray((at - self.low) / (self.high - self.low))

    def sets(self, value: float) -> dict[str, float]:
        """Path -> value, where the candidate has this value."""
        if self.role == SPREAD:
            return {}
        return {path: before * value for path, before in self.multiplies.items()} or {self.name: value}


@dataclass(frozen=True)
class Inputs:
    """All inputs of a fit.

    `left_out` maps rows to the reason; `discrepancy` maps summaries to the model's judged error, in the row's
    unit.
    """

    candidates: tuple[Candidate, ...]
    left_out: Mapping[str, str]
    discrepancy: Mapping[str, float]

    def rows(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """The rows that inform the fit: calibration rows, without those left out."""
        return tuple(row for row in rows_to_fit(rows) if row.id not in self.left_out)


def read_inputs(rows: Sequence[Row], base: Base, folder: Path | None = None) -> Inputs:
    """The inputs in `folder` (default: the shipped ones), checked against evidence and configuration.

    Raises InputError.
    """
    folder, problems = folder or root() / CONFIGS / FOLDER, list[str]()
    candidates = _candidates(folder / PARAMETERS, base, problems)
    fits = [row.id for row in rows_to_fit(rows)]
    left_out = _named(folder / LEFT_OUT, ("row", "reason"), fits, "row of the calibration", problems)
    ties = {code: where.ties for code, where in base.jurisdictions.items()}
    summaries = summaries_of([row for row in rows_to_fit(rows) if row.id not in left_out], ties)
    discrepancy = _discrepancies(folder / DISCREPANCY, [one.name for one in summaries], problems)
    if problems:
        raise InputError(problems)
    return Inputs(tuple(candidates), left_out, discrepancy)


@cache
def questions() -> dict[str, str]:
    """What each shipped candidate asks of the world, as a clause such as `how much price counts`."""
    rows = records(root() / CONFIGS / FOLDER / PARAMETERS, _COLUMNS, [])
    return {row["parameter"]: re.split(r" \(|: ", row["why"])[0] for _, row in rows}


def _candidates(path: Path, base: Base, problems: list[str]) -> list[Candidate]:
    out, seen, sets = list[Candidate](), dict[str, int](), dict[str, str]()
    for line, row in records(path, _COLUMNS, problems):
        where, before = f"{shown(path)}:{line}", len(problems)

        def refuse(column: str, reason: str, where: str = where) -> None:
            problems.append(f"{where}: {column}: {reason}")

        for column in ("parameter", "source", "why"):
            if not row[column]:
                refuse(column, "must not be empty")
        if row["parameter"] in seen:
            refuse("parameter", f"'{row['parameter']}' is also on line {seen[row['parameter']]}")
        seen.setdefault(row["parameter"], line)
        for column, valid in (("scale", SCALES), ("fitted", tuple(_ROLES))):
            if row[column] not in valid:
                refuse(column, f"unknown value '{row[column]}'; {choices(row[column], valid)}")
        low, high, centre = (
            number(row[name], f"{where}: {name}", problems) for name in ("low", "high", "centre")
        )
        multiplies = {
            target: number(text, f"{where}: multiplies: {target}", problems)
            for target, _, text in (x.partition("=") for x in filter(None, row["multiplies"].split(";")))
        }
        if len(problems) > before:
            continue
        if not low < high or not low <= centre <= high:
            refuse("low", f"low, centre and high must be in order (got {low:g}, {centre:g}, {high:g})")
        if row["scale"] == "log" and low <= 0:
            refuse("scale", f"log needs a range above 0 (got {low:g}); valid: lin")
        if len(problems) > before:
            continue
        one = Candidate(
            row["parameter"], multiplies, row["scale"], low, high, centre, row["source"], row["why"],
            _ROLES[row["fitted"]], row["spread"],
        )  # fmt: skip
        for end in (low, high):
            for target, value in one.sets(end).items():
                _target(target, value, base, refuse)
        for target in one.sets(centre):
            if sets.setdefault(target, one.name) != one.name:
                refuse("multiplies", f"{target} is also set by {sets[target]}")
        spreads = {known.name for known in out if known.role == SPREAD}
        if one.spread and one.spread not in spreads:
            refuse("spread", f"'{one.spread}' is no spread above this line; {choices(one.spread, spreads)}")
        out.append(one)
    return out


def _target(path: str, value: float, base: Base, refuse: Callable[[str, str], None]) -> None:
    """A path must be one number of a parameter, and the value within the parameter's range."""
    known = parameter_paths(base)
    if path not in known:
        refuse("parameter", f"unknown parameter '{path}'; {choices(path, base.parameter_info)}")
        return
    parameter, key = parameter_and_key(path)
    info = base.parameter_info[parameter]
    if isinstance(info.value, dict) and key is None:
        refuse("parameter", f"{path} holds several numbers; multiply them: {', '.join(info.value)}")
    elif not info.allows(value, key):
        refuse("low", f"{path} would be {value:g}, out of range; allowed: {info.range_words}")


def _named(
    path: Path, columns: tuple[str, str], known: Collection[str], what: str, problems: list[str]
) -> dict[str, str]:
    """What a file of names and reasons has; each name must be known."""
    out: dict[str, str] = {}
    for line, row in records(path, columns, problems):
        where, name, reason = f"{shown(path)}:{line}", row[columns[0]], row[columns[1]]
        if name not in known:
            problems.append(f"{where}: {columns[0]}: '{name}' is no {what}; {choices(name, known)}")
        if not reason:
            problems.append(f"{where}: {columns[1]}: must not be empty")
        out[name] = reason
    return out


def _discrepancies(path: Path, names: Sequence[str], problems: list[str]) -> dict[str, float]:
    out: dict[str, float] = {}
    for line, row in records(path, ("summary", "sd", "why"), problems):
        where, name = f"{shown(path)}:{line}", row["summary"]
        if name not in names:
            problems.append(f"{where}: summary: unknown summary '{name}'; {choices(name, names)}")
        if not row["why"]:
            problems.append(f"{where}: why: must not be empty")
        out[name] = number(row["sd"], f"{where}: sd", problems)
        if out[name] <= 0.0:
            problems.append(f"{where}: sd: must be more than 0 (got {row['sd']})")
    problems += [
        f"{shown(path)}: no line for the summary '{name}'" for name in names if out and name not in out
    ]
    return out

"""The files of configs/parameters/: each value with unit, range, source and meaning, checked against the
typed groups."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from sim import vocabulary
from sim.scenario.locations import shown
from sim.scenario.parameters import Parameters
from sim.scenario.paths import Loc, dotted, leaves
from sim.scenario.problems import InputError, choices
from sim.scenario.schema import BySegment
from sim.scenario.strict import Strict
from sim.scenario.yaml_files import Document, checked, read

Value = float | dict[str, float]
FIRST_MONTH = "2013-01"  # where the model begins
_DATE = re.compile(r"^\d{4}(-(0[1-9]|1[0-2]))?$")


class ParameterEntry(Strict):
    """One parameter as its file gives it; `off` is the value at which its mechanism does nothing."""

    value: Value
    unit: str
    range: tuple[float, float]
    source: str
    meaning: str
    off: Value | None = None


@dataclass(frozen=True)
class ParameterInfo:
    """A parameter with what must be known to trust it; `path` is `group.name`."""

    path: str
    value: Value
    unit: str
    range: tuple[float, float]
    source: str
    meaning: str
    off: Value | None
    file: str
    line: int

    def allows(self, number: float, key: str | None = None) -> bool:
        """Whether a number (of entry `key`, if the parameter is a table) lies in the range or is the off
        value."""
        low, high = self.range
        off = self.off.get(key) if isinstance(self.off, dict) and key is not None else self.off
        return low <= number <= high or number == off

    @property
    def range_words(self) -> str:
        unit = "" if self.unit in ("", "-") else f" {self.unit}"
        return f"{self.range[0]:g} to {self.range[1]:g}{unit}"


def out_of_range(info: ParameterInfo, value: Any) -> Iterable[tuple[Loc, str]]:
    """The numbers of a value that its range does not allow, with what to say."""
    for loc, number in leaves(value):
        if (
            isinstance(number, int | float)
            and not isinstance(number, bool)
            and not info.allows(number, str(loc[0]) if loc else None)
        ):
            yield loc, f"{_in_words(number)} is out of range; allowed: {info.range_words}"


def _in_words(number: float) -> str:
    """A number of the user, who may write whole numbers that no float holds."""
    try:
        return f"{number:g}"
    except OverflowError:
        return "a number that large"


def groups() -> dict[str, type[Strict]]:
    """The parameter groups by name, in order."""
    kinds = {name: declared.annotation for name, declared in Parameters.model_fields.items()}
    return {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Strict)}


def load_parameters(
    folder: Path, problems: list[str], lines: dict[Loc, str]
) -> tuple[Parameters | None, dict[str, ParameterInfo]]:
    """All groups of `folder`; what is wrong goes to `problems`, the place of each value to `lines`."""
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    typed = groups()
    problems += [
        f"{shown(folder / name)}.yaml: no such file; each group of parameters needs one"
        for name in typed
        if name not in files
    ]
    infos: dict[str, ParameterInfo] = {}
    built: dict[str, Any] = {}
    for name, path in files.items():
        try:
            document = read(path)
        except InputError as error:
            problems += error.problems
            continue
        if name not in typed:
            problems.append(f"{document.file}: '{name}' is not a group of parameters; {choices(name, typed)}")
            continue
        group = _group(name, typed[name], document, problems, infos, lines)
        if group is not None:
            built[name] = group
    return (Parameters(**built) if set(built) == set(typed) and not problems else None), infos


def _group(
    name: str,
    kind: type[Strict],
    document: Document,
    problems: list[str],
    infos: dict[str, ParameterInfo],
    lines: dict[Loc, str],
) -> Strict | None:
    before = len(problems)
    if not isinstance(document.tree, dict):
        problems.append(f"{document.where(())}: must be a mapping of parameter names")
        return None
    known = list(kind.model_fields)
    problems += [
        f"{document.where((entry,))}: {name}.{entry}: unknown parameter; {choices(entry, known)}"
        for entry in document.tree
        if entry not in known
    ]
    problems += [
        f"{document.file}: {name}.{entry}: missing parameter" for entry in known if entry not in document.tree
    ]
    values: dict[str, Any] = {}
    for entry, raw in document.tree.items():
        if entry not in known:
            continue

        def where(loc: Loc, entry: str = entry) -> str:
            return document.where((entry, *loc[2:]))

        parsed = checked(ParameterEntry, raw, where, problems, (name, entry))
        if parsed is None:
            continue
        values[entry] = raw["value"]
        line = document.lines[(entry,)]
        info = ParameterInfo(
            f"{name}.{entry}",
            parsed.value,
            parsed.unit,
            parsed.range,
            parsed.source,
            parsed.meaning,
            parsed.off,
            document.file,
            line,
        )
        infos[info.path] = info
        problems += [
            f"{where((name, entry, *rest))}: {info.path}.{dotted(rest)}: {message}"
            for rest, message in _entry_problems(info)
        ]
        lines[("parameters", name, entry)] = document.where((entry,))
        for loc, _ in leaves(raw["value"]):
            lines[("parameters", name, entry, *loc)] = document.where((entry, "value", *loc))
    if len(problems) > before:
        return None
    return checked(
        kind,
        values,
        lambda loc: document.where((loc[1], "value", *loc[2:])) if len(loc) > 1 else document.where(()),
        problems,
        (name,),
    )


def _entry_problems(info: ParameterInfo) -> Iterable[tuple[Loc, str]]:
    low, high = info.range
    if low > high:
        yield ("range",), f"the lower end {low:g} is above the upper end {high:g}"
    for loc, message in out_of_range(info, info.value):
        yield ("value", *loc), message
    for key in ("unit", "source", "meaning"):
        if not getattr(info, key).strip():
            yield (key,), "is empty; say it, or '-' where there is none"


def table_problems(
    parameters: Parameters, vocabularies: Mapping[str, Iterable[str]]
) -> Iterable[tuple[Loc, str]]:
    """Tables whose keys are neither dates nor all from one list of names (`vocabularies`: what it lists, its
    names)."""
    lists = {
        what: list(names)
        for what, names in {
            **vocabularies,
            "instrument": vocabulary.INSTRUMENTS,
            "kind of place": vocabulary.KINDS,
            "practice of assistance": vocabulary.MLA_PRACTICES,
        }.items()
    }
    for group in Parameters.model_fields:
        for name, value in getattr(parameters, group):
            if isinstance(value, BySegment) or not isinstance(value, dict):
                continue
            at: Loc = ("parameters", group, name)
            if any(_DATE.match(key) for key in value):
                yield from (((*at, key), words) for key, words in date_problems(value))
                continue
            what, names = max(lists.items(), key=lambda item: len(set(item[1]) & set(value)))
            unknown = [key for key in value if key not in names]
            if len(unknown) < len(value):
                yield from (((*at, key), f"unknown {what} '{key}'; {choices(key, names)}") for key in unknown)
            elif value:
                yield (
                    at,
                    f"its keys are neither dates nor the names of a {', '.join(lists)}: {', '.join(value)}",
                )
            else:
                yield at, "the table is empty"


def date_problems(table: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Dates of a table that say nothing of the model's first month, or are out of order."""
    dates = [(f"{key}-01" if len(key) == len("2013") else key, key) for key in table if _DATE.match(key)]
    yield from (
        (key, f"'{key}' is not a date; write YYYY or YYYY-MM") for key in table if not _DATE.match(key)
    )
    if not dates:
        return
    if dates[0][0] > FIRST_MONTH:
        yield dates[0][1], f"the table begins after {FIRST_MONTH}, the first month: give its value then too"
    for (before, _), (date, key) in pairwise(dates):
        if date <= before:
            yield key, f"is not after {before}: put the dates in order"

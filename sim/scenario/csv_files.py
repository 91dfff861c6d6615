"""CSV files with checked columns: what is wrong is told with its file and line."""

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

from sim.scenario.control_characters import control_character
from sim.scenario.locations import shown, text_of
from sim.scenario.problems import InputError, choices

MOST_LINES, MOST_BYTES = 50_000, 100_000_000


def read_lines(path: Path) -> list[tuple[int, list[str]]]:
    """The file's records, each with its line number; blank ones are left out. Raises InputError."""
    file = shown(path)
    text = text_of(path, "utf-8-sig", MOST_BYTES)  # spreadsheets put a mark at the beginning
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    out, begins = list[tuple[int, list[str]]](), 1
    try:
        for values in reader:
            if any(value.strip() for value in values):
                out.append((begins, values))
            if len(out) > MOST_LINES:
                raise InputError(
                    f"{file}:{begins}: more than {MOST_LINES:,} lines: give them in several files"
                )
            begins = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{file}:{begins}: not CSV: {error}") from None
    if not out:
        raise InputError(f"{file}: the file is empty")
    return out


def records(
    path: Path, columns: Sequence[str], problems: list[str], optional: Sequence[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """The lines of a CSV that has these columns, each with its number; what is wrong goes to `problems`.

    Columns that are `optional` may be missing.
    """
    file = shown(path)
    try:
        (at, first), *lines = read_lines(path)
    except InputError as error:
        problems += error.problems
        return []
    header, known = [name.strip() for name in first], (*columns, *optional)
    wrong = [
        f"unknown column '{name}'; {choices(name, known)}" if name else "a column has no name"
        for name in header
        if name not in known
    ]
    wrong += [f"missing column '{name}'" for name in columns if name not in header]
    wrong += [f"column '{name}' stands twice" for name in dict.fromkeys(header) if header.count(name) > 1]
    problems += [f"{file}:{at}: {words}" for words in wrong]
    if not lines:
        problems.append(f"{file}: no lines beneath the header")
    if wrong:
        return []
    problems += [
        f"{file}:{line}: {name}: a control character ({code})"
        for line, values in lines
        for name, value in zip(header, values, strict=False)
        if (code := control_character(value.strip()))
    ]
    problems += [
        f"{file}:{line}: {len(values)} values for {len(header)} columns; a comma inside a value needs quotes "
        "around it"
        for line, values in lines
        if len(values) != len(header)
    ]
    return [
        (line, {name: value.strip() for name, value in zip(header, values, strict=True)})
        for line, values in lines
        if len(values) == len(header)
    ]


def number(text: str, where: str, problems: list[str]) -> float:
    """A finite number, or nan with what is wrong added to `problems`.

    Python would also take `5_8`, which is a slip of the hand in data, and digits of other scripts.
    """
    try:
        value = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        value = math.nan
    if math.isfinite(value):
        return value
    problems.append(f"{where}: must be a number (got '{text}')")
    return math.nan

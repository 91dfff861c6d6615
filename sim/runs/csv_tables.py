"""Small tables as CSV: names are text, whatever they look like, and no text is a formula.

A world may be called `2014`, `NA` or `True`. Whoever reads the file by guessing would get a number, nothing
or a truth value, so the columns that hold text are named here. A spreadsheet computes a text that begins like
a formula, so such a text is written behind an apostrophe, which is taken off when the table is read here.
"""

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from sim.runs.whole_files import write_whole
from sim.scenario.problems import InputError

TEXT = (
    "against", "agent", "along", "arm", "at", "bound", "box_words", "cause", "channel", "claim",
    "compared", "conclusion", "configuration", "counted", "country", "dummy", "error", "expect", "experiment",
    "factor", "factors", "fit", "flags", "forecaster", "headline", "headline_name", "high_words", "how",
    "id", "instrument", "interval", "kind", "label", "levels", "location", "low_words", "meaning",
    "measure", "mechanism", "method", "metric", "model_digest", "month", "name", "note", "of", "others",
    "outcome", "over", "parameter", "parameters", "period", "place", "population", "posterior", "provider",
    "quantity", "question", "region_words", "rival", "role", "row", "run", "said", "seeds", "segment",
    "sign", "sign_parameters", "source", "stage", "tables_digest", "traceback", "unit", "verdict", "what",
    "why", "window", "without_event", "words", "world",
)  # fmt: skip
_FORMULA, _WRITTEN = re.compile(r"'*[=+\-@\t\r]"), re.compile(r"'+[=+\-@\t\r]")


class Unreadable(InputError, ValueError):
    """A CSV that is damaged."""


def read_csv(path: Path, columns: Callable[[str], bool] | None = None) -> pd.DataFrame:
    """The table of a file, or those of its columns that are wanted. Only an empty cell is a missing value.

    Raises Unreadable.
    """
    return _read_text(path, path.name, columns)


def as_stored(frame: pd.DataFrame) -> pd.DataFrame:
    """A table as it is once it has been written and read."""
    return _read_text(StringIO(csv_text(frame)), "")


def _read_text(
    source: Path | StringIO, name: str, columns: Callable[[str], bool] | None = None
) -> pd.DataFrame:
    try:
        frame = pd.read_csv(
            source,
            usecols=columns,
            dtype=dict.fromkeys(TEXT, str),
            keep_default_na=False,
            na_values=[""],
            encoding="utf-8",
        )
    except (ValueError, pd.errors.ParserError) as error:
        raise Unreadable(f"{name}: {str(error).splitlines()[0]}") from None
    texts = [name for name in frame if not pd.api.types.is_numeric_dtype(frame[name].dtype)]
    return frame.assign(**{name: frame[name].map(_read, na_action="ignore") for name in texts})


def csv_text(frame: pd.DataFrame, **how: Any) -> str:
    """A table as the text of a CSV file; `how` goes to pandas."""
    texts = [name for name in frame if frame[name].dtype == object or _is_text(frame[name].dtype)]
    safe = frame.assign(**{name: frame[name].map(neutral) for name in texts})
    return str(safe.to_csv(index=False, lineterminator="\n", **how))


def write_csv(frame: pd.DataFrame, path: Path, **how: Any) -> None:
    """Write a table so that the file is there whole or not at all."""
    write_whole(path, csv_text(frame, **how))


def neutral(value: Any) -> Any:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def _read(value: Any) -> Any:
    return value[1:] if isinstance(value, str) and _WRITTEN.match(value) else value


def _is_text(dtype: Any) -> bool:
    return bool(pd.api.types.is_string_dtype(dtype) or isinstance(dtype, pd.CategoricalDtype))

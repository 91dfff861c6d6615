"""Whether the small tables that a folder holds, and what a crate's metadata says of them, are those that
follow from the recorded tables: every column of every row."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

KEY = "headline"
# what a row's numbers are of
_QUANTITY = ("headline", "metric", "series", "outcome", "index", "number", "id")
_NOTHING = 1e-12
_WORDS = ("name", "window", "why")  # what a later version may say otherwise of the same numbers


class Differences(NamedTuple):
    """What differs: `numbers` are wrong in any version, `words` may be those of another."""

    numbers: list[str]
    words: list[str]

    def hold(self, manifest: Mapping[str, Any]) -> bool | None:
        """Whether nothing differs; None where another version may have said it so."""
        if self.numbers or (self.words and same_version(manifest)):
            return False
        return None if self.words else True

    def __str__(self) -> str:
        return "; ".join([*self.numbers, *self.words])


def same_version(manifest: Mapping[str, Any]) -> bool:
    """Whether the version that wrote a manifest is the one that is here."""
    try:
        return bool(manifest["versions"]["warrantsim"] == version("warrantsim"))
    except (KeyError, PackageNotFoundError):
        return False


def differences(stored: pd.DataFrame, now: pd.DataFrame, close: float) -> Differences:
    """How a stored table differs from the one that was computed anew, row by row, by its headlines."""
    if KEY not in stored or stored[KEY].duplicated().any():
        return Differences([f"it has no column '{KEY}', or one of them twice"], [])
    said, follows = ({str(row[KEY]): row for row in one.to_dict("records")} for one in (stored, now))
    sets = [*_other_names("column", stored, now), *_other_names("row", said, follows)]
    found = Differences([], sets)
    for code in [code for code in said if code in follows]:
        for column in [str(name) for name in now if name in stored]:
            a, b = said[code][column], follows[code][column]
            if not equal(a, b, close):
                part = found.words if column in _WORDS else found.numbers
                part.append(f"{code}: {column} is {a}, follows {b}")
    return found


def row_differences(
    stored: pd.DataFrame, now: pd.DataFrame, close: float, nothing: float = _NOTHING
) -> Differences:
    """How a stored table differs from the one that was computed anew, row by row in their order.

    Numbers that are nothing beside the largest of their column that are of the same quantity may differ by as
    little: dollars excuse no share. Less than `nothing` is no difference.
    """
    found = Differences([], _other_names("column", stored, now))
    if len(stored) != len(now):
        return Differences([f"it has {len(stored):,} rows, {len(now):,} follow"], found.words)
    keys = [now[name].to_numpy() for name in _QUANTITY if name in now]
    for column in [str(name) for name in now if name in stored]:
        wrong = np.flatnonzero(~_equal_values(stored[column], now[column], keys, close, nothing))
        if len(wrong):
            part = found.words if column in _WORDS else found.numbers
            row, more = int(wrong[0]), f" (and {len(wrong) - 1:,} more)" if len(wrong) > 1 else ""
            a, b = stored[column].iloc[row], now[column].iloc[row]
            part.append(f"row {row + 1}: {column} is {a}, follows {b}{more}")
    return found


def _equal_values(
    stored: "pd.Series[Any]", now: "pd.Series[Any]", keys: Sequence[np.ndarray], close: float, nothing: float
) -> np.ndarray:
    """Row by row; `keys` say of which quantity a row is."""
    if all(is_numeric_dtype(one.dtype) for one in (stored, now)):
        a, b = (one.to_numpy(float, na_value=np.nan) for one in (stored, now))
        sizes = pd.Series(np.where(np.isfinite(b), np.abs(b), 0.0))
        largest = sizes.groupby([*keys], dropna=False).transform("max") if keys else sizes.max()
        return np.asarray(np.isclose(a, b, close, np.asarray(close * largest + nothing), equal_nan=True))
    texts = [one.astype(object).where(one.notna(), "").map(str).to_numpy() for one in (stored, now)]
    return np.asarray(texts[0] == texts[1])


def _other_names(what: str, stored: Any, now: Any) -> list[str]:
    lacking, more = [n for n in now if n not in stored], [n for n in stored if n not in now]
    parts = (("lacks", lacking), ("should not have", more))
    return [f"it {verb} the {what} {', '.join(map(str, names))}" for verb, names in parts if names]


def equal(a: Any, b: Any, close: float) -> bool:
    """Whether two values of a table are the same; numbers to a relative difference."""
    empty = [_is_empty(value) for value in (a, b)]
    if any(empty):
        return all(empty)
    try:
        number = not isinstance(b, str) and float(b)
        return str(a) == b if number is False else bool(np.isclose(float(a), number, close, 1e-12))
    except (TypeError, ValueError):
        return False


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and bool(np.isnan(value)))


def entity_differences(
    stored: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]], close: float
) -> Differences:
    """How the descriptions of records in a crate's metadata differ from those that follow."""
    found = Differences([], _other_names("record", stored, now))
    for name in [name for name in now if name in stored]:
        wrong = [
            key
            for key in sorted((now[name].keys() | stored[name].keys()) - {"@id"})
            if not equal(stored[name].get(key), now[name].get(key), close)
        ]
        of_words = {"name", "unitText", "description"}
        found.numbers.extend(f"{name}: {key}" for key in wrong if key not in of_words)
        found.words.extend(f"{name}: {key}" for key in wrong if key in of_words)
    return found

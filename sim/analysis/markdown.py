"""Numbers and tables as the documents write them."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

DASH = "–"

SIGNS = {"eq": "", "le": "at most ", "ge": "at least "}  # of a row's bound


def number(value: Any, signed: bool = False) -> str:
    """Three significant digits; nothing is a dash."""
    if pd.isna(value):
        return DASH
    digits = f"{float(value):{'+' if signed else ''}.3g}"
    return digits if "e" not in digits else f"{float(value):{'+' if signed else ''},.0f}"


def table_of(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(columns)
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, ["---"] * len(head), *rows))


def records_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Its lines, by the names of their columns."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]

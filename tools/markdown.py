"""Numbers and tables as the documents write them."""

import re
from collections.abc import Iterable
from typing import Any

import pandas as pd

from sim.view.tables import Cell, Table, columns, to_markdown

DASH = "–"


def number(value: Any, signed: bool = False) -> str:
    """A number to three significant digits; a missing one is a dash."""
    if pd.isna(value):
        return DASH
    digits = f"{float(value):{'+' if signed else ''}.3g}"
    return digits if "e" not in digits else f"{float(value):{'+' if signed else ''},.0f}"


def span(low: Any, high: Any, signed: bool = False) -> str:
    """The two ends of an interval."""
    return f"{number(low, signed)} to {number(high, signed)}"


def estimate(row: dict[str, Any], value: str, low: str, high: str, signed: bool = False) -> str:
    """The value in one column of a row, with the interval whose ends are in two others."""
    return f"{number(row[value], signed)} ({span(row[low], row[high], signed)})"


def markdown_table(headings: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown. Empty cells stay empty."""
    return to_markdown(Table("", columns(*headings), [[Cell(text) for text in row] for row in rows]))


def in_step(text: str, tables: dict[str, str]) -> str:
    """A document with each table between its two comments."""
    for name, table in tables.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        pattern = f"{begin}.*?{end}"
        text = re.sub(pattern, f"{begin}\n{table}\n{end}".replace("\\", r"\\"), text, flags=re.DOTALL)
    return text

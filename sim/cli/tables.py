"""Headlines and claims as tables on the screen."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

_COLOURS = {"holds": "green", "fails": "red", "inconclusive": "yellow"}


def headline_table(headlines: "pd.DataFrame", labels: Sequence[str]) -> Table:
    """The headline numbers of the compared worlds, their difference (second minus first) and its 95% interval."""
    table = Table(
        title="Headline differences: second world minus first, 95% interval over pairs" if labels else None,
        title_justify="left",
    )
    table.add_column("headline", overflow="fold")
    table.add_column("unit")
    table.add_column("window")
    for label in labels or ["value"]:
        table.add_column(label, justify="right", overflow="fold")
    if labels:
        table.add_column("difference", justify="right")
        table.add_column("interval", justify="right")
        table.add_column("verdict", overflow="fold")
    for row in headlines.to_dict("records"):
        cells = [row["name"], row["unit"], row["window"], number(row["value_a"])]
        if labels:
            cells += [
                number(row["value_b"]),
                number(row["difference"], signed=True),
                f"{number(row['low'], True)} to {number(row['high'], True)}",
                row["verdict"],
            ]
        table.add_row(*(escape(str(cell)) for cell in cells))
    return table


def number(value: Any, signed: bool = False) -> str:
    """Four significant digits with thousands separated; a missing number is an em dash, never 0."""
    if value is None or not isinstance(value, int | float) or math.isnan(value):
        return "—"
    digits = max(0, 3 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:{'+' if signed else ''},.{min(digits, 6)}f}"


def claims_table(rows: list[dict[str, Any]]) -> Table:
    """The verdicts; of a sweep, at how many of its points each claim holds."""
    swept = "points" in rows[0]
    table = Table(title="Claims: 95% interval over pairs", title_justify="left")
    table.add_column("claim", overflow="fold")
    table.add_column("expected", overflow="fold")
    for heading in ("holds", "fails", "inconclusive", "mean agrees") if swept else ("difference", "interval"):
        table.add_column(heading, justify="right")
    table.add_column("verdict", overflow="fold")
    for row in rows:
        expected = f"{row['measure']} ({row['over']}) {row['window']}, {row['country']}: {row['world']} {row['expect']} {row['against']}"
        if swept:
            middle = [str(row[name]) for name in ("holds", "fails", "inconclusive")] + [
                share(row["share_mean_agrees"])
            ]
        else:
            middle = [
                number(row["difference"], signed=True),
                f"{number(row['low'], True)} to {number(row['high'], True)}",
            ]
        table.add_row(escape(row["claim"]), escape(expected), *middle, verdict_words(row))
    return table


def share(value: float) -> str:
    """A share as a percentage; a missing one is an em dash."""
    return "\u2014" if value != value else f"{100 * value:.0f}%"


def verdict_words(row: dict[str, Any]) -> str:
    """The verdict with what would settle it."""
    verdict = str(row["verdict"])
    words = [f"[{_COLOURS[verdict]}]{verdict}[/]" if verdict in _COLOURS else verdict]
    if row.get("note"):
        words.append(row["note"])
    elif verdict == "inconclusive":
        further = row["further_seeds"]
        none = further is None or further != further
        words.append(
            "no number of seeds would tell"
            if none
            else f"about {int(further):,} more {'seed' if further == 1 else 'seeds'} would tell"
        )
    if row["failed"]:
        words.append(f"{row['failed']} failed pairs left out")
    return ", ".join(words)

"""One description of a table, and three ways to write it: for a terminal, as HTML, and as Markdown.

A row holds one value for each column. A value is text, a number (which its column's format turns into text),
a `Cell` where it needs a second line or emphasis, or None where it is missing.
"""

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

from sim.view.number_format import DASH, number

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table as RichTable

Tone = Literal["", "good", "bad", "open"]
_COLOURS = {"good": "green", "bad": "red", "open": "yellow"}
_LONG_TEXT = 120  # characters from which a column holds sentences


@dataclass(frozen=True)
class Cell:
    """A value with a quieter second line (`detail`), emphasis, or a tone (a colour in terminals)."""

    text: str
    detail: str = ""
    strong: bool = False
    code: bool = False
    tone: Tone = ""


Value = Cell | str | float | int | None


def shown(value: Any) -> str:
    """The usual format: counts with thousands separated, numbers to four digits, text as it is."""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return f"{int(value):,}"
    return number(value) if isinstance(value, Real) else str(value)


@dataclass(frozen=True)
class Column:
    """A column: its name in the data, heading and unit, format of numbers, and alignment."""

    name: str
    heading: str = ""
    unit: str = ""
    format: Callable[[Any], str] = shown
    align: Literal["left", "right"] = "left"

    @property
    def title(self) -> str:
        heading = self.heading or self.name
        return f"{heading}, {self.unit}" if self.unit else heading


def columns(*headings: str) -> tuple[Column, ...]:
    """Columns by their headings; one that begins with '>' is aligned to the right."""
    return tuple(
        Column(heading.removeprefix(">"), align="right" if heading.startswith(">") else "left")
        for heading in headings
    )


@dataclass(frozen=True)
class Table:
    """A table.

    `note` explains it; `folded` and `tall` say how a page shows it: closed, or with a scroll bar.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    note: str = ""
    folded: bool = False
    tall: bool = False

    def first(self, count: int) -> "Table":
        """The first columns only, for a narrow page."""
        return replace(self, columns=self.columns[:count], rows=[row[:count] for row in self.rows])

    def cells(self) -> Iterable[list[Cell]]:
        """The rows as cells."""
        for row in self.rows:
            yield [_cell(column, value) for column, value in zip(self.columns, row, strict=True)]


def table_of(title: str, columns: Sequence[Column], frame: "pd.DataFrame", note: str = "") -> Table:
    """A table of the named columns of a data frame."""
    rows = [[row[column.name] for column in columns] for row in frame.to_dict("records")]
    return Table(title, columns, rows, note)


def records_of(frame: "pd.DataFrame") -> list[dict[str, Any]]:
    """The rows of a data frame, each by the names of its columns."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def facts_table(facts: Mapping[str, Value] | Iterable[tuple[str, Value]], title: str = "") -> Table:
    """A table of names and values, without headings."""
    pairs = facts.items() if isinstance(facts, Mapping) else facts
    return Table(title, columns("", ""), [[name, value] for name, value in pairs])


def _cell(column: Column, value: Value) -> Cell:
    if isinstance(value, Cell):
        return value
    missing = value is None or value != value or value == ""  # NaN differs from itself
    return Cell(DASH if missing else value if isinstance(value, str) else column.format(value))


# --- the terminal ---------------------------------------------------------------------------------


def to_terminal(table: Table, box: bool = True) -> "RichTable":
    """The table for rich to print; without `box` it has no lines. Without any heading, no row of headings."""
    from rich import box as boxes
    from rich.table import Table as RichTable

    headed = any(column.title for column in table.columns)
    out = RichTable(
        title=table.title or None,
        title_justify="left",
        caption=table.note or None,
        caption_justify="left",
        show_header=headed,
        box=boxes.HEAVY_HEAD if box else None,
        pad_edge=box,
    )
    for at, column in enumerate(table.columns):
        out.add_column(column.title, justify=column.align, overflow="fold", no_wrap=not headed and at == 0)
    for row in table.cells():
        out.add_row(*map(_terminal_cell, row))
    return out


def _terminal_cell(cell: Cell) -> str:
    from rich.markup import escape

    style = _COLOURS.get(cell.tone, "bold" if cell.strong else "")
    text = f"[{style}]{escape(cell.text)}[/]" if style else escape(cell.text)
    return f"{text}\n[dim]{escape(cell.detail)}[/]" if cell.detail else text


# --- Markdown -------------------------------------------------------------------------------------


def to_markdown(table: Table) -> str:
    """The rows and headings in Markdown; title and note are left to the document."""
    head = [column.title for column in table.columns]
    rule = ["---:" if column.align == "right" else "---" for column in table.columns]
    rows = [[_markdown_cell(cell) for cell in row] for row in table.cells()]
    return "\n".join("| " + " | ".join(line) + " |" for line in (head, rule, *rows))


def _markdown_cell(cell: Cell) -> str:
    text = cell.text.replace("|", r"\|")
    text = f"`{text}`" if cell.code else f"**{text}**" if cell.strong else text
    return f"{text} ({cell.detail})".replace("\n", " ") if cell.detail else text.replace("\n", " ")


# --- HTML -----------------------------------------------------------------------------------------


def text(value: Any) -> str:
    """Any value as escaped HTML text."""
    return html.escape(str(value), quote=True)


def coded(value: str) -> str:
    """Escaped text in which `words between backticks` are set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text(value))


def to_html(table: Table) -> str:
    """The table with its title and note, in a box that scrolls."""
    rows = list(table.cells())
    looks = [_look(column, [row[at] for row in rows]) for at, column in enumerate(table.columns)]
    head = "".join(
        f'<th scope="col"{look}>{text(column.title)}</th>'
        for column, look in zip(table.columns, looks, strict=True)
    )
    body = "".join(f"<tr>{_html_row(row, looks)}</tr>" for row in rows)
    note = f'<p class="read">{coded(table.note)}</p>' if table.note else ""
    scroll = (
        f'<div class="scroll{" tall" if table.tall else ""}" role="region" aria-label="{text(table.title)}" '
        f'tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{note}'
    )
    if table.folded:
        return f"<details><summary>{text(table.title)}</summary>{scroll}</details>"
    return f"<h3>{text(table.title)}</h3>{scroll}"


def _html_row(row: Sequence[Cell], looks: Sequence[str]) -> str:
    first, *rest = (f"{look}>{_html_cell(cell)}" for cell, look in zip(row, looks, strict=True))
    return f'<th scope="row"{first}</th>' + "".join(f"<td{cell}</td>" for cell in rest)


def _html_cell(cell: Cell) -> str:
    out = text(cell.text)
    if cell.code:
        out = f"<code>{out}</code>"
    if cell.strong:
        out = f"<strong>{out}</strong>"
    return f'{out}<br><span class="quiet">{text(cell.detail)}</span>' if cell.detail else out


def _look(column: Column, cells: Sequence[Cell]) -> str:
    """Numbers aligned right; short words and dates unbroken; columns of sentences wider, so that rows stay
    low."""
    if column.align == "right":
        return ' class="number"'
    longest = max((max(len(cell.text), len(cell.detail)) for cell in cells), default=0)
    if longest > _LONG_TEXT:
        return ' class="sentences"'
    return ' class="long"' if longest > 24 else ' class="short"' if longest <= 18 else ""

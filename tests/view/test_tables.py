"""A table is described once and written for a terminal, as HTML, and as Markdown."""

import io
import math

import pandas as pd
import pytest
from rich.console import Console

from sim.view.number_format import DASH, number
from sim.view.result_tables import claims_table, headlines_table
from sim.view.tables import (
    Cell,
    Column,
    Table,
    columns,
    facts_table,
    table_of,
    to_html,
    to_markdown,
    to_terminal,
)

TABLE = Table(
    "A title",
    columns("Name", ">Amount", "Verdict"),
    [
        ["a <b>", 1234.5678, Cell("holds", "2 pairs", strong=True, tone="good")],
        ["c|d [e]", None, math.nan],
    ],
    "A note on `code`.",
)


def printed(table: Table) -> str:
    screen = Console(width=240, file=io.StringIO(), color_system=None)
    screen.print(to_terminal(table))
    return screen.file.getvalue()


def test_html_escapes_text_and_marks_what_is_missing() -> None:
    page = to_html(TABLE)
    assert '<th scope="row" class="short">a &lt;b&gt;</th><td class="number">1,235</td>' in page
    assert '<strong>holds</strong><br><span class="quiet">2 pairs</span>' in page
    assert page.count(f">{DASH}</td>") == 2
    assert '<p class="read">A note on <code>code</code>.</p>' in page


def test_a_folded_table_is_closed_and_keeps_its_title() -> None:
    page = to_html(Table("A title", columns("a"), [["b"]], folded=True))
    assert page.startswith("<details><summary>A title</summary>") and "<h3>" not in page


def test_markdown_keeps_columns_apart() -> None:
    assert to_markdown(TABLE).splitlines() == [
        "| Name | Amount | Verdict |",
        "| --- | ---: | --- |",
        "| a <b> | 1,235 | **holds** (2 pairs) |",
        rf"| c\|d [e] | {DASH} | {DASH} |",
    ]


def test_the_terminal_shows_text_in_brackets_as_it_is() -> None:
    shown = printed(TABLE)
    assert "c|d [e]" in shown and "1,235" in shown and "holds" in shown and "2 pairs" in shown


def test_facts_have_no_headings() -> None:
    assert not to_terminal(facts_table({"unit": "USD"}), box=False).show_header


def test_a_row_must_have_a_value_for_each_column() -> None:
    with pytest.raises(ValueError):
        to_markdown(Table("", columns("a", "b"), [["only one"]]))


def test_columns_of_a_frame_are_chosen_by_name_with_unit_and_format() -> None:
    frame = pd.DataFrame({"x": [0.5], "left_out": [1], "n": [12000]})
    described = (
        Column("n", "Count"),
        Column("x", "Trust", "0 to 1", lambda value: number(value, signed=True)),
    )
    assert to_markdown(table_of("", described, frame)).splitlines()[::2] == [
        "| Count | Trust, 0 to 1 |",
        "| 12,000 | +0.5000 |",
    ]


HEADLINES = pd.DataFrame(
    {
        "name": ["Revenue", "Laws"], "unit": ["USD", "countries"], "window": ["2018", "end"],
        "value_a": [3.0e9, 4.0], "value_b": [2.5e9, 6.0], "difference": [-5.0e8, 2.0],
        "low": [-6.0e8, -1.0], "high": [-4.0e8, 5.0], "pairs": [8, 8], "verdict": ["differs", None],
    }
)  # fmt: skip


def test_headlines_are_scaled_with_their_unit_and_bold_where_zero_is_excluded() -> None:
    first, second = to_markdown(headlines_table(HEADLINES, ["Won", "Lost"])).splitlines()[2:]
    assert "| USD 3.00 bn | USD 2.50 bn |" in first
    assert "**USD \N{MINUS SIGN}500 m**" in first and "differs" in first
    assert "Laws (countries)" in second and "**" not in second and DASH in second


def test_a_unit_in_words_stands_below_its_number_so_that_no_column_is_pushed_out() -> None:
    share = HEADLINES.iloc[:1].assign(name="Share", unit="%", difference=32.7, low=30.1, high=35.2)
    [row] = headlines_table(share, ["Won", "Lost"]).cells()
    assert ("+32.7", "percentage points") in [(cell.text, cell.detail) for cell in row]


def test_headlines_of_one_world_have_no_difference() -> None:
    table = headlines_table(HEADLINES, [])
    assert [column.title for column in table.columns] == ["Headline", "Window", "Value"]


def claim(**more: object) -> dict[str, object]:
    return {
        "claim": "Trust falls", "world": "lost", "expect": "<", "against": "won",
        "measure": "trust", "over": "mean",
        "country": "DE", "window": "2018", "unit": "0-1",
        "difference": -0.1, "low": -0.2, "high": 0.1, "pairs": 4,
        "verdict": "inconclusive", "further_seeds": 12, "failed": 1, "note": "", **more,
    }  # fmt: skip


def test_a_claim_says_what_would_settle_it() -> None:
    shown = printed(claims_table([claim()], {"won": "US wins"}, {"DE": "Germany"}.__getitem__))
    together = " ".join(shown.replace("┃", " ").replace("│", " ").split())
    assert "lost < US wins" in together and "Germany" in together
    assert "12 more" in together and "1 failed" in together


def test_claims_of_a_design_are_counted_over_its_points() -> None:
    row = claim(
        points=9, holds=6, inconclusive=2, fails=1, share_mean_agrees=0.75, verdict="holds at 6 of 9 points"
    )
    line = to_markdown(claims_table([row])).splitlines()[2]
    assert "| 6 | 2 | 1 | 75% | **holds at 6 of 9 points** | 1 |" in line


def test_a_number_without_end_is_shown() -> None:
    """Such as the log score of an event that a forecast held for impossible."""
    assert number(float("inf")) == "∞" and number(float("-inf"), signed=True) == "−∞"

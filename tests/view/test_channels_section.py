"""The report's section on channels: there when the table is, and its bars add up."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import pytest

from sim.runs.results import FolderResults
from sim.view.blocks import Chart, Section, Table
from sim.view.report import sections
from sim.view.results_view import ResultsView

PARTS = {"whole": -1.2, "rule_itself": 0.0, "news": -1.0, "belief": -0.2, "peers": 0.0}


def made_up(headline: str, factor: float) -> pd.DataFrame:
    """Rows of one headline: the parts above, times a factor."""
    rows = [
        {
            "channel": channel,
            "name": channel.replace("_", " ").title(),
            "meaning": "Made up.",
            "headline": headline,
            "headline_name": f"Headline {headline}",
            "unit": "points of 100",
            "window": "mean",
            "shapley": factor * value,
            "low": factor * value - 0.1 * factor,
            "high": factor * value + 0.1 * factor,
            "pairs": 4,
            "alone": None if channel in ("whole", "rule_itself") else factor * value / 2,
            "alone_low": None if channel in ("whole", "rule_itself") else factor * (value / 2 - 0.2),
            "alone_high": None if channel in ("whole", "rule_itself") else factor * (value / 2 + 0.2),
            "last": None if channel in ("whole", "rule_itself") else factor * value * 2,
            "last_low": None if channel in ("whole", "rule_itself") else factor * (value * 2 - 2.0),
            "last_high": None if channel in ("whole", "rule_itself") else factor * (value * 2 + 2.0),
            "customers": 2000,
        }
        for channel, value in PARTS.items()
    ]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def section(make_results: Callable[..., FolderResults]) -> Section:
    results = make_results(["microsoft_wins", "doj_wins"], ["world"])
    assert "channels" not in [one.id for one in sections(ResultsView(results))]
    table = pd.concat([made_up("trust", 1.0), made_up("laws", 0.0), made_up("exposure", 1e-5)])
    table.to_csv(results.folder / "channels.csv", index=False)
    return next(one for one in sections(ResultsView(results)) if one.id == "channels")


def test_the_bars_are_the_table_and_add_up(section: Section) -> None:
    chart = next(block for block in section.blocks if isinstance(block, Chart))
    assert len(chart.figures) == 1  # a headline that no channel moves is named, not drawn
    assert "Headline laws; Headline exposure" in chart.read  # nor one that differs by next to nothing
    figure = chart.figures[0]
    go.Figure({key: figure[key] for key in ("data", "layout")})
    whole, rule, *channels = figure["data"][0]["x"]
    assert whole == pytest.approx(rule + sum(channels))
    alone, last = figure["data"][1]["x"], figure["data"][2]["x"]
    assert alone[2:] == pytest.approx([-0.5, -0.1, 0.0]) and last[2:] == pytest.approx([-2.0, -0.4, 0.0])
    assert alone[:2] == [None, None]


def test_the_numbers_are_there_with_interval_and_unit(section: Section) -> None:
    table = next(block for block in section.blocks if isinstance(block, Table) and "numbers" in block.title)
    rows = [[cell.text for cell in row] for row in table.cells()]
    assert ["Headline trust", "News", "\N{MINUS SIGN}1.00", "\N{MINUS SIGN}1.10 to \N{MINUS SIGN}0.90"] in [
        row[:4] for row in rows
    ]
    minus = "\N{MINUS SIGN}"
    news = next(row for row in table.cells() if row[0].text == "Headline trust" and row[1].text == "News")
    shown = [(cell.text, cell.detail) for cell in news[4:6]]
    assert shown == [(f"{minus}0.50", f"{minus}0.70 to {minus}0.30"), (f"{minus}2.0", f"{minus}4.0 to 0")]

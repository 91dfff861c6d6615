"""Regions, a boundary and what stays after a return: in the report and in the explorer, as planted."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

import sim
from sim.analysis.drivers.boundary import search
from sim.analysis.drivers.boundary_tables import Asked, searched, tables_of, write
from sim.pipeline import resolve
from sim.runs.results import FolderResults
from sim.view.blocks import Block, Chart, Section, Text, render
from sim.view.explorer.pages.results.query import Query
from sim.view.explorer.pages.results.result_tabs import BY_TAB, tabs_of
from sim.view.folder_view import FolderView, open_results
from sim.view.results_folders import just_written
from sim.view.results_view import ResultsView
from sim.view.sections.tipping import tipping
from sim.view.sweep_report import sections
from tests.planted_sweeps import HEAD, swept

pytestmark = pytest.mark.long
pytest.importorskip("ema_workbench", reason="the extra `discover` is not installed")

DESIGN = """\
design:
  method: latin_hypercube
  points: 96
  seed: 3
  uncertainties:
    trust.asymmetry: {range: [1, 4]}
    trust.ruling_weight: {range: [0, 1]}
    trust.peer_weight: {range: [0.05, 0.4]}
"""


def loss(values: Any) -> float:
    return 0.05 if values["trust.asymmetry"] > 2.5 and values["trust.ruling_weight"] < 0.5 else -0.01


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep with a planted region, and a boundary search's tables beside it."""
    done = swept(tmp_path_factory.mktemp("planted"), DESIGN, loss).folder
    sim.load(done).discover("trust", below=-2)
    return done


def section(folder: Path, name: str) -> Section:
    return next(one for one in sections(FolderView(just_written(folder))) if one.id == name)


def charts(blocks: Iterable[Block]) -> dict[str, Chart]:
    found = {block.id: block for block in blocks if isinstance(block, Chart)}
    for chart in found.values():
        for figure in chart.figures:
            go.Figure({"data": figure["data"], "layout": figure["layout"]})
    return found


def test_the_report_names_the_box_and_links_the_trade_off_with_its_limits(folder: Path) -> None:
    regions = section(folder, "regions")
    html = render(regions)
    boxes = (
        "Box 1: weight of bad news over good above 2.",
        "Box 1: weight of the ruling&#x27;s news below 0.",
    )
    assert any(box in html for box in boxes)
    chart = charts(regions.blocks)["tradeoff-0"]
    tradeoff, limits = chart.figures
    names = [frame["name"] for frame in tradeoff["frames"]]
    assert chart.choice is not None
    assert names == [frame["name"] for frame in limits["frames"]] == list(chart.choice.options)
    assert chart.choice is not None and str(chart.choice.start).endswith("*"), "it starts at the chosen box"


def test_the_box_is_drawn_around_the_points_of_interest(folder: Path) -> None:
    figure = charts(section(folder, "regions").blocks)["boxes-0"].figures[0]
    others, cases, box = figure["data"]
    assert len(cases["x"]) + len(others["x"]) == 96
    inside = [
        min(box["x"]) <= x <= max(box["x"]) and min(box["y"]) <= y <= max(box["y"])
        for x, y in zip(cases["x"], cases["y"], strict=True)
    ]
    assert np.mean(inside) > 0.85


def test_the_explorer_asks_the_same_and_says_what_it_cannot_answer(folder: Path) -> None:
    view = open_results(folder.parent, folder.name)
    assert "regions" in [tab.key for tab in tabs_of(view)]
    tab = BY_TAB["regions"]
    query = Query({"subject": "trust", "side": "below", "level": "-2"})
    assert tab.controls(view, query) and not query.complaints
    asked = {"subject": "trust", "side": "below", "level": "-2"}
    stored = pd.read_csv(folder / "discovery.csv")
    assert tab.numbers(view, Query(asked))["region_words"].tolist() == stored["region_words"].tolist()
    constant = tab.numbers(view, Query({"subject": "laws", "side": "above"}))
    assert "the outcome is constant" in constant["note"].iloc[0]
    wrong = Query({"subject": "trust", "side": "below", "level": "much"})
    tab.controls(view, wrong)
    assert wrong.complaints == ["level must be a number, not much"]


def test_a_boundary_is_drawn_with_its_points_slice_by_slice(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "ranges.yaml"
    file.write_text(HEAD + DESIGN, encoding="utf-8")
    asked = Asked("trust")
    over = searched(resolve(file), asked)
    found = search(lambda at: at[:, 1] - 0.3 - 0.3 * at[:, 0] + 0.2 * at[:, 2], 3, 0.0, most=40)
    tables = tables_of(found, over, asked, folder)
    tables["boundary_points"] = tables["boundary_points"].iloc[: len(found.at)].assign(value=found.values)
    write(tables, folder)
    part = section(folder, "boundary")
    assert isinstance(part.blocks[0], Text) and "of the space is above 0" in part.blocks[0].body
    chart = charts(part.blocks)["boundary-map"]
    assert chart.choice is not None and len(chart.choice.options) == 15
    frames = chart.figures[0]["frames"]
    assert sum(len(trace["x"]) for frame in frames for trace in frame["data"][3:]) == len(found.at)


def made_up_returns(dated: bool) -> dict[str, pd.DataFrame]:
    held, factor = [6, 12, 24, 48], "worlds.b.switches.1.on" if dated else "trust.asymmetry"
    rows = [
        {
            "point": k, factor: f"201{5 + k}-01-31" if dated else float(k), "held": months,
            "outcome": "trust", "name": "Trust in US providers abroad", "unit": "points of 100", "at": at,
            "before": -2.0, "stays": -0.02 * months, "stays_low": -0.02 * months - 0.2,
            "stays_high": -0.02 * months + 0.2,
            "lasting": -2.0, "lasting_low": -2.1, "lasting_high": -1.9, "share": months / 100,
            "share_low": months / 100 - 0.1, "share_high": months / 100 + 0.1, "pairs": 4, "note": "",
        }
        for k, months in enumerate(held)
        for at in ("60 months after the return", "at the end")
    ]  # fmt: skip
    curve = {
        "factor": "f", "others": "", "outcome": "trust", "name": "Trust", "at": "at the end", "points": 4,
        "along": "months that the first rule held", "first": 0.06, "last": 0.48, "steepest": 0.2,
        "tips_share": 0.0, "half_at": np.nan, "half_low": np.nan, "half_high": np.nan,
        "verdict": "gradual: no tipping",
    }  # fmt: skip
    repeal = {"low": 1.0, "high": 4.0, "pairs": 16, "before": 2.0, "left": 1.0, "share": 0.5,
              "share_low": 0.3, "share_high": 0.7}  # fmt: skip
    return {"returns": pd.DataFrame(rows), "tipping": pd.DataFrame([curve]), "repeal": pd.DataFrame([repeal])}


@pytest.mark.parametrize("dated", [True, False])
def test_what_stays_is_drawn_with_its_interval_and_said_in_words(folder: Path, dated: bool) -> None:
    for name, table in made_up_returns(dated).items():
        table.to_csv(folder / f"{name}.csv", index=False)
    part = tipping(ResultsView(FolderResults(folder)))
    words = part.blocks[0]
    assert isinstance(words, Text)
    unsure = "(at 1 of 4 points it is not sure that any does)"
    assert f"Trust in US providers abroad: 6% to 48% of the effect stays {unsure}." in words.body
    assert "Nothing tips along the range that was tried." in words.body
    assert "Revenue of US providers abroad: no effect to lose" in words.body
    found = charts(part.blocks)
    trace = found["stays"].figures[0]["data"][0]
    assert trace["x"] == ([6, 12, 24, 48] if dated else [0, 1, 2, 3])
    assert trace["y"] == pytest.approx([0.06, 0.12, 0.24, 0.48])
    assert trace["error_y"]["array"] == pytest.approx([0.1] * 4)
    assert "no level up to 4.0 further laws" in found["repeal"].read.lower()

"""What the report says of a region in one sentence."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from sim.analysis.drivers.discovery import PRIM, TABLES, Discovery
from sim.view.blocks import Chart, Text
from sim.view.sections.discovery import regions
from sim.view.tables import Table, to_html

VALUES = pd.DataFrame({"a": [0.0, 1.0]})
NO_REGION = {"region": None, "region_words": None, "density": None, "coverage": None, "share": None}
BOX = {"region": 1, "region_words": "a above 0.5", "density": 0.9, "coverage": 0.8, "share": 0.5}
EVERYWHERE = BOX | {"region_words": "everywhere"}


def found(region: dict[str, Any], limits: int) -> Discovery:
    """One question with a row of PRIM, and a way of PRIM with one limit."""
    asked = {"question": "q", "words": "trust lower", "method": PRIM, "all_points": 100, "all_cases": 24}
    limit = {"question": "q", "factor": "a", "low": 0.5, "high": None, "levels": None}
    limit |= {"least": 0.0, "largest": 1.0, "quasi_p_low": 0.001, "quasi_p_high": None}
    limit |= {"low_words": "0.5", "high_words": None}
    step = {"question": "q", "pass": 1, "step": 1, "density": 0.7, "coverage": 0.6, "share": 0.3}
    tables = (
        [asked | region | {"note": None, "points": 50, "cases": 20}],
        [limit | {"method": PRIM, "region": 1}] * limits,
        [step | {"limits": 1, "box_words": "a above 0.5", "chosen": False}],
        [limit | {"pass": 1, "step": 1}],
        [{"question": "q", "point": k, "value": 0.0, "case": bool(k), "box": 0, "leaf": 1} for k in (0, 1)],
    )
    columns = [pd.DataFrame(rows) for rows in tables]
    if not limits:
        columns[1] = pd.DataFrame(columns=[*limit, "method", "region"])
    assert len(columns) == len(TABLES)
    return Discovery(*columns)


@pytest.mark.parametrize(
    ("region", "limits", "told"),
    [
        (BOX, 1, " One limit says it: where a above 0.5, 90% of the points are of interest, against 24%"),
        (EVERYWHERE, 0, ""),
        (NO_REGION, 0, ""),
    ],
)
def test_one_sentence_tells_a_box_with_one_limit_and_no_other(
    region: dict[str, Any], limits: int, told: str
) -> None:
    blocks = regions(found(region, limits), VALUES)
    said = next(block.body for block in blocks if isinstance(block, Text))
    assert said.startswith(f"<strong>Where is this so: trust lower?</strong>{told}")
    assert bool(told) == ("One limit" in said)


def test_regions_name_factors_and_values_and_say_that_there_is_no_box() -> None:
    one = found(BOX | {"region_words": "law.tests.location.bar ends_at_border and trust.spread above 0.1"}, 1)
    values = VALUES.assign(**{"trust.spread": [0.0, 1.0], "law.tests.location.bar": ["ends_at_border", "x"]})
    html = to_html(next(block for block in regions(one, values) if isinstance(block, Table)))
    words = "reach of the US bar on disclosure ends at border and spread of trust within a country above 0.1"
    assert f"Box 1: {words}" in html and "law.tests" not in html
    nothing = next(block for block in regions(found(NO_REGION, 0), VALUES) if isinstance(block, Table))
    assert "No box" in to_html(nothing)


def test_the_slider_starts_at_the_densest_box_where_none_is_chosen() -> None:
    one = found(BOX, 1)
    first = one.tradeoff.iloc[0].to_dict()
    steps = pd.DataFrame([first | {"step": 1, "density": 0.3}, first | {"step": 2, "density": 0.7}])
    chart = next(block for block in regions(replace(one, tradeoff=steps), VALUES) if isinstance(block, Chart))
    assert chart.choice is not None and chart.choice.start == "1.2"
    assert "No step is dense enough to be chosen" in chart.read

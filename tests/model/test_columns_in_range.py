"""Every column of every table stays in its range, in every month, at both ends of every parameter."""

from collections.abc import Mapping

import numpy as np
import pytest

from sim.model.tables import TABLES
from sim.model.world import WorldSet
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.problems import InputError
from sim.scenario.resolution import variant
from tests.model.small_worlds import asked, base

PARAMETERS = base().parameter_info
ROUNDING = 1e-9
ENDS = [pytest.param(path, end, id=f"{path}-{['low', 'high'][end]}") for path in PARAMETERS for end in (0, 1)]


def out_of_range(sets: Mapping[str, float]) -> list[str]:
    """The columns that leave their range, in either world, with these values; `refused` if they are."""
    try:
        resolved = variant(asked(last="2015-12"), sets=sets)
    except InputError as error:
        return [] if all("must" in problem for problem in error.problems) else error.problems
    ws = WorldSet(list(resolved.scenarios.values()), 1)
    ws.run()
    found = []
    for model in ws.models:
        for name, columns in model.books.tables("full").items():
            for column in TABLES[name].measures:
                values = columns[column.name]
                if values.dtype.kind not in "fi" or not len(values):
                    continue
                low, high = column.range
                least, most = float(np.nanmin(values)), float(np.nanmax(values))
                if least < low - ROUNDING or most > high + ROUNDING or np.isinf(most):
                    found.append(f"{model.scenario.name}: {name}.{column.name}: {least:g} to {most:g}")
    return found


def end_of(info: ParameterInfo, end: int) -> float:
    return float(info.range[end])


def test_columns_are_in_range_as_shipped() -> None:
    assert out_of_range({}) == []


@pytest.mark.parametrize(
    "sets",
    [
        {"trust.belief_jump": 1.0, "trust.news_attention": 2.0, "exposure.law_enforcement_always": 1.0},
        {"trust.belief_jump": 1.0, "trust.news_attention": 2.0, "exposure.law_enforcement_if_believed": 1.0},
        {"investigators.segment_weight": end_of(PARAMETERS["investigators.segment_weight"], 0)},
    ],
    ids=["belief and exposure", "belief in full", "hardly any request"],
)
@pytest.mark.filterwarnings("ignore:All-NaN")
def test_columns_stay_in_range_where_several_parameters_are_at_an_end(sets: dict[str, float]) -> None:
    assert out_of_range(sets) == []


@pytest.mark.long
@pytest.mark.parametrize(("path", "end"), ENDS)
@pytest.mark.filterwarnings("ignore:All-NaN")
def test_columns_stay_in_range_at_the_ends_of_every_parameter(path: str, end: int) -> None:
    assert out_of_range({path: end_of(PARAMETERS[path], end)}) == []

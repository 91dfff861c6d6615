"""Experiments that could not mean what they say are refused before anything is made."""

import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from tests.scenario.small_designs import swept
from tests.small_configs import edit

EXPERIMENT = "experiments/two_worlds.yaml"
ASYMMETRY, PEERS = "trust.asymmetry", "trust.peer_weight"


def problems(project: Path, *sets: str) -> str:
    del project
    with pytest.raises(InputError) as refused:
        resolve("two_worlds", sets)
    return "\n".join(refused.value.problems)


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        pytest.param(["worlds.doj_wins.label=Microsoft wins"], "also the label of", id="one label"),
        pytest.param(["worlds.doj_wins.label=' '"], "worlds.doj_wins.label: is empty", id="no label"),
        pytest.param(
            ["worlds.doj_wins.switches.1.on=2014-07-20", "worlds.doj_wins.switches.0.on=2014-07-10"],
            "acts in the same month as the switch before it, 2014-07-10",
            id="two switches in one month",
        ),
        pytest.param(
            ["worlds.doj_wins.switches.0.on=2012-03-01", "worlds.doj_wins.switches.1.on=2012-11-30"],
            "acts in the same month",
            id="two switches before the first month",
        ),
        pytest.param(["seeds.first=18446744073709551615"], "seeds.first: the last seed", id="a large seed"),
        pytest.param(["seeds.count=1000000000000"], "1,000,000,000,000 seeds; at most", id="too many seeds"),
        pytest.param(["horizon.first=0000-01"], "that is the first month", id="the year nought"),
        pytest.param(["worlds.doj_wins.label='\x1b[31mred'"], "control character (U+001B)", id="an order"),
        pytest.param(["jurisdictions.DE.name='\x1b[31mred'"], "control character (U+001B)", id="a country"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(project: Path, sets: list[str], said: str) -> None:
    assert said in problems(project, *sets)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("on: 2014-07-31", "on: 2013-02-30", "must be a date such as", id="no such day"),
        pytest.param("doj_wins:", '"":', "a world needs a name", id="a world without a name"),
        pytest.param(
            "compare: [microsoft_wins, doj_wins]",
            "knockouts: true",
            "knockouts: is about the difference between two worlds",
            id="a table of differences without two worlds",
        ),
        pytest.param(
            "record: full",
            "record: full\nswitch_dates: [{on: 2016-06-30, label: late}]",
            "world doj_wins: a switch on 2017-12-31 never acts",
            id="another date that moves a later switch out",
        ),
    ],
)
def test_a_file_that_cannot_be_is_refused(project: Path, old: str, new: str, said: str) -> None:
    edit(project / EXPERIMENT, old, new)
    assert said in problems(project)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('{"2013":', '{"2014-02":', "begins after 2013-01|put the dates in order"),
        ('{"2013":', '{"2013": 0.5, "2012-06":', "put the dates in order"),
        ('{"2013":', '{"20133":', "is not a date"),
    ],
)
def test_a_table_by_date_covers_the_first_month(tmp_path: Path, old: str, new: str, said: str) -> None:
    shutil.copytree(root() / CONFIGS, tmp_path / "configs")
    edit(tmp_path / "configs" / "parameters" / "market.yaml", old, new)
    with pytest.raises(InputError, match=said):
        load_base(tmp_path / "configs")


@pytest.mark.parametrize(
    ("design", "said"),
    [
        pytest.param(
            {"method": "grid", "levers": {ASYMMETRY: {"levels": 10**9}}},
            "1,000,000,000 points; at most 1,000,000",
            id="one fine grid",
        ),
        pytest.param(
            {"method": "grid", "levers": {ASYMMETRY: {"levels": 10**6}, PEERS: {"levels": 10**6}}},
            "1,000,000,000,000 points",
            id="a fine grid of two",
        ),
        pytest.param(
            {"method": "sobol", "points": 2**40, "seed": 1, "uncertainties": {ASYMMETRY: {"range": [1, 2]}}},
            "points; at most",
            id="a large sample",
        ),
        pytest.param(
            {
                "method": "morris",
                "trajectories": 10**9,
                "seed": 1,
                "uncertainties": {PEERS: {"range": [0, 1]}},
            },
            "2,000,000,000 points",
            id="many trajectories",
        ),
        pytest.param(
            {
                "method": "latin_hypercube",
                "points": 10**6,
                "seed": 1,
                "uncertainties": {ASYMMETRY: {"range": [1, 2]}},
                "levers": {PEERS: {"levels": 1000}},
            },
            "1,000,000,000 points",
            id="a sample crossed with levers",
        ),
    ],
)
def test_points_are_counted_before_they_are_made(project: Path, design: dict[str, Any], said: str) -> None:
    begin = time.process_time()
    with pytest.raises(InputError, match=said):
        swept(project, design)
    assert time.process_time() - begin < 5.0  # of the processor: making them would take minutes


def test_pairs_are_counted_too(project: Path) -> None:
    design = {"method": "grid", "levers": {ASYMMETRY: {"levels": 1000}}}
    with pytest.raises(InputError, match="are 10,000,000 pairs; at most"):
        swept(project, design, seeds={"first": 1, "count": 10_000})


def test_a_switch_can_not_be_moved_to_where_no_calendar_reaches(project: Path) -> None:
    switches = [{"on": "2014-07-31", "regime": "doj_wins"}, {"on": "2016-01-31", "regime": "microsoft_wins"}]
    worlds = {"a": {"label": "A"}, "b": {"label": "B", "switches": switches}}
    design = {"method": "grid", "levers": {"switch_date": {"values": ["9999-12-31"]}}}
    with pytest.raises(InputError, match="never acts"):
        swept(project, design, worlds=worlds, compare=["a", "b"])

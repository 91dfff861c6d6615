"""The samples of a design: even, decided by the seed, extended by more points."""

import hashlib
import json
import math
from pathlib import Path

import numpy as np
import pytest

from sim.scenario.resolution import points, scenarios_at
from tests.scenario.small_designs import PEERS, SAMPLED, sampled, swept, values

# --- samples --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "rows"), [("latin_hypercube", 8), ("sobol", 8), ("saltelli", 8 * 6), ("morris", 8 * 5)]
)
def test_each_method_samples_every_factor_within_its_range(project: Path, method: str, rows: int) -> None:
    found = values(sampled(project, method))
    peers, asymmetry, months, ties = zip(*found, strict=True)
    assert len(found) == rows
    assert all(0 <= p <= 1 for p in peers)
    assert all(1 <= a <= 4 for a in asymmetry)
    assert set(months) == {1, 2, 3, 4}
    assert set(ties) == {"eu", "rival"}
    assert {type(value) for row in found for value in row} == {float, int, str}


@pytest.mark.parametrize("method", ["latin_hypercube", "sobol"])
def test_a_sample_is_even_in_every_factor_and_loguniform_in_the_logarithm(project: Path, method: str) -> None:
    peers, asymmetry, months, ties = zip(*values(sampled(project, method)), strict=True)
    assert sorted(int(8 * p) for p in peers) == list(range(8))
    assert sorted(int(4 * math.log2(a)) for a in asymmetry) == list(range(8))
    assert [months.count(m) for m in (1, 2, 3, 4)] == [2, 2, 2, 2]
    assert ties.count("eu") == 4


@pytest.mark.parametrize("method", SAMPLED)
def test_the_seed_decides_the_sample_and_nothing_else_does(project: Path, method: str) -> None:
    np.random.seed(5)  # noqa: NPY002 - SALib's methods could use the global state
    first = values(sampled(project, method))
    np.random.seed(6)  # noqa: NPY002
    assert values(sampled(project, method)) == first
    assert values(sampled(project, method, seed=2)) != first


@pytest.mark.parametrize("method", ["sobol", "saltelli", "morris"])
def test_more_points_keep_those_there_were(project: Path, method: str) -> None:
    ((name, size),) = [(k, v) for k, v in SAMPLED[method].items() if k != "seed"]
    few, many = values(sampled(project, method)), values(sampled(project, method, **{name: 2 * size}))
    assert many[: len(few)] == few
    assert len(many) == 2 * len(few)


# What two machines must agree on, to the last digit.
DIGESTS = {
    "latin_hypercube": "c052f30167e75b0c",
    "sobol": "c40842e519fd9b49",
    "saltelli": "02cdd38b769aee5d",
    "morris": "505d12d8f8b08c0d",
}


@pytest.mark.parametrize("method", SAMPLED)
def test_the_table_of_points_is_the_same_on_every_machine(project: Path, method: str) -> None:
    table = json.dumps(values(sampled(project, method)))
    assert hashlib.sha256(table.encode()).hexdigest()[:16] == DIGESTS[method]


def test_levers_are_crossed_with_the_sample(project: Path) -> None:
    """Common random numbers reach across levers: each lever is tried at the same states of the world."""
    levers = {
        "events.gdpr": {"values": [True, False]},
        "switch_date": {"values": ["2014-07-31", "2016-06-30"]},
    }
    resolved = swept(
        project,
        {
            "method": "sobol",
            "points": 4,
            "seed": 1,
            "uncertainties": {PEERS: {"range": [0, 1]}},
            "levers": levers,
        },
    )
    found = values(resolved)
    assert len(found) == 16
    by_lever: dict[tuple[object, ...], list[object]] = {}
    for peers, *lever in found:
        by_lever.setdefault(tuple(lever), []).append(peers)
    assert len(by_lever) == 4
    assert len({tuple(peers) for peers in by_lever.values()}) == 1


def test_dates_are_sampled_by_the_day(project: Path) -> None:
    resolved = swept(
        project,
        {
            "method": "sobol",
            "points": 16,
            "seed": 1,
            "uncertainties": {"switch_date": {"range": ["2014-01-01", "2014-12-31"]}},
        },
    )
    days = [str(day) for (day,) in values(resolved)]
    assert {day[:4] for day in days} == {"2014"}
    assert len(set(days)) == 16
    assert scenarios_at(resolved, points(resolved)[0])["doj_wins"].switches[0].on.isoformat() == days[0]

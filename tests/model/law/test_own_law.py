"""A test of reach and a comity rule that only an experiment's YAML knows change what happens in a run."""

from typing import Any

import numpy as np
import pytest

from sim.model.kernels.case_records import MEASURES
from sim.model.kernels.codes import US_TO_FOREIGN
from sim.model.world import WorldSet
from sim.scenario.resolution import resolve
from sim.vocabulary import ROUTES

DIRECT, REVIEW, MLA = (ROUTES.index(route) for route in ("direct", "comity_review", "mla"))
REQUESTS, SUCCEEDED = MEASURES.index("requests"), MEASURES.index("succeeded")
TEXT = {"reference": "a test"}
ALWAYS: dict[str, Any] = {"filed": 1.0, **TEXT}


def regime(test: str, comity: str) -> dict[str, Any]:
    return {
        "name": test,
        "test": test,
        "comity": comity,
        "agreements": False,
        "believed": None,
        "stages": {},
        **TEXT,
    }


def world(code: str) -> dict[str, Any]:
    return {"label": code, "switches": [{"on": "2013-01-31", "regime": code}]}


EXPERIMENT: dict[str, Any] = {
    "title": "Review",
    "question": "What if a court reviews every order for data abroad?",
    "timeline": "history",
    "horizon": {"first": "2013-01", "last": "2014-12"},
    "customers": 2000,
    "seeds": {"first": 1, "count": 1},
    "worlds": {code: world(code) for code in ("microsoft_wins", "my_regime", "my_strict_regime")},
    "regimes": {
        "my_regime": regime("my_test", "my_lenient"),
        "my_strict_regime": regime("my_test", "my_strict"),
    },
    "tests": {"my_test": {"name": "Review", "reach": 0.4, "bar": "ends_at_border", **TEXT}},
    "comity": {
        "my_lenient": {"name": "Lenient", "common_law": False, "success": 0.0, "months": 1.0, **ALWAYS},
        "my_strict": {"name": "Strict", "common_law": False, "success": 1.0, "months": 1.0, **ALWAYS},
    },
    "us_orders": {
        "my_row_abroad": {
            "when": {"test": "my_test", "location": "abroad"}, "route": "comity_review",
            "authority": "a test",
        },
        "my_row_elsewhere": {"when": {"test": "my_test"}, "route": "direct", "authority": "a test"},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def requests() -> tuple[WorldSet, dict[str, np.ndarray]]:
    """The worlds after their last month, and the requests of each by route: int64 (route, measure)."""
    scenarios = resolve(EXPERIMENT).scenarios
    worlds = WorldSet(list(scenarios.values()), seed=1)
    found = {name: np.zeros((len(ROUTES), len(MEASURES)), np.int64) for name in scenarios}
    while worlds.running:
        worlds.step()
        for name, model in zip(scenarios, worlds.models, strict=True):
            found[name] += model.casework.month[US_TO_FOREIGN].sum(axis=0)
    return worlds, found


def test_orders_take_the_route_of_the_added_row(requests: tuple[WorldSet, dict[str, np.ndarray]]) -> None:
    _, found = requests
    assert found["microsoft_wins"][REVIEW, REQUESTS] == 0
    assert found["my_regime"][REVIEW, REQUESTS] > 0
    assert found["my_regime"][MLA, REQUESTS] < found["microsoft_wins"][MLA, REQUESTS]


def test_the_comity_rule_decides_how_often_a_court_quashes_an_order(
    requests: tuple[WorldSet, dict[str, np.ndarray]],
) -> None:
    _, found = requests
    assert found["my_regime"][REVIEW, SUCCEEDED] > 0
    assert found["my_strict_regime"][REVIEW, REQUESTS] > 0
    assert found["my_strict_regime"][REVIEW, SUCCEEDED] == 0


def test_belief_follows_the_reach_of_the_test(requests: tuple[WorldSet, dict[str, np.ndarray]]) -> None:
    worlds, _ = requests
    location, reviewed, _ = (float(model.mind.belief.mean()) for model in worlds.models)
    assert reviewed > location

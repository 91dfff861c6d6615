"""A small experiment with a design, for the tests of designs."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.resolution import Resolved, points, resolve

PEERS, NEWS = "trust.peer_weight", "trust.news_attention"
SAMPLED: dict[str, dict[str, Any]] = {
    "latin_hypercube": {"points": 8, "seed": 1},
    "sobol": {"points": 8, "seed": 1},
    "saltelli": {"base": 8, "seed": 1},
    "morris": {"trajectories": 8, "seed": 1},
}


def swept(project: Path, design: dict[str, Any], *sets: str, **more: Any) -> Resolved:
    """The small experiment with a design: one world less to set, so that any parameter can be a factor."""
    worlds = {
        name: {"label": name, "switches": [{"on": "2014-07-31", "regime": name}]}
        for name in ("microsoft_wins", "doj_wins")
    }
    tree = {
        "title": "Sweep",
        "question": "Where?",
        "timeline": "history",
        "horizon": {"first": "2013-01", "last": "2016-12"},
        "customers": 2000,
        "seeds": {"first": 1, "count": 2},
        "compare": ["microsoft_wins", "doj_wins"],
        "worlds": worlds,
        **more,
        "design": design,
    }
    (project / "experiments" / "sweep.yaml").write_text(
        json.dumps(tree, indent=1), encoding="utf-8"
    )  # JSON is YAML too
    return resolve("sweep", sets, base=_base())


@cache
def _base() -> Base:
    """The small configuration, read once: every test's project has the same."""
    return load_base(root() / CONFIGS)


def grid(**factors: Any) -> dict[str, Any]:
    return {
        "method": "grid",
        "uncertainties": {path.replace("__", "."): spec for path, spec in factors.items()},
    }


def values(resolved: Resolved) -> list[tuple[object, ...]]:
    return [tuple(point.values.values()) for point in points(resolved)]


def sampled(project: Path, method: str, **more: Any) -> Resolved:
    uncertainties = {
        PEERS: {"range": [0, 1]},
        "trust.asymmetry": {"range": [1, 4], "distribution": "loguniform"},
    }
    uncertainties |= {
        "segments.consumer.contract_months": {"range": [1, 4]},
        "jurisdictions.DE.ties": {"values": ["eu", "rival"]},
    }
    return swept(project, {"method": method, "uncertainties": uncertainties, **SAMPLED[method], **more})

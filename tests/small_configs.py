"""A small, complete configuration in a temporary folder, for tests that must not hang on the real one."""

import shutil
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from sim.scenario.parameter_files import groups
from sim.scenario.schema import BySegment
from sim.vocabulary import INSTRUMENTS, SEGMENTS

CHECKOUT = Path(__file__).resolve().parents[1]
BY_SEGMENT = dict.fromkeys(SEGMENTS, 0.5)


def jurisdiction(iso3: str, ties: str, bloc: str) -> dict[str, Any]:
    return {
        "name": iso3.title(),
        "region": "Europe",
        "iso3": [iso3],
        "bloc": bloc,
        "ties": ties,
        "gdp_2013": 500.0,
        "gdp_2019": 600.0,
        "online_people_2013": 5.0,
        "cloud_intensity": 1.0,
        "adoption_2013": {**BY_SEGMENT},
        "adoption_pace": dict.fromkeys(BY_SEGMENT, 1.0),
        "adoption_ceiling": dict.fromkeys(BY_SEGMENT, 0.9),
        "initial_trust": 0.6,
        "own_state_intrusion": 0.2,
        "privacy_law": 0.9,
        "privacy_law_conflicts": True,
        "mla_instrument": "treaty",
        "mla_practice": "most",
        "compulsion_success": 0.0,
        "police_requests_2013": 100.0,
        "home_grown_share_2013": 0.2,
        "home_grown_us_business": 0.3,
        "instruments_2013": [],
        "source": {"gdp_2013": "judgement: a test"},
    }


def _segment(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "customers_per": "gdp_usd_bn",
        "customers": 10.0,
        "accounts_per_customer": 3.0,
        "tb_per_customer": 0.1,
        "usd_per_customer_year": 12.0,
        "size_tail": 1.5,
        "contract_months": 12,
        "adoption_ceiling": 0.9,
        "meaning": "a test",
        "source": "judgement: a test",
    }


def _parameter(kind: object) -> dict[str, Any]:
    value: Any = dict(BY_SEGMENT) if kind is BySegment else 1 if kind is int else 0.5
    if kind is not BySegment and "dict" in str(kind):
        value = dict.fromkeys(INSTRUMENTS, 0.5)
    return {
        "value": value,
        "unit": "share",
        "range": [0, 5],
        "source": "judgement: a test",
        "meaning": "a test",
    }


def event(name: str, date: str, cause: str = "exogenous", **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "date": date,
        "kind": "court",
        "cause": cause,
        "what": name,
        "reference": "-",
        "confidence": "high",
        **more,
    }


TWO_WORLDS = """\
title: Two worlds
question: Which?
timeline: history
horizon: {first: 2013-01, last: 2016-12}
customers: 2000
seeds: {first: 1, count: 3}
record: full
compare: [microsoft_wins, doj_wins]
worlds:
  microsoft_wins:
    label: Microsoft wins
    switches: [{on: 2014-07-31, regime: microsoft_wins}]
  doj_wins:
    label: DOJ wins
    switches: [{on: 2014-07-31, regime: doj_wins}, {on: 2016-01-31, regime: microsoft_wins}]
    set:
      trust.asymmetry: 2.5
set:
  trust.asymmetry: 3
  jurisdictions.NO.initial_trust: 0.7
"""


def write_configs(root: Path) -> Path:
    """Write `configs/` and `experiments/two_worlds.yaml` under `root`; returns `root`."""
    regime = {
        "test": "location",
        "comity": "none",
        "agreements": False,
        "believed": 0.2,
        "stages": {},
        "reference": "-",
    }
    stages = {
        "quiet": {"honoured": {"all": 1.0}, "believed": 0.1, "reference": "-"},
        "known": {"honoured": {"all": 0.5}, "believed": 0.6, "reference": "-"},
    }
    off = {"network.same_cell": 0}
    files: dict[str, Any] = {
        "world/jurisdictions": {
            "US": jurisdiction("USA", "neutral", "US"),
            "NO": jurisdiction("NOR", "neutral", "NO"),
            "DE": jurisdiction("DEU", "eu", "DE"),
        },
        "world/segments": {name: _segment(name) for name in SEGMENTS},
        "world/providers": {
            "microsoft": {
                "name": "Microsoft",
                "world_share": {"2013": 0.1},
                "regions_2013": ["US"],
                "consumer_share": 0.4,
                "request_share": 0.4,
                "no_stable_location": 0.0,
                "source": "-",
            }
        },
        "regimes/contested": {
            **regime,
            "name": "Contested",
            "test": "contested",
            "believed": None,
            "stages": stages,
        },
        "regimes/microsoft_wins": {**regime, "name": "Microsoft wins"},
        "regimes/doj_wins": {**regime, "name": "DOJ wins", "test": "control"},
        "timelines/history": {
            "name": "What happened",
            "base_regime": "contested",
            "base_stage": "quiet",
            "events": [
                event(
                    "snowden",
                    "2013-06-06",
                    news=[
                        {
                            "channel": "intelligence",
                            "weight": -0.5,
                            "reach": {"all": 0.2, "eu": 0.5, "NO": 0.9},
                        }
                    ],
                ),
                event("warrant", "2013-12-04", "case", enacts=[{"stage": "known"}]),
                event(
                    "gdpr", "2016-04-27", enacts=[{"instrument": "transfer_suspension", "countries": ["DE"]}]
                ),
            ],
        },
        "outlook/goes_on": {
            "name": "It goes on",
            "meaning": "a test",
            "volume_growth": {str(year): 0.4 for year in range(2026, 2031)},
            "assumptions": [{"what": "use", "assumes": "it grows", "source": "judgement: a test"}],
        },
        "mechanisms": {"peers": {"name": "Peers", "meaning": "a test", "off": off}},
    }
    for name, kind in groups().items():
        files[f"parameters/{name}"] = {
            field: _parameter(declared.annotation) for field, declared in kind.model_fields.items()
        }
    files["parameters/exposure"]["law_enforcement_always"]["value"] = {"on_premises": 0.5}
    yaml = YAML()
    shutil.copytree(CHECKOUT / "configs" / "law", root / "configs" / "law")
    for name, content in files.items():
        path = root / "configs" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8") as out:
            yaml.dump(content, out)
    (root / "experiments").mkdir()
    (root / "experiments" / "two_worlds.yaml").write_text(TWO_WORLDS, encoding="utf-8")
    return root


def edit(file: Path, old: str, new: str) -> int:
    """Replace the first `old` in a file; returns the line on which it stood."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1

"""The values of the expected digests of shipped experiments: experiments/expected/values.json.

Where digests no longer fit, because the configuration or an experiment changed since, this file names the
values that did, old and new. Worlds of all experiments have most values in common, so the file has one world
whole (`common`) and of every other what differs from it; null is a value that a world does not have.
`python -m tools.expected_digests --write` writes it with the digests.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.runs.whole_files import write_whole
from sim.scenario.locations import EXPERIMENTS, root
from sim.scenario.resolution import Resolved
from sim.scenario.value_changes import ABSENT, Flat, flat_experiment, flat_world, shown_value

Values = dict[str, Any]
_SEPARATOR = "/"


def values_file() -> Path:
    return root() / EXPERIMENTS / "expected" / "values.json"


def changed_values(resolved: Resolved) -> list[str]:
    """Which values of a shipped experiment are others than those of its expected digests, in words."""
    stored = _read().get(resolved.name)
    if stored is None:
        return []
    now, out = values_of(resolved), dict[str, None]()
    for part in dict.fromkeys([*stored, *now]):
        was_part, now_part = stored.get(part, {}), now.get(part, {})
        for path in dict.fromkeys([*was_part, *now_part]):
            was, new = was_part.get(path, ABSENT), now_part.get(path, ABSENT)
            if was != new:
                shown = path.removeprefix(f"parameters{_SEPARATOR}").replace(_SEPARATOR, ".")
                out[f"{shown}: was {shown_value(was)}, now {shown_value(new)}"] = None
    return list(out)


def values_of(resolved: Resolved) -> dict[str, Values]:
    """Every value of an experiment by path: of the experiment itself (``), and of its worlds by name."""
    canonical = resolved.canonical()
    worlds = {name: _by_path(flat_world(world)) for name, world in canonical["worlds"].items()}
    return {"": _by_path(flat_experiment(canonical)), **worlds}


def write_values(made: Mapping[str, Mapping[str, Values]]) -> Path:
    """Write the values of these experiments; those of others stay."""
    every = {**_read(), **made}
    common = next(values for name, values in next(iter(every.values())).items() if name)
    content = {
        "common": common,
        "experiments": {
            name: {
                part: values if not part else _apart(common, values) for part, values in every[name].items()
            }
            for name in sorted(every)
        },
    }
    write_whole(values_file(), json.dumps(content, indent=0, sort_keys=True) + "\n")
    return values_file()


def _read() -> dict[str, dict[str, Values]]:
    if not values_file().is_file():
        return {}
    content = json.loads(values_file().read_text(encoding="utf-8"))
    common = content["common"]
    return {
        name: {
            part: values if not part else {k: v for k, v in {**common, **values}.items() if v is not None}
            for part, values in parts.items()
        }
        for name, parts in content["experiments"].items()
    }


def _apart(common: Values, values: Values) -> Values:
    differ = {path: value for path, value in values.items() if common.get(path) != value}
    return differ | dict.fromkeys(path for path in common if path not in values)


def _by_path(flat: Flat) -> Values:
    return {
        _SEPARATOR.join(str(part) for part in loc): value for loc, value in flat.items() if value is not None
    }

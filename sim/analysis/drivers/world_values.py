"""Which worlds of an experiment differ by values, and not by their rule, events and levers alone."""

from collections.abc import Mapping
from typing import Any

from sim.analysis.design_months import varied_paths
from sim.scenario.digest import digest

_OF_THE_RULE = ("name", "label", "timeline", "switches")


def values_of_worlds(manifest: Mapping[str, Any]) -> dict[str, str]:
    """For each world a digest of all values that it runs with, its `set` among them, and of what a design
    varies in it alone, an event among them: equal digests, equal values.

    The experiment of a manifest has no `set`: what it sets is in the worlds' scenarios.
    """
    scenario, out = manifest["scenario"], dict[str, str]()
    for name, world in (scenario.get("worlds") or {}).items():
        own = (f"worlds.{name}.set.", f"worlds.{name}.events.")
        alone = [p for p in varied_paths(scenario["experiment"]) if p.startswith(own)]
        values = {part: content for part, content in world.items() if part not in _OF_THE_RULE}
        out[name] = digest({"values": values, "alone": sorted(alone)})
    return out

"""From when the compared worlds may differ, at each point of a design, as its manifest tells it."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.headline_months import HeadlineMonths, months_of
from sim.runs.pairs import must_be_equal_for
from sim.runs.silence import switch_month
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, points, scenarios_at
from sim.scenario.restoration import restored
from sim.scenario.scenario import Scenario

Scenarios = Callable[[int], dict[str, Scenario]]
"""The scenario of every world at a point, by its number."""


def compared(manifest: Mapping[str, Any]) -> tuple[str, str | None]:
    """The compared worlds (first, second) of a manifest.

    Where there is nothing to compare: the first world and None.
    """
    pair = manifest.get("compare")
    return (pair[0], pair[1]) if pair else (next(iter(manifest["worlds"])), None)


def varied_paths(experiment: Mapping[str, Any]) -> list[str]:
    """The paths that the design of an experiment (as a manifest has it) varies; a posterior's own not."""
    design = experiment.get("design") or {}
    return [*(design.get("levers") or {}), *(design.get("uncertainties") or {})]


def is_of_law(path: str) -> bool:
    """Whether a factor moves switches or events.

    If so, worlds part at different times at different points.
    """
    return path == "switch_date" or "switches" in path.split(".") or "events" in path.split(".")


def is_of_one_world(path: str) -> bool:
    """Whether a factor moves a value of one world alone.

    Worlds of other values differ from the first month on; where it is the other world's value they do not.
    """
    return path.startswith("worlds.") and path.split(".")[2:3] == ["set"]


def is_of_levers(path: str) -> bool:
    """Whether a factor moves levers, or which of them are pulled."""
    return path.startswith("levers.") or path.split(".")[-1] == "pulled"


def moves_a_lever(factors: Iterable[Any]) -> bool:
    """Whether the compared worlds part at other points in another month, as a lever that one of them pulls
    has another date. Where the design varies what is pulled, all points are taken over the same months."""
    paths = [str(name) for name in factors]
    pulled = any(path.split(".")[-1] == "pulled" for path in paths)
    return not pulled and any(path.startswith("levers.") and path.endswith(".on") for path in paths)


def restored_design(manifest: Mapping[str, Any], where: Path) -> Resolved:
    """The experiment of a manifest. Raises InputError if this version cannot read it."""
    return restored(manifest["scenario"], load_base(root() / CONFIGS), str(where))


def scenarios_of(manifest: Mapping[str, Any], where: Path) -> Scenarios:
    """The scenarios at the points of a manifest's design.

    What is returned raises InputError if this version cannot read the manifest.
    """
    once = cache(lambda: restored_design(manifest, where))
    return lambda point: scenarios_at(once(), points(once())[point])


def first_months(
    manifest: Mapping[str, Any], values: pd.DataFrame, scenarios: Scenarios, by_lever: bool = True
) -> np.ndarray:
    """For each point (a row of `values`), the first month in which the compared worlds may differ.

    Where they never may, it is the first of all, since every month then serves as well. Months are counted
    from 0. `scenarios` are asked only where that hangs on the point. Without `by_lever`, dates of levers make
    no difference: levers are compared over the same months.
    """
    shared = shared_months(manifest, values, scenarios, by_lever)
    return np.where(shared < _months_to(manifest, "last"), shared, 0)


def shared_months(
    manifest: Mapping[str, Any], values: pd.DataFrame, scenarios: Scenarios, by_lever: bool = True
) -> np.ndarray:
    """For each point, how many months from the first the compared worlds share."""
    return np.array([shared for shared, _ in _parted(manifest, values, scenarios, by_lever)], int)


def headline_months(
    manifest: Mapping[str, Any], values: pd.DataFrame, scenarios: Scenarios, by_lever: bool = True
) -> HeadlineMonths:
    """Over which months the headlines at these points are taken (`first_months`).

    Where this version cannot read the design: from the first difference on, which is true of any.
    """
    if compared(manifest)[1] is None:
        return months_as_written(manifest)
    try:
        parted = _parted(manifest, values, scenarios, by_lever)
    except InputError:
        parted = [(0, None)]
    return months_of(_months_to(manifest, "last"), parted)


def months_as_written(manifest: Mapping[str, Any]) -> HeadlineMonths:
    """The same by the manifest alone: of an experiment without a design, or whose points part as it does."""
    parted = [] if compared(manifest)[1] is None else [_parted_as_written(manifest)]
    return months_of(_months_to(manifest, "last"), parted)


def _parted(
    manifest: Mapping[str, Any], values: pd.DataFrame, scenarios: Scenarios, by_lever: bool
) -> list[tuple[int, int | None]]:
    """For each point how many months the compared worlds share, and when a switch parts them (None:
    none does)."""
    law = [name for name in values.columns if is_of_law(str(name)) or is_of_one_world(str(name))]
    if by_lever and moves_a_lever(values.columns):
        law += [name for name in values.columns if is_of_levers(str(name))]
    a, b = compared(manifest)
    if not law or b is None:
        return [_parted_as_written(manifest)] * len(values)
    out: list[tuple[int, int | None]] = [(0, None)] * len(values)
    for _, rows in values.assign(_row=np.arange(len(values))).groupby(law, sort=False, observed=True):
        worlds = scenarios(int(rows.index[0]))
        parted = must_be_equal_for(worlds[a], worlds[b]), switch_month(worlds[a], worlds[b])
        for row in rows["_row"]:
            out[row] = parted
    return out


def _parted_as_written(manifest: Mapping[str, Any]) -> tuple[int, int | None]:
    """The same of the worlds as the experiment writes them."""
    worlds = manifest.get("scenario", {}).get("experiment", {}).get("worlds", {})
    a, b = (
        {(str(one["on"]), one["regime"]) for one in worlds.get(name, {}).get("switches") or []}
        for name in compared(manifest)
    )
    earliest = min((day for day, _ in a ^ b), default=None)
    switch = None if earliest is None else max(_months_between(manifest["first"], earliest) + 1, 0)
    return _months_to(manifest, "identical_through"), switch


def _months_to(manifest: Mapping[str, Any], name: str) -> int:
    """How many months a manifest's run has up to a month that it names, with that; 0: it names none."""
    last = manifest.get(name)
    if not last:
        return 0
    return _months_between(manifest["first"], last) + 1


def _months_between(first: Any, last: Any) -> int:
    between = np.datetime64(str(last)[:7], "M") - np.datetime64(str(first)[:7], "M")
    return int(between.astype(int))

"""The tables that take more than one run to make: validation, ranks, survival and what its draws varied.

The module says where they lie, and to which parameters they belong. A results folder has its own where they
were made for it. Otherwise the shipped ones stand in, which are of the parameters as shipped: the column
`configuration` says of which, and the report says where that is not what was run. What is about a difference
also says between which worlds, in which order and over which months: the column `compared`. A shipped table
of other worlds never stands in.
"""

import filecmp
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.evidence.compare import history_of
from sim.runs.csv_tables import Unreadable, read_csv, write_csv
from sim.scenario.canonical import TEXTS, canonical_scenario
from sim.scenario.digest import digest
from sim.scenario.posterior import posterior_folder
from sim.scenario.resolution import Resolved, resolve

VALIDATION, RANKS, SURVIVAL, VARIED = "validation", "validation_ranks", "survival", "varied"
COVERAGE, CONDITIONAL = "validation_coverage", "validation_conditional"  # for docs, not for reports
TABLES = (VALIDATION, RANKS, SURVIVAL, VARIED)
OF_A_DIFFERENCE = (SURVIVAL, VARIED)
CONFIGURATION, COMPARED = "configuration", "compared"
_NO_CONTENT = ("name", "label", "customers")
_NOT_OF_THE_WORLD = (*_NO_CONTENT, "first", "months", "switches")


def configuration_of(resolved: Resolved) -> str:
    """Twelve letters for the parameters, the world and the history of an experiment.

    They do not depend on its size, months and switches, nor on words that only explain.
    """
    content = canonical_scenario(history_of(resolved))
    for event in content["timeline"]["events"]:
        if event["act"] is None:  # history's events are no lever's act
            del event["act"]
    world = {name: part for name, part in content.items() if name not in _NOT_OF_THE_WORLD}
    return digest(without_texts(world))[:12]


def without_texts(tree: Any) -> Any:
    """Part of a canonical form without what only explains it, so that better words change no digest."""
    if isinstance(tree, dict):
        return {
            name: without_texts(part)
            for name, part in tree.items()
            if name not in TEXTS or not _is_text(part)
        }
    return [without_texts(part) for part in tree] if isinstance(tree, list) else tree


def _is_text(part: Any) -> bool:
    """Words, or words by what they explain."""
    return all(map(_is_text, part.values())) if isinstance(part, dict) else isinstance(part, str | None)


def compared_in(resolved: Resolved) -> str:
    """Twelve letters for what a difference is of: the months, and what sets each compared world apart from
    history, in the order of `compare`. Empty where no worlds are compared."""
    compare = resolved.experiment.compare
    if compare is None:
        return ""
    history = canonical_scenario(history_of(resolved))
    worlds = [canonical_scenario(resolved.scenarios[name]) for name in compare]
    apart = [
        {part: world[part] for part in world if part not in _NO_CONTENT and world[part] != history[part]}
        for world in worlds
    ]
    return digest({"first": history["first"], "months": history["months"], "worlds": apart})[:12]


def is_as_shipped(resolved: Resolved) -> bool:
    """Whether an experiment has the parameters, the world and the history that ship."""
    return configuration_of(resolved) == configuration_of(resolve("history", base=resolved.base))


def keys_of(resolved: Resolved, of_a_difference: bool = True) -> dict[str, str]:
    """The columns that say what a table belongs to, each with its one value."""
    keys = {CONFIGURATION: configuration_of(resolved)}
    return keys | ({COMPARED: compared_in(resolved)} if of_a_difference else {})


def write(table: pd.DataFrame, name: str, folder: Path, resolved: Resolved) -> Path:
    """Write a table beside the results; numbers to six digits."""
    path = folder / f"{name}.csv"
    write_csv(table.assign(**keys_of(resolved, name in OF_A_DIFFERENCE)), path, float_format="%.6g")
    return path


def bring_shipped(folder: Path, resolved: Resolved) -> list[str]:
    """Give a results folder the shipped tables, unless it has its own of these very parameters and worlds.

    What is about a difference comes only where the same worlds are compared. Returns the names of the files
    that are the shipped ones.
    """
    every, brought = keys_of(resolved), list[str]()
    for name in TABLES:
        own, shipped = folder / f"{name}.csv", posterior_folder() / f"{name}.csv"
        keys = every if name in OF_A_DIFFERENCE else {CONFIGURATION: every[CONFIGURATION]}
        if own.is_file() and _keys_in(own, keys) == keys:
            if shipped.is_file() and filecmp.cmp(own, shipped, shallow=False):
                brought.append(own.name)
            continue
        own.unlink(missing_ok=True)
        if not shipped.is_file():
            continue
        if name not in OF_A_DIFFERENCE or _keys_in(shipped, [COMPARED]) == {COMPARED: every[COMPARED]}:
            shutil.copyfile(shipped, own)
            brought.append(own.name)
    return brought


def _keys_in(path: Path, names: Iterable[str]) -> dict[str, str]:
    """The columns of these names in a table's first line; empty where it cannot be read."""
    try:
        found = read_csv(path, lambda name: name in names)
    except Unreadable:
        return {}
    return {str(name): str(value) for name, value in found.iloc[0].items()} if len(found) else {}

"""The tables that take more than one run to make: validation, ranks, survival and what its draws varied.

The module says where they lie, and to which parameters they belong. A results folder has its own where they
were made for it. Otherwise the shipped ones stand in, which are of the parameters as shipped: the column
`configuration` says of which, and the report says where that is not what was run.
"""

import shutil
from pathlib import Path

import pandas as pd

from sim.analysis.evidence.compare import history_of
from sim.runs.csv_tables import Unreadable, read_csv, write_csv
from sim.scenario.canonical import canonical_scenario
from sim.scenario.digest import digest
from sim.scenario.posterior import posterior_folder
from sim.scenario.resolution import Resolved

VALIDATION, RANKS, SURVIVAL, VARIED = "validation", "validation_ranks", "survival", "varied"
COVERAGE, CONDITIONAL = "validation_coverage", "validation_conditional"  # for docs, not for reports
TABLES = (VALIDATION, RANKS, SURVIVAL, VARIED)
CONFIGURATION = "configuration"
_NOT_OF_THE_WORLD = ("name", "label", "customers", "first", "months", "switches")


def configuration_of(resolved: Resolved) -> str:
    """Twelve letters for the parameters, the world and the history of an experiment.

    They do not depend on its size, months and switches.
    """
    content = canonical_scenario(history_of(resolved))
    for event in content["timeline"]["events"]:
        if event["act"] is None:  # history's events are no lever's act
            del event["act"]
    return digest({name: part for name, part in content.items() if name not in _NOT_OF_THE_WORLD})[:12]


def write(table: pd.DataFrame, name: str, folder: Path, resolved: Resolved) -> Path:
    """Write a table beside the results; numbers to six digits."""
    path = folder / f"{name}.csv"
    write_csv(table.assign(**{CONFIGURATION: configuration_of(resolved)}), path, float_format="%.6g")
    return path


def bring_shipped(folder: Path, resolved: Resolved) -> None:
    """Give a results folder the shipped tables, unless it has its own of these very parameters."""
    for name in TABLES:
        own, shipped = folder / f"{name}.csv", posterior_folder() / f"{name}.csv"
        if own.is_file() and _configuration(own) == configuration_of(resolved):
            continue
        own.unlink(missing_ok=True)
        if shipped.is_file():
            shutil.copyfile(shipped, own)


def _configuration(path: Path) -> str:
    try:
        found = read_csv(path, lambda name: name == CONFIGURATION)
    except Unreadable:
        return ""
    return str(found[CONFIGURATION].iloc[0]) if len(found) and CONFIGURATION in found else ""

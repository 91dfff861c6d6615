"""The shipped headlines over joint draws: what the explorer shows before anything is moved.

`configs/posterior/headlines.csv` has the lines of `uncertainty.csv` for each experiment that was run, with
`experiment`, `configuration`, which says to which parameters, world and history they belong, and `compared`,
which says to which two worlds.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sim.analysis.shipped_tables import keys_of
from sim.analysis.uncertainty.joint_draws import joint_draws, outcomes
from sim.analysis.uncertainty.summary import COLUMNS, summarise
from sim.runs.csv_tables import read_csv, write_csv
from sim.runs.tasks import Runner
from sim.scenario.locations import shown
from sim.scenario.posterior import Posterior, posterior_folder
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

FILE = "headlines.csv"
EXPERIMENT = "experiment"


def write_headlines(
    experiments: Sequence[Resolved],
    folder: Path,
    runner: Runner,
    draws: int | None = None,
    posterior: Posterior | None = None,
) -> Path:
    """Run experiments over joint draws of a posterior (default: the shipped one) and write their headlines.

    Raises InputError for an experiment that compares no two worlds, or draws that there are not.
    """
    tables = []
    for resolved in experiments:
        joint = joint_draws(resolved, draws, posterior)
        if joint is None:
            raise InputError(f"{resolved.name}: compares no two worlds, or has a design: it has no headlines")
        found = summarise(outcomes(joint, runner), joint)
        tables.append(found.assign(**{EXPERIMENT: resolved.name}, **keys_of(resolved)))
    path = folder / FILE
    write_csv(pd.concat(tables), path, float_format="%.6g")
    return path


def read_headlines(resolved: Resolved, folder: Path | None = None) -> pd.DataFrame | None:
    """The shipped headlines of an experiment as it is now; None where there are none of these parameters.

    Raises InputError for a file without the columns.
    """
    path = (folder or posterior_folder()) / FILE
    if not path.is_file():
        return None
    frame = read_csv(path)
    keys = {EXPERIMENT: resolved.name} | keys_of(resolved)
    lacking = [name for name in (*COLUMNS, *keys) if name not in frame]
    if lacking:
        raise InputError(f"{shown(path)}: no column {', '.join(lacking)}")
    own = (frame[list(keys)].astype(str) == pd.Series(keys)).all(axis=1)
    return frame[own].reset_index(drop=True) if own.any() else None

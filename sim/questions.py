"""What is asked of results that are there: records, channels, regions, boundaries, why two differ.

The command line, the Python interface and the explorer all use these functions. Tables that they make are
written into the results folder.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.citation import cited
from sim.analysis.crate_people import deposit_in
from sim.analysis.digests import posterior_digest
from sim.analysis.drivers import (
    boundary,
    boundary_tables,
    discovery,
)
from sim.analysis.drivers.change_sides import side_of
from sim.analysis.drivers.discovery import Discovery
from sim.analysis.drivers.discovery_boxes import DENSITY
from sim.analysis.drivers.discovery_questions import Swept, questions_of
from sim.analysis.drivers.headline_change import HeadlineChange, headline_change
from sim.analysis.records import record_of, records_of
from sim.analysis.uncertainty import joint_draws, measurements
from sim.analysis.uncertainty.value_of_information import VALUE
from sim.pipeline import Finished, run
from sim.runs.crate_files import entities_of, opened
from sim.runs.csv_tables import write_csv
from sim.runs.folder_lock import only_writer
from sim.runs.reproduce import results_of
from sim.runs.results import MANIFEST, FolderResults
from sim.runs.store import Store
from sim.runs.tasks import Backend, Progress, Runner
from sim.runs.written_files import add_written
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root, shown
from sim.scenario.posterior import posterior_folder
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, with_points
from sim.scenario.restoration import restored


def resolved_of(folder: Path) -> Resolved:
    """The experiment of a results folder, as its manifest tells it. Raises InputError."""
    base, manifest = load_base(root() / CONFIGS), FolderResults(folder).manifest
    return restored(manifest["scenario"], base, str(folder / MANIFEST))


def records(what: Path, headline: str | None = None, point: int | None = None) -> pd.DataFrame:
    """The records of a results folder or crate, or of a point of its design, computed from its tables.

    `attrs["cite"]` are the words to cite them by, with the authors that a crate names. Raises InputError.
    """
    with opened(what) as folder:
        manifest, entities = results_of(folder).manifest, entities_of(folder)
        found = records_of(folder, manifest, resolved_of(folder), point)
    if found.empty:
        raise InputError(f"{what}: no two worlds are compared, or no pair succeeded: nothing to cite")
    chosen, draws = record_of(found, headline), found["draws"].max()
    deposit = None if entities is None else deposit_in(entities)
    number = 0 if pd.isna(draws) else int(draws)
    chosen.attrs["cite"] = cited(manifest, str(chosen["id"].iloc[0]), number, deposit, point)
    return chosen


def value_of_information(
    resolved: Resolved, folder: Path, errors: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Which measurement would narrow which headline most: the table, which is also written into the folder.

    From the draws that were run into the folder, or from the shipped ones; nothing is run. `errors`: standard
    errors by row or parameter, to look at these alone. Raises InputError.
    """
    joint = joint_draws.joint_draws(resolved, None)
    if joint is None:
        raise InputError(f"{resolved.name}: compares no two worlds, or has a design: it has no headlines")
    results = FolderResults(folder)
    own = results.summary("draws_outcomes")
    if own is not None and results.manifest.get("posterior") != posterior_digest(joint.posterior):
        raise InputError(
            f"{folder}: its draws are not of the posterior in {shown(posterior_folder())}, and would be read "
            "with parameters that they did not have; run the experiment again"
        )
    table = measurements.value_of_information(joint, own, errors)
    with only_writer(folder):
        write_csv(table, folder / f"{VALUE}.csv")
        add_written(folder, [f"{VALUE}.csv"])
    return table


def channels(
    folder: Path, seeds: int | None, *, workers: int | None, store: Path, progress: Progress | None
) -> pd.DataFrame:
    """Split the headlines of a results folder among channels, and write the table into it.

    Raises InputError, and RuntimeError if every pair failed.
    """
    from sim.analysis import assessments  # for this alone: half a second that no run should wait

    assessment = assessments.channels(resolved_of(folder), seeds)
    runner = Runner(Store(store), Backend(workers), progress)
    table = assessment.run(folder, runner)[assessments.CHANNELS]
    if not table["pairs"].any():
        raise RuntimeError("no pair of worlds succeeded:\n" + "\n".join(runner.failures))
    return table


def why(
    a: str, b: str, seeds: int | None, *, workers: int | None, store: Path, progress: Progress | None
) -> HeadlineChange:
    """Why the headlines of two results folders, crates or experiments differ. Raises InputError."""
    sides = side_of(a, seeds), side_of(b, seeds)
    return headline_change(*sides, Runner(Store(store), Backend(workers), progress))


def discover(folder: Path, density: float = DENSITY, **asked: Any) -> Discovery:
    """Search a design for the regions that answer questions, and write the tables into its results folder.

    `asked` are the arguments of `discovery_questions.questions_of`; without any the usual questions are put.
    Raises InputError.
    """
    found = search_regions(folder, density, **asked)
    with only_writer(folder):
        add_written(folder, [path.name for path in found.write(folder)])
    return found


def search_regions(folder: Path, density: float = DENSITY, **asked: Any) -> Discovery:
    """The same without writing anything."""
    swept = Swept(folder)
    return discovery.discover(swept, questions_of(swept, **asked), density)


def find_boundary(
    resolved: Resolved, asked: boundary_tables.Asked, out: Path, **how: Any
) -> tuple[Finished, dict[str, pd.DataFrame]]:
    """Search the ranges of an experiment's design for where a headline crosses a level.

    The points that were run become a list design in the results folder `out`, with the tables of the search
    beside them; `how` are further arguments of `run`. Raises InputError.
    """
    over = boundary_tables.searched(resolved, asked)
    if asked.against is not None:  # before anything runs
        boundary_tables.dense_grid(asked.against, over, asked.headline)
    at, ran = np.empty((0, len(over))), list[Finished]()

    def evaluate(new: np.ndarray) -> np.ndarray:
        nonlocal at
        at = np.vstack([at, new])
        ran.append(run(with_points(resolved, boundary_tables.values_at(over, at)), out, **how))
        values = boundary_tables.outcome_of(out, asked.headline)["value"].to_numpy(float)
        return np.asarray(values[-len(new) :])

    found = boundary.search(evaluate, len(over), asked.level, most=asked.most, tolerance=asked.tolerance)
    tables = boundary_tables.tables_of(found, over, asked, out)
    with only_writer(out):
        add_written(out, [path.name for path in boundary_tables.write(tables, out)])
    return ran[-1], tables

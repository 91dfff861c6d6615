"""The tables of a results folder that follow from its recorded tables alone: headlines, series, verdicts on
claims, tipping, levers, the split between two causes, sensitivity, records.

A run writes them, and whoever checks a folder computes them anew: one function serves both, so a number that
was edited afterwards cannot agree.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.drivers import confound, frontier, sensitivity, tipping
from sim.analysis.drivers.outcomes import OUTCOMES, computed_outcomes, outcomes_of
from sim.analysis.headline_table import headline_table, with_windows
from sim.analysis.headlines import SERIES, Columns, headlines_of_one, series
from sim.analysis.records import CLOSE as CLOSE_RECORDS
from sim.analysis.records import TABLE as RECORDS
from sim.analysis.records import draws_summary, records_of, runs_of
from sim.analysis.stored_tables import Differences, differences, row_differences
from sim.analysis.uncertainty.summary import OF_PARAMETERS
from sim.runs.claims import TABLES_OF_CLAIMS, judge
from sim.runs.csv_tables import Unreadable, as_stored, read_csv
from sim.runs.results import FolderResults
from sim.scenario.resolution import Resolved, points, scenarios_at
from sim.scenario.scenario import Scenario

HEADLINES, MONTHLY = "headlines", "series"
TABLES = (
    HEADLINES,
    MONTHLY,
    RECORDS,
    *TABLES_OF_CLAIMS,
    *sensitivity.TABLES,
    *tipping.TABLES,
    *frontier.TABLES,
    *confound.TABLES,
)
# what a run makes of further runs, and no other command
OF_OTHER_RUNS = ("uncertainty", "draws_outcomes", "knockouts", "mean_field", "switch_dates", "record")
_CLOSE = 1e-9  # relative: sums differ in their last digits between processors
_BY_HEADLINE = {HEADLINES: _CLOSE, RECORDS: CLOSE_RECORDS}


def derived_tables(folder: Path, manifest: Mapping[str, Any], resolved: Resolved) -> dict[str, pd.DataFrame]:
    """Every such table of a folder with recorded tables, points and outcomes, by name (`TABLES`).

    None where no pair succeeded, and none that the experiment does not ask for. Raises DamagedFolder.
    """
    if not manifest.get("tables"):
        return {}
    every = points(resolved)

    def scenarios(point: int) -> dict[str, Scenario]:
        return scenarios_at(resolved, every[point])

    out = {} if resolved.design is not None else _of_pairs(folder, resolved)
    if resolved.experiment.claims:
        out |= judge(resolved, FolderResults(folder)).tables
    out |= tipping.tables_of(folder, manifest, scenarios)
    out |= frontier.tables_of(folder, manifest)
    out |= confound.tables_of(folder, manifest, resolved.scenarios)
    if resolved.design is not None:
        out |= sensitivity.tables_of(folder, manifest, resolved)
    records = records_of(folder, manifest, resolved)
    return out | ({RECORDS: records} if len(records) else {})


def paired_summaries(
    resolved: Resolved, pairs: Sequence[tuple[Columns, Columns]], why: bool, metrics: Collection[str]
) -> dict[str, pd.DataFrame]:
    """Headlines of the compared worlds, and series of these metrics.

    On request, with the reasons for the signs of the headlines.
    """
    out = {HEADLINES: headline_table(resolved, pairs, why)}
    return out | ({MONTHLY: series(pairs, tuple(metrics))} if metrics else {})


def _of_pairs(folder: Path, resolved: Resolved) -> dict[str, pd.DataFrame]:
    """The tables of the pairs of an experiment without a design."""
    compare = resolved.experiment.compare
    if compare is None:
        only = next(iter(resolved.scenarios))
        alone = headlines_of_one([worlds[only] for worlds in runs_of(folder, [only]).values()])
        return {HEADLINES: with_windows(alone, resolved)}
    runs = runs_of(folder, compare).values()
    pairs = [(worlds[compare[0]], worlds[compare[1]]) for worlds in runs]
    return paired_summaries(resolved, pairs, why=True, metrics=tuple(SERIES))


def stored_differences(
    folder: Path, manifest: Mapping[str, Any], resolved: Resolved
) -> Iterator[tuple[str, Differences | None]]:
    """How each such table that a folder holds differs from what follows, by the name of its file.

    None: the folder lacks it. Tables that it neither has nor should have are passed over. Raises
    DamagedFolder.
    """
    if (folder / OUTCOMES).is_file():
        stored, follows = outcomes_of(folder, manifest), computed_outcomes(folder, manifest)
        yield OUTCOMES, row_differences(stored, follows, _CLOSE)
    else:
        yield OUTCOMES, None
    drawn = draws_summary(folder, manifest)
    if drawn is not None:
        path = folder / "uncertainty.csv"
        yield path.name, _of_draws(path, with_windows(drawn, resolved)) if path.is_file() else None
    now = derived_tables(folder, manifest, resolved)
    for name in TABLES:
        path = folder / f"{name}.csv"
        if not path.is_file():
            if name in now:
                yield path.name, None
        elif name not in now:
            yield path.name, Differences([], ["such results have no such table"])
        else:
            yield path.name, _compared(path, name, as_stored(now[name]))


def _of_draws(path: Path, now: pd.DataFrame) -> Differences:
    """But for the parameters that decide the signs: they need the posterior."""
    try:
        stored = read_csv(path)
    except Unreadable as error:
        return Differences([f"it cannot be read: {error}"], [])
    kept = [name for name in stored if name not in OF_PARAMETERS]
    return differences(stored[kept], as_stored(now), _CLOSE)


def _compared(path: Path, name: str, now: pd.DataFrame) -> Differences:
    try:
        stored = read_csv(path)
    except Unreadable as error:
        return Differences([f"it cannot be read: {error}"], [])
    if name in _BY_HEADLINE:
        return differences(stored, now, _BY_HEADLINE[name])
    return row_differences(stored, now, _CLOSE)

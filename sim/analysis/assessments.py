"""Assessments of the model: against evidence, on rows that no fit saw, and over the uncertainty of its
parameters.

Each is prepared first, so that mistakes are found before anything runs, and then run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.analysis import shipped_tables
from sim.analysis.calibration.inputs import read_inputs
from sim.analysis.evidence.compare import compare, history_of
from sim.analysis.evidence.posterior_predictive import compare_over_draws
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.analysis.posterior_draws import first_draws
from sim.analysis.starting_levels.sources import read_sources
from sim.analysis.survival.conclusions import survive
from sim.analysis.validation.comparison import ALL, EARLY, Fit, validate
from sim.analysis.validation.holdout import (
    EarlyStart,
    places_held_back,
    sources_without,
    unseen_by_all,
    unseen_by_early,
)
from sim.runs.tasks import Runner
from sim.scenario.locations import CONFIGS, root, shown
from sim.scenario.posterior import read_posterior, there_is_one
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

EVIDENCE = "evidence"
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Assessment:
    """An assessment that can be run: on which experiment, what it will run in words, and warnings."""

    resolved: Resolved
    size: str
    compute: Callable[[Runner], Tables]
    warnings: Sequence[str] = ()

    def run(self, out: Path, runner: Runner) -> Tables:
        """Run what the store lacks, write the tables to `out`, and return them by name."""
        tables = self.compute(runner)
        for name, table in tables.items():
            if name in shipped_tables.TABLES:
                shipped_tables.write(table, name, out, self.resolved)
            else:
                table.to_csv(out / f"{name}.csv", index=False, lineterminator="\n")
        return tables


def evidence(resolved: Resolved, rows: Path | None = None, draws: int | None = None) -> Assessment:
    """The rows of a file beside the model, over seeds or over draws of the posterior.

    Without a file, the shipped rows.

    Raises InputError.
    """
    file = rows or shipped_rows()
    read = read_rows(file, history_of(resolved))
    points = () if draws is None else first_draws(read_posterior(), draws)
    events = sorted({row.without_event for row in read} - {""})
    worlds = "history" + (f" and history without {', '.join(events)}" if events else "")
    times = f"{len(points)} draws x " if points else ""

    def compute(runner: Runner) -> Tables:
        if points:
            return {EVIDENCE: compare_over_draws(read, resolved, points, runner)}
        return {EVIDENCE: compare(read, resolved, runner)}

    size = f"{shown(file)}: {len(read)} rows; {worlds} x {times}{_size(resolved)}"
    return Assessment(resolved, size, compute)


def validation(resolved: Resolved, draws: int) -> Assessment:
    """Each fit on the rows that it did not see, over draws of its posterior, beside the rivals.

    Raises InputError.
    """
    fits = _fits(resolved, draws)

    def compute(runner: Runner) -> Tables:
        scores, ranks = validate(fits, resolved, runner)
        return {shipped_tables.VALIDATION: scores, shipped_tables.RANKS: ranks}

    rows = ", ".join(f"{len(fit.unseen.asked)} rows that the fit on {fit.name} did not see" for fit in fits)
    warnings = ["there is no early posterior, so only the validation rows are scored"]
    size = f"{rows}; {draws} draws x {_size(resolved)}"
    return Assessment(resolved, size, compute, warnings if len(fits) == 1 else ())


def _fits(resolved: Resolved, draws: int) -> list[Fit]:
    """The fits for which there is a posterior, each with the rows that it did not see."""
    rows = read_rows(shipped_rows(), history_of(resolved))
    inputs = read_inputs(rows, resolved.base)
    fits = [Fit(ALL, first_draws(read_posterior(), draws), unseen_by_all(rows))]
    if there_is_one(early=True):
        unseen = unseen_by_early(inputs.rows(rows), inputs.rows(rows, early=True))
        start = EarlyStart(sources_without(read_sources(root() / CONFIGS), places_held_back(unseen.asked)))
        fits.append(Fit(EARLY, first_draws(read_posterior(early=True), draws, "early draw"), unseen, start))
    return fits


def survival(resolved: Resolved, draws: int, seeds: int) -> Assessment:
    """The compared worlds at the shipped parameters, and in every arm over draws of the posterior.

    Raises InputError.
    """
    name, have = resolved.name, resolved.experiment.seeds.count
    if resolved.experiment.compare is None:
        raise InputError(
            f"{name}: compares no two worlds, so there is no conclusion to test; name another with "
            "--experiment"
        )
    if resolved.design is not None:
        raise InputError(f"{name}: has a design of its own; name an experiment without one with --experiment")
    if seeds > have:
        raise InputError(f"--seeds: {seeds}: {name} has {have} seeds; valid: 1 to {have}")
    points = first_draws(read_posterior(), draws)

    def compute(runner: Runner) -> Tables:
        return {shipped_tables.SURVIVAL: survive(resolved, points, seeds, runner)}

    size = (
        f"{name}: shipped parameters x {have} seeds, then four arms of {draws} draws x {seeds} seeds, "
        f"{resolved.experiment.customers:,} customers"
    )
    return Assessment(resolved, size, compute)


def _size(resolved: Resolved) -> str:
    return f"{resolved.experiment.seeds.count} seeds, {resolved.experiment.customers:,} customers"

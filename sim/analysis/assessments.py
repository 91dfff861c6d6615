"""Assessments of the model: against evidence, on rows that no fit saw, and over the uncertainty of its
parameters.

Each is prepared first, so that mistakes are found before anything runs, and then run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.analysis import shipped_tables
from sim.analysis.digests import posterior_digest
from sim.analysis.drivers.channels import asked as asked_channels
from sim.analysis.drivers.channels import channel_table
from sim.analysis.evidence.compare import compare, history_of
from sim.analysis.evidence.not_used import not_used
from sim.analysis.evidence.posterior_predictive import PANEL, compare_over_draws
from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.analysis.evidence.splits import SHIPPED, SPLITS
from sim.analysis.posterior_draws import first_draws
from sim.analysis.survival.conclusions import survive
from sim.analysis.uncertainty.joint_draws import joint_draws
from sim.analysis.uncertainty.varied import HELD, varied
from sim.analysis.validation.comparison import Fit, validate
from sim.analysis.validation.holdout import unseen_by
from sim.runs.csv_tables import write_csv
from sim.runs.folder_check import DamagedFolder, manifest_at
from sim.runs.folder_lock import only_writer
from sim.runs.identity import model_digest
from sim.runs.points import MANIFEST
from sim.runs.tasks import Runner
from sim.runs.written_files import add_written
from sim.scenario.locations import shown
from sim.scenario.posterior import Posterior, read_posterior, there_is_one
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, variant
from sim.scenario.restoration import restored

EVIDENCE, CHANNELS = "evidence", "channels"
SCORED_ONCE = (
    "validation is scored once for a model: choose between models by calibration rows, never by these scores"
)
OWN_DESIGN = "has a design of its own; name an experiment without one with --experiment"
Tables = dict[str, pd.DataFrame]


@dataclass(frozen=True)
class Assessment:
    """An assessment that can be run: on which experiment, what it will run in words, and warnings."""

    resolved: Resolved
    size: str
    compute: Callable[[Runner], Tables]
    warnings: Sequence[str] = ()
    of_a_difference: bool = False  # between the compared worlds

    def run(self, out: Path, runner: Runner) -> Tables:
        """Run what the store lacks, write the tables to `out`, and return them by name.

        Raises InputError where `out` holds results of something else: its report would show both as one.
        """
        self._refuse_other_results(out)
        tables = self.compute(runner)
        with only_writer(out):
            for name, table in tables.items():
                if name in shipped_tables.TABLES:
                    shipped_tables.write(table, name, out, self.resolved)
                else:
                    write_csv(table, out / f"{name}.csv")
            add_written(out, [f"{name}.csv" for name in tables])
        return tables

    def _refuse_other_results(self, out: Path) -> None:
        try:
            manifest = manifest_at(out / MANIFEST)
        except DamagedFolder:  # no results: nothing to be taken for another's
            return
        there = restored(manifest.get("scenario", {}), self.resolved.base, str(out / MANIFEST))
        what = "parameters or history"
        same = shipped_tables.keys_of(there, False) == shipped_tables.keys_of(self.resolved, False)
        if self.of_a_difference:
            what = "parameters, worlds or months"
            designs = there.design is not None, self.resolved.design is not None
            same &= designs[0] == designs[1]
            same &= shipped_tables.keys_of(there) == shipped_tables.keys_of(self.resolved)
        if not same:
            raise InputError(f"{out}: holds results of other {what}; name another folder with --out")


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
        table = (
            compare_over_draws(read, resolved, points, runner) if points else compare(read, resolved, runner)
        )
        return {EVIDENCE: table} | ({} if rows else {"not_used": not_used()})

    size = f"{shown(file)}: {len(read)} rows; {worlds} x {times}{_size(resolved)}"
    return Assessment(resolved, size, compute)


def validation(resolved: Resolved, draws: int) -> Assessment:
    """Each split's fit on the rows that it did not see, over draws of its posterior, beside the rivals.

    Only the shipped parameters and history can be validated: whoever could try others would choose by the
    scores. Raises InputError.
    """
    shipped_only(resolved)
    # The tables are of the configuration that ships: a larger panel takes luck out of answers, no more.
    with_panel = variant(resolved, {"survey.panel": PANEL})
    rows = read_rows(shipped_rows(), history_of(with_panel))
    fits, missing = _fits(rows, draws)

    def compute(runner: Runner) -> Tables:
        made = validate(fits, rows, with_panel, runner)
        of = {"model_digest": model_digest()[:12], "posterior": posterior_digest(read_posterior())[:12]}
        return {
            shipped_tables.VALIDATION: made.scores.assign(**of),
            shipped_tables.RANKS: made.ranks.assign(**of),
            shipped_tables.COVERAGE: made.coverage.assign(**of),
            shipped_tables.CONDITIONAL: made.conditional.assign(**of),
        }

    asked = ", ".join(f"{fit.name} {len(fit.unseen.asked)}" for fit in fits)
    size = f"rows that a fit did not see: {asked}; {draws} draws x {_size(resolved)}, with and without agents"
    warnings = [SCORED_ONCE]
    if missing:
        warnings.append(f"no posterior of {', '.join(missing)}: not scored; warrantsim calibrate makes them")
    return Assessment(resolved, size, compute, warnings)


def shipped_only(resolved: Resolved) -> None:
    """Refuse an experiment with a design, parameters, a world or a history of its own; raises InputError."""
    if resolved.design is not None:
        raise InputError(f"{resolved.name}: {OWN_DESIGN}")
    if not shipped_tables.is_as_shipped(resolved):
        raise InputError(
            f"{resolved.name}: sets parameters, a world or a history of its own, and validation scores the "
            "shipped ones only: choosing by these scores would spend the rows; choose by calibration rows "
            "(warrantsim evidence)"
        )


def _fits(rows: Sequence[Row], draws: int) -> tuple[list[Fit], list[str]]:
    """The fits for which there is a posterior, each with its task, and the splits without one."""
    fits, missing = (
        [Fit(SHIPPED, first_draws(read_posterior(), draws), unseen_by(SHIPPED, rows))],
        list[str](),
    )
    for split in SPLITS:
        if not there_is_one(split=split.name):
            missing.append(split.name)
            continue
        points = first_draws(read_posterior(split=split.name), draws, f"draw of {split.name}")
        fits.append(Fit(split, points, unseen_by(split, rows)))
    return [fit for fit in fits if fit.unseen.asked], missing


def survival(resolved: Resolved, draws: int | None = None, posterior: Posterior | None = None) -> Assessment:
    """The compared worlds in every arm, over joint draws of the posterior: of the shipped one, unless another
    is given.

    Raises InputError.
    """
    name = resolved.name
    if resolved.experiment.compare is None:
        raise InputError(
            f"{name}: compares no two worlds, so there is no conclusion to test; name another with "
            "--experiment"
        )
    if resolved.design is not None:
        raise InputError(f"{name}: {OWN_DESIGN}")
    posterior = posterior or read_posterior()
    joint = joint_draws(resolved, draws, posterior)
    assert joint is not None, "two worlds are compared and there is a posterior"
    what = varied(joint)

    def compute(runner: Runner) -> Tables:
        return {shipped_tables.SURVIVAL: survive(joint, runner), shipped_tables.VARIED: what}

    held = int((what["what"] == HELD).sum())
    size = (
        f"{name}: four arms of {len(joint.draws)} draws, which vary {len(what) - held} entries and hold "
        f"{held} parameters (varied.csv); {resolved.experiment.customers:,} customers"
    )
    return Assessment(resolved, size, compute, of_a_difference=True)


def channels(resolved: Resolved, seeds: int | None = None) -> Assessment:
    """The compared worlds with every set of channels on; `seeds` are the experiment's first (at most four, if
    nothing is said).

    Raises InputError.
    """
    what = asked_channels(resolved, seeds)
    of = shipped_tables.keys_of(resolved)
    pairs = f"{len(what.seeds)} {'pair' if len(what.seeds) == 1 else 'pairs'}"
    size = (
        f"{resolved.name}: {len(what.channels)} channels, so {what.coalitions} runs of each of {pairs}; "
        f"{resolved.experiment.customers:,} customers"
    )

    def compute(runner: Runner) -> Tables:
        return {CHANNELS: channel_table(what, runner).assign(**of)}

    return Assessment(resolved, size, compute, of_a_difference=True)


def _size(resolved: Resolved) -> str:
    return f"{resolved.experiment.seeds.count} seeds, {resolved.experiment.customers:,} customers"

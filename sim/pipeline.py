"""From an experiment to a finished results folder.

The steps are: resolve, run, analyse, judge the claims, write the manifest. The command line, the Python
interface, the explorer and clusters all use these functions. Nothing else writes a manifest.
"""

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import derived_tables, shipped_tables
from sim.analysis.digests import posterior_digest
from sim.analysis.drivers import (
    boundary_tables,
    discovery,
    knockouts,
)
from sim.analysis.drivers.outcomes import OUTCOMES, write_outcomes
from sim.analysis.evidence.compare import MOST_SEEDS, compare_with_record
from sim.analysis.headline_table import with_windows
from sim.analysis.projections import projections
from sim.analysis.uncertainty import joint_draws, measurements, shipped_draws
from sim.analysis.uncertainty.joint_draws import JointDraws
from sim.analysis.uncertainty.summary import summarise
from sim.analysis.uncertainty.value_of_information import VALUE
from sim.analysis.uncertainty.varied import varied
from sim.model.tables import TABLES
from sim.runs import claims
from sim.runs.compiler import can_compile
from sim.runs.csv_tables import write_csv
from sim.runs.execution import DICTIONARY, FAILURES, OWN_STORE, Execution, execute, manifest_of
from sim.runs.folder_lock import only_writer
from sim.runs.manifest import write_manifest
from sim.runs.output_folders import check_folder, make_folder
from sim.runs.plan import Plan
from sim.runs.points import EXPERIMENT, POINTS, REPORT, TABLES_FOLDER
from sim.runs.reporters import Reporters
from sim.runs.results import MANIFEST
from sim.runs.store import Store
from sim.runs.tasks import Backend, Progress, Runner
from sim.runs.watch import FURTHER, Watch, watched
from sim.runs.whole_files import write_whole
from sim.runs.written_files import Before, digests_of, stated_before
from sim.scenario.experiment_text import text_of_resolved
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, factors, points, scenarios_at
from sim.scenario.resolution import resolve as resolve_experiment
from sim.scenario.samples import POSTERIOR
from sim.scenario.scenario import Scenario

# what other commands write into the folder later, and what of it hangs on the folder's runs alone
_OF_THE_RUNS = ("channels", *discovery.TABLES, *boundary_tables.TABLES)
_RENEWED = ("varied", VALUE, *_OF_THE_RUNS)
SUMMARIES = (*derived_tables.TABLES, *derived_tables.OF_OTHER_RUNS, *_RENEWED)

# what `run` writes over or deletes in its folder, a report among it
_WRITTEN = (
    MANIFEST, POINTS, EXPERIMENT, OUTCOMES, FAILURES, REPORT,
    *(f"{TABLES_FOLDER}/{name}.parquet" for name in TABLES),
    *(f"{name}.csv" for name in SUMMARIES if name not in _RENEWED),
)  # fmt: skip
# what other commands may have written there before, each with a column that tells it from a user's own file
_BEFORE = {
    f"{name}.csv": column
    for names, column in (
        (shipped_tables.TABLES, shipped_tables.CONFIGURATION),
        ((VALUE,), "width90_expected"),
        (("channels",), "shapley"),
    )
    for name in names
}

_LOCAL = re.compile(r"^(--[\w-]+=)?(?:/|[A-Za-z]:[\\/]).*[\\/]")


@dataclass
class Finished(Execution):
    """An experiment that has been run, analysed and judged."""

    summaries: dict[str, pd.DataFrame] = field(default_factory=dict)
    further_failures: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)  # files that were copied from those that ship
    draws_ship: bool = False  # whether the outcomes of the draws were taken from those that ship

    @property
    def verdicts(self) -> claims.Judged | None:
        """The verdicts on what the experiment claims, if it claims anything."""
        return claims.Judged.of(self.summaries)

    @property
    def all_failures(self) -> list[str]:
        """Pairs that failed, further runs that failed, and claims that do not hold."""
        failed_claims = [f"claim: {claim}" for claim in self.verdicts.failed] if self.verdicts else []
        return [*self.failures, *self.further_failures, *failed_claims]


def resolve(experiment: Any, sets: Iterable[str] = (), **sizes: Any) -> Resolved:
    """Read, check and layer an experiment with its claims. Raises InputError with every problem."""
    resolved = resolve_experiment(experiment, sets, **sizes)
    claims.check(resolved)
    return resolved


def size_words(resolved: Resolved) -> str:
    """How large an experiment is: worlds, seeds, customers, and the points of its design."""
    experiment, design = resolved.experiment, resolved.experiment.design
    size = (
        f"{', '.join(experiment.worlds)}; {experiment.seeds.count} seeds, {experiment.customers:,} customers"
    )
    if design is None:
        return size
    number, drawn = len(points(resolved)), design.method == POSTERIOR
    over = [factor.path for factor in factors(resolved) if not drawn or factor.role == "levers"]
    fitted = [f"the {len(factors(resolved)) - len(over)} values of the posterior"] if drawn else []
    return (
        f"{size}; {design.method} design of {number:,} points over {', '.join([*fitted, *over])}: "
        f"{number * experiment.seeds.count * len(experiment.worlds):,} runs"
    )


def run(
    resolved: Resolved,
    out: Path,
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    store: Path | None = None,
    backend: Backend | None = None,
    further: bool = False,
    draws: int | None = None,
    command: str = "",
    reporters: Reporters | None = None,
) -> Finished:
    """Run what is missing of an experiment and write everything that belongs into its results folder `out`.

    Runs are kept in `store`, which experiments may share (None: in `out` itself); `workers` counts where no
    `backend` is given. With `further` also the
    tables that need other runs: draws of the posterior, knock-outs, other switch dates, the evidence. `draws`
    says how many draws are run (0: none); where nobody said, the shipped outcomes of these very runs are
    taken, if there are any. A shard only runs its part and writes no tables. Raises EngineLost when a
    cluster is gone; what was stored stays, and the next call goes on from there. Raises InputError for
    draws that the posterior does not have, a model that cannot be compiled, folders that cannot be
    written, and for an `out` in which somebody else's files would be lost or another command writes, and
    that is the store.
    """
    can_compile()
    joint = joint_draws.joint_draws(resolved, draws) if further or draws is not None else None
    check_folder(out, _WRITTEN, _BEFORE, resolved.source)
    if store is not None and out.resolve() == store.resolve():
        raise InputError(
            f"{out}: is the store, which may be deleted at any time; name another folder with out"
        )
    make_folder(out, "out")
    make_folder(store or out / OWN_STORE, "store")
    runner = Runner(Store(store or out / OWN_STORE), backend or Backend(workers), progress)
    done = Finished(out, Plan(resolved, reporters), runner)
    runner.store.prepare()
    shard = runner.backend.shard
    with only_writer(out, shard), watched(done.plan, out, runner.store.folder, shard) as watch:
        before = stated_before(out)
        execute(done, watch)
        if shard is not None:
            return done
        _announce(runner, f"the analysis of {len(done.proved.good):,} pairs", len(done.proved.good))
        _clear(done, before)
        write_whole(out / EXPERIMENT, _experiment_text(resolved, command))
        known: dict[str, Any] = {"command": command} if command else {}
        plan = done.plan

        def scenarios(point: int) -> dict[str, Scenario]:
            return scenarios_at(resolved, plan.points[point])

        write_outcomes(out, manifest_of(done), scenarios)
        if done.proved.good and not plan.has_design:
            known |= _further(done, watch, further, joint, shipped=draws is None)
        if joint is not None:
            known["posterior"] = posterior_digest(joint.posterior)
        _write_summaries(done, derived_tables.derived_tables(out, manifest_of(done, **known), resolved))
        if done.verdicts is not None:
            known["claims"] = json.loads(done.verdicts.claims.to_json(orient="records"))
        write_manifest(out, manifest_of(done, files=_files(done, before.files), **known))
    return done


def _clear(run: Finished, before: Before) -> None:
    """Delete what the folder held before: what is made anew, and what was of other runs or configurations."""
    same = manifest_of(run)["runs_digest"] == before.runs
    kept = [name for name in _OF_THE_RUNS if same and f"{name}.csv" in before.files]
    gone = [f"{name}.csv" for name in SUMMARIES if name not in kept]
    if run.plan.has_design:  # a sweep brings no shipped tables: what lies there is of another experiment
        gone += [f"{name}.csv" for name in shipped_tables.TABLES]
    for name in (*gone, OUTCOMES, REPORT, *before.evidence_of_others(run.plan.resolved.digest)):
        (run.folder / name).unlink(missing_ok=True)


def _files(run: Finished, before: Mapping[str, str]) -> dict[str, str]:
    """The sha256 of each file beside the tables: of what this run wrote as it is now, and of what another
    command wrote earlier as it was then (`before`), since it may have been edited in between."""
    names = [EXPERIMENT, OUTCOMES, FAILURES, DICTIONARY, *(f"{name}.csv" for name in SUMMARIES)]
    kept = {name: stated for name, stated in before.items() if (run.folder / name).is_file()}
    return {**kept, **digests_of(run.folder, [*names, *run.brought])}


def _experiment_text(resolved: Resolved, command: str) -> str:
    """The experiment as a file that gives the same runs."""
    words = [_LOCAL.sub(r"\1", word) for word in shlex.split(command)]  # no folder of this computer
    made = f": {shlex.join(words)}" if words else ""
    return text_of_resolved(resolved, " ".join(f"{resolved.name} as it was run{made}".split()))


def _further(
    run: Finished, watch: Watch, further: bool, joint: JointDraws | None, shipped: bool
) -> dict[str, Any]:
    """Compute and write the summaries that need other runs, of an experiment without a design.

    `shipped`: take the shipped outcomes of the draws where they are of the same runs. Returns what the
    manifest says of them.
    """
    resolved, tables, known = run.plan.resolved, dict[str, pd.DataFrame](), dict[str, Any]()
    if further or joint is not None:
        watch.stage(FURTHER, 0)
    runner = Runner(run.store, run.runner.backend, watch.following(run.runner.progress))
    if joint is not None:
        outcomes = shipped_draws.outcomes_of(joint) if shipped else None
        run.draws_ship = outcomes is not None
        known["draws"] = shipped_draws.SHIPPED if run.draws_ship else shipped_draws.RUN_HERE
        if outcomes is None:
            _announce(runner, f"{len(joint.draws):,} draws of the fit, a pair of runs each", len(joint.draws))
            outcomes = joint_draws.outcomes(joint, runner)
        tables |= summaries_of_draws(joint, outcomes)
    if further:
        tables |= _further_summaries(run, runner)
    run.further_failures += runner.failures
    _write_summaries(run, tables)
    run.brought = shipped_tables.bring_shipped(run.folder, resolved)
    return known | {
        "projections": projections(),
        "configuration": shipped_tables.configuration_of(resolved),
        "as_shipped": shipped_tables.is_as_shipped(resolved),
    }


def _write_summaries(run: Finished, tables: Mapping[str, pd.DataFrame]) -> None:
    run.summaries |= tables
    for name, table in tables.items():
        write_csv(table, run.folder / f"{name}.csv")


def _further_summaries(run: Finished, runner: Runner) -> dict[str, pd.DataFrame]:
    """The summaries that need other runs: a mechanism off, another switch date, history as it happened."""
    resolved, out = run.plan.resolved, {}
    if resolved.experiment.compare is not None:
        variants = knockouts.variants(resolved)
        pairs = len(variants) * min(resolved.experiment.seeds.count, knockouts.MOST_PAIRS)
        _announce(runner, f"mechanisms off and other variants, at most {pairs:,} pairs of runs", pairs)
        done = knockouts.run_variants(resolved, variants, runner)
        if resolved.experiment.knockouts:
            out["knockouts"] = knockouts.knockout_table(resolved, run.done, done)
        if knockouts.MEAN_FIELD in variants:
            out["mean_field"] = knockouts.mean_field_table(resolved, run.done, done)
        if resolved.experiment.switch_dates:
            out["switch_dates"] = knockouts.switch_date_table(resolved, run.done, variants, done)
    seeds = min(resolved.experiment.seeds.count, MOST_SEEDS)
    _announce(runner, f"history as it happened, at most {seeds} seeds, to compare with data", seeds)
    return {**out, "record": compare_with_record(resolved, runner)}


def _announce(runner: Runner, words: str, count: int) -> None:
    """Tell whoever follows what comes next and how many runs it takes, before it begins."""
    if runner.progress is not None and count:
        runner.progress(0, count, words)


def summaries_of_draws(joint: JointDraws, outcomes: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The headlines over joint draws, the values that they are made of, and what the draws vary."""
    told = measurements.value_of_information(joint, outcomes)
    return {
        "uncertainty": with_windows(summarise(outcomes, joint), joint.resolved),
        "draws_outcomes": outcomes,
        "varied": varied(joint).assign(**shipped_tables.keys_of(joint.resolved)),
        **({VALUE: told} if len(told) else {}),
    }

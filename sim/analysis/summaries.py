"""Everything that is computed from a finished run and written beside its tables, before a page is drawn."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis import differences, knockouts, record, uncertain_tables
from sim.analysis.reasons import reasons
from sim.runs.experiment import Finished
from sim.runs.manifest import add_to_manifest
from sim.runs.running import Progress, Running
from sim.runs.watching import FURTHER, watched
from sim.scenario.locations import root
from sim.scenario.resolution import Resolved

# Published projections that the report draws beside its own numbers; never fitted, and not the same quantity.
PROJECTIONS = Path("configs/evidence/projections.csv")


@dataclass
class Summaries:
    """The small tables of a run, and what failed on the way."""

    headlines: pd.DataFrame | None = None
    failures: list[str] = field(default_factory=list)


def summarise(
    resolved: Resolved, finished: Finished, how: Running | None = None, progress: Progress | None = None
) -> Summaries:
    """Write headlines, series, knock-outs, switch dates and the record to the results folder; of a sweep, nothing."""
    out, how, folder = Summaries(), how or Running(), finished.folder
    for name in ("headlines", "series", "knockouts", "switch_dates", "record"):
        (folder / f"{name}.csv").unlink(missing_ok=True)
    if not finished.plan.has_design and finished.proved.good:
        with watched(finished.plan, folder, finished.store.folder) as watch:
            watch.stage(FURTHER, 0)
            _summarise(out, resolved, finished, how, watch.following(progress))
    return out


def _summarise(
    out: Summaries, resolved: Resolved, finished: Finished, how: Running, progress: Progress
) -> None:
    compare, folder, runs = resolved.experiment.compare, finished.folder, finished.done
    if compare is None:
        only = next(iter(resolved.scenarios))
        out.headlines = differences.headlines_of_one([d.world_tables[only] for d in runs])
    else:
        pairs = knockouts.pairs_of(runs, compare)
        first = knockouts.first_month(resolved, compare)
        out.headlines = differences.headlines(pairs, first)
        labels = tuple(resolved.experiment.worlds[name].label for name in compare)
        out.headlines["why"] = (
            out.headlines["headline"].map(reasons(pairs, first, (labels[0], labels[1]))).fillna("")
        )
        _write(differences.series(pairs), folder / "series.csv")
        variants = knockouts.variants(resolved)
        done, failures = knockouts.run_variants(resolved, variants, finished.store, how, progress)
        out.failures += failures
        if resolved.experiment.knockouts:
            _write(knockouts.knockout_table(resolved, runs, done), folder / "knockouts.csv")
        if resolved.experiment.switch_dates:
            _write(knockouts.switch_date_table(resolved, runs, variants, done), folder / "switch_dates.csv")
    _write(out.headlines, folder / "headlines.csv")
    compared = record.compare_with_record(resolved, finished.store, how, progress)
    _write(compared.table, folder / "record.csv")
    out.failures += compared.failures
    uncertain_tables.bring_shipped(folder, resolved)
    add_to_manifest(
        folder, projections=projections(), configuration=uncertain_tables.configuration_of(resolved)
    )


def projections() -> list[dict[str, Any]]:
    """The published projections, a row each."""
    rows: list[dict[str, Any]] = json.loads(pd.read_csv(root() / PROJECTIONS).to_json(orient="records"))
    return rows


def _write(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")

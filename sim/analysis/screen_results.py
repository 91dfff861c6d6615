"""The results of pairs that were run for a screen."""

from collections.abc import Collection, Sequence

from sim.analysis import derived_tables
from sim.analysis.country_table import pairs_of_table, tables_of_country
from sim.analysis.drivers import (
    knockouts,
)
from sim.analysis.headline_table import with_windows
from sim.analysis.headlines import (
    headlines_of_one,
    series,
)
from sim.analysis.projections import cached_projections
from sim.runs.live_pairs import LivePair, results_of_pairs, tables_of
from sim.runs.manifest import facts
from sim.runs.results import MemoryResults, reader_of
from sim.scenario.resolution import Resolved


def screen_results(
    resolved: Resolved,
    pairs: Sequence[LivePair],
    country: str | None = None,
    why: bool = False,
    metrics: Collection[str] = (),
) -> MemoryResults:
    """Pairs that were run for a screen, analysed as a folder's are: manifest, tables, headlines and series.

    With `country` the tables and the series are of that country alone; headlines stay those of the world. The
    further runs of a folder (knock-outs, the record) are not made.
    """
    compare = resolved.experiment.compare
    worlds = [{world: tables["world"] for world, tables in pair.tables.items()} for pair in pairs]
    shared = knockouts.first_month(resolved, compare) if compare else 0
    specs = {name: spec.model_dump(mode="json") for name, spec in resolved.experiment.worlds.items()}
    manifest = facts(resolved, [pair.seed for pair in pairs], shared) | {
        "projections": cached_projections(),
        "scenario": {"experiment": {"worlds": specs}},
    }
    if compare is None:
        alone = headlines_of_one([one[next(iter(resolved.scenarios))] for one in worlds])
        summaries = {"headlines": with_windows(alone, resolved)}
    else:
        paired = [(one[compare[0]], one[compare[1]]) for one in worlds]
        summaries = derived_tables.paired_summaries(resolved, paired, why, metrics if country is None else ())
    if country is None:
        return results_of_pairs(manifest, pairs, summaries)
    tables = tables_of_country(tables_of(pairs), country)
    if compare is not None and metrics and "revenue_us" in tables["world"]:
        summaries["series"] = series(pairs_of_table(tables["world"], compare), tuple(metrics))
    return MemoryResults(manifest, {name: reader_of(table) for name, table in tables.items()}, summaries)

"""What drives the outcomes of a design: sensitivity indices of every headline, of levels and of differences.

Which index a design carries:

| design | index that ranks | others |
|---|---|---|
| `morris` | `mu_star`: mean size of the effect of a whole range, in the outcome's unit | `sigma`, `mu` |
| `saltelli` | `total`: share of variance that would stay, were all other factors known | `first_order` |
| `grid`, `latin_hypercube`, `sobol`, `posterior` | `pawn`: 0 to 1, against `threshold` | |
| `list`, or fewer than eight points | none | |

In a Morris or Saltelli sample the levels of one factor go with those of others, so means by level say nothing
there; and in a list they are what somebody wrote down. `pawn` of draws of a posterior holds what goes with a
factor, too, since the draws are correlated.

Runs that failed cost their own comparisons; `used` and `asked` say how many are left. An outcome that never
varies has no index: its `state` is 'constant'.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_months import compared, restored_design
from sim.analysis.design_outcomes import columns_of_series
from sim.analysis.drivers import sensitivity_indices
from sim.analysis.drivers.outcomes import inputs, outcomes_of
from sim.analysis.drivers.sensitivity_indices import (
    LEAST_BLOCKS,
    LEAST_POINTS,
    LEAST_TRAJECTORIES,
    Indices,
)
from sim.analysis.headlines import SERIES
from sim.runs.pair_series import exported
from sim.runs.results import MANIFEST
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, factors
from sim.scenario.samples import Sampling

RANKING = {"morris": "mu_star", "saltelli": "total"}  # of other designs: PAWN
PAWN = "pawn"
TABLE, CONVERGENCE, BY_YEAR = "sensitivity", "sensitivity_convergence", "sensitivity_by_year"
TABLES = (TABLE, CONVERGENCE, BY_YEAR)
OUTCOME = ["headline", "world", "against"]
CURVES = "jurisdictions."
FEWEST_POINTS = 8
ESTIMATED, CONSTANT, FEW = "estimated", "constant", "too few runs"
SEED = 0  # of the bootstrap
_LEAST = {"morris": LEAST_TRAJECTORIES, "saltelli": LEAST_BLOCKS}


@dataclass(frozen=True)
class Sample:
    """A design as its indices need it.

    `shares` is the sample in the unit cube (Morris, Saltelli: without levers), `values` has a row a point.
    """

    method: str
    names: tuple[str, ...]
    shares: np.ndarray
    values: pd.DataFrame
    levers: int

    @property
    def index(self) -> str:
        """The index by which factors are ranked."""
        return RANKING.get(self.method, PAWN)


def why_no_ranking(manifest: Mapping[str, Any]) -> str:
    """Why a design carries no ranking of its factors; empty where it does."""
    design = manifest["scenario"]["experiment"]["design"]
    if design["method"] == "list":
        return "the points of a list are chosen one by one, so that no factor can be told from the others"
    if int(manifest["points"]) < FEWEST_POINTS:
        return f"it has {manifest['points']} points, fewer than {FEWEST_POINTS}"
    return ""


def sample_of(resolved: Resolved, values: pd.DataFrame) -> Sample:
    """The sample of an experiment's design; `values` has the design's values at each point."""
    design = resolved.experiment.design
    assert design is not None
    names = tuple(str(name) for name in values.columns if values[name].nunique() > 1)
    if design.method == "posterior":
        names = _ranked_of_posterior(names, resolved)
    if design.method not in RANKING:
        return Sample(design.method, names, np.zeros((len(values), 0)), values, 1)
    uncertain = tuple(factor.path for factor in factors(resolved) if factor.role == "uncertainties")
    shares = Sampling(design, len(uncertain)).shares()
    return Sample(design.method, uncertain, shares, values, len(values) // len(shares))


def _ranked_of_posterior(names: tuple[str, ...], resolved: Resolved) -> tuple[str, ...]:
    """Of a posterior design the levers, which all meet the same few draws; without levers all that is drawn
    but the countries' curves, hundreds of numbers that are drawn together.
    """
    levers = {factor.path for factor in factors(resolved) if factor.role == "levers"}
    return tuple(name for name in names if (name in levers if levers else not name.startswith(CURVES)))


# --- indices ----------------------------------------------------------------------------------------------


def indices_of(sample: Sample, outputs: np.ndarray, intervals: bool = True) -> Indices:
    """The indices of outputs (points, seeds, outputs)."""
    rng = np.random.default_rng(SEED)
    if sample.method not in RANKING:
        codes = np.stack(
            [sensitivity_indices.slices(sample.values[name].to_numpy()) for name in sample.names], axis=1
        )
        return sensitivity_indices.pawn(
            sensitivity_indices.known_mean(outputs, axis=1), codes, rng, intervals
        )
    by_row = replicates(outputs, sample.levers)
    if sample.method == "morris":
        return sensitivity_indices.morris(by_row, sample.shares, rng, intervals)
    return sensitivity_indices.sobol(by_row, len(sample.names), rng, intervals)


def order_of(sample: Sample, values: np.ndarray) -> list[str]:
    """The factors of a sample by what they do to one number a point, the largest index first."""
    found = indices_of(sample, values.reshape(-1, 1, 1), intervals=False).value[sample.index][:, 0]
    known = np.nan_to_num(found, nan=-np.inf)
    return [sample.names[k] for k in np.argsort(-known, kind="stable")]


def replicates(outputs: np.ndarray, levers: int) -> np.ndarray:
    """(points, seeds, outputs) as (rows of the sample, levers x seeds, outputs)."""
    return outputs.reshape(len(outputs) // levers, levers * outputs.shape[1], outputs.shape[2])


def as_table(sample: Sample, found: Indices, keys: pd.DataFrame) -> pd.DataFrame:
    """Indices as a table: a row for each output (a row of `keys`), factor and index.

    Columns: those of `keys`, `factor`, `index`, `value`, `low`, `high` (95%), `threshold`, `used`, `asked`,
    `state` ('estimated', 'constant' or 'too few runs').
    """
    n = len(keys)
    state = np.where(found.constant, CONSTANT, np.where(found.few, FEW, ESTIMATED))
    parts = []
    for name in (name for name in found.value if name != "dummy"):
        value, half = found.value[name], found.half[name]
        dummy = found.value.get("dummy", np.full(value.shape, np.nan))
        for j, factor in enumerate(sample.names):
            part = keys.assign(
                factor=factor,
                index=name,
                value=value[j],
                low=value[j] - half[j],
                high=value[j] + half[j],
                threshold=dummy[j],
                used=found.used[j],
                asked=found.asked,
                state=state[j],
            )
            parts.append(part)
    table = pd.concat(parts, ignore_index=True) if parts else keys.iloc[:0]
    return table.iloc[np.arange(len(table)).reshape(-1, n).T.ravel()].reset_index(drop=True)


def output_array(outcomes: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """The outcomes as (points, seeds, outputs), and which outcome each output is (`OUTCOME`)."""
    points, seeds = outcomes["point"].nunique(), outcomes["seed"].nunique()
    keys = outcomes[OUTCOME].iloc[: len(outcomes) // (points * seeds)].reset_index(drop=True)
    return outcomes["value"].to_numpy(float).reshape(points, seeds, -1), keys.astype(object)


def sensitivity_table(sample: Sample, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The indices of every headline, in every world and of the difference (`as_table`)."""
    outputs, keys = output_array(outcomes)
    return as_table(sample, indices_of(sample, outputs), keys)


def convergence_table(sample: Sample, outcomes: pd.DataFrame) -> pd.DataFrame:
    """The index that ranks, from an eighth, a quarter, a half and all of the sample; `share` says which.

    Of a grid, whose points are in order, only the whole counts.
    """
    outputs, keys = output_array(outcomes)
    unit = {"morris": len(sample.names) + 1, "saltelli": len(sample.names) + 2}.get(
        sample.method, 1
    ) * sample.levers
    units = len(outputs) // unit
    cuts = [1.0] if sample.method == "grid" else [0.125, 0.25, 0.5, 1.0]
    parts = []
    for cut in cuts:
        kept = int(units * cut)
        if kept < _LEAST.get(sample.method, LEAST_POINTS):
            continue
        part = Sample(
            sample.method,
            sample.names,
            sample.shares[: kept * unit // sample.levers],
            sample.values.iloc[: kept * unit],
            sample.levers,
        )
        table = as_table(part, indices_of(part, outputs[: kept * unit]), keys)
        parts.append(table[table["index"] == sample.index].assign(share=cut))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


# --- over time --------------------------------------------------------------------------------------------


def over_time(
    folder: Path, manifest: Mapping[str, Any], sample: Sample, metric: str, by: str
) -> pd.DataFrame:
    """The index that ranks, of a series by year (its mean) or month: columns as above with `date`.

    `headline` is replaced by `series`.
    """
    values, dates = _series_values(folder, manifest, metric, by)
    worlds, (a, b) = [*manifest["worlds"]], compared(manifest)
    sides = [(world, None) for world in worlds] + ([(b, a)] if b is not None else [])
    if b is not None:
        gap = values[:, :, worlds.index(b)] - values[:, :, worlds.index(a)]
        values = np.concatenate([values, gap[:, :, None]], axis=2)
    keys = pd.DataFrame(
        [(metric, world, against, date) for world, against in sides for date in dates],
        columns=["series", "world", "against", "date"],
    )
    outputs = values.reshape(*values.shape[:2], -1)
    table = as_table(sample, indices_of(sample, outputs, intervals=False), keys)
    return table[table["index"] == sample.index].reset_index(drop=True)


def _series_values(
    folder: Path, manifest: Mapping[str, Any], metric: str, by: str
) -> tuple[np.ndarray, list[str]]:
    """A series at every pair: (points, seeds, worlds, dates), missing where a pair failed; and the dates."""
    series = exported(folder, manifest)
    columns = {name: series.column(name) for name in columns_of_series(metric)}
    points, seeds = series.values.index.to_numpy(), np.array(sorted(all_seeds(manifest)))
    out = np.full((len(points), len(seeds), len(series.worlds), len(series.months)), np.nan)
    rows, cols = np.searchsorted(points, series.points), np.searchsorted(seeds, series.seeds)
    with np.errstate(invalid="ignore", divide="ignore"):
        for k, at in np.ndindex(len(series), len(series.worlds)):
            out[rows[k], cols[k], at] = SERIES[metric]({name: one[k, at] for name, one in columns.items()})
    if by == "month":
        return out, [str(month) for month in series.months]
    years = series.months.astype("datetime64[Y]")
    by_year = [out[..., years == year].mean(axis=-1) for year in np.unique(years)]
    return np.stack(by_year, axis=-1), [str(year) for year in np.unique(years)]


def all_seeds(manifest: Mapping[str, Any]) -> range:
    """The seeds that were asked for, with those that failed at every point."""
    asked = manifest["scenario"]["experiment"]["seeds"]
    return range(int(asked["first"]), int(asked["first"]) + int(asked["count"]))


def by_year_table(folder: Path, manifest: Mapping[str, Any], sample: Sample, most: int = 10) -> pd.DataFrame:
    """The index that ranks by year, of every series: of each outcome the factors that ever matter most."""
    parts = []
    for metric in SERIES:
        table = over_time(folder, manifest, sample, metric, "year")
        keys = ["series", "world", "against"]
        best = table.groupby([*keys, "factor"], dropna=False)["value"].max().reset_index()
        best["rank"] = best.groupby(keys, dropna=False)["value"].rank(ascending=False, method="first")
        parts.append(table.merge(best[best["rank"] <= most][[*keys, "factor"]], on=[*keys, "factor"]))
    return pd.concat(parts, ignore_index=True)


# --- of a folder ------------------------------------------------------------------------------------------


def tables_of(folder: Path, manifest: Mapping[str, Any], resolved: Resolved) -> dict[str, pd.DataFrame]:
    """All tables of a design that carries indices, by name; none of one that does not."""
    if why_no_ranking(manifest):
        return {}
    sample, outcomes = sample_of(resolved, inputs(folder)), outcomes_of(folder, manifest)
    if not sample.names or outcomes["value"].isna().all():
        return {}
    return {
        TABLE: sensitivity_table(sample, outcomes),
        CONVERGENCE: convergence_table(sample, outcomes),
        BY_YEAR: by_year_table(folder, manifest, sample),
    }


def sample_in(folder: Path, manifest: Mapping[str, Any]) -> Sample:
    """The sample of a finished folder. Raises InputError where its design carries no indices."""
    why = why_no_ranking(manifest)
    if why:
        raise InputError(f"{folder}: the design carries no sensitivity indices: {why}")
    return sample_of(restored_design(manifest, folder / MANIFEST), inputs(folder))


def ranked(table: pd.DataFrame, headline: str, world: str, against: str | None, index: str) -> pd.DataFrame:
    """The factors of one outcome by an index, the largest first; `clear` says which do something.

    A factor does something where its interval lies above zero (PAWN: above what a factor without effect
    reaches).
    """
    of = table["against"].isna() if against is None else table["against"] == against
    mine = table[(table["headline"] == headline) & (table["world"] == world) & of & (table["index"] == index)]
    floor = mine["threshold"].fillna(0.0)
    clear = (mine["low"] > floor) if mine["low"].notna().any() else mine["value"] > floor
    return mine.assign(clear=clear).sort_values("value", ascending=False, na_position="last", kind="stable")

"""A boundary search over the factors of an experiment: which factors it may vary, and its tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_months import compared
from sim.analysis.design_outcomes import BY_CODE, at_points
from sim.analysis.drivers.boundary import MOST_POINTS, TOLERANCE, Boundary, grid_costs
from sim.analysis.drivers.outcomes import inputs, outcomes_of, paired_outcomes
from sim.analysis.factor_names import factor_name
from sim.runs.csv_tables import write_csv
from sim.runs.results import FolderResults
from sim.scenario.factors import Factor
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, factors
from sim.scenario.strict import Value

POINTS = "percentage points"  # the unit of a difference between percentages
_MATTERS = 0.1  # difference of the share above between the ends of a factor that is said
SUMMARY, SURFACE, RUNS, COSTS = TABLES = (
    "boundary",
    "boundary_surface",
    "boundary_points",
    "boundary_costs",
)


@dataclass(frozen=True)
class Asked:
    """What is searched for: where a headline (its difference, if two worlds are compared) crosses a level.

    `most` points are run; the search ends when the side of at most `tolerance` of the space is open.
    `against` is a results folder of a fine grid over the same factors, to say what a grid would have cost.
    """

    headline: str
    level: float = 0.0
    most: int = MOST_POINTS
    tolerance: float = TOLERANCE
    against: Path | None = None


def searched(resolved: Resolved, asked: Asked) -> tuple[Factor, ...]:
    """The factors that are searched over. Raises InputError for what cannot be searched."""
    if asked.headline not in BY_CODE:
        raise InputError(f"headline '{asked.headline}': {choices(asked.headline, list(BY_CODE))}")
    if not np.isfinite(asked.level):
        raise InputError(f"level {asked.level}: must be a finite number")
    if resolved.design is None:
        raise InputError(f"{resolved.name}: has no design; a boundary is searched over its uncertainties")
    for factor in factors(resolved):
        if factor.distribution == "categorical" or factor.times:
            raise InputError(
                f"{resolved.name}: design.{factor.role}.{factor.path}: a boundary is searched over ranges; "
                "give it a range of its own values, [low, high]"
            )
    return factors(resolved)


def values_at(over: Sequence[Factor], at: np.ndarray) -> list[dict[str, Value]]:
    """Points of the unit cube, (points, factors), as values of the factors."""
    return [
        {factor.path: factor.value(float(share)) for factor, share in zip(over, row, strict=True)}
        for row in at
    ]


def outcome_of(folder: Path, headline: str) -> pd.DataFrame:
    """A headline at every point: `value` (the difference if two worlds are compared), `low`, `high`.

    All are missing where every pair failed.
    """
    manifest = FolderResults(folder).manifest
    at = at_points(paired_outcomes(outcomes_of(folder, manifest), headline, manifest))
    value = at["difference" if compared(manifest)[1] is not None else "a"]
    return at.assign(value=value)[["value", "low", "high"]].reindex(inputs(folder).index)


def tables_of(found: Boundary, over: Sequence[Factor], asked: Asked, folder: Path) -> dict[str, pd.DataFrame]:
    """The tables of a finished search, by name; `folder` holds the results of its runs."""
    manifest, headline = FolderResults(folder).manifest, BY_CODE[asked.headline]
    a, b = compared(manifest)
    labels = manifest["worlds"]
    known = outcome_of(folder, asked.headline)
    runs = pd.DataFrame(values_at(over, found.at)).assign(batch=found.batches)
    surface = pd.DataFrame(values_at(over, found.lattice))
    summary = {
        "headline": headline.code,
        "name": headline.name,
        "unit": headline.unit,
        "of": f"{labels[b]} minus {labels[a]}" if b is not None else labels[a],
        "level": found.level,
        "factors": "|".join(factor.path for factor in over),
        "points": len(found.at),
        "failed": found.failed,
        "batches": len(found.open_share),
        "share_above": found.share_above,
        "open_share": found.open_share[-1],
        "finished": found.finished,
        "said": found.said,
    }
    out = {
        SUMMARY: pd.DataFrame([summary]),
        SURFACE: surface.assign(mean=found.mean, sd=found.sd, above=found.above),
        RUNS: pd.concat([runs, known.reset_index(drop=True)], axis=1).rename_axis("point").reset_index(),
    }
    if asked.against is not None:
        out[COSTS] = grid_costs(dense_grid(asked.against, over, asked.headline), found)
    return out


def dense_grid(folder: Path, over: Sequence[Factor], headline: str) -> np.ndarray:
    """The outcomes of a grid over the same factors and ranges, an axis a factor. Raises InputError."""
    values = inputs(folder)
    paths = [factor.path for factor in over]
    if sorted(map(str, values.columns)) != sorted(paths):
        varies = ", ".join(map(str, values.columns)) or "nothing"
        raise InputError(f"{folder}: is a design over {varies}; the search is over {', '.join(paths)}")
    sides = [sorted(values[path].unique()) for path in paths]
    for factor, side in zip(over, sides, strict=True):
        if [side[0], side[-1]] != [factor.value(0.0), factor.value(1.0)]:
            raise InputError(f"{folder}: {factor.path} goes from {side[0]} to {side[-1]}, not over its range")
    if len(values) != np.prod([len(side) for side in sides]):
        raise InputError(f"{folder}: is no full grid over {', '.join(paths)}")
    dense = np.full([len(side) for side in sides], np.nan)
    place = [np.searchsorted(side, values[path]) for path, side in zip(paths, sides, strict=True)]
    dense[tuple(place)] = outcome_of(folder, headline)["value"].reindex(values.index)
    if np.isnan(dense).any():
        raise InputError(f"{folder}: {int(np.isnan(dense).sum())} points of the grid have no finished pair")
    return dense


def write(tables: Mapping[str, pd.DataFrame], folder: Path) -> list[Path]:
    """Write the tables as CSV files; returns their paths."""
    paths: list[Path] = []
    for name, table in tables.items():
        paths.append(folder / f"{name}.csv")
        write_csv(table, paths[-1], float_format="%.10g")
    return paths


def words_of(summary: Mapping[str, Any], surface: pd.DataFrame) -> str:
    """The answer in sentences: how much of the space is above the level, and which factors decide that."""
    unit = str(summary["unit"])
    if unit.startswith("%") and " minus " in str(summary["of"]):
        unit = POINTS
    words = f"{summary['name']} ({unit}), {summary['of']}: {summary['said']}."
    decide = [_decides(surface, path) for path in str(summary["factors"]).split("|")]
    told = " and ".join(one for one in decide if one)
    return f"{words} It is above {float(summary['level']):g} where {told}." if told else words


def _decides(surface: pd.DataFrame, path: str) -> str:
    """At which end of a factor the outcome is above the level, in words; empty if the factor hardly matters.

    The ends are the lowest and the highest fifth of the steps of the surface.
    """
    above = surface["above"] > 0.5
    steps = np.unique(surface[path].to_numpy())
    fifth = max(1, len(steps) // 5)
    low, high = (float(above[surface[path].isin(part)].mean()) for part in (steps[:fifth], steps[-fifth:]))
    if abs(high - low) < _MATTERS:
        return ""
    end = "high" if high > low else "low"
    return (
        f"{factor_name(path)} is {end} ({low:.0%} of the space in the lowest fifth of its range, {high:.0%} "
        "in the highest)"
    )

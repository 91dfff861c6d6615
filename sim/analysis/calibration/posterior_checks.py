"""Draws put back into the model.

They give the rows under the posterior, and how far the data moved the headlines.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.analysis.calibration.inputs import Inputs
from sim.analysis.calibration.simulations import Measured
from sim.analysis.drivers.knockouts import first_month
from sim.analysis.evidence.compare import MISSES, verdict
from sim.analysis.evidence.rows import Row
from sim.analysis.headlines import HEADLINES, interval
from sim.analysis.posterior_draws import with_values
from sim.runs.seed_task import Task
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved

LOW, HIGH = 0.05, 0.95
Sets = Mapping[str, float]


def predictive(
    rows: Sequence[Row],
    inputs: Inputs,
    before: Measured,
    best: Measured,
    draws: Measured,
) -> pd.DataFrame:
    """Every calibration row beside the model, before the fit and at the best point.

    The model's value is the mean over seeds; the 90% interval is over draws.
    """
    lines = []
    for i, row in enumerate(rows):
        held = {
            name: verdict(row, interval(found.values[0, :, i]))
            for name, found in (("before", before), ("best", best))
        }
        over = _mean_over_seeds(draws.values[:, :, i])
        low, high = (float(np.quantile(over, q)) for q in (LOW, HIGH)) if len(over) else (np.nan, np.nan)
        lines.append(
            {
                "row": row.id,
                "place": row.place.name,
                "population": row.population,
                "period": row.period_words,
                "unit": row.measure.unit,
                "bound": row.bound,
                "data": row.value,
                "se": row.se,
                "tolerance": row.tolerance,
                "before": _mean(before.values[0, :, i]),
                "verdict_before": held["before"],
                "model": _mean(best.values[0, :, i]),
                "low": low,
                "high": high,
                "verdict": held["best"],
                "in_fit": "no" if row.id in inputs.left_out else "yes",
                "cause": row.measure.cause if held["best"] == MISSES else "",
                "left_out": inputs.left_out.get(row.id, ""),
                "source": row.source,
            }
        )
    return pd.DataFrame(lines)


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values[~np.isnan(values)])) if not np.all(np.isnan(values)) else float("nan")


def _mean_over_seeds(values: np.ndarray) -> np.ndarray:
    means = np.array([_mean(row) for row in values])
    return np.asarray(means[~np.isnan(means)])


def moved(
    two_worlds: Resolved,
    prior: Sequence[Sets],
    posterior: Sequence[Sets],
    seeds: Sequence[int],
    runner: Runner,
) -> pd.DataFrame:
    """Every headline of an experiment's two worlds at points of the prior and of the posterior.

    All points use the same seeds.
    """
    compare = two_worlds.experiment.compare
    assert compare is not None
    first = first_month(two_worlds, compare)
    groups = {"prior": prior, "posterior": posterior}
    keys = [
        (group, number, seed)
        for group, points in groups.items()
        for number in range(len(points))
        for seed in seeds
    ]
    tasks = [
        Task(
            with_values({world: two_worlds.scenarios[world] for world in compare}, groups[group][number]),
            seed,
            "world",
            f"{group} draw {number}",
        )
        for group, number, seed in keys
    ]
    found: dict[tuple[str, str], list[float]] = {}
    for position, done in runner.results(tasks, ("world",)):
        a, b = (done.world_tables[world] for world in compare)
        for headline in HEADLINES:
            found.setdefault((headline.code, keys[position][0]), []).append(
                headline.read(b, first) - headline.read(a, first)
            )
    return pd.DataFrame([_headline_line(h.code, h.name, h.unit, found, len(seeds)) for h in HEADLINES])


def _headline_line(
    code: str, name: str, unit: str, found: Mapping[tuple[str, str], Sequence[float]], seeds: int
) -> dict[str, object]:
    line: dict[str, object] = {"headline": code, "name": name, "unit": unit}
    for group in ("prior", "posterior"):
        over = (
            _mean_over_seeds(np.array(found.get((code, group), [])).reshape(-1, seeds))
            if len(found.get((code, group), [])) % seeds == 0
            else np.array([])
        )
        values = [float(np.quantile(over, q)) for q in (0.5, LOW, HIGH)] if len(over) else [np.nan] * 3
        line |= dict(zip((f"{group}_median", f"{group}_low", f"{group}_high"), values, strict=True))
        line[f"{group}_same_sign"] = float(max(np.mean(over > 0), np.mean(over < 0))) if len(over) else np.nan
        line[f"{group}_draws"] = len(over)
    return line

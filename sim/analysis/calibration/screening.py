"""Which candidates the data can inform.

Each candidate is moved from end to end of its prior, with the others at their centre. The effect is that of
the whole range on each summary, in standard errors of the summary. What is fitted is chosen by it: the
candidates with the largest effects, none that moves no summary by `LEAST`, none that acts as a stronger one
does (`ALIKE`), `MOST` at most. Those that are drawn beside them because headlines lean on them stand outside
the rule.
"""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from sim.analysis.calibration.inputs import Inputs
from sim.analysis.calibration.prior_sample import common_seeds
from sim.analysis.calibration.simulations import simulate
from sim.analysis.calibration.summary_statistics import Summaries, luck
from sim.analysis.evidence.rows import Row
from sim.runs.tasks import Runner
from sim.scenario.scenario import Scenario

LEAST, MOST = 1.0, 8  # standard errors; parameters
ALIKE = 0.98  # cosine of the effects of two candidates from which on the data cannot tell them apart
CUT = 8.0  # an effect on one summary counts for no more than this


def screen(
    inputs: Inputs,
    rows: Sequence[Row],
    history: Scenario,
    seeds: int,
    runner: Runner,
) -> pd.DataFrame:
    """One line per candidate and summary.

    Columns: `parameter, summary, low, centre, high` (the summary there), and `effect` in standard errors.
    """
    centre = {path: value for one in inputs.candidates for path, value in one.sets(one.centre).items()}
    points = [
        centre,
        *({**centre, **one.sets(end)} for one in inputs.candidates for end in (one.low, one.high)),
    ]
    measured = simulate(rows, history, points, common_seeds(len(points), seeds), runner)
    summaries = Summaries(tuple(rows))
    found = summaries.of(measured.values)
    judged = np.array([inputs.discrepancy[name] for name in summaries.names])
    error = np.sqrt(summaries.source_error**2 + judged**2 + luck(found) ** 2)
    mean = np.nanmean(found, axis=1)
    lines = [
        {
            "parameter": one.name,
            "summary": name,
            "low": mean[2 * i + 1, k],
            "centre": mean[0, k],
            "high": mean[2 * i + 2, k],
            "effect": (mean[2 * i + 2, k] - mean[2 * i + 1, k]) / error[k],
        }
        for i, one in enumerate(inputs.candidates)
        for k, name in enumerate(summaries.names)
    ]
    return pd.DataFrame(lines)


def strength(screened: pd.DataFrame) -> pd.Series:
    """How strongly each candidate acts on all summaries together, the strongest first.

    The strength is the root of the sum of squares, with each effect cut at CUT.
    """
    effect = screened.assign(square=screened["effect"].clip(-CUT, CUT).fillna(0.0) ** 2)
    return np.sqrt(effect.groupby("parameter", sort=False)["square"].sum()).sort_values(
        ascending=False, kind="stable"
    )


def chosen(screened: pd.DataFrame, drawn: Collection[str] = ()) -> list[str]:
    """The candidates to fit, by the rule; `drawn` are not asked."""
    table = screened.assign(effect=screened["effect"].clip(-CUT, CUT).fillna(0.0)).pivot(
        index="parameter", columns="summary", values="effect"
    )
    out: list[str] = []
    for name in strength(screened).index:
        effect = table.loc[name].to_numpy()
        if name in drawn or np.max(np.abs(effect)) < LEAST or len(out) == MOST:
            continue
        if all(_alike(effect, table.loc[other].to_numpy()) < ALIKE for other in out):
            out.append(str(name))
    return out


def _alike(a: np.ndarray, b: np.ndarray) -> float:
    return float(abs(a @ b) / np.sqrt((a @ a) * (b @ b)))

"""What customers did and said after the leak of 2013, all at once: can the model have it all?

Five sources measured the same shock. Over the points of the prior, the table says how often each is met
within its tolerance, alone and together with each other one, and where the least bad point lies.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.analysis.calibration.summary_statistics import mean_over_seeds
from sim.analysis.evidence.rows import Row

ROWS = {
    "S06b": "postponed a project",
    "S11a": "less likely to buy",
    "S06a": "more negative",
    "S11c": "protection added",
    "S11b": "US revenue lost",
}


def leak_table(rows: Sequence[Row], values: np.ndarray) -> pd.DataFrame:
    """A line for each of the five; `values` are measured rows (points, seeds, rows)."""
    place = {row.id: i for i, row in enumerate(rows)}
    asked = [rows[place[name]] for name in ROWS]
    found = mean_over_seeds(values)[:, [place[name] for name in ROWS]]
    found = found[~np.isnan(found).any(axis=1)]
    off = np.stack([_off(row, found[:, k]) for k, row in enumerate(asked)], 1)
    met, together = off <= 1.0, int(np.argmin(off.max(1)))
    lines = []
    for k, row in enumerate(asked):
        line: dict[str, object] = {
            "row": row.id,
            "what": ROWS[row.id],
            "bound": row.bound,
            "data": row.value,
            "tolerance": row.tolerance,
            "unit": row.measure.unit,
            "nearest": found[int(np.argmin(off[:, k])), k],
            "together": found[together, k],
            "together_off": off[together, k],
            "points_met": met[:, k].mean(),
        }
        line |= {f"and_{name}": (met[:, k] & met[:, j]).mean() for j, name in enumerate(ROWS)}
        lines.append(line | {"all_met": met.all(1).mean(), "points": len(found)})
    return pd.DataFrame(lines)


def _off(row: Row, value: np.ndarray) -> np.ndarray:
    """Distance from the data in tolerances; 0 on the allowed side of a bound."""
    gap = value - row.value
    allowed = {"eq": np.abs(gap), "le": np.maximum(gap, 0.0), "ge": np.maximum(-gap, 0.0)}[row.bound]
    return np.asarray(allowed / row.tolerance)

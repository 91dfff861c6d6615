"""A stand-in posterior, drawn from priors: for tests of what reads one."""

import csv
from pathlib import Path

import numpy as np

from sim.scenario.posterior import BEST, COLUMNS, DRAWS, FITTED, MOVED, MOVED_COLUMNS, multiplies_words

# name -> prior low, high, scale, what it multiplies
STAND_IN: dict[str, tuple[float, float, str, dict[str, float]]] = {
    "trust.asymmetry": (1.0, 5.0, "lin", {}),
    "trust.news_strength": (1.0, 4.0, "log", {}),
    "sensitivity": (
        0.5,
        2.0,
        "log",
        {"choice.sensitivity.consumer": 0.5, "choice.sensitivity.enterprise": 1.2},
    ),
}


def write_stand_in(
    folder: Path,
    draws: int = 64,
    split: str | None = None,
    fitted: dict[str, tuple[float, float, str, dict[str, float]]] | None = None,
) -> Path:
    """Write `draws.csv` and `best.csv` (or those of a split), all draws from the prior, and a headline."""
    folder.mkdir(parents=True, exist_ok=True)
    fitted, prefix, rng = fitted or STAND_IN, f"{split}_" if split else "", np.random.default_rng(1)
    columns = {}
    for name, (low, high, scale, _) in fitted.items():
        share = rng.random(draws)
        column = low * (high / low) ** share if scale == "log" else low + (high - low) * share
        columns[name] = [float(f"{value:.6g}") for value in column]
    with (folder / f"{prefix}{DRAWS}").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["draw", *columns])
        out.writerows([i, *row] for i, row in enumerate(zip(*columns.values(), strict=True)))
    with (folder / f"{prefix}{BEST}").open("w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(COLUMNS)
        for name, (low, high, scale, multiplies) in fitted.items():
            column = np.array(columns[name])
            centre = (low * high) ** 0.5 if scale == "log" else (low + high) / 2
            spread = [float(np.quantile(column, q)) for q in (0.05, 0.5, 0.95)]
            numbers = [centre, low, high, centre, scale, column.mean(), column.std(), *spread, 0.0, 0.9]
            out.writerow([name, *numbers, "no", multiplies_words(multiplies), FITTED])
    values = [
        "trust",
        "Trust in US providers abroad",
        "points of 100",
        -1.5,
        -3.0,
        -0.5,
        1.0,
        64,
        -1.2,
        -2.0,
        -0.7,
        1.0,
        64,
    ]
    (folder / MOVED).write_text(
        ",".join(MOVED_COLUMNS) + "\n" + ",".join(str(value) for value in values) + "\n"
    )
    return folder

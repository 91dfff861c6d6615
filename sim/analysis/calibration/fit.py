"""The whole fit, in order, and the tables that it writes.

Simulations that are already stored are not run again.
"""

import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.calibration.emulator import PAIRS
from sim.analysis.calibration.inference import Learned, columns, learn
from sim.analysis.calibration.inputs import Inputs
from sim.analysis.calibration.posterior_checks import candidates_for_best, moved, predictive
from sim.analysis.calibration.prior_sample import SEED, common_seeds, own_seeds, sets_at, shares, values_at
from sim.analysis.calibration.recovery import HIGHEST, LOWEST, NARROWER, recovery_table
from sim.analysis.calibration.screening import chosen, screen
from sim.analysis.calibration.simulations import Measured, simulate
from sim.analysis.calibration.training_set import PRIOR_SD
from sim.analysis.evidence.compare import HOLDS, history_of
from sim.analysis.evidence.rows import Row, rows_to_fit
from sim.runs.identity import model_digest
from sim.runs.store import Store
from sim.runs.tasks import Backend, Progress
from sim.scenario.posterior import BEST, COLUMNS, DRAWS, EARLY, MOVED, multiplies_words
from sim.scenario.resolution import Resolved

RECOVERY, PREDICTIVE, SCREEN, ABOUT = "recovery.csv", "predictive.csv", "screen.csv", "about.json"
_PACKAGES = (
    "numpy",
    "scipy",
    "scikit-learn",
)


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a fit is.

    It gives points of the prior (a power of two), seeds at each, draws kept, and draws put back.
    `screen_seeds` are those of the screen and of the points `tried` for the best one, `best_seeds` those of
    the best point; `pairs` are the emulated points that a posterior is learned from.
    """

    points: int = 512
    seeds: int = 2
    screen_seeds: int = 4
    draws: int = 512
    put_back: int = 64
    tried: int = 16
    pairs: int = PAIRS
    best_seeds: int = 8


@dataclass
class Calibrated:
    """What a fit found: tables by file name, and what failed or is to be warned of."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write every table and `about.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            table.to_csv(folder / name, index=False, lineterminator="\n")
        (folder / ABOUT).write_text(json.dumps(self.about, indent=1) + "\n", encoding="utf-8")


@dataclass
class Fit:
    """One fit in progress: what is asked, where it runs, and who is told.

    `rows` may hold rows of any role; only calibration rows are ever measured.
    """

    inputs: Inputs
    rows: Sequence[Row]
    history: Resolved
    two_worlds: Resolved
    size: Size
    store: Store
    how: Backend
    progress: Progress | None = None
    say: Callable[[str], None] = print

    def run(self) -> Calibrated:
        """Screen, simulate, learn twice, put draws back, and compare headlines.

        One posterior is learned from all rows, the other from the early ones.
        """
        begin, done = time.perf_counter(), Calibrated()
        fitted, size = self.inputs.fitted, self.size
        self.say(f"screen: {len(self.inputs.candidates)} candidates from end to end of their priors")
        done.tables[SCREEN] = self._screen(done)
        sample = shares(fitted, size.points)
        self.say(f"simulations: {size.points} points of the prior x {size.seeds} seeds")
        measured = self._simulate(values_at(fitted, sample), size.seeds, done, apart=True)
        self._fit(measured, sample, False, done)
        self._fit(measured, sample, True, done)
        self._moved(done)
        done.about |= self._about(len(measured.failures), time.perf_counter() - begin)
        return done

    def _screen(self, done: Calibrated) -> pd.DataFrame:
        used = self.inputs.rows(self.rows)
        table, measured = screen(
            self.inputs,
            used,
            history_of(self.history),
            self.size.screen_seeds,
            self.store,
            self.how,
            self.progress,
        )
        done.failures += measured.failures
        drawn = [one.name for one in self.inputs.candidates if one.fitted == "drawn"]
        rule, asked = (
            set(chosen(table, drawn)),
            {one.name for one in self.inputs.candidates if one.fitted == "yes"},
        )
        if rule != asked:
            done.warnings.append(
                f"the screen would fit {', '.join(sorted(rule))}; parameters.csv asks for "
                f"{', '.join(sorted(asked))}"
            )
        table[["low", "centre", "high", "effect"]] = table[["low", "centre", "high", "effect"]].map(
            lambda x: float(f"{x:.4g}")
        )
        return table

    def _simulate(self, values: np.ndarray, seeds: int, done: Calibrated, apart: bool = False) -> Measured:
        points = sets_at(self.inputs.fitted, values)
        own = (own_seeds if apart else common_seeds)(len(points), seeds)
        measured = simulate(
            rows_to_fit(self.rows), history_of(self.history), points, own, self.store, self.how, self.progress
        )
        done.failures += measured.failures
        return measured

    def _fit(self, measured: Measured, sample: np.ndarray, early: bool, done: Calibrated) -> None:
        """One posterior and its tables."""
        prefix, fitted, size = EARLY if early else "", self.inputs.fitted, self.size
        used = self.inputs.rows(self.rows, early)
        self.say(f"posterior{' of the early fit' if early else ''}: {len(used)} rows")
        learned = learn(self.inputs, used, sample, measured, size.draws, size.pairs)
        names = [one.name for one in fitted]
        draws = values_at(fitted, learned.shares)
        done.tables[prefix + DRAWS] = pd.DataFrame(draws, columns=names).rename_axis("draw").reset_index()
        done.tables[prefix + RECOVERY] = recovery_table(names, learned.recovery)
        self.say(
            f"mean coverage of 90% intervals {learned.recovery.coverage.mean():.2f}; simulating "
            "draws of the posterior"
        )
        put_back = self._simulate(draws[: size.put_back], size.seeds, done, apart=True)
        tried = values_at(
            fitted, candidates_for_best(fitted, learned.wide, learned.emulated_misfit, size.tried)
        )
        runs = self._simulate(tried, size.screen_seeds, done)
        best = tried[int(np.nanargmin(learned.misfit(runs.values[:, :, columns(runs.rows, used)])))]
        centre = np.array([one.centre for one in fitted])
        at = self._simulate(np.stack([centre, best]), size.best_seeds, done)
        before, after = (Measured(at.rows, at.values[k : k + 1], ()) for k in range(2))
        table = predictive(at.rows, self.inputs, used, before, after, put_back)
        done.tables[prefix + PREDICTIVE] = table
        done.tables[prefix + BEST] = self._best(learned, best)
        done.about[f"{prefix}fit"] = {
            "rows": len(used),
            "summaries": list(learned.summaries.names),
            "used": list(learned.used),
            "method": learned.recovery.method,
            "emulator_error": _rounded(learned.used, learned.emulator_error),
            "errors": _rounded(learned.standard.names, learned.standard.error),
            "rows_held_before": int((table["verdict_before"] == HOLDS).sum()),
            "rows_held": int((table["verdict"] == HOLDS).sum()),
            "rows_all": len(table),
        }

    def _best(self, learned: Learned, best: np.ndarray) -> pd.DataFrame:
        lines = []
        for k, one in enumerate(self.inputs.fitted):
            draws, narrow, coverage = (
                one.value(learned.shares[:, k]),
                float(learned.shares[:, k].std() / PRIOR_SD),
                float(learned.recovery.coverage[k]),
            )
            numbers = [
                float(best[k]),
                one.low,
                one.high,
                one.centre,
                one.scale,
                draws.mean(),
                draws.std(),
                *np.quantile(draws, (0.05, 0.5, 0.95)),
            ]
            identified = "yes" if narrow < NARROWER and LOWEST <= coverage <= HIGHEST else "no"
            said = [
                number if isinstance(number, str) else float(f"{number:.6g}")
                for number in (*numbers, 1.0 - narrow**2, coverage)
            ]
            lines.append([one.name, *said, identified, multiplies_words(one.multiplies)])
        return pd.DataFrame(lines, columns=list(COLUMNS))

    def _moved(self, done: Calibrated) -> None:
        """The headlines at points of the prior and of the posterior: as many, with the same seeds."""
        fitted, count = self.inputs.fitted, self.size.put_back
        self.say(f"headlines at {count} draws of the prior and of the posterior")
        draws = done.tables[DRAWS].drop(columns="draw").to_numpy()[:count]
        prior = values_at(fitted, shares(fitted, 1 << max(count - 1, 1).bit_length(), SEED + 1)[:count])
        found = moved(
            self.two_worlds,
            sets_at(fitted, prior),
            sets_at(fitted, draws),
            range(1, self.size.seeds + 1),
            self.store,
            self.how,
            self.progress,
        )
        done.failures += found.failures
        rounded = found.table.select_dtypes("float").map(lambda x: float(f"{x:.4g}"))
        done.tables[MOVED] = found.table.assign(**{name: rounded[name] for name in rounded})

    def _about(self, failed: int, seconds: float) -> dict[str, Any]:
        return {
            "points": self.size.points,
            "seeds": self.size.seeds,
            "draws": self.size.draws,
            "draws_put_back": self.size.put_back,
            "customers": self.history.experiment.customers,
            "points_failed": failed,
            "seconds_of_this_call": round(seconds),
            "model_digest": model_digest(),
            "versions": {
                "python": platform.python_version(),
                **{name: found for name in _PACKAGES if (found := _version(name))},
            },
        }


def _rounded(names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return {name: float(f"{value:.3g}") for name, value in zip(names, values, strict=True)}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

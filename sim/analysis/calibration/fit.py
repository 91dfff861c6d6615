"""The whole fit, in order, and the tables that it writes.

Simulations that are already stored are not run again.
"""

import importlib.util
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
from sim.analysis.calibration.inputs import Inputs, read_inputs
from sim.analysis.calibration.posterior_checks import candidates_for_best, moved, predictive
from sim.analysis.calibration.prior_sample import SEED, common_seeds, own_seeds, sets_at, shares, values_at
from sim.analysis.calibration.recovery import HIGHEST, LOWEST, NARROWER, recovery_table
from sim.analysis.calibration.screening import chosen, screen
from sim.analysis.calibration.simulations import Measured, simulate
from sim.analysis.calibration.training_set import PRIOR_SD
from sim.analysis.evidence.compare import HOLDS, history_of
from sim.analysis.evidence.rows import Row, read_rows, rows_to_fit, shipped_rows
from sim.runs.identity import model_digest
from sim.runs.tasks import Runner
from sim.scenario.posterior import BEST, COLUMNS, DRAWS, EARLY, MOVED, multiplies_words
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve

RECOVERY, PREDICTIVE, SCREEN, ABOUT = "recovery.csv", "predictive.csv", "screen.csv", "about.json"
_PACKAGES = ("numpy", "scipy", "scikit-learn")
# People that the model's survey asks in a fit: of 1,200, as by default, a dozen are German firms, where the
# sources asked hundreds.
PANEL = 8000


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a fit is.

    It gives points of the prior (a power of two), seeds at each, draws kept, and draws put back.
    `screen_seeds` are those of the screen and of the points `tried` for the best one, `best_seeds` those of
    the best point; `pairs` are the emulated points that a posterior is learned from. Raises InputError.
    """

    points: int = 512
    seeds: int = 2
    screen_seeds: int = 4
    draws: int = 512
    put_back: int = 64
    pairs: int = PAIRS
    best_seeds: int = 8

    def __post_init__(self) -> None:
        if self.points < 16 or self.points & (self.points - 1):
            raise InputError(
                "--points: a Sobol' sample is balanced for powers of two only, from 16 on (got "
                f"{self.points})"
            )
        if self.put_back > self.draws:
            raise InputError(f"--put-back: at most as many as --draws, {self.draws} (got {self.put_back})")

    @property
    def tried(self) -> int:
        return max(2, self.put_back // 4)


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


@dataclass(frozen=True)
class Fit:
    """A fit that can be run. `rows` may hold rows of any role; only calibration rows are ever measured."""

    inputs: Inputs
    rows: Sequence[Row]
    history: Resolved
    two_worlds: Resolved
    size: Size

    @classmethod
    def prepared(cls, size: Size, customers: int | None = None, inputs: Path | None = None) -> "Fit":
        """The fit of the shipped rows, with the inputs of a folder (None: the shipped ones).

        Raises InputError.
        """
        history = resolve("history", [f"survey.panel={PANEL}"], customers=customers)
        two_worlds = resolve("two_worlds", customers=customers, base=history.base)
        if importlib.util.find_spec("sklearn") is None:
            raise InputError(
                "calibrate: needs scikit-learn; `make calibrate` installs it, or pip install "
                "'warrantsim[calibrate]'"
            )
        rows = read_rows(shipped_rows(), history_of(history))
        return cls(read_inputs(rows, history.base, inputs), rows, history, two_worlds, size)

    def run(self, runner: Runner, say: Callable[[str], object] = print) -> Calibrated:
        """Screen, simulate, learn twice, put draws back, and compare headlines.

        One posterior is learned from all rows, the other from the early ones. `say` is told of each step.
        """
        return _Running(self, runner, say).run()


@dataclass
class _Running:
    """A fit in progress."""

    fit: Fit
    runner: Runner
    say: Callable[[str], object]
    done: Calibrated = field(default_factory=Calibrated)

    def run(self) -> Calibrated:
        begin, inputs, size = time.perf_counter(), self.fit.inputs, self.fit.size
        self.say(f"screen: {len(inputs.candidates)} candidates from end to end of their priors")
        self.done.tables[SCREEN] = self._screen()
        sample = shares(inputs.fitted, size.points)
        self.say(f"simulations: {size.points} points of the prior x {size.seeds} seeds")
        measured = self._simulate(values_at(inputs.fitted, sample), size.seeds, apart=True)
        failed = int(np.isnan(measured.values).all(axis=2).sum())
        self._fit(measured, sample, early=False)
        self._fit(measured, sample, early=True)
        self.done.tables[MOVED] = self._moved()
        self.done.about |= self._about(failed, time.perf_counter() - begin)
        self.done.failures += self.runner.failures
        return self.done

    def _screen(self) -> pd.DataFrame:
        fit = self.fit
        used = fit.inputs.rows(fit.rows)
        table = screen(fit.inputs, used, history_of(fit.history), fit.size.screen_seeds, self.runner)
        by_file = {
            word: {one.name for one in fit.inputs.candidates if one.fitted == word}
            for word in ("yes", "drawn")
        }
        by_rule = set(chosen(table, by_file["drawn"]))
        if by_rule != by_file["yes"]:
            self.done.warnings.append(
                f"the screen would fit {', '.join(sorted(by_rule))}; parameters.csv asks for "
                f"{', '.join(sorted(by_file['yes']))}"
            )
        return _to_digits(table)

    def _simulate(self, values: np.ndarray, seeds: int, apart: bool = False) -> Measured:
        points = sets_at(self.fit.inputs.fitted, values)
        own = (own_seeds if apart else common_seeds)(len(points), seeds)
        rows, history = rows_to_fit(self.fit.rows), history_of(self.fit.history)
        return simulate(rows, history, points, own, self.runner)

    def _fit(self, measured: Measured, sample: np.ndarray, early: bool) -> None:
        """One posterior and its tables."""
        inputs, size, done = self.fit.inputs, self.fit.size, self.done
        prefix, fitted = EARLY if early else "", inputs.fitted
        used = inputs.rows(self.fit.rows, early)
        self.say(f"posterior{' of the early fit' if early else ''}: {len(used)} rows")
        learned = learn(inputs, used, sample, measured, size.draws, size.pairs)
        names = [one.name for one in fitted]
        draws = values_at(fitted, learned.shares)
        done.tables[prefix + DRAWS] = pd.DataFrame(draws, columns=names).rename_axis("draw").reset_index()
        done.tables[prefix + RECOVERY] = recovery_table(names, learned.recovery)
        self.say(
            f"mean coverage of 90% intervals {learned.recovery.coverage.mean():.2f}; simulating "
            "draws of the posterior"
        )
        put_back = self._simulate(draws[: size.put_back], size.seeds, apart=True)
        tried = values_at(
            fitted, candidates_for_best(fitted, learned.wide, learned.emulated_misfit, size.tried)
        )
        runs = self._simulate(tried, size.screen_seeds)
        best = tried[int(np.nanargmin(learned.misfit(runs.values[:, :, columns(runs.rows, used)])))]
        centre = np.array([one.centre for one in fitted])
        at = self._simulate(np.stack([centre, best]), size.best_seeds)
        before, after = (Measured(at.rows, at.values[k : k + 1]) for k in range(2))
        table = predictive(at.rows, inputs, used, before, after, put_back)
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
        for k, one in enumerate(self.fit.inputs.fitted):
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
            numbers = [
                number if isinstance(number, str) else float(f"{number:.6g}")
                for number in (*numbers, 1.0 - narrow**2, coverage)
            ]
            lines.append([one.name, *numbers, identified, multiplies_words(one.multiplies)])
        return pd.DataFrame(lines, columns=list(COLUMNS))

    def _moved(self) -> pd.DataFrame:
        """The headlines at points of the prior and of the posterior: as many, with the same seeds."""
        fitted, count = self.fit.inputs.fitted, self.fit.size.put_back
        self.say(f"headlines at {count} draws of the prior and of the posterior")
        draws = self.done.tables[DRAWS].drop(columns="draw").to_numpy()[:count]
        prior = values_at(fitted, shares(fitted, 1 << max(count - 1, 1).bit_length(), SEED + 1)[:count])
        seeds = range(1, self.fit.size.seeds + 1)
        groups = sets_at(fitted, prior), sets_at(fitted, draws)
        return _to_digits(moved(self.fit.two_worlds, *groups, seeds, self.runner))

    def _about(self, failed: int, seconds: float) -> dict[str, Any]:
        return {
            "points": self.fit.size.points,
            "seeds": self.fit.size.seeds,
            "draws": self.fit.size.draws,
            "draws_put_back": self.fit.size.put_back,
            "customers": self.fit.history.experiment.customers,
            "points_failed": failed,
            "seconds_of_this_call": round(seconds),
            "model_digest": model_digest(),
            "versions": {
                "python": platform.python_version(),
                **{name: found for name in _PACKAGES if (found := _version(name))},
            },
        }


def _to_digits(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its numbers to four digits."""
    rounded = table.select_dtypes("float").map(lambda x: float(f"{x:.4g}"))
    return table.assign(**{name: rounded[name] for name in rounded})


def _rounded(names: Sequence[str], values: np.ndarray) -> dict[str, float]:
    return {name: float(f"{value:.3g}") for name, value in zip(names, values, strict=True)}


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None

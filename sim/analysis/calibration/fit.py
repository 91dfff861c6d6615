"""The whole fit, in order, and the tables that it writes.

Simulations that are already stored are not run again.
"""

import importlib.util
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.calibration.country_curves import (
    DRAWS as CURVE_DRAWS,
)
from sim.analysis.calibration.country_curves import (
    curves_by_country_held_back,
    curves_table,
    ess_words,
)
from sim.analysis.calibration.inference import Learned, learn
from sim.analysis.calibration.inputs import Inputs, read_inputs
from sim.analysis.calibration.leak import leak_table
from sim.analysis.calibration.posterior_checks import moved, predictive
from sim.analysis.calibration.prior_sample import (
    SEED,
    centre_scores,
    common_seeds,
    own_seeds,
    sets_at,
    shares,
    shares_of,
    values_at,
)
from sim.analysis.calibration.recovery import HIGHEST, LOWEST, NARROWER, PRIOR_SD, recover, recovery_table
from sim.analysis.calibration.sampler import Chains
from sim.analysis.calibration.simulations import Measured, simulate
from sim.analysis.calibration.summary_statistics import ADOPTION
from sim.analysis.evidence.compare import HOLDS, history_of
from sim.analysis.evidence.posterior_predictive import PANEL
from sim.analysis.evidence.rows import Row, read_rows, rows_to_fit, shipped_rows
from sim.analysis.evidence.splits import SPLITS
from sim.analysis.starting_levels.national import National, national_curves
from sim.analysis.starting_levels.sources import Sources, read_sources
from sim.runs.csv_tables import write_csv
from sim.runs.identity import model_digest
from sim.runs.tasks import Runner
from sim.runs.whole_files import write_whole
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import (
    BEST,
    COLUMNS,
    CURVES,
    DRAWS,
    FITTED,
    MOVED,
    curves_by_draw,
    multiplies_words,
)
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve

RECOVERY, PREDICTIVE, LEAK, ABOUT = "recovery.csv", "predictive.csv", "leak.csv", "about.json"
BY_COUNTRY = "by_country"
_PACKAGES = ("numpy", "scipy", "scikit-learn")
ABOUT_BEST = (0.3, 0.15)  # how far about the best point others are tried, in normal scores
FIRST_TEST_SEED = 1_000_001  # whatever the number of points, so that a fit can grow


@dataclass(frozen=True, kw_only=True)
class Size:
    """How large a fit is.

    `points` of the prior (a power of two) with a seed each, and `test_points` with `test_seeds` each, to
    learn from and to test on; `draws` kept, `put_back` of them simulated;
    `tried_seeds` for each point that may be the best, and `best_seeds` for that one. Raises InputError.
    """

    points: int = 2048
    test_points: int = 128
    test_seeds: int = 4
    draws: int = 256
    put_back: int = 64
    tried_seeds: int = 4
    best_seeds: int = 8

    def __post_init__(self) -> None:
        for name in ("points", "test_points"):
            count = getattr(self, name)
            if count < 16 or count & (count - 1):
                raise InputError(
                    f"--{name.replace('_', '-')}: a Sobol' sample is balanced for powers of two only, from "
                    f"16 on (got {count})"
                )
        if self.put_back > self.draws:
            raise InputError(f"--put-back: at most as many as --draws, {self.draws} (got {self.put_back})")


@dataclass
class Calibrated:
    """What a fit found: tables by file name, and what failed or is to be warned of."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    about: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write every table and `about.json`."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in self.tables.items():
            write_csv(table, folder / name)
        write_whole(folder / ABOUT, json.dumps(self.about, indent=1) + "\n")


@dataclass(frozen=True)
class Fit:
    """A fit that can be run. `rows` may hold rows of any role; only calibration rows are ever measured."""

    inputs: Inputs
    rows: Sequence[Row]
    history: Resolved
    two_worlds: Resolved
    sources: Sources
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
        sources = read_sources(root() / CONFIGS)
        return cls(read_inputs(rows, history.base, inputs), rows, history, two_worlds, sources, size)

    def run(self, runner: Runner, say: Callable[[str], object] = print) -> Calibrated:
        """Fit the country level, simulate, learn, sample every split, put draws back, compare headlines.

        `say` is told of each step.
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
        begin, size, done = time.perf_counter(), self.fit.size, self.done
        self.say(f"country level: {CURVE_DRAWS} draws of the curves of adoption")
        done.tables[CURVES] = curves_table(self.national)
        learned = self._learned()
        self.say(
            f"posterior: {int(self._used(learned).sum())} summaries, {len(learned.candidates)} parameters"
        )
        chains = learned.posterior(self._used(learned), size.draws)
        draws = self._draws_table(chains)
        done.tables[DRAWS] = draws
        self.say(f"recovery of {size.test_points} test points")
        found = recover(learned.emulator, self._used(learned), learned.test, SEED)
        done.tables[RECOVERY] = recovery_table(self._names, found, chains.r_hat, chains.effective)
        best = self._best_point(learned)
        done.tables[BEST] = self._best(chains, best, found.coverage[1])
        self._predict(draws.drop(columns="draw").to_numpy(), best)
        self._splits(learned)
        done.tables[MOVED] = self._moved(draws.drop(columns="draw").to_numpy())
        done.about |= self._about(learned, chains, time.perf_counter() - begin)
        done.failures += self.runner.failures
        return done

    @cached_property
    def national(self) -> National:
        return national_curves(self.fit.sources, CURVE_DRAWS)

    @cached_property
    def _curves(self) -> list[dict[str, float]]:
        return curves_by_draw(self.done.tables[CURVES].to_dict("records"))

    @cached_property
    def _names(self) -> list[str]:
        return [one.name for one in self.fit.inputs.candidates]

    def _learned(self) -> Learned:
        """Simulate points of the prior and test points, and learn the summaries."""
        fit, size = self.fit, self.fit.size
        asked = [row for row in rows_to_fit(fit.rows) if row.measure.name != ADOPTION]
        self.say(
            f"simulations: {size.points} points of the prior, {size.test_points} x {size.test_seeds} to test"
        )
        candidates = fit.inputs.candidates
        train, test = shares(candidates, size.points), shares(candidates, size.test_points, SEED + 1)
        points = self._simulate(asked, values_at(candidates, train), own_seeds(size.points, 1))
        apart = self._simulate(
            asked, values_at(candidates, test), own_seeds(size.test_points, size.test_seeds, FIRST_TEST_SEED)
        )
        self.done.tables[LEAK] = leak_table(points.rows, points.values)
        self.done.about["points_failed"] = int(np.isnan(points.values).all(axis=(1, 2)).sum())
        self.say(f"learning {len(asked)} rows of {size.points} points")
        ties = {code: where.ties for code, where in fit.history.base.jurisdictions.items()}
        return learn(fit.inputs, fit.rows, ties, (train, points), (test, apart))

    def _simulate(
        self, rows: Sequence[Row], values: np.ndarray, seeds: Sequence[Sequence[int]], curves: bool = True
    ) -> Measured:
        points = sets_at(self.fit.inputs.candidates, values)
        if curves:
            points = [{**sets, **self._curves[k % CURVE_DRAWS]} for k, sets in enumerate(points)]
        return simulate(rows, history_of(self.fit.history), points, seeds, self.runner)

    def _used(self, learned: Learned) -> np.ndarray:
        return learned.uses([row.id for row in rows_to_fit(self.fit.rows)])

    def _draws_table(self, chains: Chains) -> pd.DataFrame:
        values = values_at(self.fit.inputs.candidates, chains.shares)
        return pd.DataFrame(values, columns=self._names).rename_axis("draw").reset_index()

    def _best_point(self, learned: Learned) -> np.ndarray:
        """The likeliest of a few points, run with several seeds; what is judged keeps its value.

        The networks say where to look first. Then two rounds of points about the best of those that were run,
        as the runs see finer differences than the networks.
        """
        size, rows = self.fit.size, learned.summaries.measured
        tried = learned.near_best(self._used(learned), size.draws)
        for width in (*ABOUT_BEST, None):
            values = values_at(self.fit.inputs.candidates, tried)
            runs = self._simulate(rows, values, common_seeds(len(tried), size.tried_seeds), curves=False)
            best = int(np.nanargmin(learned.misfit(runs.values)))
            if width is not None:
                tried = learned.about(tried[best], width, size.put_back // 2)
        return np.asarray(values[best])

    def _best(self, chains: Chains, best: np.ndarray, coverage: np.ndarray) -> pd.DataFrame:
        lines = []
        values = values_at(self.fit.inputs.candidates, chains.shares)
        for k, one in enumerate(self.fit.inputs.candidates):
            draws, narrow = values[:, k], float(chains.shares[:, k].std() / PRIOR_SD)
            numbers = (
                *(float(best[k]), one.low, one.high, one.centre, one.scale, draws.mean(), draws.std()),
                *(*np.quantile(draws, (0.05, 0.5, 0.95)), 1.0 - narrow**2, float(coverage[k])),
            )
            told = [n if isinstance(n, str) else float(f"{n:.6g}") for n in numbers]
            identified = "yes" if narrow < NARROWER and LOWEST <= coverage[k] <= HIGHEST else "no"
            lines.append([one.name, *told, identified, multiplies_words(one.multiplies), one.role])
        return pd.DataFrame(lines, columns=list(COLUMNS))

    def _predict(self, draws: np.ndarray, best: np.ndarray) -> None:
        """Every calibration row before the fit, at the best point, and over draws."""
        size, rows = self.fit.size, rows_to_fit(self.fit.rows)
        self.say(f"simulating {size.put_back} draws of the posterior, and the best point")
        put_back = self._simulate(rows, draws[: size.put_back], own_seeds(size.put_back, 1))
        candidates = self.fit.inputs.candidates
        centre = values_at(candidates, shares_of(centre_scores(candidates))[None])[0]
        at = self._simulate(rows, np.stack([centre, best]), common_seeds(2, size.best_seeds), curves=False)
        before, after = (Measured(at.rows, at.values[k : k + 1]) for k in range(2))
        table = predictive(at.rows, self.fit.inputs, before, after, put_back)
        self.done.tables[PREDICTIVE] = table
        verdicts = {"rows_held_before": "verdict_before", "rows_held": "verdict"}
        self.done.about |= {name: int((table[column] == HOLDS).sum()) for name, column in verdicts.items()}
        self.done.about["rows"] = len(table)

    def _splits(self, learned: Learned) -> None:
        """The draws of every split, from the summaries of which it may see all rows."""
        count, self.done.about["splits"] = max(self.fit.size.draws // 2, 1), {}
        for split in SPLITS:
            used = learned.uses([row.id for row in self.fit.rows if split.may_see(row)])
            self.say(f"posterior of the split {split.name}: {int(used.sum())} summaries")
            self.done.tables[f"{split.name}_{DRAWS}"] = self._draws_table(learned.posterior(used, count))
            self.done.about["splits"][split.name] = int(used.sum())
        apart, touched = curves_by_country_held_back(self.fit.sources, self.national)
        self.done.tables[f"{BY_COUNTRY}_{CURVES}"] = curves_table(apart, touched)

    def _moved(self, draws: np.ndarray) -> pd.DataFrame:
        """The headlines at points of the prior and of the posterior: as many, with the same seeds."""
        candidates, count = self.fit.inputs.candidates, self.fit.size.put_back
        self.say(f"headlines at {count} draws of the prior and of the posterior")
        points = 1 << max(count - 1, 1).bit_length()
        prior = values_at(candidates, shares(candidates, points, SEED + 2)[:count])
        groups = sets_at(candidates, prior), sets_at(candidates, draws[:count])
        return _to_digits(moved(self.fit.two_worlds, *groups, [1], self.runner))

    def _about(self, learned: Learned, chains: Chains, seconds: float) -> dict[str, Any]:
        fitted = np.array([one.role == FITTED for one in learned.candidates])
        emulator, names = learned.emulator, learned.summaries.names
        return {
            **{name: getattr(self.fit.size, name) for name in Size.__dataclass_fields__},
            "customers": self.fit.history.experiment.customers,
            "method": "neural emulator, elliptical slice sampling",
            "summaries": list(names),
            "errors": _rounded(names, learned.standard.error),
            "emulator_error": _rounded(names, emulator.error),
            "emulator_explains": _rounded(names, emulator.explained),
            "r_hat_most": round(float(chains.r_hat.max()), 4),
            "effective_least": round(float(chains.effective[fitted].min())),
            "country_level": ess_words(self.national),
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

"""`warrantsim calibrate`: fit the model to the calibration rows, and write the posterior's tables."""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.cli.console import console
from sim.cli.folders import RESULTS, must_be_writable
from sim.cli.progress import stoppable
from sim.scenario.locations import shown
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve

# People that the model's survey asks in a fit: of 1,200, as by default, a dozen are German firms, where the
# sources asked hundreds.
PANEL = 8000
DEFAULT_STORE = RESULTS / "fit"
DEFAULT_OUT = RESULTS / "posterior"


@dataclass(frozen=True)
class Asked:
    """What the command line asks of a fit."""

    points: int
    seeds: int
    customers: int | None
    draws: int
    put_back: int
    inputs: Path | None
    store: Path | None
    workers: int | None
    out: Path | None


def calibrate(asked: Asked) -> list[str]:
    """Fit, write the tables, and say what was found; returns what failed."""
    if asked.points < 16 or asked.points & (asked.points - 1):
        raise InputError(
            f"--points: a Sobol' sample is balanced for powers of two only, from 16 on (got {asked.points})"
        )
    if asked.put_back > asked.draws:
        raise InputError(f"--put-back: at most as many as --draws, {asked.draws} (got {asked.put_back})")
    history = resolve("history", [f"survey.panel={PANEL}"], customers=asked.customers)
    two_worlds = resolve("two_worlds", customers=asked.customers, base=history.base)

    from sim.analysis.calibration.inputs import read_inputs
    from sim.analysis.evidence.compare import history_of
    from sim.analysis.evidence.rows import read_rows, shipped_rows

    if importlib.util.find_spec("sklearn") is None:
        raise InputError(
            "calibrate: needs scikit-learn; `make calibrate` installs it, or pip install "
            "'warrantsim[calibrate]'"
        )
    rows = read_rows(shipped_rows(), history_of(history))
    inputs = read_inputs(rows, history.base, asked.inputs)
    folder, store = asked.out or DEFAULT_OUT, asked.store or DEFAULT_STORE
    must_be_writable(folder, "--out")
    must_be_writable(store, "--store")

    from sim.analysis.calibration.fit import Fit, Size
    from sim.runs.store import Store
    from sim.runs.tasks import Backend

    screen, runs = console(), Store(store)
    runs.prepare()
    size = Size(
        points=asked.points,
        seeds=asked.seeds,
        draws=asked.draws,
        put_back=asked.put_back,
        tried=max(2, asked.put_back // 4),
    )

    def say(said: str) -> None:
        screen.print(escape(said), soft_wrap=True)

    with stoppable(screen, store) as progress:
        fit = Fit(
            inputs,
            rows,
            history,
            two_worlds,
            size,
            runs,
            Backend(asked.workers),
            progress,
            say,
        )
        found = fit.run()
    found.write(folder)
    _print(screen, folder)
    for warning in found.warnings:
        screen.print(f"[yellow]warning[/]: {escape(warning)}", soft_wrap=True)
    for failure in found.failures:
        screen.print(f"[red]failed[/]: {escape(failure)}", soft_wrap=True)
    screen.print(f"tables: {escape(shown(folder))}", soft_wrap=True)
    return found.failures


def _print(screen: Console, folder: Path) -> None:
    """The posterior and the rows, as the tables have them."""
    import pandas as pd

    from sim.scenario.posterior import BEST, read_posterior

    table = Table(
        title=(
            "Posterior: the best point, mean and 90% interval; how often recovery's 90% intervals held "
            "the truth"
        ),
        title_justify="left",
    )
    for name in ("parameter", "prior", "before", "best", "mean", "90%", "coverage", "identified"):
        table.add_column(name, justify="left" if name in ("parameter", "identified") else "right")
    for one in read_posterior(folder).fitted:
        numbers = (
            f"{one.prior_low:.3g} to {one.prior_high:.3g}",
            f"{one.prior_centre:.3g}",
            f"{one.value:.3g}",
            f"{one.mean:.3g}",
        )
        table.add_row(
            one.parameter,
            *numbers,
            f"{one.p05:.3g} to {one.p95:.3g}",
            f"{one.coverage:.2f}",
            "yes" if one.identified else "no",
        )
    screen.print(table)
    rows = pd.read_csv(folder / "predictive.csv", keep_default_na=False)
    for held, said in (("verdict_before", "before the fit"), ("verdict", "at the best point")):
        screen.print(
            f"{said}: of {len(rows)} calibration rows {int((rows[held] == 'holds').sum())} hold",
            soft_wrap=True,
        )
    screen.print(f"best point: {escape(shown(folder / BEST))}", soft_wrap=True)

"""`warrantsim calibrate`: fit the model to the calibration rows, and write the posterior's tables."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import RESULTS, console, make_folders, print_some
from sim.cli.progress import stoppable
from sim.scenario.locations import shown
from sim.scenario.posterior import BEST, Fitted, read_posterior
from sim.view.tables import Table, Value, columns, to_terminal

if TYPE_CHECKING:
    from sim.analysis.calibration.fit import Size

HEADINGS = (
    "Parameter", ">Prior", ">Before", ">Best", ">Mean", ">90% interval", ">Coverage", "Identified",
)  # fmt: skip


def calibrate(
    size: "Size",
    customers: int | None,
    inputs: Path | None,
    store: Path | None,
    workers: int | None,
    out: Path | None,
) -> list[str]:
    """Fit, write and print the tables; returns what failed."""
    from sim.analysis.calibration.fit import PREDICTIVE, Fit
    from sim.runs.store import Store
    from sim.runs.tasks import Backend, Runner

    out, store = out or RESULTS / "posterior", store or RESULTS / "fit"
    fit = Fit.prepared(size, customers, inputs)
    make_folders(out, store)
    screen = console()
    with stoppable(screen, store) as progress:
        found = fit.run(Runner(Store(store), Backend(workers), progress), screen.out)
    found.write(out)
    screen.print(to_terminal(posterior_table(read_posterior(out).fitted)))
    rows = found.tables[PREDICTIVE]
    for verdict, when in (("verdict_before", "before the fit"), ("verdict", "at the best point")):
        screen.out(f"{when}: of {len(rows)} calibration rows {int((rows[verdict] == 'holds').sum())} hold")
    screen.out(f"best point: {shown(out / BEST)}")
    print_some(screen, "[red]failed[/]", found.failures)
    screen.out(f"tables: {shown(out)}")
    return found.failures


def posterior_table(fitted: tuple[Fitted, ...]) -> Table:
    """A line a fitted parameter: prior, value before the fit, posterior, and recovery."""
    rows: list[list[Value]] = [
        [
            one.parameter,
            f"{one.prior_low:.3g} to {one.prior_high:.3g}",
            *(f"{value:.3g}" for value in (one.prior_centre, one.value, one.mean)),
            f"{one.p05:.3g} to {one.p95:.3g}",
            f"{one.coverage:.2f}",
            "yes" if one.identified else "no",
        ]
        for one in fitted
    ]
    note = "Coverage: how often the 90% intervals of the recovery test held the true value."
    return Table("Posterior of the fitted parameters", columns(*HEADINGS), rows, note)

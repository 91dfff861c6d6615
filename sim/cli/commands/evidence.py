"""Commands: evidence, fit, validation, forecasts."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DONE, FAILED, Customers, ExperimentName, Out, Seeds, Sets, StoreFolder, Workers

PANEL = "Hold it against the record"
commands = typer.Typer()


@commands.command(rich_help_panel=PANEL)
def evidence(
    rows: Annotated[
        Path | None,
        typer.Option("--rows", help="A CSV of rows, one number each.  [default: the shipped rows]"),
    ] = None,
    listed: Annotated[
        bool,
        typer.Option(
            "--list", help="Print every measure with its arguments and an example, and run nothing."
        ),
    ] = False,
    experiment: Annotated[
        str,
        typer.Option(
            "--experiment",
            help="Whose parameters, customers, seeds and months; the world is history as it happened.",
        ),
    ] = "history",
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
    posterior: Annotated[
        int | None,
        typer.Option(
            "--posterior",
            metavar="N",
            min=1,
            help="Over N draws of the posterior: intervals hold parameters and luck.",
        ),
    ] = None,
) -> None:
    """Measure the model as sources measured the world, and print model against data.

    A miss is a result, not a failure.
    """
    if listed:
        from sim.cli.measures import list_measures

        list_measures()
        return
    from sim.analysis import assessments
    from sim.cli.assess import assess
    from sim.scenario.resolution import resolve

    resolved = resolve(experiment, sets or [], seeds=seeds, customers=customers)
    failures = assess(assessments.evidence(resolved, rows, posterior), out, store, workers)
    raise typer.Exit(FAILED if failures else DONE)


@commands.command(rich_help_panel=PANEL)
def calibrate(
    points: Annotated[
        int, typer.Option("--points", help="Points of the prior that are simulated, a power of two.")
    ] = 2048,
    test_points: Annotated[
        int, typer.Option("--test-points", help="Points that are only tested on, a power of two.")
    ] = 128,
    customers: Customers = None,
    draws: Annotated[int, typer.Option("--draws", min=16, help="Draws of the posterior to keep.")] = 256,
    put_back: Annotated[
        int, typer.Option("--put-back", min=4, help="Of these, how many are run through the model again.")
    ] = 64,
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--inputs", help="Folder of priors and of what is left out.  [default: configs/calibration]"
        ),
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            "--store", help="Folder of what was simulated; a fit goes on from there.  [default: results/fit]"
        ),
    ] = None,
    workers: Workers = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the posterior's tables.  [default: results/posterior]"),
    ] = None,
) -> None:
    """Fit the model to the calibration rows (takes an hour or so).

    Gives a posterior, what can be recovered, and the rows before and after.
    """
    from sim.analysis.calibration.fit import Size
    from sim.cli.calibrate import calibrate as fit

    size = Size(points=points, test_points=test_points, draws=draws, put_back=put_back)
    raise typer.Exit(FAILED if fit(size, customers, inputs, store, workers, out) else DONE)


@commands.command(rich_help_panel=PANEL)
def validate(
    posterior: Annotated[
        int, typer.Option("--posterior", metavar="N", min=1, help="Draws of each posterior.")
    ] = 16,
    seeds: Annotated[
        int, typer.Option("--seeds", min=1, help="Seeds at each draw, each draw with its own.")
    ] = 1,
    experiment: Annotated[
        str,
        typer.Option(
            "--experiment",
            help="Whose parameters, customers and months; the world is history as it happened.",
        ),
    ] = "two_worlds",
    customers: Annotated[
        int,
        typer.Option("--customers", help="Simulated customers: many, as rows are about single countries."),
    ] = 200_000,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Score the fitted model on rows that no fit saw, beside forecasts without agents.

    These are no change, a line and a Bass curve.
    """
    from sim.analysis import assessments
    from sim.cli.assess import assess
    from sim.scenario.resolution import resolve

    resolved = resolve(experiment, seeds=seeds, customers=customers)
    failures = assess(assessments.validation(resolved, posterior), out, store, workers)
    raise typer.Exit(FAILED if failures else DONE)


@commands.command(rich_help_panel=PANEL)
def survive(
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws",
            metavar="N",
            min=1,
            help="Draws of the posterior.  [default: 256, or all that there are]",
        ),
    ] = None,
    experiment: Annotated[
        str, typer.Option("--experiment", help="Which worlds are compared.")
    ] = "two_worlds",
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Which conclusions survive where a parameter is held at an end of its range?

    Compares the two worlds over joint draws of the posterior as they are, with the least and the most action
    on stated intentions, and with symmetric trust.
    """
    from sim.analysis import assessments
    from sim.cli.assess import assess
    from sim.scenario.resolution import resolve

    resolved = resolve(experiment, customers=customers)
    failures = assess(assessments.survival(resolved, draws), out, store, workers)
    raise typer.Exit(FAILED if failures else DONE)


@commands.command(rich_help_panel=PANEL)
def register(
    write: Annotated[
        bool, typer.Option("--write", help="Append the forecasts to configs/register/forecasts.csv.")
    ] = False,
    draws: Annotated[int, typer.Option("--draws", min=1, help="Draws of the posterior.")] = 64,
    outlook: Annotated[
        str, typer.Option("--outlook", help="What is assumed of the years after the record.")
    ] = "trends_continue",
    customers: Annotated[int, typer.Option("--customers", help="Simulated customers.")] = 40_000,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Forecast what sources will publish, and register it: dated, with its distribution, never to be changed.

    The questions are those of configs/register/questions.csv.
    """
    from sim.cli.register import register as forecast

    failures = forecast(draws, customers, outlook, write, store, workers)
    raise typer.Exit(FAILED if failures else DONE)


@commands.command(rich_help_panel=PANEL)
def score(
    outcomes: Annotated[
        Path | None,
        typer.Option(
            "--outcomes",
            help="What was published: id,value,se,published_on,source.  "
            "[default: configs/register/outcomes.csv]",
        ),
    ] = None,
    out: Out = None,
) -> None:
    """Score the registered forecasts whose numbers were published since, beside no change."""
    from sim.cli.register import score as score_register

    score_register(outcomes, out)


@commands.command(rich_help_panel=PANEL)
def value(
    experiment: ExperimentName = "two_worlds",
    sets: Sets = None,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure", help="A row of the evidence or a parameter, and its standard error: NAME=SE."
        ),
    ] = None,
    out: Out = None,
) -> None:
    """Which measurement would narrow which headline most? From draws of the posterior; nothing is run.

    The draws are those of the experiment's results folder, if it has any, or the shipped ones. With --measure
    only what is named is looked at, with the standard error given.
    """
    from sim.cli.value import print_value
    from sim.scenario.resolution import resolve

    print_value(resolve(experiment, sets or []), out, measure or [])

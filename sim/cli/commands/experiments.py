"""Commands: run, sweep, repeat and look."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DONE, FAILED, Customers, ExperimentName, Out, Seeds, Sets, StoreFolder, Workers

PANEL = "Run"
commands = typer.Typer()


@commands.command(rich_help_panel=PANEL)
def run(
    experiment: ExperimentName,
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
    timeout: Annotated[
        float,
        typer.Option(
            "--timeout", min=0, help="Seconds that a pair of worlds may take; 0 for as long as it likes."
        ),
    ] = 3600.0,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Run what failed before once more.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            metavar="ADDRESS|local",
            help="Run on a Dask cluster: its scheduler's address, or `local` to start one here.",
        ),
    ] = None,
    shard: Annotated[
        str | None,
        typer.Option(
            "--shard",
            metavar="i/n",
            help="Run only the i-th of n parts, for a job array (see `shards`); write no tables.",
        ),
    ] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")] = True,
    draws: Annotated[
        int | None,
        typer.Option(
            "--draws",
            metavar="N",
            min=0,
            help="Draws of the posterior for the intervals of the headlines; 0 for luck alone.  "
            "[default: 256, or all that there are]",
        ),
    ] = None,
) -> None:
    """Run an experiment: fill the store, then write tables and a report that opens in a browser.

    Runs that are in the store are not run again.
    """
    from sim.cli.run import RunOptions, run_experiment

    options = RunOptions(
        experiment,
        sets or [],
        seeds,
        customers,
        out,
        store,
        workers,
        timeout,
        retry_failed,
        cluster,
        shard,
        report,
        draws,
    )
    raise typer.Exit(FAILED if run_experiment(options) else DONE)


@commands.command(rich_help_panel=PANEL)
def shards(
    experiment: ExperimentName,
    parts: Annotated[int, typer.Argument(metavar="N", min=1, help="Number of parts.")],
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Annotated[Path, typer.Option("--out", help="The job script to write.")] = Path("job.sh"),
) -> None:
    """Write a SLURM job script that runs an experiment in N parts, each a job of one array."""
    from sim.cli.shards import write_job_script

    write_job_script(experiment, parts, sets or [], seeds, customers, out)


@commands.command(rich_help_panel=PANEL)
def reproduce(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="Results folders, crates or shipped experiments.  [default: every shipped experiment]"
        ),
    ] = None,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, help="Run only so many pairs, drawn at random.")
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="Shipped experiments at their full size (minutes), not the smallest."),
    ] = False,
    workers: Workers = None,
) -> None:
    """Run again, past every store, and compare with the stored results.

    The answer is equal, or what differs, where first, and how the environments differ.
    """
    from sim.cli.reproduce import reproduce_all

    raise typer.Exit(DONE if reproduce_all(what or [], sample, full, workers) else FAILED)


@commands.command(rich_help_panel=PANEL)
def dashboard(
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; another machine can reach any but 127.0.0.1.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="Port.  [default: the first free one from 8050 on]"),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open it in the browser.")] = True,
    results: Annotated[Path, typer.Option("--results", help="Folder whose results can be looked at.")] = Path(
        "results"
    ),
    customers: Annotated[
        int | None,
        typer.Option("--customers", help="Simulated customers in the explorer.  [default: the experiment's]"),
    ] = None,
) -> None:
    """Open the dashboard: move a slider and see both worlds; look into results.

    Everything stays on this machine.
    """
    from sim.cli.explorer import serve_dashboard

    serve_dashboard(host, port, browser, results, customers)


@commands.command(rich_help_panel=PANEL)
def export(
    folder: Annotated[Path, typer.Argument(help="A results folder.")],
    out: Annotated[Path, typer.Option("--out", help="The .tar.gz to write.")],
) -> None:
    """Write the outcomes for the EMA Workbench: `ema_workbench.load_results` opens the file."""
    from sim.cli.reproduce import export_outcomes

    export_outcomes(folder, out)

"""`warrantsim`: run experiments, list and explain what they are made of, check files.

Exit codes: 0 done, 1 some runs failed or a check did not hold, 2 bad input. Each command imports what
it needs when it is called, so that `--help` answers at once.
"""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim.scenario.control_characters import printable
from sim.scenario.problems import InputError
from sim.version import __version__

DONE, FAILED, BAD_INPUT = 0, 1, 2

app = typer.Typer(
    name="warrantsim",
    help=(
        "What a US warrant for data stored abroad sets in motion, in the world where Microsoft wins and "
        "in the one where it loses."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


Listed = StrEnum(
    "Listed",
    [
        "countries", "segments", "providers", "parameters", "mechanisms", "regimes", "tests", "comity",
        "us_orders", "foreign_orders", "events", "outlooks", "experiments",
    ],
)  # fmt: skip

ExperimentName = Annotated[
    str, typer.Argument(help="A file, or the bare name of a shipped experiment (see `list experiments`).")
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Set a value over all files, for example trust.asymmetry=2. Repeatable.",
    ),
]
Seeds = Annotated[int | None, typer.Option("--seeds", help="Number of seeds: runs of each world.")]
Customers = Annotated[int | None, typer.Option("--customers", help="Simulated customers.")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Folder for the results.  [default: results/<experiment>]")
]
StoreFolder = Annotated[
    Path | None,
    typer.Option("--store", help="Folder of all runs, shared by experiments.  [default: results/store]"),
]
Workers = Annotated[int | None, typer.Option("--workers", min=1, help="Processes.  [default: one a core]")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"warrantsim {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def _warrantsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version  # its callback has answered


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def record(
    folder: Annotated[Path, typer.Argument(help="A results folder.")],
    headline: Annotated[str | None, typer.Argument(help="A headline: its code.  [default: all]")] = None,
    point: Annotated[int | None, typer.Option("--point", min=0, help="Of a sweep: a point's number.")] = None,
) -> None:
    """Print the ids under which paired differences are cited: of model, configuration, seeds and result."""
    from sim.cli.record import print_records

    print_records(folder, headline, point)


@app.command()
def verify(
    what: Annotated[Path, typer.Argument(help="A crate (.zip) or a results folder.")],
    cited: Annotated[
        list[str] | None, typer.Option("--record", help="An id that was cited: is it of these? Repeatable.")
    ] = None,
) -> None:
    """Check a crate without running anything and without a network; list what could not be checked."""
    from sim.cli.record import print_verification

    raise typer.Exit(DONE if print_verification(what, cited or []) else FAILED)


@app.command()
def why(
    a: Annotated[str, typer.Argument(help="A results folder, a crate (.zip) or an experiment.")],
    b: Annotated[str, typer.Argument(help="Another.")],
    headline: Annotated[
        str | None, typer.Option("--headline", help="One headline by its code, with intervals.")
    ] = None,
    seeds: Annotated[int | None, typer.Option("--seeds", min=1, help="Only the first so many seeds.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the tables as CSV.")] = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Why did a headline move? Split the change from A to B into code, configuration, evidence and fit."""
    from sim.cli.why import print_change

    raise typer.Exit(FAILED if print_change(a, b, headline, seeds, out, store, workers) else DONE)


@app.command()
def crate(
    folder: Annotated[Path, typer.Argument(help="A results folder.")],
    out: Annotated[Path, typer.Option("--out", help="The .zip to write.")],
    license_: Annotated[
        str | None,
        typer.Option(
            "--license",
            help="Under which the results are given: an SPDX identifier or an address.  [default: CC-BY-4.0]",
        ),
    ] = None,
    authors: Annotated[
        list[str] | None,
        typer.Option("--author", metavar="'NAME <ORCID>'", help="Who made them. Repeatable."),
    ] = None,
    deposit: Annotated[
        Path | None,
        typer.Option("--deposit", help="A YAML file: title, people, funding (docs/record.md)."),
    ] = None,
) -> None:
    """Pack results as an RO-Crate, ready to deposit: experiment, tables, manifest, report, all described."""
    from sim.cli.crate import pack_crate
    from sim.runs.deposit import DepositOptions

    pack_crate(folder, out, DepositOptions(deposit, license_, authors or []))


@app.command()
def export(
    folder: Annotated[Path, typer.Argument(help="A results folder.")],
    out: Annotated[Path, typer.Option("--out", help="The .tar.gz to write.")],
) -> None:
    """Write the outcomes for the EMA Workbench: `ema_workbench.load_results` opens the file."""
    from sim.cli.reproduce import export_outcomes

    export_outcomes(folder, out)


@app.command("list")
def list_(what: Annotated[Listed, typer.Argument(help="What to list.")]) -> None:
    """List what can be named in experiments and on the command line."""
    from sim.cli.list import print_list

    print_list(what.value)


@app.command()
def check(files: Annotated[list[str], typer.Argument(help="Experiments or configuration files.")]) -> None:
    """Check files: everything that a run would refuse, without running."""
    from sim.cli.check import check_files

    check_files(files)


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            help=(
                "A parameter, country, segment, provider, mechanism, regime, test or rule of the law, event, "
                "instrument or column of a table."
            )
        ),
    ],
    experiment: Annotated[
        str | None,
        typer.Option("--experiment", help="Show the values that this experiment runs with, world by world."),
    ] = None,
) -> None:
    """Explain a name: its meaning, value, unit, range and source, and who set it."""
    from sim.cli.explain import print_explanation

    print_explanation(name, experiment)


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
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


@app.command()
def discover(
    folder: Annotated[Path, typer.Argument(help="The results folder of an experiment with a design.")],
    headline: Annotated[
        str | None,
        typer.Option(
            "--headline", help="Where is one world surely above the other? With a level: where beyond it?"
        ),
    ] = None,
    above: Annotated[float | None, typer.Option("--above", help="Where the headline is above this.")] = None,
    below: Annotated[float | None, typer.Option("--below", help="Where the headline is below this.")] = None,
    claim: Annotated[
        int | None,
        typer.Option("--claim", min=0, help="Where this claim fails, by its number in claims.csv."),
    ] = None,
    verdict: Annotated[
        str | None, typer.Option("--verdict", metavar="holds|fails", help="Where the claim has this verdict.")
    ] = None,
    density: Annotated[
        float, typer.Option("--density", help="Share of points of interest that a box must reach.")
    ] = 0.8,
) -> None:
    """Which regions of a design answer a question? Boxes by PRIM, leaves by CART.

    Without a question: where each claim fails, and where the two worlds change order. Needs the extra
    `discover`.
    """
    from sim.cli.discover import print_discovery

    print_discovery(
        folder, density, headline=headline, above=above, below=below, claim=claim, verdict=verdict
    )


@app.command()
def trace(
    country: Annotated[
        str | None,
        typer.Argument(metavar="[COUNTRY]", help="A country: who moved there, and its government."),
    ] = None,
    customer: Annotated[
        int | None, typer.Option("--customer", metavar="NUMBER", help="One customer, by its number.")
    ] = None,
    government: Annotated[
        str | None, typer.Option("--government", metavar="CODE", help="The government of a country.")
    ] = None,
    experiment: Annotated[
        str, typer.Option("--experiment", help="Which worlds are compared.")
    ] = "two_worlds",
    seed: Annotated[
        int | None, typer.Option("--seed", help="The seed to run again.  [default: the experiment's first]")
    ] = None,
    sets: Sets = None,
    customers: Customers = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the page and the tables.  [default: results/traces/<what is traced>]"
        ),
    ] = None,
) -> None:
    """Who moved, and why: a country, a customer or a government in both worlds.

    Runs one seed again. Shows the first month in which paths part, the chain from the ruling to the decision,
    its terms, and the luck it met.
    """
    from sim.cli.trace import print_trace

    good = print_trace(
        experiment,
        sets or [],
        customers,
        seed,
        out,
        country=country,
        customer=customer,
        government=government,
    )
    raise typer.Exit(DONE if good else FAILED)


@app.command()
def channels(
    experiment: ExperimentName = "two_worlds",
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Through which channels does the ruling act? Exact Shapley values over the six, 64 runs of each pair.

    The channels are those of configs/channels.yaml. The first four seeds, unless --seeds says otherwise. What
    is stored is not run again.
    """
    from sim.analysis import assessments
    from sim.cli.assess import assess
    from sim.scenario.resolution import resolve

    resolved = resolve(experiment, sets or [], customers=customers)
    failures = assess(assessments.channels(resolved, seeds), out, store, workers)
    raise typer.Exit(FAILED if failures else DONE)


@app.command()
def confound(
    experiment: ExperimentName = "gdpr_or_cloud_act",
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Two causes close in time: what does each explain of the change of every headline?

    Runs four worlds (both causes, each alone, neither), splits the change by Shapley values, and shows what
    was measured beside it.
    """
    from sim.cli.confound import print_confound
    from sim.pipeline import resolve

    resolved = resolve(experiment, sets or [], seeds=seeds, customers=customers)
    raise typer.Exit(FAILED if print_confound(resolved, out, store, workers) else DONE)


@app.command()
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


@app.command()
def boundary(
    experiment: ExperimentName,
    headline: Annotated[str, typer.Option("--headline", help="Which headline: its code.")],
    level: Annotated[float, typer.Option("--level", help="Where it crosses this.")] = 0.0,
    points: Annotated[int, typer.Option("--points", help="Run no more points than this.")] = 96,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="Part of the space of which the side may stay open.")
    ] = 0.02,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="Results of a fine grid over the same ranges: what would it have cost?"
        ),
    ] = None,
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Where does a headline change sign, or cross another level?

    Searches the two to four ranges of the experiment's design with far fewer runs than a grid. Needs the
    extra `discover`.
    """
    from sim.analysis.drivers.boundary_tables import Asked
    from sim.cli.boundary import print_boundary
    from sim.pipeline import resolve

    resolved = resolve(experiment, sets or [], seeds=seeds, customers=customers)
    failures = print_boundary(
        resolved, Asked(headline, level, points, tolerance, against), out, store, workers
    )
    raise typer.Exit(FAILED if failures else DONE)


@app.command()
def levers(folder: Annotated[Path, typer.Argument(help="A results folder.")]) -> None:
    """Which lever pays: what each buys in trust and revenue, and costs in evidence and conflicts of law.

    The experiment pulls levers in some of its worlds, or at some points of its design.
    """
    from sim.cli.levers import print_levers

    print_levers(folder)


@app.command()
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


def main() -> None:
    """The command; problems with the input go to standard error, one line each."""
    try:
        app()
    except InputError as error:
        for problem in error.problems:
            print(printable(problem), file=sys.stderr)
        count = len(error.problems)
        print(f"{count} {'problem' if count == 1 else 'problems'}; nothing was run", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except BrokenPipeError:  # whoever read the output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(printable(f"{where}{error.strerror or error}; what was stored stays"), file=sys.stderr)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()

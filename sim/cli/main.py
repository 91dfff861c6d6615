"""`warrantsim`: run experiments, list and explain what they are made of, check files.

Exit codes: 0 done, 1 some runs failed or a check did not hold, 2 bad input. Each command imports what
it needs when it is called, so that `--help` answers at once.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sim import __version__
from sim.scenario.problems import BadInput

DONE, FAILED, BAD_INPUT = 0, 1, 2

app = typer.Typer(
    name="warrantsim",
    help="What a US warrant for data stored abroad sets in motion, in the world where Microsoft wins and in the one where it loses.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Listed(StrEnum):
    """What `list` can list."""

    countries = "countries"
    segments = "segments"
    providers = "providers"
    parameters = "parameters"
    mechanisms = "mechanisms"
    regimes = "regimes"
    events = "events"
    experiments = "experiments"


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"warrantsim {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def _warrantsim(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    del version  # its callback has answered


@app.command()
def run(
    experiment: Annotated[str, typer.Argument(help="A file, or the bare name of a shipped experiment (see `list experiments`).")],
    sets: Annotated[
        list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Set a value over all files, for example trust.asymmetry=2. Repeatable.")
    ] = None,
    seeds: Annotated[int | None, typer.Option("--seeds", help="Number of seeds: runs of each world.")] = None,
    customers: Annotated[int | None, typer.Option("--customers", help="Simulated customers.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the results.  [default: results/<experiment>]")] = None,
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Processes.  [default: one a core]")] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html.")] = True,
) -> None:
    """Run an experiment: every world with every seed, tables, and a report that opens in a browser."""
    from sim.cli.running import run_experiment

    raise typer.Exit(FAILED if run_experiment(experiment, sets or [], seeds, customers, out, workers, report) else DONE)


@app.command("list")
def list_(what: Annotated[Listed, typer.Argument(help="What to list.")]) -> None:
    """List what can be named in experiments and on the command line."""
    from sim.cli.listing import print_list

    print_list(what.value)


@app.command()
def check(files: Annotated[list[str], typer.Argument(help="Experiments or configuration files.")]) -> None:
    """Check files: everything that a run would refuse, without running."""
    from sim.cli.checking import check_files

    check_files(files)


@app.command()
def explain(
    name: Annotated[str, typer.Argument(help="A parameter, country, segment, provider, mechanism, regime, event, instrument or column of a table.")],
    experiment: Annotated[str | None, typer.Option("--experiment", help="Show the values that this experiment runs with, world by world.")] = None,
) -> None:
    """Say what a name means: its value, unit, range and source, and who set it."""
    from sim.cli.explaining import print_explanation

    print_explanation(name, experiment)


def main() -> None:
    """The command; problems with the input go to standard error, one line each."""
    try:
        app()
    except BadInput as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(f"{count} {'problem' if count == 1 else 'problems'}; nothing was run", file=sys.stderr)
        sys.exit(BAD_INPUT)


if __name__ == "__main__":
    main()

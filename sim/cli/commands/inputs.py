"""Commands: list, explain and check what experiments are made of."""

from enum import StrEnum
from typing import Annotated

import typer

PANEL = "Read"
commands = typer.Typer()
Listed = StrEnum(
    "Listed",
    [
        "countries", "segments", "providers", "parameters", "mechanisms", "regimes", "tests", "comity",
        "us_orders", "foreign_orders", "events", "outlooks", "experiments",
    ],
)  # fmt: skip


@commands.command("list", rich_help_panel=PANEL)
def list_(what: Annotated[Listed, typer.Argument(help="What to list.")]) -> None:
    """List what can be named in experiments and on the command line."""
    from sim.cli.list import print_list

    print_list(what.value)


@commands.command(rich_help_panel=PANEL)
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


@commands.command(rich_help_panel=PANEL)
def check(files: Annotated[list[str], typer.Argument(help="Experiments or configuration files.")]) -> None:
    """Check files: everything that a run would refuse, without running."""
    from sim.cli.check import check_files

    check_files(files)

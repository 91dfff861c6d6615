"""Commands: records, crates and their checks."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DONE, FAILED

PANEL = "Cite and deposit"
commands = typer.Typer()


@commands.command(rich_help_panel=PANEL)
def record(
    what: Annotated[Path, typer.Argument(help="A results folder or a crate (.zip).")],
    headline: Annotated[str | None, typer.Argument(help="A headline: its code.  [default: all]")] = None,
    point: Annotated[int | None, typer.Option("--point", min=0, help="Of a sweep: a point's number.")] = None,
) -> None:
    """Print the ids under which paired differences are cited, and the words to cite them by."""
    from sim.cli.record import print_records

    print_records(what, headline, point)


@commands.command(rich_help_panel=PANEL)
def verify(
    what: Annotated[Path, typer.Argument(help="A crate (.zip) or a results folder.")],
    cited: Annotated[
        list[str] | None, typer.Option("--record", help="An id that was cited: is it of these? Repeatable.")
    ] = None,
) -> None:
    """Check a crate without running anything and without a network; list what could not be checked."""
    from sim.cli.record import print_verification

    raise typer.Exit(DONE if print_verification(what, cited or []) else FAILED)


@commands.command(rich_help_panel=PANEL)
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

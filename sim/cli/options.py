"""Arguments and options that several commands share, and the exit codes of all."""

from pathlib import Path
from typing import Annotated

import typer

DONE, FAILED, BAD_INPUT = 0, 1, 2

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

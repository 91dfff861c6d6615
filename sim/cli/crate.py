"""`warrantsim crate`: pack results for a deposit."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import console

if TYPE_CHECKING:
    from sim.runs.deposit import DepositOptions


def pack_crate(folder: Path, out: Path, options: "DepositOptions") -> None:
    """Write the RO-Crate of a results folder, and say so and what a repository will still ask for."""
    from sim.analysis.crate import VERSION, pack
    from sim.runs.deposit import deposit_of

    deposit = deposit_of(options)
    files, screen = pack(folder, out, deposit), console()
    size = f"{out.stat().st_size / 1e6:,.1f} MB"
    screen.out(f"{out}: RO-Crate {VERSION}, {files} files, {size}, licence {deposit.license}")
    if not deposit.authors:
        screen.out("note: no author is named, and a repository will ask for one: --author 'Name <ORCID>'")

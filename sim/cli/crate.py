"""`warrantsim crate`: pack results for a deposit."""

from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import console

if TYPE_CHECKING:
    from sim.runs.deposit import DepositOptions


def pack_crate(folder: Path, out: Path, options: "DepositOptions") -> None:
    """Write the RO-Crate of a results folder, and say so and what a repository will still ask for."""
    from sim.analysis.crate import VERSION, pack, unbound
    from sim.runs.deposit import deposit_of
    from sim.runs.reproduce import results_of

    deposit = deposit_of(options)
    files, screen = pack(folder, out, deposit), console()
    size = f"{out.stat().st_size / 1e6:,.1f} MB"
    screen.out(f"{out}: RO-Crate {VERSION}, {files} files, {size}, licence {deposit.license}")
    if unknown := unbound(folder, results_of(folder).manifest):
        screen.out(
            f"note: whether {', '.join(unknown)} were edited is not known: the manifest has no digest of them"
        )
    screen.out(f"how to cite it: `warrantsim record {out}`, with the DOI that the repository gives")
    if not deposit.authors:
        screen.out("note: no author is named, and a repository will ask for one: --author 'Name <ORCID>'")

"""`warrantsim discover`: which regions of a design answer a question."""

from pathlib import Path
from typing import Any

from sim.cli.console import console
from sim.scenario.problems import InputError


def print_discovery(folder: Path, density: float, **asked: Any) -> None:
    """Search a results folder, print the regions in words, and renew its report if it has one."""
    from sim.analysis.drivers.discovery import TABLES
    from sim.api import Sweep, load
    from sim.runs.results import FolderResults
    from sim.view.report import build

    screen, results = console(), load(folder)
    if not isinstance(results, Sweep):
        raise InputError(f"{folder}: its experiment has no design, so there is no space to search")
    found = results.discover(density=density, **asked)
    screen.out(str(found), highlight=False)
    screen.out(f"tables: {', '.join(str(folder / f'{name}.csv') for name in TABLES)}")
    if (folder / "report.html").is_file():
        screen.out(f"report: {build(FolderResults(folder), folder)}")

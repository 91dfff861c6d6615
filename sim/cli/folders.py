"""Where commands keep results, and that a folder can be written."""

import time
from pathlib import Path

from sim.scenario.problems import InputError

REPORT = "report.html"
RESULTS, STORE = Path("results"), Path("results/store")


def must_be_writable(folder: Path, option: str) -> None:
    """Refuse a folder now rather than after minutes of simulation."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".writable-{time.monotonic_ns()}"
        probe.touch(exist_ok=False)
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"{option} {folder}: cannot be written: {error.strerror or error}; name another folder "
            f"with {option}"
        ) from None

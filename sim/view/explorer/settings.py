"""How the dashboard is started: what every page is told."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`results` is the folder whose results can be opened; `customers` how many the explorer simulates unless told otherwise."""

    results: Path = Path("results")
    customers: int | None = None
    pairs: int | None = None

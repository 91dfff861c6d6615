"""The settings of the explorer, for all its pages."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """`results` is the folder of the results; `customers` the default number of simulated customers."""

    results: Path = Path("results")
    customers: int | None = None
    pairs: int | None = None

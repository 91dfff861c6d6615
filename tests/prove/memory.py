"""Memory over long use: samples of processes, and whether they grow."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scipy.stats import theilslopes

MB = 2**20
FLAT, OPEN, GROWS = "flat", "cannot say: run longer", "GROWS"
_FEWEST = 5  # samples for a slope


def resident(pids: Iterable[int]) -> float:
    """MB that these processes hold in memory; one that has ended holds none."""
    pages = 0
    for pid in pids:
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


@dataclass
class Growth:
    """Samples of one quantity, (operations so far, value), and how fast it may grow per 100 operations."""

    what: str
    unit: str
    allowed: float
    samples: list[tuple[int, float]] = field(default_factory=list)

    def sample(self, operations: int, value: float) -> None:
        self.samples.append((operations, value))

    @property
    def slope(self) -> tuple[float, float, float]:
        """Growth per 100 operations with its 95% interval (Theil and Sen), over the second half: what fills
        caches with a bound fills them in the first."""
        later = self.samples[len(self.samples) // 2 :]
        if len(later) < _FEWEST:
            return float("nan"), float("-inf"), float("inf")
        found = theilslopes([value for _, value in later], [at for at, _ in later])
        return 100 * float(found[0]), 100 * float(found[2]), 100 * float(found[3])

    @property
    def verdict(self) -> str:
        """Flat if the whole interval is within what is allowed; growing if none of it is."""
        _, low, high = self.slope
        return FLAT if high <= self.allowed else GROWS if low > self.allowed else OPEN

    def row(self) -> list[str]:
        """What, first, middle and last value, growth per 100 operations with its interval, verdict."""
        slope, low, high = self.slope
        values = [value for _, value in self.samples]
        places = [values[0], values[len(values) // 2], values[-1]] if values else []
        return [
            f"{self.what} ({self.unit})",
            " ".join(f"{value:,.0f}" for value in places),
            f"{slope:+.2f} ({low:+.2f} to {high:+.2f})",
            f"{self.allowed:g}",
            self.verdict,
        ]

"""Predictive distributions and the proper scores by which they are compared; lower is better.

See Gneiting & Raftery (2007). Every forecast here is a mixture of normals of equal weight and spread, for
which both scores are closed: no sampling, and nothing to compile. The ready-made package of scores compiles
itself for ten seconds at every import.
"""

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special


@dataclass(frozen=True)
class Predictive:
    """A forecaster's distribution of the reported value: normals of sd `sd` around each of `centres`.

    `centres` (M,) are the model's runs over draws and seeds, or a rival's one number, in the row's unit; `sd`
    is the error beside what the centres spread, that of the source at least.
    """

    centres: np.ndarray
    sd: float

    def __post_init__(self) -> None:
        if self.sd < 0.0 or not len(self.centres) or not np.all(np.isfinite(self.centres)):
            raise ValueError(
                "a predictive distribution needs finite centres and a spread of at least 0 (got "
                f"{len(self.centres)} and {self.sd})"
            )

    @property
    def mean(self) -> float:
        return float(np.mean(self.centres))

    def below(self, value: float) -> float:
        """Probability of a report of at most `value`."""
        if self.sd == 0.0:
            return float(np.mean(self.centres <= value))
        return float(np.mean(special.ndtr((value - self.centres) / self.sd)))

    @property
    def spread(self) -> float:
        """Standard deviation of the whole mixture."""
        return float(np.hypot(np.std(self.centres), self.sd))

    def interval(self, share: float = 0.9) -> tuple[float, float]:
        """The middle `share` of the distribution."""
        return self.quantile(0.5 - share / 2.0), self.quantile(0.5 + share / 2.0)

    def holds(self, value: float, share: float) -> bool:
        """Whether the middle `share` of the distribution holds a value."""
        return abs(self.below(value) - 0.5) <= share / 2.0

    def quantile(self, p: float) -> float:
        """The value that a report does not exceed with probability `p`."""
        if self.sd == 0.0:
            return float(np.quantile(self.centres, p))
        ends = self.centres.min(), self.centres.max()
        low, high = (float(end + self.sd * special.ndtri(p)) for end in ends)
        if high - low < 1e-9 * self.sd:
            return low
        return float(optimize.brentq(lambda value: self.below(value) - p, low, high, xtol=1e-9 * self.sd))


def crps(forecast: Predictive, value: float) -> float:
    """Continuous ranked probability score (CRPS), in the unit of the value.

    It is the integral of (F(x) - 1[x >= value])^2. Closed form for a mixture of normals (Grimit et al. 2006):
    E|X - value| - E|X - X'| / 2. Without spread it is the score of an ensemble, with one centre the absolute
    error.
    """
    x, sd = forecast.centres, forecast.sd
    return float(
        np.mean(_mean_size(x - value, sd))
        - 0.5 * np.mean(_mean_size(x[:, None] - x[None, :], np.sqrt(2.0) * sd))
    )


def _mean_size(mean: np.ndarray, sd: float) -> np.ndarray:
    """E|Z| of normals with these means and this standard deviation."""
    size: np.ndarray = np.abs(mean)
    if sd > 0.0:
        z = mean / sd
        size = sd * (np.sqrt(2.0 / np.pi) * np.exp(-0.5 * z**2) + z * special.erf(z / np.sqrt(2.0)))
    return size


def log_score(forecast: Predictive, value: float) -> float:
    """Minus the logarithm of the density at the value; infinite without spread, unless by chance."""
    if forecast.sd == 0.0:
        return float("inf")
    return float(
        np.log(len(forecast.centres))
        - special.logsumexp(-0.5 * ((value - forecast.centres) / forecast.sd) ** 2)
        + 0.5 * np.log(2.0 * np.pi)
        + np.log(forecast.sd)
    )


def chance_of(forecast: Predictive, bound: str, value: float) -> float:
    """Probability that the forecast gives to the side on which the truth is known to lie.

    `le` is at most, `ge` at least the value.
    """
    if forecast.sd == 0.0 and bound == "ge":
        return float(np.mean(forecast.centres >= value))
    below = forecast.below(value)
    return below if bound == "le" else 1.0 - below

"""How many requests arrive in a month, against the Poisson distribution."""

import numpy as np
from scipy.stats import chi2, poisson

from sim.model.kernels import requests as drawing
from tests.verify.comparison import INTERVAL, Check, Comparison, Curve, Panel, worst_standard_error

MEANS = (0.2, 3.0, 16.0, 70.0)  # below one, usual, one whole piece of a draw, several pieces
DRAWS = 4000
LEAST_EXPECTED = 5.0  # of a bin of the chi-square test


def drawn(mean: float) -> np.ndarray:
    """Counts of so many months by the model's own generator."""
    return np.array([drawing.poisson(9, 1, month, mean) for month in range(DRAWS)])


def _fit(counts: np.ndarray, mean: float) -> Check:
    """Pearson's chi-square; values that are expected less than five times go to their neighbour."""
    low, high = (int(v) for v in poisson.ppf([LEAST_EXPECTED / DRAWS, 1.0 - LEAST_EXPECTED / DRAWS], mean))
    values = np.arange(low, high + 1)
    expected = DRAWS * poisson.pmf(values, mean)
    expected[0], expected[-1] = DRAWS * poisson.cdf(low, mean), DRAWS * poisson.sf(high - 1, mean)
    found = np.bincount(np.clip(counts, low, high), minlength=high + 1)[low:]
    statistic = float(np.sum((found - expected) ** 2 / expected))
    allowed = float(chi2.isf(1e-4, len(values) - 1))
    return Check(f"mean {mean:g}", statistic, allowed, "chi-square", "luck exceeds it once in 10,000")


def comparison() -> Comparison:
    """Frequencies of counts, with their means and variances."""
    panels, checks = [], []
    moments = np.empty((2, len(MEANS)))
    for k, mean in enumerate(MEANS):
        counts = drawn(mean)
        values = np.arange(int(poisson.ppf(1e-4, mean)), int(poisson.ppf(1.0 - 1e-4, mean)) + 1)
        share = np.bincount(counts, minlength=values[-1] + 1)[values] / DRAWS
        chance = poisson.pmf(values, mean)
        error = INTERVAL * np.sqrt(chance * (1.0 - chance) / DRAWS)
        curve = Curve("share of months", (values, chance), (values, share), error)
        panels.append(Panel(f"Mean {mean:g}", "requests in a month", "share of months", [curve]))
        checks.append(_fit(counts, mean))
        moments[:, k] = counts.mean(), counts.var()
    mean = np.array(MEANS)
    of_variance = np.sqrt((mean + 2.0 * mean**2) / DRAWS)  # fourth central moment: mean + 3 mean^2
    checks += [
        worst_standard_error("means", moments[0], mean, np.sqrt(mean / DRAWS)),
        worst_standard_error("variances", moments[1], mean, of_variance),
    ]
    return Comparison(
        "poisson",
        "Requests that arrive in a month",
        "Poisson counts: the chance of k is e^-m m^k / k!, and the variance is the mean.",
        f"{DRAWS:,} months of each mean by the draw that the docket uses.",
        panels,
        checks,
    )

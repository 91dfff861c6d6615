"""The verdict on a claim: does its difference lie where it says, or would it take more seeds to tell?

The 95% interval of a mean difference is Student's t over pairs. A claim holds when the whole interval lies
where it says, fails when the whole interval lies elsewhere, and is inconclusive otherwise. The seeds it would
then take are the fewest for which an experiment would be conclusive with a probability of 80%, if the mean
and the spread seen so far were the true ones: the power of the t test against the nearest bound of the claim,
by the noncentral t distribution.
"""

import numpy as np
import pandas as pd

from sim.runs.intervals import half_width, t_quantile
from sim.scenario.schema import Claim

POWER = 0.8
MOST_SEEDS = 1 << 20
HOLDS, FAILS, INCONCLUSIVE, NOT_JUDGED = "holds", "fails", "inconclusive", "not judged"


def bounds(claim: Claim) -> tuple[float, float]:
    """From where to where the difference should lie."""
    near, far = claim.at_least or 0.0, np.inf if claim.at_most is None else claim.at_most
    if claim.expect == "within":
        return -far, far
    return (near, far) if claim.expect == "higher" else (-far, -near)


def verdicts(claim: Claim, mean: np.ndarray, sd: np.ndarray, pairs: np.ndarray) -> pd.DataFrame:
    """The verdict on mean differences over so many pairs, with their spread (arrays of a point each)."""
    low, high = bounds(claim)
    enough = pairs > 1
    half = half_width(sd, pairs)
    left, right = mean - half, mean + half
    # no difference at all is neither lower nor higher; any other bound belongs to what is claimed
    strict_low, strict_high = low == 0.0, high == 0.0
    inside = ((left > low) if strict_low else (left >= low)) & (
        (right < high) if strict_high else (right <= high)
    )
    outside = ((right <= low) if strict_low else (right < low)) | (
        (left >= high) if strict_high else (left > high)
    )
    verdict = np.select([pairs == 0, inside, outside], [NOT_JUDGED, HOLDS, FAILS], INCONCLUSIVE)
    distance = np.minimum(np.abs(mean - low), np.abs(mean - high))
    further = np.full(len(mean), np.nan)
    open_ = (verdict == INCONCLUSIVE) & enough
    if open_.any():
        further[open_] = np.maximum(seeds_needed(distance[open_], sd[open_]) - pairs[open_], 1)
    agrees = ((mean > low) if strict_low else (mean >= low)) & (
        (mean < high) if strict_high else (mean <= high)
    )
    columns = {
        "difference": mean,
        "low": left,
        "high": right,
        "pairs": pairs,
        "verdict": verdict,
        "further_seeds": further,
        "mean_agrees": agrees,
    }
    return pd.DataFrame(columns).astype({"further_seeds": "Int64"})


def seeds_needed(distance: np.ndarray, sd: np.ndarray) -> np.ndarray:
    """The fewest pairs that tell a mean from a bound at this distance with 80% probability.

    Missing above a million.
    """
    from scipy import stats

    def power(n: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore"):
            shift = distance / sd * np.sqrt(n)
        needed = t_quantile(n - 1)
        found = stats.nct.sf(needed, n - 1, np.minimum(shift, 30.0))
        out: np.ndarray = np.where(np.isnan(found), shift > needed, found)
        return out

    below, enough = np.ones(len(distance)), np.full(len(distance), float(MOST_SEEDS))
    while (enough - below > 1).any():
        middle = np.floor((below + enough) / 2)
        tells = power(np.maximum(middle, 2.0)) >= POWER
        below, enough = np.where(tells, below, middle), np.where(tells, middle, enough)
    return np.where(power(enough) >= POWER, np.maximum(enough, 2.0), np.nan)

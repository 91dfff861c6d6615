"""The model against each rival, and how often intervals held the truth.

CRPS is counted in standard errors of each row, so that rows of different units can be averaged. Rows of one
country hang together: the interval of a difference is a bootstrap over countries, not over rows.
"""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from sim.analysis.evidence.splits import SEEN_IN_AGGREGATE
from sim.analysis.validation.rivals import RIVALS

MODEL, ALL_QUANTITIES, ADOPTION = "model", "everything", "adoption"
FRESH = "adoption, fresh countries"  # without those whose misses earlier rounds of work were told of
SHARES = (0.5, 0.9)
HOLDS = ("holds_50", "holds_90")
RESAMPLES = 2000
FEWEST_CLUSTERS = 3  # that an interval is taken over
FEWEST_FORECASTS = 20  # of one series, for a test of Diebold and Mariano
TOO_FEW = "too few to rank"
RANKS = (
    "fit",
    "quantity",
    "rival",
    "rows",
    "series",
    "ahead",
    "model",
    "rival_score",
    "difference",
    "low",
    "high",
    "log_difference",
    "verdict",
    "longest_series",
    "diebold_mariano",
)
COVERAGE = ("fit", "quantity", "forecaster", "rows", "countries", *HOLDS)


def rank(scores: pd.DataFrame) -> pd.DataFrame:
    """The model against each rival, for each fit and kind of quantity, over the rows that both forecast.

    A rival that forecasts none of the rows has no line.
    """
    ranked = scores[scores["ranked"] == "yes"]
    lines = [
        _rank(str(fit), str(quantity), rival, group)
        for fit, of_fit in ranked.groupby("fit", sort=False)
        for quantity, group in _by_quantity(of_fit)
        for rival in RIVALS
    ]
    return pd.DataFrame([line for line in lines if line["rows"]], columns=list(RANKS))


def _by_quantity(scores: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Each kind of quantity, adoption once more in fresh countries, then everything if there are several."""
    kinds = [(str(name), group) for name, group in scores.groupby("quantity", sort=False)]
    told = scores["place"].isin(SEEN_IN_AGGREGATE)
    fresh = scores[(scores["quantity"] == ADOPTION) & ~told]
    groups = [*kinds, (FRESH, fresh)] if 0 < len(fresh) < sum(scores["quantity"] == ADOPTION) else kinds
    return [*groups, (ALL_QUANTITIES, scores)] if len(kinds) > 1 else groups


def _rank(fit: str, quantity: str, rival: str, scores: pd.DataFrame) -> dict[str, object]:
    model, other = (
        scores[scores["forecaster"] == name].set_index("row").sort_index() for name in (MODEL, rival)
    )
    both = model.index.intersection(other.index)
    model, other = model.loc[both], other.loc[both]
    line: dict[str, object] = {"fit": fit, "quantity": quantity, "rival": rival, "rows": len(both)}
    if not len(both):
        return line
    of_model, of_rival = (model["crps"] / model["se"]).to_numpy(), (other["crps"] / other["se"]).to_numpy()
    places, difference = model["place"].tolist(), of_model - of_rival
    low, high = clustered_bootstrap(difference, places, f"{fit} {quantity} {rival}")
    longest, test = _longest_series(model, difference)
    return line | {
        "series": len(set(places)),
        "ahead": int(np.sum(difference < 0.0)),
        "model": float(of_model.mean()),
        "rival_score": float(of_rival.mean()),
        "difference": float(difference.mean()),
        "low": low,
        "high": high,
        "log_difference": float((model["log_score"] - other["log_score"]).mean()),
        "verdict": _verdict(low, high),
        "longest_series": longest,
        "diebold_mariano": test,
    }


def clustered_bootstrap(
    values: np.ndarray, clusters: Sequence[str], key: str, share: float = 0.95
) -> tuple[float, float]:
    """The middle 95% of the mean of `values` (n,) when clusters are drawn again with replacement.

    Missing where there are fewer than three. The generator is keyed: the same key gives the same interval.
    """
    names = sorted(set(clusters))
    if len(names) < FEWEST_CLUSTERS:
        return np.nan, np.nan
    of = np.array([names.index(name) for name in clusters])
    sums, counts = (np.bincount(of, weights=w, minlength=len(names)) for w in (values, np.ones(len(of))))
    random = np.random.Generator(np.random.Philox(key=int(hashlib.sha256(key.encode()).hexdigest()[:32], 16)))
    drawn = random.integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(1) / counts[drawn].sum(1)
    low, high = np.quantile(means, (0.5 - share / 2.0, 0.5 + share / 2.0))
    return float(low), float(high)


def _verdict(low: float, high: float) -> str:
    if np.isnan(low):
        return TOO_FEW
    if high < 0.0:
        return "model better"
    return "rival better" if low > 0.0 else "not told apart"


def _longest_series(model: pd.DataFrame, difference: np.ndarray) -> tuple[int, float]:
    """How many forecasts the longest series has; if they are enough, the p-value of Diebold and Mariano."""
    keys = model["what"] + model["place"] + model["population"].fillna("")
    name, count = next(iter(keys.value_counts().items()))
    if count < FEWEST_FORECASTS:
        return int(count), np.nan
    order = model["period"][keys == name].argsort().to_numpy()
    return int(count), diebold_mariano(difference[(keys == name).to_numpy()][order])


def diebold_mariano(difference: np.ndarray) -> float:
    """p-value of equal scores, two-sided, for differences (n,) in order of time.

    Diebold & Mariano (1995), autocovariances up to the cube root of n by Bartlett's weights, with the
    correction of Harvey, Leybourne & Newbold (1997) and Student's t.
    """
    n, d = len(difference), difference - difference.mean()
    lags = max(1, round(n ** (1 / 3)))
    autocovariance = [float(d[k:] @ d[: n - k]) / n for k in range(lags + 1)]
    variance = autocovariance[0] + 2.0 * sum(
        (1.0 - k / (lags + 1)) * autocovariance[k] for k in range(1, lags + 1)
    )
    statistic = float(difference.mean()) / np.sqrt(variance / n) * np.sqrt((n - 1) / n)
    return float(2.0 * stats.t.sf(abs(statistic), n - 1))


def coverage(scores: pd.DataFrame) -> pd.DataFrame:
    """How often the middle 50 and 90% of each forecaster held what was measured, by fit and quantity."""
    lines = []
    ranked = scores[scores["ranked"] == "yes"]
    for fit, of_fit in ranked.groupby("fit", sort=False):
        for quantity, group in _by_quantity(of_fit):
            for forecaster in (MODEL, *RIVALS):
                own = group[group["forecaster"] == forecaster]
                if len(own):
                    held = [float(own[name].astype(float).mean()) for name in HOLDS]
                    lines.append([fit, quantity, forecaster, len(own), own["place"].nunique(), *held])
    return pd.DataFrame(lines, columns=list(COVERAGE))

"""Differences between paired worlds: headlines and series, with intervals over the pairs.

A pair is two worlds with the same seed: the same people, crimes and luck. Differences are the second world of
`compare` minus the first; intervals are Student's t over pairs, 95%.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.runs.intervals import half_width

Columns = dict[str, np.ndarray]

SINCE_THE_SWITCH = "from the switch on"
SINCE_THEY_DIFFER = "from the first difference on"  # of worlds in which no switch is thrown
LAST_YEAR = "last twelve months"
YEAR = 12
_NOISE = 1e-12  # of a value: sums of the same numbers in another order differ by less


@dataclass(frozen=True)
class Headline:
    """One number of a world: how it is read off the world table.

    `read` takes the table and the first month in which the worlds may differ. `subject` is the name as the
    subject of a sentence, in the singular.
    """

    code: str
    name: str
    subject: str
    unit: str
    statistic: str
    period: str
    read: Callable[[Columns, int], float]

    @property
    def window(self) -> str:
        """What is taken over which months, where worlds are compared."""
        return f"{self.statistic} {self.period}".strip()

    @property
    def window_of_one_world(self) -> str:
        """The same for a single world, which is read over all its months."""
        period = "over all months" if self.period == SINCE_THE_SWITCH else self.period
        return f"{self.statistic} {period}".strip()


def _mean(column: str, factor: float) -> Callable[[Columns, int], float]:
    return lambda t, first: factor * float(np.mean(t[column][first:]))


def _ratio_of_sums(success: str, requests: str) -> Callable[[Columns, int], float]:
    """Success over all requests of the window.

    Months whose requests could not yet have taken twelve months count as they are.
    """

    def read(t: Columns, first: int) -> float:
        share, n = t[success][first:], t[requests][first:].astype(float)
        known = ~np.isnan(share) & (n > 0)
        if not known.any():
            return float("nan")
        return 100.0 * float(np.sum(share[known] * n[known]) / np.sum(n[known]))

    return read


def _last_year(t: Columns, first: int) -> slice:
    """The last twelve months, without those before the first that counts."""
    return slice(max(first, len(t["revenue_us"]) - YEAR), None)


def share_of_spending(t: Columns, first: int) -> float:
    """US providers' share of what customers abroad spend on the cloud in the last year, in percent."""
    year = _last_year(t, first)
    us = t["revenue_us"][year]
    return 100.0 * float(np.sum(us) / np.sum(us + t["revenue_home_grown"][year]))


def share_of_sovereign_offers(t: Columns, first: int) -> float:
    """Sovereign offers and customers' own keys, in percent of US providers' revenue in the last year."""
    year = _last_year(t, first)
    return 100.0 * float(np.sum(t["revenue_us_sovereign"][year]) / np.sum(t["revenue_us"][year]))


def stored(t: Columns) -> np.ndarray:
    """All data of customers outside the US, TB, by month."""
    kinds = (
        "on_premises",
        "us_region",
        "local_region",
        "trustee",
        "customer_keys",
        "us_subsidiary",
        "home_grown",
    )
    everything: np.ndarray = np.sum([t[f"tb_{kind}"] for kind in kinds], axis=0)
    return everything


def in_the_cloud(t: Columns) -> np.ndarray:
    return stored(t) - t["tb_on_premises"]


HEADLINES: tuple[Headline, ...] = (
    Headline(
        "trust",
        "Trust in US providers abroad",
        "trust in US providers abroad",
        "points of 100",
        "mean",
        SINCE_THE_SWITCH,
        _mean("trust", 100.0),
    ),
    Headline(
        "trust_by_spend",
        "Trust in US providers abroad, weighted by spending",
        "spending-weighted trust in US providers abroad",
        "points of 100",
        "mean",
        SINCE_THE_SWITCH,
        _mean("trust_by_spend", 100.0),
    ),
    Headline(
        "trust_intelligence",
        "Trust abroad in what US intelligence does with data",
        "trust abroad in what US intelligence does with data",
        "points of 100",
        "mean",
        SINCE_THE_SWITCH,
        _mean("trust_intelligence", 100.0),
    ),
    Headline(
        "revenue",
        "Revenue of US providers abroad",
        "revenue of US providers abroad",
        "USD bn",
        "sum",
        SINCE_THE_SWITCH,
        lambda t, m: float(np.sum(t["revenue_us"][m:])) / 1e9,
    ),
    Headline(
        "market_share",
        "US providers' share of cloud spending abroad",
        "US providers' share of cloud spending abroad",
        "%",
        "",
        LAST_YEAR,
        share_of_spending,
    ),
    Headline(
        "data_at_home",
        "Cloud data kept on home soil",
        "the share of cloud data kept on home soil",
        "% of foreign customers' cloud data",
        "",
        "end",
        lambda t, m: 100.0 * float((t["tb_at_home"][-1] - t["tb_on_premises"][-1]) / in_the_cloud(t)[-1]),
    ),
    Headline(
        "us_reach",
        "Data within reach of a US order (by definition: rule times place)",
        "the share of data that a US order reaches without foreign help (by definition)",
        "% of foreign customers' cloud data",
        "",
        "end",
        lambda t, m: 100.0 * float(t["tb_us_reach"][-1] / in_the_cloud(t)[-1]),
    ),
    Headline(
        "us_reach_by_behaviour",
        "The part of this reach that comes from behaviour (one rule for both)",
        "the part of this reach that comes from where customers put data",
        "% of foreign customers' cloud data",
        "",
        "end",
        lambda t, m: 100.0 * float(t["tb_us_control"][-1] / in_the_cloud(t)[-1]),
    ),
    Headline(
        "laws",
        "Government instruments in force, protests excluded",
        "the number of government instruments in force (protests excluded)",
        "instruments",
        "",
        "end",
        lambda t, m: float(t["laws_total"][-1]),
    ),
    Headline(
        "us_success_abroad",
        "US requests about people abroad that yield content within 12 months",
        "the share of US requests about people abroad that yield content within 12 months",
        "%",
        "",
        SINCE_THE_SWITCH,
        _ratio_of_sums("people_abroad_success_12m", "people_abroad_requests"),
    ),
    Headline(
        "us_success_at_home",
        "US requests about people in the US that yield content within 12 months",
        "the share of US requests about people in the US that yield content within 12 months",
        "%",
        "",
        SINCE_THE_SWITCH,
        _ratio_of_sums("people_in_us_success_12m", "people_in_us_requests"),
    ),
    Headline(
        "foreign_success",
        "Foreign requests to US providers that yield content within 12 months",
        "the share of foreign requests to US providers that yield content within 12 months",
        "%",
        "",
        SINCE_THE_SWITCH,
        _ratio_of_sums("foreign_us_success_12m", "foreign_us_requests"),
    ),
    Headline(
        "conflicts",
        "US orders exposed to a conflict with the host's law",
        "the number of US orders exposed to a conflict with the host's law",
        "a year",
        "mean",
        SINCE_THE_SWITCH,
        _mean("conflicts_of_law", 12.0),
    ),
    Headline(
        "americans_reached",
        "Foreign orders that reach Americans' data",
        "the number of foreign orders that reach Americans' data",
        "orders",
        "sum",
        SINCE_THE_SWITCH,
        lambda t, m: float(np.sum(t["americans_reached"][m:])),
    ),
    Headline(
        "americans_exposure",
        "Americans' exposure to foreign orders",
        "the exposure of Americans' accounts to foreign orders",
        "points of 100",
        "mean",
        SINCE_THE_SWITCH,
        _mean("americans_exposure", 100.0),
    ),
)

SERIES: dict[str, Callable[[Columns], np.ndarray]] = {
    "trust": lambda t: t["trust"],
    "trust_by_spend": lambda t: t["trust_by_spend"],
    "trust_intelligence": lambda t: t["trust_intelligence"],
    "belief": lambda t: t["belief"],
    "adoption": lambda t: t["adoption"],
    "revenue_us": lambda t: t["revenue_us"],
    "revenue_us_cumulative": lambda t: np.cumsum(t["revenue_us"]),
    "market_share_us": lambda t: t["revenue_us"] / (t["revenue_us"] + t["revenue_home_grown"]),
    "cloud_data_at_home": lambda t: (t["tb_at_home"] - t["tb_on_premises"]) / in_the_cloud(t),
    "us_reach": lambda t: t["tb_us_reach"] / in_the_cloud(t),
    "laws_total": lambda t: t["laws_total"],
    "us_reach_by_behaviour": lambda t: t["tb_us_control"] / in_the_cloud(t),
    "us_foreign_success_12m": lambda t: t["us_foreign_success_12m"],
    "people_abroad_success_12m": lambda t: t["people_abroad_success_12m"],
    "people_in_us_success_12m": lambda t: t["people_in_us_success_12m"],
    "foreign_us_success_12m": lambda t: t["foreign_us_success_12m"],
    "conflicts_of_law": lambda t: t["conflicts_of_law"],
    "americans_reached_cumulative": lambda t: np.cumsum(t["americans_reached"]),
    "americans_exposure": lambda t: t["americans_exposure"],
}


@dataclass(frozen=True)
class Interval:
    """Mean of paired differences with its 95% interval; without a second pair there is no interval."""

    mean: float
    low: float
    high: float
    pairs: int

    @property
    def verdict(self) -> str:
        if self.pairs < 2:
            return "one pair: no interval"
        if self.low == self.high == self.mean == 0.0:
            return "exactly equal"
        if self.low > 0.0:
            return "higher"
        return "lower" if self.high < 0.0 else "not told apart from no difference"


def interval(differences: Sequence[float] | np.ndarray) -> Interval:
    """Student's t interval of the mean of paired differences; missing pairs are left out."""
    d = np.asarray(differences, float)
    d = d[~np.isnan(d)]
    if len(d) == 0:
        return Interval(np.nan, np.nan, np.nan, 0)
    mean = float(np.mean(d))
    if len(d) == 1:
        return Interval(mean, np.nan, np.nan, 1)
    half = float(half_width(np.std(d, ddof=1), len(d)))
    return Interval(mean, mean - half, mean + half, len(d))


def differences(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """b minus a; exactly 0 where they differ by rounding alone."""
    noise = _NOISE * np.maximum(np.abs(a), np.abs(b))
    return np.where(np.abs(b - a) <= noise, 0.0, b - a)


def last_months(months: int, first: int = 0) -> str:
    """The last year of so many months, of which those from `first` on count.

    It has twelve months, or all that count where there are fewer.
    """
    if months - first >= YEAR:
        return LAST_YEAR
    if first:
        return "last month" if months - first == 1 else f"last {months - first} months"
    return "only month" if months == 1 else f"all {months} months"


def in_the_last_months(months: int, first: int = 0) -> str:
    """The same in a sentence."""
    words = last_months(months, first)
    if words == LAST_YEAR:
        return "in the last year"
    return f"in {'' if words.startswith('all') else 'the '}{words}"


def _mean_of(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def compared_headlines(pairs: Sequence[tuple[Columns, Columns]], first: int) -> pd.DataFrame:
    """Every headline over pairs of world tables.

    `first` is the first month in which the worlds may differ.
    """
    rows = []
    for h in HEADLINES:
        a, b = (np.array([h.read(pair[k], first) for pair in pairs]) for k in range(2))
        known = ~np.isnan(a) & ~np.isnan(b)
        a, b = a[known], b[known]
        i = interval(differences(a, b))
        rows.append(
            {
                "headline": h.code,
                "name": h.name,
                "unit": h.unit,
                "window": h.window,
                "value_a": _mean_of(a),
                "value_b": _mean_of(b),
                "difference": i.mean,
                "low": i.low,
                "high": i.high,
                "pairs": i.pairs,
                "verdict": i.verdict,
            }
        )
    return pd.DataFrame(rows)


def headlines_of_one(tables: Sequence[Columns]) -> pd.DataFrame:
    """Every headline of a single world, over the whole horizon, with an interval over seeds."""
    rows = []
    for h in HEADLINES:
        i = interval([h.read(t, 0) for t in tables])
        row = {
            "headline": h.code,
            "name": h.name,
            "unit": h.unit,
            "window": h.window_of_one_world,
            "value_a": i.mean,
            "value_b": np.nan,
            "difference": np.nan,
        }
        rows.append({**row, "low": i.low, "high": i.high, "pairs": i.pairs, "verdict": "", "why": ""})
    return pd.DataFrame(rows)


def paired(pairs: Mapping[int, tuple[np.ndarray, np.ndarray]], months: np.ndarray) -> pd.DataFrame:
    """The difference of a quantity in each pair, second world minus first: one row per seed and month.

    `pairs` maps seeds to the quantity by month in each world.
    """
    frames = [
        pd.DataFrame({"seed": seed, "month": months, "difference": b - a}) for seed, (a, b) in pairs.items()
    ]
    return pd.concat(frames, ignore_index=True)


def series(pairs: Sequence[tuple[Columns, Columns]], metrics: Sequence[str] = tuple(SERIES)) -> pd.DataFrame:
    """Month by month: the mean of each world and the paired difference with its interval."""
    frames = []
    for metric in metrics:
        read = SERIES[metric]
        a, b = (np.array([read(pair[k]) for pair in pairs]) for k in range(2))
        d = b - a
        mean = d.mean(axis=0)
        deviation = d.std(axis=0, ddof=1) if len(pairs) > 1 else np.full(mean.shape, np.nan)
        half = half_width(deviation, len(pairs))
        month = pairs[0][0]["month"].astype("datetime64[D]")
        columns = {
            "month": month,
            "world_a": a.mean(axis=0),
            "world_b": b.mean(axis=0),
            "difference": mean,
            "low": mean - half,
            "high": mean + half,
        }
        frames.append(pd.DataFrame({"metric": metric, **columns}))
    return pd.concat(frames, ignore_index=True)

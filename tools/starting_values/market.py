"""The cloud infrastructure market: how large in January 2013, whose customers, which providers."""

from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

from sim.analysis.starting_levels.adoption import FIRST
from sim.analysis.starting_levels.sources import Sources

# KM3 stands half a year after KM2 and both are rounded to a whole billion, which alone could move the slope
# between them from 0 to 60% a year; without it each pair of points spans well over a year.
MARKET_ROWS = ("KM1", "KM2", "KM4", "KM5", "KM6")
PROVIDER_ROWS = ("K12", "K16", "K19")
NAMED_PROVIDERS = ("aws", "microsoft", "google")
EUROPE = ("Northern and Western Europe", "Southern Europe", "Eastern Europe")


def logit(share: float) -> float:
    return log(share / (1 - share))


def expit(log_odds: float) -> float:
    return 1 / (1 + exp(-log_odds))


def middle_of(period: str) -> float:
    """A year or quarter ('2025', '2015-Q4') as the decimal year of its middle."""
    if "-Q" in period:
        year, quarter = period.split("-Q")
        return int(year) + (int(quarter) - 0.5) / 4
    return int(period) + 0.5


@dataclass(frozen=True)
class MarketHistory:
    """Annual rate of the world market (USD bn a year) at dates.

    Interpolation and extrapolation are linear in the logarithm.
    """

    points: tuple[tuple[float, float], ...]

    def rate(self, when: float) -> float:
        pieces = list(pairwise(self.points))
        (t0, v0), (t1, v1) = next((piece for piece in pieces if when < piece[1][0]), pieces[-1])
        return exp(log(v0) + (log(v1) - log(v0)) * (when - t0) / (t1 - t0))

    def growth(self, year: int) -> float:
        """Rate at the end of a year over rate at its beginning, minus 1."""
        return self.rate(year + 1) / self.rate(year) - 1


def market_history(sources: Sources) -> MarketHistory:
    """Each release's figure as an annual rate at the middle of what it covers."""
    points = []
    for row in MARKET_ROWS:
        said = sources.evidence[row]
        value, middle = sources.number(row), middle_of(said["period"])
        if "trailing" in said["quantity"]:
            points.append((middle + 0.125 - 0.5, value))
        else:
            points.append((middle, value * 4 if "-Q" in said["period"] else value))
    return MarketHistory(tuple(points))


def europe_share_of_market(sources: Sources, year: int) -> float:
    """European customers' part of the world market.

    K01c for 2024 (and a sixth of it for 2017), in USD, over the world.
    """
    eur = sources.number("K01c") / {2017: 6.0, 2024: 1.0}[year]
    return (
        eur
        * float(sources.general["market"]["eur_usd"][str(year)])
        / market_history(sources).rate(year + 0.5)
    )


def european_providers_share(sources: Sources, when: float) -> float:
    """European providers' part of the European market.

    K01a and K01b on a straight line in the log-odds; constant after K01b.
    """
    t0, t1 = middle_of(sources.evidence["K01a"]["period"]), middle_of(sources.evidence["K01b"]["period"])
    y0, y1 = logit(sources.number("K01a") / 100), logit(sources.number("K01b") / 100)
    return expit(y0 + (y1 - y0) * (min(when, t1) - t0) / (t1 - t0))


@dataclass(frozen=True)
class Spend:
    """The division of the market in January 2013.

    Intensity is by jurisdiction, and USD a year is by segment for each using customer.
    """

    intensity: dict[str, float]
    usd_per_customer_year: dict[str, float]
    by_jurisdiction: dict[str, float]  # USD a year


def divide_market(sources: Sources, users: dict[str, dict[str, float]]) -> Spend:
    """Solve for intensities and spend.

    Users x intensity x USD must equal the market, its regions and its segments.
    `users[jurisdiction][segment]` counts customers that use cloud services. Known: the world market, the US
    share (judged), Europe's (K01c, 2024), spend shares by segment (judged), relative intensity within a
    region (judged). Europe's intensity averages 1 by spend. Solved by turns: spend by segment given
    intensity, then region by region.
    """
    total = market_history(sources).rate(FIRST) * 1e9
    shares = {name: float(spec["spend_share_2013"]) for name, spec in sources.general["segments"].items()}
    us, europe = float(sources.general["market"]["us_share_2013"]), europe_share_of_market(sources, 2024)
    regions = {"us": us, "europe": europe, "others": 1 - us - europe}
    of = {
        code: "us" if code == "US" else "europe" if judged.region in EUROPE else "others"
        for code, judged in sources.judged.items()
    }
    intensity = {
        code: judged.numbers.get("relative_intensity", 1.0) for code, judged in sources.judged.items()
    }
    for _ in range(200):
        usd = {
            s: share * total / sum(n[s] * intensity[c] for c, n in users.items())
            for s, share in shares.items()
        }
        spend = {c: intensity[c] * sum(n[s] * usd[s] for s in shares) for c, n in users.items()}
        for region, share in regions.items():
            scale = share * total / sum(spend[c] for c in spend if of[c] == region)
            intensity = {c: k * scale if of[c] == region else k for c, k in intensity.items()}
        european = {c: spend[c] for c in spend if of[c] == "europe"}
        level = sum(european[c] * intensity[c] for c in european) / sum(european.values())
        intensity = {c: k / level for c, k in intensity.items()}
    return Spend(intensity, usd, spend)


def home_grown_shares(sources: Sources, spend: dict[str, float]) -> dict[str, tuple[float, str]]:
    """Home-grown providers' part of each market in January 2013.

    European countries: one level plus a judged offset, in log-odds, the level such that the mean by spend is
    K01's extrapolated share. Elsewhere: judged.
    """
    target = european_providers_share(sources, FIRST)
    offsets = {
        c: judged.numbers["home_grown_offset"]
        for c, judged in sources.judged.items()
        if "home_grown_offset" in judged.numbers
    }

    def mean(level: float) -> float:
        return sum(spend[c] * expit(level + offset) for c, offset in offsets.items()) / sum(
            spend[c] for c in offsets
        )

    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    said = f"K01a, K01b back to January 2013 in log-odds ({target:.3f} for Europe), judged offset"
    shares = {c: (expit(low + offset), f"{said} {offset:+g}") for c, offset in offsets.items()}
    for code, judged in sources.judged.items():
        if code not in shares:
            shares[code] = (judged.numbers["home_grown_share"], "judgement")
    return shares


def provider_shares(
    sources: Sources, spend: dict[str, float], home_grown: dict[str, tuple[float, str]]
) -> dict[str, dict[str, float]]:
    """World market shares by provider and month.

    The three named ones: K12, K16, K19, and January 2013 by the line through K12 and K16 in log-odds. All
    other US providers: what these and home-grown providers leave; home-grown providers have their share of
    2013 in each market, in Europe the share of the date.
    """
    tables: dict[str, dict[str, float]] = {name: {} for name in (*NAMED_PROVIDERS, "other_us")}
    dates = {row: middle_of(sources.evidence[row]["period"]) for row in PROVIDER_ROWS}
    known = {row: [n / 100 for n in sources.numbers(row)[:3]] for row in PROVIDER_ROWS}
    back = (FIRST - dates["K12"]) / (dates["K16"] - dates["K12"])
    start = [
        expit(logit(a) + (logit(b) - logit(a)) * back)
        for a, b in zip(known["K12"], known["K16"], strict=True)
    ]
    for when, shares in [(FIRST, start), *((dates[row], known[row]) for row in PROVIDER_ROWS)]:
        month = f"{int(when)}-{int(when % 1 * 12) + 1:02d}"
        for name, share in zip(NAMED_PROVIDERS, shares, strict=True):
            tables[name][month] = share
        tables["other_us"][month] = 1 - sum(shares) - _home_grown_world(sources, spend, home_grown, when)
    return tables


def _home_grown_world(
    sources: Sources, spend: dict[str, float], home_grown: dict[str, tuple[float, str]], when: float
) -> float:
    europe = {c for c, judged in sources.judged.items() if judged.region in EUROPE}
    abroad = sum(spend[c] * home_grown[c][0] for c in spend if c not in europe)
    return (abroad + european_providers_share(sources, when) * sum(spend[c] for c in europe)) / sum(
        spend.values()
    )

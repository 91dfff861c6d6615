"""Numbers that the parameter files take over, each with its formula and inputs."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log

from sim.analysis.starting_levels.adoption import FIRST, Bass, bass_step
from sim.analysis.starting_levels.sources import Sources
from tools.starting_values.market import (
    europe_share_of_market,
    european_providers_share,
    market_history,
)
from tools.starting_values.trust import freedoms_from_favourable
from tools.starting_values.world import SEGMENTS, StartingWorld

YEARS = range(2013, 2026)
COUNTRIES_OF_THE_WORLD = 195
NESTS = 6


@dataclass(frozen=True)
class Derived:
    """One number, how it was computed, and from what."""

    name: str
    value: float
    formula: str
    inputs: str


def adoption_growth(sources: Sources, world: StartingWorld, year: int) -> float:
    """Growth of the number of using customers in a year, if all follow the Bass curve of their country.

    Customers are weighted by their spend of 2013.
    """
    sums = [0.0, 0.0]
    for code, shares in world.adoption.items():
        for segment in SEGMENTS[1:]:
            weight = (
                world.users[code][segment]
                / shares[segment]
                * world.spend.intensity[code]
                * world.spend.usd_per_customer_year[segment]
            )
            curve = world.curves[code][segment]
            own = Bass(world.bass.innovation * curve.pace, world.bass.imitation * curve.pace)
            for end in (0, 1):
                sums[end] += weight * bass_step(shares[segment], year + end - FIRST, curve.ceiling, own)
    return sums[1] / sums[0] - 1


def volume_growth(sources: Sources, world: StartingWorld, year: int) -> float:
    """Growth of the volume that a using customer buys.

    It is the market's growth over that of users and of price.
    """
    decline = sources.number("B20") / 100
    return (1 + market_history(sources).growth(year)) / (1 + adoption_growth(sources, world, year)) / (
        1 - decline
    ) - 1


def learning(sources: Sources) -> tuple[float, float]:
    """Wright's learning rate and years of experience in 2013.

    The rate is the fall of price for each doubling of cumulative volume. Volume grows by the market's growth
    over price; growing steadily, cumulative volume is volume / growth rate.
    """
    decline = sources.number("B20") / 100
    rate = log((1 + market_history(sources).growth(2013)) / (1 - decline))
    exponent = -log(1 - decline) / rate
    return 1 - 2**-exponent, 1 / rate


def switching_cost(sources: Sources, segment: str) -> float:
    """Cost of leaving a provider, in utility, at which the share W01 leaves in a year.

    In a logit a customer of a provider with share s leaves at a renewal with odds (1 - s) / s x exp(-cost);
    weighted by s that is (number of nests - 1) x exp(-cost). On premises, the home-grown provider and four US
    ones are six nests.
    """
    yearly = sources.number("W01") / 100
    years = float(sources.general["segments"][segment]["contract_months"]) / 12
    return log((NESTS - 1) / (yearly * years))


def home_lag(sources: Sources) -> float:
    """How much slower European providers' revenue grew than their market, a year.

    It uses the growth rates of K01c.
    """
    sources.numbers("K01c")
    growth = sources.general["market"]["european_growth"]
    return 1 - (1 + float(growth["providers"])) / (1 + float(growth["market"]))


def localising_countries_2013(sources: Sources, years_before: float) -> tuple[float, float]:
    """Countries with a localisation measure so many years before L01a.

    By L01's constant hazard, and by its log-odds.
    """
    first, last = (sources.number(row) / COUNTRIES_OF_THE_WORLD for row in ("L01a", "L01b"))
    hazard = log((1 - first) / (1 - last)) / 4
    slope = (log(last / (1 - last)) - log(first / (1 - first))) / 4
    odds = log(first / (1 - first)) - slope * years_before
    return COUNTRIES_OF_THE_WORLD * (1 - (1 - first) * exp(hazard * years_before)), COUNTRIES_OF_THE_WORLD / (
        1 + exp(-odds)
    )


def derived(sources: Sources, world: StartingWorld) -> Iterable[Derived]:
    """Every derived number, in the order of the documentation."""
    inputs = "Eurostat 10+ 2014, K24"
    yield Derived(
        "adoption.innovation",
        world.bass.innovation,
        "curve from zero in the launch year to the mean of 2014",
        inputs,
    )
    yield Derived(
        "adoption.imitation",
        world.bass.imitation,
        "best prediction of surveys of 2014 to 2018 that were not seen",
        "judgements.yaml; python -m tools.adoption_structures",
    )
    for year in YEARS:
        inputs = (
            f"KM: market {market_history(sources).growth(year):+.1%}; Bass: users "
            f"{adoption_growth(sources, world, year):+.1%}; B20"
        )
        yield Derived(
            f"market.volume_growth.{year}",
            volume_growth(sources, world, year),
            "market / users / price - 1",
            inputs,
        )
    rate, experience = learning(sources)
    yield Derived("market.price_decline", sources.number("B20") / 100, "as measured", "B20")
    yield Derived(
        "market.learning_rate", rate, "1 - 2^(ln(1 - decline) / ln(volume growth))", "KM1, KM2, B20"
    )
    yield Derived("market.experience_years", experience, "1 / ln(volume growth)", "KM1, KM2, B20")
    yield Derived(
        "market.home_lag",
        home_lag(sources),
        "1 - (1 + growth of European providers) / (1 + growth of their market)",
        "K01c",
    )
    for segment in SEGMENTS:
        yield Derived(
            f"switching.between_providers.{segment}",
            switching_cost(sources, segment),
            "ln(5 / (rate x contract years))",
            "W01",
        )
    low, high = sources.numbers("L07")
    yield Derived(
        "market.region_hosting_premium",
        low / 100,
        f"lower end of {low:g}-{high:g}%, itself an upper bound",
        "L07",
    )
    yield Derived("choice.trustee_premium", sources.number("K31") / 100, "as measured", "K31")
    yield Derived(
        "world market, USD bn a year",
        market_history(sources).rate(FIRST),
        "log-linear back to January 2013",
        "KM1, KM2",
    )
    yield Derived(
        "European share of the market 2024",
        europe_share_of_market(sources, 2024),
        "EUR x rate / world",
        "K01c, KM5, KM6",
    )
    yield Derived(
        "European share of the market 2017",
        europe_share_of_market(sources, 2017),
        "the same; cross-check only",
        "K01c, KM2, KM4",
    )
    yield Derived(
        "European providers' share 2013",
        european_providers_share(sources, FIRST),
        "log-odds line",
        "K01a, K01b",
    )
    line = freedoms_from_favourable(sources)
    yield Derived(
        "freedoms per favourability",
        line.slope,
        f"least squares, {line.countries} countries, r {line.correlation:.2f}",
        "pew.csv",
    )
    yield Derived("freedoms at favourability 0", line.intercept, "the same", "pew.csv")
    for years in (4.0, 4.5):
        hazard, odds = localising_countries_2013(sources, years)
        yield Derived(
            f"localising countries, {years:g} years before L01a",
            hazard,
            f"constant hazard; by log-odds {odds:.1f}",
            "L01a, L01b",
        )

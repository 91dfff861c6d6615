"""The files of configs/world, put together from what was computed and what was judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sim.analysis.starting_levels.adoption import Bass, Curve, rounded
from sim.analysis.starting_levels.national import national_curves, where_from
from sim.analysis.starting_levels.sources import Sources
from tools.starting_values.market import (
    EUROPE,
    Spend,
    divide_market,
    home_grown_shares,
    provider_shares,
)
from tools.starting_values.region_openings import Record, recorded_openings
from tools.starting_values.trust import initial_trust

Tree = dict[str, Any]
SEGMENTS = ("consumer", "small_firm", "enterprise", "regulated", "public_sector")


@dataclass(frozen=True)
class StartingWorld:
    """The world of January 2013: the three trees of configs/world, and what they were computed from."""

    jurisdictions: Tree
    segments: Tree
    providers: Tree
    bass: Bass
    spend: Spend
    adoption: dict[str, dict[str, float]]
    users: dict[str, dict[str, float]]
    curves: dict[str, dict[str, Curve]]


def starting_world(sources: Sources) -> StartingWorld:
    """All starting values, from the sources alone."""
    national = national_curves(sources)
    curves = {code: national.middle(sources, code) for code in sources.judged}
    shares = {code: {s: rounded(found[s].level, 3) for s in SEGMENTS} for code, found in curves.items()}
    users = {
        code: {s: customers(sources, code, s) * shares[code][s] for s in SEGMENTS} for code in sources.judged
    }
    spend = divide_market(sources, users)
    home_grown = home_grown_shares(sources, spend.by_jurisdiction)
    trust = initial_trust(sources)
    jurisdictions = {
        code: _jurisdiction(
            sources,
            code,
            shares[code],
            spend.intensity[code],
            home_grown[code],
            trust[code],
            curves[code],
        )
        for code in sources.judged
    }
    segments = {name: _segment(sources, name, spend.usd_per_customer_year[name]) for name in SEGMENTS}
    tables = provider_shares(sources, spend.by_jurisdiction, home_grown)
    openings = recorded_openings(sources)
    providers = {
        name: _provider(sources, name, tables[name], openings.get(name))
        for name in sources.general["providers"]
    }
    return StartingWorld(jurisdictions, segments, providers, national.bass, spend, shares, users, curves)


def customers(sources: Sources, code: str, segment: str) -> float:
    """How many customers of a segment a jurisdiction has, users of cloud services or not."""
    spec = sources.general["segments"][segment]
    size = (
        _gdp(sources, code, "gdp_2013")
        if spec["customers_per"] == "gdp_usd_bn"
        else sources.judged[code].numbers["online_people_2013"]
    )
    return float(spec["customers"]) * size


def _gdp(sources: Sources, code: str, year: str) -> float:
    """Sum over members, USD bn. A member without a figure for 2019 keeps that of 2013."""
    economies = [sources.economies[member] for member in sources.judged[code].members]
    return sum(
        (economy.gdp_2019 if year == "gdp_2019" else None) or economy.gdp_2013 or economy.gdp_2019 or 0.0
        for economy in economies
    )


def _police_requests(sources: Sources, code: str) -> tuple[float, str]:
    """Requests a year of 2013 of a country's police to the five named US providers, and where from."""
    law = sources.assistance[code]
    if law.requests_2013 is not None:
        return law.requests_2013, "requests_2013.csv: Apple (accounts), Facebook, Google, Microsoft, Yahoo"
    online = sources.judged[code].numbers["online_people_2013"]
    return (law.requests_per_million or 0.0) * online, law.requests_like


def _jurisdiction(
    sources: Sources,
    code: str,
    adoption: dict[str, float],
    intensity: float,
    home_grown: tuple[float, str],
    trust: tuple[float, str],
    curves: dict[str, Curve],
) -> Tree:
    judged, law = sources.judged[code], sources.assistance[code]
    number = judged.numbers
    return {
        "name": judged.name,
        "region": judged.region,
        "iso3": judged.members,
        "bloc": judged.bloc,
        "ties": judged.ties,
        "gdp_2013": round(_gdp(sources, code, "gdp_2013"), 2),
        "gdp_2019": round(_gdp(sources, code, "gdp_2019"), 2),
        "online_people_2013": number["online_people_2013"],
        "cloud_intensity": rounded(intensity, 5),
        "adoption_2013": adoption,
        "adoption_pace": {s: rounded(curves[s].pace, 3) for s in SEGMENTS},
        "adoption_ceiling": {s: rounded(curves[s].ceiling, 3) for s in SEGMENTS},
        "initial_trust": rounded(trust[0], 3),
        "own_state_intrusion": number["own_state_intrusion"],
        "privacy_law": number["privacy_law"],
        "privacy_law_conflicts": judged.privacy_law_conflicts,
        "mla_instrument": law.instrument,
        "mla_practice": law.practice,
        "compulsion_success": law.compulsion_success,
        "police_requests_2013": rounded(_police_requests(sources, code)[0], 4),
        "home_grown_share_2013": rounded(home_grown[0], 3),
        "home_grown_us_business": number["home_grown_us_business"],
        "instruments_2013": judged.instruments_2013,
        "source": _sources_of(sources, code, home_grown[1], trust[1]),
    }


def _sources_of(sources: Sources, code: str, home_grown: str, trust: str) -> dict[str, str]:
    judged, law = sources.judged[code], sources.assistance[code]
    why = f"judgement: {judged.reason}"
    return {
        "iso3": "judgement: which countries stand together",
        "bloc": "membership; kept as in 2013-2019" if judged.bloc == "eu" else "stands alone",
        "ties": "common knowledge; neutral and rival: judgement",
        "gdp_2013": "World Bank, nominal, countries.csv",
        "gdp_2019": "World Bank, nominal, countries.csv",
        "online_people_2013": "judgement: order of magnitude of ITU 2013, from memory",
        "cloud_intensity": _intensity_source(sources, code),
        "adoption_2013": _curve_source(sources, code),
        "adoption_pace": _curve_source(sources, code),
        "adoption_ceiling": _curve_source(sources, code),
        "initial_trust": trust,
        "own_state_intrusion": "judgement: order of Freedom House 2013, from memory",
        "privacy_law": "judgement: strength of the general privacy law of 2013",
        "privacy_law_conflicts": (
            "judgement: bars or conditions on transfers and disclosure abroad in its law of 2013"
        ),
        "mla_instrument": law.instrument_source,
        "mla_practice": law.practice_reason,
        "compulsion_success": law.compulsion_source,
        "police_requests_2013": _police_requests(sources, code)[1],
        "home_grown_share_2013": why if home_grown == "judgement" else f"{home_grown}: {judged.reason}",
        "home_grown_us_business": "judgement: which of its providers sell in the US or have an entity there",
        "instruments_2013": why
        if judged.instruments_2013
        else "judgement: nothing of the kind known in force",
    }


def _curve_source(sources: Sources, code: str) -> str:
    return (
        f"{where_from(sources, code)}, mean over draws; consumer: judgement; regulated, public_sector: "
        "judged part of enterprise"
    )


def _intensity_source(sources: Sources, code: str) -> str:
    judged = sources.judged[code]
    if code == "US":
        return "such that the US is its judged half of the world market"
    relative = f"judged {judged.numbers['relative_intensity']:g} relative to"
    if judged.region in EUROPE:
        return f"such that Europe has its part of the market (K01c), {relative} the rest of Europe"
    return f"what the US and Europe leave of the market, {relative} other countries"


def _segment(sources: Sources, name: str, usd: float) -> Tree:
    spec = sources.general["segments"][name]
    kept = ("name", "customers_per", "customers", "accounts_per_customer", "tb_per_customer")
    spend = (
        f" USD a year: its judged {spec['spend_share_2013']:.0%} of the market of January 2013 (KM1, KM2 "
        "back in time) over its users."
    )
    return {
        **{field: spec[field] for field in kept},
        "usd_per_customer_year": rounded(usd, 5),
        **{field: spec[field] for field in ("size_tail", "contract_months", "adoption_ceiling", "meaning")},
        "source": spec["reason"] + (spend if usd else ""),
    }


def _provider(sources: Sources, name: str, table: dict[str, float], record: Record | None) -> Tree:
    spec = sources.general["providers"][name]
    if name == "other_us":
        said = "Shares: what the three named and home-grown providers leave (IBM of K12 is in it)."
    else:
        said = "Shares: K12, K16, K19; January 2013 by the line through K12 and K16 in log-odds."
    if record:
        said += " Openings: cloud_region_openings.csv."
    return {
        "name": spec["name"],
        "world_share": {month: rounded(share, 3) for month, share in table.items()},
        "regions_2013": tuple(spec["regions_2013"]),
        **(
            {
                "region_openings": {code: on.isoformat() for code, on in record.openings.items()},
                "openings_recorded_to": record.ends.isoformat(),
            }
            if record
            else {}
        ),
        "consumer_share": spec["consumer_share"],
        "request_share": spec["request_share"],
        "no_stable_location": spec["no_stable_location"],
        "transparency_since": spec["transparency_since"],
        "suits": spec["suits"],
        "source": f"{said} judgement: {spec['reason']}",
    }


def totals(sources: Sources, world: StartingWorld) -> Iterable[tuple[str, float, float, float, float, float]]:
    """Segment, customers, users of cloud services, accounts, TB, USD a year: the world of January 2013."""
    for segment in SEGMENTS:
        spec = world.segments[segment]
        everyone = sum(customers(sources, code, segment) for code in sources.judged)
        users = sum(n[segment] for n in world.users.values())
        usd = (
            sum(n[segment] * world.jurisdictions[c]["cloud_intensity"] for c, n in world.users.items())
            * spec["usd_per_customer_year"]
        )
        yield (
            segment,
            everyone,
            users,
            everyone * spec["accounts_per_customer"],
            everyone * spec["tb_per_customer"],
            usd,
        )

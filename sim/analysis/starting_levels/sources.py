"""The evidence and the judgements, read once; rows that may not inform a starting value are refused here."""

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.scenario.yaml_files import read

USABLE_ROLES = ("input", "calibration")
AGGREGATES = ("EU15", "EU27_2007", "EU27_2020", "EU28", "EA")
EUROSTAT_CODES = {"UK": "GB", "EL": "GR"}
SIZES = {"10+": "10+", "10-49": "S", "50-249": "M", "250+": "L"}
LAST_YEAR = 2018  # later years are for validation

# (ISO alpha-2, size class, year) -> share of firms that buy cloud services.
Uptake = dict[tuple[str, str, int], float]


@dataclass(frozen=True)
class Economy:
    """One row of countries.csv; GDP in USD bn, None where the source has none."""

    iso3: str
    iso2: str
    gdp_2013: float | None
    gdp_2019: float | None
    eu_us_agreement: bool
    eu_member: bool


@dataclass(frozen=True)
class Judged:
    """One row of judgements.csv: what was judged of a jurisdiction, and why."""

    code: str
    name: str
    region: str
    bloc: str
    ties: str
    members: tuple[str, ...]
    numbers: dict[str, float]
    adoption_like: str
    trust_like: tuple[str, ...]
    privacy_law_conflicts: bool
    instruments_2013: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Assistance:
    """One row of legal_assistance.csv: legal assistance with the US, and what the country's police asks.

    requests_2013: requests to the five US providers that publish them by country (requests_2013.csv), of all
    data; None where no provider has a row.
    """

    instrument: str
    instrument_source: str
    practice: str
    practice_reason: str
    compulsion_success: float
    compulsion_source: str
    requests_2013: float | None
    requests_per_million: float | None
    requests_like: str


@dataclass(frozen=True)
class Sources:
    """Everything that starting values are computed from."""

    evidence: dict[str, dict[str, str]]
    economies: dict[str, Economy]
    uptake: Uptake
    pew: dict[tuple[str, int], dict[str, float]]
    judged: dict[str, Judged]
    assistance: dict[str, Assistance]
    general: dict[str, Any]
    openings: list[dict[str, str]]

    def numbers(self, row: str) -> tuple[float, ...]:
        """The numbers of an evidence row; raises if its role forbids that they set or inform anything."""
        found = self.evidence[row]
        if found["role"] not in USABLE_ROLES:
            raise ValueError(
                f"evidence row {row} has the role '{found['role']}': no starting value may rest on it"
            )
        return tuple(float(part) for part in found["value"].split(";"))

    def with_uptake(self, uptake: Uptake) -> "Sources":
        """The same sources with other surveys of cloud use."""
        return replace(self, uptake=uptake)

    def number(self, row: str) -> float:
        """The only number of an evidence row."""
        (only,) = self.numbers(row)
        return only


def read_sources(configs: Path) -> Sources:
    """Read evidence and judgements under `configs`."""
    evidence = configs / "evidence"
    economies = {row["iso3"]: _economy(row) for row in _rows(evidence / "countries.csv")}
    by_iso2 = {economy.iso2: economy.iso3 for economy in economies.values()}
    return Sources(
        evidence={row["id"]: row for row in _rows(evidence / "evidence.csv")},
        economies=economies,
        uptake=_uptake(evidence / "eurostat_adoption_2014_2023.csv"),
        pew=_pew(evidence / "pew.csv"),
        judged={row["code"]: _judged(row, by_iso2) for row in _rows(configs / "world" / "judgements.csv")},
        assistance=_assistance(configs),
        general=read(configs / "world" / "judgements.yaml").tree,
        openings=_rows(evidence / "cloud_region_openings.csv"),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _assistance(configs: Path) -> dict[str, Assistance]:
    asked: dict[str, float] = {}
    for row in _rows(configs / "evidence" / "requests_2013.csv"):
        # A provider with one half-year only counts twice.
        number = float(row["requests"]) * 2.0 / float(row["half_years"])
        asked[row["place"]] = asked.get(row["place"], 0.0) + number
    return {
        row["code"]: Assistance(
            instrument=row["mla_instrument"],
            instrument_source=row["instrument_source"],
            practice=row["mla_practice"],
            practice_reason=row["practice_reason"],
            compulsion_success=float(row["compulsion_success"]),
            compulsion_source=row["compulsion_source"],
            requests_2013=asked.get(row["code"]),
            requests_per_million=float(row["requests_per_million"]) if row["requests_per_million"] else None,
            requests_like=row["requests_like"],
        )
        for row in _rows(configs / "world" / "legal_assistance.csv")
    }


def _economy(row: dict[str, str]) -> Economy:
    return Economy(
        iso3=row["iso3"],
        iso2=row["iso2"],
        gdp_2013=float(row["gdp_2013_usd_bn"]) if row["gdp_2013_usd_bn"] else None,
        gdp_2019=float(row["gdp_2019_usd_bn"]) if row["gdp_2019_usd_bn"] else None,
        eu_us_agreement=row["eu_us_mla_agreement"] == "1",
        eu_member=row["eu_member_2013_2019"] == "1",
    )


def _uptake(path: Path) -> Uptake:
    """Firms that buy any cloud service, 2014 to 2018, of one release; aggregates are left out.

    Of a series that breaks, the part with the most surveys is kept, of two alike the later.
    """
    rows = [row for row in _rows(path) if row["place"] not in AGGREGATES and int(row["year"]) <= LAST_YEAR]
    breaks = {(row["place"], int(row["year"])) for row in rows if "break" in row["flags"].split("+")}
    parts: dict[str, dict[int, set[int]]] = {}  # place -> breaks that lie behind -> years
    for row in rows:
        place, year = row["place"], int(row["year"])
        behind = sum(of == place and at <= year for of, at in breaks)
        parts.setdefault(place, {}).setdefault(behind, set()).add(year)
    kept = {
        place: max(of.items(), key=lambda part: (len(part[1]), part[0]))[1] for place, of in parts.items()
    }
    return {
        (EUROSTAT_CODES.get(row["place"], row["place"]), SIZES[row["size"]], year): float(row["value"]) / 100
        for row in rows
        if (year := int(row["year"])) in kept[row["place"]] and row["size"] in SIZES
    }


def _pew(path: Path) -> dict[tuple[str, int], dict[str, float]]:
    """(question, year) -> country -> share."""
    asked: dict[tuple[str, int], dict[str, float]] = {}
    for row in _rows(path):
        year = row["year"][:4]
        if row["indicator"] in ("us_favorable", "us_respects_freedoms") and year.isdigit():
            asked.setdefault((row["indicator"], int(year)), {})[row["iso2"]] = (
                float(row["value_percent"]) / 100
            )
    return asked


def _judged(row: dict[str, str], by_iso2: dict[str, str]) -> Judged:
    words = (
        "code",
        "name",
        "region",
        "bloc",
        "ties",
        "members",
        "adoption_like",
        "trust_like",
        "privacy_law_conflicts",
        "instruments_2013",
        "reason",
    )
    return Judged(
        code=row["code"],
        name=row["name"],
        region=row["region"],
        bloc=row["bloc"],
        ties=row["ties"],
        members=tuple(row["members"].split()) or (by_iso2[row["code"]],),
        numbers={name: float(text) for name, text in row.items() if name not in words and text},
        adoption_like=row["adoption_like"],
        trust_like=tuple(row["trust_like"].split()),
        privacy_law_conflicts=row["privacy_law_conflicts"] == "yes",
        instruments_2013=tuple(row["instruments_2013"].split()),
        reason=row["reason"],
    )

"""Copies of the columns and lines of the collected evidence that rows are made of.

`python -m tools.evidence_rows --collect FOLDER` reads the collection (its folders `market` and `law`) and
writes the copies beside the other evidence. Rows are made of the copies alone.
"""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

EVIDENCE = Path("configs/evidence")
ADOPTION, FAVOURABILITY = "eurostat_adoption_2014_2023.csv", "pew_favourability_2013_2021.csv"
REQUESTS, ASSISTANCE = "requests_by_year.csv", "assistance_2019_2022.csv"
CODES = {"UK": "GB", "EL": "GR"}
_SIZES = {"10+": "10+", "10-49": "10-49", "50-249": "50-249", "250+": "250+"}
_AGGREGATES = ("EU15", "EU27_2007", "EU27_2020", "EU28", "EA")
_APPLE = {"requests_received": "account requests", "content_provided": "account requests with content"}
Record = Mapping[str, str]


def read(path: Path) -> list[dict[str, str]]:
    """The lines of a CSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, columns: Iterable[str], lines: Iterable[Iterable[object]]) -> None:
    """Lines under a header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(lines)


def collect(collection: Path, evidence: Path) -> None:
    """Write every copy."""
    market, law = collection / "market", collection / "law"
    adoption = _adoption(read(market / "eurostat_cloud_adoption_2014_2023.csv"))
    write(evidence / ADOPTION, ("place", "size", "year", "value", "flags"), sorted(adoption))
    liked = _favourability(read(market / "pew_us_favourability_2002_2021.csv"))
    write(evidence / FAVOURABILITY, ("place", "year", "value", "se", "n", "flags"), sorted(liked))
    requests = _requests(read(law / "requests.csv"))
    write(evidence / REQUESTS, ("provider", "what", "place", "period", "value"), sorted(requests))
    assistance = _assistance(read(law / "mla.csv"))
    write(evidence / ASSISTANCE, ("asked", "by", "year", "requests"), sorted(assistance))


def _adoption(lines: Iterable[Record]) -> Iterable[tuple[str, ...]]:
    """Enterprises that buy cloud services, without the sum of small and medium ones and the aggregates."""
    for line in lines:
        size = line["population_or_size"].split()[1]
        if size in _SIZES and line["place"] not in _AGGREGATES:
            flags = [
                name
                for name, found in (("break", "eurostat:b"), ("jump", "own check, jump"))
                if found in line["flags"]
            ]
            yield (
                CODES.get(line["place"], line["place"]),
                size,
                line["period"],
                line["value"],
                "+".join(flags),
            )


def _favourability(lines: Iterable[Record]) -> Iterable[tuple[str, ...]]:
    """Waves since 2013; the standard error is that of a simple random sample."""
    for line in lines:
        if int(line["period"]) >= 2013 and line["place"] != "US":
            found = dict(re.findall(r"(\w+)=([\d.]+)", line["se_or_n"]))
            flags = "many_refused" if "refused over 25%" in line["flags"] else ""
            yield line["place"], line["period"], line["value"], found["se"], found["n"], flags


def _requests(lines: Iterable[Record]) -> Iterable[tuple[str, str, str, str, float]]:
    """Requests by country: Google's and Apple's of a year, Facebook's of two second half-years.

    A year of which a provider published one half for a country is left out.
    """
    halves: dict[tuple[str, str, str, str], list[float]] = defaultdict(list)
    known = [
        line
        for line in lines
        if re.fullmatch(r"20\d\d-H[12]", line["period"])
        and line["period"] >= "2013"
        and len(line["place"]) == len("US")
    ]
    for what, place, half, value in _google(known):
        halves["Google", what, place, half[:4]].append(value)
    for line in known:
        if (line["provider"], line["process"]) == ("Apple", "account") and line["series"] in _APPLE:
            key = ("Apple", _APPLE[line["series"]], line["place"], line["period"][:4])
            halves[key].append(float(line["value"]))
    for (provider, what, place, year), values in halves.items():
        if len(values) == 2:
            yield provider, what, place, year, round(sum(values), 1)
    yield from {
        ("Facebook", "requests", line["place"], line["period"], float(line["value"]))
        for line in known
        if (line["provider"], line["series"]) == ("Facebook", "requests")
        and line["period"] in ("2013-H2", "2014-H2")
    }


def _google(lines: Iterable[Record]) -> Iterable[tuple[str, str, str, float]]:
    """Google's requests and how many of them were answered with some data, by country and half-year.

    They are summed over processes, without requests to preserve; search warrants in the US also apart.
    """
    found: dict[tuple[str, str], dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for line in lines:
        of_people = line["series"] in ("requests", "share with some data disclosed")
        if line["provider"] == "Google" and of_people and line["process"] != "Preservation Requests":
            found[line["place"], line["period"]][line["process"]][line["series"]] = float(line["value"])
    for (place, half), by_process in found.items():
        parts = [by_process["All"]] if "All" in by_process else list(by_process.values())
        asked = [(one["requests"], one.get("share with some data disclosed", 0.0)) for one in parts]
        yield "requests", place, half, sum(number for number, _ in asked)
        yield "answered", place, half, sum(number * share / 100.0 for number, share in asked)
        if place == "US" and "Search Warrants" in by_process:
            yield "search warrants", place, half, by_process["Search Warrants"]["requests"]


def _assistance(lines: Iterable[Record]) -> Iterable[tuple[str, str, str, int]]:
    """Requests for legal assistance that reached Google by way of the US, by origin and year."""
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for line in lines:
        if line["quantity"] == "MLA requests served on Google by the assisting country":
            sums[line["counterparty"], line["place"], line["period"][:4]] += float(line["value"])
    for (asked, by, year), requests in sums.items():
        yield asked, by, year, int(requests)

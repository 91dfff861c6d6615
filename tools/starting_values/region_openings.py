"""When each US provider first opened a region in each jurisdiction, from the record of openings.

AWS by day of announcement, Azure by year (a finer date where one is known), Google by first appearance in
public code, an upper bound. Left out: regions in mainland China, which Chinese firms operate; regions for the
US government; the sovereign offer of AWS, which is an offer and not a region.
"""

import datetime as dt
import re
from dataclasses import dataclass

from sim.analysis.starting_levels.sources import Sources

PROVIDERS = {"Microsoft": "microsoft", "AWS": "aws", "Google": "google"}
BEGINS = dt.date(2013, 1, 1)
_APART = ("mainland China", "sovereign offer")
_LISTED = re.compile(r"listed (?:by a community latency tool )?by (\d{4}-\d{2}(?:-\d{2})?)")


@dataclass(frozen=True)
class Record:
    """A provider's first openings after the model begins, and the last date that the record knows of."""

    openings: dict[str, dt.date]
    ends: dt.date


def recorded_openings(sources: Sources) -> dict[str, Record]:
    """The record of every provider that has one; a region in a member country is that of its group."""
    of_iso2 = {
        sources.economies[member].iso2: judged
        for judged in sources.judged.values()
        for member in judged.members
    }
    known = {code: Record({}, BEGINS) for code in PROVIDERS.values()}
    for row in sources.openings:
        code, on = PROVIDERS[row["quantity"].split()[0]], _date(row["period"], row["flags"])
        was = known[code]
        known[code] = Record(was.openings, max(was.ends, on))
        judged = of_iso2.get(row["place"])
        if judged is None or any(word in row["flags"] for word in _APART):
            continue
        if judged.code in sources.general["providers"][code]["regions_2013"]:
            continue
        before = was.openings.get(judged.code, on)
        was.openings[judged.code] = min(before, on)
    return {code: Record(_in_order(record.openings), record.ends) for code, record in known.items()}


def _in_order(openings: dict[str, dt.date]) -> dict[str, dt.date]:
    early = [code for code, on in openings.items() if on < BEGINS]
    if early:
        raise ValueError(
            f"opened before the model begins, but not among its first regions: {', '.join(early)}"
        )
    return dict(sorted(openings.items(), key=lambda item: (item[1], item[0])))


def _date(period: str, flags: str) -> dt.date:
    """The day; of a year the day by which the region was listed, if it was in that year, else its middle."""
    if len(period) > len("2013"):
        return dt.date.fromisoformat(period)
    listed = _LISTED.search(flags)
    if listed and listed[1].startswith(period):
        return dt.date.fromisoformat(listed[1] if len(listed[1]) > len("2013-01") else f"{listed[1]}-01")
    return dt.date(int(period), 7, 1)

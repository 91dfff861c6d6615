"""Rows of what history itself sets in the model: laws of the timeline and regions that providers opened.

They are inputs: a run repeats them. They are here so that every source is measured and none counts as a hit.
"""

import datetime as dt
from collections.abc import Iterable, Iterator

from sim.analysis.starting_levels.sources import Sources
from tools.evidence_rows.line import Line, line
from tools.starting_values.region_openings import recorded_openings

SPAN = ("2013-01", "2024-12")
ERROR = 0.5  # a law acts from the month after its date
BY_QUARTER = 1.5  # providers of the model act by the quarter
# Row of law_rows.csv or evidence.csv, country (for the EU: Germany), instrument, in force.
LAWS = (
    ("L019", "BR", "extraterritorial_claim", dt.date(2014, 6, 23)),
    ("L025", "RU", "general_localisation", dt.date(2015, 9, 1)),
    ("L043", "DE", "transfer_suspension", dt.date(2015, 10, 6)),
    ("L044", "CH", "transfer_suspension", dt.date(2015, 10, 7)),
    ("L045", "IL", "transfer_suspension", dt.date(2015, 10, 19)),
    ("L026", "CN", "sector_localisation", dt.date(2017, 6, 1)),
    ("L028", "IN", "sector_localisation", dt.date(2018, 10, 15)),
    ("L012", "CN", "blocking_statute", dt.date(2018, 10, 26)),
    ("T18b", "GB", "executive_agreement", dt.date(2022, 10, 3)),
    ("T19b", "AU", "executive_agreement", dt.date(2024, 1, 30)),
)
# Laws that the timeline does not enact: governments of the model may come to them on their own.
OTHERS = (
    ("L016", "BE", "extraterritorial_claim", dt.date(2016, 10, 27)),
    ("L023", "AU", "extraterritorial_claim", dt.date(2018, 12, 9)),
)


def rows(sources: Sources) -> Iterator[Line]:
    """Laws in force, then openings of regions."""
    for number, place, law, on in LAWS:
        yield _law(number, place, law, on, "input", "timeline")
    for number, place, law, on in OTHERS:
        yield _law(number, place, law, on, "validation", "")
    for provider, record in recorded_openings(sources).items():
        yield from _openings(provider, record.openings.items())


def _months(on: dt.date) -> int:
    return (on.year - 2013) * 12 + on.month - 1


def _law(number: str, place: str, law: str, on: dt.date, role: str, helped: str) -> Line:
    return line(
        f"law_{number}_{place}",
        role,
        "months_until_law",
        place,
        SPAN,
        _months(on),
        ERROR,
        unit="months",
        source=f"{number}: in force on {on}",
        arguments=f"law={law};change=in_force",
        note="months since January 2013",
        helped=helped,
    )


def _openings(provider: str, openings: Iterable[tuple[str, dt.date]]) -> Iterator[Line]:
    for place, on in openings:
        if on <= dt.date(2024, 12, 31):
            yield line(
                f"region_{provider}_{place}",
                "input",
                "months_until_offer",
                place,
                SPAN,
                _months(on),
                BY_QUARTER,
                unit="months",
                source=f"cloud_region_openings.csv: first region of {provider}, {on}",
                arguments=f"provider={provider};offer=local_region;change=recorded",
                note="months since January 2013; providers here act by the quarter",
                helped="provider_regions",
            )

"""Rows of requests by country: growth, share answered, content, and legal assistance (providers' reports).

A provider's counts stand for what a country's police ask. Google's and Apple's years are of one publication
each, Facebook's two half-years of one list; nothing of Microsoft by country covers two years in one way of
counting. Small counts say nothing and are left out.
"""

from collections.abc import Iterable, Iterator, Mapping

from tools.evidence_rows.line import Line, Named, combined, line

GOOGLE = "Google Transparency Report, export of October 2023"
APPLE = "Apple transparency reports, requests about accounts"
FACEBOOK = "Facebook transparency report, 2013-H2 and 2014-H2 in one list"
SEEN_BY_GOOGLE = 10.0  # all letters of request over those that Google could tell from others, at most
FEWEST = 50  # requests in the smaller of two years, and requests of which a share is taken
OWN = 5.0  # judged, % a year: how far one provider's growth is from that of all
OWN_SHARE = 5.0  # judged, points: how far one provider's share is from that of all
CALIBRATION, VALIDATION = "calibration", "validation"
Counts = Mapping[tuple[str, str, str, str], float]  # (provider, what, place, period) -> number


def rows(requests: Iterable[Mapping[str, str]], assistance: Iterable[Mapping[str, str]],
         named: Named) -> Iterator[Line]:  # fmt: skip
    """Every row of requests."""
    counts = {
        (record["provider"], record["what"], record["place"], record["period"]): float(record["value"])
        for record in requests
    }
    places = sorted({place for _, _, place, _ in counts} & named.countries - {"US"})
    for place in places:
        yield from _growth(counts, place)
    for place in places:
        yield from _answered(counts, place)
    for place in places:
        yield from _content(counts, place)
    yield from _warrants(counts)
    yield from _assistance(list(assistance), named)


def _growth(counts: Counts, place: str) -> Iterator[Line]:
    for provider, what, first, last, role, source in (
        ("Google", "requests", "2013", "2016", CALIBRATION, GOOGLE),
        ("Google", "requests", "2016", "2019", VALIDATION, GOOGLE),
        ("Apple", "account requests", "2013", "2016", CALIBRATION, APPLE),
        ("Apple", "account requests", "2016", "2019", VALIDATION, APPLE),
        ("Facebook", "requests", "2013-H2", "2014-H2", CALIBRATION, FACEBOOK),
    ):
        before, after = (counts.get((provider, what, place, period), 0.0) for period in (first, last))
        if min(before, after) >= FEWEST:
            yield _grown(f"asked_{place}_{provider}_{last}", role, place, (first, last), (before, after),
                         source)  # fmt: skip


def _grown(id_: str, role: str, place: str, periods: tuple[str, str], numbers: tuple[float, float],
           source: str, measure: str = "police_requests_growth", **more: str) -> Line:  # fmt: skip
    years = int(periods[1][:4]) - int(periods[0][:4])
    before, after = numbers
    ratio = (after / before) ** (1.0 / years)
    counted = 100.0 * ratio / years * combined(before**-0.5, after**-0.5)
    dates = (periods[0].replace("-H2", "-Q4"), periods[1].replace("-H2", "-Q4"))
    note = f"{before:g} requests, then {after:g}; error: of the counts and {OWN:g} judged"
    if dates != periods:
        note += "; second half-years, here their last quarters"
    more = {"note": note} | more
    return line(id_, role, measure, place, dates, 100.0 * (ratio - 1.0), combined(OWN, counted),
                unit="% a year", source=source, **more)  # fmt: skip


def _share(id_: str, role: str, measure: str, place: str, dates: tuple[str, str], part: float, whole: float,
           own: float, source: str, note: str, **more: str) -> Line:  # fmt: skip
    share = part / whole
    counted = 100.0 * (max(share * (1.0 - share), 1.0 / whole) / whole) ** 0.5
    return line(id_, role, measure, place, dates, 100.0 * share, combined(own, counted), unit="%",
                source=source, note=f"{note}: {part:.0f} of {whole:.0f}", **more)  # fmt: skip


def _answered(counts: Counts, place: str) -> Iterator[Line]:
    for year in ("2013", "2016", "2019"):
        asked = counts.get(("Google", "requests", place, year), 0.0)
        if asked >= FEWEST:
            early = year == "2013"
            yield _share(
                f"answered_{place}_{year}", "input" if early else VALIDATION, "police_answered", place,
                (year, year), counts["Google", "answered", place, year], asked, OWN_SHARE, GOOGLE,
                "some data disclosed; requests for content, which Google refuses, are among those asked",
                helped="investigators.non_content_answered" if early else "",
            )  # fmt: skip


def _content(counts: Counts, place: str) -> Iterator[Line]:
    for first, last, role in ((2014, 2016, CALIBRATION), (2017, 2019, VALIDATION)):
        years = [str(year) for year in range(first, last + 1)]
        asked, given = (
            sum(counts.get(("Apple", what, place, year), 0.0) for year in years)
            for what in ("account requests", "account requests with content")
        )
        if asked >= FEWEST:
            yield _share(
                f"content_{place}_{last}", role, "police_content", place, (years[0], years[-1]), given,
                asked, 1.0, APPLE,
                "content disclosed on a country's own order, of requests about accounts, which ask for more "
                "than content; here of requests for content, without legal assistance",
            )  # fmt: skip


def _warrants(counts: Counts) -> Iterator[Line]:
    """Search warrants at Google; from 2018 they hold warrants about a place or a word searched for."""
    numbers = [counts["Google", "search warrants", "US", year] for year in ("2013", "2017")]
    yield _grown("warrants_US_2017", CALIBRATION, "US", ("2013", "2017"), (numbers[0], numbers[1]), GOOGLE,
                 "requests_growth", arguments="direction=us_at_home")  # fmt: skip


def _letters(year: str, number: float) -> Iterator[Line]:
    """Bounds on all letters of request to the US in a year, by those that Google could tell from others."""
    for bound, times, why in (
        ("ge", 1.0, "other providers had some, too"),
        (
            "le",
            SEEN_BY_GOOGLE,
            "judged: Google has a fifth of the content requests and can tell half of its letters",
        ),
    ):
        yield line(
            f"letters_{year}_{bound}", VALIDATION, "requests", "abroad", (year, year), times * number,
            0.1 * number, bound=bound, unit="count", source=GOOGLE,
            arguments="direction=foreign_to_us;route=mla",
            note=f"{number:g} requests for legal assistance that Google could tell from others; {why}",
        )  # fmt: skip


def _assistance(records: list[Mapping[str, str]], named: Named) -> Iterator[Line]:
    """Each country's part in the requests for assistance that reached Google by way of the US in 2019-22."""
    of_us = [record for record in records if record["asked"] == "US"]
    everybody = sum(float(record["requests"]) for record in of_us)
    for place in sorted({record["by"] for record in of_us} & named.countries):
        number = sum(float(record["requests"]) for record in of_us if record["by"] == place)
        yield _share(
            f"assisted_{place}", VALIDATION, "requests_share", place, ("2019", "2022"), number, everybody,
            1.0, GOOGLE, "requests for legal assistance that Google could tell from others",
            arguments="direction=foreign_to_us;route=mla",
        )  # fmt: skip
    years = {
        year: sum(float(record["requests"]) for record in of_us if record["year"] == year)
        for year in ("2019", "2022")
    }
    for year, number in years.items():
        yield from _letters(year, number)
    yield _grown("assisted_growth", VALIDATION, "abroad", ("2019", "2022"), (years["2019"], years["2022"]),
                 GOOGLE, "requests_growth", arguments="direction=foreign_to_us;route=mla")  # fmt: skip

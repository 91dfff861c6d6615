"""The law on every date, against `law_as_it_happened.csv`: a table written from the statute books, not from
the configuration."""

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from sim.model.law.timeline import LawInForce, calendar, honoured, honoured_by, law_on
from sim.scenario.resolution import resolve
from sim.scenario.scenario import Scenario

DAY = dt.timedelta(days=1)
FIRST, LAST = dt.date(2013, 1, 1), dt.date(2026, 12, 31)
EU = (
    "AT",
    "BE",
    "CZ",
    "DE",
    "DK",
    "ES",
    "FI",
    "FR",
    "GR",
    "HU",
    "IE",
    "IT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "rest_of_eu",
)
GROUPS = {"EU": EU, "EEA+UK": (*EU, "NO", "GB"), "EU-DK": tuple(code for code in EU if code != "DK")}
INSTRUMENTS = (
    "extraterritorial_claim",
    "transfer_suspension",
    "general_localisation",
    "sector_localisation",
    "blocking_statute",
    "executive_agreement",
)


@dataclass(frozen=True)
class Entry:
    """The law from a date on."""

    since: dt.date
    what: str
    law: LawInForce
    honoured: float


def _entry(row: dict[str, str]) -> Entry:
    named = [
        (code, instrument)
        for instrument in INSTRUMENTS
        for word in row[instrument].split()
        for code in GROUPS.get(word, (word,))
    ]
    adopted = [
        (code, instrument)
        for word in row["adopted"].split()
        for group, _, instrument in [word.partition(":")]
        for code in GROUPS.get(group, (group,))
    ]
    bars = [code for word in row["bars_disclosure"].split() for code in GROUPS.get(word, (word,))]
    law = LawInForce(
        row["regime"],
        row["stage"] or None,
        frozenset(named),
        adopted=frozenset(named + adopted),
        bars_disclosure=frozenset(bars),
    )
    return Entry(dt.date.fromisoformat(row["from"]), row["what"], law, float(row["honoured"]))


def _entries() -> list[Entry]:
    with (Path(__file__).parent / "law_as_it_happened.csv").open(newline="", encoding="utf-8") as file:
        return [_entry(row) for row in csv.DictReader(file)]


AS_IT_HAPPENED = _entries()


def recorded(date: dt.date) -> Entry:
    return [entry for entry in AS_IT_HAPPENED if entry.since <= date][-1]


def days() -> Iterator[dt.date]:
    return (FIRST + DAY * n for n in range((LAST - FIRST).days + 1))


resolved = cache(resolve)


@pytest.fixture(scope="module")
def history() -> Scenario:
    return resolved("history").scenarios["history"]


# --- history --------------------------------------------------------------------------------------


def test_base_law_and_enacted_events_are_the_law_as_it_happened_on_every_date(history: Scenario) -> None:
    for date in days():
        law, entry = law_on(history, date), recorded(date)
        assert (law.regime, law.stage) == (entry.law.regime, entry.law.stage), date
        assert law == entry.law, date
        assert honoured(
            history.law, history.regimes[law.regime], law.stage, history.providers
        ) == pytest.approx(entry.honoured), date


@pytest.mark.parametrize("k", range(1, len(AS_IT_HAPPENED)), ids=lambda k: str(AS_IT_HAPPENED[k].since))
def test_the_law_changes_on_the_day_and_neither_the_day_before_nor_the_day_after(
    history: Scenario, k: int
) -> None:
    before, entry = AS_IT_HAPPENED[k - 1], AS_IT_HAPPENED[k]
    for date, expected in (
        (entry.since - DAY, before),
        (entry.since, entry),
        (entry.since + DAY, recorded(entry.since + DAY)),
    ):
        assert law_on(history, date) == expected.law, date


def test_every_month_runs_under_the_law_of_the_evening_before_it(history: Scenario) -> None:
    months = calendar(history)
    assert len(months) == 156
    for m, month in enumerate(months):
        eve = history.month_start(m) - DAY
        entry = recorded(max(eve, FIRST))
        assert month.law == entry.law, eve
        assert month.honoured == pytest.approx(entry.honoured)
        assert month.ruling is None


# Country, instrument, first month: events on the first of a month act from the next; on the last day, from
# the next day's.
@pytest.mark.parametrize(
    ("country", "instrument", "first_month"),
    [
        ("BR", "extraterritorial_claim", "2014-07"),
        ("GB", "extraterritorial_claim", "2014-08"),
        ("RU", "general_localisation", "2015-10"),
        ("CH", "transfer_suspension", "2015-11"),
        ("CN", "sector_localisation", "2017-07"),
        ("CN", "blocking_statute", "2018-11"),
        ("IN", "sector_localisation", "2018-11"),
        ("GB", "executive_agreement", "2022-11"),
        ("AU", "executive_agreement", "2024-02"),
    ],
)
def test_a_law_acts_from_the_first_month_that_begins_after_its_date(
    history: Scenario, country: str, instrument: str, first_month: str
) -> None:
    acting = [
        history.month_start(m).strftime("%Y-%m")
        for m, month in enumerate(calendar(history))
        if (country, instrument) in month.law.instruments
    ]
    assert acting[0] == first_month


def test_transfers_are_suspended_from_each_schrems_ruling_to_the_next_adequacy_decision(
    history: Scenario,
) -> None:
    suspended = [
        history.month_start(m).strftime("%Y-%m")
        for m, month in enumerate(calendar(history))
        if ("DE", "transfer_suspension") in month.law.instruments
    ]
    assert (len(suspended), suspended[0], suspended[8], suspended[9], suspended[-1]) == (
        45,
        "2015-11",
        "2016-07",
        "2020-08",
        "2023-07",
    )


def test_news_arrives_once_in_the_first_month_that_begins_after_it(history: Scenario) -> None:
    arrived = {
        event.id: history.month_start(m)
        for m, month in enumerate(calendar(history))
        for event in month.events
    }
    assert arrived["T01"] == dt.date(2013, 7, 1)  # 6 June 2013
    assert arrived["T04"] == dt.date(2014, 8, 1)  # 31 July 2014
    assert arrived["T31"] == dt.date(2016, 1, 1)  # 1 December 2015
    heard = [event.id for month in calendar(history) for event in month.events]
    assert len(heard) == len(set(heard))


def test_what_the_model_should_bring_about_itself_never_drives_it(history: Scenario) -> None:
    assert not any(event.cause == "endogenous" for month in calendar(history) for event in month.events)
    assert any(event.cause == "endogenous" for event in history.timeline.events)


def test_e_evidence_is_adopted_in_2023_and_in_force_from_august_2026(history: Scenario) -> None:
    claim = ("FR", "extraterritorial_claim")
    for date, adopted, in_force in (
        (dt.date(2023, 7, 11), False, False),
        (dt.date(2023, 7, 12), True, False),
        (dt.date(2026, 8, 17), True, False),
        (dt.date(2026, 8, 18), True, True),
    ):
        law = law_on(history, date)
        assert (claim in law.adopted, claim in law.instruments) == (adopted, in_force), date
    assert ("DK", "extraterritorial_claim") not in law_on(history, LAST).adopted


@pytest.mark.parametrize(
    ("date", "microsoft", "google", "other_us", "others"),
    [
        ("2013-06-01", 1.0, 1.0, 1.0, 1.0),
        ("2015-06-01", 0.95, 1.0, 1.0, 1.0),
        ("2016-08-01", 0.0, 0.0, 0.5, 0.8),
        ("2017-05-01", 0.0, 0.1, 0.5, 0.8),
        ("2017-10-01", 0.0, 0.8, 0.7, 0.8),
        ("2018-04-01", 1.0, 1.0, 1.0, 1.0),
    ],
)
def test_each_provider_honoured_warrants_for_data_abroad_as_it_did(
    history: Scenario, date: str, microsoft: float, google: float, other_us: float, others: float
) -> None:
    law = law_on(history, dt.date.fromisoformat(date))
    shares = honoured_by(history.law, history.regimes[law.regime], law.stage, history.providers)
    by = dict(zip([*history.providers, "all"], shares, strict=True))
    assert by == {
        "microsoft": microsoft,
        "google": google,
        "aws": others,
        "other_us": other_us,
        "all": others,
    }

"""Until when two worlds must be equal, and where they first differ."""

import dataclasses
import datetime as dt
from pathlib import Path

import numpy as np
import pytest

from sim.model.books import Books
from sim.runs.pairs import MONTH_DIGEST, difference_of, first_difference, must_be_equal_for
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario, share_population
from tests.model.small_worlds import asked, experiment_file, has_run, ruled


def _scenarios(folder: Path, **worlds: list[dict[str, str]]) -> dict[str, Scenario]:
    return asked(experiment=experiment_file(folder, dict(worlds)), last="2018-12").scenarios


@pytest.mark.parametrize(
    ("on", "months"),
    [("2014-07-31", 19), ("2014-08-01", 20), ("2013-01-01", 1), ("2012-12-31", 0), ("2016-07-14", 43)],
)
def test_worlds_share_the_months_that_begin_before_the_ruling_acts(
    on: str, months: int, tmp_path: Path
) -> None:
    """A ruling acts from the first month that begins after its date."""
    s = _scenarios(tmp_path, a=ruled("microsoft_wins", on), b=ruled("doj_wins", on))
    assert must_be_equal_for(s["a"], s["b"]) == must_be_equal_for(s["b"], s["a"]) == months


def test_only_what_they_do_not_share_parts_them(tmp_path: Path) -> None:
    """A common first switch, then one world is switched back."""
    s = _scenarios(
        tmp_path,
        a=ruled("doj_wins"),
        b=[*ruled("doj_wins"), {"on": "2016-03-10", "regime": "microsoft_wins"}],
    )
    assert must_be_equal_for(s["a"], s["b"]) == 39


def test_the_same_rule_twice_never_parts(tmp_path: Path) -> None:
    s = _scenarios(tmp_path, a=ruled("doj_wins"), b=ruled("doj_wins"))
    assert must_be_equal_for(s["a"], s["b"]) == s["a"].months


def test_an_event_that_one_world_lacks_parts_them_from_the_month_after(tmp_path: Path) -> None:
    s = _scenarios(tmp_path, a=ruled("doj_wins"))["a"]
    without = dataclasses.replace(
        s,
        timeline=s.timeline.model_copy(
            update={"events": tuple(e for e in s.timeline.events if e.id != "T01")}
        ),
    )
    assert must_be_equal_for(s, without) == 6


def _without(s: Scenario, *ids: str) -> Scenario:
    events = tuple(event for event in s.timeline.events if event.id not in ids)
    return dataclasses.replace(s, timeline=s.timeline.model_copy(update={"events": events}))


def test_a_government_that_may_draw_a_law_of_the_other_timeline_parts_them_at_once(tmp_path: Path) -> None:
    """Two events name Russia's localisation: without both, its government draws it from the beginning."""
    s = _scenarios(tmp_path, a=ruled("doj_wins"))["a"]
    assert must_be_equal_for(s, _without(s, "T21")) == s.month_after(dt.date(2015, 9, 1))
    assert must_be_equal_for(s, _without(s, "T21", "L025")) == 0
    # China had sector localisation in 2013: there is nothing to draw
    assert must_be_equal_for(s, _without(s, "T22")) == s.month_after(dt.date(2017, 6, 1))


def test_agreements_part_worlds_only_under_a_rule_that_offers_them(tmp_path: Path) -> None:
    """That with Britain falls out after a switch, but none is drawn before the CLOUD Act of March 2018."""
    s = _scenarios(tmp_path, a=[], b=ruled("doj_wins", "2018-11-30"))
    assert s["a"].regimes["doj_wins"].agreements is False
    assert must_be_equal_for(s["a"], s["b"]) == s["a"].month_after(dt.date(2018, 3, 23))


def test_worlds_whose_law_says_something_else_need_not_share_a_month(tmp_path: Path) -> None:
    s = _scenarios(tmp_path, a=ruled("microsoft_wins"))["a"]
    other = asked("law.tests.location.bar=worldwide", last="2018-12").scenarios["microsoft_wins"]
    without_a_date = dataclasses.replace(s, law=other.law)
    assert share_population(s, without_a_date)
    assert must_be_equal_for(s, without_a_date) == 0


def test_worlds_with_other_people_share_no_month(resolved: Resolved) -> None:
    a = resolved.scenarios["doj_wins"]
    for other in (
        asked("trust.asymmetry=1.0", last="2015-06"),
        asked(customers=2500, last="2015-06"),
        asked(last="2015-05"),
    ):
        assert not share_population(a, other.scenarios["doj_wins"])
        assert must_be_equal_for(a, other.scenarios["doj_wins"]) == 0


@pytest.fixture(scope="module")
def two_books(resolved: Resolved) -> tuple[Books, Books]:
    """The same world twice, to be spoilt by tests that put back what they took."""
    a, b = (has_run(resolved, worlds=["doj_wins"]).models[0].books for _ in range(2))
    return a, b


def test_equal_books_have_no_difference(two_books: tuple[Books, Books]) -> None:
    assert first_difference(*two_books, months=30) is None


@pytest.mark.parametrize(
    "book",
    ["cell", "country", "side", "laws", "unmet", "answered", "backlog", "disclosures", "revenue", "market"],
)
def test_the_last_bit_of_any_book_is_found_and_its_month_named(
    two_books: tuple[Books, Books], book: str
) -> None:
    a, b = two_books
    array = getattr(b, book)
    at = (7, *(n - 1 for n in array.shape[1:]))
    before = array[at]
    array[at] = np.nextafter(before, 9e9) if array.dtype.kind == "f" else before + 1
    try:
        where = first_difference(a, b, 30)
        assert where is not None
        assert where.startswith(f"{book}: month 2013-08")
        assert first_difference(a, b, 7) is None
        assert first_difference(a, b, 8) is not None
    finally:
        array[at] = before


@pytest.mark.parametrize("book", ["flows", "requests"])
def test_the_last_bit_of_any_row_is_found_and_its_month_named(
    two_books: tuple[Books, Books], book: str
) -> None:
    a, b = two_books
    rows = getattr(b, book)[-1]
    month, before = int(rows[0, 0]), rows[-1, -1]
    rows[-1, -1] = np.nextafter(before, 9e18) if rows.dtype.kind == "f" else before + 1
    try:
        assert first_difference(a, b, month + 1) == f"{book}: month {a.scenario.month_start(month):%Y-%m}"
        assert first_difference(a, b, month) is None
    finally:
        rows[-1, -1] = before


def test_a_missing_number_is_equal_to_a_missing_number_only(two_books: tuple[Books, Books]) -> None:
    a, b = two_books
    at = (3, 0, 0)
    before = a.cell[at]
    try:
        b.cell[at] = np.nan
        assert first_difference(a, b, 30) is not None
        a.cell[at] = np.nan
        assert first_difference(a, b, 30) is None
    finally:
        a.cell[at] = b.cell[at] = before


@pytest.mark.parametrize("book", ["flows", "law_changes", "offer_changes"])
def test_an_entry_more_or_less_or_other_is_found(two_books: tuple[Books, Books], book: str) -> None:
    a, b = two_books
    rows = getattr(b, book)
    kept = list(rows)
    try:
        last = rows.pop()
        month = int(last[0, 0]) if isinstance(last, np.ndarray) else last[0]
        assert f"{a.scenario.month_start(month):%Y-%m}" in str(first_difference(a, b, 30))
        assert first_difference(a, b, month) is None
        assert first_difference(b, a, 30) is not None
        rows.append(last * 2.0 if isinstance(last, np.ndarray) else (*last[:-1], "other"))
        assert first_difference(a, b, 30) is not None
    finally:
        rows[:] = kept
    assert first_difference(a, b, 30) is None


# --- from what is stored --------------------------------------------------------------------------------


def test_worlds_are_compared_in_the_last_month_that_they_must_share() -> None:
    """Digests of three months; the worlds share two, and a third world shares none."""
    size = MONTH_DIGEST
    a, b, c = b"".join([bytes([1]) * size, bytes([2]) * size, bytes([3]) * size]), bytes(3 * size), bytes(3)
    same_for_two = a[: 2 * size] + bytes([9]) * size
    other_second = a[:size] + bytes([9]) * size + a[2 * size :]
    names = ["one", "two", "three"]
    must = {(0, 1): 2, (0, 2): 0, (1, 2): 0}
    assert difference_of(names, [a, same_for_two, c], must) is None
    words = "WorldsDiffer: one and two must be equal through month 2, but differ"
    assert difference_of(names, [a, other_second, c], must) == words
    assert difference_of(names, [a, b, c], must) == words
    assert difference_of(names, [a, b, c], {(0, 1): 0}) is None
    words = "WorldsDiffer: one and two must be equal through month 3, but differ"
    assert difference_of(names, [a, same_for_two, c], {(0, 1): 3}) == words

"""Worlds as pairs: until when two worlds must be equal, and the proof that they are.

Equality is to the bit and in every recorded number. It is checked on every run, because a model in which the
luck of one world leaks into the other, or a law acts early, gives numbers that look as good as right ones.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from sim.runs.named_instruments import months_until_drawn
from sim.scenario.scenario import Scenario, share_population

if TYPE_CHECKING:
    from sim.model.books import Books


class WorldsDiffer(Exception):
    """Two worlds that must be equal up to a month are not: the run is void."""


def must_be_equal_for(a: Scenario, b: Scenario) -> int:
    """Number of months from the first that two worlds share.

    It ends at the first date at which one has what the other lacks. Nought if they differ in more than law
    and events, or in what the law says: a row or a regime has no date. Nought also if a government of one may
    draw what the other's timeline names.
    """
    same_law = (a.law is b.law or a.law == b.law) and (a.regimes is b.regimes or a.regimes == b.regimes)
    if not share_population(a, b) or not same_law:
        return 0
    only_one = {s.on for s in set(a.switches) ^ set(b.switches)}
    events_a, events_b = ({e.id: e for e in s.timeline.events} for s in (a, b))
    # worlds of one timeline hold the same objects, which need not be compared
    of_two = (
        (e.date, events_a.get(e.id), events_b.get(e.id)) for e in [*events_a.values(), *events_b.values()]
    )
    only_one |= {date for date, one, other in of_two if one is not other and one != other}
    months = min((a.month_after(day) for day in only_one), default=a.months)
    return min(max(months, 0), a.months, months_until_drawn(a, b))


def equal_months(scenarios: Sequence[Scenario]) -> dict[tuple[int, int], int]:
    """For how many months each two worlds (by position) must be equal."""
    return {
        (i, j): must_be_equal_for(scenarios[i], scenarios[j])
        for i, j in combinations(range(len(scenarios)), 2)
    }


def first_difference(a: "Books", b: "Books", months: int) -> str | None:
    """Where two worlds' books differ first within `months`: table, month and what.

    None if they are equal to the bit.
    """
    for field in fields(a):
        left, right = getattr(a, field.name), getattr(b, field.name)
        if isinstance(left, np.ndarray):
            x, y = left[:months], right[:months]
            if x.tobytes() != y.tobytes():
                places = np.argwhere(differs(x, y))
                where = places[0] if len(places) else np.zeros(1, np.int64)
                return (
                    f"{field.name}: month {a.scenario.month_start(int(where[0])):%Y-%m}, entry "
                    f"{tuple(int(i) for i in where[1:])}"
                )
        elif isinstance(left, list):
            found = _first_row(left, right, months)
            if found is not None:
                return f"{field.name}: month {a.scenario.month_start(found):%Y-%m}"
    return None


MONTH_DIGEST = 8  # bytes: two worlds are compared by chance or mistake, not by an adversary


def month_digests(books: "Books") -> bytes:
    """For each month MONTH_DIGEST bytes: the digest of all that was recorded up to and including it.

    Two worlds with the same bytes for a month are equal through it, whenever and wherever each was run.
    """
    arrays = [value for field in fields(books) if isinstance(value := getattr(books, field.name), np.ndarray)]
    rows: list[list[bytes]] = [[] for _ in range(books.scenario.months)]
    for field in fields(books):
        value = getattr(books, field.name)
        for row in value if isinstance(value, list) else []:
            month, content = _entry(row)
            rows[int(month)].append(
                field.name.encode() + (content if isinstance(content, bytes) else repr(content).encode())
            )
    out, before = [], b""
    for month, entered in enumerate(rows):
        h = hashlib.sha256(before)
        for array in arrays:
            h.update(np.ascontiguousarray(array[month]).data)
        h.update(b"\0".join(entered))
        before = h.digest()
        out.append(before[:MONTH_DIGEST])
    return b"".join(out)


def difference_of(
    worlds: Sequence[str], digests: Sequence[bytes], must: Mapping[tuple[int, int], int]
) -> str | None:
    """Which two worlds differ in a month that they must share (`equal_months`), in words; None if none do.

    `digests` are the worlds' `month_digests`.
    """
    for (i, j), shared in must.items():
        a, b = (digests[k][(shared - 1) * MONTH_DIGEST : shared * MONTH_DIGEST] for k in (i, j))
        if shared and a != b:
            return (
                f"WorldsDiffer: {worlds[i]} and {worlds[j]} must be equal through month {shared}, but differ"
            )
    return None


def differs(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Where two arrays of one shape differ; a missing number equals a missing number."""
    both_missing = (a != a) & (b != b)  # NaN alone differs from itself
    return np.asarray(~((a == b) | both_missing))


def _first_row(left: list[object], right: list[object], months: int) -> int | None:
    """Month of the first row in which two lists of entries differ before `months`."""
    a, b = ([row for row in map(_entry, rows) if row[0] < months] for rows in (left, right))
    for x, y in zip(a, b, strict=False):
        if x != y:
            return int(min(x[0], y[0]))
    if len(a) != len(b):
        longer = a if len(a) > len(b) else b
        return int(longer[min(len(a), len(b))][0])
    return None


def _entry(row: object) -> tuple[float, object]:
    if isinstance(row, np.ndarray):  # a month's flows
        return float(row[0, 0]), row.tobytes()
    assert isinstance(row, tuple)
    return row[0], row

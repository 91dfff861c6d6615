"""Series of the evidence: values of one thing at one place, in order of time."""

from collections.abc import Iterable

from sim.analysis.evidence.rows import Row


def error_of(row: Row) -> float:
    """The source's standard error; where it is not known, half the tolerance."""
    return row.se if row.se is not None else row.tolerance / 2.0


def year_of(row: Row) -> float:
    """Middle of the row's period, in years from January 1970."""
    return (row.period.first + row.period.last + 1) / 24.0


def kind_of(row: Row) -> tuple[object, ...]:
    """What is measured of whom, wherever."""
    return row.measure.name, row.population, row.without_event, tuple(sorted(row.arguments.items()))


def earlier(row: Row, rows: Iterable[Row]) -> list[Row]:
    """The values of the row's series before it, in order of time.

    Bounds and differences between two dates do not count as values.
    """
    if row.measure.two_dates:
        return []
    before = [
        r
        for r in rows
        if r.place.name == row.place.name
        and r.bound == "eq"
        and r.period.last < row.period.first
        and kind_of(r) == kind_of(row)
    ]
    return sorted(before, key=year_of)

"""Hand-made tables for measures: a few countries, two segments, numbers that can be worked out on paper."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.analysis.evidence.measures.place import Place
from sim.analysis.evidence.measures.population import segments
from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.measures.selection import Run, View
from sim.analysis.evidence.measures.window import Window, window
from sim.model.tables import OF_CUSTOMERS

Value = float | Callable[..., float]
MEMBERS = {"US": 1, "DE": 1, "FR": 1, "rest": 10}
SEGMENTS = ("small_firm", "enterprise", "consumer")
PLACES = {name: frozenset([name]) for name in MEMBERS} | {
    "world": frozenset(MEMBERS),
    "abroad": frozenset(MEMBERS) - {"US"},
}


def _months(first: str, last: str) -> np.ndarray:
    return np.arange(np.datetime64(first, "M"), np.datetime64(last, "M") + 1)


def _table(
    keys: Mapping[str, Sequence[Any]], columns: Mapping[str, Value], first: str, last: str
) -> dict[str, np.ndarray]:
    """Every combination of month and keys; a column is a number or a function of month (text) and keys."""
    rows: list[tuple[Any, ...]] = [(month,) for month in _months(first, last)]
    for values in keys.values():
        rows = [(*row, value) for row in rows for value in values]
    out = {"month": np.array([row[0] for row in rows])}
    out |= {key: np.array([row[k] for row in rows], dtype=object) for k, key in enumerate(keys, 1)}
    return out | {
        name: np.array([v(str(row[0]), *row[1:]) if callable(v) else v for row in rows], float)
        for name, v in columns.items()
    }


def cells(first: str = "2013-01", last: str = "2014-12", **columns: Value) -> Run:
    """A table `cell`, zero by default: 100 small firms, 10 enterprises, 1000 consumers in each country."""
    customers = {"small_firm": 100.0, "enterprise": 10.0, "consumer": 1000.0}
    given: dict[str, Value] = {"customers": lambda month, country, segment: customers[segment]}
    everything = given | {column.name: 0.0 for column in OF_CUSTOMERS} | columns
    return Run({"cell": _table({"country": list(MEMBERS), "segment": SEGMENTS}, everything, first, last)})


def of_countries(**laws: Value) -> Run:
    return Run(
        {
            "country": _table(
                {"country": list(MEMBERS)},
                {f"law_{name}": value for name, value in laws.items()},
                "2013-01",
                "2014-12",
            )
        }
    )


def of_providers(revenue: Value, revenue_us: Value, home_grown: Value) -> Run:
    """Tables `market`, with AWS, Microsoft and Google, and `country`."""
    market = _table(
        {"country": list(MEMBERS), "provider": ("aws", "microsoft", "google")},
        {"revenue": revenue},
        "2013-01",
        "2014-12",
    )
    country = _table(
        {"country": list(MEMBERS)},
        {"revenue_us": revenue_us, "revenue_home_grown": home_grown},
        "2013-01",
        "2014-12",
    )
    return Run({"market": market, "country": country})


def events(table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Run:
    """A table of which only some rows exist: month first, then the columns."""
    out = {"month": np.array([row[0] for row in rows], dtype="datetime64[M]")}
    for k, name in enumerate(columns, 1):
        values = [row[k] for row in rows]
        out[name] = np.array(values, dtype=object if isinstance(values[0], str) else float)
    return Run({table: out})


def dates(text: str) -> Window:
    found = window(text)
    assert found is not None
    return found


def view(
    run: Run, place: str = "DE", population: str = "", first: str = "2013", last: str = "", **arguments: str
) -> View:
    asked = segments(population)
    assert not isinstance(asked, str)
    where = Place(place, {code: MEMBERS[code] for code in PLACES[place]})
    return View(run, where, asked, dates(first), dates(last or first), arguments)


def read(
    name: str,
    run: Run,
    place: str = "DE",
    population: str = "",
    first: str = "2013",
    last: str = "",
    **arguments: str,
) -> float:
    """What a measure reads off a run, its arguments at their defaults unless given."""
    defaults = {one.name: one.default for one in MEASURES[name].arguments if one.default is not None}
    return MEASURES[name].value(view(run, place, population, first, last, **(defaults | arguments)))


def compare(
    name: str,
    run: Run,
    without: Run,
    place: str = "DE",
    population: str = "",
    first: str = "2013",
    last: str = "",
    **arguments: str,
) -> float:
    """The same with an event taken out of the second run."""
    defaults = {one.name: one.default for one in MEASURES[name].arguments if one.default is not None}
    views = [view(one, place, population, first, last, **(defaults | arguments)) for one in (run, without)]
    return MEASURES[name].value(*views)


def of_police(asked: Value, other: Value, answered: Value, succeeded: Value) -> Run:
    """Requests for content by route, in one direction, and each police's requests for other data."""
    keys = {"direction": ("foreign_to_us",), "country": list(MEMBERS), "route": ("direct", "mla")}
    requests = _table(keys, {"requests": asked, "succeeded": succeeded}, "2013-01", "2014-12")
    columns = {"non_content_requests": other, "non_content_answered": answered}
    country = _table({"country": list(MEMBERS)}, columns, "2013-01", "2014-12")
    return Run({"requests": requests, "country": country})

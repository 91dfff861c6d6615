"""A line of the file of rows, and the places that lines can be about."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS
from sim.analysis.starting_levels.sources import Sources

HEADER = (*COLUMNS, *MORE_COLUMNS)
Line = dict[str, str]


def line(id_: str, role: str, measure: str, place: str, dates: tuple[str, str], value: float, se: float,
         **more: str) -> Line:  # fmt: skip
    """A line with a value and its error; the columns that are not given stay empty."""
    out = dict.fromkeys(HEADER, "") | {
        "id": id_,
        "role": role,
        "measure": measure,
        "place": place,
        "from": dates[0],
        "to": dates[1],
        "value": digits(value),
        "se": digits(se),
        "bound": "eq",
    }
    return out | more


def digits(value: float) -> str:
    """A number to one decimal, as the sources give them; small errors to two."""
    return f"{value:.2g}" if 0.0 < abs(value) < 0.095 else f"{round(value, 1):g}"


@dataclass(frozen=True)
class Named:
    """The places that the model names one by one, by ISO alpha-2, and those that stand for several."""

    countries: frozenset[str]
    groups: Mapping[str, tuple[str, ...]]
    gdp: Mapping[str, float]

    @classmethod
    def of(cls, sources: Sources) -> "Named":
        iso2 = {economy.iso3: economy.iso2 for economy in sources.economies.values()}
        groups = {
            code: tuple(iso2[member] for member in judged.members if member in iso2)
            for code, judged in sources.judged.items()
            if len(judged.members) > 1
        }
        gdp = {economy.iso2: economy.gdp_2013 or 0.0 for economy in sources.economies.values()}
        return cls(frozenset(sources.judged) - frozenset(groups), groups, gdp)

    def mean(self, members: Iterable[str], values: Mapping[str, float]) -> float:
        """The mean over members of a group, by GDP of 2013."""
        members = tuple(members)
        return sum(self.gdp[one] * values[one] for one in members) / sum(self.gdp[one] for one in members)


def combined(*errors: float) -> float:
    """The standard error of a sum or a difference."""
    return math.sqrt(sum(error**2 for error in errors))

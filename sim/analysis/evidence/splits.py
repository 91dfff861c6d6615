"""Splits of the evidence: what a fit may see, and on which rows it is then scored.

By time, by country and by kind of quantity. Of each split a posterior of its own is learned from the
calibration rows that it may see (`may_see`); validation scores it on the rows that it asks (`asks`). No fit
sees a row marked `validation`. A row that helped to compute an input is never asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from sim.analysis.evidence.measures.laws import LAWS
from sim.analysis.evidence.measures.market import MARKET
from sim.analysis.evidence.measures.measure import Measure
from sim.analysis.evidence.measures.police import POLICE
from sim.analysis.evidence.measures.requests import REQUESTS
from sim.analysis.evidence.measures.surveys import SURVEYS
from sim.analysis.evidence.measures.trust import TRUST
from sim.analysis.evidence.rows import FITTED, Row
from sim.scenario.csv_files import records
from sim.scenario.locations import root
from sim.scenario.problems import InputError

VALIDATION = "validation"
HELD_BACK = "configs/calibration/held_back.csv"
UNTIL = (2018 - 1970) * 12 + 11  # December 2018: the last month that the split by time may see
FIRST_SURVEY = (2014 - 1970) * 12 + 11  # the end of the year of Eurostat's first survey
SEEN_IN_AGGREGATE = frozenset({"NL", "SE", "RO", "GR"})
SEEN_WORDS = (
    "NL, SE, RO and GR (EL at Eurostat) are no fresh test: earlier rounds of work on the model were told "
    "where it missed their later surveys"
)


@dataclass(frozen=True)
class Split:
    """One way to divide the evidence.

    `held_back` says of a row whether the split keeps it from the fit, and so asks about it.
    """

    name: str
    words: str
    held_back: Callable[[Row], bool]

    def may_see(self, row: Row) -> bool:
        """Whether the fit of this split may see a row: a calibration row that is not held back."""
        return row.role == FITTED and not self.held_back(row)

    def asks(self, row: Row) -> bool:
        """Whether the fit is scored on a row.

        The row is held back, meant for calibration or validation, and helped to compute no input.
        """
        return row.role in (FITTED, VALIDATION) and self.held_back(row) and not helped_an_input(row)


def helped_an_input(row: Row) -> bool:
    """Whether a starting value or a parameter outside the fit was computed from a row."""
    return bool(row.helped)


@cache
def countries_held_back() -> frozenset[str]:
    """A fifth of the surveyed countries, drawn by key; raises InputError."""
    problems = list[str]()
    lines = records(root() / HELD_BACK, ("country", "why"), problems)
    if problems:
        raise InputError(problems)
    return frozenset(line["country"] for _, line in lines)


def is_adoption(row: Row) -> bool:
    """Whether a row is about the share of customers that use cloud services, or its change."""
    return row.measure.name.startswith("adoption")


def after_2018(row: Row) -> bool:
    """Whether the number was known after 2018 only."""
    return row.period.last > UNTIL


def of_a_country_held_back(row: Row) -> bool:
    """Whether a row is about adoption in a country held back, alone or with others, after the first survey.

    The first survey is given to everybody: to the model as its starting level, to rivals as the value that
    they go on from.
    """
    late = is_adoption(row) and row.period.last > FIRST_SURVEY
    return late and bool(row.place.codes & countries_held_back())


def _is_any_of(measures: tuple[Measure, ...]) -> Callable[[Row], bool]:
    names = frozenset(one.name for one in measures)
    return lambda row: row.measure.name in names


def _is_a_stated_answer(row: Row) -> bool:
    return row.measure.name in ("stated", "done_of_said")


def _is_validation(row: Row) -> bool:
    return row.role == VALIDATION


BY_KIND = "by_kind_"
SHIPPED = Split("all", "the fit that ships, on the rows marked validation", _is_validation)
SPLITS: tuple[Split, ...] = (
    Split("by_time", "fitted to rows dated up to the end of 2018, scored on later ones", after_2018),
    Split(
        "by_country",
        "fitted without what a fifth of the surveyed countries answered after their first survey of cloud "
        "use, scored on those answers",
        of_a_country_held_back,
    ),
    Split(
        f"{BY_KIND}market_shares",
        "fitted without any row on market shares and revenue, scored on these",
        _is_any_of(MARKET),
    ),
    Split(f"{BY_KIND}laws", "fitted without any row on laws, scored on these", _is_any_of(LAWS)),
    Split(
        f"{BY_KIND}trust", "fitted without any row on trust, scored on these", _is_any_of((*TRUST, *SURVEYS))
    ),
    Split(
        f"{BY_KIND}requests",
        "fitted without any row on requests, scored on these",
        _is_any_of((*REQUESTS, *POLICE)),
    ),
    Split(
        f"{BY_KIND}stated",
        "fitted without any answer to surveys of intentions, scored on these",
        _is_a_stated_answer,
    ),
)


def split_named(name: str) -> Split:
    """The split of a name; raises KeyError."""
    return {one.name: one for one in (SHIPPED, *SPLITS)}[name]

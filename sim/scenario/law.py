"""The law of orders for data, as configs/law/ states it: tests of reach, comity rules, and two tables of
routes.

Each table is read from top to bottom, and the first row that matches decides. A condition that a row leaves
out matches anything. Every row cites its authority.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import Field

from sim.scenario.paths import Loc
from sim.scenario.problems import unknown
from sim.scenario.strict import NonNegative, Share, Strict
from sim.vocabulary import Route

Name = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
Location = Literal["in_us", "abroad", "no_stable_location"]
LOCATIONS: tuple[str, ...] = get_args(Location)
ForeignLocation = Literal["own_soil", "in_us", "third_country", "no_stable_location"]
FOREIGN_LOCATIONS: tuple[str, ...] = get_args(ForeignLocation)
Controller = Literal["us_provider", "foreign_with_us_business", "foreign_only", "target"]
CONTROLLERS: tuple[str, ...] = get_args(Controller)
Bar = Literal["worldwide", "ends_at_border"]

_FLAG = (False, True)
_US_AXES: dict[str, tuple[Any, ...]] = {
    "location": LOCATIONS,
    "controller": CONTROLLERS,
    "us_person": _FLAG,
    "resides_in_us": _FLAG,
    "agreement": _FLAG,
    "data_law_bars": _FLAG,
    "blocking_statute": _FLAG,
    "target_in_host": _FLAG,
    "cooperation": _FLAG,
    "holders_law_bars": _FLAG,
}
_FOREIGN_AXES: dict[str, tuple[Any, ...]] = {
    "location": FOREIGN_LOCATIONS,
    "controller": CONTROLLERS,
    "us_person": _FLAG,
    "resides_in_us": _FLAG,
    "agreement": _FLAG,
    "claim": _FLAG,
}


EVERY_PROVIDER = "all"


class Stage(Strict):
    """A stage of an open question: `honoured` is the share of warrants for data abroad that are obeyed, by
    provider; `all` holds for those that are not named."""

    honoured: dict[str, Share]
    believed: Share
    reference: str


class Regime(Strict):
    """What a US warrant reaches: a test of reach, a comity rule, and whether executive agreements are
    offered."""

    name: str
    test: str = Field(description="a test of configs/law/tests.yaml, or of the experiment")
    comity: str = Field(
        description=(
            "a rule of configs/law/comity.yaml, or of the experiment; rows with the route comity_review "
            "apply under any rule, `none` included"
        )
    )
    agreements: bool = Field(description="whether executive agreements with other governments are offered")
    believed: Share | None = Field(
        description=(
            "what an attentive reader of the news believes a US warrant reaches abroad; null: the test's "
            "reach"
        )
    )
    stages: dict[str, Stage] = Field(
        description="of an open test: the share honoured and the belief, stage by stage"
    )
    reference: str


class OpenTest(Strict):
    """How an open question is decided, order by order: the settled test that applies in each case.

    The stages of a regime say which share of warrants is honoured.
    """

    honoured: str = Field(description="the test that applies to a US warrant that is honoured")
    refused: str = Field(description="the test that applies to a US warrant that is refused")
    foreign: str = Field(description="the test that decides foreign orders while the question is open")


class ReachTest(Strict):
    """A test of reach: how far a US order reaches, by where the data lies and who controls it."""

    name: str
    reach: Share | None = Field(
        description=(
            "share of US warrants for data abroad that are honoured (after a comity review: 1 - success of "
            "the rule); null where the question is open"
        )
    )
    bar: Bar = Field(
        description=(
            "how far the US bar on disclosure to foreign governments reaches: worldwide, or it ends at the "
            "border"
        )
    )
    open: OpenTest | None = Field(None, description="only for a question that the courts have not settled")
    reference: str


class ComityRule(Strict):
    """When a court spares a provider an order whose obedience breaks a foreign law."""

    name: str
    common_law: bool = Field(
        description="whether comity at common law may be pleaded where a direct order meets a conflict"
    )
    success: Share | None = Field(
        None,
        description="share of reviewed orders that the court quashes; null: investigators.comity_success",
    )
    months: NonNegative | None = Field(
        None, description="mean months that a review takes; null: investigators.comity_months"
    )
    filed: Share | None = Field(
        None,
        description="share of the orders that may be reviewed that are; null: investigators.motions_filed",
    )
    reference: str


class USConditions(Strict):
    """The circumstances of a US order under which a row decides; what is left out matches anything."""

    test: str | None = Field(None, description="a settled test of tests.yaml")
    comity: str | None = Field(None, description="a rule of comity.yaml")
    location: Location | None = None
    controller: Controller | None = None
    us_person: bool | None = Field(
        None, description="the holder of the account is a citizen or lawful resident of the US, or a US firm"
    )
    resides_in_us: bool | None = Field(None, description="the holder of the account lives in the US")
    agreement: bool | None = Field(
        None,
        description=(
            "an executive agreement is in force with the government whose law may be broken: that of the "
            "host, or of the holder's country where the data has no stable location"
        ),
    )
    data_law_bars: bool | None = Field(
        None, description="the data-protection law of that country forbids the disclosure"
    )
    blocking_statute: bool | None = Field(None, description="obeying is an offence in the host's law")
    target_in_host: bool | None = Field(None, description="the target lives in the host's country")
    cooperation: bool | None = Field(
        None,
        description="a treaty or convention binds the holder's country and the US to legal assistance",
    )
    holders_law_bars: bool | None = Field(
        None,
        description="the law of the holder's country forbids the disclosure: data protection or blocking",
    )


class USRow(Strict):
    """One row of the table of US orders."""

    when: USConditions
    route: Route
    notice: bool = Field(
        False,
        description="the holder's government is told first, and the order waits investigators.notice_months",
    )
    authority: str


class ForeignConditions(Strict):
    """The circumstances of an order by a foreign police under which a row decides; what is left out matches
    anything."""

    test: str | None = Field(None, description="a settled test of tests.yaml: the US rule in force")
    bar: Bar | None = Field(
        None, description="how far the US bar on disclosure reaches under the US rule in force"
    )
    location: ForeignLocation | None = None
    controller: Controller | None = None
    us_person: bool | None = Field(
        None, description="the holder of the account is a citizen or lawful resident of the US, or a US firm"
    )
    resides_in_us: bool | None = Field(None, description="the holder of the account lives in the US")
    agreement: bool | None = Field(
        None, description="an executive agreement with that police's government is in force"
    )
    claim: bool | None = Field(None, description="that country's law orders providers abroad to answer")


class ForeignRow(Strict):
    """One row of the table of foreign orders."""

    when: ForeignConditions
    route: Route
    asks: Literal["us", "host"] = Field(
        "us", description="of a request for legal assistance: whom it goes to, the US or the host of the data"
    )
    authority: str


class AddedUSRow(USRow):
    """A row that an experiment adds to the table of US orders."""

    before: str | None = Field(
        None,
        description="the row before which it is tried; null: the first that names a test or comity rule",
    )


class AddedForeignRow(ForeignRow):
    """A row that an experiment adds to the table of foreign orders."""

    before: str | None = Field(
        None,
        description="the row before which it is tried; null: the first that names a test or bar",
    )


class Law(Strict):
    """What an order for data does. The rows' order is the order in which they are tried."""

    tests: dict[Name, ReachTest]
    comity: dict[Name, ComityRule]
    us_orders: dict[Name, USRow]
    foreign_orders: dict[Name, ForeignRow]

    def settled(self) -> tuple[str, ...]:
        """The tests that decide orders; an open one decides by these."""
        return tuple(name for name, test in self.tests.items() if test.open is None)

    def used_by(self, regimes: Mapping[str, Regime], offered: Iterable[str] = ()) -> "Law":
        """The part of the law that these regimes can bring into force, and comity rules that are `offered`
        beside them."""
        tests = {regime.test for regime in regimes.values()}
        for open_test in [self.tests[name].open for name in tests]:
            tests |= set(open_test.model_dump().values()) if open_test else set()
        comity = {*(regime.comity for regime in regimes.values()), *offered}
        return Law(
            tests={name: test for name, test in self.tests.items() if name in tests},
            comity={name: rule for name, rule in self.comity.items() if name in comity},
            us_orders={
                name: row
                for name, row in self.us_orders.items()
                if row.when.test in (None, *tests) and row.when.comity in (None, *comity)
            },
            foreign_orders={
                name: row for name, row in self.foreign_orders.items() if row.when.test in (None, *tests)
            },
        )


LAW_TABLES: dict[str, Any] = {name: declared.annotation for name, declared in Law.model_fields.items()}


def deciding_us_rows(law: Law) -> np.ndarray:
    """Number of the row that decides each US order, -1 for none: int64, an axis each for comity rules,
    settled tests and the circumstances in the order of `USConditions`."""
    axes = {"comity": tuple(law.comity), "test": law.settled(), **_US_AXES}
    return _deciding(axes, [row.when.model_dump() for row in law.us_orders.values()])


def deciding_foreign_rows(law: Law) -> np.ndarray:
    """The same for foreign orders: int64, an axis each for settled tests and the circumstances in the order
    of `ForeignConditions`."""
    tests = law.settled()
    conditions = [row.when.model_dump() for row in law.foreign_orders.values()]
    found = np.full((len(tests), *map(len, _FOREIGN_AXES.values())), -1)
    for i, test in enumerate(tests):
        named = [
            number
            for number, when in enumerate(conditions)
            if when["test"] in (None, test) and when["bar"] in (None, law.tests[test].bar)
        ]
        rows = _deciding(_FOREIGN_AXES, [conditions[number] for number in named])
        found[i] = np.array([*named, -1])[rows]
    return found


def _deciding(axes: Mapping[str, tuple[Any, ...]], conditions: list[dict[str, Any]]) -> np.ndarray:
    found = np.full([len(values) for values in axes.values()], -1)
    for number in reversed(range(len(conditions))):
        when = conditions[number]
        if all(when[name] is None or when[name] in values for name, values in axes.items()):
            found[
                tuple(
                    slice(None) if when[name] is None else values.index(when[name])
                    for name, values in axes.items()
                )
            ] = number
    return found


def law_findings(law: Law, regimes: Mapping[str, Regime]) -> Iterator[tuple[Loc, str]]:
    """Unknown tests and comity rules, and circumstances that no row decides."""
    found = [*_name_findings(law, regimes)]
    yield from found
    if found:
        return
    for part, decided, axes in (
        (
            "us_orders",
            deciding_us_rows(law),
            {"comity": tuple(law.comity), "test": law.settled(), **_US_AXES},
        ),
        ("foreign_orders", deciding_foreign_rows(law), {"test": law.settled(), **_FOREIGN_AXES}),
    ):
        gaps = np.argwhere(decided < 0)
        if len(gaps):
            words = ", ".join(
                f"{name}: {str(values[i]).lower()}"
                for i, (name, values) in zip(gaps[0], axes.items(), strict=True)
            )
            yield (
                ("law", part),
                f"no row decides {len(gaps)} kinds of order, such as {words}; add a row for it",
            )


def _name_findings(law: Law, regimes: Mapping[str, Regime]) -> Iterator[tuple[Loc, str]]:
    settled = law.settled()
    for code, regime in regimes.items():
        yield from unknown("test", regime.test, law.tests, ("regimes", code, "test"))
        is_open = regime.test in law.tests and law.tests[regime.test].open is not None
        if is_open and not regime.stages:
            yield ("regimes", code, "stages"), f"the test '{regime.test}' is open: name at least one stage"
        elif regime.test in settled and regime.stages:
            yield ("regimes", code, "stages"), f"the test '{regime.test}' is settled and has no stages"
        yield from unknown("comity rule", regime.comity, law.comity, ("regimes", code, "comity"))
    for code, test in law.tests.items():
        if (test.reach is None) != (test.open is not None):
            yield (
                ("law", "tests", code, "reach"),
                "must be null for an open test and a share for a settled one",
            )
        for case, name in test.open.model_dump().items() if test.open else ():
            yield from unknown("settled test", name, settled, ("law", "tests", code, "open", case))
    conditions = (("test", "settled test", settled), ("comity", "comity rule", law.comity))
    for part, (condition, what, known) in product(("us_orders", "foreign_orders"), conditions):
        for code, row in getattr(law, part).items():
            name = getattr(row.when, condition, None)
            yield from unknown(what, name, known, ("law", part, code, "when", condition))

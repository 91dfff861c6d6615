"""Every parameter and mechanism matters: a change of it changes a record in some world."""

from collections.abc import Mapping
from functools import cache

import pytest

from sim.model.books import Books
from sim.scenario.resolution import Resolved, variant
from tests.model.small_worlds import another_value, asked, base, world_set

pytestmark = pytest.mark.long

# Parameters that can act only under the CLOUD Act (agreements, statutory comity), or only where providers
# go to court.
MORE_CLAIMS = {"governments.base_rate.extraterritorial_claim": 0.02}
LITIGATION_IS_FREE = {"providers.litigation_cost": 0.0}
EAGER_LAWMAKERS = {"lawmakers.base_rate": 0.1}
ELSEWHERE: dict[str, tuple[str, dict[str, float]]] = {
    "investigators.agreement_eligible": ("cloud_act", {}),
    "investigators.agreement_months": ("cloud_act", {}),
    "investigators.agreement_success": ("cloud_act", {}),
    "orders.us_persons_abroad": ("cloud_act", {}),
    "orders.foreigners_in_us": ("leads_act", {}),
    "investigators.comity_months": ("cloud_act", {}),
    "investigators.comity_success": ("cloud_act", {}),
    "investigators.incidental_share": ("cloud_act", {}),
    "orders.agreement_quota": ("cloud_act", {"orders.agreement_quota": 2.0}),
    "orders.agreement_notice": ("cloud_act", {}),
    "orders.agreement_lifts_bar": ("cloud_act", {}),
    "investigators.notice_months": ("icpa", {}),
    "investigators.motions_known": ("cloud_act", {"investigators.motions_filed": 1.0}),
    "investigators.motions_filed": ("cloud_act", {}),
    "orders.agreement_objection": ("cloud_act", {"orders.agreement_notice": 0.5}),
    "lawmakers.base_rate": ("congress_answers/microsoft_wins", EAGER_LAWMAKERS),
    "lawmakers.unmet_need": ("congress_answers/microsoft_wins", EAGER_LAWMAKERS),
    "lawmakers.conflicts": ("congress_answers/doj_wins", EAGER_LAWMAKERS),
    "lawmakers.conflicts_half": ("congress_answers/doj_wins", EAGER_LAWMAKERS),
    "lawmakers.protests": ("congress_answers/doj_wins", EAGER_LAWMAKERS),
    "lawmakers.losses": ("congress_answers/doj_wins", EAGER_LAWMAKERS),
    "exposure.distrust_of_foreign_claims": ("doj_wins", MORE_CLAIMS),
    "providers.litigation_trust": ("doj_wins", LITIGATION_IS_FREE),
    "providers.litigation_delay": ("doj_wins", LITIGATION_IS_FREE),
    "providers.litigation_cost": ("doj_wins", LITIGATION_IS_FREE),
}
# Mechanisms that need more weight on risk than the defaults give it before any of 2,000 customers acts on
# them.
AMONG: dict[str, dict[str, float]] = {"foreign_claims": {"choice.sensitivity": 2.0, **MORE_CLAIMS}}
PARAMETERS = base().parameter_info


class _Recording:
    """An experiment, and what one of its worlds records month by month, as far as anybody has asked."""

    def __init__(self, resolved: Resolved, world: str) -> None:
        self.resolved = resolved
        self._worlds = world_set(resolved, worlds=[world])
        self._months: list[list[bytes]] = []

    @property
    def months(self) -> int:
        return self._worlds.models[0].scenario.months

    def __getitem__(self, month: int) -> list[bytes]:
        while len(self._months) <= month:
            self._worlds.step()
            self._months.append([_of_month(model.books, len(self._months)) for model in self._worlds.models])
        return self._months[month]


def _of_month(books: Books, month: int) -> bytes:
    """Everything that a world recorded in the latest month, `month`."""
    arrays = (
        books.cell,
        books.laws,
        books.unmet,
        books.answered,
        books.backlog,
        books.disclosures,
        books.about,
        books.foreign_orders,
        books.known,
        books.non_content,
        books.americans_exposure,
        books.revenue,
        books.market,
    )
    flows = [
        rows.tobytes()
        for entered in (books.flows, books.requests)
        for rows in entered[-1:]
        if rows[0, 0] == month
    ]
    costs = books.table("world")["refusal_costs"][month].tobytes()
    changes = [row for rows in (books.law_changes, books.offer_changes) for row in rows if row[0] == month]
    return b"".join([*(array[month].tobytes() for array in arrays), *flows, costs, repr(changes).encode()])


@cache
def _as_it_stands(world: str) -> _Recording:
    """One world of the main or of the CLOUD Act experiment; one is enough to see an effect."""
    named, _, name = world.rpartition("/")
    shipped = named or {
        "cloud_act": "cloud_act",
        "leads_act": "nationality_test",
        "icpa": "nationality_test",
    }.get(world)
    return _Recording(asked(experiment=shipped) if shipped else asked(), name)


def _first_month_that_differs(
    world: str, sets: Mapping[str, float], among: Mapping[str, float] | None = None
) -> int | None:
    """The first month whose records differ with `values`; `among` others that are set in both."""
    standing = _as_it_stands(world)
    if among:
        standing = _Recording(variant(standing.resolved, sets=among), world.rpartition("/")[2])
    # What is set among others stays, but for the value that is tried.
    changed = _Recording(variant(standing.resolved, sets=sets), world.rpartition("/")[2])
    return next((month for month in range(standing.months) if changed[month] != standing[month]), None)


@pytest.mark.parametrize("path", PARAMETERS)
def test_a_parameter_changes_something_recorded(path: str) -> None:
    world, among = ELSEWHERE.get(path, ("doj_wins", {}))
    assert _first_month_that_differs(world, {path: another_value(PARAMETERS[path])}, among) is not None


@pytest.mark.parametrize("code", base().mechanisms)
def test_a_mechanism_switched_off_changes_something_recorded(code: str) -> None:
    off = base().mechanisms[code].off
    month = _first_month_that_differs("doj_wins", off, AMONG.get(code))
    assert month is not None


def test_the_comparison_finds_no_difference_where_there_is_none() -> None:
    assert (
        _first_month_that_differs("doj_wins", {"trust.asymmetry": base().parameters.trust.asymmetry}) is None
    )


def test_every_mechanism_names_the_off_value_of_its_parameters() -> None:
    for mechanism in base().mechanisms.values():
        for path, value in mechanism.off.items():
            off = PARAMETERS[path].off
            assert off == value or (isinstance(off, dict) and set(off.values()) == {value}), path

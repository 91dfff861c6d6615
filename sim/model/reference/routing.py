"""What an order for data does: the rows of configs/law/, read from top to bottom until one matches.

The engine asks dense tables that are made of the same rows. A condition that a row leaves out matches
anything.
"""

from dataclasses import asdict, dataclass

from sim.scenario.law import Law


@dataclass(frozen=True)
class USOrder:
    """The circumstances of a US order for content."""

    test: str  # the test of reach that applies to this order
    comity: str
    location: str  # in_us, abroad or no_stable_location
    controller: str  # us_provider, foreign_with_us_business, foreign_only or target
    us_person: bool
    resides_in_us: bool
    agreement: bool  # an executive agreement is in force with the government whose law may be broken
    data_law_bars: bool  # the data-protection law of that country forbids the disclosure
    blocking_statute: bool  # obeying is an offence in the host's law
    target_in_host: bool  # the target lives in the host's country
    cooperation: bool  # a treaty or convention binds the target's country to legal assistance
    holders_law_bars: bool  # the law of the target's country forbids the disclosure


@dataclass(frozen=True)
class ForeignOrder:
    """The circumstances of an order by the police of the country where the target lives."""

    test: str
    bar: str  # how far the US bar on disclosure reaches: worldwide, or it ends_at_border
    location: str  # own_soil, in_us, third_country or no_stable_location
    controller: str
    us_person: bool
    resides_in_us: bool
    agreement: bool
    claim: bool  # its law orders providers abroad to answer


@dataclass(frozen=True)
class Ruling:
    """How the law answers: the route, whether obeying breaks another law, who is asked for legal assistance,
    whether a government is told first, and whether a blocking statute makes it an offence to obey.
    """

    route: str
    conflict: bool
    asks: str = "us"
    notice: bool = False  # a government is told first, and the order waits
    offence: bool = False  # by a blocking statute


def matches(conditions: dict[str, object], order: USOrder | ForeignOrder) -> bool:
    """Whether an order meets every condition that a row names."""
    circumstances = asdict(order)
    for name, wanted in conditions.items():
        if wanted is not None and circumstances[name] != wanted:
            return False
    return True


def rule_on_us_order(law: Law, order: USOrder) -> Ruling:
    """The route of a US order, and whether the provider can obey only by breaking the law of the host of the
    data.
    """
    for row in law.us_orders.values():
        if matches(row.when.model_dump(), order):
            compelled = row.route in ("direct", "comity_review") and order.location != "in_us"
            conflict = compelled and (order.data_law_bars or order.blocking_statute)
            return Ruling(row.route, conflict, notice=row.notice)
    raise LookupError(f"no row decides {order}")


def rule_on_foreign_order(law: Law, order: ForeignOrder) -> Ruling:
    """The route of a foreign order, and whether a US provider can obey only by breaking the US bar on
    disclosure.
    """
    for row in law.foreign_orders.values():
        if matches(row.when.model_dump(), order):
            beyond_the_bar = order.bar == "ends_at_border" and order.location in ("own_soil", "third_country")
            compelled = row.route == "direct" and order.controller == "us_provider"
            return Ruling(row.route, compelled and not beyond_the_bar, row.asks)
    raise LookupError(f"no row decides {order}")

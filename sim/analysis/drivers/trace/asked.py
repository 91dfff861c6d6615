"""What a trace is asked about: a country, one of its customers, or a government."""

from sim.analysis.drivers.trace.country import CountryTrace, trace_country
from sim.analysis.drivers.trace.customer import CustomerTrace, trace_customer
from sim.analysis.drivers.trace.government import GovernmentTrace, trace_government
from sim.analysis.drivers.trace.pair import traced_pair
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

Trace = CountryTrace | CustomerTrace | GovernmentTrace


def trace(
    resolved: Resolved,
    country: str | None = None,
    customer: int | None = None,
    government: str | None = None,
    seed: int | None = None,
) -> Trace:
    """Run one seed of a pair again (the first, if nothing is said) and trace what is asked: exactly one of
    three.

    Raises InputError, and TwinDiffers where a readable twin departs from the engine (an error in the
    program).
    """
    if sum(one is not None for one in (country, customer, government)) != 1:
        raise InputError("a trace is of one thing: a country (DE), --customer NUMBER or --government CODE")
    pair = traced_pair(resolved, seed)
    if customer is not None:
        return trace_customer(pair, customer)
    if government is not None:
        return trace_government(pair, government)
    assert country is not None
    return trace_country(pair, country)

"""What a trace is asked about: a country, one of its customers, or a government."""

from collections.abc import Sequence

from sim.analysis.drivers.trace.country import CountryTrace, trace_country
from sim.analysis.drivers.trace.customer import CustomerTrace, trace_customer
from sim.analysis.drivers.trace.government import GovernmentTrace, trace_government
from sim.analysis.drivers.trace.pair import traced_pair
from sim.analysis.records import seed_words
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

Trace = CountryTrace | CustomerTrace | GovernmentTrace


def trace(
    resolved: Resolved,
    country: str | None = None,
    customer: int | None = None,
    government: str | None = None,
    seed: int | None = None,
    seeds: Sequence[int] | None = None,
) -> Trace:
    """Run one seed of a pair again (the first, if nothing is said) and trace what is asked: exactly one of
    three.

    `seeds` are those that there are: of results those in their tables, else those of the experiment. Raises
    InputError, and TwinDiffers where a readable twin departs from the engine (an error in the
    program).
    """
    if sum(one is not None for one in (country, customer, government)) != 1:
        raise InputError("a trace is of one thing: a country (DE), --customer NUMBER or --government CODE")
    asked = resolved.experiment.seeds
    there = range(asked.first, asked.first + asked.count) if seeds is None else seeds
    if not there:
        raise InputError(f"{resolved.name}: no pair succeeded, so there is nobody to trace")
    if seed is not None and seed not in there:
        raise InputError(f"seed {seed}: {resolved.name} was not run with it; valid: {seed_words(there)}")
    pair = traced_pair(resolved, there[0] if seed is None else seed)
    if customer is not None:
        return trace_customer(pair, customer)
    if government is not None:
        return trace_government(pair, government)
    assert country is not None
    return trace_country(pair, country)

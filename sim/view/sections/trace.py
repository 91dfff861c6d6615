"""The page of a trace: who moved, and why."""

from collections.abc import Sequence

from sim.analysis.drivers.trace.asked import Trace
from sim.analysis.drivers.trace.country import CountryTrace
from sim.analysis.drivers.trace.customer import CustomerTrace
from sim.view.blocks import Section
from sim.view.sections.trace_country import country_blocks
from sim.view.sections.trace_customer import customer_blocks
from sim.view.sections.trace_government import government_blocks
from sim.view.sections.trace_words import place_name, seed_words
from sim.view.tables import text


def title_of(trace: Trace) -> str:
    """What the page is called."""
    if isinstance(trace, CustomerTrace):
        return f"Customer {trace.number} in both worlds"
    name = place_name(trace.pair, trace.code)
    return f"Who moved in {name}, and why" if isinstance(trace, CountryTrace) else f"The government of {name}"


def head_of(trace: Trace) -> str:
    """Which worlds and which seed, as HTML."""
    return f'<h1>{text(title_of(trace))}</h1><p class="facts">{seed_words(trace.pair)}</p>'


def sections_of(trace: Trace) -> Sequence[Section]:
    """The sections of a trace; a country's also has that of its government."""
    if isinstance(trace, CustomerTrace):
        return [Section("trace", "The customer", list(customer_blocks(trace)))]
    if not isinstance(trace, CountryTrace):
        return [Section("government", "The government", list(government_blocks(trace)))]
    found = [Section("trace", "The customers", list(country_blocks(trace)))]
    if trace.government is not None:
        found.append(Section("government", "The government", list(government_blocks(trace.government))))
    return found

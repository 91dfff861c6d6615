"""The chain from a ruling to a customer's decision: what there is at each stage, in one world, month by
month.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.analysis.drivers.trace.company import Company
from sim.analysis.drivers.trace.pair import TracedPair, View, Views
from sim.analysis.drivers.trace.terms_table import place_name
from sim.model.reference.customers import Customer
from sim.model.reference.places import ON_PREMISES, US_REGION, kind_of, us_place
from sim.scenario.scenario import Scenario
from sim.vocabulary import CHANNELS, INSTRUMENTS, US_KINDS

Values = Mapping[str, float | str]


def spoken(place: int, scenario: Scenario) -> str:
    """A place in words: `us_region at aws`."""
    kind, provider = place_name(place, scenario)
    if not provider or provider == kind:
        return kind
    return f"{kind} at {scenario.providers[provider].name}"


@dataclass(frozen=True)
class Stage:
    """A link of the chain: its code, what it is in words, and its unit."""

    code: str
    what: str
    unit: str


STAGES = (
    Stage("ruling", "The US rule in force", "share of warrants for data abroad that are honoured"),
    Stage("news", "News that its kind of customer remembers", "observations"),
    Stage("heard", "What it has heard of the news itself", "times the average of its kind"),
    Stage("belief", "Belief that a US warrant reaches data abroad", "0 to 1"),
    Stage("trust", "Its trust in US providers", "0 to 1"),
    Stage("peers", "Its peers", "0 to 1; place"),
    Stage("offers", "Offers of US providers in its country", "offered or not; share of price"),
    Stage("law", "Laws of its country in force", "share"),
    Stage("utility", "What places are worth before risk", "utility"),
    Stage("risk", "Risk that it perceives where it is", "utility"),
    Stage("plan", "When it is ready to adopt", "cumulative hazard"),
    Stage("place", "Where its data is", "place"),
)


def values_of(view: View, company: Company, number: int, month: int) -> dict[str, Values]:
    """Every stage of a followed customer in one world, to be called after `hear` and `act` of a month."""
    twin = company.twins[number]
    cell, news = twin.cell.number, view.evidence[twin.cell.number]
    country = int(view.model.population.cells.jurisdiction[cell])
    today, law = view.calendar(month), view.model.legislation.in_force[country]
    kind = kind_of(us_place(0, US_REGION) if twin.place == ON_PREMISES else twin.place)
    return {
        "ruling": {"rule": view.scenario.regimes[today.law.regime].name, "honoured": float(today.honoured)},
        "news": {
            f"{sign} news, {channel.replace('_', ' ')}": float(news[c, s])
            for c, channel in enumerate(CHANNELS)
            for s, sign in enumerate(("good", "bad"))
        },
        "heard": {
            channel.replace("_", " "): 1.0 + float(twin.cell.weight_heard[c] * twin.more[c])
            for c, channel in enumerate(CHANNELS)
        },
        "belief": {"belief": float(view.model.mind.belief[cell])},
        "trust": {name.replace("_", " "): float(twin.trust[c]) for c, name in enumerate(CHANNELS)},
        "peers": _peers(view, twin),
        "offers": _offers(view, country),
        "law": {name: float(share) for name, share in zip(INSTRUMENTS, law.tolist(), strict=True)},
        "utility": {
            spoken(at, view.scenario): value for at, value in enumerate(twin.cell.terms.utility) if at
        },
        "risk": {"risk": twin.risk(kind, twin.trust)},
        "plan": {"hazard": twin.cell.hazard, "ready at": twin.ready_at},
        "place": {"place": spoken(twin.place, view.scenario)},
    }


def _peers(view: View, twin: Customer) -> Values:
    peers = twin.peers
    trusted = {
        f"mean trust, {name.replace('_', ' ')}": float(np.mean([float(peer.trust[c]) for peer in peers]))
        for c, name in enumerate(CHANNELS)
    }
    return trusted | {f"peer {k + 1}": spoken(peer.place, view.scenario) for k, peer in enumerate(peers)}


def _offers(view: View, country: int) -> Values:
    offers, out = view.model.offers, dict[str, float | str]()
    for p, provider in enumerate(one.name for one in view.scenario.providers.values()):
        for k, kind in enumerate(US_KINDS):
            out[f"{provider} {kind}"] = float(offers.live[p, country, k])
        out[f"{provider} region of its own"] = float(offers.own_region[p, country])
        out[f"{provider} discount"] = float(offers.discount[p, country])
    return out


@dataclass
class Chain:
    """When each stage first differs between the worlds, and what it is then and at the decision."""

    pair: TracedPair
    number: int
    first: dict[str, tuple[int, Values, Values]] = field(default_factory=dict)
    at_decision: dict[str, tuple[Values, Values]] = field(default_factory=dict)

    def note(self, month: int, views: Views, companies: tuple[Company, Company], decides: bool) -> None:
        """A month: compare every stage."""
        a, b = (
            values_of(view, company, self.number, month)
            for view, company in zip(views, companies, strict=True)
        )
        for stage in STAGES:
            one, other = a[stage.code], b[stage.code]
            if one != other:
                self.first.setdefault(stage.code, (month, one, other))
            if decides:
                self.at_decision[stage.code] = (one, other)

    def table(self) -> pd.DataFrame:
        """One row a stage, in the order of first months.

        Columns: stage, what, unit, first_month, `entry` (the part of the stage that differs most in it),
        `value_a` and `value_b`; `then_entry`, `then_a` and `then_b` are the same at the decision.
        """
        rows = []
        for order, stage in enumerate(STAGES):
            found = self.first.get(stage.code)
            row: dict[str, object] = {
                "stage": stage.code,
                "what": stage.what,
                "unit": stage.unit,
                "order": order,
            }
            row |= {"first_month": pd.NaT, "entry": "", "value_a": None, "value_b": None}
            row |= {"then_entry": "", "then_a": None, "then_b": None}
            if found is not None:
                month, one, other = found
                row["first_month"] = pd.Timestamp(self.pair.scenarios[0].month_start(month))
                row |= _entry("entry", "value", one, other)
                row |= _entry("then_entry", "then", *self.at_decision.get(stage.code, ({}, {})))
            rows.append(row)
        table = pd.DataFrame(rows).sort_values(
            ["first_month", "order"], na_position="last", ignore_index=True
        )
        return table.drop(columns="order")


def _entry(name: str, values: str, a: Values, b: Values) -> dict[str, object]:
    """The entry that differs most under the names of the table's columns; nothing where none does."""
    entry = most_different(a, b)
    return {name: entry, f"{values}_a": a[entry], f"{values}_b": b[entry]} if entry else {}


def most_different(a: Values, b: Values) -> str:
    """The entry in which two worlds differ most; text before numbers; "" if none does."""

    def gap(entry: str) -> float:
        one, other = a[entry], b[entry]
        if isinstance(one, str) or isinstance(other, str):
            return float("inf") if one != other else 0.0
        return 0.0 if one == other else abs(other - one)

    entry = max(a, key=gap, default="")
    return entry if entry and gap(entry) > 0.0 else ""

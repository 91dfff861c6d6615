"""One customer in both worlds: where their paths part, the chain that leads there, and the decision."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.drivers.trace.decision import GROUPS, NOT_DUE, Met, decided, split_decision
from sim.analysis.drivers.trace.movers import BEFORE, NEVER, Paths, decisions_of, paths_of
from sim.analysis.drivers.trace.pair import TracedPair, TwinDiffers, Views, weights_of
from sim.analysis.drivers.trace.stages import Chain
from sim.analysis.drivers.trace.terms_table import place_name, terms_table
from sim.scenario.problems import InputError


@dataclass(frozen=True)
class CustomerTrace:
    """One customer in both worlds.

    `who` describes it; `path` has a row for each month (place, trust in both worlds); `chain` a row for each
    stage (see `Chain.table`); `first_month` is the first in which its places differ (None: never); `decision`
    has a row for each world and place (see `terms_table`), of that month; `due` says why it decided, by
    world; `split` how much each group of causes has of the difference (adds up to 1).
    """

    pair: TracedPair
    number: int
    who: dict[str, object]
    path: pd.DataFrame
    chain: pd.DataFrame
    first_month: pd.Timestamp | None
    due: tuple[str, str]
    decision: pd.DataFrame
    split: pd.Series

    @property
    def name(self) -> str:
        """What a folder of this trace is called."""
        return f"customer-{self.number}"

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is written to disk."""
        split = self.split.rename_axis("group").reset_index(name="share")
        return {"path": self.path, "chain": self.chain, "decision": self.decision, "split": split}


def trace_customer(pair: TracedPair, number: int) -> CustomerTrace:
    """Trace one customer, by its number. Raises InputError for a number that there is not, TwinDiffers."""
    count = int(pair.build()[1][0].model.population.cells.start[-1])
    if not 0 <= number < count:
        raise InputError(f"customer {number}: valid: 0 to {count - 1}")
    who: dict[str, object] = {}
    trust = np.empty((2, pair.scenarios[0].months + 1))

    def watch(month: int, views: Views) -> None:
        if month == BEFORE:
            who.update(who_is(views, pair, number))
        for w, view in enumerate(views):
            trust[w, month + 1] = view.trust[number, 0]

    paths = paths_of(pair, lambda views: np.array([number]), [watch])
    first = int(paths.first[0])
    chain = Chain(pair, number)
    at = first if first >= 0 else pair.scenarios[0].months - 1
    met = decisions_of(
        pair, {number: at}, [lambda month, views, both: chain.note(month, views, both, month == at)]
    )[number]
    split = certified_split(met, paths, number) if first >= 0 else dict.fromkeys(GROUPS, 0.0)
    decision = pd.concat(
        [terms_table(one).assign(world=name) for one, name in zip(met, pair.names, strict=True)],
        ignore_index=True,
    )
    return CustomerTrace(
        pair=pair,
        number=number,
        who=who,
        path=path_table(pair, paths, trust),
        chain=chain.table(),
        first_month=month_of(pair, first),
        due=(met[0].due, met[1].due) if first >= 0 else (NOT_DUE, NOT_DUE),
        decision=with_choice(decision, pair, paths, first) if first >= 0 else decision.iloc[:0],
        split=pd.Series(split),
    )


def month_of(pair: TracedPair, month: int) -> pd.Timestamp | None:
    """A month number as a date; None for a difference that never comes."""
    return None if month == NEVER else pd.Timestamp(pair.scenarios[0].month_start(max(month, 0)))


def certified_split(met: tuple[Met, Met], paths: Paths, number: int) -> dict[str, float]:
    """The split of a decision, once both worlds' decisions, made again, are those that were taken."""
    a, b = met
    at = int(np.flatnonzero(paths.customers == number)[0])
    taken = paths.place[:, a.month + 1, at].tolist()
    again = [decided(a, b, frozenset()), decided(a, b, frozenset(GROUPS))]
    if again != taken:
        raise TwinDiffers(f"month {a.month}: customer {number} decided {taken}, made again {again}")
    return split_decision(a, b)


def with_choice(decision: pd.DataFrame, pair: TracedPair, paths: Paths, first: int) -> pd.DataFrame:
    """The decision's table, with which place was taken."""
    taken = dict(zip(pair.names, paths.place[:, first + 1, 0].tolist(), strict=True))
    front = ["world", "place", "kind", "provider", "here", "open"]
    chosen = decision["place"] == decision["world"].map(taken)
    rest = [name for name in decision if name not in front]
    return decision[front].assign(chosen=chosen).join(decision[rest])


def path_table(pair: TracedPair, paths: Paths, trust: np.ndarray) -> pd.DataFrame:
    """Month by month: where the customer is in each world, and its trust in US law enforcement."""
    scenario = pair.scenarios[0]
    out = {"month": [pd.Timestamp(scenario.month_start(m)) for m in range(scenario.months)]}
    columns: dict[str, object] = dict(out)
    for w, side in enumerate("ab"):
        names = [place_name(int(place), scenario) for place in paths.place[w, 1:, 0]]
        columns |= {
            f"kind_{side}": [kind for kind, _ in names],
            f"provider_{side}": [provider for _, provider in names],
            f"trust_{side}": trust[w, 1:],
        }
    return pd.DataFrame(columns)


def who_is(views: Views, pair: TracedPair, number: int) -> dict[str, object]:
    """A customer's attributes, which are the same in both worlds."""
    x, scenario = views[0].model.population, pair.scenarios[0]
    cell = int(x.cell[number])
    country, segment = int(x.cells.jurisdiction[cell]), int(x.cells.segment[cell])
    accounts, tb, usd, customers = weights_of(views)[number].tolist()
    return {
        "customer": number,
        "country": pair.countries[country],
        "segment": list(scenario.segments)[segment],
        "accounts": accounts,
        "tb": tb,
        "usd_month": usd,
        "customers": customers,
        "sensitivity": float(x.sensitivity[number]),
        "susceptibility": float(x.susceptibility[number]),
        "threshold": float(x.threshold[number]),
        "home_taste": float(x.home_taste[number]),
        "contract_months": int(x.term[number]),
        "renewal_phase": int(x.renewal[number]),
        "peers": x.peers[number].tolist(),
    }

"""Which lever pays and which does not, in words that follow from the tables of the frontier."""

from collections.abc import Iterable, Iterator

import pandas as pd

from sim.analysis.drivers.frontier import (
    COSTS,
    EVIDENCE,
    FEWEST,
    GOOD,
    KEYS,
    NO_EFFECT,
    NO_LEVER,
    NOTHING,
    ONE_PAIR,
    PAYS,
    TOO_FEW,
    TRADES,
    TRUST,
    UNJUDGED,
    name_of,
)
from sim.analysis.drivers.lever_words import candidate_words
from sim.scenario.levers import NONE

_UNITS = {
    TRUST: "{} points (of 100) of trust abroad",
    "revenue": "USD {} bn of revenue abroad",
    EVIDENCE: "{} percentage points of US requests about people abroad that yield content",
    "conflicts": "{} {more} conflicts of law a year",
}
"""An amount in words, of which a sentence says itself whether it is bought or paid."""
_DECIMALS = {"conflicts": 0, "revenue": 1}
_COUNTED = {
    PAYS: ("pays", "pay"),
    TRADES: ("trades", "trade"),
    COSTS: ("costs", "cost"),
    NOTHING: ("changes nothing that counts", "change nothing that counts"),
    NO_EFFECT: ("changes nothing", "change nothing"),
    TOO_FEW: ("has too few draws or pairs to judge", "have too few draws or pairs to judge"),
    ONE_PAIR: ("has one pair and no interval", "have one pair and no interval"),
}


def answer(frontier: pd.DataFrame, levers: pd.DataFrame, rules: Iterable[str]) -> list[str]:
    """A sentence or more for each of these rules, then one on the frontier."""
    out = []
    for rule in rules:
        mine = levers[(levers["rule"] == rule) & (levers["verdict"] != NO_LEVER)]
        if len(mine):
            out.append(f"Under '{mine['rule_name'].iloc[0]}': {' '.join(_of_rule(frontier, mine))}")
    return [*out, _on_the_frontier(frontier, levers)] if out else out


def rules_with_levers(frontier: pd.DataFrame, compare: Iterable[str] | None) -> list[str]:
    """The rules to speak of: at most two under which levers are pulled, the compared worlds first."""
    pulled = list(dict.fromkeys(frontier.loc[frontier["levers"] != NONE, "rule"]))
    asked = [world for world in compare or () if world in pulled]
    return list(dict.fromkeys([*asked, *pulled]))[:2]


def _of_rule(frontier: pd.DataFrame, mine: pd.DataFrame) -> Iterator[str]:
    """What pays most surely, and what does not pay."""
    ranked = mine.sort_values("rank", kind="stable")
    if ranked["verdict"].isin(UNJUDGED).any():
        yield f"A verdict needs {FEWEST} draws of the fit, or {FEWEST} pairs where there are none."
    if not ranked["verdict"].isin((PAYS, TRADES, COSTS)).any() and ranked["verdict"].isin(UNJUDGED).any():
        yield _counts(ranked)
        return
    pays, costs = (ranked[ranked["verdict"] == verdict] for verdict in (PAYS, COSTS))
    if len(pays):
        best = pays.iloc[0]
        yield (
            f"{_levers(best)} pays: it buys {_amounts(frontier, best, best['buys'])}, and surely costs "
            "nothing that counts."
        )
    else:
        yield "No lever surely buys something that counts without costing something else."
    trades = ranked[ranked["verdict"] == TRADES]
    worst = costs.iloc[-1] if len(costs) else trades.iloc[-1] if len(trades) else None
    if worst is None:
        yield "No lever surely costs anything that counts."
    elif len(costs):
        yield (
            f"{_levers(worst)} does not pay: it surely buys nothing that counts and costs "
            f"{_amounts(frontier, worst, worst['costs'])}."
        )
    else:
        yield (
            f"None costs without buying; {_levers(worst)} buys least for its costs: "
            f"{_amounts(frontier, worst, worst['costs'])}, for {_amounts(frontier, worst, worst['buys'])}."
        )
    yield _counts(ranked)


def _counts(ranked: pd.DataFrame) -> str:
    counts = ranked["verdict"].value_counts()
    words = ", ".join(f"{n} {_COUNTED[str(verdict)][n > 1]}" for verdict, n in counts.items())
    return f"Of {len(ranked)} levers and combinations: {words}."


def _levers(row: "pd.Series[str]") -> str:
    return candidate_words(str(row["levers"]), str(row["terms"]), quoted=True)


def _amounts(frontier: pd.DataFrame, row: "pd.Series[str]", codes: str) -> str:
    """The sizes of what was bought or paid, whose sign is sure, with their intervals."""
    mine = frontier[(frontier[KEYS] == row[KEYS]).all(axis=1)].set_index("headline")
    words = []
    for code in str(codes).split("|"):
        places = _DECIMALS.get(code, 2)
        middle, *ends = (float(mine.loc[code, n]) for n in ("bought", "bought_low", "bought_high"))
        low, high = sorted(map(abs, ends))
        size = _UNITS[code].format(f"{abs(middle):,.{places}f}", more="more" if middle > 0 else "fewer")
        words.append(f"{size} ({low:,.{places}f} to {high:,.{places}f})")
    return " and ".join(words)


def _on_the_frontier(frontier: pd.DataFrame, levers: pd.DataFrame) -> str:
    """Who lies on the frontier, from most trust to most evidence, and how far it reaches."""
    on = levers[levers["on_frontier"].astype(bool)]
    at = frontier[frontier["headline"] == TRUST].set_index(["rule", "levers", "terms"])["difference"]
    order = sorted(on.itertuples(), key=lambda one: -float(at[one.rule, one.levers, one.terms]))
    names = [name_of(one.rule_name, one.levers, one.terms) for one in order]
    ends = 3  # named at either end
    listed = "; ".join(names)
    if len(names) > 2 * ends + 1:
        between = f"{len(names) - 2 * ends} between"
        listed = "; ".join([*names[:ends], between, *names[-ends:]])
    return (
        f"On the frontier lie {len(names)} of {len(levers)}, from most trust to most evidence: "
        f"{listed}. All others have less of both than some other rule or lever."
    )


assert set(_UNITS) == set(GOOD)

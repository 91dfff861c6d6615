"""Why the worlds differ, headline by headline, in terms that can be followed in the tables."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np

from sim.analysis.headlines import (
    Columns,
    in_the_cloud,
    in_the_last_months,
    share_of_sovereign_offers,
    share_of_spending,
)
from sim.scenario.canonical import surviving_events
from sim.scenario.scenario import Scenario
from sim.vocabulary import INSTRUMENTS

Pairs = Sequence[tuple[Columns, Columns]]

LEAK = "T01"  # the event: the leak of June 2013
LEAST_COST = 0.02  # of trust: less than this is no leak
_PLACES = {
    "us_region": "US regions of US providers",
    "local_region": "local regions of US providers",
    "trustee": "trustees",
    "customer_keys": "customer-held keys",
    "us_subsidiary": "US-owned subsidiaries",
    "home_grown": "home-grown providers",
}


def reasons(
    pairs: Pairs, first: int, labels: tuple[str, str], switched: bool, leak: int | None
) -> dict[str, str]:
    """A sentence or two for each headline, from the means over pairs: shares are taken in each pair first, as
    in the headlines.

    `first` is the first month that may differ; `switched` whether a ruling makes them differ; `leak` is that
    of `leak_month`.
    """
    month = {"month": pairs[0][0]["month"]}
    a, b = (
        month | {name: _mean_over_pairs(pairs, side, name) for name in pairs[0][side] if name != "month"}
        for side in (0, 1)
    )
    first = min(first, len(a["trust"]) - 1)
    trust = _trust(a, b, first, labels, switched)
    places = _places(pairs, labels)
    return {
        "trust": f"{trust} {_against_the_leak('trust', a, b, first, leak)}".strip(),
        "trust_intelligence": "The rule says nothing about intelligence: what differs comes of what people "
        f"and providers do. {_against_the_leak('trust_intelligence', a, b, first, leak)}".strip(),
        "revenue": _revenue(pairs, first, labels),
        "data_at_home": places,
        "us_reach": f"{_reach(pairs, labels)} {places}",
        "laws": _laws(a, b, labels),
        "us_reach_by_behaviour": f"One rule for both worlds: only where customers put data differs. {places}",
        "us_success_abroad": _routes(a, b, first, labels),
        "us_success_at_home": _at_home(a, b, labels),
        "foreign_success": _foreign(a, b, first, labels),
        "americans_reached": _claims(a, b, first, labels),
        "americans_exposure": _claims(a, b, first, labels),
        "conflicts": "Only a rule that reaches abroad can collide with the host's law: "
        f"{_yearly(a, 'conflicts_of_law', first):,.0f} orders a year ({labels[0]}) and "
        f"{_yearly(b, 'conflicts_of_law', first):,.0f} ({labels[1]}).",
    }


def _mean_over_pairs(pairs: Pairs, side: int, name: str) -> np.ndarray:
    mean: np.ndarray = np.mean([pair[side][name].astype(float) for pair in pairs], axis=0)
    return mean


def _yearly(t: Columns, name: str, first: int) -> float:
    return 12.0 * float(np.mean(t[name][first:]))


def _in_both(pairs: Pairs, read: Callable[[Columns], float]) -> tuple[float, float]:
    """Means over the pairs of what is read off each run: in the first world and in the second."""
    first, second = (float(np.mean([read(pair[side]) for pair in pairs])) for side in (0, 1))
    return first, second


def _in_the_end(t: Columns, column: str) -> float:
    """Percent of foreign customers' cloud data in the last month."""
    return 100.0 * float(t[column][-1] / in_the_cloud(t)[-1])


def _reach(pairs: Pairs, labels: tuple[str, str]) -> str:
    share = _in_both(pairs, lambda t: _in_the_end(t, "tb_us_reach"))
    return (
        f"At the end a US order reaches {share[0]:.0f}% of foreign customers' cloud data by law "
        f"({labels[0]}) and {share[1]:.0f}% ({labels[1]})."
    )


def _change(x: float) -> str:
    """A change to one decimal, with a true minus sign; one of nought has no sign."""
    return f"{x:+.1f}".replace("-", "\N{MINUS SIGN}") if round(x, 1) else "0.0"


def _trust(a: Columns, b: Columns, first: int, labels: tuple[str, str], switched: bool) -> str:
    at, end = 100.0 * (b["trust"][first] - a["trust"][first]), 100.0 * (b["trust"][-1] - a["trust"][-1])
    met = f"The ruling met a belief of {a['belief'][max(first - 1, 0)]:.2f} that warrants reach abroad. "
    return (
        f"{met if switched else ''}In the first month the news made a difference of {_change(at)} points in "
        f"trust. At the end the difference is {_change(end)} points (slow memory, peers, later "
        f"incidents). Belief ends at {a['belief'][-1]:.2f} "
        f"({labels[0]}) and {b['belief'][-1]:.2f} ({labels[1]})."
    )


def leak_month(scenario: Scenario) -> int | None:
    """Number of the first month whose trust the leak of June 2013 moves; None where there is no leak."""
    return next(
        (scenario.month_after(event.date) for event in surviving_events(scenario) if event.id == LEAK), None
    )


def _against_the_leak(column: str, a: Columns, b: Columns, first: int, leak: int | None) -> str:
    """The first months' difference beside the leak's first months, in words; nothing without a leak."""
    found = beside_the_leak(column, a, b, first, leak)
    if np.isnan(found.share):
        return ""
    months = "month" if found.months == 1 else f"{found.months} months"
    return (
        f"In its first {months} the difference is {_change(100.0 * found.change)} points on average. The "
        f"leak of June 2013 cost {100.0 * found.cost:.1f} points on average in its own first {months}."
    )


class BesideTheLeak(NamedTuple):
    """A kind of trust (0 to 1) over the first `months` of the leak, and as many of the difference: means."""

    months: int
    cost: float
    change: float

    @property
    def share(self) -> float:
        """The difference as a share of what the leak cost; NaN without a leak."""
        return self.change / self.cost if self.months and self.cost >= LEAST_COST else float("nan")


def beside_the_leak(column: str, a: Columns, b: Columns, first: int, leak: int | None) -> BesideTheLeak:
    """Compare the difference from the month `first` on with what the leak cost, over equally many months.

    `leak` is its first month (`leak_month`). Its months end before `first`; its cost is against the first
    month of all.
    """
    months = 0 if leak is None else min(first - leak, len(a[column]) - first)
    if leak is None or leak <= 0 or months <= 0:
        return BesideTheLeak(0, float("nan"), float("nan"))
    cost = float(a[column][0] - np.mean(a[column][leak : leak + months]))
    change = float(np.mean((b[column] - a[column])[first : first + months]))
    return BesideTheLeak(months, cost, change)


def _revenue(pairs: Pairs, first: int, labels: tuple[str, str]) -> str:
    share = _in_both(pairs, lambda t: share_of_spending(t, first))
    sovereign = _in_both(pairs, lambda t: share_of_sovereign_offers(t, first))
    adoption = _in_both(pairs, lambda t: 100.0 * float(t["adoption"][-1]))
    when = in_the_last_months(len(pairs[0][0]["month"]), first)
    return (
        f"{when[:1].upper()}{when[1:]} US providers take {share[0]:.1f}% of spending abroad ({labels[0]}) "
        f"and {share[1]:.1f}% ({labels[1]}); sovereign offers and keys of the customers' own are "
        f"{sovereign[0]:.1f}% and {sovereign[1]:.1f}% of what they earn; adoption ends at {adoption[0]:.1f}% "
        f"and {adoption[1]:.1f}% of customers."
    )


def _largest(change: Mapping[str, float]) -> str:
    """The three largest changes that one decimal shows; nothing where there is none."""
    most = sorted(change, key=lambda name: -abs(change[name]))[:3]
    return ", ".join(f"{name} {_change(change[name])}" for name in most if round(change[name], 1))


def _places(pairs: Pairs, labels: tuple[str, str]) -> str:
    change = dict[str, float]()
    for place, words in _PLACES.items():
        a, b = _in_both(pairs, partial(_in_the_end, column=f"tb_{place}"))
        change[words] = b - a
    changes = _largest(change)
    if not changes:
        return "At the end the same share of cloud data lies in every kind of place, to a tenth of a point."
    return (
        f"Largest differences in the share of cloud data at the end, {labels[1]} minus {labels[0]}, in "
        f"percentage points: {changes}."
    )


def _laws(a: Columns, b: Columns, labels: tuple[str, str]) -> str:
    changes = _largest(
        {
            instrument.replace("_", " "): float(b[f"laws_{instrument}"][-1] - a[f"laws_{instrument}"][-1])
            for instrument in INSTRUMENTS
            if instrument != "protest"
        }
    )
    if not changes:
        return "At the end as many countries have each instrument in both worlds, to a tenth of a country."
    return (
        f"Largest differences in the number of countries that have an instrument at the end, {labels[1]} "
        f"minus {labels[0]}: {changes}. The table of laws gives each government's reason."
    )


def _routes(a: Columns, b: Columns, first: int, labels: tuple[str, str]) -> str:
    months = [float(np.nanmean(t["us_foreign_months"][first:])) for t in (a, b)]
    waiting = [float(t["mla_backlog_outgoing"][-1]) for t in (a, b)]
    lost = [_yearly(t, "us_unreachable", first) for t in (a, b)]
    return (
        f"The mean time to evidence, averaged over the months, is {months[0]:.1f} months ({labels[0]}) and "
        f"{months[1]:.1f} ({labels[1]}). At the end {waiting[0]:,.0f} and {waiting[1]:,.0f} US requests wait "
        f"abroad. Nothing comes of {lost[0]:,.0f} and {lost[1]:,.0f} of all US requests a year, those about "
        "people in the US included: no route leads to the data, or nobody writes a letter for it."
    )


def _foreign(a: Columns, b: Columns, first: int, labels: tuple[str, str]) -> str:
    months = [float(np.nanmean(t["foreign_us_months"][first:])) for t in (a, b)]
    claims = [float(t["laws_extraterritorial_claim"][-1]) for t in (a, b)]
    return (
        "The mean time to evidence of foreign police, averaged over the months, is "
        f"{months[0]:.1f} months ({labels[0]}) and {months[1]:.1f} ({labels[1]}). "
        "Where the US rule and the US bar on disclosure stop at the border, they can order data on their own "
        "soil; what no US warrant reaches, the US cannot get for them. "
        f"{claims[0]:.1f} and {claims[1]:.1f} countries claim reach abroad themselves."
    )


def _at_home(a: Columns, b: Columns, labels: tuple[str, str]) -> str:
    return (
        "Most are domestic warrants. Where an order stops at the border they lose what providers keep in no "
        "fixed place, if no copy is in the US when the warrant comes. Evaders follow the rule that they "
        "believe in: they leave US providers where an order reaches whatever those hold, and choose a region "
        "abroad where it stops at the border. Belief ends at "
        f"{a['belief'][-1]:.2f} ({labels[0]}) and {b['belief'][-1]:.2f} ({labels[1]})."
    )


def _claims(a: Columns, b: Columns, first: int, labels: tuple[str, str]) -> str:
    claims = [float(t["laws_extraterritorial_claim"][-1]) for t in (a, b)]
    refused = [_yearly(t, "foreign_orders_refused", first) for t in (a, b)]
    return (
        f"{claims[0]:.1f} ({labels[0]}) and {claims[1]:.1f} ({labels[1]}) countries have a claim in force at "
        f"the end. US providers refuse {refused[0]:,.0f} and {refused[1]:,.0f} of their orders a year, since "
        "US law forbids to obey. Police also order their own country's providers, which have American "
        "customers."
    )

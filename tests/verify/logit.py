"""Which place customers choose, against the nested logit (McFadden 1978)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from sim.model.arithmetic import exp
from sim.model.kernels.choice import (
    draw_luck,
    nest_roots,
    race,
    roots_of,
    roots_of_utilities,
    tastes,
    weights_of,
)
from sim.model.kernels.customer_arrays import Now
from sim.model.kernels.decisions import empty_cases, empty_weights
from sim.model.places import FIRST_US, OFFERS, ON_PREMISES
from tests.model.called import called
from tests.verify.comparison import INTERVAL, Check, Comparison, Curve, Panel, worst_standard_error

PROVIDERS = 4
NESTS, PLACES = FIRST_US + PROVIDERS, FIRST_US + OFFERS * PROVIDERS
KIND = np.array(
    [0, 6, *(1 + k for _ in range(PROVIDERS) for k in range(OFFERS))]
)  # kind of each place, as in the risks
OPEN = np.zeros(PLACES, np.float32)


@dataclass(frozen=True)
class Decision:
    """Weights of one decision: of places in their nest; of nests as roots, to the power `nest_scale`."""

    leaf: np.ndarray
    roots: np.ndarray
    nest_scale: float

    @property
    def nest(self) -> np.ndarray:
        out = np.empty(NESTS)
        weights_of(self.roots, self.nest_scale, out)
        return out

    @property
    def places(self) -> np.ndarray:
        """Weights of places: of their nest, shared out within it."""
        out, nest = np.zeros(PLACES), self.nest
        out[:FIRST_US] = nest[:FIRST_US]
        for p in range(PROVIDERS):
            at = slice(FIRST_US + OFFERS * p, FIRST_US + OFFERS * (p + 1))
            if self.leaf[at].sum() > 0.0:
                out[at] = nest[FIRST_US + p] * self.leaf[at] / self.leaf[at].sum()
        return out


def weights(
    utility: np.ndarray,
    risk: np.ndarray | None = None,
    banned: np.ndarray = OPEN,
    order: float = 0.5,
    on_premises: float = -1.0,
    nest_scale: float = 0.6,
    here: int = ON_PREMISES,
    expelled: bool = False,
    switch_cost: float = 0.0,
    within_cost: float = 0.0,
    protect_cost: float | None = None,
    bonus: np.ndarray | None = None,
) -> Decision:
    """A decision in the words of utilities and costs, put to the kernel as the roots that it works with."""
    found, case = called(empty_weights)(1, PLACES), called(empty_cases)(1)
    found.leaf[:] = 0.0  # the kernel fills the places of nests of several only
    found.kind[0] = np.zeros(7) if risk is None else risk
    called(roots_of)(found.kind[0], nest_scale)
    appeal = np.empty((1, 1, PLACES))
    roots_of_utilities(utility, nest_scale, appeal.reshape(-1))
    found.nest[0] = [exp(b / nest_scale) for b in (np.zeros(NESTS) if bonus is None else bonus)]
    case.world[0], case.cell[0], case.here[0], case.expelled[0], case.order[0] = 0, 0, here, expelled, order
    protect_cost = within_cost if protect_cost is None else protect_cost
    case.on_premises[0], case.leave[0], case.within[0], case.protect[0] = (
        exp(u / nest_scale) for u in (on_premises, -switch_cost, -within_cost, -protect_cost)
    )
    called(nest_roots)(1, case, appeal, banned[None, None], found)
    return Decision(found.leaf[0], found.nest[0], nest_scale)


@njit
def _choose(seed: int, customers: int, month: int, nest_scale: float, leaf: Any, nest: Any, out: Any) -> None:
    """The place that each of many customers picks by the kernel's own draws.

    `leaf`: (1, O); `nest`: (1, 2 + P).
    """
    nests = nest.shape[1]
    counters, luck, clocks, slowed = (
        np.empty((2, 3), np.uint32),
        np.empty((1, 12)),
        np.empty((1, 12)),
        np.empty((1, 12)),
    )
    for i in range(customers):
        draw_luck(Now(seed, month), np.array([i]), counters, luck)
        tastes(luck[0], nest_scale, clocks[0], slowed[0])
        n = race(0, nest, 0, nests, 0, slowed, 0)
        if n < FIRST_US:
            out[i] = n
        else:
            first = FIRST_US + (n - FIRST_US) * OFFERS
            out[i] = first + race(0, leaf, first, OFFERS, 0, clocks, nests)


def chosen(decision: Decision, customers: int = 200_000, seed: int = 3, month: int = 40) -> np.ndarray:
    out = np.empty(customers, np.int64)
    _choose(seed, customers, month, decision.nest_scale, decision.leaf[None], decision.roots[None], out)
    return out


def closed_form(
    value: np.ndarray, on_premises: float, nest_scale: float, available: np.ndarray
) -> np.ndarray:
    """McFadden (1978): P(place) = P(nest) P(place | nest); `value` (O,) is net of risk and costs."""
    nests = [
        np.array([0]),
        np.array([1]),
        *(np.arange(FIRST_US + OFFERS * p, FIRST_US + OFFERS * (p + 1)) for p in range(PROVIDERS)),
    ]
    value = value.copy()
    value[0] = on_premises
    inclusive, inside = np.full(len(nests), -np.inf), np.zeros(PLACES)
    for n, members in enumerate(nests):
        scale = nest_scale if n >= FIRST_US else 1.0
        terms = np.where(available[members], np.exp(value[members] / scale), 0.0)
        if terms.sum() > 0.0:
            inclusive[n] = scale * np.log(terms.sum())
            inside[members] = terms / terms.sum()
    of_nest = np.exp(inclusive - inclusive[np.isfinite(inclusive)].max())
    of_nest /= of_nest.sum()
    return np.concatenate([of_nest[n] * inside[members] for n, members in enumerate(nests)])


# --- shares over the utility of one offer -----------------------------------------------------------

CHOOSERS = 200_000
UTILITIES = np.linspace(-3.0, 4.0, 15)
SCALES = (1.0, 0.3)
GROUPS = {
    "the offer itself": slice(FIRST_US, FIRST_US + 1),
    "its provider's other offers": slice(FIRST_US + 1, FIRST_US + OFFERS),
    "other US providers": slice(FIRST_US + OFFERS, PLACES),
    "on premises": slice(0, 1),
}


def shares(nest_scale: float) -> tuple[Panel, Check]:
    """Shares of places while one offer of the first provider becomes better."""
    fine = np.linspace(UTILITIES[0], UTILITIES[-1], 141)

    def theory_at(utility: float) -> np.ndarray:
        value = np.zeros(PLACES)
        value[FIRST_US] = utility
        everything = np.ones(PLACES, np.bool_)
        return closed_form(value, -1.0, nest_scale, everything)

    line = np.array([theory_at(u) for u in fine])
    theory = np.array([theory_at(u) for u in UTILITIES])
    model = np.empty_like(theory)
    for k, u in enumerate(UTILITIES):
        utility = np.zeros(PLACES)
        utility[FIRST_US] = u
        decision = weights(utility, nest_scale=nest_scale)
        model[k] = np.bincount(chosen(decision, CHOOSERS, month=k), minlength=PLACES) / CHOOSERS
    error = np.sqrt(theory * (1.0 - theory) / CHOOSERS)
    curves = []
    for name, places in GROUPS.items():
        share = theory[:, places].sum(axis=1)
        of_share = np.sqrt(share * (1.0 - share) / CHOOSERS)
        drawn = model[:, places].sum(axis=1)
        curves.append(
            Curve(name, (fine, line[:, places].sum(axis=1)), (UTILITIES, drawn), INTERVAL * of_share)
        )
    name = "a plain logit" if nest_scale == 1.0 else f"nests with dissimilarity {nest_scale:g}"
    panel = Panel(name.capitalize(), "utility of one offer of one provider", "share of customers", curves)
    return panel, worst_standard_error(f"every place, {name}", model, theory, error)


def comparison() -> Comparison:
    """A plain logit and a nested one."""
    found = [shares(scale) for scale in SCALES]
    return Comparison(
        "logit",
        "Which place customers choose",
        "The nested logit (McFadden 1978): the chance of a place is that of its nest times that of the place "
        "within it. With a dissimilarity of 1 it is a plain logit, in which all others lose in proportion; "
        "with less, the offer takes more from its own provider.",
        f"{CHOOSERS:,} customers race the kernel's exponential clocks at each utility.",
        [panel for panel, _ in found],
        [check for _, check in found],
    )

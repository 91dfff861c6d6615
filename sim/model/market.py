"""The market's slow variables in one world: volume, price, what experience teaches, how attractive each provider is."""

import numpy as np

from sim.model.arithmetic import exp, log, total
from sim.model.kernels import market as kernel
from sim.model.news import reach_by_jurisdiction
from sim.model.places import FIRST_US, HOME_GROWN, OFFERS, ON_PREMISES, Offers
from sim.model.population import UNITS, Cells
from sim.scenario.scenario import Scenario
from sim.words import KINDS

CONSUMER = 0
_TINY = 1e-12


def dated(table: dict[str, float], scenario: Scenario, month: int) -> float:
    """Value of a dated table (keys YYYY or YYYY-MM) that holds in a month: the latest at or before it, else the first."""
    now = scenario.month_start(month)
    value = next(iter(table.values()))
    for key, candidate in table.items():
        year, _, of_year = key.partition("-")
        if (int(year), int(of_year or 1)) <= (now.year, now.month):
            value = candidate
    return value


def provider_shares(scenario: Scenario, month: int) -> np.ndarray:
    """Shares of the US providers among themselves: (P,), log-linear between the dated anchors of `world_share`."""
    now = scenario.month_start(month)
    at = now.year * 12 + now.month - 1
    out = []
    for provider in scenario.providers.values():
        anchors = [(int(key[:4]) * 12 + int(key[5:7]) - 1, share) for key, share in provider.world_share.items()]
        before = [a for a in anchors if a[0] <= at] or anchors[:1]
        after = [a for a in anchors if a[0] > at] or anchors[-1:]
        (t0, s0), (t1, s1) = before[-1], after[0]
        f = min(max((at - t0) / (t1 - t0), 0.0), 1.0) if t1 > t0 else 0.0
        out.append(exp((1.0 - f) * log(s0) + f * log(s1)))
    shares = np.array(out)
    normalised: np.ndarray = shares / total(shares)
    return normalised


class Market:
    """Volume, price, experience and appeal, cell by cell.

    volume, price, data: indices, 1 in the first month: what a cloud customer uses, its list price, what anybody stores;
    growth (J,): how a country departs from the world's volume and data;
    home_usage (J,): what a customer of a home-grown provider uses, against one of a US provider;
    home: (C,) appeal of the home-grown provider; us: (C, P) of the US providers; offer: (S, 5) of the kinds of place.
    """

    def __init__(self, scenario: Scenario, cells: Cells) -> None:
        self._scenario, self._cells = scenario, cells
        p, jurisdictions = scenario.parameters, list(scenario.jurisdictions.values())
        self.price_sensitivity = np.array(p.market.price_sensitivity.values)
        self.sensitivity = np.array(p.choice.sensitivity.values)[cells.segment]
        self.volume, self.price, self.data = 1.0, 1.0, 1.0
        world_growth = total(np.array([j.gdp_2019 for j in jurisdictions])) / total(np.array([j.gdp_2013 for j in jurisdictions]))
        self._drift = np.array([exp(log(j.gdp_2019 / j.gdp_2013 / world_growth) / 72.0) for j in jurisdictions])
        self.growth = np.ones(len(jurisdictions))
        lag = reach_by_jurisdiction(p.market.home_lag, scenario)
        self._log_lag = np.array([log(1.0 - x) / 12.0 if x > 0.0 else 0.0 for x in lag])
        self.home_usage = np.ones(len(jurisdictions))
        self._blocs = np.unique([j.bloc for j in jurisdictions], return_inverse=True)[1]
        self._learning = -log(1.0 - p.market.learning_rate)
        self.us_experience, self.home_experience = 0.0, np.zeros(len(jurisdictions))
        self._us_start, self._home_start = 0.0, np.ones(len(jurisdictions))
        self.offer = self._offer_terms()
        shape = (len(cells), len(scenario.providers))
        self._home_anchor, self._us_anchor = np.zeros(len(cells)), np.zeros(shape)
        self.home, self.us = self._home_anchor.copy(), self._us_anchor.copy()
        self.shares = np.zeros(shape)

    def _offer_terms(self) -> np.ndarray:
        """Appeal of the five kinds, by segment: local hosting, less what sovereign offers lack and cost more: (S, 5)."""
        choice = self._scenario.parameters.choice
        local = np.array(choice.local_preference.values)
        terms = np.zeros((len(local), OFFERS))
        terms[:, 1] = local
        for k, gap, premium in (
            (2, choice.trustee_gap, choice.trustee_premium),
            (3, choice.keys_gap, choice.keys_premium),
            (4, choice.subsidiary_gap, choice.subsidiary_premium),
        ):
            terms[:, k] = local - gap - self.price_sensitivity * log(1.0 + premium)
        return terms

    def anchor(self, trust: np.ndarray, exposure: np.ndarray, banned: np.ndarray) -> None:
        """Set the providers' appeal so that the average customer's shares of 2013 are those of the record.

        The inversion of Berry (1994): mean utility = log share - what risk and offers already explain. `trust` (C, 2),
        `exposure` (C, 3, 7), `banned` (C, O) of the first month.
        """
        cells, scenario = self._cells, self._scenario
        risk = np.empty((len(cells), len(KINDS)))
        kernel.mean_risks(self.sensitivity, trust, exposure, risk)
        nest_scale = scenario.parameters.choice.nest_scale
        home_share = np.array([j.home_grown_share_2013 for j in scenario.jurisdictions.values()])[cells.jurisdiction]
        consumer = np.array([p.consumer_share for p in scenario.providers.values()])
        consumer = consumer / total(consumer)
        business = provider_shares(scenario, 0)
        for c in range(len(cells)):
            self._home_anchor[c] = log(max(home_share[c], _TINY)) + risk[c, -1]
            terms = np.zeros(banned.shape[1])
            for p in range(len(business)):
                first = FIRST_US + p * OFFERS
                terms[first : first + OFFERS] = self.offer[cells.segment[c]]
                share = (1.0 - home_share[c]) * (consumer[p] if cells.segment[c] == CONSUMER else business[p])
                open_share = 1.0 - banned[c, first : first + OFFERS].astype(np.float64)
                self._us_anchor[c, p] = log(max(share, _TINY)) - kernel.inclusive_value(terms, risk[c], open_share, first, nest_scale)
                self.shares[c, p] = share
        self._first_business = business

    def open_month(self, month: int) -> None:
        """Volume grows, prices fall, and the US providers' shares among themselves move as recorded."""
        market = self._scenario.parameters.market
        if month > 0:
            self.volume *= exp(log(1.0 + self.yearly_growth(month)) / 12.0)
            self.data *= exp(log(1.0 + market.data_growth) / 12.0)
            self.price *= exp(log(1.0 - market.price_decline) / 12.0)
            self.growth *= self._drift
            self.home_usage = np.array([exp(month * x) for x in self._log_lag])
        trend = np.array([log(s / s0) for s, s0 in zip(provider_shares(self._scenario, month), self._first_business, strict=True)])
        business = self._cells.segment != CONSUMER
        self.us = self._us_anchor + np.where(business[:, None], trend[None, :], 0.0)
        self.us += (self.price_sensitivity * self._gain_of_experience(self.us_experience, self._us_start))[self._cells.segment][:, None]
        home_gain = np.array([self._gain_of_experience(a, b) for a, b in zip(self.home_experience, self._home_start, strict=True)])
        self.home = self._home_anchor + self.price_sensitivity[self._cells.segment] * home_gain[self._cells.jurisdiction]
        self.home += (month * self._log_lag)[self._cells.jurisdiction]  # what is used less is worth less: log share, in a logit

    def yearly_growth(self, month: int) -> float:
        """Growth a year of what a cloud customer uses."""
        return dated(self._scenario.parameters.market.volume_growth, self._scenario, month)

    def _gain_of_experience(self, now: float, start: float) -> float:
        """Wright's law: unit cost falls by the learning rate with each doubling of output; as a cut in log price."""
        return float(self._learning * log(now / start) / 0.69314718055994531) if start > 0.0 and now > start else 0.0

    def learn(self, stock: np.ndarray) -> None:
        """Add a month's output (data served, TB) to experience: pooled over the world for US providers, over a bloc at home.

        `stock` (C, O, 4) int64. The first call also sets the experience gathered before the model begins.
        """
        tb = stock[:, :, 1] / UNITS * (self.data * self.growth)[self._cells.jurisdiction][:, None]
        us = total(tb[:, FIRST_US:].ravel())
        by_bloc = np.zeros(self._blocs.max() + 1)
        np.add.at(by_bloc, self._blocs[self._cells.jurisdiction], tb[:, 1])
        home = by_bloc[self._blocs]
        if self._us_start == 0.0:
            before = self._scenario.parameters.market.experience_years * 12.0
            self._us_start, self._home_start = before * us, np.maximum(before * home, _TINY)
            self.us_experience, self.home_experience = self._us_start, self._home_start.copy()
        self.us_experience += us
        self.home_experience = self.home_experience + home

    def spend(self, stock: np.ndarray) -> np.ndarray:
        """Cloud revenue of the month by cell and place, at list price: (C, O) USD. On premises earns nobody anything."""
        usd: np.ndarray = stock[:, :, 2] / UNITS * (self.volume * self.price * self.growth)[self._cells.jurisdiction][:, None]
        usd[:, ON_PREMISES] = 0.0
        usd[:, HOME_GROWN] *= self.home_usage[self._cells.jurisdiction]
        return usd

    def markups(self, offers: Offers) -> np.ndarray:
        """What customers pay over list price: (J, O), premiums of sovereign offers and discounts."""
        choice = self._scenario.parameters.choice
        providers = len(self._scenario.providers)
        out = np.ones((len(self.growth), FIRST_US + OFFERS * providers))
        premium = np.array([0.0, 0.0, choice.trustee_premium, choice.keys_premium, choice.subsidiary_premium])
        for p in range(providers):
            first = FIRST_US + p * OFFERS
            out[:, first : first + OFFERS] = (1.0 + premium)[None, :] * (1.0 - offers.discount[p])[:, None]
        return out

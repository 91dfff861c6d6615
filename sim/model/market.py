"""The market's slow variables in one world: volume, price, what experience teaches, how attractive each provider is."""

from dataclasses import dataclass

import numpy as np

from sim.model.arithmetic import exp, exps, log, logs, total
from sim.model.kernels import market as kernel
from sim.model.news import reach_by_jurisdiction
from sim.model.places import OFFERS, Offers, place_count
from sim.model.population import UNITS, Cells
from sim.scenario.scenario import Scenario
from sim.vocabulary import KINDS


def _month_of(key: str) -> int:
    """Months since year 0 of a date YYYY or YYYY-MM."""
    year, _, of_year = key.partition("-")
    return int(year) * 12 + int(of_year or 1) - 1


def _months_of(scenario: Scenario) -> np.ndarray:
    """The scenario's months, counted since year 0: int64 (M,)."""
    return _month_of(scenario.first.strftime("%Y-%m")) + np.arange(scenario.months)


def dated(table: dict[str, float], scenario: Scenario) -> np.ndarray:
    """Value of a dated table (keys YYYY or YYYY-MM) that holds in each month: the latest at or before it, else the first. (M,)"""
    months = _months_of(scenario)
    values = np.full(len(months), next(iter(table.values())))
    for key, value in table.items():
        values[months >= _month_of(key)] = value
    return values


def provider_shares(scenario: Scenario) -> np.ndarray:
    """Shares of the US providers among themselves: (M, P), log-linear between the dated anchors of `world_share`."""
    months = _months_of(scenario)
    out = np.empty((len(months), len(scenario.providers)))
    for p, provider in enumerate(scenario.providers.values()):
        at, share = (
            np.array([_month_of(key) for key in provider.world_share]),
            logs(np.array(list(provider.world_share.values()))),
        )
        after = np.searchsorted(at, months, side="right")
        before, after = np.maximum(after - 1, 0), np.minimum(after, len(at) - 1)
        apart = np.maximum(at[after] - at[before], 1)
        f = np.minimum(np.maximum((months - at[before]) / apart, 0.0), 1.0)
        out[:, p] = exps((1.0 - f) * share[before] + f * share[after])
    normalised: np.ndarray = out / np.cumsum(out, axis=1)[:, -1:]
    return normalised


@dataclass(frozen=True)
class Trends:
    """What the market does whatever the law: drawn up once and shared by the worlds of a set.

    yearly_growth: (M,) of what a cloud customer uses; shares: (M, P) of the US providers among themselves; volume, price,
    data: (M,) indices, 1 in the first month: what a cloud customer uses, its list price, what anybody stores; growth (M, J):
    how a country departs from the world's volume and data; home_usage (M, J): what a customer of a home-grown provider
    uses, against one of a US provider, and its logarithm home_lag; appeal (M, P): what the US providers' recorded shares among
    themselves add to their appeal.
    """

    yearly_growth: np.ndarray
    shares: np.ndarray
    volume: np.ndarray
    price: np.ndarray
    data: np.ndarray
    growth: np.ndarray
    home_usage: np.ndarray
    home_lag: np.ndarray
    appeal: np.ndarray


def market_trends(scenario: Scenario) -> Trends:
    """Volume grows, prices fall, and the US providers' shares among themselves move as recorded."""
    market, jurisdictions, months = (
        scenario.parameters.market,
        list(scenario.jurisdictions.values()),
        scenario.months,
    )
    world_growth = total(np.array([j.gdp_2019 for j in jurisdictions])) / total(
        np.array([j.gdp_2013 for j in jurisdictions])
    )
    drift = exps(logs(np.array([j.gdp_2019 / j.gdp_2013 / world_growth for j in jurisdictions])) / 72.0)
    log_lag = np.array(
        [log(1.0 - x) / 12.0 if x > 0.0 else 0.0 for x in reach_by_jurisdiction(market.home_lag, scenario)]
    )
    yearly = dated(market.volume_growth, scenario)
    rates = exps(logs(1.0 + yearly) / 12.0)
    rates[0] = 1.0
    steady: np.ndarray = np.ones((months, 2 + len(jurisdictions)))
    steady[1:] = [
        exp(log(1.0 + market.data_growth) / 12.0),
        exp(log(1.0 - market.price_decline) / 12.0),
        *drift,
    ]
    steady = np.cumprod(steady, axis=0)
    home_lag = np.arange(months)[:, None] * log_lag
    shares = provider_shares(scenario)
    return Trends(
        yearly_growth=yearly,
        shares=shares,
        volume=np.cumprod(rates),
        data=steady[:, 0],
        price=steady[:, 1],
        growth=steady[:, 2:],
        home_usage=exps(home_lag.ravel()).reshape(home_lag.shape),
        home_lag=home_lag,
        appeal=logs((shares / shares[0]).ravel()).reshape(shares.shape),
    )


class Market:
    """Volume, price, experience and appeal, cell by cell.

    volume, price, data, growth (J,), home_usage (J,): the month's row of Trends; home: (C,) appeal of the home-grown
    provider; us: (C, P) of the US providers; offer: (S, 5) of the kinds of place.
    """

    def __init__(self, scenario: Scenario, cells: Cells, trends: Trends) -> None:
        self._scenario, self._cells, self._trends = scenario, cells, trends
        p, jurisdictions = scenario.parameters, list(scenario.jurisdictions.values())
        self.price_sensitivity = np.array(p.market.price_sensitivity.values)
        self.sensitivity = np.array(p.choice.sensitivity.values)[cells.segment]
        self._read_trends(0)
        self.blocs = np.unique([j.bloc for j in jurisdictions], return_inverse=True)[1]
        self.by_bloc = np.zeros(self.blocs.max() + 1)
        self._learning = -log(1.0 - p.market.learning_rate)
        self.us_experience, self.home_experience = 0.0, np.zeros(len(jurisdictions))
        self._us_start, self._home_start = 0.0, np.ones(len(jurisdictions))
        self.offer = self._offer_terms()
        shape = (len(cells), len(scenario.providers))
        self._home_anchor, self._us_anchor = np.zeros(len(cells)), np.zeros(shape)
        self.home, self.us = self._home_anchor.copy(), self._us_anchor.copy()
        self.shares = np.zeros(shape)
        choice = p.choice
        self._premium = np.array(
            [0.0, 0.0, choice.trustee_premium, choice.keys_premium, choice.subsidiary_premium]
        )
        self.buyers = np.zeros((len(jurisdictions), 2), np.int64)
        self._spend = np.empty((len(cells), place_count(len(scenario.providers))))

    def _read_trends(self, month: int) -> None:
        t = self._trends
        self.volume, self.price, self.data = (
            float(t.volume[month]),
            float(t.price[month]),
            float(t.data[month]),
        )
        self.growth, self.home_usage = t.growth[month], t.home_usage[month]

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
        home_share = np.array([j.home_grown_share_2013 for j in scenario.jurisdictions.values()])[
            cells.jurisdiction
        ]
        consumer = np.array([p.consumer_share for p in scenario.providers.values()])
        consumer = consumer / total(consumer)
        business = self._trends.shares[0]
        kernel.fill_anchors(
            cells.segment, home_share, business, consumer, risk, self.offer, banned, nest_scale, self._home_anchor, self._us_anchor, self.shares
        )  # fmt: skip

    def open_month(self, month: int) -> None:
        """The month's volume and prices; what recorded shares and experience have added to everybody's appeal."""
        self._read_trends(month)
        kernel.fill_appeals(
            self._cells.jurisdiction, self._cells.segment, self._home_anchor, self._us_anchor, self._trends.appeal[month], self.price_sensitivity,
            self._learning, self.us_experience, self._us_start, self.home_experience, self._home_start, self._trends.home_lag[month], self.home,
            self.us,
        )  # fmt: skip

    def yearly_growth(self, month: int) -> float:
        """Growth a year of what a cloud customer uses."""
        return float(self._trends.yearly_growth[month])

    def learn(self, us: float) -> None:
        """Add a month's output (data served, TB) to experience: pooled over the world for US providers, `us`, over a bloc at home, `by_bloc`.

        The first call also sets the experience gathered before the model begins.
        """
        if self._us_start == 0.0:
            before = self._scenario.parameters.market.experience_years * 12.0
            self._us_start, self._home_start = (
                before * us,
                np.maximum(before * self.by_bloc[self.blocs], kernel.LEAST_SHARE),
            )
            self.us_experience, self.home_experience = self._us_start, self._home_start.copy()
        self.us_experience += us
        kernel.add_by_bloc(self.by_bloc, self.blocs, self.home_experience)

    @property
    def prices(self) -> tuple[float, np.ndarray, np.ndarray]:
        """What the month's spend hangs on (see `kernels.market.fill_spend`): volume x price, growth (J,), home_usage (J,)."""
        return self.volume * self.price, self.growth, self.home_usage

    def spend(self, stock: np.ndarray) -> np.ndarray:
        """Cloud revenue of the month by cell and place, at list price: (C, O) USD, until it is asked for again. On premises earns nobody anything."""
        kernel.fill_spend(stock, UNITS, *self.prices, self._cells.jurisdiction, self._spend)
        return self._spend

    def count_buyers(self, stock: np.ndarray) -> None:
        """Take down what the customers of home-grown and of US providers could spend: `buyers` (J, 2)."""
        kernel.count_buyers(stock, self._cells.jurisdiction, self.buyers)

    def markups(self, offers: Offers) -> np.ndarray:
        """What customers pay over list price: (J, O), premiums of sovereign offers and discounts."""
        out: np.ndarray = kernel.markups(offers.discount, self._premium)
        return out

"""The market's slow variables in one world: volume, price, learning, and the appeal of each provider."""

from dataclasses import dataclass

import numpy as np

from sim.model.arithmetic import exp, exps, log, logs, total
from sim.model.by_jurisdiction import by_jurisdiction
from sim.model.home_shares import home_shares
from sim.model.kernels import home_grown as home_grown_kernel
from sim.model.kernels import market as kernel
from sim.model.kernels.codes import (
    CUSTOMER_KEYS,
    LOCAL_REGION,
    LOCAL_REGION_KIND,
    OFFERS,
    TRUSTEE,
    US_REGION_KIND,
    US_SUBSIDIARY,
)
from sim.model.places import Offers, place_count
from sim.model.population import Cells
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
    """Value of a dated table in each month, (M,): the latest entry so far, else the first.

    Keys are YYYY or YYYY-MM.
    """
    months = _months_of(scenario)
    values = np.full(len(months), next(iter(table.values())))
    for key, value in table.items():
        values[months >= _month_of(key)] = value
    return values


def provider_shares(scenario: Scenario) -> np.ndarray:
    """Shares of the US providers among themselves: (M, P), log-linear between the dates of `world_share`."""
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
    """The trends of the market that no law changes, computed once and shared by the worlds of a set.

    yearly_growth: (M,) of what a cloud customer uses.
    shares: (M, P) of the US providers among themselves.
    volume, price, data: (M,) indices, 1 in the first month: what a cloud customer uses, its list price,
    what any customer stores.
    growth: (M, J) a country's volume and data relative to the world's.
    appeal: (M, P) what the US providers' recorded shares among themselves add to their appeal.
    """

    yearly_growth: np.ndarray
    shares: np.ndarray
    volume: np.ndarray
    price: np.ndarray
    data: np.ndarray
    growth: np.ndarray
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
    shares = provider_shares(scenario)
    return Trends(
        yearly_growth=yearly,
        shares=shares,
        volume=np.cumprod(rates),
        data=steady[:, 0],
        price=steady[:, 1],
        growth=steady[:, 2:],
        appeal=logs((shares / shares[0]).ravel()).reshape(shares.shape),
    )


class Market:
    """Volume, price, experience and appeal, cell by cell.

    where: the cells.
    level: the month's volume, price and data, and each country's relative to the world's.
    appeal: of providers and offers.
    gap: (J,) what home-grown providers lack: log of what their customers use, against those of US providers.
    markup: (J, O) price that customers pay, relative to list price.
    volume: (J,) data that a unit of January 2013 holds in this month.
    """

    def __init__(self, scenario: Scenario, cells: Cells, trends: Trends) -> None:
        self._scenario, self._cells, self._trends = scenario, cells, trends
        p, jurisdictions = scenario.parameters, list(scenario.jurisdictions.values())
        self.where = kernel.Where(cells.jurisdiction, cells.segment)
        self.price_sensitivity = np.array(p.market.price_sensitivity.values)
        self.sensitivity = np.array(p.choice.sensitivity.values)[cells.segment]
        self.local_preference = np.array(p.choice.local_preference.values)
        self.gap = np.zeros(len(jurisdictions))
        self._read_trends(0)
        self.blocs = np.unique([j.bloc for j in jurisdictions], return_inverse=True)[1]
        lags = by_jurisdiction(p.market.home_lag, scenario)
        self._pace = home_grown_kernel.Pace(
            np.array([log(1.0 - x) / 12.0 if x > 0.0 else 0.0 for x in lags]),
            p.market.home_catch_up / 12.0,
            p.market.home_earnings_elasticity,
            p.market.home_protection,
        )
        first = np.zeros(int(self.blocs.max()) + 1)
        self._economy = home_grown_kernel.Economy(cells.jurisdiction, cells.usd_month, self.blocs, first)
        self._learning = -log(1.0 - p.market.learning_rate)
        self.us_experience, self.home_experience = 0.0, np.zeros(len(jurisdictions))
        self._us_start, self._home_start = 0.0, np.ones(len(jurisdictions))
        shape = (len(cells), len(scenario.providers))
        self._home_anchor, self._us_anchor = np.zeros(len(cells)), np.zeros(shape)
        self.appeal = kernel.Appeal(
            self._home_anchor.copy(),
            self._us_anchor.copy(),
            self._offer_terms(),
            self.price_sensitivity,
            np.array(p.choice.transfer_friction.values),
            p.providers.latency_gain,
            p.choice.own_keys_gap,
        )
        self.shares = np.zeros(shape)
        self.first_risk = np.zeros(len(cells))
        choice = p.choice
        self._premium = np.array(
            [0.0, 0.0, choice.trustee_premium, choice.keys_premium, choice.subsidiary_premium]
        )
        places = place_count(len(scenario.providers))
        self.markup = np.ones((len(jurisdictions), places))
        self.buyers = np.zeros((len(jurisdictions), 2), np.int64)
        self._spend = np.empty((len(cells), places))

    def _read_trends(self, month: int) -> None:
        t = self._trends
        price = float(t.volume[month]) * float(t.price[month])
        self.level = kernel.Level(price, float(t.data[month]), t.growth[month], exps(self.gap))

    def _offer_terms(self) -> np.ndarray:
        """Appeal of the five kinds, (S, 5): local hosting, less the gaps and premiums of sovereign offers."""
        choice = self._scenario.parameters.choice
        local = np.array(choice.local_preference.values)
        terms = np.zeros((len(local), OFFERS))
        terms[:, LOCAL_REGION] = local
        for k, gap, premium in (
            (TRUSTEE, choice.trustee_gap, choice.trustee_premium),
            (CUSTOMER_KEYS, choice.keys_gap, choice.keys_premium),
            (US_SUBSIDIARY, choice.subsidiary_gap, choice.subsidiary_premium),
        ):
            terms[:, k] = local - gap - self.price_sensitivity * log(1.0 + premium)
        return terms

    def anchor(self, trust: np.ndarray, meets: kernel.Meets) -> None:
        """Set the providers' appeal so that the average customer's shares of 2013 are those of the record.

        This is the inversion of Berry (1994): mean utility = log share - the part explained by risk and
        offers. `trust`: (C, 2); `meets`: what customers meet; both as of the first month.
        """
        cells, scenario = self._cells, self._scenario
        risk = np.empty((len(cells), len(KINDS)))
        kernel.mean_risks(self.sensitivity, trust, meets.exposure, risk)
        self.first_risk = np.minimum(risk[:, US_REGION_KIND], risk[:, LOCAL_REGION_KIND])
        consumer = np.array([p.consumer_share for p in scenario.providers.values()])
        record = kernel.Shares(
            home_shares(scenario)[cells.jurisdiction],
            scenario.parameters.choice.home_taste,
            self._trends.shares[0],
            consumer / total(consumer),
        )
        kernel.fill_anchors(
            cells.segment,
            record,
            risk,
            (self.appeal.offer, self.appeal.own_means),
            meets.banned,
            scenario.parameters.choice.nest_scale,
            self._trend(0),
            self.shares,
        )
        self.open_month(0)

    def _trend(self, month: int) -> kernel.Trend:
        t = self._trends
        return kernel.Trend(self._home_anchor, self._us_anchor, t.appeal[month], self.gap)

    def open_month(self, month: int) -> None:
        """Set the month's volume, prices and appeal (from recorded shares and experience)."""
        self._read_trends(month)
        experience = kernel.Experience(
            self._learning, self.us_experience, self._us_start, self.home_experience, self._home_start
        )
        kernel.fill_appeals(
            self.where,
            self._trend(month),
            experience,
            self.price_sensitivity,
            self.appeal.home,
            self.appeal.us,
        )

    @property
    def volume(self) -> np.ndarray:
        """TB that a unit of January 2013 holds in this month: (J,)."""
        volume: np.ndarray = self.level.data * self.level.growth
        return volume

    def yearly_growth(self, month: int) -> float:
        """Growth a year of what a cloud customer uses."""
        return float(self._trends.yearly_growth[month])

    def learn(self, stock: np.ndarray, us: float, by_bloc: np.ndarray, unlawful: np.ndarray) -> None:
        """Add a month's output (data served, TB) to experience; what home-grown providers lack moves.

        US providers pool experience over the world, home-grown ones over a bloc. The first call also sets the
        experience gained before the model begins. What customers could spend is computed from their `stock`;
        `unlawful` (C, O) says what the law leaves to home-grown providers alone.
        """
        self.count_buyers(stock)
        home_grown_kernel.month_of_gaps(
            self._us_start == 0.0,
            self._pace,
            self._economy,
            unlawful,
            self.buyers,
            self.level,
            self.gap,
        )
        if self._us_start == 0.0:
            before = self._scenario.parameters.market.experience_years * 12.0
            self._us_start = before * us
            self._home_start = np.maximum(before * by_bloc[self.blocs], kernel.LEAST_SHARE)
            self.us_experience, self.home_experience = self._us_start, self._home_start.copy()
        self.us_experience += us
        kernel.add_by_bloc(by_bloc, self.blocs, self.home_experience)

    def spend(self, stock: np.ndarray) -> np.ndarray:
        """Spend of a month by cell and place at list price: (C, O) USD, valid until the next call."""
        kernel.fill_spend(stock, self.level, self._cells.jurisdiction, self._spend)
        return self._spend

    def count_buyers(self, stock: np.ndarray) -> None:
        """Record what the customers of home-grown and of US providers could spend in `buyers` (J, 2)."""
        kernel.count_buyers(stock, self._cells.jurisdiction, self.buyers)

    def reprice(self, offers: Offers) -> None:
        """Set prices relative to list price, from premiums of sovereign offers and current discounts."""
        kernel.fill_markups(offers.discount, self._premium, self.markup)

"""What data a request meets: where it lies, who controls it, and whether it can be read.

See docs/odd.md, section 7 (Investigators); parameters in configs/parameters/investigators.yaml.
"""

from bisect import bisect_left
from collections.abc import Sequence

import numpy as np

from sim.model.luck import purposes
from sim.model.reference.arithmetic import exp, log
from sim.model.reference.docket import CONSUMER, US, Request, Requests, running_sums
from sim.model.reference.orders import Data
from sim.model.reference.philox import draw, draw4
from sim.model.reference.places import (
    CUSTOMER_KEYS,
    HOME_GROWN,
    ON_PREMISES,
    held_by_us,
    offer_of,
    provider_of,
)


class LuckOfRequests:
    """What chance brings to each request, the same in every world: four draws for each purpose."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def circumstances(self, request: Request) -> tuple[float, ...]:
        """Luck of a request: time of the month, stable location, whether a contested warrant is honoured,
        keys.
        """
        return draw4(self.seed, request.agent, request.month, purposes.CIRCUMSTANCE, request.number)

    def outcome_luck(self, request: Request) -> tuple[float, ...]:
        """How long the authority takes, whether the request is granted, how long clerk and papers take."""
        return draw4(self.seed, request.agent, request.month, purposes.OUTCOME, request.number)

    def publicity_luck(self, request: Request) -> tuple[float, ...]:
        """Whether it is sealed, comes to court, gets into the press; whom a foreign order meets.

        Where such an order cannot be, the second tells whether a foreign police's crime is serious enough for
        an agreement, and the third whether a letter of request is written for assistance.
        """
        return draw4(self.seed, request.agent, request.month, purposes.PUBLICITY, request.number)

    def legal(self, request: Request) -> tuple[float, ...]:
        """Whether the target is a US person, and whether obeying would break a data-protection law."""
        return draw4(self.seed, request.agent, request.month, purposes.LEGAL_CIRCUMSTANCE, request.number)


class Targets:
    """The data of one world, as requests meet it."""

    def __init__(self, requests: Requests) -> None:
        self.requests, self.scenario, self.seed = requests, requests.scenario, requests.seed
        self.luck = LuckOfRequests(requests.seed)
        self.countries, codes = list(self.scenario.jurisdictions.values()), list(self.scenario.jurisdictions)
        # Where an evader keeps what would lie in the US: the provider's first region abroad, or a haven.
        self.region = [
            codes.index(next(code for code in provider.regions_2013 if code != "US"))
            for provider in self.scenario.providers.values()
        ]
        havens = self.scenario.parameters.investigators.evaders_haven
        self.havens = running_sums([havens.get(code, 0.0) for code in codes])

    def find(
        self, request: Request, month: int, place: int, hosts: list[list[int]], belief: Sequence[float]
    ) -> Data:
        """Where the target's data is, who controls it, and whether it can be read."""
        p = self.scenario.parameters.investigators
        _, stable, _, keys = self.luck.circumstances(request)
        cell = self.requests.cell_of[request.customer]
        home = cell.number // len(self.scenario.segments)
        lies, controller = hosts[home][place], self.controller(request.customer, place, home)
        if request.evades and controller == "us_provider":
            controller, lies = self.evade(request, place, home, lies, belief[cell.number])
        elif request.police != US and home == US and self.foreign_owned(request, month):
            controller, lies = "foreign_with_us_business", request.police
        us_held, nowhere, unreadable = controller == "us_provider", False, False
        if us_held:
            share = list(self.scenario.providers.values())[provider_of(place)].no_stable_location
            nowhere = cell.segment == CONSUMER and stable < share
            if nowhere and stable < share * self.scenario.parameters.orders.nowhere_in_us:
                nowhere, lies = False, US  # a copy lies there when it is ordered
            unreadable = offer_of(place) == CUSTOMER_KEYS and keys >= p.consumer_unlocking
        return Data(
            home=home,
            segment=cell.segment,
            position=float(
                np.float32(min(draw(self.seed, request.customer, -1, purposes.LAW_ORDER), 0.9999999))
            ),
            controller=controller,
            lies=lies,
            provider=provider_of(place) if us_held else -1,
            nowhere=nowhere,
            unreadable=unreadable,
        )

    def evade(self, request: Request, place: int, home: int, lies: int, belief: float) -> tuple[str, int]:
        """Where a customer of a US provider puts data who wants it out of reach: controller, and country.

        By the rule that it believes in: US providers are left if an order reaches whatever they hold, else
        data in the US goes to a region abroad.
        """
        p = self.scenario.parameters.investigators
        believes, stays, haven, business = draw4(
            self.seed, request.agent, request.month, purposes.EVASION, request.number
        )
        if believes >= belief:
            return "us_provider", self.region[provider_of(place)] if lies == US else lies
        if stays < p.evaders_on_premises:
            return "target", home
        at = home
        if home == US:
            at = min(bisect_left(self.havens, haven * self.havens[-1]), len(self.havens) - 1)
        with_us = business < self.countries[at].home_grown_us_business
        return "foreign_with_us_business" if with_us else "foreign_only", at

    def foreign_owned(self, request: Request, month: int) -> bool:
        """Whether an American's account is at a provider of the country whose police asks."""
        p, code = self.scenario.parameters.investigators, list(self.scenario.jurisdictions)[request.police]
        growth = exp(month / 12.0 * log(1.0 + p.foreign_owned_growth))
        share = min(growth * p.foreign_owned_accounts.get(code, 0.0), 1.0)
        return self.luck.publicity_luck(request)[3] < share

    def controller(self, customer: int, place: int, home: int) -> str:
        """Who controls the data at a place; a home-grown provider may do business in the US, and so be within
        reach.
        """
        if place == ON_PREMISES:
            return "target"
        if place == HOME_GROWN:
            us_business = float(np.float32(draw(self.seed, customer, -1, purposes.US_BUSINESS)))
            within_reach = us_business < self.countries[home].home_grown_us_business
            return "foreign_with_us_business" if within_reach else "foreign_only"
        return "us_provider" if held_by_us(place) else "foreign_only"

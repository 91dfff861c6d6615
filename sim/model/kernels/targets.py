"""Where the data is that requests are aimed at, compiled."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.arithmetic import first_at_least
from sim.model.kernels.codes import (
    CONSUMER,
    CUSTOMER_KEYS,
    FIRST_US,
    HOME_GROWN,
    NOWHERE,
    OFFERS,
    ON_PREMISES,
    TRUSTEE,
    US,
)
from sim.model.kernels.jit import inlined
from sim.model.kernels.requests import (
    BELIEVES,
    CELL,
    CUSTOMER,
    EVADES,
    HAVEN,
    HAVEN_BUSINESS,
    HOME,
    KEYS,
    OTHER,
    POLICE,
    SEGMENT,
    STABLE,
    STAYS_HOME,
    US_BUSINESS,
    uniform,
)

PROVIDER, FOREIGN_WITH_US, FOREIGN, TARGET = range(4)  # who controls data, as in the routing tables


class Held(NamedTuple):
    """Where data is in one world, and who holds it."""

    world: int
    place: np.ndarray  # int8 (N, W)
    host: np.ndarray  # int32 (J, O)
    belief: np.ndarray  # float64 (C,) that a US order reaches what US providers hold abroad
    us_business: np.ndarray  # float64 (J,) share of home-grown providers that do business in the US
    no_location: np.ndarray  # float64 (P,) share of consumers' data without a stable location
    nowhere_in_us: float  # share of this of which a copy lies in the US when it is ordered
    region: np.ndarray  # int64 (P,) country of the provider's first region abroad
    staying: float  # share of evaders who leave US providers and keep data on premises
    haven: np.ndarray  # float64 (J,) running weights of where the others go
    foreign_owned: np.ndarray  # float64 (J,) share of Americans' accounts at a country's providers


class Found(NamedTuple):
    """The data that requests are aimed at, each array (n,)."""

    home: np.ndarray  # int64 country of the customer
    lies: np.ndarray  # int64 country
    controller: np.ndarray  # int64
    us_held: np.ndarray  # bool a US provider controls it
    provider: np.ndarray  # int64 which one; -1 if none does
    nowhere: np.ndarray  # bool it has no stable location
    unreadable: np.ndarray  # bool


@inlined()
def _controller(o, us_held, us_business, share):
    """Who controls what lies at place o.

    The home-grown provider does US business if `us_business` is below the `share`.
    """
    if o == ON_PREMISES:
        return TARGET
    if us_held:
        return PROVIDER
    return FOREIGN_WITH_US if o == HOME_GROWN and us_business < share else FOREIGN


@inlined()
def _evade(home, provider, lies, chance, held, belief):
    """Where a customer of a US provider puts data who wants it out of reach: controller, and country.

    By the rule that it believes in: US providers are left if an order reaches whatever they hold, else data
    in the US goes to a region abroad.
    """
    if uniform(chance[BELIEVES]) >= belief:
        return PROVIDER, held.region[provider] if lies == US else lies
    if uniform(chance[STAYS_HOME]) < held.staying:
        return TARGET, home
    at = home
    if home == US:
        at = first_at_least(held.haven, np.int64(0), len(held.haven), uniform(chance[HAVEN]) * held.haven[-1])
        at = min(at, len(held.haven) - 1)
    with_us = uniform(chance[HAVEN_BUSINESS]) < held.us_business[at]
    return FOREIGN_WITH_US if with_us else FOREIGN, at


@inlined()
def find(requests, held, unlocking):
    """Where the data is that requests are aimed at, who controls it, and whether it can be read: `Found`."""
    rows, who, standing, chance = requests.rows, requests.who, requests.standing, requests.chance
    place, host, us_business, world = held.place, held.host, held.us_business, held.world
    no_location, foreign_owned, n = held.no_location, held.foreign_owned, len(rows)
    in_us = held.nowhere_in_us
    homes, lie, controllers = np.empty(n, np.int64), np.empty(n, np.int64), np.empty(n, np.int64)
    by_us, moving, unreadable = np.empty(n, np.bool_), np.empty(n, np.bool_), np.empty(n, np.bool_)
    providers = np.empty(n, np.int64)
    for r in range(n):
        home, o = np.int64(who[r, HOME]), np.int64(place[rows[r, CUSTOMER], world])
        us_place = o >= FIRST_US
        provider = (o - FIRST_US) // OFFERS if us_place else 0
        kind = (o - FIRST_US) % OFFERS if us_place else NOWHERE
        us_held = us_place and kind != TRUSTEE
        lies = np.int64(host[home, o])
        controller = _controller(o, us_held, standing[r, US_BUSINESS], us_business[home])
        if rows[r, EVADES] == 1 and us_held:
            controller, lies = _evade(home, provider, lies, chance[r], held, held.belief[who[r, CELL]])
        elif (
            home == US
            and rows[r, POLICE] != US
            and uniform(chance[r, OTHER]) < foreign_owned[rows[r, POLICE]]
        ):
            controller, lies = FOREIGN_WITH_US, np.int64(rows[r, POLICE])  # its own country's provider
        us_held = us_held and controller == PROVIDER
        luck, share = uniform(chance[r, STABLE]), no_location[provider]
        stable = not us_held or who[r, SEGMENT] != CONSUMER or luck >= share
        if not stable and luck < share * in_us:
            stable, lies = True, np.int64(US)
        homes[r], lie[r], controllers[r], by_us[r] = home, lies, controller, us_held
        providers[r] = provider if us_held else -1
        moving[r] = not stable
        unreadable[r] = us_held and kind == CUSTOMER_KEYS and uniform(chance[r, KEYS]) >= unlocking
    return Found(homes, lie, controllers, by_us, providers, moving, unreadable)

"""How trust passes between customers, against Friedkin and Johnsen, and diffusion on a ring."""

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_matrix, identity
from scipy.sparse.linalg import spsolve

from sim.model import population
from sim.model.kernels.codes import PEERS
from sim.model.world import WorldSet
from sim.scenario.resolution import Resolved
from tests.model.small_worlds import asked, world_set
from tests.verify.comparison import Check, Comparison, Curve, Panel

PEER_WEIGHT = 0.6
MONTHS = 60
ROUNDING = 3e-7  # trust is a float32: six roundings of a number below one a month, which do not add up
FOLLOWED = 5  # customers that are drawn


def _with_peer_weight(weight: float) -> Resolved:
    """The small experiment with this weight of peers, also one that no experiment may ask for."""
    resolved = asked()
    parameters = resolved.scenarios["doj_wins"].parameters
    trust = parameters.trust.model_copy(update={"peer_weight": weight})
    scenario = replace(
        resolved.scenarios["doj_wins"], parameters=parameters.model_copy(update={"trust": trust})
    )
    return replace(resolved, scenarios={"doj_wins": scenario})


def _apart(weight: float, seed: int = 1) -> WorldSet:
    """Customers of their own, who are shared with no other set."""
    population.recent_populations.clear()
    ws = world_set(_with_peer_weight(weight), seed)
    population.recent_populations.clear()
    return ws


def _influence(peers: np.ndarray) -> csr_matrix:
    """Everybody's six peers, each with a sixth of the influence: (N, N)."""
    n = len(peers)
    each = (np.full(peers.size, 1.0 / PEERS), (np.repeat(np.arange(n), PEERS), peers.ravel()))
    return csr_matrix(each, shape=(n, n))


def _views(ws: WorldSet) -> np.ndarray:
    """What everybody would think alone (Josang & Ismail 2002): (N, channel)."""
    x, people = ws.population, ws.models[0].scenario.parameters.trust
    good, bad = (ws.customers.evidence[0, x.cell, :, sign] for sign in (0, 1))
    prior = people.prior_strength
    heard = prior + good + x.susceptibility[:, None] * bad
    return np.asarray((prior * x.initial_trust.astype(np.float64) + good) / heard)


def limits() -> Comparison:
    """News that stays: trust goes to the limit of Friedkin and Johnsen, by the path that theory gives."""
    ws = _apart(PEER_WEIGHT)
    rng = np.random.default_rng(3)
    ws.customers.evidence[:] = rng.uniform(0.0, 20.0, ws.customers.evidence.shape)
    views, influence = _views(ws), _influence(ws.population.peers)
    limit = spsolve((identity(len(views)) - PEER_WEIGHT * influence).tocsc(), (1.0 - PEER_WEIGHT) * views)
    theory = [ws.customers.trust.astype(np.float64)]
    model = [theory[0]]
    for month in range(MONTHS):
        theory.append((1.0 - PEER_WEIGHT) * views + PEER_WEIGHT * (influence @ theory[-1]))
        ws.customers.step(month)
        model.append(ws.customers.trust.astype(np.float64))
    path, found = np.array(theory), np.array(model)
    months = np.arange(MONTHS + 1)
    shown = rng.choice(len(views), FOLLOWED, replace=False)
    some = np.concatenate([np.arange(0, 12), np.arange(12, MONTHS + 1, 6)])
    curves = [
        Curve(f"customer {i}", (months, path[:, i, 0]), (some, found[some, i, 0])) for i in shown.tolist()
    ]
    distance = np.abs(path - limit).max(axis=(1, 2))
    left = np.abs(found - limit).max(axis=(1, 2))
    bound = distance[0] * PEER_WEIGHT**months
    seen = months[:30]
    approach = Curve("farthest customer", (seen, bound[seen]), (seen, np.maximum(left[seen], 1e-9)))
    return Comparison(
        "friedkin-johnsen",
        "Trust under the influence of peers",
        "Friedkin & Johnsen (1990): where everybody keeps a view of its own, trust goes to "
        "(1 - w) (I - w P)^-1 x views, and the distance shrinks at least by the weight of peers, w, each "
        "month.",
        f"{len(views):,} customers of the model on their own network, both channels, w = {PEER_WEIGHT}, news "
        "that differs by cell and stays; stepped by the customers' month.",
        [
            Panel("Five customers drawn at random", "month", "trust in law enforcement", curves),
            Panel(
                "Distance from the limit (line: the slowest that theory allows)",
                "month",
                "largest distance of any customer",
                [approach],
                logarithmic=True,
            ),
        ],
        [
            _rounding("every month's trust of every customer", np.abs(found - path).max()),
            _rounding("the limit after 60 months", left[-1] - bound[-1]),
            Check(
                "way left to the limit, over what theory allows",
                float(np.max(left[seen][1:] / (bound[seen][1:] + ROUNDING))),
                1.0,
                "of the bound",
                "it is a bound",
            ),
        ],
    )


def _rounding(what: str, deviation: float) -> Check:
    return Check(what, float(max(deviation, 0.0)), ROUNDING, "of a scale of 1", "rounding to a float32")


# --- a ring -----------------------------------------------------------------------------------------

MONTHS_SHOWN = (5, 20, 80)
STEPS = np.array([-3, -2, -1, 1, 2, 3])  # peers of a customer on the ring


def _on_a_ring(weight: float) -> WorldSet:
    ws = _apart(weight)
    n = len(ws.population)
    ws.population.peers[:] = (np.arange(n)[:, None] + STEPS[None, :]) % n
    return ws


def _spectrum(n: int) -> np.ndarray:
    """What a month of listening leaves of each wave around the ring."""
    wave = 2.0 * np.pi * np.arange(n) / n
    return np.asarray((np.cos(wave) + np.cos(2.0 * wave) + np.cos(3.0 * wave)) / 3.0)


def ring() -> Comparison:
    """Pure listening is a random walk; with views of one's own, one stubborn customer casts a shadow."""
    ws = _on_a_ring(1.0)
    n = len(ws.population)
    middle, spectrum = n // 2, _spectrum(n)
    away = np.arange(n) - middle
    ws.customers.trust[:] = 0.0
    ws.customers.trust[middle] = 1.0
    curves, worst, spread, month = [], 0.0, 0.0, 0
    near = np.abs(away) <= 60
    for until in MONTHS_SHOWN:
        while month < until:
            ws.customers.step(month)
            month += 1
        model = ws.customers.trust[:, 0].astype(np.float64)
        theory = np.roll(np.fft.ifft(spectrum**until).real, middle)
        worst = max(worst, float(np.max(np.abs(model - theory))))
        variance = 14.0 / 3.0 * until  # of one step: (1 + 4 + 9) / 3
        spread = max(spread, abs(float(np.sum(model * away**2)) / variance - 1.0))
        some = near & (away % 4 == 0)
        curves.append(Curve(f"after {until} months", (away[near], theory[near]), (away[some], model[some])))
    shadow, deviation = _shadow(away, spectrum)
    return Comparison(
        "ring",
        "Diffusion on a ring",
        "Where nobody keeps a view of their own, trust spreads as a random walk does: the law of its steps "
        "to the power of the months, with variance 14/3 a month. Where all do, one customer of another view "
        "moves the others by the sum of (1 - w) / (1 - w s) over the waves of the ring, s being what a month "
        "leaves of a wave.",
        f"{n:,} customers of the model whose six peers are the nearest three on either side; one begins with "
        "trust 1, all others with 0.",
        [
            Panel("Peers only", "places from the one who begins", "trust", curves),
            Panel(
                "With views of one's own",
                "places from the one of another view",
                "trust in the limit",
                [shadow],
                logarithmic=True,
            ),
        ],
        [
            _rounding("trust of every customer", worst),
            Check("variance over theory", spread, 1e-5, "as a share", "rounding to a float32"),
            _rounding("the limit with views of one's own", deviation),
        ],
    )


def _shadow(away: np.ndarray, spectrum: np.ndarray) -> tuple[Curve, float]:
    """The limit around one customer of another view; without news a view is the trust one begins with."""
    w = 0.9
    ws = _on_a_ring(w)
    middle = len(away) // 2
    ws.population.initial_trust[:] = 0.0
    ws.population.initial_trust[middle] = 1.0
    ws.customers.trust[:] = 0.0
    for month in range(155):
        ws.customers.step(month)
    model = ws.customers.trust[:, 0].astype(np.float64)
    theory = np.roll(np.fft.ifft((1.0 - w) / (1.0 - w * spectrum)).real, middle)
    near, some = np.abs(away) <= 40, (np.abs(away) <= 40) & (away % 2 == 0)
    return Curve("the limit", (away[near], theory[near]), (away[some], model[some])), float(
        np.max(np.abs(model - theory))
    )

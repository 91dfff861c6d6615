"""Curves of adoption by country, drawn from a common distribution that is estimated with them.

Each country follows the curve of Bass (1969) with the pooled innovation and imitation times a pace of its
own, towards a ceiling of its own. Log paces and log-odds of ceilings are normal about common means. Means,
spreads and the error of a survey are estimated together with the countries' curves: given the common
distribution the countries are independent, so each one's curve is integrated out by importance sampling, and
only five common numbers are left to sample (Hogg, Myers & Bovy 2010). What a country's record does not decide
is left to the common distribution, and a country with one survey, or with none, gets its whole width.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import expit, logit, logsumexp
from scipy.stats import norm, qmc
from scipy.stats import t as student

from sim.analysis.starting_levels.adoption import FIRST, Bass

Records = Mapping[str, Mapping[int, float]]  # place -> year (asked in January) -> share of firms

ERRORS = np.array([0.008, 0.012, 0.018, 0.027, 0.04])  # that a survey's share may have, share of firms
PARTICLES, COMMON, DRAWS = 2048, 1024, 256
SEED = 20141209
_LEAST = 0.002  # share below which nobody counts adopters
# The priors, judged: standard deviation of the mean log pace and of the mean log-odds of ceilings; scales of
# the half-normal priors of the two spreads; middle and log spread of a survey's error.
_MEAN_PACE, _MEAN_CEILING, _SPREAD_PACE, _SPREAD_CEILING = 0.5, 0.5, 0.4, 0.5
_ERROR, _ERROR_SPREAD = 0.015, 0.4
# Particles are proposed this wide, so that every plausible common distribution is covered.
_WIDE_PACE, _WIDE_CEILING, _WIDE_LEVEL = 0.8, 0.9, 0.03
FREEDOM = 4  # of Student's t: a survey's errors have heavy tails, since unmarked breaks are among them


@dataclass(frozen=True)
class Common:
    """Draws (D,) of the common distribution: log pace, log-odds of the ceiling, and the survey's error."""

    pace: np.ndarray
    pace_spread: np.ndarray
    ceiling: np.ndarray
    ceiling_spread: np.ndarray
    error: np.ndarray


@dataclass(frozen=True)
class Curves:
    """Draws (D,) of curves: share of adopters in January 2013, pace, ceiling."""

    level: np.ndarray
    pace: np.ndarray
    ceiling: np.ndarray

    def share(self, year: float, bass: Bass) -> np.ndarray:
        """Share of adopters in January of `year`: (D,)."""
        return adopters(self.level, bass.years(FIRST, year), self.pace, self.ceiling, bass)


@dataclass(frozen=True)
class Hierarchy:
    """A fit: the common distribution, the curve of each place, and how many independent draws they are worth.

    `effective` is Kish's effective sample size, of the common numbers ("") and of each place's particles (a
    mean over draws).
    """

    bass: Bass
    common: Common
    places: Mapping[str, Curves]
    effective: Mapping[str, float]


def adopters(
    start: np.ndarray, years: float, pace: np.ndarray, ceiling: np.ndarray, bass: Bass
) -> np.ndarray:
    """The Bass curve of many places: share of adopters `years` after it was `start` (may be negative)."""
    p, q = bass.innovation, bass.imitation
    x = np.minimum(start / ceiling, 0.999)
    left = (1.0 - x) / (p + q * x) * np.exp(-(p + q) * pace * years)
    return np.asarray(np.maximum(ceiling * (1.0 - p * left) / (1.0 + q * left), _LEAST))


def fit_hierarchy(
    records: Records, bass: Bass, ceiling: float, draws: int = DRAWS, particles: int = PARTICLES
) -> Hierarchy:
    """Fit all places at once. `ceiling` is the judged mean of ceilings. Places without a result are left out.

    Deterministic: every draw is keyed by the place's name. The last few fits are remembered.
    """
    frozen = tuple((place, tuple(sorted(of.items()))) for place, of in sorted(records.items()) if of)
    return _fitted(frozen, bass, ceiling, draws, particles)


@lru_cache(maxsize=8)
def _fitted(
    records: tuple[tuple[str, tuple[tuple[int, float], ...]], ...],
    bass: Bass,
    ceiling: float,
    draws: int,
    particles: int,
) -> Hierarchy:
    clouds = {
        place: _Cloud.proposed(place, dict(record), bass, ceiling, particles) for place, record in records
    }
    common, weights = _sample_common(list(clouds.values()), ceiling)
    rng = np.random.default_rng(SEED)
    chosen = common[rng.choice(len(common), size=draws, p=weights)]
    effective = {"": float(1.0 / (weights**2).sum())}
    places = {}
    for place, cloud in clouds.items():
        places[place], effective[place] = cloud.drawn(chosen, np.random.default_rng([SEED, *place.encode()]))
    return Hierarchy(bass, _common_of(chosen), places, effective)


@dataclass(frozen=True)
class _Cloud:
    """Particles of one place: curves that pass near its first survey.

    `fit` (errors, particles) is the log likelihood of the whole record less the log density of the proposal.
    """

    level: np.ndarray
    pace: np.ndarray  # log
    ceiling: np.ndarray  # log-odds
    fit: np.ndarray

    @classmethod
    def proposed(
        cls, place: str, record: Mapping[int, float], bass: Bass, ceiling: float, particles: int
    ) -> "_Cloud":
        rng = np.random.default_rng([SEED, 1, *place.encode()])
        u = np.clip(qmc.Sobol(3, scramble=True, rng=rng).random(particles), 1e-9, 1.0 - 1e-9)
        normal = norm.ppf(u)
        first, mean = min(record), float(logit(ceiling))
        share = max(record[first], _LEAST)
        width = min(_WIDE_LEVEL / (share * (1.0 - share)), 0.6)
        at_first = expit(logit(share) + width * normal[:, 0])
        pace, top = _WIDE_PACE * normal[:, 1], mean + _WIDE_CEILING * normal[:, 2]
        curve = (np.exp(pace), expit(top), bass)
        fit = np.zeros((len(ERRORS), particles))
        for year, share in record.items():
            off = share - adopters(at_first, bass.years(first, year), *curve)
            fit += student.logpdf(off[None], FREEDOM, scale=ERRORS[:, None])
        fit += np.where(at_first < 0.999 * curve[1], 0.0, -np.inf)
        proposal = norm.logpdf(normal).sum(1)  # up to a constant that no comparison needs
        return cls(adopters(at_first, bass.years(first, FIRST), *curve), pace, top, fit - proposal)

    def weights(self, common: np.ndarray) -> np.ndarray:
        """Log weight of each particle under common distributions (draws, 5): (draws, particles).

        Two normal log densities, multiplied out so that one matrix product gives them for all pairs.
        """
        pace, spread, ceiling, width, error = common.T
        one, two = 0.5 / spread**2, 0.5 / width**2
        constant = -np.log(spread) - np.log(width) - one * pace**2 - two * ceiling**2
        of_common = np.stack([-one, 2.0 * one * pace, -two, 2.0 * two * ceiling, constant], 1)
        ones = np.ones_like(self.pace)
        of_particles = np.stack([self.pace**2, self.pace, self.ceiling**2, self.ceiling, ones])
        return np.asarray(of_common @ of_particles + self.fit[error.astype(int)])

    def evidence(self, common: np.ndarray) -> np.ndarray:
        """Log likelihood of the place's record under each common distribution, up to a constant: (draws,)."""
        logs = self.weights(common)
        most = logs.max(1)
        return np.asarray(np.log(np.exp(logs - most[:, None]).mean(1)) + most)

    def drawn(self, common: np.ndarray, rng: np.random.Generator) -> tuple[Curves, float]:
        """A curve for each draw of the common distribution, and the mean effective number of particles."""
        logs = self.weights(common)
        weights = np.exp(logs - logsumexp(logs, axis=1, keepdims=True))
        at = (weights.cumsum(1) < rng.random((len(common), 1))).sum(1).clip(max=len(self.pace) - 1)
        effective = float(np.mean(1.0 / (weights**2).sum(1)))
        return Curves(self.level[at], np.exp(self.pace[at]), expit(self.ceiling[at])), effective


def _sample_common(clouds: list[_Cloud], ceiling: float) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 5) of the common distribution's posterior with weights that add up to 1.

    Two rounds of importance sampling: from the prior, and from a normal about what the first round found.
    """
    first = _prior_points(ceiling)
    log_weights = sum((cloud.evidence(first) for cloud in clouds), np.zeros(len(first)))
    weights = np.exp(log_weights - logsumexp(log_weights))
    # The tempered weights of the first round say where to look, however few points it left.
    tempered = np.exp(0.3 * (log_weights - log_weights.max()))
    scale = _free(first)
    mean = np.average(scale, axis=0, weights=tempered)
    spread = np.cov(scale.T, aweights=tempered) + 1e-4 * np.eye(4)
    rng = np.random.default_rng([SEED, 2])
    # By Cholesky: its factor is unique, so that the draws are the same on every machine.
    there = rng.multivariate_normal(mean, spread, size=len(first), method="cholesky")
    error = rng.choice(len(ERRORS), size=len(first), p=_error_weights(weights, first))
    second = np.column_stack([_bound(there), error])
    off = there - mean
    proposal = -0.5 * np.einsum("ij,jk,ik->i", off, np.linalg.inv(spread), off)
    proposal += np.log(_error_weights(weights, first))[error]
    log_weights = sum((cloud.evidence(second) for cloud in clouds), _log_prior(second, ceiling) - proposal)
    return second, np.exp(log_weights - logsumexp(log_weights))


def _free(common: np.ndarray) -> np.ndarray:
    """The four numbers without bounds: spreads by their logarithm."""
    return np.column_stack([common[:, 0], np.log(common[:, 1]), common[:, 2], np.log(common[:, 3])])


def _bound(free: np.ndarray) -> np.ndarray:
    return np.column_stack([free[:, 0], np.exp(free[:, 1]), free[:, 2], np.exp(free[:, 3])])


def _prior_points(ceiling: float) -> np.ndarray:
    u = qmc.Sobol(5, scramble=True, rng=np.random.default_rng([SEED, 3])).random(COMMON)
    u = np.clip(u, 1e-6, 1.0 - 1e-6)
    error = np.searchsorted(np.cumsum(_prior_of_errors()), u[:, 4]).clip(max=len(ERRORS) - 1)
    half = norm.ppf(0.5 + 0.5 * u[:, [1, 3]])
    return np.column_stack(
        [
            _MEAN_PACE * norm.ppf(u[:, 0]),
            _SPREAD_PACE * half[:, 0],
            float(logit(ceiling)) + _MEAN_CEILING * norm.ppf(u[:, 2]),
            _SPREAD_CEILING * half[:, 1],
            error,
        ]
    )


def _log_prior(common: np.ndarray, ceiling: float) -> np.ndarray:
    """Log density of the prior, of the free numbers: the Jacobian of the two logarithms is in it."""
    pace, spread, top, width, error = common.T
    means = norm.logpdf(pace, 0.0, _MEAN_PACE) + norm.logpdf(top, float(logit(ceiling)), _MEAN_CEILING)
    spreads = norm.logpdf(spread, 0.0, _SPREAD_PACE) + norm.logpdf(width, 0.0, _SPREAD_CEILING)
    jacobian = np.log(spread) + np.log(width)
    return np.asarray(means + spreads + jacobian + np.log(_prior_of_errors())[error.astype(int)])


def _prior_of_errors() -> np.ndarray:
    density = norm.pdf(np.log(ERRORS / _ERROR) / _ERROR_SPREAD)
    return np.asarray(density / density.sum())


def _error_weights(weights: np.ndarray, common: np.ndarray) -> np.ndarray:
    """How often the second round tries each error: as the first found it, with a tenth for all alike."""
    found = np.bincount(common[:, 4].astype(int), weights=weights, minlength=len(ERRORS))
    return np.asarray(0.9 * found / found.sum() + 0.1 / len(ERRORS))


def _common_of(chosen: np.ndarray) -> Common:
    pace, spread, ceiling, width, error = chosen.T
    return Common(pace, spread, ceiling, width, ERRORS[error.astype(int)])

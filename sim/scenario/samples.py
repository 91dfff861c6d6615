"""The samples of a design in the unit cube: Latin hypercube and Sobol' by SciPy, Saltelli and Morris by
SALib.

A scrambled Sobol' sample (and the one that Saltelli builds on) is extended by asking for more points: those
it had stay. A Latin hypercube cannot be extended: each number of points is a sample of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.scenario.base import Finding
from sim.scenario.problems import choices
from sim.scenario.schema import Design

POSTERIOR = "posterior"  # its sample was drawn by the fit
# What each sampled method must be told, and which methods need a power of two.
SIZES = {"latin_hypercube": "points", "sobol": "points", "saltelli": "base", "morris": "trajectories"}
METHODS = tuple(SIZES)
_POWERS_OF_TWO = ("sobol", "saltelli")
_MORRIS_LEVELS = 4


@dataclass(frozen=True)
class Sampling:
    """A design's sample of so many factors."""

    design: Design
    factors: int

    @property
    def size(self) -> int:
        size: int | None = getattr(self.design, SIZES[self.design.method])
        assert size is not None
        return size

    @property
    def rows(self) -> int:
        """How many points the sample has."""
        per_unit = {"saltelli": self.factors + 2, "morris": self.factors + 1}.get(self.design.method, 1)
        return self.size * per_unit if self.factors else 1

    def shares(self) -> np.ndarray:
        """The sample: (rows, factors) float64 from 0 to 1."""
        if not self.factors:
            return np.zeros((1, 0))
        problem = {
            "num_vars": self.factors,
            "names": [str(i) for i in range(self.factors)],
            "bounds": [[0.0, 1.0]] * self.factors,
        }
        return np.asarray(_SAMPLERS[self.design.method](problem, self.size, self.design.seed), np.float64)


def _latin_hypercube(problem: dict[str, Any], size: int, seed: int) -> Any:
    from scipy.stats import qmc

    return qmc.LatinHypercube(problem["num_vars"], rng=np.random.default_rng(seed)).random(size)


def _sobol(problem: dict[str, Any], size: int, seed: int) -> Any:
    from scipy.stats import qmc

    return qmc.Sobol(problem["num_vars"], scramble=True, rng=np.random.default_rng(seed)).random(size)


def _saltelli(problem: dict[str, Any], size: int, seed: int) -> Any:
    from SALib.sample import sobol

    return sobol.sample(problem, size, calc_second_order=False, scramble=True, seed=seed)


def _morris(problem: dict[str, Any], size: int, seed: int) -> Any:
    from SALib.sample import morris

    return morris.sample(problem, size, num_levels=_MORRIS_LEVELS, seed=seed)


_SAMPLERS: dict[str, Any] = {
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "saltelli": _saltelli,
    "morris": _morris,
}


def sample_findings(design: Design) -> Iterator[Finding]:
    """Sizes and seeds that a method needs and lacks, or has no use for."""
    needed = (
        ["points"]
        if design.method == POSTERIOR
        else [SIZES[design.method], "seed"]
        if design.method in SIZES
        else []
    )
    for name in ("points", "base", "trajectories", "seed"):
        given = getattr(design, name)
        if name in needed and given is None:
            what = "a whole number from which its luck comes" if name == "seed" else "how large the sample is"
            yield ("design",), f"{design.method} needs '{name}': {what}"
        elif name not in needed and given is not None:
            valid = [*(() if design.method == POSTERIOR else ("uncertainties",)), "levers", *needed]
            yield ("design", name), f"{design.method} has no '{name}'; {choices(name, valid)}"
    if design.method == POSTERIOR:
        message = "posterior varies the fitted parameters and no others: leave it out, or make it a lever"
        yield from ((("design", "uncertainties", path), message) for path in design.uncertainties)
        return
    if needed and not design.uncertainties:
        yield (
            ("design", "method"),
            f"{design.method} samples uncertainties, and there are none; levers alone are a grid",
        )
    size = getattr(design, SIZES[design.method]) if needed else None
    if design.method in _POWERS_OF_TWO and size is not None and size & (size - 1):
        below = 1 << (size.bit_length() - 1)
        yield (
            ("design", SIZES[design.method]),
            f"{design.method} is balanced for powers of two only (got {size}); valid: {below} or {2 * below}",
        )

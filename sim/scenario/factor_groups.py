"""Groups of parameters as factors: `parameters` or `trust` stands for each parameter in it.

A design that varies everything need not list everything. A group leaves out what another factor varies, and
what a world's `set` or the command line sets. Its `times` multiplies each parameter as far as its range
allows: half to twice a share of 0.8 is 0.4 to 1. A parameter that is 0 cannot be multiplied; it is varied
over its range.
"""

from collections.abc import Collection, Iterator, Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context

from sim.scenario.base import Base
from sim.scenario.factor_targets import FactorProblem
from sim.scenario.parameter_files import ParameterInfo, groups
from sim.scenario.schema import FactorSpec

EVERY = "parameters"


def is_group(path: str) -> bool:
    """Whether a path names all parameters, or a group of them."""
    return path == EVERY or path in groups()


def members(
    path: str, spec: FactorSpec, base: Base, taken: Collection[str]
) -> Iterator[tuple[str, FactorSpec]]:
    """The parameters of a group that are not `taken`, each with its own specification.

    Raises FactorProblem.
    """
    if spec.values is not None:
        raise FactorProblem("stands for many parameters: give times or a range, not values", "values")
    if spec.range not in (None, "prior"):
        raise FactorProblem("stands for many parameters: give times, or range: prior", "range")
    for name, info in base.parameter_info.items():
        if path in (EVERY, name.split(".")[0]) and not any(_meet(name, other) for other in taken):
            yield name, _within_range(spec, info)


def _meet(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _within_range(spec: FactorSpec, info: ParameterInfo) -> FactorSpec:
    if spec.times is None:
        return spec
    values = [*info.value.values()] if isinstance(info.value, dict) else [info.value]
    times = _multiples(
        [v for v in values if v != 0.0 and info.range[0] <= v <= info.range[1]], info, spec.times
    )
    if times is None:
        return FactorSpec(range="prior", levels=spec.levels)
    return spec.model_copy(update={"times": times})


def _multiples(
    values: Sequence[float], info: ParameterInfo, asked: tuple[float, float]
) -> tuple[float, float] | None:
    """What all values may be multiplied by; None if by nothing, or where there are none."""
    ends = [sorted(end / value for end in info.range) for value in values]
    low = max([asked[0], *(_rounded(least, ROUND_CEILING) for least, _ in ends)])
    high = min([asked[1], *(_rounded(most, ROUND_FLOOR) for _, most in ends)])
    return (low, high) if ends and low < high else None


def _rounded(end: float, inwards: str) -> float:
    """To four digits, never out of the range."""
    return float(Context(prec=4, rounding=inwards).create_decimal(end))

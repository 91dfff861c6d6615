"""The sliders of the explorer: the parameter of each, and whether somebody decides it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.analysis.factor_names import factor_name, sentence_case
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.posterior import Fitted, Posterior

Role = Literal["uncertainties", "levers", "others"]

# Quantities that nobody decides and that are not well measured.
UNCERTAINTIES = (
    "trust.asymmetry",
    "trust.intelligence_spillover",
    "trust.peer_weight",
    "trust.ruling_weight",
    "trust.residue_half_life",
    "choice.sensitivity",
    "switching.between_providers",
    "governments.rule",
    "investigators.mla_utilisation",
    "investigators.evading_share",
)
# Decisions of governments, providers or authorities.
LEVERS = (
    "governments.base_rate",
    "choice.grace_months",
    "choice.trustee_premium",
    "providers.discount",
    "providers.litigation_trust",
    "investigators.mla_hiring",
    "investigators.mla_base_months",
)

MOST_TIMES = 4.0  # tables are multiplied as a whole, by 0 to this
STEPS = 100


@dataclass(frozen=True)
class Knob:
    """One slider. For a table of numbers (`times`) it is a multiple of the shipped values."""

    path: str
    label: str
    role: Role
    info: ParameterInfo
    fitted: Fitted | None = None

    @property
    def times(self) -> bool:
        return isinstance(self.info.value, dict)

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed, as of months in a contract."""
        return isinstance(self.info.value, int)

    @property
    def default(self) -> float:
        return 1.0 if isinstance(self.info.value, dict) else float(self.info.value)

    @property
    def range(self) -> tuple[float, float]:
        """The ends of the slider: the parameter's range, or for a table the multiples that keep every entry
        in range."""
        if not isinstance(self.info.value, dict):
            return self.info.range
        low, high = self.info.range
        most = [(high if value > 0 else low) / value for value in self.info.value.values() if value]
        top = min([MOST_TIMES, *most])
        fits = all(self.info.allows(0.0, key) for key in self.info.value)
        return (
            0.0
            if fits
            else max((low if value > 0 else high) / value for value in self.info.value.values() if value)
        ), math.floor(top * 100) / 100

    @property
    def step(self) -> float:
        """A plain number, about a hundredth of the range."""
        low, high = self.range
        rough = (high - low) / STEPS
        digit = 10.0 ** math.floor(math.log10(rough))
        step = next((k * digit for k in (1, 2, 5) if k * digit >= rough * (1 - 1e-9)), 10 * digit)
        return max(1.0, round(step)) if self.whole else float(f"{step:.3g}")

    @property
    def unit(self) -> str:
        return "times the shipped values" if self.times else "" if self.info.unit == "-" else self.info.unit

    def as_slider(self, fitted: float) -> float:
        """A value of the fitted parameter on the slider's scale."""
        assert self.fitted is not None
        sets = self.fitted.sets(fitted)
        if not isinstance(self.info.value, dict):
            return sets[self.path]
        return next(
            sets[f"{self.path}.{key}"] / value
            for key, value in self.info.value.items()
            if value and f"{self.path}.{key}" in sets
        )

    @property
    def posterior(self) -> tuple[float, float, float] | None:
        """5th, 50th and 95th percentile of the posterior on the slider's scale, if fitted."""
        if self.fitted is None:
            return None
        return (
            self.as_slider(self.fitted.p05),
            self.as_slider(self.fitted.p50),
            self.as_slider(self.fitted.p95),
        )

    def values(self, at: float) -> dict[str, float | int]:
        """The settings of an experiment when the slider is at `at`: every number by its path."""
        if isinstance(self.info.value, dict):
            return {f"{self.path}.{key}": value * at for key, value in self.info.value.items()}
        return {self.path: round(at) if self.whole else at}

    def problem(self, at: float) -> str | None:
        """Why the slider cannot be at `at`, or None."""
        low, high = self.range
        if not low <= at <= high and at != self.default:
            return f"{at:g} is out of range; allowed: {low:g} to {high:g} {self.unit}".rstrip()
        return f"{at:g} is not a whole number" if self.whole and at != round(at) else None


def knobs_of(infos: Mapping[str, ParameterInfo], posterior: Posterior | None = None) -> dict[str, Knob]:
    """A slider for every parameter: the important ones first, then all others by name."""

    def knob(path: str, role: Role) -> Knob:
        fitted = posterior.of(path) if posterior is not None else None
        return Knob(path, sentence_case(factor_name(path)), role, infos[path], fitted)

    found = {path: knob(path, "uncertainties") for path in UNCERTAINTIES if path in infos}
    found |= {path: knob(path, "levers") for path in LEVERS if path in infos}
    others = {path: knob(path, "others") for path in infos if path not in found}
    return found | {path: knob for path, knob in others.items() if knob.range[1] > knob.range[0]}

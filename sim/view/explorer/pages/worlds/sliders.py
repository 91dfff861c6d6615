"""The sliders of the explorer: the parameter and plain name of each, and whether somebody decides it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.posterior import Fitted, Posterior

Role = Literal["uncertainties", "levers", "others"]

# Quantities that nobody decides and that are not well measured.
UNCERTAINTIES = {
    "trust.asymmetry": "Weight of bad news relative to good news",
    "trust.intelligence_spillover": "Spillover of distrust from intelligence to police",
    "trust.peer_weight": "Influence of peers",
    "trust.ruling_weight": "Weight of news about the ruling",
    "trust.residue_half_life": "Half-life of lasting memories",
    "choice.sensitivity": "Sensitivity of customers to risk",
    "switching.between_providers": "Cost of changing provider",
    "governments.rule": "Governments' response to the rule itself",
    "investigators.mla_utilisation": "Utilisation of mutual legal assistance in 2013",
    "investigators.evading_share": "Share of targets who choose a place to evade",
}
# Decisions of governments, providers or authorities.
LEVERS = {
    "governments.base_rate": "Governments' readiness to legislate",
    "choice.grace_months": "Grace period to leave an unlawful place",
    "choice.trustee_premium": "Price premium of a trustee's offer",
    "providers.discount": "Discount where distrust costs more",
    "providers.litigation_trust": "Trust gained by challenging warrants in court",
    "investigators.mla_hiring": "Hiring for a lasting load of assistance requests",
    "investigators.mla_base_months": "Processing time of assistance requests",
}

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

    def knob(path: str, label: str, role: Role) -> Knob:
        return Knob(path, label, role, infos[path], posterior.of(path) if posterior is not None else None)

    found = {
        path: knob(path, label, "uncertainties") for path, label in UNCERTAINTIES.items() if path in infos
    }
    found |= {path: knob(path, label, "levers") for path, label in LEVERS.items() if path in infos}
    others = {path: knob(path, _plain(path), "others") for path in infos if path not in found}
    return found | {path: knob for path, knob in others.items() if knob.range[1] > knob.range[0]}


def _plain(path: str) -> str:
    group, name = path.split(".")
    return f"{group.capitalize()}: {name.replace('_', ' ')}"

"""The parameters that the explorer offers as sliders: what each is called in plain words, and who, if anybody, decides it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.posterior import Fitted, Posterior

Role = Literal["uncertainties", "levers", "others"]

# What nobody decides and nobody has measured well.
UNCERTAINTIES = {
    "trust.asymmetry": "How much more bad news weighs than good",
    "trust.intelligence_spillover": "Distrust of spies that spills over to the police",
    "trust.peer_weight": "How much people follow their peers",
    "trust.ruling_weight": "How loud the news of the ruling is",
    "trust.residue_half_life": "How long what stays is remembered",
    "choice.sensitivity": "How much risk deters customers",
    "switching.between_providers": "What it costs to change provider",
    "governments.rule": "How much governments mind the rule itself",
    "investigators.mla_utilisation": "How busy mutual legal assistance was in 2013",
    "investigators.evading_share": "Targets who choose a place to evade",
}
# What a government, a provider or an authority could decide.
LEVERS = {
    "governments.base_rate": "Governments' readiness to legislate",
    "choice.grace_months": "Time given to leave an unlawful place",
    "choice.trustee_premium": "Price premium of a trustee's offer",
    "providers.discount": "Price cut where distrust costs more",
    "providers.litigation_trust": "What fighting warrants in court earns in trust",
    "investigators.mla_capacity_response": "Hiring where assistance is backed up",
    "investigators.mla_base_months": "Time that the papers of assistance take",
}

MOST_TIMES = 4.0  # a table of numbers is multiplied as a whole, from nought to this
STEPS = 100


@dataclass(frozen=True)
class Knob:
    """One slider. Of a table of numbers (`times`) the slider is a multiple of what the files say."""

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
        """The ends of the slider: the parameter's own range, or for a table the multiples that keep every entry within it."""
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
        """A value of the fitted parameter as the slider would show it."""
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
        """5th, 50th and 95th percentile of the fit's draws as the slider would show them, where the fit is about this parameter."""
        if self.fitted is None:
            return None
        return (
            self.as_slider(self.fitted.p05),
            self.as_slider(self.fitted.p50),
            self.as_slider(self.fitted.p95),
        )

    def values(self, at: float) -> dict[str, float | int]:
        """What an experiment sets when the slider stands at `at`: every number by its path."""
        if isinstance(self.info.value, dict):
            return {f"{self.path}.{key}": value * at for key, value in self.info.value.items()}
        return {self.path: round(at) if self.whole else at}

    def problem(self, at: float) -> str | None:
        """Why the slider cannot stand at `at`."""
        low, high = self.range
        if not low <= at <= high and at != self.default:
            return f"{at:g} is out of range; allowed: {low:g} to {high:g} {self.unit}".rstrip()
        return f"{at:g} is not a whole number" if self.whole and at != round(at) else None


def knobs_of(infos: Mapping[str, ParameterInfo], posterior: Posterior | None = None) -> dict[str, Knob]:
    """Every parameter as a knob: first those that matter, in their order, then all others under their own names."""

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

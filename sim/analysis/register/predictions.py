"""Predictions of what sources will publish: draws of the posterior under an outlook, beside no change."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.analysis.digests import posterior_digest
from sim.analysis.evidence.posterior_predictive import predict
from sim.analysis.evidence.rows import Row
from sim.analysis.evidence.splits import SHIPPED
from sim.analysis.posterior_draws import Draw, first_draws
from sim.analysis.register.entries import ASKED, EVENT, Q_COLUMNS, QUANTILES, RIVAL, VALUE, Entry
from sim.analysis.register.questions import Question
from sim.analysis.validation.misses import UsualMisses
from sim.analysis.validation.rivals import no_change_from
from sim.analysis.validation.scoring_rules import Predictive
from sim.analysis.validation.series import earlier
from sim.runs.identity import model_digest
from sim.runs.tasks import Runner
from sim.scenario.posterior import Posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

CENTRES = 50  # of the mixture that is registered
DIGITS = 12  # of a digest


@dataclass(frozen=True)
class Registration:
    """What is to be registered on a day: questions whose answers nobody knows yet."""

    questions: tuple[Question, ...]
    known: tuple[Row, ...]  # rows whose values no change goes on from
    resolved: Resolved
    posterior: Posterior
    draws: int
    today: dt.date

    @property
    def points(self) -> tuple[Draw, ...]:
        return first_draws(self.posterior, self.draws, option="--draws")

    def entries(self, runner: Runner) -> list[dict[str, str]]:
        """Run the draws, and say of every question what is registered."""
        rows = [question.row for question in self.questions]
        seen = [row for row in self.known if SHIPPED.may_see(row)]
        values = predict([*rows, *seen], self.resolved, self.points, runner)
        misses = UsualMisses(seen, lambda row: values.get(row.id))
        return [
            self._entry(question, values[question.id], misses.error(question.row))
            for question in self.questions
        ]

    def same(self, question: Question) -> tuple[str, ...]:
        """By what the register tells whether the question has its forecast by this model already."""
        return question.id, *self._made_by

    @cached_property
    def _made_by(self) -> tuple[str, str, str]:
        """Outlook, digest of the model, digest of the posterior."""
        outlook, posterior = self.resolved.experiment.outlook or "", posterior_digest(self.posterior)
        return outlook, model_digest()[:DIGITS], posterior[:DIGITS]

    def _entry(self, question: Question, values: np.ndarray, error: float) -> dict[str, str]:
        known = values[np.isfinite(values)]
        if not len(known):
            raise InputError(f"{question.id}: the model has nothing to measure: {question.row.what}")
        outlook, model, posterior = self._made_by
        return {
            **{name: question.text[name] for name in ("id", *ASKED)},
            "registered_on": self.today.isoformat(),
            **distribution(known, question, error),
            **self._no_change(question),
            "outlook": outlook,
            "model_digest": model,
            "posterior": posterior,
            "first_seed": str(self.resolved.experiment.seeds.first),
            "draws": str(self.draws),
            "customers": str(self.resolved.experiment.customers),
        }

    def _no_change(self, question: Question) -> dict[str, str]:
        """The last value of the same thing in the evidence, or what the question says of today."""
        row, known = question.row, [one for one in self.known if one.bound == "eq"]
        made = no_change_from(row, known)
        if made is not None:
            last = earlier(row, known)[-1]
            said = f"{last.period}: {last.source}"
        elif question.now is not None:
            made = Predictive(np.array([question.now]), float(question.text["se"]))
            said = question.now_source
        else:
            return dict.fromkeys(RIVAL, "")
        return dict(zip(RIVAL, (_text(made.mean), _text(made.sd), said), strict=True))


def distribution(values: np.ndarray, question: Question, error: float) -> dict[str, str]:
    """What is registered of runs (n,): a mixture of normals around equally likely centres, in words and
    quantiles; of an event its probability.

    `error` is the standard deviation of each normal: the source's error and the model's usual miss.
    """
    if question.event:
        # half a run each way: no number of runs shows that something cannot happen
        p = float((np.clip(values, 0.0, 1.0).sum() + 0.5) / (len(values) + 1.0))
        empty = dict.fromkeys((*Q_COLUMNS, "centres"), "")
        return {"kind": EVENT, "mean": _text(p), "sd": _text((p * (1.0 - p)) ** 0.5), "error": "0", **empty}
    at = (np.arange(CENTRES) + 0.5) / CENTRES
    centres = [_text(float(one)) for one in np.quantile(values, at)]
    made = Predictive(np.array([float(one) for one in centres]), error)
    return {
        "kind": VALUE,
        "mean": _text(made.mean),
        "sd": _text(made.spread),
        **{name: _text(made.quantile(q)) for name, q in zip(Q_COLUMNS, QUANTILES, strict=True)},
        "centres": ";".join(centres),
        "error": _text(error),
    }


def _text(value: float) -> str:
    return f"{value:.6g}"


def open_questions(
    questions: Sequence[Question], there: Sequence[Entry], today: dt.date
) -> tuple[Question, ...]:
    """The questions that can be registered today.

    One that was registered before and may be published by now is closed. Raises InputError for one that
    never was registered and may be: a value already published is no forecast.
    """
    registered = {entry.id for entry in there}
    late = [one for one in questions if one.earliest <= today]
    never = [one for one in late if one.id not in registered]
    if never:
        raise InputError(
            [
                f"{one.id}: can be published since {one.earliest}, and today is {today}: a value already "
                "published when registered is no forecast"
                for one in never
            ]
        )
    return tuple(one for one in questions if one not in late)

"""The discount from stated to actual behaviour: how much of what customers say they do.

The module finds the parameter setting at either end of the range in R01. No parameter is that ratio.
Behaviour answers to risk by `choice.sensitivity`, which no survey answer depends on, so all its entries are
multiplied by one number until the part of revenue that US providers lost abroad to the leak, over the share
of organisations that said they were more negative, is what R01 says. The file of rows says how each is
measured.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.posterior_predictive import Question, predict_each
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.analysis.posterior_draws import Draw, common_seeds
from sim.runs.tasks import Runner
from sim.scenario.locations import root
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

ROWS = Path("configs/evidence/discount.csv")
KNOB = "choice.sensitivity"
ENDS = ("R01a", "R01b")  # rows of the evidence whose values are the lower and the upper end
MULTIPLES = (0.0625, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0)
MONTHS, LAST = 48, "2016-12"  # what the rows look at


@dataclass(frozen=True)
class Setting:
    """A multiple of the sensitivities, the ratio of done to said at it, and the ratio that was looked for."""

    multiple: float
    ratio: float
    wanted: float

    @property
    def reached(self) -> bool:
        return bool(np.isclose(self.ratio, self.wanted, rtol=1e-6))


def sensitivities(resolved: Resolved, multiple: float) -> dict[str, float]:
    """Every entry of the knob times `multiple`, within the parameter's range."""
    info = resolved.base.parameter_info[KNOB]
    entries = next(iter(resolved.scenarios.values())).parameters.choice.sensitivity.model_dump()
    return {
        f"{KNOB}.{name}": min(max(multiple * value, info.range[0]), info.range[1])
        for name, value in entries.items()
    }


def discounts(resolved: Resolved, runner: Runner) -> list[Setting]:
    """The setting at either end of R01 (lower, upper).

    It is found on the experiment's own parameters and seeds. Raises InputError where it cannot be measured:
    an arm would hold nothing and yet look robust.
    """
    horizon = resolved.experiment.horizon
    if horizon.last < LAST:
        raise InputError(
            f"{resolved.name}: ends in {horizon.last}, and what customers do of what they say is measured to "
            f"{LAST}; name an experiment that goes on until then with --experiment"
        )
    history = history_of(resolved)
    rows = {row.id: row for row in read_rows(root() / ROWS, history)}
    wanted = {row.id: row.value for row in read_rows(shipped_rows(), history) if row.id in ENDS}
    draws = [Draw(f"{KNOB} x {multiple:g}", sensitivities(resolved, multiple)) for multiple in MULTIPLES]
    seeds = common_seeds(resolved, draws)
    [values] = predict_each([Question(list(rows.values()), draws, resolved, seeds, MONTHS)], runner)
    done, stated = (np.nanmean(values[name], axis=1) for name in ("done", "said"))
    found = [crossing(MULTIPLES, done / stated, wanted[end]) for end in ENDS]
    if any(np.isnan(setting.ratio) for setting in found):
        raise InputError(
            f"{resolved.name}: nobody in it does any of what customers say, so no setting is nearest to R01; "
            "try more customers (--customers)"
        )
    return found


def crossing(multiples: Sequence[float], ratios: np.ndarray, wanted: float) -> Setting:
    """Where the ratio first crosses the target, interpolated linearly in both logarithms.

    Where it never does, the nearest value tried.
    """
    known = [(m, r) for m, r in zip(multiples, ratios, strict=True) if np.isfinite(r) and r > 0.0]
    for (m0, r0), (m1, r1) in pairwise(known):
        if min(r0, r1) <= wanted <= max(r0, r1) and r0 != r1:
            share = (np.log(wanted) - np.log(r0)) / (np.log(r1) - np.log(r0))
            return Setting(float(np.exp(np.log(m0) + share * (np.log(m1) - np.log(m0)))), wanted, wanted)
    nearest = min(known, key=lambda one: abs(np.log(one[1] / wanted)), default=(1.0, np.nan))
    return Setting(float(nearest[0]), float(nearest[1]), wanted)

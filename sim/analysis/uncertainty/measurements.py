"""What could be measured: the rows of the evidence, again or for the first time, and parameters directly."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from sim.analysis.calibration.inputs import questions
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.analysis.uncertainty.joint_draws import JointDraws, sets_nothing
from sim.analysis.uncertainty.shipped_draws import (
    DRAW,
    OUTCOMES_FILE,
    ROWS_FILE,
    are_of_another_posterior,
    headlines_by_draw,
    read,
)
from sim.analysis.uncertainty.value_of_information import HALF, PARAMETER, ROW, Quantity, value_table
from sim.analysis.validation.series import error_of
from sim.scenario.problems import InputError, choices

_MEASURED_IN = 0.9  # of the draws a row must have a value in


def value_of_information(
    joint: JointDraws, outcomes: pd.DataFrame | None = None, errors: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """What measurements would do to each headline, from draws that were run (`joint_draws.outcomes`), or the
    shipped ones.

    `errors`: the standard error of a measurement, by row or parameter; then only these are looked at. That of
    a parameter on a logarithmic scale is relative. Raises InputError for names that nobody knows, and where
    there are no draws of these parameters and this posterior.
    """
    stale = are_of_another_posterior(joint.resolved.base)
    if outcomes is None:
        outcomes = read(OUTCOMES_FILE, joint.resolved)
        if outcomes is not None and stale:
            raise InputError(
                f"{joint.resolved.name}: the shipped draws are of another posterior, or of other code, than "
                "those here; run this experiment with --draws 256 first"
            )
        if outcomes is None or joint.held:
            raise InputError(
                f"{joint.resolved.name}: the shipped draws are of two_worlds as shipped; run "
                "this experiment with --draws 256 first"
            )
    headlines = headlines_by_draw(outcomes)
    rows = [] if stale else [*_rows(joint, headlines.index)]
    known = {one.name: one for one in (*rows, *_parameters(joint, headlines.index))}
    wanted = known if errors is None else {}
    for name, se in (errors or {}).items():
        if name not in known:
            raise InputError(f"--measure {name}: no such row or parameter; {choices(name, known)}")
        if not (np.isfinite(se) and se > 0.0):
            raise InputError(f"--measure {name}: {se:g}: a standard error must be above 0")
        one = known[name]
        wanted[name] = Quantity(one.name, one.kind, one.what, one.values, se, one.role)
    return value_table(headlines, list(wanted.values()))


def _parameters(joint: JointDraws, draws: pd.Index) -> Iterator[Quantity]:
    """Each parameter of the posterior, as if measured to half of its present spread."""
    info, table = joint.resolved.base.parameter_info, joint.posterior.draws()[draws.to_numpy(int)]
    asks = questions()
    for fitted, column in zip(joint.posterior.fitted, table.T, strict=True):
        if sets_nothing(joint, fitted.parameter) or not fitted.paths:
            continue
        values = np.log(column) if fitted.scale == "log" else column
        known = info.get(".".join(fitted.parameter.split(".")[:2]))
        meaning = known.meaning if known else "a multiple of several numbers"
        spread = float(np.std(values, ddof=1))
        what = asks.get(fitted.parameter, meaning)
        yield Quantity(fitted.parameter, PARAMETER, what, values, HALF * spread, fitted.role)


def _rows(joint: JointDraws, draws: pd.Index) -> Iterator[Quantity]:
    """Each row of the evidence whose values at the draws are shipped, with its source's standard error."""
    table = read(ROWS_FILE, joint.resolved)
    if table is None:
        return
    table = table.set_index(DRAW)
    for row in read_rows(shipped_rows(), history_of(joint.resolved)):
        if row.id in table and table[row.id].notna().mean() >= _MEASURED_IN:
            values = table[row.id].reindex(draws).to_numpy(float)
            what = ", ".join(filter(None, (row.what, row.place.name, row.population, row.period_words)))
            yield Quantity(row.id, ROW, what, values, error_of(row), row.role)

"""The shipped posterior: whole, of the inputs that are shipped with it, and what the defaults are."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.analysis.calibration.fit import PREDICTIVE, RECOVERY
from sim.analysis.calibration.inputs import Inputs, read_inputs
from sim.analysis.calibration.recovery import HIGHEST, LOWEST, NARROWER
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import read_rows, rows_to_fit, shipped_rows
from sim.scenario.posterior import EARLY, Posterior, moved_headlines, posterior_folder, read_posterior
from sim.scenario.resolution import Resolved, resolve
from tools.fitted_values import FITTED, shipped_values

BOTH = pytest.mark.parametrize("early", [False, True])


@cache
def history() -> Resolved:
    return resolve("history")


@cache
def inputs() -> Inputs:
    return read_inputs(read_rows(shipped_rows(), history_of(history())), history().base)


@cache
def posterior(early: bool) -> Posterior:
    return read_posterior(split="early" if early else None)


def table(name: str, early: bool) -> pd.DataFrame:
    return pd.read_csv(posterior_folder() / ((EARLY if early else "") + name), keep_default_na=False)


@BOTH
def test_it_is_of_the_shipped_inputs(early: bool) -> None:
    found = posterior(early)
    assert found.names == tuple(one.name for one in inputs().fitted)
    assert len(found.draws()) >= 256
    for one, candidate, column in zip(found.fitted, inputs().fitted, found.draws().T, strict=True):
        assert dict(one.multiplies) == dict(candidate.multiplies)
        assert (one.prior_low, one.prior_high, one.prior_centre, one.scale) == (
            candidate.low,
            candidate.high,
            candidate.centre,
            candidate.scale,
        )
        assert np.all((column >= one.prior_low) & (column <= one.prior_high))
        assert one.mean == pytest.approx(column.mean(), rel=1e-4)
        assert one.p05 <= one.p50 <= one.p95


@BOTH
def test_what_is_called_identified_is_narrow_and_can_be_recovered(early: bool) -> None:
    shipped = table(RECOVERY, early).query("ships == 'yes'").set_index("parameter")
    assert set(shipped["repeats"]) and shipped["repeats"].min() >= 100
    for one, candidate, column in zip(
        posterior(early).fitted, inputs().fitted, posterior(early).draws().T, strict=True
    ):
        assert one.coverage == pytest.approx(shipped.loc[one.parameter, "coverage"], abs=1e-4)
        narrow = float(candidate.share(column).std() / 12**-0.5)
        assert one.contraction == pytest.approx(1.0 - narrow**2, abs=2e-3)
        assert one.identified == (narrow < NARROWER and LOWEST <= one.coverage <= HIGHEST)


@BOTH
def test_every_calibration_row_holds_or_is_a_miss_with_its_cause(early: bool) -> None:
    predicted = table(PREDICTIVE, early)
    assert list(predicted["row"]) == [
        row.id for row in rows_to_fit(read_rows(shipped_rows(), history_of(history())))
    ]
    missed = predicted[predicted["verdict"] != "holds"]
    assert (missed["cause"].str.len() > 10).all()
    assert (predicted.loc[predicted["row"].isin(inputs().left_out), "left_out"].str.len() > 10).all()


def test_more_rows_hold_than_before() -> None:
    predicted = table(PREDICTIVE, False)
    assert (predicted["verdict"] == "holds").sum() > (predicted["verdict_before"] == "holds").sum()


def test_headlines_were_compared_at_as_many_draws_of_prior_and_posterior() -> None:
    lines = moved_headlines()
    assert len(lines) == 10
    assert all(line["prior_draws"] == line["posterior_draws"] == 64 for line in lines)


def test_the_defaults_are_the_best_point() -> None:
    base = history().base
    for path, value in shipped_values(posterior(False).at_best()).items():
        group, name, *key = path.split(".")
        info = base.parameter_info[f"{group}.{name}"]
        assert (info.value[key[0]] if isinstance(info.value, dict) else info.value) == value, path
        one = posterior(False).of(path)
        if one is not None and one.value != one.prior_centre:
            assert info.source.startswith(FITTED), path

"""The shipped posterior: whole, of the inputs that are shipped with it, and what the defaults are."""

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from sim.analysis.calibration.country_curves import DRAWS as CURVE_DRAWS
from sim.analysis.calibration.fit import ABOUT, PREDICTIVE, RECOVERY
from sim.analysis.calibration.inputs import Inputs, read_inputs
from sim.analysis.calibration.recovery import HIGHEST, LOWEST, NARROWER
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import read_rows, rows_to_fit, shipped_rows
from sim.analysis.evidence.splits import SPLITS
from sim.analysis.headlines import HEADLINES
from sim.scenario.posterior import JUDGED, Posterior, moved_headlines, posterior_folder, read_posterior
from sim.scenario.resolution import Resolved, resolve
from tools.fitted_values import FITTED, shipped_values


@cache
def history() -> Resolved:
    return resolve("history")


@cache
def inputs() -> Inputs:
    return read_inputs(read_rows(shipped_rows(), history_of(history())), history().base)


@cache
def posterior() -> Posterior:
    return read_posterior()


def table(name: str) -> pd.DataFrame:
    return pd.read_csv(posterior_folder() / name, keep_default_na=False)


def test_it_is_of_the_shipped_inputs() -> None:
    found = posterior()
    assert found.names == tuple(one.name for one in inputs().candidates)
    assert len(found.draws()) >= 256 and len(found.curves) == CURVE_DRAWS
    for one, candidate, column in zip(found.fitted, inputs().candidates, found.draws().T, strict=True):
        assert (dict(one.multiplies), one.role) == (dict(candidate.multiplies), candidate.role)
        prior = (one.prior_low, one.prior_high, one.prior_centre, one.scale)
        assert prior == (candidate.low, candidate.high, candidate.centre, candidate.scale)
        assert np.all((column >= one.prior_low) & (column <= one.prior_high))
        assert one.mean == pytest.approx(column.mean(), rel=1e-4)
        assert one.p05 <= one.p50 <= one.p95


@pytest.mark.parametrize("split", [split.name for split in SPLITS])
def test_every_split_has_draws_of_its_own(split: str) -> None:
    apart = read_posterior(split=split)
    assert apart.names == posterior().names
    assert len(apart.draws()) >= 128
    assert set(apart.at(0)) == set(posterior().at(0))


def test_what_is_called_identified_is_narrow_and_can_be_recovered() -> None:
    recovered = table(RECOVERY).set_index("parameter")
    assert recovered["points"].min() >= 32
    for one in posterior().fitted:
        if one.parameter not in recovered.index:  # judged since; drawn from its range
            assert one.role == JUDGED and not one.identified
            continue
        assert one.coverage == pytest.approx(recovered.loc[one.parameter, "coverage_90"], abs=1e-4)
        narrow = (1.0 - one.contraction) ** 0.5 if one.contraction < 1.0 else 0.0
        assert one.identified == (narrow < NARROWER and LOWEST <= one.coverage <= HIGHEST)


def test_chains_agree_and_intervals_hold_the_truth_as_often_as_they_say() -> None:
    recovered = table(RECOVERY)
    assert recovered["r_hat"].max() < 1.1
    assert recovered["coverage_90"].mean() == pytest.approx(0.9, abs=0.03)
    assert recovered["coverage_50"].mean() == pytest.approx(0.5, abs=0.05)


def test_every_calibration_row_holds_or_is_a_miss_with_its_cause() -> None:
    predicted = table(PREDICTIVE)
    rows = rows_to_fit(read_rows(shipped_rows(), history_of(history())))
    assert list(predicted["row"]) == [row.id for row in rows]
    assert (predicted.loc[predicted["verdict"] != "holds", "cause"].str.len() > 10).all()
    assert (predicted.loc[predicted["row"].isin(inputs().left_out), "left_out"].str.len() > 10).all()


def test_headlines_were_compared_at_as_many_draws_of_prior_and_posterior() -> None:
    lines = moved_headlines()
    assert [line["headline"] for line in lines] == [headline.code for headline in HEADLINES]
    draws = json.loads((posterior_folder() / ABOUT).read_text())["put_back"]
    assert draws >= 16
    assert all(line["prior_draws"] == line["posterior_draws"] == draws for line in lines)


def test_the_defaults_are_the_best_point() -> None:
    base = history().base
    for path, value in shipped_values(posterior().at_best()).items():
        group, name, *key = path.split(".")
        info = base.parameter_info[f"{group}.{name}"]
        assert (info.value[key[0]] if isinstance(info.value, dict) else info.value) == value, path
        one = posterior().of(path)
        if one is not None and one.value != one.prior_centre:
            assert info.source.startswith(FITTED), path

"""What a fit is told, and what it may never see."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.calibration.fit import SCREEN
from sim.analysis.calibration.inputs import (
    DISCREPANCY,
    FOLDER,
    HELD_BACK,
    LEFT_OUT,
    PARAMETERS,
    Inputs,
    read_inputs,
)
from sim.analysis.calibration.screening import chosen
from sim.analysis.calibration.summary_statistics import Summaries, names_of
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import posterior_folder
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve


@cache
def history() -> Resolved:
    return resolve("history")


@cache
def rows() -> tuple[Row, ...]:
    return read_rows(shipped_rows(), history_of(history()))


@cache
def shipped() -> Inputs:
    return read_inputs(rows(), history().base)


def test_only_calibration_rows_ever_reach_a_fit() -> None:
    roles = {row.role for row in rows()}
    assert {"validation", "context", "input"} <= roles, "there is something to keep away"
    for early in (False, True):
        assert {row.role for row in shipped().rows(rows(), early)} == {"calibration"}
    poisoned = [replace(row, value=1e9) if row.role != "calibration" else row for row in rows()]
    assert shipped().rows(poisoned) == shipped().rows(rows())


def test_the_early_fit_sees_neither_later_rows_nor_the_countries_held_back() -> None:
    all_of_it, early = (shipped().rows(rows(), e) for e in (False, True))
    hidden = {row.id for row in all_of_it} - {row.id for row in early}
    assert all(row.last.last < (2019 - 1970) * 12 for row in early)
    assert {"K01b", "W01", "S21", "L01b"} <= hidden, "later than 2018"
    assert len(shipped().held_back) == 4
    for country in shipped().held_back:
        assert f"K22b_{country}_2016_small" in hidden
        assert not [
            row for row in early if row.measure.name.startswith("adoption") and country in row.place.codes
        ]
    assert "S06a" not in hidden, "what German firms said is no row of Eurostat"


def test_rows_left_out_are_not_fitted_and_each_has_a_reason() -> None:
    assert not {row.id for row in shipped().rows(rows())} & set(shipped().left_out)
    assert all(len(reason) > 20 for reason in shipped().left_out.values())


def test_priors_are_reproduced_at_their_ends_and_back() -> None:
    for one in shipped().candidates:
        ends = one.value(pd.Series([0.0, 1.0]).to_numpy())
        assert ends.tolist() == [one.low, one.high]
        assert one.share(one.value(pd.Series([0.3]).to_numpy()))[0] == pytest.approx(0.3, abs=1e-4)


def test_the_fitted_parameters_are_those_that_the_screen_chose() -> None:
    table = posterior_folder() / SCREEN
    drawn = [one.name for one in shipped().candidates if one.fitted == "drawn"]
    assert set(chosen(pd.read_csv(table), drawn)) == {
        one.name for one in shipped().candidates if one.fitted == "yes"
    }


def test_what_acts_alike_or_not_at_all_is_not_chosen() -> None:
    effects = {
        "strong": (9.0, 3.0),
        "alike": (3.0, 1.0),
        "other": (0.0, 2.0),
        "faint": (0.5, -0.5),
        "drawn": (4.0, -4.0),
    }
    screened = pd.DataFrame(
        [
            {"parameter": name, "summary": k, "effect": effect}
            for name, pair in effects.items()
            for k, effect in zip("ab", pair, strict=True)
        ]
    )
    assert chosen(screened, ["drawn"]) == ["strong", "other"]


def test_summaries_of_the_data_are_the_data() -> None:
    summaries = Summaries(shipped().rows(rows()))
    at = dict(zip(summaries.names, summaries.observed, strict=True))
    assert at["use_slope"] == pytest.approx(1.0)
    assert at["S06a"] == at["W01"] == 0.0
    assert at["use_growth"] == pytest.approx(4.5, abs=1.0), "from 2014 to 2016"
    moved = summaries.of(summaries.data + 3.0)
    assert moved[summaries.names.index("use_mean")] == pytest.approx(at["use_mean"] + 3.0)
    assert moved[summaries.names.index("W01")] == 3.0, "a bound that is overstepped"
    below = summaries.of(summaries.data - 3.0)
    assert below[summaries.names.index("W01")] == 0.0 and below[summaries.names.index("S06a")] == -3.0
    assert summaries.of(summaries.data[None, None].repeat(2, 1)).shape == (1, 2, len(summaries.names))
    assert names_of([row for row in summaries.rows if row.id == "S06a"]) == ("S06a",)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            PARAMETERS,
            "trust.news_strength,",
            "trust.news_strenght,",
            f"{PARAMETERS}:3: parameter: unknown parameter 'trust.news_strenght'; did you mean",
        ),
        (
            PARAMETERS,
            "lin,1,5,2",
            "lin,1,7,2",
            f"{PARAMETERS}:4: low: trust.asymmetry would be 7, out of range; allowed: 1 to 5",
        ),
        (
            PARAMETERS,
            "lin,1,5,2",
            "lin,3,5,2",
            f"{PARAMETERS}:4: low: low, centre and high must be in order (got 3, 2, 5)",
        ),
        (
            PARAMETERS,
            "lin,1,5,2",
            "line,1,5,2",
            f"{PARAMETERS}:4: scale: unknown value 'line'; did you mean 'lin'?",
        ),
        (PARAMETERS, "log,1,16,4", "log,one,16,4", f"{PARAMETERS}:3: low: must be a number (got 'one')"),
        (
            PARAMETERS,
            "market.home_lag.all,",
            "market.home_lag,",
            f"{PARAMETERS}:16: parameter: market.home_lag holds several numbers",
        ),
        (
            PARAMETERS,
            "choice.keys_gap,",
            "choice.network_effect,",
            f"{PARAMETERS}:21: parameter: 'choice.network_effect' is also on line 17",
        ),
        (LEFT_OUT, "S18,", "S81,", f"{LEFT_OUT}:4: row: 'S81' is no row of the calibration; "),
        (LEFT_OUT, "S18,", "K10_2013,", "row: 'K10_2013' is no row of the calibration"),
        (HELD_BACK, "\nDK,", "\nXX,", "country: 'XX' is no country"),
        (DISCREPANCY, "K01a,3,", "K01a,0,", "sd: must be more than 0 (got 0)"),
        (DISCREPANCY, "K01a,3,", "K01z,3,", "no line for the summary 'K01a'"),
        (DISCREPANCY, "summary,sd,why", "summary,sd,reason", "unknown column 'reason'"),
    ],
)
def test_a_wrong_input_is_named_with_file_and_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / FOLDER
    shutil.copytree(root() / CONFIGS / FOLDER, folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(InputError) as refused:
        read_inputs(rows(), history().base, folder)
    assert said in str(refused.value)

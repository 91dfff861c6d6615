"""What a fit is told, and what it may never see."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.calibration.inputs import (
    DISCREPANCY,
    FOLDER,
    LEFT_OUT,
    PARAMETERS,
    Inputs,
    read_inputs,
)
from sim.analysis.calibration.prior_sample import sets_at, shares, values_at
from sim.analysis.calibration.summary_statistics import Summaries, may_use, summaries_of
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.analysis.evidence.splits import SPLITS
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import FITTED, JUDGED, SPREAD
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
    assert {row.role for row in shipped().rows(rows())} == {"calibration"}
    poisoned = [replace(row, value=1e9) if row.role != "calibration" else row for row in rows()]
    assert shipped().rows(poisoned) == shipped().rows(rows())


def ties() -> dict[str, str]:
    return {code: where.ties for code, where in history().base.jurisdictions.items()}


def test_a_split_uses_a_summary_only_if_it_may_see_every_row_of_it() -> None:
    parts = summaries_of(shipped().rows(rows()), ties())
    by_time = next(split for split in SPLITS if split.name == "by_time")
    used = may_use(parts, [row.id for row in rows() if by_time.may_see(row)])
    names = [part.name for part in parts]
    assert {"K01b", "W01", "S21", "L01b"} <= {n for n, u in zip(names, used, strict=True) if not u}, (
        "after 2018"
    )
    assert {"K01a", "S06a", "views_eu_2014"} <= {n for n, u in zip(names, used, strict=True) if u}


def test_use_of_cloud_services_informs_the_country_level_alone() -> None:
    parts = summaries_of(shipped().rows(rows()), ties())
    assert not [row for part in parts for row in part.rows if row.measure.name == "adoption"]


def test_rows_left_out_are_not_fitted_and_each_has_a_reason() -> None:
    assert not {row.id for row in shipped().rows(rows())} & set(shipped().left_out)
    assert all(len(reason) > 20 for reason in shipped().left_out.values())


def test_priors_are_reproduced_at_their_ends_and_back() -> None:
    for one in shipped().candidates:
        assert one.value(np.array([0.0, 1.0])).tolist() == [one.low, one.high]
        assert one.share(one.value(np.array([0.3])))[0] == pytest.approx(0.3, abs=1e-4)


def test_about_a_dozen_are_fitted_and_every_judged_one_says_so() -> None:
    by_role = {
        role: [one for one in shipped().candidates if one.role == role] for role in (FITTED, JUDGED, SPREAD)
    }
    common = [one for one in by_role[FITTED] if not one.spread]
    assert 10 <= len(common) <= 16 and len(by_role[SPREAD]) == 2
    assert all("judgement" in one.source for one in by_role[JUDGED])
    assert all(one.sets(one.centre) for one in common + by_role[JUDGED])
    assert not any(one.sets(one.centre) for one in by_role[SPREAD])


def test_groups_of_countries_come_from_a_common_distribution() -> None:
    """Where the common spread is small, the groups are alike; where it is large, they differ."""
    candidates = shipped().candidates
    names = [one.name for one in candidates]
    sample = shares(candidates, 256)
    group = [k for k, name in enumerate(names) if name.startswith("trust.news_reach.")]
    width = names.index("news_reach_spread")
    assert len(group) == 4
    small, large = (values_at(candidates, _held(sample, width, share))[:, group] for share in (0.01, 0.99))
    assert np.log(small).std() == pytest.approx(0.02, rel=0.2)
    assert np.log(large).std() == pytest.approx(0.77, rel=0.2)
    sets = sets_at(candidates, values_at(candidates, sample[:1]))[0]
    assert "trust.news_reach.eu" in sets and "news_reach_spread" not in sets


def _held(sample: np.ndarray, column: int, share: float) -> np.ndarray:
    held = sample.copy()
    held[:, column] = share
    return held


def test_summaries_are_the_distance_from_the_data() -> None:
    used = shipped().rows(rows())
    summaries = Summaries(summaries_of(used, ties()), used)
    data = np.array([row.value for row in used])
    assert np.all(summaries.of(data) == 0.0)
    at = dict(zip(summaries.names, summaries.of(data + 3.0), strict=True))
    assert at["asked"] == pytest.approx(3.0), "a mean over countries"
    assert at["W01"] == 3.0, "a bound that is overstepped"
    below = dict(zip(summaries.names, summaries.of(data - 3.0), strict=True))
    assert below["W01"] == 0.0 and below["S06a"] == -3.0
    assert summaries.of(data[None, None].repeat(2, 1)).shape == (1, 2, len(summaries.names))


def test_the_error_of_a_mean_over_countries_is_how_much_they_differ() -> None:
    asked = next(part for part in summaries_of(shipped().rows(rows()), ties()) if part.name == "asked")
    values = [row.value for row in asked.rows]
    assert asked.error == pytest.approx(np.std(values, ddof=1) / len(values) ** 0.5)
    (single,) = summaries_of([asked.rows[0]], ties())
    assert single.error == asked.rows[0].se


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
            f"{PARAMETERS}:28: low: trust.asymmetry would be 7, out of range; allowed: 1 to 5",
        ),
        (
            PARAMETERS,
            "lin,1,5,2",
            "lin,3,5,2",
            f"{PARAMETERS}:28: low: low, centre and high must be in order (got 3, 2, 5)",
        ),
        (
            PARAMETERS,
            "lin,1,5,2",
            "line,1,5,2",
            f"{PARAMETERS}:28: scale: unknown value 'line'; did you mean 'lin'?",
        ),
        (PARAMETERS, "log,1,30,4", "log,one,30,4", f"{PARAMETERS}:3: low: must be a number (got 'one')"),
        (
            PARAMETERS,
            "market.home_lag.all,",
            "market.home_lag,",
            f"{PARAMETERS}:12: parameter: market.home_lag holds several numbers",
        ),
        (
            PARAMETERS,
            "choice.keys_gap,",
            "choice.network_effect,",
            f"{PARAMETERS}:54: parameter: 'choice.network_effect' is also on line 51",
        ),
        (LEFT_OUT, "S18,", "S81,", f"{LEFT_OUT}:3: row: 'S81' is no row of the calibration; "),
        (LEFT_OUT, "S18,", "K10_2013,", "row: 'K10_2013' is no row of the calibration"),
        (
            PARAMETERS,
            ",news_reach_spread,log",
            ",news_spread,log",
            "spread: 'news_spread' is no spread above this line; did you mean 'news_reach_spread'",
        ),
        (DISCREPANCY, "K01a,2,", "K01a,0,", "sd: must be more than 0 (got 0)"),
        (DISCREPANCY, "K01a,2,", "K01z,2,", "no line for the summary 'K01a'"),
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

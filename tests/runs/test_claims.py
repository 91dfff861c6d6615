"""Claims are judged on paired differences: hold, fail, or inconclusive with the seeds needed."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sim.runs import tables_on_disk
from sim.runs.claims import check, judge
from sim.runs.results import TABLES_FOLDER, FolderResults
from sim.runs.verdicts import seeds_needed
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from tests.scenario.small_designs import swept

MONTHS = np.arange("2013-01", "2017-01", dtype="datetime64[M]").astype("datetime64[D]")
AFTER = np.datetime64("2014-07-31") < MONTHS
LOWER = {
    "claim": "Trust is lower",
    "measure": "trust",
    "window": "2015",
    "world": "doj_wins",
    "against": "microsoft_wins",
    "expect": "lower",
}
GRID = {"method": "grid", "uncertainties": {"trust.peer_weight": {"values": [0.1, 0.2, 0.3]}}}


def claimed(
    project: Path,
    *claims: dict[str, Any],
    seeds: int = 4,
    design: dict[str, Any] | None = None,
    sets: tuple[str, ...] = (),
    **more: Any,
) -> Resolved:
    more = {"record": "country", **more}
    return swept(
        project,
        design,
        *sets,
        claims=[{**LOWER, **claim} for claim in claims],
        seeds={"first": 1, "count": seeds},
        **more,
    )


def recorded(
    folder: Path,
    differences: dict[tuple[int, int], float],
    country: str | None = None,
    point: bool = False,
    **columns: np.ndarray,
) -> FolderResults:
    """Tables in which doj_wins differs by a given amount from August 2014 on, by point and seed."""
    frames = []
    for (at, seed), difference in differences.items():
        for world, added in (("microsoft_wins", 0.0), ("doj_wins", difference)):
            one: dict[str, Any] = {"point": at} if point else {}
            one |= {
                "seed": seed,
                "world": world,
                "month": MONTHS,
                **({"country": country} if country else {}),
            }
            frames.append(
                pd.DataFrame(
                    {**one, "trust": 0.5 + 0.01 * seed + added * AFTER, "revenue_us": 10.0, **columns}
                )
            )
    path = folder / TABLES_FOLDER / f"{'country' if country else 'world'}.parquet"
    path.parent.mkdir(exist_ok=True)
    tables_on_disk.write(pa.Table.from_pandas(pd.concat(frames), preserve_index=False), path)
    return FolderResults(folder)


def by_seed(*differences: float) -> dict[tuple[int, int], float]:
    return {(0, seed): difference for seed, difference in enumerate(differences, 1)}


def verdicts(resolved: Resolved, results: FolderResults) -> list[str]:
    return list(judge(resolved, results).claims["verdict"])


def test_a_claim_holds_fails_or_cannot_be_told(project: Path, tmp_path: Path) -> None:
    resolved = claimed(
        project,
        {},
        {"expect": "higher"},
        {"at_least": 0.1},
        {"at_least": 0.2},
        {"at_least": 0.3},
        {"at_most": 0.2},
        {"at_most": 0.3},
    )
    results = recorded(tmp_path, by_seed(-0.19, -0.21, -0.20, -0.22))
    assert verdicts(resolved, results) == [
        "holds",
        "fails",
        "holds",
        "inconclusive",
        "fails",
        "inconclusive",
        "holds",
    ]


def test_within_is_a_claim_that_nothing_much_differs(project: Path, tmp_path: Path) -> None:
    resolved = claimed(project, *({"expect": "within", "at_most": size} for size in (0.1, 0.01, 0.001)))
    assert verdicts(resolved, recorded(tmp_path, by_seed(0.02, -0.02, 0.021, -0.021))) == [
        "holds",
        "inconclusive",
        "inconclusive",
    ]
    assert verdicts(resolved, recorded(tmp_path, by_seed(0.05, 0.051, 0.05, 0.05))) == [
        "holds",
        "fails",
        "fails",
    ]


def test_worlds_that_are_exactly_equal_are_neither_lower_nor_higher(project: Path, tmp_path: Path) -> None:
    resolved = claimed(project, {}, {"expect": "higher"}, {"expect": "within", "at_most": 0.1})
    assert verdicts(resolved, recorded(tmp_path, by_seed(0.0, 0.0))) == ["fails", "fails", "holds"]


def test_pairing_takes_the_luck_out(project: Path, tmp_path: Path) -> None:
    """Seeds differ by 0.01 each, worlds by 0.001: unpaired, nobody could tell."""
    assert verdicts(claimed(project, {}), recorded(tmp_path, by_seed(*[-0.001, -0.0011] * 2))) == ["holds"]


def test_an_inconclusive_claim_says_how_many_seeds_would_tell(project: Path, tmp_path: Path) -> None:
    row = judge(claimed(project, {}), recorded(tmp_path, by_seed(-0.2, 0.1, -0.3, 0.05))).claims.iloc[0]
    d = np.array([-0.2, 0.1, -0.3, 0.05])
    assert (row["verdict"], row["pairs"]) == ("inconclusive", 4)
    assert row["difference"] == pytest.approx(d.mean())
    assert row["further_seeds"] == seeds_needed(np.abs([d.mean()]), np.array([d.std(ddof=1)]))[0] - 4 > 20


@pytest.mark.parametrize(("effect", "pairs"), [(0.2, 199), (0.5, 34), (1.0, 10)])
def test_the_seeds_needed_are_those_of_the_tables_of_power(effect: float, pairs: int) -> None:
    """Sizes for a paired t test at 5% and a power of 80%, as any table has them."""
    assert seeds_needed(np.array([effect]), np.array([1.0])) == [pairs]


def test_no_fewer_than_two_seeds_are_needed() -> None:
    assert seeds_needed(np.array([100.0]), np.array([1.0])) == [2]


def test_seeds_are_counted_to_the_nearest_bound(project: Path, tmp_path: Path) -> None:
    """Here the lower one of two that are both not nought."""
    d = np.array([-0.2, 0.1, -0.3, 0.05])
    claim = {"expect": "within", "at_most": 0.12}
    row = judge(claimed(project, claim), recorded(tmp_path, by_seed(*d))).claims.iloc[0]
    expected = seeds_needed(np.array([0.12 - 0.0875]), np.array([d.std(ddof=1)]))[0] - 4
    assert (row["verdict"], row["further_seeds"]) == ("inconclusive", expected)


def test_the_seeds_needed_would_do_in_four_of_five_trials() -> None:
    rng = np.random.default_rng(1)
    d = rng.normal(0.7, 1.0, (4000, int(seeds_needed(np.array([0.7]), np.array([1.0]))[0])))
    t = d.mean(axis=1) / d.std(axis=1, ddof=1) * np.sqrt(d.shape[1])
    from scipy import stats

    assert 0.78 < np.mean(np.abs(t) > stats.t.ppf(0.975, d.shape[1] - 1)) < 0.84


def test_a_difference_on_the_bound_itself_no_number_of_seeds_would_tell() -> None:
    assert np.isnan(seeds_needed(np.array([0.0]), np.array([1.0])))[0]


def test_one_pair_has_no_interval(project: Path, tmp_path: Path) -> None:
    row = judge(claimed(project, {}, seeds=1), recorded(tmp_path, by_seed(-0.5))).claims.iloc[0]
    assert (row["verdict"], row["note"]) == ("inconclusive", "one pair gives no interval")
    assert np.isnan(row["low"])
    assert pd.isna(row["further_seeds"])


def test_failed_pairs_are_counted_and_left_out(project: Path, tmp_path: Path) -> None:
    row = judge(claimed(project, {}, seeds=5), recorded(tmp_path, by_seed(-0.19, -0.21, -0.20))).claims.iloc[
        0
    ]
    assert (row["verdict"], row["pairs"], row["failed"], row["missing"]) == ("holds", 3, 2, 0)


def test_a_missing_number_stays_missing(project: Path, tmp_path: Path) -> None:
    """A sum with a month missing is no number; a mean is over the months that have one."""
    resolved = claimed(
        project,
        {"over": "sum", "measure": "belief"},
        {"measure": "belief"},
        {"measure": "belief", "over": "last"},
    )
    belief = np.where(np.datetime64("2015-12-01") == MONTHS, np.nan, 0.3)
    table = judge(resolved, recorded(tmp_path, by_seed(-0.2, -0.3, -0.25, -0.2), belief=belief)).claims
    assert list(table["verdict"]) == ["not judged", "fails", "not judged"]
    assert list(table["missing"]) == [4, 0, 4]
    assert table["note"][0] == "no pair has this number"


@pytest.mark.parametrize(
    ("window", "over", "value"),
    [
        ("2014", "mean", 5 / 12),
        ("2014-08", "mean", 1.0),
        ("2014-07", "last", 0.0),
        ("2014-07 to 2014-10", "last", 1.0),
        ("2014-07 to 2014-10", "sum", 3.0),
        ("from the switch", "sum", 29.0),
    ],
)
def test_a_claim_is_about_the_months_of_its_window(
    project: Path, tmp_path: Path, window: str, over: str, value: float
) -> None:
    judged = judge(claimed(project, {"window": window, "over": over}), recorded(tmp_path, by_seed(1.0, 1.0)))
    assert judged.claims["difference"][0] == pytest.approx(value)


def test_a_claim_can_be_about_one_country(project: Path, tmp_path: Path) -> None:
    recorded(tmp_path, by_seed(0.3, 0.3))
    recorded(tmp_path, by_seed(-0.2, -0.2), country="DE")
    judged = judge(claimed(project, {"country": "DE"}, {}), FolderResults(tmp_path))
    assert [round(d, 6) for d in judged.claims["difference"]] == [-0.2, 0.3]


def test_of_a_sweep_the_share_of_points_where_it_holds(project: Path, tmp_path: Path) -> None:
    differences = {
        (0, 1): -0.2,
        (0, 2): -0.21,
        (1, 1): 0.2,
        (1, 2): 0.21,
        (2, 1): -0.9,
    }  # of the last point one pair failed
    resolved = claimed(project, {}, {"expect": "higher"}, seeds=2, design=GRID)
    judged = judge(resolved, recorded(tmp_path, differences, point=True))
    lower = judged.claims.iloc[0]
    assert (lower["holds"], lower["fails"], lower["inconclusive"], lower["judged"], lower["failed"]) == (
        1,
        1,
        1,
        3,
        1,
    )
    assert lower["share_holds"] == pytest.approx(1 / 3)
    assert lower["share_mean_agrees"] == pytest.approx(2 / 3)
    assert lower["verdict"] == "holds at 1 of 3 points"
    assert list(judged.by_point["verdict"]) == [
        "holds",
        "fails",
        "inconclusive",
        "fails",
        "holds",
        "inconclusive",
    ]
    assert list(judged.by_point["trust.peer_weight"]) == [0.1, 0.2, 0.3] * 2
    assert judged.failed == []  # of a sweep, where it fails is a finding


def test_of_a_sweep_it_can_hold_nowhere(project: Path, tmp_path: Path) -> None:
    resolved = claimed(project, {"expect": "higher"}, seeds=2, design=GRID)
    row = judge(
        resolved, recorded(tmp_path, {(p, s): -0.2 - 0.01 * s for p in range(3) for s in (1, 2)}, point=True)
    ).claims.iloc[0]
    assert (row["holds"], row["fails"], row["verdict"]) == (0, 3, "holds at 0 of 3 points")


def test_a_point_all_of_whose_runs_failed_is_not_judged(project: Path, tmp_path: Path) -> None:
    resolved = claimed(project, {}, seeds=2, design=GRID)
    row = judge(
        resolved, recorded(tmp_path, {(0, 1): -0.2, (0, 2): -0.21, (1, 1): -0.2, (1, 2): -0.21}, point=True)
    ).claims.iloc[0]
    assert (row["points"], row["judged"], row["failed"], row["share_holds"]) == (3, 2, 2, 1.0)


def test_where_a_design_moves_the_switch_the_window_moves_with_it(project: Path, tmp_path: Path) -> None:
    design = {"method": "grid", "levers": {"switch_date": {"values": ["2014-07-31", "2015-07-31"]}}}
    resolved = claimed(project, {"window": "from the switch", "over": "sum"}, seeds=1, design=design)
    judged = judge(resolved, recorded(tmp_path, {(0, 1): 1.0, (1, 1): 1.0}, point=True))
    assert list(judged.by_point["difference"].round(6)) == [29.0, 17.0]


def test_from_the_switch_worlds_that_never_differ_are_judged_over_all_months(
    project: Path, tmp_path: Path
) -> None:
    """They had no month left, and were counted as pairs that had failed."""
    design = {
        "method": "grid",
        "levers": {"worlds.doj_wins.switches.0.regime": {"values": ["microsoft_wins", "doj_wins"]}},
    }
    claim = {"window": "from the switch", "over": "sum", "expect": "within", "at_most": 1.0}
    resolved = claimed(project, claim, seeds=2, design=design)
    pairs = {(point, seed): 0.0 for point in (0, 1) for seed in (1, 2)}
    judged = judge(resolved, recorded(tmp_path, pairs, point=True))
    assert list(judged.by_point["verdict"]) == ["holds", "holds"]
    assert judged.claims.iloc[0]["failed"] == 0


def test_a_design_may_move_the_switch_of_one_world(project: Path) -> None:
    design = {
        "method": "grid",
        "levers": {"worlds.doj_wins.switches.0.on": {"values": ["2014-07-31", "2015-07-31"]}},
    }
    check(claimed(project, {"window": "from the switch"}, seeds=1, design=design))


def test_a_size_is_told_with_its_unit(project: Path, tmp_path: Path) -> None:
    sizes = {"at_least": 0.05}, {"measure": "revenue_us", "at_least": 2.0}
    said = judge(claimed(project, *sizes), recorded(tmp_path, by_seed(-0.2, -0.21))).claims["expect"]
    assert list(said) == ["lower by at least 5 points of 100 than", "lower by at least 2 USD than"]


def test_long_tables_read_in_stretches_give_the_same(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = claimed(project, {}, {"over": "sum"}, {"over": "last"}, seeds=2, design=GRID)
    results = recorded(tmp_path, {(p, s): -0.1 * p - 0.01 * s for p in range(3) for s in (1, 2)}, point=True)
    whole = judge(resolved, results)
    monkeypatch.setattr("sim.runs.claims._ROWS_A_READ", 37)
    pd.testing.assert_frame_equal(judge(resolved, results).by_point, whole.by_point)


def test_a_claim_about_months_that_were_not_run_is_not_judged(project: Path, tmp_path: Path) -> None:
    resolved = claimed(project, {}, sets=("horizon.last=2015-06",))
    row = judge(resolved, recorded(tmp_path, by_seed(-0.2, -0.2))).claims.iloc[0]
    assert (row["verdict"], row["note"], row["failed"]) == (
        "not judged",
        "its window is not in the run's months",
        0,
    )


def test_a_design_has_a_second_table_by_point(project: Path, tmp_path: Path) -> None:
    results = recorded(tmp_path, {(p, s): -0.1 - 0.01 * s for p in range(3) for s in (1, 2)}, point=True)
    tables = judge(claimed(project, {}, seeds=2, design=GRID), results).tables
    assert tables["claims"]["verdict"][0] == "holds at 3 of 3 points"
    assert len(tables["claims_by_point"]) == 3
    found = judge(claimed(project, {}), recorded(tmp_path, by_seed(-0.2, -0.21)))
    assert list(found.tables) == ["claims"]


@pytest.mark.parametrize(
    ("claim", "at", "said"),
    [
        ({"measure": "trusst"}, "measure", "no such number in the table 'world'; did you mean 'trust'?"),
        (
            {"measure": "mla_backlog_incoming", "country": "DE"},
            "measure",
            "no such number in the table 'country'",
        ),
        ({"world": "doj_win"}, "world", "unknown world 'doj_win'; did you mean 'doj_wins'?"),
        ({"against": "doj_wins"}, "against", "would be compared with itself"),
        ({"country": "FR"}, "country", "unknown country 'FR'; valid: abroad, US, NO, DE"),
        ({"window": "2019"}, "window", "2019 is outside the horizon, 2013-01 to 2016-12"),
        ({"window": "2015-03 to 2015-01"}, "window", "ends before it begins"),
        (
            {"window": "summer"},
            "window",
            "must be a window such as 2020, 2020-03, 2016-01 to 2020-12, or: from the switch (got 'summer')",
        ),
        ({"expect": "less"}, "expect", "unknown value 'less'; valid: lower, higher, within"),
        ({"expect": "within"}, "expect", "'within' needs at_most"),
        ({"at_least": 2.0, "at_most": 1.0}, "at_least", "must be below at_most, 1 (got 2)"),
        ({"at_least": -1.0}, "at_least", "must be more than 0.0 (got -1.0)"),
        ({"at_least": 2.0}, "at_least", "no difference is that large: write 0.02 for 2 points of 100"),
        ({"expect": "within", "at_most": 1.0}, "at_most", "write 0.01 for 1 points of 100"),
    ],
)
def test_a_claim_that_cannot_be_judged_is_refused_with_its_line(
    project: Path, claim: dict[str, Any], at: str, said: str
) -> None:
    with pytest.raises(InputError) as refused:
        check(claimed(project, {}, claim))
    (problem,) = refused.value.problems
    line = int(problem.split(":")[1])
    assert f"claims.1.{at}" in problem
    assert said in problem
    assert (
        f'"{at}"' in (project / "experiments/sweep.yaml").read_text(encoding="utf-8").splitlines()[line - 1]
    )


def test_a_country_is_claimed_only_where_countries_are_recorded(project: Path) -> None:
    with pytest.raises(InputError, match="countries are not recorded: write 'record: country'"):
        claimed(project, {"country": "DE"}, record="world")


def test_the_interval_is_students_t_over_pairs(project: Path, tmp_path: Path) -> None:
    from scipy import stats

    differences = [-0.2, 0.1, -0.3, 0.05]
    row = judge(claimed(project, {}), recorded(tmp_path, by_seed(*differences))).claims.iloc[0]
    asked = stats.ttest_1samp(differences, 0.0).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((asked.low, asked.high))

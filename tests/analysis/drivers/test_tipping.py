"""What stays after a return is what was planted; a step tips, a line does not, and no effect is said."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.drivers.return_effects import AFTER, AT_AFTER, AT_END, worlds_of
from sim.analysis.drivers.tipping import crossing, level_past_return, no_effect, steepest, too_few
from sim.model.tables import TABLES
from sim.pipeline import resolve, run
from sim.runs import worker
from sim.runs.pairs import MONTH_DIGEST
from sim.runs.seed_task import SeedDone, Task
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.view.sections.tipping import answer

EXPERIMENT = """\
title: A ruling that is turned back
question: Is what stays what was planted?
timeline: history
horizon: {first: 2013-01, last: 2022-12}
customers: 5000
seeds: {first: 1, count: 4}
record: world
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2014-07-31, regime: microsoft_wins}]}
  turned_back:
    label: DOJ wins, then Microsoft wins
    switches: [{on: 2014-07-31, regime: doj_wins}, {on: 2015-07-31, regime: microsoft_wins}]
  doj_wins: {label: DOJ wins, switches: [{on: 2014-07-31, regime: doj_wins}]}
compare: [microsoft_wins, turned_back]
design:
  method: grid
  levers:
    worlds.turned_back.switches.1.on:
      values: [DAYS]
"""
DAYS = "2015-07-31, 2015-10-31, 2016-01-31, 2016-04-30, 2016-07-31, 2016-10-31, 2017-01-31, 2017-04-30"
FIRST, LOSS, LAWS = 19, 0.1, 4.0  # first month of the ruling; trust lost and laws gained while it lasts
Stays = Callable[[int], float]


def months_held(task: Task) -> int:
    on = task.scenarios["turned_back"].switches[1].on
    return (on.year - 2013) * 12 + on.month - FIRST


def planted_seed(task: Task, stays: Stays, laws_left: float, loss: float) -> SeedDone:
    """Trust falls by `loss` under DOJ's rule; after the return a part of it stays, by the months it held."""
    done = SeedDone(task.seed, task.label, seconds=0.001)
    held = months_held(task)
    for world, scenario in task.scenarios.items():
        columns: Columns = {"month": np.datetime64("2013-01", "M") + np.arange(scenario.months)}
        for column in TABLES["world"].measures:
            columns[column.name] = np.ones(scenario.months, column.dtype)
        part = np.zeros(scenario.months)
        if world != "microsoft_wins":
            part[FIRST:] = 1.0
        trust, laws = part.copy(), part * (LAWS + task.seed % 2)
        if world == "turned_back":
            trust[FIRST + held :] = stays(held)
            laws[FIRST + held :] *= laws_left
        columns |= {"trust": 0.6 - (loss + 1e-4 * (task.seed % 3)) * trust, "laws_total": 10.0 + laws}
        done.tables[world] = {"world": columns}
        done.months[world] = b"\0" * MONTH_DIGEST * scenario.months
        done.digests.setdefault("world", {})[world] = digest_of_values("world", columns)
    return done


def turned_back(
    folder: Path, stays: Stays, laws_left: float = 0.8, loss: float = LOSS, experiment: str = EXPERIMENT
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "planted.yaml"
    file.write_text(experiment.replace("DAYS", DAYS), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_seed", lambda task: planted_seed(task, stays, laws_left, loss))
        patch.setattr("sim.runs.tasks.is_compiled", lambda: True)
        return run(resolve(file), folder / "results", store=folder / "store", workers=1).folder


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stays grows in a line with the months held: 24 months leave one half."""
    return turned_back(tmp_path_factory.mktemp("line"), lambda held: held / 48)


@pytest.fixture(scope="module")
def step(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Up to two years nothing stays, later everything."""
    return turned_back(tmp_path_factory.mktemp("step"), lambda held: float(held > 24), laws_left=0.2)


def rows(folder: Path, table: str, **where: Any) -> pd.DataFrame:
    frame = sim.load(folder).returns[table]
    for name, value in where.items():
        frame = frame[frame[name] == value]
    return frame


def test_the_share_that_stays_is_the_one_that_was_planted(line: Path) -> None:
    found = rows(line, "returns", outcome="trust", at=AT_AFTER)
    assert found["held"].tolist() == [12, 15, 18, 21, 24, 27, 30, 33]
    assert found["share"].to_numpy() == pytest.approx(found["held"].to_numpy() / 48)
    assert found["before"].to_numpy() == pytest.approx(-100 * LOSS, rel=0.01)
    assert (found["pairs"] == 4).all()
    assert ((found["share_low"] <= found["share"]) | found["share_low"].isna()).all()


def test_a_line_does_not_tip_and_passes_one_half_where_it_was_planted(line: Path) -> None:
    curve = rows(line, "tipping", outcome="trust", at=AT_AFTER).iloc[0]
    assert curve["verdict"] == "gradual: no tipping"
    assert curve["steepest"] == pytest.approx(0.1, abs=0.01)
    assert curve["half_at"] == pytest.approx(24.0, abs=0.1)


def test_a_step_tips(step: Path) -> None:
    curve = rows(step, "tipping", outcome="trust", at=AT_AFTER).iloc[0]
    assert curve["verdict"] == "tips"
    assert 24 < curve["half_at"] < 27
    returns = sim.load(step).returns
    assert "Tips: Trust in US providers abroad" in answer(*returns.values())


def test_what_does_not_differ_has_no_share(line: Path) -> None:
    found = rows(line, "returns", outcome="revenue")
    assert (
        found["share"].isna().all() and (found["note"] == "a rule that lasts has no sure effect here").all()
    )
    none = "no effect to lose: a rule that lasts has a sure effect at none of 8 points"
    curves = rows(line, "tipping", outcome="revenue")
    assert (curves["verdict"] == none).all()
    assert set(curves["along"]) == set(rows(line, "tipping", outcome="trust")["along"])
    assert f"Revenue of US providers abroad: {none}." in answer(*sim.load(line).returns.values())


@pytest.mark.parametrize(
    ("sure", "points", "few"),
    [(0, 8, True), (3, 8, True), (4, 8, False), (1, 25, True), (3, 3, False), (0, 1, True), (1, 1, False)],
)
def test_the_words_and_the_table_of_curves_ask_for_as_many_sure_points(
    sure: int, points: int, few: bool
) -> None:
    assert too_few(sure, points) is few
    assert "no effect to lose: a rule that lasts has " in no_effect(sure, points)


def test_further_laws_that_go_on_growing_are_said_to() -> None:
    repeal = pd.DataFrame(
        {"low": [1.0, 3.0], "high": [2.0, 5.0], "share": [1.87, 1.0], "share_low": [1.7, 0.9]}
    )
    words = level_past_return(repeal)[1]
    assert "more than half are left 60 months after the return (100% to 187%; over 100%, they go on" in words


def test_laws_left_and_the_level_past_which_repeal_does_not_follow(line: Path, step: Path) -> None:
    stuck, gone = (sim.load(folder).returns["repeal"] for folder in (line, step))
    assert stuck["share"].to_numpy() == pytest.approx(0.8) and gone["share"].to_numpy() == pytest.approx(0.2)
    assert "at every level, from 4.0 further laws on, more than half are left" in level_past_return(stuck)[1]
    assert "no level up to 5.0 further laws" in level_past_return(gone)[1]


def test_a_level_of_laws_is_named_where_there_is_one() -> None:
    repeal = pd.DataFrame(
        {"low": [1.0, 3.0, 6.0], "high": [2.0, 5.0, 9.0], "share": [0.1, 0.3, 0.9],
         "share_low": [0.0, 0.2, 0.8]}
    )  # fmt: skip
    level, words = level_past_return(repeal)
    assert (
        level == 5.0
        and words == f"past 5.0 further laws at the return, more than half are left {AFTER} months later"
    )


def test_a_line_has_a_tenth_of_its_change_in_a_tenth_of_its_range_and_a_jump_all_it_can() -> None:
    x, line, jump = np.arange(5.0), np.arange(5.0), np.array([0.0, 0.0, 1.0, 1.0, 1.0])
    assert steepest(x, line) == pytest.approx(0.1)
    assert steepest(x, jump) == pytest.approx(0.4), "one of four steps: a tenth of the range is two fifths"
    assert np.isnan(steepest(x, np.ones(5)))
    assert crossing(x, jump, 0.5) == pytest.approx(1.5) and np.isnan(crossing(x, np.ones(5), 0.5))


def test_only_experiments_that_turn_a_rule_back_have_the_tables() -> None:
    def manifest(**worlds: Mapping[str, Any]) -> dict[str, Any]:
        return {"scenario": {"experiment": {"worlds": worlds}}}

    def world(*regimes: str) -> dict[str, Any]:
        return {"switches": [{"on": "2014-07-31", "regime": regime} for regime in regimes]}

    found = worlds_of(manifest(a=world("x"), b=world("y", "x"), c=world("y")))
    assert found is not None and (found.reference, found.returned, found.lasting) == ("a", "b", "c")
    assert worlds_of(manifest(a=world("x"), b=world("y"))) is None
    assert worlds_of(manifest(a=world("x"), b=world("y", "x"))) is None


def test_the_reference_is_the_world_with_the_final_rule_from_the_first_switch_on_and_nothing_else() -> None:
    """Else the share would mix the return with another date, or with an event that one world goes without."""

    def world(*switches: tuple[str, str], **own: Any) -> dict[str, Any]:
        return {"switches": [{"on": on, "regime": regime} for regime, on in switches], **own}

    def found(**worlds: Mapping[str, Any]) -> Any:
        return worlds_of({"scenario": {"experiment": {"worlds": worlds}}})

    early, late = "2014-07-31", "2018-07-31"
    back, lasting = world(("y", early), ("x", late)), world(("y", early))
    assert found(late=world(("x", late)), a=world(("x", early)), b=back, c=lasting).reference == "a"
    without = world(("x", early), without_events=["T14"])
    assert found(a=without, b=back, c=lasting) is None
    assert found(a=world(("x", early), pulled=[], set={}), b=back, c=lasting) is not None


def test_a_world_with_a_value_of_its_own_is_no_measure_of_a_return(tmp_path: Path) -> None:
    """The share was then of worlds with other parameters: the experiment of a manifest has no `set`."""
    file, last = tmp_path / "back.yaml", "regime: doj_wins}]}"
    assert EXPERIMENT.count(last) == 1
    for own, is_one in (("", True), (", set: {trust.asymmetry: 1.5}", False)):
        experiment = EXPERIMENT[: EXPERIMENT.index("design:")]
        file.write_text(experiment.replace(last, f"regime: doj_wins}}]{own}}}"), encoding="utf-8")
        found = worlds_of({"scenario": resolve(file).canonical()})
        assert (found is not None) == is_one


def test_a_reference_of_another_month_gives_no_share(tmp_path: Path) -> None:
    """Such worlds were said to have 'the final rule from the beginning', and a share was computed."""
    reference = "microsoft_wins: {label: Microsoft wins, switches: [{on: 2014-07-31"
    later = EXPERIMENT.replace(reference, reference.replace("2014-07-31", "2016-07-31"))
    assert later != EXPERIMENT
    folder = turned_back(tmp_path, lambda held: held / 48, experiment=later)
    assert not (folder / "returns.csv").exists()


@pytest.mark.parametrize(
    "factor",
    [
        "worlds.turned_back.switches.0.regime: {values: [doj_wins, cloud_act]}",
        "worlds.doj_wins.pulled: {values: [none, good]}",
    ],
)
def test_a_point_at_which_a_world_has_another_rule_or_lever_gives_no_share(
    tmp_path: Path, factor: str
) -> None:
    """The share was then of the effect of another rule, or of a rule with a lever."""
    lever = "levers:\n  good: {by: google, act: litigate, on: 2014-08-31, reference: planted}\n"
    varied = EXPERIMENT.replace("design:", f"{lever}design:") + f"    {factor}\n"
    folder = turned_back(tmp_path, lambda held: held / 48, experiment=varied)
    returns = pd.read_csv(folder / "returns.csv")
    assert returns["point"].nunique() == 8
    assert set(returns[factor.partition(":")[0]]) <= {"doj_wins", "none"}


def test_a_few_seeds_give_no_interval_and_no_verdict(tmp_path: Path) -> None:
    few = EXPERIMENT.replace("count: 4", "count: 3")
    folder = turned_back(tmp_path, lambda held: float(held > 24), laws_left=0.2, experiment=few)
    returns = rows(folder, "returns", outcome="trust", at=AT_AFTER)
    assert returns["share"].notna().all()
    assert returns["share_low"].isna().all() and returns["share_high"].isna().all()
    curve = rows(folder, "tipping", outcome="trust", at=AT_AFTER).iloc[0]
    assert curve["verdict"] == "open: more seeds would tell" and np.isnan(curve["half_low"])


def test_the_end_of_the_horizon_is_a_year_too(line: Path) -> None:
    assert set(rows(line, "returns", outcome="trust")["at"]) == {AT_AFTER, AT_END}


def test_one_pair_tells_nothing_of_what_stays() -> None:
    """No interval is no sign that a rule has no effect."""
    row = {"at": AT_END, "outcome": "trust", "share": np.nan, "stays_low": np.nan, "stays_high": np.nan}
    said = answer(pd.DataFrame([row | {"pairs": 1}]), None, None)
    assert "Trust in US providers abroad: one pair gives no interval" in said
    said = answer(pd.DataFrame([row | {"pairs": 2}]), None, None)
    assert "Trust in US providers abroad: no effect to lose" in said

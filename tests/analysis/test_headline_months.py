"""A window is what its label says: from the switch on only where a switch parts the worlds at every point."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim.analysis.design_months import headline_months
from sim.analysis.design_point import point_results
from sim.analysis.drivers import channels
from sim.analysis.drivers.outcomes import headlines_at_points
from sim.analysis.headline_months import ALL_MONTHS, months_of
from sim.analysis.headlines import LAST_YEAR, SINCE_THE_SWITCH, SINCE_THEY_DIFFER
from sim.analysis.records import records_of
from sim.analysis.survival.conclusions import Arm, survive
from sim.analysis.uncertainty.joint_draws import OUTCOMES, JointDraws
from sim.pipeline import Finished, run
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.view.folder_view import FolderView
from sim.view.results_folders import just_written
from sim.view.sections.design_heat_map import HEADLINE
from tests.planted_sweeps import HEAD, SWITCH, planted

LEAK = """\
levers:
  leak:
    {by: history, act: add, on: 2014-12-31, what: a leak, reference: a test,
     news: [{channel: law_enforcement, weight: -0.8, reach: {all: 0.9}}]}
design:
  method: grid
  levers:
    levers.leak.on: {values: [2014-12-31, 2015-06-30]}
"""
LEVER_APART = (
    HEAD.replace("doj_wins}]}", "microsoft_wins}], pulled: [leak]}") + LEAK  # both worlds have one rule
)


def swept(folder: Path, text: str) -> Finished:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "planted.yaml"
    file.write_text(text, encoding="utf-8")
    with planted(lambda values: 0.1):
        return run(resolve(file), folder / "results", store=folder / "store", workers=1)


@pytest.fixture(scope="module")
def lever_apart(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A lever parts the worlds, at each point on another date; no switch does."""
    return swept(tmp_path_factory.mktemp("lever"), LEVER_APART)


@pytest.mark.parametrize(
    ("parted", "begins"),
    [
        ([(19, 19)], SINCE_THE_SWITCH),
        ([(19, 19), (30, 30)], SINCE_THE_SWITCH),
        ([(0, 19)], SINCE_THEY_DIFFER),
        ([(24, None)], SINCE_THEY_DIFFER),
        ([(19, 19), (10, 19)], SINCE_THEY_DIFFER),
        ([(36, None)], ALL_MONTHS),
        ([], ALL_MONTHS),
    ],
)
def test_a_window_begins_with_the_switch_where_one_parts_the_worlds_at_every_point(
    parted: list[tuple[int, int | None]], begins: str
) -> None:
    assert months_of(36, parted).said(f"mean {SINCE_THE_SWITCH}") == f"mean {begins}"


def test_headlines_by_point_do_not_count_from_a_switch_that_parts_no_worlds(lever_apart: Finished) -> None:
    folder = lever_apart.folder
    by_point = headlines_at_points(folder, lever_apart.results.manifest).set_index("headline")["window"]
    one = point_results(folder, 1).summary("headlines")
    assert one is not None
    shown = FolderView(just_written(folder)).view.window_of(HEADLINE["trust"])
    for said in (*by_point["trust"], one.set_index("headline").loc["trust", "window"], shown):
        assert said == f"mean {SINCE_THEY_DIFFER}"


def test_a_design_that_moves_the_switch_counts_from_it_at_each_point(tmp_path: Path) -> None:
    moved = "design:\n  method: grid\n  levers:\n    switch_date: {values: [2014-07-31, 2015-06-30]}\n"
    done = swept(tmp_path, HEAD + moved)
    by_point = headlines_at_points(done.folder, done.results.manifest).set_index("headline")["window"]
    assert set(by_point["trust"]) == {f"mean {SINCE_THE_SWITCH}"}
    assert set(by_point["market_share"]) == {f"{LAST_YEAR}, or fewer {SINCE_THE_SWITCH}"}
    second = point_results(done.folder, 1).summary("headlines")
    assert second is not None
    assert second.set_index("headline").loc["market_share", "window"] == "last 6 months"


@pytest.mark.parametrize(
    ("regimes", "begins"),
    [("[doj_wins, cloud_act]", SINCE_THE_SWITCH), ("[doj_wins, microsoft_wins]", SINCE_THEY_DIFFER)],
)
def test_a_design_of_regimes_counts_from_the_switch_where_each_parts_the_worlds(
    regimes: str, begins: str, tmp_path: Path
) -> None:
    """As written both worlds have one rule, as they have at the second point of the second design."""
    alike = HEAD.replace("regime: doj_wins", "regime: microsoft_wins")
    path = "worlds.doj_wins.switches.0.regime"
    done = swept(tmp_path, alike + f"design:\n  method: grid\n  levers:\n    {path}: {{values: {regimes}}}\n")
    assert FolderView(just_written(done.folder)).view.window_of(HEADLINE["trust"]) == f"mean {begins}"


def test_a_design_that_varies_one_worlds_people_counts_from_the_first_difference(tmp_path: Path) -> None:
    other = "design:\n  method: grid\n  levers:\n    worlds.doj_wins.set.trust.asymmetry: {values: [1, 2]}\n"
    done = swept(tmp_path, HEAD + other)
    by_point = headlines_at_points(done.folder, done.results.manifest).set_index("headline")["window"]
    assert set(by_point["trust"]) == {f"mean {SINCE_THEY_DIFFER}"}


def test_a_point_at_which_one_worlds_value_is_the_others_counts_from_the_switch(tmp_path: Path) -> None:
    """Its headlines, and its record, were of other months than those of the point alone."""
    other = "design:\n  method: grid\n  levers:\n    worlds.doj_wins.set.trust.asymmetry: {values: [1, 2]}\n"
    done = swept(tmp_path, HEAD + other)
    resolved = resolve(tmp_path / "planted.yaml")
    for point, months in ((0, 36), (1, 36 - SWITCH)):
        headlines = point_results(done.folder, point).summary("headlines")
        assert headlines is not None
        trust = headlines.set_index("headline").loc["trust", "difference"]
        assert trust == pytest.approx(-10.0 * (36 - SWITCH) / months)
        of_point = records_of(done.folder, done.results.manifest, resolved, point).set_index("headline")
        assert of_point.loc["trust", "difference"] == pytest.approx(trust)


def test_a_design_that_cannot_be_read_is_not_said_to_count_from_the_switch() -> None:
    manifest = {"first": "2013-01", "last": "2015-12", "compare": ["a", "b"], "worlds": {"a": "", "b": ""}}

    def unknown(point: int) -> Any:
        raise InputError("another version wrote it")

    months = headline_months(manifest, pd.DataFrame({"switch_date": ["2014-07-31"]}), unknown)
    assert months.begins == SINCE_THEY_DIFFER


def test_frontier_counts_from_the_first_difference_between_worlds_of_one_rule(lever_apart: Finished) -> None:
    assert set(lever_apart.summaries["frontier"]["window"]) == {
        f"mean {SINCE_THEY_DIFFER}", f"sum {SINCE_THEY_DIFFER}", SINCE_THEY_DIFFER, "end",
    }  # fmt: skip


def test_channels_and_survival_say_what_parts_the_worlds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = HEAD.replace("doj_wins}]}", "doj_wins}], set: {trust.asymmetry: 1.0}}")
    (tmp_path / "apart.yaml").write_text(text, encoding="utf-8")
    resolved = resolve(tmp_path / "apart.yaml")
    what = replace(channels.asked(resolved, seeds=1), channels=())
    with planted(lambda values: 0.1):
        table = channels.channel_table(what, Runner(Store(tmp_path / "store"), Backend(1)))
    module = "sim.analysis.survival.conclusions"
    monkeypatch.setattr(f"{module}.discounts", lambda *given: ())
    monkeypatch.setattr(f"{module}.arms", lambda *given: [Arm("posterior", "as it is", {})])
    monkeypatch.setattr(f"{module}.outcomes", lambda *given: pd.DataFrame(columns=list(OUTCOMES)))
    survived = survive(JointDraws(resolved, read_posterior(), (), {}), Runner(Store(tmp_path), Backend(1)))
    for said in (table, survived):
        assert not said["window"].str.contains("switch").any()
        assert f"mean {SINCE_THEY_DIFFER}" in set(said["window"])

"""Two causes close in time: the parts add up, a planted game is returned, other experiments are none such."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sim.analysis.drivers import confound
from sim.analysis.drivers.confound import NOTHING, OTHER, TOLD, WHOLE, Causes, causes_of, in_months
from sim.runs.pair_series import PairSeries
from sim.scenario.resolution import resolve
from sim.scenario.schema import Bill
from tests.model.small_worlds import base

WORLDS = ("neither", "cloud_act", "gdpr", "both")
CAUSES = Causes(*WORLDS, first=24, all_act=26)
LABELS = {name: name for name in WORLDS}
SEEDS = 4


def planted(trust: dict[str, float]) -> pd.DataFrame:
    """The table of a made-up run: after both causes, trust differs by world by so much; it drifts by 0.02."""
    months = np.datetime64("2016-01", "M") + np.arange(48)
    luck = np.random.default_rng(1).normal(0.0, 1e-4, (SEEDS, 1, 48))
    base = np.full((SEEDS, 4, 48), 0.5) + luck
    base[:, :, CAUSES.all_act :] += 0.02

    def column(name: str) -> np.ndarray:
        values = base.copy()
        if name == "trust":
            for w, world in enumerate(WORLDS):
                values[:, w, CAUSES.all_act :] += trust[world]
        return values

    ones = np.zeros(SEEDS, np.int64)
    series = PairSeries(WORLDS, ones, np.arange(SEEDS), pd.DataFrame(), months, column)
    return pd.DataFrame(list(confound._rows(series, CAUSES, LABELS)))


def test_a_planted_game_is_returned() -> None:
    """One cause alone costs 2 points, the other 3, and together they cost 6: one point is shared."""
    table = planted({"neither": 0.0, "cloud_act": -0.02, "gdpr": -0.03, "both": -0.06})
    trust = table[table["headline"] == "trust"].set_index("part")
    assert trust["change"].to_dict() == pytest.approx(
        {WHOLE: -4.0, OTHER: 2.0, "cloud_act": -2.5, "gdpr": -3.5}, abs=0.05
    )
    assert trust.loc["cloud_act", ["first", "last"]].tolist() == pytest.approx([-2.0, -3.0], abs=0.01)
    assert trust.loc["gdpr", "of_two"] == pytest.approx(3.5 / 6.0, abs=1e-3)
    assert set(trust["verdict"]) == {TOLD}


def test_the_parts_add_up_to_the_whole_change() -> None:
    table = planted({"neither": 0.0, "cloud_act": 0.01, "gdpr": -0.03, "both": -0.07})
    for _, parts in table.groupby("headline"):
        change = parts.set_index("part")["change"]
        assert change[OTHER] + change["cloud_act"] + change["gdpr"] == pytest.approx(change[WHOLE], abs=1e-9)


def test_what_neither_moves_is_given_no_share() -> None:
    table = planted(dict.fromkeys(WORLDS, 0.0))
    assert set(table["verdict"]) == {NOTHING}
    assert table["of_two"].isna().all()


def test_the_shipped_experiment_is_a_game_of_two_causes() -> None:
    scenarios = resolve("gdpr_or_cloud_act", base=base()).scenarios
    found = causes_of(scenarios)
    assert found is not None
    assert found.coalitions == WORLDS
    both = scenarios["both"]
    assert [f"{both.month_start(month):%Y-%m}" for month in (found.first, found.all_act)] == [
        "2018-04", "2018-06",
    ]  # fmt: skip


def test_worlds_that_differ_otherwise_are_no_such_game() -> None:
    scenarios = dict(resolve("gdpr_or_cloud_act", base=base()).scenarios)
    assert causes_of(resolve("two_worlds", base=base()).scenarios) is None
    scenarios["gdpr"] = replace(scenarios["gdpr"], timeline=scenarios["cloud_act"].timeline)
    assert causes_of(scenarios) is None


def test_worlds_that_differ_by_a_value_or_a_date_too_are_no_such_game() -> None:
    """The effect of the value was split among the two causes."""
    scenarios = dict(resolve("gdpr_or_cloud_act", base=base()).scenarios)
    world = scenarios["gdpr"]
    trust = world.parameters.trust.model_copy(update={"residue_share": 0.1})
    last = world.timeline.events[-1]
    moved = (*world.timeline.events[:-1], last.model_copy(update={"date": dt.date(2024, 1, 1)}))
    for other in (
        replace(world, parameters=world.parameters.model_copy(update={"trust": trust})),
        replace(world, timeline=world.timeline.model_copy(update={"events": moved})),
        replace(world, bills={"icpa": Bill(meets_need=0.3, ends_conflicts=0.7, reference="a test")}),
    ):
        assert causes_of(scenarios | {"gdpr": other}) is None


def test_causes_need_a_year_on_either_side() -> None:
    assert in_months(CAUSES, 38)
    assert not in_months(CAUSES, 37)
    assert not in_months(replace(CAUSES, first=11), 48)


def test_a_study_of_an_unknown_quantity_is_refused(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert {row["measures"] for row in confound.measured()} == {"storage", "computation"}
    monkeypatch.setattr(confound, "_READS", {"storage": ()})
    with pytest.raises(Exception, match=r"measured_confound.csv:3: .*unknown quantity 'computation'; valid"):
        confound.measured()

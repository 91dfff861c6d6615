"""The channels of a ruling: read strictly, off in both worlds alike, and split to the last digit."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.drivers.channels import (
    RULE_ITSELF,
    WHOLE,
    Channel,
    asked,
    channel_table,
    channels_of,
    without,
)
from sim.analysis.headlines import HEADLINES
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.base import parameter_paths
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from tests.model.small_worlds import asked as experiment
from tests.model.small_worlds import base

NEWS, BELIEF = ({c.code: c for c in channels_of(base())}[code] for code in ("news", "belief"))
# Switches off by the value that is on.
NULL = Channel("nothing", "Nothing", "Changes nothing.", {"trust.asymmetry": 2.0})


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return experiment(last="2015-06")


@pytest.fixture(scope="module")
def table(resolved: Resolved, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """News, belief, and a channel that switches nothing off, over two seeds."""
    what = replace(asked(resolved, seeds=2), channels=(NEWS, BELIEF, NULL))
    runner = Runner(Store(tmp_path_factory.mktemp("store")), Backend(1))
    found = channel_table(what, runner)
    assert not runner.failures
    return found


def _of(table: pd.DataFrame, channel: str) -> pd.Series:
    found: pd.Series = table[table["channel"] == channel].set_index("headline")["shapley"]
    return found


def test_the_rule_itself_and_the_channels_add_up_to_the_whole(table: pd.DataFrame) -> None:
    parts = sum(_of(table, code) for code in (RULE_ITSELF, "news", "belief", "nothing"))
    whole = _of(table, WHOLE)
    assert list(whole.index) == [h.code for h in HEADLINES]
    known = whole.notna()
    assert known.sum() > 10
    assert np.allclose(parts[known], whole[known], rtol=1e-12, atol=1e-9)


def test_a_channel_that_switches_nothing_off_has_nothing(table: pd.DataFrame) -> None:
    assert base().parameters.trust.asymmetry == NULL.off["trust.asymmetry"]
    rows = table[(table["channel"] == "nothing") & (table["pairs"] > 0)]
    assert (rows[["shapley", "alone", "last"]] == 0.0).all(axis=None)


def test_trust_falls_by_the_news_alone_soon_after_the_ruling(table: pd.DataFrame) -> None:
    trust = table[table["headline"] == "trust"].set_index("channel")
    assert trust["shapley"]["news"] < -0.5 < trust["shapley"]["belief"] < 0.5


def test_off_is_off_in_both_worlds_alike(resolved: Resolved) -> None:
    worlds = without(resolved.scenarios, [NEWS])
    values = [world.parameters.trust for world in worlds.values()]
    assert [v.ruling_weight for v in values] == [0.0, 0.0]
    assert values[0].belief_jump == base().parameters.trust.belief_jump
    assert without(resolved.scenarios, []) == resolved.scenarios


def test_stored_coalitions_are_not_run_again(
    resolved: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    what = replace(asked(resolved, seeds=1), channels=(NULL,))
    first = channel_table(what, Runner(Store(tmp_path), Backend(1)))

    def fails(*_: object) -> None:
        raise AssertionError("run again")

    monkeypatch.setattr(Runner, "run", lambda self, tasks, count, reduce=None: fails() if count else iter(()))
    assert channel_table(what, Runner(Store(tmp_path), Backend(1))).equals(first)


def test_the_shipped_channels_are_six_and_share_no_number() -> None:
    shipped = channels_of(base())
    codes = [channel.code for channel in shipped]
    assert codes == ["news", "peers", "governments", "providers", "belief", "reciprocity"]
    numbers = [number for channel in shipped for number in channel.off]
    assert len(numbers) == len(set(numbers))
    assert set(numbers) <= set(parameter_paths(base()))


ONE = "news: {name: News, meaning: None., off: {trust.ruling_weight: 0.0}}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (ONE.replace("ruling_weight", "ruling_wieght"), "channels.yaml:1: news: unknown parameter"),
        (ONE.replace("0.0", "-3.0"), "channels.yaml:1: news: trust.ruling_weight: -3 is out of range"),
        (
            ONE + ONE.replace("news:", "again:"),
            "channels.yaml:2: again: trust.ruling_weight already belongs to news",
        ),
        (ONE.replace("off: {trust.ruling_weight: 0.0}", "off: {}"), "name at least one parameter"),
        (ONE.replace("off:", "of:"), "unknown key; did you mean 'off'?"),
        (ONE.replace("off:", "mechanisms: [peer], off:"), "unknown mechanism 'peer'; did you mean 'peers'?"),
        (ONE.replace("news:", "whole:"), "this name is taken"),
    ],
)
def test_a_mistake_in_the_file_names_line_and_choices(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "channels.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        channels_of(base(), file)
    assert words in "\n".join(error.value.problems)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e.model_copy(update={"compare": None}), "compares no two worlds"),
        (lambda e: e, "--seeds: 0: at least 1"),
    ],
)
def test_what_cannot_be_split_is_refused(
    resolved: Resolved, change: Callable[..., object], words: str
) -> None:
    changed = replace(resolved, experiment=change(resolved.experiment))  # type: ignore[arg-type]
    with pytest.raises(InputError, match=words):
        asked(changed, seeds=0)

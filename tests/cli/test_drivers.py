"""`warrantsim trace` and `channels`: what is refused, run, printed and written."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim
from sim.analysis.drivers.trace.country import CountryTrace
from tests.model.small_worlds import TWO_WORLDS

Warrantsim = Any  # the fixture of conftest.py
SHORT = ("--set", "horizon.last=2014-10", "--customers", "2000")


def test_a_trace_is_printed_and_written_and_python_gives_the_same(
    warrantsim: Warrantsim, tmp_path: Path
) -> None:
    outcome = warrantsim("trace", "IE", "--experiment", str(TWO_WORLDS), *SHORT, "--out", str(tmp_path / "t"))
    assert outcome.code == 0
    assert "Who moved in Ireland, and why" in outcome.out and "The chain from the ruling" in outcome.out
    assert (tmp_path / "t" / "trace.html").is_file()
    changes = {"horizon.last": "2014-10"}
    pair = sim.run(
        TWO_WORLDS,
        seeds=1,
        customers=2000,
        changes=changes,
        workers=1,
        out=tmp_path / "r",
        store=tmp_path / "s",
    )
    again = pair.trace("IE")
    written = pd.read_csv(tmp_path / "t" / "government_differs.csv")
    assert isinstance(again, CountryTrace) and again.government is not None
    assert written["difference"].tolist() == pytest.approx(again.government.differs["difference"].tolist())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("trace", "DEU"), "country 'DEU'"),
        (("trace",), "a trace is of one thing"),
        (("trace", "DE", "--experiment", "history"), "compares no two worlds"),
        (("trace", "DE", "--experiment", "where_revenue_falls"), "has a design"),
        (("channels", "history"), "compares no two worlds"),
        (("channels", "where_revenue_falls"), "has a design"),
        (("channels", "two_worlds", "--seeds", "0"), "--seeds: 0: at least 1"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_runs(
    warrantsim: Warrantsim, words: tuple[str, ...], message: str
) -> None:
    outcome = warrantsim(*words)
    assert outcome.code == 2 and message in outcome.err and "nothing was run" in outcome.err


def test_the_file_of_channels_is_checked(warrantsim: Warrantsim) -> None:
    outcome = warrantsim("check", "configs/channels.yaml")
    assert outcome.code == 0 and "6 channels" in outcome.out

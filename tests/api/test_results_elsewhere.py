"""Results whose folder is gone or damaged, and results on their way to another process."""

import copy
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sim


@pytest.fixture
def kept(pair: sim.Pair, tmp_path: Path) -> Path:
    return Path(shutil.copytree(pair.folder, tmp_path / "kept"))


def test_results_of_a_temporary_folder_are_not_sent_to_another_process(pair: sim.Pair) -> None:
    """The folder went with the process that ran them: what came back said that nothing had been run."""
    with pytest.raises(sim.InputError, match="give `out` where they are run"):
        pickle.dumps(pair)
    assert copy.copy(pair) is pair and copy.deepcopy(pair) is pair


def test_results_in_a_folder_are(kept: Path) -> None:
    sent = pickle.loads(pickle.dumps(sim.load(kept)))
    assert sent.folder == kept and len(sent.headlines)


def test_a_folder_that_is_gone_is_no_table_that_was_not_made(kept: Path) -> None:
    found = sim.load(kept)
    assert isinstance(found, sim.Pair)
    shutil.rmtree(kept)
    for ask in (
        lambda: found.headlines, lambda: found.draws, lambda: found["country"], lambda: found.tables,
        lambda: found.claims, lambda: found.plot("trust"),
    ):  # fmt: skip
        with pytest.raises(sim.InputError, match="the folder of these results is gone"):
            ask()


def test_results_that_another_run_replaced_do_not_give_its_numbers(store: Path, tmp_path: Path) -> None:
    """Two runs into one folder had the same headlines: those of the second, under the name of the first."""
    few: dict[str, Any] = {"seeds": 1, "customers": 2000, "store": store, "out": tmp_path / "out", "draws": 0}
    first = sim.run("two_worlds", **few)
    before = first.headlines
    again = sim.run("two_worlds", **few)
    pd.testing.assert_frame_equal(first.headlines, before)
    second = sim.run("two_worlds", changes={"trust.asymmetry": 5.0}, **few)
    assert not second.headlines["difference"].equals(before["difference"])
    asked: list[Callable[[sim.Pair], object]] = [
        lambda old: old.headlines, lambda old: old.manifest, lambda old: old["world"],
        lambda old: old.outcomes, lambda old: old.report(tmp_path / "old.html"),
        lambda old: old.crate(tmp_path / "old.zip"), lambda old: old.value_of_information(),
    ]  # fmt: skip
    for old in (first, again, pickle.loads(pickle.dumps(first))):
        for ask in asked:
            with pytest.raises(sim.InputError, match="another run has replaced these results"):
                ask(old)


def test_the_manifest_that_is_returned_is_the_callers_own(kept: Path) -> None:
    """Changed, it turned every later difference round, also of results that were opened anew."""
    found = sim.load(kept)
    before = found.difference("trust")
    found.manifest["compare"].reverse()
    found.manifest["worlds"].clear()
    for later in (found, sim.load(kept)):
        pd.testing.assert_frame_equal(later.difference("trust"), before)
        assert later.manifest["worlds"]


@pytest.mark.parametrize("other", ["world", None])
def test_a_table_that_is_another_is_not_read(kept: Path, other: str | None) -> None:
    """Cut off, it ended in a trace; another table in its place was taken for it."""
    path = kept / "tables" / "country.parquet"
    content = (
        path.read_bytes()[:5000] if other is None else (kept / "tables" / f"{other}.parquet").read_bytes()
    )
    path.write_bytes(content)
    with pytest.raises(sim.InputError, match=r"country\.parquet is not the file of the manifest"):
        sim.load(kept)["country"]

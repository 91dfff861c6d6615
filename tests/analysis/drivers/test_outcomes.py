"""The outcomes of a results folder are its headlines, pair by pair, and failed pairs are seen."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

import sim
from sim.analysis.design_months import restored_design
from sim.analysis.drivers.outcomes import CODES, OUTCOMES, outcomes_of
from sim.analysis.records import records_of
from sim.pipeline import Finished
from sim.runs import pair_series
from sim.scenario.problems import InputError
from tests.swept_results import POINTS, gap, luck, swept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"), levers=True, fails=True)


@pytest.fixture(scope="module")
def outcomes(finished: Finished) -> pd.DataFrame:
    return sim.load(finished.folder).outcomes


def test_every_pair_has_every_headline_of_both_worlds_and_of_their_difference(outcomes: pd.DataFrame) -> None:
    assert len(outcomes) == 2 * POINTS * 2 * len(CODES) * 3
    assert not outcomes.duplicated(["point", "seed", "headline", "world", "against"]).any()


def test_a_difference_is_that_of_its_own_pair(finished: Finished, outcomes: pd.DataFrame) -> None:
    trust = outcomes[(outcomes["headline"] == "trust") & outcomes["against"].notna()].dropna(subset="value")
    assert set(trust["world"]) == {"doj_wins"}
    assert set(trust["against"]) == {"microsoft_wins"}
    asymmetry = sim.load(finished.folder).points["trust.asymmetry"].reindex(trust["point"]).to_numpy()
    expected = [-100 * (gap(a) + luck(s)) for a, s in zip(asymmetry, trust["seed"], strict=True)]
    assert trust["value"].to_numpy() == pytest.approx(expected)


def test_a_pair_that_failed_is_there_without_values_and_is_counted(outcomes: pd.DataFrame) -> None:
    mine = outcomes[(outcomes["point"] == 3) & (outcomes["seed"] == 2)]
    assert len(mine) == 3 * len(CODES)
    assert mine["value"].isna().all()
    assert outcomes.attrs["failed"] == 1
    others = outcomes[(outcomes["headline"] == "trust") & outcomes["value"].isna()]
    assert set(zip(others["point"], others["seed"], strict=True)) == {(3, 2)}


def test_stretches_of_any_length_give_the_same_table_as_an_older_folder_without_one(
    finished: Finished, outcomes: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old"
    shutil.copytree(finished.folder, old)
    (old / OUTCOMES).unlink()
    monkeypatch.setattr(pair_series, "_PAIRS_AT_ONCE", 5)
    again = outcomes_of(old, finished.results.manifest)
    pd.testing.assert_frame_equal(again, outcomes)


def test_a_damaged_table_is_an_error_not_a_number(finished: Finished, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(finished.folder, copy)
    file = pq.ParquetFile(copy / OUTCOMES)
    chunk = file.metadata.row_group(0).column(file.schema_arrow.names.index("value"))
    content = bytearray((copy / OUTCOMES).read_bytes())
    content[chunk.data_page_offset + chunk.total_compressed_size - 8] ^= 0xFF
    (copy / OUTCOMES).write_bytes(content)
    with pytest.raises(InputError, match=r"(?i)outcomes.*(crc|corrupt|checksum)"):
        _ = sim.load(copy).outcomes


def test_headlines_at_points_are_means_over_the_pairs_that_are_there(finished: Finished) -> None:
    headlines = sim.load(finished.folder).headlines
    trust = headlines[headlines["headline"] == "trust"].set_index("point")
    assert trust.loc[3, "pairs"] == 1
    assert np.isnan(trust.loc[3, "low"])
    assert trust.loc[0, "difference"] == pytest.approx(-100 * gap(1.0))


def test_the_record_of_a_point_is_over_the_months_of_its_own_switch(
    finished: Finished, outcomes: pd.DataFrame
) -> None:
    """As on its page: the switch that the experiment's head names is another at half of the points."""
    manifest = sim.load(finished.folder).manifest
    resolved = restored_design(manifest, finished.folder)
    trust = outcomes[(outcomes["headline"] == "trust") & outcomes["against"].notna()].dropna(subset="value")
    for point, values in trust.groupby("point")["value"]:
        records = records_of(finished.folder, manifest, resolved, int(point))
        told = records.set_index("headline")["difference"]["trust"]
        assert told == pytest.approx(values.mean(), rel=1e-7), point

"""What is exported for the EMA Workbench is what its `load_results` reads, step by step as it reads it."""

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.pipeline import Finished
from tests.swept_results import POINTS, swept


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    return swept(tmp_path_factory.mktemp("sweep"), levers=True, fails=True)


def loaded(path: Path) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """What the workbench does with a file: metadata, dtypes, one array an outcome."""
    with tarfile.open(path, "r:gz", encoding="UTF8") as archive:

        def member(name: str) -> Any:
            return archive.extractfile(name)

        metadata = json.loads(member("metadata.json").read().decode())
        experiments = pd.read_csv(member("experiments.csv"))
        for name, dtype in metadata["experiments"].items():
            experiments[name] = experiments[name].astype(dtype)
        outcomes = {}
        for kind, name, file in metadata["outcomes"]:
            assert kind == "ScalarOutcome"
            values = pd.read_csv(member(file), index_col=False, header=None).values
            outcomes[name] = np.reshape(values, (values.shape[0],))
    return experiments, outcomes


def test_every_pair_is_an_experiment_with_its_inputs_and_every_outcome(
    finished: Finished, tmp_path: Path
) -> None:
    sweep = sim.load(finished.folder)
    assert sweep.export_ema(tmp_path / "known.tar.gz") == 4 * POINTS
    experiments, outcomes = loaded(tmp_path / "known.tar.gz")
    assert {len(values) for values in outcomes.values()} == {len(experiments)} == {4 * POINTS}
    assert experiments["trust.asymmetry"].dtype == "float64"
    assert experiments["switch_date"].dtype == "category"
    assert all(name.isidentifier() for name in outcomes)
    table = sweep.outcomes
    gap = table[(table["headline"] == "trust") & table["against"].notna()]
    assert outcomes["trust__doj_wins_minus_microsoft_wins"] == pytest.approx(gap["value"], nan_ok=True)
    own = sweep.points.reindex(gap["point"])["trust.asymmetry"].to_numpy()
    assert experiments["trust.asymmetry"].to_numpy() == pytest.approx(own)
    failed = experiments["scenario"].eq(3) & experiments["seed"].eq(2)
    assert np.isnan(outcomes["trust__doj_wins"]).tolist() == failed.tolist()


def test_another_kind_of_file_is_refused(finished: Finished, tmp_path: Path) -> None:
    with pytest.raises(sim.InputError, match=r"name a file that ends in \.tar\.gz"):
        sim.load(finished.folder).export_ema(tmp_path / "known.zip")

"""Which results folders an assessment adds its tables to."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.analysis.assessments import Assessment, channels, survival
from sim.runs.tasks import Runner
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve, variant
from tests.swept_results import swept


def added(resolved: Resolved, of_a_difference: bool = False) -> Assessment:
    def compute(_: Runner) -> dict[str, pd.DataFrame]:
        return {"added": pd.DataFrame({"a": [1]})}

    return Assessment(resolved, "", compute, of_a_difference=of_a_difference)


def test_a_table_of_other_parameters_is_not_put_beside_results(tmp_path: Path) -> None:
    finished = swept(tmp_path)
    other = variant(finished.plan.resolved, {"trust.news_strength": 1.0})
    for of_a_difference in (False, True):
        with pytest.raises(InputError, match=r"holds results of other parameters.* with --out"):
            added(other, of_a_difference).run(finished.folder, finished.runner)
    assert not (finished.folder / "added.csv").exists()
    added(other).run(tmp_path, finished.runner)  # a folder without results is anybody's
    assert (tmp_path / "added.csv").is_file()


def test_a_table_of_a_difference_is_put_beside_results_of_the_same_worlds_only(tmp_path: Path) -> None:
    finished = swept(tmp_path)
    own = finished.plan.resolved
    added(own, True).run(finished.folder, finished.runner)
    turned = replace(
        own, experiment=own.experiment.model_copy(update={"compare": ("doj_wins", "microsoft_wins")})
    )
    plain = replace(own, design=None)
    for other in (turned, plain):
        with pytest.raises(InputError, match="other parameters, worlds or months"):
            added(other, True).run(finished.folder, finished.runner)
        added(other).run(finished.folder, finished.runner)


def test_channels_and_survival_are_of_a_difference() -> None:
    two_worlds = resolve("two_worlds")
    assert channels(two_worlds).of_a_difference and survival(two_worlds, 2).of_a_difference

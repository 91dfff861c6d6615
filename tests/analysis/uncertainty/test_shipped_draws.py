"""The shipped draws stand in for runs that they are of, to the bit, and for no others."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from sim import pipeline
from sim.analysis.digests import posterior_digest
from sim.analysis.manifest_statements import statements
from sim.analysis.uncertainty import joint_draws as joint_module
from sim.analysis.uncertainty import shipped_draws
from sim.analysis.uncertainty.joint_draws import JointDraws, joint_draws, outcomes, tasks
from sim.analysis.uncertainty.shipped_draws import headlines_at_rest, outcomes_of, read
from sim.runs.csv_tables import write_csv
from sim.runs.results import FolderResults
from sim.runs.store import Store
from sim.runs.tasks import Runner, identified
from sim.scenario.posterior import posterior_folder, read_posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve
from tests.model.small_worlds import base
from tests.posteriors import write_stand_in

HERE = 61  # the draw that is run again


def drawn(resolved: Resolved, count: int | None = None) -> JointDraws:
    found = joint_draws(resolved, count)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def two_worlds() -> Resolved:
    return resolve("two_worlds", base=base())


@pytest.fixture(scope="module")
def shipped(two_worlds: Resolved) -> pd.DataFrame:
    found = outcomes_of(drawn(two_worlds))
    assert found is not None, "python -m tools.shipped_draws --rows 64 writes them anew"
    return found


def test_every_draw_ships_and_history_at_some(two_worlds: Resolved, shipped: pd.DataFrame) -> None:
    assert set(shipped["draw"]) == set(range(256))
    rows = read(shipped_draws.ROWS_FILE, two_worlds)
    assert rows is not None and set(rows["draw"]) == set(range(64))
    resting = headlines_at_rest(two_worlds)
    assert resting is not None
    medians = shipped.groupby("headline")["value"].median()
    assert resting.set_index("headline")["median"].to_dict() == pytest.approx(medians.to_dict())


def test_a_draw_that_is_run_here_gives_what_ships(
    two_worlds: Resolved, shipped: pd.DataFrame, tmp_path: Path
) -> None:
    """To the bit: a shipped draw is the run that it stands for."""
    joint = drawn(two_worlds)
    task = tasks(joint)[HERE]
    alone = replace(joint, draws=(joint.draws[HERE],), resolved=_from_seed(two_worlds, task.seed))
    found = outcomes(alone, Runner(Store(tmp_path)))
    expected = shipped[shipped["draw"] == HERE].reset_index(drop=True)
    pd.testing.assert_frame_equal(found.assign(draw=HERE), expected, check_exact=True, check_dtype=False)


def _from_seed(resolved: Resolved, seed: int) -> Resolved:
    seeds = resolved.experiment.seeds.model_copy(update={"first": seed})
    return replace(resolved, experiment=resolved.experiment.model_copy(update={"seeds": seeds}))


@pytest.mark.parametrize(
    "other",
    [
        {"customers": 2000},
        {"sets": ["trust.asymmetry=3"]},
        {"sets": ["horizon.last=2024-12"]},
        {"sets": ["seeds.first=2"]},
        {"sets": ["compare=[doj_wins, microsoft_wins]"]},
    ],
    ids=str,
)
def test_draws_of_other_runs_are_not_taken(other: dict[str, Any]) -> None:
    assert outcomes_of(drawn(resolve("two_worlds", base=base(), **other), 3)) is None


def test_how_many_seeds_the_pairs_have_decides_no_draw(shipped: pd.DataFrame) -> None:
    fewer = outcomes_of(drawn(resolve("two_worlds", seeds=3, base=base()), 5))
    assert fewer is not None
    pd.testing.assert_frame_equal(fewer, shipped[shipped["draw"] < 5])


def test_draws_of_other_code_are_not_taken(two_worlds: Resolved, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sim.runs.identity.model_digest", lambda: "edited")
    assert outcomes_of(drawn(two_worlds, 3)) is None


def test_a_file_without_the_columns_is_named(two_worlds: Resolved, tmp_path: Path) -> None:
    (tmp_path / "draws_outcomes.csv").write_text("draw,seed\n0,1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"draws_outcomes\.csv: no column headline"):
        outcomes_of(drawn(two_worlds, 3), tmp_path)


FILE = posterior_folder() / "draws_outcomes.csv"
LINES = FILE.read_text(encoding="utf-8").splitlines(keepends=True)
VALUE = LINES[1].split(",")[5]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("".join(LINES[:53]), "draw 3: has other headlines"),
        ("".join(LINES[:53]) + LINES[53][:25], "line 54: configuration is not that of the first line"),
        ("".join([*LINES[:61], *LINES[1:16]]), "line 62: its draw is there twice"),
        ("".join([LINES[0], *LINES[2:]]), "draw 0: has other headlines"),
        ("".join(LINES).replace(VALUE, "-66.8"), "line 2: value is not value_b minus value_a"),
        ("".join(LINES).replace(VALUE, ""), "line 2: value is not value_b minus value_a"),
        ("".join(LINES).replace(VALUE, "inf"), "line 2: value is no number"),
        ("".join(LINES).replace(VALUE, "many"), "value: a value is no number"),
        ("".join(LINES).replace("\n0,1,", "\n0,9,"), "line 17: is of another seed"),
        ("".join(LINES).replace("\n0,1,", "\n,1,"), "line 2: draw is no draw"),
        ("".join([*LINES[:2], LINES[2].replace(LINES[2].split(",")[8], "other"), *LINES[3:]]), "one run"),
    ],
    ids=["lines", "middle", "twice", "lacks", "edited", "empty", "inf", "text", "seed", "draw", "run"],
)
def test_a_damaged_file_is_refused(two_worlds: Resolved, tmp_path: Path, text: str, words: str) -> None:
    """Each of these once gave headlines of what was left, or ended in a trace."""
    (tmp_path / "draws_outcomes.csv").write_text(text, encoding="utf-8")
    for ask in (
        lambda: outcomes_of(drawn(two_worlds, 3), tmp_path),
        lambda: headlines_at_rest(two_worlds, tmp_path),
    ):
        with pytest.raises(InputError, match=rf"draws_outcomes\.csv: .*{words}.*not what was written"):
            ask()


def test_at_rest_no_draws_of_another_posterior_are_taken(
    two_worlds: Resolved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(FILE, tmp_path)
    assert headlines_at_rest(two_worlds, tmp_path) is not None
    other = read_posterior(write_stand_in(tmp_path / "posterior", draws=256))
    monkeypatch.setattr(joint_module, "read_posterior", lambda: other)
    assert headlines_at_rest(two_worlds, tmp_path) is None


@pytest.fixture
def with_a_posterior_of_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[JointDraws, pd.DataFrame]:
    """A small experiment whose three draws ship."""
    folder = write_stand_in(tmp_path / "posterior", draws=3)
    small = read_posterior(folder)
    monkeypatch.setattr(joint_module, "read_posterior", lambda: small)
    monkeypatch.setattr(joint_module, "number_of_draws", lambda: 3)
    monkeypatch.setattr("sim.analysis.manifest_statements.read_posterior", lambda: small)
    joint = drawn(resolve("two_worlds", seeds=2, customers=2000, base=base()))
    found = outcomes(joint, Runner(Store(tmp_path / "store")))
    monkeypatch.setattr(shipped_draws, "posterior_folder", lambda: folder)
    names = [shipped_draws._name(task) for task in identified(tasks(joint))]
    keys = shipped_draws._keys(shipped_draws.OUTCOMES_FILE, joint.resolved)
    write_csv(found.assign(run=found["draw"].map(names.__getitem__), **keys), folder / "draws_outcomes.csv")
    return joint, found


@pytest.mark.long
def test_a_run_takes_them_unless_a_number_is_asked_for(
    with_a_posterior_of_three: tuple[JointDraws, pd.DataFrame],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    joint, found = with_a_posterior_of_three
    monkeypatch.setattr(pipeline, "_further_summaries", lambda *_: {})
    resolved, store = joint.resolved, tmp_path / "store"
    here = pipeline.run(resolved, tmp_path / "here", store=store, further=True, draws=3)
    assert not here.draws_ship
    monkeypatch.setattr(joint_module, "outcomes", lambda *_: pytest.fail("a draw was run"))
    taken = pipeline.run(resolved, tmp_path / "taken", store=store, further=True)
    assert taken.draws_ship
    for done, word in ((here, "run"), (taken, "shipped")):
        results = FolderResults(done.folder)
        assert results.manifest["draws"] == word
        assert results.manifest["posterior"] == posterior_digest(joint.posterior)
        pd.testing.assert_frame_equal(
            done.summaries["draws_outcomes"], found, check_exact=True, check_dtype=False
        )
        said = [one for one in statements(done.folder, results.manifest, resolved) if "draws" in one.what]
        assert [one.holds for one in said] == [True]
    edited = found.assign(value=found["value"].where(found.index != 5, 7.0))
    write_csv(edited, taken.folder / "draws_outcomes.csv")
    manifest = FolderResults(taken.folder).manifest
    said = [one for one in statements(taken.folder, manifest, resolved) if "draws" in one.what]
    assert [one.holds for one in said] == [False] and "row 6: value is 7.0" in said[0].words


def test_an_experiment_without_two_worlds_has_no_draws_at_rest() -> None:
    assert headlines_at_rest(resolve("history", base=base())) is None
    assert headlines_at_rest(resolve("where_revenue_falls", base=base())) is None

"""Equal results are found equal; every change is found and named by run, month and variable."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from sim.model.world import WorldSet
from sim.pipeline import Finished, run
from sim.runs import expected
from sim.runs.comparison import Comparison, environment_words, first_difference
from sim.runs.expected import compare_with_expected, file_of, tables_of
from sim.runs.identity import run_id
from sim.runs.reproduce import reproduce
from sim.runs.store import Store
from sim.runs.tables_on_disk import to_columns, write
from sim.runs.tasks import Backend, Runner
from sim.scenario.locations import experiments
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, points, resolve, scenarios_at
from sim.scenario.restoration import restored
from tests.model.small_worlds import asked, base, has_run
from tools import expected_digests

HERE = Backend(workers=1)


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return asked("seeds.count=2", "record=country", last="2014-12")


@pytest.fixture(scope="module")
def finished(resolved: Resolved, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two short worlds with two seeds, run once. Tests only look."""
    return run(resolved, tmp_path_factory.mktemp("results") / "two_worlds", workers=1)


@pytest.fixture
def folder(finished: Finished, tmp_path: Path) -> Path:
    """A results folder of the test's own, which it may tamper with."""
    copied = tmp_path / "results"
    shutil.copytree(finished.folder, copied, ignore=shutil.ignore_patterns("store"))
    return copied


@pytest.fixture
def quick(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take runs from the store of the results, where a test is about comparing, not running."""
    real = Runner.results

    def from_the_store(self: Runner, *arguments: Any) -> Any:
        return real(replace(self, store=Store(finished.folder / "store")), *arguments)

    monkeypatch.setattr(Runner, "results", from_the_store)


def tampered(path: Path, column: str, change: Callable[[Any], Any], **keys: Any) -> None:
    """Change a value in the rows of a Parquet file with these keys; write it with good checksums."""
    table = pq.read_table(path)
    wanted = np.ones(len(table), np.bool_)
    for name, value in keys.items():
        wanted &= pc.equal(table.column(name).cast(pa.string()), str(value)).to_numpy(zero_copy_only=False)
    assert wanted.any()
    values = table.column(column).to_pylist()
    new = pa.array(
        [change(v) if w else v for v, w in zip(values, wanted, strict=True)], table.schema.field(column).type
    )
    write(table.set_column(table.schema.get_field_index(column), table.schema.field(column), new), path)


def edited(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def again(folder: Path, sample: int | None = None) -> Comparison:
    return reproduce(folder, sample, backend=HERE, base=base())


def test_untouched_results_are_equal(folder: Path) -> None:
    """Without the store that they came from."""
    found = again(folder)
    assert found.equal
    assert (found.pairs, found.of, found.tables) == (2, 2, 6)
    assert (found.code, found.inputs, found.environment, found.notes) == (None, None, [], [])


def test_a_sample_is_part_of_it(folder: Path) -> None:
    found = again(folder, sample=1)
    assert found.equal
    assert (found.pairs, found.of) == (1, 2)


def test_a_tampered_value_is_named_by_run_month_and_variable(folder: Path, quick: None) -> None:
    tampered(
        folder / "tables/world.parquet",
        "revenue_us",
        lambda v: v * 1.0000001,
        seed=2,
        world="doj_wins",
        month="2014-11-01",
    )
    tampered(
        folder / "tables/world.parquet",
        "trust",
        lambda v: v + 1e-9,
        seed=2,
        world="doj_wins",
        month="2014-12-01",
    )
    found = again(folder)
    assert not found.equal
    (one,) = found.differences
    assert (one.run, one.table, one.month, one.variable) == (
        "seed 2, doj_wins",
        "world",
        "2014-11",
        "revenue_us",
    )
    assert float(one.was) == pytest.approx(float(one.now) * 1.0000001, rel=1e-12)
    assert found.notes == [
        "tables/world.parquet is not the file that the manifest describes (its sha256 is another)"
    ]


def test_a_tampered_entry_of_a_country_is_named_by_it(folder: Path, quick: None) -> None:
    tampered(
        folder / "tables/country.parquet",
        "adopted",
        lambda v: v + 1.0,
        seed=1,
        world="microsoft_wins",
        month="2014-10-01",
        country="FR",
    )
    (one,) = again(folder).differences
    assert str(one).startswith(
        "seed 1, microsoft_wins: table country, first in 2014-10, variable adopted of FR: was "
    )


def test_a_missing_table_and_a_flipped_bit_are_named(folder: Path, quick: None) -> None:
    (folder / "tables/laws.parquet").unlink()
    path = folder / "tables/offers.parquet"
    column = pq.read_metadata(path).row_group(0).column(3)
    content = bytearray(path.read_bytes())
    content[column.data_page_offset + column.total_compressed_size - 1] ^= 1
    path.write_bytes(content)
    found = again(folder, sample=1)
    assert "all runs: table laws: its file is missing" in map(str, found.differences)
    assert [d.table for d in found.differences] == ["laws", "offers", "offers"]


def test_a_manifest_whose_values_were_changed_is_found(folder: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["scenario"]["worlds"]["doj_wins"]["parameters"]["trust"]["asymmetry"] = 3.0

    edited(folder, change)
    found = again(folder, sample=1)
    assert found.inputs is not None
    assert "doj_wins: the manifest's values give run" in found.inputs
    assert not found.equal


def test_a_manifest_whose_digest_was_changed_is_found(folder: Path, quick: None) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["tables"]["laws"]["digest"] = "0" * 64

    edited(folder, change)
    assert [str(d) for d in again(folder).differences] == [
        "all runs: table laws: its values are those of the model, but not those of the manifest's digest"
    ]


def test_code_and_environment_that_have_changed_are_said(folder: Path, quick: None) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["model_digest"] = "f" * 64
        manifest["versions"] |= {"numpy": "1.0", "gone": "3"}
        manifest["platform"] = "elsewhere"

    edited(folder, change)
    found = again(folder, sample=1)
    assert found.equal
    assert found.code is not None
    assert found.code.startswith(
        "the model's code has changed since these numbers were made (its digest was ffffffffffff, now "
    )
    assert [words.split(":")[0] for words in found.environment] == ["numpy", "gone", "platform"]
    assert "gone: was 3, now not installed" in found.environment


def test_the_same_environment_has_no_differences(finished: Finished) -> None:
    said = finished.results.manifest
    assert environment_words(said["versions"], said["platform"]) == []


def test_a_run_that_fails_now_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: WorldSet, *_: object) -> None:
        raise ValueError("it broke")

    monkeypatch.setattr(WorldSet, "run", broken)
    found = again(folder, sample=1)
    assert not found.equal
    assert "run: ValueError: it broke" in found.failures[0]


def test_what_is_no_results_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no results folder"):
        again(tmp_path)
    edited(folder, lambda manifest: manifest.pop("scenario"))
    with pytest.raises(InputError, match="lacks scenario"):
        again(folder)


def test_a_scenario_of_another_version_is_refused_by_name(folder: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        del manifest["scenario"]["worlds"]["doj_wins"]["parameters"]["trust"]["asymmetry"]

    edited(folder, change)
    with pytest.raises(
        InputError, match=r"manifest.json: not a scenario that this version can run \(trust.asymmetry"
    ):
        again(folder)


def test_points_of_a_design_are_run_with_the_values_that_they_had(tmp_path: Path) -> None:
    """Even where the experiment's file says something else by now."""
    file = tmp_path / "of_a_test.yaml"
    text = Path(__file__).parents[1].joinpath("model/two_worlds.yaml").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("record"))
    file.write_text(
        text + "\ndesign:\n  method: list\n  uncertainties:\n    trust.asymmetry: {values: [1.5, 3]}\n",
        encoding="utf-8",
    )
    resolved = resolve(file, ("horizon.last=2014-12", "seeds.count=1"), customers=2000, base=base())
    folder = run(resolved, tmp_path / "out", workers=1).folder
    file.unlink()
    found = again(folder)
    assert found.equal
    assert (found.pairs, found.of) == (2, 2)
    tampered(
        folder / "tables/world.parquet",
        "trust",
        lambda v: v + 1e-9,
        point=1,
        world="doj_wins",
        month="2014-12-01",
    )
    (one,) = again(folder).differences
    assert (one.run, one.month, one.variable) == ("point 1, seed 1, doj_wins", "2014-12", "trust")


def test_a_manifest_gives_back_the_scenarios(resolved: Resolved) -> None:
    said = json.loads(json.dumps(resolved.canonical()))
    back = restored(said, base(), "here")
    assert back.scenarios == resolved.scenarios
    assert [run_id(s, 1, "full") for s in scenarios_at(back, points(back)[0]).values()] == [
        run_id(s, 1, "full") for s in resolved.scenarios.values()
    ]


# --- where two tables differ first ------------------------------------------------------------------------


def test_missing_numbers_are_equal_and_rows_are_counted(finished: Finished) -> None:
    keys = [("seed", "=", 1), ("world", "=", "doj_wins")]
    requests = to_columns(
        "requests", pq.read_table(finished.folder / "tables/requests.parquet", filters=keys)
    )
    world = to_columns("world", pq.read_table(finished.folder / "tables/world.parquet", filters=keys))
    world["belief"] = np.where(np.arange(len(world["belief"])) < 3, np.nan, world["belief"])
    other = {**world, "conflicts_of_law": world["conflicts_of_law"] + (world["month"] == world["month"][-1])}
    assert first_difference("world", world, other)[:2] == ("2014-12", "conflicts_of_law")
    fewer = {name: values[:-1] for name, values in requests.items()}
    month, variable, was, now = first_difference("requests", requests, fewer)
    assert (month, variable, int(was) - int(now)) == ("2014-12", "number of rows", 1)


# --- shipped experiments ----------------------------------------------------------------------------------


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Expected digests of a short two_worlds, in a folder of the test's own."""
    for module in (expected, expected_digests):
        monkeypatch.setattr(module, "file_of", lambda name: tmp_path / f"{name}.json")
    monkeypatch.setattr(expected_digests, "write_values", lambda values: None)
    monkeypatch.setattr(expected, "resolve", lambda name, **sizes: asked("seeds.count=1", last="2014-10"))
    return expected_digests.write("two_worlds", True, HERE)


def test_shipped_experiments_are_compared_with_what_they_must_give(shipped: Path) -> None:
    assert compare_with_expected("two_worlds", backend=HERE).equal
    assert compare_with_expected("two_worlds", full=True, backend=HERE).equal


def test_a_wrong_result_is_placed_by_run_month_and_variable(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Same code, same configuration, other numbers."""
    real = Runner.results

    def one_number_off(*arguments: Any) -> Any:
        for position, done in real(*arguments):
            done.tables["doj_wins"]["world"]["revenue_us"][20] += 1.0
            yield position, done

    monkeypatch.setattr(Runner, "results", one_number_off)
    found = compare_with_expected("two_worlds", backend=HERE)
    assert (found.equal, found.code, found.inputs) == (False, None, None)
    (one,) = found.differences
    assert (one.run, one.table, one.month, one.variable) == (
        "seed 1, doj_wins",
        "world",
        "2014-09",
        "revenue_us",
    )
    assert [d.table for d in compare_with_expected("two_worlds", full=True, backend=HERE).differences] == [
        "world"
    ]


def test_changed_code_and_configuration_are_told_from_wrong_results(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = json.loads(shipped.read_text(encoding="utf-8"))
    shipped.write_text(json.dumps({**said, "model_digest": "0" * 64}), encoding="utf-8")
    assert "the model's code has changed" in str(compare_with_expected("two_worlds", backend=HERE).code)
    monkeypatch.setattr(
        expected,
        "resolve",
        lambda name, **sizes: asked("seeds.count=1", "trust.asymmetry=2.5", last="2014-10"),
    )
    found = compare_with_expected("two_worlds", backend=HERE)
    assert found.inputs == "the configuration or the experiment has changed since these digests were made"
    assert found.differences


def test_renewing_small_digests_keeps_full_ones_only_while_no_number_moves(shipped: Path) -> None:
    """The full ones name the code that made them, and a comparison with them tells it."""
    said = json.loads(shipped.read_text(encoding="utf-8"))
    assert said["full"]["model_digest"] == said["model_digest"]
    earlier = {**said, "model_digest": "0" * 64, "full": {**said["full"], "model_digest": "0" * 64}}
    shipped.write_text(json.dumps(earlier), encoding="utf-8")
    expected_digests.write("two_worlds", False, HERE)
    assert json.loads(shipped.read_text(encoding="utf-8")) == {**said, "full": earlier["full"]}
    assert compare_with_expected("two_worlds", backend=HERE).code is None
    of_full = compare_with_expected("two_worlds", full=True, backend=HERE)
    assert of_full.equal and "the model's code has changed" in str(of_full.code)
    (run,) = [name for name in said["small"]["runs"] if "doj_wins" in name]
    moved = {**said["small"]["runs"], run: {}}
    shipped.write_text(json.dumps({**said, "small": {**said["small"], "runs": moved}}), encoding="utf-8")
    expected_digests.write("two_worlds", False, HERE)
    assert json.loads(shipped.read_text(encoding="utf-8"))["full"] is None
    with pytest.raises(InputError, match="has no digests of its full size"):
        compare_with_expected("two_worlds", full=True, backend=HERE)


def test_full_digests_may_be_taken_from_finished_results_of_this_code(
    resolved: Resolved, folder: Path, quick: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """They are those that a run past every store would give; results of other code or with a failure are
    refused."""
    for module in (expected, expected_digests):
        monkeypatch.setattr(module, "file_of", lambda name: tmp_path / f"{name}.json")
    monkeypatch.setattr(expected_digests, "write_values", lambda values: None)
    monkeypatch.setattr(expected, "resolve", lambda name, **sizes: resolved)
    full = [
        json.loads(path.read_text(encoding="utf-8"))["full"]
        for path in (
            expected_digests.write("two_worlds", True, HERE),
            expected_digests.write("two_worlds", False, HERE, folder),
        )
    ]
    assert full[0] == full[1]
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for other in ({"model_digest": "0" * 64}, {"scenario_digest": "0"}, {"failures": ["seed 1"]}):
        (folder / "manifest.json").write_text(json.dumps({**manifest, **other}), encoding="utf-8")
        with pytest.raises(InputError, match="are not those of two_worlds as shipped"):
            expected_digests.write("two_worlds", False, HERE, folder)


def test_the_tables_of_a_grain_are_those_that_the_model_leaves() -> None:
    worlds = has_run(asked(last="2014-09"), worlds=["doj_wins"])
    for record in ("world", "country", "full"):
        assert set(worlds.models[0].books.tables(record)) == set(tables_of(record))


def test_every_shipped_experiment_has_expected_digests() -> None:
    lacking = [name for name in experiments() if not file_of(name).is_file()]
    assert not lacking, "run: python -m tools.expected_digests --write " + " ".join(lacking)

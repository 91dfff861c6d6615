"""A run writes over nothing that is not its own."""

from pathlib import Path

import pytest

from sim import pipeline
from sim.runs.output_folders import check_folder
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve

OWN = ("experiment.yaml", "levers.csv", "record.csv", "report.html", "tables/world.parquet", "survival.csv")


@pytest.fixture
def own(tmp_path: Path) -> dict[Path, str]:
    """A user's own files, by their text."""
    (tmp_path / "tables").mkdir()
    texts = {tmp_path / name: f"mine, {name}\n" for name in OWN}
    texts[tmp_path / "experiment.yaml"] = f"# mine\n{_two_worlds().read_text(encoding='utf-8')}"
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return texts


def _two_worlds() -> Path:
    source = resolve("two_worlds").source
    assert source is not None
    return source


def _refused(resolved: Resolved, folder: Path) -> str:
    with pytest.raises(InputError) as refused:
        pipeline.run(resolved, folder, workers=1)
    return str(refused.value)


def test_files_of_a_users_own_are_named_and_left_alone(own: dict[Path, str], tmp_path: Path) -> None:
    said = _refused(resolve("two_worlds", seeds=1, customers=2000), tmp_path)
    assert all(name in said for name in OWN)
    assert all(path.read_text(encoding="utf-8") == text for path, text in own.items())
    assert {path for path in tmp_path.rglob("*") if path.is_file()} == set(own)


def test_the_file_of_the_experiment_is_never_written_over(own: dict[Path, str], tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"experiment": "x", "worlds": {}, "seeds": []}')  # a run's
    for resolved in (resolve(tmp_path / "experiment.yaml"), resolve(_two_worlds())):
        if resolved.source == _two_worlds():
            check_folder(tmp_path, OWN, {}, resolved.source)  # any other file of a results folder is its own
        else:
            assert "from which the experiment is read" in _refused(resolved, tmp_path)
    assert all(path.read_text(encoding="utf-8") == text for path, text in own.items())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "mine"),
        (
            "survival.csv",
            "headline,configuration\ntrust,0123456789ab\n",
        ),  # `warrantsim survive` before any run
        ("running.json", "{}"),  # a run that was stopped
    ],
)
def test_a_folder_without_such_files_is_fine(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    check_folder(tmp_path, ("headlines.csv",), {"survival.csv": "configuration"}, None)
    check_folder(tmp_path / "new", ("headlines.csv",), {}, None)

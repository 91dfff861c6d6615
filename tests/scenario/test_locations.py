"""The shipped configuration is beside the package in a checkout, inside it once installed."""

from pathlib import Path

import pytest

from sim.scenario import locations
from sim.scenario.problems import InputError


def test_a_checkout_has_it_beside_the_package(project: Path) -> None:
    assert locations.root() == project


def test_an_installed_package_has_it_inside_and_ignores_its_neighbours(project: Path) -> None:
    inside = project / "sim" / "shipped"
    (inside / "configs" / "world").mkdir(parents=True)
    assert locations.root() == inside


def test_where_there_is_none_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locations, "__file__", str(tmp_path / "sim" / "scenario" / "locations.py"))
    with pytest.raises(InputError, match="the configuration is missing"):
        locations.root()


def test_files_are_shown_as_a_user_would_write_them(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert locations.shown(project / "configs" / "a.yaml") == "configs/a.yaml"
    assert locations.shown(tmp_path / "mine.yaml") == "mine.yaml"
    assert locations.shown(Path("/elsewhere/a.yaml")) == "/elsewhere/a.yaml"


def test_an_experiment_is_found_by_path_and_by_bare_name(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = project / "experiments" / "two_worlds.yaml"
    assert locations.experiment_file(file) == file
    assert locations.experiment_file("two_worlds") == file
    assert locations.experiment_file("experiments/two_worlds.yaml") == file

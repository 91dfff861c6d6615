"""The reference is no part of a run: an edit changes neither the model's digest nor the compile cache."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import sim
from sim.runs import identity


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the package of which the digests are taken."""
    copy = tmp_path / "sim"
    shutil.copytree(Path(sim.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(identity, "__file__", str(copy / "runs" / "identity.py"))
    return copy


@pytest.mark.parametrize("digest", [identity.model_digest.__wrapped__])
def test_an_edit_of_the_reference_changes_no_digest(package: Path, digest: Callable[[], str]) -> None:
    def after_adding_a_line_to(name: str) -> str:
        with (package / "model" / name).open("a", encoding="utf-8") as file:
            file.write("\nADDED = 1\n")
        return digest()

    before = digest()
    assert after_adding_a_line_to("reference/customers.py") == before
    assert after_adding_a_line_to("news.py") != before

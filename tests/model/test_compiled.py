"""Compiled code is kept for as long as its module, and all that the module imports, say the same."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sim.model import compiled

_FOLDERS = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from sim.model import compiled
for file in sorted((compiled._HERE / "kernels").glob("*.py")):
    print(file.stem, compiled.cache_folder(file).name)
"""


def folders(package: Path) -> dict[str, str]:
    """The folder of each kernel's compiled code, in a copy of the package."""
    words = [sys.executable, "-I", "-c", _FOLDERS, str(package)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    return dict(line.split() for line in said.splitlines())


@pytest.fixture
def package(tmp_path: Path) -> Path:
    source = compiled._HERE.parent
    shutil.copytree(source, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(package: Path, module: str, old: str, new: str) -> None:
    file = package / "sim" / "model" / "kernels" / f"{module}.py"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def test_an_edit_leaves_the_compiled_code_of_other_modules_valid(package: Path) -> None:
    before = folders(package)
    edit(package, "survey", "MEMORY = 13", "MEMORY = 14")
    after = folders(package)
    assert {name for name in before if before[name] != after[name]} == {"survey"}


def test_an_edit_of_what_is_called_recompiles_its_callers(package: Path) -> None:
    before = folders(package)
    edit(package, "choice", "LEAST = 1e-290", "LEAST = 1e-280")
    after = folders(package)
    changed = {name for name in before if before[name] != after[name]}
    assert {"choice", "decisions", "customers", "renewals", "survey"} <= changed
    assert not {"arithmetic", "books", "market", "investigations"} & changed


def test_an_edit_of_a_comment_or_a_docstring_recompiles_nothing(package: Path) -> None:
    before = folders(package)
    edit(package, "arithmetic", '"""', '"""More words. ')
    edit(package, "arithmetic", "_LN2_HIGH =", "# a comment\n_LN2_HIGH =")
    assert folders(package) == before

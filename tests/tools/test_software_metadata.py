"""Version, licence and authors are said once: the files for others agree with CITATION.cff."""

import json
from pathlib import Path

from sim.version import __version__
from tools.software_metadata import ROOT, metadata


def test_the_files_are_those_that_the_tool_writes() -> None:
    for name, text in metadata().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, "python -m tools.software_metadata --write"


def test_the_version_is_that_of_the_program() -> None:
    assert f"version: {__version__}" in Path(ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))["version"] == __version__

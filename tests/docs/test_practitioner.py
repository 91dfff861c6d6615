"""The page on what practitioners know names tests that there are."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "practitioner.md"


def names_of_tests() -> set[str]:
    return {
        node.name
        for file in (ROOT / "tests" / "model" / "practitioner").glob("test_*.py")
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


def test_every_sentence_names_a_test_that_there_is() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    known = names_of_tests()
    for row in (row for row in rows if not row.startswith("| What practitioners know")):
        named = re.findall(r"`(test_\w+)`", row)
        assert named, f"no test: {row}"
        assert set(named) <= known, f"no such test: {set(named) - known}"

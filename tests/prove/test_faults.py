"""Faults can still be planted, their checks are still there, and the quickest of them are caught."""

import ast
from pathlib import Path

import pytest

from tests.prove.faults import FAULTS, ROOT, Fault
from tests.prove.mutants import TARGETS, Survivor, Target, explained, survivor_of


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_can_be_planted_and_its_check_is_there(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text(encoding="utf-8").count(fault.before) == 1
    assert fault.after != fault.before
    file, name = fault.check.split("[")[0].split("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_a_fault_is_planted_and_mended(tmp_path: Path) -> None:
    fault = FAULTS[0]
    (tmp_path / fault.file).parent.mkdir(parents=True)
    fault.mend(tmp_path)
    fault.plant(tmp_path)
    assert fault.after in (tmp_path / fault.file).read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="has this 0 times"):
        fault.plant(tmp_path)


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_modules_and_tests_of_mutants_are_there(target: Target) -> None:
    tests = [word.split("::")[0] for word in target.tests.split() if ".py" in word]
    assert tests and all((ROOT / file).is_file() for file in (*target.modules, *tests))


def test_a_survivor_is_known_by_the_lines_of_its_diff() -> None:
    diff = "--- \n+++ \n@@ -3 +3 @@\n-    a = b + c\n+    a = b - c"
    assert survivor_of("m.py", diff) == Survivor("m.py", "a = b + c", "a = b - c")


def test_every_survivor_that_is_explained_is_of_a_line_that_is_still_there() -> None:
    for survivor in explained():
        lines = [line.strip() for line in (ROOT / survivor.module).read_text(encoding="utf-8").splitlines()]
        assert survivor.before in lines or survivor.before in " ".join(lines), survivor

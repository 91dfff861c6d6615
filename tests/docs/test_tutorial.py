"""The tutorial runs from its first cell to its last, and the committed file holds its outputs."""

from pathlib import Path

import nbformat
import pytest

from tools.tutorial import NOTEBOOK, outputs, run

ROOT = Path(__file__).resolve().parents[2]
LARGEST = 300_000


@pytest.mark.long
def test_the_tutorial_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a kernel of its own, in an empty folder; a cell that fails raises."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cells = run(ROOT / NOTEBOOK, tmp_path)
    figures = [out for out in outputs(cells) if "application/vnd.plotly.v1+json" in out.get("data", {})]
    assert len(figures) == 2


def test_the_committed_tutorial_is_small_and_holds_its_outputs() -> None:
    assert (ROOT / NOTEBOOK).stat().st_size < LARGEST
    cells = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    nbformat.validate(cells)
    code = [cell for cell in cells.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code[1:]), "every cell but the imports shows something"
    assert all(out.output_type != "error" for out in outputs(cells))


def test_the_committed_tutorial_names_no_path_of_a_machine() -> None:
    text = (ROOT / NOTEBOOK).read_text(encoding="utf-8")
    assert "site-packages" not in text
    assert str(ROOT) not in text

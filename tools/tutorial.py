"""Run docs/tutorial.ipynb and write it back with its outputs: `python -m tools.tutorial`.

Plotly figures become pictures (PNG, drawn by Chromium), so that the notebook stays small and every viewer
shows them.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from sim.scenario.locations import root

NOTEBOOK = Path("docs/tutorial.ipynb")
FIGURE = "application/vnd.plotly.v1+json"
WIDTH, HEIGHT = 760, 400
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def run(notebook: Path, folder: Path) -> Any:
    """Run all cells in a Python kernel whose working directory is `folder`.

    Raises CellExecutionError if one fails.
    """
    cells = nbformat.read(notebook, as_version=4)
    os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"
    client = NotebookClient(
        cells, timeout=1800, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return cells


def outputs(cells: Any) -> list[Any]:
    """All outputs that show something."""
    return [out for cell in cells.cells if cell.cell_type == "code" for out in cell.outputs]


def draw_figures(cells: Any) -> None:
    """Replace each Plotly figure by a picture of it."""
    from playwright.sync_api import sync_playwright
    from plotly.offline import get_plotlyjs

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_content('<body style="margin:0"><div id="figure"></div></body>')
        page.add_script_tag(content=get_plotlyjs())
        for out in outputs(cells):
            figure = out.get("data", {}).pop(FIGURE, None)
            if figure is None:
                continue
            figure["layout"] |= {"width": WIDTH, "height": HEIGHT}
            page.evaluate(
                "figure => Plotly.newPlot('figure', figure.data, figure.layout, {staticPlot: true})",
                json.loads(json.dumps(figure)),
            )
            out["data"] = {
                "image/png": base64.b64encode(page.screenshot()).decode(),
                "text/plain": "Figure",
            }
        browser.close()


def main() -> None:
    """Write the notebook with new outputs."""
    notebook = root() / NOTEBOOK
    cells = run(notebook, root())
    draw_figures(cells)
    for cell in cells.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":  # warnings of libraries name paths of this machine
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
    cells.metadata["language_info"] = {"name": "python"}
    nbformat.write(cells, notebook)


if __name__ == "__main__":
    main()

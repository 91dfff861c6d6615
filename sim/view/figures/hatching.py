"""Hatching over the cells of a heat map whose number cannot be told from zero."""

import numpy as np

from sim.view.figures.style import QUIET, Figure

_STRIPES = (-0.5, 0.0, 0.5)  # where the stripes of a cell cross its middle


def hatched(figure: Figure, unsure: np.ndarray) -> Figure:
    """The heat map, of categories on both axes, with stripes over the cells of `unsure` (rows, columns).

    The stripes are one shape: many shapes take plotly.js long.
    """
    path = "".join(
        _stripe(float(column), float(row), shift) for row, column in np.argwhere(unsure) for shift in _STRIPES
    )
    if not path:
        return figure
    shape = {"type": "path", "path": path, "line": {"color": QUIET, "width": 1}, "layer": "above"}
    layout = figure["layout"]
    return figure | {"layout": layout | {"shapes": [*layout.get("shapes", ()), shape]}}


def _stripe(x: float, y: float, shift: float) -> str:
    """A line that rises through the cell at (x, y), `shift` to the right of its middle."""
    low, high = max(-0.5, -0.5 + shift), min(0.5, 0.5 + shift)
    return f"M{x + low:g},{y + low - shift:g}L{x + high:g},{y + high - shift:g}"

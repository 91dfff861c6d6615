"""Charts of tipping and return: the share of an effect that stays, along one factor or over two, and laws."""

from typing import Any

import numpy as np
import pandas as pd

from sim.view.figures.hatching import hatched
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import INK, PAPER, QUIET, Figure, Trace, axis, error_bar, heading, layout
from sim.view.number_format import percent, setting

_ENDS = ("share_low", "share_high")
_LOOKS = {"0": ("#0072B2", "circle", "solid"), "1": ("#C44E00", "diamond", "dash")}


def share_along(rows: pd.DataFrame, x: str, title: str, x_title: str) -> Figure:
    """The share that stays against one factor, a line a time at which is looked, with 95% intervals.

    `rows`: `x`, `at`, `share`, `share_low`, `share_high`.
    """
    traces: list[Trace] = []
    for k, (at, mine) in enumerate(rows.groupby("at", sort=False)):
        colour, symbol, dash = _LOOKS[str(k % 2)]
        mine = mine.sort_values(x)
        y = mine["share"]
        traces.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": str(at),
                "showlegend": True,
                "x": _plain(mine[x]),
                "y": numbers(y),
                "line": {"color": colour, "width": 2, "dash": dash},
                "marker": {"color": colour, "size": 8, "symbol": symbol},
                "error_y": error_bar(
                    numbers(mine["share_high"] - y), numbers(y - mine["share_low"]), colour, 1.2
                ),
                "hovertemplate": "%{x}: %{y:.0%} stays<extra></extra>",
            }
        )
    shape = layout(
        340,
        xaxis=axis(x_title, showgrid=False),
        yaxis=axis("share that stays", tickformat=".0%"),
        title=heading(title),
    )
    shape["margin"] = {"l": 72, "r": 14, "t": 40, "b": 46}
    lines = [(0.0, INK, "solid"), (0.5, QUIET, "dot"), (1.0, QUIET, "solid")]
    shape["shapes"] = [_level(*one) for one in lines]
    return {"data": traces, "layout": shape}


def _level(y: float, colour: str, dash: str) -> dict[str, Any]:
    ends = {"x0": 0, "x1": 1, "xref": "paper", "y0": y, "y1": y}
    return {"type": "line", **ends, "line": {"color": colour, "width": 1, "dash": dash}, "layer": "below"}


def phase_diagram(rows: pd.DataFrame, x: str, y: str, title: str, titles: tuple[str, str]) -> Figure:
    """The share that stays over two factors; the solid line is one half, drawn where the cells are sure.

    Hatched: the interval of what stays holds zero. Cells without a sure effect at all stay empty. `rows`:
    both factors, `share`, `share_low`, `share_high`, `stays_low`, `stays_high`.
    """
    across, up = (sorted(rows[name].unique()) for name in (x, y))

    def over(column: str) -> pd.DataFrame:
        wide = rows.pivot_table(index=y, columns=x, values=column, dropna=False)
        return wide.reindex(index=up, columns=across)

    table = over("share")
    unsure = table.notna() & ~((over("stays_low") > 0.0) | (over("stays_high") < 0.0))
    shares = [numbers(row) for row in table.to_numpy(float)]
    words = [["" if value is None else f"{value:.0%}" for value in row] for row in shares]
    names = [[setting(value) for value in side] for side in (across, up)]
    heat: Trace = {
        "type": "heatmap",
        "x": names[0],
        "y": names[1],
        "z": shares,
        "coloraxis": "coloraxis",
        "text": words,
        "texttemplate": "%{text}",
        "customdata": np.stack(
            [[[percent(one) for one in row] for row in over(end).to_numpy(float)] for end in _ENDS], axis=-1
        ).tolist(),
        "hoverongaps": False,
        "hovertemplate": f"{titles[0]}: %{{x}}<br>{titles[1]}: %{{y}}<br>%{{z:.0%}} stays "
        "(%{customdata[0]} to %{customdata[1]})<extra></extra>",
    }
    bar = {"thickness": 12, "len": 0.9, "outlinewidth": 0, "tickformat": ".0%"}
    scale = [[0.0, "#0072B2"], [0.5, "#f7f7f7"], [1.0, "#C44E00"]]
    shape = layout(
        150 + 40 * len(up),
        xaxis=axis(titles[0], type="category", showgrid=False),
        yaxis=axis(titles[1], type="category", showgrid=False),
        coloraxis={"cmin": 0.0, "cmax": 1.0, "colorscale": scale, "colorbar": bar},
        title=heading(title),
        plot_bgcolor=PAPER,
    )
    shape["margin"] = {"l": 76, "r": 14, "t": 40, "b": 46}
    traces = [heat]
    known = table.where(~unsure)
    if (known > 0.5).any(axis=None) and (known <= 0.5).any(axis=None) and min(table.shape) > 1:
        half: Trace = {
            "type": "contour",
            "x": names[0],
            "y": names[1],
            "z": [numbers(row) for row in known.to_numpy(float)],
            "connectgaps": False,
            "showscale": False,
            "hoverinfo": "skip",
            "contours": {"coloring": "none", "type": "levels", "start": 0.5, "end": 0.5, "size": 1},
            "line": {"color": INK, "width": 2.5},
        }
        traces.append(half)
    return hatched({"data": traces, "layout": shape}, unsure.to_numpy())


def repeal_by_level(repeal: pd.DataFrame, after: int) -> Figure:
    """The share of further laws that is left against their number at the return, a mark a bin of pairs."""
    share, x = repeal["share"], repeal["before"]
    colour = _LOOKS["0"][0]
    trace: Trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": numbers(x),
        "y": numbers(share),
        "line": {"color": colour, "width": 1.5, "dash": "solid"},
        "marker": {"color": colour, "size": 9},
        "error_y": error_bar(
            numbers(repeal["share_high"] - share), numbers(share - repeal["share_low"]), colour, 1.2
        ),
        "customdata": [
            [low, high, int(pairs)]
            for low, high, pairs in zip(
                numbers(repeal["low"]), numbers(repeal["high"]), repeal["pairs"], strict=True
            )
        ],
        "hovertemplate": "%{customdata[2]} pairs with %{customdata[0]:.1f} to %{customdata[1]:.1f} further "
        "laws: %{y:.0%} left<extra></extra>",
    }
    shape = layout(
        340,
        xaxis=axis("further laws in force at the return", showgrid=False),
        yaxis=axis(f"share left {after} months later", tickformat=".0%", rangemode="tozero"),
    )
    shape["margin"] = {"l": 72, "r": 14, "t": 20, "b": 46}
    shape["shapes"] = [_level(0.5, QUIET, "dot"), _level(1.0, QUIET, "solid")]
    return {"data": [trace], "layout": shape}


def _plain(column: "pd.Series[Any]") -> list[Any]:
    return numbers(column) if pd.api.types.is_numeric_dtype(column) else [str(one) for one in column]

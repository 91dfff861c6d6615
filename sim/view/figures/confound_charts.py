"""Two causes close in time: dots for what each explains of a change, bars for what was measured."""

import pandas as pd

from sim.view.figures.events import folded
from sim.view.figures.quantiles import numbers
from sim.view.figures.style import Figure, axis, error_bar, heading, layout, names_axis, upright


def shares_of_change(
    rows: pd.DataFrame, names: dict[str, str], colours: dict[str, str], title: str
) -> Figure:
    """A line a headline, a dot a cause: its share of what the two changed together, in percent.

    `rows`: headline, name, part, of_two, first, last, change. The thin line goes from the share of a cause
    that comes first to that of one that comes last.
    """
    labels = {code: folded(str(name), 44) for code, name in names.items()}
    traces = []
    for symbol, (part, colour) in zip(("circle", "diamond"), colours.items(), strict=True):
        mine = rows[rows["part"] == part]
        share = 100.0 * mine["of_two"]
        ends = [share * mine[column] / mine["change"] for column in ("first", "last")]
        low, high = (pd.concat(ends, axis=1).agg(how, axis=1) for how in ("min", "max"))
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": str(mine["part_name"].iloc[0]),
                "showlegend": True,
                "x": numbers(share),
                "y": [labels[code] for code in mine["headline"]],
                "marker": {"symbol": symbol, "size": 10, "color": colour},
                "error_x": error_bar(numbers(high - share), numbers(share - low), colour, 2, 0),
                "hovertemplate": f"%{{y}}<br>{mine['part_name'].iloc[0]}: %{{x:.1f}}%<extra></extra>",
            }
        )
    shape = layout(
        96 + 36 * len(labels),
        xaxis=axis("% of what the two changed together", ticksuffix="%"),
        yaxis=names_axis(list(labels.values())),
        shapes=[upright(0.0), upright(100.0, "#999999", "dot")],
        title=heading(title),
    )
    return {"data": traces, "layout": shape | {"margin": {"l": 48, "r": 18, "t": 34, "b": 48}}}


def measured_and_model(rows: pd.DataFrame, title: str, colours: list[str]) -> Figure:
    """Bars of one measured effect and of each cause in the model, in percent."""
    names = ["Measured", *(f"Model: {name}" for name in rows["part_name"])]
    names = [folded(name, 24) for name in names]
    values = [float(rows["measured"].iloc[0]), *rows["model"]]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": numbers(pd.Series(values)),
        "y": names,
        "text": [f"{value:+.2g}%".replace("-", "\N{MINUS SIGN}") if value else "0%" for value in values],
        "textposition": "outside",
        "cliponaxis": False,
        "marker": {"color": colours},
        "hovertemplate": "%{y}: %{x:+.3~g}%<extra></extra>",
    }
    reach = 1.25 * max(abs(value) for value in values)
    shape = layout(
        84 + 34 * len(names),
        xaxis=axis("change, %", range=[-reach, 0.35 * reach]),
        yaxis=names_axis(names),
        shapes=[upright(0.0)],
        title=heading(title),
        bargap=0.35,
    )
    return {"data": [trace], "layout": shape | {"margin": {"l": 48, "r": 18, "t": 34, "b": 48}}}

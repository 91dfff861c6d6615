"""Sankey diagrams of data moved between kinds of place or countries."""

from dataclasses import dataclass

import pandas as pd

from sim.view.figures.style import KIND_COLOURS, KIND_SHORT, Figure, heading, layout, tint

FOLD = 0.01  # streams below this share of the largest world's total are combined
OTHER = "small streams"
_PAD, _TOP, _HEIGHT = 18, 34, 420  # a label is 15 pixels high


@dataclass(frozen=True)
class Nodes:
    """The nodes of the streams in drawing order: code -> label, code -> colour."""

    labels: dict[str, str]
    colours: dict[str, str]


KINDS_OF_PLACE = Nodes(KIND_SHORT, KIND_COLOURS)


def streams(flows: pd.DataFrame, seeds: int | None = None) -> pd.DataFrame:
    """TB by node left and node reached, mean over seeds, largest first.

    `flows`: seed, from_kind, to_kind, tb of one world.

    `seeds` says how many runs there are, where some may have no flow at all.
    """
    count = seeds or max(flows["seed"].nunique(), 1)
    total = flows.groupby(["from_kind", "to_kind"], observed=True)["tb"].sum() / count
    return total[total > 0].sort_values(ascending=False).reset_index()


def fold(total: pd.DataFrame, threshold: float) -> tuple[pd.DataFrame, float, int]:
    """The streams of at least `threshold` TB, and the sum of the rest: TB and number of streams."""
    small = total[total["tb"] < threshold]
    return total[total["tb"] >= threshold], float(small["tb"].sum()), len(small)


def sankey(
    total: pd.DataFrame, folded: float, largest: float, title: str, nodes: Nodes = KINDS_OF_PLACE
) -> Figure:
    """Streams of one world, at one scale for all worlds (`largest`: the largest world's total)."""
    links = total[["from_kind", "to_kind", "tb"]].astype({"from_kind": str, "to_kind": str})
    if folded > 0:
        links = pd.concat(
            [links, pd.DataFrame([{"from_kind": OTHER, "to_kind": OTHER, "tb": folded}])], ignore_index=True
        )
    kinds = [*nodes.labels, OTHER]
    left = [kind for kind in kinds if kind in set(links["from_kind"])]
    right = [kind for kind in kinds if kind in set(links["to_kind"])]
    source = {kind: at for at, kind in enumerate(left)}
    target = {kind: at + len(left) for at, kind in enumerate(right)}
    colours = nodes.colours | {OTHER: "#dddddd"}
    labels = nodes.labels | {OTHER: "Small streams"}
    # plotly stretches each diagram to its own height: shrinking the domain keeps equal TB equally thick.
    gaps = _PAD * max(len(left) - 1, len(right) - 1, 0)
    inner = _HEIGHT - _TOP - 10
    share = float(links["tb"].sum()) / largest if largest > 0 else 1.0
    bottom = max(0.0, 1.0 - (gaps + (inner - gaps) * share) / inner)
    trace = {
        "type": "sankey",
        "arrangement": "fixed",
        "domain": {"x": [0, 1], "y": [bottom, 1]},
        "node": {
            "label": [labels[kind] for kind in (*left, *right)],
            "color": [colours[kind] for kind in (*left, *right)],
            "pad": _PAD,
            "thickness": 14,
            "line": {"width": 0},
            "sort": "input",
            "hovertemplate": "%{label}: %{value:,.0f} TB<extra></extra>",
        },
        "link": {
            "source": [source[kind] for kind in links["from_kind"]],
            "target": [target[kind] for kind in links["to_kind"]],
            "value": [float(f"{tb:.6g}") for tb in links["tb"]],
            "color": [tint(colours[kind], 0.45) for kind in links["from_kind"]],
            "hovertemplate": "%{source.label} to %{target.label}: %{value:,.0f} TB<extra></extra>",
        },
        "textfont": {"size": 12, "shadow": "none"},
    }
    return {
        "data": [trace],
        "layout": layout(_HEIGHT, margin={"l": 4, "r": 4, "t": _TOP, "b": 10}, title=heading(title)),
    }

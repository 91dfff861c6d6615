"""From a ruling through causes to what customers did: a Sankey diagram in account-years."""

from collections.abc import Mapping

import pandas as pd

from sim.view.figures.style import KIND_COLOURS, KIND_SHORT, QUIET, Figure, layout, tint

CAUSE_COLOURS = (
    "#332288",
    "#88CCEE",
    "#117733",
    "#AA4466",
    "#DDCC77",
    "#44AA99",
    "#999933",
    "#882255",
    "#666666",
)
MOST_OUTCOMES, LEAST_SHARE = 6, 0.01  # nodes of what was done; what is smaller is put together
_OTHER = "Other places"


def causes(streams: pd.DataFrame, ruling: str, names: Mapping[str, str], amount: str) -> tuple[Figure, float]:
    """The diagram, and how much works the other way and is not drawn.

    `streams`: group, kind_a, kind_b and the `amount`; `names` of the groups. A stream that works the other
    way (a cause without which more would have moved) has no width, so it is only counted.
    """
    drawn = streams[streams[amount] > 0.0]
    against = float(-streams.loc[streams[amount] < 0.0, amount].sum())
    both = ["kind_a", "kind_b"]
    sums = drawn.groupby(both)[amount].sum().sort_values(ascending=False)
    largest = sums[sums >= LEAST_SHARE * sums.sum()].index[:MOST_OUTCOMES].tolist()
    groups = [group for group in names if group in set(drawn["group"])]
    outcomes = {pair: _outcome(*pair) for pair in largest}
    to = [pair if pair in outcomes else None for pair in zip(drawn["kind_a"], drawn["kind_b"], strict=True)]
    if any(pair is None for pair in to):
        outcomes[None] = (_OTHER, "#bbbbbb")
    at = {group: 1 + k for k, group in enumerate(groups)}
    ends = {pair: 1 + len(groups) + k for k, pair in enumerate(outcomes)}
    colours = dict(zip(names, CAUSE_COLOURS, strict=False))
    links: dict[tuple[int, int], float] = {}
    for group, pair, value in zip(drawn["group"], to, drawn[amount], strict=True):
        for link in ((0, at[group]), (at[group], ends[pair])):
            links[link] = links.get(link, 0.0) + float(value)
    of_node = {position: colours[group] for group, position in at.items()}
    trace = {
        "type": "sankey",
        "arrangement": "snap",
        "node": {
            "label": [
                ruling,
                *(names[group] for group in groups),
                *(words for words, _ in outcomes.values()),
            ],
            "color": [
                QUIET,
                *(colours[group] for group in groups),
                *(colour for _, colour in outcomes.values()),
            ],
            "pad": 18,
            "thickness": 14,
            "line": {"width": 0},
            "hovertemplate": "%{label}: %{value:,.0f} account-years<extra></extra>",
        },
        "link": {
            "source": [source for source, _ in links],
            "target": [target for _, target in links],
            "value": [float(f"{value:.6g}") for value in links.values()],
            "color": [tint(of_node.get(s) or of_node[t], 0.4) for s, t in links],
            "hovertemplate": (
                "%{source.label} to %{target.label}: %{value:,.0f} account-years<extra></extra>"
            ),
        },
        "textfont": {"size": 12, "shadow": "none"},
    }
    height = max(240, 90 + 34 * max(len(groups), len(outcomes)))
    return {"data": [trace], "layout": layout(height, margin={"l": 4, "r": 4, "t": 12, "b": 12})}, against


def _outcome(kind_a: str, kind_b: str) -> tuple[str, str]:
    """What was done in the second world instead, and its colour."""
    a, b = KIND_SHORT[kind_a], KIND_SHORT[kind_b]
    words = f"{b}, another provider" if kind_a == kind_b else f"{b} instead of {a[0].lower() + a[1:]}"
    return words.replace("uS region", "US region").replace("uS subsidiary", "US subsidiary"), KIND_COLOURS[
        kind_b
    ]

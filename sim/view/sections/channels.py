"""Through which channels the ruling acts: every headline's difference, split exactly."""

from collections.abc import Iterable

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, Text, section
from sim.view.figures.channel_bars import channel_bars
from sim.view.number_format import estimate, largest_of, number, scale_for
from sim.view.results_view import ResultsView
from sim.view.sections.record_comparison import other_parameters
from sim.view.tables import Cell, Table, Value, columns, records_of, text

WHOLE, RULE_ITSELF = "whole", "rule_itself"


@section("channels", "Through which channels the ruling acts")
def channels(view: ResultsView) -> Iterable[Block]:
    """The split of every headline."""
    frame = view.summary("channels")
    if frame is None:
        raise NotThere(
            "through which channels the ruling acts",
            f"Run `warrantsim channels {view.manifest['experiment']}`: 64 runs of each pair.",
        )
    first = frame.iloc[0]
    pairs, customers = int(frame["pairs"].max()), int(first["customers"])
    yield Text(
        "Both worlds were run with every set of channels on. Off is off in both worlds alike, so the "
        "difference between the worlds loses the channel. The bars of a headline add up: the rule itself "
        f"(all channels off) and the channels' Shapley values make the whole difference. {pairs} "
        f"{'pair' if pairs == 1 else 'pairs'} of worlds with {customers:,} customers."
    )
    yield from other_parameters(view, frame)
    yield _what_is_off(frame)
    yield _charts(view, frame)
    yield channels_table(frame)


def _what_is_off(frame: pd.DataFrame) -> Table:
    rows: list[list[Value]] = [
        [str(row["name"]), str(row["meaning"])]
        for row in records_of(frame.drop_duplicates("channel"))
        if row["channel"] != WHOLE
    ]
    return Table("What each channel is", columns("Channel", "Off means"), rows, folded=True)


def _charts(view: ResultsView, frame: pd.DataFrame) -> Chart:
    colour = view.compare[1].colour if view.compare else "#333333"
    figures, same = [], []
    for _, rows in frame.groupby("headline", sort=False):
        name = str(rows["headline_name"].iloc[0])
        if not largest_of(*rows["shapley"], *rows["alone"], *rows["last"]):
            same.append(name)
            continue
        scale = scale_for(str(rows["unit"].iloc[0]), largest_of(*rows["shapley"]))
        unit = f"difference, {scale.change}" if scale.change else "difference"
        figures.append(channel_bars(rows, name, unit, scale.factor, colour))
    unmoved = f" Moved by no channel, and not drawn: {text('; '.join(same))}." if same else ""
    read = (
        "Dark grey: the whole difference; light grey: the rule itself; coloured: each channel's Shapley "
        "value, with its 95% interval over pairs. The circle is what the channel does alone, the diamond "
        "what it adds as the last to join. Where the two lie apart, channels need or replace one another; "
        f"a channel alone at zero acts only through others.{unmoved}"
    )
    return Chart("channel-bars", "What does each channel carry of the difference?", read, figures)


def channels_table(frame: pd.DataFrame) -> Table:
    """The split in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(frame):
        values = [row[name] for name in ("shapley", "low", "high", "alone", "last")]
        scale = scale_for(str(row["unit"]), largest_of(*values))
        value, interval = estimate(*(row[name] * scale.factor for name in ("shapley", "low", "high")))
        alone, last = (number(row[name] * scale.factor, signed=True) for name in ("alone", "last"))
        name = Cell(str(row["name"]), strong=row["channel"] == WHOLE)
        rows.append([str(row["headline_name"]), name, value, interval, alone, last, scale.change])
    note = (
        "Shapley value: what the channel adds, averaged over all orders of joining. Alone: with all others "
        "off. Last: with all others on. The rule itself and the channels add up to the whole."
    )
    heads = columns("Headline", "Channel", ">Shapley", ">95% interval", ">Alone", ">Last", "Unit")
    return Table("The same in numbers", heads, rows, note, folded=True, tall=True)

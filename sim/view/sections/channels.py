"""Through which channels the ruling acts: every headline's difference, split exactly."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, Text, section
from sim.view.figures.channel_bars import channel_bars
from sim.view.number_format import DASH, difference_in, estimate, largest_of, scale_for
from sim.view.result_tables import NEGLIGIBLE
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
        "Both worlds were run with every combination of channels on and off. A channel that is off is off in "
        "both worlds, so it adds nothing to the difference between them. Each channel's share of the "
        "difference is its Shapley value: what the channel adds when it is turned on, averaged over all "
        "orders in which the channels can be turned on. The rule itself (all channels off) and the shares of "
        f"the channels add up to the whole difference. {pairs} "
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
        scale = scale_for(str(rows["unit"].iloc[0]), largest_of(*rows["shapley"]))
        if largest_of(*rows["shapley"], *rows["alone"], *rows["last"]) * scale.factor < NEGLIGIBLE:
            same.append(name)
            continue
        figures.append(channel_bars(rows, name, difference_in(scale.change), scale.factor, colour))
    unmoved = f" Next to no difference, and not drawn: {text('; '.join(same))}." if same else ""
    read = (
        "Dark grey: the whole difference; light grey: the rule itself; coloured: each channel's share (its "
        "Shapley value). Thin lines are 95% intervals over pairs. The circle is what a channel adds with all "
        "others off, the diamond what it adds with all others on. Where the two lie apart, channels need or "
        "replace one another: a channel whose circle is at zero acts only together with others. Circle and "
        f"diamond have intervals, too, which are in the table below.{unmoved}"
    )
    return Chart("channel-bars", "What does each channel carry of the difference?", read, figures)


def channels_table(frame: pd.DataFrame) -> Table:
    """The split in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(frame):
        values = [row[name] for name in ("shapley", "low", "high", "alone", "last")]
        scale = scale_for(str(row["unit"]), largest_of(*values))
        value, interval = estimate(*(row[name] * scale.factor for name in ("shapley", "low", "high")))
        alone, last = (_with_interval(row, end, scale.factor) for end in ("alone", "last"))
        name = Cell(str(row["name"]), strong=row["channel"] == WHOLE)
        rows.append([str(row["headline_name"]), name, value, interval, alone, last, scale.change])
    note = (
        "Shapley value: what the channel adds when it is turned on, averaged over all orders in which the "
        "channels can be turned on. Alone: with all others off. Last: with all others on. Below each is its "
        "95% interval over pairs. The rule itself and the channels add up to the whole."
    )
    heads = columns("Headline", "Channel", ">Shapley", ">95% interval", ">Alone", ">Last", "Unit")
    return Table("The same in numbers", heads, rows, note, folded=True, tall=True)


def _with_interval(row: Mapping[str, Any], name: str, factor: float) -> Cell:
    """A value to the decimals of its interval, which is below it."""
    value, interval = estimate(*(row[f"{name}{end}"] * factor for end in ("", "_low", "_high")))
    return Cell(value, "" if interval == DASH else interval)

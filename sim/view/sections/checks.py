"""Checks of the result: what agents add, other switch dates, claims, the record, how to reproduce it."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from sim.analysis.evidence.rows import BOUND_WORDS
from sim.analysis.factor_names import sentence_case
from sim.view.blocks import Block, Section, Text, listed, section
from sim.view.evidence_words import Name, measured, who_where_when
from sim.view.number_format import (
    DASH,
    Scale,
    decimals_for,
    decimals_of,
    estimate,
    largest_of,
    missing,
    number,
    scale_for,
    setting,
    span,
    with_unit,
)
from sim.view.result_tables import claims_table, verdict_cell
from sim.view.results_view import ResultsView
from sim.view.sections.design_claims import NO_CLAIMS
from sim.view.sections.knockouts import fewer_pairs
from sim.view.sections.record_counts import MANY, counts_table, extremes_table
from sim.view.tables import Cell, Table, Value, columns, records_of, text


@section("agents", "What the agents add")
def agents(view: ResultsView) -> Iterable[Block]:
    """The headlines with agents and with one average customer in each cell."""
    frame = view.needed_summary("the table of what the agents add", "mean_field")
    rows = list[list[Value]]()
    for row in records_of(frame):
        scale = scale_for(
            str(row["unit"]), largest_of(row["agents"], row["mean_field"], row["low"], row["high"])
        )
        low, high = row["low"] * scale.factor, row["high"] * scale.factor
        digits = decimals_of(low, high)
        cells = [number(row[name] * scale.factor, True, digits) for name in ("agents", "mean_field")]
        rows.append(
            [str(row["name"]), *cells, *estimate(row["difference"] * scale.factor, low, high), scale.change]
        )
    note = (
        "Both worlds again with one average customer in each country and segment: nobody differs in trust, "
        "sensitivity, taste, size, in what it hears or in when it acts. What the agents add is the headline "
        "with agents minus that without, pair by pair, with its 95% interval."
        + fewer_pairs(frame, view.seeds).replace("Runs with a mechanism off", "These runs")
    )
    heads = columns("Headline", ">Agents", ">Average customers", ">What agents add", ">95% interval", "Unit")
    yield Table("What do the agents add?", heads, rows, note)


@section("claims", "Claims")
def claims(view: ResultsView) -> Iterable[Block]:
    """The claims of the experiment and their verdicts."""
    frame = view.summary("claims")
    if frame is None:
        yield NO_CLAIMS
        return
    yield Text("Each claim was stated in the experiment's file before the run.")
    yield claims_table(frame.to_dict("records"), view.labels, view.place)


@section("switch-dates", "Other switch dates")
def switch_dates(view: ResultsView) -> Iterable[Block]:
    """The differences if the outcome had come on another date."""
    frame = view.needed_summary("the table of other switch dates", "switch_dates")
    dates = list(dict.fromkeys(zip(frame["on"].astype(str), frame["label"].astype(str), strict=True)))
    rows = list[list[Value]]()
    for _, group in frame.groupby("headline", sort=False):
        unit = str(group["unit"].iloc[0])
        scale = scale_for(unit, largest_of(*group["difference"], *group["low"], *group["high"]))
        found = {(str(row["on"]), str(row["label"])): row for row in records_of(group)}
        ends = [(row["low"] * scale.factor, row["high"] * scale.factor) for row in found.values()]
        most = min((decimals_of(*one) for one in ends if one[0] < one[1]), default=0)
        cells = (_difference_cell(found.get(date), scale, most) for date in dates)
        rows.append([Cell(str(group["name"].iloc[0]), scale.change), *cells])
    pairs = frame.dropna(subset="pairs").groupby(["label"], sort=False)["pairs"].max().astype(int)
    told = [f"{count:,} ({label})" for label, count in pairs.items()]
    counted = f" Pairs: {', '.join(told)}." if told else ""
    note = (
        "The headline's difference and its 95% interval if the outcome had come on another date; in bold "
        f"where the interval excludes zero.{counted}"
    )
    heads = columns("Headline", *(f">{label}, {on}" for on, label in dates))
    yield Table("Does the date of the ruling matter?", heads, rows, note)


def _difference_cell(row: dict[str, Any] | None, scale: Scale, most: int) -> Cell | None:
    if row is None:
        return None
    values = (row[name] * scale.factor for name in ("difference", "low", "high"))
    difference, interval = estimate(*values, most=most)
    return Cell(difference, interval, strong=bool(row["low"] > 0 or row["high"] < 0))


def record(view: ResultsView) -> Section:
    """The model compared with the record."""
    return Section("record", "The model and the record, row by row", _record(view))


def evidence(view: ResultsView) -> Section:
    """The model compared with the rows of evidence that `warrantsim evidence` was given."""
    return Section("evidence", "The model and the requested evidence", _requested(view))


@listed
def _record(view: ResultsView) -> Iterable[Block]:
    yield from _rows(view.needed_summary("the comparison with the record", "record"), view.place)


@listed
def _requested(view: ResultsView) -> Iterable[Block]:
    frame = view.needed_summary("the comparison with the rows of evidence", "evidence")
    if "counted" in frame:
        yield counts_table(frame)
    yield from _rows(frame, view.place)


def _rows(frame: pd.DataFrame, name: Name) -> Iterable[Block]:
    """Every row; of many a folded table for each kind."""
    if len(frame) <= MANY or "kind" not in frame:
        yield evidence_table(frame, name)
        return
    yield Text("What each source measured, and what the model says of the same, by kind.")
    for kind, rows in frame.groupby("kind", sort=False):
        table = evidence_table(rows, name)
        yield replace(table, title=f"{sentence_case(str(kind))}, {len(rows):,} rows", folded=True)


def evidence_table(frame: pd.DataFrame, name: Name = str) -> Table:
    """Every row of evidence beside the model."""
    intervals = (
        ", ".join(str(kind) for kind in frame["interval"].unique())
        if "interval" in frame
        else "95% of the mean over seeds"
    )
    note = (
        "Role: a fit may use calibration rows, never validation rows; context rows are for information. A "
        "verdict is about the mean of the runs. Data: with the source's standard error where it is known. "
        f"Under the model's number: its interval ({intervals}), which is wide where few simulated customers "
        "are asked."
    )
    heads = columns("What", ">Data", ">Model", "Verdict", "Role", "Why, and what differs", "Source")
    rows = [_record_row(row, name) for row in records_of(frame)]
    return Table("Row by row", heads, rows, note, tall=True)


def details_table(frame: pd.DataFrame) -> Table:
    """What a terminal shows: every row, without causes and sources; of many the worst and the closest."""
    return extremes_table(frame) if len(frame) > MANY else evidence_table(frame).first(5)


def _record_row(row: dict[str, Any], name: Name) -> list[Value]:
    scale = scale_for(str(row["unit"]), largest_of(row["data"], row["model"]))
    bound, se = BOUND_WORDS.get(str(row.get("bound")), ""), row.get("se", math.nan)
    error = "" if missing(se) else f" ± {setting(se * scale.factor)}"
    low, high = row["low"] * scale.factor, row["high"] * scale.factor
    # the model's digits: those of its interval, and none that the data could not be told from
    finest = decimals_for(row["data"] * scale.factor) if missing(se) else decimals_for(se * scale.factor, 2)
    decimals = decimals_of(low, high)
    if row["data"] or not missing(se):
        decimals = min(decimals, finest)
    data = setting(row["data"] * scale.factor)
    model = number(row["model"] * scale.factor, decimals=None if missing(low) else decimals)
    interval = span(low, high, decimals=decimals)
    event, helped = (_text(row.get(name_)) for name_ in ("without_event", "helped"))
    without = f", effect of {event}" if event else ""
    what = Cell(measured(str(row["what"])), f"{who_where_when(row, name)}{without}; {row['row']}")
    told = f"{bound}{data}{error}"
    numbers = Cell(told, scale.title), Cell(model, interval), verdict_cell(str(row["verdict"]))
    differs = "; ".join(filter(None, (_text(row.get("note")), f"helped to set {helped}" if helped else "")))
    cause = _text(row["cause"])
    why = Cell(cause or differs or DASH, differs if cause else "")
    return [what, *numbers, str(row["role"]), why, row["source"]]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


@section("reproduce", "How to reproduce this")
def reproduce(view: ResultsView) -> Iterable[Block]:
    """How to run it again."""
    manifest = view.manifest
    command = manifest.get("command") or f"warrantsim run {manifest['experiment']}"
    yield Text(f"<code>{text(command)}</code>")
    seeds = [int(seed) for seed in manifest["seeds"]]
    listed = (
        f"{seeds[0]} to {seeds[-1]}"
        if len(seeds) > 2 and seeds == list(range(seeds[0], seeds[-1] + 1))
        else ", ".join(map(str, seeds))
    )
    took = (
        with_unit(setting(float(manifest["seconds"])), "seconds")
        if manifest.get("seconds") is not None
        else "not recorded"
    )
    platform = manifest.get("platform", "not recorded")
    where = (
        ", ".join(f"{key} {value}" for key, value in platform.items())
        if isinstance(platform, dict)
        else str(platform)
    )
    yield Text(
        f"Seeds: {text(listed)}. Time taken: {took}. Platform: {text(where)}. <code>manifest.json</code> "
        "beside this file has the whole configuration, with the source of each value."
    )
    digests: list[list[Value]] = [
        [Cell(name, code=True), int(facts["rows"]), Cell(facts["digest"], code=True)]
        for name, facts in manifest.get("tables", {}).items()
    ]
    note = (
        "The digest is of the table's values sorted by key, so it does not depend on the bytes of the "
        "file. The same command gives the same digests."
    )
    yield Table("Tables", columns("Table", ">Rows", "Digest"), digests, note)
    versions = [[name, str(version)] for name, version in manifest.get("versions", {}).items()]
    yield Table("Versions", columns("Library", "Version"), versions, folded=True)

"""What the result hangs on: mechanisms off, other switch dates, the record, and how to run it again."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sim.analysis.markdown import records_of
from sim.view.blocks import Block, Chart, Missing, Section, Table, Text, text
from sim.view.figures.forest_plot import forest
from sim.view.labels import how_to_summarise
from sim.view.number_format import DASH, decimals_of, estimate, largest_of, number, scale_for, with_unit
from sim.view.results_view import ResultsView


def _cell(value: Any) -> str:
    return text(DASH if value is None or (isinstance(value, float) and pd.isna(value)) else value)


def knockouts(view: ResultsView) -> Section:
    """Each mechanism off."""
    return Section("knockouts", "What each mechanism contributes", list(_knockouts(view)))


def _knockouts(view: ResultsView) -> Iterable[Block]:
    frame = view.summary("knockouts")
    if frame is None:
        yield Missing("the knock-out table", how_to_summarise("knockouts"))
        return
    headlines = view.summary("headlines")
    known = {} if headlines is None else {row["headline"]: row for row in records_of(headlines)}
    colour = view.compare[1].colour if view.compare else "#333333"
    figures, rows = [], []
    for headline, group in frame.groupby("headline", sort=False):
        fact = known.get(headline, {})
        unit, title = str(fact.get("unit", "")), str(fact.get("name", headline))
        scale = scale_for(unit, largest_of(*group["difference"], *group["low"], *group["high"]))
        full = (float(fact["difference"]), float(fact["low"]), float(fact["high"])) if fact else None
        figures.append(
            forest(
                group,
                full,
                title,
                f"difference, {scale.change}" if scale.change else "difference",
                scale.factor,
                colour,
            )
        )
        for row in records_of(group):
            difference, ends = estimate(
                *(row[column] * scale.factor for column in ("difference", "low", "high"))
            )
            contribution = number(
                row["contribution"] * scale.factor,
                True,
                decimals_of(row["low"] * scale.factor, row["high"] * scale.factor),
            )
            cells = [difference, ends, contribution, text(scale.change)]
            rows.append([text(row["name"]), text(title), *cells, _cell(row["meaning"])])
    read = (
        "A dot is the headline's difference between the worlds with that one mechanism switched off, and its 95% interval over pairs. The dark line and "
        "grey band are the model with everything on; the dotted line is zero. A dot far from the dark line: the headline hangs on that mechanism. A dot "
        "on the dark line: it does without it."
    )
    yield Chart(
        "knockout", "What is left of each headline when one mechanism is off?", read, figures, legend=False
    )
    columns = [
        "Mechanism off",
        "Headline",
        "Difference",
        "95% interval",
        "Contribution",
        "Unit",
        "What off means",
    ]
    read = "Contribution: the headline with everything on, minus this. Contributions need not add up, since mechanisms act on one another."
    yield Table("The same in numbers", columns, rows, read, numeric=(2, 3, 4), tall=True, folded=True)


def claims(view: ResultsView) -> Section:
    """What the experiment claimed, and whether it holds."""
    return Section("claims", "What was claimed", list(_claims(view)))


def _claims(view: ResultsView) -> Iterable[Block]:
    frame = view.summary("claims")
    if frame is None:
        yield Text(
            "This experiment states no claims. <code>docs/experiments.md</code> says how to state one."
        )
        return
    rows = []
    for row in records_of(frame):
        scale = scale_for(
            str(row["unit"]), largest_of(*(row[column] for column in ("difference", "low", "high")))
        )
        difference, ends = estimate(*(row[column] * scale.factor for column in ("difference", "low", "high")))
        more = (
            ""
            if pd.isna(row["further_seeds"])
            else f"<br>about {int(row['further_seeds']):,} more seeds would tell"
        )
        where = f"{row['measure']} ({row['over']}), {view.place(str(row['country']))}, {row['window']}"
        expected = f"{view.styles[row['world']].label} {row['expect']} {view.styles[row['against']].label}"
        said = [
            text(row["claim"]),
            f'{text(expected)}<br><span class="quiet">{text(where)}</span>',
            difference,
            ends,
            text(scale.change),
        ]
        rows.append([*said, f"<strong>{text(row['verdict'])}</strong>{more}", str(int(row["pairs"]))])
    read = (
        "Each claim was written down in the experiment's file before it was run. The difference is over pairs of worlds with the same luck, with its 95% "
        "interval; a claim holds if the whole interval agrees with it and fails if the whole interval contradicts it."
    )
    yield Table(
        "Claim by claim",
        ["Claim", "Expected", "Difference", "95% interval", "Unit", "Verdict", "Pairs"],
        rows,
        read,
        numeric=(2, 3, 6),
    )


def switch_dates(view: ResultsView) -> Section:
    """The same question at other dates."""
    return Section("switch-dates", "Other switch dates", list(_switch_dates(view)))


def _switch_dates(view: ResultsView) -> Iterable[Block]:
    frame = view.summary("switch_dates")
    if frame is None:
        yield Missing("the table of other switch dates", how_to_summarise("switch_dates"))
        return
    dates = list(dict.fromkeys(zip(frame["on"].astype(str), frame["label"].astype(str), strict=True)))
    rows = []
    for _, group in frame.groupby("headline", sort=False):
        scale = scale_for(
            str(group["unit"].iloc[0]), largest_of(*group["difference"], *group["low"], *group["high"])
        )
        found = {(str(row["on"]), str(row["label"])): row for row in records_of(group)}
        cells = []
        for key in dates:
            row = found.get(key)
            if row is None:
                cells.append(DASH)
                continue
            difference, ends = estimate(
                *(row[column] * scale.factor for column in ("difference", "low", "high"))
            )
            strong = row["low"] > 0 or row["high"] < 0
            cells.append(
                f'{f"<strong>{difference}</strong>" if strong else difference}<br><span class="quiet">{ends}</span>'
            )
        rows.append(
            [f'{text(group["name"].iloc[0])}<br><span class="quiet">{text(scale.change)}</span>', *cells]
        )
    pairs = sorted({int(value) for value in frame["pairs"].dropna()})
    counted = f" Pairs: {', '.join(f'{value:,}' for value in pairs)}." if pairs else ""
    read = f"The headline's difference and its 95% interval if the outcome had come at another date; bold where the interval leaves out zero.{counted}"
    yield Table(
        "Does the date of the ruling matter?",
        ["Headline", *(f"{label}, {on}" for on, label in dates)],
        rows,
        read,
        numeric=tuple(range(1, len(dates) + 1)),
    )


def record(view: ResultsView) -> Section:
    """The model against what was measured."""
    return Section("record", "The record, row by row", list(_record(view, "record")))


def evidence(view: ResultsView) -> Section:
    """The model against rows of evidence that were asked for by `warrantsim evidence`."""
    return Section("evidence", "The model against the evidence asked for", list(_record(view, "evidence")))


def _record(view: ResultsView, summary: str) -> Iterable[Block]:
    frame = view.summary(summary)
    if frame is None:
        yield Missing("the comparison with the record", how_to_summarise(summary))
        return
    rows = []
    for row in records_of(frame):
        scale = scale_for(
            str(row["unit"]),
            largest_of(*(value for value in (row["data"], row["model"]) if isinstance(value, float))),
        )
        shown = [_amount(row[column], scale.factor) for column in ("data", "model")]
        low, high = row["low"] * scale.factor, row["high"] * scale.factor
        ends = (
            " to ".join(number(end, decimals=decimals_of(low, high)) for end in (low, high))
            if pd.notna(low) and pd.notna(high)
            else DASH
        )
        said = [
            f'{_cell(row["what"])}<br><span class="quiet">{_where(row)}, {_cell(row["period"])}</span>',
            *shown,
            ends,
            text(scale.title),
        ]
        verdict = f"<strong>{_cell(row['verdict'])}</strong>"
        rows.append(
            [
                text(row["row"]),
                *said[:3],
                verdict,
                *said[3:],
                _cell(row["role"]),
                _cell(row["cause"]),
                _cell(row.get("note")),
                _cell(row["source"]),
            ]
        )
    counts = frame["verdict"].value_counts()
    yield Text(
        "Verdicts: " + "; ".join(f"{text(verdict)} {count}" for verdict, count in counts.items()) + "."
    )
    columns = [
        "Row",
        "What",
        "Data",
        "Model",
        "Verdict",
        "Interval",
        "Unit",
        "Role",
        "Cause of a miss",
        "What is not the same",
        "Source",
    ]
    intervals = (
        ", ".join(str(said) for said in frame["interval"].unique())
        if "interval" in frame
        else "95% of the mean over seeds"
    )
    read = (
        "Role: calibration rows are those that a fit may use, validation rows are never used for one, context rows are only shown. A verdict is about the mean "
        f"of the runs. Interval: {text(intervals)}; wide where few simulated customers are asked."
    )
    yield Table("Row by row", columns, rows, read, numeric=(2, 3, 5), tall=True)


def _where(row: dict[str, Any]) -> str:
    """The place and, where only some customers count, which."""
    population = row.get("population")
    return _cell(
        f"{row['place']}, {population.replace('_', ' ')}" if isinstance(population, str) else row["place"]
    )


def _amount(value: Any, factor: float) -> str:
    if isinstance(value, (int, float)):
        return DASH if pd.isna(value) else number(value * factor)
    return _cell(value)


def reproduce(view: ResultsView) -> Section:
    """How to run it again."""
    return Section("reproduce", "How to reproduce this", list(_reproduce(view)))


def _reproduce(view: ResultsView) -> Iterable[Block]:
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
        with_unit(number(float(manifest["seconds"])), "seconds")
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
        f"Seeds: {text(listed)}. Time taken: {took}. Platform: {text(where)}. The whole configuration, with who set each value, stands in "
        "<code>manifest.json</code> beside this file."
    )
    digests = [
        [f"<code>{text(name)}</code>", f"{int(facts['rows']):,}", f"<code>{text(facts['digest'])}</code>"]
        for name, facts in manifest.get("tables", {}).items()
    ]
    read = "The digest is of the table's values sorted by key, so it doesn't depend on the file's bytes. The same command gives the same digests."
    yield Table("Tables", ["Table", "Rows", "Digest"], digests, read, numeric=(1,))
    versions = [[text(name), text(version)] for name, version in manifest.get("versions", {}).items()]
    yield Table("Versions", ["Library", "Version"], versions, folded=True)

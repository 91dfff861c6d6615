"""The overview of a results folder: the answer, what was run, what failed, and the files to download."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
from dash import html

from sim.runs.csv_tables import read_csv
from sim.runs.execution import FAILURES
from sim.view.blocks import Block, Section, Text
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.folder_view import FolderView
from sim.view.sections import design_claims, design_tables, headline_summary
from sim.view.sweep_report import in_question
from sim.view.tables import Column, table_of, text

DOWNLOADS = "/results-file/"
_MOST_FAILURES = 20
_FIRST_HEADLINES = (
    "trust",
    "revenue",
    "market_share",
    "laws",
    "conflicts",
)  # computed from few columns, so they appear at once; after those that the experiment is about
_MEANINGS = {
    "manifest.json": "every resolved value with its source, seeds, versions, digests",
    "points.parquet": "the run of each world of each pair, and the design's values",
    "data_dictionary.md": "every table and column with unit and meaning",
    "report.html": "the report: one file that opens in any browser without a network",
    "failures.csv": "the failed pairs, with the stage and the error",
    "headlines.csv": "headline differences with their intervals",
    "series.csv": "paired differences month by month",
    "knockouts.csv": "headline differences with each mechanism off",
    "channels.csv": "headline differences split among channels",
    "confound.csv": "what each of two causes explains of every headline's change",
    "confound_bound.csv": "what was measured of two causes, beside the model",
    "value.csv": "which measurement would narrow which headline most",
    "mean_field.csv": "headline differences with agents and with average customers",
    "switch_dates.csv": "headline differences with the switch on other dates",
    "record.csv": "the model beside the record",
    "evidence.csv": "the model beside the requested rows of evidence",
    "claims.csv": "the claims with their verdicts",
    "claims_by_point.csv": "the verdicts at each point of the design",
    "discovery.csv": "regions of the design that answer a question: density, coverage, words",
    "discovery_limits.csv": "the limits of each region with quasi-p values",
    "discovery_tradeoff.csv": "density and coverage of every box on the way to the chosen one",
    "discovery_steps.csv": "the limits of each of these boxes",
    "discovery_points.csv": "for each question and point: outcome, whether of interest, box, leaf",
    "boundary.csv": "where a headline crosses a level: what was searched and found",
    "boundary_surface.csv": "mean, sd and probability to be above the level, over the ranges",
    "boundary_points.csv": "the points that the search ran",
    "boundary_costs.csv": "what grids would have cost for the same answer",
    "returns.csv": "what of a ruling's effect stays after it is turned back",
    "tipping.csv": "whether the share that stays tips along each factor",
    "frontier.csv": "what every rule and lever changes, against the base and the rule without levers",
    "levers.csv": "what each lever buys and costs, whether it pays, and who has more of both",
    "repeal.csv": "the share of further laws that is left, by how many there were",
}


def overview(folder_view: FolderView, tabs: Sequence[str]) -> Component:
    """All of it; `tabs` are labels of those that answer the experiment's question."""
    manifest, blocks = folder_view.manifest, list(_answer(folder_view, tabs))
    return html.Div(
        [
            charts([Section("overview", "Results", blocks)]) if blocks else None,
            html.Div(id="results-more") if folder_view.folder.has_design else None,
            *_warnings(manifest),
            *_failures(folder_view),
            html.H2("What was run"),
            html.P(_facts(folder_view), className="read"),
            *_factors(folder_view),
            *_files(folder_view),
        ]
    )


def _answer(folder_view: FolderView, tabs: Sequence[str]) -> Iterable[Block]:
    view = folder_view.view
    where = (
        f"The answer is in the tab {' and in '.join(f'<em>{text(one)}</em>' for one in tabs)}."
        if tabs
        else ""
    )
    if folder_view.folder.has_design:
        rest = "The other tabs show" if tabs else "The tabs above show"
        yield Text(
            f"<strong>{text(design_tables.size_of_design(view))}</strong> {where} {rest} its results by "
            "factor, by month and by point."
        )
        counts = view.summary("claims")
        if counts is not None and "points" in counts:
            yield from design_claims.verdict_bars(counts)
        return
    if where:
        yield Text(where)
    headlines = view.summary("headlines")
    if headlines is not None:
        yield from (Text(paragraph) for paragraph in headline_summary.answers(view))
        yield from headline_summary.headlines(view).blocks


def more(folder_view: FolderView) -> Component:
    """Headlines over the points of a design, which take a moment to compute."""
    at = {code: folder_view.points(code) for code in [*in_question(folder_view.view), *_FIRST_HEADLINES]}
    if not any(len(table) for table in at.values()):
        return html.P("No pair is done yet.", className="read")
    return charts(
        [Section("first", "Headlines", [design_tables.headlines_over_points(folder_view.view, at)])]
    )


def _facts(folder_view: FolderView) -> str:
    manifest, view = folder_view.manifest, folder_view.view
    facts = [
        f"Worlds: {'; '.join(style.label for style in view.styles.values())}",
        f"{view.seeds:,} {'seed' if view.seeds == 1 else 'seeds'}",
        f"{int(manifest['customers']):,} customers"
        if manifest.get("customers")
        else "customers set by the design",
        f"{view.first[:7]} to {view.last[:7]}",
    ]
    if when := headline_summary.rule_changes(view):
        facts.append(when)
    if manifest.get("seconds") is not None:
        facts.append(f"took {float(manifest['seconds']):,.0f} s")
    if manifest.get("command"):
        facts.append(f"command: {manifest['command']}")
    return " · ".join(facts)


def _warnings(manifest: dict[str, Any]) -> Iterable[Component]:
    warnings = manifest.get("warnings") or []
    if warnings:
        yield dmc.Alert(
            html.Ul([html.Li(warning) for warning in grouped(map(str, warnings))]),
            title="Warnings of the run",
            color="orange",
            variant="light",
        )


def grouped(warnings: Iterable[str]) -> list[str]:
    """Warnings `path: what`, with the paths of one `what` together."""
    paths: dict[str, list[str]] = {}
    for warning in warnings:
        path, _, what = warning.partition(": ")
        paths.setdefault(what or warning, []).append(path)
    return [what if names == [what] else f"{', '.join(names)}: {what}" for what, names in paths.items()]


def _failures(folder_view: FolderView) -> Iterable[Component]:
    """Why pairs failed: failures.csv, or else the manifest's messages."""
    path = folder_view.folder.path / FAILURES
    count = len(folder_view.manifest.get("failures") or ())
    if not count:
        return
    words = ": no table and no chart includes them. Run the command with --retry-failed to run them again."
    title = f"{count:,} {'pair' if count == 1 else 'pairs'} failed"
    if path.is_file():
        frame = read_csv(path, lambda name: name in ("point", "seed", "how", "stage", "error"))
        note = "" if count <= _MOST_FAILURES else f"The first {_MOST_FAILURES}; all are in {FAILURES}."
        names = [Column(str(name)) for name in frame.columns]
        listed = replace(table_of(title, names, frame.head(_MOST_FAILURES), note), folded=True)
        table = charts([Section("failures", "Failed pairs", [listed])])
    else:
        table = html.Ul(
            [
                html.Li(str(failure).splitlines()[0])
                for failure in folder_view.manifest["failures"][:_MOST_FAILURES]
            ]
        )
    yield dmc.Alert(
        [html.P(title + words), table], title="Some pairs could not be run", color="red", variant="light"
    )


def _factors(folder_view: FolderView) -> Iterable[Component]:
    """What the design varies."""
    if folder_view.folder.has_design:
        yield charts(
            [
                Section(
                    "design",
                    "What varies",
                    [design_tables.factors_table(folder_view.view, folder_view.series().values)],
                )
            ]
        )


def _files(folder_view: FolderView) -> Iterable[Component]:
    if not folder_view.folder.files:
        return
    rows = [
        html.Li(
            [
                html.A(
                    name,
                    href=f"{DOWNLOADS}{quote(folder_view.folder.name)}/{quote(name)}",
                    download=name.split("/")[-1],
                ),
                f" ({_size((folder_view.folder.path / name).stat().st_size)})",
                f": {meaning}" if (meaning := _MEANINGS.get(name)) else "",
            ]
        )
        for name in folder_view.folder.files
        if not name.startswith("running")
    ]
    if rows:
        yield html.Details([html.Summary(f"Files to download ({len(rows)})"), html.Ul(rows)])
    if folder_view.folder.finished:
        yield html.Div(
            [
                dmc.Button(
                    "Check every byte of the tables", id="results-check", variant="default", size="xs"
                ),
                html.Span(
                    id="results-checked", role="status", className="read", style={"marginLeft": "0.8rem"}
                ),
            ],
            className="check",
        )


def _size(count: int) -> str:
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= size:
            return f"{count / size:,.1f} {unit}"
    return f"{count} bytes"

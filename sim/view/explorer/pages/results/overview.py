"""The first look at a results folder: the answer, what was run, what went wrong, and its files to take away."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import dash_mantine_components as dmc
import pandas as pd
from dash import html

from sim.runs.execution import FAILURES
from sim.view.blocks import Block, Section, Table, Text, text
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.query import Asked
from sim.view.folder_view import Opened
from sim.view.sections import design, headline_summary

DOWNLOADS = "/results-file/"
_MOST_FAILURES = 20
_FIRST_HEADLINES = (
    "trust",
    "revenue",
    "market_share",
    "laws",
    "conflicts",
)  # read from few columns, so that they are there at once
_MEANINGS = {
    "manifest.json": "every value as resolved and who set it, seeds, versions, digests",
    "points.parquet": "which run each world of each pair is, and the design's values",
    "data_dictionary.md": "every table and column with unit and meaning",
    "report.html": "the report: one file that opens in any browser without a network",
    "failures.csv": "the pairs that failed, with how and where",
    "headlines.csv": "headline differences with their intervals",
    "series.csv": "paired differences month by month",
    "knockouts.csv": "headline differences with each mechanism off",
    "switch_dates.csv": "headline differences with the switch on other dates",
    "record.csv": "the model beside what was measured",
    "evidence.csv": "the model beside rows of evidence that were asked for",
    "claims.csv": "the claims with their verdicts",
    "claims_by_point.csv": "the verdicts at each point of the design",
}


def overview(opened: Opened, asked: Asked) -> Component:
    """All of it."""
    del asked
    said, blocks = opened.said, list(_answer(opened))
    return html.Div(
        [
            charts([Section("overview", "What comes out", blocks)]) if blocks else None,
            html.Div(id="results-more") if opened.folder.has_design else None,
            *_warnings(said),
            *_failures(opened),
            html.H2("What was run"),
            html.P(_facts(opened), className="read"),
            *_factors(opened),
            *_files(opened),
        ]
    )


def _answer(opened: Opened) -> Iterable[Block]:
    study = opened.study
    if opened.folder.has_design:
        yield Text(
            f"<strong>{text(design.how_many(study))}</strong> The tabs above show them over its factors, month by month, and point by point."
        )
        counts = study.summary("claims")
        if counts is not None and "points" in counts:
            yield from design.verdict_bars(counts)
        return
    headlines = study.summary("headlines")
    if headlines is not None:
        yield Text(headline_summary.answer(headlines, study))
        yield from headline_summary.headlines(study).blocks


def more(opened: Opened) -> Component:
    """What takes a moment to work out: some headlines over the points of a design."""
    at = {code: opened.points(code) for code in _FIRST_HEADLINES}
    if not any(len(table) for table in at.values()):
        return html.P("No pair is done yet.", className="read")
    return charts([Section("first", "Headlines", [design.headline_rows(opened.study, at)])])


def _facts(opened: Opened) -> str:
    said, study = opened.said, opened.study
    facts = [
        f"Worlds: {', '.join(style.label for style in study.styles.values())}",
        f"{study.seeds:,} {'seed' if study.seeds == 1 else 'seeds'}",
        f"{int(said['customers']):,} customers" if said.get("customers") else "customers as the design says",
        f"{study.first[:7]} to {study.last[:7]}",
    ]
    if study.switch:
        facts.append(f"the switch is thrown on {study.switch}")
    if said.get("seconds") is not None:
        facts.append(f"took {float(said['seconds']):,.0f} s")
    if said.get("command"):
        facts.append(f"again by: {said['command']}")
    return " · ".join(facts)


def _warnings(said: dict[str, Any]) -> Iterable[Component]:
    warnings = said.get("warnings") or []
    if warnings:
        yield dmc.Alert(
            html.Ul([html.Li(str(warning)) for warning in warnings]),
            title="Warnings of the run",
            color="orange",
            variant="light",
        )


def _failures(opened: Opened) -> Iterable[Component]:
    """Why pairs failed: the table beside the results, or the manifest's words where there is none."""
    path = opened.folder.path / FAILURES
    count = len(opened.said.get("failures") or ())
    if not count:
        return
    words = ": they are in no table and no chart. The command with --retry-failed runs them once more."
    title = f"{count:,} {'pair' if count == 1 else 'pairs'} failed"
    if path.is_file():
        frame = pd.read_csv(path, usecols=lambda name: name in ("point", "seed", "how", "stage", "error"))
        rows = [
            [text(row[name]) for name in frame.columns]
            for row in frame.head(_MOST_FAILURES).to_dict("records")
        ]
        read = "" if count <= _MOST_FAILURES else f"The first {_MOST_FAILURES}; all are in {FAILURES}."
        table = charts(
            [
                Section(
                    "failures",
                    "Which, and why",
                    [Table(title, [str(name) for name in frame.columns], rows, read, folded=True)],
                )
            ]
        )
    else:
        table = html.Ul(
            [html.Li(str(failure).splitlines()[0]) for failure in opened.said["failures"][:_MOST_FAILURES]]
        )
    yield dmc.Alert(
        [html.P(title + words), table], title="Not everything could be run", color="red", variant="light"
    )


def _factors(opened: Opened) -> Iterable[Component]:
    """What the design varies."""
    if opened.folder.has_design:
        yield charts([Section("design", "What varies", [design.varied(opened.study, opened.wide().values)])])


def _files(opened: Opened) -> Iterable[Component]:
    if not opened.folder.files:
        return
    rows = [
        html.Li(
            [
                html.A(
                    name,
                    href=f"{DOWNLOADS}{quote(opened.folder.name)}/{quote(name)}",
                    download=name.split("/")[-1],
                ),
                f" ({_size((opened.folder.path / name).stat().st_size)})",
                f": {meaning}" if (meaning := _MEANINGS.get(name)) else "",
            ]
        )
        for name in opened.folder.files
        if not name.startswith("running")
    ]
    if rows:
        yield html.Details([html.Summary(f"Files to take away ({len(rows)})"), html.Ul(rows)])
    if opened.folder.finished:
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

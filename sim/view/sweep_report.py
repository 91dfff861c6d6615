"""The report of a sweep: what its runs come to over the design, in one HTML file that opens anywhere, without a network."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sim.analysis.differences import HEADLINES
from sim.analysis.outcomes import by_influence
from sim.view.blocks import Block, Chart, Section, Text, text
from sim.view.folder_view import Opened
from sim.view.html_page import put_together
from sim.view.labels import factor_name
from sim.view.sections import checks, design, headline_summary

_DRAWN = (
    "trust",
    "revenue",
    "market_share",
    "laws",
    "us_success",
    "conflicts",
)  # each with charts of its own; all are in the table
_FANS = ("trust", "revenue_us_cumulative")


def page(opened: Opened) -> str:
    """The report as HTML."""
    return put_together(
        opened.study,
        headline_summary.head(opened.study, _answer(opened), headline_summary.LIMITS_OF_SWEEPS),
        sections(opened),
    )


def sections(opened: Opened) -> list[Section]:
    """Its parts; of headlines those that a finished pair has."""
    study, values = opened.study, opened.wide().values
    at = {headline.code: opened.points(headline.code) for headline in HEADLINES}
    parts = [
        Section(
            "points",
            "What comes out over the design",
            [design.headline_rows(study, at), design.varied(study, values)],
        )
    ]
    claims = study.summary("claims")
    if claims is not None:
        parts.append(Section("claims", "What was claimed", list(_claims(opened, claims, at["trust"]))))
    parts += [
        Section(code, design.HEADLINE[code].name, list(_headline(opened, code, at[code])))
        for code in _DRAWN
        if at[code][opened.which].notna().any()
    ]
    return [*parts, Section("fans", "Month by month", list(_fans(opened))), checks.reproduce(study)]


def _answer(opened: Opened) -> str:
    """The design's size, and what became of each claim."""
    claims = opened.study.summary("claims")
    said = f"<strong>{text(design.how_many(opened.study))}</strong>"
    if claims is None:
        return f"{said} The experiment claims nothing; the table below says how each headline lies over the points."
    return (
        said
        + " "
        + "; ".join(f"{_quoted(row['claim'])} {text(row['verdict'])}" for row in claims.to_dict("records"))
        + "."
    )


def _quoted(claim: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text(claim)}\N{RIGHT DOUBLE QUOTATION MARK}"


def _two(ranked: list[str]) -> tuple[str, str]:
    return ranked[0], ranked[1] if len(ranked) > 1 else ranked[0]


def _claims(opened: Opened, claims: pd.DataFrame, at: pd.DataFrame) -> Iterable[Block]:
    """All verdicts, and where over the two factors that move trust most each claim holds."""
    by_point, ranked = opened.by_point(), by_influence(at, opened.wide().values, opened.which)
    x, y = _two(ranked) if ranked else ("", "")
    first, *others = claims["number"].astype(int)
    yield from design.claims(opened.study, by_point, x, y, first).blocks
    if by_point is not None:
        for chosen in others:
            yield from _renamed(design.where_it_holds(claims, by_point, x, y, chosen), str(chosen))


def _headline(opened: Opened, code: str, at: pd.DataFrame) -> Iterable[Block]:
    """One headline over the two factors that move it most, and over each factor."""
    study, values = opened.study, opened.wide().values
    ranked = by_influence(at, values, opened.which)
    if len(ranked) > 1:
        x, y = _two(ranked)
        if len(ranked) > 2:
            others = ", ".join(text(factor_name(name)) for name in ranked[2:])
            yield Text(f"Over the two factors that move it most by themselves; the others are {others}.")
        yield from _renamed(
            design.over_two(study, code, opened.cells(code, x, y), (x, y), len(at), opened.seeds).blocks, code
        )
    charts = design.all_factors(study, code, values, at, opened.spreads(code)).blocks
    if len(ranked) <= 2:  # the heat map has shown all combinations
        charts = [
            block for block in charts if not (isinstance(block, Chart) and block.id == design.COMBINATIONS)
        ]
    yield from _renamed(charts, code)


def _fans(opened: Opened) -> Iterable[Block]:
    what = f"what the design varies and the {opened.seeds} at each point"
    for series in _FANS:
        fans = opened.fans(series, None, "all")
        yield from _renamed(
            design.spread(opened.study, series, fans, len(opened.wide()), what, opened.one_switch).blocks,
            series,
        )


def _renamed(blocks: Iterable[Block], by: str) -> Iterable[Block]:
    """The same blocks with charts of another name, so that each has its own on the page."""
    return [replace(block, id=f"{block.id}-{by}") if isinstance(block, Chart) else block for block in blocks]

"""The report of a sweep: what its runs come to over the design, in one HTML file that opens anywhere, without a network."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sim.analysis.design_outcomes import by_influence
from sim.analysis.headlines import HEADLINES
from sim.view.blocks import Block, Chart, Section, Text, text
from sim.view.folder_view import FolderView
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


def page(folder_view: FolderView) -> str:
    """The report as HTML."""
    return put_together(
        folder_view.view,
        headline_summary.head(folder_view.view, _answer(folder_view), headline_summary.LIMITS_OF_SWEEPS),
        sections(folder_view),
    )


def sections(folder_view: FolderView) -> list[Section]:
    """Its parts; of headlines those that a finished pair has."""
    view, values = folder_view.view, folder_view.wide().values
    at = {headline.code: folder_view.points(headline.code) for headline in HEADLINES}
    parts = [
        Section(
            "points",
            "What comes out over the design",
            [design.headline_rows(view, at), design.varied(view, values)],
        )
    ]
    claims = view.summary("claims")
    if claims is not None:
        parts.append(Section("claims", "What was claimed", list(_claims(folder_view, claims, at["trust"]))))
    parts += [
        Section(code, design.HEADLINE[code].name, list(_headline(folder_view, code, at[code])))
        for code in _DRAWN
        if at[code][folder_view.which].notna().any()
    ]
    return [*parts, Section("fans", "Month by month", list(_fans(folder_view))), checks.reproduce(view)]


def _answer(folder_view: FolderView) -> str:
    """The design's size, and what became of each claim."""
    claims = folder_view.view.summary("claims")
    said = f"<strong>{text(design.how_many(folder_view.view))}</strong>"
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


def _claims(folder_view: FolderView, claims: pd.DataFrame, at: pd.DataFrame) -> Iterable[Block]:
    """All verdicts, and where over the two factors that move trust most each claim holds."""
    by_point, ranked = folder_view.by_point(), by_influence(at, folder_view.wide().values, folder_view.which)
    x, y = _two(ranked) if ranked else ("", "")
    first, *others = claims["number"].astype(int)
    yield from design.claims(folder_view.view, by_point, x, y, first).blocks
    if by_point is not None:
        for chosen in others:
            yield from _renamed(design.where_it_holds(claims, by_point, x, y, chosen), str(chosen))


def _headline(folder_view: FolderView, code: str, at: pd.DataFrame) -> Iterable[Block]:
    """One headline over the two factors that move it most, and over each factor."""
    view, values = folder_view.view, folder_view.wide().values
    ranked = by_influence(at, values, folder_view.which)
    if len(ranked) > 1:
        x, y = _two(ranked)
        if len(ranked) > 2:
            others = ", ".join(text(factor_name(name)) for name in ranked[2:])
            yield Text(f"Over the two factors that move it most by themselves; the others are {others}.")
        yield from _renamed(
            design.over_two(
                view, code, folder_view.cells(code, x, y), (x, y), len(at), folder_view.seeds
            ).blocks,
            code,
        )
    charts = design.all_factors(view, code, values, at, folder_view.spreads(code)).blocks
    if len(ranked) <= 2:  # the heat map has shown all combinations
        charts = [
            block for block in charts if not (isinstance(block, Chart) and block.id == design.COMBINATIONS)
        ]
    yield from _renamed(charts, code)


def _fans(folder_view: FolderView) -> Iterable[Block]:
    what = f"what the design varies and the {folder_view.seeds} at each point"
    for series in _FANS:
        fans = folder_view.fans(series, None, "all")
        yield from _renamed(
            design.spread(
                folder_view.view, series, fans, len(folder_view.wide()), what, folder_view.one_switch
            ).blocks,
            series,
        )


def _renamed(blocks: Iterable[Block], by: str) -> Iterable[Block]:
    """The same blocks with charts of another name, so that each has its own on the page."""
    return [replace(block, id=f"{block.id}-{by}") if isinstance(block, Chart) else block for block in blocks]

"""The report of a sweep: its results over the design, in one HTML file that opens without a network."""

from collections.abc import Iterable
from dataclasses import replace

import pandas as pd

from sim.analysis.design_outcomes import by_influence
from sim.analysis.headlines import HEADLINES
from sim.view.blocks import Block, Chart, Section, Text
from sim.view.folder_view import FolderView
from sim.view.html_page import put_together
from sim.view.labels import factor_name
from sim.view.sections import (
    checks,
    design_claims,
    design_factors,
    design_fans,
    design_heat_map,
    design_tables,
    headline_summary,
)
from sim.view.tables import text

# Headlines with their own charts; the table has all.
_DRAWN = ("trust", "revenue", "market_share", "laws", "us_success_abroad", "conflicts")
_FANS = ("trust", "revenue_us_cumulative")


def page(folder_view: FolderView) -> str:
    """The report as HTML."""
    return put_together(
        folder_view.manifest["title"],
        headline_summary.head(folder_view.view, _answer(folder_view), headline_summary.LIMITS_OF_SWEEPS),
        sections(folder_view),
    )


def sections(folder_view: FolderView) -> list[Section]:
    """The parts of the report; headlines without any value are left out."""
    view, values = folder_view.view, folder_view.series().values
    at = {headline.code: folder_view.points(headline.code) for headline in HEADLINES}
    parts = [
        Section(
            "points",
            "Results over the design",
            [design_tables.headlines_over_points(view, at), design_tables.factors_table(view, values)],
        )
    ]
    claims = view.summary("claims")
    if claims is not None:
        parts.append(Section("claims", "Claims", list(_claims(folder_view, claims, at["trust"]))))
    parts += [
        Section(code, design_heat_map.HEADLINE[code].name, list(_headline(folder_view, code, at[code])))
        for code in _DRAWN
        if at[code][folder_view.which].notna().any()
    ]
    return [*parts, Section("fans", "Month by month", list(_fans(folder_view))), checks.reproduce(view)]


def _answer(folder_view: FolderView) -> str:
    """The design's size, and the verdict on each claim."""
    claims = folder_view.view.summary("claims")
    said = f"<strong>{text(design_tables.size_of_design(folder_view.view))}</strong>"
    if claims is None:
        return f"{said} The experiment states no claims. The table below shows each headline over the points."
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
    """All verdicts, and where each claim holds over the two factors with the largest effect on trust."""
    by_point, ranked = (
        folder_view.by_point(),
        by_influence(at, folder_view.series().values, folder_view.which),
    )
    x, y = _two(ranked) if ranked else ("", "")
    first, *others = claims["number"].astype(int)
    yield from design_claims.claims(folder_view.view, by_point, x, y, first).blocks
    if by_point is not None:
        for chosen in others:
            yield from _renamed(design_claims.where_it_holds(claims, by_point, x, y, chosen), str(chosen))


def _headline(folder_view: FolderView, code: str, at: pd.DataFrame) -> Iterable[Block]:
    """One headline over the two factors with the largest effect on it, and over each factor."""
    view, values = folder_view.view, folder_view.series().values
    ranked = by_influence(at, values, folder_view.which)
    if len(ranked) > 1:
        x, y = _two(ranked)
        if len(ranked) > 2:
            others = ", ".join(text(factor_name(name)) for name in ranked[2:])
            yield Text(f"Over the two factors with the largest effect of their own; the others are {others}.")
        yield from _renamed(
            design_heat_map.over_two_factors(
                view, code, folder_view.cells(code, x, y), (x, y), len(at), folder_view.seeds
            ).blocks,
            code,
        )
    charts = design_factors.all_factors(view, code, values, at, folder_view.spreads(code)).blocks
    if len(ranked) <= 2:  # the heat map has shown all combinations
        charts = [
            block
            for block in charts
            if not (isinstance(block, Chart) and block.id == design_factors.COMBINATIONS)
        ]
    yield from _renamed(charts, code)


def _fans(folder_view: FolderView) -> Iterable[Block]:
    what = f"the factors of the design and the {folder_view.seeds} at each point"
    for series in _FANS:
        fans = folder_view.fans(series, None, "all")
        yield from _renamed(
            design_fans.fans_by_month(
                folder_view.view, series, fans, len(folder_view.series()), what, folder_view.one_switch
            ).blocks,
            series,
        )


def _renamed(blocks: Iterable[Block], by: str) -> Iterable[Block]:
    """The same blocks with other ids of their charts, so that ids are unique on the page."""
    return [replace(block, id=f"{block.id}-{by}") if isinstance(block, Chart) else block for block in blocks]

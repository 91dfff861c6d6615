"""The report of a sweep: its results over the design, in one HTML file that opens without a network."""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from typing import Any

import pandas as pd

from sim.analysis.drivers import boundary_tables, discovery
from sim.analysis.drivers.frontier import FRONTIER
from sim.analysis.drivers.tipping import RETURNS
from sim.analysis.factor_names import factor_name
from sim.analysis.headlines import HEADLINES
from sim.view.blocks import Block, Chart, Missing, Section, Text
from sim.view.folder_view import FolderView
from sim.view.html_page import put_together
from sim.view.results_view import ResultsView
from sim.view.sections import (
    boundary,
    checks,
    citation,
    design_claims,
    design_drivers,
    design_factors,
    design_fans,
    design_heat_map,
    design_tables,
    headline_summary,
    levers,
    tipping,
)
from sim.view.sections.discovery import regions
from sim.view.tables import text

# Headlines with their own charts beside those that the experiment is about; the table has all.
_DRAWN = ("trust", "revenue", "market_share", "laws", "us_success_abroad", "conflicts")
_IN_FULL = ("trust", "revenue")  # those whose drivers are shown over time and by states of the inputs
_FANS = ("trust", "revenue_us_cumulative")
_MOST_FACTORS = 10  # of which a headline has a chart each


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
    drawn = {code: table for code, table in at.items() if table[folder_view.which].notna().any()}
    tables = [design_tables.headlines_over_points(view, at), design_tables.factors_table(view, values)]
    parts = [Section("points", "Results over the design", [*tables, *_leaders(folder_view, list(drawn))])]
    claims = view.summary("claims")
    if claims is not None:
        parts.append(Section("claims", "Claims", list(_claims(folder_view, claims))))
    found = discovery.stored(view.results.summary)
    if found is not None:
        parts.append(Section("regions", "Regions", regions(found, values)))
    if view.summary(boundary_tables.SUMMARY) is not None:
        parts.append(boundary.boundary(view))
    if view.summary(RETURNS) is not None:
        parts.append(tipping.tipping(view))
    if view.summary(FRONTIER) is not None:
        parts.insert(0, levers.levers(view))
    parts += [
        Section(code, design_heat_map.HEADLINE[code].name, list(_headline(folder_view, code, at[code])))
        for code in asked_about(view)
        if code in drawn
    ]
    parts.append(Section("fans", "Month by month", list(_fans(folder_view))))
    if view.summary("records") is not None:
        parts.append(citation.citation(view))
    return [*(replace(part, record=view.record) for part in parts), checks.reproduce(view)]


def asked_about(view: ResultsView) -> list[str]:
    """The headlines that have charts: first those that the experiment is about, then the usual."""
    return list(dict.fromkeys([*in_question(view), *_DRAWN]))


def in_question(view: ResultsView) -> list[str]:
    """The headlines of a boundary search and of the claims."""
    summary, claims = view.summary(boundary_tables.SUMMARY), view.summary("claims")
    codes = [] if summary is None else [str(code) for code in summary["headline"]]
    measured = set() if claims is None else set(claims["measure"])
    return codes + [code for code, series in design_drivers.SERIES_OF.items() if series in measured]


def _answer(folder_view: FolderView) -> str:
    """The design's size, the verdict on each claim, and what was found of a boundary or of a return."""
    view = folder_view.view
    claims = view.summary("claims")
    parts = [f"<strong>{text(design_tables.size_of_design(view))}</strong>"]
    if claims is not None:
        verdicts = (f"{_quoted(row['claim'])} {text(_verdict(row))}" for row in claims.to_dict("records"))
        parts.append(f"{'; '.join(verdicts)}.")
    if view.summary(boundary_tables.SUMMARY) is not None:
        parts.append(text(boundary.answer(view)))
    if view.summary(RETURNS) is not None:
        parts.append(text(tipping.answer_of(view)))
    if view.summary(FRONTIER) is not None:
        parts.append(text(levers.answer_of(view)))
    if len(parts) == 1 and not folder_view.why_no_drivers():
        known = (code for code in _IN_FULL if folder_view.points(code)[folder_view.which].notna().any())
        parts += [_what_moves(folder_view, code) for code in known]
    if len(parts) == 1:
        parts.append("The experiment states no claims. The table below shows each headline over the points.")
    return " ".join(parts)


def _what_moves(folder_view: FolderView, code: str) -> str:
    """What moves a headline most, as HTML."""
    found = folder_view.drivers(code, design_drivers.SERIES_OF[code])
    return design_drivers.said(folder_view.view, design_heat_map.HEADLINE[code], found)


def _verdict(row: dict[Hashable, Any]) -> str:
    """At how many points a claim surely holds, and at how many the mean agrees with it."""
    if not row["judged"]:
        return str(row["verdict"])
    agrees = round(row["share_mean_agrees"] * row["judged"])
    return f"{row['verdict']} (the mean agrees at {agrees:,})"


def _quoted(claim: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text(claim)}\N{RIGHT DOUBLE QUOTATION MARK}"


def _leaders(folder_view: FolderView, codes: list[str]) -> Iterable[Block]:
    """What drives each headline, or why nothing is said of that."""
    why = folder_view.why_no_drivers()
    if why:
        yield Missing("what drives each headline", why)
        return
    rankings = {code: folder_view.ranking(code) for code in codes}
    yield design_drivers.leaders(folder_view.view, rankings, folder_view.index)


def _axes(folder_view: FolderView, code: str) -> list[str]:
    """The factors that the design sets, by what they do to a headline where it can tell."""
    names = folder_view.designed
    if folder_view.why_no_drivers():
        return names
    known = [str(name) for name in folder_view.ranking(code).dropna(subset="value")["factor"]]
    return [*(name for name in known if name in names), *(name for name in names if name not in known)]


def _claims(folder_view: FolderView, claims: pd.DataFrame) -> Iterable[Block]:
    """All verdicts, and where each claim holds over the two factors that move its own difference most."""
    view, by_point = folder_view.view, folder_view.by_point()
    first, *others = claims["number"].astype(int)
    yield from design_claims.claims(view, by_point, *folder_view.axes_of_claim(first), first).blocks
    if by_point is not None:
        for chosen in others:
            axes = folder_view.axes_of_claim(chosen)
            yield from _renamed(design_claims.where_it_holds(view, by_point, *axes, chosen), str(chosen))


def _headline(folder_view: FolderView, code: str, at: pd.DataFrame) -> Iterable[Block]:
    """What drives one headline, the headline over two factors, and over each of the first factors.

    In a Morris sample a level of one factor goes with levels of others, so nothing is shown by level.
    """
    if not folder_view.why_no_drivers():
        found = folder_view.drivers(code, design_drivers.SERIES_OF[code])
        blocks = design_drivers.drivers(folder_view.view, code, found).blocks
        yield from _renamed(blocks if code in _IN_FULL else blocks[:2], code)
        if found.method == "morris":
            return
    axes = _axes(folder_view, code)
    if not axes:
        yield from _renamed([design_factors.draws(folder_view.view, code, at)], code)
        return
    if len(axes) > 1:
        yield from _renamed(_over_two(folder_view, code, at, axes), code)
    view, values = folder_view.view, folder_view.series().values[axes[:_MOST_FACTORS]]
    spreads = folder_view.spreads(code, tuple(values.columns))
    charts = design_factors.all_factors(view, code, values, at, spreads).blocks
    if len(axes) <= 2:  # the heat map has shown all combinations
        charts = [
            block
            for block in charts
            if not (isinstance(block, Chart) and block.id == design_factors.COMBINATIONS)
        ]
    yield from _renamed(charts, code)


def _over_two(folder_view: FolderView, code: str, at: pd.DataFrame, axes: list[str]) -> Iterable[Block]:
    """The headline over two factors, and which of all they are."""
    x, y = axes[:2]
    if len(axes) > 2:
        rest = ", ".join(text(factor_name(name)) for name in axes[2:_MOST_FACTORS])
        more = f" and {len(axes) - _MOST_FACTORS:,} more" if len(axes) > _MOST_FACTORS else ""
        which = "the first two factors of the design; it carries no ranking"
        if not folder_view.why_no_drivers():
            which = f"the two factors with the largest {design_drivers.INDEX_NAMES[folder_view.index]}"
        yield Text(f"Over {which}. The others are {rest}{more}.")
    cells, seeds = folder_view.cells(code, x, y), folder_view.seeds
    yield from design_heat_map.over_two_factors(folder_view.view, code, cells, (x, y), len(at), seeds).blocks


def _fans(folder_view: FolderView) -> Iterable[Block]:
    varied = "the factors of the design" if folder_view.designed else "the draws of the fit"
    what = f"{varied} and the {folder_view.seeds} at each point"
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

"""The tabs that ask a question of a design: where a claim holds, and in which regions something is so."""

import pandas as pd

from sim.analysis.factor_names import sentence_case
from sim.scenario.problems import InputError
from sim.view.blocks import Block, Missing, Section
from sim.view.explorer.components import charts
from sim.view.explorer.page import Component
from sim.view.explorer.pages.results.query import Query
from sim.view.explorer.pages.results.tab import METRICS, Tab, has_points, of_design, two_factors
from sim.view.folder_view import FolderView
from sim.view.sections import design_claims
from sim.view.sections.discovery import regions
from sim.view.tables import records_of


def _claim_choices(folder_view: FolderView, query: Query) -> tuple[str, str, str]:
    frame = folder_view.view.summary("claims")
    assert frame is not None, "the tab exists only if there are claims"
    claims = {str(int(row["number"])): str(row["claim"]) for row in frame.to_dict("records")}
    claim = query.select("claim", "Claim", claims, width=420)
    axes = folder_view.axes_of_claim(int(claim))
    return claim, *(axes if len(folder_view.choices) < 2 else two_factors(folder_view, query, axes))


def _claims(folder_view: FolderView, claim: str, x: str, y: str) -> Component:
    return charts([design_claims.claims(folder_view.view, folder_view.by_point(), x, y, int(claim))])


def _claims_table(folder_view: FolderView, *choices: str) -> pd.DataFrame:
    del choices
    found = folder_view.by_point()
    return pd.DataFrame() if found is None else found


def _region_choices(folder_view: FolderView, query: Query) -> tuple[str, str, float | None]:
    """A headline or a claim, on which side, and of which level."""
    frame = folder_view.view.summary("claims")
    rows = [] if frame is None else records_of(frame)
    claims = {f"claim {int(row['number'])}": str(row["claim"]) for row in rows}
    subject = query.select("subject", "What", {**METRICS, **claims}, width=420)
    if subject in claims:
        return subject, query.select("verdict", "Where it", {"fails": "fails", "holds": "holds"}), None
    side = query.select("side", "Where it is", {"below": "below", "above": "above"}, width=140)
    level = query.decimal(
        "level", "this level", "0 (whole interval)" if folder_view.view.compare else "a number"
    )
    return subject, side, level


def _regions(folder_view: FolderView, subject: str, side: str, level: float | None) -> Component:
    blocks: list[Block]
    try:
        blocks = regions(folder_view.regions(subject, side, level), folder_view.series().values)
    except InputError as error:
        blocks = [Missing("the regions", f"{sentence_case(str(error))}.")]
    return charts([Section("regions", "Where is this so?", blocks)])


def _regions_table(folder_view: FolderView, subject: str, side: str, level: float | None) -> pd.DataFrame:
    try:
        return folder_view.regions(subject, side, level).regions
    except InputError as error:
        return pd.DataFrame({"note": [str(error)]})


VERDICTS = Tab(
    "verdicts",
    "Claims",
    lambda folder_view: folder_view.folder.finished and of_design(folder_view, "claims.csv"),
    _claims,
    _claim_choices,
    _claims_table,
)
REGIONS = Tab(
    "regions",
    "Regions",
    lambda folder_view: folder_view.folder.finished and has_points(folder_view),
    _regions,
    _region_choices,
    _regions_table,
)

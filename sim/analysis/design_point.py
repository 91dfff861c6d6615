"""One point of a design as if it were an experiment of its own.

A report's sections read these tables, cut down to the point's rows.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sim.analysis.country_table import pairs_of_table
from sim.analysis.design_months import (
    compared,
    first_months,
    headline_months,
    is_of_law,
    is_of_levers,
    scenarios_of,
    shared_months,
)
from sim.analysis.headline_months import HeadlineMonths
from sim.analysis.headlines import compared_headlines, headlines_of_one, series
from sim.runs.manifest import events_in
from sim.runs.points import POINTS
from sim.runs.results import MANIFEST, FolderResults, MemoryResults, TableReader, frame_of

_LARGEST = int(np.iinfo(np.int64).max)  # of the column `point`; the reader takes no larger number


def point_results(folder: Path, point: int) -> MemoryResults:
    """The results of one point of a design: its rows of each table, its own headlines, series and verdicts.

    Tables lie in key order, so only the row groups that hold the point are read. Raises KeyError if there is
    no such point.
    """
    if not 0 <= point <= _LARGEST:
        raise KeyError(f"there is no point {point}")
    whole = FolderResults(folder)
    runs = pq.read_table(
        folder / POINTS, filters=[("point", "==", point)], page_checksum_verification=True
    ).to_pandas()
    if runs.empty:
        raise KeyError(f"there is no point {point}")
    factors = runs.drop(columns=["point", "seed", "world", "run", "done"]).iloc[:1].set_axis([point])
    scenarios = scenarios_of(whole.manifest, folder / MANIFEST)
    first_month = int(first_months(whole.manifest, factors, scenarios)[0])
    shared = int(shared_months(whole.manifest, factors, scenarios)[0])
    seeds = sorted(int(seed) for seed in runs.loc[runs["done"], "seed"].unique())
    manifest = _manifest_at(whole, point, factors, shared, seeds)
    names = [name for name in whole.manifest["tables"] if whole.has(name)]
    tables = {name: _reader_at(whole, name, point) for name in names}
    summaries: dict[str, pd.DataFrame] = {}
    if "world" in tables and seeds:
        months = headline_months(whole.manifest, factors, scenarios)
        summaries |= _own_summaries(manifest, tables["world"](None), first_month, months)
    claims = _claims_at(whole, point, factors)
    return MemoryResults(manifest, tables, summaries if claims is None else {**summaries, "claims": claims})


def _manifest_at(
    whole: FolderResults, point: int, factors: pd.DataFrame, shared: int, seeds: list[int]
) -> dict[str, Any]:
    """The manifest of the whole design, with what differs at this point."""
    manifest = {**whole.manifest, "seeds": seeds, "points": None, "warnings": [], "failures": []}
    manifest["values"] = factors.iloc[0].to_dict()
    if any(is_of_law(str(name)) or is_of_levers(str(name)) for name in factors):
        worlds = scenarios_of(whole.manifest, whole.folder / MANIFEST)(point)
        switches = {
            name: [switch.on.isoformat() for switch in world.switches] for name, world in worlds.items()
        }
        first = min((day for days in switches.values() for day in days), default=None)
        manifest |= {"events": events_in(worlds), "switches": switches, "switch": first}
    start = np.datetime64(str(manifest["first"])[:7], "M")
    through = start + np.timedelta64(shared - 1, "M")
    manifest["identical_through"] = str(through) if shared and compared(manifest)[1] else None
    return manifest


def _reader_at(whole: FolderResults, name: str, point: int) -> TableReader:
    def read(columns: list[str] | None) -> pd.DataFrame:
        asked = None if columns is None else ["point", *columns]
        rows = pq.read_table(
            whole.path(name),
            columns=asked,
            filters=[("point", "==", point)],
            page_checksum_verification=True,
        )
        return frame_of(rows.drop_columns("point"))

    return read


def _own_summaries(
    manifest: dict[str, Any], world: pd.DataFrame, first_month: int, months: HeadlineMonths
) -> dict[str, pd.DataFrame]:
    """Headlines and series of the point's own pairs."""
    a, b = compared(manifest)
    pairs = pairs_of_table(world, (a, b or a))
    if b is None:
        return {"headlines": months.named(headlines_of_one([one for one, _ in pairs]))}
    headlines = months.named(compared_headlines(pairs, first_month))
    return {"headlines": headlines.assign(why=""), "series": series(pairs)}


def _claims_at(whole: FolderResults, point: int, factors: pd.DataFrame) -> pd.DataFrame | None:
    claims, by_point = whole.summary("claims"), whole.summary("claims_by_point")
    if claims is None or by_point is None:
        return None
    columns = [
        "number",
        "claim",
        "measure",
        "over",
        "unit",
        "window",
        "country",
        "world",
        "against",
        "expect",
    ]
    mine = by_point[by_point["point"] == point].drop(columns=list(factors.columns))
    return claims[columns].merge(mine, on="number").assign(note="")

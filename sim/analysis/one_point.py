"""One point of a design as if it were an experiment of its own: what a report's sections read, cut down to its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sim.analysis import differences
from sim.analysis.outcomes import compared, first_months, is_of_law
from sim.runs.claims import BY_POINT
from sim.runs.manifest import events_in
from sim.runs.points import POINTS
from sim.runs.results import TABLES_FOLDER, Results
from sim.scenario.designs import points, scenarios_at
from sim.scenario.loading import Base, load_base
from sim.scenario.places import CONFIGS, root
from sim.scenario.restoring import restored
from sim.scenario.scenario import Scenario


@lru_cache(maxsize=1)
def _base() -> Base:
    return load_base(root() / CONFIGS)


def scenarios_of(said: Mapping[str, Any], point: int, where: Path) -> dict[str, Scenario]:
    """The scenario of every world at a point of a manifest's design. Raises BadInput if this version cannot read the manifest."""
    resolved = restored(said["scenario"], _base(), str(where))
    return scenarios_at(resolved, points(resolved)[point])


@dataclass(frozen=True)
class PointResults(Results):
    """The results of one point. Tables lie in key order, so only the row groups that hold the point are read."""

    point: int

    @cached_property
    def values(self) -> pd.DataFrame:
        """The design's values at the point, as one row under its number, and `done`: which seeds are in the tables."""
        rows = pq.read_table(
            self.folder / POINTS, filters=[("point", "==", self.point)], page_checksum_verification=True
        ).to_pandas()
        if rows.empty:
            raise KeyError(f"there is no point {self.point}")
        return rows

    @cached_property
    def factors(self) -> pd.DataFrame:
        """Only the values, one row."""
        return (
            self.values.drop(columns=["point", "seed", "world", "run", "done"])
            .iloc[:1]
            .set_axis([self.point])
        )

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """The manifest of the whole design, with what differs at this point."""
        whole = Results(self.folder).manifest
        done = self.values[self.values["done"]]
        said = {
            **whole,
            "seeds": sorted(int(seed) for seed in done["seed"].unique()),
            "points": None,
            "warnings": [],
            "failures": [],
        }
        if any(is_of_law(str(name)) for name in self.factors):
            worlds = scenarios_of(whole, self.point, self.folder / "manifest.json")
            switches = {
                name: [switch.on.isoformat() for switch in world.switches] for name, world in worlds.items()
            }
            first = min((day for days in switches.values() for day in days), default=None)
            said |= {"events": events_in(worlds), "switches": switches, "switch": first}
        first_month = self._first_month(whole)
        start = np.datetime64(str(whole["first"])[:7], "M")
        said["identical_through"] = (
            str(start + np.timedelta64(first_month - 1, "M")) if first_month and compared(whole)[1] else None
        )
        return said

    def _first_month(self, whole: Mapping[str, Any]) -> int:
        return int(first_months(whole, self.factors, self.folder / "manifest.json")[0])

    def table(self, name: str, columns: list[str] | None = None) -> pd.DataFrame:
        """The point's rows of a recorded table."""
        path = self.folder / TABLES_FOLDER / f"{name}.parquet"
        asked = None if columns is None else ["point", *columns]
        read = pq.read_table(
            path, columns=asked, filters=[("point", "==", self.point)], page_checksum_verification=True
        )
        return read.to_pandas().drop(columns="point")

    @cached_property
    def _pairs(self) -> list[tuple[differences.Columns, differences.Columns]]:
        a, b = compared(self.manifest)
        frame = self.table("world")
        by_run = {
            (str(world), int(seed)): rows
            for (world, seed), rows in frame.groupby(["world", "seed"], observed=True)
        }

        def columns(world: str, seed: int) -> differences.Columns:
            rows = by_run[world, seed]
            return {
                str(name): rows[name].to_numpy() for name in rows.columns if name not in ("seed", "world")
            }

        return [(columns(a, seed), columns(b or a, seed)) for seed in self.manifest["seeds"]]

    def summary(self, name: str) -> pd.DataFrame | None:
        """Headlines and series of the point's own pairs, and its verdicts; other summaries are not made for a point."""
        if name in ("headlines", "series") and self.has("world") and self.manifest["seeds"]:
            two = compared(self.manifest)[1] is not None
            if name == "series":
                pairs = [(a | {"month": a["month"].astype("datetime64[D]")}, b) for a, b in self._pairs]
                return differences.series(pairs) if two else None
            if two:
                return differences.headlines(self._pairs, self._first_month(self.manifest)).assign(why="")
            return differences.headlines_of_one([a for a, _ in self._pairs])
        if name == "claims":
            return self._claims()
        return None

    def _claims(self) -> pd.DataFrame | None:
        whole, by_point = super().summary("claims"), self.folder / BY_POINT
        if whole is None or not by_point.is_file():
            return None
        said = [
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
        mine = pd.read_csv(by_point)
        mine = mine[mine["point"] == self.point].drop(columns=list(self.factors.columns))
        return whole[said].merge(mine, on="number").assign(note="")

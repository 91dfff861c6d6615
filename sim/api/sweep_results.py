"""The results of an experiment with a design: points, regions, sensitivity."""

from typing import TYPE_CHECKING

import pandas as pd

from sim import questions
from sim.api.arguments import Finite, Number, checked
from sim.api.results import Results
from sim.scenario.problems import InputError, choices

if TYPE_CHECKING:
    from sim.analysis.drivers.discovery import Discovery


class Sweep(Results):
    """An experiment with a design: many points, each with the same seeds."""

    @property
    def points(self) -> pd.DataFrame:
        """The design: one row a point, one column a factor."""
        from sim.analysis.drivers.outcomes import inputs

        return inputs(self._results.folder)

    @property
    def headlines(self) -> pd.DataFrame:
        """Every headline at every point.

        Columns: the design's values, mean difference with its 95% interval, pairs.
        """
        from sim.analysis.drivers.outcomes import headlines_at_points

        return headlines_at_points(self._results.folder, self._results.manifest)

    @checked
    def discover(
        self,
        headline: str | None = None,
        *,
        above: Finite | None = None,
        below: Finite | None = None,
        claim: Number | None = None,
        verdict: str | None = None,
        density: Finite = 0.8,
    ) -> "Discovery":
        """Which regions of the design answer a question: boxes by PRIM and leaves by CART, also in words.

        `headline` alone asks where either world is surely above the other; with `above` or `below`, where
        the headline lies beyond that number. `claim`, by its number in `claims`, asks where it fails, or has
        another `verdict`. Without any, the usual questions are asked. `density` is the share of cases that a
        box must reach. The tables are also written into the folder, where the report finds them. Needs the
        extra `discover`. Raises InputError.
        """
        return questions.discover(
            self._results.folder,
            density,
            headline=headline,
            above=above,
            below=below,
            claim=claim,
            verdict=verdict,
        )

    @checked
    def sensitivity(self, series: str | None = None, by: str = "year") -> pd.DataFrame:
        """What drives the outcomes: a row for each outcome, factor and index, with its 95% interval.

        Which index a design carries, and the columns: `docs/sensitivity.md`. With `series` (such as "trust")
        the index over time instead, `by` year or month. Raises InputError where the design carries none.
        """
        from sim.analysis.drivers import sensitivity
        from sim.analysis.headlines import SERIES

        if series is not None and series not in SERIES:
            raise InputError(f"series '{series}': {choices(series, list(SERIES))}")
        if by not in ("year", "month"):
            raise InputError(f"by='{by}': {choices(by, ['year', 'month'])}")
        sample = sensitivity.sample_in(self.folder, self._results.manifest)
        if series is not None:
            return sensitivity.over_time(self.folder, self._results.manifest, sample, series, by)
        table = self._results.summary(sensitivity.TABLE)
        return sensitivity.sensitivity_table(sample, self.outcomes) if table is None else table

    @property
    def boundary(self) -> dict[str, pd.DataFrame]:
        """The tables of a boundary search (see `sim.boundary`), by name.

        `boundary` (what was found), `boundary_surface` (mean, sd and the probability to be above the level,
        over the ranges), `boundary_points` (the points that were run) and, where a grid was given,
        `boundary_costs`. Raises InputError if these results are of no search.
        """
        from sim.analysis.drivers.boundary_tables import TABLES

        found = {name: self._results.summary(name) for name in TABLES}
        if found[TABLES[0]] is None:
            raise InputError(f"{self.folder}: is of no boundary search; sim.boundary makes one")
        return {name: table for name, table in found.items() if table is not None}

    @checked
    def point(self, number: Number) -> dict[str, pd.DataFrame]:
        """Headlines and series of one point's own pairs. Raises InputError for a point that there is not."""
        from sim.analysis.design_point import point_results

        try:
            return dict(point_results(self._results.folder, number).summaries)
        except KeyError as error:
            raise InputError(f"{error.args[0]}; valid: 0 to {len(self.points) - 1}") from None

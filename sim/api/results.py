"""What comes of a run: tables of both worlds with real dates and units, figures, answers."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim import pipeline
from sim.analysis.paired_table import paired_difference
from sim.api.arguments import Count, Finite, Number, Place, Told, checked
from sim.runs.results import FolderResults
from sim.runs.store import DEFAULT as STORE
from sim.runs.tables_on_disk import SCHEMA
from sim.scenario.problems import InputError, choices

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from sim.analysis.drivers.discovery import Discovery
    from sim.analysis.drivers.trace.asked import Trace

_TABLE_BY = {(): "world", ("country",): "country", ("country", "segment"): "cell", ("provider",): "provider"}


class Results:
    """Results in a folder: tables with both worlds, real dates and units.

    They are of a finished run, never of one under way.
    """

    @checked
    def __init__(self, folder: Place, keep: Any = None) -> None:
        self.folder = Path(folder)
        self._results = FolderResults(self.folder)
        self._keep = keep  # a temporary folder lives as long as its results

    def __repr__(self) -> str:
        manifest = self.manifest
        worlds, seeds = ", ".join(manifest["worlds"].values()), len(manifest["seeds"])
        return f"<{type(self).__name__} of {manifest['experiment']}: {worlds}; {seeds} seeds; {self.folder}>"

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, who set each value, and a digest of each table."""
        return self._results.manifest

    @property
    def failures(self) -> list[str]:
        """The pairs that failed, each with its error; they are in no table."""
        return list(self.manifest["failures"])

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results should know."""
        return list(self.manifest["warnings"])

    @property
    def tables(self) -> list[str]:
        """Names of the recorded tables."""
        return [name for name in SCHEMA if self._results.has(name)]

    @checked
    def __getitem__(self, table: str) -> pd.DataFrame:
        """A recorded table, one row an observation, with `seed`, `world` and `month` (a real date).

        `units` of its `attrs` gives the unit of each column. Raises InputError for a table that there is not.
        """
        if table not in self.tables:
            raise InputError(f"no table '{table}' was recorded; {choices(table, self.tables)}")
        frame = self._results.table(table)
        frame.attrs["units"] = {c.name: c.unit for c in SCHEMA[table].columns if c.name in frame}
        return frame

    @property
    def outcomes(self) -> pd.DataFrame:
        """Every headline of every point, seed and world, and of the difference between the compared worlds.

        Columns: point (0 without a design), seed, headline, world, against (missing for the world's own
        value; else the world that was subtracted), value. Pairs that failed have missing values; `attrs`
        hold their number (`failed`) and the `units`.
        """
        from sim.analysis.drivers.outcomes import outcomes_of

        return outcomes_of(self.folder, self.manifest)

    @checked
    def export_ema(self, out: Place) -> int:
        """Write the outcomes as a .tar.gz that `ema_workbench.load_results` opens; returns its rows.

        A row is a pair: the values of the design, the seed, and an outcome for each headline and world.
        """
        from sim.analysis.drivers.ema_format import export_ema

        return export_ema(self.folder, Path(out))

    @property
    def claims(self) -> pd.DataFrame | None:
        """The experiment's claims with their verdicts; None if it makes none."""
        return self._results.summary("claims")

    @property
    def returns(self) -> dict[str, pd.DataFrame]:
        """What of a ruling's effect stays after it is turned back, by table.

        `returns` (a row a point, outcome and time), `tipping` (whether the share that stays tips along each
        factor) and `repeal` (the share of further laws that is left, by their number). Raises InputError for
        an experiment that turns no rule back.
        """
        from sim.analysis.drivers.tipping import TABLES

        found = {name: self._results.summary(name) for name in TABLES}
        if found[TABLES[0]] is None:
            raise InputError(
                f"{self.folder}: no rule is turned back: it needs a world with two switches, one with the "
                "first rule alone, and one with the second alone"
            )
        return {name: table for name, table in found.items() if table is not None}

    def frontier(self) -> pd.DataFrame:
        """What every rule and lever changes: a row a candidate and headline.

        `difference` is against the base (the first compared world without levers), `bought` against the same
        rule without levers, each with `_low` and `_high`. `levers` says which of them pay. Raises InputError
        for an experiment in which no lever is pulled.
        """
        return self._of_levers(0)

    @property
    def levers(self) -> pd.DataFrame:
        """A row a rule and lever: what it `buys` and `costs`, its `verdict`, and whether it is on the
        frontier of trust against evidence. Raises InputError as `frontier` does."""
        return self._of_levers(1)

    def _of_levers(self, which: int) -> pd.DataFrame:
        from sim.analysis.drivers.frontier import checked

        return checked(self._results.summary, self.folder)[which]

    @checked
    def difference(self, measure: str, by: str | None = None) -> pd.DataFrame:
        """The second compared world minus the first, month by month: mean over seeds with its 95% interval.

        `by` is None (all countries but the United States), "country", "cell" (country and segment) or
        "provider". Columns: month, those of `by`, difference, low, high, pairs; of a sweep also point. The
        unit is the measure's (`attrs["unit"]`). Raises InputError where nothing was compared, or the table
        has no such measure.
        """
        keys = _keys(by)
        table = self._table_with(measure, keys)
        point = ("point",) if "point" in table else ()
        out = paired_difference(table, measure, self._compared(), (*point, *keys, "month"))
        out.attrs["unit"] = table.attrs["units"][measure]
        return out

    @checked
    def plot(self, measure: str, country: str | None = None, difference: bool = False) -> "go.Figure":
        """Both worlds month by month, or their difference, as a Plotly figure.

        A world is shown by the median and middle 90% of seeds. A small line, and `layout.meta`, name the
        record of the results.
        """
        import plotly.graph_objects as go

        from sim.view.figures.measure_chart import difference_chart, worlds_chart
        from sim.view.figures.style import with_record_line
        from sim.view.results_view import ResultsView

        table = self._table_with(measure, () if country is None else ("country",))
        if country is not None:
            places = self.manifest["jurisdictions"]
            if country not in places:
                raise InputError(f"country '{country}': {choices(country, list(places))}")
            table = table[table["country"] == country]
        unit = table.attrs["units"][measure]
        if difference:
            series = paired_difference(table, measure, self._compared(), ("month",))
            figure = difference_chart(series, measure, unit, self.manifest)
        else:
            figure = worlds_chart(table, measure, unit, self.manifest)
        record = ResultsView(self._results).record
        return go.Figure(with_record_line(figure, record) if record else figure)

    @checked
    def report(self, out: Place) -> Path:
        """Write the report, one HTML file that needs no network, and return its path."""
        from sim.view.report import build

        return build(self._results, Path(out))

    @checked
    def crate(
        self,
        out: Place,
        *,
        deposit: Place | None = None,
        license: str | None = None,
        authors: Sequence[str] = (),
    ) -> Path:
        """Pack the folder as an RO-Crate (.zip), ready to deposit, and return its path.

        `deposit` is a YAML file with title, people and funding, `authors` are `Name <ORCID>`. Raises
        InputError.
        """
        from sim.analysis.crate import pack
        from sim.runs.deposit import DepositOptions, deposit_of

        file = None if deposit is None else Path(deposit)
        pack(self.folder, Path(out), deposit_of(DepositOptions(file, license, authors)))
        return Path(out)

    def _compared(self) -> tuple[str, str]:
        compare = self.manifest["compare"]
        if compare is None:
            raise InputError("these results compare no two worlds, so there is no difference")
        return compare[0], compare[1]

    def _table_with(self, measure: str, keys: tuple[str, ...]) -> pd.DataFrame:
        name = _TABLE_BY[keys]
        known = [column.name for column in SCHEMA[name].measures]
        if measure not in known:
            raise InputError(f"measure '{measure}': not in the table '{name}'; {choices(measure, known)}")
        return self[name]


class Pair(Results):
    """The worlds of an experiment without a design, run with the same seeds."""

    @property
    def headlines(self) -> pd.DataFrame:
        """The headline numbers: value in each world, difference, unit, verdict.

        `low` and `high` are the 95% interval over seeds: luck alone. Where draws were run, `median`, `low50`,
        `high50`, `low90`, `high90`, `sign`, `share` and `parameters` hold luck, fit and judgement.
        """
        luck, draws = self._summary("headlines"), self._results.summary("uncertainty")
        if draws is None:
            return luck
        return luck.merge(draws.drop(columns=["name", "unit", "window"]), on="headline", how="left")

    @property
    def draws(self) -> pd.DataFrame:
        """Every headline at every draw of the posterior: both worlds, and their difference (`value`).

        Raises InputError if no draws were run.
        """
        table = self._results.summary("draws_outcomes")
        if table is None:
            raise InputError("no draws of the posterior were run: run the experiment with draws=256")
        return table

    @property
    def varied(self) -> pd.DataFrame:
        """What the draws vary, and what they hold. Raises InputError if no draws were run."""
        return self._summary("varied")

    @property
    def knockouts(self) -> pd.DataFrame:
        """The headline differences with each mechanism off. Raises InputError if they were not run."""
        return self._summary("knockouts")

    @checked
    def channels(
        self,
        *,
        seeds: Count | None = None,
        workers: Count | None = None,
        store: Place = STORE,
        progress: Told | None = None,
    ) -> pd.DataFrame:
        """Every headline's difference, split exactly among the channels of `configs/channels.yaml`.

        One row a headline and channel: `shapley` with its interval over pairs, what it does `alone` and as
        the `last`; the rows `rule_itself` and the channels add up to the row `whole`. Runs what `store` lacks
        of 64 runs of each pair (the first four seeds, if nothing is said) and writes `channels.csv` into the
        folder, where the report finds it; a table that is there is read, unless `seeds` asks for another.
        Raises InputError.
        """
        found = self._results.summary("channels")
        if found is not None and seeds is None:
            return found
        return pipeline.channels(self.folder, seeds, workers=workers, store=Path(store), progress=progress)

    @checked
    def value_of_information(self, measure: Mapping[str, Finite] | None = None) -> pd.DataFrame:
        """Which measurement would narrow which headline most, from draws of the posterior, without new runs.

        A row a headline and quantity: the share of the headline's variance that goes, with its interval, by a
        straight line and by importance weights; the expected width of the middle 90%; and a verdict. The
        draws are those of this folder, or the shipped ones. `measure`: standard errors by row of the evidence
        or parameter, to look at these alone. Raises InputError.
        """
        return pipeline.value_of_information(pipeline.resolved_of(self.folder), self.folder, measure)

    def confound(self) -> dict[str, pd.DataFrame]:
        """What each of two causes explains of every headline's change, by name of the table.

        `confound`: a row a headline and part (the whole change, other causes, each of the two).
        `confound_bound`: what was measured, beside the model. Raises InputError for an experiment that takes
        out no two causes.
        """
        from sim.analysis.drivers.confound import CONFOUND, TABLES

        if self._results.summary(CONFOUND) is None:
            raise InputError(
                f"{self.manifest['experiment']}: no four worlds with both of two causes, each alone, and "
                "neither; valid: gdpr_or_cloud_act, or an experiment like it"
            )
        return {name: table for name in TABLES if (table := self._results.summary(name)) is not None}

    @checked
    def trace(
        self,
        country: str | None = None,
        *,
        customer: Number | None = None,
        government: str | None = None,
        seed: Number | None = None,
        out: Place | None = None,
    ) -> "Trace":
        """Who moved, and why: a country, one customer by number, or the government of a country.

        Runs one seed of the compared worlds again (the first, if nothing is said). What it shows is in the
        attributes of the result (`movers`, `chain`, `split`, `decision`, `hazards`, ...); `out` is a folder
        for its page and tables. Raises InputError.
        """
        from sim.analysis.drivers.trace.asked import trace
        from sim.view.trace_page import write

        seeds = self.manifest["seeds"]
        found = trace(pipeline.resolved_of(self.folder), country, customer, government, seed, seeds)
        if out is not None:
            write(found, Path(out))
        return found

    @property
    def mean_field(self) -> pd.DataFrame:
        """What the agents add: the headline differences with agents and with average customers.

        Raises InputError if they were not run.
        """
        return self._summary("mean_field")

    @property
    def record(self) -> pd.DataFrame:
        """The model beside each number of the record. Raises InputError if it was not run."""
        return self._summary("record")

    @property
    def collected(self) -> pd.DataFrame:
        """What the reporters gave: one row a seed, world, month and agent; one column a reporter."""
        rows = self["collected"]
        keys = ["seed", "world", "month", "agent"]
        wide = rows.pivot_table(index=keys, columns="reporter", values="value", observed=True, dropna=True)
        return wide.rename_axis(columns=None).reset_index()

    def _summary(self, name: str) -> pd.DataFrame:
        table = self._results.summary(name)
        if table is None:
            raise InputError(f"there is no table '{name}': run the experiment with further=True")
        return table


class Sweep(Results):
    """An experiment with a design: many points, each with the same seeds."""

    @property
    def points(self) -> pd.DataFrame:
        """The design: one row a point, one column a factor."""
        from sim.analysis.drivers.outcomes import inputs

        return inputs(self.folder)

    @property
    def headlines(self) -> pd.DataFrame:
        """Every headline at every point.

        Columns: the design's values, mean difference with its 95% interval, pairs.
        """
        from sim.analysis.drivers.outcomes import headlines_at_points

        return headlines_at_points(self.folder, self.manifest)

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
        return pipeline.discover(
            self.folder, density, headline=headline, above=above, below=below, claim=claim, verdict=verdict
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
        sample = sensitivity.sample_in(self.folder, self.manifest)
        if series is not None:
            return sensitivity.over_time(self.folder, self.manifest, sample, series, by)
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
            return dict(point_results(self.folder, number).summaries)
        except KeyError as error:
            raise InputError(f"{error.args[0]}; valid: 0 to {len(self.points) - 1}") from None


def _keys(by: str | None) -> tuple[str, ...]:
    known: dict[str | None, tuple[str, ...]] = {
        None: (),
        "country": ("country",),
        "cell": ("country", "segment"),
        "provider": ("provider",),
    }
    if by not in known:
        raise InputError(f"by='{by}': {choices(str(by), [str(name) for name in known if name])}")
    return known[by]

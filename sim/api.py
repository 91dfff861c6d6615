"""The Python interface: run an experiment or a sweep, open results, look into a world month by month.

    import sim

    pair = sim.run("two_worlds", seeds=8, changes={"trust.asymmetry": 1.0})
    pair.headlines
    pair.difference("trust", by="country")
    pair.plot("trust", country="DE").show()

Everything goes through the pipeline that the command `warrantsim` uses, so the same experiment gives the same
numbers, and a run that either of them has stored is not run again. Mistakes raise `InputError`, which names
the place and the valid choices.
"""

import datetime as dt
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sim import pipeline
from sim.analysis.paired_table import paired_difference
from sim.runs.folder_check import DamagedFolder
from sim.runs.reporters import Reporter, Reporters
from sim.runs.results import MANIFEST, FolderResults
from sim.runs.silence import silences
from sim.runs.store import DEFAULT as STORE
from sim.runs.tables_on_disk import SCHEMA
from sim.runs.tasks import Backend
from sim.scenario import schema
from sim.scenario.experiments import MOST_SEED
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved
from sim.scenario.yaml_files import checked, plain

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from sim.analysis.drivers.discovery import Discovery
    from sim.analysis.drivers.headline_change import HeadlineChange
    from sim.analysis.drivers.trace.asked import Trace
    from sim.analysis.verification import Verification
    from sim.model.world import WarrantModel
    from sim.runs.reproduce import Comparison

__all__ = [
    "Experiment",
    "InputError",
    "Month",
    "Pair",
    "Results",
    "Sweep",
    "boundary",
    "check",
    "load",
    "record",
    "reproduce",
    "run",
    "sweep",
    "verify",
    "why",
    "world",
]

Source = str | Path | Mapping[str, Any] | schema.Experiment
"""An experiment: a shipped name, a file, a mapping like its YAML, or one built in Python."""
Changes = Mapping[str, Any]
"""Values by path, as for the command's `--set`: {"trust.asymmetry": 1.0, "worlds.doj_wins.label": "DOJ"}."""

_TABLE_BY = {(): "world", ("country",): "country", ("country", "segment"): "cell", ("provider",): "provider"}


class Experiment(schema.Experiment):
    """An experiment built in Python: the fields of an experiment's YAML file, as keywords.

    Raises InputError.
    """

    def __init__(self, **fields: Any) -> None:
        problems: list[str] = []
        made = checked(schema.Experiment, plain(fields), lambda _: "Experiment", problems)
        if made is None:
            raise InputError(problems)
        super().__init__(**{name: getattr(made, name) for name in made.model_fields_set})


class Results:
    """Results in a folder: tables with both worlds, real dates and units.

    They are of a finished run, never of one under way.
    """

    def __init__(self, folder: Path, keep: Any = None) -> None:
        self.folder = folder
        self._results = FolderResults(folder)
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

    def export_ema(self, out: str | Path) -> int:
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
        from sim.analysis.drivers.frontier import TABLES, with_text

        table = self._results.summary(TABLES[which])
        if table is None:
            raise InputError(f"{self.folder}: no lever is pulled in any of its worlds or points")
        return with_text(table)

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

    def report(self, out: str | Path) -> Path:
        """Write the report, one HTML file that needs no network, and return its path."""
        from sim.view.report import build

        return build(self._results, Path(out))

    def crate(
        self,
        out: str | Path,
        *,
        deposit: str | Path | None = None,
        license: str | None = None,
        authors: Sequence[str] = (),
    ) -> Path:
        """Pack the folder as an RO-Crate (.zip), ready to deposit, and return its path.

        `deposit` is a YAML file with title, people and funding, `authors` are `Name <ORCID>`. Raises
        InputError.
        """
        from sim.runs.crate import pack
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

    def channels(
        self,
        *,
        seeds: int | None = None,
        workers: int | None = None,
        store: str | Path = STORE,
        progress: Callable[[int, int, str], None] | None = None,
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

    def value_of_information(self, measure: Mapping[str, float] | None = None) -> pd.DataFrame:
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

    def trace(
        self,
        country: str | None = None,
        *,
        customer: int | None = None,
        government: str | None = None,
        seed: int | None = None,
        out: str | Path | None = None,
    ) -> "Trace":
        """Who moved, and why: a country, one customer by number, or the government of a country.

        Runs one seed of the compared worlds again (the first, if nothing is said). What it shows is in the
        attributes of the result (`movers`, `chain`, `split`, `decision`, `hazards`, ...); `out` is a folder
        for its page and tables. Raises InputError.
        """
        from sim.analysis.drivers.trace.asked import trace
        from sim.view.trace_page import write

        found = trace(pipeline.resolved_of(self.folder), country, customer, government, seed)
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

    def discover(
        self,
        headline: str | None = None,
        *,
        above: float | None = None,
        below: float | None = None,
        claim: int | None = None,
        verdict: str | None = None,
        density: float = 0.8,
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

    def point(self, number: int) -> dict[str, pd.DataFrame]:
        """Headlines and series of one point's own pairs. Raises InputError for a point that there is not."""
        from sim.analysis.design_point import point_results

        try:
            return dict(point_results(self.folder, number).summaries)
        except KeyError as error:
            raise InputError(f"{error.args[0]}; valid: 0 to {len(self.points) - 1}") from None


def run(
    experiment: Source,
    *,
    seeds: int | None = None,
    customers: int | None = None,
    changes: Changes | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    store: str | Path = STORE,
    further: bool = False,
    draws: int | None = None,
    model_reporters: Mapping[str, Reporter] | None = None,
    agenttype_reporters: Mapping[str, Mapping[str, Reporter]] | None = None,
    progress: Callable[[int, int, str], None] | None = None,
) -> Pair:
    """Run an experiment without a design: a shipped name, a file, or an `Experiment` built in Python.

    `changes` are values by path. Results go to the folder `out`, or to a temporary one that lives as long as
    they do; runs are kept in `store`. With `further`, the tables that need other runs are made too
    (draws of the posterior, knock-outs, other switch dates, the record). `draws` are those of the posterior
    that the intervals of the headlines are over (0: none). Reporters are numbers of your own, read at the
    end of each month: of the model (by name), and of agents (by the name of their class); see
    `Pair.collected`. `progress` is told (done, total, words).

    Raises InputError for a mistake in the experiment, EngineLost if the workers cannot go on.
    """
    resolved = _resolve(experiment, changes, seeds=seeds, customers=customers)
    if resolved.design is not None:
        raise InputError(f"{resolved.name}: it has a design: run it with sim.sweep")
    reporters = Reporters.of(model_reporters, agenttype_reporters)
    folder, keep = _folder(out)
    with _store_for(reporters, store) as kept:
        _run(resolved, folder, kept, workers, progress, further=further, draws=draws, reporters=reporters)
    return Pair(folder, keep)


def sweep(
    experiment: Source,
    *,
    seeds: int | None = None,
    customers: int | None = None,
    changes: Changes | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    store: str | Path = STORE,
    progress: Callable[[int, int, str], None] | None = None,
) -> Sweep:
    """Run an experiment with a design: every point with every seed. Arguments and errors as for `run`."""
    resolved = _resolve(experiment, changes, seeds=seeds, customers=customers)
    if resolved.design is None:
        raise InputError(f"{resolved.name}: it has no design: run it with sim.run")
    folder, keep = _folder(out)
    _run(resolved, folder, Path(store), workers, progress)
    return Sweep(folder, keep)


def boundary(
    experiment: Source,
    headline: str,
    level: float = 0.0,
    *,
    points: int = 96,
    tolerance: float = 0.02,
    against: str | Path | None = None,
    seeds: int | None = None,
    customers: int | None = None,
    changes: Changes | None = None,
    workers: int | None = None,
    out: str | Path | None = None,
    store: str | Path = STORE,
    progress: Callable[[int, int, str], None] | None = None,
) -> Sweep:
    """Find where a headline crosses a level, over the two to four ranges of an experiment's design.

    The headline is the difference between the compared worlds, or its value where one world is run. Runs are
    placed where they tell most, until the side of at most `tolerance` of the space is open, or `points` are
    used up. The results are those of a sweep over the points that were run, with the tables of the search
    (`Sweep.boundary`). `against` is the folder of a fine grid over the same ranges, to say what a grid would
    have cost. Needs the extra `discover`. Other arguments and errors as for `run`.
    """
    from sim.analysis.drivers.boundary_tables import Asked

    resolved = _resolve(experiment, changes, seeds=seeds, customers=customers)
    asked = Asked(headline, level, points, tolerance, None if against is None else Path(against))
    folder, keep = _folder(out)
    pipeline.find_boundary(resolved, asked, folder, workers=workers, store=Path(store), progress=progress)
    return Sweep(folder, keep)


def load(folder: str | Path) -> Pair | Sweep:
    """Open a results folder. Raises InputError if it is none, or one that this version cannot read."""
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder}: no results folder (it has no {MANIFEST})")
    try:
        manifest = FolderResults(folder).manifest
    except DamagedFolder as error:
        words = f"{error.what.rstrip('.')}: {_version_words(folder)}"
        raise InputError(f"{words}. {error.how}") from None
    try:
        designed = manifest["scenario"]["experiment"]["design"] is not None
        _ = [manifest[name] for name in ("compare", "tables")]
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{folder / MANIFEST}: cannot be read: {_version_words(folder)} ({error!r})"
        ) from None
    return Sweep(folder) if designed else Pair(folder)


def check(experiment: Source, changes: Changes | None = None) -> str:
    """Everything that a run would refuse, without running.

    Raises InputError, or says in words what would run; a line that begins with `note:` names what has no
    effect, or another meaning than it seems to have.
    """
    resolved = _resolve(experiment, changes)
    lines = [f"{resolved.name}: {pipeline.size_words(resolved)}"]
    return "\n".join([*lines, *(f"note: {words}" for words in silences(resolved))])


def reproduce(
    what: str | Path, *, sample: int | None = None, full: bool = False, workers: int | None = None
) -> "Comparison":
    """Run a results folder, a crate or a shipped experiment again, past every store, and compare.

    The result's `equal` says whether every number is the same; its other fields, what differs and where
    first.
    """
    from sim.runs.crate_files import reproduce_results
    from sim.runs.expected import compare_with_expected

    backend = Backend(workers)
    if Path(what).is_dir() or Path(what).suffix == ".zip":
        return reproduce_results(Path(what), sample, backend)
    return compare_with_expected(str(what), full, sample, backend)


def record(folder: str | Path, headline: str | None = None, *, point: int | None = None) -> pd.DataFrame:
    """The paired differences of a results folder with the short ids by which they are cited.

    One row for the whole comparison and one a headline (or that of `headline` alone); of a sweep one row, or
    those of a `point`. Columns: `sim.analysis.records`. Raises InputError.
    """
    from sim.analysis.records import record_of

    return record_of(pipeline.records(load(folder).folder, point), headline)


def verify(what: str | Path, cited: Sequence[str] = ()) -> "Verification":
    """Check a crate (.zip) or a results folder, without running anything and without a network.

    `cited` are ids of records that must be of these tables. The result's `good` says whether all that could
    be checked holds; `failed` and `not_checked` list the rest. Raises InputError.
    """
    from sim.analysis.verification import verify as check_all

    return check_all(Path(what), cited)


def why(
    a: str | Path,
    b: str | Path,
    *,
    seeds: int | None = None,
    workers: int | None = None,
    store: str | Path = STORE,
    progress: Callable[[int, int, str], None] | None = None,
) -> "HeadlineChange":
    """Why do the headlines of two results folders, crates or experiments differ?

    Splits every change into code, configuration, evidence and fit (`sim.analysis.drivers.headline_change`).
    The result has the tables `table`, `parts` and `values`, and `notes`. Runs what `store` lacks of the
    combinations between the two. Raises InputError.
    """
    return pipeline.why(str(a), str(b), seeds, workers=workers, store=Path(store), progress=progress)


class Month(NamedTuple):
    """A month that has just ended: its first day, and the Mesa model as it is now."""

    date: dt.date
    model: "WarrantModel"


def world(
    experiment: Source,
    name: str | None = None,
    *,
    seed: int | None = None,
    customers: int | None = None,
    changes: Changes | None = None,
) -> Iterator[Month]:
    """One world of an experiment, month by month; `month.model` is a `mesa.Model`. Raises InputError.

    Without `name` the experiment's first world, without `seed` its first seed.
    """
    resolved = _resolve(experiment, changes, customers=customers)
    worlds = resolved.scenarios
    name = next(iter(worlds)) if name is None else name
    if name not in worlds:
        raise InputError(f"world '{name}': {choices(name, list(worlds))}")
    seed = resolved.experiment.seeds.first if seed is None else seed
    if not 0 <= seed < MOST_SEED:
        raise InputError(f"seed {seed}: must be from 0 to {MOST_SEED - 1}")
    return _months(worlds[name], seed)


def _months(scenario: Any, seed: int) -> Iterator[Month]:
    from sim.model.world import WarrantModel

    model = WarrantModel(scenario, seed)
    while model.running:
        date = scenario.month_start(model.month)
        model.step()
        yield Month(date, model)


def _resolve(experiment: Any, changes: Changes | None, **sizes: int | None) -> Resolved:
    by_path = {str(path): value for path, value in (changes or {}).items()}
    return pipeline.resolve(experiment, by_path, **sizes)


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


def _folder(out: str | Path | None) -> tuple[Path, Any]:
    """Where results go, and what must be kept for as long as they are used."""
    if out is not None:
        return Path(out), None
    temporary = tempfile.TemporaryDirectory(prefix="warrantsim-", ignore_cleanup_errors=True)
    return Path(temporary.name), temporary


@contextmanager
def _store_for(reporters: Reporters | None, store: str | Path) -> Iterator[Path]:
    """The store that is asked for; runs that nobody could recognise again go to one that is thrown away."""
    if reporters is None or reporters.digest is not None:
        yield Path(store)
        return
    with tempfile.TemporaryDirectory(prefix="warrantsim-") as passing:
        yield Path(passing)


def _run(
    resolved: Resolved,
    folder: Path,
    store: Path,
    workers: int | None,
    progress: Callable[[int, int, str], None] | None,
    **more: Any,
) -> None:
    done = pipeline.run(resolved, folder, workers=workers, progress=progress, store=store, **more)
    if not done.proved.good:
        raise RuntimeError("no pair of worlds succeeded:\n" + "\n".join(done.failures))


def _version_words(folder: Path) -> str:
    try:
        version = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["versions"]["warrantsim"]
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        return "it is damaged"
    return f"it was written by version {version}"

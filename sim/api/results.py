"""What comes of a run: tables of both worlds with real dates and units, figures, answers."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from sim.analysis.paired_table import paired_difference
from sim.api.arguments import Place, checked, writing
from sim.runs.folder_check import DamagedFolder, manifest_of
from sim.runs.results import TABLES_FOLDER, FolderResults
from sim.runs.tables_on_disk import SCHEMA
from sim.runs.whole_files import sha256_of
from sim.scenario.problems import InputError, choices

if TYPE_CHECKING:
    import plotly.graph_objects as go


_TABLE_BY = {(): "world", ("country",): "country", ("country", "segment"): "cell", ("provider",): "provider"}


class Results:
    """Results in a folder: tables with both worlds, real dates and units.

    They are of a finished run, never of one under way.
    """

    @checked
    def __init__(self, folder: Place, keep: Any = None) -> None:
        self.folder = Path(folder)
        self._opened = FolderResults(self.folder)
        self._run = self._run_now()
        self._keep = keep  # a temporary folder lives as long as its results

    @property
    def _results(self) -> FolderResults:
        """What is in the folder; raises InputError when it is gone, which is no table that was not made, or
        when it holds another run by now: its numbers are not those of these results.
        """
        if not self.folder.is_dir():
            raise InputError(
                f"{self.folder}: the folder of these results is gone; `out` keeps one where you say"
            )
        if self._run is not None and _run_of(manifest_of(self.folder)) != self._run:
            raise InputError(
                f"{self.folder}: another run has replaced these results since they were opened: sim.load "
                "opens what is there now; an `out` of its own for each run keeps both"
            )
        return self._opened

    def _run_now(self) -> tuple[str, ...] | None:
        try:
            return _run_of(manifest_of(self.folder))
        except DamagedFolder:
            return None  # whatever is asked of such a folder raises it

    def __copy__(self) -> Self:
        return self  # nothing in it changes, and a temporary folder has one owner

    def __deepcopy__(self, memo: Any) -> Self:
        return self

    def __getstate__(self) -> dict[str, Any]:
        """For other processes. Raises InputError for a temporary folder, which goes with these results."""
        if self._keep is not None:
            raise InputError(
                f"{self.folder}: results in a temporary folder cannot be sent to another process or stored: "
                "give `out` where they are run, and sim.load(out) where they are used"
            )
        return self.__dict__

    def __repr__(self) -> str:
        manifest = self._results.manifest
        worlds, seeds = ", ".join(manifest["worlds"].values()), len(manifest["seeds"])
        return f"<{type(self).__name__} of {manifest['experiment']}: {worlds}; {seeds} seeds; {self.folder}>"

    @property
    def manifest(self) -> dict[str, Any]:
        """What was run, with what, who set each value, and a digest of each table; a copy of your own."""
        return copy.deepcopy(self._results.manifest)

    @property
    def failures(self) -> list[str]:
        """The pairs that failed, each with its error; they are in no table."""
        return list(self._results.manifest["failures"])

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results should know."""
        return list(self._results.manifest["warnings"])

    @property
    def tables(self) -> list[str]:
        """Names of the recorded tables."""
        return [name for name in SCHEMA if self._results.has(name)]

    @checked
    def __getitem__(self, table: str) -> pd.DataFrame:
        """A recorded table, one row an observation, with `seed`, `world` and `month` (a real date).

        `units` of its `attrs` gives the unit of each column. Raises InputError for a table that there is not,
        or that is not the one that was written.
        """
        if table not in self.tables:
            raise InputError(f"no table '{table}' was recorded; {choices(table, self.tables)}")
        name, path = f"{TABLES_FOLDER}/{table}.parquet", self._results.path(table)
        stated = (self._results.manifest.get("tables") or {}).get(table)
        if stated is not None and sha256_of(path) != stated["sha256"]:
            raise DamagedFolder(
                f"{self.folder}: {name} is not the file of the manifest (its sha256 differs)."
            )
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

        return outcomes_of(self._results.folder, self._results.manifest)

    @checked
    def export_ema(self, out: Place) -> int:
        """Write the outcomes as a .tar.gz that `ema_workbench.load_results` opens; returns its rows.

        A row is a pair: the values of the design, the seed, and an outcome for each headline and world.
        """
        from sim.analysis.drivers.ema_format import export_ema

        with writing(out) as path:
            return export_ema(self._results.folder, path)

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
            places = self._results.manifest["jurisdictions"]
            if country not in places:
                raise InputError(f"country '{country}': {choices(country, list(places))}")
            table = table[table["country"] == country]
        unit = table.attrs["units"][measure]
        if difference:
            series = paired_difference(table, measure, self._compared(), ("month",))
            figure = difference_chart(series, measure, unit, self._results.manifest)
        else:
            figure = worlds_chart(table, measure, unit, self._results.manifest)
        record = ResultsView(self._results).record
        return go.Figure(with_record_line(figure, record) if record else figure)

    @checked
    def report(self, out: Place) -> Path:
        """Write the report, one HTML file that needs no network, and return its path."""
        from sim.view.report import build

        with writing(out) as path:
            return build(self._results, path)

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
        with writing(out) as path:
            pack(self._results.folder, path, deposit_of(DepositOptions(file, license, authors)))
        return path

    def _compared(self) -> tuple[str, str]:
        compare = self._results.manifest["compare"]
        if compare is None:
            raise InputError("these results compare no two worlds, so there is no difference")
        return compare[0], compare[1]

    def _table_with(self, measure: str, keys: tuple[str, ...]) -> pd.DataFrame:
        name = _TABLE_BY[keys]
        known = [column.name for column in SCHEMA[name].measures]
        if measure not in known:
            raise InputError(f"measure '{measure}': not in the table '{name}'; {choices(measure, known)}")
        return self[name]


def _run_of(manifest: dict[str, Any]) -> tuple[str, ...]:
    """What tells a run from another: its configuration, its runs, its tables.

    A run that is repeated with the same results is the same.
    """
    digests = (str(one.get("digest")) for one in (manifest.get("tables") or {}).values())
    return str(manifest.get("scenario_digest")), str(manifest.get("runs_digest")), *digests


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

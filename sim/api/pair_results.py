"""The results of an experiment without a design: headlines, channels, traces."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sim import questions
from sim.api.arguments import Count, Finite, Number, Place, Told, checked, writing
from sim.api.results import Results
from sim.runs.reporters import KEYS
from sim.runs.store import DEFAULT as STORE
from sim.scenario.problems import InputError

if TYPE_CHECKING:
    from sim.analysis.drivers.trace.asked import Trace


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
        return questions.channels(
            self._results.folder, seeds, workers=workers, store=Path(store), progress=progress
        )

    @checked
    def value_of_information(self, measure: Mapping[str, Finite] | None = None) -> pd.DataFrame:
        """Which measurement would narrow which headline most, from draws of the posterior, without new runs.

        A row a headline and quantity: the share of the headline's variance that goes, with its interval, by a
        straight line and by importance weights; the expected width of the middle 90%; and a verdict. The
        draws are those of this folder, or the shipped ones. `measure`: standard errors by row of the evidence
        or parameter, to look at these alone. Raises InputError.
        """
        folder = self._results.folder
        return questions.value_of_information(questions.resolved_of(folder), folder, measure)

    def confound(self) -> dict[str, pd.DataFrame]:
        """What each of two causes explains of every headline's change, by name of the table.

        `confound`: a row a headline and part (the whole change, other causes, each of the two).
        `confound_bound`: what was measured, beside the model. Raises InputError for an experiment that takes
        out no two causes.
        """
        from sim.analysis.drivers.confound import CONFOUND, TABLES

        if self._results.summary(CONFOUND) is None:
            raise InputError(
                f"{self._results.manifest['experiment']}: no four worlds with both of two causes, each "
                "alone, and neither; valid: gdpr_or_cloud_act, or an experiment like it"
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

        seeds = self._results.manifest["seeds"]
        found = trace(questions.resolved_of(self.folder), country, customer, government, seed, seeds)
        if out is not None:
            with writing(out) as folder:
                write(found, folder)
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
        rows = self["collected"].set_index([*KEYS, "reporter"])["value"]
        if not rows.index.is_unique:  # of an earlier version
            raise InputError(f"{self.folder}: reporters of two classes have one name; see ['collected']")
        return rows.unstack("reporter").rename_axis(columns=None).reset_index()

    def _summary(self, name: str) -> pd.DataFrame:
        table = self._results.summary(name)
        if table is None:
            raise InputError(f"there is no table '{name}': run the experiment with further=True")
        return table

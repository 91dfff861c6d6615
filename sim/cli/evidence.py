"""`warrantsim evidence`: what was measured in the world beside what the model gives, row by row."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.cli.console import console
from sim.cli.folders import RESULTS, STORE, must_be_writable
from sim.cli.progress import stoppable
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root, shown
from sim.scenario.resolution import resolve
from sim.view.number_format import number

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.evidence.measures.measure import Measure
    from sim.analysis.posterior_draws import Draw

EVIDENCE = "evidence.csv"
_COLOURS = {"holds": "green", "misses": "red", "cannot say": "yellow"}


@dataclass(frozen=True)
class Asked:
    """What the command line asks of a comparison."""

    rows: Path | None
    experiment: str
    sets: Sequence[str]
    seeds: int | None
    customers: int | None
    out: Path | None
    store: Path | None
    workers: int | None
    posterior: int | None = None


def measure_evidence(asked: Asked) -> list[str]:
    """Check the rows, run what they need, print and write the comparison; returns what failed."""
    resolved = resolve(asked.experiment, asked.sets, seeds=asked.seeds, customers=asked.customers)

    from sim.analysis.evidence.compare import compare, history_of
    from sim.analysis.evidence.posterior_predictive import compare_over_draws
    from sim.analysis.evidence.rows import read_rows, shipped_rows

    file = asked.rows or shipped_rows()
    rows = read_rows(file, history_of(resolved))
    draws = posterior_draws(asked.posterior)
    folder, store = asked.out or RESULTS / resolved.name, asked.store or STORE
    must_be_writable(folder, "--out")
    must_be_writable(store, "--store")

    from sim.runs.store import Store
    from sim.runs.tasks import Backend

    screen = console()
    experiment = resolved.experiment
    events = sorted({row.without_event for row in rows} - {""})
    worlds = "history" + (f" and history without {', '.join(events)}" if events else "")
    times = f"{f'{len(draws)} draws x ' if draws else ''}{experiment.seeds.count} seeds"
    screen.print(
        f"{escape(shown(file))}: {len(rows)} rows; {worlds} x {times}, {experiment.customers:,} customers",
        soft_wrap=True,
    )
    runs = Store(store)
    runs.prepare()
    with stoppable(screen, store) as progress:
        if draws:
            compared = compare_over_draws(rows, resolved, draws, runs, Backend(asked.workers), progress)
        else:
            compared = compare(rows, resolved, runs, Backend(asked.workers), progress)
    compared.table.to_csv(folder / EVIDENCE, index=False, lineterminator="\n")
    over = (
        f"the middle 90% over {len(draws)} draws of the posterior and {experiment.seeds.count} seeds"
        if draws
        else "its 95% interval over seeds"
    )
    _print(screen, compared.table, over)
    for failure in compared.failures:
        screen.print(f"[red]failed[/]: {escape(failure)}", soft_wrap=True)
    screen.print(f"table: {escape(str(folder / EVIDENCE))}", soft_wrap=True)
    return compared.failures


def posterior_draws(count: int | None) -> "tuple[Draw, ...]":
    """The first draws of the shipped posterior; none where none are asked for. Raises InputError."""
    if count is None:
        return ()
    from sim.analysis.posterior_draws import first_draws
    from sim.scenario.posterior import read_posterior

    return first_draws(read_posterior(), count)


def _print(screen: Console, table: "pd.DataFrame", over: str) -> None:
    from sim.analysis.evidence.rows import BOUND_WORDS

    out = Table(
        title=f"Model against data: data with the source's standard error, model with {over}",
        title_justify="left",
    )
    for name, right in (
        ("row", False),
        ("what", False),
        ("place", False),
        ("period", False),
        ("unit", False),
        ("data", True),
        ("model", True),
    ):
        out.add_column(name, justify="right" if right else "left", overflow="fold")
    out.add_column("interval", justify="right")
    out.add_column("verdict", no_wrap=True)
    for row in table.to_dict("records"):
        of = " ".join(filter(None, (row["place"], row["population"]))) + (
            f", {row['without_event']} taken out" if row["without_event"] else ""
        )
        data = (
            BOUND_WORDS[row["bound"]]
            + number(row["data"])
            + (f" ± {number(row['se'])}" if row["se"] == row["se"] and row["se"] is not None else "")
        )
        interval = (
            f"{number(row['low'])} to {number(row['high'])}"
            if row["low"] == row["low"]
            else number(row["low"])
        )
        cells = [
            row["row"],
            row["what"],
            of,
            row["period"],
            row["unit"],
            data,
            number(row["model"]),
            interval,
        ]
        out.add_row(
            *(escape(str(cell)) for cell in cells), f"[{_COLOURS[row['verdict']]}]{row['verdict']}[/]"
        )
    screen.print(out)
    for role, group in table.groupby("role", sort=False):
        number_of = {said: int((group["verdict"] == said).sum()) for said in _COLOURS}
        unknown = f"; {number_of['cannot say']} cannot be judged" if number_of["cannot say"] else ""
        screen.print(
            f"{role}: of {len(group)} rows {number_of['holds']} hold, {number_of['misses']} miss{unknown}",
            soft_wrap=True,
        )


def list_measures() -> None:
    """Print every measure with its arguments and an example row.

    Also print what a place, population or date may be.
    """
    from sim.analysis.evidence.measures.place import places
    from sim.analysis.evidence.measures.population import POPULATIONS
    from sim.analysis.evidence.measures.registry import MEASURES
    from sim.analysis.evidence.measures.window import FORMS
    from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS

    base, screen = load_base(root() / CONFIGS), console()
    for measure in MEASURES.values():
        screen.print(
            f"[bold]{measure.name}[/]: {escape(measure.what)}, in {escape(measure.unit)}",
            soft_wrap=True,
        )
        for line in _arguments(measure):
            screen.print(f"  {escape(line)}", soft_wrap=True)
        screen.print(f"  example: {escape(example_line(measure))}", soft_wrap=True)
    groups = [name for name in places(base.jurisdictions) if name not in base.jurisdictions]
    for line in (
        f"columns: {','.join((*COLUMNS, *MORE_COLUMNS))}",
        (
            f"places: {', '.join(groups)}, and every code of `warrantsim list countries`; several are "
            "joined by +"
        ),
        f"populations: {', '.join(POPULATIONS)}; several are joined by +; empty: everybody",
        f"dates: {FORMS}",
        (
            "without_event: an event of `warrantsim list events`; the value is then the world with it "
            "minus the world without it, unless said otherwise above"
        ),
    ):
        screen.print(escape(line), soft_wrap=True)


def _arguments(measure: "Measure") -> list[str]:
    lines = []
    if not measure.by_population:
        lines.append("population: none, leave it empty")
    if measure.two_dates:
        lines.append("from, to: two dates of one length that are compared, such as 2013-Q2 and 2014-Q2")
    if measure.read is None:
        lines.append("without_event: must be given; the two worlds are compared as said")
    for argument in measure.arguments:
        valid = (
            "a number"
            if argument.valid is None
            else f"of `list {argument.valid}`"
            if isinstance(argument.valid, str)
            else ", ".join(argument.valid)
        )
        needed = (
            "must be given"
            if argument.default is None
            else f"default {argument.default}"
            if argument.default
            else "may be left out"
        )
        lines.append(
            f"{argument.name}: {argument.what}: "
            f"{valid}{', several joined by +' if argument.several else ''}; {needed}"
        )
    return lines


def example_line(measure: "Measure") -> str:
    """A row of the rows' file that uses the measure; its numbers are made up."""
    from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS

    fixed = {
        "id": "my_row",
        "role": "context",
        "measure": measure.name,
        "bound": "eq",
        "unit": measure.unit,
        "source": "made up",
    }
    values = fixed | measure.example
    return ",".join(values.get(name, "") for name in (*COLUMNS, *MORE_COLUMNS))

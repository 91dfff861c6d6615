"""`warrantsim validate` and `survive`: the model over draws of its posterior.

It is compared with what no fit saw, and with itself.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.cli.console import console
from sim.cli.folders import REPORT, RESULTS, STORE, must_be_writable
from sim.cli.progress import Progress, stoppable
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import read_posterior, there_is_one
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve
from sim.view.number_format import number

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.posterior_draws import Draw
    from sim.analysis.validation.comparison import Fit
    from sim.runs.store import Store
    from sim.runs.tasks import Backend

_COLOURS = {
    "survives": "green",
    "does not survive": "red",
    "cannot say": "yellow",
    "model better": "green",
    "rival better": "red",
    "not told apart": "yellow",
    "too few to rank": "yellow",
}


@dataclass(frozen=True)
class Asked:
    """What the command line asks."""

    experiment: str
    draws: int
    seeds: int
    customers: int | None
    out: Path | None
    store: Path | None
    workers: int | None


def validate_model(asked: Asked) -> list[str]:
    """Run what the unseen rows need over draws of both fits, and print and write scores and ranks.

    Returns what failed.
    """
    resolved = resolve(asked.experiment, seeds=asked.seeds, customers=asked.customers)
    fits, said = _fits(resolved, asked.draws)
    folder, store = _places(asked, resolved)

    from sim.analysis import shipped_tables as tables
    from sim.analysis.validation.comparison import validate

    screen = console()
    rows = ", ".join(f"{len(fit.unseen.asked)} rows that the fit on {fit.name} did not see" for fit in fits)
    screen.print(
        f"{rows}; {asked.draws} draws x {asked.seeds} seeds, {resolved.experiment.customers:,} customers",
        soft_wrap=True,
    )
    for line in said:
        screen.print(f"[yellow]{escape(line)}[/]", soft_wrap=True)
    with _running(screen, asked, store) as (runs, how, progress):
        done = validate(fits, resolved, runs, how, progress)
    tables.write(done.scores, tables.VALIDATION, folder, resolved)
    tables.write(done.ranks, tables.RANKS, folder, resolved)
    _print_scores(screen, done.scores)
    _print_ranks(screen, done.ranks)
    return _end(screen, done.failures, folder, [tables.VALIDATION, tables.RANKS])


def _fits(resolved: Resolved, count: int) -> "tuple[list[Fit], list[str]]":
    """The fits that there are, each with what it did not see; and what to tell the user."""
    from sim.analysis.calibration.inputs import read_inputs
    from sim.analysis.evidence.compare import history_of
    from sim.analysis.evidence.rows import read_rows, shipped_rows
    from sim.analysis.posterior_draws import first_draws
    from sim.analysis.starting_levels.sources import read_sources
    from sim.analysis.validation.comparison import ALL, EARLY, Fit
    from sim.analysis.validation.holdout import (
        EarlyStart,
        places_held_back,
        sources_without,
        unseen_by_all,
        unseen_by_early,
    )

    rows = read_rows(shipped_rows(), history_of(resolved))
    inputs = read_inputs(rows, resolved.base)
    fits = [Fit(ALL, first_draws(read_posterior(), count), unseen_by_all(rows))]
    if not there_is_one(early=True):
        return fits, ["there is no early posterior, so only the validation rows are scored"]
    unseen = unseen_by_early(inputs.rows(rows), inputs.rows(rows, early=True))
    sources = sources_without(read_sources(root() / CONFIGS), places_held_back(unseen.asked))
    return [
        *fits,
        Fit(EARLY, first_draws(read_posterior(early=True), count), unseen, EarlyStart(sources)),
    ], []


def survive_uncertainty(asked: Asked) -> list[str]:
    """Run the compared worlds over every arm, print and write what survives; returns what failed."""
    resolved = resolve(asked.experiment, customers=asked.customers)
    if resolved.experiment.compare is None:
        raise InputError(
            f"{resolved.name}: compares no two worlds, so there is no conclusion to test; name "
            "another with --experiment"
        )
    if resolved.design is not None:
        raise InputError(
            f"{resolved.name}: has a design of its own; name an experiment without one with --experiment"
        )
    have = resolved.experiment.seeds.count
    if asked.seeds > have:
        raise InputError(f"--seeds: {asked.seeds}: {resolved.name} has {have} seeds; valid: 1 to {have}")
    draws = _draws(asked.draws)
    folder, store = _places(asked, resolved)

    from sim.analysis import shipped_tables as tables
    from sim.analysis.survival.conclusions import survive

    screen = console()
    size = f"{asked.draws} draws x {asked.seeds} seeds, {resolved.experiment.customers:,} customers"
    screen.print(
        f"{resolved.name}: shipped parameters x {have} seeds, then four arms of {size}", soft_wrap=True
    )
    with _running(screen, asked, store) as (runs, how, progress):
        done = survive(resolved, draws, asked.seeds, runs, how, progress)
    tables.write(done.table, tables.SURVIVAL, folder, resolved)
    _print_survival(screen, done.table)
    return _end(screen, done.failures, folder, [tables.SURVIVAL])


def _draws(count: int) -> "tuple[Draw, ...]":
    from sim.analysis.posterior_draws import first_draws

    return first_draws(read_posterior(), count)


def _places(asked: Asked, resolved: Resolved) -> tuple[Path, Path]:
    folder, store = asked.out or RESULTS / resolved.name, asked.store or STORE
    must_be_writable(folder, "--out")
    must_be_writable(store, "--store")
    return folder, store


@contextmanager
def _running(screen: Console, asked: Asked, store: Path) -> "Iterator[tuple[Store, Backend, Progress]]":
    """A store ready to be written to, how to run, and the progress."""
    from sim.runs.store import Store
    from sim.runs.tasks import Backend

    runs = Store(store)
    runs.prepare()
    with stoppable(screen, store) as progress:
        yield runs, Backend(asked.workers), progress


def _end(screen: Console, failures: list[str], folder: Path, names: list[str]) -> list[str]:
    """Say what failed and where the tables are, and renew the folder's report if it has one."""
    for failure in failures:
        screen.print(f"[red]failed[/]: {escape(failure)}", soft_wrap=True)
    screen.print(
        f"tables: {', '.join(escape(str(folder / f'{name}.csv')) for name in names)}", soft_wrap=True
    )
    if (folder / REPORT).is_file():
        from sim.runs.results import FolderResults
        from sim.view.report import build

        build(FolderResults(folder), folder / REPORT)
        screen.print(f"report: {escape(str(folder / REPORT))}", soft_wrap=True)
    return failures


def _table(title: str, *columns: str) -> Table:
    out = Table(title=title, title_justify="left")
    for name in columns:
        out.add_column(name.lstrip(">"), justify="right" if name.startswith(">") else "left", overflow="fold")
    return out


def _add(out: Table, *cells: str, verdict: str = "") -> None:
    out.add_row(
        *(escape(cell) for cell in cells), *([f"[{_COLOURS[verdict]}]{verdict}[/]"] if verdict else [])
    )


def _print_scores(screen: Console, scores: "pd.DataFrame") -> None:
    """A line a row: the model's forecast, and the score of each forecaster that has one."""
    title = (
        "Rows that the fit did not see: the model's mean and middle 90%, and CRPS in the row's unit "
        "(lower is better; — has no forecast)"
    )
    forecasters = list(dict.fromkeys(scores["forecaster"]))
    out = _table(
        title,
        "fit",
        "row",
        "unit",
        ">data",
        ">model",
        ">middle 90%",
        *(f">CRPS {name}" for name in forecasters),
        "note",
    )
    signs: dict[str, str] = {"eq": "", "le": "at most ", "ge": "at least "}
    for _, group in scores.groupby(["fit", "row"], sort=False):
        by = {line["forecaster"]: line for line in group.to_dict("records")}
        line = next(iter(by.values()))
        note = (
            f"bound: {line['chance']:.0%} of the forecast on its side"
            if line["chance"] == line["chance"]
            else line["note"]
        )
        ends = (
            f"{number(line['low'])} to {number(line['high'])}"
            if line["low"] == line["low"]
            else number(line["low"])
        )
        _add(
            out,
            line["fit"],
            line["row"],
            line["unit"],
            signs[line["bound"]] + number(line["data"]),
            number(line["forecast"]),
            ends,
            *(number(by[name]["crps"]) for name in forecasters),
            note,
        )
    screen.print(out)


def _print_ranks(screen: Console, ranks: "pd.DataFrame") -> None:
    title = (
        "The model against each rival: mean CRPS in standard errors over the rows that both forecast; "
        "95% interval over series"
    )
    out = _table(
        title,
        "fit",
        "rival",
        ">rows",
        ">series",
        ">model ahead on",
        ">model",
        ">rival's",
        ">difference",
        ">interval",
        "verdict",
    )
    for line in ranks.to_dict("records"):
        interval = f"{number(line['low'], signed=True)} to {number(line['high'], signed=True)}"
        _add(
            out,
            line["fit"],
            line["rival"],
            str(line["rows"]),
            str(line["series"]),
            str(line["ahead"]),
            number(line["model"]),
            number(line["rival_score"]),
            number(line["difference"], signed=True),
            interval,
            verdict=line["verdict"],
        )
    screen.print(out)


def _print_survival(screen: Console, table: "pd.DataFrame") -> None:
    """A line a headline: the conclusion, what each arm says of it, and whether it survives them all."""
    arms = {str(line["arm"]): str(line["what"]) for line in table.to_dict("records")}
    title = (
        "Which conclusions survive: second world minus first; shipped parameters with 95% interval over "
        "seeds, arms with the middle 90% of draws"
    )
    out = _table(
        title, "headline", "unit", ">shipped", *(f">{arm}" for arm in list(arms)[:-1]), "in all arms"
    )
    for _, group in table.groupby("headline", sort=False):
        by = {line["arm"]: line for line in group.to_dict("records")}
        first, last = next(iter(by.values())), by[list(arms)[-1]]
        shipped = (
            f"{number(first['shipped'], signed=True)} ({number(first['shipped_low'], signed=True)} to "
            f"{number(first['shipped_high'], signed=True)})"
        )
        cells = [
            (
                f"{number(line['median'], signed=True)} ({number(line['low'], signed=True)} to "
                f"{number(line['high'], signed=True)})"
            )
            for line in list(by.values())[:-1]
        ]
        _add(out, first["name"], first["unit"], shipped, *cells, verdict=last["verdict"])
    screen.print(out)
    for arm, what in list(arms.items())[:-1]:
        screen.print(f"{arm}: {escape(what)}", soft_wrap=True)

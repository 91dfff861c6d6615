"""`warrantsim register` and `warrantsim score`: forecasts of what sources will publish, and their scores."""

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from sim.cli.console import RESULTS, STORE, console, make_folders, print_some
from sim.cli.progress import stoppable
from sim.scenario.locations import shown
from sim.view.number_format import number, span
from sim.view.tables import Table, Value, columns, records_of, to_terminal

if TYPE_CHECKING:
    import pandas as pd


def today() -> dt.date:
    """The day that forecasts are dated with."""
    return dt.date.today()


def register(
    draws: int,
    customers: int,
    outlook: str,
    write: bool,
    store: Path | None,
    workers: int | None,
) -> list[str]:
    """Forecast every open question; print, and with `write` append to the register. Returns what failed."""
    from sim.analysis.register.entries import ENTRIES, append, read_entries
    from sim.analysis.register.prepare import prepared
    from sim.analysis.register.questions import register_folder
    from sim.runs.store import Store
    from sim.runs.tasks import Backend, Runner

    path, store, screen = register_folder() / ENTRIES, store or STORE, console()
    there = read_entries(path)
    asked = prepared(there, draws, customers, outlook, today())
    if not asked.questions:
        screen.out("every open question has its forecast by this model and posterior: nothing to register")
        return []
    make_folders(RESULTS, store)
    screen.out(f"{len(asked.questions)} questions; {draws} draws of the posterior, {customers:,} customers")
    with stoppable(screen, store) as progress:
        runner = Runner(Store(store), Backend(workers), progress)
        made = asked.entries(runner)
    print_some(screen, "[red]failed[/]", runner.failures)
    if runner.failures:
        screen.out("not registered: a forecast is made of all draws or of none")
        return runner.failures
    screen.print(to_terminal(forecast_table(made)))
    if write:
        append(path, made)
        screen.out(f"registered: {shown(path)}")
    else:
        screen.out("not registered: add --write to append them to the register")
    return []


def forecast_table(made: list[dict[str, str]]) -> Table:
    """A line a forecast."""
    rows: list[list[Value]] = []
    for one in made:
        middle = span(float(one["q05"]), float(one["q95"])) if one["q05"] else None
        rival = number(float(one["rival_value"])) if one["rival_value"] else None
        mean = number(float(one["mean"]))
        rows.append([one["id"], one["question"], one["about"], mean, middle, one["unit"], rival])
    heads = columns("Forecast", "What", "Published about", ">Mean", ">Middle 90%", "Unit", ">No change")
    note = "Of an event the mean is its probability. No change is the last value in the evidence."
    return Table("Forecasts", heads, rows, note)


def score(outcomes: Path | None, out: Path | None) -> None:
    """Score the register on what was published, print and write the table."""
    from sim.analysis.register.entries import ENTRIES, read_entries
    from sim.analysis.register.questions import register_folder
    from sim.analysis.register.scores import OUTCOMES, read_outcomes, score_entries
    from sim.runs.csv_tables import write_csv
    from sim.scenario.problems import InputError

    path = register_folder() / ENTRIES
    entries = read_entries(path)
    if not entries:
        raise InputError(
            f"{shown(path)}: nothing is registered; warrantsim register --write registers forecasts"
        )
    if outcomes is not None and not outcomes.is_file():
        raise InputError(f"--outcomes {outcomes}: no such file")
    known = read_outcomes(outcomes or register_folder() / OUTCOMES, entries, today())
    table = score_entries(entries, known)
    screen, out = console(), out or RESULTS
    out.mkdir(parents=True, exist_ok=True)
    write_csv(table, out / "forecast_scores.csv", float_format="%.6g")
    screen.print(to_terminal(score_table(table)))
    screen.out(f"table: {out / 'forecast_scores.csv'}")


def score_table(table: "pd.DataFrame") -> Table:
    """A line a forecast: its scores, or that its number is not yet published."""
    rows: list[list[Value]] = [
        [
            f"{row['id']} ({row['registered_on']})",
            f"{number(row['forecast'])} ({span(row['low'], row['high'])})",
            row["unit"],
            number(row["value"]),
            *(number(row[name]) for name in ("crps", "rival_crps", "log_score", "pit")),
            f"{row['state']}, about {row['about']}" if row["state"] == "not yet published" else row["state"],
        ]
        for row in records_of(table)
    ]
    heads = (
        ">Forecast (middle 90%)",
        "Unit",
        ">Value",
        ">CRPS",
        ">No change's",
        ">Log score",
        ">PIT",
        "State",
    )
    note = (
        "CRPS and log score: lower is better. PIT: the probability that the forecast gave to at most the "
        "value; over many forecasts it is spread evenly from 0 to 1."
    )
    return Table("Registered forecasts", columns("Forecast", *heads), rows, note)

"""`warrantsim why`: why a headline moved between two results."""

from pathlib import Path

from sim.cli.console import STORE, console, make_folders, print_some
from sim.cli.progress import stoppable
from sim.scenario.problems import InputError, choices


def print_change(
    a: str,
    b: str,
    headline: str | None,
    seeds: int | None,
    out: Path | None,
    store: Path | None,
    workers: int | None,
) -> bool:
    """Split the change and print it; returns whether a run failed."""
    from sim.analysis.headlines import HEADLINES
    from sim.api import why
    from sim.runs.csv_tables import write_csv
    from sim.view.change_tables import change_table, parts_table, values_table
    from sim.view.tables import to_terminal

    known = [one.code for one in HEADLINES]
    if headline is not None and headline not in known:
        raise InputError(f"--headline: '{headline}': {choices(headline, known)}")
    screen, store = console(), store or STORE
    make_folders(out or store, store)
    with stoppable(screen, store) as progress:
        found = why(a, b, seeds=seeds, workers=workers, store=store, progress=progress)
    table = found.table if headline is None else found.table[found.table["headline"] == headline]
    screen.print(to_terminal(change_table(table, (found.a, found.b))))
    if headline is not None:
        parts, row = found.parts[found.parts["headline"] == headline], table.iloc[0]
        screen.print(to_terminal(parts_table(parts, str(row["name"]), str(row["unit"]))))
    if len(found.values):
        screen.print(to_terminal(values_table(found.values)))
    print_some(screen, "note", found.notes)
    if out is not None:
        tables = {"why": found.table, "why_parts": found.parts, "why_values": found.values.astype(str)}
        for name, one in tables.items():
            write_csv(one, out / f"{name}.csv")
        screen.out(f"tables: {', '.join(str(out / f'{name}.csv') for name in tables)}")
    return any(note.startswith("failed:") for note in found.notes)

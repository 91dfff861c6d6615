"""`warrantsim value`: which measurement would narrow which headline most."""

from collections.abc import Sequence
from pathlib import Path

from sim.cli.console import RESULTS, console
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved


def errors_of(asked: Sequence[str]) -> dict[str, float] | None:
    """Standard errors by row or parameter, from `NAME=SE`; None where nothing is asked."""
    found = dict[str, float]()
    for one in asked:
        name, _, text = one.partition("=")
        try:
            error = float(text)
        except ValueError:
            raise InputError(
                f"--measure {one}: write a row or parameter and a standard error, such as trust.asymmetry=0.3"
            ) from None
        if name.strip() in found:
            raise InputError(
                f"--measure {name.strip()}: is given twice: {found[name.strip()]:g} and {error:g}"
            )
        found[name.strip()] = error
    return found or None


def print_value(resolved: Resolved, out: Path | None, asked: Sequence[str]) -> None:
    """Compute, write and print the table, and renew the folder's report if it has one."""
    from sim import questions
    from sim.analysis.uncertainty.value_of_information import NOISE, VALUE
    from sim.runs.results import FolderResults
    from sim.view.report import build
    from sim.view.sections.value import answer, in_words, value_table
    from sim.view.tables import to_terminal

    out = out or RESULTS / resolved.name
    table = questions.value_of_information(resolved, out, errors_of(asked))
    screen = console()
    screen.print(to_terminal(value_table(in_words(table[table["verdict"] != NOISE]))))
    screen.out(answer(table), highlight=False)
    screen.out(f"table: {out / VALUE}.csv")
    if (out / "report.html").is_file():
        screen.out(f"report: {build(FolderResults(out), out)}")

"""`warrantsim levers`: which lever pays, in words and as tables."""

from pathlib import Path

from sim.cli.console import console


def print_levers(folder: Path) -> None:
    """Print what the levers of a results folder buy and cost."""
    from sim.analysis.drivers.frontier_answer import answer, rules_with_levers
    from sim.api import load
    from sim.view.sections.levers import lever_table
    from sim.view.tables import to_terminal

    screen, results = console(), load(folder)
    frontier, levers = results.frontier(), results.levers
    rules = rules_with_levers(frontier, results.manifest["compare"])
    for words in answer(frontier, levers, rules):
        screen.out(words, highlight=False)
    for rule in rules:
        screen.print(to_terminal(lever_table(frontier, levers[levers["rule"] == rule])))

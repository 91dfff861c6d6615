"""`warrantsim evidence --list`: every measure, with its arguments and an example row."""

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.place import places
from sim.analysis.evidence.measures.population import POPULATIONS
from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.measures.window import FORMS
from sim.analysis.evidence.rows import COLUMNS, MORE_COLUMNS, example_line
from sim.cli.console import console
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root


def list_measures() -> None:
    """Print every measure, and what a place, population or date may be."""
    base, screen = load_base(root() / CONFIGS), console()
    for measure in MEASURES.values():
        screen.print(f"[bold]{measure.name}[/]", end="")
        screen.out(f": {measure.what}, in {measure.unit}")
        for line in (*_restrictions(measure), *map(_argument, measure.arguments)):
            screen.out(f"  {line}")
        screen.out(f"  example: {example_line(measure)}")
    groups = [name for name in places(base.jurisdictions) if name not in base.jurisdictions]
    for line in (
        f"columns: {','.join((*COLUMNS, *MORE_COLUMNS))}",
        f"places: {', '.join(groups)}, and every code of `warrantsim list countries`; join several by +",
        f"populations: {', '.join(POPULATIONS)}; join several by +; empty: everybody",
        f"dates: {FORMS}",
        "without_event: an event of `warrantsim list events`; the value is then the world with the event "
        "minus the world without it, unless the measure says otherwise",
    ):
        screen.out(line)


def _restrictions(measure: Measure) -> list[str]:
    """What a row of this measure must say beside the usual."""
    return [
        words
        for applies, words in (
            (not measure.by_population, "population: none, leave it empty"),
            (measure.two_dates, "from, to: two dates of one length to compare, such as 2013-Q2 and 2014-Q2"),
            (measure.read is None, "without_event: required; the measure compares the two worlds"),
        )
        if applies
    ]


def _argument(argument: Argument) -> str:
    valid = (
        "a number"
        if argument.valid is None
        else f"of `list {argument.valid}`"
        if isinstance(argument.valid, str)
        else ", ".join(argument.valid)
    )
    needed = {None: "required", "": "may be left out"}.get(argument.default, f"default {argument.default}")
    several = ", join several by +" if argument.several else ""
    return f"{argument.name}: {argument.what}: {valid}{several}; {needed}"

"""`warrantsim list`: what can be named in experiments and on the command line."""

from collections.abc import Callable, Iterable, Sequence

from rich.markup import escape
from rich.table import Table

from sim.cli.console import console
from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, experiments, root, shown
from sim.scenario.problems import InputError
from sim.scenario.yaml_files import read

Rows = Iterable[Sequence[str]]


def value_words(value: float | dict[str, float]) -> str:
    """A parameter's value on one line; a table as name=number, a value by segment likewise."""
    return (
        " ".join(f"{key}={number:g}" for key, number in value.items())
        if isinstance(value, dict)
        else f"{value:g}"
    )


def _countries(base: Base) -> Rows:
    return (
        (code, one.name, one.region, one.ties, f"{one.initial_trust:g}", str(one.members))
        for code, one in base.jurisdictions.items()
    )


def _segments(base: Base) -> Rows:
    return ((code, one.name, f"{one.contract_months}", one.meaning) for code, one in base.segments.items())


def _providers(base: Base) -> Rows:
    return ((code, one.name, ", ".join(one.regions_2013)) for code, one in base.providers.items())


def _parameters(base: Base) -> Rows:
    return (
        (path, value_words(info.value), info.range_words, info.meaning)
        for path, info in base.parameter_info.items()
    )


def _mechanisms(base: Base) -> Rows:
    return (
        (code, one.name, " ".join(f"{path}={value:g}" for path, value in one.off.items()), one.meaning)
        for code, one in base.mechanisms.items()
    )


def _regimes(base: Base) -> Rows:
    return (
        (code, one.name, one.test, one.comity, "yes" if one.agreements else "no", ", ".join(one.stages))
        for code, one in base.regimes.items()
    )


def _events(base: Base) -> Rows:
    for name, timeline in base.timelines.items():
        yield from (
            (event.id, str(event.date), event.kind, event.cause, name, event.what)
            for event in timeline.events
        )


_LISTS: dict[str, tuple[tuple[str, ...], Callable[[Base], Rows]]] = {
    "countries": (("code", "name", "region", "ties", "initial trust", "countries"), _countries),
    "segments": (("code", "name", "contract months", "meaning"), _segments),
    "providers": (("code", "name", "regions in 2013"), _providers),
    "parameters": (("path", "value", "range", "meaning"), _parameters),
    "mechanisms": (("code", "name", "off", "meaning"), _mechanisms),
    "regimes": (("code", "name", "test", "comity", "agreements", "stages"), _regimes),
    "events": (("id", "date", "kind", "cause", "timeline", "what"), _events),
}


def print_list(what: str) -> None:
    """Print one of the lists; raises InputError where the configuration is broken."""
    if what == "experiments":
        _print(("name", "title", "file"), _experiments())
        return
    columns, rows = _LISTS[what]
    _print(columns, rows(load_base(root() / CONFIGS)))


def _experiments() -> Rows:
    for name, path in experiments().items():
        try:
            tree = read(path).tree
            title = str(tree.get("title", "")) if isinstance(tree, dict) else ""
        except InputError as error:
            title = error.problems[0]
        yield name, title, shown(path)


def _print(columns: Sequence[str], rows: Rows) -> None:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console().print(table)

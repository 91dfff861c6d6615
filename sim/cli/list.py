"""`warrantsim list`: what can be named in experiments and on the command line."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from sim.cli.console import console
from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, experiments, root, shown
from sim.scenario.paths import Loc
from sim.scenario.problems import InputError
from sim.scenario.strict import Strict
from sim.scenario.yaml_files import read
from sim.view.tables import Table, columns, to_terminal

# Where the base configuration has the things of each list, and which of their fields are listed.
_PLACES = {
    "countries": "contents.jurisdictions",
    "segments": "contents.segments",
    "providers": "contents.providers",
    "parameters": "parameter_info",
    "mechanisms": "mechanisms",
    "outlooks": "outlooks",
    "regimes": "contents.regimes",
    "tests": "contents.law.tests",
    "comity": "contents.law.comity",
    "us_orders": "contents.law.us_orders",
    "foreign_orders": "contents.law.foreign_orders",
}
_FIELDS = {
    "countries": ("name", "region", "ties", "initial_trust", "members"),
    "segments": ("name", "contract_months", "meaning"),
    "providers": ("name", "regions_2013"),
    "parameters": ("value", "range_words", "meaning"),
    "mechanisms": ("name", "off", "meaning"),
    "outlooks": ("name", "meaning", "volume_growth"),
    "regimes": ("name", "test", "comity", "agreements", "stages"),
    "tests": ("name", "reach", "bar", "reference"),
    "comity": ("name", "common_law", "success", "months", "reference"),
    "us_orders": ("when", "route", "authority"),
    "foreign_orders": ("when", "route", "asks", "authority"),
    "events": ("date", "kind", "cause", "timeline", "what"),
}
_HEADINGS = {"members": "countries", "range_words": "range", "regions_2013": "regions in 2013"}


def words(value: Any) -> str:
    """A value of the configuration on one line; what is empty inside another value is left out."""
    if isinstance(value, Strict):
        value = value.model_dump(mode="json", exclude_none=True)
    if isinstance(value, dict):
        known = {key: inner for key, inner in value.items() if inner != []}
        nested = any(isinstance(inner, dict | Strict) for inner in known.values())
        parts = (f"{key} ({words(x)})" if nested else f"{key}={words(x)}" for key, x in known.items())
        return ", ".join(parts) or "none"
    if isinstance(value, tuple | list):
        return ", ".join(map(words, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def entries(what: str, base: Base) -> Iterator[tuple[str, Any, Loc]]:
    """The things of a list: what each is called, the thing itself, and its place in the configuration."""
    if what == "events":
        for name, timeline in base.timelines.items():
            for position, event in enumerate(timeline.events):
                yield event.id, event, ("timelines", name, "events", position)
        return
    at = tuple(_PLACES[what].removeprefix("contents.").split("."))
    for code, thing in attrgetter(_PLACES[what])(base).items():
        yield code, thing, (*at, code)


def print_list(what: str) -> None:
    """Print one of the lists; raises InputError where the configuration is broken."""
    if what == "experiments":
        _print(("name", "title", "file"), _experiments())
        return
    fields = _FIELDS[what]
    rows = (
        [
            code,
            *(_cell(getattr(thing, name, at[1])) for name in fields),
        ]  # an event's timeline is in its place
        for code, thing, at in entries(what, load_base(root() / CONFIGS))
    )
    _print(("name in files", *(_HEADINGS.get(name, name.replace("_", " ")) for name in fields)), rows)


def _cell(value: Any) -> str:
    """A value in a list: of what has parts, only what they are called."""
    nested = isinstance(value, dict) and any(isinstance(inner, Strict) for inner in value.values())
    return words(list(value) if nested else value)


def _experiments() -> Iterator[Sequence[str]]:
    for name, path in experiments().items():
        try:
            tree = read(path).tree
            title = str(tree.get("title", "")) if isinstance(tree, dict) else ""
        except InputError as error:
            title = error.problems[0]
        yield name, title, shown(path)


def _print(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    console().print(to_terminal(Table("", columns(*headings), list(rows)), box=False))

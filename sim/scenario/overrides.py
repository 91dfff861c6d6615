"""Values set by name (`trust.asymmetry`, `jurisdictions.DE.initial_trust`, `seeds.count`) over those of the
files."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sim.scenario.base import Base
from sim.scenario.parameter_files import groups, out_of_range
from sim.scenario.paths import Loc, leaves, path_of, value_at
from sim.scenario.problems import InputError, choices
from sim.scenario.schema import Experiment
from sim.scenario.yaml_files import scalar

# What an experiment says of itself; the rest of what can be set belongs to a world's contents.
_ADDITIONS = ("regimes", "bills", "events", "levers", "tests", "comity", "us_orders", "foreign_orders")
EXPERIMENT_FIELDS = tuple(name for name in Experiment.model_fields if name not in ("set", *_ADDITIONS))
_WORLD_PARTS = ("jurisdictions", "segments", "providers", "regimes", "law")
_MOST = 1e15  # far beyond any unit of these: sums of far larger numbers overflow, and headlines are empty


def beyond_any_unit(value: object) -> str:
    """What is wrong with a number that no quantity can be; empty for any other value."""
    too_large = isinstance(value, int | float) and abs(value) > _MOST
    return f"must be at most {_MOST:g} (got a larger number)" if too_large else ""


@dataclass(frozen=True)
class Setting:
    """One value set over the base, and who set it."""

    path: str
    value: Any
    who: str

    @property
    def of_experiment(self) -> bool:
        """Whether it is about the experiment itself (its customers, seeds, horizon, worlds)."""
        return self.path.split(".")[0] in EXPERIMENT_FIELDS


def from_command_line(sets: Iterable[str], problems: list[str]) -> list[Setting]:
    """`path=value` words of the command line; those not of that form go to `problems`."""
    settings = []
    for word in sets:
        path, equals, value = word.partition("=")
        if not equals or not path.strip() or not value.strip():
            problems.append(f"--set: '{word}': write it as path=value, for example trust.asymmetry=2")
        else:
            try:
                settings.append(Setting(path.strip(), scalar(value.strip()), "--set"))
            except InputError as error:
                problems += [f"--set: {path.strip()}: {message}" for message in error.problems]
    return settings


def apply(
    setting: Setting, tree: dict[str, Any], base: Base, lines: dict[Loc, str], problems: list[str]
) -> list[Loc]:
    """Write the setting into `tree` and who set it into `lines`; what is wrong goes to `problems`.

    A number for a table or a value by segment sets every entry of it. Returns the places written.
    """
    found = find(setting.path, tree)
    if isinstance(found, str):
        problems.append(f"{setting.who}: {setting.path}: {found}")
        return []
    node = value_at(tree, found[:-1])
    old = node[found[-1]]
    number = isinstance(setting.value, int | float) and not isinstance(setting.value, bool)
    if isinstance(old, dict) and not (
        number and old and all(isinstance(value, int | float) for value in old.values())
    ):
        problems.append(
            f"{setting.who}: {setting.path}: holds several values; name one: {', '.join(old) or 'none'}"
        )
        return []
    if found[0] == "parameters":
        message = _parameter_problem(setting, found, base)
        if message:
            problems.append(f"{setting.who}: {setting.path}: {message}")
            return []
    elif found[0] in _WORLD_PARTS and (message := beyond_any_unit(setting.value)):
        problems.append(f"{setting.who}: {setting.path}: {message}")
        return []
    node[found[-1]] = dict.fromkeys(old, setting.value) if isinstance(old, dict) else setting.value
    places = [(*found, *loc) for loc, _ in leaves(node[found[-1]])]
    # a list set anew may be shorter than the one before it: forget who gave the old entries
    for loc in [loc for loc in lines if loc[: len(found)] == found]:
        del lines[loc]
    lines.update(dict.fromkeys([found, *places], setting.who))
    return places


def _parameter_problem(setting: Setting, found: Loc, base: Base) -> str | None:
    info = base.parameter_info[f"{found[1]}.{found[2]}"]
    if not isinstance(setting.value, int | float) or isinstance(setting.value, bool):
        return f"must be a number (got {setting.value!r}); allowed: {info.range_words}"
    keys = [str(found[3])] if len(found) > 3 else list(info.value) if isinstance(info.value, dict) else []
    value = dict.fromkeys(keys, setting.value) if keys else setting.value
    return next((message for _, message in out_of_range(info, value)), None)


def find(path: str, tree: dict[str, Any]) -> Loc | str:
    """The place in `tree` that a path names, or what is wrong with the path."""
    head, *rest = path.split(".")
    typed = groups() if "parameters" in tree else {}
    if head in typed and (head not in tree or not rest or rest[0] in typed[head].model_fields):
        loc: Loc = ("parameters", head)
    elif head in tree and head != "parameters":
        loc = (head,)
    elif head in EXPERIMENT_FIELDS:
        return "belongs to the experiment itself, not to a `set`: write it at the top of the file"
    else:
        return f"no such name; {choices(head, dict.fromkeys([*groups(), *_WORLD_PARTS, *EXPERIMENT_FIELDS]))}"
    if not rest and head in typed:
        return f"is a group of parameters; name one of it: {', '.join(typed[head].model_fields)}"
    node = value_at(tree, loc)
    for part in rest:
        step: str | int = part
        if isinstance(node, list):
            if not part.isdecimal() or int(part) >= len(node):
                return (
                    f"'{part}' is not a position in {path_of(loc)}; valid: "
                    f"{', '.join(str(i) for i in range(len(node))) or 'none, the list is empty'}"
                )
            step = int(part)
        elif not isinstance(node, dict):
            return f"{path_of(loc)} is one value and has no '{part}'"
        elif part not in node:
            # `providers` is both a group of parameters and the list of US providers
            both = [*node, *typed[head].model_fields] if loc == (head,) and head in typed else list(node)
            return f"no '{part}' in {path_of(loc)}; {choices(part, both)}"
        node = node[step]
        loc = (*loc, step)
    return loc

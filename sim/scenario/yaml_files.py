"""YAML 1.2 into checked types, remembering on which line each value stands."""

import datetime as dt
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sim.scenario.locations import shown, text_of
from sim.scenario.paths import Loc, dotted, leaves
from sim.scenario.problems import InputError, choices

T = TypeVar("T")


@dataclass(frozen=True)
class Document:
    """A YAML file as plain JSON-able values, with the line of each."""

    file: str
    tree: Any
    lines: dict[Loc, int] = field(repr=False)

    def where(self, loc: Loc) -> str:
        """`file:line` of a value, or of the nearest thing around it that exists."""
        while loc and loc not in self.lines:
            loc = loc[:-1]
        return f"{self.file}:{self.lines.get(loc, 1)}"


def read(path: Path) -> Document:
    """The file's tree and lines. Raises InputError: missing, syntax, duplicate key, empty, not finite."""
    file, text = shown(path), text_of(path)
    try:
        loaded = YAML(typ="rt", pure=True).load(text)
    except DuplicateKeyError as error:
        # the first line of ruamel's text names the key; the rest is advice on switching the check off
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(f"{file}:{line}: {str(error.problem).splitlines()[0]}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{file}:{mark.line + 1}:{mark.column + 1}" if mark else file
        raise InputError(f"{place}: not YAML: {error.problem or error.context}") from None
    except YAMLError as error:
        raise InputError(f"{file}: not YAML: {str(error).splitlines()[0]}") from None
    if loaded is None:
        raise InputError(f"{file}: the file is empty")
    lines: dict[Loc, int] = {}
    document = Document(file, _plain(loaded, (), 1, lines), lines)
    infinite = [
        f"{document.where(loc)}: {dotted(loc)}: not a finite number"
        for loc, value in leaves(document.tree)
        if _infinite(value)
    ]
    if infinite:
        raise InputError(infinite)
    return document


def scalar(text: str) -> Any:
    """A value from the command line, read as YAML reads it (`1e-3` a number, `NO` text)."""
    try:
        value = _plain(YAML(typ="rt", pure=True).load(text), (), 1, {})
    except YAMLError:
        return text
    return text if _infinite(value) else value


def plain(value: Any) -> Any:
    """A value built in Python as its YAML would read: keys and dates as text, models as mappings, tuples as
    lists."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", exclude_unset=True)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _infinite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _plain(value: Any, at: Loc, line: int, lines: dict[Loc, int]) -> Any:
    lines[at] = line
    if isinstance(value, CommentedMap):
        # a key such as 2013 is a number in YAML and text in every table of ours
        return {
            str(key): _plain(inner, (*at, str(key)), value.lc.key(key)[0] + 1, lines)
            for key, inner in value.items()
        }
    if isinstance(value, CommentedSeq):
        return [_plain(inner, (*at, i), value.lc.item(i)[0] + 1, lines) for i, inner in enumerate(value)]
    if isinstance(value, bool) or value is None:
        return value
    # plain numbers without the file's formatting; dates and the rest as their text
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    return str(value)


# --- checking -------------------------------------------------------------------------------------

_PLAIN_WORDS = {
    "missing": "missing key",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "string_type": "must be text",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping of names to values",
    "model_type": "must be a mapping of names to values",
    "model_attributes_type": "must be a mapping of names to values",
    "date_from_datetime_parsing": "must be a date such as 2014-07-31",
    "date_type": "must be a date such as 2014-07-31",
    "date_parsing": "must be a date such as 2014-07-31",
}
_PATTERNS = {
    r"^\d{4}-(0[1-9]|1[0-2])$": "must be a month such as 2013-01",
    "^[A-Z]{3}$": "must be three capital letters",
}
_BOUNDS = {
    "greater_than_equal": ("at least", "ge"),
    "less_than_equal": ("at most", "le"),
    "greater_than": ("more than", "gt"),
    "less_than": ("less than", "lt"),
}


def checked(
    kind: type[T], tree: Any, where: Callable[[Loc], str], problems: list[str], at: Loc = ()
) -> T | None:
    """The tree as `kind`, or None with what is wrong added to `problems`.

    Validation goes through JSON, which is strict about numbers and text yet knows dates and tuples.
    `at` is where the tree stands in what `where` knows.
    """
    adapter: TypeAdapter[T] = TypeAdapter(kind)
    try:
        return adapter.validate_json(json.dumps(tree, default=str), strict=True)
    except ValidationError as error:
        found: dict[str, None] = {}
        for wrong in error.errors(include_url=False):
            if wrong["type"] == "default_factory_not_called":  # a default that hangs on what is wrong already
                continue
            loc, text = in_words(kind, tree, wrong)
            path = dotted((*at, *loc))
            found[f"{where((*at, *loc))}: {path}: {text}" if path else f"{where(at)}: {text}"] = None
        problems += found
        return None


def in_words(kind: Any, tree: Any, wrong: Any) -> tuple[Loc, str]:
    """A pydantic error as a place in the tree (without tags of union members) and plain words."""
    loc: Loc = tuple(part for part in wrong["loc"] if part != "[key]")
    what, context = wrong["type"], wrong.get("ctx", {})
    if what == "extra_forbidden":
        return loc, f"unknown key; {choices(loc[-1], valid_keys(kind, loc[:-1]))}"
    if what == "missing":
        return loc, "missing key"
    kept = _existing(tree, loc)
    if kept != loc:
        return kept, f"must be {_member_words(kind_at(kind, kept))} (got {wrong['input']!r})"
    got = f" (got {wrong['input']!r})" if not isinstance(wrong["input"], dict | list) else ""
    if what == "literal_error":
        return (
            loc,
            f"unknown value {wrong['input']!r}; {choices(wrong['input'], _literals(kind_at(kind, loc)))}",
        )
    if what in _BOUNDS:
        words, key = _BOUNDS[what]
        return loc, f"must be {words} {context[key]}{got}"
    if what == "value_error":
        return loc, str(context["error"])
    if what == "string_pattern_mismatch":
        asked = (
            "must be a window such as 2020, 2020-03, 2016-01 to 2020-12, or: from the switch"
            if "from the switch" in context["pattern"]
            else ""
        )
        return loc, (asked or _PATTERNS.get(context["pattern"], f"must look like {context['pattern']}")) + got
    return loc, _PLAIN_WORDS.get(what, str(wrong["msg"])) + got


def _existing(tree: Any, loc: Loc) -> Loc:
    for i, part in enumerate(loc):
        try:
            tree = tree[part]
        except (KeyError, IndexError, TypeError):
            return loc[:i]
    return loc


def _members(kind: Any) -> list[Any]:
    """The types a value may have: without Annotated, None and unions around them."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        return [inner for member in get_args(kind) if member is not NoneType for inner in _members(member)]
    return [kind]


def _member_words(kind: Any) -> str:
    words = {
        float: "a number",
        int: "a number",
        str: "text",
        bool: "true or false",
        dict: "a mapping",
        tuple: "a list",
    }
    named = [repr(value) for value in _literals(kind)]
    plain = [
        words.get(get_origin(member) or member, "a mapping")
        for member in _members(kind)
        if get_origin(member) is not Literal
    ]
    return " or ".join(dict.fromkeys([*named, *plain]))


def kind_at(kind: Any, loc: Loc) -> Any:
    """The declared type of what stands at a place."""
    for part in loc:
        for member in _members(kind):
            arguments = get_args(member)
            if isinstance(member, type) and issubclass(member, BaseModel) and part in member.model_fields:
                declared = member.model_fields[str(part)]
                kind = declared.rebuild_annotation()
                break
            if get_origin(member) is dict:
                kind = arguments[1]
                break
            if get_origin(member) is tuple and isinstance(part, int):
                kind = arguments[0] if Ellipsis in arguments else arguments[min(part, len(arguments) - 1)]
                break
        else:
            return None
    return kind


def valid_keys(kind: Any, loc: Loc = ()) -> list[str]:
    """The names a mapping at a place may hold, where its type lists them."""
    for member in _members(kind_at(kind, loc)):
        if isinstance(member, type) and issubclass(member, BaseModel):
            return list(member.model_fields)
        if get_origin(member) is dict:
            return [str(name) for name in _literals(get_args(member)[0])]
    return []


def _literals(kind: Any) -> list[Any]:
    return [value for member in _members(kind) if get_origin(member) is Literal for value in get_args(member)]

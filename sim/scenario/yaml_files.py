"""YAML 1.2 into checked types, remembering on which line each value stands."""

import datetime as dt
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel, TypeAdapter, ValidationError

from sim.scenario.control_characters import control_character
from sim.scenario.locations import shown, text_of
from sim.scenario.paths import Loc, dotted, leaves
from sim.scenario.problems import InputError, choices
from sim.scenario.yaml_text import MOST_LEVELS, NotYaml, load

T = TypeVar("T")

_SHOWN_DEPTH, _MOST_PROBLEMS = 3, 20


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
        tree, lines = load(text)
    except NotYaml as error:
        raise InputError(f"{_place(file, error)}: {_words(error)}") from None
    if tree is None:
        raise InputError(f"{file}: the file is empty")
    document = Document(file, tree, lines)
    infinite = [
        f"{document.where(loc)}: {dotted(loc)}: not a finite number"
        for loc, value in leaves(document.tree)
        if _infinite(value)
    ]
    if infinite:
        raise InputError(infinite)
    return document


def _place(file: str, error: NotYaml) -> str:
    if not error.line:
        return file
    return f"{file}:{error.line}:{error.column}" if error.syntax else f"{file}:{error.line}"


def _words(error: NotYaml) -> str:
    return f"not YAML: {error.problem}" if error.syntax else error.problem


def scalar(text: str) -> Any:
    """A value from the command line, read as YAML reads it (`1e-3` a number, `NO` text).

    What is not YAML is text. Raises InputError for what no file may hold either.
    """
    try:
        value, _ = load(text)
    except NotYaml as error:
        if error.syntax:
            return text
        raise InputError(error.problem) from None
    return text if _infinite(value) else value


def plain(value: Any, at: Loc = ()) -> Any:
    """A value built in Python as its YAML would read: keys and dates as text, models as mappings, tuples as
    lists, NumPy's numbers as numbers. `at` is where it stands.

    Raises InputError for what no YAML could say.
    """
    problems: list[str] = []
    made = _plain(value, at, problems)
    if problems:
        raise InputError(problems)
    return made


def _plain(value: Any, at: Loc, problems: list[str]) -> Any:
    if len(at) > MOST_LEVELS:
        problems.append(f"{dotted(at[:_SHOWN_DEPTH])}...: is nested too deeply, or holds itself")
        return None
    if isinstance(value, BaseModel):
        return _plain_mapping({name: getattr(value, name) for name in value.model_fields_set}, at, problems)
    if isinstance(value, Mapping):
        return _plain_mapping(value, at, problems)
    if isinstance(value, list | tuple):
        return [_plain(inner, (*at, i), problems) for i, inner in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, dt.date):
        return value.isoformat()
    if _infinite(value):
        problems.append(f"{dotted(at)}: not a finite number")
    elif not isinstance(value, str | int | float | None):
        kind = type(value).__name__
        problems.append(f"{dotted(at)}: must be a number, text, a date, a list or a mapping (got a {kind})")
    return value


def _plain_mapping(value: Mapping[Any, Any], at: Loc, problems: list[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, inner in value.items():
        name = str(key)
        if name in out:
            problems.append(f"{dotted((*at, name))}: is there twice, as text and as another key")
        out[name] = _plain(inner, (*at, name), problems)
        if len(problems) > _MOST_PROBLEMS:
            break
    return out


def _infinite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


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
_MAY_HOLD_CONTROLS = re.compile(r"\\u00|[\x7f-\x9f\ud800-\udfff]|\\[bfr]")
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
    text = json.dumps(tree, default=str, ensure_ascii=False)
    if _MAY_HOLD_CONTROLS.search(text):
        before = len(problems)
        problems += [
            f"{where((*at, *loc))}: {dotted((*at, *loc))}: {words}" for loc, words in _controls(tree)
        ]
        if len(problems) > before:
            return None
    try:
        return adapter.validate_json(text, strict=True)
    except ValidationError as error:
        said: dict[str, None] = {}
        for wrong in error.errors(include_url=False):
            if wrong["type"] == "default_factory_not_called":  # a default that hangs on what is wrong already
                continue
            loc, text = in_words(kind, tree, wrong)
            path = dotted((*at, *loc))
            said[f"{where((*at, *loc))}: {path}: {text}" if path else f"{where(at)}: {text}"] = None
        problems += said
        return None


def _controls(tree: Any) -> Iterator[tuple[Loc, str]]:
    """Control characters in texts and names."""
    for loc, value in leaves(tree):
        for text in (*loc, value):
            found = control_character(text) if isinstance(text, str) else None
            if found is not None:
                # the name itself would bring the character to the screen
                safe = tuple(part for part in loc if not (isinstance(part, str) and control_character(part)))
                yield safe, f"a control character ({found}) in a text"


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

"""What the functions of the Python interface may be given, checked by their annotations before anything runs.

A wrong type is a mistake in the input like any other, so it is an `InputError` that names the argument, what
was given and what is asked for.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache, wraps
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, ParamSpec, TypeVar, Union, get_args, get_origin

import numpy as np
from pydantic import AfterValidator, ConfigDict, Field, FiniteFloat, TypeAdapter, ValidationError

from sim.scenario import schema
from sim.scenario.problems import InputError

P = ParamSpec("P")
R = TypeVar("R")

_CONFIG = ConfigDict(strict=True, arbitrary_types_allowed=True)
_SHOWN = 60
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z-]*)")
_ARGUMENTS = {"set": "changes", "author": "authors"}  # the options that have another name
_OWN = ("value_error", "greater_than_equal", "finite_number")  # a value of the right type
_WORDS: dict[Any, str] = {
    str: "text",
    Path: "a path",
    int: "a whole number",
    float: "a number",
    bool: "True or False",
    Mapping: "a mapping",
    Sequence: "a list",
    Callable: "a function",
    schema.Experiment: "an Experiment",
    NoneType: "None",
}


def _possible(path: str | Path) -> str | Path:
    """A path that a file system could have. An empty one is nobody's wish for the working folder."""
    if path == "":
        raise ValueError("no path that can be: it is empty")
    try:
        Path(path).lstat()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return path
    except OSError as error:
        raise ValueError(f"no path that can be: {error.strerror}") from None
    return path


@contextmanager
def writing(out: str | Path) -> Iterator[Path]:
    """The path of a file to write. Raises InputError if it cannot be written."""
    try:
        yield Path(out)
    except OSError as error:
        raise InputError(f"out: {out} cannot be written: {error.strerror or error}") from None


Place = Annotated[str | Path, AfterValidator(_possible)]
"""A file or folder, which need not exist."""
Source = Place | Mapping[str, Any] | schema.Experiment
"""An experiment: a shipped name, a file, a mapping like its YAML, or one built in Python."""
Changes = Mapping[str, Any]
"""Values by path, as for the command's `--set`: {"trust.asymmetry": 1.0, "worlds.doj_wins.label": "DOJ"}."""
Count = Annotated[int, Field(ge=1)]
Number = Annotated[int, Field(ge=0)]
Finite = FiniteFloat
Told = Callable[[int, int, str], None]
"""Is told of the progress: (done, total, words); with nothing done, the words say what comes next."""


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """The function, which raises InputError for arguments that are not as they are annotated."""
    signature = inspect.signature(function)
    asked = {name: one.annotation for name, one in signature.parameters.items() if name != "self"}
    asked = {name: kind for name, kind in asked.items() if kind is not inspect.Parameter.empty}

    @wraps(function)
    def call(*positional: P.args, **named: P.kwargs) -> R:
        bound = signature.bind(*positional, **named)
        given = bound.arguments
        given.update({name: _of_python(value) for name, value in given.items() if name in asked})
        problems = [
            f"{name}: {words}"
            for name, value in given.items()
            if name in asked and (words := _wrong(asked[name], value))
        ]
        if problems:
            raise InputError(problems)
        try:
            return function(*bound.args, **bound.kwargs)
        except InputError as error:
            arguments = set(signature.parameters)
            raise InputError([_in_python(problem, arguments) for problem in error.problems]) from error

    return call


def _in_python(problem: str, arguments: set[str]) -> str:
    """A problem with the names of a function's arguments for those of the command's options."""

    def name(found: re.Match[str]) -> str:
        option = found[1].replace("-", "_")
        argument = _ARGUMENTS.get(option, option)
        return argument if argument in arguments else found[0]

    return _OPTION.sub(name, problem)


def _of_python(value: Any) -> Any:
    """NumPy's scalars as Python's: a seed or the number of a customer is multiplied beyond 64 bits."""
    return value.item() if isinstance(value, np.generic) else value


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=_CONFIG)


def _wrong(kind: Any, value: Any) -> str:
    """What is wrong with a value, in words; empty if nothing is."""
    try:
        _adapter(kind).validate_python(value)
    except ValidationError as error:
        found = error.errors(include_url=False)
        own = [str(one["msg"]) for one in found if one["type"] in _OWN]
        if not own:
            if isinstance(value, Mapping) and not all(isinstance(name, str) for name in value):
                return f"its names must be text (got {_shown(value)})"
            return f"must be {_words(kind)} (got {_shown(value)})"
        said = own[0].removeprefix("Value error, ").replace("Input should be", "must be")
        return f"{_shown(value)}: {said}"
    return ""


def _shown(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}..."


def _words(kind: Any) -> str:
    members = list(dict.fromkeys(_members(kind)))
    return " or ".join(_WORDS.get(one, getattr(one, "__name__", str(one))) for one in members)


def _members(kind: Any) -> list[Any]:
    """The plain types that a value may have."""
    origin = get_origin(kind)
    if origin is Annotated:
        return _members(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [one for member in get_args(kind) for one in _members(member)]
    return [origin or kind]

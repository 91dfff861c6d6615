"""Run ids: what a run is, in 32 letters.

A run id is the sha256 of all that decides a run's tables: the resolved scenario, the seed, how much is recorded and the
model's code. It says nothing of where the run was asked for, so experiments that have a run in common have its id in
common. What a world is called is not part of it: names and labels decide no number.
"""

import ast
import datetime as dt
import hashlib
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.runs.tables_on_disk import FORMAT
from sim.scenario.scenario import Scenario

ID_LETTERS = 32
# What turns a resolved scenario into tables. How a scenario is resolved is not part of it: what comes of that is, whole.
_CODE = ("model", "scenario/parameters.py", "scenario/scenario.py", "scenario/schema.py", "vocabulary.py")
_NAMES = ("name", "label")
# The order of these mappings is the order of arrays; elsewhere the order of a mapping means nothing.
_ORDERED = ("jurisdictions", "segments", "providers")
_MOST_REMEMBERED = 4_000


class Identities:
    """Run ids of many scenarios: a part that scenarios share (it is the same object) is digested once."""

    def __init__(self) -> None:
        self._known: dict[
            int, tuple[object, str]
        ] = {}  # by id(); the object is kept, so that its id stays its own
        self._orders: dict[tuple[str, ...], str] = {}
        self._fields: dict[type, tuple[str, ...]] = {}
        self._names = tuple(f.name for f in fields(Scenario) if f.name not in _NAMES)

    def run_id(self, scenario: Scenario, seed: int, record: str) -> str:
        """The id of one world run with one seed, recorded to this grain."""
        own = f"{self.scenario(scenario)} {seed} {record} {FORMAT} {model_digest()}"
        return hashlib.sha256(own.encode()).hexdigest()[:ID_LETTERS]

    def scenario(self, scenario: Scenario) -> str:
        """Digest of a scenario without its name and label; equal scenarios have equal digests."""
        return self._remembered(scenario, self._scenario)

    def _scenario(self, scenario: Scenario) -> str:
        orders = [self._remembered_order(getattr(scenario, part)) for part in _ORDERED]
        return ",".join([f"{name}={self._encoded(getattr(scenario, name))}" for name in self._names] + orders)

    def _remembered_order(self, part: dict[str, Any]) -> str:
        keys = tuple(part)
        known = self._orders.get(keys)
        if known is None:
            known = self._orders[keys] = hashlib.sha256("\0".join(keys).encode()).hexdigest()
        return known

    def _encoded(self, value: Any) -> str:
        """A value as text: numbers as their shortest exact decimal (1 and 1.0 are one number), the rest by digest of its parts."""
        kind = type(value)
        if kind is float:
            return repr(value)
        if isinstance(value, BaseModel):
            return self._remembered(value, self._model)
        if kind is int:
            return repr(float(value))
        if kind is str:
            return f"{len(value)}:{value}"
        if kind is dict:
            return self._remembered(value, self._mapping)
        if kind is tuple:
            return self._remembered(value, self._sequence)
        if kind is bool or value is None:
            return repr(value)
        if kind is dt.date:
            return str(value)
        raise TypeError(f"{kind.__name__} cannot be part of a scenario's identity")

    def _model(self, model: BaseModel) -> str:
        known, content = self._fields, model.__dict__
        names = known.get(type(model)) or known.setdefault(
            type(model), tuple(sorted(type(model).model_fields))
        )
        return ",".join(
            [f"{name}={repr(v) if type(v := content[name]) is float else self._encoded(v)}" for name in names]
        )

    def _mapping(self, mapping: dict[str, Any]) -> str:
        return ",".join([f"{len(key)}:{key}={self._encoded(mapping[key])}" for key in sorted(mapping)])

    def _sequence(self, values: tuple[Any, ...]) -> str:
        return ",".join([self._encoded(value) for value in values])

    def _remembered(self, value: Any, content: Callable[[Any], str]) -> str:
        known = self._known.get(id(value))
        if known is None:
            if (
                len(self._known) >= _MOST_REMEMBERED
            ):  # a design's changed parts come and go; what is shared is soon learnt again
                self._known.clear()
            text = f"{type(value).__name__}({content(value)})"
            known = self._known[id(value)] = (value, hashlib.sha256(text.encode()).hexdigest())
        return known[1]


def run_id(scenario: Scenario, seed: int, record: str) -> str:
    """The id of one run; for many runs, `Identities` is quicker."""
    return Identities().run_id(scenario, seed, record)


@cache
def model_digest() -> str:
    """Digest of the code that decides a run: the model and the types of scenarios, without comments and docstrings."""
    h = hashlib.sha256()
    package = Path(__file__).parents[1]
    files = [
        path
        for name in _CODE
        for path in ([package / name] if name.endswith(".py") else sorted((package / name).rglob("*.py")))
    ]
    for path in files:
        words = [path.relative_to(package).as_posix()]
        _syntax(ast.parse(path.read_text(encoding="utf-8")), words)
        h.update("\0".join(words).encode())
    return h.hexdigest()


def _syntax(node: ast.AST, words: list[str]) -> None:
    """Add a syntax tree's words, the same under every version of Python: empty and absent fields, which versions add, are left out."""
    words.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == [] or name in ("type_comment", "kind", "type_ignores"):
            continue
        words.append(name)
        if name == "body" and isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            value = _without_docstring(node.body)
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST):
                _syntax(part, words)
            else:
                words.append(repr(part))
        words.append(".")


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_docstring = (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )
    return body[1:] if is_docstring else body

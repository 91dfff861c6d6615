"""Run ids: what a run is, in 32 letters.

A run id is the sha256 of all that decides a run's tables: the resolved scenario, the seed, how much is recorded and the
model's code. It says nothing of where the run was asked for, so experiments that have a run in common have its id in
common. What a world is called is not part of it: names and labels decide no number.
"""

import ast
import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sim.runs.tables_on_disk import FORMAT
from sim.scenario.scenario import Scenario

ID_LETTERS = 32
_CODE = ("model", "scenario", "words.py")
_NAMES = ("name", "label")
# The order of these mappings is the order of arrays; elsewhere the order of a mapping means nothing.
_ORDERED = ("jurisdictions", "segments", "providers")
_MOST_REMEMBERED = 20_000


class Identities:
    """Run ids of many scenarios: a part that scenarios share (it is the same object) is digested once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, bytes]] = {}  # by id(); the object is kept, so that its id stays its own
        self._names = tuple(f.name for f in fields(Scenario) if f.name not in _NAMES)

    def run_id(self, scenario: Scenario, seed: int, record: str) -> str:
        """The id of one world run with one seed, recorded to this grain."""
        own = b"%s\0%d\0%s\0%s\0%s" % (self.scenario(scenario), seed, record.encode(), FORMAT.encode(), model_digest().encode())
        return hashlib.sha256(own).hexdigest()[:ID_LETTERS]

    def scenario(self, scenario: Scenario) -> bytes:
        """Digest of a scenario without its name and label; equal scenarios have equal digests."""
        return self._remembered(scenario, lambda: b"".join(self._field(scenario, name) for name in self._names))

    def _field(self, scenario: Scenario, name: str) -> bytes:
        value = getattr(scenario, name)
        ordered = self._remembered_order(value) if name in _ORDERED else b""
        return b"%s=%s%s;" % (name.encode(), self._encoded(value), ordered)

    def _remembered_order(self, value: dict[str, Any]) -> bytes:
        return hashlib.sha256("\0".join(value).encode()).digest()

    def _encoded(self, value: Any) -> bytes:
        """A value as bytes: numbers as their shortest exact decimal (1 and 1.0 are one number), the rest by digest of its parts."""
        if isinstance(value, bool) or value is None:
            return b"%r" % value
        if isinstance(value, float | int):
            return repr(float(value)).encode()
        if isinstance(value, str):
            text = value.encode()
            return b"%d:%s" % (len(text), text)
        if isinstance(value, dt.date):
            return value.isoformat().encode()
        if isinstance(value, BaseModel):
            return self._remembered(value, lambda: self._mapping(value.__dict__))
        if isinstance(value, dict):
            return self._remembered(value, lambda: self._mapping(value))
        if isinstance(value, tuple):
            return self._remembered(value, lambda: b"(%s)" % b",".join(self._encoded(v) for v in value))
        raise TypeError(f"{type(value).__name__} cannot be part of a scenario's identity")

    def _mapping(self, mapping: dict[str, Any]) -> bytes:
        return b"{%s}" % b",".join(b"%s:%s" % (self._encoded(key), self._encoded(mapping[key])) for key in sorted(mapping))

    def _remembered(self, value: object, content: Any) -> bytes:
        known = self._known.get(id(value))
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:  # a design's changed parts come and go; what is shared is soon learnt again
                self._known.clear()
            known = self._known[id(value)] = (value, hashlib.sha256(content()).digest())
        return known[1]


def run_id(scenario: Scenario, seed: int, record: str) -> str:
    """The id of one run; for many runs, `Identities` is quicker."""
    return Identities().run_id(scenario, seed, record)


@cache
def model_digest() -> str:
    """Digest of the code that decides a run: the model and the types of scenarios, without comments and docstrings."""
    h = hashlib.sha256()
    package = Path(__file__).parents[1]
    files = [path for name in _CODE for path in ([package / name] if name.endswith(".py") else sorted((package / name).rglob("*.py")))]
    for path in files:
        h.update(path.relative_to(package).as_posix().encode() + b"\0")
        for word in _syntax(ast.parse(path.read_text(encoding="utf-8"))):
            h.update(word.encode() + b"\0")
    return h.hexdigest()


def _syntax(node: ast.AST) -> Iterator[str]:
    """A syntax tree as words, the same under every version of Python: empty and absent fields, which versions add, are left out."""
    yield type(node).__name__
    for name, value in ast.iter_fields(node):
        if name in ("type_comment", "kind", "type_ignores") or value is None or value == []:
            continue
        yield name
        if name == "body" and isinstance(value, list) and isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            value = _without_docstring(value)
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, ast.AST):
                yield from _syntax(part)
            else:
                yield repr(part)
        yield "."


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0] if body else None
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return body[1:] if is_docstring else body

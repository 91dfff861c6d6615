"""Run ids: what a run is, in 32 letters.

A run id is the sha256 of all that decides a run's tables: the resolved scenario, the seed, how much is
recorded and the model's code. It says nothing of where the run was asked for, so experiments that have a run
in common have its id in common. What a world is called is not part of it: names and labels decide no number.
"""

import ast
import hashlib
from functools import cache
from pathlib import Path

from sim.runs.tables_on_disk import FORMAT
from sim.scenario.canonical import ScenarioDigests
from sim.scenario.scenario import Scenario

ID_LETTERS = 32
# What turns a resolved scenario into tables. How a scenario is resolved is not part of it: what comes of that
# is, whole.
_CODE = (
    "model", "scenario/canonical.py", "scenario/law.py", "scenario/parameters.py", "scenario/scenario.py",
    "scenario/schema.py", "scenario/strict.py", "vocabulary.py",
)  # fmt: skip
_REFERENCE = "model/reference"  # the readable twin of the model, which no run uses


class Identities:
    """Run ids of many scenarios; a part that scenarios share is digested once."""

    def __init__(self) -> None:
        self._digests = ScenarioDigests()

    def run_id(self, scenario: Scenario, seed: int, record: str, model: str | None = None) -> str:
        """The id of one world run with one seed, recorded to this grain; `model`: digest of other code."""
        own = f"{self.scenario(scenario)} {seed} {record} {FORMAT} {model or model_digest()}"
        return hashlib.sha256(own.encode()).hexdigest()[:ID_LETTERS]

    def scenario(self, scenario: Scenario) -> str:
        """Digest of what decides the runs of a scenario; equal scenarios have equal digests."""
        return self._digests.of(scenario)


def run_id(scenario: Scenario, seed: int, record: str) -> str:
    """The id of one run; for many runs, `Identities` is quicker."""
    return Identities().run_id(scenario, seed, record)


@cache
def model_digest() -> str:
    """Digest of the code that decides a run: the model and the types of scenarios, without comments and
    docstrings."""
    h = hashlib.sha256()
    package = Path(__file__).parents[1]
    files = [
        path
        for name in _CODE
        for path in ([package / name] if name.endswith(".py") else sorted((package / name).rglob("*.py")))
    ]
    for path in files:
        if path.is_relative_to(package / _REFERENCE):
            continue
        words = [path.relative_to(package).as_posix()]
        _syntax(ast.parse(path.read_text(encoding="utf-8")), words)
        h.update("\0".join(words).encode())
    return h.hexdigest()


def _syntax(node: ast.AST, words: list[str]) -> None:
    """Add a syntax tree's words, the same under every version of Python: empty and absent fields, which
    versions add, are left out."""
    words.append(type(node).__name__)
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == [] or name in ("type_comment", "kind", "type_ignores"):
            continue
        words.append(name)
        if name == "body" and isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ):
            value = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        for part in value if isinstance(value, list) else (value,):
            if isinstance(part, ast.AST):
                _syntax(part, words)
            else:
                words.append(repr(part))
        words.append(".")

"""JSON of results folders and crates, read strictly: what two readers could take in two ways is refused."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def read_json(path: Path) -> Any:
    """The content of a file. Raises ValueError for a name that stands twice and for NaN, and OSError."""
    try:
        text = path.read_text(encoding="utf-8")
        return json.loads(text, parse_constant=_no_number, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for i, name in enumerate(names) if name in names[:i])
        raise ValueError(f"'{twice[:80]}' stands twice in one object")
    return found


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number of JSON")

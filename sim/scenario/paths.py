"""Paths such as `trust.asymmetry` or `jurisdictions.DE.initial_trust`, and the places in a tree that they
name."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

Loc = tuple[str | int, ...]
"""Where a value is in a tree: keys of mappings, positions in lists."""

PARAMETERS = "parameters"


def dotted(loc: Loc) -> str:
    """A place as text, its parts joined by dots."""
    return ".".join(str(part) for part in loc)


def path_of(loc: Loc) -> str:
    """A place as users write it: parameters by group and name alone."""
    return dotted(loc[1:] if loc[:1] == (PARAMETERS,) else loc)


def parameter_and_key(path: str) -> tuple[str, str | None]:
    """The parameter that a path names, as `group.name`, and the entry of its table, if it names one."""
    group, name, *key = path.split(".")
    return f"{group}.{name}", ".".join(key) or None


def leaves(tree: Any, at: Loc = ()) -> Iterator[tuple[Loc, Any]]:
    """Each value that holds no other, with its place."""
    if not isinstance(tree, dict | list):
        yield at, tree
    for key, value in _items(tree):
        yield from leaves(value, (*at, key))


def places(tree: Any, at: Loc = ()) -> Iterator[Loc]:
    """The place of each value in a tree, mappings and lists among them."""
    for key, value in _items(tree):
        yield (*at, key)
        yield from places(value, (*at, key))


def _items(tree: Any) -> Any:
    return tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()


def value_at(tree: Any, loc: Loc) -> Any:
    """The value at a place in a tree of mappings, lists and models."""
    for part in loc:
        tree = getattr(tree, str(part)) if isinstance(tree, BaseModel) else tree[part]
    return tree


def put(tree: dict[Any, Any], loc: Loc, value: Any) -> None:
    """Write a value at a place in a tree of mappings, which grows where needed."""
    for part in loc[:-1]:
        tree = tree.setdefault(part, {})
    tree[loc[-1]] = value

"""YAML 1.2 text as plain values and their lines, within bounds.

Anybody's text may be read: what would take for ever, or would mean something else than it shows, is refused
with its line. Names (keys of mappings) are the text that was written, whatever type YAML would give them, and
so are dates, which are checked where a date is asked for.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

from sim.scenario.control_characters import control_character
from sim.scenario.paths import Loc

MOST_LETTERS, MOST_VALUES, MOST_LEVELS = 4_000_000, 200_000, 32
_SEPARATORS = (",", "\n", ": ")
_NUMBERS = ("int", "float", "bool", "null")


class NotYaml(Exception):
    """What is wrong with the text, and where: line and column count from 1, 0 where they are not known."""

    def __init__(self, problem: str, line: int = 0, column: int = 0, syntax: bool = True) -> None:
        super().__init__(problem)
        self.problem, self.line, self.column, self.syntax = problem, line, column, syntax


@lru_cache(maxsize=64)  # the configuration is read again by every experiment of a process
def load(text: str) -> tuple[Any, dict[Loc, int]]:
    """The text's values, JSON-able, and the line of each by its place; nobody may change them.

    Raises NotYaml.
    """
    if len(text) > MOST_LETTERS:
        raise NotYaml(f"has {len(text):,} letters; at most {MOST_LETTERS:,}", syntax=False)
    between = sum(text.count(one) for one in _SEPARATORS)
    if between > MOST_VALUES:  # what stands between so many values takes a minute to parse, to be refused
        raise NotYaml(
            f"holds more than {MOST_VALUES:,} values (its commas, colons and lines are {between:,})",
            syntax=False,
        )
    yaml = YAML(typ="safe", pure=True)
    yaml.Composer = _BoundedComposer
    try:
        node = yaml.compose(text)
        tree = _Tree(yaml.constructor)
        return (None if node is None else tree.plain(node, (), 1)), tree.lines
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise NotYaml(str(error.problem or error.context), *at) from None
    except YAMLError as error:
        raise NotYaml(str(error).splitlines()[0]) from None


class _BoundedComposer(Composer):
    """Nodes of a document as they are written, no more of them and no deeper than anybody writes."""

    composed = 0

    def compose_document(self) -> Any:
        event = self.parser.peek_event()
        self.warn_double_anchors = False
        if getattr(event, "version", None) not in (None, (1, 2)):
            raise _at(event, "a document of another version of YAML, which reads NO as false: use 1.2")
        return super().compose_document()

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        self.composed += 1
        if self.composed > MOST_VALUES:
            raise _at(event, f"holds more than {MOST_VALUES:,} values")
        if self.depth >= MOST_LEVELS:
            raise _at(event, f"is nested deeper than {MOST_LEVELS} levels")
        tag = getattr(event, "ctag", None)
        if tag is not None:
            raise _at(event, f"a tag ({tag}) has no meaning here: leave it out, or put the text in quotes")
        return super().compose_node(parent, index)


def _at(event: Any, problem: str) -> NotYaml:
    return NotYaml(problem, event.start_mark.line + 1, event.start_mark.column + 1, syntax=False)


@dataclass
class _Tree:
    """Plain values out of nodes; what an alias repeats is counted each time."""

    constructor: Any
    lines: dict[Loc, int] = field(default_factory=dict)
    values: int = 0
    around: list[Node] = field(default_factory=list)

    def plain(self, node: Node, at: Loc, line: int) -> Any:
        self.lines[at] = line
        self.values += 1
        if self.values > MOST_VALUES:
            raise _refused(node, f"holds more than {MOST_VALUES:,} values, with what aliases repeat")
        if isinstance(node, ScalarNode):
            return self._scalar(node)
        if any(node is outer for outer in self.around):
            raise _refused(node, "an alias repeats what it is within, without end")
        if len(self.around) >= MOST_LEVELS:
            raise _refused(node, f"is nested deeper than {MOST_LEVELS} levels, with what aliases repeat")
        self.around.append(node)
        out = self._mapping(node, at) if isinstance(node, MappingNode) else self._list(node, at)
        self.around.pop()
        return out

    def _list(self, node: Node, at: Loc) -> list[Any]:
        return [self.plain(one, (*at, i), one.start_mark.line + 1) for i, one in enumerate(node.value)]

    def _mapping(self, node: MappingNode, at: Loc) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise _refused(key, "a name must be text")
            if _kind(key) == "merge":
                raise _refused(key, "merging (<<) is no part of YAML 1.2: write the values out")
            name = _text(key)
            if name in out:
                raise _refused(key, f'found duplicate key "{name}"')
            out[name] = self.plain(value, (*at, name), key.start_mark.line + 1)
        return out

    def _scalar(self, node: ScalarNode) -> Any:
        kind = _kind(node)
        if kind not in _NUMBERS:
            return _text(node)
        try:
            value = getattr(self.constructor, f"construct_yaml_{kind}")(node)
        except (ValueError, IndexError, KeyError):
            raise _refused(node, f"not a number that can be read: {node.value[:40]}") from None
        return value


def _kind(node: Node) -> str:
    return str(node.tag).rpartition(":")[2]


def _text(node: ScalarNode) -> str:
    found = control_character(node.value)
    if found is not None:
        raise _refused(node, f"a control character ({found}) in a text")
    return str(node.value)


def _refused(node: Node, problem: str) -> NotYaml:
    return NotYaml(problem, node.start_mark.line + 1, node.start_mark.column + 1, syntax=False)

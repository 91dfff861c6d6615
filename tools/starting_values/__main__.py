"""Print the starting values: `python -m tools.starting_values`.

With `--write`, write configs/world/*.yaml.
"""

import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from sim.analysis.starting_levels.sources import read_sources
from tools.starting_values.parameter_values import derived
from tools.starting_values.world import StartingWorld, starting_world, totals

CONFIGS = Path(__file__).parents[2] / "configs"
HEADER = (
    "# Written by `python -m tools.starting_values --write` from configs/evidence and the judgements\n# "
    "beside this file. Change those, not this.\n"
)


def as_yaml(tree: dict[str, Any]) -> str:
    """A tree as YAML 1.2: inner tables and lists on one line, words like NO in quotes."""
    yaml = YAML()
    yaml.width = 400
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(_node(tree), out)
    return HEADER + out.getvalue()


def _node(value: Any) -> Any:
    if isinstance(value, dict):
        made = CommentedMap((_word(key), _node(inner)) for key, inner in value.items())
        if value and all(isinstance(inner, float) for inner in value.values()):
            made.fa.set_flow_style()
        return made
    if isinstance(value, list | tuple):
        row = CommentedSeq(_word(inner) for inner in value)
        row.fa.set_flow_style()
        return row
    return _word(value)


def _word(value: Any) -> Any:
    quoted = isinstance(value, str) and (value == "NO" or value[:1].isdigit())
    return DoubleQuotedScalarString(value) if quoted else value


def world_files(world: StartingWorld) -> dict[str, str]:
    """File name under configs/world -> text."""
    return {
        f"{name}.yaml": as_yaml(getattr(world, name)) for name in ("jurisdictions", "segments", "providers")
    }


def _print(rows: Iterable[tuple[str, ...]], title: str, columns: tuple[str, ...]) -> None:
    table = Table(*columns, title=title)
    for row in rows:
        table.add_row(*row)
    Console(width=150).print(table)


def main(arguments: list[str]) -> None:
    """Print every derived number with its formula; with `--write` also write the files."""
    sources = read_sources(CONFIGS)
    world = starting_world(sources)
    numbers = ((d.name, f"{d.value:.4g}", d.formula, d.inputs) for d in derived(sources, world))
    _print(numbers, "Derived numbers", ("number", "value", "formula", "from"))
    sums = ((s, *(f"{n:.4g}" for n in row)) for s, *row in totals(sources, world))
    _print(
        sums, "The world of January 2013", ("segment", "customers", "users", "accounts", "TB", "USD a year")
    )
    if arguments == ["--write"]:
        for name, text in world_files(world).items():
            (CONFIGS / "world" / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

"""The model's description quotes the code as it is, and says where each parameter acts."""

import inspect
import re
import textwrap
from pathlib import Path

from sim.model.world import WorldSet
from sim.scenario.parameters import Parameters

ODD = (Path(__file__).resolve().parents[2] / "docs" / "odd.md").read_text(encoding="utf-8")


def names_in_code_type() -> set[str]:
    """Every name in backticks or in a formula; formulas stand in blocks of text."""
    formulas = re.findall(r"```text\n(.*?)```", ODD, re.DOTALL)
    return set(re.findall(r"[a-z_.0-9]+", " ".join([*formulas, *re.findall(r"`([^`\n]+)`", ODD)])))


def test_the_month_that_is_read_aloud_is_the_one_that_runs() -> None:
    (quoted,) = re.findall(r"```python\n(.*?)```", ODD, re.DOTALL)
    assert quoted == textwrap.dedent(inspect.getsource(WorldSet.step))


def test_every_parameter_is_named_where_it_acts() -> None:
    """A name that two groups share stands with its group."""
    parameters = [
        (group, name)
        for group, field in Parameters.model_fields.items()
        for name in field.annotation.model_fields
    ]
    every, named = [name for _, name in parameters], names_in_code_type()
    missing = [
        f"{group}.{name}"
        for group, name in parameters
        if f"{group}.{name}" not in named and (every.count(name) > 1 or name not in named)
    ]
    assert parameters
    assert not missing

"""The model's description quotes the code as it is."""

import inspect
import re
import textwrap
from pathlib import Path

from sim.model.world import WorldSet

ODD = Path(__file__).resolve().parents[2] / "docs" / "odd.md"


def test_the_month_that_is_read_aloud_is_the_one_that_runs() -> None:
    (quoted,) = re.findall(r"```python\n(.*?)```", ODD.read_text(encoding="utf-8"), re.DOTALL)
    assert quoted == textwrap.dedent(inspect.getsource(WorldSet.step))

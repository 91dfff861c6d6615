"""Tables of why headlines moved."""

import pandas as pd
import pytest

from sim.view.change_tables import values_table


@pytest.mark.parametrize(("rows", "title"), [(1, "One value differs"), (2, "2 values differ")])
def test_the_title_counts_the_values(rows: int, title: str) -> None:
    one = {"part": "configuration", "path": "trust.asymmetry", "world": None, "was": 2.0, "now": 1.0}
    assert values_table(pd.DataFrame([one] * rows)).title == title

"""The difference between two worlds in one column of a table, with its interval over the pairs."""

from collections.abc import Sequence

import pandas as pd

from sim.runs.intervals import half_width


def paired_difference(
    table: pd.DataFrame, column: str, compare: tuple[str, str], by: Sequence[str]
) -> pd.DataFrame:
    """The mean over seeds of the second world minus the first, for each `by`.

    The interval is Student's t (95%). `table` has `seed`, `world`, the columns `by` and `column` (its unit is
    the result's). A row that one world lacks is left out. With one pair there is no interval: `low` and
    `high` are missing.
    """
    first, second = (
        table[table["world"] == world].set_index(["seed", *by])[column].astype(float) for world in compare
    )
    change = (second - first).dropna().rename("difference").reset_index()
    groups = change.groupby(list(by), observed=True)["difference"]
    out = groups.agg(difference="mean", spread="std", pairs="count").reset_index()
    half = half_width(out["spread"], out["pairs"])
    out.insert(out.columns.get_loc("pairs"), "low", out["difference"] - half)
    out.insert(out.columns.get_loc("pairs"), "high", out["difference"] + half)
    return out.drop(columns="spread")

"""What the draws of the posterior give: every headline, and what each row of the evidence would measure.

`configs/posterior/draws_headlines.csv` and `draws_rows.csv` have a line a draw: of the two worlds the
differences of the headlines, and of history as it happened the model's value of each row, both with the seed
of the draw's number. `configuration` says to which parameters, world and history they belong, `compared` to
which two worlds the headlines do.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from sim.analysis.evidence.posterior_predictive import PANEL, predict
from sim.analysis.evidence.rows import Row
from sim.analysis.shipped_tables import keys_of
from sim.analysis.uncertainty.joint_draws import JointDraws, outcomes
from sim.runs.csv_tables import read_csv, write_csv
from sim.runs.tasks import Runner
from sim.scenario.locations import shown
from sim.scenario.posterior import posterior_folder
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, variant

HEADLINES_FILE, ROWS_FILE = FILES = ("draws_headlines.csv", "draws_rows.csv")
DRAW = "draw"


def headlines_by_draw(found: pd.DataFrame) -> pd.DataFrame:
    """The headlines' differences, a line a draw and a column a headline, from `joint_draws.outcomes`."""
    return found.pivot_table("value", DRAW, "headline", sort=False, dropna=False).reset_index()


def rows_by_draw(joint: JointDraws, rows: Sequence[Row], count: int, runner: Runner) -> pd.DataFrame:
    """What each row would measure in the model's history, a line for each of the first draws and a column a
    row."""
    resolved, draws = variant(joint.resolved, {"survey.panel": PANEL}), joint.draws[:count]
    first = resolved.experiment.seeds.first
    values = predict(rows, resolved, draws, runner, [[first + number] for number in range(len(draws))])
    return pd.DataFrame({DRAW: range(len(draws)), **{name: one[:, 0] for name, one in values.items()}})


def write(joint: JointDraws, rows: Sequence[Row], count: int, folder: Path, runner: Runner) -> None:
    """Run the draws, and history at the first `count` of them, and write both files."""
    tables = (headlines_by_draw(outcomes(joint, runner)), rows_by_draw(joint, rows, count, runner))
    for name, table in zip(FILES, tables, strict=True):
        write_csv(table.assign(**_keys(name, joint.resolved)), folder / name, float_format="%.5g")


def _keys(name: str, resolved: Resolved) -> dict[str, str]:
    return keys_of(resolved, of_a_difference=name == HEADLINES_FILE)


def read(name: str, resolved: Resolved, folder: Path | None = None) -> pd.DataFrame | None:
    """One of the files, a line a draw; None where there is none of these parameters (and two worlds, for the
    headlines).

    Raises InputError for a file without the columns.
    """
    path = (folder or posterior_folder()) / name
    if not path.is_file():
        return None
    frame = read_csv(path)
    keys = _keys(name, resolved)
    lacking = [column for column in (DRAW, *keys) if column not in frame]
    if lacking:
        raise InputError(f"{shown(path)}: no column {', '.join(lacking)}")
    if not len(frame) or any(str(frame[column].iloc[0]) != key for column, key in keys.items()):
        return None
    return frame.drop(columns=list(keys)).set_index(DRAW)

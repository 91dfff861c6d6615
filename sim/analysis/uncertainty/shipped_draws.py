"""What every draw of the posterior gives, as shipped: the headlines, and what rows of the evidence measure.

`configs/posterior/draws_outcomes.csv` has the lines of `joint_draws.outcomes` for the two worlds as shipped.
`run` names the pair of runs that a line is from, so that no line is taken for a run that it is not of.
`draws_rows.csv` has a line a draw: the model's value of each row in history as it happened. In both,
`configuration` says to which parameters, world and history they belong, and `compared` in the first which
two worlds.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.evidence.posterior_predictive import PANEL, predict
from sim.analysis.evidence.rows import Row
from sim.analysis.headlines import HEADLINES, differences
from sim.analysis.shipped_tables import keys_of
from sim.analysis.uncertainty import joint_draws
from sim.analysis.uncertainty.joint_draws import JointDraws
from sim.analysis.uncertainty.summary import summarise
from sim.runs.csv_tables import read_csv, write_csv
from sim.runs.seed_task import Task
from sim.runs.tasks import Runner, identified
from sim.scenario.base import Base
from sim.scenario.digest import digest
from sim.scenario.locations import shown
from sim.scenario.posterior import posterior_folder
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve, variant

OUTCOMES_FILE, ROWS_FILE = FILES = ("draws_outcomes.csv", "draws_rows.csv")
DRAW, RUN = "draw", "run"
SHIPPED, RUN_HERE = "shipped", "run"  # where the outcomes in a results folder are from
LAST_BITS = 1e-12  # older versions of pandas read a number but for its last bit
_SHIPS = "two_worlds"  # the experiment whose draws ship
_LETTERS = 12  # of a digest that names a pair


def write(joint: JointDraws, rows: Sequence[Row], count: int, folder: Path, runner: Runner) -> None:
    """Run the draws, and history at the first `count` of them, and write both files."""
    found = joint_draws.outcomes(joint, runner)
    outcomes = found.assign(**{RUN: found[DRAW].map(_names(joint))}, **keys_of(joint.resolved))
    write_csv(outcomes, folder / OUTCOMES_FILE)
    by_draw = rows_by_draw(joint, rows, count, runner)
    write_csv(by_draw.assign(**_keys(ROWS_FILE, joint.resolved)), folder / ROWS_FILE, float_format="%.5g")


def rows_by_draw(joint: JointDraws, rows: Sequence[Row], count: int, runner: Runner) -> pd.DataFrame:
    """What each row would measure in the model's history, a line for each of the first draws and a column a
    row."""
    resolved, draws = variant(joint.resolved, {"survey.panel": PANEL}), joint.draws[:count]
    first = resolved.experiment.seeds.first
    values = predict(rows, resolved, draws, runner, [[first + number] for number in range(len(draws))])
    return pd.DataFrame({DRAW: range(len(draws)), **{name: one[:, 0] for name, one in values.items()}})


def outcomes_of(joint: JointDraws, folder: Path | None = None) -> pd.DataFrame | None:
    """The lines of `joint_draws.outcomes` without a run: those shipped, if they are of these very runs.

    None where one draw is not among them: of other values, worlds, months, customers, seeds or code of the
    model. Raises InputError for a damaged file.
    """
    table = read(OUTCOMES_FILE, joint.resolved, folder)
    if table is None:
        return None
    shipped = table.groupby(DRAW)[RUN].first()
    if shipped.get(0) != _name_at(joint, 0):  # to name all of them takes seconds
        return None
    names = _names(joint)
    if any(shipped.get(number) != name for number, name in names.items()):
        return None
    return table.loc[table[DRAW].isin(names), list(joint_draws.OUTCOMES)].reset_index(drop=True)


def headlines_at_rest(resolved: Resolved, folder: Path | None = None) -> pd.DataFrame | None:
    """What `summarise` says of the shipped draws of an experiment as it is now.

    None where there are none of these parameters and worlds, or they are of another posterior or code: the
    first and the last draw tell, since to name all of them takes seconds. Raises InputError for a damaged
    file.
    """
    joint = joint_draws.joint_draws(resolved, None)
    table = None if joint is None else outcomes_at_rest(joint, folder)
    return None if joint is None or table is None else summarise(table, joint)


def outcomes_at_rest(joint: JointDraws, folder: Path | None = None) -> pd.DataFrame | None:
    """The shipped outcomes of these parameters and worlds; None where there are none, or they are of another
    posterior or code.

    The first and the last draw tell. Raises InputError for a damaged file.
    """
    table = read(OUTCOMES_FILE, joint.resolved, folder)
    if table is None:
        return None
    for number in {int(table[DRAW].min()), int(table[DRAW].max())}:
        if number >= len(joint.draws) or _name_at(joint, number) != table[RUN][table[DRAW] == number].iloc[0]:
            return None
    return table


def are_of_another_posterior(base: Base, folder: Path | None = None) -> bool:
    """Whether the shipped outcomes are of another posterior, or of other code, than is here.

    Asked of the two worlds that they are of, so that it holds for the rows too, which are written with them
    and name no run. False where none of the parameters here ship.
    """
    joint = joint_draws.joint_draws(resolve(_SHIPS, base=base), None)
    if joint is None or read(OUTCOMES_FILE, joint.resolved, folder) is None:
        return False
    return outcomes_at_rest(joint, folder) is None


def _name_at(joint: JointDraws, number: int) -> str:
    """The name of the pair at one draw, which has the seed that it has among all draws."""
    seeds = joint.resolved.experiment.seeds
    from_here = seeds.model_copy(update={"first": seeds.first + number})
    experiment = joint.resolved.experiment.model_copy(update={"seeds": from_here})
    alone = replace(
        joint, draws=(joint.draws[number],), resolved=replace(joint.resolved, experiment=experiment)
    )
    return _name(next(iter(identified(joint_draws.tasks(alone)))))


def headlines_by_draw(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The headlines' differences, a line a draw and a column a headline, from `joint_draws.outcomes`."""
    return outcomes.pivot_table("value", DRAW, "headline", sort=False, dropna=False)


def read(name: str, resolved: Resolved, folder: Path | None = None) -> pd.DataFrame | None:
    """One of the files without its keys; None where there is none of these parameters (and two worlds, for
    the headlines).

    Raises InputError for a damaged file: it could be a part of what was written, or edited since.
    """
    path = (folder or posterior_folder()) / name
    if not path.is_file():
        return None
    frame = read_csv(path)
    keys = _keys(name, resolved)
    wanted = (*joint_draws.OUTCOMES, RUN, *keys) if name == OUTCOMES_FILE else (DRAW, *keys)
    lacking = [column for column in wanted if column not in frame]
    if lacking:
        raise InputError(f"{shown(path)}: no column {', '.join(lacking)}")
    if not len(frame) or any(str(frame[column].iloc[0]) != key for column, key in keys.items()):
        return None
    wrong = _damage(frame, keys) or (_damaged_outcomes(frame) if name == OUTCOMES_FILE else "")
    if wrong:
        raise InputError(
            f"{shown(path)}: {wrong}: it is not what was written; get it back, or remove it, and the draws "
            "are run"
        )
    return frame.drop(columns=list(keys))


def _damage(frame: pd.DataFrame, keys: dict[str, str]) -> str:
    """What no file of these has: lines of other keys, text for a number, a draw that is no number."""
    for column, key in keys.items():
        if (other := (frame[column].astype(str) != key)).any():
            return f"line {_line(other)}: {column} is not that of the first line"
    texts = {"headline", RUN, *keys}
    for column in frame.columns.difference([*texts]):
        if not pd.api.types.is_numeric_dtype(frame[column]):
            return f"{column}: a value is no number"
        if (endless := np.isinf(frame[column].astype(float))).any():
            return f"line {_line(endless)}: {column} is no number"
    if (wrong := ~(frame[DRAW].ge(0) & frame[DRAW].mod(1).eq(0))).any():
        return f"line {_line(wrong)}: {DRAW} is no draw"
    own = [DRAW, "headline"] if "headline" in frame else [DRAW]
    if (twice := frame.duplicated(own)).any():
        return f"line {_line(twice)}: its draw is there twice"
    return ""


def _damaged_outcomes(frame: pd.DataFrame) -> str:
    """What no outcomes have: a draw without all headlines, of two runs, or a difference that is none."""
    codes, of_draw = [one.code for one in HEADLINES], frame.groupby(DRAW, sort=False)
    for number, own in of_draw["headline"]:
        if list(own) != codes:
            return f"draw {number}: has other headlines than the model"
    if (mixed := of_draw[RUN].nunique(dropna=False) != 1).any():
        return f"draw {mixed.idxmax()}: is of more than one {RUN}"
    first = frame["seed"] - frame[DRAW]  # draw n has the n-th seed
    if (other := first != first.iloc[0]).any():
        return f"line {_line(other)}: is of another seed than its draw"
    a, b = (frame[name].to_numpy(float) for name in ("value_a", "value_b"))
    noise = LAST_BITS * np.fmax(np.abs(a), np.abs(b))
    value, found = frame["value"].to_numpy(float), differences(a, b)
    if (wrong := ~((np.abs(value - found) <= noise) | (np.isnan(value) & np.isnan(found)))).any():
        return f"line {int(np.argmax(wrong)) + 2}: value is not value_b minus value_a"
    if (untold := frame["leak_months"].isna()).any():
        return f"line {_line(untold)}: leak_months is missing"
    return ""


def _line(wrong: pd.Series) -> int:
    """Of the first line that is wrong, in the file: beneath the header."""
    return int(np.argmax(wrong.to_numpy())) + 2


def _keys(name: str, resolved: Resolved) -> dict[str, str]:
    return keys_of(resolved, of_a_difference=name == OUTCOMES_FILE)


def _names(joint: JointDraws) -> dict[int, str]:
    """The name of the pair at each draw."""
    return {number: _name(task) for number, task in enumerate(identified(joint_draws.tasks(joint)))}


def _name(task: Task) -> str:
    """A pair of runs in twelve letters."""
    return digest(list(task.ids.values()))[:_LETTERS]

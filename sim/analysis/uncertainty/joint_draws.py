"""The compared worlds at joint draws of the posterior, each with a seed of its own.

A draw sets every parameter that the fit or a stated judgement varies, so the spread over draws is that of
luck, fit and judgement together. A value that the user set on purpose stays: the draws do not touch it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.explanations import beside_the_leak, leak_month
from sim.analysis.drivers.knockouts import first_month
from sim.analysis.headlines import HEADLINES, differences
from sim.analysis.posterior_draws import Draw, first_draws, tasks_of, worlds_at
from sim.runs.seed_task import Task
from sim.runs.tasks import Runner
from sim.scenario.overrides import Setting
from sim.scenario.posterior import Posterior, number_of_draws, read_posterior, there_is_one
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved

DRAWS = 256  # where the posterior has as many
ENOUGH = 20  # draws from which the ends of a 90% interval mean something
OUTCOMES = ("draw", "seed", "headline", "value_a", "value_b", "value", "of_leak", "leak_months")
_KINDS_OF_TRUST = ("trust", "trust_by_spend", "trust_intelligence")  # headlines that the leak moved too


@dataclass(frozen=True)
class JointDraws:
    """The first draws of a posterior for an experiment; `held` are values that the user set, by path."""

    resolved: Resolved
    posterior: Posterior
    draws: tuple[Draw, ...]
    held: Mapping[str, Setting]


def joint_draws(
    resolved: Resolved, asked: int | None, posterior: Posterior | None = None
) -> JointDraws | None:
    """The draws that an experiment is run over: `asked` of them, or the usual number where nobody said.

    Of the shipped posterior, unless another is given.

    None for 0, and where nobody said and the experiment compares no two worlds, has a design, or there is no
    posterior. Raises InputError where they were asked for and cannot be had.
    """
    count = how_many(resolved, asked, posterior)
    if not count:
        return None
    posterior = posterior or read_posterior()
    draws = first_draws(posterior, count)
    held = held_settings(resolved, draws[0].sets)
    own = tuple(Draw(d.label, {p: v for p, v in d.sets.items() if not _overlap(p, held)}) for d in draws)
    return JointDraws(resolved, posterior, own, held)


def how_many(resolved: Resolved, asked: int | None, posterior: Posterior | None = None) -> int:
    """How many draws `joint_draws` gives; 0 for none. Raises InputError as it does."""
    possible = resolved.experiment.compare is not None and resolved.design is None
    if asked == 0 or (asked is None and not (possible and (posterior or there_is_one()))):
        return 0
    if not possible:
        why = "compares no two worlds" if resolved.experiment.compare is None else "has a design of its own"
        raise InputError(f"--draws: {asked}: {resolved.name} {why}; valid: 0")
    have = number_of_draws() if posterior is None else len(posterior.draws())
    count = min(DRAWS, have) if asked is None else asked
    if not 1 <= count <= have:
        raise InputError(f"--draws: {count}: the posterior has {have} draws; valid: at most {have}")
    return count


def held_settings(resolved: Resolved, varied: Mapping[str, float]) -> dict[str, Setting]:
    """What an experiment's `set`, a world's `set` or the command line gives and a draw would set, by path."""
    experiment = resolved.experiment
    layers = [(f"set of {resolved.name}", experiment.set)]
    layers += [(f"set of the world {name}", world.set) for name, world in experiment.worlds.items()]
    settings = [Setting(path, value, who) for who, layer in layers for path, value in layer.items()]
    settings += [one for one in resolved.over_base if not one.of_experiment]
    return {one.path: one for one in settings if any(_overlap(path, (one.path,)) for path in varied)}


def _overlap(path: str, others: Any) -> bool:
    """Whether a path names the same numbers as one of the others, or some of them."""
    return any(path == one or path.startswith(f"{one}.") or one.startswith(f"{path}.") for one in others)


def tasks(joint: JointDraws, over: Mapping[str, float] | None = None) -> list[Task]:
    """The compared worlds at every draw, to be run: draw n has the n-th seed of the experiment's first.

    `over` holds further values, whatever a draw says.
    """
    experiment = joint.resolved.experiment
    draws = [draw.over(over or {}) for draw in joint.draws]
    worlds = list(worlds_at(joint.resolved, draws, experiment.compare))
    seeds = [[experiment.seeds.first + number] for number in range(len(draws))]
    return tasks_of(draws, worlds, seeds, "world")


def outcomes(joint: JointDraws, runner: Runner, over: Mapping[str, float] | None = None) -> pd.DataFrame:
    """Run the compared worlds at every draw (`tasks`). Returns a row for each draw and headline.

    It has the headline in both worlds and the difference. Of trust it has the difference in the first
    `leak_months` as a share (`of_leak`) of what the leak cost in its own first months, as many. A draw whose
    runs failed has no rows.
    """
    resolved = joint.resolved
    compare = resolved.experiment.compare
    assert compare is not None
    first, began = first_month(resolved, compare), leak_month(resolved.scenarios[compare[0]])
    rows = []
    for number, done in runner.results(tasks(joint, over), ("world",)):
        a, b = (done.world_tables[name] for name in compare)
        for headline in HEADLINES:
            values = headline.read(a, first), headline.read(b, first)
            change = float(differences(*map(np.asarray, values)))
            leak: tuple[float, int] = (np.nan, 0)
            if headline.code in _KINDS_OF_TRUST:
                beside = beside_the_leak(headline.code, a, b, first, began)
                leak = beside.share, beside.months
            rows.append((number, done.seed, headline.code, *values, change, *leak))
    return pd.DataFrame(rows, columns=list(OUTCOMES))


def sets_nothing(joint: JointDraws, name: str) -> bool:
    """Whether the user set all that a parameter of the posterior would set."""
    fitted = joint.posterior.of(name)
    paths = fitted.paths if fitted is not None else (name,)
    return bool(paths) and all(_overlap(path, joint.held) for path in paths)

"""Joint draws: what each sets, what the user holds, and what an outcome is read from."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.posterior_draws import Draw, at, worlds_at
from sim.analysis.uncertainty.joint_draws import JointDraws, joint_draws, outcomes
from sim.analysis.uncertainty.varied import HELD, VARIED, YOURS, varied
from sim.model.tables import TABLES
from sim.runs.seed_task import SeedDone
from sim.runs.store import Store
from sim.runs.tasks import Runner
from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import Posterior, number_of_draws, read_posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve, variant
from tests.posteriors import write_stand_in


@pytest.fixture(scope="module")
def base() -> Base:
    return load_base(root() / CONFIGS)


@pytest.fixture(scope="module")
def posterior(tmp_path_factory: pytest.TempPathFactory) -> Posterior:
    return read_posterior(write_stand_in(tmp_path_factory.mktemp("posterior"), draws=8))


@pytest.fixture(scope="module")
def two_worlds(base: Base) -> Resolved:
    return resolve("two_worlds", seeds=2, customers=2000, base=base)


def drawn(resolved: Resolved, posterior: Posterior, count: int | None = None) -> JointDraws:
    found = joint_draws(resolved, count, posterior)
    assert found is not None
    return found


def test_as_many_draws_as_there_are_unless_fewer_are_asked_for(
    two_worlds: Resolved, posterior: Posterior
) -> None:
    assert len(drawn(two_worlds, posterior).draws) == 8 and len(drawn(two_worlds, posterior, 3).draws) == 3
    assert joint_draws(two_worlds, 0, posterior) is None
    with pytest.raises(InputError, match="--draws: 9: the posterior has 8 draws; valid: at most 8"):
        joint_draws(two_worlds, 9, posterior)


def test_the_draws_are_counted_without_being_read(tmp_path: Path) -> None:
    folder = write_stand_in(tmp_path / "posterior", draws=7)
    assert number_of_draws(folder) == len(read_posterior(folder).draws()) == 7
    assert number_of_draws(tmp_path / "none") == 0


def test_an_experiment_without_two_worlds_has_no_draws(base: Base, posterior: Posterior) -> None:
    history = resolve("history", base=base)
    assert joint_draws(history, None, posterior) is None
    with pytest.raises(InputError, match="history compares no two worlds; valid: 0"):
        joint_draws(history, 4, posterior)


def test_a_draw_is_put_in_as_any_setting_is(two_worlds: Resolved, posterior: Posterior) -> None:
    """The quick way gives the scenarios of the checked one, which worlds share as before."""
    joint = drawn(two_worlds, posterior)
    for draw, worlds in zip(joint.draws, worlds_at(two_worlds, joint.draws), strict=True):
        assert worlds == at(two_worlds, draw).scenarios
        assert worlds["doj_wins"].parameters is worlds["microsoft_wins"].parameters


def test_values_by_country_are_put_in_too(two_worlds: Resolved) -> None:
    sets = {"jurisdictions.DE.adoption_2013.consumer": 0.31, "trust.asymmetry": 2.0}
    draws = [Draw("draw 0", sets), Draw("draw 1", {**sets, "jurisdictions.DE.adoption_2013.consumer": 0.37})]
    second = list(worlds_at(two_worlds, draws))[1]["doj_wins"]
    assert second.jurisdictions["DE"].adoption_2013.consumer == 0.37
    assert second == at(two_worlds, draws[1]).scenarios["doj_wins"]


def test_average_customers_keep_what_makes_them_average(two_worlds: Resolved, posterior: Posterior) -> None:
    average = variant(two_worlds, mean_field=True)
    joint = drawn(two_worlds, posterior)
    for draw, worlds in zip(joint.draws, worlds_at(average, joint.draws), strict=True):
        assert worlds == at(average, draw).scenarios


def test_a_value_out_of_range_names_the_draw(two_worlds: Resolved) -> None:
    draws = [Draw("draw 0", {"trust.asymmetry": 2.0}), Draw("draw 1", {"trust.asymmetry": -1.0})]
    with pytest.raises(InputError, match=r"draw 1: trust\.asymmetry: -1 is out of range"):
        list(worlds_at(two_worlds, draws))


def test_what_the_user_set_stays_as_set(base: Base, posterior: Posterior) -> None:
    """In a world, by the command line, or for all entries of a table: no draw touches it."""
    mine = resolve("two_worlds", ["trust.asymmetry=1.5", "choice.sensitivity=0.7"], base=base)
    joint = drawn(mine, posterior)
    assert set(joint.held) == {"trust.asymmetry", "choice.sensitivity"}
    for worlds in worlds_at(mine, joint.draws):
        parameters = worlds["doj_wins"].parameters
        assert parameters.trust.asymmetry == 1.5 and parameters.choice.sensitivity.enterprise == 0.7
    strengths = {w["doj_wins"].parameters.trust.news_strength for w in worlds_at(mine, joint.draws)}
    assert len(strengths) == 8  # the rest varies
    tree = mine.experiment.model_dump(mode="json", exclude_unset=True)
    tree["worlds"]["doj_wins"]["set"] = {"trust.news_strength": 2.0}
    assert set(drawn(resolve(tree, base=base), posterior).held) == {"trust.news_strength"}
    what = varied(joint).set_index("parameter")["what"]
    assert what["trust.asymmetry"] == what["choice.sensitivity"] == what["sensitivity"] == YOURS
    assert what["trust.news_strength"] == VARIED and what["trust.attention_half_life"] == HELD


def test_where_the_user_set_nothing_nothing_is_theirs(two_worlds: Resolved) -> None:
    """Nor are the common spreads of the shipped posterior, which set nothing by themselves."""
    shipped = drawn(two_worlds, read_posterior(), 2)
    assert YOURS not in set(varied(shipped)["what"])


def test_an_outcome_is_the_second_world_minus_the_first_of_a_draw_with_its_own_seed(
    two_worlds: Resolved, posterior: Posterior, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    names = [column.name for column in TABLES["world"].columns]

    def results(self: Runner, tasks: Any, tables: Any) -> Iterator[tuple[int, SeedDone]]:
        for number, task in enumerate(tasks):
            if number == 1:
                continue  # its runs failed
            flat: dict[str, Any] = {name: np.ones(156) for name in names}
            flat["month"] = np.arange("2013-01", "2026-01", dtype="datetime64[M]")
            asymmetry = task.scenarios["doj_wins"].parameters.trust.asymmetry
            other = flat | {"trust": np.full(156, 1.0 - asymmetry)}
            worlds = {"microsoft_wins": {"world": flat}, "doj_wins": {"world": other}}
            yield number, SeedDone(task.seed, "", worlds)

    monkeypatch.setattr(Runner, "results", results)
    joint = drawn(two_worlds, posterior, 4)
    found = outcomes(joint, Runner(Store(tmp_path)))
    trust = found[found["headline"] == "trust"].set_index("draw")
    assert trust["seed"].to_dict() == {0: 1, 2: 3, 3: 4}
    for number in trust.index:
        assert trust["value"][number] == pytest.approx(-100.0 * joint.draws[number].sets["trust.asymmetry"])
        assert trust["value"][number] == trust["value_b"][number] - trust["value_a"][number]
    symmetric = outcomes(joint, Runner(Store(tmp_path)), {"trust.asymmetry": 1.0})
    assert set(symmetric.loc[symmetric["headline"] == "trust", "value"]) == {-100.0}

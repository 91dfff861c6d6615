"""Runs over draws: the values of each, the same or own luck, and one draw after another out of the store."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.evidence.compare import compare, history_of
from sim.analysis.evidence.posterior_predictive import Question, compare_over_draws, predict, spread
from sim.analysis.evidence.rows import read_rows
from sim.analysis.posterior_draws import Draw, at, common_seeds, first_draws, own_seeds
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve
from tests.posteriors import write_stand_in

HEADER = "id,role,measure,place,population,from,to,without_event,value,se,bound,unit,source,arguments"
ROWS = (
    "use,context,adoption,abroad,firms_10plus,2013-09,2013-09,,20,1.5,eq,%,made up,",
    "said,context,stated,abroad,organisations,2013-08,2013-09,T01,20,1.5,eq,%,made up,answer=more_negative",
)


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return resolve(
        "history", ["horizon.last=2013-10"], seeds=2, customers=2000, base=load_base(root() / CONFIGS)
    )


def test_the_first_draws_are_those_of_the_table_and_no_more_than_there_are(
    tmp_path: Path, resolved: Resolved
) -> None:
    posterior = read_posterior(write_stand_in(tmp_path, draws=5))
    draws = first_draws(posterior, 5)
    assert first_draws(posterior, 2, "early draw")[1].label == "early draw 1"
    assert [draw.sets for draw in draws] == [posterior.at(number) for number in range(5)]
    for wrong in (0, 6):
        with pytest.raises(InputError, match="the posterior has 5; valid: 1 to 5"):
            first_draws(posterior, wrong)
    held = draws[3].over({"trust.asymmetry": 1.0})
    third, asymmetric = Question([], [draws[3], held], resolved).histories()
    parameters = third.parameters
    assert (
        parameters.trust.asymmetry == posterior.at(3)["trust.asymmetry"]
        and parameters.choice.sensitivity.enterprise == posterior.at(3)["choice.sensitivity.enterprise"]
    )
    assert asymmetric.parameters.trust.asymmetry == 1.0
    assert at(resolved, draws[3]).who_set["trust.asymmetry"] == "draw 3"


def test_seeds_are_common_where_draws_are_compared_and_their_own_where_luck_is_to_average_out(
    resolved: Resolved,
) -> None:
    draws = [Draw("a", {}), Draw("b", {}), Draw("c", {})]
    assert [list(seeds) for seeds in common_seeds(resolved, draws, 1)] == [[1], [1], [1]]
    assert [list(seeds) for seeds in own_seeds(resolved, draws)] == [[1, 2], [3, 4], [5, 6]]


def test_a_row_is_measured_at_each_draw_as_it_would_be_with_the_values_set_by_hand(
    tmp_path: Path, resolved: Resolved
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    rows = read_rows(file, history_of(resolved))
    runner = Runner(Store(tmp_path / "store"), Backend(1))
    draws = [Draw("weak", {"trust.news_strength": 1.0}), Draw("strong", {"trust.news_strength": 12.0})]
    values = predict(rows, resolved, draws, runner, seeds=common_seeds(resolved, draws))
    assert values["said"].shape == (2, 2) and np.mean(values["said"][1]) > np.mean(values["said"][0]) + 5.0
    # nothing was said before the leak: draws with common luck agree to the bit on what the parameter does
    # not touch by then
    by_hand = compare(
        rows,
        resolve(
            "history",
            ["horizon.last=2013-10", "trust.news_strength=12"],
            seeds=2,
            customers=2000,
            base=resolved.base,
        ),
        runner,
    )
    assert by_hand.set_index("row")["model"]["said"] == pytest.approx(np.mean(values["said"][1]), rel=1e-12)
    before = sorted((tmp_path / "store" / "batches").iterdir())
    table = compare_over_draws(rows, resolved, draws[:1], runner).set_index("row")
    assert table["runs"].tolist() == [2, 2] and table["model"]["said"] == pytest.approx(
        np.mean(values["said"][0])
    )
    assert table["low"]["said"] == pytest.approx(np.quantile(values["said"][0], 0.05))
    assert sorted((tmp_path / "store" / "batches").iterdir()) == before  # all of it was there


def test_the_spread_is_that_of_runs_and_leaves_out_what_is_missing() -> None:
    values = np.arange(100.0).reshape(50, 2)
    values[0, 0] = np.nan
    i = spread(values)
    assert (i.mean, i.pairs) == (50.0, 99) and (i.low, i.high) == pytest.approx(
        tuple(np.quantile(np.arange(1.0, 100.0), [0.05, 0.95]))
    )
    assert spread(np.full((2, 2), np.nan)).pairs == 0

"""A boundary that is known is found with a stated part of the runs of a grid; what has none is said."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim import pipeline, questions
from sim.analysis.drivers.boundary import (
    BATCH,
    TOLERANCE,
    Boundary,
    grid_costs,
    lattice_of,
    on_lattice,
    search,
    wrong_share,
)
from sim.analysis.drivers.boundary_tables import Asked, words_of
from sim.scenario.problems import InputError
from tests.planted_sweeps import HEAD, planted, swept

pytestmark = pytest.mark.long

pytest.importorskip("sklearn", reason="the extra `discover` is not installed")


def wave(at: np.ndarray) -> np.ndarray:
    """Zero along a wave: the outcome saturates on both sides, as a share does."""
    return np.tanh(4.0 * (at[:, 1] - 0.5 - 0.25 * np.sin(2.0 * np.pi * at[:, 0])))


def ball(at: np.ndarray) -> np.ndarray:
    """Above zero outside a ball in three factors."""
    return np.sum((at - 0.5) ** 2, axis=1) - 0.35**2


Outcome = Callable[[np.ndarray], np.ndarray]


def grid(outcome: Outcome, side: int, factors: int) -> np.ndarray:
    ends = np.linspace(0.0, 1.0, side)
    at = np.stack(np.meshgrid(*[ends] * factors, indexing="ij"), axis=-1).reshape(-1, factors)
    return outcome(at).reshape((side,) * factors)


@pytest.fixture(scope="module")
def found() -> Boundary:
    return search(wave, 2, 0.0)


@pytest.mark.parametrize(("outcome", "factors", "part"), [(wave, 2, 0.2), (ball, 3, 0.05)])
def test_a_known_boundary_is_found_with_a_part_of_a_grids_runs(
    outcome: Outcome, factors: int, part: float
) -> None:
    """A fifth of the points of a grid over two factors, a twentieth over three, equally right."""
    found = search(outcome, factors, 0.0)
    truth = outcome(lattice_of(factors))
    wrong = wrong_share(found.mean, truth, 0.0)
    assert found.finished and wrong < 0.02
    enough = next(
        side**factors
        for side in range(3, 60)
        if wrong_share(on_lattice(grid(outcome, side, factors), factors), truth, 0.0) <= wrong
    )
    assert len(found.at) <= part * enough, f"{len(found.at)} points where a grid needs {enough}"


def test_runs_are_placed_near_the_boundary(found: Boundary) -> None:
    later = found.at[found.batches > 0]
    assert np.median(np.abs(wave(later))) < 0.5 * np.median(np.abs(wave(lattice_of(2))))
    assert found.share_above == pytest.approx(np.mean(wave(lattice_of(2)) > 0.0), abs=0.02)


def test_the_same_outcomes_give_the_same_points_and_no_more_than_allowed() -> None:
    first, second = search(wave, 2, 0.0, most=20), search(wave, 2, 0.0, most=20)
    assert np.array_equal(first.at, second.at) and len(first.at) == 20
    assert not first.finished and "allow more than 20" in first.said
    assert np.bincount(first.batches)[1:].max() <= BATCH


def test_a_side_that_is_small_enough_with_the_last_points_is_no_search_that_ran_out(found: Boundary) -> None:
    small = next(k for k, share in enumerate(found.open_share) if share <= TOLERANCE)
    most = int(np.sum(found.batches <= small))
    last = search(wave, 2, 0.0, most=most)
    assert len(last.at) == most and last.open_share[-1] <= TOLERANCE < last.open_share[-2]
    assert last.finished and "used up" not in last.said


def test_noise_moves_the_boundary_little() -> None:
    rng = np.random.default_rng(4)
    found = search(lambda at: wave(at) + 0.05 * rng.standard_normal(len(at)), 2, 0.0, most=32)
    assert wrong_share(found.mean, wave(lattice_of(2)), 0.0) < 0.05


def test_failed_points_are_left_out_and_said() -> None:
    def fails(at: np.ndarray) -> np.ndarray:
        return np.where(at[:, 0] > 0.93, np.nan, wave(at))

    found = search(fails, 2, 0.0, most=32)
    assert found.failed and f"at {found.failed} of them every run failed" in found.said
    inside = lattice_of(2)[:, 0] <= 0.9
    assert np.mean((found.mean > 0)[inside] != (wave(lattice_of(2)) > 0)[inside]) < 0.03
    with pytest.raises(InputError, match=r"every run failed at 8 of 8 points"):
        search(lambda at: np.full(len(at), np.nan), 2, 0.0)


def test_no_boundary_and_no_change_are_said() -> None:
    assert "is above -2 everywhere" in search(wave, 2, -2.0).said
    constant = search(lambda at: np.full(len(at), 3.0), 2, 0.0)
    assert "The outcome is constant: 3" in constant.said and len(constant.at) == 8


@pytest.mark.parametrize(("factors", "more"), [(1, {}), (5, {}), (2, {"most": 4}), (2, {"tolerance": 2.0})])
def test_a_search_of_no_sense_is_refused(factors: int, more: dict[str, float]) -> None:
    with pytest.raises(InputError):
        search(wave, factors, 0.0, **more)  # type: ignore[arg-type]


def test_coarser_grids_of_a_fine_one_cost_less_and_err_more(found: Boundary) -> None:
    costs = grid_costs(grid(wave, 33, 2), found).set_index("method")
    assert costs.loc["search", "points"] == len(found.at)
    assert costs.loc["grid 5 x 5", "wrong"] > costs.loc["grid 17 x 17", "wrong"]
    assert costs.loc["grid 17 x 17", "times"] == pytest.approx(289 / len(found.at))


# --- the whole way: from an experiment's ranges through runs, store and outcomes to the tables --------------

DESIGN = """\
design:
  method: METHOD
  uncertainties:
    trust.asymmetry: {range: [1, 4]LEVELS}
    trust.ruling_weight: {range: [0, 1]LEVELS}
"""
RANGES = DESIGN.replace("METHOD", "sobol\n  points: 8\n  seed: 1").replace("LEVELS", "")
GRID = DESIGN.replace("METHOD", "grid").replace("LEVELS", ", levels: 9")


def loss(values: Mapping[str, Any]) -> float:
    """Trust falls where asymmetry outweighs the ruling's weight, else it rises."""
    at = np.array([[(values["trust.asymmetry"] - 1.0) / 3.0, values["trust.ruling_weight"]]])
    return -0.05 * float(wave(at)[0])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a search, with a grid to compare it with."""
    home = tmp_path_factory.mktemp("boundary")
    dense = swept(home / "grid", GRID, loss).folder
    file = home / "planted.yaml"
    file.write_text(HEAD + RANGES, encoding="utf-8")
    with planted(loss):
        asked = Asked("trust", against=dense)
        questions.find_boundary(
            pipeline.resolve(file), asked, home / "found", store=home / "store", workers=1
        )
    return home / "found"


def test_a_search_over_an_experiments_ranges_finds_the_planted_boundary(folder: Path) -> None:
    tables = sim.load(folder).boundary
    surface, summary = tables["boundary_surface"], tables["boundary"].iloc[0]
    at = np.column_stack([(surface["trust.asymmetry"] - 1.0) / 3.0, surface["trust.ruling_weight"]])
    assert np.mean((surface["mean"] > 0.0) != (wave(at) > 0.0)) < 0.03
    assert summary["finished"] and summary["share_above"] == pytest.approx(0.5, abs=0.03)
    assert "of the space is above 0" in summary["said"]


def test_the_words_name_the_factors_that_a_boundary_depends_on(folder: Path) -> None:
    tables = sim.load(folder).boundary
    words = words_of(tables["boundary"].iloc[0].to_dict(), tables["boundary_surface"])
    assert "It is above 0 where weight of bad news over good is " in words
    assert " and weight of the ruling's news is " in words
    flat = tables["boundary_surface"].assign(above=lambda rows: rows["trust.asymmetry"] > 2.5)
    alone = words_of(tables["boundary"].iloc[0].to_dict(), flat)
    one = "weight of bad news over good is high (0% of the space in the lowest fifth of its range, 100% in"
    assert one in alone and "ruling" not in alone.partition("It is above")[2]


def test_the_points_of_a_search_are_a_sweep_like_any_other(folder: Path) -> None:
    found = sim.load(folder)
    points = found.boundary["boundary_points"]
    assert found.manifest["scenario"]["experiment"]["design"]["method"] == "list"
    assert len(found.points) == len(points) < 81
    assert np.allclose(found.points["trust.asymmetry"], points["trust.asymmetry"])
    assert points["value"].tolist() == pytest.approx([-100 * loss(one) for _, one in found.points.iterrows()])


def test_the_cost_of_grids_is_on_disk(folder: Path) -> None:
    costs = sim.load(folder).boundary["boundary_costs"].set_index("method")
    assert list(costs.index) == ["search", "grid 2 x 2", "grid 3 x 3", "grid 5 x 5"]


@pytest.mark.parametrize(
    ("design", "asked", "words"),
    [
        (RANGES, Asked("trst"), "did you mean 'trust'"),
        ("", Asked("trust"), "has no design"),
        (RANGES.replace("range: [0, 1]", "values: [0.1, 0.9]"), Asked("trust"), "searched over ranges"),
        (RANGES.replace("range: [0, 1]", "times: [0.5, 2]"), Asked("trust"), "searched over ranges"),
        (RANGES, Asked("trust", level=float("inf")), "must be a finite number"),
    ],
)
def test_what_cannot_be_searched_is_refused_before_anything_runs(
    tmp_path: Path, design: str, asked: Asked, words: str
) -> None:
    file = tmp_path / "planted.yaml"
    file.write_text(HEAD + design, encoding="utf-8")
    with pytest.raises(InputError, match=words):
        questions.find_boundary(pipeline.resolve(file), asked, tmp_path / "found")
    assert not (tmp_path / "found").exists()


def test_a_grid_over_other_ranges_is_no_comparison(folder: Path, tmp_path: Path) -> None:
    other = swept(tmp_path, GRID.replace("[1, 4]", "[1, 3]"), loss).folder
    file = tmp_path / "ranges.yaml"
    file.write_text(HEAD + RANGES, encoding="utf-8")
    with pytest.raises(InputError, match=r"trust.asymmetry goes from 1.0 to 3.0, not over its range"):
        questions.find_boundary(pipeline.resolve(file), Asked("trust", against=other), tmp_path / "found")

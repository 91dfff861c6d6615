"""A small fit of the real model from priors to tables, and what is done with its result."""

import json
import shutil
import weakref
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.calibration import recovery, sampler
from sim.analysis.calibration.fit import ABOUT, LEAK, PREDICTIVE, RECOVERY, Calibrated, Fit, Size
from sim.analysis.calibration.inputs import FOLDER, PARAMETERS, Inputs, read_inputs
from sim.analysis.calibration.leak import ROWS, leak_table
from sim.analysis.calibration.simulations import MEASURED, simulate
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import Row, read_rows, shipped_rows
from sim.analysis.evidence.splits import SPLITS, countries_held_back
from sim.analysis.posterior_draws import with_values
from sim.analysis.starting_levels.sources import read_sources
from sim.model.world import WorldSet
from sim.runs import seed as seeds
from sim.runs.seed import run_seed
from sim.runs.seed_task import Task
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import BEST, CURVES, DRAWS, MOVED, moved_headlines, read_posterior
from sim.scenario.resolution import Resolved, resolve
from tools.fitted_values import FITTED, new_files, shipped_values

TWO = ("market.home_lag.all", "localisation")
SIZE = Size(points=16, test_points=16, test_seeds=1, draws=32, put_back=4, tried_seeds=1, best_seeds=1)


def resolved(name: str) -> Resolved:
    return resolve(name, customers=2000)


@pytest.fixture(scope="module")
def rows() -> tuple[Row, ...]:
    return read_rows(shipped_rows(), history_of(resolved("history")))


@pytest.fixture(scope="module")
def inputs(rows: tuple[Row, ...], tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    """Two candidates, both fitted."""
    folder = tmp_path_factory.mktemp("inputs") / FOLDER
    shutil.copytree(root() / CONFIGS / FOLDER, folder)
    lines = (folder / PARAMETERS).read_text().splitlines(keepends=True)
    (folder / PARAMETERS).write_text(
        "".join(line for line in lines if line.startswith(("parameter,", *(f"{name}," for name in TWO))))
    )
    return read_inputs(rows, resolved("history").base, folder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    made = Store(tmp_path_factory.mktemp("fit"))
    made.prepare()
    return made


@pytest.fixture(scope="module")
def fit(rows: tuple[Row, ...], inputs: Inputs, store: Store) -> Calibrated:
    poisoned = [row for row in rows if row.role != "validation"] + [
        _unmeasurable(row) for row in rows if row.role == "validation"
    ]
    prepared = Fit(
        inputs, poisoned, resolved("history"), resolved("two_worlds"), read_sources(root() / CONFIGS), SIZE
    )
    with pytest.MonkeyPatch.context() as patch:  # chains long enough for a table, too short for a posterior
        patch.setattr(sampler, "STEPS", 40)
        patch.setattr(recovery, "STEPS", 20)
        return prepared.run(Runner(store, Backend(1)), say=lambda step: None)


def _unmeasurable(row: Row) -> Row:
    """A row of which not even the value can be read."""

    class _Forbidden:
        def __getattr__(self, name: str) -> object:
            raise AssertionError(f"the fit looked at {name} of a validation row")

    return replace(row, value=_Forbidden(), measure=_Forbidden(), place=_Forbidden(), segments=_Forbidden())


@pytest.fixture(scope="module")
def posterior(fit: Calibrated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("posterior")
    fit.write(folder)
    yield folder


@pytest.mark.long
def test_a_small_fit_leaves_every_table_and_never_looks_at_a_validation_row(
    fit: Calibrated, posterior: Path
) -> None:
    assert not fit.failures
    splits = {f"{split.name}_{DRAWS}" for split in SPLITS}
    names = {MOVED, ABOUT, CURVES, DRAWS, BEST, RECOVERY, PREDICTIVE, LEAK, f"by_country_{CURVES}", *splits}
    assert {path.name for path in posterior.iterdir()} == names
    predicted = pd.read_csv(posterior / PREDICTIVE, keep_default_na=False)
    assert len(predicted) > 300
    assert set(predicted["verdict"]) <= {"holds", "misses", "cannot say"}
    assert set(predicted.loc[predicted["in_fit"] == "no", "row"]) == {"S06b", "S11c", "S18"}
    assert predicted.loc[predicted["in_fit"] == "no", "left_out"].str.len().min() > 20


@pytest.mark.long
def test_the_posterior_can_be_read_with_the_curves_of_every_country(posterior: Path) -> None:
    found = read_posterior(posterior)
    assert found.names == TWO
    assert found.draws().shape == (32, 2)
    at = found.at(0)
    assert at["governments.base_rate.sector_localisation"] == pytest.approx(0.02 * found.draws()[0, 1])
    assert 0.0 < at["jurisdictions.DE.adoption_2013.small_firm"] < 0.3
    assert at != {**found.at(1), **found.sets(found.table[0].tolist())}, "curves differ from draw to draw"
    apart = read_posterior(posterior, split="by_country").at(0)
    pace = {code: f"jurisdictions.{code}.adoption_pace.enterprise" for code in (*countries_held_back(), "PL")}
    assert all((at[path] != apart[path]) == (code != "PL") for code, path in pace.items())
    told = json.loads((posterior / ABOUT).read_text())
    assert told["points"] == 16 and told["customers"] == 2000
    assert told["splits"]["by_time"] < len(told["summaries"])


def test_the_leak_is_met_alone_and_together(rows: tuple[Row, ...]) -> None:
    """Three points: one meets two sources at once, one meets none, one another."""
    asked = [row for row in rows if row.id in ROWS]
    data = np.array([row.value for row in asked])
    values = np.stack([data, data * 0.0, data * 0.0])[:, None, :]
    found = leak_table(asked, values).set_index("row")
    assert found.loc["S06a", "points_met"] == pytest.approx(1 / 3)
    assert found.loc["S11b", "points_met"] == 1.0, "an upper bound is met by nought"
    assert found.loc["S06a", "and_S11a"] == found.loc["S06a", "all_met"] == pytest.approx(1 / 3)
    assert (found["together_off"] == 0.0).all()


@pytest.mark.long
def test_the_headlines_are_compared_under_prior_and_posterior(posterior: Path) -> None:
    lines = {line["headline"]: line for line in moved_headlines(posterior)}
    assert {"trust", "revenue", "laws"} <= set(lines)
    laws = lines["laws"]
    assert laws["prior_draws"] == laws["posterior_draws"] == 4
    assert laws["prior_low"] <= laws["prior_median"] <= laws["prior_high"]


@pytest.mark.long
def test_what_was_measured_is_not_run_again_and_a_torn_line_is(
    rows: tuple[Row, ...], store: Store, fit: Calibrated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(store.folder / MEASURED, tmp_path / MEASURED)
    lines = (tmp_path / MEASURED).read_bytes().splitlines(keepends=True)
    (tmp_path / MEASURED).write_bytes(b"".join(lines[:-1]) + lines[-1][:40])
    used, history = [row for row in rows if row.role == "calibration"], history_of(resolved("history"))
    asked = []
    monkeypatch.setattr(
        "sim.runs.tasks.Runner.run",
        lambda self, tasks, *rest: (one for one in asked.append(list(tasks)) or ()),
    )
    centre = {
        "market.home_lag.all": 0.09,
        "governments.base_rate.sector_localisation": 0.02,
        "governments.base_rate.general_localisation": 0.01,
    }
    again = simulate(used, history, [centre], [[1]], Runner(Store(tmp_path), Backend(1)))
    assert asked == [[]]
    assert np.isfinite(again.values).sum() > 100
    assert (tmp_path / MEASURED).read_bytes() == b"".join(lines[:-1]), "the torn line is gone"
    simulate(
        used,
        history,
        [{**centre, "market.home_lag.all": 0.0901}],
        [[1]],
        Runner(Store(tmp_path), Backend(1)),
    )
    assert len(asked[1]) == 1


def test_a_failed_point_is_named_and_missing(
    rows: tuple[Row, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(seeds, "run_worlds", fails)
    runner = Runner(Store(tmp_path), Backend(1))
    found = simulate(
        [row for row in rows if row.id == "L01a"],
        history_of(resolved("history")),
        [{}],
        [[1]],
        runner,
    )
    assert np.isnan(found.values).all()
    assert "no luck" in runner.failures[0]


@pytest.mark.long
def test_the_best_point_ships_with_its_source_and_nothing_else_changes(
    posterior: Path, tmp_path: Path
) -> None:
    folder = tmp_path / CONFIGS
    shutil.copytree(root() / CONFIGS, folder)
    base = load_base(folder)
    sets = shipped_values(
        {path: 1.07 * value for path, value in read_posterior(posterior).at_best().items()}
    )  # other values than today's
    changed = new_files(base, sets, folder / "parameters")
    assert {path.name for path in changed} == {"market.yaml", "governments.yaml"}
    for path, text in changed.items():
        assert len(text.splitlines()) == len(path.read_text().splitlines())
        path.write_text(text)
    shipped = load_base(folder)
    assert shipped.parameters.market.home_lag["all"] == sets["market.home_lag.all"]
    assert shipped.parameters.market.home_lag["CN"] == 0.0
    source = shipped.parameter_info["market.home_lag"].source
    assert source.startswith(FITTED) and "0.09" in source and "K01c" in source
    assert shipped.parameter_info["market.home_lag"].range == base.parameter_info["market.home_lag"].range
    assert not new_files(shipped, sets, folder / "parameters"), "shipping twice changes nothing"


def test_a_model_is_let_go_once_its_numbers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    alive: list[weakref.ref[object]] = []
    run = WorldSet.run

    def noted(self: WorldSet, *_: object) -> None:
        alive.extend(weakref.ref(model.books) for model in self.models)
        run(self)

    monkeypatch.setattr(WorldSet, "run", noted)
    short = replace(history_of(resolved("history")), months=3)
    done = run_seed(Task({"one": short, "two": short}, 1, "world"))
    assert done.failed is None and len(alive) == 2
    assert all(books() is None for books in alive), (
        "Mesa's table of agents keeps models, and thousands of runs fill the memory"
    )


def test_values_are_set_by_path() -> None:
    scenario = history_of(resolved("history"))
    sets = {"trust.asymmetry": 3.0, "choice.sensitivity.consumer": 0.1, "market.home_lag.all": 0.2}
    changed = with_values({"history": scenario}, sets)["history"]
    assert changed.parameters.trust.asymmetry == 3.0
    assert changed.parameters.choice.sensitivity.consumer == 0.1
    assert (
        changed.parameters.choice.sensitivity.enterprise == scenario.parameters.choice.sensitivity.enterprise
    )
    assert changed.parameters.market.home_lag == {**scenario.parameters.market.home_lag, "all": 0.2}
    pace = {"jurisdictions.DE.adoption_pace.enterprise": 2.0}
    faster = with_values({"history": scenario}, pace)["history"]
    assert faster.jurisdictions["DE"].adoption_pace.enterprise == 2.0
    assert faster.jurisdictions["FR"] is scenario.jurisdictions["FR"]

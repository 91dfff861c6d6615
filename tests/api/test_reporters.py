"""Reporters: a user's own numbers, collected month by month, under run ids of their own."""

from pathlib import Path
from threading import Lock
from typing import Any

import pytest

import sim
from sim.runs.reporters import Reporters

SMALL: dict[str, Any] = {"customers": 2000, "seeds": 1, "workers": 1}
FACTOR = 2.0


def months_done(model: Any) -> float:
    return FACTOR * model.month


def stored(store: Path) -> int:
    return len(list((store / "batches").iterdir())) if (store / "batches").is_dir() else 0


def test_what_reporters_give_is_collected_by_month_and_agent(tmp_path: Path) -> None:
    pair = sim.run(
        "two_worlds",
        store=tmp_path,
        model_reporters={"months": months_done},
        agenttype_reporters={"Government": {"index": "index"}},
        **SMALL,
    )
    found = pair.collected
    model = found[(found["agent"] == "") & (found["world"] == "doj_wins")]
    assert model["months"].tolist() == [FACTOR * month for month in range(1, 157)]
    germany = found[(found["agent"] == "DE") & (found["world"] == "doj_wins")]
    assert len(germany) == 156
    assert germany["index"].nunique() == 1


def test_reporters_change_run_ids_and_no_other_table(tmp_path: Path) -> None:
    plain = sim.run("two_worlds", store=tmp_path, **SMALL)
    runs = stored(tmp_path)
    reported = sim.run("two_worlds", store=tmp_path, model_reporters={"months": months_done}, **SMALL)
    assert stored(tmp_path) == runs + 1
    for name, table in plain.manifest["tables"].items():
        assert reported.manifest["tables"][name]["digest"] == table["digest"]
    sim.run("two_worlds", store=tmp_path, model_reporters={"months": months_done}, **SMALL)
    assert stored(tmp_path) == runs + 1, "the same source is the same run"


def test_a_reporter_without_a_source_is_stored_nowhere(tmp_path: Path) -> None:
    typed: dict[str, Any] = {}
    exec("def typed(model):\n    return model.month", typed)  # as at a prompt: no file holds it
    out = tmp_path / "out"
    reporters = {"months": typed["typed"]}
    pair = sim.run("two_worlds", store=tmp_path / "store", out=out, model_reporters=reporters, **SMALL)
    assert pair.collected["months"].max() == 156
    assert stored(tmp_path / "store") == 0
    assert not (out / "store").exists()


@pytest.mark.parametrize("changed", ["source", "value", "name"])
def test_the_digest_answers_to_the_source_and_the_values_it_uses(
    changed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def digest(name: str = "months") -> str | None:
        reporters = Reporters.of({name: months_done}, None)
        assert reporters is not None
        return reporters.digest

    before = digest()
    assert before is not None and before == digest()
    if changed == "name":
        assert digest("other") != before
    elif changed == "value":
        monkeypatch.setitem(globals(), "FACTOR", 3.0)
        assert digest() != before
    else:
        other = Reporters.of({"months": lambda model: 3.0 * model.month}, None)
        assert other is not None and other.digest != before


def test_a_value_that_cannot_be_written_down_leaves_no_digest() -> None:
    outside = [1.0]
    reporters = Reporters.of({"x": lambda model: outside[0]}, None)
    assert reporters is not None and reporters.digest is None


def test_a_value_used_within_a_comprehension_is_part_of_the_digest(monkeypatch: pytest.MonkeyPatch) -> None:
    def summed(model: Any) -> float:
        return sum(FACTOR * month for month in range(model.month))

    def digest() -> str | None:
        reporters = Reporters.of({"x": summed}, None)
        assert reporters is not None
        return reporters.digest

    before = digest()
    assert before is not None
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert digest() != before


def test_default_values_are_part_of_the_digest() -> None:
    def with_factor(factor: float) -> str | None:
        def reporter(model: Any, factor: float = factor) -> float:
            return factor * model.month

        reporters = Reporters.of({"x": reporter}, None)
        assert reporters is not None
        return reporters.digest

    assert with_factor(1.0) is not None
    assert with_factor(1.0) != with_factor(2.0)


def test_a_method_has_a_state_that_no_source_tells() -> None:
    class Scaled:
        def __init__(self, factor: float) -> None:
            self.factor = factor

        def read(self, model: Any) -> float:
            return self.factor * model.month

    reporters = Reporters.of({"x": Scaled(2.0).read}, None)
    assert reporters is not None and reporters.digest is None


@pytest.mark.parametrize(
    ("reporters", "said"),
    [
        ({"model_reporters": {"words": lambda model: "many"}}, "reporter 'words': gives no number"),
        ({"model_reporters": {"x": "no_such"}}, "reporter 'x': gives no number .*no_such"),
        (
            {"agenttype_reporters": {"Government": {"y": "no_such"}}},
            "reporter 'y': gives no number .*no_such",
        ),
    ],
)
def test_what_gives_no_number_is_refused_before_anything_runs(
    reporters: dict[str, Any], said: str, tmp_path: Path
) -> None:
    with pytest.raises(sim.InputError, match=said):
        sim.run("two_worlds", store=tmp_path / "store", **reporters, **SMALL)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("model", "agents", "said"),
    [
        (
            {},
            {"Government": {"x": "index"}, "Investigator": {"x": "index"}},
            "'x': is of Government and of Investigator",
        ),
        ({"month": "month"}, {}, "'month': must have a name, and not one of seed, world, month, agent"),
        ({"": "month"}, {}, "'': must have a name"),
        ({"x": "month"}, {"": {"y": "month"}}, "agenttype_reporters: '': no such agents"),
        ({"x": lambda model, lock=Lock(): bool(lock)}, {}, "cannot be sent to the workers: cannot pickle"),  # noqa: B008
    ],
    ids=["two classes", "key", "empty", "no class", "lock"],
)
def test_what_could_not_be_told_apart_is_refused(model: Any, agents: Any, said: str) -> None:
    """Germany's government and its investigators have one code, so `collected` held their mean."""
    with pytest.raises(sim.InputError, match=said):
        Reporters.of(model, agents)


def test_what_is_not_known_in_a_month_is_missing_and_its_row_stays(tmp_path: Path) -> None:
    late = {"late": lambda model: model.month if model.month > 100 else float("nan")}
    found = sim.run("two_worlds", store=tmp_path, model_reporters=late, **SMALL).collected
    assert len(found) == 2 * 156 and found["late"].isna().sum() == 2 * 100


def _calm(model: Any) -> float:
    model.mind.belief[...] *= 0.9
    return 1.0


def _sorted(model: Any) -> float:
    thresholds = model.population.threshold.reshape(-1)
    thresholds.sort()
    return float(thresholds[0])


def _steps(model: Any) -> float:
    model.step()
    return 1.0


@pytest.mark.parametrize("reporter", [_calm, _sorted, _steps])
def test_a_reporter_that_changes_the_model_is_refused(tmp_path: Path, reporter: Any) -> None:
    """Its headlines were those of another model."""
    with pytest.raises(sim.InputError, match="change the model, which they must only read"):
        sim.run("two_worlds", store=tmp_path, model_reporters={"x": reporter}, **SMALL)


def test_what_a_user_does_to_a_world_is_in_no_later_run(tmp_path: Path) -> None:
    """Runs of one process shared the population with it, and the store kept what came of that."""
    first = sim.run("two_worlds", store=tmp_path / "a", **SMALL).headlines
    for month in sim.world("two_worlds", customers=2000):
        month.model.population.threshold.sort()
        break
    again = sim.run("two_worlds", store=tmp_path / "b", **SMALL).headlines
    assert again["difference"].tolist() == first["difference"].tolist()

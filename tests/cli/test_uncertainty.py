"""`warrantsim validate`, `survive` and `evidence --posterior`: what is refused, run, printed and written."""

from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.evidence.rows import shipped_rows
from sim.cli.value import errors_of
from sim.model.tables import TABLES
from sim.runs.seed_task import SeedDone, Task
from sim.runs.tasks import Runner
from sim.scenario.locations import root
from sim.scenario.problems import InputError
from sim.vocabulary import SEGMENTS
from tests.posteriors import write_stand_in

Warrantsim = Any  # the fixture of conftest.py
SMALL = ("--customers", "2000", "--workers", "1")


@pytest.fixture
def posterior(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in in place of whatever is shipped: of all rows and of a split, eight draws each."""
    folder = tmp_path / "posterior"
    for split in (None, "by_country"):
        write_stand_in(folder, draws=8, split=split)
    monkeypatch.setattr("sim.scenario.posterior.posterior_folder", lambda: folder)
    monkeypatch.setattr("sim.analysis.shipped_tables.posterior_folder", lambda: folder)
    return folder


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Task]:
    """A stand-in for the model: all is 1; where DOJ wins, asymmetry lowers trust; the leak costs 5%."""
    tasks: list[Task] = []

    def columns(table: str, scenario: Any) -> dict[str, np.ndarray]:
        known = ("seed", "world", "month")
        keys = [
            column.name
            for column in TABLES[table].columns
            if column not in TABLES[table].measures and column.name not in known
        ]
        lists = {
            "country": list(scenario.jurisdictions),
            "segment": SEGMENTS,
            "provider": list(scenario.providers),
        }
        places = list(product(*(lists[key] for key in keys))) if set(keys) <= set(lists) else []
        rows = [(month, *place) for month in range(scenario.months) for place in places]
        out = {name: np.array([row[k] for row in rows]) for k, name in enumerate(keys, 1)}
        out["month"] = np.datetime64("2013-01", "M") + np.array([row[0] for row in rows], dtype=int)
        out |= {column.name: np.ones(len(rows)) for column in TABLES[table].measures}
        if table == "world" and scenario.name == "doj_wins":
            out["trust"] = out["trust"] - 0.01 * (scenario.parameters.trust.asymmetry - 1.0)
        leak = "T01" in {event.id for event in scenario.timeline.events}
        if leak and "revenue_us" in out:
            out["revenue_us"] = 0.95 * out["revenue_us"]
        if table == "cell":
            out |= {
                "adoption": np.full(len(rows), 0.2),
                "stated_more_negative": np.full(len(rows), 0.5 if leak else 0.0),
            }
        return out

    def results(self: Runner, asked: Sequence[Task], tables: Sequence[str]) -> Iterator[tuple[int, SeedDone]]:
        for position, task in enumerate(asked):
            tasks.append(task)
            made = {world: {t: columns(t, s) for t in tables} for world, s in task.scenarios.items()}
            yield position, SeedDone(task.seed, task.label, made)

    monkeypatch.setattr(Runner, "results", results)
    monkeypatch.setattr("sim.model.compiled.is_compiled", lambda: True)
    return tasks


def test_without_a_posterior_nothing_runs_and_what_makes_one_is_said(
    ran: list[Task], warrantsim: Warrantsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.scenario.posterior.posterior_folder", lambda: tmp_path)
    for command in (("validate",), ("survive",), ("evidence", "--posterior", "4")):
        outcome = warrantsim(*command, "--out", str(tmp_path / "out"))
        assert outcome.code == 2 and "there is no posterior; warrantsim calibrate" in outcome.err and not ran
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("validate", "--posterior", "9"), "the posterior has 8; valid: 1 to 8"),
        (("survive", "--draws", "9"), "the posterior has 8 draws; valid: at most 8"),
        (("run", "two_worlds", "--draws", "9"), "the posterior has 8 draws; valid: at most 8"),
        (("run", "history", "--draws", "4"), "history compares no two worlds; valid: 0"),
        (("survive", "--draws", "2", "--experiment", "history"), "compares no two worlds"),
        (("survive", "--draws", "2", "--experiment", "where_revenue_falls"), "has a design of its own"),
        (("validate", "--experiment", "where_revenue_falls"), "where_revenue_falls: has a design of its own"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(
    posterior: Path,
    ran: list[Task],
    warrantsim: Warrantsim,
    tmp_path: Path,
    command: tuple[str, ...],
    said: str,
) -> None:
    outcome = warrantsim(*command, "--out", str(tmp_path / "out"))
    assert outcome.code == 2 and said in outcome.err and "nothing was run" in outcome.err and not ran


def test_survival_is_run_printed_and_written(
    posterior: Path,
    ran: list[Task],
    warrantsim: Warrantsim,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sim.analysis.survival.conclusions.ENOUGH", 3)  # of the eight that there are
    outcome = warrantsim(
        "survive",
        "--draws",
        "3",
        *SMALL,
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
    )
    assert outcome.code == 0, outcome.err
    table = pd.read_csv(tmp_path / "out" / "survival.csv")
    at = table.set_index(["headline", "arm"])["verdict"]
    assert (
        at["trust", "posterior"] == "survives"
        and at["trust", "symmetric"] == at["trust", "all"] == "does not survive"
    )
    assert (
        "Trust in US providers abroad" in outcome.out
        and "comes nearer" in outcome.out
        and "does not survive" in outcome.out
    )
    pairs = [task for task in ran if set(task.scenarios) == {"microsoft_wins", "doj_wins"}]
    assert len(pairs) == 4 * 3 and {task.seed for task in pairs} == {1, 2, 3}  # a seed of its own a draw
    varied = pd.read_csv(tmp_path / "out" / "varied.csv").set_index("parameter")
    assert (
        varied["what"]["trust.asymmetry"] == "varied"
        and varied["what"]["trust.attention_half_life"] == "held"
    )
    assert table["configuration"].nunique() == table["compared"].nunique() == 1


@pytest.fixture
def few_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the shipped rows: what some countries and sources say. Curves by country have tests of their
    own and take seconds: here they are two numbers."""
    curves = "sim.analysis.validation.comparison.hierarchical_bass"
    monkeypatch.setattr(curves, lambda *_: lambda row: np.array([20.0, 30.0]))
    kept = ("id,", "use_DE_", "use_IE_", "use_FR_", "use_FI_", "K01", "K10", "S06", "B0")
    lines = shipped_rows().read_text(encoding="utf-8").splitlines(keepends=True)
    few = tmp_path / "rows.csv"
    chosen = [
        line
        for line in lines
        if line.startswith(kept) and not {"small_firm", "enterprise"} & {*line.split(",")}
    ]
    few.write_text("".join(chosen), encoding="utf-8")
    monkeypatch.setattr("sim.analysis.assessments.shipped_rows", lambda: few)


def test_validation_is_run_printed_and_written_for_every_split_that_has_a_posterior(
    few_rows: None, posterior: Path, ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    words = ["--posterior", "2", *SMALL, "--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    outcome = warrantsim("validate", *words)
    assert outcome.code == 0, outcome.err
    scores, ranks, coverage, conditional = (
        pd.read_csv(tmp_path / "out" / f"validation{name}.csv")
        for name in ("", "_ranks", "_coverage", "_conditional")
    )
    assert set(scores["fit"]) == {"all", "by_country"}
    assert {"model", "no change", "mean field", "country covariates"} <= set(scores["forecaster"])
    assert scores["model_digest"].nunique() == scores["posterior"].nunique() == 1
    assert set(ranks["rival"]) >= {"no change", "mean field"} and {"holds_50", "holds_90"} <= set(coverage)
    assert set(conditional["fit"]) <= {"by_kind_market_shares"}
    # nobody in the stand-in adopts, so the model says a fifth of every country
    model = scores[(scores["forecaster"] == "model") & (scores["quantity"] == "adoption")]
    assert len(model) > 8 and model["forecast"].to_numpy() == pytest.approx(20.0)
    said = " ".join(outcome.out.split())
    assert "The model and each rival" in said and "validation is scored once" in said
    assert "no posterior of by_time, by_kind_market_shares" in said
    # luck of each draw's own; with agents and without
    assert [task.seed for task in ran] == [1, 2] * 4


def test_validation_scores_nothing_but_the_shipped_parameters(
    posterior: Path, ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    asked = tmp_path / "mine.yaml"
    shipped = (root() / "experiments" / "history.yaml").read_text(encoding="utf-8")
    asked.write_text(shipped + "set: {trust.asymmetry: 1.0}\n", encoding="utf-8")
    outcome = warrantsim("validate", "--experiment", str(asked), *SMALL, "--out", str(tmp_path / "out"))
    assert outcome.code == 2 and "validation scores the shipped ones only" in outcome.err and not ran


def test_evidence_over_the_posterior_says_what_its_intervals_are(
    few_rows: None, posterior: Path, ran: list[Task], warrantsim: Warrantsim, tmp_path: Path
) -> None:
    words = [
        "--posterior",
        "4",
        "--seeds",
        "2",
        *SMALL,
        "--out",
        str(tmp_path / "out"),
        "--store",
        str(tmp_path / "store"),
    ]
    outcome = warrantsim("evidence", *words)
    assert outcome.code == 0, outcome.err
    text = " ".join(outcome.out.split())
    assert (
        "4 draws x 2 seeds, 2,000 customers" in text
        and "its interval (middle 90% of runs over draws of the posterior and seeds)" in text
    )
    table = pd.read_csv(tmp_path / "out" / "evidence.csv").set_index("row")
    assert table["runs"]["use_DE_2014"] == 8 and table["model"]["use_DE_2014"] == pytest.approx(20.0)
    assert (
        table["off"]["use_DE_2014"] == pytest.approx(8.7 / 3.0) and table["tolerance"]["use_DE_2014"] == 3.0
    )


def test_shipped_tables_stand_in_and_those_of_other_parameters_go(posterior: Path, tmp_path: Path) -> None:
    from sim.analysis.shipped_tables import bring_shipped, configuration_of, write
    from sim.scenario.resolution import resolve

    shipped, other = resolve("two_worlds"), resolve("two_worlds", ["trust.asymmetry=1"])
    assert (
        configuration_of(resolve("switch_back", customers=5000))
        == configuration_of(shipped)
        != configuration_of(other)
    )

    def make(said: str) -> pd.DataFrame:
        return pd.DataFrame({"said": [said]})

    write(make("shipped"), "survival", posterior, shipped)
    bring_shipped(tmp_path, shipped)
    assert (
        pd.read_csv(tmp_path / "survival.csv")["said"].tolist() == ["shipped"]
        and not (tmp_path / "validation.csv").exists()
    )
    write(make("own"), "survival", tmp_path, other)
    bring_shipped(tmp_path, other)
    assert pd.read_csv(tmp_path / "survival.csv")["said"].tolist() == ["own"]
    bring_shipped(tmp_path, shipped)  # the folder's table is no longer of what was run
    assert pd.read_csv(tmp_path / "survival.csv")["said"].tolist() == ["shipped"]


def test_shipped_tables_of_a_difference_stand_in_only_for_the_same_worlds(
    posterior: Path, tmp_path: Path
) -> None:
    from sim.analysis.shipped_tables import bring_shipped, compared_in, write
    from sim.scenario.resolution import resolve

    shipped = resolve("two_worlds")
    for name in ("survival", "varied", "validation"):
        write(pd.DataFrame({"said": ["shipped"]}), name, posterior, shipped)
    text = (root() / "experiments" / "two_worlds.yaml").read_text(encoding="utf-8")
    others = {
        "turned": text.replace("[microsoft_wins, doj_wins]", "[doj_wins, microsoft_wins]"),
        "shorter": text.replace("2025-12", "2020-12"),
        "later": text.replace("on: 2014-07-31, regime: doj_wins", "on: 2015-07-31, regime: doj_wins"),
    }
    for name, other in others.items():
        assert other != text
        (tmp_path / f"{name}.yaml").write_text(other, encoding="utf-8")
    asked = [str(tmp_path / f"{name}.yaml") for name in others] + ["switch_back", "no_snowden", "history"]
    for name in asked:
        bring_shipped(tmp_path, shipped)  # the folder held the two worlds before
        assert {"survival.csv", "varied.csv"} <= {path.name for path in tmp_path.glob("*.csv")}
        bring_shipped(tmp_path, resolve(name))
        assert {path.name for path in tmp_path.glob("*.csv")} == {"validation.csv"}, name
    assert compared_in(resolve("two_worlds", customers=5000)) == compared_in(shipped) != ""


def test_a_measurement_that_is_given_twice_is_refused() -> None:
    with pytest.raises(InputError, match=r"--measure trust\.asymmetry: is given twice: 0.3 and 0.1"):
        errors_of(["trust.asymmetry=0.3", "trust.asymmetry =0.1"])

"""The Python interface: what it gives, and what it refuses."""

import datetime as dt
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.paired_table import paired_difference

SMALL = {"customers": 2000}


def test_importing_it_loads_none_of_the_heavy_packages() -> None:
    words = (
        "import sim, sys; "
        "print([name for name in ('mesa', 'numba', 'numpy', 'pandas', 'plotly') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_sends_runs_to_workers_does_not_load_the_agents() -> None:
    words = "import sim.pipeline, sim.view.explorer.server, sys; print('mesa' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_everything_offered_is_there_and_documented() -> None:
    for name in sim.__all__:
        assert getattr(sim, name).__doc__ or name == "__version__"
    with pytest.raises(AttributeError, match="it offers"):
        _ = sim.rum


def test_headlines_have_units_and_intervals(pair: sim.Pair) -> None:
    row = pair.headlines.set_index("headline").loc["trust"]
    assert row["unit"] == "points of 100"
    assert row["low"] < row["difference"] < row["high"]
    assert row["pairs"] == 3


def test_headlines_have_the_interval_of_luck_and_that_of_everything(pair: sim.Pair) -> None:
    draws = pair.draws[pair.draws["headline"] == "trust"]
    assert draws["draw"].tolist() == [0, 1, 2, 3] and draws["seed"].tolist() == [1, 2, 3, 4]
    assert np.allclose(draws["value"], draws["value_b"] - draws["value_a"])
    row = pair.headlines.set_index("headline").loc["trust"]
    assert row["median"] == pytest.approx(draws["value"].median()) and row["draws"] == 4
    assert row["low90"] == pytest.approx(draws["value"].quantile(0.05)) and row["share"] in (0.5, 0.75, 1.0)
    assert "trust.asymmetry" in set(pair.varied["parameter"])


def test_tables_hold_both_worlds_and_real_dates(pair: sim.Pair) -> None:
    table = pair["country"]
    assert set(table["world"]) == {"microsoft_wins", "doj_wins"}
    assert table.attrs["units"]["revenue_us"] == "USD"
    months = table.set_index("month").sort_index()
    assert months.loc["2015-01":].index.min() == pd.Timestamp("2015-01-01")


def test_the_difference_is_the_second_world_minus_the_first_pair_by_pair(pair: sim.Pair) -> None:
    found = pair.difference("trust", by="country").set_index(["country", "month"])
    table = pair["country"]
    germany = table[(table["country"] == "DE") & (table["month"] == "2015-12-01")]
    by_world = germany.pivot_table(index="seed", columns="world", values="trust", observed=True)
    change = by_world["doj_wins"] - by_world["microsoft_wins"]
    row = found.loc[("DE", pd.Timestamp("2015-12-01"))]
    assert row["difference"] == pytest.approx(change.mean())
    half = 4.302653 * change.std(ddof=1) / np.sqrt(3)  # Student's t with 2 degrees of freedom
    assert row["high"] - row["difference"] == pytest.approx(half, rel=1e-6)
    before = pair.difference("trust")
    assert (before.loc[before["month"] < "2014-08-01", ["difference", "low", "high"]] == 0.0).all(axis=None)


def test_one_pair_has_no_interval() -> None:
    table = pd.DataFrame({"seed": 1, "world": ["a", "b"], "month": dt.date(2015, 1, 1), "x": [1.0, 3.0]})
    found = paired_difference(table, "x", ("a", "b"), ("month",))
    assert found["difference"].tolist() == [2.0]
    assert found[["low", "high"]].isna().all(axis=None)


def test_a_plot_is_a_plotly_figure_of_both_worlds(pair: sim.Pair) -> None:
    figure = pair.plot("trust", country="DE")
    assert {trace.name for trace in figure.data} >= {"Microsoft wins", "DOJ wins"}
    assert figure.layout.showlegend
    drawn = next(trace for trace in figure.data if trace.name == "DOJ wins")
    table = pair["country"]
    rows = table[(table["country"] == "DE") & (table["world"] == "doj_wins")]
    assert drawn.y[-1] == pytest.approx(rows[rows["month"] == rows["month"].max()]["trust"].median())
    change = pair.plot("trust", difference=True)
    assert "DOJ wins minus Microsoft wins" in str(change.layout.yaxis.title.text)


def test_a_report_is_written_over_no_file_that_is_none(pair: sim.Pair, tmp_path: Path) -> None:
    assert pair.folder is not None
    manifest = pair.folder / "manifest.json"
    before, mine = manifest.read_bytes(), tmp_path / "mine.txt"
    mine.write_text("mine", encoding="utf-8")
    page = tmp_path / "mine.html"
    page.write_text("mine", encoding="utf-8")
    for path in (manifest, mine, tmp_path / "paper.pdf"):
        with pytest.raises(sim.InputError, match=r"name a file that ends in \.html"):
            pair.report(path)
    with pytest.raises(sim.InputError, match="is no HTML page"):
        pair.report(page)
    assert page.read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "paper.pdf").exists()
    assert (manifest.read_bytes(), mine.read_text(encoding="utf-8")) == (before, "mine")
    assert pair.report(pair.report(tmp_path / "again.html")).is_file()


def test_a_report_is_one_file(pair: sim.Pair, tmp_path: Path) -> None:
    assert "Microsoft wins" in pair.report(tmp_path / "mine.html").read_text(encoding="utf-8")


def test_results_that_were_run_are_loaded_again_and_reproduced(store: Path, tmp_path: Path) -> None:
    ran = sim.run("two_worlds", seeds=1, workers=1, store=store, out=tmp_path / "out", **SMALL)
    loaded = sim.load(tmp_path / "out")
    assert isinstance(loaded, sim.Pair)
    pd.testing.assert_frame_equal(loaded["world"], ran["world"])
    assert sim.reproduce(tmp_path / "out", workers=1).equal


def test_a_sweep_has_points_headlines_and_a_point(store: Path) -> None:
    swept = sim.sweep("where_revenue_falls", seeds=1, workers=1, store=store, **SMALL)
    assert len(swept.points) == 16
    headlines = swept.headlines
    assert len(headlines) == 16 * headlines["headline"].nunique()
    own = swept.point(3)["headlines"].set_index("headline").loc["revenue", "difference"]
    at = headlines[(headlines["point"] == 3) & (headlines["headline"] == "revenue")]
    assert at["difference"].item() == pytest.approx(own)
    assert set(swept.difference("trust")["point"]) == set(range(16))
    with pytest.raises(sim.InputError, match="no point 99; valid: 0 to 15"):
        swept.point(99)


def test_a_sweep_leaves_no_summary_of_what_its_folder_held_before(store: Path, tmp_path: Path) -> None:
    sim.run("two_worlds", seeds=1, workers=1, store=store, out=tmp_path, **SMALL)
    assert (tmp_path / "headlines.csv").is_file()
    sim.sweep("where_revenue_falls", seeds=1, workers=1, store=store, out=tmp_path, **SMALL)
    assert not (tmp_path / "headlines.csv").exists()


def test_a_world_is_a_mesa_model_month_by_month() -> None:
    months = [
        (month.date, month.model.month)
        for month in sim.world("two_worlds", "doj_wins", seed=1, **SMALL)
        if len(month.model.agents)
    ]
    assert months[0] == (dt.date(2013, 1, 1), 1)
    assert months[-1] == (dt.date(2025, 12, 1), 156)


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (lambda pair: sim.run("two_world"), "did you mean 'two_worlds'"),
        (lambda pair: sim.run("two_worlds", changes={"trust.asymetry": 1.0}), "did you mean 'asymmetry'"),
        (lambda pair: sim.run("two_worlds", changes={"trust.asymmetry": object()}), "must be a number"),
        (lambda pair: sim.run("where_revenue_falls"), "run it with sim.sweep"),
        (lambda pair: sim.sweep("two_worlds"), "run it with sim.run"),
        (lambda pair: sim.world("two_worlds", "doj_win"), "did you mean 'doj_wins'"),
        (lambda pair: sim.run("two_worlds", model_reporters={"x": 3}), "reporter 'x'"),
        (lambda pair: sim.run("two_worlds", agenttype_reporters={"Goverment": {"x": "index"}}), "Government"),
        (lambda pair: sim.run("two_worlds", draws=100_000), "the posterior has"),
        (lambda pair: sim.run("history", draws=4), "compares no two worlds"),
        (lambda pair: pair["countries"], "no table 'countries' was recorded"),
        (lambda pair: pair.plot("trusst"), "did you mean 'trust'"),
        (lambda pair: pair.plot("trust", country="D"), "country 'D'"),
        (lambda pair: pair.difference("trust", by="city"), "by='city'"),
        (lambda pair: pair.knockouts, "further=True"),
        (lambda pair: sim.load("no_such_folder"), "no results folder"),
    ],
)
def test_a_mistake_names_the_place_and_the_valid_choices(pair: sim.Pair, mistake: object, said: str) -> None:
    with pytest.raises(sim.InputError, match=said):
        mistake(pair)  # type: ignore[operator]


def test_a_damaged_folder_is_refused_with_its_version(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"versions": {"warrantsim": "0.0.1"}}', encoding="utf-8")
    with pytest.raises(sim.InputError, match=r"written by version 0\.0\.1"):
        sim.load(tmp_path)
    (tmp_path / "manifest.json").write_text("{", encoding="utf-8")
    with pytest.raises(sim.InputError, match="it is damaged"):
        sim.load(tmp_path)


# --- an experiment built in Python -------------------------------------------------------------------------


def built(**more: Any) -> sim.Experiment:
    """Two worlds as an object, with values as Python has them: lists, dates, mappings."""
    switch = dt.date(2014, 7, 31)
    worlds = {
        name: {"label": label, "switches": [{"on": switch, "regime": name}]}
        for name, label in (("microsoft_wins", "Microsoft wins"), ("doj_wins", "DOJ wins"))
    }
    fields: dict[str, Any] = {
        "title": "Mine",
        "question": "Do the worlds differ?",
        "timeline": "history",
        "horizon": {"first": "2013-01", "last": "2014-10"},
        "customers": 2000,
        "seeds": {"first": 1, "count": 1},
        "worlds": worlds,
        "compare": ["microsoft_wins", "doj_wins"],
    }
    return sim.Experiment(**fields | more)


def test_an_experiment_built_in_python_runs_as_its_mapping_does(store: Path) -> None:
    experiment = built(set={"trust.asymmetry": 1.5})
    assert sim.check(experiment) == "experiment: microsoft_wins, doj_wins; 1 seeds, 2,000 customers"
    pair = sim.run(experiment, workers=1, store=store, changes={"worlds.doj_wins.label": "DOJ"})
    assert pair.manifest["worlds"] == {"microsoft_wins": "Microsoft wins", "doj_wins": "DOJ"}
    assert pair.manifest["scenario"]["experiment"]["switch_dates"] == []
    again = sim.run(experiment.model_dump(exclude_unset=True), workers=1, store=store)
    assert again.manifest["tables"] == pair.manifest["tables"]


def test_a_design_built_in_python_is_swept(store: Path) -> None:
    levels = {"method": "grid", "levers": {"trust.asymmetry": {"values": [1.0, 2.0]}}}
    assert sim.sweep(built(design=levels), workers=1, store=store).points["trust.asymmetry"].tolist() == [
        1.0,
        2.0,
    ]


def test_mistakes_in_an_experiment_built_in_python_name_the_field_and_the_choices() -> None:
    with pytest.raises(sim.InputError, match=r"Experiment: record: unknown value 'ful'; did you mean 'full'"):
        built(record="ful")
    with pytest.raises(sim.InputError, match=r"worlds.doj_wins.switches.0.regime: .*did you mean 'doj_wins'"):
        worlds = built().model_dump()["worlds"]
        worlds["doj_wins"]["switches"] = [{"on": "2014-07-31", "regime": "doj_win"}]
        sim.check(built(worlds=worlds))

"""What the explorer shows is what the command computes; every chart of every tab can be drawn."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from sim import pipeline
from sim.model.tables import TABLES
from sim.runs.live import run_live
from sim.runs.live_pairs import LivePair, tables_of
from sim.scenario.resolution import resolve
from sim.view.explorer.pages.worlds.catalogue import Catalogue, load_catalogue
from sim.view.explorer.pages.worlds.downloads import report_of
from sim.view.explorer.pages.worlds.page_content import page_content, results_view_of
from sim.view.explorer.pages.worlds.sessions import Session
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.world_tabs import TABS

QUERY = (
    "customers=2000&trust.asymmetry=3.25&choice.sensitivity=1.37"
    "&world=doj_wins@2014-07-31&world=history.T14&pairs=2&seed=4"
)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def wanted() -> dict[str, tuple[str, ...]]:
    """What all tabs together need."""
    every: dict[str, dict[str, None]] = {}
    for tab in TABS.values():
        for table, columns in tab.wanted.items():
            every.setdefault(table, {}).update(dict.fromkeys(columns))
    return {table: tuple(columns) for table, columns in every.items()}


@pytest.fixture(scope="module")
def state(catalogue: Catalogue) -> State:
    found, wrong = catalogue.state(QUERY)
    assert wrong == []
    return found


@pytest.fixture(scope="module")
def pairs(catalogue: Catalogue, state: State, wanted: dict[str, tuple[str, ...]]) -> list[LivePair]:
    scenarios = catalogue.resolved(state).scenarios
    return [run_live("a", scenarios, seed, wanted) for seed in (4, 5)]


@pytest.mark.long
def test_the_command_gives_the_same_numbers_from_the_yaml_to_the_last_digit(
    catalogue: Catalogue,
    state: State,
    pairs: list[LivePair],
    wanted: dict[str, tuple[str, ...]],
    tmp_path: Path,
) -> None:
    file = tmp_path / "explorer.yaml"
    file.write_text(catalogue.yaml(state, 2), encoding="utf-8")
    done = pipeline.run(resolve(file), tmp_path / "out", workers=1)
    assert done.failures == []
    live = tables_of(pairs)
    for table in ("world", *wanted):
        columns = list(live[table].columns)
        keys = [column.name for column in TABLES[table].keys if column.name in columns]
        ours, theirs = (_sorted(frame[columns], keys) for frame in (live[table], done.results.table(table)))
        assert len(ours) == len(theirs) > 0
        for column in columns:
            if ours[column].dtype.kind == "f":
                # the file of cells holds single precision
                kind = np.float32 if table == "cell" else np.float64
                np.testing.assert_array_equal(ours[column].to_numpy(kind), theirs[column].to_numpy(kind))
            else:
                assert ours[column].astype(str).tolist() == theirs[column].astype(str).tolist(), (
                    table,
                    column,
                )


def _sorted(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    frame = frame.assign(month=pd.to_datetime(frame["month"]))
    for key in keys:
        if key not in ("seed", "month"):
            frame[key] = frame[key].astype(str)
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def _session(catalogue: Catalogue, state: State, pairs: list[LivePair]) -> Session:
    return Session("a", "all", catalogue.resolved(state), {pair.seed: pair for pair in pairs})


@pytest.mark.parametrize("tab", [name for name, tab in TABS.items() if not tab.traced])
@pytest.mark.parametrize("place", ["abroad", "DE"])
def test_every_tab_can_be_drawn(
    catalogue: Catalogue, state: State, pairs: list[LivePair], tab: str, place: str
) -> None:
    view = page_content(
        _session(catalogue, state, pairs), state.model_copy(update={"tab": tab, "place": place})
    )
    assert view["figures"] or tab == "numbers"
    for figure in view["figures"].values():
        assert figure["data"]
        go.Figure({key: figure[key] for key in ("data", "layout")})
        for frame in figure.get("frames", []):
            go.Frame({key: value for key, value in frame.items() if key != "name"})
    assert "Not shown" not in view["html"]
    if place == "DE" and tab in ("trust", "data", "money", "evidence", "said"):
        assert "in Germany" in view["html"] or "of Germany" in view["html"]


def test_streams_between_countries_and_laws_on_the_map_can_be_drawn(
    catalogue: Catalogue, state: State, pairs: list[LivePair]
) -> None:
    session = _session(catalogue, state, pairs)
    view = page_content(
        session,
        state.model_copy(
            update={"tab": "data", "streams": "countries", "since": "2019-01", "until": "2019-12"}
        ),
    )
    assert "2019-01 to 2019-12" in view["html"]
    assert [
        figure["data"][0]["type"] for box, figure in view["figures"].items() if box.startswith("streams")
    ] == ["sankey", "sankey"]
    view = page_content(
        session, state.model_copy(update={"tab": "map", "measure": "laws", "month": "2016-03"})
    )
    assert len(view["figures"]["map-now-0"]["frames"]) == 156
    assert ">March 2016</output>" in view["html"]


def test_one_country_adds_up_to_its_own_numbers(
    catalogue: Catalogue, state: State, pairs: list[LivePair]
) -> None:
    """The country's world table holds the country's numbers, and its requests those about it."""
    session = _session(catalogue, state, pairs)
    whole, germany = (
        results_view_of(session, state.model_copy(update={"tab": "evidence"}), place)
        for place in ("abroad", "DE")
    )
    rows = whole.results.table("country")
    expected = rows[(rows["country"] == "DE") & (rows["world"] == "doj_wins") & (rows["seed"] == 4)][
        "trust"
    ].to_numpy()
    got = germany.results.table("world")
    np.testing.assert_array_equal(
        got[(got["world"] == "doj_wins") & (got["seed"] == 4)]["trust"].to_numpy(), expected
    )
    requests = whole.results.table("requests")
    to_germany = requests[(requests["country"] == "DE") & (requests["direction"] == "us_to_foreign")][
        "requests"
    ].sum()
    assert got["us_foreign_requests"].sum() == to_germany > 0


def test_worlds_with_one_rule_do_not_differ_and_the_page_says_so(catalogue: Catalogue) -> None:
    state, wrong = catalogue.state(
        "customers=2000&world=doj_wins@2014-07-31&world=doj_wins@2014-07-31.T26&tab=trust&pairs=1"
    )
    assert wrong == []
    pair = run_live("same", catalogue.resolved(state).scenarios, 1, TABS["trust"].wanted)
    view = page_content(_session(catalogue, state, [pair]), state)
    assert "do not differ" in view["sentence"]


def test_one_world_alone_is_shown_without_a_difference(catalogue: Catalogue) -> None:
    state, _ = catalogue.state("preset=history&customers=2000&pairs=1")
    pair = run_live("one", catalogue.resolved(state).scenarios, 1, TABS["trust"].wanted)
    view = page_content(_session(catalogue, state, [pair]), state)
    assert list(view["figures"]) == ["trust-now-0", "trust-intelligence-now-0", "trust-end-0"]
    assert "no difference" in view["sentence"]


def test_the_page_to_keep_is_the_report_of_these_pairs(
    catalogue: Catalogue, state: State, pairs: list[LivePair]
) -> None:
    html = report_of(results_view_of(_session(catalogue, state, pairs), state, "abroad", whole=True))
    assert "Made in the explorer of warrantsim" in html
    assert "http" not in html[: html.index("<script>")].replace("http://www.w3.org", "")
    # knock-outs, switch dates, record and claims belong to a whole run; nothing is said of them
    assert re.findall('class="missing">.*?</p>', html) == []

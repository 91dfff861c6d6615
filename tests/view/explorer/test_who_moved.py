"""The explorer's tab of who moved: traced in a worker, shown when it is done, given up when nobody waits."""

from collections.abc import Iterator
from typing import Any

import plotly.graph_objects as go
import pytest

from sim.view.explorer.pages.worlds.catalogue import Catalogue, load_catalogue
from sim.view.explorer.pages.worlds.responses import Answers
from sim.view.explorer.pages.worlds.sessions import Sessions
from sim.view.explorer.pages.worlds.workers import Workers

QUERY = "customers=2000&pairs=1&tab=moved"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="module")
def answers(catalogue: Catalogue) -> Iterator[Answers]:
    workers = Workers()
    yield Answers(Sessions(catalogue, workers))
    workers.close()


def until_shown(answers: Answers, catalogue: Catalogue, query: str) -> dict[str, Any]:
    """Ask as the browser does: again for as long as the server is busy."""
    state, wrong = catalogue.state(query)
    assert wrong == []
    for move in range(60):
        answer = answers.move("a", {**state.model_dump(mode="json"), "move": move})
        if answer["kind"] != "busy":
            return answer
    raise AssertionError("still busy")


@pytest.mark.long
def test_all_countries_first_then_the_one_that_is_chosen(answers: Answers, catalogue: Catalogue) -> None:
    everywhere = until_shown(answers, catalogue, QUERY)
    assert everywhere["kind"] == "view"
    names = everywhere["figures"]["moved-by-country-0"]["data"][0]["y"]
    assert "Germany" in names and len(names) == len(catalogue.base.jurisdictions)
    moved = everywhere["figures"]["moved-by-country-0"]["data"][0]
    most = max(zip(moved["x"], moved["y"], strict=True))[1]
    code = next(code for code, j in catalogue.base.jurisdictions.items() if j.name == most)
    there = until_shown(answers, catalogue, f"{QUERY}&place={code}")
    assert f"In {most} <strong>" in there["html"] and "The chain from the ruling" in there["html"]
    assert {"causes-0", "draws-0"} <= set(there["figures"])
    for figure in there["figures"].values():
        go.Figure({key: figure[key] for key in ("data", "layout")})


@pytest.mark.long
def test_one_world_alone_has_nobody_who_lives_in_both(answers: Answers, catalogue: Catalogue) -> None:
    alone = until_shown(answers, catalogue, f"{QUERY}&world=history")
    assert "Choose two worlds to compare" in alone["html"]

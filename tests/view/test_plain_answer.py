"""The answer in plain words, over made-up tables of draws."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from sim.runs.results import FolderResults, MemoryResults
from sim.view.results_view import ResultsView
from sim.view.sections.headline_summary import head
from sim.view.sections.plain_answer import agree, opening, plain_answer
from tests.view.made_up_summaries import over_draws

SWITCH = "2014-07-31"


def switched(regime: str) -> dict[str, Any]:
    return {"switches": [{"on": SWITCH, "regime": regime}], "without_events": []}


@pytest.fixture
def view(two_worlds: FolderResults) -> ResultsView:
    worlds = {name: switched(name) for name in ("microsoft_wins", "doj_wins")}
    manifest = two_worlds.manifest | {"scenario": {"experiment": {"worlds": worlds}}}
    return ResultsView(MemoryResults(manifest, {}))


def plain(parts: list[str]) -> list[str]:
    return [re.sub("<[^>]+>", "", part) for part in parts]


SURE = (-1.94, -0.97, -0.36, 1.0)
UNSURE = (-21.0, -9.7, 1.2, 0.94, "price_sensitivity=0.61;sensitivity=0.57")


def test_what_is_sure_comes_first_then_what_is_not_then_what_nothing_measures(view: ResultsView) -> None:
    sure, also, unknown, unmeasured = plain(
        plain_answer(over_draws(revenue=UNSURE, conflicts=(628.3, 700.7, 1044.5, 1.0), trust=SURE), view)
    )
    assert sure == (
        "If the Justice Department had won instead of Microsoft, trust in US cloud providers abroad would "
        "have been about 1.0 points of 100 lower on average from 2014 to 2025. We are 90% sure, given the "
        "ranges that we judged, that it would have been between 0.4 and 1.9 points of 100 lower; all 256 "
        "runs agree. On average it is about 7% of what the Snowden leak of 2013 cost that trust in its worst "
        "month."
    )
    assert also == (
        "Just as sure is the direction of the number of US orders that break another country's law "
        "(700 a year higher)."
    ).replace("'", "&#x27;")
    assert unknown == (
        "Likely, but less sure, is the direction of what US providers earn abroad (USD 10 bn lower in all "
        "from 2014 to 2025; 94 in 100 runs say so). The direction of what US providers earn abroad hangs on "
        "how much price counts and on how far choices answer to risk."
    )
    assert unmeasured.startswith("Nobody has measured what the ruling changed.")


def test_where_nothing_is_sure_that_is_said_first(view: ResultsView) -> None:
    first, then, _ = plain(plain_answer(over_draws(trust=(-1.0, 0.2, 1.5, 0.55), revenue=UNSURE), view))
    assert first.startswith(
        "If the Justice Department had won instead of Microsoft, no direction is sure. Likely is the "
        "direction of what US providers earn abroad (USD 10 bn lower in all from 2014 to 2025; 94 in 100 "
        "runs say so)."
    )
    assert then.startswith(
        "The runs are divided on trust in US cloud providers abroad (55 in 100 runs say higher)."
    )


def test_a_middle_without_a_sign_says_nothing_of_a_direction(view: ResultsView) -> None:
    rows = over_draws(trust=SURE, americans_reached=(0.0, 0.0, 6.8, 0.54))
    assert "(54 in 100 runs show no difference)." in " ".join(plain(plain_answer(rows, view)))


def test_worlds_that_do_not_differ_are_said_not_to(view: ResultsView) -> None:
    nothing = (0.0, 0.0, 0.0, 1.0)
    first, _ = plain(plain_answer(over_draws(trust=nothing, revenue=nothing), view))
    assert first == (
        "If the Justice Department had won instead of Microsoft, nothing that is shown here would have been "
        "different."
    )
    told = " ".join(
        plain(plain_answer(over_draws(trust=SURE, trust_intelligence=(-2e-4, 1e-6, 1e-4, 0.5)), view))
    )
    assert "intelligence" not in told  # a thousandth of a point is not worth a word


@pytest.mark.parametrize(("draws", "said"), [(1, "Only one draw was run"), (19, "Only 19 draws were run")])
def test_few_draws_say_nothing_of_how_sure_it_is(view: ResultsView, draws: int, said: str) -> None:
    assert said in plain_answer(over_draws(draws, trust=SURE), view)[0]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1.0, "all 256 runs agree"),
        (255 / 256, "more than 99 in 100 runs agree"),
        (0.989, "98 in 100 runs agree"),
    ],
)
def test_all_is_said_of_all_runs_only(share: float, said: str) -> None:
    assert agree({"share": share, "draws": 256}) == said


def test_what_is_supposed_is_named_by_the_winner_only_where_that_is_all_that_differs(
    view: ResultsView, two_worlds: FolderResults
) -> None:
    assert opening(view) == "If the Justice Department had won instead of Microsoft"
    worlds = view.manifest["scenario"]["experiment"]["worlds"]
    worlds["doj_wins"]["without_events"] = ["T12"]
    assert opening(view).startswith("With ") and "DOJ wins" in opening(view)
    assert opening(ResultsView(two_worlds)).startswith("With ")  # an old manifest says nothing of switches


def test_years_to_come_would_be_different(view: ResultsView) -> None:
    view.manifest["outlook"] = {"name": "Trends go on"}
    assert "would be about 1.0 points" in plain(plain_answer(over_draws(trust=SURE), view))[0]


def test_a_report_without_draws_says_luck_alone(
    two_worlds: FolderResults, make_results: Callable[..., FolderResults]
) -> None:
    old = head(ResultsView(two_worlds))
    assert "This is luck alone" in old and "draws of the parameters" not in old
    new = make_results(["microsoft_wins", "doj_wins"], ["world"])
    over_draws(trust=SURE).to_csv(new.folder / "uncertainty.csv", index=False)
    said = head(ResultsView(new))
    assert "We are 90% sure" in said and "<strong>256</strong> draws of the parameters" in said
    assert "luck alone, at fixed" not in said

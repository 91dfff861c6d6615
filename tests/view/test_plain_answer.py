"""The answer in plain words, over made-up tables of draws."""

import re
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sim.runs.results import FolderResults, MemoryResults
from sim.view.results_view import ResultsView
from sim.view.sections.headline_summary import head
from sim.view.sections.plain_answer import agree, opening, plain_answer, what_it_hangs_on
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


def test_the_answer_is_three_short_paragraphs_sure_first(view: ResultsView) -> None:
    found = plain_answer(over_draws(revenue=UNSURE, conflicts=(628.3, 700.7, 1044.5, 1.0), trust=SURE), view)
    sure, also, rest = plain(found)
    assert sure == (
        "If the Justice Department had won instead of Microsoft, trust in US cloud providers abroad would "
        "have been about 1.0 points of 100 lower on average from 2014 to 2025. We are 90% sure that it would "
        "have been 0.4 to 1.9 points of 100 lower. In the first 13 months it is about 7% (the middle of the "
        "draws) of what the Snowden leak of 2013 cost that trust in its own first 13 months."
    )
    assert also == (
        "Also clear: the number of US orders exposed to a conflict with another country's law would have "
        "been 700 a year higher."
    ).replace("'", "&#x27;")
    assert rest == (
        "Not sure is which way these would change: the revenue of US providers abroad. Nobody has "
        "measured what the ruling changed: every number here rests on the model and on ranges that we judged."
    )


@pytest.mark.parametrize(
    ("switch", "through", "since"),
    [(None, "2017-06", "2017"), ("2014-07-31", "2019-12", "2020"), ("2014-07-31", None, "2013")],
    ids=["no switch", "another world switches earlier", "different from the first month on"],
)
def test_the_answer_names_the_years_over_which_the_headline_is_taken(
    view: ResultsView, switch: str | None, through: str | None, since: str
) -> None:
    """Those from the first month on in which the compared worlds may differ, whatever parts them."""
    manifest = view.manifest | {"switch": switch, "identical_through": through}
    found = plain_answer(over_draws(trust=SURE), ResultsView(MemoryResults(manifest, {})))
    assert f"lower on average from {since} to 2025" in plain(found)[0]


@pytest.mark.parametrize(
    ("window", "said"),
    [
        ("last 3 months", "lower in the last 3 months."),
        ("mean from the switch on", "lower on average in 2025."),
    ],
)
def test_of_worlds_that_part_in_the_last_year_the_answer_names_no_year_twice(
    view: ResultsView, window: str, said: str
) -> None:
    manifest = view.manifest | {"identical_through": "2025-09"}
    draws = over_draws(trust=SURE).assign(window=window)
    assert said in plain(plain_answer(draws, ResultsView(MemoryResults(manifest, {}))))[0]


def test_of_many_headlines_the_answer_names_the_first_and_counts_the_rest(view: ResultsView) -> None:
    clear = dict.fromkeys(("conflicts", "us_success_abroad", "us_reach"), (628.3, 700.7, 1044.5, 1.0))
    open_ = dict.fromkeys(("foreign_success", "data_at_home", "laws", "revenue", "market_share"), UNSURE)
    found = plain(plain_answer(over_draws(trust=SURE, **clear, **open_), view))
    assert len(found) == 3 and all(len(one.split()) <= 110 for one in found)
    assert "owner&#x27;s country and 2 more." in found[2]


def test_what_does_not_survive_an_end_of_a_range_is_not_told_as_clear_without_a_word(
    view: ResultsView,
) -> None:
    rows = over_draws(trust=SURE, revenue=(-32.0, -11.0, -1.0, 0.96), conflicts=(404.0, 1407.0, 3489.0, 1.0))
    verdicts = {"trust": "survives", "revenue": "cannot say", "conflicts": "survives"}
    survival = pd.DataFrame(
        [{"headline": code, "arm": "all", "verdict": verdict} for code, verdict in verdicts.items()]
        + [{"headline": "trust", "arm": "symmetric", "verdict": "cannot say"}]
    )
    known = ResultsView(MemoryResults(view.manifest, {}, {"survival": survival}))
    also = plain(plain_answer(rows, known))[1]
    clear, _, less = also.partition(" Less sure: ")
    assert clear.startswith("Also clear: the number of US orders exposed") and "revenue" not in clear
    assert less == (
        "the revenue of US providers abroad would have been USD 11 bn lower in all from 2014 to 2025. "
        "The draws agree, but with one judged quantity at an end of its range (Which conclusions are robust "
        "to parameter uncertainty) the direction is open."
    )
    assert "Less sure" not in " ".join(plain_answer(rows, view))
    alone = plain(plain_answer(over_draws(revenue=(-32.0, -11.0, -1.0, 0.96)), known))[0]
    assert alone.endswith("uncertainty) its direction is open.") and "But with one judged" in alone


def test_the_question_of_law_is_asked_where_police_abroad_are_spoken_of(
    view: ResultsView, two_worlds: FolderResults
) -> None:
    rows = over_draws(trust=SURE, foreign_success=UNSURE)
    assert "one question of law" in plain_answer(rows, view)[-1]
    assert "one question of law" not in plain_answer(over_draws(trust=SURE, laws=UNSURE), view)[-1]
    others = ResultsView(two_worlds)  # worlds that other things than the winner set apart
    assert "one question of law" not in plain_answer(rows, others)[-1]


def test_what_decides_a_direction_stands_in_a_table_of_its_own(view: ResultsView) -> None:
    table = what_it_hangs_on(over_draws(trust=SURE, revenue=UNSURE, americans_reached=(0.0, 0.0, 6.8, 0.54)))
    assert table is not None and table.folded
    assert [row[1:] for row in table.rows] == [
        ["94 in 100 runs say lower", "how much price counts and how far choices answer to risk"],
        ["54 in 100 runs show no difference", "nothing that was varied alone"],
    ]
    assert what_it_hangs_on(over_draws(trust=SURE)) is None


def test_where_nothing_is_sure_that_is_said_first(view: ResultsView) -> None:
    first, then = plain(plain_answer(over_draws(trust=(-1.0, 0.2, 1.5, 0.55), revenue=UNSURE), view))
    assert first == "If the Justice Department had won instead of Microsoft, no direction is sure."
    assert then.startswith(
        "Not sure is which way these would change: trust in US cloud providers abroad and the revenue of "
        "US providers"
    )


def test_a_folder_without_the_leaks_months_compares_nothing_with_the_leak(view: ResultsView) -> None:
    """Its share was of the leak's worst month."""
    old = over_draws(trust=SURE).drop(columns="leak_months")
    assert "Snowden" not in plain_answer(old, view)[0]


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


def test_the_winner_is_not_named_for_a_lever_or_a_value_of_one_world(view: ResultsView) -> None:
    """A lever and a parameter raised trust, and the page said that the winner did."""
    scenario = view.manifest["scenario"]
    scenario["worlds"] = {name: {"name": name, "months": 156} for name in ("microsoft_wins", "doj_wins")}
    assert opening(view) == "If the Justice Department had won instead of Microsoft"
    scenario["worlds"]["doj_wins"]["parameters"] = {"trust": {"asymmetry": 1.5}}
    assert opening(view).startswith("With ")
    del scenario["worlds"]["doj_wins"]["parameters"]
    scenario["experiment"]["worlds"]["doj_wins"]["pulled"] = ["a_lever"]
    assert opening(view).startswith("With ")


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

"""Who went to court and who published, when; and what an order that becomes known does to trust."""

import datetime as dt

import numpy as np
import pytest

from sim.model.kernels.codes import BAD, LAW_ENFORCEMENT
from sim.model.world import WarrantModel, WorldSet
from tests.model.small_worlds import asked, has_run


@pytest.fixture(scope="module")
def both() -> WorldSet:
    return has_run(asked(last="2019-12"))


def begun(model: WarrantModel, what: str) -> dict[str, int]:
    """The first month in which each provider did it."""
    out: dict[str, int] = {}
    for month, provider, _, offer, change, _ in model.books.offer_changes:
        if offer == what and change != "closed":
            out.setdefault(provider, month)
    return out


def test_microsoft_is_the_first_to_litigate_and_nobody_does_before_there_is_a_case(both: WorldSet) -> None:
    warrant = both.models[0].scenario.month_after(dt.date(2013, 12, 4))
    for model in both.models:
        suits = begun(model, "litigation")
        assert suits["microsoft"] == warrant
        assert all(month > warrant for provider, month in suits.items() if provider != "microsoft")


def test_google_litigates_from_2017_where_the_question_stays_open() -> None:
    history = has_run(asked(experiment="history", last="2018-12"), worlds=["history"]).models[0]
    suits, after = begun(history, "litigation"), history.scenario.month_after
    assert after(dt.date(2017, 2, 3)) <= suits["google"] < after(dt.date(2017, 5, 3))
    assert min(suits, key=lambda provider: suits[provider]) == "microsoft"


def test_a_suit_that_was_begun_goes_on_after_either_verdict(both: WorldSet) -> None:
    ends = both.models[0].scenario.month_after(dt.date(2018, 4, 17))
    for model in both.models:
        closed = [
            month
            for month, provider, _, offer, change, _ in model.books.offer_changes
            if (provider, offer, change) == ("microsoft", "litigation", "closed")
        ]
        assert all(month >= ends for month in closed)


def test_transparency_reports_go_on_after_any_verdict(both: WorldSet) -> None:
    for model in both.models:
        assert begun(model, "transparency") == begun(both.models[0], "transparency")
        assert not any(
            (offer, change) == ("transparency", "closed")
            for _, _, _, offer, change, _ in model.books.offer_changes
        )
        assert all(provider.transparent for provider in model.us_providers)
    amazon = both.models[0].scenario.month_after(dt.date(2015, 6, 12))
    assert amazon <= begun(both.models[0], "transparency")["aws"] < amazon + 3


def lost(public: dict[str, int], in_court: dict[str, int]) -> dict[str, float]:
    """Bad news remembered in each country after one month's orders, none of which a provider fights."""
    model = WorldSet([asked().scenarios["doj_wins"]], 1).models[0]
    codes = list(model.scenario.jurisdictions)
    counts = [np.array([told.get(code, 0) for code in codes]) for told in (public, in_court, {})]
    model.mind.hear_of_orders(*counts)
    memory = model.mind.memory[:, LAW_ENFORCEMENT, BAD].sum(axis=1)
    where = model.customers.cells.jurisdiction
    return {code: float(memory[where == j].sum()) for j, code in enumerate(codes)}


def test_an_order_about_a_german_costs_trust_in_germany_and_in_the_host_if_it_came_to_court() -> None:
    pressed, tried = lost({"DE": 1}, {}), lost({"DE": 1}, {"IE": 1})
    assert {code for code, bad in pressed.items() if bad > 0.0} == {"DE"}
    assert {code for code, bad in tried.items() if bad > 0.0} == {"DE", "IE"}


def test_a_secret_order_costs_no_trust() -> None:
    """With nothing in the press and nobody in court, orders are news nowhere."""
    worlds = has_run(
        asked("investigators.publicity=0", "investigators.challenged_share=0", last="2015-12"),
        worlds=["doj_wins"],
    )
    asked_for = worlds.models[0].books.answered[:, 1, :, 0].sum()
    assert asked_for > 0
    assert worlds.models[0].casework.public.sum() == 0
    assert not any(lost({}, {}).values())


def test_an_order_about_an_american_is_no_news_to_americans() -> None:
    assert not any(lost({"US": 5}, {}).values())

"""How news is remembered and what it does to belief, on one world's public mind alone."""

import datetime as dt

import numpy as np
import pytest

from sim.model.by_jurisdiction import by_jurisdiction
from sim.model.law.timeline import LawInForce, Month
from sim.model.news import (
    ATTENTION,
    BAD,
    GOOD,
    INTELLIGENCE,
    LAW_ENFORCEMENT,
    RESIDUE,
    PublicMind,
)
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Switch
from tests.model.small_worlds import asked

SEGMENTS = 5
BELIEVED = 0.4
PLAIN = "trust.news_attention=1.0"


def _scenario(*sets: str) -> Scenario:
    return asked(PLAIN, *sets).scenarios["doj_wins"]


def _mind(scenario: Scenario) -> PublicMind:
    countries = len(scenario.jurisdictions)
    return PublicMind(
        scenario, np.repeat(np.arange(countries), SEGMENTS), np.tile(np.arange(SEGMENTS), countries), BELIEVED
    )


def _room(mind: PublicMind) -> np.ndarray:
    """Where a month's evidence goes: cell x channel x good and bad."""
    return np.empty((len(mind.belief), 2, 2))


def _quiet(honoured: float = 1.0, believed: float = BELIEVED, ruling: Switch | None = None) -> Month:
    """A month in which nothing is in the papers but, perhaps, a ruling."""
    return Month(LawInForce("doj_wins", None, frozenset()), honoured, (honoured,), believed, (), ruling)


RULING = Switch(on=dt.date(2014, 7, 31), regime="doj_wins")


def test_news_splits_into_attention_and_residue() -> None:
    for share in (0.0, 0.25, 1.0):
        alike = ("trust.asymmetry=1", "trust.news_strength=8", "trust.lasting_share=1")
        scenario = _scenario(f"trust.residue_share={share}", *alike)
        mind = _mind(scenario)
        mind.hear(LAW_ENFORCEMENT, np.full(len(mind.belief), -0.5))
        assert np.allclose(mind.memory[:, LAW_ENFORCEMENT, BAD, RESIDUE], share * 4.0)
        assert np.allclose(mind.memory[:, LAW_ENFORCEMENT, BAD, ATTENTION], (1.0 - share) * 4.0)
        assert not mind.memory[:, LAW_ENFORCEMENT, GOOD].any()
        assert not mind.memory[:, INTELLIGENCE].any()


def test_news_lasts_longer_in_some_groups_of_countries_and_reaches_more_of_others() -> None:
    """By ties, a country's own entry first; a share is at most 1."""
    scenario = _scenario(
        "trust.residue_share=0.4",
        "trust.lasting_share=1",
        "trust.lasting_share.eu=2",
        "trust.lasting_share.rival=5",
    )
    ties = [where.ties for where in scenario.jurisdictions.values()]
    mind = _mind(scenario)
    mind.hear(INTELLIGENCE, np.full(len(mind.belief), -1.0))
    bad = mind.memory[:, INTELLIGENCE, BAD]
    lasting = (bad[:, RESIDUE] / bad.sum(axis=1))[::SEGMENTS]
    expected = {"eu": 0.8, "rival": 1.0}
    assert lasting == pytest.approx([expected.get(one, 0.4) for one in ties])
    reached = {}
    for factor in (1, 0.5, 5):
        mind = _mind(_scenario("trust.asymmetry=1", "trust.news_reach=1", f"trust.news_reach.eu={factor}"))
        mind.listen(_quiet(ruling=RULING))
        reached[factor] = mind.memory[:, LAW_ENFORCEMENT, BAD].sum(axis=1)[::SEGMENTS]
    eu = np.array([one == "eu" for one in ties])
    assert reached[0.5][eu] == pytest.approx(reached[1][eu] / 2.0)
    assert np.all(reached[0.5][~eu] == reached[1][~eu])
    strength = scenario.parameters.trust.news_strength * scenario.parameters.trust.ruling_weight
    assert reached[5][eu].max() == pytest.approx(strength * (1.0 - BELIEVED)), "at most everybody"


def test_bad_news_counts_as_often_as_the_asymmetry_says() -> None:
    mind = _mind(_scenario("trust.asymmetry=3"))
    weight = np.where(np.arange(len(mind.belief)) % 2 == 0, 0.2, -0.2)
    mind.hear(INTELLIGENCE, weight)
    good, bad = mind.memory[:, INTELLIGENCE, GOOD].sum(axis=1), mind.memory[:, INTELLIGENCE, BAD].sum(axis=1)
    assert np.allclose(bad[1::2], 3.0 * good[::2])
    assert not good[1::2].any()
    assert not bad[::2].any()


def test_memories_halve_in_their_half_lives() -> None:
    mind = _mind(_scenario("trust.attention_half_life=3", "trust.residue_half_life=24"))
    mind.hear(LAW_ENFORCEMENT, np.full(len(mind.belief), -1.0))
    before = mind.memory.copy()
    for _ in range(24):
        mind.listen(_quiet())
    assert np.allclose(mind.memory[:, 0, BAD, RESIDUE], before[:, 0, BAD, RESIDUE] / 2.0)
    assert np.allclose(mind.memory[:, 0, BAD, ATTENTION], before[:, 0, BAD, ATTENTION] / 2.0**8)


def test_a_rulings_effect_goes_with_its_surprise() -> None:
    """At belief 0.5 a win for the DOJ is bad news, a win for Microsoft good news, by half each."""
    scenario = _scenario("trust.asymmetry=1", "trust.news_reach=1")
    reach = np.repeat(by_jurisdiction(scenario.parameters.trust.ruling_reach, scenario), SEGMENTS)
    t = scenario.parameters.trust
    for outcome, sign in ((1.0, BAD), (0.0, GOOD)):
        mind = _mind(scenario)
        mind.listen(_quiet(honoured=outcome, ruling=RULING))
        heard = mind.memory[:, LAW_ENFORCEMENT, sign].sum(axis=1)
        assert np.allclose(heard, t.news_strength * t.ruling_weight * reach * abs(outcome - BELIEVED))
        assert not mind.memory[:, LAW_ENFORCEMENT, 1 - sign].any()
        assert not mind.memory[:, INTELLIGENCE].any()
        jumped = BELIEVED + t.belief_jump * reach * (outcome - BELIEVED)
        rate = np.tile(t.belief_rate.values, len(scenario.jurisdictions))
        assert np.allclose(mind.belief, jumped + rate * (BELIEVED - jumped))


def test_a_ruling_that_everybody_expected_is_no_news() -> None:
    mind = _mind(_scenario())
    mind.belief[:] = 1.0
    mind.listen(_quiet(honoured=1.0, believed=1.0, ruling=RULING))
    assert not mind.memory.any()
    assert np.all(mind.belief == 1.0)


def test_opposite_rulings_at_even_odds_have_opposite_effects() -> None:
    """At a belief of one half and without asymmetry neither side's win is the bigger news."""
    minds = [_mind(_scenario("trust.asymmetry=1")) for _ in range(2)]
    for mind, outcome in zip(minds, (0.0, 1.0), strict=True):
        mind.belief[:] = 0.5
        mind.listen(_quiet(honoured=outcome, believed=0.5, ruling=RULING))
    assert np.allclose(minds[0].memory[:, 0, GOOD], minds[1].memory[:, 0, BAD])
    assert np.allclose(minds[0].belief - 0.5, 0.5 - minds[1].belief)


def test_belief_follows_what_is_known_at_its_rate() -> None:
    scenario = _scenario("trust.belief_rate=0.1")
    mind = _mind(scenario)
    for _ in range(10):
        mind.listen(_quiet(believed=1.0))
    assert np.allclose(mind.belief, 1.0 - (1.0 - BELIEVED) * 0.9**10)


def test_belief_in_intelligence_is_forgotten_towards_its_level_of_2013() -> None:
    scenario = _scenario("trust.belief_forgetting_half_life=12")
    mind = _mind(scenario)
    base = scenario.parameters.exposure.intelligence_belief_2013
    mind.intelligence_belief[:] = 0.9
    for _ in range(12):
        mind.listen(_quiet())
    assert np.allclose(mind.intelligence_belief - base, (0.9 - base) / 2.0)


def test_distrust_of_intelligence_spills_into_law_enforcement_and_not_back() -> None:
    mind = _mind(_scenario("trust.intelligence_spillover=0.25"))
    mind.hear(INTELLIGENCE, np.full(len(mind.belief), -1.0))
    evidence = mind.evidence(_room(mind))
    assert np.allclose(evidence[:, LAW_ENFORCEMENT, BAD], 0.25 * evidence[:, INTELLIGENCE, BAD])
    other = _mind(_scenario("trust.intelligence_spillover=0.25"))
    other.hear(LAW_ENFORCEMENT, np.full(len(other.belief), -1.0))
    assert not other.evidence(_room(other))[:, INTELLIGENCE].any()


def test_a_countrys_own_reach_wins_over_its_ties() -> None:
    scenario = _scenario()
    reach = dict(
        zip(
            scenario.jurisdictions,
            by_jurisdiction({"all": 0.1, "eu": 0.5, "DE": 0.9, "US": 0.0}, scenario),
            strict=True,
        )
    )
    assert (reach["DE"], reach["FR"], reach["BR"], reach["US"]) == (0.9, 0.5, 0.1, 0.0)


@pytest.mark.parametrize("segment", range(SEGMENTS))
def test_segments_follow_the_news_as_closely_as_their_attention(segment: int) -> None:
    scenario = asked().scenarios["doj_wins"]
    mind = _mind(scenario)
    mind.hear(LAW_ENFORCEMENT, np.full(len(mind.belief), 1.0))
    attention = scenario.parameters.trust.news_attention.values
    heard = mind.memory[:, LAW_ENFORCEMENT, GOOD].sum(axis=1)
    assert np.allclose(heard[segment::SEGMENTS], scenario.parameters.trust.news_strength * attention[segment])

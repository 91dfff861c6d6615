"""How news moves trust and belief, cell by cell (MODEL, 'How trust and belief move').

Trust is a Beta reputation with forgetting (Jøsang & Ismail 2002): good and bad news are observations that fade, most
of them within weeks or months (attention), a part over years (residue). Bad news counts `asymmetry` times (Slovic 1993).
Belief about the rule follows what has become known, slowly, and jumps with a ruling.
"""

import numpy as np
from numba import njit

from sim.model.arithmetic import half_life_factor
from sim.model.law.timeline import Month
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Event, News
from sim.words import CHANNELS

LAW_ENFORCEMENT, INTELLIGENCE = range(2)
GOOD, BAD = range(2)
ATTENTION, RESIDUE = range(2)


def reach_by_jurisdiction(reach: dict[str, float], scenario: Scenario) -> np.ndarray:
    """How much of a piece of news arrives: float64 (J,). A country's own entry wins over its ties', that over `all`."""
    return np.array([reach.get(code, reach.get(j.ties, reach.get("all", 0.0))) for code, j in scenario.jurisdictions.items()])


@njit(cache=True)
def _remember(memory, attention, weight, strength, asymmetry, residue_share):  # type: ignore[no-untyped-def]
    """Add news of signed `weight` (C,) to `memory` (C, good/bad, attention/residue)."""
    for c in range(len(weight)):
        if weight[c] != 0.0:
            sign = BAD if weight[c] < 0.0 else GOOD
            amount = strength * attention[c] * abs(weight[c])
            if sign == BAD:
                amount = asymmetry * amount
            memory[c, sign, ATTENTION] += (1.0 - residue_share) * amount
            memory[c, sign, RESIDUE] += residue_share * amount


class PublicMind:
    """Memory of news and beliefs of every cell, in one world.

    memory: float64 (C, channel, good/bad, attention/residue); belief: (C,) that a US warrant reaches data abroad;
    intelligence_belief: (C,) that US intelligence reaches what a US provider holds.
    """

    def __init__(self, scenario: Scenario, jurisdiction: np.ndarray, segment: np.ndarray, believed: float) -> None:
        trust = scenario.parameters.trust
        self._scenario, self._trust = scenario, trust
        self._jurisdiction = jurisdiction
        self._attention = np.array(trust.news_attention.values)[segment]
        self._belief_rate = np.array(trust.belief_rate.values)[segment]
        self._keep = np.array([half_life_factor(trust.attention_half_life), half_life_factor(trust.residue_half_life)])
        self._belief_keep = half_life_factor(trust.belief_forgetting_half_life)
        self._ruling_reach = reach_by_jurisdiction(trust.ruling_reach, scenario)
        cells = len(jurisdiction)
        self.memory = np.zeros((cells, 2, 2, 2))
        self.belief = np.full(cells, believed)
        self.intelligence_belief = np.full(cells, scenario.parameters.exposure.intelligence_belief_2013)

    def listen(self, month: Month) -> None:
        """A month passes: memories fade, events are heard, a ruling surprises, belief follows what is known."""
        self.memory *= self._keep
        base = self._scenario.parameters.exposure.intelligence_belief_2013
        self.intelligence_belief = base + self._belief_keep * (self.intelligence_belief - base)
        for event in month.events:
            self._hear_event(event, month.believed)
        if month.ruling is not None:
            self._hear_ruling(month.honoured)
        self.belief += self._belief_rate * (month.believed - self.belief)

    def hear(self, channel: int, weight: np.ndarray) -> None:
        """Add news of signed weight (C,): observations for attention and, in part, for the residue."""
        trust = self._trust
        _remember(self.memory[:, channel], self._attention, weight, trust.news_strength, trust.asymmetry, trust.residue_share)

    def _hear_event(self, event: Event, believed: float) -> None:
        for news in event.news:
            reach = reach_by_jurisdiction(news.reach, self._scenario)[self._jurisdiction]
            channel = CHANNELS.index(news.channel)
            self.hear(channel, news.weight * reach)
            self._revise(news, channel, reach, believed)

    def _revise(self, news: News, channel: int, reach: np.ndarray, believed: float) -> None:
        step = self._trust.belief_jump * abs(news.weight) * reach * self._attention
        if channel == LAW_ENFORCEMENT:
            self.belief += step * (believed - self.belief)
        else:
            self.intelligence_belief += step * ((1.0 if news.weight < 0.0 else 0.0) - self.intelligence_belief)

    def _hear_ruling(self, outcome: float) -> None:
        """A ruling's effect goes with its surprise, |outcome - belief|; against the customer if warrants reach further."""
        reach = self._ruling_reach[self._jurisdiction]
        surprise = outcome - self.belief
        self.hear(LAW_ENFORCEMENT, -self._trust.ruling_weight * reach * surprise)
        self.belief += self._trust.belief_jump * reach * self._attention * surprise

    def evidence(self) -> np.ndarray:
        """Good and bad news that bear on each channel: (C, channel, good/bad); distrust spills from intelligence into law."""
        effective = self.memory[..., ATTENTION] + self.memory[..., RESIDUE]
        effective[:, LAW_ENFORCEMENT] += self._trust.intelligence_spillover * effective[:, INTELLIGENCE]
        return effective

    def attention_to_bad_news(self) -> np.ndarray:
        """What is in the papers about data being taken: (C,), both channels."""
        memory: np.ndarray = self.memory[:, LAW_ENFORCEMENT, BAD, ATTENTION] + self.memory[:, INTELLIGENCE, BAD, ATTENTION]
        return memory

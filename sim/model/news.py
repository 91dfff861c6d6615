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
from sim.vocabulary import CHANNELS

LAW_ENFORCEMENT, INTELLIGENCE = range(2)
GOOD, BAD = range(2)
ATTENTION, RESIDUE = range(2)


def reach_by_jurisdiction(reach: dict[str, float], scenario: Scenario) -> np.ndarray:
    """How much of a piece of news arrives: float64 (J,). A country's own entry wins over its ties', that over `all`."""
    return np.array(
        [
            reach.get(code, reach.get(j.ties, reach.get("all", 0.0)))
            for code, j in scenario.jurisdictions.items()
        ]
    )


@njit(cache=True)
def _observe(memory, c, attention, weight, strength, asymmetry, residue_share):
    """Add news of signed `weight` to the memory of cell c: (C, good/bad, attention/residue)."""
    if weight != 0.0:
        sign = BAD if weight < 0.0 else GOOD
        amount = strength * attention[c] * abs(weight)
        if sign == BAD:
            amount = asymmetry * amount
        memory[c, sign, ATTENTION] += (1.0 - residue_share) * amount
        memory[c, sign, RESIDUE] += residue_share * amount


@njit(cache=True)
def _remember(memory, attention, weight, strength, asymmetry, residue_share):
    """News of signed `weight` (C,), by cell."""
    for c in range(len(weight)):
        _observe(memory, c, attention, weight[c], strength, asymmetry, residue_share)


@njit(cache=True)
def _remember_incidents(
    memory, attention, jurisdiction, conflicts, disclosures, news, half, strength, asymmetry, residue_share
):
    """Incidents (J,) are bad news where they happened, the more the worse, of weight `news` at most and half of it at `half` incidents."""
    for c in range(len(jurisdiction)):
        n = np.float64(conflicts[jurisdiction[c]] + disclosures[jurisdiction[c]])
        if n > 0.0:
            _observe(memory, c, attention, -(news * n / (n + half)), strength, asymmetry, residue_share)


@njit(cache=True)
def _remember_abroad(memory, attention, jurisdiction, good, strength, asymmetry, residue_share):
    """News of one weight for everybody outside the US."""
    for c in range(len(jurisdiction)):
        if jurisdiction[c] > 0:
            _observe(memory, c, attention, good, strength, asymmetry, residue_share)


@njit(cache=True)
def _remember_at_home(memory, attention, jurisdiction, j, weight, strength, asymmetry, residue_share):
    """News of one weight for everybody in jurisdiction j."""
    for c in range(len(jurisdiction)):
        if jurisdiction[c] == j:
            _observe(memory, c, attention, weight, strength, asymmetry, residue_share)


@njit(cache=True)
def _fade(memory, keep, intelligence_belief, base, belief_keep):
    """A month's forgetting: memory by its two lives, the belief in intelligence access towards its `base`."""
    for c in range(memory.shape[0]):
        for channel in range(2):
            for sign in range(2):
                for life in range(2):
                    memory[c, channel, sign, life] *= keep[life]
        intelligence_belief[c] = base + belief_keep * (intelligence_belief[c] - base)


@njit(cache=True)
def _follow(belief, rate, believed):
    """Belief moves towards what is known."""
    for c in range(len(belief)):
        belief[c] += rate[c] * (believed - belief[c])


@njit(cache=True)
def _weigh_evidence(memory, spillover, out):
    """Good and bad news that bear on each channel, `out` (C, channel, good/bad): both memories, and what spills from intelligence into law."""
    for c in range(memory.shape[0]):
        for sign in range(2):
            for channel in range(2):
                out[c, channel, sign] = (
                    memory[c, channel, sign, ATTENTION] + memory[c, channel, sign, RESIDUE]
                )
            out[c, LAW_ENFORCEMENT, sign] += spillover * out[c, INTELLIGENCE, sign]


class PublicMind:
    """Memory of news and beliefs of every cell, in one world.

    memory: float64 (C, channel, good/bad, attention/residue); belief: (C,) that a US warrant reaches data abroad;
    intelligence_belief: (C,) that US intelligence reaches what a US provider holds.
    """

    def __init__(
        self, scenario: Scenario, jurisdiction: np.ndarray, segment: np.ndarray, believed: float
    ) -> None:
        trust = scenario.parameters.trust
        self._scenario, self._trust = scenario, trust
        self._jurisdiction = jurisdiction
        self._attention = np.array(trust.news_attention.values)[segment]
        self._belief_rate = np.array(trust.belief_rate.values)[segment]
        self._observations = (trust.news_strength, trust.asymmetry, trust.residue_share)
        self._keep = np.array(
            [half_life_factor(trust.attention_half_life), half_life_factor(trust.residue_half_life)]
        )
        self._belief_keep = half_life_factor(trust.belief_forgetting_half_life)
        self._ruling_reach = reach_by_jurisdiction(trust.ruling_reach, scenario)
        cells = len(jurisdiction)
        self.memory = np.zeros((cells, 2, 2, 2))
        self.belief = np.full(cells, believed)
        self.intelligence_belief = np.full(cells, scenario.parameters.exposure.intelligence_belief_2013)

    def listen(self, month: Month) -> None:
        """A month passes: memories fade, events are heard, a ruling surprises, belief follows what is known."""
        _fade(
            self.memory,
            self._keep,
            self.intelligence_belief,
            self._scenario.parameters.exposure.intelligence_belief_2013,
            self._belief_keep,
        )
        for event in month.events:
            self._hear_event(event, month.believed)
        if month.ruling is not None:
            self._hear_ruling(month.honoured)
        _follow(self.belief, self._belief_rate, month.believed)

    def hear(self, channel: int, weight: np.ndarray) -> None:
        """Add news of signed weight (C,): observations for attention and, in part, for the residue."""
        _remember(self.memory[:, channel], self._attention, weight, *self._observations)

    def hear_incidents(self, conflicts: np.ndarray, disclosures: np.ndarray) -> None:
        """Conflicts of law and disclosures of organisations' data, int64 (J,) by where the data lay, are news there."""
        trust = self._trust
        _remember_incidents(
            self.memory[:, LAW_ENFORCEMENT], self._attention, self._jurisdiction, conflicts, disclosures, trust.incident_news, trust.incident_half,
            *self._observations,
        )  # fmt: skip

    def hear_abroad(self, channel: int, good: float) -> None:
        """Good news of one weight for everybody outside the US."""
        _remember_abroad(
            self.memory[:, channel], self._attention, self._jurisdiction, good, *self._observations
        )

    def hear_at_home(self, channel: int, j: int, weight: float) -> None:
        """News of one signed weight in jurisdiction j alone."""
        _remember_at_home(
            self.memory[:, channel], self._attention, self._jurisdiction, j, weight, *self._observations
        )

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
            self.intelligence_belief += step * (
                (1.0 if news.weight < 0.0 else 0.0) - self.intelligence_belief
            )

    def _hear_ruling(self, outcome: float) -> None:
        """A ruling's effect goes with its surprise, |outcome - belief|; against the customer if warrants reach further."""
        reach = self._ruling_reach[self._jurisdiction]
        surprise = outcome - self.belief
        self.hear(LAW_ENFORCEMENT, -self._trust.ruling_weight * reach * surprise)
        self.belief += self._trust.belief_jump * reach * self._attention * surprise

    def evidence(self, out: np.ndarray) -> np.ndarray:
        """Good and bad news that bear on each channel: fills `out` (C, channel, good/bad) and returns it."""
        _weigh_evidence(self.memory, self._trust.intelligence_spillover, out)
        return out

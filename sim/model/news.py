"""How news moves trust and belief, cell by cell (MODEL, 'How trust and belief move').

Trust is a Beta reputation with forgetting (Jøsang & Ismail 2002): good and bad news are observations that
fade. Most fade within weeks or months (attention), a part over years (residue). Bad news counts `asymmetry`
times (Slovic 1993). Belief about the rule slowly approaches what is known, and jumps with a ruling.
"""

import numpy as np

from sim.model.arithmetic import half_life_factor
from sim.model.by_jurisdiction import by_jurisdiction
from sim.model.kernels import hearing as hearing_kernel
from sim.model.kernels import news as kernel
from sim.model.kernels.codes import ATTENTION, BAD, GOOD, INTELLIGENCE, LAW_ENFORCEMENT, RESIDUE
from sim.model.law.timeline import Month
from sim.scenario.scenario import Scenario
from sim.scenario.schema import Event, News
from sim.vocabulary import CHANNELS

__all__ = ["ATTENTION", "BAD", "GOOD", "INTELLIGENCE", "LAW_ENFORCEMENT", "RESIDUE", "PublicMind"]


class PublicMind:
    """Memory of news and beliefs of every cell, in one world.

    memory: float64 (C, channel, good/bad, attention/residue).
    belief: (C,) that a US warrant reaches data abroad.
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
        lasting = np.minimum(by_jurisdiction(trust.lasting_share, scenario) * trust.residue_share, 1.0)
        self._listeners = kernel.Listeners(
            self._attention, jurisdiction, trust.news_strength, trust.asymmetry, lasting[jurisdiction]
        )
        self._keep = np.array(
            [half_life_factor(trust.attention_half_life), half_life_factor(trust.residue_half_life)]
        )
        self._belief_keep = half_life_factor(trust.belief_forgetting_half_life)
        self._ruling_reach = self._arriving(trust.ruling_reach)
        cells = len(jurisdiction)
        self.memory = np.zeros((cells, 2, 2, 2))
        self.belief = np.full(cells, believed)
        self.intelligence_belief = np.full(cells, scenario.parameters.exposure.intelligence_belief_2013)
        # How the month's news gets about: who hears it is up to the customers.
        self.word = hearing_kernel.Word(*(np.zeros((cells, *shape)) for shape in ((), (2,), (2,), (2,))))
        network = scenario.parameters.network
        self._ways, self._life = (
            (network.hearing, network.telling),
            RESIDUE if trust.residue_share else ATTENTION,
        )
        self._lasting = np.zeros((3, cells, 2))  # before the month's news, with it, with all else
        self._reach, self._weight = np.zeros(cells), np.zeros(cells)

    def listen(self, month: Month) -> None:
        """One month: memories fade, customers hear events and rulings, belief approaches what is known."""
        base = self._scenario.parameters.exposure.intelligence_belief_2013
        kernel.fade(self.memory, self._keep, self.intelligence_belief, base, self._belief_keep)
        self._note_memory(0)
        self._reach[:], self._weight[:] = 0.0, 0.0
        for event in month.events:
            self._hear_event(event, month.believed)
        if month.ruling is not None:
            self._hear_ruling(month.honoured)
        if month.events or month.ruling is not None:
            self._note_memory(1)
        kernel.follow(self.belief, self._belief_rate, month.believed)

    def hear(self, channel: int, weight: np.ndarray) -> None:
        """Add news of signed weight (C,): observations for attention and, in part, for the residue."""
        kernel.remember(self.memory[:, channel], self._listeners, weight)

    def hear_of_orders(self, public: np.ndarray, in_court: np.ndarray, fought: np.ndarray) -> None:
        """US orders that became public are news abroad: to the people they are about, and to their hosts.

        int64 (J,): `public` by the country whose people they are about; `in_court` those that came to court,
        by the country in which the data lay, if that is another one; `fought` those that came to court, by
        the country whose people they are about, who hear that a provider fights for them.
        """
        memory, trust = self.memory[:, LAW_ENFORCEMENT], self._trust
        orders = kernel.Orders(public, in_court, fought)
        good = self._scenario.parameters.providers.litigation_trust
        kernel.remember_orders(
            memory, self._listeners, orders, trust.incident_news, good, trust.incident_half
        )

    def hear_reports(self, transparent: float) -> None:
        """US providers win back trust abroad by publishing transparency reports.

        `transparent`: share in their revenue abroad of those that do.
        """
        good = self._scenario.parameters.providers.transparency_trust * transparent
        if good > 0.0:
            for channel in (LAW_ENFORCEMENT, INTELLIGENCE):
                kernel.remember_abroad(self.memory[:, channel], self._listeners, good)

    def hear_protest(self, j: int) -> None:
        """A government's protest is bad news to its own people, in jurisdiction j alone."""
        kernel.remember_at_home(
            self.memory[:, LAW_ENFORCEMENT], self._listeners, j, -self._trust.protest_news
        )

    def _hear_event(self, event: Event, believed: float) -> None:
        for news in event.news:
            reach = self._arriving(news.reach)[self._jurisdiction]
            channel = CHANNELS.index(news.channel)
            self.hear(channel, news.weight * reach)
            self._note_reach(reach, abs(news.weight))
            self._revise(news, channel, reach, believed)

    def _arriving(self, reach: dict[str, float]) -> np.ndarray:
        """Share of people whom news of this written reach reaches, by country: float64 (J,)."""
        written = by_jurisdiction(reach, self._scenario)
        here = by_jurisdiction(self._trust.news_reach, self._scenario)
        return np.asarray(np.minimum(written * here, 1.0))

    def _revise(self, news: News, channel: int, reach: np.ndarray, believed: float) -> None:
        step = np.minimum(self._trust.belief_jump * abs(news.weight) * reach * self._attention, 1.0)
        if news.about_us_rule:
            self.belief += step * (believed - self.belief)
        if channel == INTELLIGENCE:
            self.intelligence_belief += step * (
                (1.0 if news.weight < 0.0 else 0.0) - self.intelligence_belief
            )

    def _hear_ruling(self, outcome: float) -> None:
        """A ruling acts by its surprise, outcome - belief; a wider reach of warrants is bad news."""
        reach = self._ruling_reach[self._jurisdiction]
        surprise = outcome - self.belief
        self.hear(LAW_ENFORCEMENT, -self._trust.ruling_weight * reach * surprise)
        self._note_reach(reach, self._trust.ruling_weight * np.abs(surprise))
        self.belief += np.minimum(self._trust.belief_jump * reach * self._attention, 1.0) * surprise

    def _note_memory(self, when: int) -> None:
        hearing_kernel.lasting(
            self.memory, self._trust.intelligence_spillover, self._life, self._lasting[when]
        )

    def _note_reach(self, reach: np.ndarray, weight: np.ndarray | float) -> None:
        """A piece of news of so much weight reaches so many of each cell: (C,)."""
        self._reach += reach * weight
        self._weight += np.where(reach > 0.0, weight, 0.0)

    def get_about(self) -> hearing_kernel.Word:
        """How the month's news gets about, when all else of the month is in memory."""
        self._note_memory(2)
        before, with_news, after = self._lasting
        hearing_kernel.get_about(before, with_news, after, self._reach, self._weight, self._ways, self.word)
        return self.word

    def evidence(self, out: np.ndarray) -> np.ndarray:
        """Good and bad news that bear on each channel: fills `out` (C, channel, good/bad) and returns it."""
        kernel.weigh_evidence(self.memory, self._trust.intelligence_spillover, out)
        return out

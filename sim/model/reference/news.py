"""What the customers of one cell remember of the news, and what they believe of the rule.

A cell keeps, for each channel (law enforcement, intelligence), observations of good and of bad news. Part of
each piece of news fades within weeks (attention), part over years (residue). Bad news counts `asymmetry`
times (Slovic 1993). Belief that a US warrant reaches data abroad follows what is known, and jumps with news
and with a ruling. The equations are in docs/odd.md, section 7 (News, trust, belief); values and sources in
configs/parameters/trust.yaml.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sim.model.reference.arithmetic import kept_in_a_month
from sim.model.reference.places import entry_of
from sim.scenario.parameters import Parameters
from sim.scenario.schema import Event, Jurisdiction, News

LAW_ENFORCEMENT, INTELLIGENCE = range(2)
CHANNELS = {"law_enforcement": LAW_ENFORCEMENT, "intelligence": INTELLIGENCE}


@dataclass
class Memory:
    """Observations of one sign (good or bad) in one channel: those that fade soon, and those that fade
    slowly.
    """

    attention: float = 0.0
    residue: float = 0.0


@dataclass(frozen=True)
class Word:
    """How the month's news gets about in a cell.

    own: chance of a customer to hear it itself, 0 if there is none. gain, full, keep, by channel: its part in
    what the cell remembers, the same for whoever hears it, and the part of what was remembered before.
    """

    own: float = 0.0
    gain: tuple[float, float] = (0.0, 0.0)
    full: tuple[float, float] = (0.0, 0.0)
    keep: tuple[float, float] = (1.0, 1.0)


@dataclass
class ChannelMemory:
    """What is remembered of one channel."""

    good: Memory = field(default_factory=Memory)
    bad: Memory = field(default_factory=Memory)


class Mind:
    """The memory and the beliefs of one cell. Weights of news lie in [-1, 1]; beliefs are probabilities."""

    def __init__(
        self, parameters: Parameters, code: str, where: Jurisdiction, segment: int, believed: float
    ) -> None:
        self.parameters, self.code, self.where = parameters, code, where
        self.attention = parameters.trust.news_attention.values[segment]
        self.belief_rate = parameters.trust.belief_rate.values[segment]
        self.memory = [ChannelMemory(), ChannelMemory()]
        p = parameters.trust
        self.lasting_share = min(self.of_place(p.lasting_share) * p.residue_share, 1.0)
        self.belief = believed
        self.intelligence_belief = parameters.exposure.intelligence_belief_2013

    def reach(self, by_place: dict[str, float]) -> float:
        """How much of a piece of news arrives here: what the timeline says, times the reach of news here."""
        return min(self.of_place(by_place) * self.of_place(self.parameters.trust.news_reach), 1.0)

    def of_place(self, by_place: dict[str, float]) -> float:
        """What a table says of this country."""
        return entry_of(by_place, self.code, self.where)

    # --- the month --------------------------------------------------------------------------------

    def open_month(self, events: Iterable[Event], believed: float, ruling: float | None) -> None:
        """A month passes: memory fades, events are heard, a ruling surprises, belief follows what is known.

        `believed` is what an attentive reader believes of the rule; `ruling` the share of warrants for data
        abroad that are honoured from now on, if there is a ruling this month.
        """
        self.fade()
        self.before = self.lasting()
        self.reached = self.weight = 0.0  # of the month's news: sum of reach x weight, and of weight
        for event in events:
            for news in event.news:
                self.hear_event(news, believed)
        if ruling is not None:
            self.hear_ruling(ruling)
        self.with_news = self.lasting()
        self.belief += self.belief_rate * (believed - self.belief)

    def fade(self) -> None:
        """Forget: memory by its half-lives, belief in access by intelligence towards its first level."""
        p, first = self.parameters.trust, self.parameters.exposure.intelligence_belief_2013
        for channel in self.memory:
            for memory in (channel.good, channel.bad):
                memory.attention *= kept_in_a_month(p.attention_half_life)
                memory.residue *= kept_in_a_month(p.residue_half_life)
        kept = kept_in_a_month(p.belief_forgetting_half_life)
        self.intelligence_belief = first + kept * (self.intelligence_belief - first)

    def hear(self, channel: int, weight: float) -> None:
        """Add news of a weight, good if positive: observations for attention, and a share of them for the
        residue.
        """
        p = self.parameters.trust
        if weight == 0.0:
            return
        observations = p.news_strength * self.attention * abs(weight)
        if weight < 0.0:
            observations = p.asymmetry * observations
        memory = self.memory[channel].bad if weight < 0.0 else self.memory[channel].good
        memory.attention += (1.0 - self.lasting_share) * observations
        memory.residue += self.lasting_share * observations

    def hear_event(self, news: News, believed: float) -> None:
        """News of an event; if it is about the US rule it moves the belief about it, and news of
        intelligence that about intelligence, by its weight and reach.
        """
        reach, channel = self.reach(news.reach), CHANNELS[news.channel]
        self.hear(channel, news.weight * reach)
        self.note_reach(reach, abs(news.weight))
        step = min(self.parameters.trust.belief_jump * abs(news.weight) * reach * self.attention, 1.0)
        if news.about_us_rule:
            self.belief += step * (believed - self.belief)
        if channel == INTELLIGENCE:
            shown = 1.0 if news.weight < 0.0 else 0.0
            self.intelligence_belief += step * (shown - self.intelligence_belief)

    def hear_ruling(self, honoured: float) -> None:
        """A ruling counts by its surprise, |outcome - belief|; against trust if warrants reach further than
        believed.
        """
        p = self.parameters.trust
        reach, surprise = self.reach(p.ruling_reach), honoured - self.belief
        self.hear(LAW_ENFORCEMENT, -p.ruling_weight * reach * surprise)
        self.note_reach(reach, p.ruling_weight * abs(surprise))
        self.belief += min(p.belief_jump * reach * self.attention, 1.0) * surprise

    def hear_of_orders(self, public: int, in_court: int, fought: int) -> None:
        """US orders that became public are bad news abroad: to the people they are about, and to the country
        on whose soil data of others lay, if they came to court. That a provider fights there is good news to
        the people an order is about. Nobody hears of a sealed order.

        Weights saturate: they are half of `incident_news` and `litigation_trust` at `incident_half` orders.
        """
        p, known, cases = self.parameters.trust, float(public + in_court), float(fought)
        if known + cases > 0.0 and self.code != "US":
            self.hear(LAW_ENFORCEMENT, -(p.incident_news * known / (known + p.incident_half)))
            good = self.parameters.providers.litigation_trust
            self.hear(LAW_ENFORCEMENT, good * cases / (cases + p.incident_half))

    def hear_reports(self, transparent: float) -> None:
        """US providers earn trust abroad by publishing what they are asked for.

        `transparent`: share of their revenue abroad that goes to those that do this.
        """
        good = self.parameters.providers.transparency_trust * transparent
        if self.code != "US":
            self.hear(LAW_ENFORCEMENT, good)
            self.hear(INTELLIGENCE, good)

    def hear_protest(self) -> None:
        """The protest of one's own government is bad news."""
        self.hear(LAW_ENFORCEMENT, -self.parameters.trust.protest_news)

    # --- who hears --------------------------------------------------------------------------------

    def note_reach(self, reach: float, weight: float) -> None:
        """A piece of news reaches so many here."""
        if reach > 0.0:
            self.reached += reach * weight
            self.weight += weight

    def lasting(self) -> list[float]:
        """Slow memory by channel, of both signs; attention where nothing enters slow memory."""
        p = self.parameters.trust
        which = "residue" if p.residue_share else "attention"
        out = [getattr(x.good, which) + getattr(x.bad, which) for x in self.memory]
        out[LAW_ENFORCEMENT] += p.intelligence_spillover * out[INTELLIGENCE]
        return out

    def get_about(self) -> Word:
        """How the month's news gets about, when all else of the month is in memory."""
        p, after = self.parameters.network, self.lasting()
        share = 1.0 - p.hearing * (1.0 - self.reached / self.weight) if self.weight > 0.0 else 0.0
        gain, full, keep = [], [], []
        for before, with_news, everything in zip(self.before, self.with_news, after, strict=True):
            news = with_news - before if share > 0.0 else 0.0
            gain.append(news / everything if everything > 0.0 else 0.0)
            full.append(gain[-1] / share if share > 0.0 else 0.0)
            keep.append(before / everything if everything > 0.0 else 1.0)
        own = chance_of_hearing(share, p.telling) if share > 0.0 else 0.0
        return Word(own, (gain[0], gain[1]), (full[0], full[1]), (keep[0], keep[1]))

    # --- what follows for trust -------------------------------------------------------------------

    def evidence(self) -> tuple[list[float], list[float]]:
        """Observations of good and of bad news by channel; some of those of intelligence also count for law
        enforcement.
        """
        good = [channel.good.attention + channel.good.residue for channel in self.memory]
        bad = [channel.bad.attention + channel.bad.residue for channel in self.memory]
        spillover = self.parameters.trust.intelligence_spillover
        good[LAW_ENFORCEMENT] += spillover * good[INTELLIGENCE]
        bad[LAW_ENFORCEMENT] += spillover * bad[INTELLIGENCE]
        return good, bad


def chance_of_hearing(reach: float, telling: float) -> float:
    """Chance to hear news oneself, so that with being told it is heard by as many as it reaches: by halving.

    Each of six peers that has heard tells by the chance `telling`.
    """
    if telling == 0.0 or reach >= 1.0:
        return min(reach, 1.0)
    low, high = 0.0, reach
    for _ in range(40):
        own = 0.5 * (low + high)
        untold = 1.0
        for _ in range(6):
            untold *= 1.0 - telling * own
        low, high = (own, high) if own + (1.0 - own) * (1.0 - untold) < reach else (low, own)
    return 0.5 * (low + high)

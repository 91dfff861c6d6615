"""Who hears the news, and who is told, compiled.

A cell remembers news as its average customer does (`kernels.news`). Each customer has heard more or less of
what its cell remembers: 1 + `more` times as much, 1 on average. Hearing reaches some at once, and one step
along the network in the month after (Katz & Lazarsfeld 1955).
"""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.codes import INTELLIGENCE, LAW_ENFORCEMENT, PEERS
from sim.model.kernels.jit import entry, inlined, inner
from sim.model.kernels.philox import draw4s
from sim.model.luck import purposes

NOT, HEARD, TOLD = range(3)
HALVINGS = 40


class Word(NamedTuple):
    """The month's news as it gets about in the cells of one world."""

    own: np.ndarray  # float64 (C,) chance to hear it oneself; 0 where there is none
    gain: np.ndarray  # float64 (C, 2) its part in what the cell remembers, by channel
    full: np.ndarray  # float64 (C, 2) the same for whoever hears it, for the average customer 1
    keep: np.ndarray  # float64 (C, 2) the part of what was remembered before


class Getting(NamedTuple):
    """The same for the customers of W worlds: channels of all worlds side by side."""

    own: np.ndarray  # float64 (W, C)
    gain: np.ndarray  # float32 (C, 2W)
    full: np.ndarray  # float32 (C, 2W)
    kept: np.ndarray  # float32 (C, 2W) part of what was heard by the last news that has got about
    told: np.ndarray  # float32 (C, 2W) what whoever is told gains of last month's news
    tells: np.ndarray  # bool (W, C) whether last month's news is told this month


@entry()
def lasting(memory, spillover, life, out):
    """What cells remember by channel, of both signs and one of the two lives: `out` (C, 2)."""
    for c in range(len(memory)):
        for channel in range(2):
            out[c, channel] = memory[c, channel, 0, life] + memory[c, channel, 1, life]
        out[c, LAW_ENFORCEMENT] += spillover * out[c, INTELLIGENCE]


@inlined()
def chance_of_hearing(reach, telling):
    """Chance to hear news oneself at which it reaches so many when whoever has heard has told.

    With six peers of whom each that has heard tells by the chance `telling`; found by halving.
    """
    if telling == 0.0 or reach >= 1.0:
        return min(reach, 1.0)
    low, high = 0.0, reach
    for _ in range(HALVINGS):
        own = 0.5 * (low + high)
        untold = 1.0
        for _ in range(PEERS):
            untold *= 1.0 - telling * own
        if own + (1.0 - own) * (1.0 - untold) < reach:
            low = own
        else:
            high = own
    return 0.5 * (low + high)


@entry()
def get_about(before, with_news, after, reach, weight, ways, word):
    """Fill `word` from what cells remembered before the news, with it, and with all else of the month.

    `reach` (C,) is the sum of reach x weight of the month's news, `weight` (C,) that of the weight of news
    that reaches the cell at all. `ways`: how far hearing differs (0: everybody hears the mean), and the
    chance of telling.
    """
    hearing, telling = ways
    own, gain, full, keep = word.own, word.gain, word.full, word.keep
    last, chance = 0.0, 0.0
    for c in range(len(own)):
        share = 1.0 - hearing * (1.0 - reach[c] / weight[c]) if weight[c] > 0.0 else 0.0
        if share != last:  # cells of one country stand together
            last, chance = share, chance_of_hearing(share, telling) if share > 0.0 else 0.0
        own[c] = chance
        for channel in range(2):
            everything = after[c, channel]
            some = everything > 0.0
            news = with_news[c, channel] - before[c, channel] if share > 0.0 else 0.0
            gain[c, channel] = news / everything if some else 0.0
            full[c, channel] = gain[c, channel] / share if share > 0.0 else 0.0
            keep[c, channel] = before[c, channel] / everything if some else 1.0


@entry()
def spread(w, word, telling, getting, weight, alert):
    """Lay one world's `word` beside those of others: fills column w of `getting`, `weight` and `alert`.

    `weight` (C, 2W) float32 is what `more` counts for in the month's trust; `alert` (W, C) says where anybody
    hears anything. To be called once a month: last month's news is what `getting` still holds.
    """
    for c in range(len(word.own)):
        getting.tells[w, c] = telling > 0.0 and getting.own[w, c] > 0.0
        getting.own[w, c] = word.own[c]
        alert[w, c] = word.own[c] > 0.0 or getting.tells[w, c]
        for channel in range(2):
            k = 2 * w + channel
            getting.told[c, k] = getting.full[c, k]
            getting.gain[c, k], getting.full[c, k] = word.gain[c, channel], word.full[c, channel]
            getting.kept[c, k] = weight[c, k] * np.float32(word.keep[c, channel])
            weight[c, k] = np.float32(1.0) if word.own[c] > 0.0 else getting.kept[c, k]


@inner()
def _who_draws(first, last, c, getting, heard_before, who):
    """Customers first to last of cell c on whom luck decides: fills `who`, returns how many.

    All, where the news reaches some; else those who may be told.
    """
    own, tells, worlds = getting.own, getting.tells, heard_before.shape[1]
    reaches_some, drawing = False, 0
    for w in range(worlds):
        reaches_some |= 0.0 < own[w, c] < 1.0
    for i in range(first, last):
        listens = reaches_some
        for w in range(worlds):
            listens |= tells[w, c] and heard_before[i, w] != HEARD
        who[drawing] = i
        drawing += listens
    return drawing


class Ears(NamedTuple):
    """What customers of W worlds have heard."""

    before: np.ndarray  # uint8 (N, W) last month: NOT, HEARD, TOLD
    now: np.ndarray  # uint8 (N, W) this month
    more: np.ndarray  # float32 (N, 2W) how much more of the news than the average customer


@entry(nogil=True)
def hear(part, parts, now, people, getting, chance_told, ears):
    """Who of one of so many parts of the customers hears the month's news, or is told of last month's.

    `chance_told` (7,) by how many peers have heard. Fills `ears.now` and revises `ears.more`.
    """
    heard_before, heard, more = ears
    blocks, cell, peers, groups = people.blocks, people.cell, people.peers, people.groups
    own, gain, full, kept = getting.own, getting.gain, getting.full, getting.kept
    told, tells = getting.told, getting.tells
    worlds, largest = heard.shape[1], 0
    for b in range(len(blocks)):
        largest = max(largest, blocks[b, 1] - blocks[b, 0])
    who, numbers = np.empty(largest + 1, np.uint32), np.zeros(largest, np.uint32)
    uniform = np.empty(4 * largest)
    for g in range(part * len(groups) // parts, (part + 1) * len(groups) // parts):
        for b in range(groups[g, 0], groups[g, 1]):
            first, last = blocks[b, 0], blocks[b, 1]
            c, anything = cell[first], False
            for w in range(worlds):
                anything |= own[w, c] > 0.0 or tells[w, c]
            if not anything:
                heard[first:last] = NOT
                continue
            drawing, at = _who_draws(first, last, c, getting, heard_before, who), 0
            draw4s(now.seed, who[:drawing], now.month, purposes.HEARING, numbers[:drawing], uniform)
            for i in range(first, last):
                to_hear, to_be_told = 0.0, 1.0  # where nothing is drawn: what reaches all is heard
                if at < drawing and who[at] == i:
                    to_hear, to_be_told = uniform[4 * at], uniform[4 * at + 1]
                    at += 1
                for w in range(worlds):
                    how, law, intelligence = NOT, 2 * w, 2 * w + 1
                    if tells[w, c] and heard_before[i, w] != HEARD:
                        talkers = 0
                        for k in range(PEERS):
                            talkers += heard_before[peers[i, k], w] == HEARD
                        if to_be_told < chance_told[talkers]:
                            more[i, law] += told[c, law]
                            more[i, intelligence] += told[c, intelligence]
                            how = TOLD
                    if own[w, c] > 0.0:
                        hears = to_hear < own[w, c]
                        for k in range(law, intelligence + 1):
                            new = full[c, k] if hears else np.float32(0.0)
                            more[i, k] = kept[c, k] * more[i, k] + (new - gain[c, k])
                        if hears:
                            how = HEARD
                    heard[i, w] = how

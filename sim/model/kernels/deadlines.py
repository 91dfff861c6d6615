"""Who has something to decide this month, compiled.

Contracts run out, customers become ready, periods of grace end.
"""

import numpy as np

from sim.model.kernels.codes import ON_PREMISES
from sim.model.kernels.jit import entry, inlined, inner

LOOK = 64  # customers looked at together, before any of them is looked at alone


@inner()
def phase_of(month, term):
    """The phase of the contracts of this term that are renewed in a month."""
    since = month % term
    return term - since if since > 0 else 0


@entry()
def fill_calendar(blocks, renewal, calendar, starts):
    """Sort every block's customers by phase, keeping their order within one (a counting sort)."""
    for b in range(len(blocks)):
        starts[b] = 0
        for i in range(blocks[b, 0], blocks[b, 1]):
            starts[b, renewal[i] + 1] += 1
        starts[b, 0] = blocks[b, 0]
        for phase in range(1, starts.shape[1]):
            starts[b, phase] += starts[b, phase - 1]
        room = starts[b].copy()
        for i in range(blocks[b, 0], blocks[b, 1]):
            calendar[room[renewal[i]]] = i
            room[renewal[i]] += 1


@inner()
def who_renews(month, group, blocks, term, calendar, calendar_start, place, who):
    """Everybody of a group of blocks whose contract is renewed this month, block by block: how many.

    Fills `who`.

    Whoever is on premises in every world has no contract.
    """
    renewing = 0
    for b in range(group[0], group[1]):
        phase = phase_of(month, np.int64(term[blocks[b, 0]]))
        for at in range(calendar_start[b, phase], calendar_start[b, phase + 1]):
            i = calendar[at]
            who[renewing] = i  # without a branch: half of all wait, and nobody can guess who
            renewing += _has_contract(np.int64(i), place)
    return renewing


@inner()
def _has_contract(i, place):
    """Whether a customer is in the cloud in any world."""
    somewhere = False
    for w in range(place.shape[1]):
        somewhere |= place[i, w] != ON_PREMISES
    return somewhere


@entry()
def enforce(unlawful, unlawful_then, expelled, expels):
    """When the period of grace is over.

    `expelled` (W, C, O) is whom the law barred then, `unlawful_then`, and still does; `expels` (W, C) whether
    that is more than last month anywhere. `unlawful_then` becomes what is `unlawful` now, for when the period
    is over again.

    Elsewhere nobody is left to be expelled: all went when it began, and who is barred cannot come.
    """
    for w in range(expelled.shape[0]):
        for c in range(expelled.shape[1]):
            more = False
            for o in range(expelled.shape[2]):
                barred = min(unlawful_then[w, c, o], unlawful[w, c, o])
                more |= barred > expelled[w, c, o]
                expelled[w, c, o] = barred
                unlawful_then[w, c, o] = unlawful[w, c, o]
            expels[w, c] = more


@inner()
def _anybody_ready(width, first, last, soon, readiness):
    """Whether anybody may be ready in one of the worlds, as many as `width` is long.

    `soon` (W,) float32 is just above the hazard.
    """
    found = False
    for i in range(np.uint64(first), np.uint64(last)):
        for w in range(len(width)):
            found |= readiness[i * np.uint64(len(width)) + np.uint64(w)] <= soon[w]
    return found


@inlined()
def _anybody_expelled(w, c, first, last, expelled, law_order, place):
    """Whether anybody of cell c in world w has outstayed its grace; `expelled` (W, C, O)."""
    found = False
    for i in range(np.uint64(first), np.uint64(last)):
        found |= law_order[i] < expelled[w, c, np.uint64(np.uint8(place[i, w]))]
    return found


@inner()
def who_is_due(month, group, people, terms, state, renewing, soon, who):
    """Who of a group of blocks has to decide: how many; fills `who`.

    Of each block first those of `renewing`, then those ready to adopt, alarmed or past their grace. `soon`
    (W,) float32 is for notes.
    """
    blocks, cell, term, renewal, law_order = (
        people.blocks,
        people.cell,
        people.term,
        people.renewal,
        people.law_order,
    )
    hazard, expelled, expels, readiness, place = (
        terms.hazard,
        terms.expelled,
        terms.expels,
        state.readiness,
        state.place,
    )
    alert, alarmed = terms.alert, state.alarmed
    worlds, at, due = place.shape[1], 0, 0
    ready = readiness.reshape(-1)
    for b in range(group[0], group[1]):
        first, last = blocks[b, 0], blocks[b, 1]
        c = cell[first]
        phase = phase_of(month, np.int64(term[first]))
        while at < len(renewing) and renewing[at] < last:
            who[due] = renewing[at]
            at, due = at + 1, due + 1
        expelling, alerting = False, False
        for w in range(worlds):
            alerting |= alert[w, c]
            soon[w] = np.float32(hazard[w, c] * 1.000001)
            expelling |= expels[w, c]
        for start in range(first, last, LOOK):
            end = min(start + LOOK, last)
            # A number of worlds written out tells the compiler what is adjacent; a variable does not.
            found = (alerting or worlds > 2) or (
                _anybody_ready((0,), start, end, soon, ready)
                if worlds == 1
                else _anybody_ready((0, 0), start, end, soon, ready)
            )
            for w in range(worlds):
                found = found or (
                    expelling and _anybody_expelled(w, c, start, end, expelled, law_order, place)
                )
            if found:
                for i in range(start, end):
                    is_due = False
                    for w in range(worlds):
                        is_due |= readiness[i, w] <= soon[w]
                        is_due |= expelling and law_order[i] < expelled[w, c, np.int64(place[i, w])]
                        is_due |= alert[w, c] and alarmed[i, w]
                    who[due] = i  # without a branch, as above
                    due += is_due & ((renewal[i] != phase) | (not _has_contract(i, place)))
    return due

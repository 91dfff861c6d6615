"""The queues of mutual legal assistance, compiled: one clerk for each pair of countries and direction."""

from typing import NamedTuple

import numpy as np

from sim.model.kernels.jit import inlined, inner

RATE, FREE_AT = range(2)  # columns of a clerk


class Queues(NamedTuple):
    """Mutual legal assistance: outgoing and incoming requests, one clerk for each pair."""

    hiring: (
        float  # part of the distance between the load known and this month's load that is closed in a month
    )
    utilisation: float  # load over capacity that authorities aim at
    clerks: np.ndarray  # float64 (2, J, 2) capacity a month, and the time at which the clerk is free
    least: np.ndarray  # float64 (2, J) capacity at the start, which is kept
    staff: np.ndarray  # float64 (2, J) staff, as a multiple of what the load calls for
    load: np.ndarray  # float64 (2, J) requests a month that the authority has come to expect
    arrived: np.ndarray  # int64 (2, J) so far
    new: np.ndarray  # int64 (2, J) that arrived last month
    done: np.ndarray  # int64 (2, J) so far
    finish: np.ndarray  # int64 (M, 2, J) completions by month
    backlog: np.ndarray  # int64 (2, J)


@inlined()
def enter_queue(side, other, arrival, work, clerks, arrived, new, finish):
    """A request joins the queue of one clerk: the time at which the clerk has done it."""
    begins = max(arrival, clerks[side, other, FREE_AT])
    ends = begins + work / clerks[side, other, RATE]
    clerks[side, other, FREE_AT] = ends
    arrived[side, other] += 1
    new[side, other] += 1
    if ends < len(finish):
        finish[np.int64(ends), side, other] += 1
    return ends


@inner()
def open_queues(queues):
    """Capacity follows a lasting change of load with a lag, as governments hire; nobody is dismissed.

    The load of a month is what arrived and a twelfth of what waits, which a year should clear.
    """
    load, new = queues.load, queues.new
    for side in range(load.shape[0]):
        for j in range(load.shape[1]):
            load[side, j] += queues.hiring * (new[side, j] + queues.backlog[side, j] / 12.0 - load[side, j])
            new[side, j] = 0
            needed = max(queues.least[side, j], load[side, j] / queues.utilisation)
            queues.clerks[side, j, RATE] = queues.staff[side, j] * needed


@inner()
def close_queues(month, queues):
    """Count what was finished this month; the backlog is what has arrived and is not."""
    finish, arrived, done, backlog = queues.finish, queues.arrived, queues.done, queues.backlog
    for side in range(2):
        for j in range(finish.shape[2]):
            done[side, j] += finish[month, side, j]
            backlog[side, j] = arrived[side, j] - done[side, j]

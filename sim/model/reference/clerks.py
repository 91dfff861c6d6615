"""Clerks: the queue of one authority for the requests of one country, first come, first served."""

from dataclasses import dataclass, field


@dataclass
class Clerk:
    """The queue of one authority for the requests of one country; capacity is in requests a month.

    `least`: capacity at the start; `load`: requests a month that the authority has come to expect; `staff`:
    its staff as a multiple of what the load calls for.
    """

    least: float
    load: float
    capacity: float
    free_at: float = 0.0
    arrived: int = 0
    arrived_last_month: int = 0
    staff: float = 1.0
    finishes: list[float] = field(default_factory=list)  # times at which requests leave the queue

    def backlog_at(self, month: int) -> int:
        """Requests that wait at the beginning of a month."""
        return self.arrived - len([end for end in self.finishes if end < month])

    def hire(self, month: int, hiring: float, utilisation: float) -> None:
        """Capacity follows a lasting change of load with a lag; nobody is dismissed.

        The load of a month is what arrived and a twelfth of what waits, which a year should clear.
        """
        self.load += hiring * (self.arrived_last_month + self.backlog_at(month) / 12.0 - self.load)
        self.arrived_last_month = 0
        self.capacity = self.staff * max(self.least, self.load / utilisation)

    def serve(self, arrival: float, work: float) -> float:
        """Queue a request; `work` is of unit mean. Returns when it is finished."""
        ends = max(arrival, self.free_at) + work / self.capacity
        self.free_at = ends
        self.arrived += 1
        self.arrived_last_month += 1
        self.finishes.append(ends)
        return ends

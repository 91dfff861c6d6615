"""The explorer's tabs: the label, tables and sections of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sim.runs.live_pairs import Wanted
from sim.view.blocks import Section
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.trust_tab import LAWS, maps, trust
from sim.view.results_view import ResultsView
from sim.view.sections import (
    data_location,
    governments,
    headline_summary,
    investigators,
    revenue,
    stated_and_actual,
)
from sim.view.sections import trust as report_trust
from sim.vocabulary import INSTRUMENTS, KINDS


@dataclass(frozen=True)
class Tab:
    """One tab.

    `wanted` are the tables beside `world`; of `country` what the sections take from `world` must be there
    too. A `traced` tab is not made from tables: a worker traces single agents (`who_moved`).
    """

    title: str
    wanted: Wanted
    sections: Callable[[ResultsView, State], Sequence[Section]]
    traced: bool = False


_FLOWS = ("country", "from_kind", "from_host", "to_kind", "to_host", "tb", "customers")
_REQUESTS = (
    "direction",
    "country",
    "route",
    "requests",
    "succeeded",
    "succeeded_12m",
    "months",
    "unreadable",
    "conflicts",
    "backlog",
)
_STATED = (
    "stated_more_negative",
    "stated_less_likely",
    "stated_would_leave",
    "stated_would_pay",
    "left_us",
    "gave_up",
    "postponed",
)

TABS: dict[str, Tab] = {
    "trust": Tab(
        "Trust", {"country": ("country", "trust", "trust_intelligence")}, lambda view, state: [trust(view)]
    ),
    "map": Tab(
        "Map",
        {"country": ("country", "trust", *LAWS)},
        lambda view, state: [maps(view, state.measure, state.month)],
    ),
    "data": Tab(
        "Data",
        {"country": ("country", *(f"tb_{kind}" for kind in KINDS)), "flows": _FLOWS},
        lambda view, state: [
            data_location.where(view),
            data_location.between_countries(view)
            if state.streams == "countries"
            else data_location.moves(view),
        ],
    ),
    "money": Tab(
        "Money",
        {"country": ("country", "revenue_us", "revenue_home_grown")},
        lambda view, state: [revenue.money(view)],
    ),
    "laws": Tab(
        "Laws",
        {
            "country": ("country", *(f"law_{name}" for name in INSTRUMENTS)),
            "laws": ("country", "instrument", "change", "why"),
            "offers": ("provider", "country", "offer", "change"),
        },
        lambda view, state: [governments.laws(view), governments.offers(view)],
    ),
    "evidence": Tab(
        "Evidence",
        {"country": ("country",), "requests": _REQUESTS},
        lambda view, state: [investigators.evidence(view)],
    ),
    "said": Tab(
        "Stated and actual",
        {
            "country": ("country", "adoption", *_STATED),
            "cell": ("country", "segment", "customers", "adoption"),
        },
        lambda view, state: [stated_and_actual.reaction(view)],
    ),
    "moved": Tab("Who moved", {"country": ("country",)}, lambda view, state: [], traced=True),
    "numbers": Tab(
        "Numbers",
        {"country": ("country",)},
        lambda view, state: [headline_summary.headlines(view), report_trust.events(view)],
    ),
}

"""The words of a trace: months, places, values, and the worlds that are compared."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.drivers.trace.pair import TracedPair
from sim.view.figures.style import KIND_LABELS, WorldStyle, world_styles
from sim.view.number_format import missing, number
from sim.view.tables import Value, text
from sim.vocabulary import HOME_GROWN, ON_PREMISES


def styles(pair: TracedPair) -> tuple[WorldStyle, WorldStyle]:
    """The two worlds as charts show them."""
    found = world_styles(dict(zip(pair.names, pair.labels, strict=True)))
    return found[pair.names[0]], found[pair.names[1]]


def seed_words(pair: TracedPair) -> str:
    """Which worlds, which seed, as HTML."""
    a, b = (text(label) for label in pair.labels)
    customers = pair.resolved.experiment.customers
    return (
        f"{a} against {b}, seed {pair.seed}, {customers:,} simulated customers. Everybody lives in both "
        "worlds, with the same luck: what differs comes from the worlds. One seed is one draw of luck, so "
        "this shows how it comes about, not how much it is on average."
    )


def month_words(month: Any) -> str:
    """A month as people write it, or that there is none."""
    return "never" if month is None or pd.isna(month) else f"{month:%B %Y}"


def month_short(month: Any) -> str | None:
    """A month for a table; None if there is none."""
    return None if month is None or pd.isna(month) else f"{month:%Y-%m}"


def place_name(pair: TracedPair, code: str) -> str:
    """A jurisdiction's name."""
    return str(pair.scenarios[0].jurisdictions[code].name)


def kind_words(pair: TracedPair, row: Mapping[str, Any], side: str = "") -> str:
    """The place of a row (`kind`, `provider`, of world `side`) in words: `local region (Google)`."""
    kind, provider = str(row[f"kind{side}"]), str(row[f"provider{side}"])
    if kind in (ON_PREMISES, HOME_GROWN):
        return KIND_LABELS[kind].lower()
    return f"{KIND_LABELS[kind].removeprefix('US provider, ')} ({pair.scenarios[0].providers[provider].name})"


def spoken(entry: Any) -> str:
    """A code in words."""
    return str(entry).replace("_", " ")


def plain_number(value: float, digits: int = 4) -> str:
    """A number to so many digits; a whole number without decimals."""
    return number(value, decimals=0) if value.is_integer() else number(value, digits=digits)


def value_words(value: Any) -> Value:
    """A value of a chain: text as it is, whole numbers whole, others to four digits."""
    if value is None or (not isinstance(value, str) and pd.isna(value)):
        return None
    return spoken(value) if isinstance(value, str) else plain_number(float(value))


def share_words(part: float, whole: float) -> str:
    """A share as a percentage, small ones with two digits."""
    share = 100.0 * part / whole if whole else 0.0
    return f"{number(share, digits=2)}%" if not missing(share) else "none"

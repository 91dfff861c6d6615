"""Money: what providers earn, who has which share of a market, and what an event took away."""

from collections.abc import Callable

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.place import WORLD
from sim.analysis.evidence.measures.selection import MISSING, View, quotient
from sim.analysis.evidence.measures.window import Window

_OF = {
    "us": ("revenue_us",),
    "us_sovereign": ("revenue_us_sovereign",),
    "home_grown": ("revenue_home_grown",),
    "all": ("revenue_us", "revenue_home_grown"),
}
_WHOSE = Argument("of", "whose revenue", tuple(_OF), default="us")
_WHOSE_SHARE = Argument("of", "whose share", ("us", "us_sovereign", "home_grown"))
_WHICH = Argument("provider", "which US providers", "providers", several=True)
_BESIDES = Argument(
    "besides",
    "points of share of a provider that the model does not know one by one, added as they are",
    default="0",
)
_BY_PLACE = {"place": "eu", "population": "organisations"}
_SHARES = (
    "home-grown strength and learning start from a log-odds line through the measured shares; the pull "
    "of scale is weaker or stronger than it was"
)
_VOLUME = "volume growth was computed for the whole market, while adoption runs by country"
_NAMED = "shares among US providers follow a log-odds line through later dates"


def _earned(view: View, window: Window) -> float:
    return view.total(_OF[view.arguments["of"]], window)


def revenue(view: View) -> float:
    """Revenue in the period as a yearly rate, USD bn."""
    return _earned(view, view.period) / view.period.years / 1e9


def revenue_growth(view: View) -> float:
    """Growth of revenue from the first date to the second, %."""
    return 100.0 * (quotient(_earned(view, view.last), _earned(view, view.first)) - 1.0)


def revenue_lost(view: View, without: View) -> float:
    """What is missing of the revenue that there would have been without the event, %."""
    return 100.0 * (1.0 - quotient(_earned(view, view.period), _earned(without, without.period)))


def _share(view: View, window: Window) -> float:
    return 100.0 * quotient(_earned(view, window), view.total(_OF["all"], window))


def market_share(view: View) -> float:
    """Share of cloud spending in the place, %."""
    return _share(view, view.period)


def market_share_change(view: View) -> float:
    """Points of it that were won from the first date to the second."""
    return _share(view, view.last) - _share(view, view.first)


def sovereign_share(view: View) -> float:
    """Part of US providers' revenue that comes from trustee, customer-key and US-subsidiary offers, %."""
    return 100.0 * quotient(view.total(_OF["us_sovereign"], view.period), view.total(_OF["us"], view.period))


def _providers_earned(view: View, window: Window) -> float:
    at = view.run.at("market", window, country=view.place.codes, provider=view.words("provider"))
    return float(np.sum(view.run.column("market", "revenue")[at])) if len(at) else MISSING


def _spent(view: View, window: Window) -> float:
    at = view.run.at("country", window, country=view.place.codes)
    return float(sum(np.sum(view.run.column("country", name)[at]) for name in _OF["all"]))


def _provider_share(view: View, window: Window) -> float:
    return 100.0 * quotient(_providers_earned(view, window), _spent(view, window))


def provider_share(view: View) -> float:
    """Share of named US providers together, %."""
    return _provider_share(view, view.period) + float(view.arguments["besides"])


def provider_share_change(view: View) -> float:
    """Points of it that were won from the first date to the second."""
    return _provider_share(view, view.last) - _provider_share(view, view.first)


def provider_growth(view: View) -> float:
    """Growth of the revenue of named US providers from the first date to the second, %."""
    return 100.0 * (quotient(_providers_earned(view, view.last), _providers_earned(view, view.first)) - 1.0)


def _of_cells(
    name: str,
    what: str,
    unit: str,
    cause: str,
    example: dict[str, str],
    measure: Callable[[View], float] | None,
    *,
    arguments: tuple[Argument, ...] = (_WHOSE,),
    two_dates: bool = False,
    against: Callable[[View, View], float] | None = None,
) -> Measure:
    return Measure(
        name,
        what,
        unit,
        cause,
        ("cell",),
        {**_BY_PLACE, **example},
        measure,
        against,
        arguments,
        by_population=True,
        two_dates=two_dates,
    )


def _of_providers(
    name: str,
    what: str,
    unit: str,
    example: dict[str, str],
    measure: Callable[[View], float],
    two_dates: bool = False,
) -> Measure:
    arguments = (_WHICH, _BESIDES) if name == "provider_share" else (_WHICH,)
    example = {"place": WORLD, **example}
    return Measure(
        name,
        what,
        unit,
        _NAMED,
        ("country", "market"),
        example,
        measure,
        None,
        arguments,
        two_dates=two_dates,
    )


MARKET = (
    _of_cells(
        "revenue",
        "Cloud revenue, as a yearly rate",
        "USD bn a year",
        _VOLUME,
        {
            "place": "world",
            "population": "",
            "from": "2025",
            "to": "2025",
            "value": "419",
            "se": "21",
            "arguments": "of=all",
        },
        revenue,
    ),
    _of_cells(
        "revenue_growth",
        "Growth of cloud revenue, from one date to another",
        "%",
        _VOLUME,
        {
            "place": "abroad",
            "from": "2013-Q2",
            "to": "2014-Q2",
            "without_event": "T01",
            "value": "-5",
            "se": "2",
            "arguments": "of=us",
        },
        revenue_growth,
        two_dates=True,
    ),
    _of_cells(
        "revenue_lost",
        "Revenue lost to an event, as part of what there would have been",
        "%",
        "sensitivity to perceived risk is a judgement",
        {
            "place": "abroad",
            "from": "2014",
            "to": "2016",
            "without_event": "T01",
            "value": "8",
            "se": "2",
            "bound": "le",
            "arguments": "of=us",
        },
        None,
        against=revenue_lost,
    ),
    _of_cells(
        "market_share",
        "Share of cloud spending",
        "%",
        _SHARES,
        {"from": "2022", "to": "2022", "value": "15", "se": "2", "arguments": "of=home_grown"},
        market_share,
        arguments=(_WHOSE_SHARE,),
    ),
    _of_cells(
        "market_share_change",
        "Change of the share of cloud spending, from one date to another",
        "points",
        _SHARES,
        {
            "from": "2013-Q2",
            "to": "2015-Q2",
            "without_event": "T01",
            "value": "-1",
            "se": "1",
            "arguments": "of=us",
        },
        market_share_change,
        arguments=(_WHOSE_SHARE,),
        two_dates=True,
    ),
    _of_cells(
        "sovereign_share",
        "Part of US providers' revenue that sovereign offers earn",
        "%",
        "prices and quality of sovereign offers are judgements",
        {"place": "DE", "from": "2018", "to": "2018", "value": "2", "se": "1", "bound": "le"},
        sovereign_share,
        arguments=(),
    ),
    _of_providers(
        "provider_share",
        "Share of named US providers in cloud spending",
        "%",
        {
            "from": "2015-Q2",
            "to": "2015-Q2",
            "value": "47",
            "se": "2",
            "arguments": "provider=aws+microsoft+google",
        },
        provider_share,
    ),
    _of_providers(
        "provider_share_change",
        "Change of the share of named US providers, from one date to another",
        "points",
        {
            "from": "2013-Q2",
            "to": "2015-Q2",
            "without_event": "T01",
            "value": "0",
            "se": "1",
            "arguments": "provider=aws",
            "place": "eu",
        },
        provider_share_change,
        True,
    ),
    _of_providers(
        "provider_growth",
        "Growth of the revenue of named US providers, from one date to another",
        "%",
        {
            "place": "DE",
            "from": "2013-Q2",
            "to": "2014-Q2",
            "without_event": "T01",
            "value": "-5",
            "se": "2",
            "arguments": "provider=microsoft",
        },
        provider_growth,
        True,
    ),
)

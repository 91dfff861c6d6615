"""Where data lies, what can reach it, and how much of it moved."""

import numpy as np

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.selection import View, quotient
from sim.vocabulary import KINDS, ON_PREMISES

_IN_CLOUD = tuple(f"tb_{kind}" for kind in KINDS if kind != ON_PREMISES)
_BASES = {
    "cloud": _IN_CLOUD,
    "us_providers": tuple(f"tb_{kind}" for kind in KINDS[1:-1]),
    "all": tuple(f"tb_{kind}" for kind in KINDS),
}
_KIND = Argument("kind", "kind of place", KINDS, several=True)
_OF = Argument("of", "of data in the cloud, at US providers, or of all", tuple(_BASES), default="cloud")
_CAUSE = "where US providers build, and what customers gain from nearness, are judgements"
_ANYWHERE = "+".join(KINDS)


def data_share(view: View) -> float:
    """Part of the data that lies in a kind of place, %."""
    return 100.0 * quotient(
        view.total([f"tb_{kind}" for kind in view.words("kind")], view.period),
        view.total(_BASES[view.arguments["of"]], view.period),
    )


def data_at_home(view: View) -> float:
    """Part of the cloud data that lies on the soil of its owner's own jurisdiction, %."""
    at_home = view.total(("tb_at_home",), view.period) - view.total((f"tb_{ON_PREMISES}",), view.period)
    return 100.0 * quotient(at_home, view.total(_IN_CLOUD, view.period))


def data_within_us_reach(view: View) -> float:
    """Part of the cloud data that a US order reaches without foreign help, %."""
    return 100.0 * quotient(view.total(("tb_us_reach",), view.period), view.total(_IN_CLOUD, view.period))


def data_moved(view: View) -> float:
    """TB that customers of the place moved between kinds of place in the period, to hosts in `to`."""
    keys = {
        "country": view.place.codes,
        "from_kind": view.words("from_kind"),
        "to_kind": view.words("to_kind"),
    }
    if view.arguments["to"]:
        keys["to_host"] = view.words("to")
    return float(np.sum(view.run.column("flows", "tb")[view.run.at("flows", view.period, **keys)]))


STORAGE = (
    Measure(
        "data_share",
        "Part of the data that lies in a kind of place (local regions, on premises, ...)",
        "%",
        _CAUSE,
        ("cell",),
        {
            "place": "DE",
            "population": "organisations",
            "from": "2018-12",
            "to": "2018-12",
            "value": "60",
            "se": "5",
            "arguments": "kind=local_region;of=us_providers",
        },
        data_share,
        arguments=(_KIND, _OF),
        by_population=True,
    ),
    Measure(
        "data_at_home",
        "Part of the cloud data that lies on its owner's own soil",
        "%",
        _CAUSE,
        ("cell",),
        {
            "place": "eu",
            "population": "organisations",
            "from": "2020",
            "to": "2020",
            "value": "70",
            "se": "5",
        },
        data_at_home,
        by_population=True,
    ),
    Measure(
        "data_within_us_reach",
        "Part of the cloud data that a US order reaches without foreign help",
        "%",
        _CAUSE,
        ("cell",),
        {"place": "abroad", "population": "", "from": "2019", "to": "2019", "value": "80", "se": "5"},
        data_within_us_reach,
        by_population=True,
    ),
    Measure(
        "data_moved",
        "Data that customers of a place moved in the period",
        "TB",
        _CAUSE,
        ("flows",),
        {
            "place": "DE",
            "from": "2014",
            "to": "2014",
            "value": "1000",
            "se": "500",
            "arguments": "from_kind=us_region;to_kind=local_region+home_grown;to=DE",
        },
        data_moved,
        arguments=(
            Argument("from_kind", "kinds of place it left", KINDS, _ANYWHERE, True),
            Argument("to_kind", "kinds of place it went to", KINDS, _ANYWHERE, True),
            Argument("to", "jurisdictions on whose soil it lies now (left out: any)", "countries", "", True),
        ),
    ),
)

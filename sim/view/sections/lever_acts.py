"""What each lever of an experiment is: who does what, where, from when, and what that assumes."""

from collections.abc import Mapping
from typing import Any

from sim.analysis.drivers.lever_words import levers_words
from sim.scenario.levers import ABROAD, HISTORY, US
from sim.scenario.schema import US_PROVIDERS
from sim.view.evidence_words import place_words
from sim.view.labels import INSTRUMENTS, OFFERS, PROVIDERS
from sim.view.results_view import ResultsView
from sim.view.tables import Table, Value, columns

_ACTORS = {
    US_PROVIDERS: "US providers",
    US: "United States",
    HISTORY: "nobody: history",
    ABROAD: "governments abroad",
    "eu": "governments of the EU",
}
_ACTS = {
    "open": "open an offer: {offer}",
    "close": "close an offer: {offer}",
    "litigate": "take warrants for data abroad to court",
    "publish": "publish transparency reports",
    "cut_price": "cut list prices by {cut:.0%}",
    "comity": "spare orders that conflict with other law: {comity}",
    "agreement": "executive agreement",
    "mla_staff": "{times:g} times the staff for mutual legal assistance",
    "adopt": "adopt a law: {instrument}",
    "repeal": "repeal a law: {instrument}",
    "move": "another date: {event}",
}


def acts_table(view: ResultsView) -> Table:
    """A row for each lever of the experiment."""
    experiment = view.manifest["scenario"]["experiment"]
    rows = [
        _row(view, name, lever, experiment.get("comity") or {})
        for name, lever in experiment["levers"].items()
    ]
    heads = columns("Lever", "Who", "What", "Where", "From", "What it assumes")
    note = "A lever acts from the first month that begins after its date."
    return Table("What each lever is", heads, rows, note, folded=True)


def _row(view: ResultsView, name: str, lever: Mapping[str, Any], comity: Mapping[str, Any]) -> list[Value]:
    by = str(lever["by"])
    who = _ACTORS.get(by) or PROVIDERS.get(by) or view.place(by)
    where = place_words("+".join(lever["countries"]), view.place) if lever["countries"] else None
    return [
        levers_words(name),
        who,
        lever["what"] or _what(view, lever, comity),
        where.replace("outside the US", "everywhere abroad") if where else None,
        str(lever["on"]),
        str(lever["reference"]),
    ]


def _what(view: ResultsView, lever: Mapping[str, Any], comity: Mapping[str, Any]) -> str:
    """What is done, in words."""
    events = {str(event["id"]): str(event["what"]) for event in view.manifest.get("events", [])}
    rule = comity.get(lever["comity"]) or {}
    known = {
        "offer": OFFERS.get(str(lever["offer"]), str(lever["offer"])),
        "instrument": INSTRUMENTS.get(str(lever["instrument"]), str(lever["instrument"])),
        "comity": str(rule.get("name") or lever["comity"]),
        "event": events.get(str(lever["event"]), str(lever["event"])),
        "cut": lever["cut"] or 0.0,
        "times": lever["times"] or 0.0,
    }
    return _ACTS.get(str(lever["act"]), str(lever["act"])).format(**known)

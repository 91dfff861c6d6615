"""The controls of the worlds: a card for each with its rule and events, and which two are compared."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from sim.scenario.schema import Switch
from sim.view.explorer.components import select
from sim.view.explorer.page import Component
from sim.view.explorer.pages.worlds.catalogue import USUAL_SWITCH, Catalogue
from sim.view.explorer.pages.worlds.state import HISTORY, MOST_WORLDS, State, WorldChoice

NO_SECOND = "none"
_LETTERS = "ABCD"


def world_cards(catalogue: Catalogue, state: State) -> Component:
    """A card for each world, the comparison, and a button for one more world."""
    worlds, labels = catalogue.worlds(state), [spec.label for spec in catalogue.specs(state).values()]
    cards = [_card(catalogue, state, at, world, labels[at]) for at, world in enumerate(worlds)]
    names = {str(at): f"{_LETTERS[at]}: {label}" for at, label in enumerate(labels)}
    first, second = _compared(catalogue, state)
    compare = dmc.Group(
        [
            select({"type": "compare", "at": 1}, "Difference: this world", names, str(second), flex=1),
            select({"type": "compare", "at": 0}, "minus this one", names, str(first), flex=1),
        ],
        gap="xs",
        grow=True,
        style={} if len(worlds) > 2 else {"display": "none"},
    )
    add = dmc.Button(
        "Add a world", id="add-world", variant="default", size="xs", disabled=len(worlds) >= MOST_WORLDS
    )
    body = dmc.Stack([*cards, compare, add], gap="xs")
    return html.Section([html.H2("Worlds"), body], **{"aria-label": "Worlds"})


def _compared(catalogue: Catalogue, state: State) -> tuple[int, int]:
    """Positions of the compared worlds (0 and 0 if there is only one)."""
    experiment = catalogue.experiment(state)
    names = list(experiment.worlds)
    a, b = experiment.compare or (names[0], names[0])
    return names.index(a), names.index(b)


def _card(catalogue: Catalogue, state: State, at: int, world: WorldChoice, label: str) -> Component:
    remove = dmc.ActionIcon(
        "×",
        variant="subtle",
        color="gray",
        id={"type": "remove", "at": at},
        size="sm",
        disabled=len(catalogue.worlds(state)) < 2,
        **{"aria-label": f"Remove world {_LETTERS[at]}"},
    )
    head = dmc.Group(
        [html.Strong(f"{_LETTERS[at]}: {label}"), remove], justify="space-between", wrap="nowrap"
    )
    regimes, months = catalogue.regimes(state.preset), catalogue.months(state.preset)
    dates = {
        "valueFormat": "YYYY-MM-DD",
        "size": "xs",
        "minDate": f"{months[0]}-01",
        "maxDate": f"{months[-1]}-28",
    }
    first, second, *_ = (*world.switches, None, None)
    without = dmc.MultiSelect(
        id=_part(at, "without"),
        label="Events that do not happen",
        data=[{"value": code, "label": words} for code, words in catalogue.events(state.preset).items()],
        value=list(world.without),
        size="xs",
        searchable=True,
    )
    more = html.Details(
        [html.Summary("Omitted events, second switch"), without, _second(at, second, regimes, dates)],
        open=bool(world.without or second),
    )
    return dmc.Paper(
        [head, _rule(at, first, regimes, dates), more], withBorder=True, p="xs", className="world"
    )


def _part(at: int, name: str) -> dict[str, Any]:
    return {"type": "world", "part": name, "at": at}


def _rule(at: int, first: Switch | None, regimes: dict[str, str], dates: dict[str, Any]) -> Component:
    """The first switch: a regime or history, and its date."""
    options = {HISTORY: "As it happened"} | regimes
    on = f"{first.on if first else USUAL_SWITCH}"
    date = html.Div(
        dmc.DateInput(id=_part(at, "on"), label="from", value=on, **dates),
        style={} if first else {"display": "none"},
        className="date",
    )
    regime = select(_part(at, "regime"), "Rule", options, first.regime if first else HISTORY, flex=1)
    return dmc.Group([regime, date], gap="xs", wrap="nowrap")


def _second(at: int, second: Switch | None, regimes: dict[str, str], dates: dict[str, Any]) -> Component:
    """The second switch, if there is one, and its date."""
    options = {NO_SECOND: "no second switch"} | regimes
    value = second.regime if second else NO_SECOND
    on = f"{second.on}" if second else "2017-07-31"
    date = dmc.DateInput(id=_part(at, "then_on"), label="from", value=on, className="date", **dates)
    return dmc.Group(
        [select(_part(at, "then"), "Then switch to", options, value, flex=1), date], gap="xs", wrap="nowrap"
    )

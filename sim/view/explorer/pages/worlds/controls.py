"""The explorer's controls: the worlds, the sliders, and the evidence on each."""

from typing import Any

import dash_mantine_components as dmc
from dash import html

from sim.view.explorer.page import Component
from sim.view.explorer.pages.worlds.catalogue import Catalogue
from sim.view.explorer.pages.worlds.sliders import Knob
from sim.view.explorer.pages.worlds.state import HISTORY, MOST_WORLDS, State, WorldChoice

NO_SECOND = "none"
_LETTERS = "ABCD"


def panel(catalogue: Catalogue, state: State) -> list[Component]:
    """The controls for a state; they are rebuilt on reset, undo and another preset."""
    return [
        _start(catalogue, state),
        _worlds(catalogue, state),
        *_sliders(catalogue, state),
        _more(catalogue, state),
    ]


def _start(catalogue: Catalogue, state: State) -> Component:
    names = [{"value": name, "label": one.experiment.title} for name, one in catalogue.presets.items()]
    return dmc.Stack(
        [
            dmc.Select(
                id="preset",
                label="Start from",
                data=names,
                value=state.preset,
                allowDeselect=False,
                description=catalogue.presets[state.preset].experiment.question,
            ),
            dmc.Group(
                [
                    dmc.Button("Undo", id="undo", variant="default", size="xs"),
                    dmc.Button("Reset", id="reset", variant="default", size="xs"),
                ],
                gap="xs",
            ),
        ],
        gap="xs",
    )


def _worlds(catalogue: Catalogue, state: State) -> Component:
    worlds = catalogue.worlds(state)
    events = [{"value": code, "label": label} for code, label in catalogue.events(state.preset).items()]
    labels = [spec.label for spec in catalogue.specs(state).values()]
    cards = [_world(catalogue, state, at, world, labels[at], events) for at, world in enumerate(worlds)]
    names = [{"value": str(at), "label": f"{_LETTERS[at]}: {label}"} for at, label in enumerate(labels)]
    first, second = _compared(catalogue, state)
    compare = dmc.Group(
        [
            dmc.Select(
                id={"type": "compare", "at": 1},
                label="Difference: this world",
                data=names,
                value=str(second),
                size="xs",
                allowDeselect=False,
                flex=1,
            ),
            dmc.Select(
                id={"type": "compare", "at": 0},
                label="minus this one",
                data=names,
                value=str(first),
                size="xs",
                allowDeselect=False,
                flex=1,
            ),
        ],
        gap="xs",
        grow=True,
        style={} if len(worlds) > 2 else {"display": "none"},
    )
    add = dmc.Button(
        "Add a world", id="add-world", variant="default", size="xs", disabled=len(worlds) >= MOST_WORLDS
    )
    return html.Section(
        [html.H2("Worlds"), dmc.Stack([*cards, compare, add], gap="xs")], **{"aria-label": "Worlds"}
    )


def _compared(catalogue: Catalogue, state: State) -> tuple[int, int]:
    """Positions of the compared worlds (0 and 0 if there is only one)."""
    experiment = catalogue.experiment(state)
    names = list(experiment.worlds)
    return (
        (names.index(experiment.compare[0]), names.index(experiment.compare[1]))
        if experiment.compare
        else (0, 0)
    )


def _world(
    catalogue: Catalogue,
    state: State,
    at: int,
    world: WorldChoice,
    label: str,
    events: list[dict[str, str]],
) -> Component:
    regimes = [
        {"value": HISTORY, "label": "As it happened"},
        *({"value": code, "label": name} for code, name in catalogue.regimes(state.preset).items()),
    ]
    first = world.switches[0] if world.switches else None
    second = world.switches[1] if len(world.switches) > 1 else None
    months = catalogue.months("two_worlds" if "two_worlds" in catalogue.presets else catalogue.default.preset)
    dates: dict[str, Any] = {
        "valueFormat": "YYYY-MM-DD",
        "size": "xs",
        "minDate": f"{months[0]}-01",
        "maxDate": f"{months[-1]}-28",
    }
    hidden = {"display": "none"}

    def part(name: str) -> dict[str, Any]:
        return {"type": "world", "part": name, "at": at}

    return dmc.Paper(
        [
            dmc.Group(
                [
                    html.Strong(f"{_LETTERS[at]}: {label}"),
                    dmc.ActionIcon(
                        "×",
                        variant="subtle",
                        color="gray",
                        id={"type": "remove", "at": at},
                        size="sm",
                        disabled=len(catalogue.worlds(state)) < 2,
                        **{"aria-label": f"Remove world {_LETTERS[at]}"},
                    ),
                ],
                justify="space-between",
                wrap="nowrap",
            ),
            dmc.Group(
                [
                    dmc.Select(
                        id=part("regime"),
                        label="Rule",
                        data=regimes,
                        value=first.regime if first else HISTORY,
                        size="xs",
                        allowDeselect=False,
                        flex=1,
                    ),
                    html.Div(
                        dmc.DateInput(
                            id=part("on"),
                            label="from",
                            value=f"{first.on}" if first else "2014-07-31",
                            **dates,
                        ),
                        style={} if first else hidden,
                        className="date",
                    ),
                ],
                gap="xs",
                wrap="nowrap",
            ),
            html.Details(
                [
                    html.Summary("Omitted events, second switch"),
                    dmc.MultiSelect(
                        id=part("without"),
                        label="Events that do not happen",
                        data=events,
                        value=list(world.without),
                        size="xs",
                        searchable=True,
                    ),
                    dmc.Group(
                        [
                            dmc.Select(
                                id=part("then"),
                                label="Then switch to",
                                size="xs",
                                allowDeselect=False,
                                flex=1,
                                data=[{"value": NO_SECOND, "label": "no second switch"}, *regimes[1:]],
                                value=second.regime if second else NO_SECOND,
                            ),
                            dmc.DateInput(
                                id=part("then_on"),
                                label="from",
                                value=f"{second.on}" if second else "2017-07-31",
                                className="date",
                                **dates,
                            ),
                        ],
                        gap="xs",
                        wrap="nowrap",
                    ),
                ],
                open=bool(world.without or second),
            ),
        ],
        withBorder=True,
        p="xs",
        className="world",
    )


def _sliders(catalogue: Catalogue, state: State) -> list[Component]:
    shown = {
        path: knob for path, knob in catalogue.knobs.items() if knob.role != "others" or path in state.values
    }
    groups = (
        ("uncertainties", "Uncertainties", "Quantities that nobody decides and that are not well measured."),
        ("levers", "Levers", "Decisions of governments, providers or authorities."),
        ("others", "More sliders", "Added by you."),
    )
    out = []
    for role, title, meaning in groups:
        knobs = [knob for knob in shown.values() if knob.role == role]
        if knobs:
            rows = [slider(knob, state.values.get(knob.path, knob.default)) for knob in knobs]
            out.append(
                html.Section(
                    [html.H2(title), html.P(meaning, className="quiet"), *rows], **{"aria-label": title}
                )
            )
    return out


def slider(knob: Knob, value: float) -> Component:
    """One slider with its name, an input for its value, and the evidence on it."""
    low, high = knob.range
    name = {"type": "knob", "path": knob.path}
    return html.Div(
        [
            dmc.Group(
                [
                    html.Label(knob.label, className="knob-name", id=f"name-{knob.path.replace('.', '-')}"),
                    dmc.NumberInput(
                        id={"type": "typed", "path": knob.path},
                        value=value,
                        min=low,
                        max=high,
                        step=knob.step,
                        size="xs",
                        w=84,
                        hideControls=True,
                        debounce=True,
                        **{"aria-label": f"{knob.label}, value"},
                    ),
                ],
                justify="space-between",
                wrap="nowrap",
                gap="xs",
            ),
            dmc.Slider(
                id=name,
                value=value,
                min=low,
                max=high,
                step=knob.step,
                size="sm",
                updatemode="drag",
                label=None,
                marks=[{"value": at} for at in _marks(knob)],
                className="knob",
                thumbLabel=f"{knob.label} ({knob.unit})" if knob.unit else knob.label,
            ),
            html.Details([html.Summary(_range(knob), className="quiet"), *_known(knob)]),
        ],
        className="knob-row",
    )


def _marks(knob: Knob) -> list[float]:
    """The shipped value, and the ends of the fit's interval where there is one."""
    ends = (
        []
        if knob.posterior is None
        else [at for at in (knob.posterior[0], knob.posterior[2]) if knob.range[0] <= at <= knob.range[1]]
    )
    return [knob.default, *ends]


def _range(knob: Knob) -> str:
    low, high = knob.range
    unit = f" {knob.unit}" if knob.unit else ""
    return f"{low:g} to {high:g}{unit}; as shipped {knob.default:g}"


def _known(knob: Knob) -> list[Component]:
    source = knob.info.source
    by = "A judgement: it was never measured." if source.startswith("judgement") else "From a source."
    return [
        html.P(knob.info.meaning),
        html.P([html.Strong(by), f" {source}"]),
        *_fitted(knob),
        html.P([html.Code(knob.path), f" in {knob.info.file}:{knob.info.line}"], className="quiet"),
    ]


def _fitted(knob: Knob) -> list[Component]:
    """The posterior of the parameter, if it was fitted."""
    if knob.fitted is None or knob.posterior is None:
        return []
    low, middle, high = knob.posterior
    told = "The record identifies it" if knob.fitted.identified else "The record hardly identifies it"
    return [
        html.P(
            [
                html.Strong(f"Fitted: {middle:.3g}, 90% of the draws from {low:.3g} to {high:.3g}."),
                f" {told}: its uncertainty shrank by {max(0.0, knob.fitted.contraction):.0%}.",
            ]
        )
    ]


def _more(catalogue: Catalogue, state: State) -> Component:
    others = [
        {"value": path, "label": f"{knob.label}"}
        for path, knob in catalogue.knobs.items()
        if knob.role == "others" and path not in state.values
    ]
    sizes = sorted({2_000, 5_000, 20_000, 50_000, state.customers})
    counts = sorted({1, 4, 8, 16, 32, state.pairs})
    return html.Section(
        [
            html.H2("More"),
            dmc.Stack(
                [
                    dmc.Select(
                        id="add-knob",
                        label="Add a slider for any other parameter",
                        data=others,
                        value=None,
                        searchable=True,
                        size="xs",
                    ),
                    dmc.Group(
                        [
                            dmc.Select(
                                id={"type": "setting", "name": "customers"},
                                label="Simulated customers",
                                size="xs",
                                allowDeselect=False,
                                data=[{"value": str(n), "label": f"{n:,}"} for n in sizes],
                                value=str(state.customers),
                            ),
                            dmc.Select(
                                id={"type": "setting", "name": "pairs"},
                                label="Pairs of runs",
                                size="xs",
                                allowDeselect=False,
                                data=[str(n) for n in counts],
                                value=str(state.pairs),
                            ),
                            dmc.NumberInput(
                                id={"type": "setting", "name": "seed"},
                                label="First seed",
                                size="xs",
                                min=0,
                                step=1,
                                allowDecimal=False,
                                hideControls=True,
                                value=state.seed,
                                debounce=True,
                            ),
                        ],
                        grow=True,
                        gap="xs",
                    ),
                ],
                gap="xs",
            ),
        ],
        **{"aria-label": "More"},
    )

"""The explorer's controls: the start, the worlds, and the sliders with the evidence on each."""

import dash_mantine_components as dmc
from dash import html

from sim.view.explorer.components import select
from sim.view.explorer.page import Component
from sim.view.explorer.pages.worlds.catalogue import Catalogue
from sim.view.explorer.pages.worlds.sliders import Knob
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.world_cards import world_cards
from sim.view.number_format import setting


def panel(catalogue: Catalogue, state: State) -> list[Component]:
    """The controls for a state; they are rebuilt on reset, undo and another preset."""
    return [
        _start(catalogue, state),
        world_cards(catalogue, state),
        *_sliders(catalogue, state),
        _more(catalogue, state),
    ]


def _start(catalogue: Catalogue, state: State) -> Component:
    names = {name: one.experiment.title for name, one in catalogue.presets.items()}
    question = catalogue.presets[state.preset].experiment.question
    return dmc.Stack(
        [
            select("preset", "Start from", names, state.preset, size="sm", description=question),
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
            rests = {knob.path: catalogue.rest(state.preset, knob.path) for knob in knobs}
            rows = [
                slider(knob, state.values.get(knob.path, rests[knob.path]), rests[knob.path])
                for knob in knobs
            ]
            out.append(
                html.Section(
                    [html.H2(title), html.P(meaning, className="quiet"), *rows], **{"aria-label": title}
                )
            )
    return out


def slider(knob: Knob, value: float, rest: float) -> Component:
    """One slider with its name, an input for its value, and the evidence on it; at rest it is at `rest`."""
    number = {"value": value, "min": knob.range[0], "max": knob.range[1], "step": knob.step}
    typed = dmc.NumberInput(
        id={"type": "typed", "path": knob.path},
        **number,
        size="xs",
        w=84,
        hideControls=True,
        debounce=True,
        **{"aria-label": f"{knob.label}, value"},
    )
    name = html.Label(knob.label, className="knob-name", id=f"name-{knob.path.replace('.', '-')}")
    return html.Div(
        [
            dmc.Group([name, typed], justify="space-between", wrap="nowrap", gap="xs"),
            dmc.Slider(
                id={"type": "knob", "path": knob.path},
                **number,
                size="sm",
                updatemode="drag",
                label=None,
                marks=[{"value": at} for at in _marks(knob, rest)],
                className="knob",
                thumbLabel=f"{knob.label} ({knob.unit})" if knob.unit else knob.label,
            ),
            html.Details([html.Summary(_range(knob, rest), className="quiet"), *_known(knob)]),
        ],
        className="knob-row",
    )


def _marks(knob: Knob, rest: float) -> list[float]:
    """The preset's value, and the ends of the fit's interval where there is one."""
    ends = (
        []
        if knob.posterior is None
        else [at for at in (knob.posterior[0], knob.posterior[2]) if knob.range[0] <= at <= knob.range[1]]
    )
    return [rest, *ends]


def _range(knob: Knob, rest: float) -> str:
    low, high = knob.range
    unit = f" {knob.unit}" if knob.unit else ""
    own = f"; here {rest:g}" if rest != knob.default else ""
    return f"{low:g} to {high:g}{unit}; shipped value {knob.default:g}{own}"


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
                html.Strong(
                    f"Fitted: {setting(middle)}, 90% of the draws from {setting(low)} to {setting(high)}."
                ),
                f" {told}: its uncertainty shrank by {max(0.0, knob.fitted.contraction):.0%}.",
            ]
        )
    ]


def _more(catalogue: Catalogue, state: State) -> Component:
    others = [
        {"value": path, "label": f"{knob.label} ({path})"}  # found by either
        for path, knob in catalogue.knobs.items()
        if knob.role == "others" and path not in state.values
    ]
    add = dmc.Select(
        id="add-knob",
        label="Add a slider for any other parameter",
        data=others,
        value=None,
        searchable=True,
        size="xs",
    )
    body = dmc.Stack([add, _size(state)], gap="xs")
    return html.Section([html.H2("More"), body], **{"aria-label": "More"})


def _size(state: State) -> Component:
    """Numbers of customers and pairs, and the first seed."""

    def setting(name: str) -> dict[str, str]:
        return {"type": "setting", "name": name}

    sizes = {str(n): f"{n:,}" for n in sorted({2_000, 5_000, 20_000, 50_000, state.customers})}
    counts = {str(n): str(n) for n in sorted({1, 4, 8, 16, 32, state.pairs})}
    seed = dmc.NumberInput(
        id=setting("seed"),
        label="First seed",
        size="xs",
        min=0,
        step=1,
        allowDecimal=False,
        hideControls=True,
        value=state.seed,
        debounce=True,
    )
    return dmc.Group(
        [
            select(setting("customers"), "Simulated customers", sizes, str(state.customers)),
            select(setting("pairs"), "Pairs of runs", counts, str(state.pairs)),
            seed,
        ],
        grow=True,
        gap="xs",
    )

"""The callbacks: the browser sends the state of the controls, the server responds, and the browser draws.

The gathering, the gate that keeps one question under way at a time, and the drawing are in
`assets/explorer.js`.
"""

from typing import Any

import orjson
from dash import ALL, MATCH, ClientsideFunction, Dash, Input, Output, State, ctx, no_update
from flask import Response, abort, request

from sim.scenario.schema import Switch
from sim.view.explorer.page import Component
from sim.view.explorer.pages.worlds.catalogue import USUAL_SWITCH, Catalogue
from sim.view.explorer.pages.worlds.controls import panel
from sim.view.explorer.pages.worlds.downloads import kept_or_why_not
from sim.view.explorer.pages.worlds.responses import Answers
from sim.view.explorer.pages.worlds.state import MOST_WORLDS, WorldChoice
from sim.view.explorer.pages.worlds.state import State as Shown

_WORLD = ("regime", "on", "without", "then", "then_on")


def register(app: Dash, catalogue: Catalogue, answers: Answers) -> None:
    """Add the explorer's callbacks to the app."""
    _browser(app)
    _server(app, answers)
    _panel(app, catalogue, answers)


def _browser(app: Dash) -> None:
    worlds = [Input({"type": "world", "part": part, "at": ALL}, "value") for part in _WORLD]
    app.clientside_callback(
        ClientsideFunction("explorer", "gather"),
        Output("asked", "data"),
        Input({"type": "knob", "path": ALL}, "value"),
        *worlds,
        Input({"type": "compare", "at": ALL}, "value"),
        Input({"type": "setting", "name": ALL}, "value"),
        Input("tab", "value"),
        Input("place", "value"),
        Input("measure", "value"),
        Input("streams", "value"),
        Input("span", "value"),
        State("preset", "value"),
        State("months", "data"),
        State("default", "data"),
        State("page-id", "data"),
        State("month", "data"),
        State("places", "data"),
    )
    for one, other in (("knob", "typed"), ("typed", "knob")):
        app.clientside_callback(
            ClientsideFunction("explorer", "same_number"),
            Output({"type": other, "path": MATCH}, "value", allow_duplicate=True),
            Input({"type": one, "path": MATCH}, "value"),
            State({"type": other, "path": MATCH}, "value"),
            prevent_initial_call=True,
        )
    for what, out, cause in (
        ("undo", Output("rebuild", "data"), Input("undo", "n_clicks")),
        ("yaml", Output("yaml", "modified_timestamp"), Input("yaml", "data")),
        ("not_kept", Output("not-kept", "modified_timestamp"), Input("not-kept", "data")),
        ("link", Output("copy-link", "children"), Input("copy-link", "n_clicks")),
    ):
        app.clientside_callback(ClientsideFunction("explorer", what), out, cause, prevent_initial_call=True)


def _server(app: Dash, answers: Answers) -> None:
    @app.server.post("/explorer/<what>")
    def ask(what: str) -> Response:
        """A change or a request for a further pair; only as JSON, which pages of other hosts cannot send."""
        try:
            sent = request.get_json(silent=True) if request.is_json else None
        except RecursionError:  # lists in lists without end
            abort(400)
        if not isinstance(sent, dict) or what not in ("move", "further"):
            abort(400)
        page = str(sent.get("page", ""))[:64]
        answer = (answers.move if what == "move" else answers.further)(page, sent.get("state"))
        return Response(orjson.dumps(answer), mimetype="application/json")

    @app.callback(
        Output("download", "data"),
        Output("not-kept", "data"),
        Input({"type": "download", "what": ALL}, "n_clicks"),
        State("asked", "data"),
        State("page-id", "data"),
        prevent_initial_call=True,
    )
    def download(clicks: list[int | None], asked: Any, page: str) -> Any:
        if not any(clicks) or not isinstance(ctx.triggered_id, dict):
            return no_update, no_update
        file, why_not = kept_or_why_not(answers, page, asked, str(ctx.triggered_id["what"]))
        return file or no_update, why_not

    @app.callback(
        Output("yaml", "data"),
        Output("not-kept", "data", allow_duplicate=True),
        Input("copy-yaml", "n_clicks"),
        State("asked", "data"),
        State("page-id", "data"),
        prevent_initial_call=True,
    )
    def yaml(clicks: int | None, asked: Any, page: str) -> Any:
        if not clicks:
            return no_update, no_update
        file, why_not = kept_or_why_not(answers, page, asked, "yaml")
        return file["content"] if file else no_update, why_not


def _panel(app: Dash, catalogue: Catalogue, answers: Answers) -> None:
    @app.callback(
        Output("panel", "children"),
        Input("rebuild", "data"),
        Input("preset", "value"),
        Input("reset", "n_clicks"),
        Input("add-world", "n_clicks"),
        Input({"type": "remove", "at": ALL}, "n_clicks"),
        Input("add-knob", "value"),
        State("asked", "data"),
        prevent_initial_call=True,
    )
    def rebuild(
        before: Any,
        preset: str,
        reset: int | None,
        add: int | None,
        removed: list[int | None],
        knob: str | None,
        asked: Any,
    ) -> list[Component] | Any:
        """The controls for another state: after undo, another preset, or one more or less world or slider."""
        if not asked or not ctx.triggered[0]["value"]:
            return no_update
        if ctx.triggered_id == "rebuild":
            return panel(catalogue, answers.read(before))
        new = _changed(catalogue, answers.read(asked), ctx.triggered_id, preset, knob)
        return no_update if new is None else panel(catalogue, new)


def _changed(catalogue: Catalogue, state: Shown, cause: Any, preset: str, knob: str | None) -> Shown | None:
    """The state after a control was used; None if nothing changes."""
    worlds = catalogue.worlds(state)
    if cause == "preset" and preset != state.preset:
        size = {"customers": state.customers, "pairs": state.pairs, "seed": state.seed}
        return catalogue.default.model_copy(update={"preset": preset, **size})
    if cause == "reset":
        return catalogue.default.model_copy(update={"preset": state.preset})
    if cause == "add-world":
        return _with_worlds(catalogue, state, (*worlds, _another(catalogue, state)))
    if cause == "add-knob":
        values = state.values | {str(knob): catalogue.rest(state.preset, str(knob))}
        return state.model_copy(update={"values": values})
    if isinstance(cause, dict) and len(worlds) > 1:
        at = int(cause["at"])
        return _with_worlds(catalogue, state, (*worlds[:at], *worlds[at + 1 :]))
    return None


def _with_worlds(catalogue: Catalogue, state: Shown, worlds: tuple[WorldChoice, ...]) -> Shown:
    return catalogue.plain(state.model_copy(update={"worlds": worlds[:MOST_WORLDS], "compare": None}))


def _another(catalogue: Catalogue, state: Shown) -> WorldChoice:
    """A new world: history, or the first regime that no world has on the usual day."""
    there = catalogue.worlds(state)
    on = next((world.switches[0].on for world in there if world.switches), USUAL_SWITCH)
    offers = [
        WorldChoice(),
        *(WorldChoice(switches=(Switch(on=on, regime=code),)) for code in catalogue.regimes(state.preset)),
    ]
    return next((one for one in offers if one not in there), WorldChoice(without=("T01",)))

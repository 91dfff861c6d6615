"""The server's responses to a page: the content for a state, or a message why there is none yet."""

import json
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from sim.scenario.problems import InputError
from sim.view.explorer.pages.worlds.page_content import page_content
from sim.view.explorer.pages.worlds.sessions import Busy, Failed, Overtaken, Session, Sessions
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.who_moved import Traces
from sim.view.explorer.pages.worlds.world_tabs import TABS

Answer = dict[str, Any]


class Answers:
    """Responses to changes and to requests for further pairs."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions, self._traces = sessions, Traces(sessions.workers)

    @property
    def catalogue(self) -> Any:
        return self.sessions.catalogue

    def warm(self) -> None:
        """Load and compile in the background by running the first page's pair; until a page opens, run others
        to find the fastest number of threads."""
        default = self.catalogue.default
        states = [default.model_copy(update={"seed": default.seed + k}) for k in range(3)]

        def run() -> None:
            with suppress(Failed, Overtaken):
                self.sessions.warm(default, TABS[default.tab].wanted)
                for state in states:
                    while self.sessions.alone("warm") and not self._seen(state):
                        pass

        threading.Thread(target=run, daemon=True).start()

    def _seen(self, state: State) -> bool:
        try:
            self.sessions.move("warm", state, state.tab, TABS[state.tab].wanted)
        except Busy:
            return False
        return True

    def read(self, asked: Any) -> State:
        """The state that a page sends; raises InputError."""
        if not isinstance(asked, dict):
            raise InputError("the page sent no state")
        try:
            # as JSON, in which a date may be text and a pair a list
            state = State.model_validate_json(
                json.dumps({key: value for key, value in asked.items() if key in State.model_fields})
            )
        except RecursionError:
            raise InputError("the page sent a state that no page has") from None
        except ValidationError as error:
            raise InputError(
                [
                    f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
                    for one in error.errors(include_url=False)
                ]
            ) from None
        catalogue = self.catalogue
        if (
            state.preset not in catalogue.presets
            or state.place not in catalogue.places
            or any(path not in catalogue.knobs for path in state.values)
        ):
            raise InputError("the page names an unknown experiment, place or parameter; reload it")
        message = [
            f"{catalogue.knobs[path].label}: {problem}"
            for path, at in state.values.items()
            if at != catalogue.rest(state.preset, path) and (problem := catalogue.knobs[path].problem(at))
        ]
        if state.since and state.until and state.until < state.since:
            message.append(f"the first month, {state.since}, is after the last, {state.until}")
        if message:
            raise InputError(message)
        plain: State = catalogue.plain(state)
        return plain

    def move(self, page: str, asked: Any) -> Answer:
        """The content for a state with its first pair."""

        def answer() -> Answer:
            state = self.read(asked)
            self._traces.drop(page, state)
            session = self.sessions.move(page, state, state.tab, TABS[state.tab].wanted)
            return self._shown(page, session, state)

        return numbered(asked, answer)

    def further(self, page: str, asked: Any) -> Answer:
        """The same content with more pairs, if there are more."""

        def answer() -> Answer:
            state = self.read(asked)
            session, more = self.sessions.further(page, state, state.tab, TABS[state.tab].wanted)
            same = {"kind": "same", "pairs": len(session.pairs), "of": state.pairs}
            return self._shown(page, session, state) if more else same

        return numbered(asked, answer)

    def _shown(self, page: str, session: Session, state: State) -> Answer:
        catalogue = self.catalogue
        traced = self._traces.content(page, session, state) if TABS[state.tab].traced else None
        labels = [spec.label for spec in catalogue.specs(state).values()]
        return {
            "kind": "view",
            "query": catalogue.query(state),
            "labels": labels,
            **page_content(session, state, catalogue.headlines_at_rest(state), traced),
        }


def numbered(asked: Any, answer: Callable[[], Answer]) -> Answer:
    """An answer, or why there is none, with the number of the change that asked for it."""
    try:
        found = answer()
    except Overtaken:
        found = {"kind": "overtaken"}
    except Busy as busy:
        found = {"kind": "busy", "before": busy.before}
    except InputError as error:
        found = {"kind": "refused", "problems": error.problems}
    except Failed as error:
        found = {"kind": "failed", "problems": [str(error)]}
    return {"move": asked.get("move") if isinstance(asked, dict) else None, **found}

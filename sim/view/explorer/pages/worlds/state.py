"""The state of the explorer: worlds, sliders, tab and place. It is the page's address."""

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.scenario.schema import Switch, WorldSpec

ABROAD = "abroad"
HISTORY = "history"
MOST_WORLDS, MOST_SWITCHES, MOST_PAIRS, MOST_SEED = 4, 2, 64, 2**31 - 1
LEAST_CUSTOMERS, MOST_CUSTOMERS = 2_000, 200_000
IN_ADDRESS = (
    "customers",
    "pairs",
    "seed",
    "tab",
    "place",
    "since",
    "until",
    "measure",
    "streams",
    "month",
)  # settings that an address names as they are
DAY = r"^\d{4}-(0[1-9]|1[0-2])$"

Tab = Literal["trust", "map", "data", "money", "laws", "evidence", "said", "moved", "numbers"]


class Part(BaseModel):
    """Base of the state's parts: frozen, unknown fields forbidden."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WorldChoice(Part):
    """A world: its switches by date (none: history), and the events omitted from it."""

    switches: Annotated[tuple[Switch, ...], Field(max_length=MOST_SWITCHES)] = ()
    without: tuple[str, ...] = ()

    def word(self) -> str:
        """As written in an address: `doj_wins@2014-07-31~microsoft_wins@2017-07-31.T12.T13`."""
        law = "~".join(f"{switch.regime}@{switch.on}" for switch in self.switches) or HISTORY
        return ".".join([law, *self.without])

    @staticmethod
    def made_from(spec: WorldSpec) -> "WorldChoice":
        """The choices that make this world of an experiment."""
        return WorldChoice(switches=spec.switches, without=spec.without_events)

    @staticmethod
    def of(word: str) -> "WorldChoice":
        """The world of a word of an address. Raises ValueError with the problem."""
        law, *without = word.split(".")
        twice = [code for code in dict.fromkeys(without) if without.count(code) > 1]
        if twice:
            raise ValueError(f"event '{twice[0]}' is left out twice")
        if law.count("~") >= MOST_SWITCHES:
            raise ValueError(f"a world has at most {MOST_SWITCHES} switches here")
        if law == HISTORY:
            return WorldChoice(without=tuple(without))
        switches = []
        for one in law.split("~"):
            regime, at, day = one.partition("@")
            if not at or not regime:
                raise ValueError(f"'{one}' is not of the form regime@2014-07-31")
            try:
                switches.append(Switch(on=dt.date.fromisoformat(day), regime=regime))
            except ValueError:
                raise ValueError(f"'{day}' is not a date such as 2014-07-31") from None
        return WorldChoice(switches=tuple(switches), without=tuple(without))


class State(Part):
    """The explorer's state. `worlds` None are the preset's; `compare` are positions in the worlds."""

    preset: str = "two_worlds"
    worlds: Annotated[tuple[WorldChoice, ...], Field(min_length=1, max_length=MOST_WORLDS)] | None = None
    compare: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]] | None = None
    values: dict[str, float] = {}
    customers: Annotated[int, Field(ge=LEAST_CUSTOMERS, le=MOST_CUSTOMERS)] = 20_000
    pairs: Annotated[int, Field(ge=1, le=MOST_PAIRS)] = 8
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] = 1
    tab: Tab = "trust"
    place: str = ABROAD
    since: Annotated[str, Field(pattern=DAY)] | None = None
    until: Annotated[str, Field(pattern=DAY)] | None = None
    measure: Literal["trust", "laws"] = "trust"
    streams: Literal["kinds", "countries"] = "kinds"
    month: Annotated[str, Field(pattern=DAY)] | None = None

    def asked(self) -> dict[str, Any]:
        """The part that determines the simulation, without the number of seeds."""
        return self.model_dump(
            mode="json", include={"preset", "worlds", "compare", "values", "customers", "seed"}
        )


def different(state: State, default: State) -> Iterable[tuple[str, str]]:
    """The entries of an address by which this state differs from the default one."""
    if state.preset != default.preset:
        yield "preset", state.preset
    for world in state.worlds or ():
        yield "world", world.word()
    if state.compare is not None:
        yield "compare", f"{state.compare[0] + 1}-{state.compare[1] + 1}"
    for path, value in sorted(state.values.items()):
        yield path, f"{value:.12g}"
    for name in IN_ADDRESS:
        value = getattr(state, name)
        if value is not None and value != getattr(default, name):
            yield name, str(value)

"""The choices in the explorer, and a state as an address, an experiment or a YAML file."""

import datetime as dt
import difflib
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain, permutations
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pandas as pd
from pydantic import ValidationError

from sim.analysis.uncertainty.shipped_draws import headlines_at_rest
from sim.scenario.base import Base, load_base
from sim.scenario.experiment_text import experiment_text
from sim.scenario.locations import CONFIGS, experiments, root
from sim.scenario.posterior import Posterior, read_posterior, there_is_one
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, has_design, resolve
from sim.scenario.schema import Experiment, Seeds, WorldSpec
from sim.view.explorer.pages.worlds.presets import why_not_shown
from sim.view.explorer.pages.worlds.sliders import Knob, knobs_of
from sim.view.explorer.pages.worlds.state import (
    ABROAD,
    HISTORY,
    IN_ADDRESS,
    MOST_WORLDS,
    State,
    WorldChoice,
    different,
)

USUAL_SWITCH = dt.date(2014, 7, 31)
WHO = "explorer"
_NOT_ON_SCREEN = ("knockouts", "switch_dates", "design", "claims")


@dataclass(frozen=True)
class Catalogue:
    """Everything that the explorer offers: presets, regimes, events, places, sliders."""

    base: Base
    presets: dict[str, Resolved]
    default: State
    posterior: Posterior | None = None
    not_shown: dict[str, str] = field(default_factory=dict)  # other experiments, by why they are not offered
    shipped: dict[str, pd.DataFrame] = field(
        default_factory=dict, repr=False
    )  # headlines over draws, by preset

    @cached_property
    def knobs(self) -> dict[str, Knob]:
        return knobs_of(self.base.parameter_info, self.posterior)

    def regimes(self, preset: str) -> dict[str, str]:
        """The regimes that a ruling can bring, by code: the shipped ones and the preset's own."""
        regimes = self.presets[preset].base.regimes
        return {code: regime.name for code, regime in regimes.items() if not regime.stages}

    @cached_property
    def places(self) -> dict[str, str]:
        """The places: all countries abroad, then the jurisdictions by name, without the United States."""
        names = {code: one.name for code, one in self.base.jurisdictions.items() if code != "US"}
        return {
            ABROAD: "All outside the United States",
            **dict(sorted(names.items(), key=lambda pair: pair[1])),
        }

    def events(self, preset: str) -> dict[str, str]:
        """The events that can be omitted, by code: those that drive the model."""
        start = self.presets[preset]
        return {
            event.id: f"{event.id} {event.date}: {event.what}"
            for event in start.base.timelines[start.experiment.timeline].events
            if event.cause != "endogenous"
        }

    def worlds(self, state: State) -> tuple[WorldChoice, ...]:
        """The worlds of a state, or those of its preset."""
        if state.worlds is not None:
            return state.worlds
        return tuple(WorldChoice.made_from(spec) for spec in self.specs(state).values())

    def months(self, preset: str) -> list[str]:
        """The months of a preset's horizon, YYYY-MM."""
        scenario = next(iter(self.presets[preset].scenarios.values()))
        return [f"{scenario.month_start(month):%Y-%m}" for month in range(scenario.months)]

    def rest(self, preset: str, path: str) -> float:
        """Where a slider is while nobody moves it: at the preset's own value, or at the shipped one."""
        own = self.presets[preset].experiment.set.get(path, self.knobs[path].default)
        return float(own) if isinstance(own, int | float) else self.knobs[path].default

    def index_of_first_changed(self, state: State) -> int:
        """The first month that the earliest switch can change, by its place in the horizon."""
        months = self.months(state.preset)
        first = min((switch.on for one in self.worlds(state) for switch in one.switches), default=None)
        if first is None or f"{first:%Y-%m}" not in months:
            return 0
        return min(months.index(f"{first:%Y-%m}") + 1, len(months) - 1)  # a switch acts after its month

    def wrong_months(self, state: State) -> str:
        """What is wrong with the months of a state: outside the horizon, or the last before the first."""
        months = self.months(state.preset)
        for name in ("since", "until", "month"):
            month = getattr(state, name)
            if month is not None and month not in months:
                return f"{name}={month}: must be a month from {months[0]} to {months[-1]}"
        first, last = state.since or months[self.index_of_first_changed(state)], state.until or months[-1]
        return f"since, until: the first month, {first}, is after the last, {last}" if last < first else ""

    def headlines_at_rest(self, state: State) -> pd.DataFrame | None:
        """The shipped headlines over joint draws, while everything is as the preset has it."""
        usual = self.presets[state.preset].experiment.customers
        moved = state.worlds is not None or state.compare is not None or state.values
        return None if moved or state.customers != usual else self.shipped.get(state.preset)

    # --- a state as an experiment ---------------------------------------------------------------------

    def specs(self, state: State) -> dict[str, WorldSpec]:
        """The worlds by name: the preset's own, or named after their regimes."""
        own = self.presets[state.preset].experiment.worlds
        if state.worlds is None:
            return dict(own)
        known = {WorldChoice.made_from(spec): name for name, spec in own.items()}
        out: dict[str, WorldSpec] = {}
        for world in state.worlds:
            name = known.get(world, "_then_".join(one.regime for one in world.switches) or HISTORY)
            spec = own[name] if world in known else self._spec(world, state.preset)
            k = 2
            while name in out:
                name, k = f"{name.rstrip('_0123456789')}_{k}", k + 1
            if spec.label in [other.label for other in out.values()]:
                spec = spec.model_copy(update={"label": f"{spec.label} (world {len(out) + 1})"})
            out[name] = spec
        return out

    def _spec(self, world: WorldChoice, preset: str) -> WorldSpec:
        """A world that the preset does not have; its label puts it in words."""
        names, parts = self.regimes(preset), []
        for at, switch in enumerate(world.switches):
            name = names.get(switch.regime, switch.regime)
            usual = at == 0 and switch.on == USUAL_SWITCH
            parts.append(name if usual else f"{name} from {switch.on:%B %Y}")
        law = ", then ".join(parts) or "As it happened"
        label = f"{law}, without {', '.join(world.without)}" if world.without else law
        return WorldSpec(label=label, switches=world.switches, without_events=world.without)

    def experiment(self, state: State, pairs: int | None = None) -> Experiment:
        """The preset's experiment with all that is on the screen, with so many seeds (default: the state's).

        What the preset adds to the configuration (regimes, events, tests, rows of the law) stays.
        """
        preset, specs = self.presets[state.preset].experiment, self.specs(state)
        sliders = [self.knobs[path].values(at).items() for path, at in sorted(state.values.items())]
        changed = state.worlds is not None or state.values
        update = {
            "title": f"{preset.title}, changed in the explorer" if changed else preset.title,
            "customers": state.customers,
            "seeds": Seeds(first=state.seed, count=pairs or state.pairs),
            "worlds": specs,
            "compare": self._compared(state, list(specs)),
            "set": preset.set | dict(chain.from_iterable(sliders)),
            "record": "full",
        }
        not_on_screen = {name: Experiment.model_fields[name].get_default() for name in _NOT_ON_SCREEN}
        return preset.model_copy(update=update | not_on_screen)

    def _compared(self, state: State, names: list[str]) -> tuple[str, str] | None:
        """The worlds of the difference: those of the state, of its preset, or the first two."""
        if state.compare is not None and max(state.compare) < len(names):
            return names[state.compare[0]], names[state.compare[1]]
        if state.worlds is None:
            return self.presets[state.preset].experiment.compare or _first_two(names)
        return _first_two(names)

    def resolved(self, state: State) -> Resolved:
        """The experiment of a state, checked and ready to run. Raises InputError."""
        if state.compare is not None and len(set(state.compare)) == 1:
            raise InputError("a world has no difference from itself; choose two worlds for the difference")
        return resolve(self.experiment(state), base=self.base, name=WHO)

    def yaml(self, state: State, pairs: int) -> str:
        """The experiment of a state as a file, with the seeds that are on the screen."""
        query = self.query(state)
        of = f" (/?{query})" if query else ""
        head = f"From the explorer of warrantsim{of}; run it with: warrantsim run <this file>"
        return experiment_text(self.experiment(state, pairs), head, without=_NOT_ON_SCREEN)

    # --- a state as an address ------------------------------------------------------------------------

    def query(self, state: State) -> str:
        """The address's query string: only what differs from the default."""
        return urlencode(list(different(state, self.default)), safe="@~:")

    def state(self, query: str) -> tuple[State, list[str]]:
        """The state of a query string, and messages about its invalid parts, which are ignored."""
        found: dict[str, Any] = {}
        values: dict[str, float] = {}
        words: list[str] = []
        wrong: list[str] = []
        parts = parse_qsl(query, keep_blank_values=True)
        wrong += [f"{key}: is given more than once; the last is used" for key in _repeated(parts)]
        for key, word in parts:
            if key == "world":
                words.append(word)
            elif key == "preset" and word in self.not_shown:
                wrong.append(f"preset={word}: {self.not_shown[word]}; run it with: warrantsim run {word}")
            elif key == "preset" and word not in self.presets:
                wrong.append(f"preset={word}: no such experiment; {choices(word, self.presets)}")
            elif key in ("preset", "compare", *IN_ADDRESS):
                found[key] = word
            elif key in self.knobs:
                self._value(key, word, values, wrong)
            else:
                known = ["preset", "world", "compare", *IN_ADDRESS, *self.knobs]
                wrong.append(f"{key}: no such setting of the explorer{_near(key, known)}")
        state = self.default.model_copy(
            update={"values": values, "preset": found.pop("preset", self.default.preset)}
        )
        state = self._with_worlds(state, words, wrong)
        for key, word in found.items():
            state = self._with(state, key, word, wrong)
        if problem := self.wrong_months(state):
            wrong.append(problem)
            state = state.model_copy(update={"since": None, "until": None})
        # at rest is not moved; which values are depends on the preset, which may come last in the address
        return self.plain(state), wrong

    def _value(self, path: str, word: str, values: dict[str, float], wrong: list[str]) -> None:
        try:
            number = float(word)
        except ValueError:
            wrong.append(f"{path}={word}: is not a number")
            return
        message = self.knobs[path].problem(number) if number == number else "is not a number"
        if message:
            wrong.append(f"{path}: {message}")
        else:
            values[path] = number

    def _with_worlds(self, state: State, words: list[str], wrong: list[str]) -> State:
        worlds = []
        for word in words:
            try:
                worlds.append(WorldChoice.of(word))
            except ValueError as error:
                wrong.append(f"world={word}: {error}")
        if len(worlds) > MOST_WORLDS:
            wrong.append(f"world: {len(worlds)} worlds are too many; the first {MOST_WORLDS} are shown")
            worlds = worlds[:MOST_WORLDS]
        kept = []
        for world in worlds:
            message = self.wrong_in(state.model_copy(update={"worlds": (world,)}))
            wrong += [f"world={world.word()}: {one}" for one in message]
            kept += [] if message else [world]
        return self.plain(state.model_copy(update={"worlds": tuple(kept) or None}))

    def _with(self, state: State, key: str, word: str, wrong: list[str]) -> State:
        if key == "place" and word not in self.places:
            wrong.append(f"place={word}: no such place; {choices(word, self.places)}")
            return state
        if key in ("since", "until", "month") and word not in self.months(state.preset):
            wrong.append(
                f"{key}={word}: must be a month from {self.months(state.preset)[0]} to "
                f"{self.months(state.preset)[-1]}"
            )
            return state
        value: Any = word
        if key in ("customers", "pairs", "seed"):
            value = int(word) if word.isdecimal() and len(word) < 12 else word
        if key == "compare":
            pairs = {f"{i + 1}-{j + 1}": (i, j) for i, j in permutations(range(len(self.worlds(state))), 2)}
            if word not in pairs:
                wrong.append(
                    f"compare={word}: must be two of the worlds, such as 1-2; "
                    f"there are {len(self.worlds(state))}"
                )
                return state
            value = pairs[word]
        try:
            return self.plain(State.model_validate({**state.model_dump(), key: value}))
        except ValidationError as error:
            wrong.extend(
                f"{key}={word}: {one['msg'][0].lower()}{one['msg'][1:]}"
                for one in error.errors(include_url=False)[:1]
            )
            return state

    def plain(self, state: State) -> State:
        """The same state without worlds, sliders and a comparison that equal the defaults."""
        own = state.model_copy(update={"worlds": None})
        if state.worlds == self.worlds(own):
            state = own
        values = {path: at for path, at in state.values.items() if at != self.rest(state.preset, path)}
        if values != state.values:
            state = state.model_copy(update={"values": values})
        usual, names = state.model_copy(update={"compare": None}), list(self.specs(state))
        return usual if self._compared(state, names) == self._compared(usual, names) else state

    def wrong_in(self, state: State) -> list[str]:
        """Messages about what a run of this state would refuse."""
        try:
            self.resolved(state)
        except InputError as error:
            return [problem.removeprefix(f"{WHO}: ") for problem in error.problems]  # no file, so no place
        return []


def _repeated(parts: list[tuple[str, str]]) -> list[str]:
    """The keys of an address that are there more than once; only worlds may be."""
    counts = Counter(key for key, _ in parts if key != "world")
    return [key for key, count in counts.items() if count > 1]


def _first_two(names: list[str]) -> tuple[str, str] | None:
    return (names[0], names[1]) if len(names) > 1 else None


def _near(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def load_catalogue(customers: int | None = None, pairs: int | None = None) -> Catalogue:
    """The catalogue of the shipped configuration and experiments without designs. Raises InputError."""
    base = load_base(root() / CONFIGS)
    every = {name: resolve(path, base=base) for name, path in experiments().items() if not has_design(path)}
    not_shown = {name: why for name, one in every.items() if (why := why_not_shown(one.experiment))}
    presets = {name: one for name, one in every.items() if name not in not_shown}
    first = "two_worlds" if "two_worlds" in presets else next(iter(presets))
    of_first = presets[first].experiment
    default = State(
        preset=first,
        customers=customers or of_first.customers,
        pairs=pairs or of_first.seeds.count,
        seed=of_first.seeds.first,
    )
    ordered = dict(sorted(presets.items(), key=lambda one: one[0] != first))
    shipped = {name: found for name, one in ordered.items() if (found := headlines_at_rest(one)) is not None}
    posterior = read_posterior() if there_is_one() else None
    return Catalogue(base, ordered, default, posterior, not_shown, shipped)

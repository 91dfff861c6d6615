"""The choices in the explorer, and a state as an address, an experiment or a YAML file."""

import difflib
from dataclasses import dataclass
from functools import cached_property
from io import StringIO
from typing import Any
from urllib.parse import parse_qsl, urlencode

from pydantic import ValidationError
from ruamel.yaml import YAML

from sim.scenario.base import Base, load_base
from sim.scenario.experiments import months
from sim.scenario.locations import CONFIGS, experiments, root
from sim.scenario.posterior import Posterior, read_posterior, there_is_one
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, resolve
from sim.scenario.schema import Experiment, Seeds, WorldSpec
from sim.view.explorer.pages.worlds.sliders import Knob, knobs_of
from sim.view.explorer.pages.worlds.state import ABROAD, HISTORY, MOST_WORLDS, State, WorldChoice, different

USUAL_SWITCH = "2014-07-31"
WHO = "explorer"
_PLAIN = ("customers", "pairs", "seed", "tab", "place", "since", "until", "measure", "streams", "month")
_KEYS = ("preset", "world", "compare", *_PLAIN)


@dataclass(frozen=True)
class Catalogue:
    """Everything that the explorer offers: presets, regimes, events, places, sliders."""

    base: Base
    presets: dict[str, Resolved]
    default: State
    posterior: Posterior | None = None

    @cached_property
    def knobs(self) -> dict[str, Knob]:
        return knobs_of(self.base.parameter_info, self.posterior)

    @property
    def regimes(self) -> dict[str, str]:
        """The regimes that a ruling can bring, by code."""
        return {code: regime.name for code, regime in self.base.regimes.items() if not regime.stages}

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
        timeline = self.base.timelines[self.presets[preset].experiment.timeline]
        return {
            event.id: f"{event.id} {event.date}: {event.what}"
            for event in timeline.events
            if event.cause != "endogenous"
        }

    def worlds(self, state: State) -> tuple[WorldChoice, ...]:
        """The worlds of a state, or those of its preset."""
        return state.worlds if state.worlds is not None else self.own_worlds(state.preset)

    def own_worlds(self, preset: str) -> tuple[WorldChoice, ...]:
        return tuple(
            WorldChoice(switches=one.switches, without=one.without_events)
            for one in self.presets[preset].experiment.worlds.values()
        )

    def months(self, preset: str) -> list[str]:
        """The months of a preset's horizon, YYYY-MM."""
        experiment = self.presets[preset].experiment
        year, month = (int(part) for part in experiment.horizon.first.split("-"))
        every = [divmod(year * 12 + month - 1 + k, 12) for k in range(months(experiment))]
        return [f"{y:04d}-{m + 1:02d}" for y, m in every]

    # --- a state as an experiment ---------------------------------------------------------------------

    def specs(self, state: State) -> dict[str, WorldSpec]:
        """The worlds by name: the preset's name, or one from the regime."""
        own = self.presets[state.preset].experiment.worlds
        known = {
            WorldChoice(switches=spec.switches, without=spec.without_events): (name, spec.label)
            for name, spec in own.items()
        }
        out: dict[str, WorldSpec] = {}
        for world in self.worlds(state):
            name, label = known.get(world) or (
                "_then_".join(one.regime for one in world.switches) or HISTORY,
                self.label(world),
            )
            k = 2
            while name in out:
                name, k = f"{name.rstrip('_0123456789')}_{k}", k + 1
            labels = [spec.label for spec in out.values()]
            label = label if label not in labels else f"{label} (world {len(out) + 1})"
            out[name] = WorldSpec(label=label, switches=world.switches, without_events=world.without)
        return out

    def label(self, world: WorldChoice) -> str:
        """A world in words."""
        parts = []
        for at, switch in enumerate(world.switches):
            name = self.regimes.get(switch.regime, switch.regime)
            usual = at == 0 and f"{switch.on}" == USUAL_SWITCH
            parts.append(name if usual else f"{name} from {switch.on:%B %Y}")
        law = ", then ".join(parts) or "As it happened"
        return f"{law}, without {', '.join(world.without)}" if world.without else law

    def experiment(self, state: State, pairs: int | None = None) -> Experiment:
        """The experiment that `warrantsim run` needs for what is on the screen, with so many seeds (default:
        the state's)."""
        preset = self.presets[state.preset].experiment
        specs = self.specs(state)
        names = list(specs)
        own = (
            preset.compare is not None
            and all(name in specs for name in preset.compare)
            and state.worlds is None
        )
        compare = preset.compare if own else (names[0], names[1]) if len(names) > 1 else None
        if state.compare is not None and max(state.compare) < len(names):
            compare = (names[state.compare[0]], names[state.compare[1]])
        values = dict(preset.set)
        for path, at in sorted(state.values.items()):
            values |= self.knobs[path].values(at)
        return Experiment(
            title=preset.title
            if state.worlds is None and not state.values
            else f"{preset.title}, changed in the explorer",
            question=preset.question,
            timeline=preset.timeline,
            horizon=preset.horizon,
            customers=state.customers,
            seeds=Seeds(first=state.seed, count=pairs or state.pairs),
            worlds=specs,
            compare=compare,
            set=values,
            record="full",
        )

    def resolved(self, state: State) -> Resolved:
        """The experiment of a state, checked and ready to run. Raises InputError."""
        return resolve(self.experiment(state), base=self.base, name=WHO)

    def yaml(self, state: State, pairs: int) -> str:
        """The experiment of a state as a file, with the seeds that are on the screen."""
        tree = self.experiment(state, pairs).model_dump(
            mode="json", exclude={"knockouts", "switch_dates", "design", "claims"}, exclude_none=True
        )
        tree = {key: value for key, value in tree.items() if value != {}}
        for world in tree["worlds"].values():
            for key in ("switches", "without_events", "set"):
                if not world.get(key):
                    world.pop(key, None)
        out = StringIO()
        dumper: Any = YAML(typ="safe", pure=True)  # ruamel types its settings as None
        dumper.default_flow_style = False
        dumper.sort_base_mapping_type_on_output = False
        dumper.width = 4096
        dumper.dump(tree, out)
        query = self.query(state)
        return (
            f"# From the explorer of warrantsim{f' (/?{query})' if query else ''}; run it with: warrantsim "
            f"run <this file>\n{out.getvalue()}"
        )

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
        for key, word in parse_qsl(query, keep_blank_values=True):
            if key == "world":
                words.append(word)
            elif key == "preset":
                if word in self.presets:
                    found["preset"] = word
                else:
                    wrong.append(f"preset={word}: no such experiment; {choices(word, self.presets)}")
            elif key in ("compare", *_PLAIN):
                found[key] = word
            elif key in self.knobs:
                self._value(key, word, values, wrong)
            else:
                wrong.append(f"{key}: no such setting of the explorer{_near(key, [*_KEYS, *self.knobs])}")
        state = self.default.model_copy(
            update={"values": values, "preset": found.pop("preset", self.default.preset)}
        )
        state = self._with_worlds(state, words, wrong)
        for key, word in found.items():
            state = self._with(state, key, word, wrong)
        return state, wrong

    def _value(self, path: str, word: str, values: dict[str, float], wrong: list[str]) -> None:
        try:
            number = float(word)
        except ValueError:
            wrong.append(f"{path}={word}: is not a number")
            return
        said = self.knobs[path].problem(number) if number == number else "is not a number"
        if said:
            wrong.append(f"{path}: {said}")
        elif number != self.knobs[path].default:
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
            said = self.wrong_in(state.model_copy(update={"worlds": (world,)}))
            wrong += [f"world={world.word()}: {one}" for one in said]
            kept += [] if said else [world]
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
            first, _, second = word.partition("-")
            count = len(self.worlds(state))
            pair = (
                (int(first) - 1, int(second) - 1)
                if first.isdecimal() and second.isdecimal() and len(word) < 6
                else (-1, -1)
            )
            if min(pair) < 0 or max(pair) >= count or pair[0] == pair[1]:
                wrong.append(f"compare={word}: must be two of the worlds, such as 1-2; there are {count}")
                return state
            value = pair
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
        if state.worlds is not None and state.worlds == self.own_worlds(state.preset):
            state = state.model_copy(update={"worlds": None})
        values = {path: at for path, at in state.values.items() if at != self.knobs[path].default}
        if values != state.values:
            state = state.model_copy(update={"values": values})
        if state.compare is not None:
            without = self.experiment(state.model_copy(update={"compare": None}))
            names = list(without.worlds)
            if (
                max(state.compare) >= len(names)
                or (names[state.compare[0]], names[state.compare[1]]) == without.compare
            ):
                state = state.model_copy(update={"compare": None})
        return state

    def wrong_in(self, state: State) -> list[str]:
        """Messages about what a run of this state would refuse."""
        try:
            self.resolved(state)
        except InputError as error:
            return [_without_place(problem) for problem in error.problems]
        return []


def _without_place(problem: str) -> str:
    """A problem without its place in a file."""
    return problem.removeprefix(f"{WHO}: ")


def _near(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def load_catalogue(customers: int | None = None, pairs: int | None = None) -> Catalogue:
    """The catalogue of the shipped configuration and experiments without designs. Raises InputError."""
    base = load_base(root() / CONFIGS)
    every = {name: resolve(path, base=base) for name, path in experiments().items()}
    presets = {name: one for name, one in every.items() if one.design is None}
    first = "two_worlds" if "two_worlds" in presets else next(iter(presets))
    of_first = presets[first].experiment
    default = State(
        preset=first,
        customers=customers or of_first.customers,
        pairs=pairs or of_first.seeds.count,
        seed=of_first.seeds.first,
    )
    ordered = dict(sorted(presets.items(), key=lambda one: one[0] != first))
    return Catalogue(base, ordered, default, read_posterior() if there_is_one() else None)

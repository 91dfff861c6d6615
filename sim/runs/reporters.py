"""Reporters: numbers of a user's own, read from a model or its agents at the end of every month.

They are named as Mesa's DataCollector names them. A reporter's code travels to the workers by value, so that
nobody has to import the script or notebook in which it was written. Its source enters the run id; where a
source cannot be had, or a reporter uses a value that cannot be written down, the runs are not kept in any
store.
"""

import ast
import hashlib
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import CodeType
from typing import TYPE_CHECKING, Any

import cloudpickle
import numpy as np

from sim.runs.compiler import can_compile
from sim.runs.tables_on_disk import COLLECTED, Columns
from sim.scenario.problems import InputError, choices
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.model.world import WarrantModel

Reporter = Callable[[Any], float] | str
"""A function of a model or an agent, or the name of an attribute; gives a number."""

_FEW, _MONTHS = 2000, 12  # customers and months of the world in which reporters are tried
_CHANGED = "reporters: change the model, which they must only read; let them work on copies"
KEYS = ("seed", "world", "month", "agent")  # of a row of `Pair.collected`
AGENT_TYPES = ("Government", "HomeGrownProvider", "Investigator", "Provider")


@dataclass(frozen=True)
class Reporters:
    """Reporters as they travel: pickled by value, with the digest of their source.

    The digest is None where the source cannot be had.
    """

    pickled: bytes
    digest: str | None

    @classmethod
    def of(
        cls,
        model: Mapping[str, Reporter] | None,
        by_agent_type: Mapping[str, Mapping[str, Reporter]] | None,
    ) -> "Reporters | None":
        """Reporters by name: of the model, and by the name of an agent's class. None if there are none.

        Raises InputError where a reporter is neither a function nor a name, cannot travel or has a name that
        `collected` cannot have, or a class of agents does not exist.
        """
        problems = [
            f"agenttype_reporters: '{kind}': no such agents; {choices(kind, list(AGENT_TYPES))}"
            for kind in by_agent_type or {}
            if kind not in AGENT_TYPES
        ]
        groups = {"": dict(model or {}), **{kind: dict(some) for kind, some in (by_agent_type or {}).items()}}
        groups = {kind: some for kind, some in groups.items() if some}
        if not groups and not problems:
            return None
        problems += _names_in_vain(groups)
        problems += [
            f"reporter '{name}': write a function of one argument or the name of an attribute"
            for some in groups.values()
            for name, reporter in some.items()
            if not (callable(reporter) or isinstance(reporter, str))
        ]
        if problems:
            raise InputError(problems)
        try:
            pickled = cloudpickle.dumps(groups)
        except Exception as error:  # whatever an object's own way to be pickled raises
            raise InputError(f"reporters: cannot be sent to the workers: {error}") from None
        return cls(pickled, _digest(groups))

    def check(self, scenario: Scenario, seed: int) -> None:
        """Read every reporter in the first months of a small world, before anything is run.

        Raises InputError for one that fails or gives no number, and for those that change the model: beside
        an untouched world, what people believe and customers do is another.
        """
        from sim.model.world import WarrantModel
        from sim.runs.own_population import own_population

        can_compile()
        small, groups = replace(scenario, customers=_FEW), cloudpickle.loads(self.pickled)
        with own_population():
            model = WarrantModel(small, seed)
        untouched = WarrantModel(small, seed)
        for _ in range(min(_MONTHS, small.months)):
            try:
                model.step()
                untouched.step()
            except Exception:  # whatever a model that was changed raises
                raise InputError(_CHANGED) from None
            if problems := list(_no_numbers(groups, model)):
                raise InputError(problems)
        same = model.month == untouched.month and np.array_equal(model.mind.belief, untouched.mind.belief)
        if not (same and model.customers_frame().equals(untouched.customers_frame())):
            raise InputError(_CHANGED)

    def collector(self, models: Mapping[str, "WarrantModel"]) -> "Collector":
        """A collector for the models of one seed."""
        return Collector(cloudpickle.loads(self.pickled), models)


def _no_numbers(groups: Mapping[str, Mapping[str, Reporter]], model: "WarrantModel") -> Iterator[str]:
    """The reporters that fail or give no number, of the model and of the first agent of each class."""
    for kind, some in groups.items():
        subjects = _subjects(model, kind)[:1]
        for name, reporter in some.items():
            try:
                for _, subject in subjects:
                    _value(reporter, subject)
            except Exception as error:  # whatever a user's function raises
                yield f"reporter '{name}': gives no number ({type(error).__name__}: {error})"


def _names_in_vain(groups: Mapping[str, Mapping[str, Reporter]]) -> list[str]:
    """Names that would be no column of `collected`, or one for two numbers.

    Agents of several classes have the same code: a country's government and its investigators, say.
    """
    problems, of = list[str](), dict[str, str]()
    for kind, some in groups.items():
        for name in some:
            if name in ("", *KEYS):
                problems.append(f"reporter '{name}': must have a name, and not one of {', '.join(KEYS)}")
            elif kind and name in of:
                problems.append(
                    f"reporter '{name}': is of {of[name]} and of {kind}, whose agents share codes; give each "
                    "a name of its own"
                )
            elif kind:
                of[name] = kind
    return problems


class Collector:
    """Calls every reporter at the end of each month and keeps what they give, world by world."""

    def __init__(
        self, groups: Mapping[str, Mapping[str, Reporter]], models: Mapping[str, "WarrantModel"]
    ) -> None:
        self._groups, self._models = groups, models
        self._rows: dict[str, list[tuple[np.datetime64, str, str, float]]] = {name: [] for name in models}
        self._months = 0

    def collect(self) -> None:
        """Read every model as it is now, if a month has ended since the last time."""
        ended = next(iter(self._models.values())).month
        if ended == self._months:
            return
        self._months = ended
        for world, model in self._models.items():
            month = np.datetime64(model.scenario.month_start(ended - 1), "M")
            for kind, some in self._groups.items():
                for label, subject in _subjects(model, kind):
                    for name, reporter in some.items():
                        self._rows[world].append((month, label, name, _value(reporter, subject)))

    def table(self, world: str) -> Columns:
        """The table `collected` of one world."""
        month, agent, reporter, value = zip(*self._rows[world], strict=True)
        return {
            "month": np.array(month, "datetime64[M]"),
            "agent": np.array(agent, object),
            "reporter": np.array(reporter, object),
            COLLECTED.measures[0].name: np.array(value, float),
        }


def _subjects(model: "WarrantModel", kind: str) -> list[tuple[str, Any]]:
    """What the reporters of a kind read: the model itself, or each agent of a class under its code."""
    if not kind:
        return [("", model)]
    return [(str(agent.code), agent) for agent in model.agents if type(agent).__name__ == kind]


def _value(reporter: Reporter, subject: Any) -> float:
    return float(getattr(subject, reporter) if isinstance(reporter, str) else reporter(subject))


def _digest(groups: Mapping[str, Mapping[str, Reporter]]) -> str | None:
    """sha256 of what decides the reporters' numbers; None where some of it cannot be written down."""
    words = []
    for kind, some in groups.items():
        for name, reporter in some.items():
            source = reporter if isinstance(reporter, str) else _source(reporter)
            if source is None:
                return None
            words.append(f"{kind}\0{name}\0{source}")
    return hashlib.sha256("\0".join(words).encode()).hexdigest()


def _source(reporter: Callable[[Any], float]) -> str | None:
    """The syntax of a function, its default values and the plain values that it uses from outside.

    None where these cannot be had, or where it is no plain function (a method's object, say, has a state of
    its own).
    """
    if not inspect.isfunction(reporter):
        return None
    try:
        tree = ast.dump(ast.parse(textwrap.dedent(inspect.getsource(reporter)).strip()))
        outside = dict(inspect.getclosurevars(reporter).nonlocals)
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    names = _names_of(reporter.__code__)
    outside |= {name: value for name, value in reporter.__globals__.items() if name in names}
    defaults = [*(reporter.__defaults__ or ()), *(reporter.__kwdefaults__ or {}).values()]
    if not all(
        isinstance(value, bool | int | float | str | None) for value in [*outside.values(), *defaults]
    ):
        return None
    return f"{tree} {sorted((name, repr(value)) for name, value in outside.items())} {defaults!r}"


def _names_of(code: CodeType) -> set[str]:
    """The names that a function uses from outside, in its comprehensions and inner functions too."""
    inner = (_names_of(one) for one in code.co_consts if isinstance(one, CodeType))
    return set(code.co_names).union(*inner)

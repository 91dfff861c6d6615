"""A task: one seed of a point's worlds, which are run side by side; and how it ended.

Light to import: what runs a task loads the model.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from sim.runs.tables_on_disk import Columns
from sim.scenario.scenario import Scenario

if TYPE_CHECKING:
    from sim.runs.forks import Fork
    from sim.runs.reporters import Reporters

How = Literal["raised", "ran out of time", "died"]


@dataclass(frozen=True)
class Task:
    """What is run side by side: the worlds, the seed, how much to record; and what to call it if it fails.

    `ids` are the run ids by world, where the runs are to be stored; `values` the design's values at this
    point; `fork` says which months are shared with other tasks, and decides no number.
    """

    scenarios: dict[str, Scenario]
    seed: int
    record: str
    label: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    reporters: "Reporters | None" = None
    fork: "Fork | None" = None

    @property
    def name(self) -> str:
        return f"seed {self.seed}{f' ({self.label})' if self.label else ''}"


@dataclass(frozen=True)
class Failure:
    """A task that gave no tables: which, with what, how it ended, at which stage, and where in the code."""

    name: str
    seed: int
    values: dict[str, Any]
    runs: list[str]
    how: How
    stage: str
    error: str
    traceback: str = ""

    def __str__(self) -> str:
        return f"{self.name}, {self.stage}: {self.error}" + (f"\n{self.traceback}" if self.traceback else "")


def failure_of(task: Task, how: How, stage: str, error: str, trace: str = "") -> Failure:
    return Failure(task.name, task.seed, dict(task.values), list(task.ids.values()), how, stage, error, trace)


@dataclass
class SeedDone:
    """What running a task gives: tables of each world and their digests, what was proved, or what failed."""

    seed: int
    label: str
    tables: dict[str, dict[str, Columns]] = field(default_factory=dict)  # world -> table
    digests: dict[str, dict[str, str]] = field(default_factory=dict)  # table -> world -> digest
    months: dict[str, bytes] = field(
        default_factory=dict
    )  # world -> digests of all that was recorded up to each month
    failed: Failure | None = None
    seconds: float = 0.0

    @property
    def world_tables(self) -> dict[str, Columns]:
        """The small table of each world."""
        return {world: tables["world"] for world, tables in self.tables.items()}

"""The two sides of a headline's change: results folders, crates or experiments that compare two worlds."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.headlines import HEADLINES, Columns
from sim.analysis.records import runs_of, seed_words
from sim.runs.crate_files import opened
from sim.runs.identity import model_digest
from sim.runs.reproduce import results_of
from sim.runs.results import MANIFEST
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve


@dataclass(frozen=True)
class Side:
    """One of the two: its canonical experiment, its seeds, the code of its numbers, and these by headline.

    `stored` has a row a seed; None for an experiment, whose numbers the code here gives.
    """

    name: str
    canonical: Mapping[str, Any]
    seeds: tuple[int, ...]
    model: str
    stored: np.ndarray | None

    @property
    def is_of_this_code(self) -> bool:
        return self.model == model_digest()

    @property
    def worlds(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """The compared worlds."""
        a, b = self.canonical["experiment"]["compare"]
        return self.canonical["worlds"][a], self.canonical["worlds"][b]


def side_of(what: str, seeds: int | None) -> Side:
    """A results folder, a crate or an experiment, with its first `seeds`. Raises InputError."""
    path = Path(what)
    if path.is_dir() or path.suffix == ".zip":
        with opened(path) as folder:
            return _stored_side(what, folder, seeds)
    resolved = resolve(what, seeds=seeds)
    asked = resolved.experiment.seeds
    numbers = tuple(range(asked.first, asked.first + asked.count))
    return _checked(Side(what, resolved.canonical(), numbers, model_digest(), None))


def _stored_side(what: str, folder: Path, seeds: int | None) -> Side:
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{what}: no results (it has no {MANIFEST})")
    manifest = results_of(folder).manifest
    side = _checked(Side(what, manifest["scenario"], (), manifest["model_digest"], None))
    runs = runs_of(folder, side.canonical["experiment"]["compare"])
    numbers = tuple(sorted(runs))[:seeds]
    if not numbers:
        raise InputError(f"{what}: no pair succeeded, so there is no difference")
    if seeds is not None and seeds > len(numbers):
        raise InputError(
            f"seeds {seeds}: {what} has the seeds {seed_words(numbers)}, which are only {len(numbers)}"
        )
    a, b = side.canonical["experiment"]["compare"]
    first = _first_month_of(manifest)
    stored = np.array([differences(runs[seed][a], runs[seed][b], first) for seed in numbers])
    return Side(what, side.canonical, numbers, side.model, stored)


def _checked(side: Side) -> Side:
    experiment = side.canonical["experiment"]
    if not experiment.get("compare"):
        raise InputError(f"{side.name}: compares no two worlds, so there is no difference that could move")
    if experiment.get("design"):
        raise InputError(f"{side.name}: has a design; name an experiment without one, or its results")
    if lacking := [name for name in experiment["compare"] if name not in side.canonical["worlds"]]:
        raise InputError(f"{side.name}: its {MANIFEST} compares {lacking[0]}, and describes no such world")
    return side


def _first_month_of(manifest: Mapping[str, Any]) -> int:
    through = manifest.get("identical_through")
    if not through or str(through)[:7] == str(manifest["last"])[:7]:  # every month serves where none differs
        return 0
    months = np.datetime64(str(through)[:7], "M") - np.datetime64(str(manifest["first"])[:7], "M")
    return int(months.astype(int)) + 1


def differences(a: Columns, b: Columns, first: int) -> list[float]:
    return [headline.read(b, first) - headline.read(a, first) for headline in HEADLINES]

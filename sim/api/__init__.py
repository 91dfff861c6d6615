"""The Python interface: run an experiment or a sweep, open results, look into a world month by month.

    import sim

    pair = sim.run("two_worlds", seeds=8, changes={"trust.asymmetry": 1.0})
    pair.headlines
    pair.difference("trust", by="country")
    pair.plot("trust", country="DE").show()

Everything goes through the pipeline that the command `warrantsim` uses, so the same experiment gives the same
numbers, and a run that either of them has stored is not run again. Mistakes raise `InputError`, which names
the place and the valid choices.
"""

import datetime as dt
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from sim import pipeline, questions
from sim.api.arguments import Changes, Count, Finite, Number, Place, Source, Told, checked
from sim.api.pair_results import Pair
from sim.api.results import Results
from sim.api.sweep_results import Sweep
from sim.runs.compiler import can_compile
from sim.runs.folder_check import DamagedFolder
from sim.runs.reporters import Reporters
from sim.runs.results import MANIFEST, FolderResults
from sim.runs.silence import silences
from sim.runs.store import DEFAULT as STORE
from sim.runs.tasks import Backend
from sim.scenario import schema
from sim.scenario.experiments import MOST_SEED
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved
from sim.scenario.yaml_files import checked as checked_tree
from sim.scenario.yaml_files import plain

if TYPE_CHECKING:
    from sim.analysis.drivers.headline_change import HeadlineChange
    from sim.analysis.verification import Verification
    from sim.model.world import WarrantModel
    from sim.runs.comparison import Comparison

__all__ = [
    "Experiment",
    "InputError",
    "Month",
    "Pair",
    "Results",
    "Sweep",
    "boundary",
    "check",
    "load",
    "record",
    "reproduce",
    "run",
    "sweep",
    "verify",
    "why",
    "world",
]


class Experiment(schema.Experiment):
    """An experiment built in Python: the fields of an experiment's YAML file, as keywords.

    Raises InputError.
    """

    def __init__(self, **fields: Any) -> None:
        problems: list[str] = []
        made = checked_tree(schema.Experiment, plain(fields), lambda _: "Experiment", problems)
        if made is None:
            raise InputError(problems)
        super().__init__(**{name: getattr(made, name) for name in made.model_fields_set})


@checked
def run(
    experiment: Source,
    *,
    seeds: Count | None = None,
    customers: Count | None = None,
    changes: Changes | None = None,
    workers: Count | None = None,
    out: Place | None = None,
    store: Place = STORE,
    further: bool = False,
    draws: Number | None = None,
    model_reporters: Mapping[str, Any] | None = None,
    agenttype_reporters: Mapping[str, Mapping[str, Any]] | None = None,
    progress: Told | None = None,
) -> Pair:
    """Run an experiment without a design: a shipped name, a file, or an `Experiment` built in Python.

    `changes` are values by path. Results go to the folder `out`, or to a temporary one that lives as long as
    they do; runs are kept in `store`. With `further`, the tables that need other runs are made too
    (draws of the posterior, knock-outs, other switch dates, the record). `draws` are those of the posterior
    that the intervals of the headlines are over (0: none). Reporters are numbers of your own, read at the
    end of each month: of the model (by name), and of agents (by the name of their class); see
    `Pair.collected`. `progress` is told (done, total, words).

    Raises InputError for a mistake in the experiment, EngineLost if the workers cannot go on.
    """
    resolved = _resolve(experiment, changes, seeds=seeds, customers=customers)
    if resolved.design is not None:
        raise InputError(f"{resolved.name}: it has a design: run it with sim.sweep")
    reporters = Reporters.of(model_reporters, agenttype_reporters)
    if reporters is not None:
        reporters.check(next(iter(resolved.scenarios.values())), resolved.experiment.seeds.first)
    folder, keep = _folder(out)
    with _store_for(reporters, store) as kept:
        _run(resolved, folder, kept, workers, progress, further=further, draws=draws, reporters=reporters)
    return Pair(folder, keep)


@checked
def sweep(
    experiment: Source,
    *,
    seeds: Count | None = None,
    customers: Count | None = None,
    changes: Changes | None = None,
    workers: Count | None = None,
    out: Place | None = None,
    store: Place = STORE,
    progress: Told | None = None,
) -> Sweep:
    """Run an experiment with a design: every point with every seed. Arguments and errors as for `run`."""
    resolved = _resolve(experiment, changes, seeds=seeds, customers=customers)
    if resolved.design is None:
        raise InputError(f"{resolved.name}: it has no design: run it with sim.run")
    folder, keep = _folder(out)
    _run(resolved, folder, Path(store), workers, progress)
    return Sweep(folder, keep)


@checked
def boundary(
    experiment: Source,
    headline: str,
    level: Finite = 0.0,
    *,
    points: Count = 96,
    tolerance: Finite = 0.02,
    against: Place | None = None,
    seeds: Count | None = None,
    customers: Count | None = None,
    changes: Changes | None = None,
    workers: Count | None = None,
    out: Place | None = None,
    store: Place = STORE,
    progress: Told | None = None,
) -> Sweep:
    """Find where a headline crosses a level, over the two to four ranges of an experiment's design.

    The headline is the difference between the compared worlds, or its value where one world is run. Runs are
    placed where they tell most, until the side of at most `tolerance` of the space is open, or `points` are
    used up. The results are those of a sweep over the points that were run, with the tables of the search
    (`Sweep.boundary`). `against` is the folder of a fine grid over the same ranges, to say what a grid would
    have cost. Needs the extra `discover`. Other arguments and errors as for `run`.
    """
    from sim.analysis.drivers.boundary_tables import Asked

    resolved = _resolve(experiment, changes, seeds=seeds, customers=customers)
    asked = Asked(headline, level, points, tolerance, None if against is None else Path(against))
    folder, keep = _folder(out)
    questions.find_boundary(resolved, asked, folder, workers=workers, store=Path(store), progress=progress)
    return Sweep(folder, keep)


@checked
def load(folder: Place) -> Pair | Sweep:
    """Open a results folder. Raises InputError if it is none, or one that this version cannot read."""
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise InputError(f"{folder}: no results folder (it has no {MANIFEST})")
    try:
        manifest = FolderResults(folder).manifest
    except DamagedFolder as error:
        words = f"{error.what.rstrip('.')}: {_version_words(folder)}"
        raise InputError(f"{words}. {error.how}") from None
    try:
        designed = manifest["scenario"]["experiment"]["design"] is not None
        _ = [manifest[name] for name in ("compare", "tables")]
    except (KeyError, TypeError) as error:
        raise InputError(
            f"{folder / MANIFEST}: cannot be read: {_version_words(folder)} ({error!r})"
        ) from None
    return Sweep(folder) if designed else Pair(folder)


@checked
def check(experiment: Source, changes: Changes | None = None) -> str:
    """Everything that a run would refuse, without running.

    Raises InputError, or says in words what would run; a line that begins with `note:` names what has no
    effect, or another meaning than it seems to have.
    """
    resolved = _resolve(experiment, changes)
    lines = [f"{resolved.name}: {pipeline.size_words(resolved)}"]
    return "\n".join([*lines, *(f"note: {words}" for words in silences(resolved))])


@checked
def reproduce(
    what: Place, *, sample: Count | None = None, full: bool = False, workers: Count | None = None
) -> "Comparison":
    """Run a results folder, a crate or a shipped experiment again, past every store, and compare.

    The result's `equal` says whether every number is the same; its other fields, what differs and where
    first.
    """
    from sim.runs.crate_files import reproduce_results
    from sim.runs.expected import compare_with_expected

    backend = Backend(workers)
    if Path(what).is_dir() or Path(what).suffix == ".zip":
        return reproduce_results(Path(what), sample, backend)
    return compare_with_expected(str(what), full, sample, backend)


@checked
def record(folder: Place, headline: str | None = None, *, point: Number | None = None) -> pd.DataFrame:
    """The paired differences of a results folder or crate (.zip) with the short ids by which they are cited.

    One row for the whole comparison and one a headline (or that of `headline` alone); of a sweep one row, or
    those of a `point`. Columns: `sim.analysis.records`. `attrs["cite"]` are the words to cite. Raises
    InputError.
    """
    return questions.records(Path(folder), headline, point)


@checked
def verify(what: Place, cited: Sequence[str] = ()) -> "Verification":
    """Check a crate (.zip) or a results folder, without running anything and without a network.

    `cited` are ids of records that must be of these tables. The result's `good` says whether all that could
    be checked holds; `failed` and `not_checked` list the rest. Raises InputError.
    """
    from sim.analysis.verification import verify as check_all

    return check_all(Path(what), cited)


@checked
def why(
    a: Place,
    b: Place,
    *,
    seeds: Count | None = None,
    workers: Count | None = None,
    store: Place = STORE,
    progress: Told | None = None,
) -> "HeadlineChange":
    """Why do the headlines of two results folders, crates or experiments differ?

    Splits every change into code, configuration, evidence and fit (`sim.analysis.drivers.headline_change`).
    The result has the tables `table`, `parts` and `values`, and `notes`. Runs what `store` lacks of the
    combinations between the two. Raises InputError.
    """
    return questions.why(str(a), str(b), seeds, workers=workers, store=Path(store), progress=progress)


class Month(NamedTuple):
    """A month that has just ended: its first day, and the Mesa model as it is now."""

    date: dt.date
    model: "WarrantModel"


@checked
def world(
    experiment: Source,
    name: str | None = None,
    *,
    seed: Number | None = None,
    customers: Count | None = None,
    changes: Changes | None = None,
) -> Iterator[Month]:
    """One world of an experiment, month by month; `month.model` is a `mesa.Model`. Raises InputError.

    Without `name` the experiment's first world, without `seed` its first seed.
    """
    resolved = _resolve(experiment, changes, customers=customers)
    worlds = resolved.scenarios
    name = next(iter(worlds)) if name is None else name
    if name not in worlds:
        raise InputError(f"world '{name}': {choices(name, list(worlds))}")
    seed = resolved.experiment.seeds.first if seed is None else seed
    if not 0 <= seed < MOST_SEED:
        raise InputError(f"seed {seed}: must be from 0 to {MOST_SEED - 1}")
    can_compile()
    return _months(worlds[name], seed)


def _months(scenario: Any, seed: int) -> Iterator[Month]:
    from sim.model.world import WarrantModel
    from sim.runs.own_population import own_population

    with own_population():
        model = WarrantModel(scenario, seed)
    while model.running:
        date = scenario.month_start(model.month)
        model.step()
        yield Month(date, model)


def _resolve(experiment: Any, changes: Changes | None, **sizes: int | None) -> Resolved:
    by_path = {str(path): value for path, value in (changes or {}).items()}
    return pipeline.resolve(experiment, by_path, **sizes)


def _folder(out: Place | None) -> tuple[Path, Any]:
    """Where results go, and what must be kept for as long as they are used."""
    if out is not None:
        return Path(out), None
    temporary = tempfile.TemporaryDirectory(prefix="warrantsim-", ignore_cleanup_errors=True)
    return Path(temporary.name), temporary


@contextmanager
def _store_for(reporters: Reporters | None, store: Place) -> Iterator[Path]:
    """The store that is asked for; runs that nobody could recognise again go to one that is thrown away."""
    if reporters is None or reporters.digest is not None:
        yield Path(store)
        return
    with tempfile.TemporaryDirectory(prefix="warrantsim-") as passing:
        yield Path(passing)


def _run(
    resolved: Resolved,
    folder: Path,
    store: Path,
    workers: Count | None,
    progress: Told | None,
    **more: Any,
) -> None:
    done = pipeline.run(resolved, folder, workers=workers, progress=progress, store=store, **more)
    if not done.proved.good:
        raise RuntimeError("no pair of worlds succeeded:\n" + "\n".join(done.failures))


def _version_words(folder: Path) -> str:
    try:
        version = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["versions"]["warrantsim"]
    except (ValueError, KeyError, TypeError, OSError, RecursionError):
        return "it is damaged"
    return f"it was written by version {version}"

"""What a manifest says of its results, against the configuration and the tables: verdicts, failed pairs, the
months that worlds share, what is assumed of the years after the record, warnings. Nothing is run.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import pyarrow.parquet as pq

from sim.analysis.digests import posterior_digest
from sim.analysis.projections import projections
from sim.analysis.shipped_tables import configuration_of, is_as_shipped
from sim.analysis.stored_tables import row_differences, same_version
from sim.analysis.uncertainty.joint_draws import joint_draws
from sim.analysis.uncertainty.shipped_draws import DRAW, LAST_BITS, OUTCOMES_FILE, outcomes_of
from sim.runs.claims import judge
from sim.runs.csv_tables import Unreadable, as_stored, read_csv
from sim.runs.execution import FAILURES, never_differ
from sim.runs.folder_check import first_line
from sim.runs.identity import Identities
from sim.runs.manifest import facts
from sim.runs.plan import Plan
from sim.runs.points import EXPERIMENT, POINTS, TABLES_FOLDER
from sim.runs.results import FolderResults
from sim.runs.runs_in_table import runs_in
from sim.runs.seed_task import Failure
from sim.runs.silence import ALREADY, silences
from sim.runs.tables_on_disk import digest_of_values, to_columns
from sim.scenario.posterior import read_posterior, there_is_one
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve

_CLOSE, _DECIMALS = 1e-9, 1e-10  # a manifest holds ten decimals


class Statement(NamedTuple):
    """One thing that a manifest says: whether it holds (None: not checked), and in which words."""

    what: str
    holds: bool | None
    words: str = ""


def statements(folder: Path, manifest: Mapping[str, Any], resolved: Resolved) -> Iterator[Statement]:
    """What the manifest says of its results, each beside what it follows from. Raises DamagedFolder."""
    checks: tuple[Callable[[Path, Mapping[str, Any], Plan], Statement], ...] = (
        _pairs, _failures, _claims, _shared_months, _outlook, _draws, _configuration, _projections,
        _warnings,
    )  # fmt: skip
    plan = Plan(resolved)
    for check in checks:
        yield check(folder, manifest, plan)


def _pairs(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """Every pair of the experiment is in the table of points, with the values of the design there."""
    table = pq.read_table(folder / POINTS, page_checksum_verification=True)
    factors = list(plan.points[0].values) if plan.has_design else []
    lacking = [name for name in factors if name not in table.column_names]
    wrong = [f"it lacks {', '.join(lacking)}"] if lacking else []
    follow = [
        (point.index, seed, world, *(str(point.values[name]) for name in factors))
        for point in plan.points
        for seed in plan.seeds
        for world in plan.worlds
    ]
    if not lacking:
        columns = [table.column(name).to_pylist() for name in ("point", "seed", "world", *factors)]
        stored = [(*row[:3], *map(str, row[3:])) for row in zip(*columns, strict=True)]
        if len(stored) != len(follow):
            wrong.append(f"it has {len(stored):,} rows, {len(follow):,} follow")
        elif stored != follow:
            at = next(i for i, (one, other) in enumerate(zip(stored, follow, strict=True)) if one != other)
            wrong.append(f"row {at + 1} is {stored[at]}, follows {follow[at]}")
    return Statement(f"{POINTS} lists every pair of the experiment", not wrong, "; ".join(wrong))


def _failures(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """The failed pairs of the manifest are those of their table, and the points that are not done."""
    what = "the failed pairs are those that the points lack"
    rows = pq.read_table(folder / POINTS, page_checksum_verification=True).to_pylist()
    lacking = {(row["point"], row["seed"]) for row in rows if not row["done"]}
    stated, path = list(manifest.get("failures") or ()), folder / FAILURES
    if not path.is_file():
        if not lacking and not stated:
            return Statement(what, True)
        return Statement(
            what, False, f"{len(stated)} stated, {len(lacking)} lacking, and there is no {FAILURES}"
        )
    try:
        listed = read_csv(path).fillna("").to_dict("records")
        keys = {(int(row["point"]), int(row["seed"])) for row in listed}
        words = [str(_failure(plan, row)) for row in listed]
    except (Unreadable, LookupError, ValueError, TypeError) as error:
        return Statement(what, False, f"{FAILURES} cannot be read: {first_line(error)}")
    wrong = [f"{FAILURES} lists others than {POINTS}"] if keys != lacking else []
    wrong += ["the manifest states others than " + FAILURES] if sorted(words) != sorted(stated) else []
    return Statement(what, not wrong, "; ".join(wrong))


def _failure(plan: Plan, row: Mapping[Any, Any]) -> Failure:
    point, seed = plan.points[int(row["point"])], int(row["seed"])
    name = plan.name(point.index * len(plan.seeds) + plan.seeds.index(seed))
    return Failure(name, seed, {}, [], row["how"], row["stage"], row["error"], row["traceback"])


def _claims(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """The verdicts of the manifest are those that the tables give."""
    what, stated = "the manifest's verdicts on claims follow from the tables", manifest.get("claims") or []
    asked = bool(plan.resolved.experiment.claims and manifest.get("tables"))
    now = judge(plan.resolved, FolderResults(folder)).claims if asked else pd.DataFrame()
    if bool(stated) != bool(len(now)):
        return Statement(what, False, f"{len(stated)} are stated, {len(now)} follow")
    if not stated:
        return Statement(what, True)
    found = row_differences(as_stored(pd.DataFrame(stated)), as_stored(now), _CLOSE, _DECIMALS)
    return Statement(what, found.hold(manifest), str(found))


def _shared_months(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """For how long worlds are equal follows from the configuration, and from the tables whether they ever
    differ."""
    what = "the months that worlds share are those of the configuration and the tables"
    rows = pq.read_table(folder / POINTS, columns=["point", "done"], page_checksum_verification=True)
    points = {row["point"] for row in rows.to_pylist() if row["done"]}
    shared: dict[tuple[int, int], int] = {}
    for point in plan.points:
        if point.index in points:
            for pair, months in plan.equal_months(point).items():
                shared[pair] = min(months, shared.get(pair, months))
    stated = {(one["a"], one["b"]): one["equal_months"] for one in manifest.get("worlds_compared") or ()}
    wrong = ["equal_months"] if stated != shared else []
    compare = plan.resolved.experiment.compare
    at = sorted(plan.worlds.index(name) for name in compare) if compare else []
    through = facts(plan.resolved, [], shared.get((at[0], at[1]), 0) if at else 0)["identical_through"]
    wrong += ["identical_through"] if manifest.get("identical_through") != through else []
    never = {(one["a"], one["b"]) for one in manifest.get("worlds_compared") or () if one["never_part"]}
    wrong += ["never_part"] if not wrong and never != _never_part(folder, manifest, plan, shared) else []
    return Statement(what, not wrong, ", ".join(wrong))


def _never_part(
    folder: Path, manifest: Mapping[str, Any], plan: Plan, shared: Mapping[tuple[int, int], int]
) -> set[tuple[int, int]]:
    """Which two worlds are equal in every recorded number of every pair."""
    equal = {pair for pair, months in shared.items() if months}
    for name in manifest.get("tables") or {}:
        path, at, digests = folder / TABLES_FOLDER / f"{name}.parquet", None, dict[str, str]()
        for key, rows in runs_in(path) if equal else ():
            if (key.point, key.seed) != at:
                at, digests = (key.point, key.seed), {}
            digests[key.world] = digest_of_values(name, to_columns(name, rows))
            if len(digests) == len(plan.worlds):
                ordered = [digests[world] for world in plan.worlds]
                equal = {(a, b) for a, b in equal if ordered[a] == ordered[b]}
    return equal


def _outlook(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    what, stated = "the outlook is that of the experiment", manifest.get("outlook")
    now = facts(plan.resolved, [], 0)["outlook"]
    if (stated or {}).get("code") != (now or {}).get("code"):
        return Statement(
            what, False, f"stated {(stated or {}).get('code')}, the experiment has {now and now['code']}"
        )
    differ = (
        [name for name in now or {} if json.dumps(stated[name]) != json.dumps(now[name])] if stated else []
    )
    holds = not differ or (False if same_version(manifest) else None)
    return Statement(what, holds, f"{', '.join(differ)}: other words are here" if differ else "")


def _draws(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """What the draws gave, if those that ship are of the same runs: taken from there or run."""
    what, path = f"{OUTCOMES_FILE} is what the shipped draws give", folder / OUTCOMES_FILE
    if not path.is_file():
        return Statement(what, "draws" not in manifest, f"there is no {OUTCOMES_FILE}")
    here, own = read_posterior() if there_is_one() else None, read_csv(path)
    if here is None or manifest.get("posterior") != posterior_digest(here):
        return Statement(what, None, "they are of another posterior; only running again can tell")
    joint = joint_draws(plan.resolved, int(own[DRAW].max()) + 1, here)
    shipped = None if joint is None else outcomes_of(joint)
    if shipped is None:
        return Statement(what, None, "none ship of these runs; only running again can tell")
    found = row_differences(own, shipped, LAST_BITS)
    return Statement(what, found.hold(manifest), str(found))


def _configuration(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """By which a report tells whether shipped tables are of these parameters."""
    what = "`configuration` and `as_shipped` follow from the configuration"
    if plan.has_design or "configuration" not in manifest:
        return Statement(what, True)
    wrong = ["configuration"] if manifest["configuration"] != configuration_of(plan.resolved) else []
    if manifest.get("as_shipped") != is_as_shipped(plan.resolved) and not wrong:
        words = "as_shipped: other values ship with the version here"
        return Statement(what, False if same_version(manifest) else None, words)
    return Statement(what, not wrong, ", ".join(wrong))


def _projections(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """They are those that ship; a design, and an experiment of which every pair failed, have none."""
    has_them = not plan.has_design and len(manifest["failures"]) < len(manifest["seeds"])
    good = manifest.get("projections", []) == (projections() if has_them else [])
    holds = good or (False if same_version(manifest) else None)
    return Statement("the published projections are those that ship", holds)


def _warnings(folder: Path, manifest: Mapping[str, Any], plan: Plan) -> Statement:
    """What the experiment asks for in vain is among the warnings; others are of the run itself."""
    what = "the warnings that follow from the experiment are in the manifest"
    try:
        now = resolve(folder / EXPERIMENT)
        follow = [words for words in silences(now) if not words.endswith(ALREADY)]  # they say who set it
    except InputError as error:
        return Statement(
            what, None, f"the experiment does not fit the configuration here: {error.problems[0]}"
        )
    identities = Identities()
    for name, scenario in plan.resolved.scenarios.items():
        if identities.scenario(now.scenarios[name]) != identities.scenario(scenario):
            return Statement(what, None, "the configuration here is another")
    stated = set(manifest.get("warnings") or ())
    never = [(one["a"], one["b"]) for one in manifest.get("worlds_compared") or () if one["never_part"]]
    lacking = [words for words in [*follow, *never_differ(plan.resolved, never)] if words not in stated]
    holds = not lacking or (False if same_version(manifest) else None)
    return Statement(what, holds, f"it lacks: {'; '.join(lacking)}" if lacking else "")

"""What an experiment claims, judged: does it hold, fail, or would it take more seeds to tell?

The difference of a claim is `world` minus `against`, pair by pair: worlds with the same seed have the same
people, crimes and luck. `sim.runs.verdicts` says when it holds. In a sweep each point is judged over its own
seeds. Pairs that failed have no numbers; they are counted and left out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sim.model.tables import TABLES, Column
from sim.runs.pairs import must_be_equal_for
from sim.runs.results import TABLES_FOLDER, FolderResults
from sim.runs.silence import begins_with_the_switch
from sim.runs.verdicts import FAILS, HOLDS, INCONCLUSIVE, NOT_JUDGED, verdicts
from sim.scenario.base import nearest
from sim.scenario.experiments import ABROAD, FROM_THE_SWITCH, first_day, window
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, factors, moves_what_has_a_date, points, scenarios_at
from sim.scenario.schema import Claim

CLAIMS, BY_POINT = TABLES_OF_CLAIMS = ("claims", "claims_by_point")
_ROWS_A_READ = 1 << 18
_SHARES = ("share", "0-1")  # units of what is no amount


@dataclass(frozen=True)
class Judged:
    """The verdicts: one row a claim, and (of a design) one row a claim and point."""

    claims: pd.DataFrame
    by_point: pd.DataFrame

    @property
    def failed(self) -> list[str]:
        """Claims that fail, of an experiment without a design."""
        return [str(claim) for claim in self.claims.loc[self.claims["verdict"] == FAILS, "claim"]]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of a results folder, by name; the second only where there is a design."""
        return {CLAIMS: self.claims} | ({BY_POINT: self.by_point} if len(self.by_point) else {})

    @classmethod
    def of(cls, tables: Mapping[str, pd.DataFrame]) -> "Judged | None":
        """The verdicts among the tables of a results folder, if there are any."""
        if CLAIMS not in tables:
            return None
        return cls(tables[CLAIMS], tables.get(BY_POINT, pd.DataFrame()))


# --- what can be claimed ----------------------------------------------------------------------------------


def check(resolved: Resolved) -> None:
    """Refuse claims about what no table records. Raises InputError."""
    problems = []
    for i, claim in enumerate(resolved.experiment.claims):
        table = table_of(claim)
        known = [column.name for column in TABLES[table].measures if column.dtype in ("float64", "int64")]
        if claim.measure not in known:
            where = nearest(resolved.lines, ("claims", i, "measure"))
            reason = f"no such number in the table '{table}'; {choices(claim.measure, known)}"
            problems.append(f"{where}: claims.{i}.measure: '{claim.measure}': {reason}")
        elif claim.over == "sum" and column_of(claim).unit in _SHARES:
            where = nearest(resolved.lines, ("claims", i, "over"))
            reason = f"'{claim.measure}' is a share, and its sum over months means nothing"
            problems.append(f"{where}: claims.{i}.over: {reason}; valid: mean, last")
        else:
            problems += _beyond_a_share(claim, i, resolved)
        if claim.window == FROM_THE_SWITCH and (reason := _no_switch(claim, resolved)):
            problems.append(
                f"{nearest(resolved.lines, ('claims', i, 'window'))}: claims.{i}.window: {reason}"
            )
    if problems:
        raise InputError(problems)


def _beyond_a_share(claim: Claim, number: int, resolved: Resolved) -> Iterator[str]:
    """Bounds of a share that no difference reaches: points of 100 that were taken for the unit."""
    for name in ("at_least", "at_most"):
        size = getattr(claim, name)
        if size is not None and size >= 1.0 and column_of(claim).unit in _SHARES:
            where = nearest(resolved.lines, ("claims", number, name))
            yield (
                f"{where}: claims.{number}.{name}: '{claim.measure}' is a share from 0 to 1, and no "
                f"difference is that large: write {size / 100:g} for {size:g} points of 100"
            )


def _no_switch(claim: Claim, resolved: Resolved) -> str:
    """Why no month is that of the switch between a claim's worlds; empty if one is."""
    own = [
        factor.path
        for factor in factors(resolved)
        if factor.target.kind == "contents" and factor.target.world in (claim.world, claim.against)
    ]
    if own:
        return f"the design varies {own[0]}, so that the worlds differ from the first month on: name months"
    if any(factor.target.kind != "contents" for factor in factors(resolved)):
        return ""  # the month is found for each point
    a, b = resolved.scenarios[claim.world], resolved.scenarios[claim.against]
    if begins_with_the_switch(a, b):
        return ""
    apart = a.month_start(min(must_be_equal_for(a, b), a.months - 1))
    return (
        f"'{claim.world}' and '{claim.against}' differ from {apart:%Y-%m} on, and no switch sets them apart "
        "then: name months"
    )


def table_of(claim: Claim) -> str:
    """The recorded table that a claim is about."""
    return "world" if claim.country == ABROAD else "country"


def column_of(claim: Claim) -> Column:
    """The column that a claim is about, with its unit."""
    return next(column for column in TABLES[table_of(claim)].measures if column.name == claim.measure)


def expectation(claim: Claim) -> str:
    """What is expected of the first world, in words that the second follows."""
    if claim.expect == "within":
        return f"within {_amount(claim.at_most, claim)} of"
    sizes = [
        f"{words} {_amount(size, claim)}"
        for words, size in (("at least", claim.at_least), ("at most", claim.at_most))
        if size is not None
    ]
    return " ".join([claim.expect, *([f"by {' and '.join(sizes)}"] if sizes else []), "than"])


def _amount(size: float | None, claim: Claim) -> str:
    """A size as it is read: with its unit, if it has a name."""
    unit = column_of(claim).unit
    if unit == "0-1" and size is not None:
        return f"{100.0 * size:,.12g} points of 100"
    return f"{size:,.15g}" if unit == "share" else f"{size:,.15g} {unit}"


# --- from the tables -------------------------------------------------------------------------------------


def judge(resolved: Resolved, results: FolderResults) -> Judged:
    """Every claim of the experiment over the recorded tables, which are read in stretches."""
    claims = resolved.experiment.claims
    found: list[pd.DataFrame] = [pd.DataFrame()] * len(claims)
    for table in dict.fromkeys(map(table_of, claims)):
        numbers = [
            i for i, claim in enumerate(claims) if table_of(claim) == table and _examined(claim, resolved)
        ]
        if numbers and results.has(table):
            differences = _differences(resolved, results, table, [claims[i] for i in numbers])
            for i, one in zip(numbers, differences, strict=True):
                found[i] = one
    by_point = [_by_point(claim, one, resolved) for claim, one in zip(claims, found, strict=True)]
    rows = [
        _summary(claim, i, one, resolved) for i, (claim, one) in enumerate(zip(claims, by_point, strict=True))
    ]
    if resolved.experiment.design is None or not claims:
        return Judged(pd.DataFrame(rows), pd.DataFrame())
    values = pd.DataFrame([dict(point.values) for point in points(resolved)])
    return Judged(
        pd.DataFrame(rows),
        pd.concat([_with_values(i, one, values) for i, one in enumerate(by_point)], ignore_index=True),
    )


def _with_values(number: int, one: pd.DataFrame, values: pd.DataFrame) -> pd.DataFrame:
    table = pd.concat([one[["point"]], values, one.drop(columns="point")], axis=1)
    table.insert(0, "number", number)
    return table


def _examined(claim: Claim, resolved: Resolved) -> bool:
    """Whether the run's months hold those of the claim."""
    meant, horizon = window(claim), resolved.experiment.horizon
    return meant is None or (first_day(horizon.first) <= meant[0] and meant[1] <= first_day(horizon.last))


def _first_months(claim: Claim, resolved: Resolved) -> np.ndarray:
    """For each point the first month that the claim is about, as datetime64[D].

    Where its worlds never differ, every month serves: their difference is exactly 0.
    """
    meant, whole = window(claim), points(resolved)
    if meant is not None:
        return np.full(len(whole), np.datetime64(meant[0], "D"))
    moves = moves_what_has_a_date(resolved)
    starts = []
    for point in whole if moves else whole[:1]:
        at = scenarios_at(resolved, point)
        a, b = at[claim.world], at[claim.against]
        shared = must_be_equal_for(a, b)
        starts.append(np.datetime64(a.month_start(shared if shared < a.months else 0), "D"))
    return np.array(starts if moves else starts * len(whole), "datetime64[D]")


def _differences(
    resolved: Resolved, results: FolderResults, table: str, claims: Sequence[Claim]
) -> list[pd.DataFrame]:
    """For each claim a row for each pair: point, seed, value in either world, their difference."""
    starts = [_first_months(claim, resolved) for claim in claims]
    sums: list[list[pd.DataFrame]] = [[] for _ in claims]
    for batch in _stretches(results, table, sorted({claim.measure for claim in claims})):
        for parts, claim, start in zip(sums, claims, starts, strict=True):
            parts.append(_partial(batch, claim, start, resolved))
    return [_paired(pd.concat(parts), claim) for parts, claim in zip(sums, claims, strict=True)]


def _stretches(results: FolderResults, table: str, measures: list[str]) -> Iterator[pd.DataFrame]:
    file = pq.ParquetFile(
        results.folder / TABLES_FOLDER / f"{table}.parquet", page_checksum_verification=True
    )
    keys = [
        name for name in ("point", "seed", "world", "month", "country") if name in file.schema_arrow.names
    ]
    for batch in file.iter_batches(_ROWS_A_READ, columns=[*keys, *measures]):
        frame = batch.to_pandas()
        if "point" not in frame:
            frame["point"] = 0
        yield frame


def _partial(batch: pd.DataFrame, claim: Claim, start: np.ndarray, resolved: Resolved) -> pd.DataFrame:
    """Sums and counts of the claim's months for each run in a stretch of a table."""
    meant = window(claim)
    month = batch["month"].to_numpy().astype("datetime64[D]")
    end = np.datetime64(meant[1] if meant else first_day(resolved.experiment.horizon.last), "D")
    wanted = batch["world"].isin([claim.world, claim.against]).to_numpy() & (month <= end)
    wanted &= month == end if claim.over == "last" else month >= start[batch["point"].to_numpy()]
    if claim.country != ABROAD:
        wanted &= (batch["country"] == claim.country).to_numpy()
    rows = batch.loc[wanted, ["point", "seed"]].assign(
        world=batch.loc[wanted, "world"].astype(str), value=batch.loc[wanted, claim.measure].astype(float)
    )
    return rows.groupby(["point", "seed", "world"])["value"].agg(["sum", "count", "size"])


def _paired(parts: pd.DataFrame, claim: Claim) -> pd.DataFrame:
    whole = parts.groupby(level=["point", "seed", "world"]).sum()
    # a mean is over the months that have a number; a sum with a month missing is missing
    value = (
        whole["sum"] / whole["count"].where(whole["count"] > 0)
        if claim.over == "mean"
        else whole["sum"].where(whole["count"] == whole["size"])
    )
    wide = value.unstack("world").reindex(columns=[claim.world, claim.against])
    wide.columns = ["value", "value_against"]
    return wide.assign(difference=wide["value"] - wide["value_against"]).reset_index()


def _by_point(claim: Claim, found: pd.DataFrame, resolved: Resolved) -> pd.DataFrame:
    """One row a point: means, verdict, and how many pairs failed or had no number."""
    index = pd.RangeIndex(len(points(resolved)), name="point")
    if found.empty:
        found = pd.DataFrame(
            {
                "point": pd.Series(dtype=int),
                **{name: pd.Series(dtype=float) for name in ("value", "value_against", "difference")},
            }
        )
    known = found.dropna(subset=["difference"]).groupby("point")
    means = known[["value", "value_against", "difference"]].mean().reindex(index)
    sd = known["difference"].std(ddof=1).reindex(index).to_numpy()
    pairs = known.size().reindex(index, fill_value=0).to_numpy()
    there = found.groupby("point").size().reindex(index, fill_value=0).to_numpy()
    out = verdicts(claim, means["difference"].to_numpy(), sd, pairs)
    seeds = resolved.experiment.seeds.count
    front = pd.DataFrame(
        {
            "point": index,
            "value": means["value"].to_numpy(),
            "value_against": means["value_against"].to_numpy(),
        }
    )
    table = pd.concat([front, out], axis=1)
    failed = seeds - there if _examined(claim, resolved) else np.zeros(len(index), int)
    table.insert(list(table.columns).index("verdict"), "failed", failed)
    table.insert(list(table.columns).index("verdict"), "missing", there - pairs)
    return table


def _summary(claim: Claim, number: int, by_point: pd.DataFrame, resolved: Resolved) -> dict[str, object]:
    counts = by_point["verdict"].value_counts()
    judged = int(counts.drop(NOT_JUDGED, errors="ignore").sum())
    one: dict[str, object] = {
        "number": number,
        "claim": claim.claim,
        "measure": claim.measure,
        "over": claim.over,
        "unit": column_of(claim).unit,
        "window": claim.window,
        "country": claim.country,
        "world": claim.world,
        "against": claim.against,
        "expect": expectation(claim),
    }
    why = (
        ""
        if judged
        else "no pair has this number"
        if _examined(claim, resolved)
        else "its window is not in the run's months"
    )
    if resolved.experiment.design is None:
        row = by_point.iloc[0].drop(["point", "mean_agrees"]).to_dict()
        return {**one, **row, "note": why or ("one pair gives no interval" if row["pairs"] == 1 else "")}
    holds, agrees = int(counts.get(HOLDS, 0)), int(by_point.loc[by_point["pairs"] > 0, "mean_agrees"].sum())
    return {
        **one,
        "points": len(by_point),
        "judged": judged,
        HOLDS: holds,
        FAILS: int(counts.get(FAILS, 0)),
        INCONCLUSIVE: int(counts.get(INCONCLUSIVE, 0)),
        "share_holds": holds / judged if judged else np.nan,
        "share_mean_agrees": agrees / judged if judged else np.nan,
        "failed": int(by_point["failed"].sum()),
        "missing": int(by_point["missing"].sum()),
        "verdict": f"holds at {holds} of {judged} points" if judged else NOT_JUDGED,
        "note": why,
    }

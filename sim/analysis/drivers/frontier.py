"""What each lever buys and costs, and the frontier of trust abroad against evidence obtained.

A *candidate* is a rule with the levers that are pulled under it, on their terms. It is compared with two
worlds that meet the same luck (and, in a design over draws of the fit, the same parameters): the same rule
without levers, which says what the levers buy; and the base, the first of the compared worlds without
levers, against which every regime and every lever has its place on the frontier.

| table | one row |
|---|---|
| `frontier` | candidate x headline: level, difference from the base, what its levers change, intervals |
| `levers` | candidate: what it buys and costs beyond its intervals, the verdict, and who dominates it |

An interval is the middle 90% of the draws where the design is over draws of the fit (each draw counts once),
else Student's t (95%) over pairs. From fewer than ten of them no verdict is given.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_months import varied_paths
from sim.analysis.drivers.lever_words import candidate_words
from sim.analysis.drivers.outcomes import inputs, months_of_levers, outcomes_of_levers
from sim.analysis.drivers.world_values import values_of_worlds
from sim.analysis.headline_months import HeadlineMonths
from sim.analysis.headlines import HEADLINES
from sim.runs.csv_tables import Unreadable
from sim.runs.intervals import half_width
from sim.runs.points import POINTS, first_runs
from sim.scenario.levers import AND, NONE, names_in
from sim.scenario.problems import InputError
from sim.scenario.samples import POSTERIOR

FRONTIER, LEVERS = "frontier", "levers"
TABLES = (FRONTIER, LEVERS)
TRUST, EVIDENCE = "trust", "us_success_abroad"
GOOD = {TRUST: 1.0, "revenue": 1.0, EVIDENCE: 1.0, "conflicts": -1.0}
"""The outcomes that decide whether a lever pays, and which way is good."""
LEAST = {TRUST: 0.05, "revenue": 0.5, EVIDENCE: 0.05, "conflicts": 1.0}
"""What is too small to count, in the headline's unit (judgement)."""
NEAREST = 0.1
"""Of that, how far the nearer end of an interval is from zero at least (judgement): an end that is shown as 0
excludes zero for nobody."""
SHOWN = (*GOOD, "foreign_success", "laws", "data_at_home", "trust_intelligence")
FEWEST = 10
"""Draws (or pairs) below which nothing is called sure (judgement)."""
NO_LEVER, PAYS, TRADES, NOTHING, NO_EFFECT, COSTS, TOO_FEW, ONE_PAIR = (
    "no lever",
    "pays",
    "trades",
    "nothing that counts",
    "changes nothing",
    "costs",
    "too few to judge",
    "one pair: no interval",
)
UNJUDGED = (TOO_FEW, ONE_PAIR)
_ORDER = (PAYS, TRADES, *UNJUDGED, NOTHING, NO_EFFECT, COSTS)
DRAWS = "middle 90% of draws"
KEYS = ["rule", "rule_name", "levers", "terms"]
_NUMBERS = tuple(f"{what}{end}" for what in ("difference", "bought") for end in ("", "_low", "_high"))
_FRONTIER_COLUMNS = (*KEYS, "headline", "unit", "value", *_NUMBERS, "pairs", "missing", "interval")
_LEVERS_COLUMNS = (*KEYS, "buys", "costs", "verdict", "on_frontier", "dominated_by", "rank")
BY_CODE = {headline.code: headline for headline in HEADLINES}


@dataclass(frozen=True)
class Candidate:
    """A rule (as the experiment writes it), the levers pulled under it, and terms that a design varies."""

    rule: str
    levers: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()

    def without(self) -> "Candidate":
        """The same rule, and nobody pulls a lever."""
        return Candidate(self.rule)


def with_text(table: pd.DataFrame) -> pd.DataFrame:
    """A table read from a file, with the empty text where a column of words has nothing."""
    words = [name for name in ("terms", "buys", "costs", "dominated_by") if name in table]
    return table.assign(**{name: table[name].astype(object).where(table[name].notna(), "") for name in words})


def checked(read: Callable[[str], pd.DataFrame | None], folder: Path | None = None) -> list[pd.DataFrame]:
    """The two tables as `read` finds them. Raises InputError, which names the file, for a damaged one, and if
    there is none."""
    out = []
    for name, needed in ((FRONTIER, _FRONTIER_COLUMNS), (LEVERS, _LEVERS_COLUMNS)):
        where = str(folder / f"{name}.csv") if folder else f"{name}.csv"
        try:
            table = read(name)
        except Unreadable as error:
            raise InputError(f"{where}: is damaged ({error})") from None
        if table is None:
            raise InputError(f"{folder or where}: no lever is pulled in any of its worlds or points")
        if lost := [column for column in needed if column not in table]:
            raise InputError(f"{where}: is damaged (it has no column {', '.join(lost)})")
        numbers = [column for column in _NUMBERS if column in table]
        if table.empty or not all(map(pd.api.types.is_numeric_dtype, table[numbers].dtypes)):
            raise InputError(f"{where}: is damaged (it has no rows, or text where numbers should be)")
        out.append(with_text(table))
    frontier, levers = out
    where = str(folder / f"{LEVERS}.csv") if folder else f"{LEVERS}.csv"
    keys = [set(map(tuple, table[KEYS].astype(str).to_numpy())) for table in out]
    whole = len(frontier) == len(SHOWN) * len(levers) == len(frontier[[*KEYS, "headline"]].drop_duplicates())
    if keys[0] != keys[1] or not whole or not set(frontier["headline"]) <= set(SHOWN):
        raise InputError(f"{where}: does not match {FRONTIER}.csv: one of them is damaged")
    if not set(levers["verdict"]) <= {NO_LEVER, *_ORDER}:
        raise InputError(f"{where}: is damaged (a verdict is none of {', '.join((NO_LEVER, *_ORDER))})")
    return out


def has_levers(experiment: Mapping[str, Any]) -> bool:
    """Whether any world or point of an experiment (as a manifest has it) pulls a lever."""
    varied = any(path.split(".")[-1] == "pulled" for path in varied_paths(experiment))
    return bool(experiment.get("levers")) and (
        varied or any(world.get("pulled") for world in experiment["worlds"].values())
    )


def tables_of(folder: Path, manifest: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """The tables of a results folder, by name; none where no world pulls a lever or nothing is paired."""
    experiment = manifest["scenario"]["experiment"]
    if not has_levers(experiment):
        return {}
    runs = _runs(experiment, inputs(folder), values_of_worlds(manifest)).merge(first_runs(folder / POINTS))
    wide = outcomes_of_levers(folder, manifest)
    wide = wide[wide["against"].isna()].pivot_table(
        index=["point", "seed", "world"], columns="headline", values="value", observed=True, dropna=False
    )
    design = experiment.get("design") or {}
    base = next(iter(manifest.get("compare") or manifest["worlds"]))
    draws, months = design.get("method") == POSTERIOR, months_of_levers(folder, manifest)
    found = _Found(runs, wide, manifest["worlds"], draws, base, months)
    frontier = found.frontier()
    return {} if frontier.empty else {FRONTIER: frontier, LEVERS: levers_table(frontier)}


def _runs(experiment: Mapping[str, Any], values: pd.DataFrame, of_worlds: Mapping[str, str]) -> pd.DataFrame:
    """Every run: `point`, `world`, its `candidate`, the `group` of points that share all else, its `draw`.

    A rule is also the values of its world, `of_worlds`, and the switches that a design moves in it alone:
    else a lever would be said to buy what they do.
    """
    own = [str(path) for path in values.columns if _is_lever(str(path))]
    rest = values.drop(columns=own)
    groups = rest.groupby([*rest.columns], sort=False).ngroup() if len(rest.columns) else 0
    decided = (experiment.get("design") or {}).get("levers") or {}
    drawn = [path for path in rest.columns if path not in decided]
    draws = rest.groupby(drawn, sort=False).ngroup() if drawn else pd.Series(0, index=rest.index)
    values = values.assign(**{"": groups})
    rows = []
    for point, row in values.iterrows():
        for world, stated in experiment["worlds"].items():
            moved = sorted(str(path) for path in rest if str(path).startswith(f"worlds.{world}.switches."))
            spec = {**stated, "values": of_worlds.get(world), "moved": moved}
            rows.append((point, world, _candidate(world, spec, row, own), int(row[""]), int(draws[point])))
    return pd.DataFrame(rows, columns=["point", "world", "candidate", "group", "draw"])


def _is_lever(path: str) -> bool:
    return path.split(".")[-1] == "pulled" or path.startswith("levers.")


def _candidate(world: str, spec: Mapping[str, Any], row: "pd.Series[Any]", own: Iterable[str]) -> Candidate:
    pulled = tuple(spec.get("pulled") or ())
    for path in (f"worlds.{world}.pulled", "pulled"):
        if path in row:
            pulled = names_in(str(row[path]))
            break
    terms = []
    for path in own:
        name, _, part = path.removeprefix("levers.").partition(".")
        if path.startswith("levers.") and name in pulled:
            value = row[path]
            words = f"{value:,.10g}" if isinstance(value, int | float) else str(value)
            terms.append((part if len(pulled) == 1 else f"{name}.{part}", words))
    rule = {part: content for part, content in spec.items() if part not in ("label", "pulled")}
    return Candidate(json.dumps(rule, sort_keys=True, default=str), pulled, tuple(terms))


@dataclass(frozen=True)
class _Found:
    """The runs and their outcomes, ready to be compared."""

    runs: pd.DataFrame
    wide: pd.DataFrame
    labels: Mapping[str, str]
    draws: bool
    base: str
    months: HeadlineMonths

    def frontier(self) -> pd.DataFrame:
        """The table of that name."""
        of_base = self.runs.loc[self.runs["world"] == self.base, "candidate"].iloc[0].without()
        worlds = self._rules()
        rows = []
        for candidate, mine in self.runs.groupby("candidate", sort=False):
            assert isinstance(candidate, Candidate)
            mine = mine.drop_duplicates("group")
            own, base = (self._like(mine, other) for other in (candidate.without(), of_base))
            if own is None or base is None:
                continue
            world = worlds[candidate.rule]
            known = {
                "rule": world,
                "rule_name": self.labels[world],
                "levers": AND.join(candidate.levers) or NONE,
                "terms": ", ".join(f"{part} = {value}" for part, value in candidate.terms),
            }
            rows += [known | self._line(code, mine, own, base) for code in SHOWN]
        return pd.DataFrame(rows)

    def _rules(self) -> dict[str, str]:
        """The world that a rule is called after: the first that pulls nothing of its own, else the first."""
        out: dict[str, str] = {}
        plain = self.runs.assign(levers=self.runs["candidate"].map(lambda one: len(one.levers)))
        for row in plain.sort_values("levers", kind="stable").itertuples():
            out.setdefault(row.candidate.rule, str(row.world))
        return out

    def _like(self, mine: pd.DataFrame, other: Candidate) -> pd.DataFrame | None:
        """The runs of another candidate, group by group, at the same point if it is there; None: missing."""
        theirs = self.runs[self.runs["candidate"] == other]
        same = theirs[theirs["point"].isin(mine["point"])]
        both = pd.concat([same, theirs]).drop_duplicates("group").set_index("group")
        return both.reindex(mine["group"]).reset_index() if both.index.isin(mine["group"]).all() else None

    def _values(self, code: str, runs: pd.DataFrame) -> pd.DataFrame:
        """A headline of these runs: a row a group, a column a seed."""
        table = self.wide[code].unstack("seed")
        keys = pd.MultiIndex.from_arrays([runs["point"], runs["world"].astype(str)])
        by_world = table.set_axis(
            pd.MultiIndex.from_arrays(
                [table.index.get_level_values("point"), table.index.get_level_values("world").astype(str)]
            )
        )
        return by_world.reindex(keys).reset_index(drop=True)

    def _differences(self, code: str, mine: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
        """A headline's differences, (groups, seeds), by draw. Groups of the same two runs, as of a factor
        that moves neither, count once: else one run, ten times, would pass for ten."""
        draws = mine["draw"].to_numpy() * self.draws
        keys = [draws, mine["run"].to_numpy(), other["run"].to_numpy()]
        return (self._values(code, mine) - self._values(code, other)).groupby(keys, sort=False).first()

    def _line(self, code: str, mine: pd.DataFrame, own: pd.DataFrame, base: pd.DataFrame) -> dict[str, Any]:
        values = self._values(code, mine)
        headline = BY_CODE[code]
        out: dict[str, Any] = {
            "headline": code,
            "name": headline.name,
            "unit": headline.unit,
            "window": self.months.of(headline),
            "value": float(np.nanmean(values.to_numpy(float))) if values.notna().any(axis=None) else np.nan,
        }
        for what, other in (("difference", base), ("bought", own)):
            found = self._spread(self._differences(code, mine, other))
            names = (what, f"{what}_low", f"{what}_high")
            out |= dict(zip(names, found[:3], strict=True))
        known = self._differences(code, mine, own).notna()
        out |= {"pairs": int(known.sum(axis=None)), "missing": int((~known).sum(axis=None))}
        of_draws = known.any(axis=1).groupby(level=0).any()
        out["judged_by"] = int(of_draws.sum()) if self.draws else out["pairs"]
        return out | {"interval": DRAWS if self.draws else "95% over pairs"}

    def _spread(self, differences: pd.DataFrame) -> tuple[float, float, float]:
        """Middle and interval of differences, (groups, seeds); a draw's own are averaged first."""
        known = differences[differences.notna().any(axis=1)]
        if known.empty:
            return np.nan, np.nan, np.nan
        if self.draws:
            by_group = pd.Series(np.nanmean(known.to_numpy(float), axis=1), index=known.index)
            by_draw = by_group.groupby(level=0).mean().to_numpy()
            middle, low, high = np.quantile(by_draw, [0.5, 0.05, 0.95])
            return float(middle), float(low), float(high)
        values = known.to_numpy(float)
        values = values[~np.isnan(values)]
        mean = float(values.mean())
        half = float(half_width(values.std(ddof=1) if len(values) > 1 else np.nan, len(values)))
        return mean, mean - half, mean + half


# --- what pays --------------------------------------------------------------------------------------------


def levers_table(frontier: pd.DataFrame) -> pd.DataFrame:
    """One row a candidate: `buys` and `costs` (codes of headlines, joined by |), `verdict`, `on_frontier`.

    `dominated_by` names the candidate that has more of both trust and evidence (by their middles), by rule,
    levers and terms; empty on the frontier. `rank` orders the candidates of a rule: those that pay first,
    then by `score` and by what foreign police obtain.
    """
    rows = []
    for key, mine in frontier.groupby(KEYS, sort=False):
        of = mine.set_index("headline")
        unjudged = _unjudged(of)
        buys, costs = (
            [
                code
                for code, good in GOOD.items()
                if not unjudged and _surely(of.loc[code], way * good, LEAST[code])
            ]
            for way in (1.0, -1.0)
        )
        row = dict(zip(KEYS, key, strict=True))
        rows.append(
            row
            | {code: of.loc[code, "bought"] for code in GOOD}
            | {"buys": "|".join(buys), "costs": "|".join(costs)}
            | {"foreign_success": of.loc["foreign_success", "bought"]}
            | {"verdict": _verdict(str(row["levers"]), of, buys, costs, unjudged)}
        )
    table = pd.DataFrame(rows)
    table["score"] = _scores(table)
    at = frontier.pivot(index=KEYS, columns="headline", values="difference").loc[:, [TRUST, EVIDENCE]]
    best = [_dominator(table, at, row) for _, row in table.iterrows()]
    table = table.assign(dominated_by=best, on_frontier=[not one for one in best])
    pulled = table[table["verdict"] != NO_LEVER]
    ranked = pulled.assign(order=pulled["verdict"].map(_ORDER.index)).sort_values(
        ["rule", "order", "score", "foreign_success"], ascending=[True, True, False, False], kind="stable"
    )
    return table.assign(rank=(ranked.groupby("rule").cumcount() + 1).reindex(table.index))


def _surely(row: "pd.Series[Any]", sign: float, least: float) -> bool:
    """Whether what a lever changes is large enough to count, and its interval clear of zero on one side."""
    ends = sign * row["bought_low"], sign * row["bought_high"]
    return bool(min(ends) >= NEAREST * least and sign * row["bought"] >= least)


def _unjudged(of: pd.DataFrame) -> str:
    """Why nothing can be called sure: too few draws, or pairs, of an outcome that decides; else nothing."""
    counted = int(of.loc[list(GOOD), "judged_by"].min())
    if counted == 1 and (of["interval"] != DRAWS).all():
        return ONE_PAIR
    return TOO_FEW if counted < FEWEST else ""


def _verdict(levers: str, of: pd.DataFrame, buys: list[str], costs: list[str], unjudged: str) -> str:
    if levers == NONE:
        return NO_LEVER
    ends = of[["bought_low", "bought_high"]].fillna(0.0).to_numpy(float)  # one pair has no interval
    if (of["bought"] == 0.0).all() and (ends == 0.0).all():
        return NO_EFFECT
    if unjudged:
        return unjudged
    if buys:
        return TRADES if costs else PAYS
    return COSTS if costs else NOTHING


def _scores(table: pd.DataFrame) -> "pd.Series[float]":
    """What is surely bought less what is surely paid, each as a part of the rule's largest change of it."""
    out = pd.Series(0.0, index=table.index)
    for code in GOOD:
        largest = table[code].abs().groupby(table["rule"]).transform("max").replace(0.0, np.nan)
        for column, way in (("buys", 1.0), ("costs", -1.0)):
            sure = table[column].map(lambda codes, code=code: code in codes.split("|"))
            out += way * (table[code].abs() / largest).where(sure, 0.0).fillna(0.0)
    return out


def _dominator(table: pd.DataFrame, at: pd.DataFrame, row: "pd.Series[Any]") -> str:
    """Who has more of both trust and evidence than a candidate: the one with most trust among them."""
    mine = at.loc[tuple(row[KEYS])]
    better = at[(at[TRUST] > mine[TRUST]) & (at[EVIDENCE] > mine[EVIDENCE])]
    if better.empty:
        return ""
    _, rule, levers, terms = better[TRUST].idxmax()
    return name_of(rule, levers, terms)


def name_of(rule: str, levers: str, terms: str = "") -> str:
    """A candidate in words: `DOJ wins: agreements (notice)`."""
    return rule if levers == NONE else f"{rule}: {candidate_words(levers, terms)}"

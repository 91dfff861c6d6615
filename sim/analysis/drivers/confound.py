"""Two causes close to each other in time: how much of each headline's change does each of them explain?

The experiment runs four worlds: with both causes, with either alone, and with neither. Of a headline's change
from the year before to the year after, what happens without both has other causes; the rest is a game of two
players, split by Shapley values: what a cause adds as the first and as the last to come, averaged.

A measured effect bounds the split. A study that compares customers here with customers elsewhere, before and
after, sees both causes at once: what it finds is the sum of the two, whatever it is called.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.shapley import split_of
from sim.analysis.headlines import HEADLINES, interval
from sim.runs.csv_tables import read_csv
from sim.runs.pair_series import PairSeries, exported
from sim.runs.results import FolderResults
from sim.scenario.locations import root
from sim.scenario.problems import InputError
from sim.scenario.scenario import Scenario, share_population
from sim.scenario.strict import Value

CONFOUND, BOUND = TABLES = ("confound", "confound_bound")
MEASURED = Path("configs/evidence/measured_confound.csv")
WHOLE, OTHER = "whole", "other"
TOLD, NOT_TOLD, NOTHING = "told apart from nothing", "not told apart from nothing", "moved by neither"
FIRMS = ("small_firm", "enterprise", "regulated")
_YEAR, _RESAMPLES, _KEY = 12, 2000, 32146
_CLOUD = (
    "tb_us_region", "tb_local_region", "tb_trustee", "tb_customer_keys", "tb_us_subsidiary", "tb_home_grown",
)  # fmt: skip
# What in the model a study measured: columns of the table `cell`, summed.
_READS = {"storage": _CLOUD, "computation": ("revenue_us", "revenue_home_grown")}


@dataclass(frozen=True)
class Causes:
    """The worlds of a game of two causes by name, and its months: `first` is the first in which any acts,
    `all_act` the first in which all do."""

    neither: str
    one: str
    other: str
    both: str
    first: int
    all_act: int

    @property
    def coalitions(self) -> tuple[str, str, str, str]:
        """The worlds in the order in which a game counts its coalitions."""
        return self.neither, self.one, self.other, self.both

    @property
    def players(self) -> tuple[str, str]:
        """The causes, each named by the world in which it comes alone."""
        return self.one, self.other


def causes_of(scenarios: Mapping[str, Scenario]) -> Causes | None:
    """The game of an experiment's worlds, by the events that each lacks; None if they are none such."""
    if len(scenarios) != 4:
        return None
    events = {name: {e.id: e for e in s.timeline.events} for name, s in scenarios.items()}
    neither, one, other, both = sorted(events, key=lambda name: len(events[name]))
    if not all(_differ_by_lack(one, scenarios[both]) for one in scenarios.values()):
        return None
    all_of = events[both].keys()
    lack = {name: all_of - events[name].keys() for name in events}
    apart = not lack[one] & lack[other] and lack[one] | lack[other] == lack[neither]
    if lack[both] or not lack[one] or not lack[other] or not apart:
        return None
    one, other = sorted(
        (one, other), key=lambda name: min(events[name][e].date for e in _own(events, name, neither))
    )
    scenario = scenarios[both]
    begins = [
        min(scenario.month_after(events[name][e].date) for e in _own(events, name, neither))
        for name in (one, other)
    ]
    return Causes(neither, one, other, both, min(begins), max(begins))


def _differ_by_lack(world: Scenario, both: Scenario) -> bool:
    """Whether a world is the one with both causes but for events that it lacks: any other difference would be
    split among the causes."""
    same = share_population(world, both) and all(
        getattr(world, part) == getattr(both, part) for part in ("regimes", "law", "switches", "bills")
    )
    there = {event.id: event for event in both.timeline.events}
    return same and all(there.get(event.id) == event for event in world.timeline.events)


def in_months(causes: Causes, months: int) -> bool:
    """Whether a run of so many months holds the year before the first cause and the year after the last."""
    return causes.first >= _YEAR and causes.all_act + _YEAR <= months


def _own(events: Mapping[str, Mapping[str, Any]], world: str, neither: str) -> set[str]:
    """The events of a cause: what its world has and the world without causes has not."""
    return set(events[world].keys() - events[neither].keys())


def tables_of(
    folder: Path, manifest: Mapping[str, Any], scenarios: Mapping[str, Scenario]
) -> dict[str, pd.DataFrame]:
    """The tables of an experiment that takes out two causes, by name; none for another experiment.

    `confound`: a row a headline and part (the whole change, other causes, each of the two). `confound_bound`:
    what was measured of a cause, beside what each does in the model.
    """
    causes = causes_of(scenarios)
    if causes is None:
        return {}
    series = exported(folder, manifest)
    if not len(series) or not in_months(causes, len(series.months)):
        return {}
    labels = {name: str(spec["label"]) for name, spec in manifest["scenario"]["experiment"]["worlds"].items()}
    parts = pd.DataFrame(list(_rows(series, causes, labels)))
    bound = pd.DataFrame(list(_bounds(FolderResults(folder), series, causes, labels, scenarios)))
    return {CONFOUND: parts, **({BOUND: bound} if len(bound) else {})}


# --- the split of headlines ---------------------------------------------------------------------------------


def _rows(series: PairSeries, causes: Causes, labels: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The parts of every headline's change."""
    before, after = (causes.first - _YEAR, causes.first), (causes.all_act, causes.all_act + _YEAR)
    window = f"{_months(series, after)} against {_months(series, before)}"
    for headline in HEADLINES:

        def change(pair: int, world: str, read: Any = headline.read) -> float:
            at = series, pair, series.position(world)
            return float(read(_Columns(*at, after[1]), after[0]) - read(_Columns(*at, before[1]), before[0]))

        game = np.array([[change(pair, world) for pair in range(len(series))] for world in causes.coalitions])
        game = game[:, ~np.isnan(game).any(axis=0)]  # coalition, seed
        split, n = split_of(game), game.shape[1]
        of = {"headline": headline.code, "name": headline.name, "unit": headline.unit, "window": window}
        told = interval(game[-1] - game[0]).verdict
        verdict = NOTHING if told == "exactly equal" else TOLD if told in ("higher", "lower") else NOT_TOLD
        parts = {WHOLE: (game[-1],) * 3, OTHER: (game[0],) * 3}
        parts |= {p: (split.shapley[i], split.alone[i], split.last[i]) for i, p in enumerate(causes.players)}
        names = {WHOLE: "The whole change", OTHER: "Other causes", **{p: labels[p] for p in causes.players}}
        for part, values in parts.items():
            row: dict[str, Any] = {**of, "part": part, "part_name": names[part]}
            for column, value in zip(("change", "first", "last"), values, strict=True):
                row |= _ends(value, column)
            row |= _share(values[0], game[-1], "share", sure=n > 0)
            in_game = part in causes.players and verdict == TOLD
            row |= _share(values[0], game[-1] - game[0], "of_two", sure=in_game)
            yield {**row, "pairs": n, "verdict": verdict}


def _months(series: PairSeries, window: tuple[int, int]) -> str:
    return f"{series.months[window[0]]} to {series.months[window[1] - 1]}"


class _Columns(dict[str, np.ndarray]):
    """The world table of one run up to a month, whose columns are read when they are asked for."""

    def __init__(self, series: PairSeries, pair: int, world: int, months: int) -> None:
        super().__init__()
        self._series, self._at = series, (pair, world, slice(months))

    def __missing__(self, name: str) -> np.ndarray:
        return np.asarray(self._series.column(name)[self._at])


def _ends(values: np.ndarray, column: str) -> dict[str, float]:
    found = interval(values)
    return {column: found.mean, f"{column}_low": found.low, f"{column}_high": found.high}


def _share(part: np.ndarray, whole: np.ndarray, column: str, sure: bool) -> dict[str, float]:
    """A ratio of means over seeds, with percentiles over resampled seeds; missing where it means nothing."""
    if not sure or not len(part) or not whole.mean():
        return dict.fromkeys((column, f"{column}_low", f"{column}_high"), np.nan)
    picked = np.random.Generator(np.random.Philox(key=_KEY)).integers(len(part), size=(_RESAMPLES, len(part)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = part[picked].mean(axis=1) / whole[picked].mean(axis=1)
    low, high = np.nanquantile(ratios, (0.025, 0.975)) if len(part) > 1 else (np.nan, np.nan)
    return {
        column: float(part.mean() / whole.mean()),
        f"{column}_low": float(low),
        f"{column}_high": float(high),
    }


# --- what was measured --------------------------------------------------------------------------------------


def _bounds(
    results: FolderResults,
    series: PairSeries,
    causes: Causes,
    labels: Mapping[str, str],
    scenarios: Mapping[str, Scenario],
) -> Iterator[dict[str, Any]]:
    """Each measured effect of one of the causes, beside what each cause does to the same in the model."""
    if not results.has("cell"):
        return
    for row in measured():
        month = causes.all_act + int(row["months"]) - 1
        if row["cause"] not in causes.players or month >= len(series.months):
            continue
        game = _relative_use(results, series, causes, scenarios, row, month)
        split = split_of(game)
        effects = {WHOLE: game[-1] - game[0], **dict(zip(causes.players, split.shapley, strict=True))}
        names = {WHOLE: "The two together", **{p: labels[p] for p in causes.players}}
        of = {"id": row["id"], "what": row["what"], "cause": row["cause"], "at": f"{series.months[month]}"}
        change = float(row["change"])
        for part, logs in effects.items():
            found = interval(logs)
            middle, *ends = np.array([found.mean, found.low, found.high])
            in_percent = (100.0 * np.expm1(x) for x in (middle, *ends))
            shares = (x / np.log1p(change / 100.0) for x in (middle, *ends))
            model = dict(zip(("model", "model_low", "model_high"), in_percent, strict=True))
            # of a fall, the larger share belongs to the lower end
            share = dict(zip(("of_measured", "of_high", "of_low"), shares, strict=True))
            own = {"measured": change, "unit": "%", "part": part, "part_name": names[part]}
            yield {**of, **own, **model, **share, "pairs": found.pairs, "source": row["source"]}


def _relative_use(
    results: FolderResults,
    series: PairSeries,
    causes: Causes,
    scenarios: Mapping[str, Scenario],
    row: Mapping[str, Value],
    month: int,
) -> np.ndarray:
    """Log of what firms here use over what firms there do in a month: float64 (coalition, seed)."""
    reads = list(_READS[str(row["measures"])])
    table = results.table("cell", ["seed", "world", "month", "country", "segment", *reads])
    at = pd.Timestamp(series.months[month].astype("datetime64[D]"))
    table = table[(table["month"] == at) & table["segment"].isin(FIRMS)]
    used = table[reads].sum(axis=1)
    places = next(iter(scenarios.values())).jurisdictions

    def total(name: str) -> pd.Series:
        """Of a bloc, or of the country of this code."""
        here = table["country"].isin([code for code, j in places.items() if name in (code, j.bloc)])
        return used[here].groupby([table["world"], table["seed"]], observed=True).sum()

    logs = np.log(total(str(row["customers"])) / total(str(row["against"])))
    return np.array([[logs[world, seed] for seed in series.seeds] for world in causes.coalitions])


def measured() -> list[dict[str, Value]]:
    """What studies measured of such causes. Raises InputError for an unknown quantity."""
    rows: list[dict[str, Value]] = read_csv(root() / MEASURED).to_dict(orient="records")
    for line, row in enumerate(rows, 2):
        if row["measures"] not in _READS:
            known = ", ".join(_READS)
            raise InputError(
                f"{MEASURED}:{line}: measures: unknown quantity '{row['measures']}'; valid: {known}"
            )
    return rows

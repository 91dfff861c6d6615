"""Model against the record: the same thing measured on the simulated history as the source measured in the world.

Every row of `configs/evidence/record.csv` names an instrument, a place and dates. The world is history as it happened;
rows with `without_event` are measured as the difference that the event made. Nothing here is fitted.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.differences import interval
from sim.runs.running import Progress, Running, run_tasks
from sim.runs.seed import SeedDone, Task
from sim.runs.store import Store
from sim.scenario.places import root
from sim.scenario.resolving import Resolved
from sim.scenario.scenario import Scenario

Columns = dict[str, np.ndarray]
Tables = dict[str, Columns]
FIRMS = ("small_firm", "enterprise", "regulated")
BUYERS = (*FIRMS, "public_sector")
RECORD = Path("configs/evidence/record.csv")
MOST_SEEDS = 4
TABLES = ("world", "country", "cell", "provider")
IBM_SHARE = 0.07  # K12, 2015-Q4: IBM is one of the four of K10, and not a provider of its own here


@dataclass(frozen=True)
class Question:
    """What an instrument is asked: where, from when to when, in which world, and in the world without the event."""

    place: str
    first: str
    last: str
    scenario: Scenario
    with_event: Tables
    without_event: Tables | None

    def months(self, t: Columns) -> np.ndarray:
        m = t["month"].astype("datetime64[M]")
        mask: np.ndarray = (m >= np.datetime64(self.first, "M")) & (m <= np.datetime64(self.last, "M"))
        return mask

    @property
    def years(self) -> float:
        span = np.datetime64(self.last, "M") - np.datetime64(self.first, "M")
        return (int(span.astype(int)) + 1) / 12.0


def _cells(q: Question, t: Tables, segments: tuple[str, ...]) -> np.ndarray:
    """Rows of the cell table for a place (a country, `Europe`, `non-US`) and segments in the period."""
    c = t["cell"]
    if q.place == "Europe":
        here = np.isin(c["country"], [code for code, j in q.scenario.jurisdictions.items() if j.bloc == "eu"])
    elif q.place == "non-US":
        here = c["country"] != "US"
    else:
        here = c["country"] == q.place
    mask: np.ndarray = here & np.isin(c["segment"], segments) & q.months(c)
    return mask


def _sum(q: Question, t: Tables, name: str, segments: tuple[str, ...]) -> float:
    return float(np.sum(t["cell"][name][_cells(q, t, segments)]))


def _mean(q: Question, t: Tables, name: str, segments: tuple[str, ...]) -> float:
    """Mean over customers of a share, over the period."""
    at = _cells(q, t, segments)
    value, weight = t["cell"][name][at], t["cell"]["customers"][at]
    known = ~np.isnan(value)
    return float(np.sum(value[known] * weight[known]) / np.sum(weight[known]))


def _share_of_firms(q: Question, name: str) -> float:
    """What share of firms did something in the period, over what they would have done without the event, in %."""
    each = _sum(q, q.with_event, "customers", FIRMS) / (12.0 * q.years)
    extra = _sum(q, q.without_event, name, FIRMS) if q.without_event is not None else 0.0
    return 100.0 * (_sum(q, q.with_event, name, FIRMS) - extra) / each


def _adoption(q: Question) -> float:
    return 100.0 * _mean(q, q.with_event, "adoption", FIRMS)


def _home_grown_share(q: Question) -> float:
    home, us = (_sum(q, q.with_event, f"revenue_{x}", BUYERS) for x in ("home_grown", "us"))
    return 100.0 * home / (home + us)


def _switching(q: Question) -> float:
    at = _cells(q, q.with_event, BUYERS)
    users = float(np.sum((q.with_event["cell"]["adoption"] * q.with_event["cell"]["customers"])[at])) / (12.0 * q.years)
    return 100.0 * _sum(q, q.with_event, "switched_provider", BUYERS) / users / q.years


def _more_negative(q: Question) -> float:
    return 100.0 * _mean(q, q.with_event, "stated_more_negative", FIRMS)


def _protection(q: Question) -> float:
    c, at = q.with_event["cell"], _cells(q, q.with_event, BUYERS)
    added, users = _sum(q, q.with_event, "added_protection", BUYERS), float(np.sum((c["adoption"] * c["customers"])[at])) / (12.0 * q.years)
    return 100.0 * added / users


def _revenue_lost(q: Question) -> float:
    assert q.without_event is not None
    a, b = (t["world"]["revenue_us"][q.months(t["world"])] for t in (q.with_event, q.without_event))
    return 100.0 * (1.0 - float(np.sum(a)) / float(np.sum(b)))


def _stated_to_actual(q: Question) -> float:
    """Of what German firms said after the leak (more negative), how much was done (left a US provider, or the cloud)."""
    late = replace(q, place="DE", first="2013-06", last="2013-12")
    done = _share_of_firms(late, "left_us")
    said = _more_negative(replace(late, first="2013-11"))
    return done / said if said > 0.0 else float("nan")


def _big_four(q: Question) -> float:
    p, w = q.with_event["provider"], q.with_event["world"]
    three = np.isin(p["provider"], ("aws", "microsoft", "google")) & q.months(p)
    revenue = float(np.sum((p["revenue_abroad"] + p["revenue_domestic"])[three]))
    return 100.0 * (revenue / float(np.sum(w["market_world"][q.months(w)])) + IBM_SHARE)


def _us_world_share_change(q: Question) -> float:
    """Points of world market share that US providers gained from the first quarter of the period to the last."""
    w = q.with_event["world"]
    at = np.flatnonzero(q.months(w))
    us, everything = w["revenue_us"] + w["revenue_us_domestic"], w["market_world"]
    first, last = at[:3], at[-3:]
    return 100.0 * float(np.sum(us[last]) / np.sum(everything[last]) - np.sum(us[first]) / np.sum(everything[first]))


def _world_market(q: Question) -> float:
    w = q.with_event["world"]
    return float(np.sum(w["market_world"][q.months(w)])) / q.years / 1e9


def _localising(q: Question) -> float:
    c = q.with_event["country"]
    m = q.months(c)
    members = np.array([q.scenario.jurisdictions[code].members for code in c["country"][m]])
    any_of_two = 1.0 - (1.0 - c["law_sector_localisation"][m]) * (1.0 - c["law_general_localisation"][m])
    return float(np.sum(any_of_two * members)) / (12.0 * q.years)


@dataclass(frozen=True)
class Instrument:
    """How a thing is measured, in words and in code, and why the model may miss it."""

    what: str
    measure: Callable[[Question], float]
    cause: str


INSTRUMENTS: dict[str, Instrument] = {
    "adoption_firms_10plus": Instrument(
        "Firms with 10 people or more that use the cloud",
        _adoption,
        "one innovation and one imitation parameter for all countries; national pace is not in the model",
    ),
    "home_grown_share_europe": Instrument(
        "European providers' share of European cloud spending",
        _home_grown_share,
        "home-grown strength and learning start from a log-odds line through the rows themselves; the pull of scale is weaker or stronger than it was",
    ),
    "switch_provider_per_year": Instrument(
        "Cloud customers that change provider in a year",
        _switching,
        "switching cost is a judgement (no source: W10), and tastes are drawn anew at each renewal",
    ),
    "stated_more_negative": Instrument(
        "Firms that say they are more negative",
        _more_negative,
        "the threshold of the answer and the strength of news are judgements",
    ),
    "postponed": Instrument(
        "Firms that put planned projects off because of the leak",
        lambda q: _share_of_firms(q, "postponed"),
        "only firms ready to adopt can put it off here; surveyed firms count any project",
    ),
    "gave_up": Instrument(
        "Firms that gave up cloud services because of the leak",
        lambda q: _share_of_firms(q, "gave_up"),
        "here a firm gives up all of its cloud, in the survey any one service",
    ),
    "stayed_adding_protection": Instrument(
        "Customers that stayed and added keys of their own",
        _protection,
        "the survey asks for any encryption; here only keys held by the customer count",
    ),
    "revenue_lost_to_distrust": Instrument("Revenue of US providers abroad lost to the leak", _revenue_lost, "sensitivity to perceived risk is a judgement"),
    "stated_to_actual": Instrument("Done of what was said, German firms after the leak", _stated_to_actual, "the survey module and sensitivity are judgements"),
    "big_four_world_share": Instrument(
        "World share of AWS, Microsoft, Google and IBM",
        _big_four,
        "shares among US providers follow a log-odds line through later dates; IBM is held at its share of 2015",
    ),
    "us_world_share_change": Instrument(
        "Points of world share that US providers gained through the shock",
        _us_world_share_change,
        "home-grown shares of 2013 outside Europe are judgements",
    ),
    "world_market_usd": Instrument(
        "World cloud infrastructure market", _world_market, "volume growth was computed for the whole market, adoption runs by country"
    ),
    "countries_with_localisation": Instrument(
        "Countries with a sector or general localisation law",
        _localising,
        "the base rate is that of constant hazard; incidents, distrust and neighbours add to it",
    ),
}


def history_of(resolved: Resolved) -> Scenario:
    """The timeline as it happened, with this experiment's parameters and size."""
    first = next(iter(resolved.scenarios.values()))
    whole = resolved.base.timelines[resolved.experiment.timeline]
    return replace(first, name="history", label="As it happened", switches=(), timeline=whole)


def compare(resolved: Resolved, store: Store, how: Running, progress: Progress | None = None) -> tuple[pd.DataFrame, list[str]]:
    """Measure every row of the record on history as it happened; returns the table and failures."""
    rows = pd.read_csv(root() / RECORD, dtype={"from": str, "to": str}, keep_default_na=False)
    world = history_of(resolved)
    worlds = {"": world}
    for event in sorted(set(rows["without_event"]) - {""}):
        timeline = world.timeline.model_copy(update={"events": tuple(e for e in world.timeline.events if e.id != event)})
        worlds[event] = replace(world, timeline=timeline)
    first = resolved.experiment.seeds.first
    seeds = range(first, first + min(resolved.experiment.seeds.count, MOST_SEEDS))
    tasks = [Task(worlds, seed, "full", "history against the record") for seed in seeds]
    done = list(run_tasks(tasks, store, how, TABLES, progress))
    good = [d for d in done if d.failure is None]
    return pd.DataFrame([_measure(row, good, world) for row in rows.to_dict("records")]), [d.failure for d in done if d.failure is not None]


def _measure(row: dict[str, str], runs: list[SeedDone], scenario: Scenario) -> dict[str, object]:
    """One row of the record: model with its interval over seeds, and the verdict by twice the source's standard error."""
    instrument = INSTRUMENTS[row["instrument"]]
    values = []
    for d in runs:
        without = d.tables[row["without_event"]] if row["without_event"] else None
        q = Question(row["place"], row["from"], row["to"], scenario, d.tables[""], without)
        inside = scenario.month_start(0).strftime("%Y-%m") <= row["from"] and row["to"] <= scenario.month_start(scenario.months - 1).strftime("%Y-%m")
        values.append(instrument.measure(q) if inside else float("nan"))
    i = interval(values)
    data = float(row["value"])
    tolerance = 2.0 * float(row["se"]) if row["se"] else (0.1 * abs(data) if row["bound"] == "eq" else 0.0)
    gap = i.mean - data
    met = {"eq": abs(gap) <= tolerance, "le": gap <= tolerance, "ge": gap >= -tolerance}[row["bound"]]
    period = row["from"] if row["from"] == row["to"] else f"{row['from']} to {row['to']}"
    verdict = "not measured" if np.isnan(i.mean) else "holds" if met else "miss"
    return {
        "row": row["id"], "what": instrument.what, "role": row["role"], "place": row["place"], "period": period,
        "unit": row["unit"], "bound": row["bound"], "data": data, "model": i.mean, "low": i.low, "high": i.high, "verdict": verdict,
        "cause": instrument.cause if verdict == "miss" else "", "source": row["source"],
    }  # fmt: skip

"""What each mechanism contributes, and what the agents do.

The tables give the headline differences with a mechanism off, with one average customer a cell instead of
customers that differ, and with the switch on other dates.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from sim.analysis.headlines import HEADLINES, Columns, differences, interval
from sim.runs.pairs import must_be_equal_for
from sim.runs.seed_task import SeedDone, Task
from sim.runs.tasks import Runner
from sim.scenario.experiments import AS_CONFIGURED
from sim.scenario.resolution import Resolved, variant
from sim.scenario.scenario import Scenario

MEAN_FIELD = "mean_field"
MOST_PAIRS = 4  # a table of many variants: enough pairs for its intervals, few enough to wait for


def variants(resolved: Resolved) -> dict[str, Resolved]:
    """Every variant of an experiment that its report shows.

    A variant is a mechanism off (`off:x`), no agents (`mean_field`) or another switch date (`on:x`).
    """
    out: dict[str, Resolved] = {}
    if resolved.experiment.knockouts:
        for code, mechanism in resolved.base.mechanisms.items():
            out[f"off:{code}"] = variant(resolved, sets=mechanism.off, who=f"mechanism {code} off")
        if not resolved.experiment.mean_field:
            out[MEAN_FIELD] = variant(resolved, mean_field=True, who="mean field")
    for k, other in enumerate(resolved.experiment.switch_dates):
        out[f"on:{k}"] = variant(
            resolved, switch_on=other.on, without_events=other.without_events, who="switch_dates"
        )
    return out


def run_variants(
    resolved: Resolved, variants: dict[str, Resolved], runner: Runner
) -> dict[str, list[SeedDone]]:
    """Run the compared worlds of every variant with a few seeds; returns the finished pairs by variant."""
    experiment = resolved.experiment
    assert experiment.compare is not None
    seeds = range(experiment.seeds.first, experiment.seeds.first + min(experiment.seeds.count, MOST_PAIRS))
    tasks = [
        Task({name: v.scenarios[name] for name in experiment.compare}, seed, "world", label)
        for label, v in variants.items()
        for seed in seeds
    ]
    done: dict[str, list[SeedDone]] = {label: [] for label in variants}
    for _, pair in runner.results(tasks, ("world",)):
        done[pair.label].append(pair)
    return done


def pairs_of(done: Sequence[SeedDone], compare: tuple[str, str]) -> list[tuple[Columns, Columns]]:
    """The two worlds' tables of every seed."""
    return [(d.world_tables[compare[0]], d.world_tables[compare[1]]) for d in done]


def first_month(resolved: Resolved, compare: tuple[str, str]) -> int:
    """First month in which the compared worlds may differ.

    Where they may not differ, it is the first of all, since every month then serves as well.
    """
    return first_difference(*(resolved.scenarios[name] for name in compare))


def first_difference(a: Scenario, b: Scenario) -> int:
    """The same of two worlds as they are at a point of a design, where the switch may be another."""
    shared = must_be_equal_for(a, b)
    return shared if shared < a.months else 0


def knockout_table(
    resolved: Resolved, base: Sequence[SeedDone], done: dict[str, list[SeedDone]]
) -> pd.DataFrame:
    """Headline differences with each mechanism off, and the contribution that follows.

    All use the same seeds.
    """
    compare = resolved.experiment.compare
    assert compare is not None
    first = first_month(resolved, compare)
    few = [d for d in base if d.seed < resolved.experiment.seeds.first + MOST_PAIRS]
    whole = {h.code: _differences(h.read, pairs_of(few, compare), first) for h in HEADLINES}
    rows = [
        _row("none", "Everything on", "The model as it stands.", h.code, whole[h.code], whole[h.code])
        for h in HEADLINES
    ]
    for code, mechanism in resolved.base.mechanisms.items():
        pairs = pairs_of(done.get(f"off:{code}", []), compare)
        if not pairs:
            continue
        for h in HEADLINES:
            rows.append(
                _row(
                    code,
                    mechanism.name,
                    mechanism.meaning,
                    h.code,
                    _differences(h.read, pairs, first),
                    whole[h.code],
                )
            )
    return pd.DataFrame(rows)


def mean_field_table(
    resolved: Resolved, base: Sequence[SeedDone], done: dict[str, list[SeedDone]]
) -> pd.DataFrame:
    """What do the agents add? Headline differences with agents, with average customers, and between the two.

    Seed by seed; the luck of customers is the same in both.
    """
    compare = resolved.experiment.compare
    assert compare is not None
    average = {d.seed: d for d in done.get(MEAN_FIELD, [])}
    agents = [d for d in base if d.seed in average]
    first = first_month(resolved, compare)
    rows = []
    for h in HEADLINES:
        of_agents = _differences(h.read, pairs_of(agents, compare), first)
        of_average = _differences(h.read, pairs_of([average[d.seed] for d in agents], compare), first)
        add = interval([a - b for a, b in zip(of_agents, of_average, strict=True)])
        means = {"agents": interval(of_agents).mean, "mean_field": interval(of_average).mean}
        bounds = {"difference": add.mean, "low": add.low, "high": add.high, "pairs": add.pairs}
        rows.append({"headline": h.code, "name": h.name, "unit": h.unit, **means, **bounds})
    return pd.DataFrame(rows)


def switch_date_table(
    resolved: Resolved,
    base: Sequence[SeedDone],
    variants: dict[str, Resolved],
    done: dict[str, list[SeedDone]],
) -> pd.DataFrame:
    """Headline differences for each date on which the switch could have been thrown."""
    experiment = resolved.experiment
    compare = experiment.compare
    assert compare is not None
    switch = min(s.on for world in experiment.worlds.values() for s in world.switches)
    entries = [(AS_CONFIGURED, switch, resolved, list(base))]
    entries += [
        (o.label, o.on, variants[f"on:{k}"], done[f"on:{k}"]) for k, o in enumerate(experiment.switch_dates)
    ]
    rows = []
    for label, on, which, runs in entries:
        first = first_month(which, compare)
        for h in HEADLINES:
            i = interval(_differences(h.read, pairs_of(runs, compare), first))
            row = {"label": label, "on": on.isoformat(), "headline": h.code, "name": h.name, "unit": h.unit}
            rows.append({**row, "difference": i.mean, "low": i.low, "high": i.high, "pairs": i.pairs})
    return pd.DataFrame(rows)


def _differences(
    read: Callable[[Columns, int], float], pairs: Sequence[tuple[Columns, Columns]], first: int
) -> list[float]:
    of_a, of_b = (np.array([read(pair[side], first) for pair in pairs], float) for side in (0, 1))
    return [float(one) for one in differences(of_a, of_b)]


def _row(
    code: str, name: str, meaning: str, headline: str, differences: list[float], whole: list[float]
) -> dict[str, object]:
    i = interval(differences)
    return {
        "mechanism": code,
        "name": name,
        "meaning": meaning,
        "headline": headline,
        "difference": i.mean,
        "low": i.low,
        "high": i.high,
        "contribution": interval(whole).mean - i.mean,
        "pairs": i.pairs,
    }

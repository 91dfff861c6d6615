"""What of a ruling's effect stays after the rule is turned back, pair by pair, at one point of a design.

Three worlds are needed: one in which the rule is turned back (two switches), one that had the final rule from
the beginning (the reference), and one in which the first rule lasts. In the same months and with the same
seeds, the *share that stays* is the effect in the first world over the effect in the last: 0 if all is as if
the ruling had never been made, 1 if turning back changed nothing. Intervals are percentiles over resampled
seeds; a few seeds give none.

All three worlds come under a rule in the same month and differ in their switches alone. Otherwise the share
would mix the return with something else.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.drivers.world_values import values_of_worlds
from sim.analysis.headlines import SERIES, Columns, interval
from sim.runs.pair_series import PairSeries
from sim.scenario.scenario import Scenario

AFTER = 60  # months after the return at which is looked how much stays
AT_AFTER, AT_END = f"{AFTER} months after the return", "at the end"
FEWEST_PAIRS = 4  # of fewer, resampling repeats the same few means, and its interval is far too narrow
_YEAR, _RESAMPLES = 12, 1000


@dataclass(frozen=True)
class Outcome:
    """A monthly number: code, name, unit, how it is read off the world table."""

    code: str
    name: str
    unit: str
    read: Callable[[Columns], np.ndarray]


OUTCOMES = (
    Outcome("trust", "Trust in US providers abroad", "points of 100", lambda t: 100.0 * SERIES["trust"](t)),
    Outcome(
        "revenue",
        "Revenue of US providers abroad",
        "USD bn a year",
        lambda t: 12e-9 * SERIES["revenue_us"](t),
    ),
    Outcome(
        "data_at_home",
        "Cloud data kept on home soil",
        "% of foreign customers' cloud data",
        lambda t: 100.0 * SERIES["cloud_data_at_home"](t),
    ),
    Outcome("laws", "Government instruments in force", "instruments", SERIES["laws_total"]),
)
_ALIKE = ("set", "without_events", "pulled")  # what else of a world an experiment states
_COLUMNS = (
    "trust", "revenue_us", "laws_total", "tb_at_home", "tb_on_premises", "tb_us_region", "tb_local_region",
    "tb_trustee", "tb_customer_keys", "tb_us_subsidiary", "tb_home_grown",
)  # fmt: skip


@dataclass(frozen=True)
class Worlds:
    """The names of the three worlds."""

    reference: str
    returned: str
    lasting: str


def worlds_of(manifest: Mapping[str, Any]) -> Worlds | None:
    """The three worlds of an experiment, by their switches; None if it has none such.

    Of several that have one rule only, one that has it from the first switch's date on comes first.
    """
    values = values_of_worlds(manifest)
    specs = {
        name: {**spec, "set": values.get(name)}
        for name, spec in manifest["scenario"]["experiment"]["worlds"].items()
    }
    for returned, spec in specs.items():
        switches = spec["switches"]
        if len(switches) != 2 or switches[0]["regime"] == switches[1]["regime"]:
            continue
        reference, lasting = (
            _under_one_rule(specs, spec, switches[k]["regime"], switches[0]["on"]) for k in (1, 0)
        )
        if reference is not None and lasting is not None:
            return Worlds(reference, returned, lasting)
    return None


def _under_one_rule(
    specs: Mapping[str, Mapping[str, Any]], like: Mapping[str, Any], regime: str, on: str
) -> str | None:
    """A world with this rule alone that is otherwise like another, best from the same date on."""
    found = [
        name
        for name, spec in specs.items()
        if [one["regime"] for one in spec["switches"]] == [regime]
        and all((spec.get(key) or None) == (like.get(key) or None) for key in _ALIKE)
    ]
    return min(found, key=lambda name: specs[name]["switches"][0]["on"] != on, default=None)


@dataclass(frozen=True)
class Effect:
    """An effect that is there at a time, pair by pair, and what it would be had the rule lasted: (pairs,)."""

    stays: np.ndarray
    lasting: np.ndarray

    def share(self, rows: np.ndarray | None = None) -> float:
        """The share that stays, of the means over these pairs (all, if None)."""
        stays, lasting = (
            (self.stays, self.lasting) if rows is None else (self.stays[rows], self.lasting[rows])
        )
        whole = float(lasting.mean())
        return float(stays.mean()) / whole if whole else np.nan

    def share_interval(self) -> tuple[float, float]:
        """The 95% interval of the share over resampled pairs; missing where there are too few."""
        if len(self.stays) < FEWEST_PAIRS:
            return np.nan, np.nan
        return percentiles(resampled([self])[:, 0])

    @property
    def sure(self) -> bool:
        """Whether a rule that lasts has an effect that is told apart from none."""
        return bool(interval(self.lasting).verdict in ("higher", "lower"))


@dataclass(frozen=True)
class Point:
    """A point of the design: how long the first rule held, and the effects, by outcome and time."""

    number: int
    held: int
    before: dict[str, np.ndarray]
    effects: dict[tuple[str, str], Effect]

    @classmethod
    def of(
        cls,
        number: int,
        series: PairSeries,
        worlds: Worlds,
        scenarios: Callable[[int], Mapping[str, Scenario]],
    ) -> "Point | None":
        """None where the rule is turned back too late for any month to be under the second one, where the
        other two worlds come under their rules in another month than this one, and where they have other
        rules or another timeline at this point."""
        run = scenarios(number)
        first, back = (_month(run[worlds.returned], k) for k in (0, 1))
        months = len(series.months)
        if back >= months or back <= first:
            return None
        for name, switch in ((worlds.reference, 1), (worlds.lasting, 0)):
            rule = run[worlds.returned].switches[switch].regime
            same_events = run[name].timeline == run[worlds.returned].timeline
            if _month(run[name], 0) != first or run[name].switches[0].regime != rule or not same_events:
                return None
        mine = np.flatnonzero(series.points == number)
        before: dict[str, np.ndarray] = {}
        effects: dict[tuple[str, str], Effect] = {}
        windows = {AT_END: slice(max(back, months - _YEAR), months)}
        if back + AFTER <= months:
            windows = {AT_AFTER: slice(back + AFTER - _YEAR, back + AFTER), **windows}
        for outcome in OUTCOMES:
            found = {
                name: _monthly(outcome, series, mine, series.position(name))
                for name in (worlds.reference, worlds.returned, worlds.lasting)
            }
            change = found[worlds.returned] - found[worlds.reference]
            lasting = found[worlds.lasting] - found[worlds.reference]
            before[outcome.code] = change[:, max(first, back - _YEAR) : back].mean(axis=1)
            for at, months_of in windows.items():
                effects[outcome.code, at] = Effect(
                    change[:, months_of].mean(axis=1), lasting[:, months_of].mean(axis=1)
                )
        return cls(number, back - first, before, effects)

    def rows(self, values: pd.DataFrame) -> Iterator[dict[str, Any]]:
        """Its rows of the table of returns."""
        by_code = {outcome.code: outcome for outcome in OUTCOMES}
        for (code, at), effect in self.effects.items():
            stays, lasting = interval(effect.stays), interval(effect.lasting)
            low, high = effect.share_interval() if effect.sure else (np.nan, np.nan)
            yield {
                "point": self.number,
                **{str(name): value for name, value in values.loc[self.number].items()},
                "held": self.held,
                "outcome": code,
                "name": by_code[code].name,
                "unit": by_code[code].unit,
                "at": at,
                "before": float(self.before[code].mean()),
                "stays": stays.mean,
                "stays_low": stays.low,
                "stays_high": stays.high,
                "lasting": lasting.mean,
                "lasting_low": lasting.low,
                "lasting_high": lasting.high,
                "share": effect.share() if effect.sure else np.nan,
                "share_low": low,
                "share_high": high,
                "pairs": len(effect.stays),
                "note": "" if effect.sure else "a rule that lasts has no sure effect here",
            }


def _month(scenario: Scenario, switch: int) -> int:
    """The first month under a switch's rule, counted from the start: the first that begins after its day."""
    on = scenario.switches[switch].on
    return (on.year - scenario.first.year) * _YEAR + on.month - scenario.first.month + 1


def _monthly(outcome: Outcome, series: PairSeries, pairs: np.ndarray, world: int) -> np.ndarray:
    """An outcome of one world in these pairs: (pairs, months)."""
    columns = {name: series.column(name)[pairs, world].T for name in _COLUMNS}
    return np.asarray(outcome.read(columns), float).T


# --- intervals over seeds -----------------------------------------------------------------------------------


def resampled(effects: list[Effect]) -> np.ndarray:
    """The share that stays in each effect over resampled seeds, the same in all: (resamples, effects)."""
    fewest = min(len(one.stays) for one in effects)
    rows = np.random.default_rng(0).integers(0, fewest, (_RESAMPLES, fewest))
    return np.array([[one.share(some) for one in effects] for some in rows])


def percentiles(values: np.ndarray) -> tuple[float, float]:
    """The middle 95% of resampled numbers."""
    known = values[np.isfinite(values)]
    if not len(known):
        return np.nan, np.nan
    low, high = np.quantile(known, [0.025, 0.975])
    return float(low), float(high)

"""One government in both worlds: the hazards of its instruments by term, and the draws that they met.

A readable government (`sim.model.reference.governments`) decides again every month, from the engine's
covariates and the laws of all others; its laws must be the engine's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

import numpy as np
import pandas as pd

from sim.analysis.drivers.trace.pair import TracedPair, TwinDiffers, View
from sim.model.luck import purposes
from sim.model.reference.arithmetic import exp
from sim.model.reference.governments import COVARIATES, Government
from sim.model.reference.philox import draw4
from sim.scenario.canonical import surviving_events
from sim.scenario.problems import InputError, choices
from sim.scenario.scenario import Scenario
from sim.vocabulary import INSTRUMENTS

TERMS = {
    "distrust": "Citizens' lost trust",
    "incidents": "News of data being taken",
    "rule": "The US rule itself",
    "unmet_need": "Unmet need of its police",
    "dependence": "Dependence on US providers",
    "hosting_cost": "Cost of local hosting",
    "privacy_law": "Strength of its privacy law",
    "rivalry": "Rivalry with the US",
    "neighbours": "Laws of its neighbours",
}
ADOPTED, REPEALED, BY_TIMELINE, IN_FORCE = "adopts", "repeals", "timeline", "in force"


class Follower:
    """A readable government among the engine's, in one world."""

    def __init__(self, view: View, index: int) -> None:
        self._view, self._index, scenario = view, index, view.scenario
        named = named_by_timeline(scenario)
        self._all = [Government(scenario, j, code, named) for j, code in enumerate(scenario.jurisdictions)]
        self.government = self._all[index]
        self._timeline: tuple[frozenset[tuple[str, str]], ...] = (frozenset(), frozenset())
        self._note()

    def _note(self) -> None:
        self._decided: list[list[float]] = self._view.model.legislation.decided.tolist()

    def month(self, month: int) -> list[dict[str, object]]:
        """A month that the engine has run: one row an instrument. Raises TwinDiffers."""
        government, today = self.government, self._view.calendar(month)
        self._open(month)
        pressure = self._view.model.legislation.pressure[self._index].tolist()
        government.pressure = dict(zip(COVARIATES[:-1], pressure[:-1], strict=True))
        government.neighbours = {i: government.share_of_like_countries(i, self._all) for i in INSTRUMENTS}
        offered = self._view.scenario.regimes[today.law.regime].agreements
        rows = [self._row(month, instrument, offered) for instrument in INSTRUMENTS]
        for instrument, adopts, repeals in government.choose(self._view.model.seed_key, month, offered):
            row = rows[INSTRUMENTS.index(instrument)]
            row["adopts"], row["repeals"] = adopts, repeals
            row["why"] = government.main_reason(instrument) if adopts > 0.0 else ""
            government.act(month, instrument, adopts, repeals)
        self._check(month)
        for instrument, row in zip(INSTRUMENTS, rows, strict=True):
            law = government.laws[instrument]
            row["decided"], row["in_force"] = law.decided, law.in_force
        self._note()
        return rows

    def _open(self, month: int) -> None:
        """The laws of all as they are when governments deliberate."""
        for government, decided in zip(self._all, self._decided, strict=True):
            if government is not self.government:
                for instrument, share in zip(INSTRUMENTS, decided, strict=True):
                    government.laws[instrument].decided = share
        self.government.open_month(month)
        law, (adopted, in_force) = self._view.calendar(month).law, self._timeline
        codes = list(self._view.scenario.jurisdictions)
        for change, those in (
            ("adopted", law.adopted - adopted - law.instruments),
            ("in_force", law.instruments - in_force),
            ("repealed", adopted - law.adopted),
        ):
            for code, instrument in those:
                self._all[codes.index(code)].follow_timeline(instrument, change)
        self._timeline = (law.adopted, law.instruments)
        for event in self._view.calendar(month).events:
            if event.act is not None:
                for government in self._all:
                    government.pull_lever(event.act)

    def _row(self, month: int, instrument: str, offered: bool) -> dict[str, object]:
        government, p = self.government, self._view.scenario.parameters.governments
        law, seed, key = government.laws[instrument], self._view.model.seed_key, crc32(instrument.encode())
        may = government.may_adopt(instrument, offered) and law.decided < 1.0
        yearly = government.hazard(instrument) if may else 0.0
        terms = {
            name: getattr(p, name)[instrument]
            * (government.neighbours[instrument] if name == "neighbours" else government.pressure[name])
            for name in COVARIATES
        }
        draws = [
            draw4(seed, self._index, month, purpose, key)[0]
            for purpose in (purposes.ADOPT_INSTRUMENT, purposes.REPEAL_INSTRUMENT)
        ]
        repealable = law.in_force > law.fixed
        return {
            "month": month,
            "instrument": instrument,
            "may": may,
            "hazard": yearly,
            "chance": 1.0 - exp(-yearly / 12.0),
            "draw": draws[0],
            "adopts": 0.0,
            "repeal_chance": 1.0 - exp(-p.repeal_rate[instrument] / 12.0) if repealable else 0.0,
            "repeal_draw": draws[1],
            "repeals": 0.0,
            "why": "",
            "base_rate": p.base_rate[instrument],
            **terms,
        }

    def _check(self, month: int) -> None:
        x, laws = self._view.model.legislation, self.government.laws
        found = [(laws[i].in_force, laws[i].decided) for i in INSTRUMENTS]
        engine = list(zip(x.in_force[self._index].tolist(), x.decided[self._index].tolist(), strict=True))
        if found != engine:
            raise TwinDiffers(f"month {month}: laws of {self.government.code}")


def named_by_timeline(scenario: Scenario) -> set[tuple[str, str]]:
    """Country and instrument, where the timeline brings one to a single country or several adopt one
    together.
    """
    return {
        (code, enacts.instrument)
        for event in surviving_events(scenario)
        if event.act is None
        for enacts in event.enacts
        for code in enacts.countries
        if enacts.instrument is not None and (len(enacts.countries) == 1 or enacts.adopts)
    }


@dataclass(frozen=True)
class GovernmentTrace:
    """One government in both worlds.

    `hazards` has a row for each month, world and instrument: the yearly hazard of adoption, the chance in the
    month, the draw, the nine terms of the log of the hazard (above its base rate), what was adopted and
    repealed, and the share decided and in force at the month's end. `laws` lists what it did, in both worlds.
    `first_month` is the first in which what it has decided differs (None: never), `differs` the instruments
    and how; `first` says when each term first differs. `closest` is how close it came to differing, where it
    never did: see `closest_call`.
    """

    pair: TracedPair
    code: str
    is_group: bool
    hazards: pd.DataFrame
    laws: pd.DataFrame
    first_month: pd.Timestamp | None
    differs: pd.DataFrame
    first: pd.DataFrame
    closest: pd.Series | None

    @property
    def name(self) -> str:
        """What a folder of this trace is called."""
        return f"government-{self.code}"

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is written to disk."""
        return {"hazards": self.hazards, "laws": self.laws, "differs": self.differs, "first": self.first}


def check_government(pair: TracedPair, code: str) -> int:
    """The position of a government; raises InputError for one that there is not."""
    codes = pair.countries
    if code == codes[0]:
        raise InputError(
            f"{code}: the US is the subject; governments are those abroad: {', '.join(codes[1:])}"
        )
    if code not in codes:
        raise InputError(f"government '{code}': {choices(code, codes[1:])}")
    return codes.index(code)


def trace_government(pair: TracedPair, code: str) -> GovernmentTrace:
    """Trace one government, by the code of its country. Raises InputError, TwinDiffers."""
    rows = list(_rows(pair, check_government(pair, code)))
    hazards = pd.DataFrame(rows)
    number = hazards["month"]
    scenario = pair.scenarios[0]
    group = scenario.jurisdictions[code].members > 1
    first = _first_difference(hazards, pair.names)
    return GovernmentTrace(
        pair=pair,
        code=code,
        is_group=group,
        hazards=hazards.assign(month=[pd.Timestamp(scenario.month_start(m)) for m in number]),
        laws=_laws(hazards, pair, group),
        first_month=None if first is None else pd.Timestamp(scenario.month_start(first)),
        differs=_differing(hazards, pair.names, first),
        first=_first_by_term(hazards, pair),
        closest=None if group or first is not None else closest_call(hazards, pair),
    )


def _rows(pair: TracedPair, index: int) -> Iterator[dict[str, object]]:
    followers: tuple[Follower, ...] = ()
    for month, views in pair.months():
        if not followers:
            followers = tuple(Follower(view, index) for view in views)
            continue
        for name, follower in zip(pair.names, followers, strict=True):
            for row in follower.month(month):
                yield {"world": name, **row}


def side_by_side(hazards: pd.DataFrame, names: tuple[str, str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of both worlds, by month and instrument in the same order."""
    a, b = (
        hazards[hazards["world"] == name].sort_values(["month", "instrument"], ignore_index=True)
        for name in names
    )
    return a, b


def _first_difference(hazards: pd.DataFrame, names: tuple[str, str]) -> int | None:
    a, b = side_by_side(hazards, names)
    differs = a["month"][a["decided"] != b["decided"]]
    return None if differs.empty else int(differs.min())


def _differing(hazards: pd.DataFrame, names: tuple[str, str], first: int | None) -> pd.DataFrame:
    """The instruments that differ in the first month: chances, draw, and the terms that are not the same.

    One row an instrument and term (`term` "hazard" is the whole log of the hazard): `value_a`, `value_b`, and
    the difference, which adds up over terms to that of the log of the hazard.
    """
    columns = [
        "instrument",
        "how",
        "chance_a",
        "chance_b",
        "draw",
        "term",
        "value_a",
        "value_b",
        "difference",
    ]
    if first is None:
        return pd.DataFrame(columns=columns)
    a, b = (x[x["month"] == first].set_index("instrument") for x in side_by_side(hazards, names))
    rows = []
    for instrument in INSTRUMENTS:
        one, other = a.loc[instrument], b.loc[instrument]
        if one["decided"] == other["decided"]:
            continue
        repeal = one["repeals"] != other["repeals"]
        by_draw = repeal or one["adopts"] != other["adopts"]
        how = (REPEALED if repeal else ADOPTED) if by_draw else BY_TIMELINE
        side = ("repeal_chance", "repeal_draw") if repeal else ("chance", "draw")
        of = {
            "instrument": instrument,
            "how": how,
            "chance_a": one[side[0]],
            "chance_b": other[side[0]],
            "draw": one[side[1]],
        }
        for term in COVARIATES:
            rows.append({**of, "term": term, "value_a": one[term], "value_b": other[term]})
    table = pd.DataFrame(rows, columns=columns[:-1])
    return table.assign(difference=table["value_b"] - table["value_a"])


def _first_by_term(hazards: pd.DataFrame, pair: TracedPair) -> pd.DataFrame:
    """When each term of any hazard first differs, and what it is then: of the instrument that it moves
    most.
    """
    a, b = side_by_side(hazards, pair.names)
    rows = []
    for term in COVARIATES:
        gap = (b[term] - a[term]).abs()
        row: dict[str, object] = {"term": term, "what": TERMS[term], "first_month": pd.NaT}
        row |= {"instrument": "", "value_a": np.nan, "value_b": np.nan}
        if (gap > 0.0).any():
            month = int(a["month"][gap > 0.0].min())
            at = gap.where(a["month"] == month).idxmax()
            row |= {"first_month": pd.Timestamp(pair.scenarios[0].month_start(month))}
            row |= {"instrument": a["instrument"][at], "value_a": a[term][at], "value_b": b[term][at]}
        rows.append(row)
    return pd.DataFrame(rows).sort_values("first_month", na_position="last", kind="stable", ignore_index=True)


def _laws(hazards: pd.DataFrame, pair: TracedPair, group: bool) -> pd.DataFrame:
    """What a single country adopts and repeals by its own decision, one row a decision and world."""
    done = hazards[(hazards["adopts"] > 0.0) | (hazards["repeals"] > 0.0)]
    if group:
        done = done.iloc[:0]
    change = np.where(done["adopts"] > 0.0, ADOPTED, REPEALED)
    months = [pd.Timestamp(pair.scenarios[0].month_start(int(m))) for m in done["month"]]
    chance = np.where(done["adopts"] > 0.0, done["chance"], done["repeal_chance"])
    draw = np.where(done["adopts"] > 0.0, done["draw"], done["repeal_draw"])
    return pd.DataFrame(
        {
            "month": months,
            "world": done["world"].to_numpy(),
            "instrument": done["instrument"].to_numpy(),
            "change": change,
            "why": done["why"].to_numpy(),
            "chance": chance,
            "draw": draw,
        }
    )


def closest_call(hazards: pd.DataFrame, pair: TracedPair) -> pd.Series:
    """How close a government came to deciding otherwise, in the month and instrument where it came closest.

    `ratio` is the factor by which the higher of the two hazards would have had to be higher for the draw to
    fall between them; `expected` the number of decisions that differ in the mean over draws, given these
    hazards.
    """
    a, b = side_by_side(hazards, pair.names)
    differs = (a["chance"] != b["chance"]) & (a["draw"] > a["chance"]) & (b["draw"] > b["chance"])
    higher = np.maximum(a["hazard"], b["hazard"])
    needed = -12.0 * np.log1p(-a["draw"])
    ratio = (needed / higher).where(differs & (higher > 0.0))
    expected = float((b["chance"] - a["chance"]).abs().sum())
    if ratio.notna().sum() == 0:
        return pd.Series({"month": pd.NaT, "instrument": "", "ratio": np.nan, "expected": expected})
    at = ratio.idxmin()
    month = pd.Timestamp(pair.scenarios[0].month_start(int(a["month"][at])))
    found = {"month": month, "instrument": a["instrument"][at], "draw": a["draw"][at]}
    found |= {"chance_a": a["chance"][at], "chance_b": b["chance"][at], "ratio": ratio[at]}
    return pd.Series({**found, "expected": expected})

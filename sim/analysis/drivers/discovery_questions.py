"""Questions to a design that divide its points in two: those of interest (cases), and the others."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_months import compared
from sim.analysis.design_outcomes import BY_CODE, at_points
from sim.analysis.drivers.outcomes import inputs, outcomes_of, paired_outcomes
from sim.runs.claims import BY_POINT
from sim.runs.csv_tables import read_csv
from sim.runs.results import FolderResults
from sim.scenario.problems import InputError, choices

HIGHER, LOWER, ABOVE, BELOW, HOLDS, FAILS = "higher", "lower", "above", "below", "holds", "fails"
# Headlines whose change of order is asked about where no question is put.
USUAL = ("trust", "revenue", "market_share", "laws", "us_success_abroad", "foreign_success", "conflicts")


@dataclass(frozen=True)
class Question:
    """Which points are of interest: `subject` is a headline's code, or `claim <number>`; `kind` says how.

    `higher` and `lower`: the whole 95% interval of the difference lies on that side of zero; at a point of
    one pair, which has no interval, its difference does. `above` and
    `below`: the mean (difference, or value where one world was run) lies beyond `level`. `holds` and `fails`:
    the verdict on the claim.
    """

    subject: str
    kind: str
    level: float = 0.0
    words: str = ""

    @property
    def code(self) -> str:
        """A short name, unique within a folder."""
        at = f" {self.level:.15g}" if self.kind in (ABOVE, BELOW) else ""
        return f"{self.subject} {self.kind}{at}"


@dataclass(frozen=True)
class Cases:
    """The points of a design under a question: values, outcome, whether of interest; and what was left out.

    `values` has a column a factor; all three have the points' numbers as index. `left_out` counts points
    without any pair that has the outcome, `failed` failed pairs at points that are kept, `alone` points whose
    one pair has no interval although the question is of intervals.
    """

    question: Question
    values: pd.DataFrame
    outcome: "pd.Series[float]"
    case: "pd.Series[bool]"
    left_out: int
    failed: int
    alone: int = 0

    @property
    def said(self) -> str:
        """What was left out, in words; empty if nothing."""
        parts = []
        if self.left_out:
            whole = self.left_out + len(self.case)
            parts.append(
                f"{self.left_out:,} of {whole:,} points have no pair with this outcome and are left out"
            )
        if self.failed:
            parts.append(f"{self.failed:,} pairs failed at points that are kept with their other pairs")
        if self.alone:
            parts.append(
                f"{self.alone:,} of {len(self.case):,} points have one pair and so no interval: there the "
                "sign of its difference decides, which may be luck"
            )
        return "; ".join(parts)


class Swept:
    """A results folder of a design, as questions are put to it. Raises InputError where it has none."""

    def __init__(self, folder: Path) -> None:
        self.folder, results = folder, FolderResults(folder)
        self.manifest = results.manifest
        if self.manifest["scenario"]["experiment"]["design"] is None:
            raise InputError(f"{folder}: its experiment has no design, so there is no space to search")
        self.claims = results.summary("claims")
        self.values = inputs(folder)
        self.outcomes = outcomes_of(folder, self.manifest)
        known = self.outcomes["value"].notna().groupby([self.outcomes["point"], self.outcomes["seed"]]).any()
        self._failed = (~known).groupby("point").sum()

    @property
    def compares(self) -> bool:
        return compared(self.manifest)[1] is not None

    def at_points(self, headline: str) -> pd.DataFrame:
        """A headline at every point with a finished pair (`design_outcomes.at_points`)."""
        return at_points(paired_outcomes(self.outcomes, headline, self.manifest))

    def cases(self, question: Question) -> Cases:
        """The points under a question."""
        if question.kind in (HOLDS, FAILS):
            outcome, case = self._verdicts(question)
        else:
            outcome, case = self._beyond(question)
        known = outcome.notna()
        index = outcome.index[known]
        left_out, failed = len(self.values) - len(index), int(self._failed.reindex(index).sum())
        alone = 0
        if question.kind in (HIGHER, LOWER):
            alone = int(self.at_points(question.subject)["low"].reindex(index).isna().sum())
        return Cases(question, self.values.loc[index], outcome[known], case[known], left_out, failed, alone)

    def _beyond(self, question: Question) -> "tuple[pd.Series[float], pd.Series[bool]]":
        at = self.at_points(question.subject)
        outcome = at["difference" if self.compares else "a"]
        tests: dict[str, Callable[[], Any]] = {
            HIGHER: lambda: at["low"].fillna(outcome) > 0.0,
            LOWER: lambda: at["high"].fillna(outcome) < 0.0,
            ABOVE: lambda: outcome > question.level,
            BELOW: lambda: outcome < question.level,
        }
        return outcome, tests[question.kind]()

    def _verdicts(self, question: Question) -> "tuple[pd.Series[float], pd.Series[bool]]":
        table = read_csv(self.folder / f"{BY_POINT}.csv")
        mine = table[table["number"] == int(question.subject.split()[1])].set_index("point")
        return mine["difference"], mine["verdict"] == question.kind


def questions_of(
    swept: Swept,
    *,
    headline: str | None = None,
    above: float | None = None,
    below: float | None = None,
    order: str | None = None,
    claim: int | None = None,
    verdict: str | None = None,
) -> list[Question]:
    """The questions that are asked for; without any argument the usual ones. Raises InputError.

    `headline` alone asks where either world is surely above the other (with an `order`, where it is `higher`
    or where it is `lower`), with `above` or `below` where the headline lies beyond that number (its
    difference, or its value where one world was run). `claim`, by its number, asks where it fails, or has
    another `verdict`.
    """
    levels = {kind: level for kind, level in ((ABOVE, above), (BELOW, below)) if level is not None}
    if claim is not None:
        if headline is not None or levels:
            raise InputError("a claim and a headline: ask about one of them")
        return [claim_question(swept, claim, verdict or FAILS)]
    if verdict is not None:
        raise InputError("a verdict needs a claim: name it by its number")
    if headline is None and levels:
        raise InputError(f"{' and '.join(levels)}: of which headline? {choices('', list(BY_CODE))}")
    if headline is None:
        return usual_questions(swept)
    if levels:
        return [headline_question(swept, headline, kind, level) for kind, level in levels.items()]
    kinds = (HIGHER, LOWER) if order is None else (order,)
    return [headline_question(swept, headline, kind) for kind in kinds]


def usual_questions(swept: Swept) -> list[Question]:
    """Where does each claim fail, and where is one world above the other, headline by headline?"""
    out = [claim_question(swept, int(number), FAILS) for number in _numbers(swept)]
    if swept.compares:
        for code in USUAL:
            kinds = (HIGHER, LOWER) if swept.at_points(code)["difference"].nunique() > 1 else (HIGHER,)
            out += [headline_question(swept, code, kind) for kind in kinds]
    return out


def claim_question(swept: Swept, number: int, verdict: str) -> Question:
    """Where a claim has this verdict. Raises InputError for a claim or verdict that there is not."""
    numbers = _numbers(swept)
    if number not in numbers or not (swept.folder / f"{BY_POINT}.csv").is_file():
        there = ", ".join(map(str, numbers)) or "none"
        raise InputError(f"claim {number}: there is no such claim in {swept.folder}; valid: {there}")
    if verdict not in (HOLDS, FAILS):
        raise InputError(f"verdict '{verdict}': {choices(verdict, [HOLDS, FAILS])}")
    assert swept.claims is not None
    words = str(swept.claims.set_index("number").loc[number, "claim"])
    return Question(f"claim {number}", verdict, words=f"the claim “{words}” {verdict}")


def headline_question(swept: Swept, headline: str, kind: str, level: float = 0.0) -> Question:
    """Where a headline is beyond a level, or one world surely above the other. Raises InputError."""
    if headline not in BY_CODE:
        raise InputError(f"headline '{headline}': {choices(headline, list(BY_CODE))}")
    if kind in (HIGHER, LOWER) and not swept.compares:
        raise InputError(f"{swept.folder}: compares no two worlds; give a level with above or below")
    if not np.isfinite(level):
        raise InputError(f"level {level}: must be a finite number")
    of, (a, b) = BY_CODE[headline], compared(swept.manifest)
    labels = swept.manifest["worlds"]
    if kind in (HIGHER, LOWER):
        words = f"{of.name}: {kind} in “{labels[b]}” than in “{labels[a]}”"
    else:
        what = f", “{labels[b]}” minus “{labels[a]}”," if b is not None else ""
        words = f"{of.name}{what} {kind} {level:.15g} {of.unit}"
    return Question(headline, kind, level, words)


def _numbers(swept: Swept) -> list[int]:
    return [] if swept.claims is None else [int(number) for number in swept.claims["number"]]

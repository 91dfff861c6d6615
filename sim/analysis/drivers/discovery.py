"""Scenario discovery: which regions of a design answer a question, as tables and in words."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.analysis.drivers.discovery_boxes import DENSITY, Limit, Region, Step, cart, prim
from sim.analysis.drivers.discovery_inputs import Inputs
from sim.analysis.drivers.discovery_questions import Cases, Question, Swept
from sim.runs.csv_tables import write_csv
from sim.scenario.problems import InputError

REGIONS, LIMITS, TRADEOFF, STEPS, POINTS = TABLES = (
    "discovery",
    "discovery_limits",
    "discovery_tradeoff",
    "discovery_steps",
    "discovery_points",
)
PRIM, CART = "PRIM", "CART"
_FEWEST_POINTS, _FEWEST_CASES = 40, 5
_COLUMNS = {
    REGIONS: (
        "question", "words", "method", "region", "region_words", "density", "coverage", "share", "points",
        "cases", "all_points", "all_cases", "note",
    ),
    LIMITS: (
        "question", "method", "region", "factor", "low", "high", "levels", "low_words", "high_words",
        "least", "largest", "quasi_p_low", "quasi_p_high",
    ),
    STEPS: (
        "question", "pass", "step", "factor", "low", "high", "levels", "low_words", "high_words", "least",
        "largest", "quasi_p_low", "quasi_p_high",
    ),
    TRADEOFF: (
        "question", "pass", "step", "density", "coverage", "share", "limits", "box_words", "chosen",
    ),
    POINTS: ("question", "point", "value", "case", "box", "leaf"),
}  # fmt: skip


@dataclass(frozen=True)
class Discovery:
    """What was found, question by question.

    `regions`: a row a box of PRIM (in order of the passes) or leaf of CART (densest first) with its density
    (share of its points that are cases), coverage (share of all cases) and words; of a question without an
    answer one row with a `note`. `limits`: their limits with quasi-p values. `tradeoff`: every step of PRIM,
    `steps`: the limits of each. `points`: each point, whether it is a case, its box (0: none) and its leaf.
    """

    regions: pd.DataFrame
    limits: pd.DataFrame
    tradeoff: pd.DataFrame
    steps: pd.DataFrame
    points: pd.DataFrame

    def write(self, folder: Path) -> list[Path]:
        """Write the tables as CSV files; returns their paths."""
        paths = [folder / f"{name}.csv" for name in TABLES]
        frames = (self.regions, self.limits, self.tradeoff, self.steps, self.points)
        for path, frame in zip(paths, frames, strict=True):
            write_csv(frame, path, float_format="%.10g")
        return paths

    def __str__(self) -> str:
        return "\n".join(in_words(self.regions))


def stored(read: Callable[[str], pd.DataFrame | None]) -> Discovery | None:
    """What was found before, from the tables of a results folder; None if nothing was asked there."""
    frames = [read(name) for name in TABLES]
    return (
        None if any(one is None for one in frames) else Discovery(*(one for one in frames if one is not None))
    )


def discover(swept: Swept, questions: Sequence[Question], density: float = DENSITY) -> Discovery:
    """Answer questions over the points of a design.

    `density` is the share of cases that a box of PRIM must reach. Raises InputError where the design has too
    few points or factors, or the extra `discover` is missing.
    """
    if not 0.0 < density <= 1.0:
        raise InputError(f"density {density}: must be above 0 and at most 1")
    parts = [_answer(swept.cases(one), density) for one in questions]
    return Discovery(
        *(
            pd.DataFrame([row for part in parts for row in part[name]], columns=list(_COLUMNS[name]))
            for name in TABLES
        )
    )


Rows = dict[str, list[dict[str, object]]]


def _answer(cases: Cases, density: float) -> Rows:
    """The rows of one question."""
    rows: Rows = {name: [] for name in TABLES}
    case = cases.case.to_numpy(bool)
    why_not = _one_class(cases)
    if why_not:
        rows[REGIONS].append(_front(cases) | {"note": _joined(why_not, cases.said)})
        return rows
    inputs = Inputs.of(cases.values)
    boxes, steps = prim(inputs, case, density)
    leaves = cart(inputs, case)
    for method, regions in ((PRIM, boxes), (CART, leaves)):
        for k, region in enumerate(regions, 1):
            rows[REGIONS].append(_region_row(cases, method, k, region, inputs))
            of: dict[str, object] = {"method": method, "region": k}
            rows[LIMITS] += [_limit_row(cases, one, inputs) | of for one in region.limits]
    if not boxes:
        if steps:
            best = max(step.region.density for step in steps)
            note = f"no box reaches a density of {density:.0%}; the densest has {best:.0%}"
        else:
            note = f"{int(case.sum())} points of interest are too few for a box"
        rows[REGIONS].append(_front(cases) | {"method": PRIM, "note": _joined(note, cases.said)})
    rows[TRADEOFF] = [_step_row(cases, step, inputs) for step in steps]
    rows[STEPS] = [
        _limit_row(cases, one, inputs) | {"pass": step.pass_number, "step": step.step}
        for step in steps
        for one in step.region.limits
    ]
    rows[POINTS] = _point_rows(cases, boxes, leaves)
    return rows


def _one_class(cases: Cases) -> str:
    """Why there is nothing to tell apart; empty if there is.

    Raises InputError for a design that is too small.
    """
    points, number = len(cases.case), int(cases.case.sum())
    if points == 0:
        return "no point has a pair with this outcome"
    if cases.values.nunique().max() < 2:
        raise InputError("the design varies no factor, so there is no region to find")
    if points < _FEWEST_POINTS:
        raise InputError(f"the design has {points} finished points; a region needs {_FEWEST_POINTS} or more")
    if cases.outcome.nunique() == 1:
        return f"the outcome is constant: {cases.outcome.iloc[0]:.6g} at all {points:,} points"
    if number in (0, points):
        return f"{'none' if number == 0 else 'all'} of the {points:,} points are of interest: one class only"
    if min(number, points - number) < _FEWEST_CASES:
        few = f"{number:,} of {points:,} points are of interest"
        return f"{few}: too few on one side to find a region (at least {_FEWEST_CASES})"
    return ""


def _joined(*parts: str) -> str:
    return "; ".join(part for part in parts if part)


def _front(cases: Cases) -> dict[str, object]:
    return {
        "question": cases.question.code,
        "words": cases.question.words,
        "all_points": len(cases.case),
        "all_cases": int(cases.case.sum()),
        "note": cases.said,
    }


def _region_row(cases: Cases, method: str, k: int, region: Region, inputs: Inputs) -> dict[str, object]:
    return _front(cases) | {
        "method": method,
        "region": k,
        "region_words": words_of(region.limits, inputs, with_p=method == PRIM),
        "density": region.density,
        "coverage": region.coverage,
        "share": region.share,
        "points": int(region.inside.sum()),
        "cases": int(cases.case.to_numpy()[region.inside].sum()),
    }


def _limit_row(cases: Cases, limit: Limit, inputs: Inputs) -> dict[str, object]:
    row: dict[str, object] = {"question": cases.question.code, "factor": limit.factor}
    row |= {"quasi_p_low": limit.p_low, "quasi_p_high": limit.p_high}
    if limit.levels:
        return row | {"levels": "|".join(limit.levels)}
    least, largest = inputs.ends(limit.factor)
    row |= {"least": least, "largest": largest}
    for side, value in (("low", limit.low), ("high", limit.high)):
        if np.isfinite(value):
            row |= {side: value, f"{side}_words": inputs.said(limit.factor, value)}
    return row


def _step_row(cases: Cases, step: Step, inputs: Inputs) -> dict[str, object]:
    region = step.region
    return {
        "question": cases.question.code,
        "pass": step.pass_number,
        "step": step.step,
        "density": region.density,
        "coverage": region.coverage,
        "share": region.share,
        "limits": len(region.limits),
        "box_words": words_of(region.limits, inputs),
        "chosen": step.chosen,
    }


def _point_rows(cases: Cases, boxes: Sequence[Region], leaves: Sequence[Region]) -> list[dict[str, object]]:
    def number(regions: Sequence[Region]) -> np.ndarray:
        out = np.zeros(len(cases.case), int)
        for k, region in enumerate(regions, 1):
            out[region.inside] = k
        return out

    columns = zip(cases.case.index, cases.outcome, cases.case, number(boxes), number(leaves), strict=True)
    return [
        {
            "question": cases.question.code,
            "point": point,
            "value": y,
            "case": bool(c),
            "box": b,
            "leaf": leaf,
        }
        for point, y, c, b, leaf in columns
    ]


# --- in words -----------------------------------------------------------------------------------------------


def words_of(limits: Sequence[Limit], inputs: Inputs, with_p: bool = True) -> str:
    """A region as a part of a sentence: `trust.asymmetry above 2 (quasi-p 1e-09) and ...`."""
    words = " and ".join(_limit_words(one, inputs) for one in limits) or "everywhere"
    return words if with_p else re.sub(r" \([^()]*quasi-p[^()]*\)", "", words)


def _limit_words(limit: Limit, inputs: Inputs) -> str:
    if limit.levels:
        return f"{limit.factor} {' or '.join(limit.levels)} ({_p(limit.p_low)})"
    low, high = (
        inputs.said(limit.factor, value) if np.isfinite(value) else "" for value in (limit.low, limit.high)
    )
    if low and high:
        return f"{limit.factor} from {low} ({_p(limit.p_low)}) to {high} ({_p(limit.p_high)})"
    return (
        f"{limit.factor} above {low} ({_p(limit.p_low)})"
        if low
        else f"{limit.factor} below {high} ({_p(limit.p_high)})"
    )


def _p(value: float) -> str:
    if np.isnan(value):
        return "no quasi-p"
    return "quasi-p < 1e-12" if value < 1e-12 else f"quasi-p {value:.1g}"


def in_words(regions: pd.DataFrame) -> list[str]:
    """The answers, a paragraph a question."""
    out = []
    for _, rows in regions.groupby("question", sort=False):
        first = rows.iloc[0]
        count = f"{first['all_cases']:,} of {first['all_points']:,} points"
        head = f"Where is this so: {first['words']}? At {count}."
        lines = [head, *(f"  {line}" for row in rows.to_dict("records") if (line := _region_words(row)))]
        notes = [str(note) for note in rows["note"].dropna().unique() if note]
        out.append("\n".join([*lines, *(f"  Note: {note}." for note in notes)]))
    return out


def _region_words(row: dict[str, object]) -> str:
    """A box, or a leaf in which cases are the majority; empty for others."""
    if pd.isna(row["region"]) or (row["method"] == CART and float(str(row["density"])) < 0.5):
        return ""
    name = "Box" if row["method"] == PRIM else "Leaf"
    return (
        f"{name} {int(float(str(row['region'])))}: {row['region_words']}. Density {row['density']:.0%} of "
        f"{int(float(str(row['points']))):,} points, coverage {row['coverage']:.0%} of the cases."
    )

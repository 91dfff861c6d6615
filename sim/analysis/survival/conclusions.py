"""Both worlds over joint draws of the posterior: which conclusions survive an end of a range that matters?

A *conclusion* is the sign of a headline's difference over joint draws, where the middle 90% of them leave out
zero. An *arm* repeats the two worlds at the same draws with the same seeds, and holds one quantity at an end
of its range. A conclusion survives an arm if the middle 90% of the draws still lie on its side of zero, and
does not survive if the median doesn't. Between the two, without a conclusion, or from a handful of draws,
nobody can say. Nothing is said of what neither the draws nor the arms vary.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.headline_table import with_windows
from sim.analysis.headlines import HEADLINES, Headline
from sim.analysis.survival.discount import MULTIPLES, Setting, discounts, sensitivities
from sim.analysis.uncertainty.joint_draws import ENOUGH, JointDraws, outcomes
from sim.runs.tasks import Runner
from sim.scenario.resolution import Resolved

SURVIVES, FALLS, CANNOT_SAY = "survives", "does not survive", "cannot say"
POSTERIOR, DISCOUNT_LOW, DISCOUNT_HIGH, SYMMETRIC, EVERYWHERE = (
    "posterior",
    "discount_low",
    "discount_high",
    "symmetric",
    "all",
)
ASYMMETRY = "trust.asymmetry"
LOW, HIGH = 0.05, 0.95  # between these quantiles lie the middle 90% of the draws
_OF_HEADLINE = ("headline", "name", "unit", "window", "conclusion")
COLUMNS = (
    "headline",
    "name",
    "unit",
    "window",
    "arm",
    "what",
    "draws",
    "conclusion",
    "median",
    "low",
    "high",
    "same_sign",
    "verdict",
)


@dataclass(frozen=True)
class Arm:
    """One way to repeat the two worlds.

    It has a name, a description in words, and the values that are held whatever a draw says.
    """

    name: str
    what: str
    held: Mapping[str, float]


def survive(joint: JointDraws, runner: Runner) -> pd.DataFrame:
    """Run the compared worlds at every draw as it is, and in every arm.

    Returns a line for each headline and arm, and one for all arms together.
    """
    lines, signs = [], dict[str, int]()
    for arm in arms(joint.resolved, discounts(joint.resolved, runner)):
        over = outcomes(joint, runner, arm.held)
        values = {h.code: over.loc[over["headline"] == h.code, "value"].to_numpy(float) for h in HEADLINES}
        signs = signs or {code: sign(of_draw) for code, of_draw in values.items()}
        lines += [line(arm, h, signs[h.code], values[h.code]) for h in HEADLINES]
    return with_windows(table_of(lines), joint.resolved)


def arms(resolved: Resolved, found: Sequence[Setting]) -> list[Arm]:
    """The draws as they are, either end of the discount, and symmetric trust.

    In the last, trust is lost no faster than it is won.
    """
    out = [Arm(POSTERIOR, "the draws as they are", {})]
    for name, end, setting in zip((DISCOUNT_LOW, DISCOUNT_HIGH), ("least", "most"), found, strict=True):
        what = (
            f"customers do {setting.wanted:.0%} of what they say, the {end} that R01 found: sensitivities x "
            f"{setting.multiple:.2g}"
        )
        if not setting.reached:
            tried = f"({MULTIPLES[0]:.2g} to {MULTIPLES[-1]:g}, within the parameter's range)"
            what += f", with which they do {setting.ratio:.1%}; no multiple tried {tried} comes nearer"
        out.append(Arm(name, what, sensitivities(resolved, setting.multiple)))
    return [*out, Arm(SYMMETRIC, "trust is lost no faster than it is won (B03)", {ASYMMETRY: 1.0})]


def sign(values: np.ndarray) -> int:
    """The sign of a conclusion from differences by draw: 0 where their middle 90% hold zero."""
    known = values[~np.isnan(values)]
    if not len(known):
        return 0
    low, high = np.quantile(known, (LOW, HIGH))
    return 1 if low > 0.0 else -1 if high < 0.0 else 0


def line(arm: Arm, headline: Headline, conclusion: int, values: np.ndarray) -> dict[str, object]:
    """What an arm says of a headline; `values` are differences by draw."""
    known = values[~np.isnan(values)]
    low, median, high = np.quantile(known, (LOW, 0.5, HIGH)) if len(known) else (np.nan,) * 3
    return {
        "headline": headline.code,
        "name": headline.name,
        "unit": headline.unit,
        "window": headline.window,
        "arm": arm.name,
        "what": arm.what,
        "draws": len(known),
        "conclusion": {1: "higher", -1: "lower", 0: "none"}[conclusion],
        "median": median,
        "low": low,
        "high": high,
        "same_sign": float(np.mean(np.sign(known) == conclusion)) if conclusion and len(known) else np.nan,
        "verdict": verdict(conclusion, low, median, high) if len(known) >= ENOUGH else CANNOT_SAY,
    }


def verdict(sign: int, low: float, median: float, high: float) -> str:
    """Whether a conclusion of this sign survives where draws have this median and middle 90%."""
    if sign == 0 or np.isnan(median):
        return CANNOT_SAY
    if min(sign * low, sign * high) > 0.0:
        return SURVIVES
    return CANNOT_SAY if sign * median > 0.0 else FALLS


def table_of(lines: Sequence[dict[str, object]]) -> pd.DataFrame:
    """All lines, and for each headline the verdict over all arms.

    It survives if it survives every arm, and falls if it falls in any.
    """
    whole = pd.DataFrame(lines, columns=list(COLUMNS))
    together = []
    for _, group in whole.groupby("headline", sort=False):
        verdicts = set(group["verdict"])
        overall = FALLS if FALLS in verdicts else SURVIVES if verdicts == {SURVIVES} else CANNOT_SAY
        together.append(
            {
                **{name: group.iloc[0][name] for name in _OF_HEADLINE},
                "arm": EVERYWHERE,
                "what": "all arms",
                "draws": int(group["draws"].min()),
                "same_sign": float(group["same_sign"].min()),
                "verdict": overall,
            }
        )
    return pd.concat([whole, pd.DataFrame(together, columns=list(COLUMNS))], ignore_index=True)

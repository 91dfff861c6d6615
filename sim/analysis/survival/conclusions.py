"""Both worlds over draws of the posterior: which conclusions of the shipped parameters survive?

A *conclusion* is the sign of a headline's difference at the parameters as shipped, where its 95% interval
over seeds leaves out zero. An *arm* repeats the two worlds over draws of the posterior, as they are or with
something held. A conclusion survives an arm if the middle 90% of the draws lie on its side of zero, and does
not survive if the median doesn't; between the two, or without a conclusion, nobody can say. Each draw runs
with the same seeds; its difference is their mean.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.analysis.drivers.knockouts import first_month
from sim.analysis.headlines import HEADLINES, Interval, interval
from sim.analysis.posterior_draws import Draw, at, common_seeds, run_draws
from sim.analysis.survival.discount import MULTIPLES, Setting, discounts, sensitivities
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
SHARE = 0.9  # of the draws lies within an interval
COLUMNS = (
    "headline",
    "name",
    "unit",
    "window",
    "arm",
    "what",
    "draws",
    "seeds",
    "conclusion",
    "shipped",
    "shipped_low",
    "shipped_high",
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


def survive(resolved: Resolved, draws: Sequence[Draw], seeds: int, runner: Runner) -> pd.DataFrame:
    """Run the compared worlds at the shipped parameters and in every arm.

    Returns a line for each headline and arm, and one for all arms together. The shipped parameters get all of
    the experiment's seeds, the arms the first `seeds`.
    """
    settings = discounts(resolved, runner)
    shipped = differences(resolved, [Draw("shipped parameters", {})], resolved.experiment.seeds.count, runner)
    conclusions = {code: interval(values[0]) for code, values in shipped.items()}
    lines = []
    for arm in arms(resolved, settings):
        held = [draw.over(arm.held) for draw in draws]
        over = differences(resolved, held, seeds, runner)
        lines += [line(arm, code, conclusions[code], values) for code, values in over.items()]
    return table_of(lines)


def arms(resolved: Resolved, found: Sequence[Setting]) -> list[Arm]:
    """The posterior as it is, either end of the discount, and symmetric trust.

    In the last, trust is lost no faster than it is won.
    """
    out = [Arm(POSTERIOR, "the posterior as it is", {})]
    for name, end, setting in zip((DISCOUNT_LOW, DISCOUNT_HIGH), ("least", "most"), found, strict=True):
        what = (
            f"the {end} that R01 found of what is said is done, {setting.wanted:.0%}: sensitivities x "
            f"{setting.multiple:.2g}"
        )
        if not setting.reached:
            tried = f"{MULTIPLES[0]:.2g} to {MULTIPLES[-1]:g} within the parameter's range"
            what += f"; of the multiples tried, {tried}, none reaches it, {setting.ratio:.1%} is the nearest"
        out.append(Arm(name, what, sensitivities(resolved, setting.multiple)))
    return [*out, Arm(SYMMETRIC, "trust is lost no faster than it is won (B03)", {ASYMMETRY: 1.0})]


def differences(
    resolved: Resolved, draws: Sequence[Draw], seeds: int, runner: Runner
) -> dict[str, np.ndarray]:
    """Headline code -> second world minus first: float64 (draws, seeds), missing where a run failed."""
    compare = resolved.experiment.compare
    assert compare is not None, "survival is asked of an experiment that compares two worlds"
    first, common = first_month(resolved, compare), common_seeds(resolved, draws, seeds)
    out = {h.code: np.full((len(draws), seeds), np.nan) for h in HEADLINES}
    scenarios = [at(resolved, draw).scenarios for draw in draws]
    worlds = [{name: of_draw[name] for name in compare} for of_draw in scenarios]
    for number, done in run_draws(draws, worlds, common, "world", ("world",), runner):
        a, b = (done.world_tables[name] for name in compare)
        for h in HEADLINES:
            out[h.code][number, common[number].index(done.seed)] = h.read(b, first) - h.read(a, first)
    return out


def line(arm: Arm, code: str, conclusion: Interval, values: np.ndarray) -> dict[str, object]:
    """What an arm says of a headline; `values` are differences (draws, seeds)."""
    headline = next(h for h in HEADLINES if h.code == code)
    of_draw = np.array([np.mean(row[~np.isnan(row)]) for row in values if not np.all(np.isnan(row))])
    sign = _sign(conclusion)
    low, median, high = (
        np.quantile(of_draw, [0.5 - SHARE / 2, 0.5, 0.5 + SHARE / 2]) if len(of_draw) else (np.nan,) * 3
    )
    return {
        "headline": code,
        "name": headline.name,
        "unit": headline.unit,
        "window": headline.window,
        "arm": arm.name,
        "what": arm.what,
        "draws": len(of_draw),
        "seeds": values.shape[1],
        "conclusion": {1: "higher", -1: "lower", 0: "none"}[sign],
        "shipped": conclusion.mean,
        "shipped_low": conclusion.low,
        "shipped_high": conclusion.high,
        "median": median,
        "low": low,
        "high": high,
        "same_sign": float(np.mean(np.sign(of_draw) == sign)) if sign and len(of_draw) else np.nan,
        "verdict": verdict(sign, low, median, high),
    }


def _sign(i: Interval) -> int:
    return 1 if i.low > 0.0 else -1 if i.high < 0.0 else 0


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
        first = group.iloc[0]
        kept = {
            name: first[name]
            for name in (
                "headline",
                "name",
                "unit",
                "window",
                "seeds",
                "conclusion",
                "shipped",
                "shipped_low",
                "shipped_high",
            )
        }
        smallest = {
            "arm": EVERYWHERE,
            "what": "all arms",
            "draws": int(group["draws"].min()),
            "same_sign": float(group["same_sign"].min()),
        }
        together.append({**kept, **smallest, "verdict": overall})
    return pd.concat([whole, pd.DataFrame(together, columns=list(COLUMNS))], ignore_index=True)

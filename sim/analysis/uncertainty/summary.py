"""What joint draws say of each headline: its middle, its intervals, its sign, and what decides the sign."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sim.analysis.headlines import HEADLINES, Headline
from sim.analysis.uncertainty.joint_draws import JointDraws, sets_nothing
from sim.analysis.uncertainty.sign_parameters import SignParameters, sign_parameters

HIGHER, LOWER, NONE = "higher", "lower", "no difference"
NAMED, NOTHING, TOO_FEW = "named", "none beyond a dummy", "too few to tell"
COLUMNS = (
    "headline",
    "name",
    "unit",
    "window",
    "draws",
    "median",
    "low50",
    "high50",
    "low90",
    "high90",
    "sign",
    "share",
    "of_leak",
    "leak_months",
    "sign_parameters",
    "parameters",
    "dummy",
)
OF_PARAMETERS = ("sign_parameters", "parameters", "dummy")
_QUANTILES = {"median": 0.5, "low50": 0.25, "high50": 0.75, "low90": 0.05, "high90": 0.95}


def summarise(outcomes: pd.DataFrame, joint: JointDraws) -> pd.DataFrame:
    """A line for each headline.

    `share` is the share of draws whose difference has the sign of the median, given the ranges of the
    parameters. `parameters` are those that decide the sign with their distances, `a=0.6;b=0.4`, and
    `sign_parameters` says in a word what was found. `of_leak` is the median over draws of trust's mean
    difference in its first `leak_months`, as a share of what the leak of 2013 cost it in as many months.
    """
    names = [name for name in joint.posterior.names if not sets_nothing(joint, name)]
    at = [joint.posterior.names.index(name) for name in names]
    table = joint.posterior.draws()[:, at]
    found = numbers_of(outcomes).to_dict("records")
    for row, headline in zip(found, HEADLINES, strict=True):
        own = outcomes[outcomes["headline"] == headline.code]
        at_draws = table[own["draw"].to_numpy(int)]
        row |= _decided_by(sign_parameters(own["value"].to_numpy(float), at_draws, names))
    return pd.DataFrame(found, columns=list(COLUMNS))


def numbers_of(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The same without the parameters that decide the signs: from the outcomes of the draws alone."""
    lines = []
    for headline in HEADLINES:
        own = outcomes[outcomes["headline"] == headline.code]
        months = int(own["leak_months"].max()) if len(own) else 0
        found = _numbers(headline, own["value"].to_numpy(float))
        lines.append({**found, "of_leak": own["of_leak"].median(), "leak_months": months})
    return pd.DataFrame(lines, columns=[name for name in COLUMNS if name not in OF_PARAMETERS])


def line(
    headline: Headline, values: np.ndarray, table: np.ndarray, names: Sequence[str]
) -> Mapping[str, object]:
    """The line of a headline with these differences by draw, and these values of parameters by draw."""
    return _numbers(headline, values) | _decided_by(sign_parameters(values, table, names))


def _numbers(headline: Headline, values: np.ndarray) -> dict[str, object]:
    known = values[~np.isnan(values)]
    return {
        "headline": headline.code,
        "name": headline.name,
        "unit": headline.unit,
        "window": headline.window,
        "draws": len(known),
        **{
            name: float(np.quantile(known, share)) if len(known) else np.nan
            for name, share in _QUANTILES.items()
        },
        **_sign(known),
    }


def _sign(known: np.ndarray) -> dict[str, object]:
    if not len(known):
        return {"sign": NONE, "share": np.nan}
    sign = np.sign(np.median(known))
    word = HIGHER if sign > 0 else LOWER if sign < 0 else NONE
    return {"sign": word, "share": float(np.mean(np.sign(known) == sign))}


def _decided_by(found: SignParameters) -> dict[str, object]:
    word = TOO_FEW if not found.told else NAMED if found.distances else NOTHING
    named = ";".join(f"{name}={distance:.2f}" for name, distance in found.distances.items())
    return {"sign_parameters": word, "parameters": named, "dummy": found.dummy}

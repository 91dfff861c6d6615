"""What the draws vary, and what they hold: an interval says nothing of what was held."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.analysis.uncertainty.joint_draws import JointDraws, sets_nothing

VARIED, COUNTRIES, YOURS, HELD = "varied", "varied by country", "held at your value", "held"
COLUMNS = ("parameter", "what", "median", "low90", "high90", "value", "unit", "meaning")


def varied(joint: JointDraws) -> pd.DataFrame:
    """A line for each parameter of the posterior, each value by country, and each parameter that is held.

    `median`, `low90` and `high90` are over the draws; `value` is that of a number that is held.
    """
    return pd.DataFrame([*_of_posterior(joint), *_by_country(joint), *_held(joint)], columns=list(COLUMNS))


def _of_posterior(joint: JointDraws) -> Iterator[dict[str, object]]:
    info = joint.resolved.base.parameter_info
    table = joint.posterior.draws()[: len(joint.draws)]
    for name, column in zip(joint.posterior.names, table.T, strict=True):
        known = info.get(".".join(name.split(".")[:2]))
        yield {
            "parameter": name,
            "what": YOURS if sets_nothing(joint, name) else VARIED,
            **dict(zip(("low90", "median", "high90"), np.quantile(column, (0.05, 0.5, 0.95)), strict=True)),
            "unit": known.unit if known else "multiple",
            "meaning": known.meaning if known else "a multiple of several numbers",
        }


def _by_country(joint: JointDraws) -> Iterator[dict[str, object]]:
    """Values of single countries, under one name each (`jurisdictions.*.adoption_pace`)."""
    countries: dict[str, set[str]] = {}
    for path in joint.draws[0].sets:
        part, *rest = path.split(".")
        if part == "jurisdictions":
            countries.setdefault(f"{part}.*.{rest[1]}", set()).add(rest[0])
    for name, codes in countries.items():
        yield {"parameter": name, "what": COUNTRIES, "meaning": f"a value for each of {len(codes)} countries"}


def _held(joint: JointDraws) -> Iterator[dict[str, object]]:
    posterior, base = joint.posterior, joint.resolved.base
    for path, setting in joint.held.items():
        if path not in posterior.names:
            yield {"parameter": path, "what": YOURS, "value": setting.value, "meaning": f"{setting.who}"}
    touched = {".".join(path.split(".")[:2]) for path in posterior.at(0)}
    for path, info in base.parameter_info.items():
        if path not in touched:
            value = info.value if isinstance(info.value, int | float) else ""
            yield {
                "parameter": path,
                "what": HELD,
                "value": value,
                "unit": info.unit,
                "meaning": info.meaning,
            }

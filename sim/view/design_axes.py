"""What the factors of a design are to a reader: who sets them, on which scale, in which order."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.analysis.factor_names import factor_name
from sim.scenario.factor_groups import EVERY
from sim.scenario.samples import POSTERIOR

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def definition(manifest: Mapping[str, Any], path: str) -> tuple[str, dict[str, Any]]:
    """The kind of a factor, and how the experiment defines its values; empty for what a fit draws."""
    design = _design(manifest)
    for role, word in (("uncertainties", "uncertainty"), ("levers", "lever")):
        given = design.get(role) or {}
        spec = next((given[name] for name in (path, path.split(".")[0], EVERY) if name in given), None)
        if isinstance(spec, dict):
            return word, {key: value for key, value in spec.items() if value is not None}
    return "", {}


def axis_name(manifest: Mapping[str, Any], path: str) -> str:
    """A factor as the title of an axis; multiples of the usual value say so."""
    _, spec = definition(manifest, path)
    return factor_name(path) + (", \N{MULTIPLICATION SIGN} usual" if "times" in spec else "")


def set_by_design(manifest: Mapping[str, Any], values: pd.DataFrame) -> list[str]:
    """The factors that vary and that the design itself sets, in its order.

    The draws of a fit are a sample of what the data leave open, drawn together: they are no factors that a
    chart could vary one at a time.
    """
    varied = [str(name) for name in values.columns if values[name].nunique() > 1]
    return [name for name in varied if not drawn_by_fit(manifest, name)]


def drawn_by_fit(manifest: Mapping[str, Any], path: str) -> bool:
    """Whether a factor's values are the draws of a fit, not set by the design."""
    return _design(manifest).get("method") == POSTERIOR and definition(manifest, path)[0] != "lever"


def is_ordered(values: "pd.Series[Any]") -> bool:
    """Whether a factor's values have an order, so that it has a low and a high end: numbers and days."""
    if pd.api.types.is_bool_dtype(values):
        return True
    return pd.api.types.is_numeric_dtype(values) or all(_DAY.fullmatch(str(one)) for one in values.unique())


def _design(manifest: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = manifest.get("scenario", {}).get("experiment", {}).get("design") or {}
    return found

"""Published projections, which the report draws beside its own numbers.

They are never fitted, and they are not of the same quantity.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from sim.runs.csv_tables import read_csv
from sim.scenario.locations import root

PROJECTIONS = Path("configs/evidence/projections.csv")


def projections() -> list[dict[str, Any]]:
    """The published projections, a row each."""
    rows: list[dict[str, Any]] = json.loads(read_csv(root() / PROJECTIONS).to_json(orient="records"))
    return rows


cached_projections = cache(projections)

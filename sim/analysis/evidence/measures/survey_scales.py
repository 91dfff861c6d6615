"""Scales from the model's trust to the points of a survey: each survey has its own.

A survey asks something else than how much its people trust US providers. `configs/evidence/survey_scales.csv`
says for each how its points go with points of the model's trust, and where that comes from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.scenario.csv_files import number, records
from sim.scenario.locations import root, shown
from sim.scenario.problems import InputError, choices
from sim.vocabulary import CHANNELS

SCALES = Path("configs/evidence/survey_scales.csv")
COLUMNS = ("scale", "channel", "offset", "slope", "slope_se", "residual", "source")


@dataclass(frozen=True)
class Scale:
    """Points of a survey are `offset` + `slope` x points of trust in a channel.

    `slope_se` is the standard error of the slope and `residual` the standard deviation, in points, of what
    the line leaves; both are nought where the scale is a judgement.
    """

    channel: str
    offset: float
    slope: float
    slope_se: float
    residual: float

    def points(self, trust: float) -> float:
        """What the survey would find at so much trust (points of 100)."""
        return self.offset + self.slope * trust


@cache
def survey_scales() -> Mapping[str, Scale]:
    """Every shipped scale by name. Raises InputError."""
    problems, out = list[str](), dict[str, Scale]()
    for line, row in records(root() / SCALES, COLUMNS, problems):
        where = f"{shown(root() / SCALES)}:{line}"
        if row["channel"] not in CHANNELS:
            problems.append(
                f"{where}: channel: unknown value '{row['channel']}'; {choices(row['channel'], CHANNELS)}"
            )
        numbers = [number(row[name], f"{where}: {name}", problems) for name in COLUMNS[2:6]]
        out[row["scale"]] = Scale(row["channel"], *numbers)
    if problems:
        raise InputError(problems)
    return out

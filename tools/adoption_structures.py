"""Which form of adoption predicts surveys that it did not see: `python -m tools.adoption_structures
[--write]`.

Each structure is a way to draw the curves of countries, and an experiment that runs the model with it. Scores
are on calibration rows alone, the surveys of 2014 to 2018: by time (curves of surveys to 2016 predict 2017
and 2018) and by country (curves of four fifths of the countries, and the first survey of the others, predict
the later ones of these). `--write` puts them into configs/posterior/structures.csv.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.stats import t as student

from sim.analysis.starting_levels.adoption import Bass, ceiling_of, common_bass
from sim.analysis.starting_levels.hierarchy import FREEDOM, Hierarchy, fit_hierarchy
from sim.analysis.starting_levels.national import SURVEYED, records_of
from sim.analysis.starting_levels.sources import Sources, read_sources
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import posterior_folder

FILE = "structures.csv"
FOLDS, LAST_SEEN, PARTICLES, SEED = 5, 2016, 1024, 20180101
Records = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True)
class Structure:
    """One form of adoption, its experiment, and what it assumes."""

    name: str
    experiment: str
    bass: Bass
    own_curves: bool
    note: str


def structures(sources: Sources) -> list[Structure]:
    """The form that ships, first, and those that were tried."""
    ships = common_bass(sources)
    weak, no_imitation = common_bass(sources, 0.115), Bass(0.05, 0.0)
    faster = replace(ships, acceleration=0.1)
    return [
        Structure("own pace and ceiling", "history", ships, True, "ships"),
        Structure(
            "one curve for all countries", "adoption_one_curve", ships, False,
            "countries differ by their level alone",
        ),
        Structure(
            "weak imitation", "adoption_weak_imitation", weak, True,
            "imitation 0.115 a year, by least squares from 2014 to 2016; shipped before",
        ),
        Structure(
            "no imitation", "adoption_no_imitation", no_imitation, True, "5% of the others adopt a year",
        ),
        Structure(
            "adoption speeds up", "adoption_speeds_up", faster, True,
            "for everybody, by a tenth of the pace of 2013 a year; ahead by time, behind by country",
        ),
    ]  # fmt: skip


def scored(sources: Sources, one: Structure) -> pd.DataFrame:
    """A line for each prediction: design, segment, CRPS in points of 100, log score."""
    lines = []
    for segment in SURVEYED:
        records, ceiling = records_of(sources, sources.uptake, segment), ceiling_of(sources, segment)
        for design, seen, asked in (*_by_time(records), *_by_country(records)):
            found = fit_hierarchy(seen, one.bass, ceiling, particles=PARTICLES)
            if not one.own_curves:
                found = _one_curve(found)
            for place, year, share in asked:
                if place in found.places:
                    lines.append((design, segment, *_score(found, place, year, share)))
    return pd.DataFrame(lines, columns=["design", "segment", "crps", "log_score"])


def _by_time(records: Records) -> Iterator[tuple[str, Records, list[tuple[str, int, float]]]]:
    seen = {place: {y: v for y, v in record.items() if y <= LAST_SEEN} for place, record in records.items()}
    yield (
        "by time",
        seen,
        [(p, y, v) for p, record in records.items() for y, v in record.items() if y > LAST_SEEN],
    )


def _by_country(records: Records) -> Iterator[tuple[str, Records, list[tuple[str, int, float]]]]:
    places = sorted(place for place, record in records.items() if record)
    for fold in range(FOLDS):
        held = frozenset(places[fold::FOLDS])
        seen = {
            place: {min(record): record[min(record)]} if place in held else record
            for place, record in records.items()
            if record
        }
        yield (
            "by country",
            seen,
            [(p, y, v) for p in held for y, v in records[p].items() if y != min(records[p])],
        )


def _one_curve(found: Hierarchy) -> Hierarchy:
    """The same countries with the mean pace and ceiling of each draw; only their levels differ."""
    paces = np.exp(np.mean([np.log(curves.pace) for curves in found.places.values()], axis=0))
    ceilings = np.mean([curves.ceiling for curves in found.places.values()], axis=0)
    places = {
        place: replace(curves, pace=paces, ceiling=ceilings, level=np.minimum(curves.level, 0.98 * ceilings))
        for place, curves in found.places.items()
    }
    return replace(found, places=places)


def _score(found: Hierarchy, place: str, year: int, share: float) -> tuple[float, float]:
    rng = np.random.default_rng([SEED, year, *place.encode()])
    centres, error = found.places[place].share(year, found.bass), found.common.error
    sample = np.sort(100.0 * (centres + error * rng.standard_t(FREEDOM, len(centres))))
    n, value = len(sample), 100.0 * share
    crps = np.abs(sample - value).mean() - (2.0 * np.arange(1, n + 1) - n - 1.0) @ sample / n**2
    density = np.mean(student.pdf(value, FREEDOM, 100.0 * centres, 100.0 * error))
    return float(crps), -float(np.log(max(density, 1e-300)))


def table(sources: Sources) -> pd.DataFrame:
    """A line for each structure and design."""
    lines = []
    for one in structures(sources):
        for design, group in scored(sources, one).groupby("design", sort=False):
            lines.append(
                {
                    "structure": one.name,
                    "experiment": one.experiment,
                    "design": design,
                    "rows": len(group),
                    "crps": round(float(group["crps"].mean()), 3),
                    "log_score": round(float(group["log_score"].mean()), 3),
                    "note": one.note,
                }
            )
    return pd.DataFrame(lines)


def main(words: list[str]) -> None:
    """Print the scores; with `--write` ship them."""
    found = table(read_sources(root() / CONFIGS))
    print(found.to_string(index=False))
    if "--write" in words:
        found.to_csv(posterior_folder() / FILE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

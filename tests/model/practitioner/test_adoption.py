"""Each country adopts at its own pace towards its own ceiling, as far as its record to 2018 says."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.starting_levels.adoption import Bass, bass_step, pooled_bass
from sim.analysis.starting_levels.national import SURVEYED, national_curves, results, surveyed_curves
from sim.analysis.starting_levels.sources import Sources, read_sources
from tests.model.small_worlds import base

CONFIGS = Path(__file__).parents[3] / "configs"
COUNTRIES = ("NL", "SE", "RO", "GR", "FI", "PL")


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources(CONFIGS)


def test_nothing_after_2018_and_no_broken_series_is_read(sources: Sources) -> None:
    assert max(year for _, _, year in sources.series) == 2018
    assert ("IT", "S", 2016) not in sources.series


@pytest.mark.parametrize("segment", SURVEYED)
def test_use_follows_the_record_that_set_it(sources: Sources, segment: str) -> None:
    """In 2018, in countries early and late, within five points; the model follows this curve (limits)."""
    p = base().parameters.adoption
    for code in COUNTRIES:
        where = base().jurisdictions[code]
        pace, ceiling = getattr(where.adoption_pace, segment), getattr(where.adoption_ceiling, segment)
        own = Bass(p.innovation * pace, p.imitation * pace)
        curve = bass_step(getattr(where.adoption_2013, segment), 5.0, ceiling, own)
        assert abs(curve - results(sources, sources.series, code, segment)[2018]) < 0.05, code


def test_a_short_record_is_shrunk_to_the_common_mean(sources: Sources) -> None:
    """Romania's paces lie between what its record alone would say and the mean; without it, at the mean."""
    bass = pooled_bass(sources).bass
    curves, commons = surveyed_curves(sources, bass)
    assert curves["RO", "small_firm"].pace < curves["NL", "small_firm"].pace
    without = {key: share for key, share in sources.series.items() if key[0] != "RO"}
    left = replace(sources, series=without)
    _, national = national_curves(left, bass)
    mean = surveyed_curves(left, bass)[1]["small_firm"].mean
    assert national["RO"]["small_firm"].pace == pytest.approx(np.exp(mean))
    assert 0.1 < commons["small_firm"].spread < 0.6

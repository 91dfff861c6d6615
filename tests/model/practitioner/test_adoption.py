"""Each country adopts at its own pace towards its own ceiling, as far as its record to 2018 says."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.starting_levels.adoption import Bass, bass_step
from sim.analysis.starting_levels.hierarchy import Hierarchy, fit_hierarchy
from sim.analysis.starting_levels.national import SURVEYED, records_of, results
from sim.analysis.starting_levels.sources import Sources, read_sources
from tests.model.small_worlds import base

CONFIGS = Path(__file__).parents[3] / "configs"
COUNTRIES = ("NL", "SE", "RO", "GR", "FI", "PL")
BASS = Bass(0.007, 0.35)
PACES = np.exp(np.linspace(-0.5, 0.5, 12))


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources(CONFIGS)


@pytest.fixture(scope="module")
def planted() -> Hierarchy:
    """Twelve countries of known pace, a thirteenth with one survey."""
    records = {
        f"P{k}": {
            year: bass_step(0.15, year - 2013, 0.8, Bass(0.007 * pace, 0.35 * pace))
            for year in (2014, 2016, 2018)
        }
        for k, pace in enumerate(PACES)
    }
    return fit_hierarchy({**records, "ONE": {2014: 0.2}, "NONE": {}}, BASS, 0.8, draws=200, particles=1024)


def test_nothing_after_2018_is_read_and_no_series_over_a_break(sources: Sources) -> None:
    assert max(year for _, _, year in sources.uptake) == 2018
    assert {year for geo, _, year in sources.uptake if geo == "IT"} == {2016, 2018}


@pytest.mark.parametrize("segment", SURVEYED)
def test_use_follows_the_record_that_set_it(sources: Sources, segment: str) -> None:
    """In 2018, in countries early and late, within five points; the model follows this curve (limits)."""
    p = base().parameters.adoption
    for code in COUNTRIES:
        where = base().jurisdictions[code]
        pace, ceiling = getattr(where.adoption_pace, segment), getattr(where.adoption_ceiling, segment)
        own = Bass(p.innovation * pace, p.imitation * pace)
        curve = bass_step(getattr(where.adoption_2013, segment), 5.0, ceiling, own)
        assert abs(curve - results(sources, sources.uptake, code, segment)[2018]) < 0.05, code


def test_the_hierarchy_finds_planted_paces(planted: Hierarchy) -> None:
    logs = np.array([np.log(planted.places[f"P{k}"].pace) for k in range(len(PACES))])
    low, high = np.quantile(logs, [0.05, 0.95], axis=1)
    inside = (low <= np.log(PACES)) & (np.log(PACES) <= high)
    assert inside.sum() >= 10
    assert np.corrcoef(logs.mean(1), np.log(PACES))[0, 1] > 0.95
    assert 0.1 < np.median(planted.common.pace_spread) < 0.7
    assert min(planted.effective.values()) > 3


def test_a_country_with_one_survey_has_the_whole_width_of_the_common_distribution(planted: Hierarchy) -> None:
    alone, common = planted.places["ONE"], planted.common
    width = np.hypot(np.median(common.pace_spread), np.std(common.pace))
    assert np.std(np.log(alone.pace)) == pytest.approx(width, rel=0.3)
    assert np.std(np.log(planted.places["P5"].pace)) < 0.8 * np.std(np.log(alone.pace))
    assert "NONE" not in planted.places
    # and a level as far from its survey as the error of a survey allows
    assert np.median(alone.share(2014.0, BASS)) == pytest.approx(0.2, abs=0.02)


def test_a_fit_is_the_same_whichever_countries_come_first(sources: Sources) -> None:
    records = records_of(sources, sources.uptake, "small_firm")
    few = {geo: records[geo] for geo in ("DE", "NL", "PL")}
    one = fit_hierarchy(few, BASS, 0.79, draws=20, particles=256)
    other = fit_hierarchy(dict(reversed(few.items())), BASS, 0.79, draws=20, particles=256)
    for geo in few:
        np.testing.assert_allclose(one.places[geo].pace, other.places[geo].pace)

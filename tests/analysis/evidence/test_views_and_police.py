"""Surveys of the public and requests of police, on tables small enough to work out by hand."""

import math

import pytest

from sim.analysis.evidence.measures import surveys
from sim.analysis.evidence.measures.survey_scales import Scale, survey_scales
from tests.analysis.evidence.small_tables import cells, of_police, read

GROWTH = {"first": "2013", "last": "2014"}
TO_US = {"direction": "foreign_to_us"}


@pytest.fixture(autouse=True)
def half_a_point(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scale on which a point of trust is half a point of the survey, above ten points."""
    scales = {"half": Scale("intelligence", 10.0, 0.5, 0.1, 3.0)}
    monkeypatch.setattr(surveys, "survey_scales", lambda: scales)


def falling(month: str, country: str, segment: str) -> float:
    """Consumers' trust: 0.8, and in 2014 0.6 in Germany and 0.78 elsewhere; that of others counts nothing."""
    if segment != "consumer":
        return 0.1
    return 0.8 if month < "2014" else {"DE": 0.6}.get(country, 0.78)


def test_a_survey_is_read_off_trust_on_its_own_scale_and_a_change_needs_no_offset() -> None:
    run = cells(trust_intelligence=falling)
    level = read("survey_level", run, "DE", "consumer", "2013-04", scale="half")
    change = read("survey_change", run, "DE", "consumer", "2013-04", "2014-04", scale="half")
    assert level == pytest.approx(10.0 + 0.5 * 80.0) and change == pytest.approx(-10.0)


def test_medians_and_falls_count_countries_and_not_people() -> None:
    run = cells(trust_intelligence=falling)
    assert read("survey_median", run, "world", "consumer", "2014-04", scale="half") == pytest.approx(49.0)
    for points, share in (("0.5", 100.0), ("4", 25.0), ("20", 0.0)):
        fell = {"scale": "half", "points": points}
        assert read("survey_falls", run, "world", "consumer", "2013-04", "2014-04", **fell) == share


def test_every_shipped_scale_has_a_channel_and_a_slope_of_its_own() -> None:
    scales = survey_scales()
    assert all(scale.channel in ("intelligence", "law_enforcement") for scale in scales.values())
    assert scales["freedoms"].points(80.0) == 80.0
    assert 0.0 < scales["favourability_change"].slope < scales["favourability"].slope


def test_growth_of_requests_is_a_yearly_rate_and_missing_from_nought() -> None:
    run = of_police(
        asked=lambda month, direction, country, route: 12.0 if month >= "2014" else 10.0,
        other=0.0, answered=0.0, succeeded=0.0,
    )  # fmt: skip
    assert read("requests_growth", run, "DE", **GROWTH, **TO_US, route="mla") == pytest.approx(20.0)
    assert read("requests_share", run, "DE", **TO_US) == pytest.approx(25.0)
    none = of_police(0.0, 0.0, 0.0, 0.0)
    assert math.isnan(read("requests_growth", none, "DE", **GROWTH, **TO_US, route="mla"))


def test_police_are_asked_about_content_and_other_data_together() -> None:
    run = of_police(
        asked=5.0,
        other=lambda month, country: 90.0 if month < "2014" else 140.0,
        answered=45.0,
        succeeded=lambda month, direction, country, route: 1.0 if route == "direct" else 3.0,
    )
    # a month: 5 by each of two routes and 90 of other data, then 140
    assert read("police_requests_growth", run, "DE", **GROWTH) == pytest.approx(50.0)
    assert read("police_answered", run, "DE") == pytest.approx(50.0)
    assert read("police_content", run, "DE") == pytest.approx(10.0)
    assert read("police_content", run, "DE", of="all") == pytest.approx(1.0)

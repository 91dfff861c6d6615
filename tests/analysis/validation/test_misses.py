"""Usual misses: what a forecaster with draws of its own adds to the source's error."""

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.evidence.rows import Row
from sim.analysis.validation.misses import UsualMisses
from tests.analysis.validation.small_rows import rows


@pytest.fixture
def surveys(tmp_path: Path) -> dict[str, Row]:
    """Four countries with an error of 1.5 each, one survey of another population, one of another quantity."""
    r = {code: {"place": code, "value": 20} for code in ("DE", "FR", "IT", "ES")}
    r["small"] = {"place": "DE", "value": 20, "population": "small_firm"}
    r["share"] = {
        "measure": "market_share", "place": "eu", "population": "organisations", "value": 20, "year": "2017",
        "arguments": "of=home_grown", "se": "4",
    }  # fmt: skip
    return rows(tmp_path, **r)


def _misses(surveys: dict[str, Row], *said: float) -> UsualMisses:
    """Of a forecaster that said these of the four countries, without spread."""
    values = dict(zip(("DE", "FR", "IT", "ES"), said, strict=True))
    seen = [surveys[code] for code in values]
    return UsualMisses(seen, lambda row: np.full(8, values[row.id]))


def test_misses_beyond_the_sources_errors_widen_the_forecast(surveys: dict[str, Row]) -> None:
    misses = _misses(surveys, 26.0, 14.0, 26.0, 14.0)
    assert misses.of(surveys["DE"]) == pytest.approx(np.sqrt(36.0 - 1.5**2))
    assert misses.error(surveys["DE"]) == pytest.approx(6.0)


def test_misses_that_the_sources_errors_explain_add_nothing(surveys: dict[str, Row]) -> None:
    misses = _misses(surveys, 21.0, 19.0, 21.0, 19.0)
    assert misses.of(surveys["DE"]) == 0.0 and misses.error(surveys["DE"]) == 1.5


def test_the_spread_of_the_draws_explains_misses_too(surveys: dict[str, Row]) -> None:
    wide = np.array([12.0, 40.0])  # mean 26, standard deviation 14
    misses = UsualMisses([surveys[code] for code in ("DE", "FR", "IT")], lambda row: wide)
    assert misses.of(surveys["DE"]) == 0.0


def test_what_was_not_seen_has_the_misses_of_its_quantity_or_of_all_in_standard_errors(
    surveys: dict[str, Row],
) -> None:
    misses = _misses(surveys, 26.0, 14.0, 26.0, 14.0)
    ratio = misses.of(surveys["DE"]) / 1.5
    assert misses.of(surveys["small"]) == pytest.approx(ratio * 1.5)
    assert misses.of(surveys["share"]) == pytest.approx(ratio * 4.0)


def test_where_nothing_was_seen_the_sources_error_is_all(surveys: dict[str, Row]) -> None:
    assert UsualMisses([], lambda row: None).error(surveys["share"]) == 4.0

"""Rivals: what each says, where it is defined, and that it sees nothing that it must not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.evidence.measures.window import window
from sim.analysis.starting_levels.adoption import Bass, bass_step
from sim.analysis.validation.hierarchical import hierarchical_bass
from sim.analysis.validation.rivals import BASS, COVARIATES, HIERARCHY, NO_CHANGE, TREND, Field
from sim.analysis.validation.series import earlier, year_of
from tests.analysis.validation.small_rows import history, rows

CEILINGS = {"small_firm": 0.79, "enterprise": 0.9, "regulated": 0.85}
EUROPE = ("DE", "FR", "SE", "IE", "FI", "NL", "PL", "ES", "PT", "GR", "HU", "RO")
SHARE = {
    "measure": "provider_share",
    "place": "world",
    "population": "",
    "se": 2,
    "arguments": "provider=aws",
}


def field(seen: list[object], known: list[object]) -> Field:
    return Field(tuple(seen), tuple(known), CEILINGS)


def test_a_series_is_one_measure_place_population_and_arguments_and_only_what_came_before(
    tmp_path: Path,
) -> None:
    r = rows(
        tmp_path,
        a={"value": 10, "year": "2014-01"},
        b={"value": 14, "year": "2016-01"},
        other_place={"value": 1, "place": "FR"},
        other_population={"value": 1, "population": "enterprise"},
        bound={"value": 1, "bound": "ge", "year": "2015-01"},
        now={"value": 20, "year": "2018-01"},
        same_time={"value": 1, "year": "2018-01"},
        later={"value": 1, "year": "2020-01"},
    )
    assert [one.id for one in earlier(r["now"], r.values())] == ["a", "b"]
    assert year_of(r["b"]) - year_of(r["a"]) == pytest.approx(2.0)


def test_no_change_and_trend_continue_what_they_have_with_its_error(tmp_path: Path) -> None:
    r = rows(
        tmp_path,
        **{
            f"y{year}": {**SHARE, "value": value, "year": f"{year}-Q2"}
            for year, value in ((2013, 41), (2014, 46), (2015, 54))
        },
    )
    made = field([r["y2013"], r["y2014"]], list(r.values())).forecasts(list(r.values()))
    assert set(made) == {
        ("y2014", NO_CHANGE),
        ("y2015", NO_CHANGE),
        ("y2015", TREND),
    }  # the first has nothing to go by, and a share has no Bass curve
    # the year before it missed by 5, where the sources' errors alone make sqrt(8): it is wont to miss by the
    # rest as well
    assert made["y2015", NO_CHANGE].mean == 46 and made["y2015", NO_CHANGE].sd == pytest.approx(5.0)
    # a line through two values weighs them -1 and 2
    assert made["y2015", TREND].mean == pytest.approx(51) and made["y2015", TREND].sd == pytest.approx(
        2 * np.sqrt(1 + 4 + 1)
    )


def test_a_line_through_three_values_is_least_squares(tmp_path: Path) -> None:
    values = {2010: 1.0, 2011: 4.0, 2012: 5.0, 2014: 9.0}
    r = rows(
        tmp_path,
        **{f"y{year}": {**SHARE, "value": value, "year": f"{year}-Q2"} for year, value in values.items()},
    )
    made = field([], list(r.values())).forecasts([r["y2014"]])["y2014", TREND]
    slope, constant = np.polyfit([2010, 2011, 2012], [1.0, 4.0, 5.0], 1)
    assert made.mean == pytest.approx(constant + slope * 2014)


def test_the_bass_curve_is_found_again_and_continued_from_the_country_that_no_fit_saw(tmp_path: Path) -> None:
    truth, lines = Bass(0.015, 0.2), {}
    for code, start in (("DE", 0.08), ("FR", 0.15), ("SE", 0.4), ("FI", 0.5), ("IE", 0.3)):
        lines[f"{code}_2014"] = {"place": code, "value": 100 * start}
        lines[f"{code}_2016"] = {
            "place": code,
            "value": 100 * bass_step(start, 2.0, 0.79, truth),
            "year": "2016-01",
        }
    r = rows(tmp_path, **lines)
    seen = [row for row in r.values() if row.place.name != "IE"]
    made = field(seen, [*seen, r["IE_2014"]]).forecasts([r["IE_2014"], r["IE_2016"]])
    assert ("IE_2014", BASS) not in made and made["IE_2016", BASS].mean == pytest.approx(
        r["IE_2016"].value, abs=0.05
    )
    # no change is wont to miss by what the countries seen grew by, in proportion to the years ahead
    grown = [r[f"{code}_2016"].value - r[f"{code}_2014"].value for code in ("DE", "FR", "SE", "FI")]
    assert made["IE_2016", NO_CHANGE].sd == pytest.approx(np.sqrt(np.mean(np.square(grown))))
    later = replace(r["IE_2016"], id="IE_2018", first=window("2018-01"), last=window("2018-01"))
    far = field(seen, [*seen, r["IE_2014"]]).forecasts([later])["IE_2018", NO_CHANGE]
    beyond = np.mean(np.square(grown)) - 2 * 1.5**2
    assert far.sd == pytest.approx(np.sqrt(4 * beyond + 2 * 1.5**2))


def test_what_is_forecast_never_shapes_the_forecast(tmp_path: Path) -> None:
    made = []
    for wild in (15, 70):
        values = {2014: 10, 2016: 15}
        lines = {
            f"{code}_{year}": {"place": code, "value": v, "year": f"{year}-01"}
            for code in ("DE", "FR", "SE", "IE")
            for year, v in values.items()
        }
        r = rows(tmp_path, **(lines | {"IE_2016": lines["IE_2016"] | {"value": wild}}))
        forecasts = field([row for row in r.values() if row.place.name != "IE"], list(r.values())).forecasts(
            [r["IE_2016"]]
        )
        made.append({name: (one.mean, one.sd) for (_, name), one in forecasts.items()})
    assert made[0] == made[1] and set(made[0]) == {NO_CHANGE, BASS}


def test_too_few_steps_give_no_bass_curve_and_a_bound_no_forecast(tmp_path: Path) -> None:
    r = rows(
        tmp_path,
        a={"value": 10},
        b={"value": 15, "year": "2016-01"},
        c={"value": 15, "bound": "ge", "year": "2018-01"},
    )
    assert set(field([r["a"], r["b"]], list(r.values())).forecasts(list(r.values()))) == {("b", NO_CHANGE)}


def test_the_ceilings_are_those_of_the_segments() -> None:
    assert history().segments["small_firm"].adoption_ceiling == CEILINGS["small_firm"]


def test_the_regression_finds_what_growth_depends_on_and_forecasts_a_country_it_never_saw(
    tmp_path: Path,
) -> None:
    countries = {code: history().jurisdictions[code] for code in EUROPE}
    wealth = {code: np.log(one.gdp_2013 / one.online_people_2013) for code, one in countries.items()}
    lines = {
        f"{code}_{year}": {
            "place": code,
            "value": 20 + (year - 2014) * 2 * wealth[code],
            "year": f"{year}-01",
        }
        for code in EUROPE
        for year in (2014, 2016, 2018)
    }
    r = rows(tmp_path, **lines)
    seen = [row for row in r.values() if row.place.name != "NL"]
    known = [*seen, r["NL_2014"]]
    made = Field(tuple(seen), tuple(known), CEILINGS, countries).forecasts([r["NL_2018"]])
    assert made["NL_2018", COVARIATES].mean == pytest.approx(r["NL_2018"].value, abs=1.5)
    # without enough steps there is none
    few = Field(tuple(seen[:6]), tuple(known), CEILINGS, countries).forecasts([r["NL_2018"]])
    assert ("NL_2018", COVARIATES) not in few and ("NL_2018", NO_CHANGE) in few


def test_a_rival_with_draws_of_its_own_has_the_error_of_the_source_around_each(tmp_path: Path) -> None:
    r = rows(tmp_path, a={"value": 10}, bound={"value": 10, "bound": "ge"})
    ensemble = {HIERARCHY: lambda row: np.array([8.0, 12.0])}
    made = Field((), (), CEILINGS, ensembles=ensemble).forecasts(list(r.values()))
    assert set(made) == {("a", HIERARCHY)}
    assert made["a", HIERARCHY].mean == 10.0 and made["a", HIERARCHY].sd == 1.5


def test_hierarchical_curves_find_a_country_that_is_faster_than_the_rest_and_widen_where_little_is_known(
    tmp_path: Path,
) -> None:
    pace = dict.fromkeys(EUROPE, 1.0) | {"DE": 2.0}
    lines = {
        f"{code}_{year}": {
            "place": code,
            "value": 100 * bass_step(0.1, year - 2014, 0.79, Bass(0.015 * pace[code], 0.2 * pace[code])),
            "year": f"{year}-01",
        }
        for code in EUROPE
        for year in (2014, 2016, 2018, 2021)
    }
    r = rows(tmp_path, **lines)
    seen = [row for name, row in r.items() if "2021" not in name and name not in ("NL_2016", "NL_2018")]
    ensemble = hierarchical_bass(seen, CEILINGS)
    fast, usual, little = (ensemble(r[f"{code}_2021"]) for code in ("DE", "FR", "NL"))
    assert fast is not None and usual is not None and little is not None
    pooled = field(seen, seen).forecasts([r["DE_2021"]])["DE_2021", BASS].mean
    assert abs(fast.mean() - r["DE_2021"].value) < 0.5 * abs(pooled - r["DE_2021"].value)
    assert usual.mean() == pytest.approx(r["FR_2021"].value, abs=2.5)
    assert little.std() > 1.5 * usual.std()
    assert ensemble(rows(tmp_path, other={**SHARE, "value": 1})["other"]) is None


def test_no_change_says_of_a_change_in_points_that_there_is_none_and_how_wrong_it_is_wont_to_be(
    tmp_path: Path,
) -> None:
    change = {"measure": "adoption_change", "unit": "points", "se": 1, "from": "2014-01"}
    r = rows(
        tmp_path,
        DE={**change, "value": 4, "to": "2016-01"},
        FR={**change, "value": -4, "to": "2016-01", "place": "FR"},
        IE={**change, "value": 6, "to": "2018-01", "place": "IE"},
    )
    seen = [r["DE"], r["FR"]]
    made = field(seen, seen).forecasts([r["IE"]])
    assert set(made) == {("IE", NO_CHANGE)} and made["IE", NO_CHANGE].mean == 0.0
    # within two years it missed by 4, of which the source explains 1; within four years twice that
    assert made["IE", NO_CHANGE].sd == pytest.approx(np.hypot(1.0, 2.0 * np.sqrt(15.0)))

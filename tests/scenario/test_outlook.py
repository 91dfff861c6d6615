"""The first month is that of the configuration; months after the record need an outlook."""

from typing import Any

import pytest

from sim.model.market import market_trends
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve

OUTLOOKS = sorted(load_base(root() / CONFIGS).outlooks)


def problems(*sets: str) -> str:
    with pytest.raises(InputError) as error:
        resolve("two_worlds", sets=sets)
    return "\n".join(error.value.problems)


@pytest.mark.parametrize("first", ["2014-01", "2020-03", "2000-01", "2012-12"])
def test_another_first_month_is_refused(first: str) -> None:
    assert f"--set: horizon.first: {first}" in problems(f"horizon.first={first}")


@pytest.mark.parametrize("last", ["2026-01", "2027-12", "2030-12"])
def test_a_later_end_needs_an_outlook(last: str) -> None:
    words = problems(f"horizon.last={last}")
    assert "the record ends in 2025-12" in words
    assert all(outlook in words for outlook in OUTLOOKS)


@pytest.mark.parametrize("outlook", OUTLOOKS)
def test_no_outlook_goes_beyond_2030(outlook: str) -> None:
    words = problems("horizon.last=2035-12", f"outlook={outlook}")
    assert "2035-12 is after 2030-12, the last month of every outlook" in words


def test_an_unknown_outlook_is_refused_with_those_there_are() -> None:
    assert "trends_continue" in problems("outlook=trends_kontinue", "horizon.last=2030-12")


@pytest.mark.parametrize("outlook", OUTLOOKS)
def test_tables_go_on_as_the_outlook_says(outlook: str) -> None:
    scenario = resolve("two_worlds", sets=(f"outlook={outlook}", "horizon.last=2030-12")).scenarios[
        "doj_wins"
    ]
    said = load_base(root() / CONFIGS).outlooks[outlook].volume_growth
    growth = market_trends(scenario).yearly_growth
    for year, value in said.items():
        months = [m for m in range(scenario.months) if scenario.month_start(m).year == int(year)]
        assert {float(growth[m]) for m in months} == {value}


def test_the_years_of_the_record_do_not_depend_on_the_outlook() -> None:
    def recorded(**more: Any) -> list[float]:
        sets = tuple(f"{name}={value}" for name, value in more.items())
        scenario = resolve("two_worlds", sets=sets).scenarios["doj_wins"]
        growth: list[float] = market_trends(scenario).volume[:156].tolist()
        return growth

    assert recorded(outlook="growth_slows", **{"horizon.last": "2030-12"}) == recorded()


def test_every_assumption_has_a_source() -> None:
    for outlook in load_base(root() / CONFIGS).outlooks.values():
        assert all(assumption.source for assumption in outlook.assumptions)

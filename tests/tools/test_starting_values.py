"""Starting values follow from the sources alone, and the committed files are up to date."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from sim.analysis.starting_levels.adoption import Bass, bass_step, common_bass
from sim.analysis.starting_levels.sources import USABLE_ROLES, Sources, read_sources
from tools.starting_values.__main__ import world_files
from tools.starting_values.market import european_providers_share, market_history
from tools.starting_values.parameter_values import derived
from tools.starting_values.trust import freedoms_from_favourable, initial_trust
from tools.starting_values.world import starting_world

CONFIGS = Path(__file__).parents[2] / "configs"


@pytest.fixture(scope="module")
def sources() -> Sources:
    return read_sources(CONFIGS)


@pytest.mark.long
def test_computing_again_gives_the_committed_files(sources: Sources) -> None:
    for name, text in world_files(starting_world(sources)).items():
        assert (CONFIGS / "world" / name).read_text(encoding="utf-8") == text, (
            f"{name} is not what the sources give: run the command with --write"
        )


def test_no_starting_value_rests_on_a_row_that_is_only_for_validation_or_context(sources: Sources) -> None:
    usable = {row: said for row, said in sources.evidence.items() if said["role"] in USABLE_ROLES}
    assert {"K10", "T24a", "L04", "K20a"}.isdisjoint(usable)
    without = replace(sources, evidence=usable)
    assert world_files(starting_world(without)) == world_files(starting_world(sources))
    assert list(derived(without, starting_world(without))) == list(derived(sources, starting_world(sources)))


@pytest.mark.parametrize("row", ["K10", "L04", "S01", "K27"])
def test_a_forbidden_row_is_refused_by_name(sources: Sources, row: str) -> None:
    with pytest.raises(ValueError, match=row):
        sources.numbers(row)


def test_a_usable_row_does_change_the_world(sources: Sources) -> None:
    changed = {**sources.evidence, "KM1": {**sources.evidence["KM1"], "value": "12"}}
    assert starting_world(replace(sources, evidence=changed)).segments != starting_world(sources).segments


def test_aggregates_are_not_read(sources: Sources) -> None:
    assert {"EU28", "EU27_2020", "EU15", "EA"}.isdisjoint(geo for geo, _, _ in sources.uptake)
    assert sources.uptake["GB", "10+", 2014] == pytest.approx(0.24, abs=0.01)


def test_the_bass_step_follows_its_equation_and_runs_backwards() -> None:
    bass, ceiling, share = Bass(0.02, 0.3), 0.8, 0.1
    rate = (bass_step(share, 1e-6, ceiling, bass) - share) / 1e-6
    assert rate == pytest.approx(
        (bass.innovation + bass.imitation * share / ceiling) * (ceiling - share), rel=1e-4
    )
    assert bass_step(bass_step(share, 3, ceiling, bass), -3, ceiling, bass) == pytest.approx(share)
    assert bass_step(share, 500, ceiling, bass) == pytest.approx(ceiling)


@pytest.mark.parametrize("imitation", [0.115, 0.35])
def test_the_common_curve_starts_at_launch_and_meets_2014(sources: Sources, imitation: float) -> None:
    first = [share for (_, size, year), share in sources.uptake.items() if (size, year) == ("10+", 2014)]
    bass = common_bass(sources, imitation)
    assert bass.imitation == imitation
    assert bass_step(0.0, 8.0, 0.79, bass) == pytest.approx(sum(first) / len(first))


def test_the_market_passes_through_its_releases_and_grows_every_year(sources: Sources) -> None:
    history = market_history(sources)
    assert (
        history.rate(2014.25) == pytest.approx(14.5)
        and history.rate(2015.875) == pytest.approx(28)
        and history.rate(2025.5) == pytest.approx(419)
    )
    assert all(
        later > earlier for earlier, later in pairwise(history.rate(year) for year in range(2013, 2027))
    )


def test_european_providers_share_meets_both_measurements_and_was_higher_before(sources: Sources) -> None:
    assert european_providers_share(sources, 2017.5) == pytest.approx(0.29)
    assert european_providers_share(sources, 2022.5) == pytest.approx(0.15)
    assert 0.29 < european_providers_share(sources, 2013.0) < 0.6


def test_trust_is_what_people_said_where_they_were_asked_and_says_how_where_not(sources: Sources) -> None:
    trust, line = initial_trust(sources), freedoms_from_favourable(sources)
    assert trust["DE"][0] == pytest.approx(0.807) and trust["TR"][0] == pytest.approx(0.484)
    assert line.countries == 25 and line.correlation == pytest.approx(0.78, abs=0.01)
    assert trust["IN"][0] == pytest.approx(line.at(0.56)) and "favourability" in trust["IN"][1]
    assert trust["AT"][0] == trust["DE"][0] and "S30" in trust["AT"][1]
    assert trust["SE"][0] == pytest.approx((0.807 + 0.802 + 0.754) / 3) and "mean of" in trust["SE"][1]


def test_volume_price_and_users_multiply_to_the_market(sources: Sources) -> None:
    world = starting_world(sources)
    numbers = {d.name: d.value for d in derived(sources, world)}
    inputs = {d.name: d.inputs for d in derived(sources, world)}
    users = float(inputs["market.volume_growth.2013"].split("users ")[1].split("%")[0]) / 100
    product = (1 + numbers["market.volume_growth.2013"]) * (1 + users) * (1 - numbers["market.price_decline"])
    assert product == pytest.approx(1 + market_history(sources).growth(2013), rel=2e-3)

"""What a law, an offer and its closing do to where customers may be."""

from pathlib import Path

import numpy as np
import pytest

from sim.model.agents.governments import AGREEMENT
from sim.model.agents.us_providers import Provider
from sim.model.kernels.codes import CONSUMER
from sim.model.kernels.deadlines import enforce
from sim.model.places import CUSTOMER_KEYS, LOCAL_REGION, US_REGION, us_place
from sim.model.world import WorldSet
from sim.scenario.canonical import surviving_events
from tests.model.small_worlds import (
    AT,
    NO_GOVERNMENTS,
    NO_PROVIDERS,
    asked,
    experiment_file,
    has_run,
    ruled,
    without_record,
    world_set,
)


def _without_governments(last: str = "2020-12") -> WorldSet:
    resolved = asked(*NO_GOVERNMENTS, *NO_PROVIDERS, last=last, customers=6000)
    return has_run(resolved, worlds=["doj_wins"])


@pytest.fixture(scope="module")
def with_the_timeline_alone() -> WorldSet:
    return _without_governments()


def test_customers_are_looked_for_only_where_a_law_expels_more_of_them_than_last_month() -> None:
    """A share that is barred before and after is expelled; a standing or repealed law expels nobody.

    A law that comes back does.
    """
    expelled, expels, then = (
        np.zeros((1, 1, 2), np.float32),
        np.zeros((1, 1), np.bool_),
        np.zeros((1, 1, 2), np.float32),
    )
    seen = []
    for share in (
        0.0,
        0.5,
        0.5,
        0.5,
        0.8,
        0.8,
        0.2,
        0.8,
        0.8,
    ):  # a grace of one month: what was barred last month and still is
        enforce(np.array([[[share, 0.0]]], np.float32), then, expelled, expels)
        seen.append((round(float(expelled[0, 0, 0]), 3), bool(expels[0, 0])))
    assert seen == [
        (0, False),
        (0, False),
        (0.5, True),
        (0.5, False),
        (0.5, False),
        (0.8, True),
        (0.2, False),
        (0.2, False),
        (0.8, True),
    ]


def test_after_the_grace_period_nobody_is_left_where_the_law_forbids(
    with_the_timeline_alone: WorldSet,
) -> None:
    """Russia's law removes Russian organisations from all US regions within the grace period; of consumers
    it removes the few whom it is judged to bind."""
    ws = with_the_timeline_alone
    model, cells = ws.models[0], ws.population.cells
    j = list(model.scenario.jurisdictions).index("RU")
    law = model.books.laws[:, j, 3]
    acts = int(np.argmax(law))
    assert law[acts:].all()
    in_us_regions = model.books.cell[:, :, [AT["tb_us_region"], AT["tb_local_region"]]].sum(axis=2)
    russian, consumers = cells.jurisdiction == j, cells.segment == CONSUMER
    abroad = in_us_regions[:, russian & ~consumers].sum(axis=1)
    grace = int(model.scenario.parameters.choice.grace_months)
    assert abroad[acts + grace - 2] > 0.0
    assert np.all(abroad[acts + grace + 1 :] == 0.0)
    private = in_us_regions[:, russian & consumers].sum(axis=1)
    assert private[acts + grace + 1] > 0.8 * private[acts]


def test_the_grace_period_has_the_length_that_the_parameter_says(with_the_timeline_alone: WorldSet) -> None:
    """A law from month m with 12 months of grace: renewals leave from m on, all others in m + 12."""
    model, cells = with_the_timeline_alone.models[0], with_the_timeline_alone.population.cells
    j = list(model.scenario.jurisdictions).index("RU")
    acts, grace = (
        int(np.argmax(model.books.laws[:, j, 3])),
        int(model.scenario.parameters.choice.grace_months),
    )
    forced = model.books.cell[:, cells.jurisdiction == j, AT["forced"]].sum(axis=1)
    assert not forced[:acts].any()
    assert forced[acts : acts + grace].any()
    assert forced[acts + grace] > 0.0
    assert not forced[acts + grace + 1 :].any()


def test_nobody_is_forced_but_by_a_law_in_force(with_the_timeline_alone: WorldSet) -> None:
    model = with_the_timeline_alone.models[0]
    cells = with_the_timeline_alone.population.cells
    forced = model.books.cell[:, :, AT["forced"]]
    localised = model.books.laws[:, :, 1:4].max(axis=2)
    assert forced.sum() > 0.0
    for month, c in np.argwhere(forced > 0.0):
        assert localised[month, cells.jurisdiction[c]] > 0.0


def test_only_customers_of_a_country_that_localises_are_forced(with_the_timeline_alone: WorldSet) -> None:
    ws = with_the_timeline_alone
    codes = list(ws.models[0].scenario.jurisdictions)
    forced = ws.models[0].books.cell[:, :, AT["forced"]].sum(axis=0)
    countries = {codes[j] for j in ws.population.cells.jurisdiction[forced > 0.0]}
    assert countries <= {"RU", "CN", "IN"}


def test_supervised_segments_alone_feel_a_sector_law() -> None:
    """In a country whose only law binds regulated firms and the public sector nobody else is forced.

    Were there a region in India in time, as there was, nobody at all would be.
    """
    scenario = asked(*NO_GOVERNMENTS, *NO_PROVIDERS, last="2021-12").scenarios["doj_wins"]
    ws = WorldSet([without_record(scenario)], 3)  # a seed with a regulated firm that is abroad
    ws.run()
    codes, cells = list(ws.models[0].scenario.jurisdictions), ws.population.cells
    laws = ws.models[0].books.laws
    forced = ws.models[0].books.cell[:, :, AT["forced"]].sum(axis=0)
    india = cells.jurisdiction == codes.index("IN")
    assert forced[india & (cells.segment >= 3)].sum() > 0.0
    for j in range(len(codes)):
        if not laws[:, j, 3].any():
            assert np.all(forced[(cells.jurisdiction == j) & (cells.segment < 3)] == 0.0), codes[j]


def _with_a_sovereign_offer() -> tuple[WorldSet, int]:
    """A world where all of Germany is at Microsoft with customer-held keys, which it then offers."""
    ws = world_set(
        asked(*NO_GOVERNMENTS, *NO_PROVIDERS, "switching.between_providers=1000", last="2016-06"),
        worlds=["doj_wins"],
    )
    model, customers = ws.models[0], ws.customers
    germany = list(model.scenario.jurisdictions).index("DE")
    model.offers.live[0, germany, CUSTOMER_KEYS] = True
    place = us_place(0, CUSTOMER_KEYS)
    customers.place[ws.population.cells.jurisdiction[ws.population.cell] == germany] = place
    for c in np.flatnonzero(ws.population.cells.jurisdiction == germany):
        customers.stock[0, c] = 0
        customers.stock[0, c, place] = customers._endowment[0, c]
    return ws, germany


def test_an_offer_closed_to_new_customers_keeps_those_it_has() -> None:
    ws, germany = _with_a_sovereign_offer()
    for _ in range(3):
        ws.step()
    ws.models[0].offers.live[0, germany, CUSTOMER_KEYS] = False
    ws.run()
    of_germany = ws.population.cells.jurisdiction[ws.population.cell] == germany
    assert np.all(ws.customers.place[of_germany] == us_place(0, CUSTOMER_KEYS))


def test_an_offer_that_stays_open_keeps_its_customers() -> None:
    """The other half of the test above."""
    ws, germany = _with_a_sovereign_offer()
    ws.run()
    of_germany = ws.population.cells.jurisdiction[ws.population.cell] == germany
    assert np.all(ws.customers.place[of_germany] == us_place(0, CUSTOMER_KEYS))


def test_nobody_is_where_no_such_offer_has_been(two_worlds: WorldSet) -> None:
    """Customers use a sovereign offer or a region only from the month in which it is live."""
    for w, model in enumerate(two_worlds.models):
        live = {(p, j, k): m for m, p, j, k, change, _ in model.books.offer_changes if change == "live"}
        codes = list(model.scenario.providers)
        stock = two_worlds.customers.stock[w, :, :, 3]
        for c, j in enumerate(two_worlds.population.cells.jurisdiction):
            for p, code in enumerate(codes):
                for k, kind in ((2, "trustee"), (4, "us_subsidiary")):
                    if stock[c, us_place(p, k)] > 0:
                        assert (code, j, kind) in live


def test_a_local_region_lies_in_the_country_or_its_bloc(two_worlds: WorldSet) -> None:
    for model in two_worlds.models:
        blocs = [j.bloc for j in model.scenario.jurisdictions.values()]
        host = model.offers.host
        for p, j in np.argwhere(host >= 0):
            assert blocs[host[p, j]] == blocs[j]
            assert model.offers.own_region[p, host[p, j]]
        assert np.all(host[:, 0] < 0)
        assert not model.offers.live[:, 0, LOCAL_REGION].any()
        assert model.offers.live[:, :, US_REGION].all()


def test_a_new_region_elsewhere_in_the_bloc_moves_nobodys_data() -> None:
    ws = world_set(asked(*NO_GOVERNMENTS, last="2020-12"), worlds=["doj_wins"])
    offers = ws.models[0].offers
    while ws.running:
        before = offers.host.copy()
        ws.step()
        moved = (offers.host != before) & (before >= 0)
        own = offers.host == np.arange(offers.host.shape[1])[None, :]
        assert not (moved & ~own).any()


def test_providers_that_do_not_respond_offer_nothing_new(with_the_timeline_alone: WorldSet) -> None:
    model = with_the_timeline_alone.models[0]
    regions = [row for row in model.books.offer_changes if row[3] == "local_region"]
    assert {row[-2] for row in regions} == {"recorded"}  # history opens, nobody else
    assert not [row for row in model.books.offer_changes if row[-2] == "announced"]
    latest = max(row[0] for row in regions)
    assert all(month > latest for p in model.agents_by_type[Provider] for month, _, _ in p.building)


def test_a_region_takes_12_to_24_months_to_build(two_worlds: WorldSet) -> None:
    """Months from announcement to the first live month, within the build time and one quarter."""
    for model in two_worlds.models:
        announced: dict[tuple[str, int], int] = {}
        waits = []
        for month, provider, country, offer, change, _ in model.books.offer_changes:
            if offer == "local_region" and change == "announced":
                announced[provider, country] = month
            elif offer == "local_region" and change == "live":
                waits.append(month - announced[provider, country])
        assert waits
        assert min(waits) >= 12
        assert max(waits) <= 24 + 2


def test_no_offer_is_started_that_is_there_or_being_built(two_worlds: WorldSet) -> None:
    for model in two_worlds.models:
        standing: dict[tuple[str, int, str], str] = {}
        for _, provider, country, offer, change, _ in model.books.offer_changes:
            key = (provider, country, offer)
            if change == "announced":
                assert key not in standing
            if change == "closed":
                standing.pop(key, None)
            else:
                standing[key] = change
        assert len(standing) > 20


def test_governments_that_never_legislate_leave_the_timeline_alone(with_the_timeline_alone: WorldSet) -> None:
    assert {why for *_, why in with_the_timeline_alone.models[0].books.law_changes} == {"timeline"}


def test_a_law_drawn_acts_after_its_legal_delay(two_worlds: WorldSet) -> None:
    for model in two_worlds.models:
        delay = {k: int(v) for k, v in model.scenario.parameters.governments.legal_delay.items()}
        decided: dict[tuple[str, str], list[int]] = {}
        acted = 0
        for month, country, instrument, change, why in model.books.law_changes:
            if change == "adopted":
                decided.setdefault((country, instrument), []).append(month)
            elif change == "in_force" and why != "timeline":
                assert month - 1 - delay[instrument] in decided[country, instrument]
                acted += 1
        assert acted > 0


def test_the_us_is_not_one_of_the_governments_that_react(two_worlds: WorldSet) -> None:
    for model in two_worlds.models:
        assert all(country != "US" for _, country, *_ in model.books.law_changes)
        assert not model.books.laws[:, 0].any()


def test_nothing_named_in_the_timeline_is_drawn_a_second_time(two_worlds: WorldSet) -> None:
    named = {
        ("RU", "general_localisation"),
        ("CN", "sector_localisation"),
        ("IN", "sector_localisation"),
        ("BR", "extraterritorial_claim"),
        ("CN", "blocking_statute"),
        ("AT", "extraterritorial_claim"),
        ("DE", "extraterritorial_claim"),
    }
    for model in two_worlds.models:
        drawn = {
            (country, instrument)
            for _, country, instrument, change, why in model.books.law_changes
            if change == "adopted" and why != "timeline"
        }
        assert not drawn & named


def test_events_that_fall_out_do_not_keep_a_government_from_acting(tmp_path: Path) -> None:
    """Under a CLOUD Act in 2014 the agreements of history do not follow; the UK can conclude one."""
    ws = world_set(
        asked(experiment=experiment_file(tmp_path, {"cloud_act": ruled("cloud_act")}), last="2014-12")
    )
    model = ws.models[0]
    assert not any(event.id in ("T18b", "T19b") for event in surviving_events(model.scenario))
    codes = list(model.scenario.jurisdictions)
    without, with_agreements = model.legislation._may[:, :, AGREEMENT]
    assert with_agreements[codes.index("GB")] == with_agreements[codes.index("AU")] == 1.0
    assert not without.any()

"""A trace is confirmed by the tables, for customers and governments that a keyed draw picks."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.analysis.drivers.trace.asked import trace
from sim.analysis.drivers.trace.country import CountryTrace
from sim.analysis.drivers.trace.customer import CustomerTrace
from sim.analysis.drivers.trace.decision import GROUPS
from sim.analysis.drivers.trace.government import GovernmentTrace
from sim.analysis.drivers.trace.terms_table import TERMS
from sim.model.luck import purposes
from sim.model.luck.philox import draw
from sim.model.reference.places import FIRST_US, OFFERS, nest_of
from sim.model.world import WorldSet
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved
from sim.view.trace_page import write
from tests.model.small_worlds import asked, experiment_file, ruled, world_set

SEED = 1
PICK = 20_260  # the key of this test's own draws


class Recorded:
    """One seed of two worlds, run without any trace: where everybody is each month, and what is recorded."""

    def __init__(self, resolved: Resolved) -> None:
        self.ws: WorldSet = world_set(resolved, SEED)
        self.places, self.trust = [self.ws.customers.place.copy()], list[np.ndarray]()
        while self.ws.running:
            self.ws.step()
            self.places.append(self.ws.customers.place.copy())
            self.trust.append(self.ws.customers.trust.copy())
        scenario = self.ws.models[0].scenario
        self.codes = list(scenario.jurisdictions)
        self.months = [pd.Timestamp(scenario.month_start(m)) for m in range(scenario.months)]

    def first_month(self, customer: int) -> pd.Timestamp:
        differs = [bool(place[customer, 0] != place[customer, 1]) for place in self.places]
        return self.months[differs.index(True) - 1]

    @property
    def movers(self) -> np.ndarray:
        differs = np.array([place[:, 0] != place[:, 1] for place in self.places])
        return np.flatnonzero(differs.any(axis=0))

    def laws(self, world: int, code: str) -> list[tuple[int, str, str, str]]:
        """What a country adopted and repealed by its own decision: month, instrument, change, why."""
        rows = self.ws.models[world].books.law_changes
        return [
            (month, instrument, change, why)
            for month, country, instrument, change, why in rows
            if country == code and change in ("adopted", "repealed") and why != "timeline"
        ]


@pytest.fixture(scope="module")
def resolved() -> Resolved:
    return asked()


@pytest.fixture(scope="module")
def recorded(resolved: Resolved) -> Recorded:
    return Recorded(resolved)


@pytest.fixture(scope="module")
def customer(resolved: Resolved, recorded: Recorded) -> CustomerTrace:
    """One of those whose paths differ, picked by a keyed draw."""
    movers = recorded.movers
    found = trace(
        resolved, customer=int(movers[int(draw(PICK, 0, 0, purposes.CHOICE) * len(movers))]), seed=SEED
    )
    assert isinstance(found, CustomerTrace)
    return found


@pytest.fixture(scope="module")
def country(resolved: Resolved, recorded: Recorded) -> CountryTrace:
    """The country where most customers move."""
    cells = recorded.ws.population.cells
    most = np.bincount(cells.jurisdiction[recorded.ws.population.cell[recorded.movers]]).argmax()
    found = trace(resolved, recorded.codes[most], seed=SEED)
    assert isinstance(found, CountryTrace)
    return found


def test_a_customers_paths_part_when_its_places_first_differ(
    customer: CustomerTrace, recorded: Recorded
) -> None:
    assert customer.first_month == recorded.first_month(customer.number)
    at = recorded.months.index(customer.first_month)
    now = recorded.places[at + 1][customer.number]
    for world, name in enumerate(customer.pair.names):
        rows = customer.decision[customer.decision["world"] == name]
        assert rows.loc[rows["chosen"], "place"].tolist() == [now[world]]
    trust = np.array([x[customer.number] for x in recorded.trust])
    assert customer.path["trust_a"].tolist() == trust[:, 0].astype(float).tolist()
    assert customer.path["trust_b"].tolist() == trust[:, 2].astype(float).tolist()


def test_the_chain_begins_with_the_ruling_and_ends_with_the_move(customer: CustomerTrace) -> None:
    chain = customer.chain.set_index("stage")["first_month"]
    ruling = pd.Timestamp("2014-08-01")
    assert chain["ruling"] == chain["news"] == chain["belief"] == ruling
    assert (chain.dropna() >= ruling).all()
    assert chain["place"] == customer.first_month
    assert chain["trust"] >= chain["news"]


def test_the_terms_add_up_to_the_utility_and_the_chances_to_one(customer: CustomerTrace) -> None:
    decision = customer.decision
    assert np.allclose(decision[list(TERMS)].sum(axis=1), decision["utility"], rtol=0, atol=1e-12)
    assert np.allclose(decision.groupby("world")["chance"].sum(), 1.0)
    assert (decision.loc[~decision["open"].astype(bool), "chance"] == 0.0).all()
    assert sum(customer.split) == pytest.approx(1.0, abs=1e-12)


def test_the_luck_and_the_utilities_give_the_decision_again(
    customer: CustomerTrace, resolved: Resolved
) -> None:
    """The exponential race, written out here once more from the table's draws and utilities alone."""
    scale = next(iter(resolved.scenarios.values())).parameters.choice.nest_scale
    for name, due in zip(customer.pair.names, customer.due, strict=True):
        rows = customer.decision[customer.decision["world"] == name].set_index("place")
        chosen = int(rows.index[rows["chosen"]][0])
        if due == "nothing due":
            assert rows["here"][chosen]
            continue
        root = np.exp(rows["utility"] / scale).where(rows["open"], 0.0)
        nest = rows.index.map(nest_of)
        sums = root.groupby(nest).sum() ** scale
        rings = -np.log(rows["nest_draw"].groupby(nest).first()) / sums
        winner = int(rings.idxmin())
        inside = root[nest == winner]
        if winner >= FIRST_US:
            assert len(inside) == OFFERS
            inside = inside[inside > 0.0]
            winner = int((-np.log(rows["offer_draw"][inside.index]) / inside).idxmin())
        assert winner == chosen


def test_a_countrys_movers_are_those_of_the_arrays(country: CountryTrace, recorded: Recorded) -> None:
    population = recorded.ws.population
    here = population.cells.jurisdiction[population.cell] == recorded.codes.index(country.code)
    movers = [int(i) for i in recorded.movers if here[i]]
    assert len(movers) > 3
    assert sorted(country.movers["customer"]) == movers
    for row in country.movers.to_dict("records"):
        assert row["first_month"] == recorded.first_month(row["customer"])
    apart = recorded.places[-1][:, 0] != recorded.places[-1][:, 1]
    accounts = population.weight[:, 0] * here
    assert country.apart["accounts"].iloc[-1] == pytest.approx(accounts[apart].sum() / accounts.sum())


def test_a_countrys_split_adds_up_to_all_that_moves(country: CountryTrace) -> None:
    assert np.allclose(country.movers[list(GROUPS)].sum(axis=1), 1.0)
    assert country.split["simulated"].sum() == pytest.approx(len(country.movers))
    for unit in ("accounts", "account_years"):
        assert country.split[unit].sum() == pytest.approx(country.movers[unit].sum())
        assert country.streams[unit].sum() == pytest.approx(country.movers[unit].sum())


def test_a_government_is_confirmed_by_the_laws_table(resolved: Resolved, recorded: Recorded) -> None:
    """Two governments picked by keyed draws: one whose laws differ, one whose laws do not."""
    singles = [
        code for code in recorded.codes[1:] if resolved.scenarios["doj_wins"].jurisdictions[code].members == 1
    ]
    differing = [c for c in singles if recorded.laws(0, c) != recorded.laws(1, c)]
    others = [c for c in singles if c not in differing]
    for k, codes in enumerate((differing, others)):
        code = codes[int(draw(PICK, k, 1, purposes.CHOICE) * len(codes))]
        found = trace(resolved, government=code, seed=SEED)
        assert isinstance(found, GovernmentTrace)
        for world, name in enumerate(found.pair.names):
            laws = found.laws[found.laws["world"] == name]
            changes = laws["change"].map({"adopts": "adopted", "repeals": "repealed"})
            months = [recorded.months.index(month) for month in laws["month"]]
            told = list(zip(months, laws["instrument"], changes, strict=True))
            assert told == [row[:3] for row in recorded.laws(world, code)]
            assert (laws["draw"] < laws["chance"]).all()
        if codes is others:
            assert found.first_month is None and found.closest is not None and found.closest["ratio"] > 1.0
            continue
        first = min(set(recorded.laws(0, code)) ^ set(recorded.laws(1, code)))[0]
        assert found.first_month == recorded.months[first]
        check_hazards(found)


def check_hazards(found: GovernmentTrace) -> None:
    """The terms add up to the hazard; the draw lies between the two worlds' chances where they part."""
    hazards = found.hazards[found.hazards["may"]]
    exponent = hazards[list(found.first["term"])].sum(axis=1).clip(-12.0, 6.0)
    assert np.allclose(hazards["base_rate"] * np.exp(exponent), hazards["hazard"])
    assert np.allclose(1.0 - np.exp(-hazards["hazard"] / 12.0), hazards["chance"])
    drawn = found.differs[found.differs["how"] == "adopts"].iloc[0]
    low, high = sorted((drawn["chance_a"], drawn["chance_b"]))
    assert low <= drawn["draw"] < high


def test_between_equal_worlds_nobody_moves(tmp_path: Path) -> None:
    worlds = {"one": ruled("doj_wins"), "other": ruled("doj_wins")}
    found = trace(asked(experiment=experiment_file(tmp_path, worlds), last="2014-10"), "DE")
    assert isinstance(found, CountryTrace)
    assert found.movers.empty and found.split["accounts"].sum() == 0.0
    assert found.chain["first_month"].isna().all()
    assert found.government is not None and found.government.first_month is None
    assert "no customer takes another path" in write(found, tmp_path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("asked_for", "words"),
    [
        ({"country": "DEU"}, "country 'DEU'"),
        ({"government": "US"}, "the US is the subject"),
        ({"government": "IRE"}, "government 'IRE'"),
        ({"customer": 10**9}, "customer 1000000000: valid: 0 to"),
        ({"customer": 0, "country": "DE"}, "a trace is of one thing"),
        ({}, "a trace is of one thing"),
        ({"country": "DE", "seed": -1}, "seed -1: two_worlds was not run with it; valid: 1"),
    ],
)
def test_what_cannot_be_traced_is_refused(asked_for: dict[str, object], words: str) -> None:
    with pytest.raises(InputError, match=words):
        trace(asked(last="2014-08"), **asked_for)  # type: ignore[arg-type]


def test_the_page_and_the_tables_say_who_moved(country: CountryTrace, tmp_path: Path) -> None:
    page = write(country, tmp_path)
    text = page.read_text(encoding="utf-8")
    assert f"{len(country.movers)} of {country.simulated} simulated customers" in text
    for number in country.movers["customer"]:
        assert f'<th scope="row" class="short">{number}</th>' in text
    assert pd.read_csv(tmp_path / "split.csv")["accounts"].sum() == pytest.approx(
        country.movers["accounts"].sum()
    )


def test_a_customers_page_says_what_it_did_and_when(customer: CustomerTrace, tmp_path: Path) -> None:
    text = write(customer, tmp_path).read_text(encoding="utf-8")
    assert customer.first_month is not None
    assert f"<strong>{customer.first_month:%B %Y}</strong>" in text
    assert "The chain from the ruling" in text and "Utility: all terms together" in text
    assert len(pd.read_csv(tmp_path / "decision.csv")) == len(customer.decision)

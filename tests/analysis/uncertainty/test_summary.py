"""What draws say of a headline: intervals, sign, and which parameters decide the sign."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.design_outcomes import BY_CODE
from sim.analysis.uncertainty.sign_parameters import sign_parameters
from sim.analysis.uncertainty.summary import NAMED, NOTHING, TOO_FEW, line

TRUST = BY_CODE["trust"]
NAMES = ("decides", "helps", *(f"dummy {k}" for k in range(8)))


@pytest.fixture(scope="module")
def table() -> np.ndarray:
    return np.random.default_rng(5).random((200, len(NAMES)))


def test_a_parameter_that_decides_the_sign_is_named_and_dummies_are_not(table: np.ndarray) -> None:
    found = sign_parameters(3.0 * (table[:, 0] - 0.5) + 0.3 * (table[:, 1] - 0.5), table, NAMES)
    assert found.told and list(found.distances) == ["decides"]
    assert found.distances["decides"] > 0.8 > found.dummy > 0.1
    assert sign_parameters(-(table[:, 0] - 0.5), table, NAMES).distances.keys() == {"decides"}


def test_of_dummies_alone_one_is_named_in_a_headline_of_twenty(table: np.ndarray) -> None:
    rng = np.random.default_rng(7)
    named = [bool(sign_parameters(rng.normal(size=200), table, NAMES).distances) for _ in range(60)]
    assert sum(named) <= 8  # 3 are expected; 9 or more have a chance of 0.3%


def test_few_draws_of_the_rarer_sign_tell_nothing(table: np.ndarray) -> None:
    values = np.where(np.arange(200) < 7, -1.0, 1.0)
    assert not sign_parameters(values, table, NAMES).told
    values[7] = -1.0
    assert sign_parameters(values, table, NAMES).told


def test_a_distance_is_that_of_two_distributions_and_ties_have_none() -> None:
    values = np.repeat([1.0, -1.0], 10)
    steps = np.concatenate([np.arange(10), np.arange(5, 15)]).astype(float)
    found = sign_parameters(values, np.column_stack([steps, np.ones(20)]), ("shifted", "constant"))
    assert (
        found.distances.get("shifted", 0.5) == pytest.approx(0.5, abs=1e-6)
        and "constant" not in found.distances
    )


def test_a_line_has_the_middle_the_intervals_and_the_share_with_the_sign(table: np.ndarray) -> None:
    values = np.append(np.arange(-3.0, 17.0), np.nan)  # -3 to 16, and a draw that failed
    made = line(TRUST, values, table[:21], NAMES)
    assert made["draws"] == 20 and made["median"] == 6.5 and made["sign"] == "higher"
    assert (made["low50"], made["high50"]) == (1.75, 11.25)
    assert made["low90"] == pytest.approx(-2.05) and made["high90"] == pytest.approx(15.05)
    assert made["share"] == 16 / 20 and made["sign_parameters"] == TOO_FEW  # a zero has neither sign


def test_a_line_names_what_decides_with_its_distance(table: np.ndarray) -> None:
    made = line(TRUST, table[:, 0] - 0.5, table, NAMES)
    assert made["sign_parameters"] == NAMED and str(made["parameters"]) == "decides=1.00"
    assert line(TRUST, np.tile([1.0, -1.0], 100), table, NAMES)["sign_parameters"] == NOTHING


def test_worlds_that_do_not_differ_have_no_sign(table: np.ndarray) -> None:
    made = line(TRUST, np.zeros(30), table[:30], NAMES)
    assert (made["sign"], made["share"], made["low90"], made["high90"]) == ("no difference", 1.0, 0.0, 0.0)
    assert pd.isna(line(TRUST, np.array([np.nan]), table[:1], NAMES)["median"])

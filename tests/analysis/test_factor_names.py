"""Readers see the plain name of what a design varies, not its path in the configuration."""

from collections import Counter
from typing import get_type_hints

import pytest

from sim.analysis.factor_names import NAMES, factor_name
from sim.scenario.parameters import Parameters


def test_each_parameter_has_a_short_name_of_its_own() -> None:
    groups = get_type_hints(Parameters)
    parameters = {f"{group}.{name}" for group, own in groups.items() for name in own.model_fields}
    assert parameters - set(NAMES) == set()
    assert set(NAMES) - parameters == {"pulled", "law.tests.location.bar"}
    assert max(map(len, NAMES.values())) <= 52
    assert max(Counter(NAMES.values()).values()) == 1


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("trust.asymmetry", "weight of bad news over good"),
        ("investigators.mla_asked.all", "share of needed letters of request written"),
        ("trust.news_reach.five_eyes", "reach of news (five eyes)"),
        ("levers.agreement.quota", "agreement: orders a month that a partner may serve"),
        ("levers.agreement.on", "levers: agreement: on"),
        ("jurisdictions.DE.adoption_pace.small_firm", "pace of cloud adoption (DE, small firm)"),
        ("worlds.turned_back.switches.1.on", "turned back: date of the second change of rule"),
        ("law.tests.location.bar", "reach of the US bar on disclosure"),
        ("trust.a_new_one", "trust: a new one"),
    ],
)
def test_a_path_has_a_name(path: str, name: str) -> None:
    assert factor_name(path) == name

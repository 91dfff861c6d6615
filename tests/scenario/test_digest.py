"""Equal content gives an equal digest, whatever the files look like; other content gives another."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.digest import digest
from sim.scenario.resolution import resolve
from tests.small_configs import edit

EXPERIMENT = "experiments/two_worlds.yaml"


def test_formatting_comments_and_layers_do_not_change_it(project: Path) -> None:
    before = resolve("two_worlds").digest
    edit(project / EXPERIMENT, "customers: 2000", "# how many\n\ncustomers:   2_000".replace("_", ""))
    edit(project / "configs/parameters/trust.yaml", "value: 0.5", "value: 5.0e-1")
    assert resolve("two_worlds").digest == before
    assert resolve("two_worlds", ["trust.prior_strength=0.5"]).digest == before
    assert resolve(project / EXPERIMENT).digest == before


@pytest.mark.parametrize(
    "word",
    [
        "trust.asymmetry=2",
        "customers=2001",
        "seeds.first=2",
        "horizon.last=2016-11",
        "jurisdictions.DE.initial_trust=0.61",
        "worlds.doj_wins.switches.0.on=2014-08-31",
    ],
)
def test_every_value_counts(project: Path, word: str) -> None:
    assert resolve("two_worlds", [word]).digest != resolve("two_worlds").digest


def test_the_order_of_countries_counts(project: Path) -> None:
    before = resolve("two_worlds").digest
    path = project / "configs/world/jurisdictions.yaml"
    text = path.read_text(encoding="utf-8")
    norway, germany = text.index("NO:"), text.index("DE:")
    path.write_text(text[:norway] + text[germany:] + text[norway:germany], encoding="utf-8")
    assert resolve("two_worlds").digest != before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), json_values, max_size=5))
def test_the_order_of_keys_does_not_count(content: dict[str, object]) -> None:
    assert digest(dict(reversed(content.items()))) == digest(content)


def test_a_known_digest() -> None:
    # sha256 of {"a":[1,2.5,"x"]}, so that results stay comparable from one version to the next
    assert digest({"a": [1, 2.5, "x"]}) == "0b7427b3106796e09e253e778e8f752e8c37887e9ef70d82311491d97c8bcaf8"

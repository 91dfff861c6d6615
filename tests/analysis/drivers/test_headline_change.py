"""Why a headline moved: the parts add up, each value belongs to one part, equal code has no part at all."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.drivers.change_sides import side_of
from sim.analysis.drivers.headline_change import (
    CONFIGURATION,
    EVIDENCE,
    FIT,
    Between,
    HeadlineChange,
    Parts,
    headline_change,
)
from sim.pipeline import Finished, run
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.problems import InputError
from tests.model.small_worlds import asked

CHANGES = ("trust.asymmetry=1.2", "trust.news_strength=4.0", "jurisdictions.DE.initial_trust=0.3")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Finished, Finished]:
    """Two short worlds as they are, and with a judged, a fitted and a measured value changed."""
    here = tmp_path_factory.mktemp("change")
    ran = [
        run(
            asked("seeds.count=2", "record=world", *sets, last="2014-10"),
            here / name,
            workers=1,
            store=here / "store",
        )
        for name, sets in (("a", ()), ("b", CHANGES))
    ]
    return ran[0], ran[1]


@pytest.fixture(scope="module")
def change(folders: tuple[Finished, Finished]) -> HeadlineChange:
    return changed(folders, *folders)


def changed(folders: tuple[Finished, Finished], a: Finished, b: Finished) -> HeadlineChange:
    sides = [side_of(str(one.folder), None) for one in (a, b)]
    return headline_change(*sides, Runner(Store(folders[0].folder.parent / "store"), Backend(workers=1)))


def test_every_value_belongs_to_one_part(change: HeadlineChange) -> None:
    parts = dict(zip(change.values["path"], change.values["part"], strict=True))
    assert parts == {
        "trust.asymmetry": CONFIGURATION,
        "trust.news_strength": FIT,
        "jurisdictions.DE.initial_trust": EVIDENCE,
    }
    was = change.values.set_index("path")["now"]
    assert was["trust.asymmetry"] == 1.2


def test_the_parts_add_up_to_the_change_and_code_is_exactly_zero(change: HeadlineChange) -> None:
    table = change.table
    parts = table[["code", CONFIGURATION, EVIDENCE, FIT]]
    assert (parts["code"] == 0.0).all()
    np.testing.assert_allclose(parts.sum(axis=1), table["change"], rtol=0, atol=1e-9)
    trust = table.set_index("headline").loc["trust"]
    assert trust[CONFIGURATION] != 0
    assert trust[FIT] != 0
    assert any("every order" in note for note in change.notes)


def test_back_again_is_the_same_with_the_other_sign(
    folders: tuple[Finished, Finished], change: HeadlineChange
) -> None:
    back = changed(folders, folders[1], folders[0]).table.set_index("headline")
    there = change.table.set_index("headline")
    for part in (CONFIGURATION, EVIDENCE, FIT):
        np.testing.assert_allclose(back.loc["trust", part], -there.loc["trust", part], atol=1e-12)


def test_equal_results_have_no_parts_and_nothing_is_run(folders: tuple[Finished, Finished]) -> None:
    same = changed(folders, folders[0], folders[0])
    assert (same.table[["change", "code", CONFIGURATION, EVIDENCE, FIT]] == 0.0).all().all()
    assert same.values.empty


def test_what_remains_of_older_code_is_the_codes(folders: tuple[Finished, Finished], tmp_path: Path) -> None:
    old = tmp_path / "old"
    shutil.copytree(folders[0].folder, old)
    manifest = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    (old / "manifest.json").write_text(json.dumps(manifest | {"model_digest": "0" * 64}), encoding="utf-8")
    store = folders[0].folder.parent / "store"
    sides = side_of(str(old), None), side_of(str(folders[1].folder), None)
    found = headline_change(*sides, Runner(Store(store), Backend(workers=1)))
    np.testing.assert_allclose(found.table["code"], 0.0, atol=1e-9)  # the tables are in truth of this code
    assert any("is not at hand: the code's part is what remains" in note for note in found.notes)


def test_what_compares_nothing_is_refused() -> None:
    with pytest.raises(InputError, match="compares no two worlds"):
        side_of("history", 1)
    with pytest.raises(InputError, match="has a design"):
        side_of("where_revenue_falls", 1)


def test_a_curve_is_of_the_fit_and_the_law_is_configuration() -> None:
    parts = Parts(load_base(root() / CONFIGS))
    assert parts.of(("jurisdictions", "DE", "adoption_2013", "enterprise")) == FIT
    assert parts.of(("law", "tests", "location", "bar")) == CONFIGURATION
    assert parts.of(("jurisdictions", "DE", "gdp_2013")) == EVIDENCE
    assert parts.of(("jurisdictions", "DE", "own_state_intrusion")) == CONFIGURATION


def test_worlds_between_have_values_of_both(folders: tuple[Finished, Finished]) -> None:
    sides = [side_of(str(one.folder), None) for one in folders]
    between = Between(*sides, Parts(load_base(root() / CONFIGS)))
    assert between.players == (CONFIGURATION, EVIDENCE, FIT)
    only_fit = between.scenarios(1 << between.players.index(FIT))["b"]
    assert only_fit.parameters.trust.news_strength == 4.0
    assert only_fit.parameters.trust.asymmetry == 2.0
    only_configuration = between.scenarios(1 << between.players.index(CONFIGURATION))["b"]
    assert only_configuration.parameters.trust.asymmetry == 1.2
    assert only_configuration.jurisdictions["DE"].initial_trust != 0.3


def test_a_manifest_that_lacks_a_compared_world_is_refused(
    folders: tuple[Finished, Finished], tmp_path: Path
) -> None:
    edited = tmp_path / "edited"
    shutil.copytree(folders[0].folder, edited)
    manifest = json.loads((edited / "manifest.json").read_text(encoding="utf-8"))
    name = manifest["compare"][1]
    del manifest["scenario"]["worlds"][name]
    (edited / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(InputError, match=f"compares {name}, and describes no such world"):
        side_of(str(edited), None)

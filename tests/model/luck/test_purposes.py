"""What luck is drawn for: numbers that never change meaning, and no luck from anywhere else."""

import ast
from pathlib import Path

import pytest

import sim.model
from sim.model.luck import purposes
from sim.model.world import WorldSet
from sim.scenario.resolution import resolve

MODEL = Path(sim.model.__file__).parent
FILES = sorted(MODEL.rglob("*.py"))

NUMBERS = {name: value for name, value in vars(purposes).items() if name.isupper()}

# Part of every draw's key: were one renumbered, results published before could not be had again. New ones
# are added below.
AS_FIRST_PUBLISHED = {
    "ADOPTION_ORDER": 1,
    "ADOPTION_AGAIN": 2,
    "FIRST_PLACE": 3,
    "CHOICE": 4,
    "INITIAL_TRUST": 5,
    "SUSCEPTIBILITY": 6,
    "SENSITIVITY": 7,
    "RENEWAL": 8,
    "PEERS": 9,
    "LAW_ORDER": 10,
    "ADOPT_INSTRUMENT": 11,
    "REPEAL_INSTRUMENT": 12,
    "BUILD_TIME": 13,
    "REQUESTS": 14,
    "TARGET": 15,
    "CIRCUMSTANCE": 16,
    "OUTCOME": 17,
    "US_BUSINESS": 18,
    "PUBLICITY": 19,
    "EVASION": 20,
    "BILL": 21,
}


def test_no_two_purposes_share_a_number_and_each_fits_the_key() -> None:
    assert len(set(NUMBERS.values())) == len(NUMBERS)
    assert all(0 < number < 2**16 for number in NUMBERS.values())


def test_no_purpose_was_renumbered_and_no_number_given_to_another() -> None:
    for name, number in NUMBERS.items():
        if name in AS_FIRST_PUBLISHED:
            assert number == AS_FIRST_PUBLISHED[name], name
        else:
            assert number not in AS_FIRST_PUBLISHED.values(), name


def test_every_purpose_is_drawn_for_somewhere_in_the_model() -> None:
    used = {
        node.attr
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    assert set(NUMBERS) <= used


# Modules, attributes and functions through which chance, time or the order of a hash could come in.
MODULES = {"random", "secrets", "uuid", "time", "threading", "multiprocessing"}
ATTRIBUTES = {
    "random",
    "rng",
    "urandom",
    "default_rng",
    "shuffle",
    "shuffle_do",
    "permutation",
    "RandomState",
    "now",
    "utcnow",
    "today",
    "time",
    "perf_counter",
}
FUNCTIONS = {"hash", "id"}


def other_luck(source: str) -> list[str]:
    """Where a module draws luck, time or hashes from anywhere but the keyed generator."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if set(alias.name.split(".")) & MODULES]
        elif isinstance(node, ast.ImportFrom):
            names = {*(node.module or "").split("."), *(alias.name for alias in node.names)}
            found += sorted(names & (MODULES | ATTRIBUTES))
        else:
            attribute = isinstance(node, ast.Attribute) and node.attr in ATTRIBUTES
            call = (
                isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS
            )
            found += [ast.unparse(node)] if attribute or call else []
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(MODEL)))
def test_the_model_has_no_other_source_of_luck(file: Path) -> None:
    # an AgentSet of Mesa wants a generator; `shuffle_do`, which would draw from it, is refused there
    allowed = ["self.random"] if file.name == "ordered.py" else []
    found = other_luck(file.read_text(encoding="utf-8"))
    if file.name == "checkpoint.py":  # which objects are one and the same; no number comes of it
        found = [one for one in found if not one.startswith("id(")]
    assert found == allowed


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from numpy.random import default_rng",
        "import numpy as np\nx = np.random.random()",
        "class A:\n    def f(self): return self.random.choice([1])",
        "model.agents.shuffle_do('step')",
        "import time",
        "x = hash('a')",
        "import datetime as dt\nx = dt.datetime.now()",
    ],
)
def test_the_scan_would_find_it(source: str) -> None:
    assert other_luck(source)


def test_a_run_draws_nothing_from_mesas_generator() -> None:
    world_set = WorldSet(list(resolve("two_worlds", customers=2000).scenarios.values()), seed=7)
    before = [(model.rng.bit_generator.state, model.random.getstate()) for model in world_set.models]
    for _ in range(7):
        world_set.step()
    assert [(model.rng.bit_generator.state, model.random.getstate()) for model in world_set.models] == before

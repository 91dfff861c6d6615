"""Whatever a function of the interface is given: an InputError that names the argument, never a traceback."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim

ODD: tuple[Any, ...] = (None, 5, -1, 0, 2.5, True, "", "\0", "x" * 5000, [], {}, b"bytes", object())
REQUIRED: dict[str, dict[str, Any]] = {
    "run": {"experiment": "two_worlds"},
    "sweep": {"experiment": "where_revenue_falls"},
    "boundary": {"experiment": "where_revenue_falls", "headline": "trust"},
    "load": {"folder": "results/no_such"},
    "check": {"experiment": "two_worlds"},
    "reproduce": {"what": "results/no_such"},
    "record": {"folder": "results/no_such"},
    "verify": {"what": "results/no_such"},
    "why": {"a": "two_worlds", "b": "results/no_such"},
    "world": {"experiment": "two_worlds"},
}
RESULTS = ("__getitem__", "difference", "plot", "crate", "trace", "channels", "value_of_information")
MINIMAL = {
    "crate": {"out": "x.zip"},
    "difference": {"measure": "trust"},
    "plot": {"measure": "trust"},
    "__getitem__": {"table": "world"},
}


def test_every_function_is_in_the_table() -> None:
    functions = {name for name in sim.__all__ if inspect.isfunction(getattr(sim, name))}
    assert functions == set(REQUIRED)


def _fits(value: Any, annotation: Any) -> bool:
    from sim.api.arguments import _wrong

    return not _wrong(annotation, value)


def _cases(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """Every argument with every odd value that it may not have by its type."""
    asked = inspect.signature(function).parameters.values()
    return [
        (one.name, odd)
        for one in asked
        if one.name != "self"
        for odd in ODD
        if not _fits(odd, one.annotation)
    ]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_wrong_type_is_an_input_error(name: str) -> None:
    function = getattr(sim, name)
    cases = _cases(function)
    assert len(cases) > 5
    for argument, odd in cases:
        with pytest.raises(sim.InputError, match=rf"(^|\n){argument}: "):
            function(**REQUIRED[name] | {argument: odd})


@pytest.mark.parametrize("name", [name for name in REQUIRED if name not in ("run", "sweep", "boundary")])
def test_a_wrong_value_of_the_right_type_is_an_input_error(name: str) -> None:
    function = getattr(sim, name)
    first = next(iter(REQUIRED[name]))
    annotation = inspect.signature(function).parameters[first].annotation
    for odd in [odd for odd in ODD if _fits(odd, annotation)]:
        with pytest.raises(sim.InputError):
            function(**REQUIRED[name] | {first: odd})


@pytest.mark.parametrize("name", RESULTS)
def test_so_do_the_methods_of_results(pair: sim.Pair, name: str) -> None:
    method = getattr(pair, name)
    for argument, odd in _cases(method):
        with pytest.raises(sim.InputError, match=rf"(^|\n){argument}: "):
            method(**MINIMAL.get(name, {}) | {argument: odd})
    with pytest.raises(sim.InputError, match=r"folder: must be text or a path \(got 5\)"):
        sim.Pair(5)  # type: ignore[arg-type]


def test_the_words_say_what_is_asked_for() -> None:
    with pytest.raises(sim.InputError, match=r"^folder: must be text or a path \(got 5\)$"):
        sim.record(5)  # type: ignore[arg-type]
    with pytest.raises(sim.InputError, match=r"^seeds: 0: must be greater than or equal to 1$"):
        sim.why("two_worlds", "two_worlds", seeds=0)
    with pytest.raises(sim.InputError, match=r"cited: must be a list \(got 'ws-1'\)"):
        sim.verify("results/no_such", cited="ws-1")


def test_problems_name_arguments_and_no_options() -> None:
    with pytest.raises(sim.InputError, match=r"^draws: 1000: the posterior has \d+ draws; valid: at most"):
        sim.run("two_worlds", draws=1000)
    with pytest.raises(sim.InputError, match=r"^changes: trust\.asymetry: no 'asymetry' in trust; "):
        sim.check("two_worlds", {"trust.asymetry": 1})


def test_only_a_seed_of_the_results_is_traced(pair: sim.Pair) -> None:
    with pytest.raises(sim.InputError, match=r"seed 99: two_worlds was not run with it; valid: 1-3"):
        pair.trace("DE", seed=99)
    with pytest.raises(sim.InputError, match=r"seeds 4: .* has the seeds 1-3, which are only 3"):
        sim.why(pair.folder, pair.folder, seeds=4)


def test_what_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    for out in ("/proc/x", "/dev/null/x", file):
        with pytest.raises(sim.InputError, match=r"out .*: cannot be written: .*; name another folder"):
            sim.run("two_worlds", seeds=1, customers=2000, workers=1, out=out, store=tmp_path / "store")
    with pytest.raises(sim.InputError, match=r"store .*file: cannot be written"):
        sim.run("two_worlds", seeds=1, customers=2000, workers=1, store=file)
    with pytest.raises(sim.InputError, match="out: '': no path that can be: it is empty"):
        sim.run("two_worlds", out="")


def test_so_are_files_of_results(pair: sim.Pair) -> None:
    for write, name in ((pair.report, "y.html"), (pair.crate, "a.zip"), (pair.export_ema, "e.tar.gz")):
        for folder in ("/proc", "/dev/null"):
            with pytest.raises(sim.InputError, match=f"out: {folder}/{name} cannot be written"):
                write(f"{folder}/{name}")


def test_numpy_numbers_are_taken_as_pythons(pair: sim.Pair) -> None:
    """A customer's number of 64 bits overflowed in the readable twin, which then departed from the engine."""
    number = np.int64(1999)
    assert pair.trace(customer=number).name == pair.trace(customer=1999).name  # type: ignore[arg-type]
    with pytest.raises(sim.InputError, match=r"seeds: must be a whole number or None \(got array\(1\)\)"):
        sim.run("two_worlds", seeds=np.array(1))  # type: ignore[arg-type]
    with pytest.raises(sim.InputError, match=r"changes: its names must be text \(got \{1: 2\}\)"):
        sim.check("two_worlds", {1: 2})  # type: ignore[dict-item]


def test_a_folder_that_cannot_be_written_is_named(pair: sim.Pair, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(sim.InputError, match=r"out: .*file cannot be written: File exists"):
        pair.trace("DE", out=file)
    assert file.read_text() == "mine"


def test_results_do_not_go_into_the_store(tmp_path: Path) -> None:
    with pytest.raises(sim.InputError, match="is the store, which may be deleted"):
        sim.run("two_worlds", seeds=1, customers=2000, out=tmp_path, store=tmp_path / "." / "")
    assert not [*tmp_path.iterdir()]


def test_a_name_that_no_text_can_hold_is_refused_before_anything_runs(tmp_path: Path) -> None:
    """It ended in a fault of the program, after the runs."""
    with pytest.raises(sim.InputError, match="its name holds bytes that are no text"):
        sim.run("two_worlds", seeds=1, customers=2000, out=tmp_path / "\udcff", store=tmp_path / "store")
    file = tmp_path / "\udcff.yaml"
    try:
        file.write_text("title: x\n")
    except OSError:
        pytest.skip("this file system has no such names")
    with pytest.raises(sim.InputError, match=r"its name holds bytes that are no text.*rename the file"):
        sim.check(file)

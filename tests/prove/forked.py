"""Tests of a changed copy of the project, in processes that share what has been imported from elsewhere.

To import the libraries takes longer than most tests. So they are imported once, and each run of the tests is
a fork of this process that forgets the project's own modules and reads them from the copy.
"""

import importlib
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OWN = ("sim", "tests", "tools")
LINKED = ("configs", "experiments", "docs", "pyproject.toml", "README.md", "Makefile", "CHANGELOG.md")
LIBRARIES = (
    "numpy", "numba", "pandas", "pyarrow.parquet", "pydantic", "ruamel.yaml", "scipy.stats",
    "scipy.sparse.linalg", "mesa", "hypothesis", "hypothesis.strategies", "pytest", "typer", "rich.table",
    "SALib",
)  # fmt: skip
TIMED_OUT = -1


def copy_of_the_project(folder: Path) -> None:
    """Sources and tests copied, all else linked."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in OWN:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)


def import_libraries() -> None:
    """What every fork will need.

    Not the model: it tells Numba where compiled code lies, and, told twice, Numba would wait for itself.
    """
    assert "sim.model" not in sys.modules
    sys.dont_write_bytecode = True
    for name in LIBRARIES:
        importlib.import_module(name)


def run_tests(root: Path, words: Sequence[str], timeout: float) -> tuple[int, str]:
    """Run pytest with these words in a copy of the project: its exit code and the last of what it said.

    TIMED_OUT if it was ended after so many seconds.
    """
    options = ["-x", "-q", "-p", "no:cacheprovider", "--no-header", *words]
    environment = {
        "PYTHONPATH": str(root),
        "NUMBA_CACHE_DIR": str(ROOT / "sim" / "model" / "__pycache__"),  # of kernels that are as they were
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        child = os.fork()
        if child == 0:
            _in_the_fork(root, options, environment, said.fileno())
        code = _ended(child, timeout)
        said.seek(0)
        return code, said.read()[-4000:]


def _in_the_fork(root: Path, options: Sequence[str], environment: Mapping[str, str], out: int) -> None:
    code = 3  # pytest's exit code for an error of its own
    try:
        os.setsid()
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.chdir(root)
        os.environ |= environment
        for name in [name for name in sys.modules if name.split(".")[0] in OWN]:
            del sys.modules[name]
        sys.path[:] = [str(root), *(path for path in sys.path if path not in ("", str(ROOT)))]
        importlib.invalidate_caches()
        code = int(importlib.import_module("pytest").main(list(options)))
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _ended(child: int, timeout: float) -> int:
    """Wait for a fork; one that takes too long is ended with all that it has started."""
    until = time.monotonic() + timeout
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 3
        time.sleep(0.05)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT

"""`python -m tests.prove.platforms`: the installed command works, and gives the same numbers, everywhere.

The wheel is built once. For every Python from 3.11 on that is installed here it goes into a new environment,
with the newest and (where uv is at hand) with the lowest versions that pyproject.toml allows. There, in an
empty folder, the command lists, checks, runs, records, packs and verifies a shipped experiment. The id of the
run's record must be the same in all environments.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[2]
EXPERIMENT = "no_snowden"
NEWEST, LOWEST, PIP = "highest", "lowest-direct", "pip install ."
SMALL = ("--customers", "2000", "--seeds", "1", "--draws", "0", "--workers", "1")
COMMANDS = (
    ("--version",),
    ("list", "experiments"),
    ("check", EXPERIMENT),
    ("run", EXPERIMENT, *SMALL, "--out", "results", "--store", "store"),
    ("record", "results"),
    ("crate", "results", "--out", "crate.zip"),
    ("verify", "crate.zip"),
)
_MESA = "from importlib.metadata import version as v; print(v('mesa'), v('numpy'), v('numba'), v('pandas'))"


@dataclass
class Trial:
    """An environment of one Python and one choice of versions, and what came of it."""

    python: Path
    versions: str
    folder: Path
    at: str = ""  # the versions of Mesa, numpy, numba, pandas
    record: str = ""
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def bin(self) -> Path:
        return self.folder / "bin"


def pythons() -> list[Path]:
    """An interpreter of each version from 3.11 on: on the PATH, or beside the one that runs this."""
    named = [shutil.which(f"python3.{minor}") for minor in range(11, 20)]
    beside = sorted(Path(sys.base_prefix).parent.glob("*/bin/python3"))
    found: dict[tuple[int, ...], Path] = {}
    for path in [sys.executable, *filter(None, named), "/usr/bin/python3", *beside]:
        words = "import sys; print(*sys.version_info[:2], sys.executable)"
        asked = subprocess.run([path, "-c", words], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            major, minor, where = asked.stdout.split(maxsplit=2)
            if (int(major), int(minor)) >= (3, 11):
                found.setdefault((int(major), int(minor)), Path(where.strip()))
    return [found[version] for version in sorted(found)]


def prepare(trial: Trial, wheel: Path) -> None:
    """Make the environment and install the wheel, or the checkout, into it."""
    uv = shutil.which("uv")
    lock = trial.folder.with_suffix(".txt")
    if trial.versions == PIP or uv is None:
        _do([str(trial.python), "-m", "venv", str(trial.folder)])
        what = str(ROOT) if trial.versions == PIP else str(wheel)
        _do([str(trial.bin / "python"), "-m", "pip", "install", "-q", what])
        return
    python = ("--python", str(trial.bin / "python"))
    _do([uv, "venv", "-q", "--python", str(trial.python), str(trial.folder)])
    choice = ("--resolution", trial.versions, "--only-binary", ":all:", "-o", str(lock))
    _do([uv, "pip", "compile", "-q", str(ROOT / "pyproject.toml"), *python, *choice])
    _do([uv, "pip", "install", "-q", *python, "-r", str(lock)])
    _do([uv, "pip", "install", "-q", *python, "--no-deps", str(wheel)])


def use(trial: Trial) -> None:
    """Give the commands in an empty folder, and note what fails."""
    where = trial.folder / "use"
    shutil.rmtree(where, ignore_errors=True)
    where.mkdir()
    apart = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    trial.at = _do([str(trial.bin / "python"), "-c", _MESA]).strip()
    for words in COMMANDS:
        done = subprocess.run(
            [str(trial.bin / "warrantsim"), *words],
            cwd=where,
            env=apart | {"COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()[-1:]
            trial.wrong.append(f"{' '.join(words)}: {' '.join(said)}")
            return
        if words[0] == "record":
            trial.record = re.search(r"ws-[0-9a-z-]{23}", done.stdout)[0]  # type: ignore[index]
    if not (where / "results" / "report.html").is_file():
        trial.wrong.append("no report")


def built(folder: Path) -> Path:
    """The wheel, built if it is not there."""
    if not folder.is_dir():
        _do([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)], ROOT)
    return next(folder.glob("*.whl"))


def _do(words: list[str], where: Path | None = None) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=where)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}\n{done.stderr}")
    return done.stdout


def tried(trial: Trial, wheel: Path) -> None:
    """Try an environment; what was tried before in a folder that is kept is read."""
    kept, begin = trial.folder / "tried.json", time.perf_counter()
    if kept.is_file():
        trial.at, trial.record, trial.wrong, trial.seconds = json.loads(kept.read_text(encoding="utf-8"))
        return
    try:
        if not trial.bin.is_dir():
            prepare(trial, wheel)
        use(trial)
    except RuntimeError as error:
        trial.wrong.append(str(error))
    trial.seconds = time.perf_counter() - begin
    trial.folder.mkdir(exist_ok=True)
    kept.write_text(json.dumps([trial.at, trial.record, trial.wrong, trial.seconds]), encoding="utf-8")


def trials(folder: Path) -> Iterator[Trial]:
    """Each Python with the newest versions (the first by `pip install .`), then with the lowest."""
    for versions in (NEWEST, LOWEST) if shutil.which("uv") else (NEWEST,):
        for number, python in enumerate(pythons()):
            how = PIP if versions == NEWEST and number == 0 else versions
            yield Trial(python, how, folder / f"{number}-{'pip' if how == PIP else how}")


def main() -> int:
    """Try them all, print a table; 1 if one fails or gives other numbers."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove.platforms")
    parser.add_argument("--folder", type=Path, help="keep environments here, and use those that are there")
    asked = parser.parse_args()
    screen, done = Console(), list[Trial]()
    with tempfile.TemporaryDirectory(prefix="warrantsim-") as scratch:
        folder = (asked.folder or Path(scratch)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        wheel = built(folder / "wheel")
        for trial in trials(folder):
            tried(trial, wheel)
            done.append(trial)
            screen.print(_row(trial), soft_wrap=True)
    table = Table("Python", "Versions", "Mesa, numpy, numba, pandas", "Record", "Result", "Seconds")
    for trial in done:
        result = "works" if not trial.wrong else "; ".join(trial.wrong)
        at = str(trial.python), trial.versions, trial.at, trial.record
        table.add_row(*at, result, f"{trial.seconds:.0f}")
    screen.print(table)
    same = len({trial.record for trial in done}) == 1
    screen.print("all give the same record" if same else "[red]the records differ[/]")
    return 0 if same and not any(trial.wrong for trial in done) else 1


def _row(trial: Trial) -> str:
    return (
        f"{trial.python} {trial.versions}: {trial.at}: {trial.record or trial.wrong} ({trial.seconds:.0f} s)"
    )


if __name__ == "__main__":
    sys.exit(main())

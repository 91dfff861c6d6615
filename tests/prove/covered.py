"""`python -m tests.prove.covered` (`make coverage`): lines and branches of sim/ that the tests reach.

Each folder of tests runs in a process of its own under coverage.py; those that look at kernels alone run once
more with the kernels as plain Python. What a part found is kept in build/coverage, and the same command runs
the parts that are lacking (`--again`: all). Processes that tests start are measured too.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "coverage"
PLAIN = ("-p", "tests.uncompiled")
LEAST = 95.0  # per cent of lines and branches


@dataclass(frozen=True)
class Part:
    """Tests that run together."""

    name: str
    words: tuple[str, ...]


_FAST, _LONG = ("-m", "not long"), ("-m", "long")
_BESIDE_THE_MODEL = ("scenario", "runs", "analysis", "api", "cli", "tools", "world", "docs", "verify", "view")
_LONG_BESIDE_THE_MODEL = ("cli", "analysis", "api", "docs", "runs", "view")
PARTS = (
    Part(
        "kernels",
        (
            *PLAIN,
            *(
                f"tests/model/test_{name}.py"
                for name in ("hazards", "listening", "one_decision", "one_queue")
            ),
            "tests/model/test_news.py",
        ),
    ),
    Part("kernels-in-a-run", (*PLAIN, "tests/model/test_uncompiled.py")),
    *(Part(name, (*_FAST, f"tests/{name}")) for name in _BESIDE_THE_MODEL),
    Part("model", (*_FAST, "tests/model")),
    *(Part(f"{name}-long", (*_LONG, f"tests/{name}")) for name in _LONG_BESIDE_THE_MODEL),
)
SETTINGS = """\
[run]
branch = true
source = sim
data_file = {data}
parallel = true
concurrency = multiprocessing,thread
patch = subprocess
sigterm = true
disable_warnings = module-not-measured
[report]
exclude_also =
    if TYPE_CHECKING:
    @intrinsic
    raise NotImplementedError
    \\.\\.\\.$
"""


def _measure(part: Part, console: Console) -> bool:
    """Run a part's tests under coverage; whether they passed."""
    folder, begin = KEPT / part.name, time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = folder / "settings.ini"
    settings.write_text(SETTINGS.format(data=folder / "data"), encoding="utf-8")
    run = [sys.executable, "-m", "coverage", "run", f"--rcfile={settings}", "-m", "pytest", "-q", *part.words]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    good = done.returncode == 0
    (folder / ("done" if good else "failed")).write_text(done.stdout[-4000:], encoding="utf-8")
    words = (done.stdout.strip().splitlines() or ["nothing was said"])[-1]
    console.print(f"{time.monotonic() - begin:5.0f} s  {part.name}: {words}", style="dim")
    return good


def _report(console: Console) -> float:
    """Put the parts together, print the figure by module, and return it for the whole."""
    settings = KEPT / "settings.ini"
    settings.write_text(SETTINGS.format(data=KEPT / "data"), encoding="utf-8")
    words = [sys.executable, "-m", "coverage"]
    folders = [str(folder) for folder in sorted(KEPT.iterdir()) if folder.is_dir()]
    rc = f"--rcfile={settings}"
    (KEPT / "data").unlink(missing_ok=True)
    subprocess.run([*words, "combine", rc, "--keep", "-q", *folders], cwd=ROOT, check=True)
    said = subprocess.run(
        [*words, "report", rc, "--sort=cover", "--skip-covered"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    console.print(said.stdout, markup=False, highlight=False)
    total = subprocess.run(
        [*words, "report", rc, "--format=total", "--precision=1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return float(total.stdout)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.prove.covered", description=__doc__)
    parser.add_argument("--again", action="store_true", help="run every part anew")
    parser.add_argument("--only", default="", help="parts whose name begins with this")
    parser.add_argument("--report", action="store_true", help="run nothing")
    asked, console = parser.parse_args(), Console(width=120)
    chosen = [part for part in PARTS if part.name.startswith(asked.only)]
    for part in chosen if not asked.report else ():
        if asked.again or not (KEPT / part.name / "done").is_file():
            _measure(part, console)
    lacking = [part.name for part in PARTS if not (KEPT / part.name / "done").is_file()]
    total = _report(console)
    console.print(f"{total:.1f}% of lines and branches of sim/")
    if lacking:
        console.print(f"without {', '.join(lacking)}: these have not run to their end, or tests fail")
    return 0 if total >= LEAST and not lacking else 1


if __name__ == "__main__":
    sys.exit(main())

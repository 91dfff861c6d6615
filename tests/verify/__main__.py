"""`make verify`: parts of the model beside theory, where there is theory, drawn in one page.

The compiled functions and the agents are the model's own. The command fails if a comparison does.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from sim.runs.whole_files import write_whole
from sim.view.tables import to_terminal
from tests.verify import adoption, counts, logit, opinions, queues
from tests.verify.comparison import Comparison
from tests.verify.page import page, summary

COMPARISONS: tuple[Callable[[], Comparison], ...] = (
    queues.steady_state,
    queues.filling,
    counts.comparison,
    adoption.comparison,
    logit.comparison,
    opinions.limits,
    opinions.ring,
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.verify", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/verification.html"), help="the page")
    out: Path = parser.parse_args().out
    console, begin = Console(width=170), time.monotonic()
    found = []
    for compare in COMPARISONS:
        found.append(compare())
        console.print(f"{time.monotonic() - begin:4.0f} s  {found[-1].title}", style="dim")
    console.print(to_terminal(summary(found)))
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, page(found, time.monotonic() - begin))
    console.print(str(out))
    return 0 if all(one.holds for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())

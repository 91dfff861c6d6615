"""What the draws of the posterior give, as shipped: `python -m tools.shipped_draws`.

Both worlds at every draw, and history at the first draws. It belongs to the parameters as they are, so it is
renewed after the best point has been written. What is in the store is not run again.
"""

import argparse
from pathlib import Path

from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.analysis.uncertainty.joint_draws import DRAWS, joint_draws
from sim.analysis.uncertainty.shipped_draws import write
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.locations import root
from sim.scenario.posterior import posterior_folder
from sim.scenario.resolution import resolve


def main() -> None:
    """Run what the store lacks, and write both files into configs/posterior."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--store", type=Path, default=root() / "results" / "fit")
    asked.add_argument("--out", type=Path, default=posterior_folder())
    asked.add_argument("--rows", type=int, default=DRAWS, help="draws at which history is run")
    asked.add_argument("--workers", type=int)
    given = asked.parse_args()
    resolved = resolve("two_worlds")
    joint = joint_draws(resolved, None)
    assert joint is not None, "two worlds are compared and there is a posterior"
    store = Store(given.store)
    store.prepare()
    runner = Runner(
        store, Backend(given.workers), lambda done, count, name: print(f"{done} of {count}: {name}")
    )
    write(joint, read_rows(shipped_rows(), history_of(resolved)), given.rows, given.out, runner)
    for failure in runner.failures:
        print(f"failed: {failure}")


if __name__ == "__main__":
    main()

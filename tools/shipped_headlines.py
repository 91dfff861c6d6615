"""The headlines over joint draws that are shipped: `python -m tools.shipped_headlines`.

They belong to the parameters as they are, so they are renewed after the best point has been written.
"""

from sim.analysis.uncertainty.shipped_headlines import write_headlines
from sim.runs.store import Store
from sim.runs.tasks import Backend, Runner
from sim.scenario.locations import root, shown
from sim.scenario.posterior import posterior_folder
from sim.scenario.resolution import resolve

EXPERIMENTS = ("two_worlds",)


def main() -> None:
    """Run the experiments over all joint draws and write their headlines into configs/posterior."""
    store = Store(root() / "results" / "fit")
    store.prepare()
    runner = Runner(store, Backend(None))
    path = write_headlines([resolve(name) for name in EXPERIMENTS], posterior_folder(), runner)
    for failure in runner.failures:
        print(f"failed: {failure}")
    print(f"written: {shown(path)}")


if __name__ == "__main__":
    main()

"""The first run on a machine compiles the model, in two processes, into the cache of all later runs.

One compiles what concerns customers; the other everything else, by a run in which customers stay where they
are. Without this, every worker would compile the model at the same time.
"""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sim.runs.engines.local import WorkerProcess
from sim.scenario.scenario import Scenario, share_population

MONTHS = 8  # the US providers act, and there is news
_PARTS = ("compile_customers", "compile_the_rest")


def compile_model(worlds: Mapping[str, Scenario], seed: int) -> None:
    """Compile everything that a run of these worlds uses; one world set does for all."""
    first = next(iter(worlds.values()))
    together = [scenario for scenario in worlds.values() if share_population(first, scenario)]
    processes = [WorkerProcess(), WorkerProcess()]
    try:
        parts = [
            process.submit(compile_part, part, together, seed)
            for process, part in zip(processes, _PARTS, strict=True)
        ]
        for part in parts:
            part.result()
    finally:
        for process in processes:
            process.close()


def compile_part(part: str, scenarios: Sequence[Scenario], seed: int) -> None:
    """In a process of its own: compile a part with the smallest worlds there are.

    Without the garbage collector, for most of the million objects that the compiler makes stay.
    """
    from sim.model.population import smallest_size
    from sim.runs import compiled_parts

    gc.disable()
    small = [
        replace(s, months=MONTHS, customers=smallest_size(len(s.jurisdictions), len(s.segments)))
        for s in scenarios
    ]
    getattr(compiled_parts, part)(small, seed)

"""Compile the model once, before several processes run tests of it: `python -m tests.compiled_model`."""

from sim.model.compiled import is_compiled
from sim.runs.first_compilation import compile_model
from sim.scenario.resolution import resolve


def compile_if_needed() -> None:
    """Compile the model if no compiled code is there."""
    if is_compiled():
        return
    print("compiling the model (once after each change of it)", flush=True)
    resolved = resolve("two_worlds")
    compile_model({name: resolved.scenarios[name] for name in resolved.experiment.compare}, 1)


if __name__ == "__main__":
    compile_if_needed()

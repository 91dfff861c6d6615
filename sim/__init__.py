"""Two worlds: an agent-based model of what a US warrant for data stored abroad sets in motion.

`import sim` is quick: what it offers (see `sim.api`) is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sim.version import __version__

if TYPE_CHECKING:
    from sim.api import (
        Experiment,
        InputError,
        Month,
        Pair,
        Sweep,
        boundary,
        check,
        load,
        record,
        reproduce,
        run,
        sweep,
        verify,
        why,
        world,
    )

__all__ = [
    "Experiment",
    "InputError",
    "Month",
    "Pair",
    "Sweep",
    "__version__",
    "boundary",
    "check",
    "load",
    "record",
    "reproduce",
    "run",
    "sweep",
    "verify",
    "why",
    "world",
]
_OFFERED = tuple(name for name in __all__ if name != "__version__")


def __getattr__(name: str) -> Any:
    if name == "InputError":  # which may be what keeps the rest from being loaded
        return getattr(import_module("sim.scenario.problems"), name)
    if name in _OFFERED:
        import_module("sim.runs.compiler").can_keep_compiled_code()
        return getattr(import_module("sim.api"), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'; it offers {', '.join(_OFFERED)}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_OFFERED})

"""Whether the model can be compiled here, asked before anything is run: a worker would give a traceback.

Light to import: the model's own modules load the compiler for a second.
"""

import os
import tempfile
from pathlib import Path

from sim.scenario.problems import InputError

_PLACE, _OFF = "NUMBA_CACHE_DIR", "NUMBA_DISABLE_JIT"


def can_compile() -> None:
    """Raises InputError where the compiler is off, or its code can be kept nowhere."""
    if os.environ.get(_OFF, "").strip() not in ("", "0"):
        raise InputError(
            f"{_OFF} is set, and the model runs only compiled: some of its arithmetic has no Python form; "
            f"unset {_OFF}"
        )
    can_keep_compiled_code()


def can_keep_compiled_code() -> None:
    """Raises InputError where compiled code can be kept nowhere.

    Where it lies is the rule of `sim.model.compiled`.
    """
    chosen, model = os.environ.get(_PLACE), Path(__file__).parents[1] / "model"
    beside = model / "__pycache__"
    if chosen is None and os.access(beside if beside.is_dir() else model, os.W_OK):
        return
    folder = Path(chosen) if chosen is not None else Path.home() / ".cache" / "warrantsim"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written: {error.strerror or error}; the compiled model is kept there: set "
            f"{_PLACE} to a folder that can be written"
        ) from None

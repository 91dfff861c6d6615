"""How processes are started: from a fork server that has loaded the model already.

Light to import, so that the server can load the model while this process does.
"""

import multiprocessing
import os
import signal
import tempfile
from collections.abc import Sequence
from multiprocessing.context import BaseContext
from pathlib import Path

from sim.scenario.problems import InputError

MODEL = ("sim.runs.worker", "sim.runs.seed")


def process_context(preload: Sequence[str] = MODEL) -> BaseContext:
    """How processes are started here: by a fork server that has loaded these modules, or anew."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(list(preload))
    return context


def start_ahead(preload: Sequence[str] = MODEL) -> None:
    """Start the fork server now: by the time that workers are asked for it has loaded what they need.

    It is started deaf to Ctrl-C, which is for this process: it would answer with a traceback while it loads.
    Raises InputError where compiled code can be kept nowhere, before a worker would say so with a traceback.
    """
    _keep_compiled_code()
    if process_context(preload).get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # which lets Ctrl-C through again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _keep_compiled_code() -> None:
    """Refuse to start where compiled code can be kept nowhere.

    Where it lies is the rule of `sim.model.compiled`, which loads the compiler for a second.
    """
    chosen, model = os.environ.get("NUMBA_CACHE_DIR"), Path(__file__).parents[1] / "model"
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
            "NUMBA_CACHE_DIR to a folder that can be written"
        ) from None

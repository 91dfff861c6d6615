"""How processes are started: from a fork server that has loaded the model already.

Light to import, so that the server can load the model while this process does.
"""

import multiprocessing
import signal
from collections.abc import Sequence
from multiprocessing.context import BaseContext

from sim.runs.compiler import can_compile

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
    Raises InputError where the model cannot be compiled, before a worker would say so with a traceback.
    """
    can_compile()
    if process_context(preload).get_start_method() != "forkserver":
        return
    from multiprocessing import forkserver, resource_tracker

    resource_tracker.ensure_running()  # which lets Ctrl-C through again when it starts
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

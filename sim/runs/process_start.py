"""How processes are started: from a fork server that has loaded the model already.

Light to import, so that the server can load the model while this process does.
"""

import multiprocessing
from collections.abc import Sequence
from multiprocessing.context import BaseContext

MODEL = ("sim.runs.worker",)


def process_context(preload: Sequence[str] = MODEL) -> BaseContext:
    """How processes are started here: by a fork server that has loaded these modules, or anew."""
    methods = multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
    if "forkserver" in methods:
        context.set_forkserver_preload(list(preload))
    return context


def start_ahead() -> None:
    """Start the fork server now: by the time that workers are asked for it has loaded what they need."""
    if process_context().get_start_method() == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()

"""Serve the explorer on this machine until it is interrupted."""

import logging
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress

import waitress

from sim.runs.one_heap import use_one_heap
from sim.scenario.problems import InputError
from sim.view.explorer.app import make_app
from sim.view.explorer.settings import Settings

THREADS = 32  # a request that waits for the model keeps a thread; enough for ten users
_TRIED = 20  # ports that are tried


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int | None = None,
    browser: bool = True,
    tell: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted, on `port` or the first free one from 8050.

    Raises InputError if no port can be used.
    """
    use_one_heap()
    listening = _listen(host, port)
    app, pages = make_app(settings, host)
    address = f"http://{_named(host)}:{listening.getsockname()[1]}/"
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    server = waitress.create_server(app.server, sockets=[listening], threads=THREADS)
    try:
        with suppress(KeyboardInterrupt):
            tell(f"the explorer is at {address} (Ctrl+C stops it)")
            if browser:
                threading.Timer(0.5, webbrowser.open, [address]).start()
            server.run()  # until Ctrl+C
    finally:
        server.close()
        for page in pages:
            page.close()
        tell("ended")


def _named(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)


def _listen(host: str, port: int | None) -> socket.socket:
    """A listening socket on the given port, or on the first free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    message = ""
    for candidate in [port] if port is not None else range(8050, 8050 + _TRIED):
        one = socket.socket(family, socket.SOCK_STREAM)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind((host, candidate))
            one.listen(128)
            return one
        except OSError as error:
            one.close()
            message = error.strerror or str(error)
    where = f"--port {port}" if port is not None else f"the ports 8050 to {8050 + _TRIED - 1}"
    raise InputError(f"--host {host}: {where} cannot be used: {message}; choose another with --port")

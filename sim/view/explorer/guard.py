"""Who may talk to the explorer: pages that it served itself, under an address of this machine.

A web page from elsewhere can send the browser's requests here, and by a name of its own that leads here
(DNS rebinding) it could read the answers. The browser says under which name it came (Host) and which page
asks (Origin); both are checked on every request.
"""

import ipaddress
import logging
import os
from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from sim.scenario.control_characters import printable
from sim.scenario.problems import TRACE

_ANY = ("0.0.0.0", "::")
_HERE = frozenset(("localhost", "127.0.0.1", "::1"))


def guard(server: Flask, host: str) -> None:
    """Refuse requests for another host than this one, and those that another host's page sends."""

    @server.before_request
    def refuse() -> Response | None:
        named = request.headers.get("Host", "")
        if not _is_this_machine(named, host):
            return _no("This address is not one of the explorer's: open it by the address that it printed.")
        origin = request.headers.get("Origin")
        if origin is not None and _netloc(origin) != named.lower():
            return _no("A page of another site may not ask the explorer.")
        elsewhere = request.headers.get("Sec-Fetch-Site") == "cross-site"
        followed = request.method == "GET" and request.headers.get("Sec-Fetch-Dest", "document") == "document"
        if elsewhere and not followed:
            return _no("A page of another site may not ask the explorer.")
        return None

    @server.after_request
    def unframed(response: Response) -> Response:
        """Another site's page may link here, but not frame the explorer, where it would run models."""
        response.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
        return response


def answer_faults(server: Flask) -> None:
    """Tell of a request that cannot be answered in one line, with its trace where that is asked for."""

    @server.errorhandler(Exception)
    def fault(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException):
            return error
        words = printable(f"{type(error).__name__}: {error}".strip().splitlines()[0][:200])
        trace = bool(os.environ.get(TRACE))
        logging.getLogger(__name__).error("a request could not be answered: %s", words, exc_info=trace)
        return Response("The explorer could not answer this request.", 500, mimetype="text/plain")


def _is_this_machine(named: str, host: str) -> bool:
    """Whether a Host header names this machine, or the address that the explorer listens on."""
    try:
        name = (urlsplit(f"//{named}").hostname or "").lower()
    except ValueError:
        return False
    if name in _HERE or name == host.lower():
        return True
    return host in _ANY and _is_an_address(name)  # a name could be anybody's


def _netloc(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_an_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _no(words: str) -> Response:
    return Response(words, 403, mimetype="text/plain")

"""The explorer answers pages that it served itself, under an address of this machine, and nobody else."""

from typing import Any, cast

import pytest
from dash import Dash, html
from flask import Flask

from sim.view.explorer.guard import answer_faults, guard
from sim.view.explorer.pages.worlds.callbacks import _server


def answer(host: str, listens_on: str = "127.0.0.1", method: str = "POST", **headers: str) -> int:
    server = Flask("x")
    guard(server, listens_on)
    server.add_url_rule("/", view_func=lambda: "fine", methods=["GET", "POST"])
    sent = {"Host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return server.test_client().open("/", method=method, headers=sent).status_code


@pytest.mark.parametrize("host", ["localhost:8050", "127.0.0.1:8050", "[::1]:8050", "LOCALHOST:1"])
def test_this_machine_is_answered(host: str) -> None:
    assert answer(host) == 200
    assert answer(host, Origin=f"http://{host}") == 200


@pytest.mark.parametrize(
    "host",
    ["evil.com", "evil.com:8050", "127.0.0.1.evil.com", "localhost.evil.com", "10.0.0.1", "", "[::1", "a@b"],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_another_name_is_not(host: str, method: str) -> None:
    assert answer(host, method=method) == 403


@pytest.mark.parametrize("origin", ["http://evil.com", "null", "http://127.0.0.1:9999", "x", "http://["])
def test_a_page_from_elsewhere_is_not(origin: str) -> None:
    assert answer("127.0.0.1:8050", Origin=origin) == 403


def test_a_form_of_another_site_is_not() -> None:
    assert answer("localhost:8050", Sec_Fetch_Site="cross-site") == 403
    assert answer("localhost:8050", method="GET", Sec_Fetch_Site="cross-site") == 200  # a link


@pytest.mark.parametrize(
    ("into", "status"), [("document", 200), ("iframe", 403), ("image", 403), ("script", 403)]
)
def test_another_site_may_link_to_the_explorer_but_not_hold_it_in_a_frame(into: str, status: int) -> None:
    sent = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Dest": into}
    assert answer("localhost:8050", method="GET", **sent) == status


def test_browsers_are_told_that_no_other_page_may_frame_the_explorer() -> None:
    server = Flask("x")
    guard(server, "127.0.0.1")
    headers = server.test_client().get("/", headers={"Host": "localhost"}).headers
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("host", "status"),
    [("192.168.1.5:8050", 200), ("[fe80::1]:8050", 200), ("evil.com", 403), ("localhost", 200)],
)
def test_who_listens_to_all_addresses_is_asked_by_address(host: str, status: int) -> None:
    assert answer(host, listens_on="0.0.0.0") == status


def test_the_address_that_was_asked_for_is_answered() -> None:
    assert answer("lab.example:8050", listens_on="lab.example") == 200
    assert answer("192.168.1.5", listens_on="192.168.1.5") == 200
    assert answer("192.168.1.6", listens_on="192.168.1.5") == 403


def test_a_fault_is_one_line_in_the_terminal(caplog: pytest.LogCaptureFixture) -> None:
    server = Flask("x")
    answer_faults(server)
    server.add_url_rule("/", view_func=lambda: [][1])
    found = server.test_client().get("/")
    assert (found.status_code, b"could not answer" in found.data) == (500, True)
    (told,) = caplog.records
    assert told.getMessage() == "a request could not be answered: IndexError: list index out of range"
    assert not told.exc_info
    assert server.test_client().get("/none").status_code == 404


@pytest.mark.parametrize("depth", [10, 100_000])
def test_what_is_nested_without_end_is_no_request(depth: int) -> None:
    app = Dash("x")
    app.layout = html.Div()
    _server(app, cast(Any, None))  # nobody is asked for an answer
    sent = "[" * depth + "]" * depth
    found = app.server.test_client().post("/explorer/move", data=sent, content_type="application/json")
    assert found.status_code == 400

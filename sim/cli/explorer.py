"""`warrantsim dashboard`."""

from importlib.util import find_spec
from pathlib import Path

from sim.cli.console import console
from sim.scenario.problems import InputError

NEEDED = ("dash", "dash_ag_grid", "dash_mantine_components", "flask_compress", "orjson", "waitress")


def serve_dashboard(host: str, port: int | None, browser: bool, results: Path, customers: int | None) -> None:
    """Serve until interrupted.

    Raises InputError where something it needs is not installed, the model cannot be compiled, or the
    port is taken.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise InputError(
            f"the dashboard needs packages that are not installed ({', '.join(missing)}): pip "
            "install 'warrantsim[dashboard]'"
        )
    from sim.runs.compiler import can_compile

    can_compile()
    from sim.view.explorer.server import serve
    from sim.view.explorer.settings import Settings

    serve(Settings(results, customers), host, port, browser, console().out)

"""The command run in this process, with its exit code and what it printed."""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from sim.cli.main import main


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


@pytest.fixture
def warrantsim(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    def call(*words: str) -> Outcome:
        monkeypatch.setattr("sys.argv", ["warrantsim", *words])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        code = left.value.code
        return Outcome(code if isinstance(code, int) else 0, printed.out, printed.err)

    return call

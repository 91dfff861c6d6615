"""A command that the system asks to end stops as with Ctrl-C, and leaves nothing to complain of."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli.main import main


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_run_that_is_terminated_says_how_to_go_on(tmp_path: Path) -> None:
    folders = ["--out", str(tmp_path / "out"), "--store", str(tmp_path / "store")]
    sizes = ["--seeds", "60", "--customers", "4000", "--draws", "0"]
    command = [sys.executable, "-m", "sim.cli.main", "run", "two_worlds", *sizes, *folders]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        said = ""
        while "a minute" not in said:  # the first pair is done
            said = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=120)[0]
    assert process.returncode == 130
    assert "stopped: what was done is in" in rest
    assert "leaked" not in rest and "Traceback" not in rest


def test_so_does_a_command_that_is_stopped_at_other_work(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C while a report was drawn ended without a word."""

    def reading(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(sys, "argv", ["warrantsim", "list", "parameters"])
    monkeypatch.setattr("sim.cli.list.print_list", reading)
    try:
        with pytest.raises(SystemExit) as ended:
            main()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert ended.value.code == 130
    assert capsys.readouterr().err == "stopped; what was stored stays\n"

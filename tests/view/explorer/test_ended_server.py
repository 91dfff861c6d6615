"""The explorer ends when the system asks it to, as with Ctrl-C, and leaves nothing to complain of."""

import re
import signal
import subprocess
import sys
import urllib.request

import pytest


@pytest.mark.long
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_an_explorer_that_is_terminated_ends_its_processes_and_says_so() -> None:
    command = [sys.executable, "-m", "sim.cli.main", "dashboard", "--no-browser", "--customers", "2000"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        address = re.search(r"the explorer is at (\S+)", process.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(address[1], timeout=60) as page:  # it serves
            assert page.status == 200
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=120)[0]
    assert process.returncode == 0
    assert rest.split() == ["ended"]

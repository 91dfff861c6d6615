"""Workers and the caller's main module: from a script, from standard input, in Jupyter, and after Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPT = """
import sim
print("main")
factor = 2.0
def doubled(model):
    return factor * model.month
pair = sim.run(
    "two_worlds", seeds=2, customers=2000, workers=2, store=STORE,
    model_reporters={"doubled": doubled},
)
print(pair.collected["doubled"].max())
"""


def script(store: Path) -> str:
    return SCRIPT.replace("STORE", repr(str(store)))


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def descendants(session: int) -> list[int]:
    """Processes of a session that still run."""
    out = []
    for path in Path("/proc").iterdir():
        if path.name.isdecimal():
            try:
                stat = (path / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(stat[3]) == session and stat[0] != "Z":
                out.append(int(path.name))
    return out


@pytest.mark.long
@pytest.mark.parametrize("how", ["script", "standard input"])
def test_a_script_needs_no_guard(how: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(script(tmp_path / "store"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, *(["script.py"] if how == "script" else ["-"])],
        input=script(tmp_path / "store") if how != "script" else None,
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["main", "312.0"], "the main module ran once, in the caller alone"


@pytest.mark.long
def test_in_jupyter(tmp_path: Path) -> None:
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    cells = [nbformat.v4.new_code_cell(script(tmp_path / "store"))]
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute(
        cwd=tmp_path, env=environment()
    )
    assert "".join(
        out["text"] for out in notebook.cells[0].outputs if out.get("name") == "stdout"
    ).split() == ["main", "312.0"]


@pytest.mark.long
@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    words = (
        # a job in the background ignores the signal, and so would what it starts
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sim\n"
        "def told(done, total, words): print(done, flush=True)\n"
        "sim.run('two_worlds', seeds=100, customers=2000, workers=2, "
        f"store={str(tmp_path / 'store')!r}, progress=told)\n"
    )
    (tmp_path / "script.py").write_text(words, encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    process.wait(60)
    process.stdout.close()
    until = time.monotonic() + 20
    while descendants(process.pid) and time.monotonic() < until:
        time.sleep(0.1)
    assert descendants(process.pid) == []
    assert process.returncode != 0

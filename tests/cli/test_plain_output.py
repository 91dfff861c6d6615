"""What the command prints gives no orders to a terminal, and a disk that is full is told in a line."""

import errno
import io
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from sim.cli import main as command
from sim.cli.console import _PlainConsole
from sim.cli.shards import write_job_script
from sim.runs.engines.cluster import cluster_engine
from sim.scenario.csv_files import MOST_LINES, read_lines
from sim.scenario.problems import InputError


def test_an_escape_in_a_name_is_shown_and_not_sent() -> None:
    out = io.StringIO()
    console = _PlainConsole(file=out, force_terminal=True, color_system="standard", highlight=False)
    console.print("[bold]name[/] \x1b]0;owned\x07 \x9b31m")
    console.out("\x1b[2J")
    text = out.getvalue()
    assert "<1B>]0;owned" in text
    assert "<9B>31m" in text
    assert "\x07" not in text
    assert "<1B>[2J" in text
    assert "\x1b[1m" in text  # its own are sent


@pytest.mark.parametrize(
    ("raised", "said", "code"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "out/x"), "out/x: No space left on device", 1),
        (OSError(errno.ENOSPC, "No space left", "from/x", None, "to/x"), "to/x: No space left", 1),
        (OSError(errno.ENAMETOOLONG, "File name too long", "aaa"), "aaa: File name too long", 2),
        (InputError("\x1b[31mred"), "<1B>[31mred", 2),
        (ValueError("odd"), "a fault of the program, not of the input: ValueError: odd; what was stored", 1),
    ],
)
def test_an_error_is_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: Exception,
    said: str,
    code: int,
) -> None:
    def app() -> None:
        raise raised

    monkeypatch.setattr(command, "app", app)
    with pytest.raises(SystemExit) as left:
        command.main()
    assert left.value.code == code
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize("name", ["my study", "a;touch owned", "$(touch owned)", "a'b", "--help"])
def test_a_job_script_quotes_names(project: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(project)
    file = project / f"{name}.yaml"
    file.write_text((project / "experiments/two_worlds.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    write_job_script(f"./{file.name}", 2, (), None, None, project / "job.sh")
    script = (project / "job.sh").read_text(encoding="utf-8")
    subprocess.run(["bash", "-n", str(project / "job.sh")], check=True)
    (job,) = [line for line in script.splitlines() if "--job-name=" in line]
    assert all(letter.isalnum() or letter in "._-" for letter in job.partition("=")[2])
    (line,) = [line for line in script.splitlines() if line.startswith("warrantsim run")]
    assert shlex.split(line)[2] == f"./{file.name}"
    assert not (project / "owned").exists()


def test_a_line_break_in_a_name_is_refused(project: Path) -> None:
    file = project / "a\ntouch owned.yaml"
    file.write_text((project / "experiments/two_worlds.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(InputError, match="line break"):
        write_job_script(str(file), 2, (), None, None, project / "job.sh")


def test_more_parts_than_pairs_are_refused(project: Path) -> None:
    with pytest.raises(InputError, match="only 3 would have a pair to run"):
        write_job_script("two_worlds", 4, (), None, None, project / "job.sh")


def test_a_job_script_is_written_over_no_file_that_is_none(project: Path) -> None:
    mine, script = project / "mine.txt", project / "job.sh"
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="no job script of ours"):
        write_job_script("two_worlds", 2, (), None, None, mine)
    assert mine.read_text(encoding="utf-8") == "mine"
    for parts in (2, 3):
        write_job_script("two_worlds", parts, (), None, None, script)
    assert "--array=1-3" in script.read_text(encoding="utf-8")


def test_a_table_of_a_million_lines_is_refused_at_once(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n" + "1,2\n" * (MOST_LINES + 5), encoding="utf-8")
    with pytest.raises(InputError, match=f"more than {MOST_LINES:,} lines"):
        read_lines(file)


def test_a_cluster_that_nobody_answers_for_is_refused_before_anything_is_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "tcp://[::1", "127.0.0.1:x"):
        with pytest.raises(InputError, match="no scheduler answers there"):
            cluster_engine(address, 1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "two_worlds", "--out", ""), "--out: is empty"),
        (("run", "two_worlds", "--store="), "--store: is empty"),
        (("verify", ""), "an argument: is empty"),
    ],
)
def test_an_empty_word_is_no_folder(
    words: tuple[str, ...],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    """`--out "$NOT_SET"` would else fill the working folder with results."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["warrantsim", *words])
    with pytest.raises(SystemExit) as left:
        command.main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(said)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_minus_that_the_output_cannot_say_is_a_hyphen_and_ends_nothing(
    encoding: str, errors: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ended the command in the middle of its table; a question mark would be another number."""
    sent = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(sent, encoding, errors))
    monkeypatch.setattr(command, "app", lambda: _PlainConsole(file=sys.stdout).print("\u22120.94 \u6f22"))
    command.main()
    sys.stdout.flush()
    assert sent.getvalue().decode(encoding).strip() == "-0.94 ?"

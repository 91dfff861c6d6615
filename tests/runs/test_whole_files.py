"""Files that are either complete or absent: no device is replaced by one, and a full disk leaves nothing."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sim.runs.whole_files import whole_file, write_whole

resource: Any = pytest.importorskip("resource")


@contextmanager
def full_disk() -> Iterator[None]:
    """No byte more can be written into any file of this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_pipe_or_device_is_refused_and_stays(tmp_path: Path) -> None:
    """As root, a report to /dev/null made it a file of 7 MB for everybody on the machine."""
    pipe, stream = tmp_path / "pipe", tmp_path / "stdout"
    os.mkfifo(pipe)
    stream.symlink_to("/proc/self/fd/1")
    to_pipe = tmp_path / "to_pipe"
    to_pipe.symlink_to(pipe)
    for path in (pipe, stream, to_pipe):
        with pytest.raises(FileExistsError, match="a device or a pipe, which a file would replace"):
            write_whole(path, "text")
    assert pipe.is_fifo()
    assert stream.is_symlink() and to_pipe.is_symlink()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "stdout", "to_pipe"]


def test_an_ordinary_file_and_a_link_to_one_are_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    write_whole(file, "old")
    link.symlink_to(file)
    write_whole(link, "new")
    write_whole(file, "newer")
    assert (link.read_text(encoding="utf-8"), file.read_text(encoding="utf-8")) == ("new", "newer")


def test_on_a_full_disk_the_error_names_the_file_and_nothing_is_left(tmp_path: Path) -> None:
    with full_disk(), pytest.raises(OSError, match="too large"), whole_file(tmp_path / "a") as sink:
        sink.write(b"x")
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_abandoned_on_a_full_disk_prints_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error of whoever abandoned it is told; that of the bytes left in its buffer came beneath it."""
    unraisable: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", unraisable.append)
    file = whole_file(tmp_path / "a")
    file.__enter__().write(b"x")
    with full_disk():
        del file
        gc.collect()
    assert not unraisable
    assert not list(tmp_path.iterdir())

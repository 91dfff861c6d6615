"""One command at a time writes into a results folder.

Two would write over each other's tables, and one would lose what the other lets the manifest answer for. The
operating system holds the lock and gives it up when its process ends, however it ends; the file only says who
has it, and goes with it.
"""

import errno
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.scenario.problems import InputError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_PATIENCE = 2.0  # seconds: adding a table takes less, a run more
_BETWEEN = 0.05
_BEYOND = 1 << 20  # on Windows nobody reads what is locked: a byte far behind the text
_HELD = (errno.EAGAIN, errno.EACCES, errno.EDEADLK)
_NO_LOCKS_HERE = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)  # network file systems that are mounted so


@contextmanager
def only_writer(folder: Path, shard: tuple[int, int] | None = None) -> Iterator[None]:
    """Be the only one who writes into a folder, or the only one who runs this shard of it.

    Raises InputError if another command is at it, or the folder cannot be written.
    """
    path = folder / (".lock" if shard is None else f".lock-{shard[0]}-of-{shard[1]}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _acquired(path)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written: {error.strerror or error}") from None
    try:
        os.truncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}".encode())
        yield
    finally:
        if sys.platform != "win32":
            path.unlink(missing_ok=True)  # before another can have it
        os.close(handle)
        if sys.platform == "win32":  # what is open cannot be deleted there
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _acquired(path: Path) -> int:
    """The open lock file, held. Raises InputError."""
    begin = time.monotonic()
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        if _lock(handle) and _is_at(handle, path):  # else whoever had it has deleted the file meanwhile
            return handle
        os.close(handle)
        if time.monotonic() - begin > _PATIENCE:
            raise InputError(
                f"{path.parent}: another command writes into this folder ({_holder(path)}); wait until it "
                "has ended, or name another folder"
            )
        time.sleep(_BETWEEN)


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(handle, _BEYOND, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (*_HELD, *_NO_LOCKS_HERE):
            return error.errno in _NO_LOCKS_HERE
        raise
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _holder(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")[:200] or "it has just begun"
    except OSError:
        return "it has just ended"

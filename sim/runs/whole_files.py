"""Files that are either complete or absent.

They are written under another name, flushed to disk, then renamed.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it takes its name when the block ends without an error, else nothing is left.

    Raises OSError, also where the name is that of a device.
    """
    refuse_device(path)
    writing = path.with_name(f".{path.name}.writing")
    files = ExitStack()
    try:
        sink = files.enter_context(writing.open("wb"))
        yield sink
        sink.flush()
        os.fsync(sink.fileno())
        files.close()
        writing.replace(path)
    except BaseException as error:
        with suppress(OSError):
            files.close()  # on a full disk this fails, too, and the first error is the one to tell
        with suppress(OSError):
            writing.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(writing):
            error.filename = str(path)  # the name that the user knows
        raise


def refuse_device(path: Path) -> None:
    """Refuse a name that belongs to a device, a pipe or a stream such as /dev/null or /dev/stdout.

    The rename would put a file in its place, for everybody on the machine. Raises OSError.
    """
    stream = path.is_symlink() and str(path.readlink()).startswith("/proc/")
    if stream or (path.exists() and not path.is_file() and not path.is_dir()):
        raise OSError(errno.EEXIST, "it is a device or a pipe, which a file would replace", str(path))


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text (as UTF-8) or bytes."""
    with whole_file(path) as sink:
        sink.write(content.encode() if isinstance(content, str) else content)


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()

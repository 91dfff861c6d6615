"""Files that are either complete or absent.

They are written under another name, flushed to disk, then renamed.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it takes its name when the block ends without an error, else nothing is left."""
    writing = path.with_name(f".{path.name}.writing")
    try:
        with writing.open("wb") as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        writing.replace(path)
    except BaseException as error:
        with suppress(OSError):
            writing.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename == str(writing):
            error.filename = str(path)  # the name that the user knows
        raise


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text (as UTF-8) or bytes."""
    with whole_file(path) as sink:
        sink.write(content.encode() if isinstance(content, str) else content)


def sha256_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()

"""Files that are either complete or absent.

They are written under another name, flushed to disk, then renamed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write to; it takes its name when the block ends without an error."""
    writing = path.with_name(f".{path.name}.writing")
    with writing.open("wb") as sink:
        yield sink
        sink.flush()
        os.fsync(sink.fileno())
    writing.replace(path)


def write_whole(path: Path, content: str | bytes) -> None:
    """Write text (as UTF-8) or bytes."""
    with whole_file(path) as sink:
        sink.write(content.encode() if isinstance(content, str) else content)

"""Whether a process of this machine is still at work."""

import os
from pathlib import Path


def is_dead(pid: int) -> bool:
    """Whether a process of this machine (posix) has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended and only waits for its parent to collect it.

    In a container whose first process never does so, it waits for ever.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False  # no /proc here, or it has ended meanwhile: the next command will see
    return stat.rpartition(")")[2].split()[0] == "Z"

"""One heap for all threads of a long-lived process."""

import subprocess
import sys

import pytest

_COUNT = """
import ctypes, os, sys, threading
{first}
import pyarrow
here = threading.Barrier(8)
def fill():
    here.wait()
    kept = [bytes(5000) for _ in range(200)]
    here.wait()
threads = [threading.Thread(target=fill) for _ in range(8)]
[one.start() for one in threads]
[one.join() for one in threads]
libc = ctypes.CDLL("libc.so.6")
libc.fdopen.restype = ctypes.c_void_p
out = ctypes.c_void_p(libc.fdopen(os.dup(1), b"w"))
libc.malloc_info(0, out)
libc.fflush(out)
print(pyarrow.default_memory_pool().backend_name, file=sys.stderr)
"""


def _run(first: str) -> tuple[int, str]:
    """How many heaps eight threads have used, and the allocator of tables."""
    done = subprocess.run(
        [sys.executable, "-c", _COUNT.format(first=first)], capture_output=True, text=True, check=True
    )
    return done.stdout.count("<heap nr="), done.stderr.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="counts the heaps of glibc")
def test_all_threads_use_one_heap_and_tables_the_same() -> None:
    assert _run("from sim.runs.one_heap import use_one_heap; use_one_heap()") == (1, "system")
    assert _run("")[0] > 1, "the heaps are counted"


@pytest.mark.skipif(sys.platform != "linux", reason="reads the memory of a process as Linux tells it")
def test_free_pages_between_used_ones_are_given_back() -> None:
    program = """
from sim.runs.one_heap import give_back, use_one_heap
use_one_heap()
def pages():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1])
pieces = [bytearray(20_000) for _ in range(5_000)]
kept = pieces[::10]
del pieces
before = pages()
give_back()
print(before - pages())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 15_000, "of 25,000 pages, 22,500 are free"

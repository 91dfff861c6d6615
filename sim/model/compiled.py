"""Where compiled code is kept, and that it is never older than its source.

Numba recompiles a function when its own file has changed, but not when a function that it calls has changed in another
file. So the cache lies in a folder named after the digest of all of the model's source: another source, another folder.
"""

import hashlib
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

_VARIABLE = "NUMBA_CACHE_DIR"
_HERE = Path(__file__).parent


def source_digest() -> str:
    """Digest of every source file of the model but the reference, of which nothing is compiled."""
    h = hashlib.sha256()
    for path in sorted(_HERE.rglob("*.py")):
        if path.is_relative_to(_HERE / "reference"):
            continue
        h.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + path.read_bytes())
    return h.hexdigest()[:16]


def use_own_cache() -> None:
    """Point Numba to this source's folder: below NUMBA_CACHE_DIR if set, else beside the source, else the user's cache."""
    name = f"warrantsim-{source_digest()}"
    chosen = os.environ.get(_VARIABLE)
    if chosen is None:
        base = _HERE / "__pycache__"
        if not os.access(base if base.is_dir() else _HERE, os.W_OK):
            base = Path.home() / ".cache" / "warrantsim"
    elif Path(chosen).name.startswith("warrantsim-"):
        base = Path(chosen).parent  # inherited from a parent process
    else:
        base = Path(chosen)
    os.environ[_VARIABLE] = str(base / name)
    # Columns that are written out side by side are taken at once (LLVM's SLP vectoriser, which Numba leaves off). It
    # changes no rounding: the twin and the digests under other instruction sets are equal with it and without.
    os.environ["NUMBA_SLP_VECTORIZE"] = "1"
    # Threads with nothing to do sleep. To turn while they wait saves microseconds on a quiet machine, and takes twice the time on one where others work.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    if "numba" in sys.modules:
        sys.modules["numba"].config.SLP_VECTORIZE = 1
        sys.modules["numba"].config.CACHE_DIR = str(base / name)


def use_wide_vectors() -> None:
    """Let processors with vectors of 512 bits use them: LLVM takes half of them, which suited the first of these processors only.

    It changes no rounding. Whoever has chosen a processor or its features (NUMBA_CPU_NAME, NUMBA_CPU_FEATURES) keeps the choice.
    """
    codegen: Any = import_module(
        "numba.core.codegen"
    )  # only now: numba reads where its cache lies when it is loaded
    config, features = codegen.config, codegen.get_host_cpu_features()
    if config.CPU_NAME is None and config.CPU_FEATURES is None and "+avx512f" in features.split(","):
        config.CPU_FEATURES = f"{features},-prefer-256-bit"


def is_compiled() -> bool:
    """Whether compiled code lies in the cache, so that a run begins at once."""
    folder = Path(os.environ[_VARIABLE])
    return folder.is_dir() and next(folder.rglob("*customers_month*.nbi"), None) is not None

"""Where compiled code is kept, and that it is never older than its source.

Numba recompiles a function when its own file has changed, but not when a function that it calls has changed
in another file. So the compiled code of each module lies in a folder named after the digest of the module and
of all modules of this package that it imports, directly or not. An edit leaves the folders of all other
modules as they are; an edit of comments and docstrings alone leaves its own, too.
"""

import ast
import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

_VARIABLE = "NUMBA_CACHE_DIR"
_HERE = Path(__file__).parent
_ROOT = _HERE.parent.parent  # holds the package
# What a run needs last: each ends one of the two parts in which the model is compiled.
_LAST_COMPILED = (("survey", "ask"), ("books", "enter_requests"))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(
            node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
        ) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
    return tree


@cache
def _parsed(path: Path) -> tuple[str, tuple[Path, ...]]:
    """A module's syntax tree as text, without docstrings and comments, and its imports of this package."""
    tree = ast.parse(path.read_bytes())
    return ast.dump(_without_docstrings(tree)), tuple(sorted(set(_imported(tree))))


def _imported(tree: ast.Module) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        for name in names:
            file = _ROOT.joinpath(*name.split(".")).with_suffix(".py")
            if name.split(".")[0] == _HERE.parent.name and file.is_file():
                yield file


@cache
def digest_of_module(path: Path) -> str:
    """Digest of a module's source and of all that it imports from this package, directly or not."""
    reached, waiting = {path}, [path]
    while waiting:
        new = set(_parsed(waiting.pop())[1]) - reached
        reached |= new
        waiting += new
    h = hashlib.sha256()
    for file in sorted(reached):
        h.update(file.relative_to(_ROOT).as_posix().encode() + b"\0" + _parsed(file)[0].encode() + b"\0")
    return h.hexdigest()[:16]


def cache_folder(path: Path) -> Path:
    """Where a module's compiled code lies.

    Below NUMBA_CACHE_DIR if set, else beside the source, else the user's cache.
    """
    chosen = os.environ.get(_VARIABLE)
    if chosen is not None:
        base = Path(chosen)
    else:
        base = _HERE / "__pycache__"
        if not os.access(base if base.is_dir() else _HERE, os.W_OK):
            base = Path.home() / ".cache" / "warrantsim"
    name = ".".join(path.relative_to(_HERE).with_suffix("").parts)
    return base / "warrantsim" / f"{name}-{digest_of_module(path)}"


def use_own_cache() -> None:
    """Tell Numba where this package's compiled code lies, and how to compile it."""
    # Columns that are written out side by side are taken at once (LLVM's SLP vectoriser, which Numba leaves
    # off). It changes no rounding: the twin and the digests under other instruction sets are equal with it
    # and without.
    os.environ["NUMBA_SLP_VECTORIZE"] = "1"
    if "numba" in sys.modules:
        sys.modules["numba"].config.SLP_VECTORIZE = 1
    caching: Any = import_module("numba.core.caching")

    class ModuleLocator(caching._CacheLocator):
        """Finds the compiled code of this package; of all else, none."""

        def __init__(self, function: Any, file: str) -> None:
            self._py_file, self._name = file, function.__qualname__

        def get_cache_path(self) -> str:
            return str(cache_folder(Path(self._py_file)))

        def get_source_stamp(self) -> str:
            return digest_of_module(Path(self._py_file))

        def get_disambiguator(self) -> str:
            return "0"

        @classmethod
        def from_function(cls, function: Any, file: str) -> Any:
            if not Path(file).is_relative_to(_HERE):
                return None
            locator = cls(function, file)
            locator.ensure_cache_path()
            return locator

    save = caching.IndexDataCacheFile.save

    def save_locked(self: Any, key: Any, data: Any) -> None:
        with _locked(Path(self._cache_path)):
            save(self, key, data)

    caching.IndexDataCacheFile.save = save_locked
    caching.CacheImpl._locator_classes = [ModuleLocator, *caching.CacheImpl._locator_classes]


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing there.

    Numba counts a function's versions in a file. Two processes that add different versions at the same time
    could give both the same number, and the wrong one would be loaded.
    """
    try:
        fcntl: Any = import_module("fcntl")
    except ModuleNotFoundError:  # on Windows: the window is milliseconds
        yield
        return
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # released when the file is closed, also by a process that dies
        yield


def use_wide_vectors() -> None:
    """Let processors with vectors of 512 bits use them.

    LLVM takes half of them, which suited the first of these processors only.

    It changes no rounding. Whoever has chosen a processor or its features (NUMBA_CPU_NAME,
    NUMBA_CPU_FEATURES) keeps the choice.
    """
    codegen: Any = import_module(
        "numba.core.codegen"
    )  # only now: numba reads where its cache lies when it is loaded
    config, features = codegen.config, codegen.get_host_cpu_features()
    if config.CPU_NAME is None and config.CPU_FEATURES is None and "+avx512f" in features.split(","):
        config.CPU_FEATURES = f"{features},-prefer-256-bit"


def is_compiled() -> bool:
    """Whether the compiled code lies in the cache, so that a run begins at once."""
    folders = ((cache_folder(_HERE / "kernels" / f"{module}.py"), name) for module, name in _LAST_COMPILED)
    return all(
        folder.is_dir() and next(folder.glob(f"*.{name}-*.nbi"), None) is not None for folder, name in folders
    )

"""Compiled loops over arrays. Numba keeps what it has compiled beside these files (or where NUMBA_CACHE_DIR says)."""

import os
from pathlib import Path


def is_compiled() -> bool:
    """Whether compiled code lies in the cache, so that a run begins at once."""
    chosen = os.environ.get("NUMBA_CACHE_DIR")
    places = [Path(chosen)] if chosen else [Path(__file__).parent / "__pycache__"]
    return any(place.is_dir() and next(place.rglob("*customers_month*.nbi"), None) is not None for place in places)

"""The fingerprint of a resolved configuration: equal content, equal digest, on every machine."""

import hashlib
import json
from typing import Any


def canonical_json(content: Any) -> str:
    """JSON with sorted keys and no spaces; numbers as their shortest exact decimal, nothing that is not a
    number."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def digest(content: Any) -> str:
    """sha256 (hex) of the canonical JSON of `content`."""
    return hashlib.sha256(canonical_json(content).encode("ascii")).hexdigest()

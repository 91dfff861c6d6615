"""Whether a crate's metadata is what would be packed from its results: written anew, compared whole.

People, licence, title and description are only the packer's to say: they are read out and written again.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.crate import RECORD_IS, expected
from sim.analysis.crate_people import deposit_in
from sim.runs.crate_files import METADATA, Entities
from sim.scenario.problems import InputError


def metadata_differences(
    folder: Path, manifest: dict[str, Any], records: pd.DataFrame, entities: Entities
) -> list[str]:
    """How the metadata of an unpacked crate differs from what would be written; records aside."""
    try:
        now, texts = expected(folder, manifest, records, deposit_in(entities))
    except (InputError, OSError, KeyError, TypeError, ValueError) as error:
        return [f"{METADATA}: {error}"]
    return [*_of_entities(entities, now), *_of_texts(folder, texts)]


def _of_entities(said: Entities, now: Entities) -> Iterator[str]:
    for name in sorted(said.keys() | now.keys()):
        if name not in now or name not in said:
            yield f"{name} {'should not be' if name in said else 'is not'} described"
        elif now[name].get("propertyID") != RECORD_IS:  # of these the numbers are compared, to their digits
            keys = sorted(said[name].keys() | now[name].keys())
            wrong = [key for key in keys if said[name].get(key) != now[name].get(key)]
            if wrong:
                yield f"{name}: {', '.join(wrong)}"


def _of_texts(folder: Path, texts: dict[str, str]) -> Iterator[str]:
    for name, text in texts.items():
        try:
            same = json.loads((folder / name).read_text(encoding="utf-8")) == json.loads(text)
        except (OSError, ValueError):
            same = False
        if not same:
            yield f"{name} is not what follows"

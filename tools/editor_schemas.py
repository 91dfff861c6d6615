"""JSON Schemas of the YAML files, so that editors complete and check them while one types.

`python -m tools.editor_schemas` writes them to configs/schema/.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from sim.scenario.base import Mechanism
from sim.scenario.law import LAW_TABLES, Regime
from sim.scenario.locations import CONFIGS, root
from sim.scenario.parameter_files import ParameterEntry
from sim.scenario.schema import Experiment, Jurisdiction, Outlook, Provider, SegmentSpec, Timeline

KINDS: dict[str, Any] = {
    "experiment": Experiment,
    "jurisdictions": dict[str, Jurisdiction],
    "mechanisms": dict[str, Mechanism],
    "outlook": Outlook,
    "parameters": dict[str, ParameterEntry],
    "providers": dict[str, Provider],
    "regime": Regime,
    "segments": dict[str, SegmentSpec],
    "timeline": Timeline,
    **LAW_TABLES,
}


def schema(kind: str) -> str:
    """The JSON Schema of one kind of file, as the text of its file."""
    return json.dumps(TypeAdapter(KINDS[kind]).json_schema(), indent=1, sort_keys=True) + "\n"


def write(folder: Path) -> None:
    """Write every schema into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        (folder / f"{kind}.json").write_text(schema(kind), encoding="utf-8")


if __name__ == "__main__":
    write(root() / CONFIGS / "schema")

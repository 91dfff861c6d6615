"""Outcomes in the format of the EMA Workbench: `ema_workbench.load_results` opens what is written here.

The file is a tar.gz with `experiments.csv` (a row a pair: the values of the design, `seed`, and the columns
`scenario`, `policy` and `model` that the workbench adds), a file `<outcome>.cls` for each scalar outcome (a
number a line, no heading), and `metadata.json`, which gives the class of each outcome and the dtype of each
column (format 0.1, read by releases 2.5 and 3.0). An outcome is named by its headline and world, as in
`revenue__doj_wins` and `revenue__doj_wins_minus_microsoft_wins`. Runs that failed are `nan`.
"""

import io
import json
import re
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from sim.analysis.drivers.outcomes import inputs, outcomes_of
from sim.runs.csv_tables import csv_text
from sim.runs.results import FolderResults
from sim.runs.whole_files import whole_file
from sim.scenario.problems import InputError

_VERSION = 0.1


def export_ema(folder: Path, out: Path) -> int:
    """Write the outcomes of a results folder to `out` (a .tar.gz); returns the number of experiments.

    Raises InputError for another kind of file.
    """
    if not out.name.endswith(".tar.gz"):
        raise InputError(f"--out {out}: name a file that ends in .tar.gz")
    manifest = FolderResults(folder).manifest
    experiments, outcomes = ema_tables(folder, manifest)
    files = {"experiments.csv": csv_text(experiments)}
    files |= {
        f"{name}.cls": csv_text(values.to_frame(), header=False, na_rep="nan")
        for name, values in outcomes.items()
    }
    files["metadata.json"] = json.dumps(
        {
            "version": _VERSION,
            "outcomes": [["ScalarOutcome", str(name), f"{name}.cls"] for name in outcomes],
            "experiments": {str(name): dtype.name for name, dtype in experiments.dtypes.items()},
        }
    )
    with whole_file(out) as sink, tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content.encode())
            archive.addfile(entry, io.BytesIO(content.encode()))
    return len(experiments)


def ema_tables(folder: Path, manifest: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Experiments and outcomes as the workbench has them: a row a pair, and a column an outcome."""
    table = outcomes_of(folder, manifest)
    pairs = table[["point", "seed"]].drop_duplicates().reset_index(drop=True)
    experiments = inputs(folder).reindex(pairs["point"]).reset_index(drop=True)
    texts = [name for name in experiments if not pd.api.types.is_numeric_dtype(experiments[name])]
    experiments = experiments.astype(dict.fromkeys(texts, "category")).assign(
        seed=pairs["seed"],
        scenario=pairs["point"],
        policy=pd.Categorical(["None"] * len(pairs)),
        model=pd.Categorical(["warrantsim"] * len(pairs)),
    )
    outputs = len(table) // len(pairs)
    keys = table[["headline", "world", "against"]].iloc[:outputs].astype(object)
    names = _names(keys)
    return experiments, pd.DataFrame(
        table["value"].to_numpy(float).reshape(len(pairs), outputs), columns=names
    )


def _names(keys: pd.DataFrame) -> list[str]:
    """Names that Python could use, as the workbench asks; two that would be one are numbered."""
    out: list[str] = []
    for headline, world, against in keys.itertuples(index=False):
        whole = f"{headline}__{world}" + ("" if pd.isna(against) else f"_minus_{against}")
        name = re.sub(r"\W", "_", whole)
        out.append(name if name not in out else f"{name}_{len(out)}")
    return out

"""The results in docs/discovery.md, from results folders: `python -m tools.discovery_docs [results]`.

Each stands between two comments that name it. What no folder has stays as it is.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from sim.analysis.drivers import boundary_tables, discovery, tipping
from sim.runs.results import FolderResults
from sim.scenario.locations import root
from sim.view.number_format import percent
from sim.view.sections.boundary import gain
from sim.view.sections.tipping import NAMES, answer
from sim.view.tables import records_of
from tools.markdown import in_step, markdown_table

DOCUMENT = "docs/discovery.md"
MOST_ROWS = 8  # of a table of curves


def regions(results: FolderResults) -> str:
    """The boxes of every question that has one."""
    table = results.summary(discovery.REGIONS)
    assert table is not None
    boxes = table[(table["method"] == discovery.PRIM) & table["region"].notna()]
    rows = [
        [row["words"], row["region_words"], *(percent(row[one]) for one in ("density", "coverage", "share"))]
        for row in records_of(boxes)
    ]
    return markdown_table(("where is this so?", "box", "density", "coverage", "of all points"), rows)


def boundary(results: FolderResults) -> str:
    """What the search found, and what grids would have cost."""
    summary, surface, costs = (
        results.summary(name)
        for name in (boundary_tables.SUMMARY, boundary_tables.SURFACE, boundary_tables.COSTS)
    )
    assert summary is not None and surface is not None
    words = boundary_tables.words_of(records_of(summary)[0], surface)
    if costs is None:
        return words
    rows = [
        [row["method"], str(int(row["points"])), f"{row['wrong']:.2%}", f"{row['times']:.2g}"]
        for row in records_of(costs)
    ]
    heads = ("method", "points", "on the wrong side", "points over the search's")
    return f"{words}\n\n{markdown_table(heads, rows)}\n\n{gain(costs)}"


def returns(results: FolderResults) -> str:
    """The answer in words, and the curves along the first factor."""
    found = [results.summary(name) for name in tipping.TABLES]
    assert found[0] is not None
    words, curves = answer(found[0], found[1], found[2]), found[1]
    if curves is None or curves.empty:
        return words
    told = curves[~curves["verdict"].str.startswith("no effect")]
    return f"{words}\n\n{_curves(told) if len(told) <= MOST_ROWS else _verdicts(told)}"


def _verdicts(curves: pd.DataFrame) -> str:
    """How many curves of each outcome have which verdict; all stand in tipping.csv."""
    counts = curves.groupby(["outcome", "verdict"], sort=False).size().unstack(fill_value=0)
    rows = [[NAMES[str(outcome)], *(str(n) for n in row)] for outcome, row in counts.iterrows()]
    note = f"Of the {len(curves)} curves in `tipping.csv`, so many have each verdict:"
    return f"{note}\n\n{markdown_table(('share of', *map(str, counts.columns)), rows)}"


def _curves(curves: pd.DataFrame) -> str:
    rows = [
        [
            f"{row['along'] if isinstance(row['along'], str) else row['factor']}"
            + (f" ({row['others']})" if isinstance(row["others"], str) else ""),
            f"{NAMES[str(row['outcome'])]}, {row['at']}",
            percent(row["first"]),
            percent(row["last"]),
            percent(row["steepest"]),
            "" if pd.isna(row["half_at"]) else f"{row['half_at']:.3g}",
            str(row["verdict"]),
        ]
        for row in records_of(curves)
    ]
    heads = ("along", "share of", "at the low end", "at the high end", "steepest tenth", "half at", "verdict")
    return markdown_table(heads, rows)


BLOCKS: dict[str, tuple[str, str, Callable[[FolderResults], str]]] = {
    "regions": ("where_worlds_cross", discovery.REGIONS, regions),
    "boundary": ("evidence_turns_boundary", boundary_tables.SUMMARY, boundary),
    "to microsoft": ("return_to_microsoft", tipping.RETURNS, returns),
    "to doj": ("return_to_doj", tipping.RETURNS, returns),
    "laws": ("laws_after_return", tipping.RETURNS, returns),
    "phases": ("phases_of_return", tipping.RETURNS, returns),
}


def made(home: Path) -> dict[str, str]:
    """Every block whose results are there, by name, with the command that made them."""
    out = {}
    for name, (folder, needed, words) in BLOCKS.items():
        results = FolderResults(home / folder)
        if (results.folder / f"{needed}.csv").is_file():
            out[name] = words(results)
    return out


def main(home: Path) -> None:
    """Write what there is into the document."""
    path, blocks = root() / DOCUMENT, made(home)
    path.write_text(in_step(path.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    print(f"{DOCUMENT}: {', '.join(blocks) or 'nothing'} written from {home}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "results"))

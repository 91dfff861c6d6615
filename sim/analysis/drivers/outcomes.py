"""The outcomes of an experiment: every headline of every world of every pair, and of their difference.

`outcomes.parquet` is in every results folder, with or without a design. It is a long table; its rows are in
the order of its first five columns:

| column | meaning |
|---|---|
| `point` | number of the design's point; 0 where there is no design |
| `seed` | seed of the pair |
| `headline` | code of the headline (`sim.analysis.headlines`) |
| `world` | name of the world |
| `against` | missing: `value` is that of `world`; else `value` is `world` minus `against`, same seed |
| `value` | in the headline's unit; missing where the pair failed or the headline is not defined |

Pairs that failed have their rows, with missing values: whoever reads the table sees how many there are
(`failed_pairs`). The values of the design at each point are in `points.parquet` (`inputs`).
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.design_months import (
    Scenarios,
    compared,
    first_months,
    headline_months,
    moves_a_lever,
    scenarios_of,
)
from sim.analysis.design_outcomes import at_points, columns_of_headline, headline_values
from sim.analysis.headline_months import HeadlineMonths
from sim.analysis.headlines import HEADLINES
from sim.runs import tables_on_disk
from sim.runs.folder_check import DamagedFolder, first_line
from sim.runs.pair_series import Stretch, stretches
from sim.runs.points import POINTS, read_values
from sim.runs.results import MANIFEST
from sim.runs.tables_on_disk import DAMAGED

OUTCOMES = "outcomes.parquet"
CODES = tuple(headline.code for headline in HEADLINES)
UNITS = {headline.code: headline.unit for headline in HEADLINES}
KEYS = ["point", "seed", "headline", "world", "against"]


def write_outcomes(folder: Path, manifest: Mapping[str, Any], scenarios: Scenarios) -> None:
    """Write the outcomes of a folder's tables and points; `scenarios` gives the worlds at a point."""
    writer = tables_on_disk.Writer(folder / OUTCOMES)
    for rows in _rows(folder, manifest, scenarios):
        writer.add(rows)
    writer.close()


def outcomes_of(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """The outcomes of a results folder, as above; computed anew where an older version wrote the folder.

    `attrs` hold the `units` by headline and the number of `failed` pairs. Raises DamagedFolder.
    """
    path = folder / OUTCOMES
    if path.is_file():
        try:
            table = pq.read_table(path, page_checksum_verification=True)
        except DAMAGED as error:
            raise DamagedFolder(f"{OUTCOMES} is damaged: {first_line(error)}.") from None
    else:
        table = _computed(folder, manifest)
    return _frame(table)


def computed_outcomes(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """The same, computed anew from the tables whatever file there is."""
    return _frame(_computed(folder, manifest))


def outcomes_of_levers(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """The same, where levers that act on different dates are compared: all over the same months."""
    if moves_a_lever(inputs(folder).columns):
        return _frame(_computed(folder, manifest, by_lever=False))
    return outcomes_of(folder, manifest)


def months_of_levers(folder: Path, manifest: Mapping[str, Any]) -> HeadlineMonths:
    """Over which months these are taken."""
    scenarios = scenarios_of(manifest, folder / MANIFEST)
    return headline_months(manifest, inputs(folder), scenarios, by_lever=False)


def _computed(folder: Path, manifest: Mapping[str, Any], by_lever: bool = True) -> pa.Table:
    return pa.concat_tables(_rows(folder, manifest, scenarios_of(manifest, folder / MANIFEST), by_lever))


def _frame(table: pa.Table) -> pd.DataFrame:
    frame = table.unify_dictionaries().to_pandas()
    frame.attrs |= {"units": UNITS, "failed": failed_pairs(frame)}
    return frame


def failed_pairs(outcomes: pd.DataFrame) -> int:
    """How many pairs have no value of any headline in any world."""
    known = outcomes["value"].notna().groupby([outcomes["point"], outcomes["seed"]]).any()
    return int((~known).sum())


def inputs(folder: Path) -> pd.DataFrame:
    """The values of the design: a row a point, by its number, and a column a factor."""
    return read_values(folder / POINTS)


def chosen(outcomes: pd.DataFrame, headline: str, world: str, against: str | None = None) -> "pd.Series[Any]":
    """One outcome by (point, seed): a headline of a world or, with `against`, of a difference."""
    of = outcomes["against"].isna() if against is None else outcomes["against"] == against
    mine = outcomes[(outcomes["headline"] == headline) & (outcomes["world"] == world) & of]
    return mine.set_index(["point", "seed"])["value"]


def paired_outcomes(outcomes: pd.DataFrame, headline: str, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """One row a pair: `point`, `seed`, `a`, `b` and `difference` (b minus a) of the compared worlds.

    The last two are missing where one world was run.
    """
    a, b = compared(manifest)
    found = {"a": chosen(outcomes, headline, a)}
    if b is not None:
        found |= {
            "b": chosen(outcomes, headline, b),
            "difference": chosen(outcomes, headline, b, against=a),
        }
    return pd.DataFrame(found, columns=["a", "b", "difference"], dtype=float).reset_index()


def headlines_at_points(folder: Path, manifest: Mapping[str, Any]) -> pd.DataFrame:
    """Every headline at every point of a results folder.

    Columns: the design's values, then means, interval and pairs.
    """
    outcomes, values = outcomes_of(folder, manifest), inputs(folder)
    months = headline_months(manifest, values, scenarios_of(manifest, folder / MANIFEST))
    parts = [
        values.join(at_points(paired_outcomes(outcomes, headline.code, manifest)), how="right")
        .rename_axis("point")
        .reset_index()
        .assign(headline=headline.code, name=headline.name, unit=headline.unit, window=months.of(headline))
        for headline in HEADLINES
    ]
    return pd.concat(parts, ignore_index=True)


def _rows(
    folder: Path, manifest: Mapping[str, Any], scenarios: Scenarios, by_lever: bool = True
) -> Iterator[pa.Table]:
    """The rows of the table, stretch by stretch, so that memory does not grow with the experiment."""
    columns = sorted({name for code in CODES for name in columns_of_headline(code)})
    values = inputs(folder)
    firsts = pd.Series(first_months(manifest, values, scenarios, by_lever), index=values.index)
    names = [*manifest["worlds"]]
    for stretch in stretches(folder, manifest, columns):
        yield _long(stretch, _values(stretch, names, compared(manifest), firsts), names, compared(manifest))


def _values(
    stretch: Stretch, names: list[str], pair: tuple[str, str | None], firsts: "pd.Series[Any]"
) -> np.ndarray:
    """Every headline of every pair and world, and of the difference: (pairs, headlines, worlds + 1 or + 0).

    A pair that failed has none.
    """
    a, b = pair
    out = np.full((len(stretch.points), len(CODES), len(names) + (b is not None)), np.nan)
    begin = firsts.reindex(stretch.points[stretch.done]).to_numpy()
    for k, code in enumerate(CODES):
        out[stretch.done, k, : len(names)] = headline_values(stretch.series, code, begin)
    if b is not None:
        out[:, :, -1] = out[:, :, names.index(b)] - out[:, :, names.index(a)]
    return out


def _long(stretch: Stretch, values: np.ndarray, names: list[str], pair: tuple[str, str | None]) -> pa.Table:
    pairs, headlines, columns = values.shape
    a, b = pair
    worlds = [*range(len(names)), *([names.index(b)] if b is not None else [])]
    against = [None] * len(names) + ([names.index(a)] if b is not None else [])
    return pa.table(
        {
            "point": np.repeat(stretch.points, headlines * columns),
            "seed": np.repeat(stretch.seeds, headlines * columns),
            "headline": _named(np.tile(np.repeat(np.arange(headlines), columns), pairs), CODES),
            "world": _named(worlds * (pairs * headlines), names),
            "against": _named(against * (pairs * headlines), names),
            "value": pa.array(values.ravel(), from_pandas=True),
        }
    )


def _named(codes: Any, names: Iterable[str]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(list(names), pa.string()))

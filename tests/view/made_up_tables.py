"""Tables of a run, made from the schema: plausible shapes, invented numbers."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.model.tables import TABLES, Table
from sim.vocabulary import DIRECTIONS, INSTRUMENTS, KINDS, ROUTES, SEGMENTS

NAMED = {
    "US": ("United States", "USA"),
    "DE": ("Germany", "DEU"),
    "FR": ("France", "FRA"),
    "GB": ("United Kingdom", "GBR"),
    "IE": ("Ireland", "IRL"),
    "NL": ("Netherlands", "NLD"),
    "BR": ("Brazil", "BRA"),
    "IN": ("India", "IND"),
    "JP": ("Japan", "JPN"),
    "CN": ("China", "CHN"),
    "RU": ("Russia", "RUS"),
    "AU": ("Australia", "AUS"),
    "SG": ("Singapore", "SGP"),
    "HK": ("Hong Kong", "HKG"),
    "ZA": ("South Africa", "ZAF"),
    "CA": ("Canada", "CAN"),
}
GROUPS = {
    "rest_of_africa": ["EGY", "NGA", "KEN", "MUS"],
    "rest_of_latin_america": ["ARG", "CHL", "PER", "BRB"],
    "rest_of_eu": ["POL", "MLT", "GRC"],
}
OFFERS = (
    "local_region",
    "trustee",
    "customer_keys",
    "us_subsidiary",
    "litigation",
    "transparency",
    "discount",
)


def _size(column_unit: str, name: str) -> float:
    if name.startswith("stated"):
        return 0.12
    sizes = {
        "0-1": 0.5,
        "share": 0.5,
        "TB": 4e5,
        "USD": 2e9,
        "customers": 3e5,
        "accounts": 2e6,
        "countries": 5.0,
        "instruments": 20.0,
        "requests": 40.0,
        "months": 6.0,
    }
    return sizes[column_unit]


def _column(table: Table, frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    month = (pd.to_datetime(frame["month"]).dt.year - 2013) * 12 + pd.to_datetime(frame["month"]).dt.month
    world = frame["world"].astype("category").cat.codes.to_numpy()
    grown = 1 + month.to_numpy() / 60
    for column in table.measures:
        if column.name == "why":
            frame["why"] = rng.choice(["timeline", "distrust", "police_need"], len(frame))
            continue
        size = _size(column.unit, column.name)
        noise = rng.normal(1.0, 0.05, len(frame))
        level = size * noise * (1 - 0.08 * world * (month.to_numpy() > 19))
        values = level if column.unit in ("0-1", "share", "months") else level * grown
        if column.dtype == "int64":
            frame[column.name] = rng.poisson(np.maximum(values, 0.1))
        else:
            frame[column.name] = values
    if table.name == "world":
        late = pd.to_datetime(frame["month"]) > pd.to_datetime(frame["month"]).max() - pd.DateOffset(
            months=12
        )
        known_late = [name for name in frame.columns if name.endswith("_success_12m")]
        frame.loc[late, known_late] = np.nan
    return frame


def _keys(
    name: str, seeds: list[int], worlds: list[str], months: list[pd.Timestamp], rng: np.random.Generator
) -> pd.DataFrame:
    codes = [*NAMED, *GROUPS]
    runs: tuple[Any, ...] = (seeds, worlds)
    grids: dict[str, tuple[list[str], tuple[Any, ...]]] = {
        "world": (["month"], (months,)),
        "country": (["month", "country"], (months, codes)),
        "cell": (["month", "country", "segment"], (months, codes, SEGMENTS)),
        "flows": (
            ["month", "country", "from_kind", "from_host", "to_kind", "to_host"],
            (months[::6], ["DE", "US"], KINDS[:5], ["US", "IE"], KINDS[2:], ["DE"]),
        ),
        "requests": (["month", "direction", "country", "route"], (months, DIRECTIONS, ["DE", "BR"], ROUTES)),
    }
    if name in grids:
        columns, lists = grids[name]
        return pd.DataFrame(list(product(*runs, *lists)), columns=["seed", "world", *columns])
    rows: list[tuple[Any, ...]] = []
    if name == "laws":
        for seed, world, code, instrument in product(seeds, worlds, codes, INSTRUMENTS):
            if rng.random() < 0.25:
                at = int(rng.integers(5, len(months) - 3))
                rows += [
                    (seed, world, months[at], code, instrument, "adopted"),
                    (seed, world, months[at + 2], code, instrument, "in_force"),
                ]
        return pd.DataFrame(rows, columns=["seed", "world", "month", "country", "instrument", "change"])
    for seed, world, provider, code, offer in product(
        seeds, worlds, ("microsoft", "aws"), ("DE", "FR", "BR"), OFFERS
    ):
        at = int(rng.integers(5, len(months) - 30))
        rows += [
            (seed, world, months[at], provider, code, offer, "announced"),
            (seed, world, months[at + 14], provider, code, offer, "live"),
        ]
        if rng.random() < 0.3:
            rows.append((seed, world, months[at + 28], provider, code, offer, "closed"))
    return pd.DataFrame(rows, columns=["seed", "world", "month", "provider", "country", "offer", "change"])


def write_tables(
    folder: Path, names: list[str], seeds: list[int], worlds: list[str], months: list[pd.Timestamp]
) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    facts = {}
    for name in names:
        frame = _column(TABLES[name], _keys(name, seeds, worlds, months, rng), rng)[
            [column.name for column in TABLES[name].columns]
        ]
        frame["month"] = pd.to_datetime(frame["month"]).dt.date
        for column in TABLES[name].columns:
            if column.dtype == "category":
                frame[column.name] = frame[column.name].astype("category")
        frame.to_parquet(folder / "tables" / f"{name}.parquet")
        facts[name] = {"rows": len(frame), "digest": "0123456789abcdef" * 4, "sha256": "0" * 64}
    return facts

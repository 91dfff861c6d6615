"""The world table of one country.

It has the same columns, computed from the country's own customers, laws and requests, not from all abroad.
"""

import numpy as np
import pandas as pd

from sim.analysis.headlines import Columns
from sim.vocabulary import INSTRUMENTS

_BY_COUNTRY = ("flows", "requests", "cell", "laws", "offers")
_KEYS = ["seed", "world", "month"]
_LOCALISATION = ("procurement_rule", "sector_localisation", "general_localisation")
_OF_CUSTOMERS_AND_LAWS = {f"law_{name}": f"laws_{name}" for name in INSTRUMENTS}


def world_of(code: str, country: pd.DataFrame | None, requests: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of one country by seed, world and month.

    Columns that need tables not given are left out. `country` and `requests` are the recorded tables, or some
    of their columns. Requests are those about this country: of US investigators aimed at it, and of its
    police for data that US providers hold.
    """
    parts = []
    if country is not None:
        rows = (
            country[country["country"] == code].drop(columns="country").rename(columns=_OF_CUSTOMERS_AND_LAWS)
        )
        if "laws_protest" in rows:
            rows = rows.assign(
                laws_localisation=1.0
                - np.prod([1.0 - rows[f"laws_{name}"] for name in _LOCALISATION], axis=0),
                laws_total=sum(rows[f"laws_{name}"] for name in INSTRUMENTS if name != "protest"),
            )
        parts.append(rows)
    if requests is not None:
        parts.append(_evidence(requests[requests["country"] == code]))
    table = parts[0]
    for other in parts[1:]:
        table = table.merge(other, on=_KEYS, how="outer")
    return table.sort_values(["world", "seed", "month"], kind="stable", ignore_index=True)


def _evidence(requests: pd.DataFrame) -> pd.DataFrame:
    """The request columns of the world table, from the requests of one country.

    A month without requests has a count of zero and no success.
    """
    every = requests[_KEYS].drop_duplicates()
    out = every
    for direction, side, queue in (
        ("us_to_foreign", "us_foreign", "outgoing"),
        ("foreign_to_us", "foreign_us", "incoming"),
    ):
        rows = requests[requests["direction"] == direction]
        sums = rows.groupby(_KEYS, observed=True)[
            ["requests", "succeeded", "succeeded_12m", "months", "unreadable", "conflicts", "backlog"]
        ].sum()
        made = sums["requests"]
        found = pd.DataFrame(
            {
                f"{side}_requests": made,
                f"{side}_success_12m": sums["succeeded_12m"] / made.where(made > 0),
                f"{side}_months": sums["months"] / sums["succeeded"].where(sums["succeeded"] > 0),
                f"mla_backlog_{queue}": sums["backlog"],
            }
        )
        if side == "us_foreign":
            unreachable = rows[rows["route"] == "unreachable"].groupby(_KEYS, observed=True)["requests"].sum()
            found = found.assign(
                us_unreachable=unreachable.reindex(found.index).fillna(0),
                us_unreadable=sums["unreadable"],
                conflicts_of_law=sums["conflicts"],
            )
        out = out.merge(found.reset_index(), on=_KEYS, how="left")
    return out


def tables_of_country(tables: dict[str, pd.DataFrame], code: str) -> dict[str, pd.DataFrame]:
    """The tables of one country; `country` itself stays whole, for what is drawn of all countries."""
    out = {
        name: frame[frame["country"] == code] if name in _BY_COUNTRY else frame
        for name, frame in tables.items()
    }
    out["world"] = world_of(code, tables.get("country"), tables.get("requests"))
    return out


def pairs_of_table(world: pd.DataFrame, compare: tuple[str, str]) -> list[tuple[Columns, Columns]]:
    """A table by seed, world and month as pairs of columns, a pair a seed."""
    by = {key: rows.sort_values("month") for key, rows in world.groupby(["seed", "world"], observed=True)}

    def columns(seed: int, name: str) -> Columns:
        return {str(c): by[seed, name][c].to_numpy() for c in world.columns}

    return [(columns(seed, compare[0]), columns(seed, compare[1])) for seed in sorted(world["seed"].unique())]

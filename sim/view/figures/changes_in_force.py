"""Laws and offers in force, counted from their recorded changes."""

import numpy as np
import pandas as pd


def in_force_at_end(laws: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """By world, country and instrument: share of seeds in which it was in force at the end, median first
    month, most frequent reason.

    `laws`: seed, world, month, country, instrument, change, why. A law that was adopted but never came into
    force counts as absent.
    """
    key = ["world", "country", "instrument"]
    acts = laws[laws["change"].isin(["in_force", "repealed"])].sort_values("month", kind="stable")
    last = acts.groupby([*key, "seed"], observed=True)["change"].last()
    share = (last == "in_force").groupby(level=key, observed=True).sum() / seeds
    entered = acts[acts["change"] == "in_force"]
    first = (
        entered.groupby([*key, "seed"], observed=True)["month"]
        .min()
        .groupby(level=key, observed=True)
        .quantile(0.5)
    )
    counts = (
        entered.assign(why=entered["why"].astype(str))
        .groupby([*key, "why"], observed=True)
        .size()
        .rename("times")
        .reset_index()
    )
    why = (
        counts.sort_values(["times", "why"], ascending=[False, True], kind="stable")
        .drop_duplicates(key)
        .set_index(key)["why"]
    )
    return pd.DataFrame({"share": share, "month": first, "why": why}).reset_index()


def offered(offers: pd.DataFrame, months: pd.DatetimeIndex, seeds: list[int]) -> pd.DataFrame:
    """Countries in which at least one US provider has each offer: columns offer, month, announced, live; mean
    over seeds, one world.

    `announced` counts countries where an offer is announced and none is live yet.
    """
    parts = []
    for offer, rows in offers.sort_values("month", kind="stable").groupby("offer", observed=True):
        where = pd.MultiIndex.from_arrays([rows["seed"], rows["country"].astype(str)]).factorize()[0]
        who = pd.MultiIndex.from_arrays([where, rows["provider"].astype(str)]).factorize()[0]
        # the state of each provider's offer in each place of each run, by month: 0 none, 1 announced, 2 live
        state = np.zeros((who.max() + 1, len(months)), np.int8)
        place_of = np.zeros(who.max() + 1, np.int64)
        place_of[who] = where
        states = rows["change"].astype(str).map({"announced": 1, "live": 2, "recorded": 2})
        codes = states.fillna(0).to_numpy(np.int8)
        for k, month, code in zip(who, months.searchsorted(rows["month"]), codes, strict=True):
            state[k, month:] = code
        best = np.zeros((where.max() + 1, len(months)), np.int8)
        np.maximum.at(best, place_of, state)
        live, coming = (best == 2).sum(axis=0) / len(seeds), (best == 1).sum(axis=0) / len(seeds)
        parts.append(pd.DataFrame({"offer": str(offer), "month": months, "live": live, "announced": coming}))
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["offer", "month", "live", "announced"])
    )

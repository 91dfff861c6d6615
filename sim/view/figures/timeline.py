"""What changed when: laws and offers counted from their recorded changes."""

import pandas as pd


def in_force_at_end(laws: pd.DataFrame, seeds: int) -> pd.DataFrame:
    """By world, country and instrument: share of seeds in which it was in force at the end, median first month, most frequent reason.

    `laws`: seed, world, month, country, instrument, change, why. A law that was adopted but never came into force counts as absent.
    """
    key = ["world", "country", "instrument"]
    acts = laws[laws["change"].isin(["in_force", "repealed"])].sort_values("month", kind="stable")
    last = acts.groupby([*key, "seed"], observed=True)["change"].last()
    share = (last == "in_force").groupby(level=key, observed=True).sum() / seeds
    entered = acts[acts["change"] == "in_force"]
    first = entered.groupby([*key, "seed"], observed=True)["month"].min().groupby(level=key, observed=True).quantile(0.5)
    why = entered.groupby(key, observed=True)["why"].agg(lambda reasons: str(reasons.astype(str).mode().iloc[0]))
    return pd.DataFrame({"share": share, "month": first, "why": why}).reset_index()


def offered(offers: pd.DataFrame, months: pd.DatetimeIndex, seeds: list[int]) -> pd.DataFrame:
    """Countries in which at least one US provider has each offer: columns offer, month, announced, live; mean over seeds, one world.

    `announced` counts countries where an offer is announced and none is live yet.
    """
    changes = offers.sort_values("month", kind="stable")
    parts = []
    for offer, rows in changes.groupby("offer", observed=True):
        state = rows.pivot_table(index="month", columns=["seed", "country", "provider"], values="change", aggfunc="last", observed=True)
        state = state.astype(object).reindex(months.union(state.index)).ffill().reindex(months)
        live = (state == "live").T.groupby(level=["seed", "country"], observed=True).any().T
        coming = (state == "announced").T.groupby(level=["seed", "country"], observed=True).any().T & ~live
        counts = {"live": live.sum(axis=1) / len(seeds), "announced": coming.sum(axis=1) / len(seeds)}
        parts.append(pd.DataFrame({"offer": str(offer), "month": months, **{name: values.to_numpy() for name, values in counts.items()}}))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["offer", "month", "live", "announced"])

"""Codes of the tables as words a reader knows."""

INSTRUMENTS = {
    "protest": "Protest",
    "procurement_rule": "Procurement rule",
    "sector_localisation": "Sector localisation",
    "general_localisation": "General localisation",
    "blocking_statute": "Blocking statute",
    "transfer_suspension": "Suspension of transfers",
    "executive_agreement": "Executive agreement",
    "extraterritorial_claim": "Own extraterritorial claim",
}

OFFERS = {
    "local_region": "Local region",
    "trustee": "Sovereign: trustee",
    "customer_keys": "Sovereign: customer's keys",
    "us_subsidiary": "Sovereign: US-owned subsidiary",
    "litigation": "Fights warrants in court",
    "transparency": "Transparency reports",
    "discount": "Discount",
}

# What an experiment must say for a table to be recorded; the text between backticks is set as code.
GRAIN = {"country": "`record: country` or `record: full`"}


def how_to_record(table: str) -> str:
    """How to get a table that a run left out."""
    return f"The run did not record the table `{table}`. Set {GRAIN.get(table, '`record: full`')} in the experiment and run it again."


def how_to_summarise(name: str) -> str:
    """How to get a summary that a run didn't make."""
    return f"The results folder has no rows in `{name}.csv`: that part of the analysis was not asked for. Ask for it in the experiment and run it again."

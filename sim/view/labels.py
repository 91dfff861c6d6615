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

# Series that are drawn month by month: what each is, and its unit as `quantities.scale_for` reads it.
SERIES_NAMES = {
    "trust": ("Trust in US providers abroad", "0-1"),
    "trust_by_spend": ("Trust abroad, weighted by what buyers spend", "0-1"),
    "belief": ("Belief abroad that a US warrant reaches data stored there", "0-1"),
    "adoption": ("Customers abroad that use cloud services", "share"),
    "revenue_us": ("Monthly revenue of US providers abroad", "USD"),
    "revenue_us_cumulative": ("Revenue of US providers abroad since the start", "USD"),
    "market_share_us": ("US providers' share of cloud spending abroad", "share"),
    "cloud_data_at_home": ("Foreign customers' cloud data kept on home soil", "share"),
    "us_reach": ("Foreign customers' cloud data that a US order reaches", "share"),
    "laws_total": ("Instruments in force, protests apart", "instruments"),
    "us_foreign_success_12m": ("US requests aimed abroad that yield content within 12 months", "share"),
    "foreign_us_success_12m": (
        "Foreign requests to US providers that yield content within 12 months",
        "share",
    ),
    "conflicts_of_law": ("US orders a month that break the host's law", "requests"),
}


def factor_name(path: str) -> str:
    """A factor of a design as an axis calls it: its path in words, from the general to the particular."""
    return ": ".join(part.replace("_", " ") for part in path.split("."))


# What an experiment must say for a table to be recorded; the text between backticks is set as code.
GRAIN = {"country": "`record: country` or `record: full`"}


def how_to_record(table: str) -> str:
    """How to get a table that a run left out."""
    return f"The run did not record the table `{table}`. Set {GRAIN.get(table, '`record: full`')} in the experiment and run it again."


def how_to_summarise(name: str) -> str:
    """How to get a summary that a run didn't make."""
    return f"The results folder has no rows in `{name}.csv`: that part of the analysis was not asked for. Ask for it in the experiment and run it again."

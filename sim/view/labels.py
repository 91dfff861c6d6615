"""Names of the codes in tables."""

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
    "litigation": "Court challenges to warrants",
    "transparency": "Transparency reports",
    "discount": "Discount",
}
PROVIDERS = {"aws": "AWS", "microsoft": "Microsoft", "google": "Google", "other_us": "other US providers"}
WITHOUT_COUNTRY = ("litigation", "transparency")  # offers that a provider makes to all alike

# Series drawn by month: the name of each, and its unit for `number_format.scale_for`.
SERIES_NAMES = {
    "trust": ("Trust in US providers abroad", "0-1"),
    "trust_by_spend": ("Trust abroad, weighted by spending", "0-1"),
    "belief": ("Belief abroad that a US warrant reaches data stored there", "0-1"),
    "adoption": ("Customers abroad that use cloud services", "share"),
    "revenue_us": ("Monthly revenue of US providers abroad", "USD"),
    "revenue_us_cumulative": ("Revenue of US providers abroad since the start", "USD"),
    "market_share_us": ("US providers' share of cloud spending abroad", "share"),
    "cloud_data_at_home": ("Foreign customers' cloud data stored in their own country", "share"),
    "us_reach": ("Foreign customers' cloud data within reach of a US order", "share"),
    "us_reach_by_behaviour": ("The same if a US order reached whatever providers control", "share"),
    "laws_total": ("Instruments in force except protests", "instruments"),
    "us_foreign_success_12m": ("US requests for data abroad that yield content within 12 months", "share"),
    "people_abroad_success_12m": (
        "US requests about people abroad that yield content within 12 months",
        "share",
    ),
    "people_in_us_success_12m": (
        "US requests about people in the US that yield content within 12 months",
        "share",
    ),
    "foreign_us_success_12m": (
        "Foreign requests to US providers that yield content within 12 months",
        "share",
    ),
    "conflicts_of_law": ("US orders per month exposed to a conflict with the host's law", "requests"),
    "americans_reached_cumulative": (
        "Foreign orders that reached Americans' data since the start",
        "requests",
    ),
    "americans_exposure": ("Americans' exposure to foreign orders", "0-1"),
}


_MEASURES = {
    "trust": "Trust in US providers",
    "revenue_us": "Revenue of US providers",
    "tb_us_reach": "Data within reach of a US order",
    "conflicts_of_law": "US orders exposed to a conflict with the host's law",
}


def measure_name(code: str) -> str:
    """What a claim is about, in words."""
    return _MEASURES.get(code) or SERIES_NAMES.get(code, (code.replace("_", " "), ""))[0]


# The setting that records a table; text between backticks is set as code.
GRAIN = {"country": "`record: country` or `record: full`"}


def how_to_record(table: str) -> str:
    """How to record a missing table."""
    setting = GRAIN.get(table, "`record: full`")
    return f"The run did not record the table `{table}`. Set {setting} in the experiment and run it again."


def how_to_summarise(name: str) -> str:
    """How to get a missing summary."""
    return (
        f"The results folder has no rows in `{name}.csv`: the experiment did not request that part of the "
        "analysis. Request it and run the experiment again."
    )

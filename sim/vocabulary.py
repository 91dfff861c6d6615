"""The closed lists of the model's vocabulary, in the order in which arrays hold them.

A word's position is its code inside the arrays; files and tables show the word.
"""

SEGMENTS = ("consumer", "small_firm", "enterprise", "regulated", "public_sector")

# Where a customer's data can live. The five in the middle exist once for each US provider.
ON_PREMISES, HOME_GROWN = "on_premises", "home_grown"
US_KINDS = ("us_region", "local_region", "trustee", "customer_keys", "us_subsidiary")
KINDS = (ON_PREMISES, *US_KINDS, HOME_GROWN)

INSTRUMENTS = (
    "protest",
    "procurement_rule",
    "sector_localisation",
    "general_localisation",
    "blocking_statute",
    "transfer_suspension",
    "executive_agreement",
    "extraterritorial_claim",
)

ROUTES = ("direct", "comity_review", "agreement", "mla", "unreachable")
DIRECTIONS = ("us_at_home", "us_to_foreign", "foreign_at_home", "foreign_to_us")
TIES = ("five_eyes", "eu", "neutral", "rival")
CHANNELS = ("law_enforcement", "intelligence")
EVENT_KINDS = ("law", "court", "news", "provider")
CAUSES = ("exogenous", "case", "endogenous")

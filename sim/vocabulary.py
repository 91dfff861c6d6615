"""The closed lists of the model's vocabulary, in the order in which arrays hold them.

A word's position is its code inside the arrays; files and tables show the word.
"""

from typing import Literal, get_args

Segment = Literal["consumer", "small_firm", "enterprise", "regulated", "public_sector"]
SEGMENTS: tuple[str, ...] = get_args(Segment)

# Where a customer's data can live. The five in the middle exist once for each US provider.
ON_PREMISES, HOME_GROWN = "on_premises", "home_grown"
US_KINDS = ("us_region", "local_region", "trustee", "customer_keys", "us_subsidiary")
KINDS = (ON_PREMISES, *US_KINDS, HOME_GROWN)

Instrument = Literal[
    "protest",
    "procurement_rule",
    "sector_localisation",
    "general_localisation",
    "blocking_statute",
    "transfer_suspension",
    "executive_agreement",
    "extraterritorial_claim",
]
INSTRUMENTS: tuple[str, ...] = get_args(Instrument)

Route = Literal["direct", "comity_review", "agreement", "mla", "unreachable"]
ROUTES: tuple[str, ...] = get_args(Route)
DIRECTIONS = ("us_at_home", "us_to_foreign", "foreign_at_home", "foreign_to_us")
Tie = Literal["five_eyes", "eu", "neutral", "rival"]
TIES: tuple[str, ...] = get_args(Tie)
# How a country's authorities answer requests for legal assistance: what they grant.
MlaPractice = Literal["nearly_all", "most", "some", "hardly_any"]
MLA_PRACTICES: tuple[str, ...] = get_args(MlaPractice)
Channel = Literal["law_enforcement", "intelligence"]
CHANNELS: tuple[str, ...] = get_args(Channel)

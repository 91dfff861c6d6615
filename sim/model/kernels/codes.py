"""The numbers that compiled code uses for what configs and tables name (`sim.vocabulary`), in the same order.

A place is a number: on premises, home-grown, then five kinds of offer for each US provider in turn.
"""

# Jurisdictions: the US is the first; all others are abroad.
US = 0

# Places, and the offers of one US provider.
ON_PREMISES, HOME_GROWN, FIRST_US = 0, 1, 2
OFFERS = 5
US_REGION, LOCAL_REGION, TRUSTEE, CUSTOMER_KEYS, US_SUBSIDIARY = range(OFFERS)
NOWHERE = NEVER = -1

# Kinds of place (`KINDS`): a US provider's offer k is of kind 1 + k.
KINDS = 7
ON_PREMISES_KIND, FIRST_US_KIND, HOME_GROWN_KIND = 0, 1, 6
US_REGION_KIND, LOCAL_REGION_KIND, TRUSTEE_KIND, CUSTOMER_KEYS_KIND, US_SUBSIDIARY_KIND = range(1, 6)

# Segments (`SEGMENTS`).
CONSUMER, SMALL_FIRM, ENTERPRISE, REGULATED, PUBLIC = range(5)

# Instruments of governments (`INSTRUMENTS`).
PROTEST, PROCUREMENT_RULE, SECTOR_LOCALISATION, GENERAL_LOCALISATION = range(4)
BLOCKING_STATUTE, TRANSFER_SUSPENSION, EXECUTIVE_AGREEMENT, EXTRATERRITORIAL_CLAIM = range(4, 8)

# Channels (`CHANNELS`); exposure has a third, to the customer's own state, and distrust of it is in the
# exposure.
LAW_ENFORCEMENT, INTELLIGENCE, OWN_STATE = range(3)

# News: sign and life.
GOOD, BAD = range(2)
ATTENTION, RESIDUE = range(2)

# What a customer's weight and a place's stock count.
ACCOUNTS, TB, USD, CUSTOMERS = range(4)
PEERS = 6
UNITS = 1_000_000.0  # fixed point: stocks are int64 in millionths of an account, TB, USD a month, customer

# Requests: directions (`DIRECTIONS`), routes (`ROUTES`), and the two queues of legal assistance.
US_AT_HOME, US_TO_FOREIGN, FOREIGN_AT_HOME, FOREIGN_TO_US = range(4)
DIRECT, COMITY, AGREEMENT, MLA, UNREACHABLE = range(5)
ROUTE_BITS = 7  # of a code of the routing tables: the route
CONFLICT_BIT = 8  # added to a route's code: obeying breaks another law
HOST_BIT = 16  # added to a route's code: the host of the data is asked, not the US
NOTICE_BIT = 32  # added to a route's code: a government is told first, and the order waits
OFFENCE_BIT = 64  # added to a route's code: a blocking statute makes it an offence to obey
OUTGOING, INCOMING = range(2)

# An adoption and a repeal, in the list of a month's decisions.
ADOPTS, REPEALS = 1, -1

# Answers of the survey, in the order of `kernels.survey.ANSWERS`; the third is asked of users of US providers
# only.
MORE_NEGATIVE, LESS_LIKELY, WOULD_LEAVE, WOULD_PAY = range(4)

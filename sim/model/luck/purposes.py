"""What luck is drawn for. A number here is part of every draw's key: never reuse or renumber one."""

ADOPTION_ORDER = 1  # customer: when, in the order of its cell, it is ready to adopt
ADOPTION_AGAIN = 2  # customer: how long it waits after putting adoption off, or after giving the cloud up
FIRST_PLACE = 3  # cell: shift of the sequence that hands out places before the first month
CHOICE = 4  # customer: tastes at a decision
INITIAL_TRUST = 5  # customer: how far its trust lies from its country's
SUSCEPTIBILITY = 6  # customer: how much news moves it
SENSITIVITY = 7  # customer: how much perceived risk weighs
RENEWAL = 8  # customer: month of the contract's renewal
PEERS = 9  # customer: who its peers are
LAW_ORDER = 10  # customer of a group: in which of its countries it lives
ADOPT_INSTRUMENT = 11  # government: whether an instrument is adopted this month
REPEAL_INSTRUMENT = 12  # government: whether one is repealed
BUILD_TIME = 13  # provider and region: how long a region takes to build
REQUESTS = 14  # investigator: how many requests arrive in a month
TARGET = 15  # request: at whom it is aimed
CIRCUMSTANCE = 16  # request: time of month, evasion, whether a contested warrant is honoured, location
OUTCOME = 17  # request: whether it is granted, how long it takes
US_BUSINESS = 18  # customer: whether its home-grown provider does business in the US
PUBLICITY = 19  # request: whether it is sealed for good, comes to court, gets into the press
EVASION = 20  # request: what an evader believes and where it puts its data
BILL = 21  # regime: whether US lawmakers pass it this month
HOME_TASTE = 30  # customer: its lasting taste for home-grown providers
LEGAL_CIRCUMSTANCE = 31  # request: whether its target is a US person, whether obeying breaks a data law
HEARING = 40  # customer: whether it hears the news of a month, and whether it is told of last month's
THRESHOLD = 41  # customer: by how much its perceived risk must rise before it thinks again

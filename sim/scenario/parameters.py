"""The names and types of every behavioural parameter; values, units, ranges and sources are in
configs/parameters/.

One class a file there. A field is a number, one number a segment, or a table of numbers by name or date.
"""

from sim.scenario.schema import BySegment
from sim.scenario.strict import Strict

Table = dict[str, float]


class Market(Strict):
    volume_growth: Table
    data_growth: float
    price_decline: float
    price_sensitivity: BySegment
    learning_rate: float
    experience_years: float
    home_start: Table
    home_lag: Table
    home_catch_up: float
    home_earnings_elasticity: float
    home_protection: float
    region_hosting_premium: float


class Adoption(Strict):
    innovation: float
    imitation: float
    acceleration: float
    national: float
    postpone_utility: float
    return_utility: float


class Choice(Strict):
    sensitivity: BySegment
    sensitivity_spread: float
    nest_scale: float
    local_preference: BySegment
    network_effect: float
    home_taste: float
    threshold: float
    threshold_tail: float
    transfer_friction: BySegment
    trustee_gap: float
    trustee_premium: float
    keys_gap: float
    keys_premium: float
    own_keys_gap: float
    subsidiary_gap: float
    subsidiary_premium: float
    grace_months: float


class Switching(Strict):
    between_providers: BySegment
    within_share: float
    protect_share: float


class Exposure(Strict):
    law_enforcement_always: Table
    law_enforcement_if_believed: Table
    intelligence: Table
    intelligence_belief_2013: float
    own_state_weight: float
    own_state_reach_abroad: float
    distrust_of_foreign_claims: float


class Trust(Strict):
    prior_strength: float
    initial_offset: float
    initial_scale: float
    spread: float
    asymmetry: float
    news_strength: float
    news_attention: BySegment
    attention_half_life: float
    residue_half_life: float
    residue_share: float
    intelligence_spillover: float
    peer_weight: float
    belief_rate: BySegment
    belief_jump: float
    belief_forgetting_half_life: float
    ruling_weight: float
    ruling_reach: Table
    news_reach: Table
    lasting_share: Table
    protest_news: float
    incident_news: float
    incident_half: float


class Network(Strict):
    same_cell: float
    same_country: float
    hearing: float
    telling: float
    susceptibility_spread: float


class Governments(Strict):
    base_rate: Table
    distrust: Table
    incidents: Table
    neighbours: Table
    region_likeness: float
    rule: Table
    unmet_need: Table
    dependence: Table
    hosting_cost: Table
    privacy_law: Table
    rivalry: Table
    localisation_covers_consumers: Table
    legal_delay: Table
    repeal_rate: Table


class Providers(Strict):
    responsiveness: float
    margin: float
    planning_years: float
    region_capital: float
    region_build_months: float
    region_build_spread: float
    sovereign_capital: Table
    sovereign_build_months: Table
    sovereign_trial_months: float
    sovereign_close_share: float
    latency_gain: float
    litigation_cost: float
    litigation_trust: float
    litigation_delay: float
    transparency_trust: float
    discount: float
    conflict_cost: float


class Investigators(Strict):
    us_requests_per_year: float
    us_request_growth: float
    us_aimed_abroad: float
    foreign_content_share: Table
    foreign_request_growth: float
    non_content_answered: float
    requests_about_americans: float
    foreign_owned_accounts: Table
    foreign_owned_growth: float
    segment_weight: BySegment
    evading_share: float
    evaders_on_premises: float
    evaders_haven: Table
    direct_months: float
    direct_success: float
    comity_months: float
    comity_success: float
    common_law_comity_success: float
    agreement_months: float
    agreement_eligible: float
    agreement_success: float
    mla_base_months: float
    mla_asked: Table
    mla_granted: Table
    mla_slowness: Table
    mla_success: float
    mla_utilisation: float
    mla_hiring: float
    mla_minimum_capacity: float
    mla_capacity_abroad: float
    rogatory_slowdown: float
    rogatory_success: float
    conflict_delay: float
    notice_months: float
    consumer_unlocking: float
    incidental_share: float
    claim_obedience: float
    refusal_cost: float
    sealed_share: float
    challenged_share: float
    publicity: float
    motions_filed: float
    motions_known: float


class Orders(Strict):
    transfer_rules_risk: float
    disclosure_bar_risk: float
    us_persons_abroad: float
    foreigners_in_us: float
    nowhere_in_us: float
    blocking_covers_consumers: Table
    agreement_quota: float
    agreement_notice: float
    agreement_lifts_bar: float
    agreement_objection: float


class Survey(Strict):
    panel: float
    negative_threshold: float
    hypothetical_price: float
    would_buy_threshold: float


class Lawmakers(Strict):
    base_rate: float
    unmet_need: float
    conflicts: float
    conflicts_half: float
    protests: float
    losses: float


class Parameters(Strict):
    """All behavioural parameters, by group."""

    market: Market
    adoption: Adoption
    choice: Choice
    switching: Switching
    exposure: Exposure
    trust: Trust
    network: Network
    governments: Governments
    lawmakers: Lawmakers
    providers: Providers
    investigators: Investigators
    orders: Orders
    survey: Survey

"""What the factors of a design are called: a parameter's plain name instead of its path.

A name says what a larger value means. `configs/parameters/` has the whole meaning of each parameter.
"""

import re

_SWITCH = re.compile(r"worlds\.(?P<world>[^.]+)\.switches\.(?P<number>\d+)\.on")
_LEVER = re.compile(r"levers\.(?P<lever>[^.]+)\.(?P<field>[^.]+)")
_JURISDICTION = re.compile(r"jurisdictions\.(?P<place>[^.]+)\.(?P<field>[^.]+)(?P<rest>.*)")
_CAPITALS = {
    word.lower(): word for word in ("AWS", "CLOUD", "DOJ", "EU", "GDPR", "ICPA", "LEADS", "MLA", "UK", "US")
}

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_BY_FIELD = {
    "adoption_2013": "cloud adoption in 2013",
    "adoption_pace": "pace of cloud adoption",
    "adoption_ceiling": "ceiling of cloud adoption",
}
_BY_TERM = {
    "countries": "partners",
    "notice": "share of US orders the partner is told of",
    "lifts_bar": "share of US orders made lawful in the partner's law",
    "quota": "orders a month that a partner may serve",
}

NAMES = {
    "pulled": "levers pulled",
    "law.tests.location.bar": "reach of the US bar on disclosure",
    # adoption
    "adoption.innovation": "adoption of the cloud without example",
    "adoption.imitation": "adoption of the cloud by example",
    "adoption.acceleration": "yearly speed-up of cloud adoption",
    "adoption.national": "how far countries adopt at a pace of their own",
    "adoption.postpone_utility": "appeal of staying on premises",
    "adoption.return_utility": "appeal of going back on premises",
    # choice
    "choice.sensitivity": "customers' sensitivity to perceived risk",
    "choice.sensitivity_spread": "spread of customers' sensitivity to risk",
    "choice.nest_scale": "how different one provider's offers are",
    "choice.local_preference": "appeal of a local region over a US one",
    "choice.network_effect": "appeal of the provider that peers use",
    "choice.home_taste": "spread of the taste for home-grown providers",
    "choice.threshold": "rise of risk at which customers think again",
    "choice.threshold_tail": "how alike thresholds for thinking again are",
    "choice.transfer_friction": "cost of a US region while transfers are suspended",
    "choice.trustee_gap": "what a trustee's offer lacks",
    "choice.trustee_premium": "price premium of a trustee's offer",
    "choice.keys_gap": "what an offer with the customer's keys lacks",
    "choice.keys_premium": "price premium of customer-held keys",
    "choice.own_keys_gap": "what own keys lack without the provider's help",
    "choice.subsidiary_gap": "what a US-owned subsidiary's offer lacks",
    "choice.subsidiary_premium": "price premium of a US-owned subsidiary's offer",
    "choice.grace_months": "time to leave a place that became unlawful",
    # exposure
    "exposure.law_enforcement_always": "perceived reach of US orders under any rule",
    "exposure.law_enforcement_if_believed": "perceived reach that belief in the rule adds",
    "exposure.intelligence": "perceived reach of US intelligence",
    "exposure.intelligence_belief_2013": "belief in US intelligence's taking before the leak",
    "exposure.own_state_weight": "weight of exposure to one's own state",
    "exposure.own_state_reach_abroad": "own state's reach to data on US soil",
    "exposure.distrust_of_foreign_claims": "US customers' distrust of foreign orders",
    # governments
    "governments.base_rate": "governments' readiness to act",
    "governments.distrust": "governments: effect of citizens' distrust",
    "governments.incidents": "governments: effect of news of data taken",
    "governments.neighbours": "governments: imitation of like countries",
    "governments.region_likeness": "governments: likeness within a region",
    "governments.rule": "governments: effect of a US rule that reaches abroad",
    "governments.unmet_need": "governments: effect of own police's unmet requests",
    "governments.dependence": "governments: effect of growing dependence",
    "governments.hosting_cost": "governments: effect of the cost of local hosting",
    "governments.privacy_law": "governments: effect of strong privacy law",
    "governments.rivalry": "governments: effect of rivalry with the US",
    "governments.localisation_covers_consumers": "consumers whom general localisation covers",
    "governments.legal_delay": "time from decision to force of a law",
    "governments.repeal_rate": "governments' readiness to repeal",
    # investigators
    "investigators.us_requests_per_year": "US requests for content in 2013",
    "investigators.us_request_growth": "growth of US requests",
    "investigators.us_aimed_abroad": "share of US requests about people abroad",
    "investigators.foreign_content_share": "share of foreign requests that need content",
    "investigators.foreign_request_growth": "growth of foreign requests",
    "investigators.non_content_answered": "foreign requests for other data answered",
    "investigators.requests_about_americans": "foreign requests about people in the US",
    "investigators.foreign_owned_accounts": "Americans' accounts at foreign providers",
    "investigators.foreign_owned_growth": "growth of Americans' accounts at foreign providers",
    "investigators.segment_weight": "how often a segment's accounts are asked for",
    "investigators.evading_share": "share of targets that evade",
    "investigators.evaders_on_premises": "share of evaders on premises",
    "investigators.evaders_haven": "where evaders in the US go",
    "investigators.direct_months": "time to evidence by a direct order",
    "investigators.direct_success": "success of direct orders",
    "investigators.comity_months": "time of a comity review",
    "investigators.comity_success": "success of statutory comity motions",
    "investigators.common_law_comity_success": "success of common-law comity",
    "investigators.agreement_months": "time to evidence under an executive agreement",
    "investigators.agreement_eligible": "requests that an executive agreement covers",
    "investigators.agreement_success": "success under an executive agreement",
    "investigators.mla_base_months": "time of the papers of legal assistance",
    "investigators.mla_asked": "share of needed letters of request written",
    "investigators.mla_granted": "US requests for legal assistance granted",
    "investigators.mla_slowness": "slowness of foreign authorities",
    "investigators.mla_success": "success of letters of request to the US",
    "investigators.mla_utilisation": "load of the authorities for legal assistance",
    "investigators.mla_hiring": "hiring at the authorities for legal assistance",
    "investigators.mla_minimum_capacity": "least capacity of the US authority",
    "investigators.mla_capacity_abroad": "least capacity of authorities abroad",
    "investigators.rogatory_slowdown": "delay without treaty or convention",
    "investigators.rogatory_success": "success without treaty or convention",
    "investigators.conflict_delay": "delay of an order that conflicts with other law",
    "investigators.notice_months": "wait for a government that is told first",
    "investigators.consumer_unlocking": "chance that a key holder is made to unlock",
    "investigators.incidental_share": "orders that meet an American's data by the way",
    "investigators.claim_obedience": "obedience to foreign orders that US law forbids",
    "investigators.refusal_cost": "cost of refusing a foreign order",
    "investigators.sealed_share": "share of US orders that stay secret",
    "investigators.challenged_share": "share of orders taken to court",
    "investigators.publicity": "share of open orders that become public",
    "investigators.motions_filed": "share of motions for comity filed",
    "investigators.motions_known": "share of motions for comity made public",
    # lawmakers
    "lawmakers.base_rate": "US lawmakers' readiness to act",
    "lawmakers.unmet_need": "US lawmakers: effect of unmet US requests",
    "lawmakers.conflicts": "US lawmakers: effect of conflicts of law",
    "lawmakers.conflicts_half": "US lawmakers: conflicts with half their full effect",
    "lawmakers.protests": "US lawmakers: effect of protests from the EU",
    "lawmakers.losses": "US lawmakers: effect of providers' losses",
    # market
    "market.volume_growth": "growth of cloud use",
    "market.data_growth": "growth of stored data",
    "market.price_decline": "yearly fall of prices",
    "market.price_sensitivity": "customers' sensitivity to price",
    "market.learning_rate": "fall of cost with doubled output",
    "market.experience_years": "output before the model begins",
    "market.home_start": "start of home-grown providers over the trend",
    "market.home_lag": "lag of home-grown providers",
    "market.home_catch_up": "catching up of home-grown providers",
    "market.home_earnings_elasticity": "effect of earnings on catching up",
    "market.home_protection": "home-grown providers' gain from protection",
    "market.region_hosting_premium": "extra cost of local hosting",
    # network
    "network.same_cell": "peers of the same country and segment",
    "network.same_country": "peers of the same country",
    "network.hearing": "how unevenly news is heard",
    "network.telling": "chance of telling a peer the news",
    "network.susceptibility_spread": "spread of how bad news moves customers",
    # orders
    "orders.transfer_rules_risk": "risk that an order breaks rules on transfers",
    "orders.disclosure_bar_risk": "risk that an order breaks a bar on disclosure",
    "orders.us_persons_abroad": "accounts abroad held by US persons",
    "orders.foreigners_in_us": "accounts in the US held by foreigners",
    "orders.nowhere_in_us": "data without stable location with a copy in the US",
    "orders.blocking_covers_consumers": "consumers' data that blocking statutes cover",
    "orders.agreement_quota": "orders a month that a partner may serve",
    "orders.agreement_notice": "share of US orders the partner is told of",
    "orders.agreement_lifts_bar": "share of US orders made lawful by agreement",
    "orders.agreement_objection": "share of known orders the partner objects to",
    # providers
    "providers.responsiveness": "providers' response to expected gain",
    "providers.margin": "providers' margin",
    "providers.planning_years": "providers' planning horizon",
    "providers.region_capital": "capital of a first local region",
    "providers.region_build_months": "time to build a local region",
    "providers.region_build_spread": "spread of the time to build a local region",
    "providers.sovereign_capital": "capital of a sovereign offer",
    "providers.sovereign_build_months": "time to set up a sovereign offer",
    "providers.sovereign_trial_months": "trial time of a sovereign offer",
    "providers.sovereign_close_share": "earnings below which a sovereign offer closes",
    "providers.latency_gain": "appeal of a region in one's own country",
    "providers.litigation_cost": "cost of fighting warrants in court",
    "providers.litigation_trust": "trust gained by fighting warrants",
    "providers.litigation_delay": "delay of contested warrants",
    "providers.transparency_trust": "trust gained by transparency reports",
    "providers.discount": "price cut where distrust costs more",
    "providers.conflict_cost": "cost to a provider of a conflict of law",
    # survey
    "survey.panel": "size of the survey's panel",
    "survey.negative_threshold": "loss of trust at which people say so",
    "survey.hypothetical_price": "price in the survey's question",
    "survey.would_buy_threshold": "fall of preference at which people say so",
    # switching
    "switching.between_providers": "cost of changing provider",
    "switching.within_share": "cost of moving within a provider",
    "switching.protect_share": "cost of taking one's own keys",
    # trust
    "trust.prior_strength": "weight of opinion before the first news",
    "trust.initial_offset": "level of initial trust",
    "trust.initial_scale": "initial trust per unit of the Pew share",
    "trust.spread": "spread of trust within a country",
    "trust.asymmetry": "weight of bad news over good",
    "trust.news_strength": "weight of news",
    "trust.news_attention": "attention to news",
    "trust.attention_half_life": "half-life of passing attention",
    "trust.residue_half_life": "half-life of lasting memories",
    "trust.residue_share": "share of the news that stays",
    "trust.intelligence_spillover": "spillover of distrust from intelligence to police",
    "trust.peer_weight": "influence of peers",
    "trust.belief_rate": "speed of belief about the rule",
    "trust.belief_jump": "jump of belief on news of the rule",
    "trust.belief_forgetting_half_life": "half-life of belief about intelligence",
    "trust.ruling_weight": "weight of the ruling's news",
    "trust.ruling_reach": "share of people who hear of the ruling",
    "trust.news_reach": "reach of news",
    "trust.lasting_share": "lasting share of the news",
    "trust.protest_news": "weight of the government's protest",
    "trust.incident_news": "weight of news of US orders",
    "trust.incident_half": "public orders with half the full weight",
}


def factor_name(path: str) -> str:
    """A factor of a design as an axis title; what has no name is its path in words."""
    if found := _SWITCH.fullmatch(path):
        return f"{spoken(found['world'])}: date of the {_ordinal(int(found['number']))} change of rule"
    if (found := _LEVER.fullmatch(path)) and found["field"] in _BY_TERM:
        return f"{spoken(found['lever'])}: {_BY_TERM[found['field']]}"
    if (found := _JURISDICTION.fullmatch(path)) and found["field"] in _BY_FIELD:
        return _of(_BY_FIELD[found["field"]], [found["place"], *found["rest"].split(".")[1:]])
    parts = path.split(".")
    for length in range(len(parts), 0, -1):
        known = NAMES.get(".".join(parts[:length]))
        if known is not None:
            return _of(known, [part for part in parts[length:] if part != "all"])
    return ": ".join(spoken(part) for part in parts)


def _ordinal(position: int) -> str:
    return _ORDINALS[position] if position < len(_ORDINALS) else f"{position + 1}th"


def sentence_case(name: str) -> str:
    """A name at the beginning of a line."""
    return name[:1].upper() + name[1:]


def _of(name: str, whose: list[str]) -> str:
    """A name, and for whom a value is if it has several."""
    return f"{name} ({', '.join(spoken(one) for one in whose)})" if whose else name


def spoken(code: str) -> str:
    """A name of the configuration as words; abbreviations get their capitals."""
    return " ".join(_CAPITALS.get(word, word) for word in code.replace("_", " ").split(" "))

"""The one schema of every recorded table: names, types, units and meanings.

What the model records is listed here and nowhere else; the data dictionary that goes with
each result is printed from it.
"""

from dataclasses import dataclass

from sim.vocabulary import INSTRUMENTS, KINDS


@dataclass(frozen=True)
class Column:
    """One column: its name, numpy dtype (`date`, `category` for keys), unit and definition."""

    name: str
    dtype: str
    unit: str
    meaning: str

    @property
    def range(self) -> tuple[float, float]:
        """The least and the largest value that it may have: shares and probabilities lie from 0 to 1, and
        nothing that is counted or measured is negative."""
        return (0.0, 1.0) if self.unit in ("0-1", "share") else (0.0, float("inf"))


@dataclass(frozen=True)
class Table:
    """One recorded table: the columns that identify a row, and the columns that measure."""

    name: str
    one_row_is: str
    keys: tuple[Column, ...]
    measures: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        return self.keys + self.measures


SEED = Column("seed", "int64", "-", "the run's seed; the same seed is the same luck in every world")
WORLD = Column("world", "category", "-", "the world's name in the experiment")
MONTH = Column("month", "date", "first day", "the month, under the law in force on its first day")
COUNTRY = Column("country", "category", "-", "jurisdiction: ISO 3166 alpha-2, or a rest-of-region group")
SEGMENT = Column("segment", "category", "-", "kind of customer")
PROVIDER = Column("provider", "category", "-", "the US provider")
RUN = (SEED, WORLD)


def _f(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "float64", unit, meaning)


def _i(name: str, unit: str, meaning: str) -> Column:
    return Column(name, "int64", unit, meaning)


# What is recorded of any set of customers: a cell, a country, everyone outside the US.
OF_CUSTOMERS: tuple[Column, ...] = (
    _f(
        "trust",
        "0-1",
        "mean trust, weighted by accounts: probability that data a US warrant can reach is not used against "
        "the customer",
    ),
    _f("trust_intelligence", "0-1", "the same for access by US intelligence"),
    _f(
        "trust_by_spend",
        "0-1",
        "mean trust in the law-enforcement channel, weighted by potential spend: the buyers' view",
    ),
    _f(
        "belief",
        "0-1",
        "mean belief that a US warrant reaches data that a US provider stores abroad, weighted by accounts",
    ),
    _f(
        "perceived_exposure",
        "0-1",
        "mean belief-weighted exposure of the place where the data now lives, weighted by accounts",
    ),
    _f("adoption", "share", "share of customers that use cloud services"),
    *(_f(f"tb_{kind}", "TB", f"data that lives in: {kind}") for kind in KINDS),
    _f("tb_at_home", "TB", "data stored on the soil of the customer's own jurisdiction, whoever holds it"),
    _f(
        "tb_us_reach",
        "TB",
        "data that a US order reaches without foreign help, under the rule in force: by definition the rule "
        "applied to where data lies",
    ),
    _f("tb_us_control", "TB", "the same if a US order reached whatever a provider with US business controls"),
    _f("revenue_us", "USD", "cloud revenue of US providers in the month"),
    _f("revenue_us_sovereign", "USD", "the part of it from trustee, customer-key and US-subsidiary offers"),
    _f("revenue_home_grown", "USD", "cloud revenue of home-grown providers in the month"),
    _f("adopted", "customers", "customers that moved to the cloud in the month"),
    _f("postponed", "customers", "customers that were about to adopt and put it off"),
    _f("gave_up", "customers", "cloud customers that went back on premises"),
    _f(
        "left_us", "customers", "customers of a US provider that went to a home-grown one or back on premises"
    ),
    _f("switched_provider", "customers", "cloud customers that moved from one provider to another"),
    _f("moved_within", "customers", "customers that changed region or offer at the same US provider"),
    _f("added_protection", "customers", "customers of a US provider that added keys of their own"),
    _f("forced", "customers", "customers that moved because their place had become unlawful"),
    _f("stated_more_negative", "share", "of those asked: more negative about US providers than a year ago"),
    _f("stated_less_likely", "share", "of those asked: less likely than a year ago to buy from US providers"),
    _f("stated_would_leave", "share", "of those asked who use a US provider: would leave it"),
    _f("stated_would_pay", "share", "of those asked: would pay 15% more for an offer out of US reach"),
)

_OF_INVESTIGATIONS: tuple[Column, ...] = (
    _i("us_requests", "requests", "US requests for content held by providers or targets, all"),
    _i("us_foreign_requests", "requests", "US requests aimed at data or people outside the US"),
    _f(
        "us_foreign_success_12m",
        "share",
        "of the US requests aimed at data or people outside the US made in this month: readable content "
        "within 12 months",
    ),
    _f("us_foreign_months", "months", "mean time to evidence of those of them that succeed at all"),
    _i("people_abroad_requests", "requests", "US requests about people abroad, wherever their data lies"),
    _f(
        "people_abroad_success_12m",
        "share",
        "of the US requests about people abroad made in this month: readable content within 12 months",
    ),
    _i(
        "people_in_us_requests",
        "requests",
        "US requests about people in the US, most of them domestic warrants, wherever their data lies",
    ),
    _f(
        "people_in_us_success_12m",
        "share",
        "of these US requests about people in the US made in this month: readable content within 12 months",
    ),
    _i("us_unreachable", "requests", "US requests of which nothing comes: no route, or no letter written"),
    _i("us_unreadable", "requests", "US requests answered with data that only the customer could decrypt"),
    _i(
        "foreign_us_requests",
        "requests",
        "requests of foreign police for data that US providers hold or that lies in the US",
    ),
    _f("foreign_us_success_12m", "share", "of those made in this month: readable content within 12 months"),
    _f("foreign_us_months", "months", "mean time to evidence of those of them that succeed at all"),
    _i(
        "mla_backlog_outgoing",
        "requests",
        "US requests waiting at foreign authorities at the end of the month",
    ),
    _i(
        "mla_backlog_incoming",
        "requests",
        "foreign requests waiting at the US Department of Justice at the end of the month",
    ),
    _i(
        "non_content_requests",
        "requests",
        "requests of foreign police to US providers for other data than content, which they may answer",
    ),
    _i("non_content_answered", "requests", "of these: answered"),
    _i("americans_requests", "requests", "requests of foreign police for content of people in the US"),
    _i(
        "americans_reached",
        "requests",
        "foreign orders that reach Americans' data without US process: under a claim, at the country's own "
        "providers, or by the way of an order under an executive agreement",
    ),
    _f(
        "americans_exposure",
        "0-1",
        "exposure of Americans' accounts to foreign orders: at US providers the claims in force, by economy, "
        "and the share of accounts at foreign-owned providers",
    ),
    _i(
        "foreign_orders_refused", "requests", "foreign orders that US law forbids a provider to obey: refused"
    ),
    _f("refusal_costs", "USD", "what refusing them costs US providers"),
    _i(
        "public_orders",
        "requests",
        "US orders that became public, in court or in the press, and that no court stopped",
    ),
    _i("court_orders", "requests", "of these: that came to court about data in another country"),
    _i(
        "conflicts_of_law",
        "requests",
        "US orders that could be obeyed only by breaking another law, and that no court stopped",
    ),
    _i(
        "disclosures_enterprise_abroad",
        "requests",
        "disclosures to US investigators of content that organisations keep abroad",
    ),
)

_LAWS = tuple(
    _f(f"laws_{i}", "countries", f"countries with this instrument in force: {i}") for i in INSTRUMENTS
)

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            "world",
            "a month, of everyone outside the United States unless the name says otherwise",
            (*RUN, MONTH),
            (
                *OF_CUSTOMERS,
                _f("revenue_us_domestic", "USD", "cloud revenue of US providers from US customers"),
                _f("market_world", "USD", "revenue of all cloud providers in all countries, the US included"),
                *_LAWS,
                _f(
                    "laws_localisation",
                    "countries",
                    "countries with a localisation law or procurement rule in force",
                ),
                _f("laws_total", "instruments", "instruments in force in all countries, protests apart"),
                _f(
                    "us_rule_reach",
                    "share",
                    "of US warrants for data abroad: honoured under the rule in force",
                ),
                *_OF_INVESTIGATIONS,
            ),
        ),
        Table(
            "country",
            "a month in a country (the US included)",
            (*RUN, MONTH, COUNTRY),
            (
                *OF_CUSTOMERS,
                *(
                    _f(
                        f"law_{i}",
                        "share",
                        "share of the jurisdiction's countries with it in force "
                        f"(0 or 1 for one country): {i}",
                    )
                    for i in INSTRUMENTS
                ),
                _f(
                    "unmet_need",
                    "share",
                    "of the police's requests for data that US providers hold, over twelve months: "
                    "not met within 12 months",
                ),
                _i(
                    "conflicts_about_people",
                    "requests",
                    "US orders about its people that could be obeyed only by breaking another law, and that "
                    "no court stopped",
                ),
                _i(
                    "public_orders",
                    "requests",
                    "US orders about its people that became public and that no court stopped",
                ),
                _i("court_orders", "requests", "US orders in court about other people's data on its soil"),
                _i("americans_reached", "requests", "orders of its police that reach Americans' data"),
                _i("foreign_orders_refused", "requests", "orders of its police that US providers refuse"),
                _i("non_content_requests", "requests", "requests of its police for other data than content"),
                _i("non_content_answered", "requests", "of these: answered by US providers"),
                _f("market_share_us", "share", "US providers' share of the country's cloud spending"),
            ),
        ),
        Table(
            "cell",
            "a month of one segment in a country",
            (*RUN, MONTH, COUNTRY, SEGMENT),
            (
                _f("customers", "customers", "customers that exist, in the cloud or not"),
                *OF_CUSTOMERS,
            ),
        ),
        Table(
            "market",
            "a month of one US provider in a country",
            (*RUN, MONTH, COUNTRY, PROVIDER),
            (_f("revenue", "USD", "cloud revenue from the country's customers"),),
        ),
        Table(
            "flows",
            "a stream of data between two kinds of place in a month; only those that moved",
            (
                *RUN,
                MONTH,
                COUNTRY,
                Column("from_kind", "category", "-", "kind of place the data left"),
                Column("from_host", "category", "-", "jurisdiction on whose soil it lay"),
                Column("to_kind", "category", "-", "kind of place it went to"),
                Column("to_host", "category", "-", "jurisdiction on whose soil it lies now"),
            ),
            (
                _f("tb", "TB", "data moved"),
                _f("accounts", "accounts", "accounts moved"),
                _f("customers", "customers", "customers moved"),
            ),
        ),
        Table(
            "provider",
            "a month of one US provider",
            (*RUN, MONTH, PROVIDER),
            (
                _f("revenue_abroad", "USD", "cloud revenue from customers outside the US"),
                _f(
                    "revenue_sovereign_abroad",
                    "USD",
                    "the part of it from trustee, customer-key and US-subsidiary offers",
                ),
                _f("revenue_domestic", "USD", "cloud revenue from US customers"),
            ),
        ),
        Table(
            "laws",
            "a change of one instrument in one country (groups of countries move by shares: see `country`)",
            (
                *RUN,
                MONTH,
                COUNTRY,
                Column("instrument", "category", "-", "what the government did; of the US, the regime"),
                Column(
                    "change",
                    "category",
                    "-",
                    "adopted (decided), in_force (acts from this month) or repealed; enacted: a regime that "
                    "US lawmakers passed, the rule from next month on",
                ),
            ),
            (
                Column(
                    "why",
                    "category",
                    "-",
                    "timeline: as it happened; lever: as the experiment has it; otherwise the largest term "
                    "of the hazard",
                ),
            ),
        ),
        Table(
            "offers",
            "a change of what one US provider offers in one country",
            (
                *RUN,
                MONTH,
                PROVIDER,
                COUNTRY,
                Column(
                    "offer",
                    "category",
                    "-",
                    "local_region, trustee, customer_keys, us_subsidiary, litigation, transparency or "
                    "discount",
                ),
                Column(
                    "change",
                    "category",
                    "-",
                    "announced, live, closed; recorded: a region that history opens",
                ),
            ),
            (_f("expected_gain", "USD", "what the provider expected a year of it to earn, or keep"),),
        ),
        Table(
            "requests",
            "requests of a month in one direction about one country by one route",
            (
                *RUN,
                MONTH,
                Column(
                    "direction",
                    "category",
                    "-",
                    "us_at_home, us_to_foreign, foreign_at_home or foreign_to_us",
                ),
                COUNTRY,
                Column(
                    "route",
                    "category",
                    "-",
                    "how it is answered: direct, comity_review, agreement, mla, or unreachable: no route, or "
                    "nobody writes the letter that assistance takes",
                ),
            ),
            (
                _i("requests", "requests", "requests made in the month"),
                _i("succeeded", "requests", "of these: readable content in the end"),
                _i("succeeded_12m", "requests", "of these: readable content within 12 months"),
                _f("months", "months", "sum over those that succeed of the months to evidence"),
                _i("unreadable", "requests", "of these: data obtained that only the customer could decrypt"),
                _i(
                    "conflicts",
                    "requests",
                    "of these: obeying broke another law, and nobody refused or was spared",
                ),
                _i(
                    "backlog",
                    "requests",
                    "requests waiting in the queue of this direction and country at the end of the month "
                    "(mla only)",
                ),
            ),
        ),
    )
}


def data_dictionary() -> str:
    """The data dictionary as Markdown: every table, its keys and measures, with unit and definition."""
    lines = ["# Data dictionary", ""]
    for table in TABLES.values():
        lines += [
            f"## `{table.name}`",
            "",
            f"One row is {table.one_row_is}.",
            "",
            "| column | type | unit | meaning |",
            "|---|---|---|---|",
        ]
        for column in table.columns:
            key = " (key)" if column in table.keys else ""
            lines.append(f"| `{column.name}`{key} | {column.dtype} | {column.unit} | {column.meaning} |")
        lines.append("")
    return "\n".join(lines)

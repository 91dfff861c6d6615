"""What a configuration may say: strict, frozen types for every file under configs/ and experiments/.

Unknown keys, wrong types and values out of range are refused here; `base` says where in the file.
"""

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import Field

from sim.scenario.law import AddedForeignRow, AddedUSRow, ComityRule, Name, ReachTest, Regime
from sim.scenario.strict import NonNegative, Number, Positive, Share, Strict, Value
from sim.vocabulary import SEGMENTS, Channel, Instrument, MlaPractice, Tie


class BySegment(Strict):
    """One number for each segment of customers."""

    consumer: float
    small_firm: float
    enterprise: float
    regulated: float
    public_sector: float

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(getattr(self, segment) for segment in SEGMENTS)


# --- who exists -------------------------------------------------------------------------------


class Jurisdiction(Strict):
    """One country, or a rest-of-region group of countries that stands for all its members.

    Shares are 0-1; money is USD bn a year at current prices; people are millions. `source` gives,
    for each field, where its value comes from (`judgement: why` where there is no source).
    """

    name: str
    region: str
    iso3: tuple[Annotated[str, Field(pattern="^[A-Z]{3}$")], ...] = Field(min_length=1)
    bloc: str
    ties: Tie
    gdp_2013: Positive
    gdp_2019: Positive
    online_people_2013: Positive
    cloud_intensity: Positive
    adoption_2013: BySegment
    adoption_pace: BySegment
    adoption_ceiling: BySegment
    initial_trust: Share
    own_state_intrusion: Share
    privacy_law: Share
    privacy_law_conflicts: bool
    mla_instrument: Literal["treaty", "convention", "none"]
    mla_practice: MlaPractice
    compulsion_success: Share
    police_requests_2013: NonNegative
    home_grown_share_2013: Share
    home_grown_us_business: Share
    instruments_2013: tuple[Instrument, ...]
    source: dict[str, str]

    @property
    def members(self) -> int:
        """How many countries this stands for."""
        return len(self.iso3)


class SegmentSpec(Strict):
    """What the customers of one segment have in common."""

    name: str
    customers_per: Literal["gdp_usd_bn", "million_online_people"]
    customers: Positive
    accounts_per_customer: Positive
    tb_per_customer: Positive
    usd_per_customer_year: NonNegative
    size_tail: Annotated[float, Field(gt=1.0)]
    contract_months: Annotated[int, Field(ge=1, le=60)]
    adoption_ceiling: Share
    meaning: str
    source: str


class Suit(Strict):
    """A provider's dispute in court about how far a US warrant reaches, as it happened."""

    began: dt.date
    ended: dt.date
    reference: str


class Provider(Strict):
    """One US provider: market position by date, and where it had regions when the model begins.

    `region_openings` are the first regions that it opened elsewhere, as recorded, by jurisdiction; the record
    ends on `openings_recorded_to`, after which the provider decides itself (from the beginning if there is
    none). It publishes what governments ask it for from `transparency_since` on (never, if there is no date);
    `suits` are what it fought in court about the reach of warrants.
    """

    name: str
    world_share: dict[str, Annotated[float, Field(gt=0.0, le=1.0)]]
    regions_2013: tuple[str, ...]
    region_openings: dict[str, dt.date] = Field(default_factory=dict)
    openings_recorded_to: dt.date | None = None
    consumer_share: Share
    request_share: Share
    no_stable_location: Share
    transparency_since: dt.date | None = None
    suits: tuple[Suit, ...] = ()
    source: str


# --- the law ------------------------------------------------------------------------------------


class News(Strict):
    """News of an event: how far it reaches, what it says, how much weight it carries."""

    channel: Channel
    about_us_rule: bool = Field(
        False, description="whether it is about what a US warrant reaches; no other news moves that belief"
    )
    grade: str | None = Field(None, description="a grade of the timeline, which bounds weight and reach")
    weight: Annotated[float, Field(ge=-1.0, le=1.0)]
    reach: dict[str, Share]


class Grade(Strict):
    """A grade of news: the sizes that its weight may have, and the largest of its reaches."""

    meaning: str
    weight: tuple[Share, Share]
    reach: tuple[Share, Share]

    def holds(self, news: News) -> bool:
        """Whether weight and reach of the news lie in this grade."""
        furthest = max(news.reach.values(), default=0.0)
        return (
            self.weight[0] <= abs(news.weight) <= self.weight[1]
            and self.reach[0] <= furthest <= self.reach[1]
        )


class Enacts(Strict):
    """What an event changes in the law from the first month that begins after its date.

    An instrument has two dates. Its adoption moves other governments; in force, it acts. An event with
    `adopts` brings the first alone; the event of the second date then brings it into force.
    """

    regime: str | None = None
    stage: str | None = None
    instrument: Instrument | None = None
    bars_disclosure: bool = Field(
        False, description="the countries' data-protection law bars disclosures to foreign authorities"
    )
    countries: tuple[str, ...] = ()
    adopts: bool = Field(False, description="the instrument is adopted, and not yet in force")
    repeals: bool = Field(False, description="what is named goes out of force")


Deed = Literal[
    "open", "close", "litigate", "publish", "cut_price",
    "comity", "agreement", "mla_staff",
    "adopt", "repeal",
    "add", "move",
]  # fmt: skip


US_PROVIDERS = "us_providers"
"""The actor that stands for every US provider."""


class Act(Strict):
    """What somebody does who could have done otherwise: `by` a US provider (or all
    of them), the US, a country or `history`.

    `sim.scenario.levers.FIELDS` says which fields an act needs. `countries` are codes, ties such as `eu`, or
    `abroad`. `notice`, `quota` and `lifts_bar` are the terms of an agreement with these countries (the
    parameters of `orders` where nothing is said).
    """

    by: str
    act: Deed
    countries: tuple[str, ...] = ()
    offer: Literal["local_region", "trustee", "customer_keys", "us_subsidiary"] | None = None
    cut: Annotated[float, Field(gt=0.0, lt=1.0)] | None = None
    comity: str | None = None
    notice: Share | None = None
    quota: NonNegative | None = None
    lifts_bar: Share | None = None
    times: Positive | None = None
    instrument: Instrument | None = None
    event: str | None = None


class Event(Strict):
    """One dated entry of a timeline; `act` is what it does in the model beside its news and enactments."""

    id: str
    date: dt.date
    kind: Literal["law", "court", "news", "provider"]
    cause: Literal["exogenous", "case", "endogenous"]
    what: str
    reference: str
    confidence: Literal["high", "medium", "low"]
    enacts: tuple[Enacts, ...] = ()
    news: tuple[News, ...] = ()
    act: Act | None = None


class Timeline(Strict):
    """A dated list of events, in order of date."""

    name: str
    base_regime: str
    base_stage: str | None
    grades: dict[str, Grade] = Field(default_factory=dict)
    events: tuple[Event, ...]


# --- the years after the record -------------------------------------------------------------------


class Assumption(Strict):
    """One thing that an outlook takes for granted, and why."""

    what: str
    assumes: str
    source: str


class Outlook(Strict):
    """What is assumed of the years after the record: tables that go on, and events that are supposed.

    `volume_growth` has an entry for each of these years; `world_share` those of US providers, by date.
    """

    name: str
    meaning: str
    volume_growth: dict[str, Number]
    world_share: dict[str, dict[str, Positive]] = Field(default_factory=dict)
    events: tuple[Event, ...] = ()
    assumptions: tuple[Assumption, ...] = Field(min_length=1)


# --- experiments ----------------------------------------------------------------------------------


class Switch(Strict):
    """From the first month that begins after `on`, one regime holds and `case` events fall out."""

    on: dt.date
    regime: str


class Bill(Strict):
    """A regime that US lawmakers may enact, and which complaints about the rule in force it would answer."""

    meets_need: Share = Field(description="share of the evidence abroad that goes unmet that it would open")
    ends_conflicts: Share = Field(description="share of the conflicts with foreign law that it would end")
    reference: str


class Lever(Act):
    """An act and its date, which the worlds that name it under `pulled` have, and no other.

    It becomes an event of their timeline, and acts from the first month that begins after the date.
    """

    on: dt.date
    what: str = ""
    reference: str
    news: tuple[News, ...] = ()
    enacts: tuple[Enacts, ...] = ()


class WorldSpec(Strict):
    """One world of an experiment: what differs from the base."""

    label: str
    switches: tuple[Switch, ...] = ()
    without_events: tuple[str, ...] = ()
    pulled: tuple[str, ...] = Field((), description="levers that are pulled in this world")
    set: dict[str, Value] = Field(default_factory=dict)


class Horizon(Strict):
    """First and last month, as YYYY-MM."""

    first: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    last: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]


class Seeds(Strict):
    """`count` seeds from `first` on."""

    first: Annotated[int, Field(ge=0)]
    count: Annotated[int, Field(ge=1)]


class Alternative(Strict):
    """The same experiment with the switch thrown on another date."""

    on: dt.date
    without_events: tuple[str, ...] = ()
    label: str


Method = Literal["grid", "list", "latin_hypercube", "sobol", "saltelli", "morris", "posterior"]


class FactorSpec(Strict):
    """What a design varies one value over: listed `values`, a `range`, or a range of multiples (`times`) of
    the value it has.

    `range: prior` is the range that the parameter's own file gives, and what a parameter is varied over if
    nothing is said. `distribution` says how a range is sampled (uniform where nothing is said, integer where
    the value is a whole number); `levels` how many steps a grid takes.
    """

    values: tuple[Value, ...] | None = None
    range: Literal["prior"] | tuple[Number | str, Number | str] | None = None
    times: tuple[Number, Number] | None = None
    distribution: Literal["uniform", "loguniform", "integer", "categorical"] | None = None
    levels: Annotated[int, Field(ge=2)] | None = None


class Design(Strict):
    """Many points, each an assignment of values to factors, run with all worlds and seeds.

    `method` samples the uncertainties (what nobody decides); levers (what somebody decides) are a full grid
    that is crossed with the sample. In a `list` nothing is crossed: point i takes the i-th value of every
    factor. `posterior` takes the first `points` draws of the shipped posterior for its uncertainties, which
    need not be named.
    """

    method: Method
    points: Annotated[int, Field(ge=1)] | None = None
    base: Annotated[int, Field(ge=1)] | None = None
    trajectories: Annotated[int, Field(ge=2)] | None = None
    seed: Annotated[int, Field(ge=0, lt=2**32)] | None = None
    uncertainties: dict[str, FactorSpec] = Field(default_factory=dict)
    levers: dict[str, FactorSpec] = Field(default_factory=dict)


_MONTH = r"\d{4}-(0[1-9]|1[0-2])"


class Claim(Strict):
    """A statement about a difference between two worlds: `world` minus `against`, pair by pair, with the same
    luck.

    `measure` is a column of the world table, or of the country table where a `country` is named; `over` makes
    one number of the months of the window. `at_least` and `at_most` bound the size of the difference, in the
    measure's unit.
    """

    claim: str
    measure: str
    over: Literal["mean", "sum", "last"] = "mean"
    window: Annotated[str, Field(pattern=rf"^(\d{{4}}|{_MONTH}|{_MONTH} to {_MONTH}|from the switch)$")]
    country: str = "abroad"
    world: str
    against: str
    expect: Literal["lower", "higher", "within"]
    at_least: Annotated[float, Field(gt=0.0)] | None = None
    at_most: Annotated[float, Field(gt=0.0)] | None = None


def _record(asked: dict[str, Any]) -> str:
    """What is recorded where the file does not say: everything, but of a design's many runs the world table
    only."""
    return "world" if asked.get("design") else "full"


class Experiment(Strict):
    """One question: the worlds, how they are run, and what is reported beside the headline."""

    title: str
    question: str
    timeline: str
    horizon: Horizon
    outlook: str | None = Field(
        None,
        description="what is assumed of the years after the record: a file of configs/outlook",
    )
    customers: Annotated[int, Field(ge=2000, le=10_000_000)]
    seeds: Seeds
    worlds: dict[str, WorldSpec] = Field(min_length=1)
    compare: tuple[str, str] | None = None
    set: dict[str, Value] = Field(default_factory=dict)
    regimes: dict[Name, Regime] = Field(
        default_factory=dict, description="regimes of this experiment's own, as in configs/regimes, by name"
    )
    events: tuple[Event, ...] = Field((), description="events added to the timeline, as in configs/timelines")
    levers: dict[Name, Lever] = Field(
        default_factory=dict,
        description="what somebody could do, by name; worlds and designs say where it is done",
    )
    tests: dict[Name, ReachTest] = Field(
        default_factory=dict,
        description="tests of reach, as in configs/law/tests.yaml, that a regime may name",
    )
    comity: dict[Name, ComityRule] = Field(
        default_factory=dict,
        description="comity rules, as in configs/law/comity.yaml, that a regime may name",
    )
    us_orders: dict[Name, AddedUSRow] = Field(
        default_factory=dict, description="rows added to configs/law/us_orders.yaml"
    )
    foreign_orders: dict[Name, AddedForeignRow] = Field(
        default_factory=dict, description="rows added to configs/law/foreign_orders.yaml"
    )
    bills: dict[str, Bill] = Field(
        default_factory=dict,
        description="regimes that US lawmakers may enact after the switch; none: they do not answer",
    )
    mean_field: bool = Field(
        False, description="one average customer a cell instead of customers that differ: what agents add"
    )
    knockouts: bool = False
    switch_dates: tuple[Alternative, ...] = ()
    design: Design | None = None
    claims: tuple[Claim, ...] = ()
    record: Annotated[Literal["world", "country", "full"], Field(default_factory=_record)]

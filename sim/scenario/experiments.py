"""What an experiment must agree on with the base configuration, and within itself."""

import calendar
import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator

from sim import vocabulary
from sim.scenario.base import LAST_MONTH, LAST_RECORDED, Base, Finding
from sim.scenario.parameter_files import FIRST_MONTH
from sim.scenario.paths import Loc
from sim.scenario.problems import choices, unknown
from sim.scenario.schema import Claim, Experiment, Switch

SMALLEST_CELL = 5
MOST_PAIRS = 2_000_000  # pairs of worlds of one experiment: each has a line in a table that fits in memory
MOST_LETTERS = 10_000  # of a title, a question or a label
_TURNS = ("LRO", "RLO", "LRE", "RLE", "PDF", "LRI", "RLI", "FSI", "PDI")
AS_CONFIGURED = "as configured"  # what tables call the switch dates of the worlds themselves
MOST_SEED = 2**63  # the tables hold seeds as whole numbers of 64 bits


def first_day(month: str) -> dt.date:
    """The first day of a month written YYYY-MM; the year 0000, which no calendar has, counts as 0001."""
    year, _, number = month.partition("-")
    return dt.date(max(int(year), 1), int(number), 1)


def months(experiment: Experiment) -> int:
    """Number of months of the horizon, both ends included."""
    first, last = first_day(experiment.horizon.first), first_day(experiment.horizon.last)
    return (last.year - first.year) * 12 + last.month - first.month + 1


def moved(switches: tuple[Switch, ...], on: dt.date) -> tuple[Switch, ...]:
    """The switches with the first moved to another date, and those after it by as many months.

    One that would lie after the year 9999 is put at its end, where no experiment reaches.
    """
    if not switches:
        return switches
    shift = (on.year - switches[0].on.year) * 12 + on.month - switches[0].on.month
    later = [Switch(on=_months_later(switch.on, shift), regime=switch.regime) for switch in switches[1:]]
    return (Switch(on=on, regime=switches[0].regime), *later)


def _months_later(date: dt.date, shift: int) -> dt.date:
    years, month = divmod(date.month - 1 + shift, 12)
    year = date.year + years
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return dt.date.max if year > dt.MAXYEAR else dt.date.min
    return dt.date(year, month + 1, min(date.day, calendar.monthrange(year, month + 1)[1]))


def findings(experiment: Experiment, base: Base) -> Iterator[Finding]:
    """Unknown names, dates outside the horizon or out of order, a population too small."""
    smallest = SMALLEST_CELL * len(base.jurisdictions) * len(vocabulary.SEGMENTS)
    if experiment.customers < smallest:
        cells = (
            f"{SMALLEST_CELL} in each of {len(base.jurisdictions)} countries x {len(vocabulary.SEGMENTS)} "
            "segments"
        )
        yield ("customers",), f"{experiment.customers} customers are too few; at least {smallest} ({cells})"
    if months(experiment) < 1:
        yield (
            ("horizon", "last"),
            f"{experiment.horizon.last} is before the first month, {experiment.horizon.first}",
        )
    yield from _horizon_findings(experiment, base)
    yield from unknown("timeline", experiment.timeline, base.timelines, ("timeline",))
    yield from _seed_findings(experiment)
    yield from _label_findings(experiment)
    for name, world in experiment.worlds.items():
        yield from switch_findings(experiment, world.switches, base, ("worlds", name, "switches"))
        yield from _event_findings(world.without_events, experiment, base, ("worlds", name, "without_events"))
    if experiment.compare is not None:
        for i, name in enumerate(experiment.compare):
            yield from unknown("world", name, experiment.worlds, ("compare", i))
        if experiment.compare[0] == experiment.compare[1]:
            yield ("compare",), f"'{experiment.compare[0]}' would be compared with itself"
    for code in experiment.bills:
        yield from _settled_regime(code, base, ("bills", code))
    if experiment.bills and not any(world.switches for world in experiment.worlds.values()):
        yield ("bills",), "US lawmakers answer after a switch, and no world has one"
    yield from _further_findings(experiment, base)


def _further_findings(experiment: Experiment, base: Base) -> Iterator[Finding]:
    """What is asked beside the headline, and cannot be had."""
    if experiment.switch_dates and not any(world.switches for world in experiment.worlds.values()):
        yield ("switch_dates",), "no world has a switch whose date could be another"
    for part in ("knockouts", "switch_dates"):
        if experiment.design is not None and getattr(experiment, part):
            yield (
                (part,),
                f"an experiment with a design has no {part}: make them factors, or an experiment of their "
                "own",
            )
        elif experiment.compare is None and getattr(experiment, part):
            yield (part,), "is about the difference between two worlds: name them with compare"
    labels: dict[str, int] = {}
    for i, alternative in enumerate(experiment.switch_dates):
        at: Loc = ("switch_dates", i, "on")
        label = seen_as(alternative.label)
        if not label:
            yield ("switch_dates", i, "label"), "is empty: a reader knows a date by its label"
        elif label == AS_CONFIGURED:
            yield ("switch_dates", i, "label"), f"'{label}' is what tables call the worlds' own dates"
        elif label in labels:
            yield ("switch_dates", i, "label"), f"'{label}' is also the label of switch_dates.{labels[label]}"
        labels.setdefault(label, i)
        found = [*_date_findings(experiment, alternative.on, at)]
        for name, world in experiment.worlds.items() if not found else ():
            switches = moved(world.switches, alternative.on)
            found += [
                (at, f"world {name}: {words}")
                for _, words in switch_findings(experiment, switches, base, ())
                if (("worlds", name, "switches"), words) not in found
            ]
        yield from found
        yield from _event_findings(
            alternative.without_events, experiment, base, ("switch_dates", i, "without_events")
        )


def _seed_findings(experiment: Experiment) -> Iterator[Finding]:
    """Seeds that no table can hold, and more of them than can be listed."""
    first, count = experiment.seeds.first, experiment.seeds.count
    if count > MOST_PAIRS:
        yield ("seeds", "count"), f"{count:,} seeds; at most {MOST_PAIRS:,}"
    elif first + count > MOST_SEED:
        yield ("seeds", "first"), f"the last seed would be {first + count - 1}; at most {MOST_SEED - 1}"


def seen_as(text: str) -> str:
    """A text as a reader sees it: one spelling of letters, single spaces, nothing invisible."""
    normal = unicodedata.normalize("NFKC", text)
    return " ".join("".join(one for one in normal if unicodedata.category(one) != "Cf").split())


def _turns(text: str) -> bool:
    """Whether a text holds characters that turn the direction of others around."""
    return any(unicodedata.bidirectional(one) in _TURNS for one in text)


def _label_findings(experiment: Experiment) -> Iterator[Finding]:
    """Worlds that a reader could not tell apart."""
    labels: dict[str, str] = {}
    if not seen_as(experiment.title):
        yield ("title",), "is empty"
    for part in ("title", "question"):
        letters = len(getattr(experiment, part))
        if letters > MOST_LETTERS:
            yield (part,), f"has {letters:,} letters; at most {MOST_LETTERS:,}"
    for name, world in experiment.worlds.items():
        label, at = seen_as(world.label), ("worlds", name, "label")
        if len(world.label) > MOST_LETTERS:
            yield at, f"has {len(world.label):,} letters; at most {MOST_LETTERS:,}"
            continue
        if "\n" in world.label.strip() or _turns(world.label):
            yield at, "must be one line of text, in one direction"
        if not name.strip():
            yield ("worlds", name), "a world needs a name"
        if not label:
            yield at, "is empty: a reader knows a world by its label"
        elif label in labels:
            yield at, f"'{label}' is also the label of {labels[label]}: a reader could not tell them apart"
        labels.setdefault(label, name)


def _horizon_findings(experiment: Experiment, base: Base) -> Iterator[Finding]:
    """The state of the first month is that of the configuration; later than the record only by an outlook."""
    first, last = experiment.horizon.first, experiment.horizon.last
    if first != FIRST_MONTH:
        yield (
            ("horizon", "first"),
            f"{first}: the configuration describes the world of {FIRST_MONTH}, so that is the first month",
        )
    if last > LAST_MONTH:
        yield ("horizon", "last"), f"{last} is after {LAST_MONTH}, the last month of every outlook"
    elif last > LAST_RECORDED and experiment.outlook is None:
        yield (
            ("horizon", "last"),
            f"the record ends in {LAST_RECORDED}: name an outlook for what is assumed later; "
            f"valid: {', '.join(base.outlooks)}",
        )
    if experiment.outlook is not None:
        yield from unknown("outlook", experiment.outlook, base.outlooks, ("outlook",))


def switch_findings(
    experiment: Experiment, switches: tuple[Switch, ...], base: Base, at: Loc
) -> Iterator[Finding]:
    """Unknown or open regimes, switches out of order or too late to act."""
    for i, switch in enumerate(switches):
        yield from _settled_regime(switch.regime, base, (*at, i, "regime"))
        yield from _date_findings(experiment, switch.on, (*at, i, "on"))
        before = switches[i - 1].on if i else None
        if before is None:
            continue
        if switch.on <= before:
            yield (
                (*at, i, "on"),
                f"{switch.on} is not after the switch before it, {before}: put switches in order of date",
            )
        elif _acts_in(switch.on, experiment) == _acts_in(before, experiment):
            yield (
                (*at, i, "on"),
                f"acts in the same month as the switch before it, {before}, which would never act",
            )


def _acts_in(on: dt.date, experiment: Experiment) -> tuple[int, int]:
    """The year and month in which a switch first acts: that after its date, or the first of all."""
    first = first_day(experiment.horizon.first)
    return max((on.year + on.month // 12, on.month % 12 + 1), (first.year, first.month))


def _settled_regime(code: str, base: Base, at: Loc) -> Iterator[Finding]:
    """A regime that does not exist, or that is an open question."""
    yield from unknown("regime", code, base.regimes, at)
    if code in base.regimes and base.regimes[code].stages:
        settled = [code for code, regime in base.regimes.items() if not regime.stages]
        yield at, f"'{code}' is an open law, which nothing brings into force; {choices(code, settled)}"


ABROAD = "abroad"
FROM_THE_SWITCH = "from the switch"


def window(claim: Claim) -> tuple[dt.date, dt.date] | None:
    """First days of the first and last month that a claim is about; None: from the month in which its worlds
    may differ on."""
    if claim.window == FROM_THE_SWITCH:
        return None
    begin, _, end = claim.window.partition(" to ")
    if len(begin) == len("2020"):
        return first_day(f"{begin}-01"), first_day(f"{begin}-12")
    return first_day(begin), first_day(end or begin)


def claim_findings(experiment: Experiment, base: Base, horizon_is_the_files: bool) -> Iterator[Finding]:
    """Unknown worlds and countries, sizes that contradict, windows outside the horizon (unless the command
    line moved that)."""
    for i, claim in enumerate(experiment.claims):
        at: Loc = ("claims", i)
        for part in ("world", "against"):
            yield from unknown("world", getattr(claim, part), experiment.worlds, (*at, part))
        if claim.world == claim.against:
            yield (*at, "against"), f"'{claim.world}' would be compared with itself"
        yield from unknown("country", claim.country, [ABROAD, *base.jurisdictions], (*at, "country"))
        if claim.country != ABROAD and experiment.record == "world":
            yield (*at, "country"), "countries are not recorded: write 'record: country' (or full)"
        if claim.expect == "within" and (claim.at_most is None or claim.at_least is not None):
            yield (*at, "expect"), "'within' needs at_most, the largest difference allowed, and nothing else"
        if claim.at_least is not None and claim.at_most is not None and claim.at_least >= claim.at_most:
            yield (*at, "at_least"), f"must be below at_most, {claim.at_most:g} (got {claim.at_least:g})"
        months_meant = window(claim)
        if months_meant is not None and months_meant[1] < months_meant[0]:
            yield (*at, "window"), f"ends before it begins ({claim.window})"
        elif months_meant is not None and horizon_is_the_files and not _within(months_meant, experiment):
            yield (
                (*at, "window"),
                f"{claim.window} is outside the horizon, {experiment.horizon.first} to "
                f"{experiment.horizon.last}",
            )


def _within(meant: tuple[dt.date, dt.date], experiment: Experiment) -> bool:
    return first_day(experiment.horizon.first) <= meant[0] and meant[1] <= first_day(experiment.horizon.last)


def _date_findings(experiment: Experiment, on: dt.date, at: Loc) -> Iterator[Finding]:
    last = first_day(experiment.horizon.last)
    if on >= last:
        yield (
            at,
            f"a switch on {on} never acts: it would from the month after, and the last month is "
            f"{experiment.horizon.last}",
        )


def _event_findings(events: Iterable[str], experiment: Experiment, base: Base, at: Loc) -> Iterator[Finding]:
    if experiment.timeline not in base.timelines:
        return
    known = [event.id for event in base.timelines[experiment.timeline].events]
    for i, event in enumerate(events):
        yield from unknown("event", event, known, (*at, i))

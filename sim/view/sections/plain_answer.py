"""The answer in words that a minister can repeat: what is sure, what is not, and what nobody has measured.

The rest, headline by headline, stands behind it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from sim.analysis.calibration.inputs import questions
from sim.analysis.design_outcomes import BY_CODE
from sim.analysis.drivers.world_values import values_of_worlds
from sim.analysis.headlines import LAST_YEAR
from sim.analysis.survival.conclusions import EVERYWHERE, SURVIVES
from sim.analysis.uncertainty.joint_draws import ENOUGH
from sim.analysis.uncertainty.summary import NONE
from sim.view.number_format import largest_of, number, scale_for, with_unit
from sim.view.result_tables import is_negligible
from sim.view.results_view import ResultsView
from sim.view.tables import Table, columns, records_of, text

MOST = 3  # headlines named in a row
# What is told first where it is sure. What follows from the rule by definition comes last.
ORDER = (
    "trust", "revenue", "us_success_abroad", "us_success_at_home", "foreign_success", "data_at_home", "laws",
    "conflicts", "market_share", "americans_exposure", "americans_reached", "trust_by_spend",
    "trust_intelligence", "us_reach_by_behaviour", "us_reach",
)  # fmt: skip
_WINNERS = {"microsoft_wins": "Microsoft", "doj_wins": "the Justice Department"}
NOBODY_MEASURED = (
    "<strong>Nobody has measured</strong> what the ruling changed: every number here rests on the model and "
    "on ranges that we judged."
)
# Of worlds that differ in who won: see `law.tests.location.bar`.
QUESTION_OF_LAW = (
    "What foreign police obtain hangs on one question of law: where a US warrant stops at the border, does "
    "the US ban on handing them data stop there, too? We judged so. If not, hardly any difference is left "
    "while they write few letters of request."
)
# Subjects of spoken sentences, where those of the tables are too long or too technical.
_PLAIN = {
    "trust": "trust in US cloud providers abroad",
    "revenue": "the revenue of US providers abroad",
    "us_success_abroad": "the share of US requests about people abroad that bring evidence",
    "foreign_success": "the share of foreign requests to US providers that bring evidence",
    "data_at_home": "the share of cloud data that is kept in its owner's country",
    "laws": "the number of measures that governments have in force",
    "conflicts": "the number of US orders exposed to a conflict with another country's law",
    "us_success_at_home": "the share of US requests about people in the US that bring evidence",
}
_UNITS = {"instruments": "measures"}
_AT_AN_END = (
    "with one judged quantity at an end of its range (<em>Which conclusions are robust to parameter "
    "uncertainty</em>)"
)
Row = Mapping[str, Any]


def plain_answer(uncertainty: pd.DataFrame, view: ResultsView) -> list[str]:
    """The answer from the headlines over joint draws: at most three short paragraphs of HTML."""
    rows = in_order(records_of(uncertainty))
    draws = max((int(row["draws"]) for row in rows), default=0)
    if draws < ENOUGH:
        runs = "one draw was" if draws == 1 else f"{draws} draws were"
        return [f"Only {runs} run, which is too few to say how sure any of this is.", NOBODY_MEASURED]
    told = [row for row in rows if not is_negligible(row)]
    sure, unsure = [row for row in told if is_sure(row)], [row for row in told if not is_sure(row)]
    if not told:
        nothing = f"{opening(view)}, nothing that is shown here {_be(view)} different."
        return [f"<strong>{nothing}</strong>", NOBODY_MEASURED]
    return [*_sure(sure, view), f"{_unsure(unsure, view)}{NOBODY_MEASURED}"]


def what_it_hangs_on(uncertainty: pd.DataFrame) -> Table | None:
    """The headlines whose direction is not sure: how many runs agree, and what decides the direction."""
    rows = [
        row
        for row in in_order(records_of(uncertainty))
        if int(row["draws"]) >= ENOUGH and not is_negligible(row) and not is_sure(row)
    ]
    if not rows:
        return None
    return Table(
        "What the uncertain directions depend on",
        columns("Headline", "How many runs agree", "What decides the direction"),
        [
            [str(row["name"]), _say(row), _list(deciders(row) or ["nothing that was varied alone"])]
            for row in rows
        ],
        "What decides: the parameters whose values differ most between the runs of either sign, as "
        "questions, the strongest first.",
        folded=True,
    )


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Headlines in the order in which they are told."""
    place = {code: at for at, code in enumerate(ORDER)}
    return sorted(rows, key=lambda row: place.get(str(row["headline"]), len(place)))


def is_sure(row: Row) -> bool:
    """Whether the 90% interval over enough draws leaves out zero."""
    return int(row["draws"]) >= ENOUGH and bool(row["low90"] > 0.0 or row["high90"] < 0.0)


def opening(view: ResultsView) -> str:
    """What is supposed, as HTML: `If the Justice Department had won instead of Microsoft`."""
    assert view.compare is not None
    winners = _by_winner(view)
    if winners:
        return f"If {winners[1]} had won instead of {winners[0]}"
    labels = [
        f"\N{LEFT DOUBLE QUOTATION MARK}{text(style.label)}\N{RIGHT DOUBLE QUOTATION MARK}"
        for style in view.compare
    ]
    return f"With {labels[1]} instead of {labels[0]}"


def _by_winner(view: ResultsView) -> tuple[str, str] | None:
    """Who wins in the compared worlds, where that is all that sets them apart."""
    values = values_of_worlds(view.manifest) if "scenario" in view.manifest else {}
    if len({values.get(name) for name in view.manifest["compare"]}) > 1:
        return None
    a, b = (_winner(view, name) for name in view.manifest["compare"])
    return (a, b) if a and b and a != b else None


def _winner(view: ResultsView, world: str) -> str | None:
    """Who wins for good in a world, where nothing else sets it apart from what happened."""
    worlds = view.manifest.get("scenario", {}).get("experiment", {}).get("worlds", {})
    switches = worlds.get(world, {}).get("switches", [])
    days = {
        str(one["on"])
        for name in view.manifest["compare"]
        for one in worlds.get(name, {}).get("switches", [])
    }
    own = any(worlds.get(world, {}).get(part) for part in ("without_events", "pulled"))
    if len(switches) != 1 or len(days) != 1 or own:
        return None
    return _WINNERS.get(switches[0]["regime"])


def _sure(rows: Sequence[Row], view: ResultsView) -> Iterable[str]:
    """What is told first, with its interval, and what is as clear."""
    if not rows:
        yield f"<strong>{opening(view)}, no direction is sure.</strong>"
        return
    first, *others = rows
    (low, high), fragile = _ends(first), _fragile(view)
    less = [row for row in others if row["headline"] in fragile][:MOST]
    firm = [row for row in others if row["headline"] not in fragile][: MOST - len(less)]
    yield (
        f"<strong>{opening(view)}, {_subject(first)} {_be(view)} about {_size(first)} {first['sign']} "
        f"{_when(first, view)}.</strong> We are 90% sure that it {_be(view)} {low} to {high} "
        f"{first['sign']}.{_against_the_leak(first)}"
        + (f" But {_AT_AN_END} its direction is open." if first["headline"] in fragile else "")
    )
    parts = [f"<strong>Also clear:</strong> {_told(firm, view)}"] if firm else []
    if less:
        agreed = f"The draws agree, but {_AT_AN_END} the direction is open."
        parts.append(f"<strong>Less sure:</strong> {_told(less, view)} {agreed}")
    if parts:
        yield " ".join(parts)


def _told(rows: Sequence[Row], view: ResultsView) -> str:
    """What changes, a sentence each; the first goes on a sentence."""
    first, *more = (
        f"{_subject(row)} {_be(view)} {_size(row)} {row['sign']}{_when_else(row, view)}." for row in rows
    )
    return " ".join([first, *map(_capital, more)])


def _fragile(view: ResultsView) -> set[str]:
    """The headlines whose direction does not survive with one quantity at an end of its range."""
    survival = view.summary("survival")
    if survival is None:
        return set()
    everywhere = survival[survival["arm"] == EVERYWHERE]
    return set(everywhere["headline"][everywhere["verdict"] != SURVIVES].astype(str))


def _against_the_leak(row: Row) -> str:
    """What a point of trust is worth: the first months beside those of the leak, as many."""
    share, months = row.get("of_leak", math.nan), row.get("leak_months", math.nan)
    if math.isnan(share) or not months > 0:  # a folder of before these months were counted has none
        return ""
    words = "less than 1%" if abs(share) < 0.01 else f"about {abs(share):.0%}"
    return (
        f" In the first {months:.0f} months it is {words} (the middle of the draws) of what the Snowden leak "
        f"of 2013 cost that trust in its own first {months:.0f} months."
    )


def _unsure(rows: Sequence[Row], view: ResultsView) -> str:
    """Of what the direction is not sure."""
    if not rows:
        return ""
    more = len(rows) - MOST
    named = [_subject(row) for row in rows[:MOST]]
    names = [*named, f"{more} more"] if more > 0 else named
    law = ""
    if any(row["headline"] == "foreign_success" for row in rows) and _by_winner(view):
        law = f"{QUESTION_OF_LAW} "
    return f"<strong>Not sure</strong> is which way these would change: {_list(names)}. {law}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def agree(row: Row, verb: str = "agree") -> str:
    """How many draws have the sign of the middle: `all 256 runs agree`, `87 in 100 runs agree`."""
    share, draws = float(row["share"]), int(row["draws"])
    if share == 1.0:
        return f"all {draws} runs {verb}"
    if draws < 100:
        return f"{round(share * draws)} of {draws} runs {verb}"
    if share >= 0.995:
        return f"more than 99 in 100 runs {verb}"
    return f"{math.floor(100 * share)} in 100 runs {verb}"


def deciders(row: Row, most: int = MOST) -> list[str]:
    """What decides a headline's sign, the strongest first: what its parameter asks, or its name."""
    words = row["parameters"]
    names = [one.partition("=")[0] for one in words.split(";")] if isinstance(words, str) and words else []
    asked = questions()
    return [asked.get(name, name) for name in names[:most]]


def step_of(low: float, high: float) -> float:
    """The step to which a number with this interval is rounded: from a fortieth to a quarter of its width."""
    return float(10.0 ** math.floor(math.log10((high - low) / 4.0))) if high > low else 0.0


def _size(row: Row) -> str:
    return _amounts(row, "median")[0]


def _ends(row: Row) -> list[str]:
    """Both ends of the 90% interval without a sign, the smaller first; the unit with the second."""
    return _amounts(row, *(("low90", "high90") if row["low90"] > 0 else ("high90", "low90")))


def _amounts(row: Row, *columns: str) -> list[str]:
    """Sizes without sign, rounded by the interval; the last has the unit."""
    scale = _scale(row)
    step = step_of(*(float(row[name]) * scale.factor for name in ("low90", "high90")))
    out = [_amount(abs(float(row[name])) * scale.factor, step) for name in columns]
    unit = _UNITS.get(scale.change, scale.change)
    return [*out[:-1], with_unit(out[-1], unit)]


def _amount(size: float, step: float) -> str:
    if not step:
        return number(size)
    rounded = round(size / step) * step
    return number(rounded, decimals=max(0, -round(math.log10(step)))) if rounded else "almost 0"


def _scale(row: Row) -> Any:
    return scale_for(str(row["unit"]), largest_of(row["median"], row["low90"], row["high90"]))


def _subject(row: Row) -> str:
    headline, name = BY_CODE.get(str(row["headline"])), str(row["name"])
    if headline is not None and headline.name == name and headline.code in _PLAIN:
        return text(_PLAIN[headline.code])
    if headline is not None and headline.name == name:
        return text(headline.subject)
    return text(name if name[:2].isupper() else name[:1].lower() + name[1:])


def _be(view: ResultsView) -> str:
    """Of years that are still to come nobody says that something would have been."""
    return "would be" if view.outlook else "would have been"


def _when(row: Row, view: ResultsView) -> str:
    """The months of a headline, in words that end a sentence."""
    first, last = view.first_different[:4], view.last[:4]
    window = str(row["window"])
    if window == "end":
        return f"at the end of {last}"
    if window == LAST_YEAR:
        return f"in {last}"
    if window.startswith("last "):
        return f"in the {window}"
    how = "on average " if window.startswith("mean ") else "in all " if window.startswith("sum ") else ""
    return f"{how}{f'in {last}' if first == last else f'from {first} to {last}'}"


def _when_else(row: Row, view: ResultsView) -> str:
    """The same beside another headline: only where it would be read wrongly without."""
    return f" {_when(row, view)}" if str(row["window"]).startswith(("sum ", "end")) else ""


def _say(row: Row) -> str:
    """What the runs say of a headline's direction."""
    return f"{agree(row, 'show' if row['sign'] == NONE else 'say')} {row['sign']}"


def _list(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last

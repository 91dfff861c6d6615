"""What customers say and what they do, and how much of the one comes of the other."""

from sim.analysis.evidence.measures.measure import Argument, Measure
from sim.analysis.evidence.measures.selection import View, quotient

_ANSWERS = ("more_negative", "less_likely", "would_leave", "would_pay")
_MOVES = (
    "adopted",
    "postponed",
    "gave_up",
    "left_us",
    "switched_provider",
    "moved_within",
    "added_protection",
    "forced",
)
_ANSWER = Argument("answer", "which answer of the monthly survey", _ANSWERS)
_MOVE = Argument("move", "what they did", _MOVES, several=True)
_BASE = Argument(
    "base", "of all customers, or of those that use cloud services", ("all", "users"), default="all"
)
_GERMAN_FIRMS = {"place": "DE", "population": "firms_10plus"}


def stated(view: View) -> float:
    """Share of those asked that gave the answer, mean over the period, %."""
    return 100.0 * view.mean(f"stated_{view.arguments['answer']}", view.period)


def moved(view: View) -> float:
    """Those that did it in the period, of all or of the users, %."""
    base = view.users(view.period) if view.arguments["base"] == "users" else view.customers(view.period)
    return 100.0 * quotient(view.total(view.words("move"), view.period), base)


def _done_and_said(view: View) -> tuple[float, float]:
    """What was done from the first date to the end of the last, and what was said at the last, both in %."""
    return moved(view), 100.0 * view.mean(f"stated_{view.arguments['answer']}", view.last)


def done_of_said(view: View) -> float:
    """Those that did it, over those that said so."""
    return quotient(*_done_and_said(view))


def done_of_said_after(view: View, without: View) -> float:
    """The same of what the event added to both; missing where it made nobody say so."""
    (done, said), (done_anyway, said_anyway) = _done_and_said(view), _done_and_said(without)
    return quotient(done - done_anyway, said - said_anyway)


REACTION = (
    Measure(
        "stated",
        "Answers to the monthly survey (compared with a year ago)",
        "%",
        "the thresholds of the answers and the strength of news are judgements",
        ("cell",),
        {
            **_GERMAN_FIRMS,
            "from": "2013-11",
            "to": "2013-12",
            "without_event": "T01",
            "value": "49",
            "se": "2.5",
            "arguments": "answer=more_negative",
        },
        stated,
        arguments=(_ANSWER,),
        by_population=True,
    ),
    Measure(
        "moved",
        "Customers that did something in the period",
        "%",
        (
            "how far choices answer to risk, and what switching costs, are judgements (W10: no source); "
            "few simulated firms a country show nothing below a percent"
        ),
        ("cell",),
        {
            **_GERMAN_FIRMS,
            "from": "2013-06",
            "to": "2013-12",
            "without_event": "T01",
            "value": "13",
            "se": "1.7",
            "arguments": "move=postponed",
        },
        moved,
        arguments=(_MOVE, _BASE),
        by_population=True,
    ),
    Measure(
        "done_of_said",
        "Done in the period, of what was said at its last date",
        "ratio",
        "the survey module and sensitivity are judgements",
        ("cell",),
        {
            **_GERMAN_FIRMS,
            "from": "2013-06",
            "to": "2013-Q4",
            "without_event": "T01",
            "value": "0.27",
            "bound": "le",
            "arguments": "move=left_us;answer=more_negative",
        },
        done_of_said,
        done_of_said_after,
        (_MOVE, _ANSWER, _BASE),
        by_population=True,
    ),
)

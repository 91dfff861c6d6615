"""The head of the report: the question, the answer in a sentence, what was run, the limits, and the headline
table."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from sim.analysis.design_months import varied_paths
from sim.analysis.design_outcomes import BY_CODE
from sim.analysis.uncertainty.shipped_draws import SHIPPED
from sim.view.blocks import Block, Text, section
from sim.view.number_format import MINUS, estimate, with_unit
from sim.view.result_tables import headlines_table, scales, uncertainty_table
from sim.view.results_view import ResultsView
from sim.view.sections.plain_answer import plain_answer, what_it_hangs_on
from sim.view.tables import Table, coded, columns, records_of, text

LIMITS = (
    "The results follow from the mechanisms and priors of the model. Each world has the same agents and "
    "the same random draws.",
    "No data measure the effect of the court's outcome on purchasing. All data come from the one history "
    "that happened, so none show what another rule would have changed: the headlines depend on priors.",
    "What foreign police obtain hangs on one question of law: where a US warrant stops at the border, does "
    "the US ban on handing data to foreign police (18 U.S.C. 2702) stop there, too? The model says yes: they "
    "then obtain less where DOJ wins, unless direct orders succeed far less often than judged. If the answer "
    "is no (`law.tests.location.bar=worldwide`), hardly any difference is left while police write few "
    "letters of request, as the record shows; if they wrote many, they would obtain more where DOJ wins.",
    "The GDPR and the CLOUD Act came two months apart: changes in 2018 cannot be attributed to either alone.",
    "Data on European providers' market shares start in 2017, after the shock of 2013, so they show no "
    "change across it.",
    "The 90% intervals of the headlines hold luck, the fit and the ranges that were judged. Intervals of "
    "other tables and charts hold luck alone. None holds what the model leaves out.",
)

_LATER_SWITCH = re.compile(r"switch_date|worlds\.[^.]+\.switches\.[1-9]\d*\.on")
_FIRST_SWITCH = re.compile(r"switch_date|worlds\.[^.]+\.switches\.0\.on")

LUCK_ALONE = (
    *LIMITS[:-1],
    "The intervals hold luck alone: they are over pairs of runs at fixed parameters. None holds what the "
    "model leaves out.",
)

_AT_FIXED = (
    " They are at fixed parameters, luck alone. The answer at the top is the middle over the draws, so its "
    "comparison with the Snowden leak gives another share than these means."
)

LIMITS_OF_SWEEPS = (
    *LIMITS[:-1],
    "Intervals are over the pairs of a point. Parameters that the design does not vary are fixed, and no "
    "section covers what the model leaves out.",
)


def answers(view: ResultsView) -> list[str]:
    """The result in paragraphs of HTML: over joint draws where they were run, else of luck alone."""
    uncertainty = view.summary("uncertainty")
    if view.compare is not None and uncertainty is not None:
        return plain_answer(uncertainty, view)
    return [answer(view.summary("headlines"), view)]


def answer(headlines: pd.DataFrame | None, view: ResultsView) -> str:
    """The result of luck alone in one sentence, as HTML."""
    if view.compare is None:
        world, *others = (text(style.label) for style in view.styles.values())
        if others:
            return (
                f"{len(others) + 1} worlds were run ({_list([world, *others], len(others) + 1)}) and none "
                f"was compared with another, so there is no difference to report: the headlines are those of "
                f"{world} alone. Name two under <code>compare</code>."
            )
        return f"Only one world was run ({world}), so there is no difference to report."
    a, b = view.compare
    if headlines is None:
        return (
            f"{text(b.label)} was compared with {text(a.label)}, but the folder has no headlines.csv, so "
            "there is no summary."
        )
    clear = headlines[(headlines["low"] > 0) | (headlines["high"] < 0)]
    equal = (headlines["low"] == 0) & (headlines["high"] == 0)
    unclear = headlines[(headlines["low"] <= 0) & (headlines["high"] >= 0) & ~equal]
    told = [f"{_subject(row)} is {_more_or_less(row)}" for row in records_of(clear.head(3))]
    sentence = (
        f"\N{LEFT DOUBLE QUOTATION MARK}{text(b.label)}\N{RIGHT DOUBLE QUOTATION MARK} compared with "
        f"\N{LEFT DOUBLE QUOTATION MARK}{text(a.label)}\N{RIGHT DOUBLE QUOTATION MARK}: "
    )
    none = "no headline has an interval that excludes zero"
    if headlines["low"].isna().all():
        none = "fewer than two pairs of runs give no interval, so no difference can be told from luck"
    sentence += "; ".join(told) if told else none
    if len(clear) > 3:
        sentence += f"; {len(clear) - 3} other headlines differ from zero, too"
    if len(unclear) and told:
        names = [_subject(row) for row in records_of(unclear)]
        sentence += f"; the sign is uncertain for {_list(names[:3], len(names))}"
    return f"{sentence}. This is luck alone, at fixed parameters."


def turns(headlines: pd.DataFrame | None, knockouts: pd.DataFrame | None) -> str:
    """Which signs turn when a part of the model is off, as HTML; empty without a knock-out table.

    A sign turns if the interval with everything on excludes zero and that without the mechanism does, on the
    other side.
    """
    if headlines is None or knockouts is None:
        return ""
    off = knockouts[knockouts["mechanism"] != "none"]
    found, clear = [], 0
    for row in records_of(headlines):
        sign = 1 if row["low"] > 0 else -1 if row["high"] < 0 else 0
        clear += int(sign != 0)
        of_headline = off[off["headline"] == row["headline"]]
        other = of_headline["high"] < 0 if sign > 0 else of_headline["low"] > 0
        names = [str(name) for name in of_headline[other]["name"]] if sign else []
        if names:
            turned = "lower" if sign > 0 else "higher"
            found.append(f"{_subject(row)} would be {turned} without {text(_list(names[:3], len(names)))}")
    mechanisms = off["mechanism"].nunique()
    if found:
        return f"<strong>One part of the model can turn a result:</strong> {'; '.join(found)}."
    return (
        f"None of the {clear} results turns round when one of {mechanisms} parts of the model is switched "
        "off, all else as set."
        if clear
        else ""
    )


def _subject(row: dict[str, Any]) -> str:
    """A headline as the subject of a sentence; a name that no headline has, in lower case."""
    headline, name = BY_CODE.get(str(row["headline"])), str(row["name"])
    if headline is not None and headline.name == name:
        return text(headline.subject)
    return text(name if name[:2].isupper() else name[:1].lower() + name[1:])


def _list(names: list[str], total: int) -> str:
    *others, last = [*names, f"{total - len(names)} more"] if total > len(names) else names
    return f"{', '.join(others)} and {last}" if others else last


def _more_or_less(row: dict[str, Any]) -> str:
    _, scale = scales(row)
    difference, ends = estimate(*(row[column] * scale.factor for column in ("difference", "low", "high")))
    size = with_unit(difference.lstrip(f"+{MINUS}"), scale.change)
    word = "higher" if row["difference"] > 0 else "lower"
    return f"<strong>{size} {word}</strong> (95% interval {ends})"


def rule_changes(view: ResultsView) -> str:
    """When the rule changes and is turned back, in words; empty if no world has a switch."""
    if not view.switch:
        return ""
    if _varies(view, _FIRST_SWITCH):
        return f"the rule changes on days that the design varies{turned_back(view)}"
    listed = view.manifest.get("switches") or {}
    days = sorted({days[0][:10] for days in listed.values() if days}) or [view.switch]
    which = ", by world" if len(days) > 1 else ""
    return f"the rule changes on {' or '.join(days)}{which}{turned_back(view)}"


def _varies(view: ResultsView, switches: re.Pattern[str]) -> bool:
    """Whether a design has one of these switches as a factor."""
    experiment = view.manifest.get("scenario", {}).get("experiment", {})
    return any(switches.fullmatch(path) for path in varied_paths(experiment))


def turned_back(view: ResultsView) -> str:
    """When it is turned back, in words; empty if it is not."""
    if not view.returns:
        return ""
    if _varies(view, _LATER_SWITCH):
        return " and is turned back on days that the design varies"
    return f" and is turned back on {' and '.join(sorted(view.returns))}"


def head(view: ResultsView, said: str | None = None, limits: Sequence[str] | None = None) -> str:
    """Everything above the table of contents, as HTML; `said` replaces the answer from the headline table."""
    manifest, uncertainty = view.manifest, view.summary("uncertainty")
    limits = limits or (LUCK_ALONE if uncertainty is None else LIMITS)
    window = f"{view.first[:7]} to {view.last[:7]}"
    worlds = ", ".join(text(style.label) for style in view.styles.values())
    facts = [
        f"<strong>{len(view.styles)}</strong> {'world' if len(view.styles) == 1 else 'worlds'}: {worlds}",
        f"<strong>{view.seeds:,}</strong> {'seed' if view.seeds == 1 else 'seeds'}",
        f"<strong>{int(manifest['customers']):,}</strong> customers"
        if manifest.get("customers")
        else "customers set by the design",
        window,
    ]
    if when := rule_changes(view):
        facts.append(when)
    if uncertainty is not None:
        shipped = ", whose results ship with the program" if manifest.get("draws") == SHIPPED else ""
        draws = f"<strong>{int(uncertainty['draws'].max()):,}</strong> draws of the parameters"
        facts.insert(2, f"{draws}{shipped}")
    if manifest.get("identical_through"):
        facts.append(
            f"the compared worlds are identical to the bit through {str(manifest['identical_through'])[:7]}"
        )
    if view.outlook:
        facts.append(f"months after December 2025 are assumed: {text(view.outlook['name'].lower())}")
    warnings = "".join(f"<li>{text(warning)}</li>" for warning in manifest.get("warnings", []))
    warned = (
        f'<div class="warning"><strong>Warnings of the run</strong><ul>{warnings}</ul></div>'
        if warnings
        else ""
    )
    listed = "".join(f"<li>{coded(limit)}</li>" for limit in limits)
    told = "".join(f'<p class="answer">{one}</p>' for one in (answers(view) if said is None else [said]))
    fragile = turns(view.summary("headlines"), view.summary("knockouts")) if said is None else ""
    if uncertainty is not None and said is None:
        sure = "How sure each direction is, and what it hangs on"
        fragile = f'{sure}: see <a href="#headlines">Headlines</a>. {fragile}'
    fragile = f'<p class="facts">{fragile}</p>' if fragile else ""
    return (
        f'<h1>{text(manifest["title"])}</h1><p class="question">{text(manifest["question"])}</p>'
        f"{told}"
        f"{fragile}"
        f'<p class="facts">{" · ".join(facts)}</p>{warned}'
        f'<aside class="limits" aria-label="Limits"><strong>Limits of these results</strong>'
        f"<ul>{listed}</ul></aside>"
    )


@section("headlines", "Headlines")
def headlines(view: ResultsView) -> Iterable[Block]:
    """The headline table."""
    frame = view.needed_summary("the headline table", "headlines")
    if view.compare is None:
        yield headlines_table(frame, [])
        return
    labels, uncertainty = [style.label for style in view.compare], view.summary("uncertainty")
    if uncertainty is not None:
        yield uncertainty_table(uncertainty, frame, labels, view.summary("varied"))
        hangs = what_it_hangs_on(uncertainty)
        if hangs is not None:
            yield hangs
    yield headlines_table(frame, labels, folded=uncertainty is not None)
    reasons = [
        [str(row["name"]), str(row["why"])] for row in records_of(frame) if isinstance(row["why"], str)
    ]
    if any(why for _, why in reasons):
        yield Table(
            "Reasons",
            columns("Headline", "Reason"),
            [row for row in reasons if row[1]],
            "Means over pairs, computed from the tables of this run."
            + (_AT_FIXED if uncertainty is not None else ""),
        )
    if view.outlook:
        yield Table(
            "What is assumed after December 2025",
            columns("What", "Assumed", "Source"),
            [[one["what"], one["assumes"], one["source"]] for one in view.outlook["assumptions"]],
            f"{view.outlook['meaning']} Charts shade these months.",
        )
    if len(view.styles) > 2:
        others = [style.label for style in view.styles.values() if style not in view.compare]
        yield Text(
            f"The other worlds ({text(', '.join(others))}) are in the charts. Differences are "
            "between the two worlds of the table."
        )

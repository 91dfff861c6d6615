"""The head of the report: the question, the answer in a sentence, what was run, what it can't tell, the headline table."""

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from sim.view.blocks import Block, Missing, Section, Table, Text, text
from sim.view.labels import how_to_summarise
from sim.view.number_format import (
    DASH,
    MINUS,
    Scale,
    decimals_of,
    estimate,
    largest_of,
    number,
    scale_for,
    with_unit,
)
from sim.view.results_view import ResultsView

LIMITS = (
    "It tells what follows from the mechanisms and the priors written down in the model, with the same people and the same luck in each world.",
    "Nothing measures what the court's outcome did to purchasing. No row of the evidence varies with the rule, so the headlines lean on priors.",
    "GDPR and the CLOUD Act are two months apart: what happened in 2018 cannot be laid to one of them.",
    "European providers' market shares start in 2017, after the shock of 2013; nothing shows them from before to after it.",
    "The intervals hold over pairs of runs. What is not known about parameters is in the section on what survives; what the model leaves out is in none.",
)

LIMITS_OF_SWEEPS = (
    *LIMITS[:-1],
    "Intervals hold over the pairs of a point. What the design does not vary is held at one value, and what the model leaves out is in none.",
)

# Units that are scaled (USD to USD bn, shares to percent) and printed with each number; any other stands under the name.
SCALED = ("USD", "share", "TB")


def answer(headlines: pd.DataFrame | None, view: ResultsView) -> str:
    """The result in one sentence, as HTML."""
    if view.compare is None:
        world = next(iter(view.styles.values()))
        return f"One world was run ({text(world.label)}), so there is no difference to report."
    a, b = view.compare
    if headlines is None:
        return f"{text(b.label)} was run against {text(a.label)}, but the folder holds no headlines.csv, so no answer is drawn from it."
    clear = headlines[(headlines["low"] > 0) | (headlines["high"] < 0)]
    unclear = headlines[(headlines["low"] <= 0) & (headlines["high"] >= 0)]
    told = [f"{_inner(row['name'])} is {_more_or_less(row)}" for row in _rows(clear.head(3))]
    sentence = (
        f"If \N{LEFT DOUBLE QUOTATION MARK}{text(b.label)}\N{RIGHT DOUBLE QUOTATION MARK} rather than "
        f"\N{LEFT DOUBLE QUOTATION MARK}{text(a.label)}\N{RIGHT DOUBLE QUOTATION MARK}: "
    )
    sentence += "; ".join(told) if told else "no headline differs from zero by more than its interval"
    if len(clear) > 3:
        sentence += f"; {len(clear) - 3} more differ clearly"
    if len(unclear) and told:
        names = [_inner(row["name"]) for row in _rows(unclear)]
        sentence += f"; the sign is open for {_list(names[:3], len(names))}"
    return sentence + "."


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _inner(name: str) -> str:
    """A name inside a sentence: its first letter small, unless it starts with an abbreviation."""
    return text(name if name[:2].isupper() else name[:1].lower() + name[1:])


def _list(names: list[str], total: int) -> str:
    more = f" and {total - len(names)} more" if total > len(names) else ""
    return ", ".join(names) + more


def _scales(row: dict[str, Any]) -> tuple[Scale, Scale]:
    """A scale for the row's levels, and one for its difference."""
    levels = scale_for(str(row["unit"]), largest_of(row["value_a"], row["value_b"]))
    return levels, scale_for(str(row["unit"]), largest_of(row["difference"], row["low"], row["high"]))


def _more_or_less(row: dict[str, Any]) -> str:
    _, scale = _scales(row)
    difference, ends = estimate(*(row[column] * scale.factor for column in ("difference", "low", "high")))
    plain = row["unit"] == "0-1"
    size = with_unit(difference.lstrip(f"+{MINUS}"), "" if plain else scale.change)
    word = "higher" if row["difference"] > 0 else "lower"
    return f"<strong>{size} {word}</strong> ({'on a scale of 0 to 1, ' if plain else ''}95% interval {ends})"


def head(view: ResultsView, said: str | None = None, limits: Sequence[str] = LIMITS) -> str:
    """Everything above the table of contents, as HTML; `said` is the answer, if not that of the headline table."""
    manifest = view.manifest
    window = f"{view.first[:7]} to {view.last[:7]}"
    worlds = ", ".join(text(style.label) for style in view.styles.values())
    facts = [
        f"<strong>{len(view.styles)}</strong> {'world' if len(view.styles) == 1 else 'worlds'}: {worlds}",
        f"<strong>{view.seeds:,}</strong> {'seed' if view.seeds == 1 else 'seeds'}",
        f"<strong>{int(manifest['customers']):,}</strong> customers"
        if manifest.get("customers")
        else "customers as the design says",
        window,
    ]
    if view.switch:
        facts.append(f"the switch is thrown on {view.switch}")
    if manifest.get("identical_through"):
        facts.append(
            f"the compared worlds are equal to the bit through {str(manifest['identical_through'])[:7]}"
        )
    warnings = "".join(f"<li>{text(warning)}</li>" for warning in manifest.get("warnings", []))
    warned = (
        f'<div class="warning"><strong>Warnings of the run</strong><ul>{warnings}</ul></div>'
        if warnings
        else ""
    )
    listed = "".join(f"<li>{text(limit)}</li>" for limit in limits)
    return (
        f'<h1>{text(manifest["title"])}</h1><p class="question">{text(manifest["question"])}</p>'
        f'<p class="answer">{answer(view.summary("headlines"), view) if said is None else said}</p><p class="facts">{" · ".join(facts)}</p>{warned}'
        f'<aside class="limits" aria-label="Limits"><strong>What this can and can\N{RIGHT SINGLE QUOTATION MARK}t tell</strong><ul>{listed}</ul></aside>'
    )


def headlines(view: ResultsView) -> Section:
    """The headline table."""
    return Section("headlines", "Headlines", list(_headline_blocks(view)))


def _headline_blocks(view: ResultsView) -> Iterable[Block]:
    frame = view.summary("headlines")
    if frame is None:
        yield Missing("the headline table", how_to_summarise("headlines"))
        return
    if view.compare is None:
        (style,) = list(view.styles.values())[:1]
        rows = [[_named(row), *_level_cells(row, ("value_a",)), text(row["window"])] for row in _rows(frame)]
        yield Table("One world, no difference", ["Headline", style.label, "Window"], rows, numeric=(1,))
        return
    a, b = view.compare
    rows = []
    for row in _rows(frame):
        _, change = _scales(row)
        difference, ends = estimate(
            *(row[column] * change.factor for column in ("difference", "low", "high"))
        )
        difference = with_unit(difference, change.change if row["unit"] in SCALED else "")
        clear = row["low"] > 0 or row["high"] < 0
        cells = [_named(row), text(row["window"]), *_level_cells(row, ("value_a", "value_b"))]
        rows.append(
            [
                *cells,
                f"<strong>{difference}</strong>" if clear else difference,
                ends,
                text(_there(row["verdict"])),
            ]
        )
    columns = ["Headline", "Window", a.label, b.label, "Difference", "95% interval", "Verdict"]
    pairs = sorted({int(value) for value in frame["pairs"].dropna()})
    count = (
        f"{pairs[0]:,} pairs"
        if len(pairs) == 1
        else f"{pairs[0]:,} to {pairs[-1]:,} pairs"
        if pairs
        else "the pairs"
    )
    read = (
        f"Difference: {text(b.label)} minus {text(a.label)}, within pairs of runs that share a seed. The interval is over {count}; a difference in bold "
        "type has an interval that leaves out zero."
    )
    yield Table("What differs between the worlds", columns, rows, read, numeric=(2, 3, 4, 5))
    reasons = [
        [text(row["name"]), text(row["why"])] for row in _rows(frame) if _there(row["why"]) not in (DASH, "")
    ]
    if reasons:
        yield Table(
            "Why, in terms of the charts and tables below",
            ["Headline", "Why"],
            reasons,
            "Means over pairs, read off the tables of this run.",
        )
    if len(view.styles) > 2:
        others = [style.label for name, style in view.styles.items() if name not in (a.name, b.name)]
        yield Text(
            f"The other worlds ({text(', '.join(others))}) are in the charts below; differences are between the two worlds named in the table."
        )


def _named(row: dict[str, Any]) -> str:
    """A headline's name, with its unit beneath unless the numbers carry it."""
    unit = {"0-1": "on a scale of 0 to 1"}.get(row["unit"], row["unit"])
    return text(row["name"]) + (
        "" if row["unit"] in SCALED else f'<br><span class="quiet">{text(unit)}</span>'
    )


def _level_cells(row: dict[str, Any], columns: tuple[str, ...]) -> list[str]:
    scale, change = _scales(row)
    decimals = (
        decimals_of(row["low"] * change.factor, row["high"] * change.factor)
        if scale == change and not (pd.isna(row["low"]) or pd.isna(row["high"]))
        else None
    )
    return [
        with_unit(
            number(row[column] * scale.factor, decimals=decimals),
            scale.title if row["unit"] in SCALED else "",
        )
        for column in columns
    ]


def _there(value: Any) -> str:
    return DASH if value is None or (isinstance(value, float) and pd.isna(value)) else str(value)

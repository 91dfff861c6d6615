"""Which lever pays: what each buys and costs, and the frontier of trust against evidence."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from sim.analysis.drivers.frontier import (
    EVIDENCE,
    FRONTIER,
    GOOD,
    LEVERS,
    NO_LEVER,
    PAYS,
    TRUST,
    checked,
    name_of,
)
from sim.analysis.drivers.frontier_answer import answer, rules_with_levers
from sim.analysis.drivers.lever_words import candidate_words
from sim.scenario.levers import NONE
from sim.view.blocks import Block, Chart, Section, Text, listed
from sim.view.figures.frontier_charts import bought_bars, frontier_chart, levers_chart, symbol_of
from sim.view.figures.style import world_styles
from sim.view.number_format import POINTS, POINTS_OF_100, largest_of, number, scale_for, span
from sim.view.results_view import ResultsView
from sim.view.sections.lever_acts import acts_table
from sim.view.tables import Cell, Table, Value, columns, records_of, text

SHOWN = (*GOOD, "foreign_success")
_TITLES = {
    TRUST: "Trust in US providers abroad",
    "revenue": "Revenue of US providers abroad",
    EVIDENCE: "Evidence: US requests about people abroad that yield content",
    "conflicts": "US orders exposed to a conflict with the host's law",
    "foreign_success": "Foreign requests to US providers that yield content",
}
_DECIMALS = {TRUST: 2, "revenue": 1, EVIDENCE: 2, "conflicts": 0, "foreign_success": 1}


def levers(view: ResultsView) -> Section:
    """The section; the folder must have the tables of an experiment with levers."""
    return Section("levers", "Which lever pays", _blocks(view))


@listed
def _blocks(view: ResultsView) -> Iterable[Block]:
    named = {FRONTIER: "what levers buy and cost", LEVERS: "which lever pays"}
    frontier, table = checked(lambda name: view.needed_summary(named[name], name))
    rules = rules_with_levers(frontier, view.manifest.get("compare"))
    *of_rules, on_the_frontier = answer(frontier, table, rules)
    for words in of_rules:
        yield Text(f"<strong>{text(words)}</strong>")
    interval = str(frontier["interval"].iloc[0])
    missing = int(frontier["missing"].sum())
    failed = f" {missing} values are missing because their pairs failed." if missing else ""
    yield Text(
        "Each lever is compared with the same rule without it, pair by pair with the same luck "
        f"({text(interval)}).{_of_terms(frontier)} What an act costs whoever does it, such as building a "
        f"region, is not counted.{failed}"
    )
    yield acts_table(view)
    numbers = _numbers(frontier, table, rules)
    yield _bought(frontier, rules, numbers)
    yield Text(text(on_the_frontier))
    yield from _frontier(_placed(frontier, table, numbers), rules)
    for rule in dict.fromkeys([*rules, *frontier["rule"]]):
        yield lever_table(frontier, table[table["rule"] == rule], numbers, folded=rule not in rules)


def answer_of(view: ResultsView) -> str:
    """Under which rule how many levers pay, and which pays best, in a sentence."""
    frontier, table = checked(view.summary)
    told = []
    for rule in rules_with_levers(frontier, view.manifest.get("compare")):
        mine = table[(table["rule"] == rule) & (table["verdict"] != NO_LEVER)].sort_values("rank")
        pays = mine[mine["verdict"] == PAYS]
        best = f", {_name(records_of(pays)[0])} first of all" if len(pays) else ""
        name = mine["rule_name"].iloc[0]
        told.append(f"under '{name}' {len(pays) or 'none'} of {len(mine)} levers and combinations pay{best}")
    said = "; ".join(told)
    return f"{said[0].upper()}{said[1:]}." if told else ""


def _of_terms(frontier: pd.DataFrame) -> str:
    """What the terms of an executive agreement mean, where a design varies them."""
    terms = " ".join(frontier["terms"])
    told = (
        ("notice", "Notice: the partner is told of each US order."),
        ("lifts_bar", "Bar lifted: its law no longer bars what a US order asks for."),
        ("quota", "Quota: the orders that its police may serve in a month."),
    )
    return "".join(f" {words}" for part, words in told if f"{part} = " in terms)


def _name(row: dict[str, object]) -> str:
    """A lever's name without its rule."""
    return candidate_words(str(row["levers"]), str(row["terms"]))


def _bought(frontier: pd.DataFrame, rules: Sequence[str], numbers: Mapping[str, int]) -> Chart:
    pulled = frontier[(frontier["levers"] != NONE) & frontier["rule"].isin(rules)]
    pulled = pulled.assign(name=[_numbered(row, numbers) for row in records_of(pulled)])
    order = list(dict.fromkeys(pulled.sort_values("name", key=lambda names: names.map(_number_of))["name"]))
    labels = dict(pulled.drop_duplicates("rule")[["rule", "rule_name"]].itertuples(index=False))
    styles = [style for style in world_styles(labels).values() if style.name in rules]
    figures = []
    for code in SHOWN:
        rows = pulled[pulled["headline"] == code]
        ends = rows[["bought", "bought_low", "bought_high"]]
        scale = scale_for(str(rows["unit"].iloc[0]), largest_of(*ends.to_numpy(float).ravel()))
        rows = rows.assign(**{name: rows[name] * scale.factor for name in ends.columns})
        figures.append(bought_bars(rows, order, styles, _TITLES[code], f"change, {scale.change}"))
    read = (
        "A mark is what a lever changes under a rule, against the same rule without it; the line is its "
        "interval. Left of zero is a loss, but for orders exposed to a conflict with the host's law, where "
        "it is a gain."
    )
    return Chart("bought", "What does each lever buy, and what does it cost?", read, figures, width=540)


def _numbers(frontier: pd.DataFrame, table: pd.DataFrame, rules: Sequence[str]) -> dict[str, int]:
    """The number of each lever in charts and tables; those that pay best under the last rule come first."""
    mine = table[(table["rule"] == rules[-1]) & (table["verdict"] != NO_LEVER)].sort_values("rank")
    pulled = frontier[frontier["levers"] != NONE]
    names = [_name(row) for row in [*records_of(mine), *records_of(pulled)]]
    return {name: k + 1 for k, name in enumerate(dict.fromkeys(names))}


def _numbered(row: dict[str, object], numbers: Mapping[str, int]) -> str:
    number_ = numbers.get(_name(row))
    return _name(row) if number_ is None else f"{number_}. {_name(row)}"


def _number_of(numbered: str) -> int:
    return int(numbered.partition(".")[0])


def _placed(frontier: pd.DataFrame, table: pd.DataFrame, numbers: Mapping[str, int]) -> pd.DataFrame:
    """Every rule and lever with its place in the charts of the frontier, and the number of the lever."""
    keys = ["rule", "rule_name", "levers", "terms"]
    points = table[[*keys, "on_frontier"]].copy()
    for axis_name, code in (("x", EVIDENCE), ("y", TRUST)):
        mine = frontier[frontier["headline"] == code].set_index(keys)
        for end in ("", "_low", "_high"):
            points[f"{axis_name}{end}"] = (
                mine[f"difference{end}"].reindex(pd.MultiIndex.from_frame(points[keys])).to_numpy()
            )
    points["on_frontier"] = points["on_frontier"].astype(bool)
    points["plain"] = points["levers"] == NONE
    points["name"] = [name_of(row["rule_name"], row["levers"], row["terms"]) for row in records_of(points)]
    points["number"] = [numbers.get(_name(row)) for row in records_of(points)]
    return points.dropna(subset=["x", "y"])


def _frontier(points: pd.DataFrame, rules: Sequence[str]) -> Iterable[Chart]:
    labels = dict(points.drop_duplicates("rule")[["rule", "rule_name"]].itertuples(index=False))
    styles = world_styles(labels)
    base = str(points.loc[(points["x"] == 0) & (points["y"] == 0) & points["plain"], "rule_name"].iloc[0])
    titles = (
        f"evidence obtained: change against '{base}', {POINTS}",
        f"trust abroad: change against '{base}', {POINTS_OF_100}",
    )
    read = (
        "Large marks are rules as they are, with intervals; small marks are the levers under them (hover "
        "for names, numbers and intervals). Where rules coincide, their marks lie inside one another. Up and "
        "right is better. The dotted line is the frontier: nothing has more of both than a mark on it, by "
        "the middles of the intervals."
    )
    overview = frontier_chart(points, styles, titles)
    yield Chart("frontier", "Trust abroad against evidence obtained", read, [overview], width=760)
    figures = [
        levers_chart(points[points["rule"] == rule], styles[rule], symbol_of(points, rule), titles)
        for rule in rules
    ]
    read = (
        "The same marks, a panel a rule; each panel has its own axes. The large mark is the rule as it is. "
        "Numbers are those of the levers in the charts above and in the tables below; marks that lie on one "
        "another share a label."
    )
    yield Chart("frontier-levers", "Where does each lever move its rule?", read, figures, width=480)


def lever_table(
    frontier: pd.DataFrame, mine: pd.DataFrame, numbers: Mapping[str, int] | None = None, folded: bool = False
) -> Table:
    """What the levers under one rule buy and cost, in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(mine.sort_values("rank", na_position="first")):
        of = frontier[
            (frontier["rule"] == row["rule"])
            & (frontier["levers"] == row["levers"])
            & (frontier["terms"] == row["terms"])
        ].set_index("headline")
        verdict = str(row["verdict"])
        cells: list[Value] = [Cell(_numbered(row, numbers or {})), Cell(verdict, strong=verdict == "pays")]
        for code in SHOWN:
            middle, low, high = (of.loc[code, f"bought{end}"] for end in ("", "_low", "_high"))
            value = number(middle, signed=True, decimals=_DECIMALS[code])
            interval = span(low, high, signed=True, decimals=_DECIMALS[code])
            cells.append("" if row["levers"] == NONE else Cell(value, detail=interval))
        rows.append([*cells, str(row["dominated_by"]) or "on it"])
    heads = columns(
        "Lever", "Verdict", f">Trust, {POINTS_OF_100}", ">Revenue, USD bn", f">Evidence, {POINTS}",
        ">Conflicts a year", f">Foreign police, {POINTS}", "Frontier: less of both than",
    )  # fmt: skip
    note = (
        "Pays: surely buys something that counts and costs nothing that does. Trades: buys one and costs "
        "another. What counts: at least 0.05 points, USD 0.5 bn or one conflict a year, with an interval on "
        "one side of zero whose nearer end is a tenth of that or more. Below ten draws of the fit (or ten "
        "pairs, where there are none) there is no verdict. What foreign police obtain is not part of it, so "
        "staff for mutual legal assistance cannot pay by construction. How many motions for comity become "
        "public is a judgement (investigators.motions_known)."
    )
    name = str(mine["rule_name"].iloc[0])
    return Table(f"What levers buy and cost: {name}", heads, rows, note, folded=folded)

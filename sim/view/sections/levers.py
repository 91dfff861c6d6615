"""Which lever pays: what each buys and costs, and the frontier of trust against evidence."""

from collections.abc import Iterable, Sequence

import pandas as pd

from sim.analysis.drivers.frontier import (
    EVIDENCE,
    FRONTIER,
    GOOD,
    LEVERS,
    NO_LEVER,
    TRUST,
    checked,
    name_of,
)
from sim.analysis.drivers.frontier_answer import answer, rules_with_levers
from sim.scenario.levers import AND, NONE
from sim.view.blocks import Block, Chart, Section, Text, listed
from sim.view.figures.frontier_charts import bought_bars, frontier_chart
from sim.view.figures.style import world_styles
from sim.view.number_format import largest_of, number, scale_for, span
from sim.view.results_view import ResultsView
from sim.view.tables import Cell, Table, Value, columns, records_of, text

SHOWN = (*GOOD, "foreign_success")
_TITLES = {
    TRUST: "Trust in US providers abroad",
    "revenue": "Revenue of US providers abroad",
    EVIDENCE: "Evidence: US requests about people abroad that yield content",
    "conflicts": "US orders exposed to a conflict with the host's law",
    "foreign_success": "Foreign requests to US providers that yield content",
}
_VISIBLE = 0.03  # part of the axis that a lever must move a rule by, to be named in the chart
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
        f"({text(interval)}). What an act costs whoever does it, such as building a region, is not counted."
        f"{failed}"
    )
    yield _bought(frontier, table, rules)
    yield Text(text(on_the_frontier))
    yield _frontier(frontier, table, rules)
    for rule in dict.fromkeys([*rules, *frontier["rule"]]):
        yield lever_table(frontier, table[table["rule"] == rule], folded=rule not in rules)


def _name(row: dict[str, object]) -> str:
    """A lever's name without its rule."""
    name = str(row["levers"]).replace("_", " ")
    return f"{name} ({row['terms']})" if row["terms"] else name


def _bought(frontier: pd.DataFrame, table: pd.DataFrame, rules: Sequence[str]) -> Chart:
    pulled = frontier[(frontier["levers"] != NONE) & frontier["rule"].isin(rules)]
    pulled = pulled.assign(name=[_name(row) for row in records_of(pulled)])
    order = _order(pulled, table, rules)
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


def _order(pulled: pd.DataFrame, table: pd.DataFrame, rules: Sequence[str]) -> list[str]:
    """The levers, those that pay best under the last of the rules first."""
    mine = table[(table["rule"] == rules[-1]) & (table["verdict"] != NO_LEVER)].sort_values("rank")
    first = [_name(row) for row in records_of(mine)]
    return list(dict.fromkeys([*first, *pulled["name"]]))


def _frontier(frontier: pd.DataFrame, table: pd.DataFrame, rules: Sequence[str]) -> Chart:
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
    points["label"] = _labels(points, rules)
    labels = dict(points.drop_duplicates("rule")[["rule", "rule_name"]].itertuples(index=False))
    base = str(points.loc[(points["x"] == 0) & (points["y"] == 0) & points["plain"], "rule_name"].iloc[0])
    titles = (
        f"evidence obtained: change against '{base}', points",
        f"trust abroad: change against '{base}', points",
    )
    read = (
        "Large marks are rules as they are, with intervals; small marks are the levers under them (hover "
        "for names, numbers and intervals). Up and right is better. The dotted line "
        "is the frontier: nothing has more of both than a mark on it, by the middles of the intervals."
    )
    figure = frontier_chart(points, world_styles(labels), titles)
    return Chart("frontier", "Trust abroad against evidence obtained", read, [figure], width=760)


def _labels(points: pd.DataFrame, rules: Sequence[str]) -> list[str]:
    """What stands beside the marks: rules, and single levers that move a compared rule visibly."""
    plain = points[points["plain"]].set_index("rule")
    least = {of: _VISIBLE * float(points[of].max() - points[of].min()) for of in "xy"}
    out = []
    for row in records_of(points):
        moved = any(abs(row[of] - plain.loc[row["rule"], of]) > least[of] for of in "xy")
        single = AND not in row["levers"] and row["rule"] in rules
        out.append(row["rule_name"] if row["plain"] else _name(row) if single and moved else "")
    return out


def lever_table(frontier: pd.DataFrame, mine: pd.DataFrame, folded: bool = False) -> Table:
    """What the levers under one rule buy and cost, in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(mine.sort_values("rank", na_position="first")):
        of = frontier[
            (frontier["rule"] == row["rule"])
            & (frontier["levers"] == row["levers"])
            & (frontier["terms"] == row["terms"])
        ].set_index("headline")
        cells: list[Value] = [Cell(_name(row)), Cell(str(row["verdict"]), strong=row["verdict"] == "pays")]
        for code in SHOWN:
            middle, low, high = (of.loc[code, f"bought{end}"] for end in ("", "_low", "_high"))
            value = number(middle, signed=True, decimals=_DECIMALS[code])
            interval = span(low, high, signed=True, decimals=_DECIMALS[code])
            cells.append("" if row["levers"] == NONE else Cell(value, detail=interval))
        rows.append([*cells, str(row["dominated_by"]) or "on it"])
    heads = columns(
        "Lever", "Verdict", ">Trust, points", ">Revenue, USD bn", ">Evidence, points", ">Conflicts a year",
        ">Foreign police, points", "Frontier: less of both than",
    )  # fmt: skip
    note = (
        "Pays: buys something beyond its interval and costs nothing beyond it. Trades: buys one and costs "
        "another. What is too small to count (below 0.05 points, USD 0.5 bn, one conflict a year) is "
        "neither. Below ten draws of the fit (or ten pairs, where there are none) there is no verdict. What "
        "foreign police obtain is not part of it, so staff for mutual legal assistance cannot pay by "
        "construction. How many motions for comity become public is a judgement "
        "(investigators.motions_known)."
    )
    name = str(mine["rule_name"].iloc[0])
    return Table(f"What levers buy and cost: {name}", heads, rows, note, folded=folded)

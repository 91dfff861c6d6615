"""Two causes close in time: what each explains of every headline's change, beside what was measured."""

from collections.abc import Iterable

import pandas as pd

from sim.analysis.drivers.confound import BOUND, CONFOUND, OTHER, TOLD, WHOLE
from sim.view.blocks import Block, Chart, Text, section
from sim.view.figures.confound_charts import measured_and_model, shares_of_change
from sim.view.figures.style import INK, QUIET
from sim.view.number_format import estimate, largest_of, number, percent, scale_for
from sim.view.results_view import ResultsView
from sim.view.tables import Cell, Table, Value, columns, records_of, text


@section("confound", "Two causes, months apart")
def confound(view: ResultsView) -> Iterable[Block]:
    """The split of every headline's change, and what was measured."""
    frame = view.needed_summary("the share of each of two causes", CONFOUND)
    bound = view.summary(BOUND)
    yield Text(f"<strong>{text(answer(frame, bound))}</strong>")
    first = frame.iloc[0]
    causes = _causes(frame)
    yield Text(
        f"Each headline is taken over {text(first['window'])}, not over its usual months as in the table of "
        "headlines: what moves here may have faded there, or come later. Four worlds were run with the same "
        f"seeds: with both causes, with {text(causes[0])} alone, with {text(causes[1])} alone, and with "
        "neither. What changes with neither has other causes. The rest is split: what a cause adds when it "
        f"comes first, and when it comes last, averaged (Shapley values). {int(first['pairs'])} seeds."
    )
    told = frame[(frame["verdict"] == TOLD) & ~frame["part"].isin((WHOLE, OTHER))]
    parts = list(dict.fromkeys(told["part"]))
    if len(parts) == 2:
        yield _shares(view, told, parts)
    if bound is not None:
        yield _measured(view, bound, parts)
        yield bound_table(bound)
    yield confound_table(frame)


def answer(frame: pd.DataFrame, bound: pd.DataFrame | None) -> str:
    """What the tables say, in words."""
    told = frame[(frame["verdict"] == TOLD) & ~frame["part"].isin((WHOLE, OTHER))]
    one, other = _causes(frame)
    number_told, every = told["headline"].nunique(), frame["headline"].nunique()
    if not number_told:
        words = [f"Neither {one} nor {other} moves any headline that can be told from nothing."]
    else:
        shares = told.pivot_table("of_two", "headline", "part_name", sort=False)
        main = shares[(shares[one] >= 0.9) | (shares[other] >= 0.9)]
        words = [
            f"Taken over {frame['window'].iloc[0]}, the two together move {number_told} of {every} "
            "headlines. "
            f"{one} makes nine tenths or more of it in {int((main[one] >= 0.9).sum())} of them, {other} in "
            f"{int((main[other] >= 0.9).sum())}."
        ]
        names = dict(zip(told["headline"], told["name"], strict=True))
        mixed = [code for code in shares.index if code not in main.index]
        words += [
            f"{names[code]}: "
            + ", ".join(f"{cause} {percent(shares.loc[code, cause])}" for cause in (one, other))
            + "."
            for code in mixed
        ]
        against = shares[(shares > 0).sum(axis=1) < 2]
        clear = [code for code in against.index if against.loc[code].abs().min() >= 0.05]
        if clear:
            words.append("They pull against each other in: " + "; ".join(names[c] for c in clear) + ".")
    others = frame[(frame["part"] == OTHER) & ((frame["share"] - 1.0).abs() < 0.1)]
    if len(others):
        words.append(
            f"In {len(others)} of {every} headlines nine tenths or more of the change have other causes."
        )
    if bound is not None:
        for _, rows in bound.groupby("id", sort=False):
            of = {str(row["part_name"]): row for row in records_of(rows) if row["part"] != WHOLE}
            head = rows.iloc[0]
            parts = " and ".join(f"{_hundredths(row['of_measured'])} by {name}" for name, row in of.items())
            words.append(
                f"{head['what']}: of the {number(head['measured'], signed=True, decimals=0)}% measured, the "
                f"model has {parts}."
            )
    return " ".join(words)


def _hundredths(share: float) -> str:
    """A share in percent, to one digit where it is small."""
    return f"{number(100.0 * share, decimals=0 if abs(share) >= 0.1 else 1)}%"


def _causes(frame: pd.DataFrame) -> list[str]:
    own = frame[~frame["part"].isin((WHOLE, OTHER))]
    return [str(name) for name in dict.fromkeys(own["part_name"])]


def _shares(view: ResultsView, told: pd.DataFrame, parts: list[str]) -> Chart:
    names = dict(zip(told["headline"], told["name"], strict=True))
    colours = {part: view.styles[part].colour for part in parts}
    title = "Share of each cause in what both together changed"
    read = (
        "The two shares of a headline add up to 100%. Beyond 100% or below 0: the causes pull against each "
        "other. The line through a dot goes from the share of the cause that comes first to its share if it "
        "comes last: where it is long, the two need each other, and no share is more than a convention. "
        "Headlines that the two do not surely move in these months are left out."
    )
    return Chart(
        "confound-shares", "Which of the two was it?", read, [shares_of_change(told, names, colours, title)]
    )


def _measured(view: ResultsView, bound: pd.DataFrame, parts: list[str]) -> Chart:
    figures = []
    for _, rows in bound.groupby("id", sort=False):
        own = rows[rows["part"] != WHOLE]
        colours = [INK, *(view.styles[part].colour if part in view.styles else QUIET for part in own["part"])]
        figures.append(measured_and_model(own, str(rows["what"].iloc[0]), colours))
    read = (
        "A study that compares customers here with customers elsewhere, before and after, finds the sum of "
        "the two causes, whatever it is called. So the measured change bounds each only if both pull the "
        "same way. What the model's bars lack of it is not in the model (such as the cost of complying "
        "with a privacy law), or was there for other reasons: the shares above hold for what the model has."
    )
    return Chart("confound-measured", "How much of what was measured is it?", read, figures)


def bound_table(bound: pd.DataFrame) -> Table:
    """What was measured, beside the model, in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(bound):
        value, interval = estimate(row["model"], row["model_low"], row["model_high"])
        name = Cell(str(row["part_name"]), strong=row["part"] == WHOLE)
        of = _hundredths(row["of_measured"])
        what = Cell(str(row["what"]), detail=str(row["source"]))
        rows.append([what, number(row["measured"], signed=True, decimals=0), name, value, interval, of])
    heads = columns(
        "Measured", ">Change, %", "In the model", ">Change, %", ">95% interval", ">Of the measured"
    )
    note = (
        "Change of what firms here use relative to firms there; shares are of logarithms, so that they add."
    )
    return Table("What was measured", heads, rows, note)


def confound_table(frame: pd.DataFrame) -> Table:
    """The split in numbers."""
    rows: list[list[Value]] = []
    for row in records_of(frame):
        values = [row[name] for name in ("change", "first", "last")]
        scale = scale_for(str(row["unit"]), largest_of(*values))
        value, interval = estimate(
            *(row[name] * scale.factor for name in ("change", "change_low", "change_high"))
        )
        first, last = (number(row[name] * scale.factor, signed=True, digits=3) for name in ("first", "last"))
        own = row["part"] not in (WHOLE, OTHER)
        two: Value = percent(row["of_two"]) if own else ""
        if own and not pd.isna(row["of_two_low"]):
            two = Cell(
                percent(row["of_two"]), f"{percent(row['of_two_low'])} to {percent(row['of_two_high'])}"
            )
        name = Cell(str(row["part_name"]), strong=row["part"] == WHOLE)
        verdict = "" if own or row["part"] == OTHER else str(row["verdict"])
        rows.append(
            [
                Cell(str(row["name"]), scale.change), name, Cell(value, interval),
                *((first, last) if own else ("", "")), percent(row["share"]), two, verdict,
            ]
        )  # fmt: skip
    heads = columns(
        "Headline", "Part", ">Change", ">If first", ">If last", ">Of the change", ">Of the two",
        "The two together",
    )  # fmt: skip
    note = (
        "Under a change: its 95% interval. Other causes: the change in the world with neither. The parts add "
        "up to the whole change. Of the two: the share in what the two changed together, with its 95% "
        "interval; missing where that cannot be told from nothing."
    )
    return Table("The same in numbers", heads, rows, note, folded=True, tall=True)

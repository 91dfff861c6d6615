"""The model compared with data: each target by source, the misses, forecasts of held-out rows, and open
questions."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from sim.analysis.evidence.rows import BOUND_WORDS
from sim.view.blocks import Block, Chart, NotThere, Section, Text, listed
from sim.view.evidence_words import Name, measured, who_where_when
from sim.view.figures.events import folded
from sim.view.figures.evidence_dots import FARTHEST, scores, targets
from sim.view.number_format import estimate, levels, number, scale_for, setting
from sim.view.result_tables import verdict_cell
from sim.view.results_view import ResultsView
from sim.view.sections.record_counts import counts_table, extremes_table, tests_of
from sim.view.tables import Cell, Table, Value, columns, records_of, text

EARLIER = (
    "<strong>Of an earlier version.</strong> These shipped numbers were made with an earlier model or "
    "configuration, and this run has the shipped parameters of today: the two need not agree."
)
OTHER_PARAMETERS = (
    "<strong>Not of this run.</strong> These numbers belong to the shipped configuration; this run has "
    "other parameters, another world or another history."
)
MODEL = "model"
SHIPPED_FIT = "all"  # the fit that ships, which never sees the validation rows
MOST_ROWS, MOST_DRAWN = 40, 15  # held-out rows that are listed, and drawn
MOST_NAMED = 6  # rows of one source that miss, each by itself
CANNOT_TELL = (
    (
        "The effect of the court's outcome on purchasing",
        "It was never measured, and all data come from the one history that happened. Whatever is fitted, "
        "the difference between the two worlds follows from mechanisms and judgement.",
    ),
    (
        "The effect of the CLOUD Act",
        "The GDPR came into force two months later, so a change in 2018 cannot be attributed to either "
        "alone.",
    ),
    (
        "The effect of the leak of 2013 on European providers",
        "Data on their market shares start in 2017.",
    ),
    (
        "The share of customers who act on what they say",
        "Two pairs of figures put it between 2% and 27%.",
    ),
    (
        "Whether trust recovers more slowly than it falls after a ruling",
        "It does after experiences of one's own. The one study of rulings that people read about finds no "
        "difference.",
    ),
    (
        "The role of trust in cloud adoption",
        "Many rows are of adoption. They depend on one another, and pace and ceiling of each country are "
        "fitted to them, so many that hold are weak evidence.",
    ),
)


def record_comparison(view: ResultsView) -> Section:
    """The model compared with data."""
    unknown = Table("What the evidence cannot tell", columns("Question", "Reason"), CANNOT_TELL)
    blocks = [*_targets(view), *_validation(view), *_projections(view), unknown]
    return Section("model-and-data", "The model compared with data", blocks)


def other_parameters(view: ResultsView, frame: pd.DataFrame) -> Iterable[Block]:
    """A warning if a table was made with other parameters than this run's, or by an earlier version."""
    manifest, first = view.manifest, frame.iloc[0]
    same = "configuration" not in frame or str(first["configuration"]) == str(manifest.get("configuration"))
    if not same and not manifest.get("as_shipped"):
        yield Text(OTHER_PARAMETERS)
    elif not same or not _is_of_the_model(frame, manifest):
        yield Text(EARLIER)


def _is_of_the_model(frame: pd.DataFrame, manifest: Mapping[str, Any]) -> bool:
    model = str(manifest.get("model_digest") or "")
    return "model_digest" not in frame or model.startswith(str(frame["model_digest"].iloc[0]))


def _projections(view: ResultsView) -> Iterable[Block]:
    """What was forecast of the leak of 2013: another shock, so no number of the model stands beside it."""
    rows: list[list[Value]] = []
    for row in view.manifest.get("projections", []):
        scale = scale_for(str(row["unit"]), max(row[end] or 0.0 for end in ("low", "high")))
        low, high = (
            None if row[end] is None else setting(row[end] * scale.factor) for end in ("low", "high")
        )
        amount = f"up to {high}" if low is None else low if high in (None, low) else f"{low} to {high}"
        label = str(row["label"]).removesuffix(": up to")
        rows.append([row["id"], label, row["period"], amount, scale.title, row["source"]])
    if not rows:
        return
    note = (
        "Forecasts, not measurements: what analysts expected the Snowden leak to cost US providers, in all "
        "over the years named. They are about another shock than a court's ruling, and count a larger "
        "market than this model. No fit uses them, and no headline should be set against them."
    )
    heads = columns("Row", "Forecast", "Years", ">Loss", "Unit", "Source")
    yield Table("What was forecast of the leak of 2013, for context", heads, rows, note)


# --- every target ------------------------------------------------------------------------------------------


@listed
def _targets(view: ResultsView) -> Iterable[Block]:
    frame = view.needed_summary("how far the model is from each source", "record")
    if "counted" not in frame:
        raise NotThere(
            "how far the model is from each source",
            "This folder comes from a version that did not say what rows count as. Run the experiment again.",
        )
    yield counts_table(frame)
    known = tests_of(frame)[lambda rows: rows["off"].notna()]
    drawn = known.assign(
        group=known["kind"] + ", " + known["role"].replace("calibration", "fitted"),
        hover=[_hover(row, view.place) for row in records_of(known)],
    )
    read = (
        "Each dot is one row that tests the model. On the line, the model agrees exactly. Inside the grey "
        "band, it is within tolerance: twice the source's standard error, or a tenth of the number where "
        f"no error is known. For a bound only violations count. Dots more than {FARTHEST:g} tolerances "
        "away are at the edge. Hover over a dot for its row."
    )
    yield Chart("targets", "How far is the model from the evidence?", read, [targets(drawn)], width=700)
    yield extremes_table(frame, view.place)
    yield _misses(frame[frame["counted"] == "missed"], view.place)


def _misses(misses: pd.DataFrame, name: Name) -> Table:
    """The misses, those of one source, quantity and cause in one row."""
    causes = misses["cause"].fillna("")
    grouped = misses.assign(by=misses["source"].map(source_of), cause=causes).groupby(
        ["by", "what", "cause"], sort=False
    )
    rows: list[list[Value]] = []
    for (source, what, cause), group in grouped:
        ordered = records_of(
            group.sort_values("off", key=lambda off: off.abs(), ascending=False, na_position="last")
        )
        named = "; ".join(_miss(row, name) for row in ordered[:MOST_NAMED])
        rest = len(ordered) - MOST_NAMED
        more = f"; and {rest} more, in the next section" if rest > 0 else ""
        roles = " and ".join(dict.fromkeys(group["role"]))
        rows.append(
            [
                source,
                Cell(measured(what), f"{ordered[0]['unit']}, {roles}"),
                len(group),
                f"{named}{more}",
                cause,
            ]
        )
    note = "Each row with its data and the model's mean over the seeds of this run, the largest miss first."
    heads = columns("Source", "What", ">Rows", "Data and model", "Cause")
    return Table("Every miss and its cause", heads, rows, note, folded=True, tall=True)


def _miss(row: dict[str, Any], name: Name) -> str:
    return f"{who_where_when(row, name)}: {_data(row)}, model {number(row['model'], digits=3)}"


def _data(row: dict[str, Any]) -> str:
    return BOUND_WORDS.get(str(row["bound"]), "") + setting(float(row["data"]))


def source_of(source: str) -> str:
    """The source's own number, which its rows begin with ('K22b: Eurostat ...')."""
    return str(source).partition(":")[0]


def _hover(row: dict[str, Any], name: Name) -> str:
    which = f"{row['row']}: {measured(str(row['what']))}, {who_where_when(row, name)}"
    return (
        f"{text(which)}<br>data {setting(float(row['data']))}, model {number(row['model'], digits=3)} "
        f"{text(row['unit'])}: {number(row['off'], True)} tolerances"
    )


# --- rows that no fit saw -----------------------------------------------------------------------------


@listed
def _validation(view: ResultsView) -> Iterable[Block]:
    frame, ranks = view.summary("validation"), view.summary("validation_ranks")
    if frame is None or ranks is None:
        raise NotThere(
            "the scores on held-out rows",
            "Run `warrantsim validate`, which uses the posterior of the fit.",
        )
    yield Text(
        "<strong>Held-out rows.</strong> The fit that ships never sees the validation rows. Other fits see "
        "less: only rows dated up to 2018, only the first survey of a fifth of the countries, or nothing of "
        "one kind of quantity. The rivals have no agents, and are refitted to the rows that each fit saw; "
        "they are scored where they have an earlier value to go on from."
    )
    yield from other_parameters(view, frame)
    forecasters = list(dict.fromkeys(frame["forecaster"]))
    yield _score_chart(frame, forecasters, ranks, view.place)
    yield rank_table(ranks)
    yield score_table(frame, view.place)


def _score_chart(frame: pd.DataFrame, forecasters: list[str], ranks: pd.DataFrame, name: Name) -> Chart:
    shipped = frame[(frame["fit"] == SHIPPED_FIT) | (frame["fit"] != SHIPPED_FIT).all()]
    scored = _missed_most(shipped[shipped["crps"].notna() & (shipped["ranked"] == "yes")], MOST_DRAWN)
    drawn = scored.assign(
        label=[_what(row, name) for row in records_of(scored)],
        score=(scored["crps"] / scored["se"]).clip(lower=0.01),
        hover=[_score_hover(row, name) for row in records_of(scored)],
    )
    read = (
        "The continuous ranked probability score of the forecast (its absolute error if it has no "
        "spread), in standard errors of the source. The model's forecast is over draws from the posterior "
        "and chance, plus the source's error. A rival's spread is the sources' error and its usual error on "
        f"the rows that the fit saw. Of the fit that ships, at most {MOST_DRAWN} rows, those that the model "
        "misses most; all are in validation.csv. Hover over a dot for its numbers. "
        "<strong>The rows are chosen against the model</strong>: where it misses most, nearly any rival is "
        f"nearer.{_ahead(ranks)}"
    )
    figure = scores(drawn, forecasters)
    return Chart(
        "scores", "How do others forecast the rows that the model misses most?", read, [figure], width=700
    )


def _ahead(ranks: pd.DataFrame) -> str:
    """On how many of all rows the model is ahead of each rival, as HTML."""
    mine = ranks[(ranks["fit"] == SHIPPED_FIT) | (ranks["fit"] != SHIPPED_FIT).all()]
    counts = mine.groupby("rival", sort=False)[["ahead", "rows"]].sum()
    told = [f"{int(one.ahead):,} of {int(one.rows):,} ({text(one.Index)})" for one in counts.itertuples()]
    return f" Of all rows that both forecast, the model is ahead on {'; '.join(told)}." if told else ""


def _what(row: dict[str, Any], name: Name) -> str:
    """A row in words: what, where and when, in lines that a chart has room for."""
    what = re.sub(r" \([^)]*\)", "", measured(str(row["what"])))
    return folded(f"{what}, {who_where_when(row, name)}", 34)


def _missed_most(frame: pd.DataFrame, most: int = MOST_ROWS) -> pd.DataFrame:
    """The lines about the rows on which the model's score is largest, in standard errors."""
    model = frame[frame["forecaster"] == MODEL]
    worst = (model["crps"] / model["se"]).fillna(0.0).nlargest(most).index
    chosen = set(zip(model.loc[worst, "fit"], model.loc[worst, "row"], strict=True))
    return frame[[pair in chosen for pair in zip(frame["fit"], frame["row"], strict=True)]]


def rank_table(ranks: pd.DataFrame) -> Table:
    """The model against each rival, over the rows that both forecast."""
    numbers = (">Rows", ">Places", ">Ahead on", ">Model", ">Rival", ">Difference")
    rows: list[list[Value]] = []
    for row in records_of(ranks):
        counts = [int(row[name]) for name in ("rows", "series", "ahead")]
        compared = [number(row[one], digits=3) for one in ("model", "rival_score")]
        difference, interval = estimate(row["difference"], row["low"], row["high"])
        verdict = verdict_cell(str(row["verdict"]))
        which = fit_words(str(row["fit"])), str(row["quantity"]), str(row["rival"])
        rows.append([*which, *counts, *compared, Cell(difference, interval), verdict])
    note = (
        "Mean score in standard errors; a difference below zero means that the model is better. Under it: "
        "its 95% interval. Ahead on: the rows on which the model has the better score. Rows of "
        "one place depend on one another: the interval is a bootstrap over places, and fewer than three are "
        "too few to rank. Rows from which an input was computed are not asked."
    )
    heads = columns("Fit", "Quantity", "Rival", *numbers, "Verdict")
    return Table("The model and each rival", heads, rows, note, folded=True, tall=True)


def _score_hover(row: dict[str, Any], name: Name) -> str:
    ends = f"{number(row['low'])} to {number(row['high'])}"
    what = f"{measured(str(row['what']))}, {who_where_when(row, name)}"
    return (
        f"{text(row['row'])}: {text(what)}<br>data "
        f"{number(row['data'])} {text(row['unit'])}<br>{text(row['forecaster'])}: "
        f"{number(row['forecast'])} ({ends})<br>CRPS {number(row['crps'])}, log score "
        f"{number(row['log_score'])}"
    )


def score_table(frame: pd.DataFrame, name: Name = str) -> Table:
    """A line a held-out row: data, the model's forecast, and the score of each forecaster."""
    forecasters = list(dict.fromkeys(frame["forecaster"]))
    rows: list[list[Value]] = []
    for (fit, code), group in _missed_most(frame).groupby(["fit", "row"], sort=False):
        by = {str(row["forecaster"]): row for row in records_of(group)}
        first = by[MODEL]
        middle, ends = levels(first["forecast"], first["low"], first["high"])
        which = f"{who_where_when(first, name)}; {code}, {fit_words(str(fit))}"
        what = Cell(measured(str(first["what"])), which)
        scored = [number(by[one]["crps"], digits=3) for one in forecasters]
        known = Cell(middle, ends) if pd.notna(first["forecast"]) else None
        data = Cell(_data(first), str(first["unit"]))
        rows.append([what, data, known, *scored, _notes(first, by, forecasters)])
    heads = columns("What", ">Data", ">Model", *(f">CRPS: {one}" for one in forecasters), "Notes")
    note = (
        "Under what: the row and the fit. Under the model's forecast: its middle 90%. CRPS in the row's "
        f"unit, the smaller the better. At most {MOST_ROWS} rows, those that the model missed most."
    )
    return Table("Row by row", heads, rows, note, folded=True, tall=True)


def fit_words(fit: str) -> str:
    """What a fit saw, in words."""
    known = {SHIPPED_FIT: "fit that ships", "by_time": "fit to 2018", "by_country": "fit without countries"}
    return known.get(fit) or fit.replace("by_kind_", "fit without ").replace("_", " ")


def _notes(first: dict[str, Any], by: dict[str, dict[str, Any]], forecasters: list[str]) -> str:
    """How much of the forecast satisfies a bound, and why a forecaster has no score."""
    chance = (
        [f"{first['chance']:.0%} of the forecast satisfies the bound"] if pd.notna(first["chance"]) else []
    )
    reasons = [
        f"{one}: {by[one]['note']}"
        for one in forecasters
        if isinstance(by[one]["note"], str) and by[one]["note"]
    ]
    return "; ".join([*chance, *reasons])

"""The model against what was measured: every target by source, the misses, forecasts of what no fit saw, and what nothing can tell."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from sim.analysis.markdown import records_of
from sim.view.blocks import Block, Chart, Missing, Section, Table, Text, text
from sim.view.figures.distance_from_evidence import FARTHEST, targets
from sim.view.figures.forecast_scores import scores
from sim.view.labels import how_to_summarise
from sim.view.number_format import DASH, number
from sim.view.results_view import ResultsView

OTHER_PARAMETERS = "<strong>Not of this run.</strong> These numbers are of the configuration as shipped; this run has other parameters, another world or another history."
MODEL = "model"
MOST_NAMED = 6  # rows of one source that miss, each by itself
CANNOT_TELL = (
    (
        "What the court's outcome did to what anybody bought",
        "Nobody measured it, and no row of the evidence varies with the rule: whatever is fitted, the difference between the two worlds follows from "
        "mechanisms and judgement.",
    ),
    (
        "What the CLOUD Act did",
        "The GDPR came into force two months later, so nothing that changed in 2018 can be laid to one of them.",
    ),
    ("What the leak of 2013 did to European providers", "Their market shares start in 2017."),
    ("How much of what customers say they then do", "Two pairs of figures put it between 2% and 27%."),
    (
        "Whether trust lost to a ruling comes back more slowly than it went",
        "That is known of what people live through. Of a ruling they read, and there the one study finds no difference.",
    ),
    (
        "What a fit of cloud adoption shows about trust",
        "Most rows are of adoption in 2014 and 2016, and depend on one another and on starting values computed from the same survey: many that hold are not "
        "much evidence.",
    ),
)


def held_against(view: ResultsView) -> Section:
    """Model against data."""
    unknown = Table(
        "What the evidence cannot tell",
        ["What", "Why not"],
        [[text(what), text(why)] for what, why in CANNOT_TELL],
    )
    return Section(
        "held-against",
        "The model against what was measured",
        [*_targets(view), *_validation(view), unknown],
    )


def other_parameters(view: ResultsView, frame: pd.DataFrame) -> Iterable[Block]:
    """A warning where a table was made with other parameters than this run has."""
    if "configuration" in frame and str(frame["configuration"].iloc[0]) != str(
        view.manifest.get("configuration")
    ):
        yield Text(OTHER_PARAMETERS)


# --- every target ------------------------------------------------------------------------------------------


def _targets(view: ResultsView) -> Iterable[Block]:
    frame = view.summary("record")
    if frame is None:
        yield Missing("how far the model is from each source", how_to_summarise("record"))
        return
    counts = list[str]()
    for role, group in frame.groupby("role", sort=False):
        said = group["verdict"].value_counts()
        counts.append(
            f"{text(str(role).capitalize() if not counts else role)}: {int(said.get('holds', 0))} of {len(group)} rows hold"
        )
    yield Text("; ".join(counts) + ".")
    if "off" not in frame:
        yield Missing(
            "how far the model is from each source",
            "This folder was made before distances were written: run the experiment again.",
        )
        return
    known = frame[frame["off"].notna()]
    drawn = known.assign(
        group=known["source"].map(source_of), hover=[_hover(row) for row in records_of(known)]
    )
    read = (
        f"A dot is one number of the evidence. On the line: the model says what was measured. Inside the grey band: within its tolerance, which is twice "
        f"the source's standard error, or a tenth of the number where no error is known. Of a bound only the forbidden side counts. What is more than "
        f"{FARTHEST:g} tolerances off stands at the edge. Hover for the row."
    )
    yield Chart("targets", "How far is the model from each source?", read, [targets(drawn)], width=700)
    yield _misses(frame[frame["verdict"] == "misses"])


def _misses(misses: pd.DataFrame) -> Table:
    """The misses of one source and one thing measured on one line: they have one cause."""
    rows = []
    for (source, what, cause), group in misses.assign(
        by=misses["source"].map(source_of), cause=misses["cause"].fillna("")
    ).groupby(["by", "what", "cause"], sort=False):
        ordered = records_of(
            group.sort_values("off", key=lambda off: off.abs(), ascending=False, na_position="last")
        )
        said = "; ".join(_miss(row) for row in ordered[:MOST_NAMED])
        more = (
            f"; and {len(ordered) - MOST_NAMED} more, in the next section"
            if len(ordered) > MOST_NAMED
            else ""
        )
        unit = text(ordered[0]["unit"])
        rows.append(
            [
                text(source),
                f'{text(what)}<br><span class="quiet">{unit}, {_roles(group)}</span>',
                str(len(group)),
                f"{said}{more}",
                _there(cause),
            ]
        )
    read = "Each row with what was measured and what the model gives as its mean over this run's seeds, the farthest off first."
    return Table(
        "The misses, and why",
        ["Source", "What", "Rows", "Data, and the model", "Cause"],
        rows,
        read,
        numeric=(2,),
    )


def _roles(group: pd.DataFrame) -> str:
    return text(" and ".join(dict.fromkeys(group["role"])))


def _miss(row: dict[str, Any]) -> str:
    of = " ".join(
        str(row[name]).replace("_", " ") for name in ("place", "population", "period") if pd.notna(row[name])
    )
    data = {"le": "at most ", "ge": "at least "}.get(str(row["bound"]), "") + number(row["data"])
    return f'<span title="{text(row["row"])}">{text(of)}: {data}, model {number(row["model"])}</span>'


def source_of(source: str) -> str:
    """The source's own number, which its rows begin with ('K22b: Eurostat ...')."""
    return str(source).partition(":")[0]


def _hover(row: dict[str, Any]) -> str:
    place = " ".join(str(row[name]) for name in ("place", "population") if pd.notna(row[name]))
    said = f"{row['row']}: {row['what']}, {place}, {row['period']}"
    return f"{text(said)}<br>data {number(row['data'])}, model {number(row['model'])} {text(row['unit'])}: {number(row['off'], True)} tolerances"


def _there(value: Any) -> str:
    return text(value) if isinstance(value, str) and value else DASH


# --- what no fit saw -----------------------------------------------------------------------------------------


def _validation(view: ResultsView) -> Iterable[Block]:
    frame, ranks = view.summary("validation"), view.summary("validation_ranks")
    if frame is None or ranks is None:
        yield Missing(
            "the scores on rows that no fit saw",
            "`warrantsim validate` makes them, with the posterior of the fit.",
        )
        return
    yield Text(
        "<strong>Rows that no fit saw.</strong> The fit on all rows never sees the validation rows. The early fit saw rows dated up to 2018 and no survey of "
        "the countries held back; of these everybody is given the survey of 2014 and asked about later ones. Rivals without agents: no change (the last value "
        "seen before), a straight line through the values seen before, and one Bass curve for all countries. They are scored where they have an earlier "
        "value to go on from."
    )
    yield from other_parameters(view, frame)
    scored = frame[frame["crps"].notna() & (frame["ranked"] == "yes")]
    drawn = scored.assign(
        label=[
            f"{row['row']}{' (early fit)' if row['fit'] == 'early' else ''}" for row in records_of(scored)
        ],
        score=(scored["crps"] / scored["se"]).clip(lower=0.01),
        hover=[_score_hover(row) for row in records_of(scored)],
    )
    forecasters = list(dict.fromkeys(frame["forecaster"]))
    read = (
        "The continuous ranked probability score of the forecast (for a forecast without spread, its absolute error), in standard errors of the source. The "
        "model's forecast is over draws of the posterior and luck, with the source's error; a rival's spread is the sources' errors or, if larger, what it is "
        "wont to be off by on rows that the fit saw."
    )
    yield Chart(
        "scores", "Who forecasts best what no fit saw?", read, [scores(drawn, forecasters)], width=700
    )
    rows = []
    for row in records_of(ranks):
        numbers = [number(row[name]) if pd.notna(row[name]) else DASH for name in ("model", "rival_score")]
        ends = f"{number(row['low'], True)} to {number(row['high'], True)}" if pd.notna(row["low"]) else DASH
        difference = number(row["difference"], True) if pd.notna(row["difference"]) else DASH
        counts = [str(int(row[name])) for name in ("rows", "series", "ahead")]
        rows.append(
            [
                text(row["fit"]),
                text(row["rival"]),
                *counts,
                *numbers,
                difference,
                ends,
                f"<strong>{text(row['verdict'])}</strong>",
            ]
        )
    columns = [
        "Fit",
        "Rival",
        "Rows",
        "Series",
        "Model ahead on",
        "Model",
        "Rival's",
        "Difference",
        "95% interval",
        "Verdict",
    ]
    read = (
        "Mean score in standard errors; below zero the model is better. Rows of one place hang together and count as one series; the interval is over "
        "series, and fewer than three are too few to rank. Rows that a starting value was computed from are scored below and not ranked."
    )
    yield Table("The model against each rival", columns, rows, read, numeric=(2, 3, 4, 5, 6, 7, 8))
    yield _by_row(frame, forecasters)


def _score_hover(row: dict[str, Any]) -> str:
    ends = f"{number(row['low'])} to {number(row['high'])}"
    return (
        f"{text(row['row'])}: {text(row['what'])}, {text(row['place'])}, {text(row['period'])}<br>data {number(row['data'])} {text(row['unit'])}"
        f"<br>{text(row['forecaster'])}: {number(row['forecast'])} ({ends})<br>CRPS {number(row['crps'])}, log score {number(row['log_score'])}"
    )


def _by_row(frame: pd.DataFrame, forecasters: list[str]) -> Table:
    rows = []
    for (fit, name), group in frame.groupby(["fit", "row"], sort=False):
        by = {str(row["forecaster"]): row for row in records_of(group)}
        first = by[MODEL]
        forecast = (
            f"{number(first['forecast'])} ({number(first['low'])} to {number(first['high'])})"
            if pd.notna(first["forecast"])
            else DASH
        )
        cells = [number(by[one]["crps"]) if pd.notna(by[one]["crps"]) else DASH for one in forecasters]
        chance = (
            f"{first['chance']:.0%} of the forecast is on the bound's side"
            if pd.notna(first["chance"])
            else ""
        )
        note = "; ".join(
            filter(
                None,
                [
                    chance,
                    *(
                        f"{one}: {by[one]['note']}"
                        for one in forecasters
                        if isinstance(by[one]["note"], str) and by[one]["note"]
                    ),
                ],
            )
        )
        what = f'{text(first["what"])}<br><span class="quiet">{text(first["place"])}, {text(first["period"])}</span>'
        data = {"le": "at most ", "ge": "at least "}.get(str(first["bound"]), "") + number(first["data"])
        rows.append([text(name), text(fit), what, data, forecast, text(first["unit"]), *cells, _there(note)])
    columns = [
        "Row",
        "Fit",
        "What",
        "Data",
        "Model, middle 90%",
        "Unit",
        *(f"CRPS, {one}" for one in forecasters),
        "Why a forecaster has none",
    ]
    return Table(
        "Row by row",
        columns,
        rows,
        "CRPS in the row's unit.",
        numeric=(3, 4, *range(6, 6 + len(forecasters))),
        tall=True,
        folded=True,
    )

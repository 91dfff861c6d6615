"""The tables of docs/validation.md and docs/register.md, from the files of `validate` and `register`."""

from collections.abc import Callable, Iterable

import pandas as pd

from sim.analysis.shipped_tables import CONDITIONAL, COVERAGE, RANKS, VALIDATION
from sim.analysis.validation.ranks import ADOPTION, ALL_QUANTITIES, FRESH, MODEL, TOO_FEW
from sim.analysis.validation.rivals import RIVALS
from sim.view.tables import records_of
from tools.markdown import DASH, markdown_table, number, span

STRUCTURES = "structures"
HELD_BACK = {"by_time": "held-back years", "by_country": "held-back countries"}
MOST_MISSES = 3  # of a kind of quantity in one split


def used(scores: pd.DataFrame) -> str:
    """How many of the rows that each fit was asked could be scored, and why the others could not."""
    rows = []
    for fit, group in scores[scores["forecaster"] == MODEL].groupby("fit", sort=False):
        bound, ranked = group["bound"] != "eq", group["ranked"] == "yes"
        unmeasured = ~bound & group["forecast"].isna()
        broken = ~bound & ~unmeasured & ~ranked
        counts = (len(group), ranked.sum(), bound.sum(), broken.sum(), unmeasured.sum())
        rows.append([str(fit), *(str(int(count)) for count in counts)])
    heads = ("asked", "scored and ranked", "bounds", "beyond a break of the series", "nothing to measure")
    return markdown_table(("split", *heads), rows)


def ranks(table: pd.DataFrame) -> str:
    """The model against each rival, for each split and kind of quantity."""
    rows = []
    for (fit, quantity), group in table.groupby(["fit", "quantity"], sort=False):
        by = {str(line["rival"]): line for line in records_of(group)}
        counts = str(int(group["rows"].max())), str(int(group["series"].max()))
        rows.append([str(fit), str(quantity), *counts, *(_rank(by.get(rival)) for rival in RIVALS)])
    return markdown_table(("split", "quantity", "rows", "places", *RIVALS), rows)


def _rank(line: dict[str, object] | None) -> str:
    """The model's score and the rival's, and the verdict in a word."""
    if line is None:
        return DASH
    said = {"model better": "**better**", "rival better": "worse", TOO_FEW: "few"}
    verdict = said.get(str(line["verdict"]), "even")
    return f"{number(line['model'])} : {number(line['rival_score'])} {verdict}"


def adoption_ranks(table: pd.DataFrame) -> str:
    """Adoption in full: the difference to each rival with its interval."""
    rows = []
    for line in records_of(table[table["quantity"].isin((ADOPTION, FRESH)) & table["fit"].isin(HELD_BACK)]):
        interval = span(line["low"], line["high"], True) if pd.notna(line["low"]) else DASH
        rows.append(
            [
                HELD_BACK[str(line["fit"])] + (", fresh countries" if line["quantity"] == FRESH else ""),
                str(line["rival"]),
                *(str(int(line[name])) for name in ("rows", "series", "ahead")),
                number(line["model"]),
                number(line["rival_score"]),
                f"{number(line['difference'], True)} ({interval})",
                number(line["log_difference"], True),
                str(line["verdict"]),
            ]
        )
    heads = ("rows", "places", "model ahead on", "model", "rival", "difference (95%)", "log score", "verdict")
    return markdown_table(("scored on", "rival", *heads), rows)


def adoption_verdict(table: pd.DataFrame) -> str:
    """In words: which rivals the model beats on adoption, on held-back years and in held-back countries."""
    lines, all_beaten = [], True
    for fit, where in HELD_BACK.items():
        own = table[(table["fit"] == fit) & (table["quantity"] == ADOPTION)]
        if not len(own):
            continue
        by = {verdict: group["rival"].tolist() for verdict, group in own.groupby("verdict", sort=False)}
        beaten = by.pop("model better", [])
        others = [f"{verdict}: {_listed(rivals)}" for verdict, rivals in by.items()]
        all_beaten &= not others
        lines.append(
            f"On {where} the model beats {_listed(beaten) or 'no rival'}"
            + (f" ({'; '.join(others)})." if others else ", which is every rival.")
        )
    if not lines:
        return "No split that asks about adoption was scored."
    whole = "The model beats every rival on adoption." if all_beaten else (
        "**The model does not beat every rival on adoption.**"
    )  # fmt: skip
    return " ".join([whole, *lines])


def _listed(names: Iterable[str]) -> str:
    return ", ".join(str(name) for name in names)


def coverage(table: pd.DataFrame) -> str:
    """How often the middle 50 and 90% held what was measured."""
    rows = []
    for (fit, quantity), group in table.groupby(["fit", "quantity"], sort=False):
        by = {str(line["forecaster"]): line for line in records_of(group)}
        counts = str(int(by[MODEL]["rows"])), str(int(by[MODEL]["countries"]))
        cells = [
            f"{by[name]['holds_50']:.0%} / {by[name]['holds_90']:.0%}" if name in by else DASH
            for name in (MODEL, *RIVALS)
        ]
        quantity = f"**{quantity}**" if quantity == ALL_QUANTITIES else quantity
        rows.append([str(fit), str(quantity), *counts, *cells])
    return markdown_table(("split", "quantity", "rows", "places", MODEL, *RIVALS), rows)


def conditional(table: pd.DataFrame) -> str:
    """For each condition: how well the rows asked are forecast before and given the condition."""
    rows = []
    for _, group in table.groupby("condition", sort=False):
        first = records_of(group)[0]
        in_se = [number((group[f"crps_{when}"] / group["se"]).mean()) for when in ("before", "given")]
        held = [f"{group[f'holds_90_{when}'].astype(float).mean():.0%}" for when in ("before", "given")]
        draws = f"{first['effective']:.0f} of {int(first['draws'])}"
        counts = [str(int(first["given_rows"])), draws, number(first["power"]), str(len(group))]
        rows.append([f"{first['question']} (`{first['fit']}`)", *counts, *in_se, *held])
    heads = ("rows given", "draws left", "power", "rows asked", "CRPS before", "CRPS given")
    return markdown_table(("question", *heads, "90% held before", "90% held given"), rows)


def misses(scores: pd.DataFrame) -> str:
    """The rows farthest from the forecast, in standard errors, a few of each split and kind of quantity."""
    model = scores[(scores["forecaster"] == MODEL) & (scores["ranked"] == "yes")]
    out = model[~model["holds_90"].astype(bool)].assign(in_se=lambda frame: frame["crps"] / frame["se"])
    rows = []
    for (fit, quantity), group in out.groupby(["fit", "quantity"], sort=False):
        for line in records_of(group.nlargest(MOST_MISSES, "in_se")):
            forecast = f"{number(line['forecast'])} ({span(line['low'], line['high'])})"
            told = [str(line["what"]), str(line["place"]), str(line["period"]), str(line["unit"])]
            note = str(line["note"]) if pd.notna(line["note"]) else ""
            rows.append([str(fit), str(quantity), *told, number(line["data"]), forecast, note])
    heads = ("what", "place", "when", "unit", "data", "model (middle 90%)", "note")
    return markdown_table(("split", "quantity", *heads), rows)


def structures(table: pd.DataFrame) -> str:
    """Structural changes that were tried, each an experiment, by their scores on calibration rows."""
    rows = [
        [
            str(line["structure"]),
            f"`{line['experiment']}`",
            str(line["design"]),
            str(int(line["rows"])),
            number(line["crps"]),
            number(line["log_score"]),
            str(line["note"]) if pd.notna(line["note"]) else "",
        ]
        for line in records_of(table)
    ]
    return markdown_table(
        ("structure", "experiment", "scored", "rows", "CRPS, points", "log score", "note"), rows
    )


def forecasts(table: pd.DataFrame) -> str:
    """The registered forecasts."""
    rows = []
    for line in records_of(table):
        ends = span(line["q05"], line["q95"]) if pd.notna(line["q05"]) else "an event"
        rival = number(line["rival_value"]) if pd.notna(line["rival_value"]) else DASH
        rows.append(
            [
                f"`{line['id']}`",
                str(line["question"]),
                str(line["about"]),
                f"{number(line['mean'])} ({ends})",
                str(line["unit"]) if pd.notna(line["q05"]) else "probability",
                rival,
                str(line["registered_on"]),
                f"`{line['model_digest']}`",
            ]
        )
    heads = ("what", "published about", "forecast (middle 90%)", "unit", "no change", "registered", "model")
    return markdown_table(("id", *heads), rows)


TABLES: dict[str, tuple[str, Callable[[pd.DataFrame], str]]] = {
    "used": (VALIDATION, used),
    "ranks": (RANKS, ranks),
    "adoption ranks": (RANKS, adoption_ranks),
    "adoption verdict": (RANKS, adoption_verdict),
    "coverage": (COVERAGE, coverage),
    "conditional": (CONDITIONAL, conditional),
    "unseen misses": (VALIDATION, misses),
    "structures": (STRUCTURES, structures),
}

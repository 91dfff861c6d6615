"""The tables of docs/calibration.md, made of the shipped ones."""

from collections.abc import Callable

import pandas as pd

from sim.analysis.calibration.recovery import HIGHEST, LOWEST
from sim.analysis.evidence.rows import BOUND_WORDS
from sim.scenario.posterior import FITTED, JUDGED
from sim.view.tables import records_of
from tools.markdown import estimate, markdown_table, number, span


def posterior(best: pd.DataFrame) -> str:
    """Each parameter that the evidence informs: prior, posterior, and whether it is identified."""
    rows = []
    for line in records_of(best[best["role"] == FITTED]):
        name = f"`{line['parameter']}`" + (" (multiplier)" if isinstance(line["multiplies"], str) else "")
        prior = (
            f"{number(line['prior_low'])} to "
            f"{number(line['prior_high'])}{', log' if line['scale'] == 'log' else ''}"
        )
        interval = span(line["p05"], line["p95"])
        left = f"{max(0.0, 1.0 - float(line['contraction'])):.0%}"
        numbers = [number(line[name]) for name in ("prior_centre", "value", "mean")]
        rows.append([name, prior, *numbers, interval, left, str(line["identified"])])
    columns = ("parameter", "prior", "before", "best", "mean", "90%", "variance left", "identified")
    return markdown_table(columns, rows)


def judged(best: pd.DataFrame) -> str:
    """Each judged parameter: its range, and what of it the evidence leaves."""
    rows = [
        [
            f"`{line['parameter']}`" + (" (multiplier)" if isinstance(line["multiplies"], str) else ""),
            f"{number(line['prior_low'])} to {number(line['prior_high'])}"
            + (", log" if line["scale"] == "log" else ""),
            number(line["value"]),
            span(line["p05"], line["p95"]),
            f"{max(0.0, 1.0 - float(line['contraction'])):.0%}",
        ]
        for line in records_of(best[best["role"] == JUDGED])
    ]
    return markdown_table(("parameter", "range", "shipped", "90%", "variance left"), rows)


def recoveries(recovery: pd.DataFrame) -> str:
    """How often intervals held the truth, how the chains mixed, and the parameters that stand out."""
    outside = recovery.loc[
        (recovery["coverage_90"] < LOWEST) | (recovery["coverage_90"] > HIGHEST), "parameter"
    ]
    rows = [
        ["test points", str(int(recovery["points"].iloc[0]))],
        ["mean coverage of 50% intervals", f"{recovery['coverage_50'].mean():.1%}"],
        ["mean coverage of 90% intervals", f"{recovery['coverage_90'].mean():.1%}"],
        [
            "by parameter, 90% intervals",
            f"{recovery['coverage_90'].min():.0%} to {recovery['coverage_90'].max():.0%}",
        ],
        [f"outside {LOWEST:.0%} to {HIGHEST:.0%}", ", ".join(f"`{name}`" for name in outside) or "none"],
        ["interval score (less is better)", number(recovery["interval_score"].iloc[0])],
        ["largest R-hat", f"{recovery['r_hat'].max():.3f}"],
        ["least effective sample", str(int(recovery["effective"].min()))],
    ]
    return markdown_table(("what", "value"), rows)


def leak(table: pd.DataFrame) -> str:
    """What was measured after the leak of 2013 against what the model can reach, alone and together."""
    lines = []
    for line in records_of(table):
        bound = BOUND_WORDS[line["bound"]]
        together = ", ".join(
            f"{other['row']} {float(line['and_' + str(other['row'])]):.1%}"
            for other in records_of(table)
            if other["row"] != line["row"]
        )
        lines.append(
            [
                f"{line['what']} ({line['row']})",
                f"{bound}{number(line['data'])} ± {number(line['tolerance'])} {line['unit']}",
                number(line["nearest"]),
                f"{float(line['points_met']):.1%}",
                number(line["together"]),
                together,
            ]
        )
    columns = (
        "measured", "data", "nearest alone", "points that meet it", "least bad point for all",
        "points that meet it and",
    )  # fmt: skip
    return markdown_table(columns, lines)


def held(predictive: pd.DataFrame) -> str:
    """How many rows of each measure hold before the fit and at the best point, and lie within the 90%."""
    frame = predictive.assign(
        inside=(predictive["low"] <= predictive["data"]) & (predictive["data"] <= predictive["high"]),
        by=predictive["row"].str.extract(f"^({BY_COUNTRY})")[0].fillna("single rows"),
    )
    names = {"use_": "use of cloud services", "liking_": "views of the US", "asked_": "growth of requests"}
    names |= {"content_": "content disclosed"}
    rows = [
        [names.get(str(kind), str(kind)), *_counts(group)] for kind, group in frame.groupby("by", sort=False)
    ]
    rows.append(["all", *_counts(frame)])
    return markdown_table(("rows", "before the fit", "at the best point", "data within 90% of draws"), rows)


def _counts(group: pd.DataFrame) -> list[str]:
    verdicts = [int((group[name] == "holds").sum()) for name in ("verdict_before", "verdict")]
    return [f"{count} of {len(group)}" for count in (*verdicts, int(group["inside"].sum()))]


def rows(predictive: pd.DataFrame) -> str:
    """Every row that is not one of many alike: data, model before and after, verdict."""
    by_hand = ~predictive["row"].str.match(BY_COUNTRY)
    frame = predictive[by_hand]
    lines = []
    for line in records_of(frame):
        data = f"{BOUND_WORDS[line['bound']]}{number(line['data'])} ± {number(line['tolerance'])}"
        model = estimate(line, "model", "low", "high")
        why = (
            line["left_out"]
            if isinstance(line["left_out"], str) and line["left_out"]
            else line["cause"]
            if isinstance(line["cause"], str)
            else ""
        )
        message = f"not fitted: {why}" if line["in_fit"] == "no" else why
        lines.append(
            [
                str(line["row"]),
                str(line["unit"]),
                data,
                number(line["before"]),
                model,
                str(line["verdict"]),
                message,
            ]
        )
    return markdown_table(
        ("row", "unit", "data and tolerance", "before", "best (90% of draws)", "verdict", "cause of a miss"),
        lines,
    )


BY_COUNTRY = r"use_|liking_|asked_|content_"  # rows of many countries, which `held` counts


def headlines(moved: pd.DataFrame) -> str:
    """Each headline under prior and posterior."""
    lines = []
    for line in records_of(moved):
        cells = []
        for group in ("prior", "posterior"):
            interval = f"{number(line[f'{group}_low'])} to {number(line[f'{group}_high'])}"
            cells += [f"{number(line[f'{group}_median'])} ({interval})", f"{line[f'{group}_same_sign']:.0%}"]
        lines.append([f"{line['name']}, {line['unit']}", *cells])
    return markdown_table(
        (
            "headline, DOJ wins minus Microsoft wins",
            "prior (90%)",
            "same sign",
            "posterior (90%)",
            "same sign",
        ),
        lines,
    )


TABLES: dict[str, tuple[str, Callable[[pd.DataFrame], str]]] = {
    "fitted": ("best", posterior),
    "judged": ("best", judged),
    "recovery": ("recovery", recoveries),
    "leak": ("leak", leak),
    "held": ("predictive", held),
    "rows": ("predictive", rows),
    "moved": ("moved", headlines),
}

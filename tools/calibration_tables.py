"""The tables of docs/calibration.md, made of the shipped ones."""

from collections.abc import Callable

import pandas as pd

from sim.analysis.calibration.recovery import HIGHEST, LOWEST
from sim.analysis.evidence.rows import BOUND_WORDS
from sim.view.tables import records_of
from tools.markdown import estimate, markdown_table, number, span


def posterior(best: pd.DataFrame) -> str:
    """Each fitted parameter: prior, posterior, and whether it is identified."""
    rows = []
    for line in records_of(best):
        name = f"`{line['parameter']}`" + (" (multiplier)" if isinstance(line["multiplies"], str) else "")
        prior = (
            f"{number(line['prior_low'])} to "
            f"{number(line['prior_high'])}{', log' if line['scale'] == 'log' else ''}"
        )
        interval = span(line["p05"], line["p95"])
        left = f"{max(0.0, 1.0 - float(line['contraction'])):.0%}"
        numbers = [number(line[name]) for name in ("prior_centre", "value", "mean")]
        rows.append(
            [name, prior, *numbers, interval, left, f"{line['coverage']:.0%}", str(line["identified"])]
        )
    return markdown_table(
        (
            "parameter",
            "prior",
            "before",
            "best",
            "mean",
            "90%",
            "variance left",
            "recovery's coverage",
            "identified",
        ),
        rows,
    )


def recoveries(recovery: pd.DataFrame) -> str:
    """Each path: coverage of its 90% intervals, their interval score, and which ships."""
    rows = []
    for method, group in recovery.groupby("method", sort=False):
        low, high = group["coverage"].min(), group["coverage"].max()
        outside = group.loc[(group["coverage"] < LOWEST) | (group["coverage"] > HIGHEST), "parameter"]
        message = ", ".join(f"`{name}`" for name in outside) or "none"
        numbers = [
            f"{group['coverage'].mean():.1%}",
            f"{low:.0%} to {high:.0%}",
            message,
            number(group["interval_score"].iloc[0]),
        ]
        rows.append([str(method), str(group["repeats"].iloc[0]), *numbers, str(group["ships"].iloc[0])])
    columns = (
        "path",
        "repeats",
        "mean coverage",
        "by parameter",
        f"outside {LOWEST:.0%} to {HIGHEST:.0%}",
        "interval score (less is better)",
        "ships",
    )
    return markdown_table(columns, rows)


def held(predictive: pd.DataFrame) -> str:
    """How many rows of each source hold before the fit and at the best point."""
    frame = predictive.assign(by=predictive["source"].str.partition(":")[0])
    rows = []
    for source, group in frame.groupby("by", sort=False):
        counts = [
            f"{int((group[name] == 'holds').sum())} of {len(group)}" for name in ("verdict_before", "verdict")
        ]
        rows.append([str(source), *counts])
    rows.append(
        [
            "all",
            *(
                f"{int((frame[name] == 'holds').sum())} of {len(frame)}"
                for name in ("verdict_before", "verdict")
            ),
        ]
    )
    return markdown_table(("source", "before the fit", "at the best point"), rows)


def rows(predictive: pd.DataFrame) -> str:
    """Every row that is no level of use in a country, and the levels that miss.

    Columns: data, model before and after, verdict.
    """
    frame = predictive[~predictive["row"].str.startswith("K22") | (predictive["verdict"] != "holds")]
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
    "recovery": ("recovery", recoveries),
    "early recovery": ("early_recovery", recoveries),
    "held": ("predictive", held),
    "rows": ("predictive", rows),
    "moved": ("moved", headlines),
}

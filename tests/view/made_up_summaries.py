"""Summaries of a run: plausible shapes, invented numbers."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.design_outcomes import BY_CODE

HEADLINES = (
    ("trust", "Trust abroad", "0-1", "2014-08 to 2018-03", 0.52, -0.031),
    ("revenue", "US providers' revenue abroad", "USD", "2014-08 to 2018-03", 9.1e10, -4.2e9),
    ("us_share", "US providers' share of cloud spending abroad", "share", "2018-03", 0.71, -0.012),
    ("laws", "Countries with a localisation law", "countries", "2018-03", 9.0, 0.4),
    ("months", "Time to evidence from abroad", "months", "2014-08 to 2018-03", 9.8, -8.1),
)


def write_summaries(folder: Path, months: list[pd.Timestamp]) -> None:
    headlines = [
        (
            code,
            name,
            unit,
            window,
            a,
            a + d,
            d,
            d - abs(d) * (0.5 if code != "laws" else 3),
            d + abs(d) * 0.5,
            20,
            "differs",
            "prior",
        )
        for code, name, unit, window, a, d in HEADLINES
    ]
    columns = [
        "headline",
        "name",
        "unit",
        "window",
        "value_a",
        "value_b",
        "difference",
        "low",
        "high",
        "pairs",
        "verdict",
        "why",
    ]
    pd.DataFrame(headlines, columns=columns).to_csv(folder / "headlines.csv", index=False)
    series = [
        (
            metric,
            month.strftime("%Y-%m-%d"),
            unit,
            unit,
            *(-size * unit * max(0, at - 19) / 60 for size in (1.0, 1.3, 0.7)),
        )
        for metric, unit in (("trust", 0.03), ("revenue_us", 1.2e8))
        for at, month in enumerate(months)
    ]
    columns = ["metric", "month", "world_a", "world_b", "difference", "low", "high"]
    pd.DataFrame(series, columns=columns).to_csv(folder / "series.csv", index=False)
    said = [
        (
            "Trust <abroad> is lower when DOJ wins",
            "trust",
            "mean",
            "0-1",
            "lower than",
            -0.01,
            -0.012,
            -0.008,
            "holds",
            np.nan,
        ),
        (
            "Revenue is higher when DOJ wins",
            "revenue_us",
            "sum",
            "USD",
            "higher than",
            -1.2e9,
            -1.5e9,
            -0.9e9,
            "fails",
            np.nan,
        ),
        (
            "Adoption is lower when DOJ wins",
            "adoption",
            "mean",
            "share",
            "lower than",
            -0.001,
            -0.003,
            0.001,
            "inconclusive",
            1250.0,
        ),
    ]
    columns = [
        "claim",
        "measure",
        "over",
        "unit",
        "expect",
        "difference",
        "low",
        "high",
        "verdict",
        "further_seeds",
    ]
    claims = pd.DataFrame(said, columns=columns).assign(
        window="2020", country="abroad", world="doj_wins", against="microsoft_wins", pairs=20
    )
    claims.to_csv(folder / "claims.csv", index=False)
    mechanisms = (
        "News",
        "Peers",
        "Asymmetry of trust",
        "Governments' laws",
        "Providers' local regions",
        "Sovereign offers",
        "Police's unmet need",
        "Home-grown learning",
    )
    knock = [
        (
            name.lower(),
            name,
            f"{name} held at its off value",
            code,
            d * (0.3 + 0.1 * at),
            d * (0.1 + 0.1 * at),
            d * (0.6 + 0.1 * at),
            d * (0.7 - 0.1 * at),
        )
        for code, _, _, _, _, d in HEADLINES
        for at, name in enumerate(mechanisms)
    ]
    frame = pd.DataFrame(
        knock,
        columns=["mechanism", "name", "meaning", "headline", "difference", "low", "high", "contribution"],
    )
    frame[["low", "high"]] = np.sort(frame[["low", "high"]].to_numpy(), axis=1)
    frame.to_csv(folder / "knockouts.csv", index=False)
    averages = [
        (code, name, unit, d, d / 2, d / 2, d / 2 - abs(d), d / 2 + abs(d), 4)
        for code, name, unit, _, _, d in HEADLINES
    ]
    differences = ["agents", "mean_field", "difference", "low", "high", "pairs"]
    pd.DataFrame(averages, columns=["headline", "name", "unit", *differences]).to_csv(
        folder / "mean_field.csv", index=False
    )
    dates = [
        ("District court", "2014-07-31"),
        ("Second Circuit", "2016-07-14"),
        ("Supreme Court", "2018-06-30"),
    ]
    switches = [
        (label, on, code, name, unit, d, d - abs(d) / 2, d + abs(d) / 2, 20)
        for label, on in dates
        for code, name, unit, _, _, d in HEADLINES
    ]
    pd.DataFrame(
        switches, columns=["label", "on", "headline", "name", "unit", "difference", "low", "high", "pairs"]
    ).to_csv(folder / "switch_dates.csv", index=False)
    _write_record(folder)
    _write_uncertain(folder)


def _write_record(folder: Path) -> None:
    """Rows of one source that hold, two of another that miss, and one that cannot be judged."""
    columns = [
        "row",
        "kind",
        "what",
        "role",
        "place",
        "population",
        "period",
        "unit",
        "bound",
        "data",
        "model",
        "low",
        "high",
        "off",
        "verdict",
        "counted",
        "cause",
        "source",
    ]
    of = (
        "market",
        "US providers' share <of> spending",
        "validation",
        "Europe",
        "organisations",
        "2017",
        "share",
        "eq",
        0.6,
    )
    rows: list[tuple[Any, ...]] = [
        (f"W{at:02}", *of, 0.62, 0.58, 0.66, 0.1 * at, "holds", "held", np.nan, f"W01: survey {at}")
        for at in range(8)
    ]
    miss = ("reaction", "Said & done", "calibration", "DE", np.nan, "2013", "%", "le", 10.0)
    rows += [
        (
            f"S{at}",
            *miss,
            30.0 + at,
            28.0,
            34.0,
            9.0 + at,
            "misses",
            "missed",
            "a judged threshold",
            "S06: a survey",
        )
        for at in range(2)
    ]
    rows.append(
        (
            "W99",
            "market",
            "Not in the model",
            "context",
            "World",
            "",
            "2016",
            "USD bn",
            "eq",
            180.0,
            np.nan,
            np.nan,
            np.nan,
            np.nan,
            "cannot say",
            "context",
            "another",
            "X: y",
        )
    )
    pd.DataFrame(rows, columns=columns).to_csv(folder / "record.csv", index=False)


def _write_uncertain(folder: Path) -> None:
    """Validation, ranks and survival, made with other parameters than the manifest's."""
    names = ("model", "no change", "linear trend", "Bass curve")
    lines = []
    for fit, row, bound in (("all", "K10", "eq"), ("all", "rise", "ge"), ("by_time", "K22b", "eq")):
        for at, name in enumerate(names):
            there, scored = at < 2, at < 2 and bound == "eq"
            line = {
                "fit": fit,
                "row": row,
                "what": "A <thing>",
                "place": "DE",
                "population": "",
                "period": "2016",
                "unit": "%",
                "bound": bound,
                "data": 40.0,
            }
            line |= {
                "se": 2.0,
                "forecaster": name,
                "forecast": 41.0 if there else np.nan,
                "low": 38.0,
                "high": 44.0,
                "crps": 0.5 + at if scored else np.nan,
            }
            line |= {
                "log_score": 2.0,
                "chance": 0.75 if there and bound == "ge" else np.nan,
                "ranked": "yes" if scored else "no",
            }
            lines.append(
                line
                | {
                    "note": "" if there else "no earlier value",
                    "source": "K: x",
                    "configuration": "of_others",
                }
            )
    pd.DataFrame(lines).to_csv(folder / "validation.csv", index=False)
    columns = [
        "fit",
        "quantity",
        "rival",
        "rows",
        "series",
        "ahead",
        "model",
        "rival_score",
        "difference",
        "low",
        "high",
        "log_difference",
        "verdict",
    ]
    ranks = [
        ("by_time", "adoption", "no change", 13, 4, 11, 0.4, 1.2, -0.8, -1.1, -0.5, -0.9, "model better")
    ]
    ranks += [("by_time", "adoption", name, 0, 0, 0, *[np.nan] * 6, "too few to rank") for name in names[2:]]
    pd.DataFrame(ranks, columns=columns).assign(configuration="of_others").to_csv(
        folder / "validation_ranks.csv", index=False
    )
    arms = (("posterior", "as it is"), ("symmetric", "no faster <lost> than won"))
    verdicts = {"trust": ("survives", "does not survive"), "revenue": ("survives", "survives")}
    survival = []
    for code, name, unit, window, _, d in HEADLINES[:2]:
        kept = {
            "headline": code,
            "name": name,
            "unit": unit,
            "window": window,
            "draws": 32,
            "seeds": 2,
            "conclusion": "lower",
        }
        kept |= {"shipped": d, "shipped_low": 1.2 * d, "shipped_high": 0.8 * d}
        for at, (arm, what) in enumerate(arms):
            line = {
                "arm": arm,
                "what": what,
                "median": d,
                "low": 1.5 * d,
                "high": 0.5 * d,
                "same_sign": 0.97 - 0.5 * at,
                "verdict": verdicts[code][at],
            }
            survival.append(kept | line)
        survival.append(
            kept | {"arm": "all", "what": "all arms", "same_sign": 0.47, "verdict": verdicts[code][1]}
        )
    pd.DataFrame(survival).assign(configuration="of_others").to_csv(folder / "survival.csv", index=False)


def over_draws(draws: int = 256, **rows: tuple[Any, ...]) -> pd.DataFrame:
    """Headline code -> low90, median, high90, share, and the parameters that decide the sign."""
    out = []
    for code, (low, median, high, share, *decided) in rows.items():
        h = BY_CODE[code]
        out.append(
            {"headline": code, "name": h.name, "unit": h.unit, "window": h.window, "draws": draws}
            | {"low90": low, "low50": low, "median": median, "high50": high, "high90": high, "share": share}
            | {"sign": "higher" if median > 0 else "lower" if median < 0 else "no difference"}
            | {
                "sign_parameters": "",
                "parameters": decided[0] if decided else "",
                "dummy": 0.2,
                "of_leak": 0.07 if code == "trust" else float("nan"),
                "leak_months": 13 if code == "trust" else 0,
            }
        )
    return pd.DataFrame(out)

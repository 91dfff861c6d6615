"""Synthetic results folders, made from the table schema: plausible shapes, invented numbers."""

import json
import shutil
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser, sync_playwright

from sim.model.tables import TABLES, Table
from sim.runs.results import FolderResults
from sim.vocabulary import DIRECTIONS, INSTRUMENTS, KINDS, ROUTES, SEGMENTS

NAMED = {
    "US": ("United States", "USA"),
    "DE": ("Germany", "DEU"),
    "FR": ("France", "FRA"),
    "GB": ("United Kingdom", "GBR"),
    "IE": ("Ireland", "IRL"),
    "NL": ("Netherlands", "NLD"),
    "BR": ("Brazil", "BRA"),
    "IN": ("India", "IND"),
    "JP": ("Japan", "JPN"),
    "CN": ("China", "CHN"),
    "RU": ("Russia", "RUS"),
    "AU": ("Australia", "AUS"),
    "SG": ("Singapore", "SGP"),
    "HK": ("Hong Kong", "HKG"),
    "ZA": ("South Africa", "ZAF"),
    "CA": ("Canada", "CAN"),
}
GROUPS = {
    "rest_of_africa": ["EGY", "NGA", "KEN", "MUS"],
    "rest_of_latin_america": ["ARG", "CHL", "PER", "BRB"],
    "rest_of_eu": ["POL", "MLT", "GRC"],
}
OFFERS = (
    "local_region",
    "trustee",
    "customer_keys",
    "us_subsidiary",
    "litigation",
    "transparency",
    "discount",
)
LABELS = {"microsoft_wins": "Microsoft wins", "doj_wins": "DOJ wins", "history": "As it happened"}
EVENTS = (
    ("T01", "2013-06-06", "news", "exogenous"),
    ("T02", "2013-12-04", "court", "case"),
    ("T20", "2014-04-23", "law", "exogenous"),
    ("T03", "2014-04-25", "court", "case"),
    ("T30", "2014-07-17", "law", "exogenous"),
    ("T04", "2014-07-31", "court", "case"),
    ("T21", "2015-09-01", "law", "exogenous"),
    ("T05", "2015-09-09", "court", "case"),
    ("T14", "2015-10-06", "court", "exogenous"),
    ("T15", "2016-07-12", "law", "exogenous"),
    ("T06", "2016-07-14", "court", "case"),
    ("T07", "2017-01-24", "court", "case"),
    ("T22", "2017-06-01", "law", "exogenous"),
    ("T10", "2017-10-16", "court", "case"),
    ("T12", "2018-03-23", "law", "case"),
    ("T23", "2018-04-05", "law", "exogenous"),
    ("T13", "2018-04-17", "court", "case"),
    ("T16", "2018-05-25", "law", "exogenous"),
    ("T17a", "2020-07-16", "court", "exogenous"),
    ("T17b", "2023-07-10", "law", "exogenous"),
)
HEADLINES = (
    ("trust", "Trust abroad", "0-1", "2014-08 to 2018-03", 0.52, -0.031),
    ("revenue", "US providers' revenue abroad", "USD", "2014-08 to 2018-03", 9.1e10, -4.2e9),
    ("us_share", "US providers' share of cloud spending abroad", "share", "2018-03", 0.71, -0.012),
    ("laws", "Countries with a localisation law", "countries", "2018-03", 9.0, 0.4),
    ("months", "Time to evidence from abroad", "months", "2014-08 to 2018-03", 9.8, -8.1),
)


def _size(column_unit: str, name: str) -> float:
    if name.startswith("stated"):
        return 0.12
    sizes = {
        "0-1": 0.5,
        "share": 0.5,
        "TB": 4e5,
        "USD": 2e9,
        "customers": 3e5,
        "accounts": 2e6,
        "countries": 5.0,
        "instruments": 20.0,
        "requests": 40.0,
        "months": 6.0,
    }
    return sizes[column_unit]


def _column(table: Table, frame: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    month = (pd.to_datetime(frame["month"]).dt.year - 2013) * 12 + pd.to_datetime(frame["month"]).dt.month
    world = frame["world"].astype("category").cat.codes.to_numpy()
    grown = 1 + month.to_numpy() / 60
    for column in table.measures:
        if column.name == "why":
            frame["why"] = rng.choice(["timeline", "distrust", "police_need"], len(frame))
            continue
        size = _size(column.unit, column.name)
        noise = rng.normal(1.0, 0.05, len(frame))
        level = size * noise * (1 - 0.08 * world * (month.to_numpy() > 19))
        values = level if column.unit in ("0-1", "share", "months") else level * grown
        if column.dtype == "int64":
            frame[column.name] = rng.poisson(np.maximum(values, 0.1))
        else:
            frame[column.name] = values
    if table.name == "world":
        late = pd.to_datetime(frame["month"]) > pd.to_datetime(frame["month"]).max() - pd.DateOffset(
            months=12
        )
        frame.loc[late, ["us_foreign_success_12m", "foreign_us_success_12m"]] = np.nan
    return frame


def _keys(
    name: str, seeds: list[int], worlds: list[str], months: list[pd.Timestamp], rng: np.random.Generator
) -> pd.DataFrame:
    codes = [*NAMED, *GROUPS]
    runs: tuple[Any, ...] = (seeds, worlds)
    grids: dict[str, tuple[list[str], tuple[Any, ...]]] = {
        "world": (["month"], (months,)),
        "country": (["month", "country"], (months, codes)),
        "cell": (["month", "country", "segment"], (months, codes, SEGMENTS)),
        "flows": (
            ["month", "country", "from_kind", "from_host", "to_kind", "to_host"],
            (months[::6], ["DE", "US"], KINDS[:5], ["US", "IE"], KINDS[2:], ["DE"]),
        ),
        "requests": (["month", "direction", "country", "route"], (months, DIRECTIONS, ["DE", "BR"], ROUTES)),
    }
    if name in grids:
        columns, lists = grids[name]
        return pd.DataFrame(list(product(*runs, *lists)), columns=["seed", "world", *columns])
    rows: list[tuple[Any, ...]] = []
    if name == "laws":
        for seed, world, code, instrument in product(seeds, worlds, codes, INSTRUMENTS):
            if rng.random() < 0.25:
                at = int(rng.integers(5, len(months) - 3))
                rows += [
                    (seed, world, months[at], code, instrument, "adopted"),
                    (seed, world, months[at + 2], code, instrument, "in_force"),
                ]
        return pd.DataFrame(rows, columns=["seed", "world", "month", "country", "instrument", "change"])
    for seed, world, provider, code, offer in product(
        seeds, worlds, ("microsoft", "aws"), ("DE", "FR", "BR"), OFFERS
    ):
        at = int(rng.integers(5, len(months) - 30))
        rows += [
            (seed, world, months[at], provider, code, offer, "announced"),
            (seed, world, months[at + 14], provider, code, offer, "live"),
        ]
        if rng.random() < 0.3:
            rows.append((seed, world, months[at + 28], provider, code, offer, "closed"))
    return pd.DataFrame(rows, columns=["seed", "world", "month", "provider", "country", "offer", "change"])


def _write_tables(
    folder: Path, names: list[str], seeds: list[int], worlds: list[str], months: list[pd.Timestamp]
) -> dict[str, Any]:
    rng = np.random.default_rng(7)
    facts = {}
    for name in names:
        frame = _column(TABLES[name], _keys(name, seeds, worlds, months, rng), rng)[
            [column.name for column in TABLES[name].columns]
        ]
        frame["month"] = pd.to_datetime(frame["month"]).dt.date
        for column in TABLES[name].columns:
            if column.dtype == "category":
                frame[column.name] = frame[column.name].astype("category")
        frame.to_parquet(folder / "tables" / f"{name}.parquet")
        facts[name] = {"rows": len(frame), "digest": "0123456789abcdef" * 4}
    return facts


def _write_summaries(folder: Path, months: list[pd.Timestamp]) -> None:
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
        "cause",
        "source",
    ]
    of = (
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
        (f"W{at:02}", *of, 0.62, 0.58, 0.66, 0.1 * at, "holds", np.nan, f"W01: survey {at}")
        for at in range(8)
    ]
    miss = ("Said & done", "calibration", "DE", np.nan, "2013", "%", "le", 10.0)
    rows += [
        (f"S{at}", *miss, 30.0 + at, 28.0, 34.0, 9.0 + at, "misses", "a judged threshold", "S06: a survey")
        for at in range(2)
    ]
    rows.append(
        (
            "W99",
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
            "another",
            "X: y",
        )
    )
    pd.DataFrame(rows, columns=columns).to_csv(folder / "record.csv", index=False)


def _write_uncertain(folder: Path) -> None:
    """Validation, ranks and survival, made with other parameters than the manifest's."""
    names = ("model", "no change", "linear trend", "Bass curve")
    lines = []
    for fit, row, bound in (("all rows", "K10", "eq"), ("all rows", "rise", "ge"), ("early", "K22b", "eq")):
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
    ranks = [("early", "no change", 13, 4, 11, 0.4, 1.2, -0.8, -1.1, -0.5, -0.9, "model better")]
    ranks += [("early", name, 0, 0, 0, *[np.nan] * 6, "too few to rank") for name in names[2:]]
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


def write_results(
    folder: Path, worlds: list[str], tables: list[str], summaries: bool = True, seeds: int = 4
) -> FolderResults:
    """A results folder of invented numbers with the given worlds and tables."""
    (folder / "tables").mkdir(parents=True)
    months = list(pd.date_range("2013-01-01", "2025-12-01", freq="MS"))
    numbered = list(range(1, seeds + 1))
    facts = _write_tables(folder, tables, numbered, worlds, months)
    if summaries:
        _write_summaries(folder, months)
    jurisdictions = {
        code: {"name": name, "region": "a region", "iso3": [iso3]} for code, (name, iso3) in NAMED.items()
    }
    jurisdictions |= {
        code: {"name": code.replace("_", " ").capitalize(), "region": "a region", "iso3": iso3}
        for code, iso3 in GROUPS.items()
    }
    manifest = {
        "experiment": "synthetic",
        "title": "Whose law reaches the cloud?",
        "question": "What follows if a US warrant reaches data stored abroad, and what if it doesn't?",
        "worlds": {name: LABELS[name] for name in worlds},
        "compare": worlds[:2] if len(worlds) > 1 else None,
        "seeds": numbered,
        "customers": 20000,
        "first": "2013-01-01",
        "last": "2025-12-01",
        "switch": "2014-07-31" if len(worlds) > 1 else None,
        "identical_through": "2014-07-01" if len(worlds) > 1 else None,
        "warnings": ["4 seeds are few: intervals are wide"],
        "jurisdictions": jurisdictions,
        "seconds": 321.5,
        "versions": {"python": "3.11.7", "numpy": "2.4.6"},
        "platform": "Linux x86_64",
        "command": "warrantsim run experiments/two_worlds.yaml",
        "tables": facts,
        "scenario": {},
        "events": [
            {
                "id": code,
                "date": date,
                "kind": kind,
                "cause": cause,
                "what": f"What happened on {date}, told <in> a sentence of some length & with detail",
                "reference": "829 F.3d 197",
                "worlds": worlds
                if cause == "exogenous" or date < "2014-07-31"
                else [w for w in worlds if w == "history"],
            }
            for code, date, kind, cause in EVENTS
        ],
        "projections": [
            {
                "id": "S10",
                "label": "Forrester: loss",
                "period": "2013-08 for 2016",
                "low": None,
                "high": 180,
                "unit": "USD bn",
                "source": "Forrester 2013",
            },
            {
                "id": "S12",
                "label": "ITIF: loss",
                "period": "2014 to 2016",
                "low": 21.5,
                "high": 35,
                "unit": "USD bn",
                "source": "ITIF 2013, 2015",
            },
            {
                "id": "S11",
                "label": "Forrester: cloud part of a loss of 47",
                "period": "2014 to 2016",
                "low": 0.528,
                "high": 0.528,
                "unit": "USD bn",
                "source": "Forrester 2015",
            },
        ],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    return FolderResults(folder)


@pytest.fixture(scope="session")
def make_results(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., FolderResults]:
    """Writes a results folder: `make_results(worlds, tables, ...)`."""

    def make(worlds: list[str], tables: list[str] | None = None, **more: Any) -> FolderResults:
        return write_results(
            tmp_path_factory.mktemp("results") / "synthetic",
            worlds,
            list(TABLES) if tables is None else tables,
            **more,
        )

    return make


@pytest.fixture(scope="session")
def two_worlds(make_results: Callable[..., FolderResults]) -> FolderResults:
    return make_results(["microsoft_wins", "doj_wins"])


@pytest.fixture(scope="session")
def one_world(make_results: Callable[..., FolderResults]) -> FolderResults:
    return make_results(["history"], ["world"], summaries=False, seeds=1)


@pytest.fixture(scope="session")
def three_worlds(make_results: Callable[..., FolderResults]) -> FolderResults:
    return make_results(["microsoft_wins", "doj_wins", "history"])


OFFLINE = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests that need one: Playwright's own loop can be started only once a process."""
    path = shutil.which("chromium")
    assert path is not None, "CI runs these tests, and there is no chromium on the PATH"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=OFFLINE)
        yield browser
        browser.close()

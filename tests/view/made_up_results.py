"""Results folders of invented numbers, with the tables and summaries of a run."""

import json
from pathlib import Path

import pandas as pd

from sim.runs.results import FolderResults
from tests.view.made_up_summaries import write_summaries
from tests.view.made_up_tables import GROUPS, NAMED, write_tables

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


def write_results(
    folder: Path, worlds: list[str], tables: list[str], summaries: bool = True, seeds: int = 4
) -> FolderResults:
    """A results folder of invented numbers with the given worlds and tables."""
    (folder / "tables").mkdir(parents=True)
    months = list(pd.date_range("2013-01-01", "2025-12-01", freq="MS"))
    numbered = list(range(1, seeds + 1))
    facts = write_tables(folder, tables, numbered, worlds, months)
    if summaries:
        write_summaries(folder, months)
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

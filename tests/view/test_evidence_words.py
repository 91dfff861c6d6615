"""Rows of evidence read as sentences: no code of a file reaches a reader."""

import re
from typing import Any

import pandas as pd
import pytest

from sim.analysis.evidence.measures.registry import MEASURES
from sim.analysis.evidence.measures.survey_scales import survey_scales
from sim.analysis.uncertainty.value_of_information import NARROWS, PARAMETER, ROW
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.view.evidence_words import in_one_line, measured, period_words, place_words, who_where_when
from sim.view.sections.checks import evidence_table
from sim.view.sections.record_comparison import fit_words
from sim.view.sections.record_counts import extremes_table
from sim.view.sections.value import best_table, in_words, value_table
from sim.view.tables import to_html

NAMES = {"DE": "Germany", "BR": "Brazil", "rest_of_eu": "Rest of the EU and EEA"}


def name(code: str) -> str:
    return NAMES.get(code, code)


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        (
            "Answers to the monthly survey (compared with a year ago): answer would_pay",
            "Answers to the monthly survey (compared with a year ago): would pay 15% more to avoid US reach",
        ),
        (
            "Requests made in the period: direction foreign_to_us, route mla",
            "Requests made in the period: foreign requests to the US, by mutual legal assistance",
        ),
        (
            "Share of named US providers in cloud spending: provider aws+microsoft+google, besides 7",
            "Share of named US providers in cloud spending: AWS, Microsoft and Google, 7 points added for a "
            "provider that the model does not know",
        ),
        ("Customers that use cloud services", "Customers that use cloud services"),
        ("A thing: of which nobody knows the argument", "A thing: of which nobody knows the argument"),
    ],
)
def test_the_arguments_of_a_measure_are_read_in_words(stored: str, read: str) -> None:
    assert measured(stored) == read


def test_every_word_that_a_row_may_use_is_read_without_underscores() -> None:
    base = load_base(root() / CONFIGS)
    lists = {"countries": tuple(base.jurisdictions), "providers": tuple(base.providers)}
    for measure in MEASURES.values():
        for argument in measure.arguments:
            valid: Any = argument.valid
            words = tuple(survey_scales()) if valid == "scales" else lists.get(valid, valid) or ("3",)
            for word in words:
                told = measured(f"{measure.what}: {argument.name} {word}")
                assert "_" not in told, (measure.name, argument.name, word)
                assert f": {argument.name} " not in told or argument.name in ("of", "to"), told


def test_place_people_and_dates_are_read_in_words() -> None:
    row = {"place": "rest_of_eu", "population": "firms_10plus", "period": "2014-01 to 2016-12"}
    assert who_where_when(row, name) == "Rest of the EU and EEA, firms with 10 or more people, 2014 to 2016"
    assert place_words("DE+BR", name) == "Germany and Brazil"
    assert place_words("AR+BR+CL+CN+DE", name) == "5 countries"
    assert period_words("2013-01 to 2013-12") == "2013"
    assert period_words("2013-04, then 2014-04") == "2013-04, then 2014-04"
    line = "Requests made in the period: direction foreign_to_us, route mla, BR, 2019-01 to 2022-12"
    assert in_one_line(line, name) == (
        "Requests made in the period: foreign requests to the US, by mutual legal assistance, Brazil, "
        "2019 to 2022"
    )
    line = "Customers that use cloud services, DE, small_firm+regulated, 2017-01"
    assert in_one_line(line, name) == (
        "Customers that use cloud services, Germany, firms with 10 to 49 people and regulated bodies, 2017-01"
    )


def test_no_fit_is_called_by_its_file() -> None:
    for fit in ("all", "by_time", "by_country", "by_kind_market_shares"):
        assert "_" not in fit_words(fit) and not fit_words(fit).startswith(("by", "all"))


def value_rows() -> pd.DataFrame:
    row = {
        "headline": "trust", "name": "Trust", "unit": "points of 100", "quantity": "S21", "kind": ROW,
        "what": "Answers to the survey: answer would_pay, DE, 2025-03 to 2025-05", "role": "calibration",
        "se": 3.0, "share": 0.3, "low": 0.1, "high": 0.5, "by_weights": 0.2, "perfect": 0.4, "noise": 0.1,
        "width90": 2.0, "width90_expected": 1.5, "draws": 64, "verdict": NARROWS,
    }  # fmt: skip
    other = row | {"quantity": "price", "kind": PARAMETER, "what": "how much price counts", "share": 0.2}
    return pd.DataFrame([row, other])


def test_what_to_measure_next_names_rows_in_words_and_fits_the_page() -> None:
    rows = in_words(value_rows(), name)
    best = best_table(rows)
    assert best.rows == [
        [
            "Trust",
            "Answers to the survey: would pay 15% more to avoid US reach, Germany, 2025-03 to 2025-05",
            "30%",
            "how much price counts",
            "20%",
        ]
    ]
    table = value_table(rows)
    assert len(table.columns) <= 8
    assert "10% to 50%" in to_html(table) and "S21" in to_html(table)


def record_rows() -> pd.DataFrame:
    row = {
        "row": "S06a", "kind": "reaction", "what": "Said: answer more_negative", "role": "validation",
        "place": "DE", "population": "firms_10plus", "period": "2013-01 to 2013-12", "without_event": None,
        "unit": "%", "bound": "eq", "data": 58.0, "se": 1.0, "model": 24.5812, "low": 24.1, "high": 25.0,
        "off": -11.1, "verdict": "misses", "counted": "missed", "helped": None, "cause": "a judgement",
        "note": "asked otherwise", "source": "S06: a survey",
    }  # fmt: skip
    return pd.DataFrame([row])


def test_the_record_is_read_in_words_with_the_digits_of_its_source() -> None:
    for table in (extremes_table(record_rows(), name), evidence_table(record_rows(), name)):
        page = to_html(table)
        assert "Germany, firms with 10 or more people, 2013" in page
        assert "more negative than a year ago" in page
        assert re.search(r">58( ± 1)?<", page) and "58.00" not in page
    assert len(evidence_table(record_rows(), name).columns) == 7

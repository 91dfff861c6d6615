"""Reading rows of evidence: what is refused and how, and what may be left out."""

from pathlib import Path

import pytest

from sim.analysis.evidence.rows import COLUMNS, read_rows
from sim.scenario.problems import InputError
from tests.analysis.evidence.row_files import GOOD, HEADER, changed, history, problems, rows_of, written


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"id": ""}, "id: must not be empty"),
        ({"id": "R\x1b[31m1"}, "id: a control character (U+001B)"),
        ({"note": "a\x00b"}, "note: a control character (U+0000)"),
        ({"source": ""}, "source: must not be empty"),
        (
            {"role": "calibrate"},
            "role: unknown value 'calibrate'; did you mean 'calibration'? "
            "valid: input, calibration, validation, context",
        ),
        (
            {"measure": "adoptoin"},
            "measure: unknown measure 'adoptoin'; did you mean 'adoption'? valid: adoption, adoption_change",
        ),
        ({"place": "DE+Frnace"}, "place: unknown place 'Frnace'; "),
        (
            {"place": "wrld"},
            "place: unknown place 'wrld'; did you mean 'world'? valid: world, abroad, North America",
        ),
        (
            {"population": "firms_10"},
            "population: unknown population 'firms_10'; did you mean 'firms_10plus'? "
            "valid: everybody, organisations",
        ),
        ({"from": "2016-13"}, "from: '2016-13' is no date; write it as 2014, 2014-Q2 or 2014-07"),
        ({"to": "January"}, "to: 'January' is no date"),
        ({"from": "2017"}, "to: 2016-01 is before 2017"),
        ({"without_event": "T1"}, "without_event: unknown event 'T1'; did you mean 'T"),
        ({"value": "17%"}, "value: must be a number (got '17%')"),
        ({"value": "inf"}, "value: must be a number (got 'inf')"),
        ({"se": "about 1"}, "se: must be a number (got 'about 1')"),
        ({"se": "0"}, "se: must be more than 0, or empty where the source's error is not known (got 0)"),
        ({"bound": "="}, "bound: unknown value '='; valid: eq, le, ge"),
        ({"unit": "share"}, "unit: 'share': adoption measures in '%'"),
        ({"arguments": "base=users"}, "arguments: adoption has no 'base'; valid: none"),
        (
            {"measure": "stated"},
            "arguments: stated needs answer=... (which answer of the monthly survey); "
            "valid: more_negative, less_likely",
        ),
        (
            {"measure": "stated", "arguments": "answer=negative"},
            "arguments: answer: unknown value 'negative'; did you mean 'more_negative'? valid: more",
        ),
        (
            {"measure": "stated", "arguments": "would_pay"},
            "arguments: 'would_pay': write name=value, several joined by ;",
        ),
        (
            {"measure": "stated", "arguments": "answer=would_pay;answer=would_pay"},
            "arguments: 'answer' is given twice",
        ),
        (
            {"measure": "moved", "arguments": "move=adopted+gaveup"},
            "arguments: move: unknown value 'gaveup'; did you mean 'gave_up'?",
        ),
        (
            {"measure": "moved", "arguments": "move=adopted+left_us+adopted"},
            "arguments: move: 'adopted' is given twice",
        ),
        (
            {"measure": "stated", "arguments": "answer=would_pay+would_leave"},
            "arguments: answer: unknown value 'would_pay+would_leave'",
        ),
        (
            {"measure": "provider_share", "population": "", "arguments": "provider=ibm"},
            "arguments: provider: unknown value 'ibm'; valid: microsoft, aws",
        ),
        (
            {"measure": "provider_share", "population": "", "arguments": "provider=aws;besides=few"},
            "arguments: besides: must be a number (got 'few')",
        ),
        (
            {"measure": "provider_share", "place": "US", "arguments": "provider=aws"},
            "population: 'firms_10plus': provider_share does not tell populations",
        ),
        (
            {"measure": "adoption_change", "unit": "points", "to": "2016-Q1"},
            "to: adoption_change compares 2016-01 with 2016-Q1: give two years",
        ),
        (
            {"measure": "adoption_change", "unit": "points"},
            "to: adoption_change compares two dates; 2016-01 is given twice",
        ),
        ({"flags": "jump+brake"}, "flags: unknown flag 'brake'; did you mean 'break'? valid: break, jump"),
        (
            {"measure": "survey_level", "arguments": "scale=liking"},
            "arguments: scale: unknown value 'liking'; valid: favourability_change, favourability, freedoms",
        ),
        (
            {"measure": "trust_lost"},
            "without_event: trust_lost compares history with a world without an event: "
            "name one; valid: T01, N17",
        ),
    ],
)
def test_a_wrong_value_is_refused_with_its_line_and_the_choices(
    values: dict[str, str], said: str, tmp_path: Path
) -> None:
    found = problems(tmp_path, GOOD, changed(**{"id": "other"} | values))
    assert any(problem.startswith(f"3: {said}") for problem in found), found


def test_all_that_is_wrong_is_named_at_once_each_with_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, changed(bound="=", value="x"), "", GOOD, GOOD, "too,few")
    assert [problem.partition(" ")[0] for problem in found] == ["2:", "2:", "4:", "5:", "6:"], found
    assert found[3] == "5: id: 'mine' is also on line 2"
    assert "2 values for 17 columns" in found[4]


def test_a_line_after_a_value_of_several_lines_keeps_its_number(tmp_path: Path) -> None:
    assert problems(tmp_path, changed(note="one\ntwo"), changed(id="other", bound="="))[0].startswith(
        "4: bound"
    )


@pytest.mark.parametrize(
    ("header", "said"),
    [
        (HEADER.replace("place", "plase"), "1: unknown column 'plase'; did you mean 'place'?"),
        (HEADER.replace("bound,", ""), "1: missing column 'bound'"),
        (HEADER.replace("note", "unit"), "1: column 'unit' stands twice"),
    ],
)
def test_a_wrong_header_is_refused(header: str, said: str, tmp_path: Path) -> None:
    assert any(problem.startswith(said) for problem in problems(tmp_path, GOOD, header=header))


def test_a_file_that_is_missing_empty_or_without_rows_is_refused(tmp_path: Path) -> None:
    for text, said in (
        (None, "no such file"),
        ("", "the file is empty"),
        (HEADER, "no lines beneath the header"),
        (HEADER + '\n"open', "not CSV"),
    ):
        file = tmp_path / f"{said.split()[0]}.csv"
        if text is not None:
            file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=said):
            read_rows(file, history())


def test_what_may_be_left_out_may_be_left_out_and_a_spreadsheets_mark_is_no_matter(tmp_path: Path) -> None:
    file = written(tmp_path, GOOD.removesuffix(",,,,"), header=",".join(COLUMNS))
    file.write_text("\ufeff" + file.read_text(encoding="utf-8"), encoding="utf-8")
    (row,) = read_rows(file, history())
    assert (row.id, row.place.codes, sorted(row.segments), row.value, row.se) == (
        "mine",
        {"DE"},
        ["enterprise", "regulated", "small_firm"],
        17.0,
        1.5,
    )


def test_places_are_countries_regions_blocs_everybody_and_lists(tmp_path: Path) -> None:
    names = ("DE", "DE+FR", "eu", "Latin America", "world", "abroad", "rest_of_eu+US")
    rows = rows_of(tmp_path, *(changed(id=name, place=name) for name in names))
    codes = {row.id: row.place.codes for row in rows}
    assert (
        codes["DE+FR"] == {"DE", "FR"}
        and {"DE", "GB", "rest_of_eu"} <= codes["eu"]
        and "US" not in codes["eu"]
    )
    assert (
        {"BR", "MX"} <= codes["Latin America"]
        and codes["world"] - codes["abroad"] == {"US"}
        and codes["rest_of_eu+US"] == {"rest_of_eu", "US"}
    )
    assert rows[-1].place.members == {"rest_of_eu": 12, "US": 6}

"""Names in small tables stay text, numbers stay numbers, and a spreadsheet finds no formula."""

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.runs.csv_tables import Unreadable, csv_text, read_csv, write_csv

ODD = [
    "2014",
    "NA",
    "null",
    "True",
    "007",
    "1e5",
    "nan",
    "None",
    "inf",
    "2014-07-31",
    "=1+1",
    "'=x",
    "-2",
    "@a",
]


def test_names_are_read_as_they_were_written(tmp_path: Path) -> None:
    table = pd.DataFrame({"world": ODD, "value": np.arange(len(ODD)) / 3})
    write_csv(table, tmp_path / "x.csv")
    back = read_csv(tmp_path / "x.csv")
    assert back["world"].tolist() == ODD
    assert back["value"].tolist() == table["value"].tolist()


@pytest.mark.parametrize("name", ["2014", "NA", "True", "007"])
def test_a_table_of_one_such_name_is_no_table_of_numbers(tmp_path: Path, name: str) -> None:
    write_csv(pd.DataFrame({"world": [name] * 3, "against": [name] * 3}), tmp_path / "x.csv")
    assert read_csv(tmp_path / "x.csv")["against"].tolist() == [name] * 3


def test_no_text_is_a_formula_for_a_spreadsheet() -> None:
    table = pd.DataFrame(
        {"claim": ['=HYPERLINK("http://a")', "+1", "-1", "@x", "plain"], "value": [-1.0] * 5}
    )
    rows = list(csv.reader(io.StringIO(csv_text(table))))[1:]
    assert [row[0][0] for row in rows] == ["'", "'", "'", "'", "p"]
    assert {row[1] for row in rows} == {"-1.0"}  # a number is none


def test_an_empty_cell_is_missing_and_nothing_else_is(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"note": ["", None, "x"], "value": [1.0, np.nan, 2.0]}), tmp_path / "x.csv")
    back = read_csv(tmp_path / "x.csv")
    assert back["note"].isna().tolist() == [True, True, False]
    assert back["value"].isna().tolist() == [False, True, False]


def test_a_table_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(OSError, match="x"):
        write_csv(pd.DataFrame({"a": [1]}), tmp_path / "x.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


def test_a_damaged_table_is_said_to_be(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Unreadable, match=r"x\.csv"):
        read_csv(tmp_path / "x.csv")


def test_there_is_one_writer_of_csv_and_one_reader_of_yaml() -> None:
    """Others would write formulas and torn files, or read `NO` as false."""
    sources = Path(__file__).parents[2] / "sim"
    texts = {path.relative_to(sources).as_posix(): path.read_text("utf-8") for path in sources.rglob("*.py")}
    assert [name for name, text in texts.items() if ".to_csv(" in text] == ["runs/csv_tables.py"]
    assert [name for name, text in texts.items() if "pd.read_csv(" in text] == ["runs/csv_tables.py"]
    yaml = sorted(name for name, text in texts.items() if "YAML(" in text)
    assert yaml == ["scenario/experiment_text.py", "scenario/yaml_text.py"]


def test_a_file_that_cannot_be_written_is_called_by_the_name_that_was_given(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as refused:
        write_csv(pd.DataFrame({"x": [1]}), tmp_path / "no such folder" / "x.csv")
    assert refused.value.filename == str(tmp_path / "no such folder" / "x.csv")

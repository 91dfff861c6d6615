"""Hostile text, and text that YAML reads as something else: refused with its line, or read as written."""

from itertools import pairwise
from pathlib import Path

import pytest

from sim.scenario.problems import InputError
from sim.scenario.yaml_files import read, scalar
from sim.scenario.yaml_text import MOST_VALUES, NotYaml, load

_TEN = "abcdefghij"


def _bomb(first: str, more: str) -> str:
    """Eight levels, each with ten aliases of the level before: a hundred million values in 300 bytes."""
    lines = [f"a: &a {first}"]
    lines += [f"{after}: &{after} {more % ','.join([f'*{before}'] * 10)}" for before, after in pairwise(_TEN)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a: 1\nb: !!python/object [x]", "x.yaml:2: a tag", id="a tag"),
        pytest.param("a: !important x", "x.yaml:1: a tag", id="a tag of somebody's own"),
        pytest.param("a: 1\nb: " + "[" * 3000, "x.yaml:2: is nested deeper", id="nested without end"),
        pytest.param("a: &a [*a]", "without end", id="an alias of itself"),
        pytest.param("a: &a {b: {c: *a}}", "without end", id="an alias of what it is within"),
        pytest.param(_bomb("[x]", "[%s]"), f"more than {MOST_VALUES:,} values", id="many aliases"),
        pytest.param(_bomb("{x: 1}", "{<<: [%s]}"), "no part of YAML 1.2", id="merges"),
        pytest.param(
            "[" + "1," * (3 * MOST_VALUES) + "1]",
            f"more than {MOST_VALUES:,} values",
            id="many values",
        ),
        pytest.param("%YAML 1.1\n---\na: NO", "another version of YAML", id="an older version"),
        pytest.param(f"a: {'9' * 5000}", "x.yaml:1: not a number that can be read", id="digits without end"),
        pytest.param('a: "\\e[31mred"', "x.yaml:1: a control character (U+001B)", id="an escape"),
        pytest.param('a: "\\ud800"', "x.yaml:1: a control character (U+D800)", id="half a character"),
        pytest.param("a: 1\n? [b]\n: 2", "x.yaml:2: a name must be text", id="a list as a name"),
        pytest.param('2013: 1\n"2013": 2', 'x.yaml:2: found duplicate key "2013"', id="one name twice"),
        pytest.param("a: 1\n---\nb: 2", "not YAML", id="two documents"),
        pytest.param("a: *b", "not YAML: found undefined alias", id="an alias of nothing"),
    ],
)
def test_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read(file)
    assert said in str(refused.value)


@pytest.mark.parametrize("one", ["1,", "- 1\n", "? a\n", "[],", "a: 1\n"])
def test_millions_of_values_are_refused_before_they_are_parsed(
    one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def parsed(*_: object) -> None:
        raise AssertionError("it was parsed")

    monkeypatch.setattr("ruamel.yaml.YAML.compose", parsed)
    with pytest.raises(NotYaml, match="holds more than"):
        load(one * (MOST_VALUES + 1))


@pytest.mark.parametrize("name", ["2014", "NA", "null", "True", "007", "1e5", "0x10", "~", "2014-07-31"])
def test_a_name_is_the_text_that_was_written(tmp_path: Path, name: str) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(f"{name}: {name}", encoding="utf-8")
    document = read(file)
    assert list(document.tree) == [name]
    assert document.lines[(name,)] == 1


def test_an_alias_is_read(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("a: &news {weight: 0.5}\nb: [*news, *news]", encoding="utf-8")
    assert read(file).tree == {"a": {"weight": 0.5}, "b": [{"weight": 0.5}, {"weight": 0.5}]}


def test_a_date_stays_text_until_a_date_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text("on: 2013-02-30", encoding="utf-8")
    assert read(file).tree == {"on": "2013-02-30"}


@pytest.mark.parametrize("text", ["&a [*a]", "!!python/x [a]", "[" * 3000, "9" * 5000])
def test_the_command_line_takes_no_more_than_a_file(text: str) -> None:
    with pytest.raises(InputError):
        scalar(text)


@pytest.mark.parametrize(
    ("text", "value"), [("1e-3", 0.001), ("NO", "NO"), ("[1", "[1"), ("2", 2), ("'2'", "2"), (".inf", ".inf")]
)
def test_the_command_line_reads_as_a_file_does(text: str, value: object) -> None:
    assert scalar(text) == value


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no file"):
        read(Path("/dev/zero") if Path("/dev/zero").exists() else tmp_path)

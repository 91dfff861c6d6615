"""The commands of README.md and docs/record.md: the command line takes each, and the quick ones are given."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from sim.cli.main import app
from tests.cli.conftest import Command

ROOT = Path(__file__).parents[2]
SMALL = ("--customers", "2000", "--seeds", "1", "--workers", "1")
QUICK = ("list", "explain", "--version")


def lines_of(page: str) -> list[str]:
    """The command lines of a page, without comments."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    return [re.sub(r"\s+#.*$", "", line) for line in found if re.match(r"(\S*/)?(warrantsim|make) ", line)]


def words_of(page: str) -> list[list[str]]:
    """The words after `warrantsim`."""
    return [shlex.split(line)[1:] for line in lines_of(page) if line.split()[0].endswith("warrantsim")]


README, RECORD = words_of("README.md"), words_of("docs/record.md")


@pytest.mark.parametrize("words", [*README, *RECORD], ids=" ".join)
def test_the_command_line_takes_it(words: list[str]) -> None:
    command = typer.main.get_command(app)
    name, own, rest = command.resolve_command(command.make_context("warrantsim", [words[0]]), words)
    assert own is not None, name
    own.make_context(name, rest)  # parses without running; an unknown option or a missing argument raises


def test_enough_commands_are_found() -> None:
    assert len(README) > 15
    assert len(RECORD) > 6


@pytest.mark.parametrize("words", [w for w in README if w[0] in QUICK], ids=" ".join)
def test_the_quick_ones_work(warrantsim: Command, words: list[str]) -> None:
    outcome = warrantsim(*words)
    assert outcome.code == 0, outcome.err
    assert outcome.out


def test_every_target_of_make_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    pages = ("README.md", "docs/record.md", "CONTRIBUTING.md")
    lines = [line.split() for page in pages for line in lines_of(page)]
    named = {words[1] for words in lines if words[0] == "make"}
    assert {"run", "test", "validate"} <= named
    assert named <= targets


@pytest.mark.long
def test_the_simulating_ones_work_at_small_sizes(
    warrantsim: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep and a comparison from the run to the verified crate, in the order of the pages."""
    monkeypatch.chdir(tmp_path)
    runs = [w for w in README if w[:2] in (["run", "where_revenue_falls"], ["run", "no_snowden"])]
    assert len(runs) == 3
    for words in runs:
        asked = [one for one in words if one not in ("--seeds", "20")]
        draws = () if words[1] == "where_revenue_falls" else ("--draws", "0")  # 256 of them take minutes
        assert warrantsim(*asked, *draws, *SMALL).code == 0, words
    ends = {"reproduce": ("--sample", "1", "--workers", "1"), "crate": (), "verify": ()}
    for words in [w for w in README if w[0] in ends]:
        asked = words[: words.index("--sample")] if "--sample" in words else words
        outcome = warrantsim(*asked, *ends[words[0]])
        assert outcome.code == 0, (words, outcome)
    record = re.search(r"ws(-[0-9a-z]{5}){4}", warrantsim("record", "results/no_snowden").out)
    assert record is not None
    assert warrantsim("crate", "results/no_snowden", "--out", "two.zip").code == 0
    assert warrantsim("verify", "two.zip", "--record", record[0]).code == 0
    outcome = warrantsim("why", "results/no_snowden", "two.zip", "--headline", "trust")
    assert "exactly 0" in outcome.out

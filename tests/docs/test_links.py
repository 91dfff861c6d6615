"""Everything that the documents cite exists: files, paths, commands, Makefile options, modules."""

import importlib.util
import re
from pathlib import Path

import pytest
import typer

from sim.cli.main import app

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")]
)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
TOP = "sim|configs|experiments|tests|docs|tools"
PATH = re.compile(rf"`((?:{TOP})/[^`\s<>{{}}*]*)`")
COMMAND = re.compile(r"\bwarrantsim ([a-z]+)\b")
MODULE = re.compile(r"python -m ((?:sim|tools|tests)[.\w]*)")
TARGET = re.compile(r"(?:`|^ {4})make ([a-z][a-z-]*)", re.MULTILINE)


def texts() -> list[object]:
    return [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for path in DOCUMENTS
        if "{include}" not in path.read_text(encoding="utf-8")
    ]


def code_of(text: str) -> str:
    """Indented and fenced code and everything in backticks."""
    fenced = re.findall(r"```.*?```", text, re.DOTALL)
    indented = re.findall(r"^ {4}.*$", text, re.MULTILINE)
    return "\n".join([*fenced, *indented, *re.findall(r"`[^`\n]+`", text)])


@pytest.mark.parametrize("document", texts())
def test_every_link_leads_to_a_file_of_the_repository(document: Path) -> None:
    targets = [target.partition("#")[0] for target in LINK.findall(document.read_text(encoding="utf-8"))]
    outside = [target for target in targets if "://" in target]
    assert outside == [], "documents link to files of this repository only"
    missing = [target for target in targets if target and not (document.parent / target).exists()]
    assert missing == []


@pytest.mark.parametrize("document", texts())
def test_every_path_in_backticks_exists(document: Path) -> None:
    found = PATH.findall(document.read_text(encoding="utf-8"))
    assert [path for path in found if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", texts())
def test_every_command_exists(document: Path) -> None:
    known = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    named = set(COMMAND.findall(code_of(document.read_text(encoding="utf-8"))))
    assert named <= known


@pytest.mark.parametrize("document", texts())
def test_every_module_to_run_exists(document: Path) -> None:
    named = {name.rstrip(".") for name in MODULE.findall(document.read_text(encoding="utf-8"))}
    assert [name for name in sorted(named) if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("document", texts())
def test_every_make_target_exists(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    assert set(TARGET.findall(document.read_text(encoding="utf-8"))) <= targets


def test_code_and_configurations_cite_only_documents_that_exist() -> None:
    files = [
        path
        for folder in ("sim", "configs", "experiments", "tools")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".yaml", ".csv", ".html", ".js")
    ]
    cited = {
        (str(path.relative_to(ROOT)), name)
        for path in files
        for name in re.findall(r"\bdocs/[\w-]+\.(?:md|ipynb|png)", path.read_text(encoding="utf-8"))
    }
    assert [(path, name) for path, name in sorted(cited) if not (ROOT / name).exists()] == []

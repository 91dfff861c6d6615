"""The report: one HTML file that needs no network."""

from collections.abc import Collection
from pathlib import Path

from sim.runs.folder_lock import only_writer
from sim.runs.points import REPORT
from sim.runs.results import FolderResults
from sim.runs.whole_files import write_whole
from sim.runs.written_files import add_written
from sim.scenario.problems import InputError
from sim.view import sweep_report
from sim.view.folder_view import FolderView
from sim.view.html_page import FOOTER, put_together
from sim.view.report_parts import PARTS, sections
from sim.view.results_folders import just_written
from sim.view.results_view import ResultsView
from sim.view.sections import headline_summary


def build(results: FolderResults, out: Path) -> Path:
    """Write the report of a results folder to the file `out` (or to `out`/report.html if that is a folder)
    and return its path.

    The manifest answers for a report in the folder itself. That of a design shows what its runs come to over
    the points. Raises InputError for a name that is no page's, or a file that is none, which a report would
    replace, and ValueError if a jurisdiction names a country that the world map cannot place.
    """
    target = out / REPORT if out.is_dir() else out
    if target.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"{target}: a report is an HTML page; name a file that ends in .html, or a folder")
    if target.is_file() and not _is_page(target):
        raise InputError(
            f"{target}: is no HTML page, and a report would be written over it; name another file"
        )
    view = ResultsView(results)
    drawn = sweep_report.page(FolderView(just_written(results.folder))) if view.has_design else page(view)
    if target.resolve() != (results.folder / REPORT).resolve():
        write_whole(target, drawn)
        return target
    with only_writer(results.folder):
        write_whole(target, drawn)
        add_written(results.folder, [REPORT])
    return target


def _is_page(path: Path) -> bool:
    """Whether a file is empty or begins as an HTML page does."""
    with path.open("rb") as source:
        begin = source.read(200).decode("utf-8", errors="replace").lstrip("\ufeff \t\r\n").lower()
    return not begin or begin.startswith(("<!doctype html", "<html"))


def page(view: ResultsView, made: str = FOOTER, only: Collection[str] | None = None) -> str:
    """The report as HTML; `made` says at its foot what it was made from.

    `only` are the files of which there is something to show (`tables/world.parquet`, `record.csv`): parts
    that need others are left out.
    """
    parts = (
        sections(view) if only is None else [part.section(view) for part in PARTS if part.can_be_filled(only)]
    )
    return put_together(view.manifest["title"], headline_summary.head(view), parts, made)

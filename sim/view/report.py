"""The report: one HTML file that needs no network."""

from collections.abc import Collection
from pathlib import Path

from sim.runs.points import REPORT
from sim.runs.results import FolderResults
from sim.runs.whole_files import write_whole
from sim.runs.written_files import add_written
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
    the points. Raises ValueError if a jurisdiction names a country that the world map cannot place.
    """
    target = out / REPORT if out.is_dir() else out
    view = ResultsView(results)
    write_whole(
        target,
        sweep_report.page(FolderView(just_written(results.folder))) if view.has_design else page(view),
    )
    if target.resolve() == (results.folder / REPORT).resolve():
        add_written(results.folder, [REPORT])
    return target


def page(view: ResultsView, made: str = FOOTER, only: Collection[str] | None = None) -> str:
    """The report as HTML; `made` says at its foot what it was made from.

    `only` are the files of which there is something to show (`tables/world.parquet`, `record.csv`): parts
    that need others are left out.
    """
    parts = (
        sections(view) if only is None else [part.section(view) for part in PARTS if part.can_be_filled(only)]
    )
    return put_together(view.manifest["title"], headline_summary.head(view), parts, made)

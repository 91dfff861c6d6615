"""A trace on disk: its tables as CSV files, and its page."""

from pathlib import Path

from sim.analysis.drivers.trace.asked import Trace
from sim.runs.csv_tables import write_csv
from sim.runs.whole_files import write_whole
from sim.view.html_page import put_together
from sim.view.sections.trace import head_of, sections_of, title_of

PAGE = "trace.html"


def write(trace: Trace, folder: Path) -> Path:
    """Write the tables and the page (one HTML file that needs no network) into a folder; returns the
    page's path.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in trace.tables().items():
        write_csv(table, folder / f"{name}.csv", date_format="%Y-%m-%d")
    page = folder / PAGE
    made = f"Made by tracing seed {trace.pair.seed} of {trace.pair.resolved.name}."
    content = put_together(title_of(trace), head_of(trace), sections_of(trace), made)
    write_whole(page, content)
    return page

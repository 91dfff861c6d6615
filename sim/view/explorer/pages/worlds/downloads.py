"""The downloads: the experiment as YAML, the data of a tab, and all tabs as one page."""

import base64
import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.model.tables import data_dictionary
from sim.runs.live_pairs import tables_of, write_table
from sim.view.explorer.pages.worlds.page_content import results_view_of
from sim.view.explorer.pages.worlds.responses import Answer, Answers, numbered
from sim.view.explorer.pages.worlds.sessions import Session
from sim.view.explorer.pages.worlds.state import ABROAD, State
from sim.view.explorer.pages.worlds.world_tabs import TABS
from sim.view.report import page
from sim.view.results_view import ResultsView

NAME = "explorer"
File = dict[str, Any]


def kept(answers: Answers, page_id: str, asked: Any, what: str) -> File:
    """A file for the browser to save: its name and content. The seeds are those on the screen now."""
    state: State = answers.read(asked)
    if what == "yaml":  # needs no run
        pairs = max(answers.sessions.pairs_shown(page_id, state), 1)
        content = answers.catalogue.yaml(state, pairs)
        return {"filename": f"{NAME}.yaml", "content": content, "type": "text/yaml"}
    session = answers.sessions.move(page_id, state, state.tab, TABS[state.tab].wanted)
    if what == "html":
        return {"filename": f"{NAME}.html", "content": _report(answers, session, state), "type": "text/html"}
    content = base64.b64encode(_tables(answers, session, state, what)).decode()
    return {
        "filename": f"{NAME}-{state.tab}-{what}.zip",
        "content": content,
        "base64": True,
        "type": "application/zip",
    }


def kept_or_why_not(answers: Answers, page_id: str, asked: Any, what: str) -> tuple[File | None, str]:
    """The file of `kept`, or None and why there is none, in words for the page."""
    found = File()

    def answer() -> Answer:
        found.update(kept(answers, page_id, asked, what))
        return {"kind": "file"}

    said = numbered(asked, answer)
    if said["kind"] == "file":
        return found, ""
    return None, _WHY_NOT[said["kind"]].format(problems="; ".join(said.get("problems", [])))


_WHY_NOT = {
    "refused": "Nothing was saved, as this cannot be run: {problems}.",
    "failed": "Nothing was saved, as the run failed: {problems}.",
    "busy": "Nothing was saved, as other runs come first: try again in a moment.",
    "overtaken": "Nothing was saved, as the controls have moved since: try again.",
}


def _tables(answers: Answers, session: Session, state: State, kind: str) -> bytes:
    """The tables of a tab as a zip file, with their meaning and the experiment that reproduces them."""
    out = io.BytesIO()
    tables = tables_of([session.pairs[seed] for seed in sorted(session.pairs)])
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, TemporaryDirectory() as folder:
        for name, frame in tables.items():
            path = Path(folder) / f"{name}.{kind}"
            write_table(frame, path)
            archive.write(path, path.name)
        archive.writestr("data_dictionary.md", data_dictionary())
        archive.writestr("explorer.yaml", answers.catalogue.yaml(state, len(session.pairs)))
    return out.getvalue()


def _report(answers: Answers, session: Session, state: State) -> str:
    """The report of the pairs on the screen: one page that needs no network."""
    every: dict[str, dict[str, None]] = {}
    for tab in TABS.values():
        for table, columns in tab.wanted.items():
            every.setdefault(table, {}).update(dict.fromkeys(columns))
    whole = answers.sessions.again(session, {table: tuple(columns) for table, columns in every.items()})
    return report_of(
        results_view_of(whole, state, ABROAD, answers.catalogue.headlines_at_rest(state), whole=True)
    )


def report_of(view: ResultsView) -> str:
    """The report of results in memory, without the parts that need a whole run (knock-outs, the record)."""
    tables, summaries = ("world", "country", "flows", "laws", "offers", "requests", "cell"), ("headlines",)
    there = [f"tables/{name}.parquet" for name in tables] + [f"{name}.csv" for name in summaries]
    return page(
        view,
        made="Made in the explorer of warrantsim; its experiment can be copied there as YAML.",
        only=there,
    )

"""The progress of a run on its page: pairs done, time left, failures, and whether its process lives."""

import time

import dash_mantine_components as dmc
from dash import html

from sim.runs.watch import FURTHER, Progress
from sim.view.explorer.page import Component
from sim.view.folder_view import FolderView

_AT_FIRST = 3  # pairs after which the time left is shown
_SHOWN = 10


def shown(folder_view: FolderView) -> Component:
    """The state of the run; empty if no run is in progress."""
    progress = folder_view.folder.progress
    if progress is None:
        return None
    return {"running": _running, "stopped": _stopped, "dead": _dead}[progress.state](progress, folder_view)


def _running(progress: Progress, folder_view: FolderView) -> Component:
    share = 100.0 * progress.done / progress.total if progress.total else 0.0
    message, note = progress.stage, "The content below covers the pairs done so far."
    if progress.stage == "running":
        message = f"{progress.done:,} of {progress.total:,} pairs done{_left(progress)}"
    if progress.stage == FURTHER:
        message = (
            f"{progress.done:,} of {progress.total:,} further runs done{_left(progress)}: mechanisms off, "
            "other switch dates, the record"
        )
        note = "The tables are complete and shown below; headlines and further analyses follow."
    elif folder_view.folder.finished:
        note = "The content below is of the previous tables."
    return _box(
        [
            dmc.Progress(value=share, size="lg", **{"aria-label": "Pairs done"}),
            html.P([html.Strong(message), f" · last: {progress.last}" if progress.last else ""]),
            html.P(note, className="quiet"),
            *_failures(progress),
        ],
        "Running",
        "blue",
    )


def _left(progress: Progress) -> str:
    if progress.done < _AT_FIRST:
        return ""
    left = (progress.updated - progress.started) / progress.done * (progress.total - progress.done)
    return (
        f", about {left:.0f} s left"
        if left < 90
        else f", about {left / 60:.0f} min left"
        if left < 5400
        else f", about {left / 3600:.1f} h left"
    )


def _stopped(progress: Progress, folder_view: FolderView) -> Component:
    return _box(
        [
            html.P(f"After {progress.done:,} of {progress.total:,} pairs: {progress.ended}."),
            _go_on(folder_view),
            *_failures(progress),
        ],
        "Stopped",
        "orange",
    )


def _dead(progress: Progress, folder_view: FolderView) -> Component:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(progress.updated))
    message = (
        f"Its process (number {progress.pid} on {progress.host}) is gone; its last update was at {when}, "
        f"after {progress.done:,} of {progress.total:,} pairs. It was killed, or the machine went down."
    )
    return _box(
        [html.P(message), _go_on(folder_view), *_failures(progress)], "The run was interrupted", "orange"
    )


def _go_on(folder_view: FolderView) -> Component:
    words = (
        "The content below is of the previous tables"
        if folder_view.folder.finished
        else "Finished pairs are kept and shown below"
    )
    return html.P(["The same command continues from there. ", words, "."])


def _failures(progress: Progress) -> list[Component]:
    if not progress.failed:
        return []
    causes: dict[str, list[str]] = {}
    for one in progress.failures:
        causes.setdefault(f"{one.error} ({one.how}; stage: {one.stage})", []).append(one.name)
    items = [
        html.Li(
            [
                html.Strong(cause),
                f": {', '.join(names[:3])}{f' and {len(names) - 3:,} more' if len(names) > 3 else ''}",
            ]
        )
        for cause, names in list(causes.items())[:_SHOWN]
    ]
    message = (
        f"{progress.failed:,} {'pair has' if progress.failed == 1 else 'pairs have'} "
        f"failed{'; the others go on' if progress.state == 'running' else ''}."
    )
    return [html.P(html.Strong(message)), html.Ul(items)]


def _box(children: list[Component], title: str, colour: str) -> Component:
    return html.Div(
        dmc.Alert(children, title=title, color=colour, variant="light"),
        role="status",
        className="progress-box",
    )

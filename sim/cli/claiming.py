"""Claims on the screen: what was claimed, what the runs say, and how many seeds it would take to tell."""

import json
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sim.scenario.resolution import Resolved

if TYPE_CHECKING:
    from sim.runs.experiment import Finished

_COLOURS = {"holds": "green", "fails": "red", "inconclusive": "yellow"}


def check_claims(resolved: Resolved) -> None:
    """Refuse claims about what is not recorded. Raises BadInput."""
    if resolved.experiment.claims:
        from sim.runs.claims import check

        check(resolved)


def judge_claims(resolved: Resolved, done: "Finished", screen: Console) -> list[str]:
    """Judge the experiment's claims, write them beside its tables, print them; returns those that fail (not of a sweep)."""
    if not resolved.experiment.claims or not done.tables:
        return []
    from sim.runs.claims import judge
    from sim.runs.manifest import add_to_manifest

    judged = judge(resolved, done.results)
    judged.write(done.folder)
    add_to_manifest(done.folder, claims=json.loads(judged.claims.to_json(orient="records")))
    screen.print(claims_table(judged.claims.to_dict("records")))
    return [f"claim: {claim}" for claim in judged.failed]


def claims_table(rows: list[dict[str, Any]]) -> Table:
    """The verdicts; of a sweep, at how many of its points each claim holds."""
    from sim.cli.running import number

    swept = "points" in rows[0]
    table = Table(title="Claims: 95% interval over pairs", title_justify="left")
    table.add_column("claim", overflow="fold")
    table.add_column("expected", overflow="fold")
    for heading in ("holds", "fails", "inconclusive", "mean agrees") if swept else ("difference", "interval"):
        table.add_column(heading, justify="right")
    table.add_column("verdict", overflow="fold")
    for row in rows:
        expected = f"{row['measure']} ({row['over']}) {row['window']}, {row['country']}: {row['world']} {row['expect']} {row['against']}"
        if swept:
            middle = [str(row[name]) for name in ("holds", "fails", "inconclusive")] + [
                share(row["share_mean_agrees"])
            ]
        else:
            middle = [
                number(row["difference"], signed=True),
                f"{number(row['low'], True)} to {number(row['high'], True)}",
            ]
        table.add_row(escape(row["claim"]), escape(expected), *middle, verdict_words(row))
    return table


def share(value: float) -> str:
    """A share as a percentage; a missing one is an em dash."""
    return "\u2014" if value != value else f"{100 * value:.0f}%"


def verdict_words(row: dict[str, Any]) -> str:
    """The verdict with what would settle it."""
    verdict = str(row["verdict"])
    words = [f"[{_COLOURS[verdict]}]{verdict}[/]" if verdict in _COLOURS else verdict]
    if row.get("note"):
        words.append(row["note"])
    elif verdict == "inconclusive":
        further = row["further_seeds"]
        none = further is None or further != further
        words.append(
            "no number of seeds would tell"
            if none
            else f"about {int(further):,} more {'seed' if further == 1 else 'seeds'} would tell"
        )
    if row["failed"]:
        words.append(f"{row['failed']} failed pairs left out")
    return ", ".join(words)

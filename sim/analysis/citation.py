"""The words to cite results by."""

from collections.abc import Mapping, Sequence
from typing import Any

from sim.runs.deposit import Deposit


def cited(
    manifest: Mapping[str, Any],
    record: str | None,
    draws: int = 0,
    deposit: Deposit | None = None,
    point: int | None = None,
) -> str:
    """The words to cite results by; without a deposit the reader puts the authors before them.

    `draws`: over how many draws of the fit the headlines are. `point`: of a design, if the record is of one.
    """
    seeds = len(manifest["seeds"])
    what = f"{seeds:,} {'seed' if seeds == 1 else 'seeds'}"
    fit = f" of fit {manifest['posterior'][:12]}" if manifest.get("posterior") else ""
    what += f", {draws:,} {'draw' if draws == 1 else 'draws'}{fit}" if draws else ""
    what = what if point is None else f"point {point}, {what}"
    words = f"{_work(manifest, deposit or Deposit())}. Results of the simulation {_program(manifest)}"
    words += f", experiment {manifest['experiment']}, {what}."
    return f"{words} Record {record}." if record else words


def _work(manifest: Mapping[str, Any], deposit: Deposit) -> str:
    """Who, when, what and where, as far as it is known."""
    title, year = deposit.title or manifest["title"], f"({manifest.get('made', '')[:4]})"
    if not deposit.authors:
        words = f"{title} {year}"
    else:
        words = f"{_names([one.name for one in deposit.authors])} {year}. {title} [Data set]"
    return f"{words}. {deposit.publisher.name}" if deposit.publisher else words


def _program(manifest: Mapping[str, Any]) -> str:
    origin = manifest.get("code") or {}
    commit = f", commit {origin['commit'][:12]}" if "commit" in origin else ""
    version = manifest.get("versions", {}).get("warrantsim", "")
    code = f"model {manifest['model_digest'][:12]}{commit}" if manifest.get("model_digest") else ""
    return " ".join(filter(None, ("warrantsim", version, f"({code})" if code else "")))


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

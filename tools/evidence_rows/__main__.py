"""`python -m tools.evidence_rows [--write]`: the rows of the evidence and the scales of surveys.

Without `--write` it says what each source gives. `--collect FOLDER` first renews the copies (`copies`).
"""

import sys
from collections import Counter
from pathlib import Path

from sim.analysis.starting_levels.sources import Sources, read_sources
from sim.scenario.locations import CONFIGS, root
from tools.evidence_rows import adoption, copies, history, requests, views
from tools.evidence_rows.line import HEADER, Line, Named

BY_HAND, ROWS, SCALES = "rows_by_hand.csv", "rows.csv", "survey_scales.csv"
SCALE_COLUMNS = ("scale", "channel", "offset", "slope", "slope_se", "residual", "source")


def freedoms(sources: Sources) -> dict[str, float]:
    """Pew's 'the US respects the freedoms of its people' of 2013, % by country."""
    return {place: 100.0 * share for place, share in sources.pew["us_respects_freedoms", 2013].items()}


def made(folder: Path) -> tuple[list[Line], list[list[object]]]:
    """Every row, those written by hand first, and the scales."""
    evidence, sources = folder / "evidence", read_sources(folder)
    named = Named.of(sources)
    waves = views.waves_of(copies.read(evidence / copies.FAVOURABILITY), named)
    asked = {place: share for place, share in freedoms(sources).items() if place != "US"}
    return [
        *(dict.fromkeys(HEADER, "") | row for row in copies.read(evidence / BY_HAND)),
        *adoption.rows(copies.read(evidence / copies.ADOPTION), named),
        *views.favourability(waves, asked),
        *requests.rows(
            copies.read(evidence / copies.REQUESTS), copies.read(evidence / copies.ASSISTANCE), named
        ),
        *history.rows(sources),
    ], views.scales(waves, asked)


def main(words: list[str]) -> None:
    """Print what there is, or write it."""
    folder = root() / CONFIGS
    if "--collect" in words:
        copies.collect(Path(words[words.index("--collect") + 1]), folder / "evidence")
    rows, scales = made(folder)
    for (measure, role), number in sorted(Counter((row["measure"], row["role"]) for row in rows).items()):
        print(f"{measure:24} {role:12} {number}")
    if "--write" in words:
        lines = [[row[name] for name in HEADER] for row in rows]
        copies.write(folder / "evidence" / ROWS, HEADER, lines)
        copies.write(folder / "evidence" / SCALES, SCALE_COLUMNS, scales)


if __name__ == "__main__":
    main(sys.argv[1:])

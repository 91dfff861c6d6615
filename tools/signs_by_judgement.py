"""Which signs hang on one judgement: a table of docs/validation.md, `python -m tools.signs_by_judgement`.

Runs `two_worlds` with four seeds as it is and with each of six judgements changed; half a minute.
"""

from typing import Any

import pandas as pd

import sim
from sim.scenario.locations import root
from sim.view.tables import records_of
from tools.markdown import in_step, markdown_table, number

DOCUMENT, TABLE, SEEDS, ROUNDING = "docs/validation.md", "judgements", 4, 0.0005
JUDGEMENTS: dict[str, Any] = {
    "trust.incident_news": 0,
    "providers.transparency_trust": 0,
    "governments.rule": 0,
    "orders.nowhere_in_us": 0,
    "investigators.mla_asked": 1,
    "law.tests.location.bar": "worldwide",
}


def difference(row: dict[str, Any]) -> str:
    """A difference, in brackets if its interval includes zero; 0 where only rounding differs."""
    if abs(row["difference"]) < ROUNDING:
        return "0"
    words = number(row["difference"], signed=True).replace("-", "−")
    return words if row["low"] * row["high"] > 0.0 else f"({words})"


def table_of(headlines: dict[str, pd.DataFrame]) -> str:
    """The headlines by what was changed."""
    changed = [records_of(table) for table in headlines.values()]
    rows = [
        [f"`{by[0]['headline']}`", str(by[0]["unit"]), *map(difference, by)]
        for by in zip(*changed, strict=True)
    ]
    return markdown_table(("headline", "unit", *headlines), rows)


def main() -> None:
    """Run the pairs and write the table into the document."""
    headlines = {"everything on": sim.run("two_worlds", seeds=SEEDS).headlines}
    for path, value in JUDGEMENTS.items():
        changed = sim.run("two_worlds", seeds=SEEDS, changes={path: value}).headlines
        headlines[f"`{path}` {value}"] = changed
    document = root() / DOCUMENT
    text = in_step(document.read_text(encoding="utf-8"), {TABLE: table_of(headlines)})
    document.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

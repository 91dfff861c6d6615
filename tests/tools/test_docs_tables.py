"""The documents say what the shipped tables say."""

import pandas as pd
import pytest

from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from tools.docs_tables import DOCUMENTS, TABLES, made
from tools.evidence_tables import misses
from tools.markdown import in_step, number


@pytest.mark.parametrize("document", DOCUMENTS)
def test_documents_are_in_step_with_the_shipped_tables(document: str) -> None:
    text = (root() / "docs" / document).read_text(encoding="utf-8")
    assert in_step(text, made()) == text, "run python -m tools.docs_tables --write"


def test_every_table_has_its_place_in_a_document() -> None:
    texts = [(root() / "docs" / document).read_text(encoding="utf-8") for document in DOCUMENTS]
    for name in TABLES:
        assert sum(f"<!-- {name} -->" in text and f"<!-- end of {name} -->" in text for text in texts) == 1, (
            name
        )


def test_tables_say_what_is_in_them() -> None:
    row = {
        "kind": "market",
        "what": "Share",
        "unit": "%",
        "role": "validation",
        "place": "world",
        "population": float("nan"),
        "period": "2015-04",
    }
    row |= {
        "bound": "ge",
        "data": 54.0,
        "model": 45.04,
        "low": 44.0,
        "high": float("nan"),
        "off": -2.0,
        "counted": "missed",
        "cause": "late dates",
    }
    table = misses(pd.DataFrame([row, {**row, "counted": "held"}, {**row, "off": -4.0, "place": "DE"}]))
    assert table.splitlines()[2:] == [
        "| market | Share, % (validation) | 2 | DE 2015-04: at least 54, 45 (44 to –); world 2015-04: at "
        "least 54, 45 (44 to –) | late dates |"
    ]


def test_a_table_takes_the_place_of_the_one_before() -> None:
    text = "a\n<!-- ranks -->\nold | table\n<!-- end of ranks -->\nb"
    once = in_step(text, {"ranks": "new\\1"})
    assert (
        once == "a\n<!-- ranks -->\nnew\\1\n<!-- end of ranks -->\nb"
        and in_step(once, {"ranks": "new\\1"}) == once
    )


@pytest.mark.parametrize(
    ("value", "said"), [(1234567.0, "1,234,567"), (0.01234, "0.0123"), (float("nan"), "–"), (-3.0, "-3")]
)
def test_numbers(value: float, said: str) -> None:
    assert number(value) == said


def test_the_readme_counts_the_parameters_right() -> None:
    sources = [info.source for info in load_base(root() / CONFIGS).parameter_info.values()]
    fitted, judged = (sum(source.startswith(word) for source in sources) for word in ("fitted", "judgement"))
    words = " ".join((root() / "README.md").read_text(encoding="utf-8").split())
    assert (
        f"of the {len(sources)} behavioural parameters {fitted} are fitted, and {judged} of the others are "
        "marked as judgement" in words
    )

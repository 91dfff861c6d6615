"""The table of headlines over draws: what is bold, what is about zero, and what its note names."""

import pandas as pd

from sim.analysis.design_outcomes import BY_CODE
from sim.view.result_tables import uncertainty_table
from sim.view.tables import Table

LABELS = ("Microsoft wins", "DOJ wins")
MINUS = "\N{MINUS SIGN}"


def made(low: float, median: float, high: float, share: float, parameters: str = "", held: str = "") -> Table:
    trust = BY_CODE["trust"]
    name = {"headline": "trust", "name": trust.name, "unit": trust.unit, "window": trust.window}
    ends = {"low90": low, "low50": low / 2, "median": median, "high50": high / 2, "high90": high}
    over = pd.DataFrame([{**name, **ends, "draws": 256, "share": share, "parameters": parameters}])
    luck = pd.DataFrame([{**name, "difference": -1.5, "low": -1.6, "high": -1.4, "pairs": 8}])
    varied = pd.DataFrame({"parameter": ["trust.asymmetry"], "what": [held or "varied"]})
    return uncertainty_table(over, luck, LABELS, varied)


def test_the_note_says_why_luck_alone_lies_apart_from_most_draws() -> None:
    apart = made(-0.6, -0.4, -0.2, 1.0).note
    assert "by default the best point of the fit, and with other draws an effect may be larger" in apart
    assert apart.endswith("the middle half of the draws for: Trust in US providers abroad.")
    assert "best point" not in made(-4.0, -1.5, -0.36, 1.0).note


def row(table: Table) -> list[str]:
    [cells] = table.cells()
    return [f"**{cell.text}**" if cell.strong else cell.text for cell in cells][1:]


def test_a_sure_difference_is_bold_and_luck_stands_behind() -> None:
    assert row(made(-1.94, -0.97, -0.36, 1.0)) == [
        f"**{MINUS}1.0**", f"{MINUS}1.9 to {MINUS}0.4", "100%", f"{MINUS}1.50"
    ]  # fmt: skip
    assert row(made(-1.94, -0.97, 0.36, 0.9))[0] == f"{MINUS}1.0"


def test_a_row_has_the_decimals_of_its_widest_interval_and_luck_one_more_at_most() -> None:
    [[_, _, ends, _, luck]] = made(-12.0, -1.04, 3.0, 0.9).cells()
    assert (ends.text, ends.detail) == (f"{MINUS}12 to +3", f"{MINUS}6 to +2")
    assert (luck.text, luck.detail) == (f"{MINUS}1.5", f"{MINUS}1.6 to {MINUS}1.4")


def test_all_draws_alone_are_called_100_percent() -> None:
    assert row(made(-1.94, -0.97, -0.36, 255 / 256))[2] == "99%"


def test_what_nobody_could_notice_is_about_zero() -> None:
    assert row(made(-2e-4, 1e-6, 1e-4, 0.5, "a=0.5"))[0] == "about 0"
    assert "a" not in made(-2e-4, 1e-6, 1e-4, 0.5, "a=0.5").note.split("depends on")[-1].split(" ")


def test_the_note_names_what_decides_a_sign_and_what_the_user_holds() -> None:
    note = made(-1.0, 0.2, 1.0, 0.6, "b=0.5;c=0.4", "held at your value").note
    assert "The sign depends on single parameters for: Trust in US providers abroad (b, c)." in note
    assert "Held at your value in every draw: trust.asymmetry." in note
    known = made(-1.0, 0.2, 1.0, 0.6, "price_sensitivity=0.5").note
    assert "Trust in US providers abroad (how much price counts)." in known, "in words, not by its code"
    silent = made(-1.0, 0.2, 1.0, 0.6).note
    assert "depends on" not in silent and "Held at your value" not in silent

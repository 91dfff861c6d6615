"""What survives: the verdicts, the arms, and where the knob of the discount is turned to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.analysis.design_outcomes import BY_CODE
from sim.analysis.evidence.posterior_predictive import Question
from sim.analysis.headlines import HEADLINES
from sim.analysis.posterior_draws import Draw
from sim.analysis.survival import conclusions, discount
from sim.analysis.survival.conclusions import (
    CANNOT_SAY,
    COLUMNS,
    DISCOUNT_HIGH,
    DISCOUNT_LOW,
    EVERYWHERE,
    FALLS,
    POSTERIOR,
    SURVIVES,
    SYMMETRIC,
    arms,
    line,
    sign,
    survive,
    table_of,
    verdict,
)
from sim.analysis.survival.discount import MULTIPLES, Setting, crossing, discounts, sensitivities
from sim.analysis.uncertainty.joint_draws import OUTCOMES, JointDraws
from sim.runs.store import Store
from sim.runs.tasks import Runner
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import Posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, resolve

ARM = conclusions.Arm("posterior", "as it is", {})


@pytest.fixture(scope="module")
def two_worlds() -> Resolved:
    return resolve("two_worlds", seeds=4, customers=2000, base=load_base(root() / CONFIGS))


@pytest.mark.parametrize(
    ("sign", "low", "median", "high", "said"),
    [
        (-1, -3.0, -2.0, -1.0, SURVIVES), (-1, -3.0, -1.0, 0.5, CANNOT_SAY),
        (-1, -1.0, 0.5, 2.0, FALLS), (-1, 1.0, 2.0, 3.0, FALLS),
        (1, 1.0, 2.0, 3.0, SURVIVES), (1, -1.0, 2.0, 3.0, CANNOT_SAY),
        (1, 0.0, 0.0, 0.0, FALLS), (0, 1.0, 2.0, 3.0, CANNOT_SAY),
        (1, np.nan, np.nan, np.nan, CANNOT_SAY),
    ],
)  # fmt: skip
def test_a_conclusion_survives_where_the_middle_of_the_draws_is_on_its_side(
    sign: int, low: float, median: float, high: float, said: str
) -> None:
    assert verdict(sign, low, median, high) == said


def test_a_line_leaves_out_failed_draws() -> None:
    made = line(ARM, BY_CODE["trust"], -1, np.array([-2.0, 2.0, -4.0, np.nan]))
    assert (made["draws"], made["conclusion"], made["median"]) == (3, "lower", -2.0)
    assert made["same_sign"] == pytest.approx(2 / 3) and made["verdict"] == CANNOT_SAY


@pytest.mark.parametrize(("draws", "said"), [(1, CANNOT_SAY), (19, CANNOT_SAY), (20, SURVIVES)])
def test_a_handful_of_draws_tells_nothing(draws: int, said: str) -> None:
    """One draw survived in 100% of the draws."""
    assert line(ARM, BY_CODE["trust"], 1, np.full(draws, 2.0))["verdict"] == said


def test_a_conclusion_is_a_sign_that_the_middle_of_the_draws_shares() -> None:
    assert [sign(np.array(v)) for v in ([1.0, 2.0], [-3.0, -1.0], [-1.0, 1.0], [], [np.nan])] == [
        1,
        -1,
        0,
        0,
        0,
    ]


def test_all_arms_together_are_as_strong_as_the_weakest() -> None:
    each = ([1.0, 2.0, 3.0], [-3.0, 2.0, 3.0], [-1.0, -2.0, -3.0])
    strong, open_, gone = (np.array(v * 7) for v in each)
    cases = {
        "trust": (strong, strong, SURVIVES),
        "revenue": (strong, open_, CANNOT_SAY),
        "laws": (open_, gone, FALLS),
    }
    lines = [
        line(conclusions.Arm(str(k), "", {}), BY_CODE[code], 1, values[k])
        for code, values in cases.items()
        for k in (0, 1)
    ]
    table = table_of(lines)
    together = table[table["arm"] == EVERYWHERE].set_index("headline")
    assert together["verdict"].to_dict() == {code: values[2] for code, values in cases.items()}
    assert together["same_sign"]["revenue"] == pytest.approx(2 / 3) and list(table.columns) == list(COLUMNS)


def test_the_knob_is_found_between_what_was_tried_and_where_it_is_out_of_reach_that_is_said() -> None:
    ratios = 0.02 * np.array(MULTIPLES) ** 0.5
    assert (
        crossing(MULTIPLES, ratios, 0.02) == Setting(pytest.approx(1.0), 0.02, 0.02)
        and crossing(MULTIPLES, ratios, 0.02).reached
    )
    far = crossing(MULTIPLES, ratios, 0.27)
    assert far == Setting(64.0, pytest.approx(0.16), 0.27) and not far.reached
    # nothing done, or missing, is no place to start from
    assert crossing((0.5, 1.0, 2.0), np.array([np.nan, 0.0, 0.02]), 0.02) == Setting(2.0, 0.02, 0.02)


def test_the_search_reads_both_ends_off_the_evidence_and_divides_means(
    two_worlds: Resolved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: dict[str, Any] = {}

    def predict_each(questions: Sequence[Question], runner: Any) -> list[dict[str, np.ndarray]]:
        [asked] = questions
        seen.update(
            rows=[row.id for row in asked.rows],
            months=asked.histories()[0].months,
            seeds=[list(s) for s in asked.seeds or ()],
            sets=[d.sets for d in asked.draws],
        )
        done = np.array([[m, 3 * m] for m in MULTIPLES])  # mean 2 m
        return [{"done": done, "said": np.full((len(asked.draws), 2), 50.0)}]

    monkeypatch.setattr(discount, "predict_each", predict_each)
    found = discounts(two_worlds, Runner(Store(tmp_path)))
    assert [one.wanted for one in found] == [0.02, 0.27]
    assert [one.multiple for one in found] == [pytest.approx(0.02 * 50 / 2), pytest.approx(0.27 * 50 / 2)]
    assert (
        seen["months"] == 48
        and all(seeds == [1, 2, 3, 4] for seeds in seen["seeds"])
        and set(seen["rows"]) == {"done", "said"}
    )
    # every entry is multiplied, none beyond the parameter's range
    before = two_worlds.scenarios["doj_wins"].parameters.choice.sensitivity.model_dump()
    assert seen["sets"][MULTIPLES.index(2.0)] == {
        f"choice.sensitivity.{name}": min(2 * value, 10.0) for name, value in before.items()
    }
    assert (
        max(sensitivities(two_worlds, 1000.0).values())
        == two_worlds.base.parameter_info["choice.sensitivity"].range[1]
    )


def test_an_end_that_cannot_be_measured_is_no_arm(
    two_worlds: Resolved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    nothing = [{"done": np.zeros((len(MULTIPLES), 2)), "said": np.full((len(MULTIPLES), 2), 50.0)}]
    monkeypatch.setattr(discount, "predict_each", lambda *_: nothing)
    with pytest.raises(InputError, match="nobody in it does any of what customers say"):
        discounts(two_worlds, Runner(Store(tmp_path)))
    short = resolve("no_snowden", ["horizon.last=2016-11"], base=two_worlds.base)
    with pytest.raises(InputError, match=r"ends in 2016-11, and what customers do .* to 2016-12"):
        discounts(short, Runner(Store(tmp_path)))


def test_every_arm_holds_what_it_says_at_every_draw_and_the_verdicts_follow(
    two_worlds: Resolved, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Everything but the runs: asymmetry lowers trust, sensitivity changes the sign of revenue."""
    asked: list[dict[str, float]] = []
    before = sensitivities(two_worlds, 1.0)["choice.sensitivity.enterprise"]

    def outcomes(joint: JointDraws, runner: Any, over: dict[str, float]) -> pd.DataFrame:
        asked.append(dict(over))
        rows = []
        for number, draw in enumerate(joint.draws):
            values = {**draw.sets, **over}
            moved = {
                "trust": -0.1 * (values["trust.asymmetry"] - 1.0),
                "revenue": values["choice.sensitivity.enterprise"] - 2.0 * before,
            }
            rows += [(number, number, h.code, 0.0, 0.0, moved.get(h.code, 0.0), 0.0, 0) for h in HEADLINES]
        return pd.DataFrame(rows, columns=list(OUTCOMES))

    monkeypatch.setattr(conclusions, "outcomes", outcomes)
    monkeypatch.setattr(
        conclusions, "discounts", lambda *more: [Setting(0.5, 0.02, 0.02), Setting(4.0, 0.1, 0.27)]
    )
    draws = tuple(
        Draw(
            f"draw {k}",
            {"trust.asymmetry": 2.0 + k / 70, "choice.sensitivity.enterprise": before * (1.0 + k / 70)},
        )
        for k in range(21)
    )
    table = survive(
        JointDraws(two_worlds, Posterior((), np.zeros((21, 0))), draws, {}), Runner(Store(tmp_path))
    )
    at = table.set_index(["headline", "arm"])["verdict"]
    assert at["trust", POSTERIOR] == at["trust", DISCOUNT_LOW] == at["trust", DISCOUNT_HIGH] == SURVIVES
    assert at["trust", SYMMETRIC] == at["trust", EVERYWHERE] == FALLS  # no asymmetry, no difference
    assert (
        at["revenue", POSTERIOR] == at["revenue", SYMMETRIC] == SURVIVES
        and at["revenue", DISCOUNT_HIGH] == at["revenue", EVERYWHERE] == FALLS
    )
    assert set(table.loc[table["headline"] == "laws", "verdict"]) == {CANNOT_SAY}  # both worlds have the same
    assert asked == [
        {}, sensitivities(two_worlds, 0.5), sensitivities(two_worlds, 4.0), {"trust.asymmetry": 1.0}
    ]  # fmt: skip
    assert "comes nearer" in table.set_index(["headline", "arm"])["what"]["trust", DISCOUNT_HIGH]


def test_arms_are_the_posterior_both_ends_and_symmetric_trust(two_worlds: Resolved) -> None:
    made = {arm.name: arm for arm in arms(two_worlds, [Setting(0.5, 0.02, 0.02), Setting(3.0, 0.27, 0.27)])}
    assert (
        list(made) == [POSTERIOR, DISCOUNT_LOW, DISCOUNT_HIGH, SYMMETRIC]
        and made[POSTERIOR].held == {}
        and made[SYMMETRIC].held == {"trust.asymmetry": 1.0}
    )
    assert (
        made[DISCOUNT_HIGH].held == sensitivities(two_worlds, 3.0)
        and "27%" in made[DISCOUNT_HIGH].what
        and "comes nearer" not in made[DISCOUNT_HIGH].what
    )
    assert len(HEADLINES) >= 10

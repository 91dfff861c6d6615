"""What a question to a design counts as a case, and what it says of points that tell little."""

from pathlib import Path

import pytest

from sim.analysis.drivers.discovery_questions import Swept, headline_question
from tests import planted_sweeps

DESIGN = """\
design:
  method: list
  uncertainties:
    trust.asymmetry: {values: [1, 2, 3]}
"""


@pytest.mark.parametrize("seeds", [1, 2])
def test_points_of_one_pair_are_said_to_have_no_interval(
    seeds: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are judged by the sign of one difference, where others need a whole interval."""
    head = planted_sweeps.HEAD.replace("count: 2", f"count: {seeds}")
    monkeypatch.setattr(planted_sweeps, "HEAD", head)
    folder = planted_sweeps.swept(tmp_path, DESIGN, lambda values: 0.01 * values["trust.asymmetry"]).folder
    swept = Swept(folder)
    cases = swept.cases(headline_question(swept, "trust", "lower"))
    assert cases.case.all()
    said = "3 of 3 points have one pair and so no interval: there the sign of its difference decides"
    assert (said in cases.said) is (seeds == 1)
    assert swept.cases(headline_question(swept, "trust", "below", -1.0)).said == ""

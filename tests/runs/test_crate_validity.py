"""A crate is valid by roc-validator, offline: all that is required, and all that is recommended but for what
only a depositor could say."""

import subprocess
from pathlib import Path

import pytest

from sim.analysis.crate import pack
from sim.pipeline import Finished
from sim.runs.deposit import Deposit, DepositOptions, deposit_of

VALIDATOR = Path(__file__).parents[2] / ".venv/validator/bin/python"
FULL = """\
authors:
  - name: Josiah Carberry
    orcid: 0000-0002-1825-0097
    affiliation: {name: Brown University, ror: 05gq02987}
    email: jc@example.org
publisher: {name: CERN, ror: 01ggx4157}
funding:
  - funder: {name: European Research Council, ror: 0472cxd90}
    grant: "101054321"
"""
# what the validator recommends and nobody gave: who to ask at each organisation. The last one is of the class
# SoftwareApplication itself, which the validator takes for an application
NOT_GIVEN = ("ro-crate-1.2_90.1", "ro-crate-1.2_86.2", "process-run-crate-0.5_5.1")

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not VALIDATOR.is_file(), reason="make .venv/ready-to-validate sets it up"),
]


def asked(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(VALIDATOR), "-m", "tools.crate_validity", *words]
    return subprocess.run(command, cwd=VALIDATOR.parents[3], capture_output=True, text=True, check=False)


def test_a_crate_without_people_has_all_that_is_required(finished: Finished, tmp_path: Path) -> None:
    pack(finished.folder, tmp_path / "x.zip", Deposit())
    done = asked("--required", str(tmp_path / "x.zip"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("valid") == 2


def test_a_crate_with_people_has_all_that_is_recommended(finished: Finished, tmp_path: Path) -> None:
    (tmp_path / "deposit.yaml").write_text(FULL, encoding="utf-8")
    pack(finished.folder, tmp_path / "x.zip", deposit_of(DepositOptions(tmp_path / "deposit.yaml")))
    done = asked(str(tmp_path / "x.zip"))
    assert not done.stderr
    found = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    assert not [line for line in found if not line.startswith(NOT_GIVEN)]

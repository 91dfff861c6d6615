"""Who made results and who paid for them: as the user says it, and wrong digits are found."""

from pathlib import Path

import pytest

from sim.runs.deposit import DepositOptions, deposit_of, orcid_digits, ror_digits
from sim.scenario.problems import InputError

WRITTEN = """\
license: CC0-1.0
authors:
  - name: Josiah Carberry
    orcid: 0000-0002-1825-0097
    affiliation: {name: Brown University, ror: 05gq02987}
funding:
  - funder: {name: European Research Council, ror: 0472cxd90}
    grant: "101054321"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deposit.yaml"
    path.write_text(WRITTEN, encoding="utf-8")
    return path


def test_people_and_grants_are_read(file: Path) -> None:
    deposit = deposit_of(DepositOptions(file, authors=["Ada Lovelace"]))
    assert [author.name for author in deposit.authors] == ["Josiah Carberry", "Ada Lovelace"]
    assert deposit.authors[0].address == "https://orcid.org/0000-0002-1825-0097"
    assert deposit.license_address == "https://spdx.org/licenses/CC0-1.0"
    assert deposit.funding[0].funder.address == "https://ror.org/0472cxd90"


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("1825-0097", "1825-0098", r"deposit.yaml:4: authors.0.orcid: '0000-0002-1825-0098' is no ORCID"),
        ("05gq02987", "05gq02986", r"deposit.yaml:5: authors.0.affiliation.ror: '05gq02986' is no ROR"),
        ("CC0-1.0", "as you like", "deposit.yaml:1: license: 'as you like': write an SPDX identifier"),
        ("authors:", "author:", "unknown key; did you mean 'authors'"),
    ],
)
def test_a_wrong_word_is_named_with_its_line(file: Path, was: str, now: str, said: str) -> None:
    file.write_text(WRITTEN.replace(was, now), encoding="utf-8")
    with pytest.raises(InputError, match=said):
        deposit_of(DepositOptions(file))


@pytest.mark.parametrize(
    "words", ["Ada <0000-0002-1825-0098>", "Ada <who?>", "<0000-0002-1825-0097>", "", "A\nB", "A\x1b[31m"]
)
def test_an_author_of_the_command_line_is_checked(words: str) -> None:
    with pytest.raises(InputError, match="--author"):
        deposit_of(DepositOptions(authors=[words]))


@pytest.mark.parametrize("words", ["https://", "http://a b", "CC-BY-4.0\n", "CC BY", ""])
def test_a_licence_is_a_name_or_an_address(words: str) -> None:
    with pytest.raises(InputError, match="--license"):
        deposit_of(DepositOptions(license=words))


def test_every_single_wrong_digit_is_found() -> None:
    right = "0000-0002-1825-0097"
    assert orcid_digits(f"https://orcid.org/{right}") == right
    wrong = [right[:k] + str((int(right[k]) + 1) % 10) + right[k + 1 :] for k in range(19) if right[k] != "-"]
    assert not [one for one in wrong if orcid_digits(one)]
    assert ror_digits("https://ror.org/05gq02987") == "05gq02987"
    assert ror_digits("05gq02978") is None


def test_an_author_who_is_named_twice_is_refused() -> None:
    with pytest.raises(InputError, match="--author: 'Ada Lovelace': is given twice"):
        deposit_of(DepositOptions(authors=["Ada Lovelace", "Josiah Carberry", "Ada Lovelace"]))

"""What a deposit says of people, funding and licence: only what the user gives, checked in form.

Given in a YAML file:

    title: ...                       # these first four: of the experiment, if nothing is said
    description: ...
    keywords: [...]
    license: CC-BY-4.0
    authors:
      - name: Josiah Carberry
        orcid: 0000-0002-1825-0097
        affiliation: {name: Brown University, ror: 05gq02987}
        email: jc@example.org
    publisher: {name: Zenodo}
    funding:
      - funder: {name: European Research Council, ror: 0472cxd90}
        grant: "101054321"
        title: ...
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from sim.scenario.control_characters import control_character
from sim.scenario.paths import Loc, dotted
from sim.scenario.problems import InputError
from sim.scenario.strict import Strict
from sim.scenario.yaml_files import checked, read

LICENSE = "CC-BY-4.0"
# of every deposit
KEYWORDS = ("agent-based model", "policy simulation", "US warrants for data stored abroad")
_LICENSE = re.compile(r"[A-Za-z0-9.+-]+|https?://[^\s/]\S*")
_ORCID = re.compile(r"(?:https?://orcid\.org/)?([0-9]{4}-?[0-9]{4}-?[0-9]{4}-?[0-9]{3}[0-9Xx])")
_ROR = re.compile(r"(?:https?://)?(?:ror\.org/)?(0[a-hj-km-np-tv-z0-9]{6}[0-9]{2})")
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_AUTHOR = re.compile(r"\s*(?P<name>[^<>]*[^<>\s])\s*(?:<\s*(?P<orcid>[^<>]*?)\s*>\s*)?")


class Organisation(Strict):
    """An organisation; `ror` is its number in the Research Organization Registry."""

    name: str = Field(min_length=1)
    ror: str | None = None

    @property
    def address(self) -> str | None:
        return f"https://ror.org/{ror_digits(self.ror)}" if self.ror else None


class Author(Strict):
    """A person who made the results."""

    name: str = Field(min_length=1)
    orcid: str | None = None
    affiliation: Organisation | None = None
    email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+$")

    @property
    def address(self) -> str | None:
        return f"https://orcid.org/{orcid_digits(self.orcid)}" if self.orcid else None


class Funding(Strict):
    """Who paid, and under which grant."""

    funder: Organisation
    grant: str | None = None
    title: str | None = None


class Deposit(Strict):
    """What is said of a crate as a whole."""

    title: str | None = None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    license: str = LICENSE
    authors: tuple[Author, ...] = ()
    publisher: Organisation | None = None
    funding: tuple[Funding, ...] = ()

    @property
    def license_address(self) -> str:
        if self.license.startswith(("http://", "https://")):
            return self.license
        return f"https://spdx.org/licenses/{self.license}"


@dataclass(frozen=True)
class DepositOptions:
    """What the command line says of a deposit; it comes after what the file says."""

    file: Path | None = None
    license: str | None = None
    authors: Sequence[str] = ()


def deposit_of(options: DepositOptions) -> Deposit:
    """The deposit of a file and options (`Name <ORCID>` for each author). Raises InputError."""
    problems: list[str] = []
    deposit = Deposit()
    if options.file is not None:
        document = read(options.file)
        found = checked(Deposit, document.tree, document.where, problems)
        if found is not None:
            deposit = found
            problems += [f"{document.where(loc)}: {dotted(loc)}: {w}" for loc, w in _findings(deposit)]
    given = [one for one in (_author(words, problems) for words in options.authors) if one is not None]
    problems += [
        f"--author: '{words}': is given twice"
        for i, words in enumerate(options.authors)
        if words in options.authors[:i]
    ]
    changes = {"authors": (*deposit.authors, *given)}
    deposit = deposit.model_copy(
        update=changes | ({"license": options.license} if options.license is not None else {})
    )
    if options.license is not None and _license_problem(options.license):
        problems.append(f"--license: {_license_problem(options.license)}")
    if problems:
        raise InputError(problems)
    return deposit


def _author(words: str, problems: list[str]) -> Author | None:
    found = _AUTHOR.fullmatch(words)
    if found is None or "\n" in words or control_character(words):
        problems.append(f"--author: {words!r}: write it as 'Name' or 'Name <ORCID>'")
        return None
    author = Author(name=found["name"], orcid=found["orcid"])
    if author.orcid is not None and orcid_digits(author.orcid) is None:
        problems.append(f"--author: '{words}': {_NOT_ORCID}")
    return author


def _findings(deposit: Deposit) -> Iterator[tuple[Loc, str]]:
    if words := _license_problem(deposit.license):
        yield ("license",), words
    organisations: list[tuple[Loc, Organisation | None]] = [(("publisher",), deposit.publisher)]
    for i, author in enumerate(deposit.authors):
        if author.orcid is not None and orcid_digits(author.orcid) is None:
            yield ("authors", i, "orcid"), f"'{author.orcid}' {_NOT_ORCID}"
        organisations.append((("authors", i, "affiliation"), author.affiliation))
    organisations += [(("funding", i, "funder"), one.funder) for i, one in enumerate(deposit.funding)]
    for loc, one in organisations:
        if one is not None and one.ror is not None and ror_digits(one.ror) is None:
            yield (*loc, "ror"), f"'{one.ror}' is no ROR such as 05gq02987: a digit is wrong or missing"


_NOT_ORCID = "is no ORCID such as 0000-0002-1825-0097: a digit is wrong or missing"


def _license_problem(name: str) -> str | None:
    if _LICENSE.fullmatch(name):
        return None
    return f"'{name}': write an SPDX identifier such as CC-BY-4.0, or an address"


def orcid_digits(written: str | None) -> str | None:
    """An ORCID in its usual form; None if its check digit (ISO 7064, mod 11-2) is wrong."""
    found = _ORCID.fullmatch((written or "").strip())
    if found is None:
        return None
    digits = found[1].replace("-", "").upper()
    total = 0
    for digit in digits[:15]:
        total = (total + int(digit)) * 2
    check = (12 - total % 11) % 11
    if digits[15] != ("X" if check == 10 else str(check)):
        return None
    return "-".join(digits[k : k + 4] for k in range(0, 16, 4))


def ror_digits(written: str | None) -> str | None:
    """A ROR in its usual form; None if its check digits (ISO 7064, mod 97-10) are wrong."""
    found = _ROR.fullmatch((written or "").strip().lower())
    if found is None:
        return None
    number = 0
    for letter in found[1][:7]:
        number = number * 32 + _BASE32.index(letter)
    return found[1] if int(found[1][7:]) == 98 - number * 100 % 97 else None

"""What a crate's metadata says of people, organisations, grants and licence, and the same read out again.

Only whoever packs a crate knows these; everything else in its metadata follows from the results.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from sim.runs.deposit import KEYWORDS, Author, Deposit, Funding, Organisation, orcid_digits, ror_digits
from sim.scenario.problems import InputError

ROOT = "./"
Entities = Mapping[str, Mapping[str, Any]]


def entity(crate: Any, address: str, properties: dict[str, Any]) -> Any:
    """A contextual entity, once an address."""
    from rocrate.model.contextentity import ContextEntity

    return crate.dereference(address) or crate.add(ContextEntity(crate, address, properties))


def one_or_all(entities: list[Any]) -> Any:
    """A single value stands alone in JSON-LD."""
    return entities[0] if len(entities) == 1 else entities


def person(crate: Any, number: int, author: Author) -> Any:
    properties: dict[str, Any] = {"@type": "Person", "name": author.name}
    if author.affiliation is not None:
        properties["affiliation"] = {"@id": organisation(crate, author.affiliation).id}
    if author.email is not None:
        contact = {"@type": "ContactPoint", "name": author.name, "email": author.email}
        properties["contactPoint"] = {"@id": entity(crate, f"mailto:{author.email}", contact).id}
    address = author.address or f"#author-{number}"
    if crate.dereference(address) is not None:
        raise InputError(f"{author.name}: another author has the same ORCID, {author.orcid}")
    return entity(crate, address, properties)


def organisation(crate: Any, one: Organisation) -> Any:
    name = re.sub(r"\W+", "-", one.name.lower()).strip("-") or one.name
    address = one.address or f"#organisation-{quote(name)}"
    web = {"url": one.address} if one.address else {}
    there = crate.dereference(address)
    if there is not None and there["name"] != one.name:  # else the second would stand under the first's name
        raise InputError(f"'{one.name}' and '{there['name']}' would be one organisation: write one name")
    return entity(crate, address, {"@type": "Organization", "name": one.name, **web})


def grant_name(one: Funding) -> str:
    return one.title or f"{one.funder.name} {one.grant or ''}".strip()


def grant(crate: Any, number: int, one: Funding) -> Any:
    properties = {"@type": "Grant", "name": grant_name(one)}
    properties |= {"identifier": one.grant} if one.grant else {}
    made = entity(crate, f"#grant-{number}", properties)
    made["funder"] = organisation(crate, one.funder)
    return made


def deposit_in(entities: Entities) -> Deposit:
    """What a crate's metadata says that does not follow from the results.

    `pack` writes it anew as it was. Raises InputError if it is not of the form that `pack` writes.
    """
    try:
        whole = entities[ROOT]
        publisher = _referred(entities, whole.get("publisher"))
        return Deposit(
            title=whole["name"],
            description=whole["description"],
            keywords=tuple(whole["keywords"][len(KEYWORDS) :]),
            license=entities[whole["license"]["@id"]]["name"],
            authors=tuple(_author(entities, one) for one in _referred(entities, whole.get("author"))),
            publisher=_organisation_in(next(publisher)) if whole.get("publisher") else None,
            funding=tuple(_funding(entities, one) for one in _referred(entities, whole.get("funding"))),
        )
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        raise InputError(f"it is not of the form that is packed: {type(error).__name__}: {error}") from None


def _referred(entities: Entities, found: Any) -> Iterator[Mapping[str, Any]]:
    """The entities that a property refers to: none, one or several."""
    for one in found if isinstance(found, list) else [found] if found else []:
        yield entities[one["@id"]]


def _author(entities: Entities, one: Mapping[str, Any]) -> Author:
    work = next(_referred(entities, one.get("affiliation")), None)
    contact = next(_referred(entities, one.get("contactPoint")), None)
    return Author(
        name=one["name"],
        orcid=orcid_digits(one["@id"]),
        affiliation=_organisation_in(work) if work is not None else None,
        email=contact["email"] if contact is not None else None,
    )


def _organisation_in(one: Mapping[str, Any]) -> Organisation:
    return Organisation(name=one["name"], ror=ror_digits(one["@id"]))


def _funding(entities: Entities, one: Mapping[str, Any]) -> Funding:
    funder = _organisation_in(entities[one["funder"]["@id"]])
    untitled = Funding(funder=funder, grant=one.get("identifier"))
    return (
        untitled
        if one["name"] == grant_name(untitled)
        else untitled.model_copy(update={"title": one["name"]})
    )

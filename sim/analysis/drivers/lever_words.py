"""Levers and their terms as a reader is told of them: `agreement (EU, notice)`.

A lever's name is the experiment's; only abbreviations get their capitals.
"""

import re

from sim.analysis.factor_names import spoken

_PLACES = {"eu": "EU", "five_eyes": "Five Eyes", "abroad": "all abroad"}
# Terms that are shares: what 0, 1 and anything between means.
_SHARES = {
    "notice": ("no notice", "notice", "notice of {} of orders"),
    "lifts_bar": ("bar stays", "bar lifted", "bar lifted for {} of orders"),
}
_TERM = re.compile(r"(?:(?P<lever>\w+)\.)?(?P<part>\w+) = (?P<value>.*)")


def levers_words(levers: str) -> str:
    """Levers that are pulled together, such as `early_gdpr + mla_staff`."""
    return spoken(levers).replace("five eyes", "Five Eyes")


def terms_words(terms: str) -> str:
    """The terms that a design varies, such as `notice = 0, quota = 5`."""
    return ", ".join(_term(one) for one in re.split(r", (?=[\w.]+ = )", terms)) if terms else ""


def candidate_words(levers: str, terms: str = "", quoted: bool = False) -> str:
    """Levers with their terms; within a sentence the levers are quoted."""
    words = f"'{levers_words(levers)}'" if quoted else levers_words(levers)
    return f"{words} ({terms_words(terms)})" if terms else words


def _term(term: str) -> str:
    found = _TERM.fullmatch(term)
    if found is None:
        return term
    told = _value(found["part"], found["value"].strip())
    return f"{levers_words(found['lever'])}: {told}" if found["lever"] else told


def _value(part: str, value: str) -> str:
    if part == "countries":
        return " and ".join(_PLACES.get(one.strip(), one.strip()) for one in value.split("+"))
    if part == "quota":
        return f"quota {value}"
    if part in _SHARES:
        none, all_, some = _SHARES[part]
        share = float(value.replace(",", ""))
        return none if share == 0.0 else all_ if share == 1.0 else some.format(f"{share:.0%}")
    return f"{part.replace('_', ' ')} {value}"

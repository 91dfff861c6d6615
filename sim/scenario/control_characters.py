"""Characters that give orders to a terminal or that no file can hold: in no text that is read or sent."""

import re

NOT_UNICODE = "its name holds bytes that are no text in UTF-8, so no manifest could state it"
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def control_character(text: str) -> str | None:
    """The code of the first such character of a text; None: it has none."""
    found = _CONTROLS.search(text)
    return None if found is None else f"U+{ord(found[0]):04X}"


def printable(text: str) -> str:
    """A text in which such characters are shown as their codes."""
    return _CONTROLS.sub(lambda found: f"<{ord(found[0]):02X}>", text)


def is_unicode(name: str) -> bool:
    """Whether UTF-8 can say a name: what a file system gives as other bytes, it cannot."""
    return not any("\ud800" <= one <= "\udfff" for one in name)

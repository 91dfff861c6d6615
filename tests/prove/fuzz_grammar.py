"""Bad versions of good files: texts, trees of JSON and bytes, changed at random."""

import random
import re
from typing import Any

TOKENS = (
    "",
    " ",
    "~",
    "null",
    "NA",
    "NO",
    "True",
    "-1",
    "0",
    "1e5",
    "1e400",
    ".nan",
    "-.inf",
    "007",
    "9" * 400,
    "0x10",
    "2013-02-30",
    "0000-01",
    "9999-12",
    "2014-07-31",
    "[",
    "]",
    "{",
    "}",
    "[" * 60,
    "&a [*a]",
    "*a",
    "!!python/x [a]",
    "<<: *a",
    '"\\e[31m"',
    '"\\ud800"',
    "'",
    '"',
    "|",
    ">",
    "%YAML 1.1",
    "---",
    "# x",
    "=1+1",
    "\t",
    "é",
    "\U0001f600",
    "microsoft_wins",
    "doj_wins",
    "contested",
    "trust.asymmetry",
    "horizon",
    "worlds",
    "design",
    "grid",
    "from the switch",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1.5,
    10**30,
    "",
    "x",
    "\x1b",
    [],
    [1],
    {},
    {"a": 1},
    "2013",
    [[[[]]]],
)


_NUMBER = re.compile(r"(?<![\w.])\d{1,6}(?:\.\d{1,6})?(?![\w.])")


def changed_text(text: str, luck: random.Random) -> str:
    """A text with some of its lines and values changed, lost, doubled or exchanged.

    Half of the time by one number that is another: such a text may be right, and is read to its end.
    """
    numbers = list(_NUMBER.finditer(text))
    if numbers and luck.random() < 0.5:
        one = luck.choice(numbers)
        return f"{text[: one.start()]}{_other(one[0], luck)}{text[one.end() :]}"
    lines = text.splitlines()
    for _ in range(luck.randint(1, 4)):
        at, token = luck.randrange(len(lines)), luck.choice(TOKENS)
        key, colon, _ = lines[at].partition(":")
        lines[at] = luck.choice(
            (
                f"{key}{colon} {token}",
                f"{lines[at]}\n{lines[at]}",
                f"{' ' * luck.randint(0, 6)}{token}: {luck.choice(TOKENS)}\n{lines[at]}",
                lines[at].replace(luck.choice(lines[at].split() or ["x"]), token),
                lines[luck.randrange(len(lines))],
                "",
            )
        )
        lines = "\n".join(lines).splitlines() or ["x"]
    return "\n".join(lines)


def _other(number: str, luck: random.Random) -> str:
    """Another number of this kind, mostly near it."""
    value = float(number)
    near = luck.choice((value + 1, value - 1, value * 2, value / 2, value * luck.random(), -value, 0.0))
    return f"{near:.6g}" if "." in number else f"{int(near):0{len(number)}d}"


def changed_tree(tree: Any, luck: random.Random) -> Any:
    """A tree of JSON with one of its values, somewhere, replaced or lost."""
    if isinstance(tree, dict) and tree and luck.random() < 0.8:
        key = luck.choice(list(tree))
        if luck.random() < 0.1:
            return {name: value for name, value in tree.items() if name != key}
        return tree | {key: changed_tree(tree[key], luck)}
    if isinstance(tree, list) and tree and luck.random() < 0.8:
        at = luck.randrange(len(tree))
        return [*tree[:at], changed_tree(tree[at], luck), *tree[at + 1 :]]
    return luck.choice(VALUES)


def changed_bytes(content: bytes, luck: random.Random) -> bytes:
    """Bytes of which some are cut off, replaced, lost or doubled."""
    at = luck.randrange(len(content) + 1)
    some = luck.randint(1, 64)
    return luck.choice(
        (
            content[:at],
            content[:at] + luck.randbytes(some) + content[at + some :],
            content[:at] + bytes(some) + content[at + some :],
            content[:at] + content[at + some :],
            content[:at] + content[at : at + some] + content[at:],
            b"",
        )
    )

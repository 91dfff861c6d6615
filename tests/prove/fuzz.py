"""Bad input, widely: `python -m tests.prove.fuzz --inputs 1000000` changes good files by a grammar of bad.

Every input must be read, or refused as an error of the input: no other exception, and no input that takes
longer than a moment. What fails is printed, with the seed that makes it again.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.runs.folder_check import manifest_at
from sim.runs.silence import silences
from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, experiments, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.view.explorer.pages.results.query import parsed
from sim.view.results_folders import Refused, open_folder

SECONDS = 20.0  # of the processor, for one input
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


def changed_text(text: str, luck: random.Random) -> str:
    """A text with some of its lines and values changed, lost, doubled or exchanged."""
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


class Targets:
    """What reads files and addresses, and good ones to begin with."""

    def __init__(self, folder: Path, base: Base | None = None) -> None:
        self._folder = folder
        self._base = base or load_base(root() / CONFIGS)
        self._texts = [path.read_text(encoding="utf-8") for path in experiments().values()]
        self._history = history_of(resolve("history", base=self._base))
        self._rows = shipped_rows().read_text(encoding="utf-8").splitlines()
        (folder / "results" / "good").mkdir(parents=True)
        self._manifest = {
            "experiment": "x",
            "title": "x",
            "question": "x",
            "worlds": {"a": "A", "b": "B"},
            "compare": ["a", "b"],
            "seeds": [1, 2],
            "first": "2013-01",
            "last": "2013-12",
            "points": None,
            "failures": [],
            "warnings": [],
            "tables": {"world": {"rows": 1, "digest": "x", "sha256": "x"}},
            "versions": {"python": "3"},
            "claims": [{}],
        }

    def experiment(self, luck: random.Random) -> str:
        text = changed_text(luck.choice(self._texts), luck)
        file = self._folder / "x.yaml"
        file.write_text(text, encoding="utf-8", errors="surrogatepass")
        silences(resolve(file, base=self._base))
        return text

    def rows(self, luck: random.Random) -> str:
        lines = [self._rows[0], *luck.sample(self._rows[1:], 2)]
        cells = lines[luck.randint(0, 2)].split(",")
        cells[luck.randrange(len(cells))] = luck.choice(TOKENS)
        lines[luck.randint(0, 2)] = ",".join(cells)
        file = self._folder / "rows.csv"
        file.write_text("\n".join(lines), encoding="utf-8")
        read_rows(file, self._history)
        return "\n".join(lines)

    def manifest(self, luck: random.Random) -> str:
        text = json.dumps(changed_tree(self._manifest, luck))
        if luck.random() < 0.3:
            text = text[: luck.randrange(len(text))]
        file = self._folder / "results" / "good" / "manifest.json"
        file.unlink(missing_ok=True)
        file.write_text(text, encoding="utf-8")
        manifest_at(file)
        open_folder(self._folder / "results", "good")
        return text

    def address(self, luck: random.Random) -> str:
        parts = ["results", "good", "..", ".", "", "/", "\\", "\0", "%2e", "C:", "~", "a" * 300, *TOKENS]
        name = "".join(luck.choices(parts, k=luck.randint(1, 5)))
        parsed("&".join(f"{luck.choice(TOKENS)}={luck.choice(TOKENS)}" for _ in range(luck.randint(0, 40))))
        open_folder(self._folder / "results", name)
        return name

    def all(self) -> dict[str, Callable[[random.Random], str]]:
        return {name: getattr(self, name) for name in ("experiment", "rows", "manifest", "address")}


def failures(targets: Targets, name: str, seeds: range) -> Iterator[str]:
    """What went wrong with inputs of a kind: an exception that is no refusal, or a long time."""
    read = targets.all()[name]
    for seed in seeds:
        begin = time.process_time()
        try:
            read(random.Random(f"{name} {seed}"))
        except (InputError, Refused):
            pass
        except Exception as error:
            yield f"{name}, seed {seed}: {type(error).__name__}: {error}"
        if time.process_time() - begin > SECONDS:
            yield f"{name}, seed {seed}: took {time.process_time() - begin:.0f} s"


def main() -> None:
    """Try inputs of every kind and print what went wrong; the exit code is 1 if anything did."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--inputs", type=int, default=1_000, help="of each kind")
    parser.add_argument("--begin", type=int, default=0, help="the first seed")
    parser.add_argument("--only", default="", help="one kind")
    asked, found = parser.parse_args(), 0
    with tempfile.TemporaryDirectory() as folder:
        targets = Targets(Path(folder))
        for name in [asked.only] if asked.only else targets.all():
            for words in failures(targets, name, range(asked.begin, asked.begin + asked.inputs)):
                print(words, flush=True)
                found += 1
            print(f"{name}: {asked.inputs:,} inputs", flush=True)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()

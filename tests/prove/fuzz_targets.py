"""What reads files and addresses, each with good ones to begin with."""

import json
import random
import shutil
import zipfile
from contextlib import suppress
from functools import cached_property
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq

import sim
from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.runs.crate_files import METADATA
from sim.runs.deposit import DepositOptions, deposit_of
from sim.runs.folder_check import DamagedFolder, manifest_at
from sim.runs.points import POINTS
from sim.runs.silence import silences
from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, experiments, root
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve
from sim.scenario.yaml_text import NotYaml, load
from sim.view.explorer.pages.results.query import ignored, parsed
from sim.view.explorer.pages.results.result_tabs import tabs_of
from sim.view.explorer.pages.worlds.catalogue import Catalogue, load_catalogue
from sim.view.explorer.pages.worlds.responses import Answers
from sim.view.explorer.pages.worlds.sessions import Sessions
from sim.view.explorer.pages.worlds.workers import Workers
from sim.view.folder_view import open_results
from sim.view.results_folders import Refused, open_folder
from tests.prove.fuzz_grammar import TOKENS, changed_bytes, changed_text, changed_tree

# those of files that runs wrote begin with a run
OF_RUNS = ("results", "store", "crate")
KINDS = ("experiment", "configs", "rows", "deposit", "manifest", "address", "screen", *OF_RUNS)
_PAIR = {
    "title": "Two worlds for two years",
    "question": "Is what was changed found?",
    "timeline": "history",
    "seeds": {"first": 1, "count": 1},
    "horizon": {"first": "2013-01", "last": "2014-12"},
    "customers": 2_000,
    "record": "world",
    "worlds": {
        "microsoft_wins": {
            "label": "Microsoft wins",
            "switches": [{"on": "2014-07-31", "regime": "microsoft_wins"}],
        },
        "doj_wins": {"label": "DOJ wins", "switches": [{"on": "2014-07-31", "regime": "doj_wins"}]},
    },
    "compare": ["microsoft_wins", "doj_wins"],
    "claims": [
        {
            "claim": "Trust is lower",
            "measure": "trust",
            "window": "from the switch",
            "world": "doj_wins",
            "against": "microsoft_wins",
            "expect": "lower",
        }
    ],
}
_DEPOSIT = """\
title: Two worlds
description: What was asked
keywords: [warrants, clouds]
license: CC-BY-4.0
authors:
  - name: Ada Lovelace
    orcid: 0000-0002-1825-0097
    email: ada@example.org
    affiliation:
      name: An institute
      ror: 05dxps055
publisher:
  name: A publisher
funding:
  - funder:
      name: A foundation
    grant: G-1
    title: A grant
"""
_MANIFEST = {
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


class Accepted(Exception):
    """Something that was changed was read as if it had not been."""


class Targets:
    """A method for each kind: it changes a good one with some luck, reads it, and returns what it read."""

    def __init__(self, folder: Path, base: Base | None = None) -> None:
        self._folder = folder
        self._base = base or load_base(root() / CONFIGS)
        self._texts = [path.read_text(encoding="utf-8") for path in experiments().values()]
        self._history = history_of(resolve("history", base=self._base))
        self._rows = shipped_rows().read_text(encoding="utf-8").splitlines()
        (folder / "results" / "good").mkdir(parents=True)
        self._manifest(json.dumps(_MANIFEST))

    def prepare(self, kind: str) -> None:
        """Make the good files of a kind. They must be right, else all that follows would be refused."""
        if kind in OF_RUNS and not (sim.verify(self._run.folder).good and sim.verify(self._crate).good):
            raise AssertionError("what was not changed does not hold")

    def experiment(self, luck: random.Random) -> str:
        text = changed_text(luck.choice(self._texts), luck)
        silences(resolve(self._written("x.yaml", text), base=self._base))
        return text

    def configs(self, luck: random.Random) -> str:
        """A configuration of which one file was changed; it stays as it is until the next."""
        good = root() / CONFIGS
        path = luck.choice(sorted(good.rglob("*.yaml")))
        text = changed_text(path.read_text(encoding="utf-8"), luck)
        copy = self._configs / path.relative_to(good)
        copy.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            resolve("two_worlds", base=load_base(self._configs))
        finally:
            shutil.copyfile(path, copy)
        return text

    def rows(self, luck: random.Random) -> str:
        lines = [self._rows[0], *luck.sample(self._rows[1:], 2)]
        cells = lines[luck.randint(0, 2)].split(",")
        cells[luck.randrange(len(cells))] = luck.choice(TOKENS)
        lines[luck.randint(0, 2)] = ",".join(cells)
        text = "\n".join(lines)
        read_rows(self._written("rows.csv", text), self._history)
        return text

    def deposit(self, luck: random.Random) -> str:
        text = changed_text(_DEPOSIT, luck)
        deposit_of(DepositOptions(self._written("deposit.yaml", text)))
        return text

    def manifest(self, luck: random.Random) -> str:
        text = json.dumps(changed_tree(_MANIFEST, luck))
        if luck.random() < 0.3:
            text = text[: luck.randrange(len(text))]
        try:
            manifest_at(self._manifest(text))
            open_folder(self._folder / "results", "good")
        finally:
            self._manifest(json.dumps(_MANIFEST))
        return text

    def _manifest(self, text: str) -> Path:
        return self._written("results/good/manifest.json", text)

    def address(self, luck: random.Random) -> str:
        parts = ["results", "good", "..", ".", "", "/", "\\", "\0", "%2e", "C:", "~", "a" * 300, *TOKENS]
        name = "good" if luck.random() < 0.1 else "".join(luck.choices(parts, k=luck.randint(1, 5)))
        query = "&".join(f"{luck.choice(TOKENS)}={luck.choice(TOKENS)}" for _ in range(luck.randint(0, 40)))
        parsed(query)
        ignored(query)
        open_folder(self._folder / "results", name)
        return name

    def screen(self, luck: random.Random) -> str:
        """An address of the explorer, or what a page of it sends; what is understood is an experiment."""
        catalogue = self._answers.catalogue
        if luck.random() < 0.5:
            keys = ["preset", "world", "compare", "place", "tab", "since", "month", *catalogue.knobs, *TOKENS]
            words = [*catalogue.presets, "doj_wins@2014-07-31.T12", "history", "DE", *TOKENS]
            query = "&".join(f"{luck.choice(keys)}={luck.choice(words)}" for _ in range(luck.randint(1, 8)))
            state = catalogue.state(query)[0]
        else:
            asked = changed_tree(catalogue.default.model_dump(mode="json"), luck)
            query, state = json.dumps(asked), self._answers.read(asked)
        catalogue.resolved(state)
        if catalogue.state(catalogue.query(state)) != (state, []):
            raise Accepted("the state does not come back from its own address")
        return query

    # --- files that runs wrote ----------------------------------------------------------------------------

    def results(self, luck: random.Random) -> str:
        """A folder with a file that was changed: opened, loaded, and verified."""
        folder, name, same = self._with_a_change(self._run.folder, "changed", luck)
        for read in (self._open, lambda: sim.load(folder).headlines):
            with suppress(InputError, Refused, DamagedFolder):
                read()
        self._must_not_hold(folder, name, same)
        return name

    def crate(self, luck: random.Random) -> str:
        """A crate of which some bytes, or a file in it, were changed: verified."""
        zipped = self._folder / "changed.zip"
        if luck.random() < 0.5:
            zipped.write_bytes(changed_bytes(self._crate.read_bytes(), luck))
            sim.verify(zipped)
            return "bytes of the archive"
        with zipfile.ZipFile(self._crate) as good, zipfile.ZipFile(zipped, "w") as bad:
            names = [one for one in good.namelist() if not one.endswith("/")]
            chosen = luck.choice(names)
            old = good.read(chosen)
            new = _changed(chosen, old, luck)
            for name in names:
                bad.writestr(name, new if name == chosen else good.read(name))
        # of a crate every byte is described, except of what describes it
        same = new == old or (chosen == METADATA and self._says_the_same(chosen, old, new))
        self._must_not_hold(zipped, chosen, same)
        return chosen

    def store(self, luck: random.Random) -> str:
        """A store with a file that was changed: the same command gives the same numbers."""
        store, name, _ = self._with_a_change(self._folder / "store", "changed store", luck)
        again = sim.run(_PAIR, workers=1, draws=0, store=store, out=self._folder / "again")
        if not again.headlines.equals(self._run.headlines):
            raise Accepted(f"{name}: other headlines")
        return name

    def _open(self) -> None:
        tabs_of(open_results(self._folder, "changed"))

    def _must_not_hold(self, what: Path, name: str, same: bool) -> None:
        """Verification refuses it or finds it, unless it says the same."""
        if sim.verify(what).good and not same:
            raise Accepted(f"{name}: was changed, and all checks hold")

    def _with_a_change(self, good: Path, name: str, luck: random.Random) -> tuple[Path, str, bool]:
        """A copy of a folder with one of its files changed, the file's name, and whether it says the same."""
        copy = self._folder / name
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(good, copy)
        file = luck.choice(sorted(path for path in copy.rglob("*") if path.is_file()))
        old = file.read_bytes()
        new = _changed(file.name, old, luck)
        file.write_bytes(new)
        return copy, file.relative_to(copy).as_posix(), new == old or self._says_the_same(file.name, old, new)

    def _says_the_same(self, name: str, old: bytes, new: bytes) -> bool:
        """Whether a file differs only in what verification itself calls not checked: comments and layout of
        YAML, statements of the manifest that nothing else tells."""
        with suppress(NotYaml, ValueError, OSError):
            if name == POINTS:  # its values are bound, and not the words of who wrote it
                return bool(pq.read_table(BytesIO(old)).equals(pq.read_table(BytesIO(new))))
            if name.endswith(".yaml"):
                return load(old.decode())[0] == load(new.decode())[0]
            was, found = json.loads(old), json.loads(new)
            if was == found:
                return True
            if name == "manifest.json" and isinstance(found, dict):
                return {key for key in was | found if was.get(key) != found.get(key)} <= self._not_checked
        return False

    @cached_property
    def _not_checked(self) -> set[str]:
        said = [check.what for check in sim.verify(self._run.folder).not_checked]
        (names,) = [
            what.removeprefix("the manifest's ") for what in said if what.startswith("the manifest's ")
        ]
        return set(names.split(", "))

    def _written(self, name: str, text: str) -> Path:
        file = self._folder / name
        file.write_text(text, encoding="utf-8", errors="surrogatepass")
        return file

    @cached_property
    def _configs(self) -> Path:
        return Path(shutil.copytree(root() / CONFIGS, self._folder / "configs"))

    @cached_property
    def _answers(self) -> Answers:
        catalogue: Catalogue = load_catalogue(2_000, 1)
        return Answers(Sessions(catalogue, Workers()))

    @cached_property
    def _run(self) -> sim.Pair:
        return sim.run(
            _PAIR, workers=1, draws=0, store=self._folder / "store", out=self._folder / "as it was run"
        )

    @cached_property
    def _crate(self) -> Path:
        return self._run.crate(self._folder / "good.zip")


def _changed(name: str, content: bytes, luck: random.Random) -> bytes:
    """A file of this name with something changed: a value of a text, or bytes."""
    text = None
    if luck.random() < 0.7 and content:
        with suppress(UnicodeDecodeError):
            text = content.decode("utf-8")
    if text is None:
        return changed_bytes(content, luck)
    if name.endswith(".json"):
        return json.dumps(changed_tree(json.loads(text), luck)).encode()
    return (changed_text(text, luck) + "\n").encode("utf-8", errors="surrogatepass")

"""Bad input, widely: `python -m tests.prove.fuzz --inputs 100000` changes good files by a grammar of bad.

Every input must be read, or refused as an error of the input: no other exception, no input that takes longer
than a moment, and nothing that was changed may be called verified. What fails is printed, with the seed that
makes it again.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.runs.folder_check import DamagedFolder
from sim.scenario.problems import InputError
from sim.view.results_folders import Refused
from tests.prove.fuzz_targets import KINDS, OF_RUNS, Targets

SECONDS = 20.0  # of the processor, for one input
SLOW, FEWER = ("configs", *OF_RUNS), 20  # kinds that read much for one input: they get so many times fewer


@dataclass
class Count:
    """How many inputs were read, and how many refused."""

    read: int = 0
    refused: int = 0


def failures(targets: Targets, kind: str, seeds: range, count: Count) -> Iterator[str]:
    """What went wrong with inputs of a kind: an exception that is no refusal, or a long time."""
    targets.prepare(kind)
    read = getattr(targets, kind)
    for seed in seeds:
        begin = time.process_time()
        try:
            read(random.Random(f"{kind} {seed}"))
            count.read += 1
        except (InputError, Refused, DamagedFolder):
            count.refused += 1
        except Exception as error:
            yield f"{kind}, seed {seed}: {type(error).__name__}: {error}"
        if time.process_time() - begin > SECONDS:
            yield f"{kind}, seed {seed}: took {time.process_time() - begin:.0f} s"


def main() -> None:
    """Try inputs of every kind and print what went wrong; the exit code is 1 if anything did."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument(
        "--inputs", type=int, default=1_000, help=f"of each kind; of {', '.join(SLOW)} 1/{FEWER} of that"
    )
    parser.add_argument("--begin", type=int, default=0, help="the first seed")
    parser.add_argument("--only", choices=KINDS, help="one kind")
    asked, found = parser.parse_args(), 0
    with tempfile.TemporaryDirectory() as folder:
        targets = Targets(Path(folder))
        for kind in [asked.only] if asked.only else KINDS:
            count, inputs = Count(), asked.inputs // (FEWER if kind in SLOW else 1)
            for words in failures(targets, kind, range(asked.begin, asked.begin + inputs), count):
                print(words, flush=True)
                found += 1
            print(f"{kind}: {inputs:,} inputs, {count.read:,} read, {count.refused:,} refused", flush=True)
    raise SystemExit(1 if found else 0)


if __name__ == "__main__":
    main()

"""`warrantsim`: run experiments, list and explain what they are made of, check files.

Exit codes: 0 done, 1 some runs failed or a check did not hold, 2 bad input. Each command imports what
it needs when it is called, so that `--help` answers at once.
"""

import errno
import os
import signal
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from sim.cli.commands import citation, drivers, evidence, experiments, inputs
from sim.cli.console import say_in_any_encoding
from sim.cli.options import BAD_INPUT, DONE, FAILED
from sim.scenario.control_characters import printable
from sim.scenario.problems import TRACE, InputError
from sim.version import __version__

app = typer.Typer(
    name="warrantsim",
    help=(
        "What a US warrant for data stored abroad sets in motion, in the world where Microsoft wins and "
        "in the one where it loses."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"warrantsim {__version__}")
        raise typer.Exit(DONE)


@app.callback()
def _warrantsim(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    del version  # its callback has answered


for group in (experiments, inputs, drivers, evidence, citation):
    app.add_typer(group.commands)


def _refuse_empty(words: Sequence[str]) -> None:
    """An empty word is mostly a shell's variable without a value; as a folder it would be the working folder.

    Raises InputError.
    """
    for before, word in zip(["", *words], words, strict=False):
        option = before if before.startswith("--") and "=" not in before else ""
        if not word:
            raise InputError(f"{option or 'an argument'}: is empty; leave it out or give a value")
        if word.startswith("--") and word.endswith("=") and word.count("=") == 1:
            raise InputError(f"{word[:-1]}: is empty; leave it out or give a value")


def _no_place_for_compiled_code() -> str:
    """Why compiled code can be kept nowhere, if so: commands load the model before they could say it."""
    from sim.runs.compiler import can_keep_compiled_code

    try:
        can_keep_compiled_code()
    except InputError as error:
        return error.problems[0]
    return ""


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def main() -> None:
    """The command; problems with the input go to standard error, one line each."""
    signal.signal(signal.SIGTERM, _stop)  # as Ctrl-C: workers are ended, nothing half-written is left
    say_in_any_encoding()
    try:
        _refuse_empty(sys.argv[1:])
        app()
    except SystemExit as ended:
        if isinstance(getattr(ended.__context__, "__cause__", None), KeyboardInterrupt):  # nobody has said it
            print("stopped; what was stored stays", file=sys.stderr)
        raise
    except InputError as error:
        for problem in error.problems:
            print(printable(problem), file=sys.stderr)
        count = len(error.problems)
        print(f"{count} {'problem' if count == 1 else 'problems'}; nothing was run", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except BrokenPipeError:  # whoever read the output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
    except OSError as error:
        if kept := _no_place_for_compiled_code():
            print(printable(kept), file=sys.stderr)
            sys.exit(BAD_INPUT)
        place = error.filename2 or error.filename  # of a copy that fails, what is written comes second
        where = f"{place}: " if place else ""
        print(printable(f"{where}{error.strerror or error}; what was stored stays"), file=sys.stderr)
        sys.exit(BAD_INPUT if error.errno == errno.ENAMETOOLONG else FAILED)
    except Exception as error:  # a fault of ours: its trace is for whoever mends it
        if os.environ.get(TRACE):
            raise
        said = f"a fault of the program, not of the input: {type(error).__name__}: {error}"
        print(printable(f"{said}; what was stored stays. With {TRACE}=1 the trace is shown"), file=sys.stderr)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()

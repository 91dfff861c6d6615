"""Where the shipped configuration and experiments are: beside the package in a checkout, inside it once
installed."""

from pathlib import Path

from sim.scenario.control_characters import NOT_UNICODE, is_unicode
from sim.scenario.problems import InputError, choices

CONFIGS, EXPERIMENTS = "configs", "experiments"
MOST_BYTES = 16_000_000  # of a file that is read as text


def root() -> Path:
    """The folder that holds `configs/` and `experiments/`."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "shipped", package.parent):
        if (folder / CONFIGS / "world").is_dir():
            return folder
    raise InputError(
        f"the configuration is missing: neither {package / 'shipped' / CONFIGS} nor "
        f"{package.parent / CONFIGS} exists; install the package again"
    )


def shown(path: Path) -> str:
    """A path as a user would write it: from the project or the working folder where it lies within one of
    them."""
    full = path.resolve()
    for folder in (root(), Path.cwd()):
        if full.is_relative_to(folder.resolve()):
            return full.relative_to(folder.resolve()).as_posix()
    return str(path)


def text_of(path: Path, encoding: str = "utf-8", most: int = MOST_BYTES) -> str:
    """The text of a file of at most so many bytes. Raises InputError if it cannot be read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise InputError(f"{shown(path)}: is no file")
        if size > most:
            raise InputError(f"{shown(path)}: has {size:,} bytes; at most {most:,}")
        return path.read_text(encoding=encoding)
    except FileNotFoundError:
        raise InputError(f"{shown(path)}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{shown(path)}: cannot be read: {error}") from None


def experiments() -> dict[str, Path]:
    """The shipped experiments by bare name."""
    return {path.stem: path for path in sorted((root() / EXPERIMENTS).glob("*.yaml"))}


def experiment_file(name: str | Path) -> Path:
    """The file of an experiment named by path or by bare name.

    Raises InputError with the known names if there is no such file.
    """
    path = Path(name)
    if path.is_file():
        if not is_unicode(path.stem):
            raise InputError(f"{path}: {NOT_UNICODE}; rename the file")
        return path
    known = experiments()
    if str(name) in known:
        return known[str(name)]
    from_root = root() / path
    if from_root.is_file():
        return from_root
    what = (
        f"{name}: it is a folder, not an experiment file"
        if path.is_dir()
        else f"{name}: no such experiment file"
    )
    raise InputError(f"{what}; {choices(path.stem, known)}")

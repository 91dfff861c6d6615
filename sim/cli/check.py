"""`warrantsim check`: everything that a run would refuse, without running."""

from collections.abc import Sequence
from pathlib import Path

from sim.scenario.base import Base, load_base
from sim.scenario.control_characters import printable
from sim.scenario.locations import CONFIGS, root, shown
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve

CALIBRATION = "calibration"  # folder of what a fit is told
CHANNELS = "channels.yaml"


def check_files(files: Sequence[str]) -> None:
    """Check each file and say so; raises InputError with the problems of all of them."""
    problems: dict[str, None] = {}
    for file in files:
        try:
            print(printable(f"{file}: {_checked(file)}"))
        except InputError as error:
            problems |= dict.fromkeys(error.problems)
    if problems:
        raise InputError(list(problems))


def _checked(file: str) -> str:
    inside = _configs_around(Path(file).absolute()) or _configs_around(root() / file)
    if file.endswith(".csv") and (
        inside is None or Path(file).name == "rows.csv"
    ):  # the other tables there are sources, which no run reads
        return _checked_rows(file)
    if inside is not None and Path(file).parent.name == CALIBRATION and file.endswith(".csv"):
        return _checked_inputs(Path(file) if Path(file).exists() else root() / file)
    for path in (Path(file).absolute(), root() / file):
        configs = _configs_around(path)
        if configs is not None and path.exists():
            base = load_base(configs)
            if path.resolve() == (configs / CHANNELS).resolve():
                return f"good: {len(_channels(base, path))} channels, 2 to this power runs of each pair"
            read = {place.rpartition(":")[0] for place in base.lines.values()}
            if path.is_file() and shown(path) not in read:
                raise InputError(f"{file}: no run reads this file")
            return (
                f"good, and so is all of {shown(configs)}: {len(base.jurisdictions)} countries, "
                f"{len(base.parameter_info)} parameters"
            )
    from sim import pipeline
    from sim.runs.silence import silences

    resolved = pipeline.resolve(file)
    notes = "".join(f"\n  note: {words}" for words in silences(resolved))
    return f"good: {pipeline.size_words(resolved)}{notes}"


def _channels(base: Base, path: Path) -> Sequence[object]:
    """The channels, as `warrantsim channels` would read them."""
    from sim.analysis.drivers.channels import channels_of

    return channels_of(base, path)


def _checked_rows(file: str) -> str:
    """Rows of evidence, as `warrantsim evidence --rows` would read them."""
    from sim.analysis.evidence.compare import history_of
    from sim.analysis.evidence.rows import read_rows

    path = Path(file) if Path(file).exists() else root() / file
    rows = read_rows(path, history_of(resolve("history")))
    return f"good: {len(rows)} rows of evidence, {len({row.measure.name for row in rows})} measures"


def _checked_inputs(file: Path) -> str:
    """What a fit is told, as `warrantsim calibrate` would read it."""
    from sim.analysis.calibration.inputs import read_inputs
    from sim.analysis.evidence.compare import history_of
    from sim.analysis.evidence.rows import read_rows, shipped_rows
    from sim.scenario.posterior import FITTED

    history = resolve("history")
    rows = read_rows(shipped_rows(), history_of(history))
    inputs = read_inputs(rows, history.base, file.parent)
    return (
        f"good, and so is all of {shown(file.parent)}: {len(inputs.candidates)} candidates, "
        f"{sum(one.role == FITTED for one in inputs.candidates)} fitted, {len(inputs.rows(rows))} rows to fit"
    )


def _configs_around(path: Path) -> Path | None:
    """The configuration folder that a file belongs to, or None."""
    return next(
        (
            folder
            for folder in (path, *path.parents)
            if folder.name == CONFIGS and (folder / "world").is_dir()
        ),
        None,
    )

"""The best point as the shipped defaults.

`python -m tools.fitted_values` prints it, `--write` puts it into configs/parameters/. Of a parameter that is
set, value and source change, and the source keeps what stood there before; range, unit and meaning stay, and
so does every other line.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

from sim.scenario.base import Base, load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.paths import parameter_and_key
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError

FITTED = "fitted: see docs/calibration.md; before the fit "
_DIGITS = 4  # of a shipped value: more than the data give, few enough to read


def shipped_values(posterior_sets: Mapping[str, float]) -> dict[str, float]:
    """The best point as it is shipped: rounded."""
    return {path: float(f"{value:.{_DIGITS}g}") for path, value in posterior_sets.items()}


def with_best(text: str, group: str, infos: Mapping[str, ParameterInfo], sets: Mapping[str, float]) -> str:
    """The text of a group's file with the best point's values.

    Raises InputError where a parameter is not found.
    """
    by_parameter: dict[str, dict[str, float]] = {}
    for path, value in sets.items():
        head, name, *key = path.split(".")
        if head == group:
            by_parameter.setdefault(name, {})[".".join(key)] = value
    for name, values in by_parameter.items():
        info = infos[f"{group}.{name}"]
        new = {**info.value, **values} if isinstance(info.value, dict) else values[""]
        if new == info.value:
            continue
        old = (
            {key: number for key, number in info.value.items() if key in values}
            if isinstance(info.value, dict)
            else info.value
        )
        before = (
            info.source.removeprefix(FITTED)
            if info.source.startswith(FITTED)
            else f"{_yaml(old)}: {info.source}"
        )
        text = _replaced(text, name, "value", _yaml(new))
        text = _replaced(
            text, name, "source", '"' + (FITTED + before).replace("\\", "\\\\").replace('"', '\\"') + '"'
        )
    return text


def _yaml(value: float | Mapping[str, float]) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {number!r}" for key, number in value.items()) + "}"
    return f"{value!r}"


def _replaced(text: str, name: str, field: str, new: str) -> str:
    """One field of one parameter, which stands on one line of its own."""
    pattern = re.compile(rf"(^{re.escape(name)}:\n(?:  .*\n)*?  {field}: ).*$", re.MULTILINE)
    if not pattern.search(text):
        raise InputError(f"{name}: no line '{field}:' of its own to change")
    return pattern.sub(lambda found: found.group(1) + new, text, count=1)


def new_files(base: Base, sets: Mapping[str, float], folder: Path) -> dict[Path, str]:
    """Every file of configs/parameters that changes, with its new text."""
    out = {}
    for path in sorted(folder.glob("*.yaml")):
        old = path.read_text(encoding="utf-8")
        new = with_best(old, path.stem, base.parameter_info, sets)
        if new != old:
            out[path] = new
    return out


def main(arguments: list[str]) -> None:
    """Print the best point beside today's values; with `--write` ship it."""
    base = load_base(root() / CONFIGS)
    sets = shipped_values(read_posterior().at_best())
    for path, value in sets.items():
        parameter, key = parameter_and_key(path)
        now = base.parameter_info[parameter].value
        print(f"{path}: {now[str(key)] if isinstance(now, dict) else now:g} -> {value:g}")
    if arguments == ["--write"]:
        for file, text in new_files(base, sets, root() / CONFIGS / "parameters").items():
            file.write_text(text, encoding="utf-8")
            print(f"written: {file.name}")


if __name__ == "__main__":
    main(sys.argv[1:])

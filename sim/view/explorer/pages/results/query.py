"""The query string of a results page: checked values, and complaints about invalid ones."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import dash_mantine_components as dmc

from sim.view.explorer.components import select
from sim.view.explorer.page import Component

CONTROL = "results-control"
NAMES = (
    "tab",
    "metric",
    "x",
    "y",
    "pick",
    "part",
    "point",
    "series",
    "where",
    "claim",
    "subject",
    "verdict",
    "side",
    "level",
)  # of choices in any tab
_LONGEST, _MOST = 200, 30


def parsed(query: str) -> dict[str, str]:
    """A query string as a mapping of the names that mean something; long values are cut."""
    return {name: value[:_LONGEST] for name, value in _pairs(query) if name in NAMES}


def ignored(query: str) -> list[str]:
    """Complaints about what `parsed` leaves out of a query string, or takes one of two values of."""
    if query.count("&") >= _MOST:
        return [f"it has more than {_MOST} choices; none is used"]
    names = [name for name, _ in _pairs(query)]
    return [
        *(f"there is no choice {_quoted(name)}" for name in dict.fromkeys(names) if name not in NAMES),
        *(f"{name} is given twice; the last counts" for name in NAMES if names.count(name) > 1),
    ]


def _pairs(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query.removeprefix("?")) if query.count("&") < _MOST else []


def _quoted(text: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text[:60]}\N{RIGHT DOUBLE QUOTATION MARK}"


@dataclass
class Query:
    """The values of a page's controls by name, complaints about invalid ones, and the controls themselves."""

    values: Mapping[str, str]
    complaints: list[str] = field(default_factory=list)
    controls: list[Component] = field(default_factory=list)

    def _asked(self, name: str) -> str:
        assert name in NAMES, f"{name} is missing in NAMES"
        return self.values.get(name, "")

    def choice(self, name: str, options: Mapping[str, str], start: str | None = None) -> str:
        """The requested value if it is among the options {value: label}, else `start` or the first.

        A requested value that is not available adds a complaint.
        """
        value = self._asked(name)
        if value in options:
            return value
        usual = start if start is not None and start in options else next(iter(options))
        if value:
            self.complaints.append(f"there is no {name} {_quoted(value)}; {options[usual]} is shown instead")
        return usual

    def number(self, name: str, most: int) -> int:
        """The requested whole number, from 0 to `most`."""
        value = self._asked(name)
        if not value:
            return 0
        if value.isdecimal() and int(value) <= most:
            return int(value)
        self.complaints.append(
            f"{name} must be a whole number from 0 to {most:,}, not {_quoted(value)}; 0 is shown instead"
        )
        return 0

    def select(
        self,
        name: str,
        label: str,
        options: Mapping[str, str],
        start: str | None = None,
        width: int = 280,
    ) -> str:
        """The requested one of the options; adds a list to choose from."""
        value = self.choice(name, options, start)
        look = {"size": "sm", "w": width, "maw": "100%", "searchable": len(options) > 8}
        self.controls.append(select({"type": CONTROL, "name": name}, label, options, value, **look))
        return value

    def decimal(self, name: str, label: str, placeholder: str) -> float | None:
        """The requested number, if one is given; adds a field for it."""
        value, asked = None, self._asked(name)
        try:
            value = float(asked) if asked else None
        except ValueError:
            self.complaints.append(f"{name} must be a number, not {asked[:60]}")
        if value is not None and not math.isfinite(value):
            self.complaints.append(f"{name} must be a finite number, not {asked[:60]}")
            value = None
        control = dmc.NumberInput(
            id={"type": CONTROL, "name": name},
            label=label,
            placeholder=placeholder,
            value="" if value is None else value,
            debounce=500,
            w=180,
            size="sm",
        )
        self.controls.append(control)
        return value

    def whole_number(self, name: str, label: str, most: int) -> int:
        """The requested whole number, from 0 to `most`; adds a field for it."""
        value = self.number(name, most)
        control = dmc.NumberInput(
            id={"type": CONTROL, "name": name},
            label=label,
            min=0,
            max=most,
            step=1,
            value=value,
            allowDecimal=False,
            clampBehavior="strict",
            debounce=350,
            w=180,
            size="sm",
        )
        self.controls.append(control)
        return value

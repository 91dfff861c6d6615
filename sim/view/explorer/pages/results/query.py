"""The query string of a results page: checked values, and complaints about invalid ones."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

import dash_mantine_components as dmc

from sim.view.explorer.components import select
from sim.view.explorer.page import Component

CONTROL = "results-control"
_LONGEST = 200


def parsed(query: str) -> dict[str, str]:
    """A query string as a mapping; long values are cut."""
    return (
        {name[:40]: value[:_LONGEST] for name, value in parse_qsl(query, max_num_fields=30)}
        if query.count("&") < 30
        else {}
    )


@dataclass
class Query:
    """The values of a page's controls by name, complaints about invalid ones, and the controls themselves."""

    values: Mapping[str, str]
    complaints: list[str] = field(default_factory=list)
    controls: list[Component] = field(default_factory=list)

    def choice(self, name: str, options: Mapping[str, str], start: str | None = None) -> str:
        """The requested value if it is among the options {value: label}, else `start` or the first.

        A requested value that is not available adds a complaint.
        """
        value = self.values.get(name, "")
        if value in options:
            return value
        usual = start if start is not None and start in options else next(iter(options))
        if value:
            self.complaints.append(
                f"there is no {name} "
                f"\N{LEFT DOUBLE QUOTATION MARK}{value[:60]}\N{RIGHT DOUBLE QUOTATION MARK}; "
                f"{options[usual]} is shown instead"
            )
        return usual

    def number(self, name: str, most: int) -> int:
        """The requested whole number, from 0 to `most`."""
        value = self.values.get(name)
        if value is None or value == "":
            return 0
        if value.isdecimal() and int(value) <= most:
            return int(value)
        shown = f"\N{LEFT DOUBLE QUOTATION MARK}{value[:60]}\N{RIGHT DOUBLE QUOTATION MARK}"
        self.complaints.append(
            f"{name} must be a whole number from 0 to {most:,}, not {shown}; 0 is shown instead"
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
        value, asked = None, self.values.get(name, "")
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

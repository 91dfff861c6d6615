"""World maps by month: one for each world, and one of the difference."""

from typing import NamedTuple

import pandas as pd

from sim.view.figures.maps import CIVIDIS, WORLD, limits_of, symmetric, world_map
from sim.view.figures.style import Figure, diverging
from sim.view.number_format import POINTS_OF_100
from sim.view.results_view import ResultsView


class Mapped(NamedTuple):
    """What maps show: a column, its unit, formats of values and differences, ends of the colour scale.

    The column is multiplied by `scale`; ends that are not given are multiples of `step`.
    """

    column: str
    unit: str
    value_format: str
    gap_format: str
    limits: tuple[float, float] | None = None
    scale: float = 1.0
    step: float = 1.0


TRUST = Mapped("trust", f"trust, {POINTS_OF_100}", ".1f", "+.1f", scale=100.0, step=5.0)


def maps(
    view: ResultsView, frame: pd.DataFrame, mapped: Mapped, part: str = WORLD
) -> tuple[list[Figure], dict[str, str]]:
    """The maps, which share a colour scale, and the months of their frames in words.

    `frame`: world, month, country and the column; the mean over seeds is shown. `part`: the world or Europe.
    """
    means = (
        frame.groupby(["world", "month", "country"], observed=True)[mapped.column].mean().unstack("country")
        * mapped.scale
    )
    levels = {name: _frames(means.loc[name]) for name in view.styles}
    limits = mapped.limits or limits_of(list(levels.values()), mapped.step)
    figures = [
        world_map(
            levels[name],
            view.jurisdictions,
            style.label,
            mapped.unit,
            CIVIDIS,
            limits,
            mapped.value_format,
            part,
        )
        for name, style in view.styles.items()
    ]
    if view.compare is not None:
        a, b = view.compare
        gap, scale = _frames(means.loc[b.name] - means.loc[a.name]), diverging(a.colour, b.colour)
        title, unit = f"Difference: {b.label} minus {a.label}", f"difference in {mapped.unit}"
        figures.append(
            world_map(gap, view.jurisdictions, title, unit, scale, symmetric(gap), mapped.gap_format, part)
        )
    return figures, {name: f"{pd.Timestamp(name):%B %Y}" for name in next(iter(levels.values()))}


def _frames(wide: pd.DataFrame) -> dict[str, dict[str, float]]:
    """{month: {country: value}} of a table with a row per month and a column per country."""
    codes = [str(code) for code in wide.columns]
    return {
        stamp.strftime("%Y-%m-%d"): dict(zip(codes, row, strict=True))
        for stamp, row in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    }

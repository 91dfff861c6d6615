"""World maps: one value per jurisdiction, groups in all their members, small countries as dots, a frame per
year."""

import math
from typing import Any

from sim.analysis.far_values import cut_range
from sim.view.figures.geography import DOTS, members, outlined
from sim.view.figures.style import Figure, Trace, heading, layout, symmetric_range
from sim.view.number_format import MINUS

CIVIDIS = "Cividis"
WORLD, EUROPE = "world", "Europe"
_VIEWS: dict[str, dict[str, Any]] = {
    WORLD: {"projection": {"type": "natural earth"}, "lataxis": {"range": [-58, 84]}},
    EUROPE: {
        "projection": {"type": "mercator"},
        "lonaxis": {"range": [-25, 40]},
        "lataxis": {"range": [35, 66]},
    },
}
_HEIGHTS = {WORLD: 330, EUROPE: 440}


def world_map(
    values: dict[str, dict[str, float]],
    jurisdictions: dict[str, dict[str, Any]],
    title: str,
    unit: str,
    scale: str | list[list[Any]],
    limits: tuple[float, float],
    tick: str = ".2f",
    part: str = WORLD,
) -> Figure:
    """A map with a frame for each key of `values` ({frame: {jurisdiction: value}}); the last is shown first.

    `limits` are the ends of the colour scale, the same for all frames and for the maps beside it; `part`: the
    world or Europe.
    """
    pairs = members(jurisdictions)
    areas = [(code, iso3) for code, iso3 in pairs if iso3 in outlined()]
    dots = [(code, iso3) for code, iso3 in pairs if iso3 in DOTS]
    names = {code: str(facts.get("name", code)) for code, facts in jurisdictions.items()}

    def labels(of: list[tuple[str, str]]) -> list[str]:
        single = {code for code, facts in jurisdictions.items() if len(facts.get("iso3", [])) == 1}
        return [names[code] if code in single else f"{iso3}, in {names[code]}" for code, iso3 in of]

    def colours(frame: str, of: list[tuple[str, str]]) -> list[float | None]:
        found = (values[frame].get(code) for code, _ in of)
        return [None if value is None or math.isnan(value) else float(f"{value:.5g}") for value in found]

    last = list(values)[-1]
    choropleth: Trace = {
        "type": "choropleth",
        "locationmode": "ISO-3",
        "locations": [iso3 for _, iso3 in areas],
        "z": colours(last, areas),
        "text": labels(areas),
        "coloraxis": "coloraxis",
        "marker": {"line": {"color": "#ffffff", "width": 0.4}},
        "hovertemplate": f"%{{text}}: %{{z:{tick}}}<extra></extra>",
    }
    small: Trace = {
        "type": "scattergeo",
        "mode": "markers",
        "lon": [DOTS[iso3][0] for _, iso3 in dots],
        "lat": [DOTS[iso3][1] for _, iso3 in dots],
        "text": labels(dots),
        "marker": {
            "color": colours(last, dots),
            "coloraxis": "coloraxis",
            "size": 6 if part == WORLD else 8,
            "line": {"color": "#333333", "width": 0.7},
        },
        "hovertemplate": f"%{{text}}: %{{marker.color:{tick}}}<extra></extra>",
    }
    frames = [
        {
            "name": frame,
            "data": [
                {"type": "choropleth", "z": colours(frame, areas)},
                {"type": "scattergeo", "marker": {"color": colours(frame, dots)}},
            ],
            "traces": [0, 1],
        }
        for frame in values
    ]
    bar = {
        "orientation": "h",
        "thickness": 10,
        "len": 0.9,
        "y": -0.02,
        "yanchor": "top",
        "title": {"text": unit, "side": "top", "font": {"size": 12}},
        "outlinewidth": 0,
    } | (
        _signed_ticks(limits[1], values) if tick.startswith("+") else {"tickformat": tick.replace("f", "~f")}
    )
    geo = {
        "fitbounds": False,
        "showframe": False,
        "showcoastlines": False,
        "showland": True,
        "landcolor": "#e4e4e4",
        "showcountries": True,
        "countrycolor": "#ffffff",
        "countrywidth": 0.4,
        "showlakes": False,
        "bgcolor": "rgba(0,0,0,0)",
    } | _VIEWS[part]
    shape = layout(_HEIGHTS[part], geo=geo, title=heading(title), margin={"l": 0, "r": 0, "t": 30, "b": 62})
    shape["coloraxis"] = {"cmin": limits[0], "cmax": limits[1], "colorscale": scale, "colorbar": bar}
    return {"data": [choropleth, small], "layout": shape, "frames": frames}


def _signed_ticks(end: float, shown: dict[str, dict[str, float]]) -> dict[str, Any]:
    """Ticks of a scale for differences: its ends, their halves, and zero without a sign.

    An end that some of the values `shown` lie beyond says so.
    """
    ticks = [-end, -0.5 * end, 0.0, 0.5 * end, end]
    words = [f"{tick:+.4g}".replace("-", MINUS) if tick else "0" for tick in ticks]
    known = [value for frame in shown.values() for value in frame.values() if not math.isnan(value)]
    if min(known, default=0.0) < -end:
        words[0] += " or less"
    if max(known, default=0.0) > end:
        words[-1] += " or more"
    return {"tickvals": ticks, "ticktext": words}


def limits_of(values: list[dict[str, dict[str, float]]], step: float) -> tuple[float, float]:
    """Ends of a colour scale that hold all maps and all frames, rounded outwards to `step`."""
    every = [
        value for one in values for frame in one.values() for value in frame.values() if not math.isnan(value)
    ]
    if not every:
        return 0.0, 1.0
    low, high = math.floor(min(every) / step) * step, math.ceil(max(every) / step) * step
    return round(low, 6), round(high if high > low else low + step, 6)


def symmetric(values: dict[str, dict[str, float]]) -> tuple[float, float]:
    """Ends of a scale for differences: as far below zero as above it, rounded outwards to a plain number; the
    same for all frames.

    Differences far from all others, such as those of the month of a ruling, lie beyond the ends: with room
    for them, all other months would be pale. Frames without any difference do not count.
    """
    differing = [
        value for frame in values.values() if any(map(abs, frame.values())) for value in frame.values()
    ]
    cut = cut_range(differing)
    return symmetric_range(differing if cut is None else cut, 0.01)

"""A page in one HTML file that needs no network."""

from collections.abc import Sequence
from pathlib import Path
from string import Template

from plotly.offline import get_plotlyjs

from sim.view.blocks import CONFIG_JSON, Section, as_json, render
from sim.view.figures.geography import world_topojson
from sim.view.tables import text

TEMPLATE = Path(__file__).with_name("report.html")
TITLES = Path(__file__).parent / "explorer" / "assets" / "titles.js"
_CREDIT = " Outlines of countries: Natural Earth."
FOOTER = "Made from the results folder of this file."


def put_together(title: str, head: str, parts: Sequence[Section], made: str = FOOTER) -> str:
    """One page with a head, as HTML, and parts; parts without a title are not in its contents."""
    contents = "".join(
        f'<li><a href="#{part.id}">{text(part.title)}</a></li>' for part in parts if part.title
    )
    body = "\n".join(render(part) for part in parts)
    maps = '"choropleth"' in body
    shell = Template(TEMPLATE.read_text(encoding="utf-8"))
    return shell.substitute(
        made=text(made),
        title=text(title),
        head=head,
        contents=contents,
        sections=body,
        plotly=get_plotlyjs(),
        titles=TITLES.read_text(encoding="utf-8"),
        outlines=_outlines() if maps else "",
        credit=_CREDIT if maps else "",
        config=CONFIG_JSON,
    )


def _outlines() -> str:
    """The outlines that maps are drawn from; a page without a map does without them."""
    assets = f"window.PlotlyGeoAssets = {{topojson: {{world_110m: {as_json(world_topojson())}}}}};"
    return f"<script>{assets}</script>\n"

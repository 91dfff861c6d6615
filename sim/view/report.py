"""The report: one HTML file that opens anywhere, without a network."""

from collections.abc import Collection, Sequence
from pathlib import Path
from string import Template

from plotly.offline import get_plotlyjs

from sim.runs.results import Results
from sim.view.figures.geography import world_topojson
from sim.view.page import CONFIG_JSON, Section, as_json, render, text
from sim.view.parts import PARTS, sections
from sim.view.sections import opening
from sim.view.study import Study

TEMPLATE = Path(__file__).with_name("report.html")


def build(results: Results, out: Path) -> Path:
    """Write the report of a results folder to the file `out` (or to `out`/report.html if that is a folder) and return its path.

    Raises ValueError if a jurisdiction names a country that the world map cannot place.
    """
    target = out / "report.html" if out.is_dir() else out
    target.write_text(page(Study(results)), encoding="utf-8")
    return target


FOOTER = "Made from the results folder that this file lies in."


def page(study: Study, made: str = FOOTER, only: Collection[str] | None = None) -> str:
    """The report as HTML; `made` says at its foot what it was made from.

    `only` are the files of which there is something to show (`tables/world.parquet`, `record.csv`): parts that need others are left out.
    """
    parts = sections(study) if only is None else [part.build(study) for part in PARTS if part.can_be_filled(only)]
    return put_together(study, opening.head(study), parts, made)


def put_together(study: Study, head: str, parts: Sequence[Section], made: str = FOOTER) -> str:
    """One page of a head, as HTML, and parts."""
    contents = "".join(f'<li><a href="#{part.id}">{text(part.title)}</a></li>' for part in parts)
    shell = Template(TEMPLATE.read_text(encoding="utf-8"))
    return shell.substitute(
        made=text(made),
        title=text(study.manifest["title"]),
        head=head,
        contents=contents,
        sections="\n".join(render(part) for part in parts),
        plotly=get_plotlyjs(),
        topojson=as_json(world_topojson()),
        config=CONFIG_JSON,
    )

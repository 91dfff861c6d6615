"""The claims of a design: at how many of its points each holds, and where."""

from collections.abc import Iterable

import pandas as pd

from sim.view.blocks import Block, Chart, NotThere, Section, Text, listed
from sim.view.design_axes import axis_name
from sim.view.figures.design_charts import AGREES, DISAGREES, verdicts, verdicts_over
from sim.view.number_format import difference_in, largest_of, scale_for
from sim.view.result_tables import claims_table
from sim.view.results_view import ResultsView

NO_CLAIMS = Text(
    "This experiment states no claims. See <code>docs/experiments.md</code> for how to state one."
)


def claims(view: ResultsView, by_point: pd.DataFrame | None, x: str, y: str, chosen: int = 0) -> Section:
    """The verdicts over the points of a design, and where one claim (`chosen`) holds over two factors."""
    return Section("claims", "Claims", _blocks(view, by_point, x, y, chosen))


def verdict_bars(frame: pd.DataFrame) -> Iterable[Block]:
    """At how many points each claim of a design holds. `frame`: its claims.csv."""
    agrees = (frame["share_mean_agrees"].fillna(0.0) * frame["judged"]).round().astype(int)
    leaning = (agrees - frame["holds"]).clip(0, frame["inconclusive"])
    counts = frame.assign(
        **{
            AGREES: leaning,
            DISAGREES: frame["inconclusive"] - leaning,
            "not judged": frame["points"] - frame["judged"],
        }
    )
    read = (
        "Each claim was stated in the experiment's file before the run. It is tested at every point of "
        "the design over the pairs of that point. It holds if the whole 95% interval agrees with it, "
        "fails if the whole interval contradicts it, and is open otherwise: then the colour says whether the "
        "mean of the point agrees. Open does not mean false. With few seeds at each point, intervals are "
        "wide and most points are open."
    )
    yield Chart("verdicts", "At how many points does each claim hold?", read, [verdicts(counts)], width=700)


@listed
def _blocks(view: ResultsView, by_point: pd.DataFrame | None, x: str, y: str, chosen: int) -> Iterable[Block]:
    frame = view.summary("claims")
    if frame is None:
        yield NO_CLAIMS
        return
    yield from verdict_bars(frame)
    yield claims_table(frame.to_dict("records"), view.labels, view.place)
    if by_point is None:
        raise NotThere(
            "where each claim holds",
            "The folder has no claims_by_point.csv. Run the experiment again with the same command; "
            "stored runs are not repeated.",
        )
    yield from where_it_holds(view, by_point, x, y, chosen)


def where_it_holds(view: ResultsView, by_point: pd.DataFrame, x: str, y: str, chosen: int) -> Iterable[Block]:
    """The verdicts on one claim over two factors, or its difference over one (`y`: `difference`).

    `by_point`: claims_by_point.csv.
    """
    frame = view.needed_summary("the claims", "claims")
    mine = by_point[by_point["number"] == chosen]
    if mine.empty or x not in mine or y not in mine:
        return
    claim = frame[frame["number"] == chosen].iloc[0]
    names = {name: axis_name(view.manifest, name) for name in (x, y)}
    if y == "difference":
        scale = scale_for(str(claim["unit"]), largest_of(*mine[y]))
        mine, names[y] = mine.assign(difference=mine[y] * scale.factor), difference_in(scale.change)
    figure = verdicts_over(mine, x, y, str(claim["claim"]))
    for axis, name in (("xaxis", x), ("yaxis", y)):
        figure["layout"][axis]["title"]["text"] = names[name]
    read = (
        "Each mark is a point of the design. Verdicts differ in colour and in shape. Hover over a mark "
        "for its difference. The axes that come first are the factors that move the claim's difference most, "
        "if the design can rank them. Points with the same name on an axis are drawn side by side."
    )
    yield Chart("verdicts-over", "Where does it hold?", read, [figure], width=700, legend=False)

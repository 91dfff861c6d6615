"""How to cite a result: the words, and the ids of its paired differences."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sim.analysis.citation import cited
from sim.view.blocks import Block, Text, section
from sim.view.number_format import estimate, largest_of, missing, scale_for
from sim.view.results_view import ResultsView
from sim.view.tables import Cell, Table, Value, columns, text

if TYPE_CHECKING:
    import pandas as pd


@section("cite", "How to cite this result")
def citation(view: ResultsView) -> Iterable[Block]:
    """The words to cite, and the ids."""
    records = view.needed_summary("the ids of the differences", "records")
    uncertainty = view.summary("uncertainty")
    draws = 0 if uncertainty is None else int(uncertainty["draws"].max())
    yield Text(f"<q>{text(cited(view.manifest, view.record, draws))}</q>")
    yield Text(
        "Put your names before it: who made the results is not known here. A crate names them: "
        "<code>warrantsim record crate.zip</code> gives the words with names. An id binds the model's "
        "code, the configuration of both worlds, the seeds and the result: the same run gives the same id, "
        "and no other number has it. <code>warrantsim crate</code> packs the results for a deposit, and "
        "<code>warrantsim verify crate.zip --record ID</code> checks them without running anything."
    )
    yield records_table(records)


def records_table(records: "pd.DataFrame") -> Table:
    """The paired differences with their ids."""
    drawn = bool(records["median"].notna().any())
    over = [">Over draws: middle (90%)"] if drawn else []
    heads = columns("Record", "What", ">Difference", ">95% interval, luck alone", *over)
    rows = [_row(row)[: len(heads)] for row in records.to_dict("records")]
    return Table("Records", heads, rows, "Difference: the second of the compared worlds minus the first.")


def _row(row: dict[str, Any]) -> list[Value]:
    record, name = Cell(str(row["id"]), code=True), str(row["name"])
    if missing(row["difference"]):
        return [record, name, None, None, None]
    scale = scale_for(str(row["unit"]), largest_of(row["difference"], row["low"], row["high"]))
    luck, draws = (
        estimate(*(row[column] * scale.factor for column in three))
        for three in (("difference", "low", "high"), ("median", "low90", "high90"))
    )
    over = None if missing(row["median"]) else f"{draws[0]} ({draws[1]})"
    return [record, Cell(name, scale.change), *luck, over]

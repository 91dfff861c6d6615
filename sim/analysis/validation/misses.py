"""How wrong a forecaster with draws of its own is wont to be, on the rows that its fit saw.

A model is wrong in ways that no draw of its parameters shows. The fit allows for that with judged errors of
each summary; a forecast of a single row must allow for it too, or its intervals are too narrow. So its spread
holds, beside the source's error, the forecaster's usual misses on the rows seen, as that of the other rivals
does (`sim.analysis.validation.rivals`).
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from sim.analysis.evidence.measures.quantities import quantity
from sim.analysis.evidence.rows import Row
from sim.analysis.validation.series import error_of, kind_of

FEWEST = 3  # rows of a kind from which its usual miss is taken
Draws = Callable[[Row], np.ndarray | None]  # a row -> draws of its value, or None where there are none


class UsualMisses:
    """Root mean square miss beyond what the source's error and the draws explain, by kind of row.

    A kind (one measure, population and arguments, wherever) of which fewer than three rows were seen has the
    median of the kinds of its quantity, in standard errors of the source; a quantity of which nothing was
    seen has the median of all kinds.
    """

    def __init__(self, seen: Sequence[Row], draws: Draws) -> None:
        of_kind = defaultdict[tuple[object, ...], list[tuple[Row, np.ndarray]]](list)
        for row in seen:
            values = draws(row) if row.bound == "eq" else None
            known = values[np.isfinite(values)] if values is not None else np.empty(0)
            if len(known) and error_of(row) > 0.0:
                of_kind[kind_of(row)].append((row, known))
        self._own = {kind: _excess(rows) for kind, rows in of_kind.items() if len(rows) >= FEWEST}
        ratios = defaultdict[str, list[float]](list)
        for kind, own in self._own.items():
            rows = [row for row, _ in of_kind[kind]]
            typical = float(np.sqrt(np.mean([error_of(row) ** 2 for row in rows])))
            ratios[quantity(rows[0].measure)].append(own / typical)
        self._ratio = {name: float(np.median(some)) for name, some in ratios.items()}
        self._any = float(np.median([r for some in ratios.values() for r in some])) if ratios else 0.0

    def of(self, row: Row) -> float:
        """The usual miss in the row's unit."""
        own = self._own.get(kind_of(row))
        return self._ratio.get(quantity(row.measure), self._any) * error_of(row) if own is None else own

    def error(self, row: Row) -> float:
        """Standard deviation of a report about one draw: the source's error and the usual miss."""
        return float(np.hypot(error_of(row), self.of(row)))


def _excess(rows: Sequence[tuple[Row, np.ndarray]]) -> float:
    """Root of the mean square miss of the draws' mean, less what errors and draws explain; at least 0."""
    squares = [(values.mean() - row.value) ** 2 - error_of(row) ** 2 - values.var() for row, values in rows]
    return float(np.sqrt(max(0.0, float(np.mean(squares)))))

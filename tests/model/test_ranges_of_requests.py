"""At both ends of every parameter of the investigators, every column of every table stays in its range."""

import numpy as np
import pytest

from sim.model.tables import TABLES
from tests.model.small_worlds import asked, base, has_run

ENDS = [
    (path, end)
    for path, info in base().parameter_info.items()
    if path.startswith(("investigators.", "exposure."))
    for end in info.range
]


@pytest.mark.parametrize(("path", "end"), ENDS)
def test_every_column_stays_in_its_range(path: str, end: float) -> None:
    books = has_run(asked(f"{path}={end}", last="2015-06"), worlds=["doj_wins"]).models[0].books
    for name in ("world", "country", "requests"):
        table = books.table(name)
        for column in TABLES[name].measures:
            values = table[column.name].astype(float)
            values = values[~np.isnan(values)]
            assert np.isfinite(values).all() and (values >= 0.0).all(), (name, column.name)
            if column.unit in ("share", "0-1"):
                assert (values <= 1.0 + 1e-8).all(), (name, column.name)

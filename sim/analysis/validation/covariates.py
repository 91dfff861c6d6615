"""The rival that knows countries and no mechanism: growth by ridge regression on country covariates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.analysis.evidence.rows import Row
from sim.analysis.validation.series import earlier, year_of
from sim.scenario.schema import Jurisdiction

FEWEST = 12  # steps that a regression is fitted to
PENALTIES = (0.1, 1.0, 10.0, 100.0, 1000.0)
Countries = Mapping[str, Jurisdiction]
Growth = Callable[[Row, Row], float | None]  # a row and the value before it -> growth a year


@dataclass(frozen=True)
class Ridge:
    """Least squares with shrinkage: standardised columns, the constant free."""

    centre: np.ndarray
    scale: np.ndarray
    slope: np.ndarray
    constant: float

    def at(self, x: np.ndarray) -> np.ndarray:
        out: np.ndarray = self.constant + ((x - self.centre) / self.scale) @ self.slope
        return out


def ridge(x: np.ndarray, y: np.ndarray, penalty: float) -> Ridge:
    """The ridge regression of y (n,) on x (n, k); columns that do not vary have no effect."""
    centre, scale = x.mean(0), x.std(0)
    scale = np.where(scale > 0.0, scale, 1.0)
    z = (x - centre) / scale
    slope = np.linalg.solve(z.T @ z + penalty * np.eye(z.shape[1]), z.T @ (y - y.mean()))
    return Ridge(centre, scale, slope, float(y.mean()))


def shrunk(x: np.ndarray, y: np.ndarray, groups: Sequence[str]) -> Ridge:
    """The ridge regression whose penalty predicts countries best that it did not see, one left out at a
    time."""
    of = np.array(groups)

    def missed(penalty: float, name: str) -> float:
        others, own = of != name, of == name
        miss = ridge(x[others], y[others], penalty).at(x[own]) - y[own]
        return float(miss @ miss)

    def misfit(penalty: float) -> float:
        return sum(missed(penalty, name) for name in dict.fromkeys(groups))

    return ridge(x, y, min(PENALTIES, key=misfit))


def growth_by_covariates(seen: Sequence[Row], countries: Countries) -> Growth:
    """The growth a year of each measure, from the steps between values seen of single countries."""
    regions = sorted({one.region for one in countries.values()})
    fitted = {}
    for measure in {row.measure.name for row in seen}:
        rows = [r for r in seen if r.measure.name == measure and r.bound == "eq" and _country(r, countries)]
        steps = [(row, before[-1]) for row in rows if (before := earlier(row, rows))]
        if len(steps) >= FEWEST and len({row.place.name for row, _ in steps}) >= 3:
            populations = sorted({row.population for row, _ in steps})
            x = np.array([_features(row, last, countries, regions, populations) for row, last in steps])
            y = np.array([(r.value - last.value) / (year_of(r) - year_of(last)) for r, last in steps])
            fitted[measure] = shrunk(x, y, [row.place.name for row, _ in steps]), populations

    def growth(row: Row, last: Row) -> float | None:
        if row.measure.name not in fitted or not _country(row, countries):
            return None
        regression, populations = fitted[row.measure.name]
        if row.population not in populations:
            return None
        return float(regression.at(np.array(_features(row, last, countries, regions, populations))))

    return growth


def _country(row: Row, countries: Countries) -> bool:
    """Whether a row is about one jurisdiction of the model."""
    return len(row.place.codes) == 1 and row.place.codes <= countries.keys()


def _features(
    row: Row, last: Row, countries: Countries, regions: Sequence[str], populations: Sequence[str]
) -> list[float]:
    (code,) = row.place.codes
    one = countries[code]
    return [
        last.value,
        float(np.log(one.gdp_2013 / one.online_people_2013)),
        float(np.log(one.gdp_2013)),
        *(float(one.region == region) for region in regions),
        *(float(row.population == population) for population in populations),
    ]

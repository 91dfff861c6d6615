"""The posterior of the fit as committed tables, and what a draw of it sets in a scenario.

`draws.csv` has one line a draw and one column a fitted parameter, in no order, so that the first n draws are
a sample of their own; `best.csv` one line a fitted parameter. A fitted parameter is the path of a parameter,
or a multiplier of several numbers, whose values before the fit stand in `multiplies`: what a draw means does
not hang on today's defaults. `curves.csv` has the curves of adoption of every jurisdiction at each draw;
where it has fewer draws than `draws.csv`, they are taken in turn. A split of the evidence has tables of its
own, by its name (`by_time_draws.csv`), but for `best.csv`; of curves it needs those that differ.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.csv_files import number, read_lines, records
from sim.scenario.locations import CONFIGS, root, shown
from sim.scenario.problems import InputError, choices

FOLDER = "posterior"
DRAWS, BEST, MOVED, CURVES = "draws.csv", "best.csv", "moved.csv", "curves.csv"
COLUMNS = (
    "parameter",
    "value",
    "prior_low",
    "prior_high",
    "prior_centre",
    "scale",
    "mean",
    "sd",
    "p05",
    "p50",
    "p95",
    "contraction",
    "coverage",
    "identified",
    "multiplies",
    "role",
)
SCALES = ("lin", "log")
FITTED, JUDGED, SPREAD = ROLES = ("fitted", "judged", "spread")
# Of a curve: share of adopters in January 2013, pace and ceiling, by segment.
CURVE_COLUMNS = tuple(
    f"{part}.{segment}"
    for segment in ("small_firm", "enterprise", "regulated", "public_sector")
    for part in ("adoption_2013", "adoption_pace", "adoption_ceiling")
)
NOBODY = "warrantsim calibrate (make calibrate) makes one"


@dataclass(frozen=True)
class Fitted:
    """One fitted parameter: its prior, its posterior, and what it sets.

    `value` is the best point's; `mean`, `sd` and the percentiles are those of the draws, in the parameter's
    unit. `contraction` is 1 - (posterior sd / prior sd)^2 on the prior's scale; `coverage` the share of
    recoveries in which the 90% interval held the truth. `multiplies` maps each path to the number that is
    multiplied (empty: the name is the path). `role`: the evidence informs a `fitted` one; a `judged` one is
    drawn with the others from its stated range; a `spread` is that of others and sets nothing itself.
    """

    parameter: str
    value: float
    prior_low: float
    prior_high: float
    prior_centre: float
    scale: str
    mean: float
    sd: float
    p05: float
    p50: float
    p95: float
    contraction: float
    coverage: float
    identified: bool
    multiplies: Mapping[str, float]
    role: str = FITTED

    @property
    def paths(self) -> tuple[str, ...]:
        """What it sets."""
        return () if self.role == SPREAD else tuple(self.multiplies) or (self.parameter,)

    def sets(self, value: float) -> dict[str, float]:
        """The value of each path, where the fitted parameter has this value."""
        return {path: before * value for path, before in self.multiplies.items()} or dict.fromkeys(
            self.paths, value
        )


@dataclass(frozen=True)
class Posterior:
    """The fit's result.

    `table` holds the draws: float64 (draws, parameters), in the order of `names`. `curves` holds what further
    draws set, path -> value each: the curves of adoption by country.
    """

    fitted: tuple[Fitted, ...]
    table: np.ndarray
    curves: tuple[Mapping[str, float], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(one.parameter for one in self.fitted)

    def draws(self) -> np.ndarray:
        """float64 (draws, parameters): a row each draw, columns as in `names`."""
        return self.table

    def best(self) -> dict[str, float]:
        """The best point by fitted parameter."""
        return {one.parameter: one.value for one in self.fitted}

    def at(self, draw: int) -> dict[str, float]:
        """Path -> value of every number that a draw sets (multipliers are worked out)."""
        of_countries = self.curves[draw % len(self.curves)] if self.curves else {}
        return {**self.sets(self.table[draw].tolist()), **of_countries}

    def at_best(self) -> dict[str, float]:
        """The same at the best point."""
        return self.sets([one.value for one in self.fitted])

    def sets(self, values: Sequence[float]) -> dict[str, float]:
        """Path -> value, for a value of each fitted parameter in the order of `names`."""
        return {
            path: number
            for one, value in zip(self.fitted, values, strict=True)
            for path, number in one.sets(value).items()
        }

    def of(self, path: str) -> Fitted | None:
        """The fitted parameter that sets a path, or an entry of it, if there is one."""
        return next(
            (
                one
                for one in self.fitted
                if any(p == path or p.startswith(f"{path}.") for p in (one.parameter, *one.paths))
            ),
            None,
        )


def posterior_folder() -> Path:
    """Where the shipped posterior is."""
    return root() / CONFIGS / FOLDER


def there_is_one(folder: Path | None = None, split: str | None = None) -> bool:
    """Whether there is a posterior to read."""
    return ((folder or posterior_folder()) / ((f"{split}_" if split else "") + DRAWS)).is_file()


def number_of_draws(folder: Path | None = None) -> int:
    """How many draws the posterior has; its numbers are not read. 0 where there is none."""
    path = (folder or posterior_folder()) / DRAWS
    return len(read_lines(path)) - 1 if path.is_file() else 0


def read_posterior(folder: Path | None = None, split: str | None = None) -> Posterior:
    """The shipped posterior, or the one in `folder`; `split`: of the fit of that split. Raises InputError
    with file and line."""
    folder, prefix = folder or posterior_folder(), f"{split}_" if split else ""
    if not there_is_one(folder, split):
        raise InputError(f"{shown(folder / (prefix + DRAWS))}: there is no posterior; {NOBODY}")
    problems: list[str] = []
    fitted = _fitted(folder / BEST, problems)
    table = _draws(folder / (prefix + DRAWS), [one.parameter for one in fitted], problems) if fitted else None
    curves = _curves(folder / CURVES, problems)
    if split:
        own = _curves(folder / (prefix + CURVES), problems)
        if own:
            curves = tuple({**shared, **apart} for shared, apart in zip(curves, own, strict=False))
    if problems or table is None:
        raise InputError(problems)
    return Posterior(tuple(fitted), table, curves)


_GROUPS = ("prior", "posterior")
MOVED_COLUMNS = (
    "headline",
    "name",
    "unit",
    *(f"{group}_{what}" for group in _GROUPS for what in ("median", "low", "high", "same_sign", "draws")),
)


def moved_headlines(folder: Path | None = None) -> list[dict[str, Any]]:
    """How far the data moved each headline: its line of `moved.csv`, medians and ends of 90% intervals as
    numbers. Raises InputError."""
    path, problems = (folder or posterior_folder()) / MOVED, list[str]()
    out = [
        {
            name: text
            if name in MOVED_COLUMNS[:3]
            else number(text, f"{shown(path)}:{line}: {name}", problems)
            if text
            else np.nan
            for name, text in row.items()
        }
        for line, row in records(path, MOVED_COLUMNS, problems)
    ]
    if problems:
        raise InputError(problems)
    return out


def _fitted(path: Path, problems: list[str]) -> list[Fitted]:
    out: list[Fitted] = []
    for line, row in records(path, COLUMNS, problems):
        where = f"{shown(path)}:{line}"
        numbers = {
            name: number(row[name], f"{where}: {name}", problems) for name in COLUMNS[1:13] if name != "scale"
        }
        for name, valid in (("scale", SCALES), ("identified", ("yes", "no")), ("role", ROLES)):
            if row[name] not in valid:
                problems.append(f"{where}: {name}: unknown value '{row[name]}'; {choices(row[name], valid)}")
        out.append(
            Fitted(
                row["parameter"],
                scale=row["scale"],
                identified=row["identified"] == "yes",
                multiplies=_multiplies(row, where, problems),
                role=row["role"],
                **numbers,
            )
        )
    return out


def multiplies_words(multiplies: Mapping[str, float]) -> str:
    """`path=number;path=number`, as it stands in the table."""
    return ";".join(f"{path}={before:.15g}" for path, before in multiplies.items())


def _multiplies(row: Mapping[str, str], where: str, problems: list[str]) -> dict[str, float]:
    out: dict[str, float] = {}
    for piece in filter(None, row["multiplies"].split(";")):
        path, _, text = piece.partition("=")
        out[path] = number(text, f"{where}: multiplies: {path}", problems)
    return out


def paths_of_curve(place: str, curve: Mapping[str, float]) -> dict[str, float]:
    """Path -> value of a jurisdiction's curves of adoption, given by column."""
    return {f"jurisdictions.{place}.{name}": value for name, value in curve.items()}


def curves_by_draw(lines: Iterable[Mapping[Any, Any]]) -> list[dict[str, float]]:
    """Path -> value at each draw, from the lines of a table of curves."""
    out: dict[str, dict[str, float]] = {}
    for line in lines:
        curve = {name: float(line[name]) for name in CURVE_COLUMNS}
        out.setdefault(str(line["draw"]), {}).update(paths_of_curve(line["place"], curve))
    return list(out.values())


def _curves(path: Path, problems: list[str]) -> tuple[dict[str, float], ...]:
    """What each draw sets of every jurisdiction; nothing where there is no file."""
    if not path.is_file():
        return ()
    file = shown(path)
    lines = records(path, ("draw", "place", *CURVE_COLUMNS), problems)
    return tuple(
        curves_by_draw(
            row | {name: number(row[name], f"{file}:{line}: {name}", problems) for name in CURVE_COLUMNS}
            for line, row in lines
        )
    )


def _draws(path: Path, names: Sequence[str], problems: list[str]) -> np.ndarray:
    file = shown(path)
    rows = [
        [number(row[name], f"{file}:{line}: {name}", problems) for name in names]
        for line, row in records(path, ("draw", *names), problems)
    ]
    return np.array(rows, np.float64).reshape(len(rows), len(names))

"""What a design varies: a place in a scenario, and the values that it may take there."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import cache, lru_cache
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from sim.scenario.base import Base, Contents
from sim.scenario.factor_targets import CUSTOMERS, FactorProblem, Kind, Target, target_of
from sim.scenario.overrides import beyond_any_unit
from sim.scenario.parameter_files import ParameterInfo
from sim.scenario.paths import Loc, dotted, leaves, value_at
from sim.scenario.schema import Act, BySegment, Experiment, FactorSpec
from sim.scenario.strict import Value
from sim.scenario.yaml_files import in_words, kind_at

Role = Literal["uncertainties", "levers"]
ROLES: tuple[Role, ...] = ("uncertainties", "levers")
# Enough digits that rounding never shows, few enough that the last bit of nobody's exp() does: points are
# equal on every machine.
_EXACT = Context(prec=25)
_DIGITS = Context(prec=15)


@dataclass(frozen=True)
class Factor:
    """One factor, checked: where it acts, and the values it takes from `low` to `high` or out of `values`.

    `low` and `high` of dates are ordinals. `values` are the choices of a categorical factor and the steps of
    a grid. `times`: a value multiplies what the scenario has. `info` is the parameter's entry, for its range
    and its off value.
    """

    path: str
    role: Role
    target: Target
    distribution: Literal["uniform", "loguniform", "integer", "date", "categorical"]
    low: float
    high: float
    values: tuple[Value, ...]
    times: bool
    info: ParameterInfo | None
    group: str | None = None  # the path that the experiment gives, where that stands for several factors

    @property
    def at(self) -> Loc:
        """Where the experiment gives it."""
        return ("design", self.role, self.group or self.path)

    @property
    def range_words(self) -> str:
        """What it is varied over, in words."""
        if self.distribution == "categorical":
            return ", ".join(
                str(value).lower() if isinstance(value, bool) else str(value) for value in self.values
            )
        ends = [
            dt.date.fromordinal(int(end)).isoformat() if self.distribution == "date" else f"{end:g}"
            for end in (self.low, self.high)
        ]
        return f"{' to '.join(ends)}{' times its value' if self.times else ''}, {self.distribution}"

    def value(self, share: float) -> Value:
        """The value at a share (0 to 1) of the way through its distribution; equal on every machine."""
        if self.distribution == "categorical":
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.distribution in ("integer", "date"):
            whole = int(self.low) + min(int(share * (self.high - self.low + 1)), int(self.high - self.low))
            return dt.date.fromordinal(whole).isoformat() if self.distribution == "date" else whole
        return _between(self.low, self.high, share, self.distribution == "loguniform")

    def checked(self, value: Value, *at: str | int) -> Value:
        """The value as its type has it; raises FactorProblem, with the place `at`, if the factor may not take
        it."""
        if message := beyond_any_unit(value):
            raise FactorProblem(message, *at)
        if self.times:
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise FactorProblem(f"must be a number (got {value!r})", *at)
            return float(value)
        typed = _typed(self.target, value, *at)
        if self.info is not None and isinstance(typed, int | float):
            keys: list[Any] = list(self.target.loc[3:4]) or (
                list(self.info.value) if isinstance(self.info.value, dict) else [None]
            )
            if not all(self.info.allows(typed, key) for key in keys):
                raise FactorProblem(f"{typed:g} is out of range; allowed: {self.info.range_words}", *at)
        return typed


@lru_cache(maxsize=65_536)  # a Morris sample has four shares for thousands of points
def _between(low: float, high: float, share: float, log: bool) -> float:
    """The number a share of the way from low to high, to 15 digits; by decimal arithmetic, which rounds alike
    everywhere."""
    if share <= 0.0 or share >= 1.0:
        return float(low if share <= 0.0 else high)
    a, b, s = (Decimal(x) for x in (low, high, share))
    if log:
        a, b = _EXACT.ln(a), _EXACT.ln(b)
    found = _EXACT.add(a, _EXACT.multiply(s, _EXACT.subtract(b, a)))
    number = float(_DIGITS.plus(_EXACT.exp(found) if log else found))
    return min(max(number, float(low)), float(high))


# --- from the file -------------------------------------------------------------------------------------


def prepared(
    path: str, role: Role, spec: FactorSpec, experiment: Experiment, base: Base, tree: dict[str, Any]
) -> Factor:
    """The factor that a path and its specification name; raises FactorProblem. `tree` is the base contents,
    JSON-able."""
    target = target_of(path, experiment, base, tree)
    info = (
        base.parameter_info[f"{target.loc[1]}.{target.loc[2]}"] if target.loc[:1] == ("parameters",) else None
    )
    given = [name for name in ("values", "range", "times") if getattr(spec, name) is not None]
    if not given and info is not None:  # a parameter brings its range along
        spec, given = spec.model_copy(update={"range": "prior"}), ["range"]
    if len(given) != 1:
        raise FactorProblem(f"give one of: values, range, times (got {' and '.join(given) or 'none'})")
    if spec.values is not None:
        return _listed(
            Factor(path, role, target, "categorical", 0.0, 0.0, (), False, info), spec, spec.values
        )
    kind = _kind(target)
    if kind not in (float, int, dt.date):
        known = "; valid: true, false" if kind is bool else ""
        raise FactorProblem(f"is not a number or a date: list its values{known}", given[0])
    if spec.times is not None:
        if kind is not float:
            raise FactorProblem(
                "multiplies a value that is not a number with a fraction; give values or a range", "times"
            )
        factor = Factor(path, role, target, "uniform", *spec.times, (), True, info)
        for i, end in enumerate(spec.times):
            factor.checked(end, "times", i)
    else:
        assert spec.range is not None
        factor = _ranged(Factor(path, role, target, "uniform", 0.0, 0.0, (), False, info), kind, spec.range)
    return _sampled(factor, kind, spec, given[0])


def _listed(factor: Factor, spec: FactorSpec, values: tuple[Value, ...]) -> Factor:
    if spec.distribution not in (None, "categorical"):
        raise FactorProblem(
            f"listed values are not {spec.distribution}: leave it out, or give a range", "distribution"
        )
    if spec.levels is not None:
        raise FactorProblem("listed values are the levels: leave it out", "levels")
    if not values:
        raise FactorProblem("is empty: list at least one value", "values")
    return replace(factor, values=tuple(factor.checked(one, "values", i) for i, one in enumerate(values)))


def _ranged(factor: Factor, kind: Any, asked: Any) -> Factor:
    if asked == "prior":
        if factor.info is None:
            raise FactorProblem("only parameters have a range of their own; give one: [low, high]", "range")
        return replace(factor, low=factor.info.range[0], high=factor.info.range[1])
    ends: list[float] = []
    for i, end in enumerate(asked):
        if kind is not dt.date and isinstance(end, str):
            raise FactorProblem(f"must be a number (got {end!r})", "range", i)
        checked = factor.checked(end, "range", i)
        ends.append(
            dt.date.fromisoformat(checked).toordinal() if isinstance(checked, str) else float(checked)
        )
    return replace(factor, low=ends[0], high=ends[1])


def _sampled(factor: Factor, kind: Any, spec: FactorSpec, where: str) -> Factor:
    if factor.low >= factor.high:
        raise FactorProblem("the lower end must be below the upper end", where)
    only = {dt.date: "date", int: "integer"}.get(kind)
    asked = spec.distribution
    if asked == "categorical":
        raise FactorProblem(
            "a range is not categorical; valid: uniform, loguniform, integer; or list values", "distribution"
        )
    if only is not None and asked not in (None, only, "uniform"):
        raise FactorProblem(
            f"{'dates' if kind is dt.date else 'whole numbers'} are spread evenly: leave it out",
            "distribution",
        )
    if asked == "loguniform" and factor.low <= 0:
        raise FactorProblem(
            f"loguniform needs a range above 0 (got {factor.low:g}); valid: uniform", "distribution"
        )
    if asked == "integer" and (factor.times or factor.low % 1 or factor.high % 1):
        raise FactorProblem(
            "integer needs whole numbers at both ends of a range; valid: uniform, loguniform", "distribution"
        )
    distribution: Any = only or asked or "uniform"
    factor = replace(factor, distribution=distribution)
    if spec.levels is None:
        return factor
    if distribution in ("integer", "date"):
        whole = int(factor.high - factor.low)
        if spec.levels > whole + 1:
            raise FactorProblem(f"only {whole + 1} values lie in the range", "levels")
        steps = [int(factor.low) + round(i * whole / (spec.levels - 1)) for i in range(spec.levels)]
        levels: list[Value] = [
            dt.date.fromordinal(step).isoformat() if distribution == "date" else step for step in steps
        ]
    else:
        levels = [factor.value(i / (spec.levels - 1)) for i in range(spec.levels)]
    return replace(factor, values=tuple(levels))


def _kind(target: Target) -> Any:
    """The plain type of the target's values: float, int, bool, dt.date or None for names and text."""
    if target.kind in ("switch_date", "switch"):
        return dt.date if "on" in target.loc else None
    if target.kind == "lever":
        return {"on": dt.date, "countries": None, "comity": None}.get(str(target.loc[1]), float)
    if target.kind in ("event", "customers"):
        return bool if target.kind == "event" else int
    return next(
        (kind for kind, probe in ((float, 0.5), (bool, True), (int, 1)) if _takes(target.loc, kind, probe)),
        None,
    )


@cache
def _takes(loc: Loc, kind: type, probe: Any) -> bool:
    """Whether the declared type at a place is this plain type, by the error that a value of it does not
    raise."""
    try:
        found = _adapter(loc).validate_python(probe, strict=True)
    except ValidationError as error:
        return all(
            wrong["type"] in ("greater_than", "greater_than_equal", "less_than", "less_than_equal")
            for wrong in error.errors()
        )
    return type(found) is kind


@cache
def _declared(loc: Loc) -> Any:
    """The declared type of a number or name in the contents; of a table, that of its entries."""
    kind = kind_at(Contents, loc)
    if isinstance(kind, type) and issubclass(kind, BySegment):
        return float
    return get_args(kind)[1] if get_origin(kind) is dict else kind


@cache
def _adapter(loc: Loc) -> TypeAdapter[Any]:
    return TypeAdapter(_declared(loc))


_CUSTOMERS = Experiment.model_fields[CUSTOMERS].rebuild_annotation()
_ADAPTERS: dict[Kind, tuple[Any, TypeAdapter[Any]]] = {
    "event": (bool, TypeAdapter(bool)),
    "customers": (_CUSTOMERS, TypeAdapter(_CUSTOMERS)),
    "switch": (str, TypeAdapter(str)),
    "pulled": (str, TypeAdapter(str)),
}


@cache
def _of_field(part: str) -> tuple[Any, TypeAdapter[Any]]:
    """The declared type of a field of a lever; lists of countries are text in a design."""
    kind = str if part in ("countries", "comity") else Act.model_fields[part].rebuild_annotation()
    return kind, TypeAdapter(kind)


def _typed(target: Target, value: Value, *at: str | int) -> Value:
    """The value checked against the type declared where it goes; dates stay text. Raises FactorProblem."""
    if target.kind == "contents":
        kind, adapter = _declared(target.loc), _adapter(target.loc)
    elif target.loc[-1] == "on":
        try:
            return dt.date.fromisoformat(str(value)).isoformat()
        except ValueError:
            raise FactorProblem(f"must be a date such as 2014-07-31 (got {value!r})", *at) from None
    elif target.kind == "lever":
        kind, adapter = _of_field(str(target.loc[1]))
    else:
        kind, adapter = _ADAPTERS[target.kind]
    try:
        typed: Value = adapter.validate_python(value, strict=True)
    except ValidationError as error:
        message = in_words(kind, value, error.errors(include_url=False)[0])[1]
        raise FactorProblem(message, *at) from None
    return typed


def multiples_out_of_range(factor: Factor, contents: Any) -> Iterator[str]:
    """Numbers that a multiple of `factor` would push out of their parameter's range."""
    node = value_at(contents, factor.target.loc)
    tree = node.model_dump() if isinstance(node, BaseModel) else node
    for loc, old in leaves(tree):
        if old is None:
            yield f"{dotted((factor.path, *loc))} has no value that could be multiplied"
            continue
        key = str((*factor.target.loc[3:], *loc)[0]) if (*factor.target.loc[3:], *loc) else None
        for end in (
            (factor.low, factor.high)
            if factor.distribution != "categorical"
            else [float(value) for value in factor.values]
        ):
            new, name = old * end, dotted((factor.path, *loc))
            if factor.info is not None and not factor.info.allows(new, key):
                yield f"{end:g} times {name} is {new:g}, out of range; allowed: {factor.info.range_words}"
            elif factor.info is None:
                try:
                    _adapter(factor.target.loc).validate_python(new, strict=True)
                except ValidationError as error:
                    yield (
                        f"{end:g} times {name} is {new:g}: "
                        f"{in_words(float, new, error.errors(include_url=False)[0])[1]}"
                    )

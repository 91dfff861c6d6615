"""Pace and ceiling of adoption by country and size of firm, as far as the record of 2014 to 2018 goes.

Each country's curve is that of Bass with the pooled innovation and imitation times a pace of its own, towards
a ceiling of its own. Paces are log-normal and ceilings logit-normal about common means; the mean and the
spread of the paces are estimated (DerSimonian & Laird 1986), the rest is judged. What a country's record does
not decide is left to the common distribution (shrinkage: Efron & Morris 1975).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, sqrt

from scipy.optimize import minimize

from sim.analysis.starting_levels.adoption import FIRST, Bass, Curve, Curves, bass_step, ceiling_of
from sim.analysis.starting_levels.sources import Sources, Uptake

SURVEYED = ("small_firm", "enterprise")
ERROR = 0.015  # of one survey result, share of firms: as the rows that the model is compared with say
CEILING_SPREAD = 0.5  # of ceilings between countries, log-odds: judgement
LOOSE = 1.0  # spread of log pace in the first round, in which each record speaks nearly alone
LEAST_RESULTS = 3
STEP = 0.05


@dataclass(frozen=True)
class Common:
    """Distribution of log pace between countries."""

    mean: float
    spread: float


def surveyed_curves(sources: Sources, bass: Bass) -> tuple[dict[tuple[str, str], Curve], dict[str, Common]]:
    """The curve of every surveyed country (alpha-2) and size, and the common distribution of each size."""
    curves: dict[tuple[str, str], Curve] = {}
    commons: dict[str, Common] = {}
    for segment in SURVEYED:
        records = {geo: found for geo in _places(sources) if (found := _record(sources, geo, segment))}
        ceiling = ceiling_of(sources, segment)
        alone = {geo: _fit(found, ceiling, bass, Common(0.0, LOOSE)) for geo, found in records.items()}
        commons[segment] = _common([(x, error) for _, x, error in alone.values()])
        for geo, found in records.items():
            curves[geo, segment] = _fit(found, ceiling, bass, commons[segment])[0]
    return curves, commons


def national_curves(sources: Sources, bass: Bass) -> tuple[Curves, dict[str, dict[str, Curve]]]:
    """The curves of surveyed countries, and that of every jurisdiction and segment.

    Members that were surveyed count by GDP; where none was, the judged group stands in, and where there is
    none, the common mean. Regulated firms and the public sector have the pace of enterprises, and their own
    ceiling moved as theirs; consumers have the pooled curve.
    """
    curves, commons = surveyed_curves(sources, bass)
    out = {}
    for code in sources.judged:
        small, enterprise = (_of_jurisdiction(sources, code, size, curves, commons) for size in SURVEYED)
        moved = _log_odds(enterprise.ceiling) - _log_odds(ceiling_of(sources, "enterprise"))
        tops = {
            segment: _share(_log_odds(ceiling_of(sources, segment)) + moved)
            for segment in ("regulated", "public_sector")
        }
        out[code] = {
            "consumer": Curve(1.0, ceiling_of(sources, "consumer")),
            "small_firm": small,
            "enterprise": enterprise,
            **{segment: Curve(enterprise.pace, top) for segment, top in tops.items()},
        }
    return curves, out


def _of_jurisdiction(
    sources: Sources, code: str, segment: str, curves: Curves, commons: Mapping[str, Common]
) -> Curve:
    judged = sources.judged[code]
    places = [sources.economies[member].iso2 for member in judged.members]
    if judged.adoption_like:
        places = sources.general["survey"]["groups"][judged.adoption_like]
    known = {geo: curves[geo, segment] for geo in places if (geo, segment) in curves}
    gdp = {economy.iso2: economy.gdp_2013 or 0.0 for economy in sources.economies.values()}
    return _mean(known, gdp) if known else Curve(exp(commons[segment].mean), ceiling_of(sources, segment))


def _mean(curves: Mapping[str, Curve], gdp: Mapping[str, float]) -> Curve:
    everything = sum(gdp[geo] for geo in curves)
    pace = sum(gdp[geo] * log(curve.pace) for geo, curve in curves.items()) / everything
    ceiling = sum(gdp[geo] * _log_odds(curve.ceiling) for geo, curve in curves.items()) / everything
    return Curve(exp(pace), _share(ceiling))


def _places(sources: Sources) -> list[str]:
    return sorted({geo for geo, _, _ in sources.series})


def _record(sources: Sources, geo: str, segment: str) -> dict[int, float]:
    """A country's results for a segment; nothing where there are too few."""
    found = results(sources, sources.series, geo, segment)
    return found if len(found) >= LEAST_RESULTS else {}


def results(sources: Sources, uptake: Uptake, geo: str, segment: str) -> dict[int, float]:
    """Survey results of a segment by year; enterprises are medium and large firms, weighted by number."""
    shares = {
        size: {year: v for (g, s, year), v in uptake.items() if g == geo and s == size}
        for size in ("S", "M", "L")
    }
    if segment == "small_firm":
        return shares["S"]
    firms = sources.general["survey"]["enterprises_thousand"]
    medium = firms["M"] / (firms["M"] + firms["L"])
    return {y: medium * v + (1 - medium) * shares["L"][y] for y, v in shares["M"].items() if y in shares["L"]}


def _fit(
    record: Mapping[int, float], ceiling: float, bass: Bass, common: Common
) -> tuple[Curve, float, float]:
    """The most likely curve, its log pace, and the standard error of that (from the curvature)."""

    def misfit(x: tuple[float, float, float]) -> float:
        top = _share(x[2])
        own = Bass(bass.innovation * exp(x[1]), bass.imitation * exp(x[1]))
        start = top * _share(x[0])
        off = sum((bass_step(start, year - FIRST, top, own) - v) ** 2 for year, v in record.items())
        prior = ((x[1] - common.mean) / common.spread) ** 2 + (
            (x[2] - _log_odds(ceiling)) / CEILING_SPREAD
        ) ** 2
        return off / ERROR**2 + prior

    first = _log_odds(min(min(record.values()) / ceiling, 0.95))
    start = (first, common.mean, _log_odds(ceiling))
    found = minimize(
        misfit, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-7, "maxiter": 4000}
    )
    level, pace, top = (float(x) for x in found.x)

    def profile(at: float) -> float:
        options = {"xatol": 1e-4, "fatol": 1e-6, "maxiter": 2000}
        return float(
            minimize(
                lambda y: misfit((y[0], at, y[1])), (level, top), method="Nelder-Mead", options=options
            ).fun
        )

    bend = (profile(pace + STEP) + profile(pace - STEP) - 2.0 * float(found.fun)) / STEP**2
    return Curve(exp(pace), _share(top)), pace, sqrt(2.0 / max(bend, 1e-9))


def _common(estimates: list[tuple[float, float]]) -> Common:
    """Mean and spread of what the estimates, each with its error, are drawn from (DerSimonian & Laird)."""
    weights = [1.0 / error**2 for _, error in estimates]
    mean = sum(w * x for w, (x, _) in zip(weights, estimates, strict=True)) / sum(weights)
    q = sum(w * (x - mean) ** 2 for w, (x, _) in zip(weights, estimates, strict=True))
    spare = sum(weights) - sum(w * w for w in weights) / sum(weights)
    between = max((q - (len(estimates) - 1)) / spare, 0.01)
    weights = [1.0 / (error**2 + between) for _, error in estimates]
    mean = sum(w * x for w, (x, _) in zip(weights, estimates, strict=True)) / sum(weights)
    return Common(mean, sqrt(between))


def _log_odds(share: float) -> float:
    return log(share / (1.0 - share))


def _share(log_odds: float) -> float:
    return 1.0 / (1.0 + exp(-log_odds))

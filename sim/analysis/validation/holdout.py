"""Which rows a fit saw, which it did not, and the world in which the early fit is asked for the latter.

Two fits: the one that ships saw every calibration row; the early one only those dated up to 2018, without a
fifth of the countries that Eurostat asked. Neither sees a row marked `validation`.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sim.analysis.evidence.posterior_predictive import history_at
from sim.analysis.evidence.rows import Row, rows_to_fit
from sim.analysis.posterior_draws import Draw, at
from sim.analysis.starting_levels.adoption import Bass, Curve, Curves, adoption_2013, pooled_bass, rounded
from sim.analysis.starting_levels.national import national_curves
from sim.analysis.starting_levels.sources import Sources
from sim.scenario.resolution import Resolved
from sim.scenario.scenario import Scenario

VALIDATION = "validation"
LAST_SURVEY = (2018 - 1970) * 12  # January 2018
FIRM_SEGMENTS = ("small_firm", "enterprise", "regulated", "public_sector")
# Calibration rows of after 2018 from which a starting value or a parameter outside the fit was computed: no
# test of anything.
IN_THE_STARTING_VALUES = {
    "K01b": "the home-grown share of 2013 is computed from it",
    "L01b": "the base rate of localisation is computed from it",
    "W01": "the switching cost is computed from it",
}


@dataclass(frozen=True)
class Unseen:
    """Rows on which a fit is scored.

    They are the rows it saw, the rows it is asked, and the rows whose earlier values may be continued from.
    """

    seen: tuple[Row, ...]
    asked: tuple[Row, ...]
    known: tuple[Row, ...]


def unseen_by_all(rows: Sequence[Row]) -> Unseen:
    """The task of the fit on all calibration rows: the validation rows.

    Rivals may continue from one of them to the next; the model may not.
    """
    return Unseen(rows_to_fit(rows), tuple(row for row in rows if row.role == VALIDATION), tuple(rows))


def unseen_by_early(used: Sequence[Row], early: Collection[Row]) -> Unseen:
    """Of the early fit, which saw `early` of the rows `used` by fits: the others.

    Of a country that was held back the first survey is given to everybody, to the model as its starting
    level, to rivals as the value they go on from; the later ones are asked, all from there: nobody is told of
    2016 when asked about 2018.
    """
    others = [row for row in used if row not in early]
    given = {
        row.id
        for row in others
        if is_survey(row)
        and row.period.first == min(r.period.first for r in others if r.place == row.place and is_survey(r))
    }
    asked = tuple(row for row in others if row.id not in given)
    return Unseen(tuple(early), asked, tuple(row for row in used if row not in asked))


def is_survey(row: Row) -> bool:
    """Whether a row is Eurostat's of the years whose first sets a country's starting level."""
    return row.measure.name == "adoption" and row.period.last <= LAST_SURVEY


def places_held_back(asked: Iterable[Row]) -> frozenset[str]:
    """Jurisdictions whose surveys the early fit did not see."""
    return frozenset(code for row in asked if is_survey(row) for code in row.place.codes)


def sources_without(sources: Sources, held: Collection[str]) -> Sources:
    """The sources of starting values without what the countries held back answered after the first survey."""
    members = {sources.economies[member].iso2 for code in held for member in sources.judged[code].members}
    first = {
        geo: min(year for place, _, year in sources.uptake if place == geo) for geo, _, _ in sources.uptake
    }
    return replace(
        sources,
        uptake={
            key: share
            for key, share in sources.uptake.items()
            if key[0] not in members or key[2] == first[key[0]]
        },
        series={key: share for key, share in sources.series.items() if key[0] not in members},
    )


@dataclass(frozen=True)
class EarlyStart:
    """Makes the history of a draw whose starting levels of adoption do not know what was held back.

    The levels are computed again, as shipped ones are, from `sources`; so is the pace, unless the draw sets
    it.
    """

    sources: Sources

    @cached_property
    def curves(self) -> tuple[Curves, dict[str, dict[str, Curve]]]:
        """Pace and ceiling of surveyed countries, and of jurisdictions."""
        return national_curves(self.sources, pooled_bass(self.sources).bass)

    def __call__(self, resolved: Resolved, draw: Draw) -> Scenario:
        pooled = pooled_bass(self.sources).bass
        pace = {"adoption.innovation": pooled.innovation, "adoption.imitation": pooled.imitation}
        if any(path in draw.sets for path in pace):
            of_draw = next(iter(at(resolved, draw).scenarios.values())).parameters.adoption
            pace = {"adoption.innovation": of_draw.innovation, "adoption.imitation": of_draw.imitation}
        bass = Bass(*pace.values())
        levels: dict[str, float] = {}
        surveyed, national = self.curves
        for code in resolved.base.jurisdictions:
            shares, _ = adoption_2013(self.sources, code, bass, surveyed)
            for segment in FIRM_SEGMENTS:
                at_place, curve = f"jurisdictions.{code}.adoption", national[code][segment]
                levels[f"{at_place}_2013.{segment}"] = rounded(shares[segment], 3)
                levels[f"{at_place}_pace.{segment}"] = rounded(curve.pace, 3)
                levels[f"{at_place}_ceiling.{segment}"] = rounded(curve.ceiling, 3)
        return history_at(resolved, draw.over({**pace, **levels}))

"""Adoption of cloud services in the whole model, against the closed form of Bass."""

from functools import cache

import numpy as np

from sim.model.population import curves_of_adoption
from sim.model.world import WorldSet
from tests.model.small_worlds import AT, NO_GOVERNMENTS, NO_PROVIDERS, asked, has_run
from tests.verify.comparison import Check, Comparison, Curve, Panel

PACES = ((0.02, 0.115), (0.03, 0.38), (0.05, 0.0))  # innovation and imitation, a year
CUSTOMERS = 12_000
CELLS = 12  # the largest


@cache
def _world(innovation: float, imitation: float) -> WorldSet:
    """A world in which everybody who is ready adopts, and nobody goes back."""
    off = (
        "choice.sensitivity=0",
        "adoption.postpone_utility=-30",
        "adoption.return_utility=-30",
        *NO_GOVERNMENTS,
        *NO_PROVIDERS,
    )
    paces = (f"adoption.innovation={innovation}", f"adoption.imitation={imitation}")
    return has_run(asked(*off, *paces, customers=CUSTOMERS), worlds=["doj_wins"])


def closed_form(p: float, q: float, start: float, years: np.ndarray) -> np.ndarray:
    """Bass (1969): F(t) = (1 - A e^-(p+q)t) / (1 + A q/p e^-(p+q)t), from the level `start`."""
    decay = (1.0 - start) / (1.0 + start * q / p) * np.exp(-(p + q) * years)
    return np.asarray((1.0 - decay) / (1.0 + q / p * decay))


def bass(innovation: float, imitation: float) -> tuple[Panel, Check]:
    """The largest cells' adoption over 13 years, and its distance from theory over what is allowed."""
    ws = _world(innovation, imitation)
    scenario, cells = ws.models[0].scenario, ws.population.cells
    sizes = np.diff(cells.start)
    paces, ceilings = curves_of_adoption(scenario)
    start = np.array([j.adoption_2013.values for j in scenario.jurisdictions.values()]).ravel()
    years = (np.arange(scenario.months) + 1.0) / 12.0
    curves, worst = [], 0.0
    codes, segments = list(scenario.jurisdictions), list(scenario.segments)
    for shown, c in enumerate(np.argsort(-sizes, kind="stable")[:CELLS]):
        p, q = innovation * paces[c], imitation * paces[c]
        theory = closed_form(p, q, min(start[c] / ceilings[c], 0.999), years) * ceilings[c]
        model = ws.models[0].books.cell[:, c, AT["adoption"]]
        assert sizes[c] >= 100
        assert np.all(np.diff(model) >= -1e-12)
        # Months are steps of 1/12 year (Euler: half a step of the steepest slope), and customers are 1/n of
        # a cell, a few of which the lattice that orders them may be ahead or behind.
        slope = np.max(np.diff(theory)) * 12.0
        bound = slope / 12.0 + 5.0 / sizes[c] + 0.5 / 12.0 * (p + q) * slope * 13.0
        worst = max(worst, float(np.max(np.abs(model - theory)) / bound))
        if shown < 4:
            some = np.arange(5, scenario.months, 12)
            name = f"{codes[cells.jurisdiction[c]]}, {segments[cells.segment[c]].replace('_', ' ')}"
            error = np.full(len(some), 100.0 * bound)
            curves.append(
                Curve(name, (2013 + years, 100.0 * theory), (2013 + years[some], 100.0 * model[some]), error)
            )
    name = f"innovation {innovation:g}, imitation {imitation:g} a year"
    reason = "a month's step and five customers of the cell"
    return (
        Panel(name, "year", "adopted, %", curves),
        Check(f"{CELLS} largest cells, {name}", worst, 1.0, "of the error of steps", reason),
    )


def comparison() -> Comparison:
    """Three paces, the last without imitation."""
    found = [bass(*pace) for pace in PACES]
    return Comparison(
        "bass",
        "Adoption of cloud services",
        "Bass (1969): a hazard of innovation plus imitation of those who have adopted, in closed form.",
        f"The whole model with {CUSTOMERS:,} customers and one rule, everybody ready to adopt, nobody "
        "going back; the largest cells. The bars show the error that monthly steps and single "
        "customers may make.",
        [panel for panel, _ in found],
        [check for _, check in found],
    )

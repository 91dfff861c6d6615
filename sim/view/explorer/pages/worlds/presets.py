"""Which experiments the explorer can start from: those whose worlds its controls can hold as they are."""

from sim.scenario.schema import Experiment
from sim.view.explorer.pages.worlds.state import MOST_SWITCHES, MOST_WORLDS


def why_not_shown(experiment: Experiment) -> str:
    """Why the controls cannot hold the worlds of an experiment; empty if they can."""
    worlds = experiment.worlds.values()
    if len(worlds) > MOST_WORLDS:
        return f"it has {len(worlds)} worlds, and the explorer holds {MOST_WORLDS}"
    if any(len(world.switches) > MOST_SWITCHES for world in worlds):
        return f"a world of it has more than {MOST_SWITCHES} switches"
    if any(world.set or world.pulled for world in worlds):
        return "its worlds have values of their own, which no control of the explorer holds"
    return ""

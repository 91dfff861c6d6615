"""Digests by which a table says from which posterior it was made."""

from sim.scenario.digest import digest
from sim.scenario.posterior import Posterior


def posterior_digest(posterior: Posterior) -> str:
    """sha256 (hex) of everything that the draws of a posterior set."""
    return digest([posterior.at(draw) for draw in range(len(posterior.draws()))])

"""Keyed luck for everything that is not compiled itself: see `sim.model.kernels.philox`."""

from sim.model.kernels.philox import draw, draw4

__all__ = ["draw", "draw4"]

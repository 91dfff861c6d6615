"""The model's arithmetic for everything that is not compiled itself: see `sim.model.kernels.arithmetic`."""

from sim.model.kernels.arithmetic import (
    exp,
    exps,
    fixed,
    half_life_factor,
    log,
    logs,
    power,
    total,
)

__all__ = ["exp", "exps", "fixed", "half_life_factor", "log", "logs", "power", "total"]

"""Who moved, and why: one seed of two worlds run again, month by month, with an eye on single agents.

Sweeps store no agents, so a trace runs its seed again. It reads the engine's arrays after each month and
changes nothing. What they do not hold (the terms of a decision, the luck it met) is worked out by the
readable twins of the agents (`sim.model.reference`), which are held against the engine every month: a trace
whose twin departs from the engine raises `TwinDiffers` and shows nothing.
"""

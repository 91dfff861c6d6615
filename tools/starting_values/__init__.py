"""The world of January 2013, computed from the sources: `python -m tools.starting_values`.

`sim.analysis.starting_levels` reads the evidence, refuses rows that may not be used, and computes levels of
adoption. Here `market` and `trust` each compute one kind of starting value, `world` puts them together, and
`parameter_values` derives what the parameter files need.
"""

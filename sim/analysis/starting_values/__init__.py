"""The world of January 2013, computed from the sources: `python -m sim.analysis.starting_values`.

`sources` reads the evidence and refuses rows that may not be used; `market`, `adoption` and `trust` each compute
one kind of starting value; `world` puts them together; `parameter_values` derives what the parameter files need.
"""

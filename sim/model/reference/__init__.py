"""The executable specification of the model: one agent at a time, in plain Python, written to be read.

The engine keeps the state of all agents in arrays and works on them in compiled loops. Each module here
states what one agent does, with explicit loops, plain numbers and small dataclasses. The two give equal
results to the last bit; the tests in tests/model/reference hold them against each other month by month.

Nothing here is used in a run: no module of the engine imports this package, it imports no compiled code, and
it is part of no digest. Speed does not matter here.
"""

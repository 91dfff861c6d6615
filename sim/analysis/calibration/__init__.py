"""The fit of the model to the calibration rows of the evidence.

It covers priors, simulations, posterior, recovery and checks.
"""

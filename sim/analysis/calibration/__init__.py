"""The fit of the model to the calibration rows of the evidence: priors, simulations, posterior, recovery and checks."""

"""The evidence: what sources measured, and the same thing measured on a simulated world."""

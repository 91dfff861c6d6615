"""Measures: each takes on a simulated world what a source measured in the real one."""

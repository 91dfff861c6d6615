"""Compiled loops over arrays, nothing else."""

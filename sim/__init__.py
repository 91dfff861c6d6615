"""Two worlds: an agent-based model of what a US warrant for data abroad sets in motion."""

__version__ = "0.1.0"

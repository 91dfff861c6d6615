"""Levels of cloud adoption in January 2013, computed from surveys by a pooled Bass curve."""

"""Which conclusions survive what is not known about the parameters."""

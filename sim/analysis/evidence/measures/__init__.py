"""The instruments of the sources: each measures on a simulated world what a source measured in the real one."""

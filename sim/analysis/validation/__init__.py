"""The model held against what no fit saw, beside rivals that have no agents."""

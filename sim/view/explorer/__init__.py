"""The dashboard: a local web page to move sliders and see worlds, and to look into results folders."""

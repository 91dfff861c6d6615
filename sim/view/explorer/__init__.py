"""The explorer: a local web application with sliders that change worlds, and with the results of runs."""

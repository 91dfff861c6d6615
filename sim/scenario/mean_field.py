"""An experiment without agents: every cell has one average customer, of whom all its customers are copies.

What makes customers differ is taken out: trust, sensitivity, lasting tastes, size, how news moves them, who
hears it and at which threshold they act (an average that does not exist: nobody acts at one). Peers are
those of the cell. The engine stays the same, so shares come as the choices of many identical customers with
luck of their own, not as probabilities; when a customer is ready to adopt stays spread evenly over the cell,
which is what the curve of adoption is.
"""

from sim.scenario.base import Contents

AVERAGE: dict[str, dict[str, float]] = {
    "trust": {"spread": 0.0},
    "choice": {"sensitivity_spread": 0.0, "home_taste": 0.0, "threshold": 1000.0},
    "network": {
        "same_cell": 1.0,
        "same_country": 0.0,
        "hearing": 0.0,
        "telling": 0.0,
        "susceptibility_spread": 0.0,
    },
}
ALL_OF_ONE_SIZE = 1e9  # tail of a Pareto distribution that has none


def averaged(contents: Contents) -> Contents:
    """The same world with average customers."""
    parameters = contents.parameters
    for group, values in AVERAGE.items():
        average = getattr(parameters, group).model_copy(update=values)
        parameters = parameters.model_copy(update={group: average})
    segments = {
        name: spec.model_copy(update={"size_tail": ALL_OF_ONE_SIZE})
        for name, spec in contents.segments.items()
    }
    return contents.model_copy(update={"parameters": parameters, "segments": segments})

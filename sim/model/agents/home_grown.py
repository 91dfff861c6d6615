"""Home-grown providers. Their features lag and improve with scale (Wright 1936; see `sim.model.market`).

They decide nothing.
"""

import mesa

from sim.model.market import Market


class HomeGrownProvider(mesa.Agent):
    """The home-grown providers of one jurisdiction; entry `index` of the market's arrays."""

    def __init__(self, model: mesa.Model, index: int, code: str, market: Market) -> None:
        super().__init__(model)
        self.index, self.code, self._market = index, code, market

    @property
    def experience(self) -> float:
        """Data served so far by the bloc's home-grown providers, TB-months."""
        return float(self._market.home_experience[self.index])

"""Mesa's conventions in this model: the collector of data works, a random order of agents is refused."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import mesa

Reporters = Mapping[str, str | Callable[..., Any] | list[Any]]

_WHY_ORDERED = (
    "the order of a month is fixed: the law, governments, providers, customers, investigators, books. "
    "All agents of one kind read the state of the month before, so their order has no effect; and luck is "
    "keyed by agent, month and purpose, so a shuffle would change nothing but the order of the phases. "
    "Call model.step()"
)


class AgentsInOrder(mesa.agent.AgentSet):
    """An `AgentSet` whose agents cannot be shuffled into action."""

    def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> NoReturn:
        """Refuse, and say why."""
        raise RuntimeError(_WHY_ORDERED)


class OrderedModel(mesa.Model):
    """A Mesa model that steps its agents in a fixed order.

    With `model_reporters` or `agent_reporters` it collects at the start and after each step, as Mesa's own
    examples do; `mesa.batch_run` finds the collector as `datacollector`.
    """

    def __init__(
        self, seed: int, model_reporters: Reporters | None = None, agent_reporters: Reporters | None = None
    ) -> None:
        # Mesa wants a generator; the model draws nothing from it (see `sim.model.luck`).
        super().__init__(rng=seed)
        self.datacollector = mesa.DataCollector(model_reporters, agent_reporters)

    @property
    def agents(self) -> AgentsInOrder:
        """All agents, in the order in which they were made."""
        return AgentsInOrder(list(self._agents), self.random)

    def collect(self) -> None:
        """Collect what the reporters ask for."""
        self.datacollector.collect(self)

    def forget_counter(self) -> None:
        """Delete this model's entry in Mesa's agent counters, which would keep every model in memory.

        Agents that are made later are numbered from 1 again.
        """
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

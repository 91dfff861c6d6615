"""What of a scenario can have an effect within its months: by this, two worlds are told apart before anything
runs."""

from dataclasses import replace

from sim.runs.identity import Identities
from sim.scenario.canonical import surviving_events
from sim.scenario.scenario import Scenario


class Effects:
    """Digests of what acts in scenarios: two with the same run alike, though their ids may differ.

    An event or switch after the last month is left out, and an event that neither is news nor enacts or does
    anything. But an instrument that such an event brings to a
    country by name is drawn in no month of the run, so it stays.
    """

    def __init__(self) -> None:
        self._identities = Identities()

    def of(self, scenario: Scenario) -> str:
        """Digest of what acts in a scenario."""
        from sim.model.agents.governments import instruments_named_by  # loads the agents: 0.8 s

        last = scenario.months
        events = tuple(
            one
            for one in surviving_events(scenario)
            if scenario.month_after(one.date) < last and (one.news or one.enacts or one.act)
        )
        switches = tuple(one for one in scenario.switches if scenario.month_after(one.on) < last)
        timeline = scenario.timeline.model_copy(update={"events": events})
        acts = replace(
            scenario, timeline=timeline, switches=switches, bills=scenario.bills if switches else {}
        )
        return f"{self._identities.scenario(acts)} {instruments_named_by(scenario).tobytes().hex()}"

"""What a shipped table belongs to, and what only explains it."""

import datetime as dt
from dataclasses import replace

from sim.analysis import shipped_tables
from sim.scenario.resolution import resolve


def test_texts_are_left_out_and_parts_of_their_name_are_not() -> None:
    tree = {"what": "a law", "date": "2014-07-17", "enacts": [{"reference": None, "countries": ["GB"]}]}
    assert shipped_tables.without_texts(tree) == {"date": "2014-07-17", "enacts": [{"countries": ["GB"]}]}
    assert shipped_tables.without_texts({"source": {"adoption": "counted", "trust": None}}) == {}
    assert shipped_tables.without_texts({"name": {"reach": 1.0}}) == {"name": {"reach": 1.0}}


def test_better_words_leave_shipped_tables_in_force_and_another_date_does_not() -> None:
    resolved = resolve("history")
    before = shipped_tables.configuration_of(resolved)
    timeline = resolved.base.timelines["history"]
    for change, same in (({"what": "said better"}, True), ({"date": dt.date(2013, 1, 2)}, False)):
        events = (timeline.events[0].model_copy(update=change), *timeline.events[1:])
        told = timeline.model_copy(update={"events": events})
        scenarios = {name: replace(world, timeline=told) for name, world in resolved.scenarios.items()}
        base = replace(resolved.base, timelines={**resolved.base.timelines, "history": told})
        assert (
            shipped_tables.configuration_of(replace(resolved, base=base, scenarios=scenarios)) == before
        ) is same

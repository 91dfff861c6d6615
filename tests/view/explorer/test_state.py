"""The explorer's state is its address, and an experiment; invalid parts are reported and ignored."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.runs.results import FolderResults, MemoryResults
from sim.scenario.posterior import Fitted, Posterior
from sim.scenario.resolution import resolve
from sim.scenario.schema import Experiment, Switch
from sim.scenario.yaml_files import checked, read
from sim.view.explorer.pages.worlds.catalogue import Catalogue, load_catalogue
from sim.view.explorer.pages.worlds.controls import panel, slider
from sim.view.explorer.pages.worlds.presets import why_not_shown
from sim.view.explorer.pages.worlds.sliders import knobs_of
from sim.view.explorer.pages.worlds.state import State, WorldChoice
from sim.view.results_view import ResultsView

CATALOGUE = load_catalogue()


@st.composite
def worlds(draw: st.DrawFn, preset: str) -> WorldChoice:
    count = draw(st.integers(0, 2))
    last = dt.date.fromisoformat(f"{CATALOGUE.months(preset)[-1]}-01") - dt.timedelta(32)  # it must act
    days = sorted(
        draw(
            st.lists(
                st.dates(dt.date(2013, 2, 1), last),
                min_size=count,
                max_size=count,
                unique_by=lambda day: (day.year, day.month),  # two in one month are refused
            )
        )
    )
    switches = tuple(
        Switch(on=day, regime=draw(st.sampled_from(list(CATALOGUE.regimes(preset))))) for day in days
    )
    without = draw(st.lists(st.sampled_from(list(CATALOGUE.events(preset))), max_size=3, unique=True))
    return WorldChoice(switches=switches, without=tuple(without))


@st.composite
def states(draw: st.DrawFn) -> State:
    preset = draw(st.sampled_from(list(CATALOGUE.presets)))
    chosen = draw(st.none() | st.lists(worlds(preset), min_size=1, max_size=4, unique=True).map(tuple))
    values = {}
    for path in draw(st.lists(st.sampled_from(list(CATALOGUE.knobs)), max_size=3, unique=True)):
        knob = CATALOGUE.knobs[path]
        low, high = knob.range
        at = draw(st.integers(0, 100)) / 100 * (high - low) + low
        values[path] = float(round(at)) if knob.whole else float(f"{at:.9g}")
    values = {path: at for path, at in values.items() if CATALOGUE.knobs[path].problem(at) is None}
    months = CATALOGUE.months(preset)
    state = State(
        preset=preset,
        worlds=chosen,
        values=values,
        customers=draw(st.integers(2000, 200_000)),
        pairs=draw(st.integers(1, 64)),
        seed=draw(st.integers(0, 2**31 - 1)),
        tab=draw(st.sampled_from(["trust", "map", "numbers"])),
        place=draw(st.sampled_from(list(CATALOGUE.places))),
        since=draw(st.none() | st.sampled_from(months)),
        month=draw(st.none() | st.sampled_from(months)),
        streams=draw(st.sampled_from(["kinds", "countries"])),
    )
    count = len(CATALOGUE.worlds(state))
    pair = (
        draw(st.none() | st.permutations(range(count)).map(lambda order: tuple(order[:2])))
        if count > 1
        else None
    )
    return CATALOGUE.plain(state.model_copy(update={"compare": pair}))


@settings(max_examples=60)
@given(states())
def test_state_goes_into_an_address_and_comes_back(state: State) -> None:
    found, wrong = CATALOGUE.state(CATALOGUE.query(state))
    # two worlds that differ only in nothing that can be run are one: then the address says so
    if not wrong:
        assert found == state
    else:
        assert any("twice" in one or "world" in one for one in wrong)


@settings(max_examples=25)
@given(states())
def test_yaml_is_read_by_the_command_as_the_experiment_on_the_screen(
    tmp_path_factory: pytest.TempPathFactory, state: State
) -> None:
    file = tmp_path_factory.mktemp("yaml") / "explorer.yaml"
    file.write_text(CATALOGUE.yaml(state, 5), encoding="utf-8")
    problems: list[str] = []
    document = read(file)
    experiment = checked(Experiment, document.tree, document.where, problems)
    assert problems == []
    assert experiment == CATALOGUE.experiment(state, 5).model_copy(update={"record": "full"})
    assert resolve(file, base=CATALOGUE.base).scenarios == CATALOGUE.resolved(state).scenarios


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return CATALOGUE


@pytest.mark.parametrize(
    ("day", "month"), [("2014-07-31", "2014-08"), ("2014-08-01", "2014-09"), ("2016-02-29", "2016-03")]
)
def test_a_switch_changes_the_month_that_begins_after_its_day(
    catalogue: Catalogue, two_worlds: FolderResults, day: str, month: str
) -> None:
    """On the first of a month, too: that month has begun."""
    state, wrong = catalogue.state(f"world=doj_wins@{day}&world=microsoft_wins@{day}")
    scenario = catalogue.resolved(state).scenarios["doj_wins"]
    assert not wrong and catalogue.index_of_first_changed(state) == scenario.month_after(
        dt.date.fromisoformat(day)
    )
    assert catalogue.months(state.preset)[catalogue.index_of_first_changed(state)] == month
    manifest = two_worlds.manifest | {"switch": day}
    assert ResultsView(MemoryResults(manifest, {})).first_changed == month


def test_default_state_has_a_plain_address(catalogue: Catalogue) -> None:
    assert catalogue.query(catalogue.default) == ""
    assert catalogue.state("") == (catalogue.default, [])


def test_presets_say_what_their_files_say(catalogue: Catalogue) -> None:
    for name, preset in catalogue.presets.items():
        experiment = catalogue.experiment(catalogue.default.model_copy(update={"preset": name}))
        assert experiment.worlds == preset.experiment.worlds
        assert experiment.compare == preset.experiment.compare


def test_every_preset_has_a_page_and_the_others_are_named_with_the_reason(catalogue: Catalogue) -> None:
    for name in catalogue.presets:
        assert panel(catalogue, catalogue.state(f"preset={name}")[0])
    assert "nationality_test" in catalogue.not_shown
    assert why_not_shown(resolve("nationality_test").experiment)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"set": {"law.tests.control.bar": "ends_at_border"}}, "values of their own"),
        ({"pulled": ("a",)}, "values of their own"),
        (
            {"switches": tuple(Switch(on=dt.date(2014 + k, 1, 1), regime="doj_wins") for k in range(3))},
            "switches",
        ),
    ],
)
def test_worlds_that_no_control_holds_are_not_offered(
    catalogue: Catalogue, change: dict[str, object], why: str
) -> None:
    experiment = catalogue.presets["two_worlds"].experiment
    assert why_not_shown(experiment) == ""
    worlds = {name: world.model_copy(update=change) for name, world in experiment.worlds.items()}
    assert why in why_not_shown(experiment.model_copy(update={"worlds": worlds}))


def test_a_slider_rests_at_the_value_of_its_preset(catalogue: Catalogue) -> None:
    preset, path = "adoption_no_imitation", "adoption.imitation"
    shipped = catalogue.knobs[path].default
    assert catalogue.rest(preset, path) == 0.0 != shipped
    state, wrong = catalogue.state(f"{path}={shipped}&preset={preset}")
    assert (state.values, wrong) == ({path: shipped}, [])
    assert catalogue.experiment(state).set[path] == shipped
    assert catalogue.state(catalogue.query(state)) == (state, [])
    unmoved = state.model_copy(update={"values": {path: 0.0}})
    assert catalogue.plain(unmoved).values == {}
    assert "here 0" in str(slider(catalogue.knobs[path], 0.0, 0.0).to_plotly_json())


def test_what_a_preset_adds_and_sets_stays_when_something_else_is_changed(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    regime = catalogue.base.regimes["doj_wins"].model_dump(mode="json") | {"name": "A rule of its own"}
    event = {
        "id": "T90",
        "date": "2016-05-01",
        "kind": "news",
        "cause": "exogenous",
        "what": "a leak",
        "reference": "made up",
        "confidence": "low",
    }
    asked = catalogue.presets["two_worlds"].experiment.model_dump(mode="json", exclude_unset=True)
    asked |= {"regimes": {"own_rule": regime}, "events": [event]}
    asked["worlds"] = {
        "own": {
            "label": "Own rule",
            "switches": [{"on": "2014-07-31", "regime": "own_rule"}],
            "set": {"trust.asymmetry": 2.5},
        },
        "usual": {"label": "History"},
    }
    asked |= {"compare": ["usual", "own"], "claims": [], "switch_dates": []}
    preset = resolve(asked, base=catalogue.base, name="added")
    added = replace(catalogue, presets={"added": preset}, default=State(preset="added"))
    assert "own_rule" in added.regimes("added")
    assert "T90" in added.events("added")
    state, wrong = added.state(
        "trust.peer_weight=0.35&world=own_rule@2014-07-31&world=own_rule@2016-07-31.T90"
    )
    assert wrong == []
    scenarios = added.resolved(state).scenarios
    assert scenarios["own"].parameters.trust.asymmetry == 2.5
    assert scenarios["own"].parameters.trust.peer_weight == 0.35
    assert [len(one.timeline.events) for one in scenarios.values()] == [
        len(preset.scenarios["own"].timeline.events) - k for k in range(2)
    ]
    file = tmp_path / "explorer.yaml"
    file.write_text(added.yaml(state, 3), encoding="utf-8")
    assert resolve(file, base=catalogue.base).scenarios == scenarios


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("foo=1", "no such setting"),
        ("trust.asymetry=2", "did you mean 'trust.asymmetry'?"),
        ("trust.asymmetry=9", "allowed: 1 to 5"),
        ("trust.asymmetry=nan", "not a number"),
        ("trust.asymmetry=much", "not a number"),
        ("preset=no_snowdon", "did you mean 'no_snowden'?"),
        ("world=x@2014-07-31", "unknown regime 'x'"),
        ("world=doj_wins@2014", "not a date"),
        ("world=doj_wins", "not of the form"),
        ("world=doj_wins@2014-07-31.T99", "T99"),
        ("world=doj_wins@2034-07-31", "2034"),
        ("customers=10", "2000"),
        ("customers=1e9", "customers=1e9"),
        ("pairs=0", "pairs=0"),
        ("tab=x", "'trust'"),
        ("place=XX", "no such place"),
        ("since=2040-01", "must be a month"),
        ("since=2020-01&until=2014-01", "the first month, 2020-01, is after the last"),
        ("until=2013-05", "is after the last, 2013-05"),
        ("place=DE&place=FR", "place: is given more than once"),
        ("trust.asymmetry=2&trust.asymmetry=2.4", "is given more than once"),
        ("world=doj_wins@2014-07-31~icpa@2015-07-31~doj_wins@2016-07-31", "at most 2 switches"),
        ("world=history.T01.T01", "left out twice"),
        ("preset=nationality_test", "6 worlds"),
        ("compare=1-1", "two of the worlds"),
        ("compare=a-b", "two of the worlds"),
        ("world=history&world=history", ""),
    ],
)
def test_invalid_parts_of_an_address_are_named_and_the_rest_is_used(
    catalogue: Catalogue, query: str, said: str
) -> None:
    state, wrong = catalogue.state(
        f"{query}&trust.peer_weight=0.35&tab=data"
        if not query.startswith("tab")
        else f"{query}&trust.peer_weight=0.35"
    )
    assert state.values["trust.peer_weight"] == 0.35
    assert set(state.values) <= {"trust.peer_weight", "trust.asymmetry"}
    if said:
        assert len(wrong) == 1
        assert said in wrong[0]
    catalogue.resolved(state)  # what is left can be run


def test_a_slider_of_a_table_multiplies_every_entry(catalogue: Catalogue) -> None:
    state, wrong = catalogue.state("choice.sensitivity=1.5")
    assert wrong == []
    before = catalogue.base.contents.parameters.choice.sensitivity.values
    after = catalogue.resolved(state).scenarios["doj_wins"].parameters.choice.sensitivity.values
    assert after == tuple(1.5 * value for value in before)


def test_every_slider_can_stand_at_both_ends(catalogue: Catalogue) -> None:
    for knob in catalogue.knobs.values():
        for at in knob.range:
            assert knob.problem(at) is None
            catalogue.resolved(
                catalogue.default.model_copy(update={"values": {knob.path: at}})
            ) if knob.role != "others" else None


def test_a_slider_says_what_the_fit_found_in_its_own_terms(catalogue: Catalogue) -> None:
    def fitted(name: str, multiplies: dict[str, float]) -> Fitted:
        return Fitted(name, 1.2, 0.1, 4.0, 1.0, "lin", 1.2, 0.3, 0.8, 1.2, 1.6, 0.5, 0.9, True, multiplies)

    sensitivity = catalogue.base.contents.parameters.choice.sensitivity.model_dump()
    whole = fitted(
        "times_sensitivity", {f"choice.sensitivity.{key}": 2 * value for key, value in sensitivity.items()}
    )
    alone = fitted("trust.asymmetry", {})
    knobs = knobs_of(catalogue.base.parameter_info, Posterior((whole, alone), np.zeros((1, 2))))
    assert knobs["choice.sensitivity"].posterior == pytest.approx((1.6, 2.4, 3.2))
    assert knobs["trust.asymmetry"].posterior == pytest.approx((0.8, 1.2, 1.6))
    assert knobs["trust.peer_weight"].posterior is None
    said = str(slider(knobs["trust.asymmetry"], 2.0, 2.0).to_plotly_json())
    assert "Fitted: 1.2, 90% of the draws from 0.8 to 1.6." in said
    assert "shrank by 50%" in said


def test_shipped_headlines_are_shown_only_while_nothing_is_moved() -> None:
    """They are of the preset as it stands: its worlds, its parameters, its customers."""
    shipped = pd.DataFrame({"headline": ["trust"]})
    catalogue = replace(CATALOGUE, shipped={"two_worlds": shipped})
    rest = State(tab="map", place="DE", seed=9, pairs=3)
    assert catalogue.headlines_at_rest(rest) is shipped
    for moved in (
        {"values": {"trust.asymmetry": 1.0}},
        {"customers": 2000},
        {"compare": (1, 0)},
        {"worlds": (WorldChoice(), WorldChoice(without=("T01",)))},
        {"preset": "switch_back"},
    ):
        assert catalogue.headlines_at_rest(rest.model_copy(update=moved)) is None


def test_sliders_have_the_names_that_sweeps_have(catalogue: Catalogue) -> None:
    labels = {path: knob.label for path, knob in catalogue.knobs.items()}
    assert labels["trust.asymmetry"] == "Weight of bad news over good"
    assert labels["market.home_lag"] == "Lag of home-grown providers"
    assert labels["exposure.distrust_of_foreign_claims"] == "US customers' distrust of foreign orders"
    assert list(labels)[:2] == ["trust.asymmetry", "trust.intelligence_spillover"]

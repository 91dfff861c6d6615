"""What a lever buys and costs is what was planted; frontier, verdicts and words follow from it."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.drivers.frontier import FEWEST, checked, levers_table
from sim.analysis.drivers.frontier_answer import answer
from sim.analysis.drivers.lever_words import candidate_words, levers_words, terms_words
from sim.model.tables import TABLES
from sim.pipeline import resolve, run
from sim.runs import worker
from sim.runs.pairs import MONTH_DIGEST
from sim.runs.seed_task import SeedDone, Task, failure_of
from sim.runs.tables_on_disk import Columns, digest_of_values
from sim.scenario.problems import InputError
from sim.view.results_view import ResultsView
from sim.view.sections.levers import answer_of
from sim.view.sections.levers import levers as section
from sim.view.tables import Table

EXPERIMENT = """\
title: Levers with planted effects
question: Are they found?
timeline: history
horizon: {first: 2013-01, last: 2015-12}
customers: 5000
seeds: {first: 1, count: 12}
record: world
worlds:
  microsoft_wins: {label: Microsoft wins, switches: [{on: 2014-07-31, regime: microsoft_wins}]}
  doj_wins: {label: DOJ wins, switches: [{on: 2014-07-31, regime: doj_wins}]}
compare: [microsoft_wins, doj_wins]
levers:
  good: {by: google, act: litigate, on: 2014-08-31, reference: planted}
  bad: {by: FR, act: adopt, instrument: blocking_statute, on: 2014-08-31, reference: planted}
  luck: {by: DE, act: adopt, instrument: blocking_statute, on: 2014-08-31, reference: planted}
  idle: {by: IT, act: adopt, instrument: blocking_statute, on: 2014-08-31, reference: planted}
design:
  method: grid
  levers:
    pulled: {values: [none, good, bad, luck, idle, good + bad]}
"""
FIRST, BROKEN = 19, 5  # the first month in which the worlds may differ; the seed whose runs fail
TRUST, SUCCESS = 0.02, 0.05  # of the good lever, in shares; the bad one costs half as much evidence


def planted_seed(task: Task) -> SeedDone:
    done = SeedDone(task.seed, task.label, seconds=0.001)
    if task.seed == BROKEN and "bad" in str(task.values):
        failed = failure_of(task, "raised", "run", "ValueError: it broke", "Traceback: it broke")
        return SeedDone(task.seed, task.label, failed=failed)
    for world, scenario in task.scenarios.items():
        pulled = {event.id for event in scenario.timeline.events}
        columns: Columns = {"month": np.datetime64("2013-01", "M") + np.arange(scenario.months)}
        for column in TABLES["world"].measures:
            columns[column.name] = np.ones(scenario.months, column.dtype)
        luck = 0.01 * np.cos(np.pi * task.seed)  # the same in both worlds, so it cancels
        for name, level in (("trust", 0.6 - 0.1 * (world == "doj_wins")), ("people_abroad_success_12m", 0.4)):
            columns[name] = np.full(scenario.months, level + luck)
        after = slice(FIRST, None)
        columns["people_abroad_success_12m"][after] += 0.2 * (world == "doj_wins")
        columns["trust"][after] += TRUST * ("good" in pulled) + luck * ("luck" in pulled)
        columns["people_abroad_success_12m"][after] -= 0.5 * SUCCESS * ("bad" in pulled)
        done.tables[world] = {"world": columns}
        done.months[world] = b"\0" * MONTH_DIGEST * scenario.months
        done.digests.setdefault("world", {})[world] = digest_of_values("world", columns)
    return done


def planted(folder: Path, experiment: str = EXPERIMENT) -> sim.Pair | sim.Sweep:
    file = folder / "planted.yaml"
    file.write_text(experiment, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_seed", planted_seed)
        patch.setattr("sim.runs.tasks.is_compiled", lambda: True)
        run(resolve(file), folder / "results", store=folder / "store", workers=1)
    return sim.load(folder / "results")


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sim.Sweep]:
    found = planted(tmp_path_factory.mktemp("frontier"))
    assert isinstance(found, sim.Sweep)
    yield found


def line(table: pd.DataFrame, rule: str, levers: str, headline: str) -> "pd.Series[float]":
    mine = table[(table["rule"] == rule) & (table["levers"] == levers) & (table["headline"] == headline)]
    assert len(mine) == 1
    return mine.iloc[0]


def test_what_a_lever_buys_is_what_was_planted(sweep: sim.Sweep) -> None:
    table = sweep.frontier()
    for rule, loss in (("microsoft_wins", 0.0), ("doj_wins", -10.0)):
        good = line(table, rule, "good", "trust")
        assert good["bought"] == pytest.approx(100 * TRUST)
        assert good["difference"] == pytest.approx(loss + 100 * TRUST)
        assert good["bought_low"] == pytest.approx(good["bought_high"])
        both = line(table, rule, "good + bad", "us_success_abroad")
        assert both["bought"] == pytest.approx(-50 * SUCCESS)
    assert line(table, "doj_wins", "none", "us_success_abroad")["difference"] == pytest.approx(20.0)


def test_a_lever_does_not_buy_what_a_value_of_its_world_does(tmp_path: Path) -> None:
    """A world with a lever and a `set` was compared with the rule without levers and with other values."""
    own = "switches: [{on: 2014-07-31, regime: doj_wins}], pulled: [good], set: {trust.asymmetry: 1.5}"
    whole = EXPERIMENT[: EXPERIMENT.index("design:")].replace(
        "\ncompare", f"\n  own: {{label: Own, {own}}}\ncompare"
    )
    found = planted(tmp_path, whole)
    good = line(found.frontier(), "own", "good", "trust")
    assert np.isnan(good["bought"])
    alike = planted(tmp_path, whole.replace(", set: {trust.asymmetry: 1.5}", ""))
    good = line(alike.frontier(), "doj_wins", "good", "trust")
    assert good["bought"] == pytest.approx(100 * TRUST + 10.0)  # the planted loss goes by the world's name


def own_factor(factor: str, seeds: int = 12) -> str:
    """Three worlds, one of them with the lever, and a design of one factor."""
    good = "  good: {label: Good, switches: [{on: 2014-07-31, regime: doj_wins}], pulled: [good]}\n"
    whole = EXPERIMENT[: EXPERIMENT.index("design:")].replace("compare: [m", good + "compare: [m")
    whole = whole.replace("count: 12", f"count: {seeds}")
    return f"{whole}design:\n  method: list\n  uncertainties:\n    {factor}\n"


@pytest.mark.parametrize(
    "factor",
    [
        "worlds.doj_wins.events.T02: {values: [true, false]}",
        "worlds.doj_wins.switches.0.regime: {values: [doj_wins, microsoft_wins]}",
    ],
)
def test_a_lever_does_not_buy_what_a_design_varies_in_the_other_world(tmp_path: Path, factor: str) -> None:
    """The world without the lever went without an event, or under another rule, at half of the points."""
    found = planted(tmp_path, own_factor(factor))
    assert np.isnan(line(found.frontier(), "good", "good", "trust")["bought"])


def test_a_run_that_stands_at_many_points_counts_once(tmp_path: Path) -> None:
    """A factor of a third world made one pair of runs into ten, without any spread: a sure verdict."""
    values = ", ".join(str(1.0 + k / 10) for k in range(FEWEST))
    factor = f"worlds.microsoft_wins.set.trust.asymmetry: {{values: [{values}]}}"
    found = planted(tmp_path, own_factor(factor, seeds=1))
    good = line(found.frontier(), "doj_wins", "good", "trust")
    assert tuple(good[["pairs", "missing", "judged_by"]]) == (1, 0, 1)
    verdicts = found.levers.set_index("levers")["verdict"]
    assert verdicts["good"] == "one pair: no interval"


def test_a_draw_that_meets_another_factor_counts_once(tmp_path: Path) -> None:
    """Six draws, each with an event and without it, were counted as twelve: enough for a verdict."""
    design = "design:\n  method: posterior\n  points: 6\n  levers:\n    pulled: {values: [none, good]}\n"
    whole = EXPERIMENT[: EXPERIMENT.index("design:")].replace("count: 12", "count: 1") + design
    found = planted(tmp_path, whole + "    events.T02: {values: [true, false]}\n")
    good = line(found.frontier(), "doj_wins", "good", "trust")
    assert tuple(good[["pairs", "missing", "judged_by"]]) == (12, 0, 6)
    assert set(found.levers.loc[found.levers["levers"] == "good", "verdict"]) == {"too few to judge"}


def test_pairs_that_failed_are_counted_and_left_out(sweep: sim.Sweep) -> None:
    table = sweep.frontier()
    assert tuple(line(table, "doj_wins", "bad", "trust")[["pairs", "missing"]]) == (11, 1)
    assert tuple(line(table, "doj_wins", "good", "trust")[["pairs", "missing"]]) == (12, 0)


def test_verdicts_follow_from_intervals(sweep: sim.Sweep) -> None:
    table = sweep.levers
    mine = table[table["rule"] == "doj_wins"].set_index("levers")["verdict"]
    assert mine.to_dict() == {
        "none": "no lever",
        "good": "pays",
        "bad": "costs",
        "luck": "nothing that counts",
        "idle": "changes nothing",
        "good + bad": "trades",
    }
    ranks = table[table["rule"] == "doj_wins"].set_index("levers")["rank"].dropna().sort_values()
    assert list(ranks.index) == ["good", "good + bad", "luck", "idle", "bad"]


def test_an_interval_that_begins_next_to_zero_is_not_sure(sweep: sim.Sweep) -> None:
    frontier = sweep.frontier()
    of_good = (frontier["levers"] == "good") & (frontier["headline"] == "trust")
    for nearer, verdict in ((0.002, "nothing that counts"), (0.006, "pays")):
        moved = frontier.copy()
        moved.loc[of_good, ["bought", "bought_low", "bought_high"]] = (0.06, nearer, 0.2)
        found = levers_table(moved).set_index(["rule", "levers"])["verdict"]
        assert found["doj_wins", "good"] == verdict


def test_levers_and_their_terms_are_told_in_words() -> None:
    assert levers_words("early_gdpr + mla_staff") == "early GDPR + MLA staff"
    assert levers_words("eu + five_eyes") == "EU + Five Eyes"
    terms = "countries = eu + five_eyes, notice = 0, lifts_bar = 1, quota = 1,000,000"
    assert candidate_words("agreement", terms) == (
        "agreement (EU and Five Eyes, no notice, bar lifted, quota 1,000,000)"
    )
    assert terms_words("agreement.notice = 0.5, lower_prices.cut = 0.05") == (
        "agreement: notice of 50% of orders, lower prices: cut 0.05"
    )


def test_the_page_says_what_each_lever_is(sweep: sim.Sweep) -> None:
    (table,) = (
        block
        for block in section(ResultsView(sweep._results)).blocks
        if isinstance(block, Table) and block.title == "What each lever is"
    )
    by_name = {row[0]: row[1:3] for row in table.rows}
    assert by_name["good"] == ["Google", "take warrants for data abroad to court"]
    assert by_name["bad"] == ["France", "adopt a law: Blocking statute"]


def test_the_page_opens_with_how_many_levers_pay(sweep: sim.Sweep) -> None:
    assert answer_of(ResultsView(sweep._results)) == (
        "Under 'Microsoft wins' 1 of 5 levers and combinations pay, good first of all; "
        "under 'DOJ wins' 1 of 5 levers and combinations pay, good first of all."
    )


def test_few_pairs_give_no_verdict_but_say_what_changes_nothing(sweep: sim.Sweep) -> None:
    frontier = sweep.frontier()
    few = levers_table(frontier.assign(judged_by=FEWEST - 1))
    verdicts = few.set_index(["rule", "levers"])["verdict"]
    assert verdicts["doj_wins", "good"] == verdicts["doj_wins", "bad"] == "too few to judge"
    assert verdicts["doj_wins", "idle"] == "changes nothing"
    assert not few["buys"].any() and not few["costs"].any()
    assert "needs 10 draws" in answer(frontier, few, ["doj_wins"])[0]
    ends = dict.fromkeys(("bought_low", "bought_high", "difference_low", "difference_high"), np.nan)
    one = levers_table(frontier.assign(judged_by=1, **ends)).set_index(["rule", "levers"])["verdict"]
    assert one["doj_wins", "good"] == "one pair: no interval"
    assert one["doj_wins", "idle"] == "changes nothing"


def test_nobody_has_more_of_both_than_a_point_on_the_frontier(sweep: sim.Sweep) -> None:
    wide = sweep.frontier().pivot(index=["rule", "levers"], columns="headline", values="difference")[
        ["trust", "us_success_abroad"]
    ]
    table = sweep.levers.set_index(["rule", "levers"])
    for key, mine in wide.iterrows():
        better = wide[(wide > mine).all(axis=1)]
        assert bool(table.loc[key, "on_frontier"]) == better.empty
    assert table.loc[("doj_wins", "bad"), "dominated_by"] == "DOJ wins: good"


def test_the_words_name_what_pays_and_what_does_not(sweep: sim.Sweep) -> None:
    words = answer(sweep.frontier(), sweep.levers, ["doj_wins"])
    assert "'good' pays: it buys 2.00 points (of 100) of trust abroad (2.00 to 2.00)" in words[0]
    assert "'bad' does not pay" in words[0]
    assert "and costs 2.50 percentage points of US requests" in words[0]
    assert "-" not in words[0], "a cost of a negative amount would be a double negative"


def test_a_damaged_table_is_named(sweep: sim.Sweep) -> None:
    tables = {"frontier": sweep.frontier(), "levers": sweep.levers}
    assert len(checked(tables.get)) == 2
    for name, broken, said in (
        ("frontier", tables["frontier"].drop(columns="bought_low"), "frontier.csv: .* no column bought_low"),
        ("levers", tables["levers"].iloc[:0], "levers.csv: is damaged"),
        ("levers", tables["levers"].iloc[1:], r"levers.csv: does not match frontier.csv"),
    ):
        with pytest.raises(InputError, match=said):
            checked((tables | {name: broken}).get)


def test_the_section_shows_both_rules_and_the_frontier(sweep: sim.Sweep) -> None:
    blocks = section(ResultsView(sweep._results)).blocks
    kinds = [type(block).__name__ for block in blocks]
    assert kinds == ["Text", "Text", "Text", "Table", "Chart", "Text", "Chart", "Chart", "Table", "Table"]


def test_results_without_levers_say_so(sweep: sim.Sweep, tmp_path: Path) -> None:
    without = EXPERIMENT.replace("pulled: {values: [none, good, bad, luck, idle, good + bad]}", "")
    without = without.replace("  levers:\n    ", "  levers: {events.T16: {values: [true, false]}}\n")
    file = tmp_path / "without.yaml"
    file.write_text(without, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker, "run_seed", planted_seed)
        patch.setattr("sim.runs.tasks.is_compiled", lambda: True)
        run(resolve(file, seeds=1), tmp_path / "results", store=tmp_path / "store", workers=1)
    with pytest.raises(InputError, match="no lever is pulled"):
        sim.load(tmp_path / "results").frontier()

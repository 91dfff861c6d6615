"""Many pages at once: each has one job, the newest move wins, whoever waits is told, nothing is kept for
ever."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import pytest

from sim.runs.live_pairs import GivenUp, LivePair
from sim.view.explorer.pages.worlds import sessions as module
from sim.view.explorer.pages.worlds.catalogue import Catalogue, load_catalogue
from sim.view.explorer.pages.worlds.downloads import kept, kept_or_why_not
from sim.view.explorer.pages.worlds.responses import Answers
from sim.view.explorer.pages.worlds.sessions import Busy, Failed, Overtaken, Sessions
from sim.view.explorer.pages.worlds.state import State
from sim.view.explorer.pages.worlds.workers import Threads, Workers

WANTED = {"country": ("country", "trust")}


class ByHand(Workers):
    """Workers whose work is done when the test says so, one job at a time and in order."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, int, Future[LivePair]]] = []

    def submit(self, desk: Any, key: str, resolved: Any, seed: int, wanted: Any) -> "Future[LivePair]":
        future: Future[LivePair] = Future()
        self.asked.append((desk, seed, future))
        return future

    def waiting(self, desk: str = "live") -> list[tuple[int, "Future[LivePair]"]]:
        return [(seed, future) for where, seed, future in self.asked if where == desk and not future.done()]

    def do(self, desk: str = "live") -> None:
        seed, future = self.waiting(desk)[0]
        future.set_running_or_notify_cancel()
        future.set_result(LivePair(seed, {}))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(2000, 3)


@pytest.fixture
def workers() -> ByHand:
    return ByHand()


@pytest.fixture
def pages(catalogue: Catalogue, workers: ByHand, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    monkeypatch.setattr(module, "PATIENCE", 0.05)
    monkeypatch.setattr(module, "FURTHER_PATIENCE", 0.05)
    return Sessions(catalogue, workers)


def at(catalogue: Catalogue, peers: float) -> State:
    return catalogue.default.model_copy(update={"values": {"trust.peer_weight": peers}})


def test_a_move_that_waits_says_how_many_are_before_it_and_is_drawn_when_its_turn_comes(
    catalogue: Catalogue, workers: ByHand, pages: Sessions
) -> None:
    for page in range(3):
        with pytest.raises(Busy) as told:
            pages.move(f"page {page}", at(catalogue, page / 10), "trust", WANTED)
        assert told.value.before == page
    for page in range(3):
        workers.do()
        assert pages.move(f"page {page}", at(catalogue, page / 10), "trust", WANTED).pairs.keys() == {1}
    assert len(workers.asked) == 3  # asking again joined the job that was there


def test_a_new_move_takes_the_place_of_the_one_that_waits(
    catalogue: Catalogue, workers: ByHand, pages: Sessions
) -> None:
    for step in range(10):
        with pytest.raises(Busy):
            pages.move("a", at(catalogue, step / 20), "trust", WANTED)
    assert len(workers.waiting()) == 1
    workers.do()
    session = pages.move("a", at(catalogue, 9 / 20), "trust", WANTED)
    assert session.key == module.key_of(at(catalogue, 9 / 20))


def test_a_request_that_was_overtaken_is_told_so(
    catalogue: Catalogue, workers: ByHand, pages: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 20.0)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(pages.move, "a", at(catalogue, 0.1), "trust", WANTED)
        while not workers.waiting():
            threading.Event().wait(0.01)
        second = threads.submit(pages.move, "a", at(catalogue, 0.3), "trust", WANTED)
        with pytest.raises(Overtaken):
            first.result(timeout=20)
        while not workers.waiting():
            threading.Event().wait(0.01)
        workers.do()
        assert second.result(timeout=20).key == module.key_of(at(catalogue, 0.3))


def test_further_pairs_come_one_by_one_and_stop_with_the_next_move(
    catalogue: Catalogue, workers: ByHand, pages: Sessions
) -> None:
    state = at(catalogue, 0.1)
    with pytest.raises(Busy):
        pages.move("a", state, "trust", WANTED)
    workers.do()
    pages.move("a", state, "trust", WANTED)
    assert pages.further("a", state, "trust", WANTED)[1] is False
    assert [seed for seed, _ in workers.waiting("further")] == [2]
    workers.do("further")
    session, more = pages.further("a", state, "trust", WANTED)
    assert more and sorted(session.pairs) == [1, 2]
    pages.further("a", state, "trust", WANTED)
    assert [seed for seed, _ in workers.waiting("further")] == [3]
    with pytest.raises(Busy):
        pages.move("a", at(catalogue, 0.2), "trust", WANTED)
    assert workers.waiting("further") == []  # cancelled
    with pytest.raises(Overtaken):
        workers.do()
        pages.move("a", at(catalogue, 0.2), "trust", WANTED)
        pages.further("a", state, "trust", WANTED)


def test_what_was_on_a_screen_is_not_run_again(
    catalogue: Catalogue, workers: ByHand, pages: Sessions
) -> None:
    for value in (0.1, 0.2):
        with pytest.raises(Busy):
            pages.move("a", at(catalogue, value), "trust", WANTED)
        workers.do()
        pages.move("a", at(catalogue, value), "trust", WANTED)
    assert pages.move("a", at(catalogue, 0.1), "trust", WANTED).pairs.keys() == {1}  # undo
    assert pages.move("b", at(catalogue, 0.2), "trust", WANTED).pairs.keys() == {1}  # somebody else
    assert len(workers.asked) == 2


def test_nothing_is_kept_for_ever(
    catalogue: Catalogue, workers: ByHand, pages: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_SESSIONS", 5)
    monkeypatch.setattr(module, "_REMEMBERED", 3)
    for page in range(3 * module.MOST_SESSIONS):
        with pytest.raises(Busy):
            pages.move(f"page {page}", at(catalogue, (page % 90) / 100), "trust", WANTED)
    assert len(pages._open) == module.MOST_SESSIONS
    assert len(workers.waiting()) == module.MOST_SESSIONS  # jobs of pages that were forgotten are cancelled
    for _ in range(module.MOST_SESSIONS):
        workers.do()
    for page in range(2 * module.MOST_SESSIONS, 3 * module.MOST_SESSIONS):
        pages.move(f"page {page}", at(catalogue, (page % 90) / 100), "trust", WANTED)
    assert len(pages._first) <= module._REMEMBERED


def test_a_death_or_an_error_is_reported_and_the_next_change_is_tried(
    catalogue: Catalogue, workers: ByHand, pages: Sessions
) -> None:
    for error, said in (
        (BrokenProcessPool("gone"), "died"),
        (ValueError("no such luck"), "ValueError: no such luck"),
    ):
        with pytest.raises(Busy):
            pages.move("a", at(catalogue, 0.1), "trust", WANTED)
        workers.waiting()[0][1].set_exception(error)
        with pytest.raises(Failed, match=said):
            pages.move("a", at(catalogue, 0.1), "trust", WANTED)
    assert len(workers.asked) == 2


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (None, "no state"),
        ({"tab": "x"}, "tab"),
        ({"place": "XX"}, "reload it"),
        ({"preset": "x"}, "reload it"),
        ({"values": {"x.y": 1}}, "reload it"),
        ({"values": {"trust.asymmetry": 50}}, "allowed: 1 to 5"),
        ({"customers": 10}, "customers"),
        ({"worlds": [{"switches": [{"on": "2040-01-01", "regime": "doj_wins"}]}]}, "2040"),
        ({"worlds": [{"switches": [{"on": "2014-07-31", "regime": "contested"}]}]}, "open law"),
    ],
)
def test_an_invalid_state_is_refused_with_a_message(
    catalogue: Catalogue, pages: Sessions, workers: ByHand, asked: Any, said: str
) -> None:
    answer = Answers(pages).move("a", asked)
    assert answer["kind"] == "refused"
    assert said in " ".join(answer["problems"])
    assert workers.asked == []


@pytest.mark.long
def test_ten_pages_at_once_on_real_processes_neither_hang_nor_leak(catalogue: Catalogue) -> None:
    """Ten pages make two moves each, as fast as they can; each sees its last one, from the one process for
    moves."""
    real = Workers()
    answers = Answers(Sessions(catalogue, real))
    try:

        def visit(page: int) -> dict[str, Any]:
            answer: dict[str, Any] = {}
            for step in range(2):
                asked = {
                    "customers": 2000,
                    "pairs": 1,
                    "tab": "trust",
                    "values": {"trust.peer_weight": (step + 1 + 3 * (page % 2)) / 10},
                    "move": step,
                }
                answer = answers.move(f"page {page}", asked)
                while answer["kind"] == "busy":
                    answer = answers.move(f"page {page}", asked)
            return answer

        with ThreadPoolExecutor(10) as threads:
            last = list(threads.map(visit, range(10)))
        assert [one["kind"] for one in last] == ["view"] * 10
        # two tenths are as shipped, so the address of even pages does not name them
        assert [one["query"] for one in last] == [
            "pairs=1" if page % 2 == 0 else "trust.peer_weight=0.5&pairs=1" for page in range(10)
        ]
        assert len({one["sentence"] for one in last}) == 2  # odd and even pages end in two different states
        assert all(session.job is None for session in answers.sessions._open.values())
        # one of them takes away everything as one page
        file = kept(
            answers,
            "page 1",
            {"customers": 2000, "pairs": 1, "tab": "trust", "values": {"trust.peer_weight": 0.5}},
            "html",
        )
        assert file["filename"] == "explorer.html"
        assert all(
            f'id="{chart}"' in file["content"]
            for chart in ("trust-abroad", "streams", "revenue-yearly", "laws-time", "evidence-us", "stated")
        )
    finally:
        real.close()


@pytest.mark.long
def test_a_job_that_nobody_waits_for_makes_way_for_the_next(catalogue: Catalogue) -> None:
    real = Workers()
    try:
        large, small = (
            catalogue.resolved(catalogue.default.model_copy(update={"customers": n}))
            for n in (200_000, 2_000)
        )
        real.submit("live", "warm", small, 1, WANTED).result(timeout=120)
        dropped, next_one = (
            real.submit("live", "large", large, 1, WANTED),
            real.submit("live", "small", small, 2, WANTED),
        )
        while not dropped.running():
            time.sleep(0.01)
        real.give_up(dropped)
        with pytest.raises(GivenUp):
            dropped.result(timeout=60)
        assert next_one.result(timeout=60).seed == 2
    finally:
        real.close()


def test_threads_are_as_many_as_have_been_fastest_and_the_other_is_tried_now_and_then() -> None:
    for seconds, best, each in (
        ({1: 0.4, 2: 0.3}, 2, Threads.TRIED_EACH),
        ({1: 0.4, 2: 1.2}, 1, Threads.FAR_BEHIND),
    ):
        threads, chosen = Threads(2), []
        for _ in range(Threads.FAR_BEHIND + 10):
            chosen.append(threads.choose())
            threads.took(chosen[-1], seconds[chosen[-1]])
        assert chosen[:3] == [1, 1, 2]  # the very first run, which compiles, tells nothing
        assert chosen.count(3 - best) == (2 if best == 2 else 1) + (len(chosen) - 3) // each
    assert Threads(1).choose() == 1


def test_a_file_that_cannot_be_made_now_is_refused_in_words(
    catalogue: Catalogue, workers: ByHand, pages: Sessions
) -> None:
    answers = Answers(pages)
    fine = at(catalogue, 0.3).model_dump(mode="json")
    file, why = kept_or_why_not(answers, "a", fine, "csv")
    assert file is None
    assert "try again" in why
    wrong = {**fine, "values": {"trust.peer_weight": 1e9}}
    for what in ("csv", "yaml"):
        file, why = kept_or_why_not(answers, "a", wrong, what)
        assert file is None
        assert "cannot be run" in why
    before = len(workers.asked)
    file, why = kept_or_why_not(answers, "b", fine, "yaml")
    assert file is not None
    assert "peer_weight: 0.3" in file["content"]
    assert (why, len(workers.asked)) == ("", before), "an experiment as a file needs no run"


@pytest.mark.parametrize(
    "asked",
    [
        {"worlds": []},
        {"worlds": [{"switches": [], "without": []}] * 5},
        {"worlds": [{"switches": [{"on": f"201{k}-01-01", "regime": "doj_wins"} for k in range(4, 7)]}]},
        {"compare": [-1, 0]},
        {"since": "2020-01", "until": "2014-01"},
    ],
)
def test_a_state_that_no_page_sends_is_refused(pages: Sessions, asked: dict[str, Any]) -> None:
    assert Answers(pages).move("page", asked)["kind"] == "refused"

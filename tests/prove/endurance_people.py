"""People who move controls of the explorer at once: clients that send what the page sends."""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from typing import Any

import numpy as np

from sim.view.explorer.pages.worlds.catalogue import load_catalogue
from sim.view.explorer.pages.worlds.world_tabs import TABS

_AGAIN = 0.2  # seconds after which the page asks again while others are served first
_THINKS = (0.5, 3.0)  # seconds between two moves of one person
_PAIRS = 3


class Crowd:
    """People, each with a page, and how long they waited."""

    def __init__(self, address: str, customers: int) -> None:
        self._address = address
        self._catalogue = load_catalogue(customers, _PAIRS)
        self._lock = threading.Lock()
        self.seconds: list[float] = []
        self.kinds: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    @property
    def answered(self) -> int:
        return len(self.seconds)

    def move(self, people: int, seconds: float) -> None:
        """This many people for so long, each with luck of its own."""
        end = time.monotonic() + seconds
        each = [threading.Thread(target=self._person, args=(number, end)) for number in range(people)]
        for one in each:
            one.start()
        for one in each:
            one.join()

    def words(self) -> str:
        """Moves, and how long they waited."""
        if not self.seconds:
            return "no move was answered"
        half, most, worst = np.percentile(self.seconds, [50, 95, 100])
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in sorted(self.kinds.items()))
        return (
            f"{self.answered:,} moves shown, after {half:.1f} s (median), {most:.1f} s (95 of 100), "
            f"{worst:.1f} s (longest); responses: {kinds}"
        )

    def _person(self, number: int, end: float) -> None:
        luck = random.Random(number)
        state = self._catalogue.default.model_dump(mode="json")
        knobs = [knob for knob in self._catalogue.knobs.values() if knob.role != "others"]
        for move in range(1, 10**6):
            if time.monotonic() >= end:
                return
            change = luck.random()
            if change < 0.6:
                knob = luck.choice(knobs)
                low, high = knob.range
                steps = luck.randrange(int((high - low) / knob.step) + 1)
                state["values"] = {knob.path: min(high, low + steps * knob.step)}
            elif change < 0.8:
                state["tab"] = luck.choice(list(TABS))
            else:
                state["place"] = luck.choice(list(self._catalogue.places))
            self._wait_for(f"person {number}", {**state, "move": move}, end)
            time.sleep(luck.uniform(*_THINKS))

    def _wait_for(self, page: str, state: dict[str, Any], end: float) -> None:
        """Ask until the move is shown, then for the further pairs, as the page does."""
        begin = time.monotonic()
        answer = self._ask("move", page, state)
        while answer["kind"] == "busy" and time.monotonic() < end + 60:
            time.sleep(_AGAIN)
            answer = self._ask("move", page, state)
        if answer["kind"] != "view":
            with self._lock:
                self.wrong[f"{answer['kind']}: {str(answer.get('problems', ''))[:120]}"] += 1
            return
        with self._lock:
            self.seconds.append(time.monotonic() - begin)
        while (
            answer["kind"] in ("view", "same") and answer["pairs"] < answer["of"] and time.monotonic() < end
        ):
            answer = self._ask("further", page, state)
            if answer["kind"] == "same":
                time.sleep(_AGAIN)

    def _ask(self, what: str, page: str, state: dict[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{self._address}/explorer/{what}",
            json.dumps({"page": page, "state": state}).encode(),
            {"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                answer: dict[str, Any] = json.loads(response.read())
        except (urllib.error.URLError, TimeoutError) as error:
            answer = {"kind": "no response", "problems": str(error)}
        with self._lock:
            self.kinds[answer["kind"]] += 1
        return answer

"""Where labels of marks stand, so that none covers a mark, another label, or its neighbour's leader line."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

_RADII = (10, 18, 28, 40, 54, 70, 90, 112, 136, 162)
_DIRECTIONS = 16
_MARK = 8.0  # half the size of a mark that no label may cover
_CHARACTER, _LINE = 0.6, 1.3  # width and height of text as parts of its size
_ON_LEADER = 9  # points of a leader line that are checked


@dataclass(frozen=True)
class Label:
    """A label and its mark: `x` and `y` from 0 to 1 across the plot (0: left, bottom); lines by `<br>`."""

    x: float
    y: float
    words: str
    size: int = 12

    @property
    def half(self) -> tuple[float, float]:
        """Half its width and half its height, in pixels."""
        lines = self.words.split("<br>")
        longest = max(len(line) for line in lines)
        return 0.5 * _CHARACTER * self.size * longest + 2, 0.5 * _LINE * self.size * len(lines) + 1


Offset = tuple[float, float]
Box = tuple[float, float, float, float]


def places(
    labels: Sequence[Label], marks: Sequence[tuple[float, float]], widths: Sequence[float], height: float
) -> list[Offset]:
    """For each label the offset of its middle from its mark, in pixels (right, down).

    `marks`: all marks, from 0 to 1 as in a label. `widths`: the widths of the plot, in pixels, at which
    nothing may overlap; `height`: its only height. Where no place is free, the one with least overlap.
    """
    placed: list[tuple[Label, Offset]] = []
    for label in labels:
        costs = ((_cost(label, one, placed, marks, widths, height), one) for one in _candidates(label))
        best, least = (0.0, 0.0), math.inf
        for cost, one in costs:
            if cost < least:
                best, least = one, cost
            if not cost:
                break
        placed.append((label, best))
    return [offset for _, offset in placed]


def overlapping(
    labels: Sequence[Label], offsets: Sequence[Offset], width: float, height: float
) -> list[tuple[int, int]]:
    """Which labels overlap at a width of the plot."""
    boxes = [_box(*pair, width, height) for pair in zip(labels, offsets, strict=True)]
    return [(i, j) for i, one in enumerate(boxes) for j in range(i) if _meet(one, boxes[j])]


def _candidates(label: Label) -> Iterator[Offset]:
    """Places around a mark, the nearest first."""
    wide, high = label.half
    for radius in _RADII:
        for k in range(_DIRECTIONS):
            angle = 2 * math.pi * (k + 0.5) / _DIRECTIONS
            right, down = math.cos(angle), -math.sin(angle)
            yield round(right * (radius + wide), 1), round(down * (radius + high), 1)


def _cost(
    label: Label,
    offset: Offset,
    placed: Sequence[tuple[Label, Offset]],
    marks: Sequence[tuple[float, float]],
    widths: Sequence[float],
    height: float,
) -> float:
    """How much is covered at all widths; 0 where nothing is."""
    total = 0.0
    for width in widths:
        box = _box(label, offset, width, height)
        total += 5 * _outside(box, width, height)
        total += sum(_inside((x * width, (1 - y) * height), box, _MARK) for x, y in marks)
        for other, there in placed:
            theirs = _box(other, there, width, height)
            total += 10 * _meet(box, theirs)
            total += any(_inside(at, box) for at in _leader(other, there, width, height))
            total += any(_inside(at, theirs) for at in _leader(label, offset, width, height))
    return total


def _box(label: Label, offset: Offset, width: float, height: float) -> Box:
    """Left, top, right and bottom of a label, in pixels."""
    wide, high = label.half
    x, y = label.x * width + offset[0], (1 - label.y) * height + offset[1]
    return x - wide, y - high, x + wide, y + high


def _leader(label: Label, offset: Offset, width: float, height: float) -> list[tuple[float, float]]:
    x, y = label.x * width, (1 - label.y) * height
    steps = [k / (_ON_LEADER - 1) for k in range(_ON_LEADER)]
    return [(x + share * offset[0], y + share * offset[1]) for share in steps]


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(at: tuple[float, float], box: Box, room: float = 0.0) -> bool:
    return box[0] - room < at[0] < box[2] + room and box[1] - room < at[1] < box[3] + room


def _outside(box: Box, width: float, height: float) -> bool:
    return box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height


def near(marks: Sequence[tuple[float, float]], width: float, height: float) -> list[list[int]]:
    """Marks that cannot be told apart, by their numbers: each group lies within a mark of its first."""
    groups: list[list[int]] = []
    for k, (x, y) in enumerate(marks):
        for group in groups:
            a, b = marks[group[0]]
            if math.hypot((x - a) * width, (y - b) * height) < _MARK:
                group.append(k)
                break
        else:
            groups.append([k])
    return groups


def ranges(numbers: Sequence[int]) -> str:
    """Whole numbers in short: `1, 3-5` (with a dash) for 1, 3, 4, 5."""
    order = sorted(numbers)
    starts = [order[0], *(b for a, b in pairwise(order) if b > a + 1)] if order else []
    ends = [*(a for a, b in pairwise(order) if b > a + 1), *order[-1:]]
    return ", ".join(
        str(a) if a == b else f"{a}{', ' if b == a + 1 else EN_DASH}{b}"
        for a, b in zip(starts, ends, strict=True)
    )


EN_DASH = "\N{EN DASH}"

"""A group stands for every parameter in it that nothing else sets or varies, as far as each range allows."""

from pathlib import Path

import pytest

from sim.scenario.problems import InputError
from sim.scenario.resolution import factors, points
from tests.scenario.small_designs import swept

TIMES = {"times": [0.5, 2], "distribution": "loguniform"}


def morris(**uncertainties: object) -> dict[str, object]:
    return {"method": "morris", "trajectories": 2, "seed": 1, "uncertainties": uncertainties}


def test_all_parameters_are_varied_and_every_number_stays_in_its_range(project: Path) -> None:
    resolved = swept(project, morris(parameters=TIMES))
    info = resolved.base.parameter_info
    made = {factor.path: factor for factor in factors(resolved)}
    assert set(made) == set(info)
    assert len(points(resolved)) == 2 * (len(info) + 1)
    for path, factor in made.items():
        value = info[path].value
        numbers = [*value.values()] if isinstance(value, dict) else [value]
        if not factor.times:
            assert set(numbers) == {0.0}, f"{path} could have been multiplied"
            continue
        assert 0.5 <= factor.low < factor.high <= 2.0
        for number in (n for n in numbers if info[path].range[0] <= n <= info[path].range[1]):
            low, high = sorted((number * factor.low, number * factor.high))
            assert info[path].range[0] <= low
            assert high <= info[path].range[1]


def test_what_is_named_or_set_is_left_out(project: Path) -> None:
    own = {"range": [1, 4]}
    resolved = swept(project, morris(**{"trust": TIMES, "trust.asymmetry": own}), "trust.peer_weight=0.3")
    made = {factor.path: factor for factor in factors(resolved)}
    assert all(path.startswith("trust.") for path in made)
    assert "trust.peer_weight" not in made
    assert (made["trust.asymmetry"].low, made["trust.asymmetry"].high) == (1.0, 4.0)
    assert len([f for f in factors(resolved) if f.path == "trust.asymmetry"]) == 1


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"values": [1, 2]}, "stands for many parameters: give times or a range, not values"),
        ({"range": [0, 1]}, "stands for many parameters: give times, or range: prior"),
    ],
)
def test_what_does_not_fit_all_is_refused_where_it_stands(
    project: Path, spec: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        swept(project, morris(trust=spec))
    assert all("design.uncertainties.trust" in problem for problem in refused.value.problems)

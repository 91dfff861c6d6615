"""The posterior's tables, and draws of it as a design."""

import json
from pathlib import Path
from typing import Any

import pytest

from sim.scenario.posterior import BEST, CURVE_COLUMNS, CURVES, DRAWS, posterior_folder, read_posterior
from sim.scenario.problems import InputError
from sim.scenario.resolution import Resolved, factors, points, resolve, scenarios_at
from tests.posteriors import write_stand_in


def drawn(project: Path, **design: Any) -> Resolved:
    tree = json.loads(
        json.dumps(
            {
                "title": "Draws",
                "question": "How sure?",
                "timeline": "history",
                "customers": 2000,
                "horizon": {"first": "2013-01", "last": "2016-12"},
                "seeds": {"first": 1, "count": 1},
                "worlds": {"history": {"label": "history"}},
                "design": {"method": "posterior", **design},
            }
        )
    )
    (project / "experiments" / "draws.yaml").write_text(json.dumps(tree, indent=1), encoding="utf-8")
    return resolve("draws")


def test_a_draw_sets_parameters_and_what_they_multiply(tmp_path: Path) -> None:
    posterior = read_posterior(write_stand_in(tmp_path, 8))
    assert posterior.draws().shape == (8, 3)
    row = dict(zip(posterior.names, posterior.draws()[5], strict=True))
    assert posterior.at(5) == {
        "trust.asymmetry": row["trust.asymmetry"],
        "trust.news_strength": row["trust.news_strength"],
        "choice.sensitivity.consumer": 0.5 * row["sensitivity"],
        "choice.sensitivity.enterprise": 1.2 * row["sensitivity"],
    }
    assert posterior.at_best()["choice.sensitivity.enterprise"] == 1.2 * posterior.best()["sensitivity"]
    found = posterior.of("choice.sensitivity")
    assert found is not None and found.parameter == "sensitivity"
    assert posterior.of("trust.spread") is None


def test_a_split_has_draws_of_its_own_and_the_same_parameters(tmp_path: Path) -> None:
    write_stand_in(tmp_path, 8)
    write_stand_in(tmp_path, 4, split="by_time")
    assert len(read_posterior(tmp_path).draws()) == 8
    apart = read_posterior(tmp_path, split="by_time")
    assert len(apart.draws()) == 4 and apart.fitted == read_posterior(tmp_path).fitted


def write_curves(path: Path, places: dict[str, float], draws: int = 2) -> None:
    """A table of curves in which every number of a place is the same, and a tenth more at each draw."""
    lines = [",".join(("draw", "place", *CURVE_COLUMNS))]
    for draw in range(draws):
        lines += [
            ",".join((str(draw), place, *[str(round(value + 0.1 * draw, 6))] * len(CURVE_COLUMNS)))
            for place, value in places.items()
        ]
    path.write_text("\n".join(lines) + "\n")


def test_curves_of_countries_come_with_each_draw_in_turn(tmp_path: Path) -> None:
    write_stand_in(tmp_path, 8)
    write_curves(tmp_path / CURVES, {"DE": 0.2, "FR": 0.3})
    write_stand_in(tmp_path, 4, split="by_country")
    write_curves(tmp_path / f"by_country_{CURVES}", {"DE": 0.5})
    pace = [read_posterior(tmp_path).at(n)["jurisdictions.DE.adoption_pace.enterprise"] for n in range(3)]
    assert pace == [0.2, 0.3, 0.2]
    apart = read_posterior(tmp_path, split="by_country").at(0)
    assert apart["jurisdictions.DE.adoption_pace.enterprise"] == 0.5, "held back"
    assert apart["jurisdictions.FR.adoption_pace.enterprise"] == 0.3, "as in the fit of all"
    write_curves(tmp_path / CURVES, {"DE": float("nan")})
    with pytest.raises(InputError, match=r"curves\.csv:2: adoption_2013\.small_firm: must be a number"):
        read_posterior(tmp_path)


def test_a_common_spread_sets_nothing(tmp_path: Path) -> None:
    path = write_stand_in(tmp_path, 8) / BEST
    lines = path.read_text().splitlines()
    lines[2] = lines[2].removesuffix("fitted") + "spread"
    path.write_text("\n".join(lines) + "\n")
    assert "trust.news_strength" not in read_posterior(tmp_path).at(0)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            DRAWS,
            "draw,trust.asymmetry",
            "draw,trust.asymetry",
            "draws.csv:1: unknown column 'trust.asymetry'; did you mean 'trust.asymmetry'?",
        ),
        (DRAWS, "\n3,", "\n3,many,", "draws.csv:5: 5 values for 4 columns"),
        (BEST, ",log,", ",ln,", "best.csv:3: scale: unknown value 'ln'"),
        (
            BEST,
            "=0.5",
            "=half",
            "best.csv:4: multiplies: choice.sensitivity.consumer: must be a number (got 'half')",
        ),
    ],
)
def test_a_damaged_table_is_named_with_its_line(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    path = write_stand_in(tmp_path, 8) / file
    path.write_text(
        path.read_text().replace(old, new, 1) if file == DRAWS else path.read_text().replace(old, new)
    )
    with pytest.raises(InputError) as refused:
        read_posterior(tmp_path)
    assert said in str(refused.value)


def test_draws_are_a_design_in_any_sweep(project: Path) -> None:
    posterior = read_posterior(write_stand_in(posterior_folder(), 16))
    resolved = drawn(project, points=4, levers={"trust.peer_weight": {"values": [0.0, 0.5]}})
    assert len(points(resolved)) == 8
    assert [f.role for f in factors(resolved)].count("uncertainties") == len(posterior.at(0))
    point = points(resolved)[5]  # draw 2 with the second lever
    scenario = scenarios_at(resolved, point)["history"]
    assert (
        scenario.parameters.choice.sensitivity.enterprise == posterior.at(2)["choice.sensitivity.enterprise"]
    )
    assert scenario.parameters.trust.asymmetry == posterior.at(2)["trust.asymmetry"]
    assert scenario.parameters.trust.peer_weight == 0.5
    more = drawn(project, points=8, levers={"trust.peer_weight": {"values": [0.0, 0.5]}})
    assert [dict(p.values) for p in points(more)[:8]] == [dict(p.values) for p in points(resolved)], (
        "more draws keep those there were"
    )


def test_a_design_of_draws_is_refused_where_they_are_not_there(project: Path) -> None:
    with pytest.raises(InputError, match=r"there is no posterior; warrantsim calibrate"):
        drawn(project, points=4)
    write_stand_in(posterior_folder(), 16)
    with pytest.raises(InputError, match=r"the posterior has 16 draws \(got 17\)"):
        drawn(project, points=17)
    with pytest.raises(InputError, match="posterior needs 'points'"):
        drawn(project)
    with pytest.raises(InputError, match=r"posterior has no 'seed'; valid: levers, points"):
        drawn(project, points=4, seed=1)
    with pytest.raises(InputError, match="varies the fitted parameters and no others"):
        drawn(project, points=4, uncertainties={"trust.spread": {"range": "prior"}})
    with pytest.raises(InputError, match=r"trust\.asymmetry .* varies the same"):
        drawn(project, points=4, levers={"trust.asymmetry": {"values": [1.0]}})
    with pytest.raises(InputError, match="is also set by"):
        path = project / "experiments" / "draws.yaml"
        drawn(project, points=4)
        resolve(str(path), ["trust.asymmetry=2"])
    with pytest.raises(InputError, match="is also set by"):
        tree = json.loads(path.read_text(encoding="utf-8"))
        resolve(tree | {"set": {"trust.asymmetry": 1.0}})

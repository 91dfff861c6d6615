"""An experiment as the text of a YAML file that gives the same runs."""

from collections.abc import Collection, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from sim.scenario.resolution import Resolved
from sim.scenario.schema import Experiment


def text_of_resolved(resolved: Resolved, head: str) -> str:
    """A resolved experiment, with what was set over it (`--set`, `changes`) written into its `set`.

    `head` is a line of comment.
    """
    over = {one.path: one.value for one in resolved.over_base if not one.of_experiment}
    experiment = resolved.experiment
    worlds = {
        name: world.model_copy(update={"set": _over(world.set, over)}) if world.set else world
        for name, world in experiment.worlds.items()
    }
    return experiment_text(
        experiment.model_copy(update={"set": _over(experiment.set, over), "worlds": worlds}), head
    )


def experiment_text(experiment: Experiment, head: str, without: Collection[str] = ()) -> str:
    """An experiment under a line of comment; fields of `without`, and those that are empty, are left out."""
    tree = experiment.model_dump(mode="json", exclude=set(without), exclude_unset=True)
    tree["worlds"] = {name: _without_empty(world) for name, world in tree["worlds"].items()}
    out = StringIO()
    dumper: Any = YAML(typ="safe", pure=True)  # ruamel types its settings as None
    dumper.default_flow_style = False
    dumper.sort_base_mapping_type_on_output = False
    dumper.width = 4096
    dumper.dump(_without_empty(tree), out)
    return f"# {head}\n{out.getvalue()}"


def _over(own: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Settings with others after them: the last one of a value counts."""
    return {path: value for path, value in own.items() if path not in over} | dict(over)


def _without_empty(tree: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in tree.items() if value is not None and value not in ({}, [], ())}

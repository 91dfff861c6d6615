"""Commands: what drives a difference, where it tips, who moved."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DONE, FAILED, Customers, ExperimentName, Out, Seeds, Sets, StoreFolder, Workers

PANEL = "Ask what a difference hangs on"
commands = typer.Typer()


@commands.command(rich_help_panel=PANEL)
def trace(
    country: Annotated[
        str | None,
        typer.Argument(metavar="[COUNTRY]", help="A country: who moved there, and its government."),
    ] = None,
    customer: Annotated[
        int | None, typer.Option("--customer", metavar="NUMBER", help="One customer, by its number.")
    ] = None,
    government: Annotated[
        str | None, typer.Option("--government", metavar="CODE", help="The government of a country.")
    ] = None,
    experiment: Annotated[
        str, typer.Option("--experiment", help="Which worlds are compared.")
    ] = "two_worlds",
    seed: Annotated[
        int | None, typer.Option("--seed", help="The seed to run again.  [default: the experiment's first]")
    ] = None,
    sets: Sets = None,
    customers: Customers = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="Folder for the page and the tables.  [default: results/traces/<what is traced>]"
        ),
    ] = None,
) -> None:
    """Who moved, and why: a country, a customer or a government in both worlds.

    Runs one seed again. Shows the first month in which paths part, the chain from the ruling to the decision,
    its terms, and the luck it met.
    """
    from sim.cli.trace import print_trace

    good = print_trace(
        experiment,
        sets or [],
        customers,
        seed,
        out,
        country=country,
        customer=customer,
        government=government,
    )
    raise typer.Exit(DONE if good else FAILED)


@commands.command(rich_help_panel=PANEL)
def channels(
    experiment: ExperimentName = "two_worlds",
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Through which channels does the ruling act? Exact Shapley values over the six, 64 runs of each pair.

    The channels are those of configs/channels.yaml. The first four seeds, unless --seeds says otherwise. What
    is stored is not run again.
    """
    from sim.analysis import assessments
    from sim.cli.assess import assess
    from sim.scenario.resolution import resolve

    resolved = resolve(experiment, sets or [], customers=customers)
    failures = assess(assessments.channels(resolved, seeds), out, store, workers)
    raise typer.Exit(FAILED if failures else DONE)


@commands.command(rich_help_panel=PANEL)
def discover(
    folder: Annotated[Path, typer.Argument(help="The results folder of an experiment with a design.")],
    headline: Annotated[
        str | None,
        typer.Option(
            "--headline", help="Where is one world surely above the other? With a level: where beyond it?"
        ),
    ] = None,
    above: Annotated[float | None, typer.Option("--above", help="Where the headline is above this.")] = None,
    below: Annotated[float | None, typer.Option("--below", help="Where the headline is below this.")] = None,
    claim: Annotated[
        int | None,
        typer.Option("--claim", min=0, help="Where this claim fails, by its number in claims.csv."),
    ] = None,
    verdict: Annotated[
        str | None, typer.Option("--verdict", metavar="holds|fails", help="Where the claim has this verdict.")
    ] = None,
    density: Annotated[
        float, typer.Option("--density", help="Share of points of interest that a box must reach.")
    ] = 0.8,
) -> None:
    """Which regions of a design answer a question? Boxes by PRIM, leaves by CART.

    Without a question: where each claim fails, and where the two worlds change order. Needs the extra
    `discover`.
    """
    from sim.cli.discover import print_discovery

    print_discovery(
        folder, density, headline=headline, above=above, below=below, claim=claim, verdict=verdict
    )


@commands.command(rich_help_panel=PANEL)
def boundary(
    experiment: ExperimentName,
    headline: Annotated[str, typer.Option("--headline", help="Which headline: its code.")],
    level: Annotated[float, typer.Option("--level", help="Where it crosses this.")] = 0.0,
    points: Annotated[int, typer.Option("--points", help="Run no more points than this.")] = 96,
    tolerance: Annotated[
        float, typer.Option("--tolerance", help="Part of the space of which the side may stay open.")
    ] = 0.02,
    against: Annotated[
        Path | None,
        typer.Option(
            "--against", help="Results of a fine grid over the same ranges: what would it have cost?"
        ),
    ] = None,
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Where does a headline change sign, or cross another level?

    Searches the two to four ranges of the experiment's design with far fewer runs than a grid. Needs the
    extra `discover`.
    """
    from sim.analysis.drivers.boundary_tables import Asked
    from sim.cli.boundary import print_boundary
    from sim.pipeline import resolve

    resolved = resolve(experiment, sets or [], seeds=seeds, customers=customers)
    failures = print_boundary(
        resolved, Asked(headline, level, points, tolerance, against), out, store, workers
    )
    raise typer.Exit(FAILED if failures else DONE)


@commands.command(rich_help_panel=PANEL)
def levers(folder: Annotated[Path, typer.Argument(help="A results folder.")]) -> None:
    """Which lever pays: what each buys in trust and revenue, and costs in evidence and conflicts of law.

    The experiment pulls levers in some of its worlds, or at some points of its design.
    """
    from sim.cli.levers import print_levers

    print_levers(folder)


@commands.command(rich_help_panel=PANEL)
def confound(
    experiment: ExperimentName = "gdpr_or_cloud_act",
    sets: Sets = None,
    seeds: Seeds = None,
    customers: Customers = None,
    out: Out = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Two causes close in time: what does each explain of the change of every headline?

    Runs four worlds (both causes, each alone, neither), splits the change by Shapley values, and shows what
    was measured beside it.
    """
    from sim.cli.confound import print_confound
    from sim.pipeline import resolve

    resolved = resolve(experiment, sets or [], seeds=seeds, customers=customers)
    raise typer.Exit(FAILED if print_confound(resolved, out, store, workers) else DONE)


@commands.command(rich_help_panel=PANEL)
def why(
    a: Annotated[str, typer.Argument(help="A results folder, a crate (.zip) or an experiment.")],
    b: Annotated[str, typer.Argument(help="Another.")],
    headline: Annotated[
        str | None, typer.Option("--headline", help="One headline by its code, with intervals.")
    ] = None,
    seeds: Annotated[int | None, typer.Option("--seeds", min=1, help="Only the first so many seeds.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the tables as CSV.")] = None,
    store: StoreFolder = None,
    workers: Workers = None,
) -> None:
    """Why did a headline move? Split the change from A to B into code, configuration, evidence and fit."""
    from sim.cli.why import print_change

    raise typer.Exit(FAILED if print_change(a, b, headline, seeds, out, store, workers) else DONE)

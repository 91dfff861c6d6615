"""What is registered on a day: the open questions, an experiment that reaches them, and the posterior."""

import datetime as dt
from collections.abc import Sequence

from sim.analysis.evidence.compare import history_of
from sim.analysis.evidence.posterior_predictive import PANEL
from sim.analysis.evidence.rows import read_rows, shipped_rows
from sim.analysis.register.entries import Entry
from sim.analysis.register.predictions import Registration, open_questions
from sim.analysis.register.questions import QUESTIONS, read_questions, register_folder
from sim.scenario.base import load_base
from sim.scenario.locations import CONFIGS, root
from sim.scenario.posterior import read_posterior
from sim.scenario.problems import InputError, choices
from sim.scenario.resolution import Resolved, resolve

LAST = "2028-12"  # the last month that is simulated


def prepared(
    there: Sequence[Entry], draws: int, customers: int, outlook: str, today: dt.date
) -> Registration:
    """The questions that this model and posterior have not answered yet. Raises InputError."""
    resolved = answering(outlook, customers)
    questions = read_questions(register_folder() / QUESTIONS, history_of(resolved))
    late = [f"{one.id}: asks about {one.row.period}, and {LAST} is the last month" for one in questions
            if one.row.period.last >= (int(LAST[:4]) - 1969) * 12]  # fmt: skip
    if late:
        raise InputError(late)
    known = tuple(row for row in read_rows(shipped_rows(), history_of(resolved)) if row.role != "context")
    posterior = read_posterior()
    asked = Registration(open_questions(questions, there, today), known, resolved, posterior, draws, today)
    done = {entry.same for entry in there}
    new = tuple(one for one in asked.questions if asked.same(one) not in done)
    return Registration(new, known, resolved, posterior, draws, today)


def answering(outlook: str, customers: int) -> Resolved:
    """History as it happened, gone on with by an outlook, one run a draw. Raises InputError."""
    base = load_base(root() / CONFIGS)
    if outlook not in base.outlooks:
        raise InputError(f"--outlook: '{outlook}': {choices(outlook, list(base.outlooks))}")
    sets = [f"outlook={outlook}", f"horizon.last={LAST}", f"survey.panel={PANEL}"]
    return resolve("history", sets, seeds=1, customers=customers, base=base)

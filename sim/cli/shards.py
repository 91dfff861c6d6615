"""`warrantsim shards`: a job script for clusters that run arrays of jobs."""

import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from sim.cli.console import console
from sim.cli.run import RunOptions, command_of
from sim.runs.plan import Plan
from sim.runs.whole_files import write_whole
from sim.scenario.problems import InputError
from sim.scenario.resolution import resolve

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")

_SCRIPT = """\
#!/bin/bash
# {parts} parts of {title}, each a job of one array.
# Submit the array, and the job that writes the tables when all parts have ended:
#   job=$(sbatch --parsable {file})
#   sbatch --dependency=afterany:$job --wrap={tables}
# To run again what failed, was killed or ran out of time, submit both once more; what is done stays done.
#SBATCH --job-name={name}
#SBATCH --array=1-{parts}
#SBATCH --nodes=1
#SBATCH --cpus-per-task=4
#SBATCH --mem-per-cpu=2G
#SBATCH --time=24:00:00
#SBATCH --output={name}-%a.log
cd {here}
{command} --workers "$SLURM_CPUS_PER_TASK" --shard "$SLURM_ARRAY_TASK_ID/{parts}"
"""
_MARK = b'--shard "$SLURM_ARRAY_TASK_ID/'  # tells such a script from any other file


def write_job_script(
    experiment: str, parts: int, sets: Sequence[str], seeds: int | None, customers: int | None, out: Path
) -> None:
    """Check the experiment and write the script; raises InputError."""
    resolved = resolve(experiment, sets, seeds=seeds, customers=customers)
    command = command_of(RunOptions(experiment, sets, seeds, customers))
    if any(not word.isprintable() for word in (experiment, str(out), str(Path.cwd()), *sets)):
        raise InputError(
            "a job script cannot name a file or value that holds a line break or control character"
        )
    pairs = len(Plan(resolved))
    if parts > pairs:
        raise InputError(
            f"N: {parts:,} parts, of which only {pairs:,} would have a pair to run; at most {pairs:,}"
        )
    here = shlex.quote(str(Path.cwd()))
    text = _SCRIPT.format(
        parts=parts,
        title=shlex.quote(resolved.name),
        name=_NOT_PLAIN.sub("_", resolved.name) or "experiment",
        file=shlex.quote(str(out)),
        tables=shlex.quote(command),
        here=here,
        command=command,
    )
    if out.is_file() and out.stat().st_size and _MARK not in out.read_bytes():
        raise InputError(
            f"--out {out}: is no job script of ours, and one would be written over it; name another file"
        )
    try:
        write_whole(out, text)
    except OSError as error:
        raise InputError(f"--out {out}: cannot be written: {error.strerror or error}") from None
    console().out(
        f"{out}: submit it with sbatch {shlex.quote(str(out))}; its first lines say how to write the tables"
    )

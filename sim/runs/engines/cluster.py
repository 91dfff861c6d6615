"""Batches on a Dask cluster.

The cluster exists already, by its scheduler's address, or is started on this machine.
"""

import importlib
import logging
import pickle
import socket
import time
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from sim.runs.engines import EngineLost, OpenEngine
from sim.runs.engines.local import default_workers
from sim.runs.worker import TaskDone, Work, work_pickled
from sim.scenario.problems import InputError

LOCAL = "local"
_PORT = 8786  # Dask's own
_SECONDS_TO_ANSWER = 15.0
_SECONDS_FOR_WORKERS = 60.0
_SECONDS_UNTIL_LOST = 20.0


def cluster_engine(address: str, workers: int | None) -> OpenEngine:
    """What opens the engine; raises InputError if Dask is not installed, or nobody listens at the address."""
    try:
        addressing: Any = importlib.import_module("distributed.comm.addressing")
    except ModuleNotFoundError:
        raise InputError("--cluster: Dask is not installed: pip install 'warrantsim[cluster]'") from None
    if address != LOCAL:
        _refuse_silence(address, addressing)
    return lambda: Cluster(address, workers)


def _refuse_silence(address: str, addressing: Any) -> None:
    """Refuse an address at which nobody listens, before anything is written or waited for."""
    scheme, rest = addressing.parse_address(address)
    if scheme not in ("tcp", "tls"):
        return
    try:
        where = addressing.parse_host_port(rest, _PORT)
        socket.create_connection(where, _SECONDS_TO_ANSWER).close()
    except (OSError, ValueError, OverflowError, UnicodeError) as error:
        raise InputError(
            f"--cluster {address}: no scheduler answers there ({error}); give its address, such as "
            f"tcp://localhost:{_PORT}, or `{LOCAL}`"
        ) from None


class Cluster:
    """Batches by Dask's `concurrent.futures` face.

    Dask waits for ever for a scheduler that died, so the client is asked how it is. It hands a dead worker's
    batch to another worker, who refuses it (`EarlierWorkerDied`): the parent knows better which of its tasks
    to run again.
    """

    def __init__(self, address: str, workers: int | None) -> None:
        dask: Any = importlib.import_module("distributed")
        self.deaths: tuple[type[BaseException], ...] = (dask.KilledWorker,)
        self._address = address
        self._lost_since: float | None = None
        self._cluster: Any = None
        self._slots = 1
        if address == LOCAL:
            self._cluster = dask.LocalCluster(
                n_workers=workers or default_workers(),
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address=None,
                silence_logs=logging.CRITICAL,
            )
        try:
            self._client = dask.Client(
                self._cluster or address, timeout=_SECONDS_TO_ANSWER, set_as_default=False
            )
        except (OSError, ValueError) as error:
            for left in list(dask.Client._instances):  # it would wait at the end of the process
                with suppress(Exception):
                    left.close(timeout=1)
            raise InputError(f"--cluster {address}: no scheduler answers there ({error})") from None
        self.lost = f"the cluster's scheduler ({address}) no longer answers"
        for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
            logging.getLogger(name).setLevel(
                logging.CRITICAL + 1
            )  # what happens to the cluster is said once, as `lost`
        self._client.wait_for_workers(1, timeout=_SECONDS_FOR_WORKERS)
        self._refuse_threads()
        self._executor = self._client.get_executor(pure=False)

    def _refuse_threads(self) -> None:
        threads = self._client.nthreads()
        many = [worker for worker, n in threads.items() if n != 1]
        if many:
            self.close()
            raise InputError(
                f"--cluster {self._address}: worker {many[0]} has {threads[many[0]]} threads; start "
                "workers with --nthreads 1 --nworkers <cores>"
            )

    def slots(self) -> int:
        """As many as there are workers now: a cluster grows and shrinks."""
        with suppress(OSError):  # a scheduler that has just died: `check` will tell
            self._slots = max(1, len(self._client.nthreads()))
        return self._slots

    def submit(self, batch: Work) -> "Future[list[TaskDone]]":
        future: Future[list[TaskDone]] = self._executor.submit(work_pickled, pickle.dumps(batch))
        return future

    def check(self) -> None:
        if self._client.status == "running":
            self._lost_since = None
            return
        now = time.monotonic()
        self._lost_since = self._lost_since or now
        if now - self._lost_since > _SECONDS_UNTIL_LOST or self._client.status == "closed":
            raise EngineLost(self.lost)

    def close(self) -> None:
        gone = self._client.status != "running"
        for part in (self._client, self._cluster):
            if part is not None:
                with suppress(
                    *((OSError, TimeoutError) if gone else ())
                ):  # nobody is there to say goodbye to
                    part.close(timeout=5)

"""The load test of step 5: users who mostly classify tiles, and now and then look at / and /docs.

By hand, from the project's folder: locust -f load/locustfile.py --headless -u 4 -r 4 -t 5s --host http://127.0.0.1:8000
From two machines: the same with --master --expect-workers 1 on one, and --worker --master-host <its address> on the other.

LAUNCH_CONTROL_TARGET    URL of the deployment under test; without it only this machine may be loaded
LAUNCH_CONTROL_TILES     folder of .jpg to send
LAUNCH_CONTROL_RUN       marks each request with ?load=<run>.<number>, and as its X-Request-ID, so that the log shows each
LAUNCH_CONTROL_UNNAMED   when set, a prediction need not name a class as the suite finds it
LAUNCH_CONTROL_REQUESTS  file to write one line per request to
LAUNCH_CONTROL_RATE      requests a second that arrive whatever the server does, for LAUNCH_CONTROL_SECONDS (default: 5)
LAUNCH_CONTROL_WORKERS   how many processes share the load
LAUNCH_CONTROL_LIFELINE  when set, the run ends with its stdin: it does not outlive whoever started it
"""

import csv
import math
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from itertools import count, cycle
from pathlib import Path
from typing import Any

import gevent
import gevent.os
from locust import HttpUser, between, constant, events, log, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import STATE_CLEANUP, Runner, WorkerRunner

from load.journey import COLUMNS, ID_HEADERS, TIMEOUT, Sample, Tile, failure_of_answer, failure_of_error, read_tiles
from load.limits import bounded
from load.targets import TargetRefused, refuse_foreign_target

RUN = os.environ.get("LAUNCH_CONTROL_RUN") or "load"
NAMED = not os.environ.get("LAUNCH_CONTROL_UNNAMED")
WORKERS = int(os.environ.get("LAUNCH_CONTROL_WORKERS") or 1)
RATE = float(os.environ.get("LAUNCH_CONTROL_RATE") or 0) / WORKERS
"""Of this process, where requests arrive at a rate."""
SECONDS = float(os.environ.get("LAUNCH_CONTROL_SECONDS") or 5)
DONE = ".done"
"""Ends the name of the file that a worker leaves when it has ended by itself."""


@cache
def numbers(worker: int) -> Iterator[int]:
    """The numbers of a worker's requests: nobody else's, from 1 on where there is one worker."""
    return count(worker + 1, WORKERS)


class _User(HttpUser):
    """What sends."""

    abstract = True
    tiles: Iterator[Tile]

    def on_start(self) -> None:
        self.client.base_url = _own_target(self.host)  # again: Locust's web page can change the host
        bounded(self.client)

    def _send(self, method: str, path: str, at: float = 0.0, **body: Any) -> None:
        """Send it. Where it was to be sent at a moment, its latency is counted from there."""
        if not at and self.environment.runner.state == STATE_CLEANUP:  # would be killed after sending, and never counted
            raise StopUser
        mark = f"{RUN}.{next(numbers(self.environment.runner.worker_index))}"
        with self.client.request(
            method,
            path,
            name=path,
            params={"load": mark},
            headers=dict.fromkeys(ID_HEADERS, f"load-{mark}"),
            timeout=TIMEOUT,
            allow_redirects=False,  # a redirect could lead to somebody else's server
            catch_response=True,
            **body,
        ) as response:
            status = response.status_code
            told = (path, status, response.content)
            failure = failure_of_answer(*told, named=NAMED) if status else failure_of_error(response.error)
            if failure:
                response.failure(failure)
            if at:
                response.request_meta |= {"start_time": at, "response_time": (time.time() - at) * 1000}


class Visitor(_User):
    """Eight predictions to one look at each page."""

    abstract = bool(RATE)
    wait_time = between(0.05, 0.2)

    @task(8)
    def predict(self) -> None:
        self._send("POST", "/predict", files=next(self.tiles).form)

    @task(1)
    def index(self) -> None:
        self._send("GET", "/")

    @task(1)
    def docs(self) -> None:
        self._send("GET", "/docs")


class Arrivals(_User):
    """An open model: so many requests a second, however long the answers take. One of it sends for many users."""

    abstract = not RATE
    wait_time = constant(0)

    @task
    def arrive(self) -> None:
        """Send all that arrive while the load lasts, and wait for their answers."""
        began, sent = time.time(), []
        for number in range(math.ceil(RATE * SECONDS)):
            at = began + number / RATE
            gevent.sleep(max(0.0, at - time.time()))
            sent.append(gevent.spawn(self._arrives, number, at))
        gevent.joinall(sent)
        raise StopUser

    def _arrives(self, number: int, at: float) -> None:
        path = {8: "/", 9: "/docs"}.get(number % 10)
        if path:
            self._send("GET", path, at)
        else:
            self._send("POST", "/predict", at, files=next(self.tiles).form)


@events.init.add_listener  # type: ignore[untyped-decorator]
def prepare(environment: Environment, runner: Runner, **_: Any) -> None:
    """Before the first request: refuse a foreign target with exit code 2, read the tiles, tie the lifeline."""
    try:
        if not isinstance(runner, WorkerRunner):  # which hears of the host when it is told to start
            _own_target(environment.host)
        _User.tiles = cycle(read_tiles())
    except TargetRefused as refusal:
        print(f"Refused: {refusal}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    if path := os.environ.get("LAUNCH_CONTROL_REQUESTS"):
        worker = isinstance(runner, WorkerRunner)
        _keep_requests(Path(f"{path}.{os.getpid()}" if worker else path), worker)
    gevent.get_hub().loop.update_now()  # its clock stands where the imports began: the run would be that much shorter
    if os.environ.get("LAUNCH_CONTROL_LIFELINE"):
        gevent.spawn(_end_with_stdin, runner)


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def tell_a_crash_from_failures(environment: Environment, **_: Any) -> None:
    """Failed requests are a result; an exception in this file is not, such as that of a full disk."""
    if environment.runner and (environment.runner.exceptions or log.unhandled_greenlet_exception):
        environment.process_exit_code = 1


def _own_target(host: str | None) -> str:
    deployment = os.environ.get("LAUNCH_CONTROL_TARGET")
    return refuse_foreign_target(host or "", [deployment] if deployment else [])


def _keep_requests(path: Path, worker: bool) -> None:
    """One line per request, flushed as it is written."""
    if worker:
        events.quitting.add_listener(lambda **_: path.with_name(path.name + DONE).touch())  # type: ignore[no-untyped-call]
    writer = csv.DictWriter(path.open("w", buffering=1, newline="", encoding="utf-8"), COLUMNS)
    writer.writeheader()

    def keep(request_type: str, name: str, start_time: float, response_time: float, **more: Any) -> None:
        started, ms, failure = round(start_time, 6), round(response_time, 3), str(more["exception"] or "")
        writer.writerow(asdict(Sample(started, f"{request_type} {name}", ms, more["response"].status_code, failure)))

    events.request.add_listener(keep)  # type: ignore[no-untyped-call]


def _end_with_stdin(runner: Runner) -> None:
    gevent.os.tp_read(sys.stdin.fileno(), 1)  # nothing is ever written to it: it returns when it is closed
    runner.quit()

"""The load test of step 5: users who mostly classify tiles, and now and then look at / and /docs.

By hand, from the project's folder: locust -f load/locustfile.py --headless -u 4 -r 4 -t 5s --host http://127.0.0.1:8000

LAUNCH_CONTROL_TARGET    URL of the deployment under test; without it only this machine may be loaded
LAUNCH_CONTROL_TILES     folder of .jpg to send
LAUNCH_CONTROL_RUN       marks each request with ?load=<run>.<number>, so that each can be found in the access log
LAUNCH_CONTROL_UNNAMED   when set, a prediction need not name a class as the suite finds it
LAUNCH_CONTROL_REQUESTS  file to write one line per request to
LAUNCH_CONTROL_LIFELINE  when set, the run ends with its stdin: it does not outlive whoever started it
"""

import csv
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count, cycle
from pathlib import Path
from typing import Any

import gevent
import gevent.os
from locust import HttpUser, between, events, log, task
from locust.env import Environment
from locust.exception import StopUser
from locust.runners import STATE_CLEANUP, Runner

from load.journey import COLUMNS, TIMEOUT, Sample, Tile, failure_of_answer, failure_of_error, read_tiles
from load.limits import bounded
from load.targets import TargetRefused, refuse_foreign_target

RUN = os.environ.get("LAUNCH_CONTROL_RUN") or "load"
NAMED = not os.environ.get("LAUNCH_CONTROL_UNNAMED")
NUMBERS = count(1)


class Visitor(HttpUser):
    """Eight predictions to one look at each page."""

    wait_time = between(0.05, 0.2)
    tiles: Iterator[Tile]

    def on_start(self) -> None:
        self.client.base_url = _own_target(self.host)  # again: Locust's web page can change the host
        bounded(self.client)

    @task(8)
    def predict(self) -> None:
        self._send("POST", "/predict", files=next(self.tiles).form)

    @task(1)
    def index(self) -> None:
        self._send("GET", "/")

    @task(1)
    def docs(self) -> None:
        self._send("GET", "/docs")

    def _send(self, method: str, path: str, **body: Any) -> None:
        if self.environment.runner.state == STATE_CLEANUP:  # would be killed after sending, and never counted
            raise StopUser
        with self.client.request(
            method,
            path,
            name=path,
            params={"load": f"{RUN}.{next(NUMBERS)}"},
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


@events.init.add_listener  # type: ignore[untyped-decorator]
def prepare(environment: Environment, runner: Runner, **_: Any) -> None:
    """Before the first request: refuse a foreign target with exit code 2, read the tiles, tie the lifeline."""
    try:
        _own_target(environment.host)
        Visitor.tiles = cycle(read_tiles())
    except TargetRefused as refusal:
        print(f"Refused: {refusal}", file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    if path := os.environ.get("LAUNCH_CONTROL_REQUESTS"):
        _keep_requests(Path(path))
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


def _keep_requests(path: Path) -> None:
    """One line per request, flushed as it is written."""
    writer = csv.DictWriter(path.open("w", buffering=1, newline="", encoding="utf-8"), COLUMNS)
    writer.writeheader()

    def keep(request_type: str, name: str, start_time: float, response_time: float, **more: Any) -> None:
        started, ms, failure = round(start_time, 6), round(response_time, 3), str(more["exception"] or "")
        writer.writerow(asdict(Sample(started, f"{request_type} {name}", ms, more["response"].status_code, failure)))

    events.request.add_listener(keep)  # type: ignore[no-untyped-call]


def _end_with_stdin(runner: Runner) -> None:
    gevent.os.tp_read(sys.stdin.fileno(), 1)  # nothing is ever written to it: it returns when it is closed
    runner.quit()

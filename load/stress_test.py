"""The course's secret mission: a short burst of requests from this machine, to be seen again in CloudWatch.

Needs Python and requests, and nothing else. Each request carries `?load=stress`, which the access log shows.
Exit codes: 0 all was answered well, 1 wrong usage, 2 not the deployment under test, 3 some requests failed,
130 interrupted.
"""

import argparse
import json
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

try:
    import requests
except ImportError:
    sys.exit("This script needs the requests library. Install it with: pip install requests")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # so that it starts from any folder

from load import journey  # noqa: E402
from load.journey import Sample, Tile  # noqa: E402
from load.limits import bounded  # noqa: E402
from load.targets import TargetRefused, refuse_foreign_target  # noqa: E402

USAGE = "Usage: python load/stress_test.py http://<IP> [--seconds N] [--users N]"
ENDPOINT = ROOT / "reports" / "latest" / "endpoint.json"
"""Written by the suite: the URL of the deployment of its newest run."""
MAX_REQUESTS = 2000
MAX_SECONDS = 60
MAX_USERS = 32
PATHS = ("/predict",) * 4 + ("/",) + ("/predict",) * 4 + ("/docs",)
"""What is asked for, in this order, over and over."""


class StressRun:
    """A burst of requests by several threads, bounded in time and in number."""

    def __init__(self, url: str, tiles: Sequence[Tile], seconds: int) -> None:
        self.url = url
        self.tiles = tiles
        self.sent = 0
        self.samples: list[Sample] = []
        self.began = time.monotonic()
        self.deadline = self.began + seconds
        self._lock = threading.Lock()

    def first(self) -> Sample:
        """Send a single request, to see whether anybody is there."""
        with bounded(requests.Session()) as session:
            self._take_turn(session)
        return self.samples[0]

    def burst(self, users: int) -> None:
        """Let the users run, with a line of progress each second. Requests in flight may end after the deadline."""
        threads = [threading.Thread(target=self._user, daemon=True) for _ in range(users)]
        try:
            for thread in threads:
                thread.start()
            while any(t.is_alive() for t in threads) and time.monotonic() < self.deadline + sum(journey.TIMEOUT):
                _join(threads, seconds=1)
                self._show_progress()
        finally:
            self.deadline = 0  # nobody takes another turn

    def report(self) -> str:
        """The closing table, of what has happened so far."""
        return summary(self.sent, tuple(self.samples), time.monotonic() - self.began)

    def _user(self) -> None:
        with bounded(requests.Session()) as session:
            while self._take_turn(session):
                pass

    def _take_turn(self, session: requests.Session) -> bool:
        with self._lock:
            if self.sent >= MAX_REQUESTS or time.monotonic() >= self.deadline:
                return False
            number = self.sent
            self.sent += 1
        self.samples.append(self._send(session, number))
        return True

    def _send(self, session: requests.Session, number: int) -> Sample:
        path = PATHS[number % len(PATHS)]
        method, files = ("POST", self.tiles[number % len(self.tiles)].form) if path == "/predict" else ("GET", None)
        status, started, clock = 0, time.time(), time.perf_counter()
        try:
            response = session.request(
                method,
                self.url + path,
                params={"load": "stress"},
                files=files,
                timeout=journey.TIMEOUT,
                allow_redirects=False,  # a redirect could lead to somebody else's server
            )
            status = response.status_code
            failure = journey.failure_of_answer(path, status, response.content, named=False)
        except requests.RequestException as error:
            failure = journey.failure_of_error(error)
        return Sample(started, f"{method} {path}", (time.perf_counter() - clock) * 1000, status, failure)

    def _show_progress(self) -> None:
        failed = sum(bool(sample.failure) for sample in self.samples)
        print(f"{time.monotonic() - self.began:4.0f} s  {self.sent:5} requests  {failed:5} failures", flush=True)


def main(arguments: Sequence[str]) -> int:
    """Run the script; returns its exit code."""
    options = _parse(arguments)
    try:
        url = refuse_foreign_target(options.url, _deployments())
        tiles = journey.read_tiles()
    except TargetRefused as refusal:
        print(f"Refused: {refusal}")
        print("If it is your own deployment, set LAUNCH_CONTROL_TARGET to its URL and run this again.")
        return 2
    except OSError as error:
        print(error)
        return 1
    run = StressRun(url, tiles, options.seconds)
    try:
        first = run.first()
        if not first.status:
            print(f"Nothing answers at {url}: {first.failure}. Is the task RUNNING, and is this still its public IP?")
            return 3
        run.burst(options.users)
    except KeyboardInterrupt:
        print("\nInterrupted. So far:")
        print(run.report())
        return 130
    print(run.report())
    return 3 if _failures(run.sent, run.samples) else 0


def summary(sent: int, samples: Sequence[Sample], seconds: float) -> str:
    """The closing table: latencies are those of the requests that ended, failed or not."""
    failures = _failures(sent, samples)
    reasons = ", ".join(f"{count} x {reason}" for reason, count in failures.most_common())
    rows = [("requests", f"{sent}"), ("failures", f"{failures.total()}" + (f"   ({reasons})" if reasons else ""))]
    latencies = [sample.ms for sample in samples]
    if latencies:
        rows += [(f"p{percent}", f"{journey.percentile(latencies, percent):.0f} ms") for percent in (50, 95, 99)]
    rows += [("requests per second", f"{sent / max(seconds, 0.001):.1f}")]
    return "\n".join(f"{name:<22}{value}" for name, value in rows)


def _failures(sent: int, samples: Sequence[Sample]) -> Counter[str]:
    """How often each reason occurred; what has not ended counts as well."""
    failures = Counter(sample.failure for sample in samples if sample.failure)
    if sent > len(samples):
        failures["not answered before the end"] = sent - len(samples)
    return failures


def _deployments() -> list[str]:
    """URLs of the deployment under test: as the user says, and as the suite has written."""
    known = [os.environ.get("LAUNCH_CONTROL_TARGET", "")]
    with suppress(OSError, ValueError, LookupError, TypeError):  # no run yet, or one without an endpoint
        known.append(str(json.loads(ENDPOINT.read_text(encoding="utf-8"))["url"]))
    return [url for url in known if url]


def _join(threads: Sequence[threading.Thread], seconds: float) -> None:
    until = time.monotonic() + seconds
    for thread in threads:
        thread.join(timeout=max(0.0, until - time.monotonic()))


class _Parser(argparse.ArgumentParser):
    """Speaks as the course's script does: usage on stdout, exit code 1."""

    def error(self, message: str) -> NoReturn:
        print(f"{USAGE}\n{message}")
        sys.exit(1)

    def format_help(self) -> str:
        return f"{USAGE}\n"


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = _Parser()
    parser.add_argument("url", metavar="http://<IP>")
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--users", type=int, default=4)
    options = parser.parse_args(arguments)
    for name, value, most in (("seconds", options.seconds, MAX_SECONDS), ("users", options.users, MAX_USERS)):
        if not 1 <= value <= most:
            parser.error(f"--{name} is 1 to {most}, not {value}")
    return options


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

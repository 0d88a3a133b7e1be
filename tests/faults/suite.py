"""The suite, run in a process of its own for one cell of a matrix: forked from a warm process, so that a cell is cheap."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import psutil
import pytest

from fixtures.wire.waiting import Waiter
from tests.faults import aws_faults, warm_locust

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 60.0
"""A run that takes longer hangs."""
_MOMENT_SECONDS = 0.02
"""A rehearsal is over half a second after its load."""
_WARM = ("tests.faults.warm",)
"""Imported once, before the forks."""
_KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR", "DOCKER_HOST")


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (minus the signal that killed it), and all that it printed."""

    code: int
    output: str
    seconds: float

    def __str__(self) -> str:
        return f"exit code {self.code} after {self.seconds:.1f} s\n{self.output}"


class Suite:
    """One run of the suite, which begins at once. A context manager: leaving it kills what is left of the run."""

    def __init__(
        self, arguments: Sequence[str], variables: Mapping[str, str], folder: Path, terminal: str | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._printed = folder / f"printed-{time.monotonic_ns()}.txt"
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        self._began = time.monotonic()
        self._process = context().Process(target=_run, args=([*arguments], kept | variables, str(self._printed), terminal))
        self._process.start()
        self.pid: int = self._process.pid or 0

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._printed.read_text(encoding="utf-8", errors="replace") if self._printed.exists() else ""

    @property
    def running(self) -> bool:
        return self._process.is_alive()

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self, seconds: float = LONGEST_SECONDS) -> Ended:
        """How it ended. Raises TimeoutError with what it printed if it does not; it is killed then."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            self.kill()
            raise TimeoutError(f"the suite still ran after {seconds:.0f} s; it printed:\n{self.output}")
        return Ended(self._process.exitcode, self.output, time.monotonic() - self._began)

    def kill(self) -> None:
        """End it and its children, by force."""
        if self._process.exitcode is not None:
            return
        for process in [psutil.Process(self.pid), *psutil.Process(self.pid).children(recursive=True)]:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.join()

    def __enter__(self) -> "Suite":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class Running(Protocol):
    """A run that has begun, wherever it runs."""

    @property
    def running(self) -> bool: ...


def catch(run: Running, what: str, seen: Callable[[], object]) -> None:
    """Wait for a moment of the run, and look so often that it is not over by then. Raises AssertionError if the run is."""
    waiter = Waiter(sleep=lambda pause: time.sleep(min(pause, _MOMENT_SECONDS)))
    waiter.until(what, lambda: bool(seen()) or not run.running, bool, LONGEST_SECONDS)
    assert run.running, f"it ended before {what}: {getattr(run, 'output', run)}"


def stopped(suite: Suite) -> bool:
    """Whether SIGSTOP has stopped it."""
    return psutil.Process(suite.pid).status() == psutil.STATUS_STOPPED


def rehearsing(folder: Path, *words: str, **variables: str) -> Suite:
    """A rehearsal of the course that has begun, with a load of one second; its reports come to `reports` in the folder."""
    words = ("tests/acceptance", "-q", "--load-seconds=1", f"--reports={folder / 'reports'}", *words)
    return Suite(words, variables, folder)


def context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_WARM])
    return context


def _run(arguments: list[str], variables: dict[str, str], printed: str, terminal: str | None) -> None:
    """In the child: become a fresh `pytest` process as far as anybody can see, and end as it ends."""
    os.setsid()
    output = os.open(terminal or printed, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    for stream in (0, 1, 2) if terminal else (1, 2):
        os.dup2(output, stream)
    os.close(output)
    os.environ.clear()
    os.environ.update(variables)
    warm_locust.install()
    aws_faults.install()
    os.chdir(ROOT)
    sys.argv = ["pytest", *arguments]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    code = pytest.main(arguments)
    sys.stdout.flush()
    sys.exit(int(code))

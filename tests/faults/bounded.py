"""Bounds for what a test tries: it raises in place of hanging, and what it takes is measured."""

import json
import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.suite import context


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TimeoutError when it has lasted so long."""

    def over(*_: object) -> None:
        raise TimeoutError(f"it still went on after {seconds:g} s")

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@dataclass(frozen=True)
class Came:
    """What came of an attack: in words, and what it took of the clock, the processor and the memory at most."""

    name: str
    outcome: str
    seconds: float
    processor: float
    megabytes: float


def tried(name: str, bundle: Path, folder: Path, seconds: float) -> Came:
    """An attack, tried in a process of its own. Raises TimeoutError if it does not end, and OSError if it is killed."""
    result = folder / "came.json"
    process = context().Process(target=_try, args=(name, bundle, folder, result))
    process.start()
    process.join(seconds)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"{name}: it still went on after {seconds:g} s")
    if process.exitcode:
        raise OSError(f"{name}: exit code {process.exitcode}")
    return Came(**json.loads(result.read_text()))


def _try(name: str, bundle: Path, folder: Path, result: Path) -> None:
    from tests.faults.exhausting import ATTACKS  # noqa: PLC0415 - with its bombs, it belongs into the child alone

    (attack,) = [each for each in ATTACKS if each.name == name]
    os.chdir(folder)
    limit = 2_000_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))  # the machine is needed by others
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    began = time.monotonic()
    outcome = attack.outcome(folder, bundle)
    took = time.monotonic() - began
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    peaks = [line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    most = max(int(peaks[0]), used[1].ru_maxrss) / 1000
    processor = sum(each.ru_utime + each.ru_stime for each in used)
    result.write_text(json.dumps(vars(Came(name, outcome[:500], took, processor, most))))

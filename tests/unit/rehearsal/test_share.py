"""A task's share of a core: who has had more stands still until it is due again, and goes on."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import psutil
import pytest

from fixtures.rehearsal import runner
from fixtures.rehearsal.runner import Application, ProcessContainer, ProcessRunner, TaskNetwork
from fixtures.rehearsal.share import Share
from fixtures.rehearsal.walls import Walls
from tests.unit.rehearsal.rehearsal_support import python, wait


class Told(list[bool]):
    """A container that only notes when it is to go on or to stand still; it takes so much of a core between two looks."""

    def __init__(self, takes: float) -> None:
        super().__init__()
        self.looks = 0
        self._used = itertools.count(1.0, takes)

    def processor_time(self) -> float:
        self.looks += 1
        return next(self._used)

    def go(self, on: bool) -> None:
        self.append(on)


def held(container: Told, listens: Callable[[], bool] = lambda: True) -> Share:
    return Share([cast(ProcessContainer, container)], 0.25, listens)


def test_what_has_had_more_stands_still() -> None:
    """It goes on when the share ends, however much it owes."""
    burner = Told(1000.0)
    share = held(burner)
    wait("its standing still", lambda: list(burner))
    assert burner == [False]
    share.end()
    assert burner == [False, True]


def test_what_has_paid_goes_on() -> None:
    """Again and again."""
    burner = Told(0.1)
    share = held(burner)
    wait("its going on, twice", lambda: list(burner), lambda told: told[:4] == [False, True, False, True])
    share.end()


def test_what_takes_nothing_is_let_be() -> None:
    """It is looked at, and that is all."""
    idle = Told(0.0)
    share = held(idle)
    wait("some looks", lambda: idle.looks, lambda looks: looks > 5)
    share.end()
    assert idle == []


def test_a_slow_start_may_use_more() -> None:
    """Until something listens."""
    listens: list[bool] = []
    burner = Told(1000.0)
    share = held(burner, lambda: bool(listens))
    assert burner.looks == 0
    listens.append(True)
    wait("its standing still", lambda: list(burner))
    share.end()


def test_what_never_listens_is_let_be() -> None:
    """Its share ends with it."""
    burner = Told(1000.0)
    held(burner, lambda: False).end()
    assert (burner.looks, burner) == (0, [])


def test_where_nobody_tells_processor_time_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS, where nothing is limited then."""
    monkeypatch.setattr(runner, "_PROC", tmp_path / "proc")
    anyone: Any = None
    asked: Any = SimpleNamespace(container_definitions=[])
    said = ["its processor time is not limited, as this machine does not tell it"]
    assert ProcessRunner.not_carried_out(anyone, asked) == said


@pytest.fixture
def container(tmp_path: Path) -> Iterator[ProcessContainer]:
    """One that computes in a process that it has started."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "main.py").touch()
    burn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'while True: pass'])"
    walls = Walls(tmp_path)
    network = TaskNetwork(walls.network(), (80,), 0.25)
    made = ProcessContainer({"name": "api", "command": python(burn)}, network, Application(tmp_path), lambda: None)
    yield made
    made.kill()
    network.inner.close()
    walls.fall()


def test_all_that_a_container_has_started_is_counted_and_stopped(container: ProcessContainer) -> None:
    """A child's processor time is its own; it stands still with it, goes on with it, and sees two cores at most."""
    wait("some processor time", container.processor_time)
    top = psutil.Process(container._process.pid)
    container.go(False)
    of_all = lambda: {each.status() for each in [top, *top.children(recursive=True)]}  # noqa: E731
    assert wait("a standstill", of_all, lambda statuses: statuses == {psutil.STATUS_STOPPED})
    container.go(True)
    assert wait("its going on", of_all, lambda statuses: psutil.STATUS_STOPPED not in statuses)
    assert len(top.cpu_affinity()) <= 2
    container.kill()
    container.go(False)

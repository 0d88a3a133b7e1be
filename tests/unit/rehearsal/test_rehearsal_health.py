"""Health checks: what a container's definition asks for is run in the container, and ECS replaces what fails it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.rehearsal.rehearsal_support import ChildRehearsal, World, python, wait
from tests.unit.rehearsal.test_walls import NOT_ALLOWED

ANSWERS = python("""
import http.server
class Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/" else 404)
        self.end_headers()
http.server.ThreadingHTTPServer(("0.0.0.0", 80), Handler).serve_forever()
""")
ASKS = "python -c \"import urllib.request; urllib.request.urlopen('http://localhost{}')\" || exit 1"
FAILS_SOON = {"interval": 5, "timeout": 2, "retries": 1}


@pytest.fixture
def world() -> Iterator[World]:
    """AWS answers as fast as it can."""
    with World() as it:
        yield it


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """Where a rehearsal of a test's own tells what happens."""
    return tmp_path / "said.txt"


def checked(world: World, command: list[str], **changes: Any) -> dict[str, Any]:
    """A container that answers on / alone, and its check."""
    return world.container(command=ANSWERS, healthCheck={"command": command} | changes)


def health(world: World) -> tuple[str, str]:
    """Of the one running task: its own health and its container's."""
    task = world.running()[0]
    return task["healthStatus"], task["containers"][0]["healthStatus"]


def test_a_check_reaches_its_own_task_by_localhost(world: World) -> None:
    """The service is steady when the task is HEALTHY, and does not wait for the check's whole interval."""
    world.launch(checked(world, ["CMD-SHELL", ASKS.format("/")]))
    assert health(world) == ("HEALTHY", "HEALTHY")


def test_a_check_is_run_in_the_container(world: World) -> None:
    """It has the container's variables, folder and processes, and may be a program with its arguments."""
    check = "import os; assert os.environ['MODEL'] and os.path.exists('app/main.py') and os.getpid() < 1000"
    container = checked(world, ["CMD", "python", "-c", check]) | {"environment": [{"name": "MODEL", "value": "v1"}]}
    world.launch(container)
    assert health(world) == ("HEALTHY", "HEALTHY")


def test_what_is_not_healthy_is_replaced(world: World) -> None:
    """In AWS's words, as an event and as the reason of the task's end; the service is not steady meanwhile."""
    world.create_service(taskDefinition=world.register(checked(world, ["CMD-SHELL", ASKS.format("/health")], **FAILS_SOON)))
    stopped = world.stopped()
    assert (stopped["stopCode"], stopped["stoppedReason"]) == (
        "ServiceSchedulerInitiated",
        "Task failed container health checks",
    )
    assert (stopped["healthStatus"], stopped["containers"][0]["healthStatus"]) == ("UNHEALTHY", "UNHEALTHY")
    events = world.events()
    assert f"(service {world.name}) (task {stopped['taskArn'].split('/')[-1]}) failed container health checks." in events
    assert not [event for event in events if "steady" in event]
    assert wait("another task", world.running)


def test_a_check_that_takes_too_long_has_failed(world: World) -> None:
    """Its time-out is kept, and it is ended."""
    world.create_service(taskDefinition=world.register(checked(world, ["CMD", "sleep", "1000"], **FAILS_SOON)))
    assert world.stopped()["containers"][0]["healthStatus"] == "UNHEALTHY"


def test_without_a_check_nothing_is_known(world: World) -> None:
    """So AWS says it, and the service is steady all the same; NONE is no check."""
    world.launch(checked(world, ["NONE"]))
    assert health(world) == ("UNKNOWN", "UNKNOWN")


@pytest.mark.parametrize("command", [["CMD-SHELL", "no-such-curl -f http://localhost/ || exit 1"], ["CMD", "no-such-curl"]])
def test_what_this_machine_cannot_check_it_says(said: Path, command: list[str]) -> None:
    """The image may well have the program: the task is not held to be ill."""
    with said.open("w") as output, ChildRehearsal(stdout=output.fileno()) as rehearsal, World(url=rehearsal.url) as world:
        world.launch(checked(world, command, **FAILS_SOON))
        line = "the health check of api is not carried out: no-such-curl is not on this machine"
        wait("the line", said.read_text, lambda text: line in text)


def test_without_walls_no_check_is_carried_out_and_that_is_said(said: Path) -> None:
    """localhost would be this machine's."""
    program = ("-c", NOT_ALLOWED)
    with (
        said.open("w") as output,
        ChildRehearsal(program=program, stdout=output.fileno()) as rehearsal,
        World(url=rehearsal.url) as world,
    ):
        world.launch(checked(world, ["CMD-SHELL", "exit 1"], **FAILS_SOON))
        assert health(world) == ("UNKNOWN", "UNKNOWN")
    assert "the health check of api is not carried out, as there are no walls here" in said.read_text()


def test_what_else_is_not_carried_out_is_said(said: Path) -> None:
    """By name, once the task starts; what asks for nothing is not told."""
    asked = {"workingDirectory": "/app", "user": "nobody", "readonlyRootFilesystem": False, "mountPoints": []}
    with said.open("w") as output, ChildRehearsal(stdout=output.fileno()) as rehearsal, World(url=rehearsal.url) as world:
        world.launch(world.container(**asked))
    assert "of the container api is not carried out: user, workingDirectory\n" in said.read_text()

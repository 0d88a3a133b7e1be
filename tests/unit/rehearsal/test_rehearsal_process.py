"""The rehearsal as a process: how it starts, what it says, and that nothing of it is left, however it ends."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import boto3
import psutil
import pytest
from botocore.exceptions import ClientError

from fixtures.rehearsal import runner
from tests.unit.rehearsal.rehearsal_support import (
    ROOT,
    ChildRehearsal,
    World,
    alive,
    client,
    processes_with,
    reach,
    server,
    wait,
)

NO_LOW_PORTS = """
import socket
bind = socket.socket.bind
def bind_high(self, address):
    if isinstance(address, tuple) and 0 < address[1] < 1024:
        raise PermissionError(13, "Permission denied")
    bind(self, address)
socket.socket.bind = bind_high
"""
FORGETFUL = """
from fixtures.rehearsal.scheduler import ServiceScheduler
schedule = ServiceScheduler.schedule
ServiceScheduler.schedule = lambda self: "forgotten" in self._service.name or schedule(self)
"""
CRASHES = {
    "the loop": "DataPlane._reconcile = lambda self: 1 / 0",
    "the network": "start = DataPlane.start\n"
    "DataPlane.start = lambda self: (self._host.network.call_soon(lambda: 1 / 0), start(self))",
}
MAIN = "from fixtures.rehearsal.__main__ import main; main()"
PARENT = """
from tests.unit.rehearsal.rehearsal_support import ChildRehearsal
rehearsal = ChildRehearsal()
print(rehearsal.process.pid, flush=True)
input()
"""


@contextmanager
def start(*options: str, code: str = MAIN) -> Iterator[subprocess.Popen[str]]:
    """A process that runs the rehearsal as a person starts it, from other code if need be; killed if it is still there."""
    command = [sys.executable, "-c", code, *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def greeting(process: subprocess.Popen[str]) -> dict[str, str]:
    """What it exports, by name, when it stands."""
    assert process.stdout
    lines = list(iter(process.stdout.readline, "\n"))
    lines += iter(process.stdout.readline, "\n")
    assert "unset AWS_PROFILE AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN\n" in lines
    exports = [line.removeprefix("export ").strip().split("=") for line in lines if line.startswith("export ")]
    return dict(exports)


@pytest.mark.parametrize(("number", "thread"), [(signal.SIGINT, 0), (signal.SIGTERM, 0), (signal.SIGINT, -1)])
def test_a_standing_rehearsal_is_used_as_it_says_and_stops_cleanly(
    number: signal.Signals, thread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its export lines are all that a client needs; a signal that any thread hears ends it, its containers and files."""
    with start("--region", "eu-west-1") as process:
        exports = greeting(process)
        for name, value in exports.items():
            monkeypatch.setenv(name, value)
        session = boto3.Session()
        assert session.region_name == "eu-west-1"
        assert session.client("sts").get_caller_identity()["Account"] == "123456789012"
        world = World(url=exports["AWS_ENDPOINT_URL"])
        world.launch(world.container(command=[*server(), world.mark]))
        containers = processes_with(world.mark)
        children = psutil.Process(process.pid).children(recursive=True)
        assert set(containers) <= set(children)
        os.kill(psutil.Process(process.pid).threads()[thread].id, number)
        _, errors = process.communicate(timeout=20)
        assert (process.returncode, errors) == (0, "")
    assert alive(children) == []
    assert not Path(exports["AWS_CONFIG_FILE"]).exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--app", "/no/such/folder"], "/no/such/folder has no app/main.py; --app wants the folder that holds app/main.py"),
        (["--pace", "slow"], "argument --pace: there is no pace 'slow'; choose instant, realistic or realistic/10"),
        (
            ["--pace", "realistic/0"],
            "argument --pace: there is no pace 'realistic/0'; choose instant, realistic or realistic/10",
        ),
        (["--port", "http"], "argument --port: invalid int value: 'http'"),
        (
            ["--port", "99999"],
            "cannot listen on 127.0.0.1:99999: bind(): port must be 0-65535.; choose another --port, or none",
        ),
        (["--region", "us-esat-1"], "there is no region 'us-esat-1' in the rehearsal; use one such as us-east-1"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
    ],
)
def test_a_mistake_is_one_clear_line(options: list[str], message: str) -> None:
    """The exit code is 4, as with pytest."""
    with start(*options) as process:
        assert process.communicate(timeout=20) == ("", f"python -m fixtures.rehearsal: {message}\n")
    assert process.returncode == 4


def test_a_port_in_use_is_one_clear_line() -> None:
    """It says which, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with start("--port", str(port)) as process:
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 4
    assert errors.startswith(f"python -m fixtures.rehearsal: cannot listen on 127.0.0.1:{port}: [Errno 98] Address already")
    assert errors.endswith("; choose another --port, or none\n")
    assert errors.count("\n") == 1


def test_a_killed_rehearsal_leaves_no_container() -> None:
    """SIGKILL lets it clean up nothing: its containers end by themselves, whatever program they run."""
    with ChildRehearsal() as rehearsal:
        world = World(url=rehearsal.url)
        commands = {"api": [*server(), world.mark], "sleep": ["sleep", "1000"], "shell": ["sh", "-c", "sleep 1000; true"]}
        world.launch(*(world.container(name=name, command=command) for name, command in commands.items()))
        children = psutil.Process(rehearsal.process.pid).children(recursive=True)
        assert len(children) >= len(commands)
        rehearsal.process.kill()
        wait("the containers' end", lambda: alive(children), lambda left: not left)


def test_a_child_ends_with_its_parent() -> None:
    """The parent is killed, and says nothing to its child."""
    with start(code=PARENT) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        assert alive([child])
        parent.kill()
        wait("the child's end", lambda: alive([child]), lambda left: not left)


@pytest.fixture(scope="module")
def handicapped() -> Iterator[ChildRehearsal]:
    """A rehearsal that may not bind low ports, as on most people's machines, and forgets a service of a certain name."""
    with ChildRehearsal(program=("-c", NO_LOW_PORTS + FORGETFUL + MAIN)) as rehearsal:
        yield rehearsal


def test_where_port_80_is_refused_describe_tasks_tells_another(handicapped: ChildRehearsal) -> None:
    """The container's port answers there, on the task's address, as the group allows it."""
    world = World(url=handicapped.url)
    task = world.launch()
    bindings = {binding["containerPort"]: binding for binding in task["containers"][0]["networkBindings"]}
    assert min(binding["hostPort"] for binding in bindings.values()) > 1023
    assert bindings[80]["bindIP"] == world.address(task)
    with socket.create_connection((bindings[80]["bindIP"], bindings[80]["hostPort"]), timeout=20) as visitor:
        assert visitor.recv(100) == b"hello"
    world.delete()


def test_ctrl_c_is_left_to_the_parent(handicapped: ChildRehearsal) -> None:
    """Who interrupts the suite still needs an AWS in which it can undo things."""
    ecs = client(handicapped.url, "ecs")
    assert "clusterArns" in ecs.list_clusters()  # it is up
    handicapped.process.send_signal(signal.SIGINT)
    assert "clusterArns" in ecs.list_clusters()
    assert handicapped.process.poll() is None


def test_a_port_is_moved_where_it_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where somebody else has it; the others stay where they are."""

    def bind(_self: socket.socket, address: tuple[str, int]) -> None:
        if address[1] == 80:
            raise OSError(98, "Address already in use")

    monkeypatch.setattr(socket.socket, "bind", bind)
    runner.moved.cache_clear()
    try:
        assert [runner.moved(port) for port in (80, 8000)] == [20080, 8000]
    finally:
        runner.moved.cache_clear()


def test_a_draining_service_is_deleted_again_and_not_changed_or_made_again(handicapped: ChildRehearsal) -> None:
    """It is DRAINING until the data plane sees that its tasks stop, which it never does here."""
    world = World(url=handicapped.url)
    world.name = "forgotten"
    world.create_service()
    assert (world.delete()["status"], world.service()["status"]) == ("DRAINING", "DRAINING")
    assert world.delete(force=False)["status"] == "DRAINING"
    with pytest.raises(ClientError, match=r"ServiceNotActiveException.*Service was not ACTIVE"):
        world.update(desiredCount=1)
    with pytest.raises(ClientError, match=r"InvalidParameterException.*Unable to Start a service that is still Draining"):
        world.create_service()


def test_two_suites_at_once_do_not_meet() -> None:
    """Their names differ, however alike they are: each sees and deletes what is its own."""
    with ThreadPoolExecutor(2) as suites:
        worlds = [World() for _ in range(2)]
        worlds[1].name = f"my-{worlds[0].name}"
        tasks = list(suites.map(World.launch, worlds))
        assert len({world.address(task) for world, task in zip(worlds, tasks, strict=True)}) == 2
        for world, task in zip(worlds, tasks, strict=True):
            assert world.ecs.list_tasks(cluster=world.cluster)["taskArns"] == [task["taskArn"]]
            assert len(world.ecs.list_services(cluster=world.cluster)["serviceArns"]) == 1
            assert world.lines(task) == ["listening"]
        worlds[0].delete()
        worlds[0].stopped()
        assert [task["taskArn"] for task in worlds[1].running()] == [tasks[1]["taskArn"]]
        assert reach(worlds[1].address(tasks[1])) == "hello"
        worlds[1].delete()


@pytest.mark.parametrize("crash", CRASHES.values(), ids=CRASHES.keys())
def test_a_crash_of_the_data_plane_ends_the_rehearsal(crash: str) -> None:
    """It would lie without it; the traceback says what happened."""
    with start(code=f"from fixtures.rehearsal.data_plane import DataPlane\n{crash}\n{MAIN}") as process:
        _, errors = process.communicate(timeout=20)
    assert process.returncode == os.EX_SOFTWARE
    assert errors.startswith("Traceback")
    assert errors.endswith("ZeroDivisionError: division by zero\n")

"""Tasks in Docker: as Fargate would run them, at their own address, cut off from the internet, and gone afterwards."""

import os
import socket
import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.errors import APIError

from fixtures.ledger.owner import OWNER_TAG
from fixtures.rehearsal import daemon, pause
from fixtures.rehearsal.docker_runner import DockerContainer, DockerRunner
from fixtures.settings.trouble import Trouble
from tests import images
from tests.unit.rehearsal.rehearsal_support import ACCOUNT, ROOT, ChildRehearsal, World, wait
from tests.unit.rehearsal.rehearsal_support import reach as greeting

SERVES = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80"]


def shell(text: str) -> dict[str, Any]:
    """What a container definition says to have the image's shell do this."""
    return {"entryPoint": ["sh", "-c"], "command": [text]}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A rehearsal of the tiny image, which the tests of this file share."""
    images.client()
    with ChildRehearsal("--docker", images.base()) as rehearsal:
        yield rehearsal.url


@pytest.fixture
def world(url: str) -> Iterator[World]:
    """A world in it."""
    with World(url=url) as it:
        yield it


def ended(world: World, *containers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The first task of these containers, when it has ended."""
    world.create_service(taskDefinition=world.register(*containers, **changes))
    return world.stopped()


def said(world: World, *lines: str, **changes: Any) -> list[str]:
    """What a container says that does this and goes on."""
    world.create_service(
        taskDefinition=world.register(world.container(**shell("; ".join([*lines, "sleep 100"])), **changes))
    )
    task = wait("a task", world.running)[0]
    return world.lines(task, len(lines))


def labelled(client: Any) -> list[Any]:
    """Everything in Docker that is some rehearsal's."""
    wanted = {"label": OWNER_TAG}
    return [*client.containers(all=True, filters=wanted), *client.networks(filters=wanted)]


def test_the_image_is_what_ecr_holds(world: World) -> None:
    """Its digest and size are Docker's, its tag the course's."""
    held = images.client().inspect_image(images.base())
    (image,) = world.ecr.describe_images(repositoryName="satellite-api")["imageDetails"]
    assert (image["imageDigest"], image["imageSizeInBytes"]) == (held["Id"], held["Size"])
    assert image["imageTags"] == ["v1"]


def test_a_task_answers_at_its_own_address(world: World) -> None:
    """The course's command, in the image: its lines are in CloudWatch, its digest in DescribeTasks."""
    task = world.launch(world.container(command=SERVES))
    with socket.create_connection((world.address(task), 80), timeout=3) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in client.recv(1000)
    assert task["containers"][0]["imageDigest"] == images.client().inspect_image(images.base())["Id"]
    assert "Application startup complete." in world.lines(task, 4)[2]


def test_what_listens_elsewhere_or_on_localhost_is_not_reached(world: World) -> None:
    """A container's own localhost is nobody else's, and the image's CMD listens on 8000."""
    world.create_service(
        taskDefinition=world.register(
            world.container(**shell("httpd -p 127.0.0.1:80; nc -ll -p 8000 -e echo hello & sleep 100"))
        )
    )
    task = wait("a task", world.running)[0]
    world.ec2.authorize_security_group_ingress(
        GroupId=world.group_id,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 8000, "ToPort": 8000, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
    )
    assert wait("port 8000", lambda: greeting(world.address(task), 8000), "hello\n".__eq__)
    assert greeting(world.address(task), 80) == "refused"
    assert greeting(world.address(task), 22) == "silence"


ENDS = {
    "it ends": ("exit 0", 0, None),
    "it fails": ("exit 1", 1, None),
    "a native library crashes": ("sh -c 'kill -SEGV $$'; exit $?", 139, None),
    "it is terminated": ("trap 'exit 143' TERM; kill -TERM $$", 143, None),
    "it needs more memory than there is": (
        "exec tail /dev/zero",
        137,
        "OutOfMemoryError: Container killed due to memory usage",
    ),
}


@pytest.mark.parametrize(("program", "code", "reason"), ENDS.values(), ids=ENDS.keys())
def test_an_end_is_told_as_on_fargate(world: World, program: str, code: int, reason: str | None) -> None:
    """Exit codes are Docker's, and what the kernel kills says why."""
    task = ended(world, world.container(**shell(program), memory=32))
    assert task["stoppedReason"] == "Essential container in task exited"
    assert (task["containers"][0]["exitCode"], task["containers"][0].get("reason")) == (code, reason)


@pytest.mark.parametrize(
    ("code", "killed", "told", "ran_out"),
    [(137, False, [{}], True), (137, False, [], False), (137, True, [{}], False), (1, False, [{}], False)],
)
def test_memory_is_why_it_ended_where_docker_tells_so_afterwards(
    code: int, killed: bool, told: list[Any], ran_out: bool
) -> None:
    """Its event may come when the container is known to have ended; who was killed by the task needs no such reason."""
    container = object.__new__(DockerContainer)
    vars(container).update(_id="c1", _killed=killed, _client=SimpleNamespace(events=lambda **_: iter(told)))
    assert container._ran_out(code) is ran_out


def test_the_definition_is_over_the_image(world: World) -> None:
    """Entry point, command, working directory, user and variables; what it does not say is the image's."""
    changes = {"workingDirectory": "/tmp", "user": "1000", "environment": [{"name": "MODEL", "value": "a b"}]}
    lines = said(
        world,
        "pwd",
        "id -u",
        'echo "$MODEL"',
        "ulimit -n",
        **changes,
        ulimits=[{"name": "nofile", "softLimit": 77, "hardLimit": 99}],
    )
    assert lines == ["/tmp", "1000", "a b", "77"]


def test_the_size_is_a_hard_limit(world: World) -> None:
    """A quarter of a CPU, 512 MiB and no swap."""
    world.launch(world.container(command=SERVES, environment=[{"name": "WHOSE", "value": world.mark}]))
    client = images.client()
    there = [client.inspect_container(each["Id"]) for each in client.containers(filters={"label": OWNER_TAG})]
    (asked,) = [each["HostConfig"] for each in there if f"WHOSE={world.mark}" in (each["Config"]["Env"] or ())]
    assert (asked["NanoCpus"], asked["Memory"], asked["MemorySwap"]) == (250_000_000, 512 * 2**20, 512 * 2**20)


def test_a_root_file_system_may_be_read_only_and_a_volume_is_not(world: World) -> None:
    """As the definition asks for it; a low port is not for everybody."""
    volumes = {"volumes": [{"name": "scratch"}]}
    container = world.container(
        **shell("touch /app/x || echo no; touch /scratch/x && echo yes; sleep 100"),
        readonlyRootFilesystem=True,
        mountPoints=[{"sourceVolume": "scratch", "containerPath": "/scratch"}],
    )
    world.create_service(taskDefinition=world.register(container, **volumes))
    lines = world.lines(wait("a task", world.running)[0], 3)
    assert sorted(lines) == ["no", "touch: /app/x: Read-only file system", "yes"]


def test_low_ports_are_for_root(world: World) -> None:
    """Fargate's kernel has the usual limit."""
    assert "Permission denied" in said(world, "nc -l -p 80", user="1000")[0]


WAYS = {
    "an address": "nc -w 2 192.0.2.1 80",
    "another rehearsal": "nc -w 2 198.18.0.1 80",
    "a name": "wget -T 2 http://example.com/",
    "the machine that is asked for credentials": "wget -T 2 http://169.254.170.2/",
    "an echo": "ping -c 1 -W 1 192.0.2.1",
}


def test_a_container_reaches_nothing(world: World) -> None:
    """Neither an address nor a name, whatever it tries: there is no way out of its bridge."""
    tries = [f"({way}) </dev/null >/dev/null 2>&1 && echo through || echo 'no way out'" for way in WAYS.values()]
    world.create_service(
        taskDefinition=world.register(world.container(**shell("; ".join([*tries, "echo tried; sleep 100"]))))
    )
    task = wait("a task", world.running)[0]
    lines = wait("its tries", lambda: [event["message"] for event in world.log(task)], lambda seen: "tried" in seen)
    told = [line for line in lines if line in ("through", "no way out")]  # nc's alarm is told too
    assert dict(zip(WAYS, told, strict=True)) == dict.fromkeys(WAYS, "no way out")


def test_its_gateway_is_nobody(world: World) -> None:
    """What is sent elsewhere goes to an address that no machine has, if it goes anywhere."""
    lines = said(world, "ip route", "ip neigh; echo")
    gateways = [line.split()[2] for line in lines if line.startswith("default")]
    networks = images.client().networks(filters={"label": OWNER_TAG})
    assert all(network["Internal"] for network in networks)
    assert all(gateway.endswith(".254") for gateway in gateways)


def test_containers_of_a_task_share_a_network_and_wait_for_each_other(world: World) -> None:
    """A sidecar is at localhost, what depends on another one starts after it, and what is not essential may end."""
    first = world.container(name="first", portMappings=[], essential=False, **shell("echo prepared; sleep 0.3"))
    after = [{"containerName": "first", "condition": "SUCCESS"}]
    side = world.container(name="side", portMappings=[], essential=False, **shell("nc -ll -p 9000 -e echo beside"))
    waits = shell("until nc 127.0.0.1 9000 </dev/null; do sleep 0.1; done; uvicorn --host 0.0.0.0 --port 80")
    task = world.launch(world.container(**waits, dependsOn=after), first, side)
    assert "beside" in world.lines(task, 5)  # one of standard output, four of standard error
    by_name = {c["name"]: c for c in task["containers"]}
    assert by_name["first"]["exitCode"] == 0
    assert by_name["side"]["lastStatus"] == "RUNNING"


def test_a_program_that_is_not_there_is_named(world: World) -> None:
    """In AWS's words around Docker's."""
    task = ended(world, world.container(command=["gunicorn", "app.main:app"]))
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotStartContainerError: ResourceInitializationError: failed to create new")
    assert 'exec: "gunicorn": executable file not found in $PATH' in task["stoppedReason"]


def test_an_image_that_is_not_there_cannot_be_pulled(world: World) -> None:
    """Any other reference is looked up among the local images."""
    task = ended(world, world.container(image="nobody/nothing:latest"))
    assert "CannotPullContainerError" in task["stoppedReason"]
    assert "nobody/nothing:latest: not found" in task["stoppedReason"]


def test_another_local_image_runs_and_one_for_another_processor_does_not(world: World) -> None:
    """By its own name, as a sidecar's may be."""
    other = images.built("CMD echo other && sleep 100", f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/satellite-api:other")
    container = world.container(image=other)
    del container["command"]
    world.create_service(taskDefinition=world.register(container))
    assert world.lines(wait("a task", world.running)[0]) == ["other"]
    arm = {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}
    wanted = world.register(world.container(), runtimePlatform=arm)
    world.update(taskDefinition=wanted, forceNewDeployment=True)
    reason = world.stopped()["stoppedReason"]
    assert "does not contain descriptor matching platform 'linux/arm64'" in reason


def test_standard_output_and_error_come_line_by_line(world: World) -> None:
    """Whole lines, in time, the last one without an end too, a very long one in parts."""
    program = "echo out; echo err >&2; printf 'a\\r\\nb'; sleep 0.5; printf c; head -c 300000 /dev/zero | tr '\\0' x; exit 0"
    task = ended(world, world.container(**shell(program)))
    lines = world.lines(task, 5)
    assert sorted(lines[:3]) == ["a", "err", "out"]
    assert "".join(lines[3:]) == "bc" + 300000 * "x"


def test_what_is_stopped_may_end_by_itself_and_is_killed_if_it_does_not(world: World) -> None:
    """SIGTERM, then SIGKILL."""
    for program, code in (
        ("trap 'exit 7' TERM; while :; do sleep 0.1; done", 7),
        ("trap '' TERM; while :; do sleep 0.1; done", 137),
    ):
        world.name = f"{world.name}x"
        world.__dict__.pop("cluster", None)
        task = world.launch(world.container(portMappings=[], **shell(program)))
        world.delete()
        assert (
            wait("its end", lambda task=task: world.task(task["taskArn"]), lambda t: t["lastStatus"] == "STOPPED")[
                "containers"
            ][0]["exitCode"]
            == code
        )


def test_nothing_is_left_of_a_rehearsal_however_it_ends() -> None:
    """What it was ended by, and what was killed leaves to the next one that starts."""
    client = images.client()
    for kill in False, True:
        rehearsal = ChildRehearsal("--docker", images.base())
        own = World(url=rehearsal.url)
        own.launch(own.container(command=SERVES))
        mine = f"/{rehearsal.process.pid}/"
        left = lambda: [each for each in labelled(client) if mine in each["Labels"][OWNER_TAG]]  # noqa: E731, B023
        assert len(left()) == 3
        if kill:
            rehearsal.process.kill()
            rehearsal.process.wait()
            assert len(left()) == 3
            with ChildRehearsal("--docker", images.base()) as other:
                World(url=other.url).vpc_id  # noqa: B018 - it stands
        rehearsal.stop()
        assert left() == []


def test_the_internet_is_there_where_it_is_asked_for() -> None:
    """Then the bridge is an ordinary one, with a way out, and the rehearsal says so."""
    client = images.client()
    with ChildRehearsal("--docker", images.base(), "--internet", stdout=subprocess.PIPE) as rehearsal:
        assert rehearsal.process.stdout
        assert b"the internet can be reached (--internet)" in rehearsal.process.stdout.readline()
        mine = f"/{rehearsal.process.pid}/"
        (bridge,) = [each for each in labelled(client) if mine in each["Labels"][OWNER_TAG]]
        rehearsal.process.stdout.close()
    assert bridge["Internal"] is False
    assert "AuxiliaryAddresses" not in bridge["IPAM"]["Config"][0]


def test_what_is_not_carried_out_is_named() -> None:
    """Of each container, and of the task."""
    definition: Any = SimpleNamespace(
        volumes=[{"name": "plain"}, {"name": "shared", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
        container_definitions=[
            {
                "name": "api",
                "repositoryCredentials": {"credentialsParameter": "x"},
                "logConfiguration": {"logDriver": "splunk"},
            },
            {"name": "side"},
        ],
    )
    runner: Any = None
    assert DockerRunner.not_carried_out(runner, definition) == [
        "is not carried out: what is in volume shared: it begins empty, and ends with the task",
        "is not carried out: the containers' common limit of CPU: each has all of the task's",
        "is not carried out: repositoryCredentials of api",
        "is not carried out: the log of api: splunk",
    ]


def look(*options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What the rehearsal says that is started so."""
    command = [sys.executable, "-m", "fixtures.rehearsal", *options]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("tcp://192.0.2.1:2375", "not on this machine"),
        ("ssh://somebody@example.com", "not on this machine"),
        (
            "unix:///nowhere/docker.sock",
            "no Docker daemon answers at unix:///nowhere/docker.sock (No such file or directory)",
        ),
        ("tcp://127.0.0.1:1", "no Docker daemon answers at tcp://127.0.0.1:1 (Connection refused)"),
    ],
)
def test_a_daemon_that_cannot_be_used_is_one_sentence(host: str, said: str) -> None:
    """And exit code 4, before anything is started; one elsewhere is not even called."""
    told = look("--docker", "satellite-api:v1", DOCKER_HOST=host)
    assert (told.returncode, told.stdout, told.stderr.count("\n")) == (4, "", 1)
    assert said in told.stderr


def test_a_socket_of_somebody_elses_names_the_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who may not use Docker is told how."""

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(daemon.socket, "socket", type("Refused", (socket.socket,), {"connect": refuse}))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(Trouble, match="sudo usermod -aG docker"):
        daemon.reach()


def test_what_is_no_docker_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something else may listen there."""

    class Other(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            if self.rfile.readline():
                self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nhi")

    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with socketserver.ThreadingUnixStreamServer(str(tmp_path / "docker.sock"), Other) as server:
        threading.Thread(target=server.serve_forever).start()
        try:
            with pytest.raises(Trouble, match="no Docker daemon that can be used"):
                daemon.reach()
        finally:
            server.shutdown()


def test_an_image_that_is_not_there_is_one_sentence() -> None:
    """With what there is."""
    images.client()
    told = look("--docker", "nobody:nothing")
    assert (told.returncode, told.stderr.count("\n")) == (4, 1)
    assert "there is no image nobody:nothing in the local Docker; what there is: " in told.stderr
    assert "docker build --tag nobody:nothing" in told.stderr


def test_an_image_is_built_first(tmp_path: Path) -> None:
    """Each step is shown; of a build that fails, the last lines, and exit code 4."""
    base = images.base() if not images.missing() else ""
    images.client()
    (tmp_path / "Dockerfile").write_text(f"FROM {base}\nRUN echo so far {os.getpid()}\n", encoding="utf-8")
    told = look("--docker", "launch-control-test:own", "--build", str(tmp_path), "--only-look")
    assert (
        told.returncode,
        "Step 2/2 : RUN echo so far" in told.stdout,
        f"so far {os.getpid()}" in told.stdout.splitlines(),
    ) == (
        0,
        True,
        True,
    )
    (tmp_path / "Dockerfile").write_text(f"FROM {base}\nRUN echo because && exit 3\n", encoding="utf-8")
    told = look("--docker", "launch-control-test:own", "--build", str(tmp_path), "--only-look")
    assert told.returncode == 4
    assert "because" in told.stderr
    assert "returned a non-zero code: 3" in told.stderr


def test_the_program_that_waits_is_a_whole_one_for_each_processor() -> None:
    """A file of two hundred bytes."""
    for machine in "x86_64", "aarch64":
        assert b"\x7fELF" in pause.program(machine)
    with pytest.raises(KeyError):
        pause.program("riscv64")


def test_who_sweeps_spares_what_lives() -> None:
    """Only what dead rehearsals have left is removed."""
    client = images.client()
    name = f"launch-control-test-{os.getpid()}"
    made = client.create_network(name, labels=daemon.label())["Id"]
    try:
        daemon.sweep(client)
        assert client.inspect_network(made)["Name"] == name
    finally:
        client.remove_network(made)
    with pytest.raises(APIError):
        client.inspect_network(made)

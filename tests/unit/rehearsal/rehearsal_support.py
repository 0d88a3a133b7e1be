"""What the tests of the rehearsal share: a rehearsal process, and for each test a little world of its own in it."""

import atexit
import contextlib
import functools
import ipaddress
import itertools
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cached_property
from pathlib import Path
from typing import Any, Self, TypeVar

import boto3
import psutil
from botocore.config import Config
from botocore.exceptions import ClientError

from fixtures.rehearsal.runner import moved
from fixtures.wire.waiting import Waiter

ROOT = Path(__file__).resolve().parents[3]
OTHER_AWS = os.environ.get("LAUNCH_CONTROL_TEST_ENDPOINT")
"""Another endpoint for the same tests: a plain moto, to see that they fail there."""
PATIENCE = 0.1 if OTHER_AWS else 20.0
SILENCE = 0.2
"""Seconds without an answer to a SYN that count as a time-out: on loopback an answer takes microseconds."""
BRISK = "realistic/30"
"""A pace at which every status of a task lasts long enough to be seen."""
ACCOUNT = "123456789012"
EXECUTION_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
_NOT_SEEN_YET = "Cluster not found|InvalidGroup.NotFound|service linked role"
ANYONE = [{"CidrIp": "0.0.0.0/0"}]
HTTP_ONLY = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": ANYONE}
REGION = "us-east-1"

Seen = TypeVar("Seen")
_numbers = itertools.count(1)


def python(program: str) -> list[str]:
    """A container's command."""
    return ["python", "-c", program]


def server(port: int = 80, host: str = "0.0.0.0") -> list[str]:
    """The command of a container that greets whoever connects."""
    return python(f"""
import socket
server = socket.create_server(({host!r}, {port}))
print("listening")
while True:
    with server.accept()[0] as client:
        client.sendall(b"hello")
""")


def reach(address: str, port: int = 80) -> str:
    """What an internet client gets there: the greeting, "refused" or "silence".

    Who connects in the very moment in which rules change may also get a "reset", or be "ignored".
    """
    try:
        client = socket.create_connection((address, moved(port)), timeout=SILENCE)
    except ConnectionRefusedError:
        return "refused"
    except TimeoutError:
        return "silence"
    except (ConnectionResetError, BrokenPipeError):  # before the connecting was seen to have succeeded
        return "reset"
    with client:
        client.settimeout(3.0)
        try:
            return client.recv(100).decode()
        except ConnectionResetError:
            return "reset"
        except TimeoutError:
            return "ignored"


def wait(what: str, observe: Callable[[], Seen], done: Callable[[Seen], bool] = bool) -> Seen:
    """What was seen when it was done. Raises WaitTimeout."""
    return Waiter().until(what, observe, done, PATIENCE)


def processes_with(mark: str) -> list[psutil.Process]:
    """The processes that have it on their command line."""
    return [process for process in psutil.process_iter(["cmdline"]) if mark in (process.info["cmdline"] or [])]


def rehearsal_of(container: psutil.Process) -> psutil.Process:
    """The rehearsal that has started it; behind walls there are others between them."""
    return next(each for each in container.parents() if "--child-of-socket" in each.cmdline())


def sockets_of(container: psutil.Process) -> list[tuple[str, int, bool]]:
    """Address, port and whether it listens, for each of its TCP sockets that does or is connected, in its own network."""
    files = set()
    for file in Path(f"/proc/{container.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            files.add(str(file.readlink()))
    found = []
    for name in ("tcp", "tcp6"):
        for line in Path(f"/proc/{container.pid}/net/{name}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            address, port = local.split(":")
            if f"socket:[{inode}]" in files and state in ("0A", "01"):
                words = [bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8)]
                found.append((str(ipaddress.ip_address(b"".join(words))), int(port, 16), state == "0A"))
    return found


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Those that have not ended; one that only waits to be noticed by its parent has."""
    left = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            left += [process] if process.is_running() and process.status() != psutil.STATUS_ZOMBIE else []
    return left


class ChildRehearsal:
    """A rehearsal as the suite starts it: it ends when its standard input does."""

    def __init__(
        self,
        *options: str,
        program: tuple[str, ...] = ("-m", "fixtures.rehearsal"),
        stdout: int = subprocess.DEVNULL,
        stderr: int | None = None,
    ) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.app = Path(self._folder.name)
        (self.app / "app").mkdir()
        (self.app / "app" / "main.py").touch()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    *program,
                    "--child-of-socket",
                    f"{listener.fileno()}",
                    "--app",
                    self._folder.name,
                    *options,
                ],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                pass_fds=(listener.fileno(),),
            )

    def stop(self) -> None:
        """End it as its parent's end would."""
        assert self.process.stdin
        self.process.stdin.close()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
            self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@functools.cache
def endpoint(pace: str) -> str:
    """The rehearsal of that pace that all tests of this session share."""
    if OTHER_AWS:
        return OTHER_AWS
    rehearsal = ChildRehearsal("--pace", pace)
    atexit.register(rehearsal.stop)
    return rehearsal.url


@functools.cache
def session() -> Any:
    """One for all clients: each session reads botocore's models anew."""
    return boto3.Session("rehearsal", "rehearsal")


@functools.cache
def client(url: str, service: str, region: str = REGION) -> Any:
    """A boto3 client of that endpoint."""
    config = Config(retries={"total_max_attempts": 1})
    return session().client(service, region, endpoint_url=url, config=config)


@functools.cache
def default_subnet(url: str, region: str) -> dict[str, Any]:
    """A subnet of the default VPC, which all worlds share."""
    found = client(url, "ec2", region).describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])
    return found["Subnets"][0]


class World:
    """A cluster, a group, a role and a log group of one test's own, each made when it is first asked for; one service."""

    def __init__(self, pace: str = "instant", region: str = REGION, url: str | None = None) -> None:
        self.url, self.region = url or endpoint(pace), region
        self.name = f"world-{next(_numbers)}"
        self.mark = f"{self.name}-of-{os.getpid()}"  # on a command line, it tells this test's processes
        self._patient = pace != "instant"
        services = ("ec2", "ecs", "iam", "logs", "ecr")
        self.ec2, self.ecs, self.iam, self.logs, self.ecr = (client(self.url, service, region) for service in services)
        self.image = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/satellite-api:v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ClientError):  # what the test has deleted already cannot be deleted again
            for arn in self.ecs.list_services(cluster=self.name)["serviceArns"]:
                self.delete(service=arn)

    @property
    def subnet_id(self) -> str:
        return default_subnet(self.url, self.region)["SubnetId"]

    @property
    def vpc_id(self) -> str:
        return default_subnet(self.url, self.region)["VpcId"]

    @cached_property
    def group_id(self) -> str:
        return self.new_group(HTTP_ONLY)

    @cached_property
    def role_arn(self) -> str:
        return self.new_role()

    @cached_property
    def log_group(self) -> str:
        self.logs.create_log_group(logGroupName=self.name)
        return self.name

    @cached_property
    def cluster(self) -> str:
        self.patiently(lambda: self.ecs.create_cluster(clusterName=self.name))
        return self.name

    def patiently(self, call: Callable[[], Any]) -> Any:
        """What it answers, as soon as what it needs is seen, where the pace has such waits."""

        def attempt() -> Any:
            try:
                return call()
            except ClientError as error:
                if self._patient and re.search(_NOT_SEEN_YET, str(error)):
                    return None
                raise

        return wait("what was just made", attempt, lambda answer: answer is not None)

    def new_group(self, *rules: dict[str, Any], name: str = "", vpc_id: str = "") -> str:
        """The ID of a new security group with these ingress rules."""
        name = name or self.name
        made = self.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id or self.vpc_id)["GroupId"]
        if rules:
            self.patiently(lambda: self.ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=list(rules)))
        return made

    def new_role(self, trusts: str = "ecs-tasks.amazonaws.com", policy: str | None = EXECUTION_POLICY) -> str:
        """The ARN of a new role."""
        name = f"role-{next(_numbers)}"
        trust = {"Effect": "Allow", "Principal": {"Service": trusts}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if policy:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return arn

    def container(self, **changes: Any) -> dict[str, Any]:
        """A container definition: the course's, with a smaller program."""
        options = {"awslogs-group": self.log_group, "awslogs-region": self.region, "awslogs-stream-prefix": "ecs"}
        given = {
            "name": "api",
            "image": self.image,
            "command": server(),
            "portMappings": [{"containerPort": 80}],
            "logConfiguration": {"logDriver": "awslogs", "options": options},
        }
        return given | changes

    def register(self, *containers: dict[str, Any], **changes: Any) -> str:
        """The ARN of a new revision: the course's task definition with changes; what is changed to None is left out."""
        given = {
            "family": self.name,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": self.role_arn,
            "containerDefinitions": list(containers) or [self.container()],
        }
        asked = {name: value for name, value in (given | changes).items() if value is not None}
        return self.ecs.register_task_definition(**asked)["taskDefinition"]["taskDefinitionArn"]

    def network(self, **changes: Any) -> dict[str, Any]:
        given = {"subnets": [self.subnet_id], "securityGroups": [self.group_id], "assignPublicIp": "ENABLED"}
        return {"awsvpcConfiguration": given | changes}

    def create_service(self, **changes: Any) -> dict[str, Any]:
        """The service of one task, made as the course makes it, with changes; what is changed to None is left out."""
        given = {
            "cluster": self.cluster,
            "serviceName": self.name,
            "taskDefinition": changes.get("taskDefinition") or self.register(),
            "desiredCount": 1,
            "launchType": "FARGATE",
            "networkConfiguration": self.network(),
        }
        asked = {name: value for name, value in (given | changes).items() if value is not None}
        return self.patiently(lambda: self.ecs.create_service(**asked))["service"]

    def launch(self, *containers: dict[str, Any]) -> dict[str, Any]:
        """The first task of a new service of these containers, when the service is steady."""
        self.create_service(taskDefinition=self.register(*containers))
        self.steady()
        return self.running()[0]

    def update(self, **changes: Any) -> dict[str, Any]:
        return self.ecs.update_service(cluster=self.cluster, service=self.name, **changes)["service"]

    def delete(self, **changes: Any) -> dict[str, Any]:
        asked = {"cluster": self.cluster, "service": self.name, "force": True} | changes
        return self.ecs.delete_service(**asked)["service"]

    def service(self) -> dict[str, Any]:
        """The service as it is now; MISSING where there is none."""
        found = self.ecs.describe_services(cluster=self.cluster, services=[self.name])["services"]
        return found[0] if found else {"status": "MISSING"}

    def events(self) -> list[str]:
        """What the service tells, oldest first."""
        return [event["message"] for event in reversed(self.service()["events"])]

    def steady(self) -> dict[str, Any]:
        """The service when everything that was asked for runs, and nothing else."""

        def done(service: dict[str, Any]) -> bool:
            if service["status"] == "MISSING":
                return False
            counts = service["runningCount"] == service["desiredCount"] and not service["pendingCount"]
            return counts and [d["rolloutState"] for d in service["deployments"]] == ["COMPLETED"]

        return wait("a steady service", self.service, done)

    def tasks(self, **filters: str) -> list[dict[str, Any]]:
        """The service's tasks as AWS describes them, oldest first."""
        asked = {"cluster": self.cluster, "serviceName": self.name} | filters
        arns = self.ecs.list_tasks(**asked)["taskArns"]
        found = self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"] if arns else []
        return sorted(found, key=lambda task: task["createdAt"])

    def running(self) -> list[dict[str, Any]]:
        return [task for task in self.tasks() if task["lastStatus"] == "RUNNING"]

    def stopped(self) -> dict[str, Any]:
        """The first of the service's tasks that has STOPPED."""
        ended = wait("a task STOPPED", lambda: self.tasks(desiredStatus="STOPPED"), lambda t: any(map(is_stopped, t)))
        return next(filter(is_stopped, ended))

    def task(self, arn: str) -> dict[str, Any]:
        """That task as it is now."""
        return self.ecs.describe_tasks(cluster=self.cluster, tasks=[arn])["tasks"][0]

    def interfaces(self, task: dict[str, Any]) -> list[dict[str, Any]]:
        """The task's network interface, where it still has one."""
        wanted = {"Name": "network-interface-id", "Values": [detail(task, "networkInterfaceId")]}
        return self.ec2.describe_network_interfaces(Filters=[wanted])["NetworkInterfaces"]

    def address(self, task: dict[str, Any]) -> str:
        """The task's public IP."""
        return self.interfaces(task)[0]["Association"]["PublicIp"]

    def log(self, task: dict[str, Any], container: str = "api") -> list[dict[str, Any]]:
        """The events of the container's log stream."""
        stream = f"ecs/{container}/{task['taskArn'].split('/')[-1]}"
        try:
            return self.logs.get_log_events(logGroupName=self.log_group, logStreamName=stream, startFromHead=True)["events"]
        except self.logs.exceptions.ResourceNotFoundException:
            return []

    def lines(self, task: dict[str, Any], count: int = 1, container: str = "api") -> list[str]:
        """What the container has written, when there are so many lines of it."""
        events = wait(f"{count} log lines", lambda: self.log(task, container), lambda seen: len(seen) >= count)
        return [event["message"] for event in events]


def is_stopped(task: dict[str, Any]) -> bool:
    return task["lastStatus"] == "STOPPED"


def detail(task: dict[str, Any], name: str) -> str:
    """One detail of the task's network attachment."""
    return next(each["value"] for each in task["attachments"][0]["details"] if each["name"] == name)

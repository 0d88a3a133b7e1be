"""The launch: transients are ridden out, what does not heal ends it at once, and both in time that only passes in sleep."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from fixtures.launch.launch import look_again, watch_launch
from fixtures.resources.service import describe_service
from fixtures.resources.task_definition import TaskDefinition
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import AWS_PATIENCE, read_settings
from fixtures.wire.waiting import Waiter

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
ROLE = "arn:aws:iam::123456789012:role/r"
NOT_ASSUMED = f"failed to launch a task with (error ECS was unable to assume the role '{ROLE}' that was provided)."
STARTED = "has started 1 tasks: (task t)."
INCONSISTENT = "is unable to consistently start tasks successfully."
NO_CAPACITY = "was unable to place a task. Reason: Capacity is unavailable at this time."
HICCUP = "Timeout waiting for network interface provisioning to complete."
UNREACHABLE = "ResourceInitializationError: … There is a connection issue between the task and Amazon ECR … i/o timeout"
TRUSTED = {"Statement": [{"Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}
EC2_TRUSTED = {"Statement": [{"Principal": {"Service": "ec2.amazonaws.com"}}]}
STEADY = {"status": "ACTIVE", "running": 1, "pending": 0, "rollout": "COMPLETED"}
DEFINITION = TaskDefinition(
    arn="arn:td:1",
    family="f",
    revision=1,
    status="ACTIVE",
    cpu="256",
    memory="512",
    network_mode="awsvpc",
    compatibilities=("FARGATE",),
    execution_role_arn=ROLE,
    container={
        "name": "api",
        "image": "1.ecr/mine:v1",
        "logConfiguration": {"options": {"awslogs-group": "/ecs/mine", "awslogs-stream-prefix": "ecs"}},
    },
)


class RefusedError(ClientError):
    """Something is not there."""

    def __init__(self, operation="Describe"):
        super().__init__({"Error": {"Code": "NotFound", "Message": "not there"}}, operation)


class World:
    """AWS as a launch sees it. It changes at the seconds that a test names; time passes only in sleep."""

    exceptions = SimpleNamespace(
        ClusterNotFoundException=type("ClusterNotFoundException", (RefusedError,), {}),
        ServiceNotFoundException=type("ServiceNotFoundException", (RefusedError,), {}),
        ResourceNotFoundException=type("ResourceNotFoundException", (RefusedError,), {}),
        NoSuchEntityException=type("NoSuchEntityException", (RefusedError,), {}),
    )

    def __init__(self):
        self.now = 0.0
        self.trust = TRUSTED
        self.gateway = "igw-1"
        self.public_ip = "ENABLED"
        self.egress = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.denied = ()
        self.asked = []
        self._changes = []
        self._events = [(-3600, "(service s) failed to launch a task of a namesake (error).")]
        self._tasks = []
        self._lines = []

    def at(self, seconds, **changes):
        """From then on the service is like this."""
        self._changes.append((seconds, changes))

    def event(self, seconds, text):
        """The service tells something then."""
        self._events.append((seconds, f"(service s) {text}"))

    def task(self, seconds, reason="", code="TaskFailedToStart", exit_code=None, **more):
        """A task that stops then; where `reason` is empty, one that is made then and goes on."""
        container = {"name": "api"} | ({} if exit_code is None else {"exitCode": exit_code})
        container |= {"reason": more.pop("container_reason")} if "container_reason" in more else {}
        ended = {"stopCode": code, "stoppedReason": reason} if reason else {}
        status = "STOPPED" if reason else "RUNNING"
        told = {
            "taskArn": f"arn:aws:ecs:us-east-1:1:task/c/t{len(self._tasks)}",
            "lastStatus": status,
            "desiredStatus": status,
            "createdAt": BEGIN + timedelta(seconds=seconds),
            "containers": [container],
        }
        self._tasks.append((seconds, told | ended | more))

    def log(self, seconds, text):
        """A line that is readable from then on."""
        self._lines.append((seconds, text))

    def sleep(self, seconds):
        """Let time pass."""
        self.now += seconds

    def describe_services(self, **_):
        now = {"status": "ACTIVE", "desired": 1, "running": 0, "pending": 1, "rollout": "IN_PROGRESS", "failed": 0}
        for _, changes in sorted((at, c) for at, c in self._changes if at <= self.now):
            now |= changes
        if now["status"] == "MISSING":
            return {"services": []}
        deployment = {"rolloutState": now["rollout"], "failedTasks": now["failed"]}
        told = sorted((at, text) for at, text in self._events if at <= self.now)
        if now["rollout"] == "COMPLETED" and now["running"] == now["desired"]:
            told.append((self.now, "(service s) has reached a steady state."))
        return {
            "services": [
                {
                    "serviceName": "s",
                    "status": now["status"],
                    "createdAt": BEGIN,
                    "launchType": "FARGATE",
                    "desiredCount": now["desired"],
                    "runningCount": now["running"],
                    "pendingCount": now["pending"],
                    "deployments": [deployment],
                    "networkConfiguration": {
                        "awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": self.public_ip}
                    },
                    "events": [{"message": m, "createdAt": BEGIN + timedelta(seconds=at)} for at, m in reversed(told)],
                }
            ]
        }

    def describe_security_groups(self, **_):
        return {"SecurityGroups": [{"IpPermissionsEgress": self.egress}]}

    def describe_tasks(self, tasks, **_):
        return {"tasks": [told for _, told in self._tasks if told["taskArn"] in tasks]}

    def get_role(self, **asked):
        self.asked.append(("GetRole", asked))
        if "GetRole" in self.denied:
            raise RefusedError("GetRole")
        if self.trust is None:
            raise self.exceptions.NoSuchEntityException("GetRole")
        return {"Role": {"AssumeRolePolicyDocument": self.trust}}

    def describe_subnets(self, **_):
        return {"Subnets": [{"VpcId": "vpc-1"}]}

    def describe_route_tables(self, **_):
        return {"RouteTables": [{"Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": self.gateway}]}]}

    def get_paginator(self, operation):
        return SimpleNamespace(paginate=lambda **asked: self._pages(operation, asked))

    def _pages(self, operation, asked):
        if operation == "list_tasks":
            self.asked.append((operation, asked))
            found = [told for at, told in self._tasks if at <= self.now and told["desiredStatus"] == asked["desiredStatus"]]
            return [{"taskArns": []}, {"taskArns": [told["taskArn"] for told in found]}]
        self.asked.append((operation, asked))
        if operation in self.denied:
            raise RefusedError(operation)
        lines = [text for at, text in self._lines if at <= self.now]
        return [{"events": []}] + [
            {"events": [{"logStreamName": asked["logStreamNames"][0], "timestamp": 0, "message": text}]} for text in lines
        ]


@pytest.fixture
def world():
    """AWS, at the second in which the service was created."""
    return World()


@pytest.fixture
def run(world, settings):
    """A run in that world, as patient as a live one."""
    aws = SimpleNamespace(account="1", region="us-east-1", ecs=world, ec2=world, iam=world, logs=world)
    return SimpleNamespace(settings=settings, aws=aws, waiter=Waiter(clock=lambda: world.now, sleep=world.sleep))


@pytest.fixture(scope="module")
def settings():
    """The default settings with the patience of a live run."""
    return replace(read_settings({option.dest: option.default for option in OPTIONS}, {}), patience=AWS_PATIENCE)


def launched(run):
    """How the launch went."""
    return watch_launch(run, replace(describe_service(run.aws, "c", "s"), created_at=BEGIN), DEFINITION)


TRANSIENTS = {
    "S06 not visible yet": lambda w: [w.at(0, status="MISSING"), w.at(25, status="ACTIVE")],
    "scaled up a moment later": lambda w: [w.at(0, desired=0), w.at(25, desired=1)],
    "I02 a new role": lambda w: [w.event(3, NOT_ASSUMED), w.event(50, NOT_ASSUMED), w.event(100, STARTED)],
    "I02, and ECS complains": lambda w: [w.event(3, NOT_ASSUMED), w.event(60, INCONSISTENT), w.event(100, STARTED)],
    "I02 seen by who may not see roles": lambda w: [setattr(w, "denied", ("GetRole",)), w.event(3, NOT_ASSUMED),
                                                    w.event(100, STARTED)],
    "I07 the first service of an account": lambda w: [w.event(3, "Unable to assume the service linked role."),
                                                      w.event(60, STARTED)],
    "N16 an interface too late": lambda w: w.task(60, HICCUP),
    "S11 no capacity for a minute": lambda w: [w.event(t, NO_CAPACITY) for t in (5, 20, 50)] + [w.event(80, STARTED)],
    "S14 throttled": lambda w: [w.event(5, "operations are being throttled on ec2."), w.event(40, STARTED)],
    "unknown bad news": lambda w: [w.event(5, "failed to do what nobody knows"), w.event(40, STARTED)],
    "U12 scaling": lambda w: w.task(20, "Scaling activity initiated by (deployment 1)", "ServiceSchedulerInitiated", 137),
    "E07 maintenance": lambda w: w.task(20, "ECS is performing maintenance on the underlying infrastructure"),
    "one failed task, not listed yet": lambda w: w.at(5, failed=1),
    "a rollout that was completed at no task": lambda w: w.at(0, rollout="COMPLETED"),
}  # fmt: skip


@pytest.mark.parametrize("happens", TRANSIENTS.values(), ids=TRANSIENTS)
def test_a_transient_is_ridden_out(run, world, happens):
    """Alone, and within its bound, it delays the launch and no more; here it is steady after 5 minutes."""
    happens(world)
    world.at(300, **STEADY)
    found = launched(run)
    assert found.diagnosis is None
    assert found.service.steady


BEYOND = {
    "S06": (lambda w: w.at(0, status="MISSING"), "does not know the service", 30),
    "scaled to zero": (lambda w: w.at(0, desired=0), "desires no task", 30),
    "I02": (lambda w: w.event(3, NOT_ASSUMED), "may not assume the role r", 120),
    "I02 with complaints": (
        lambda w: [w.event(3, NOT_ASSUMED), w.event(60, INCONSISTENT)],
        "may not assume the role r",
        120,
    ),
    "I07": (lambda w: w.event(3, "Unable to assume the service linked role."), "service-linked role", 120),
    "N16": (lambda w: [w.task(60, HICCUP), w.task(90, HICCUP)], "network interface in time, twice", 90),
    "E07": (lambda w: [w.task(t, "ECS is performing maintenance on the underlying …") for t in (20, 70)], "twice", 70),
    "S11": (lambda w: w.event(5, NO_CAPACITY), "no Fargate capacity", 120),
    "S14": (lambda w: w.event(5, "operations are being throttled on ec2."), "slows ECS down", 120),
    "unknown": (lambda w: w.event(5, "failed to do what nobody knows"), "ECS cannot start a task", 120),
    "not listed": (lambda w: w.at(5, failed=2), "fail again and again", 120),
}


@pytest.mark.parametrize(("happens", "cause", "bound"), BEYOND.values(), ids=BEYOND)
def test_a_transient_beyond_its_bound_ends_the_launch(run, world, happens, cause, bound):
    """No later than one look after it."""
    happens(world)
    found = launched(run)
    assert cause in found.diagnosis.cause
    assert bound <= world.now <= bound + 3


TERMINAL = {
    "I01 wrong trust": (lambda w: [setattr(w, "trust", EC2_TRUSTED), w.event(9, NOT_ASSUMED)], "does not trust ecs-tasks"),
    "I01 no role": (lambda w: [setattr(w, "trust", None), w.event(9, NOT_ASSUMED)], "the role r does not exist"),
    "P09": (
        lambda w: w.event(9, "was unable to place a task. Reason: You’ve reached the limit on the number of vCPUs"),
        "quota",
    ),
    "P10": (lambda w: w.event(9, "was unable to place a task. Reason: Internal error."), "not in every availability zone"),
    "S10": (lambda w: w.event(9, INCONSISTENT), "fail again and again"),
    "S09": (lambda w: w.at(9, rollout="FAILED"), "circuit breaker"),
    "S09 event": (lambda w: w.event(9, "(deployment 1) deployment failed: tasks failed to start."), "circuit breaker"),
    "S09 after a hiccup": (lambda w: [w.task(8, HICCUP), w.at(9, rollout="FAILED")], "network interface"),
    "S10 with a reason": (
        lambda w: [w.event(9, INCONSISTENT), w.task(8, "CannotPullContainerError: x: not found")],
        "registry",
    ),
    "S09 with a reason": (lambda w: [w.at(9, rollout="FAILED"), w.task(9, "… toomanyrequests")], "Docker Hub"),
    "U03 after a hiccup": (lambda w: [w.task(4, HICCUP), w.task(9, "… failed to resolve ref x")], "registry"),
    "deleted": (lambda w: w.at(9, status="DRAINING"), "somebody deleted the service"),
    "deleted, gone": (lambda w: w.at(9, status="INACTIVE", desired=0), "somebody deleted the service"),
    "N03": (lambda w: [setattr(w, "gateway", "nat-1"), w.task(9, UNREACHABLE)], "no route of subnet subnet-1"),
    "N04": (lambda w: [setattr(w, "public_ip", "DISABLED"), w.task(9, UNREACHABLE)], "assignPublicIp is DISABLED"),
    "N05": (lambda w: w.task(9, UNREACHABLE), "something on the way keeps it out"),
    "stopped by a user": (lambda w: w.task(9, "Task stopped by user", "UserInitiated"), "somebody stopped the task"),
    "unhealthy": (lambda w: w.task(9, "Task failed container health checks", "ServiceSchedulerInitiated"), "health check"),
    "unknown": (lambda w: w.task(9, "Nobody has seen this"), "does not stay up"),
}


@pytest.mark.parametrize(("happens", "cause"), TERMINAL.values(), ids=TERMINAL)
def test_what_does_not_heal_ends_the_launch_at_once(run, world, happens, cause):
    """Within one look, with what AWS said and one sentence of help."""
    happens(world)
    found = launched(run)
    assert cause in found.diagnosis.cause
    assert found.diagnosis.said
    assert found.diagnosis.advice
    assert world.now <= 11


def test_a_namesakes_events_are_not_this_launchs(run, world):
    """What was told before CreateService was told of another service."""
    world.at(10, **STEADY)
    assert launched(run).diagnosis is None


def test_a_role_that_may_not_be_looked_at_is_ridden_out_and_then_blamed(run, world):
    """Who may not call GetRole gets the same diagnosis, only later."""
    world.denied = ("GetRole",)
    world.event(3, NOT_ASSUMED)
    found = launched(run)
    assert found.diagnosis.cause == "ECS may not assume the role r"
    assert "--role-name r " in found.diagnosis.advice


def test_an_impatient_launch_is_impatient_with_transients_too(run, world):
    """A fifth of its time is as much as one may cost."""
    run.settings = replace(run.settings, patience=replace(AWS_PATIENCE, launch=10))
    world.event(0, NOT_ASSUMED)
    launched(run)
    assert world.now == pytest.approx(2, abs=0.3)


def crash(world, seconds=9, exit_code=1, **more):
    """A task whose container ends then."""
    world.task(seconds, "Essential container in task exited", "EssentialContainerExited", exit_code, **more)


def test_a_crash_ends_the_launch_with_its_last_lines(run, world):
    """They come seconds later: they are waited for, and the first known failure in them ends the wait (U13, L08)."""
    crash(world)
    world.log(13, "INFO: hello")
    world.log(15, "ModuleNotFoundError: No module named 'torch'")
    found = launched(run)
    assert found.diagnosis.cause == "the application cannot be imported: ModuleNotFoundError: No module named 'torch'"
    assert found.diagnosis.said == "EssentialContainerExited; Essential container in task exited; exit code 1"
    assert found.log_tail == ("INFO: hello", "ModuleNotFoundError: No module named 'torch'")
    assert world.now <= 16.5


def test_a_crash_that_no_row_knows_shows_its_last_lines(run, world):
    """The wait ends when nothing new comes."""
    crash(world)
    for second in range(20):
        world.log(12 + second, f"line {second}")
    found = launched(run)
    assert found.log_tail == tuple(f"line {second}" for second in range(5, 20))
    assert 41 <= world.now <= 46


def test_a_silent_crash_is_not_waited_for_long(run, world):
    """Ten seconds, where lines take eight at most."""
    crash(world, exit_code=0)
    found = launched(run)
    assert found.log_tail == ()
    assert "without an error" in found.diagnosis.cause
    assert 19 <= world.now <= 23


def test_a_log_that_never_ends_is_not_waited_for(run, world):
    """No longer than --log-timeout."""
    crash(world)
    for second in range(600):
        world.log(second, f"line {second}")
    launched(run)
    assert world.now <= 9 + AWS_PATIENCE.log + 3


def test_no_log_is_read_where_no_container_ran(run, world):
    """There is no stream, and there will be none (L11)."""
    world.task(9, "CannotPullContainerError: failed to resolve ref x")
    launched(run)
    assert "filter_log_events" not in [operation for operation, _ in world.asked]


def test_a_log_that_may_not_be_read_does_not_hide_the_cause(run, world):
    """The exit code is still there."""
    world.denied = ("filter_log_events",)
    crash(world, exit_code=3)
    found = launched(run)
    assert "start-up code" in found.diagnosis.cause
    assert "its log cannot be read" in found.log_tail[0]


def test_a_container_without_awslogs_has_no_last_words(run, world):
    """Its lines are somewhere else."""
    crash(world)
    bare = replace(DEFINITION, container={"name": "api", "image": "i"})
    found = watch_launch(run, describe_service(run.aws, "c", "s"), bare)
    assert found.log_tail == ()
    assert "ended by itself" in found.diagnosis.cause


def test_the_stream_of_the_dead_task_is_read(run, world):
    """And no other's lines are taken for its own."""
    crash(world)
    launched(run)
    (asked,) = {json.dumps(asked) for operation, asked in world.asked if operation == "filter_log_events"}
    assert json.loads(asked)["logGroupName"] == "/ecs/mine"
    assert json.loads(asked)["logStreamNames"] == ["ecs/api/t0"]


def test_an_end_is_told_before_the_task_has_stopped(run, world):
    """Its network interface takes another half a minute to go."""
    crash(world, exit_code=137, lastStatus="DEPROVISIONING", container_reason="OutOfMemoryError: Container killed …")
    found = launched(run)
    assert "more memory than the task's 512 MiB" in found.diagnosis.cause
    assert "--memory 1024" in found.diagnosis.advice


def test_an_end_whose_exit_code_is_not_told_yet_is_waited_for(run, world):
    """The stop code alone explains nothing."""
    crash(world, exit_code=None, lastStatus="DEPROVISIONING")
    world.at(30, **STEADY)
    assert launched(run).diagnosis is None


def test_a_huge_image_is_told_when_time_is_up(run, world):
    """Its task is PENDING all the while (U06)."""
    world.task(5, lastStatus="PENDING", pullStartedAt=BEGIN)
    found = launched(run)
    assert "still being pulled after 600 s" in found.diagnosis.cause
    assert "torch" in found.diagnosis.advice


def test_a_launch_that_takes_too_long_tells_what_was_seen_last(run, world):
    """Counts, and the newest event."""
    world.event(5, STARTED)
    found = launched(run)
    assert found.diagnosis.cause == "the service was not steady within 600 s"
    assert "running 0, pending 1" in found.diagnosis.said
    assert STARTED in found.diagnosis.said


def test_what_was_being_ridden_out_is_the_cause_when_time_is_up(run, world):
    """It is more than that the service was not steady."""
    world.task(60, HICCUP)
    assert launched(run).diagnosis.id == "N16"


def test_a_task_that_was_scaled_away_is_never_the_cause(run, world):
    """It stopped because it had to (U12): when time is up, something else is wrong."""
    world.task(20, "Scaling activity initiated by (deployment 1)", "ServiceSchedulerInitiated", 137)
    assert launched(run).diagnosis.cause == "the service was not steady within 600 s"


def test_a_rollout_completed_at_no_task_is_not_steady(run, world):
    """So begins a service that is scaled up later."""
    world.at(0, desired=0, rollout="COMPLETED", pending=0)
    world.at(5, desired=1, pending=1)
    world.at(20, **STEADY)
    assert launched(run).service.running == 1
    assert world.now >= 20


def lists(world):
    """How often stopped tasks were listed."""
    return sum(operation == "list_tasks" for operation, _ in world.asked)


def test_a_launch_in_which_nothing_happens_lists_no_stopped_tasks(run, world):
    """The service says that the one task that it has started is still on its way: none can have stopped."""
    world.event(0, STARTED)
    world.at(40, **STEADY)
    assert launched(run).diagnosis is None
    assert lists(world) == 0


DISTURBED = {
    "no task was started yet": lambda w: None,
    "a task is missing": lambda w: [w.event(0, STARTED), w.at(0, pending=0)],
    "another was started": lambda w: [w.event(0, STARTED), w.event(1, STARTED)],
    "one has failed": lambda w: [w.event(0, STARTED), w.at(0, failed=1)],
    "it desires another number": lambda w: [w.event(0, STARTED), w.at(0, desired=2)],
}


@pytest.mark.parametrize("happens", DISTURBED.values(), ids=DISTURBED)
def test_where_a_task_can_have_stopped_it_is_looked_for(run, world, happens):
    """At every look."""
    happens(world)
    world.at(20, **(STEADY | {"desired": 1, "failed": 0}))
    launched(run)
    assert lists(world) > 20


def test_a_service_that_was_steady_between_two_crashes_is_watched_on(run, world):
    """Whoever looks a moment later gets the cause, and not a service that is starting again."""
    world.at(10, **STEADY)
    first = launched(run)
    assert first.diagnosis is None
    world.task(world.now, "Essential container in task exited", "EssentialContainerExited", 3)
    world.at(world.now, running=0, pending=1, rollout="IN_PROGRESS", failed=1)
    again = look_again(run, first, DEFINITION)
    assert again.task
    assert "exit code 3" in again.diagnosis.said


def test_a_service_that_is_steady_is_looked_at_once_more(run, world):
    """It is the service of that moment that is judged."""
    world.at(10, **STEADY)
    first = launched(run)
    world.at(world.now + 5, desired=2, running=2)
    world.sleep(6)
    again = look_again(run, first, DEFINITION)
    assert (again.diagnosis, again.service.desired) == (None, 2)

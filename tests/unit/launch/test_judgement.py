"""The judge of a launch: plain observations and a time go in, what they mean comes out, and nobody is asked anything."""

import ast
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
import pytest

from fixtures.diagnosis.diagnosis import COURSE
from fixtures.evidence.recorder import Envelope
from fixtures.evidence.stored import Moment, Stored
from fixtures.launch import judgement
from fixtures.launch.inquiry import observe
from fixtures.launch.judgement import Observation, end_of, in_doubt, judge, never_steady
from fixtures.replay.player import Player
from fixtures.replay.tape import Clock, Tape
from fixtures.resources.service import Service
from fixtures.resources.task import Task
from fixtures.settings.options import ROOT

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
PATIENCE = 600.0
ROLE = "arn:aws:iam::123456789012:role/mine"
NOT_ASSUMED = (
    f"(service s) failed to launch a task with (error ECS was unable to assume the role '{ROLE}' that was provided)."
)
STARTED = "(service s) has started 1 tasks: (task t)."
UNREACHABLE = "TaskFailedToStart; ResourceInitializationError: … There is a connection issue between the task and ECR"
LOG_UNREACHABLE = "TaskFailedToStart; ResourceInitializationError: failed to validate logger args: : signal: killed"
HICCUP = "TaskFailedToStart; Timeout waiting for network interface provisioning to complete."
NAMES = COURSE | {"account": "123456789012", "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:v1"}
SERVICE = Service(
    name="s",
    arn="",
    cluster="c",
    status="ACTIVE",
    tags={},
    created_at=BEGIN,
    launch_type="FARGATE",
    desired=1,
    running=0,
    pending=1,
    rollout="IN_PROGRESS",
    deployments=1,
    task_definition_arn="td:1",
    group_ids=("sg-1",),
    subnet_ids=("subnet-1", "subnet-2"),
    public_ip="ENABLED",
    failed_tasks=0,
    events=(),
)
STEADY = replace(SERVICE, running=1, pending=0, rollout="COMPLETED")


def ended(why, status="STOPPED", name="t1"):
    """A task that stopped, or does not run yet."""
    places = {"subnet_id": "subnet-1", "interface_id": "eni-1", "image_digest": "", "moved_ports": {}}
    times = dict.fromkeys(("pull_started_at", "started_at", "ended_at", "stopped_at"))
    return Task(f"arn/{name}", status, "service:s", "td:1", "ecs-svc/1", BEGIN, stopped=why, **times, **places)


def told(*events):
    """What is seen of a service that has told these events, the newest first."""
    return Observation(replace(SERVICE, events=events))


def test_the_judge_asks_nobody():
    """Its module imports nothing that speaks to AWS, waits, or knows a run."""
    imports = [
        node.module for node in ast.walk(ast.parse(ROOT.joinpath(judgement.__file__).read_text())) if hasattr(node, "module")
    ]
    assert [name for name in imports if name.startswith(("fixtures.run", "fixtures.wire", "boto"))] == []
    assert not {"run", "aws"} & set(vars(judgement))


def test_the_same_observation_means_the_same_again():
    """Judging changes nothing that it is given."""
    seen = Observation(SERVICE, (ended(HICCUP), ended(HICCUP)))
    assert judge(seen, NAMES, 90, PATIENCE) == judge(seen, NAMES, 90, PATIENCE)


def test_a_steady_service_needs_no_waiting():
    """Whatever it has gone through before."""
    found = judge(Observation(replace(STEADY, events=(NOT_ASSUMED,)), (ended(HICCUP),)), NAMES, 0, PATIENCE)
    assert (found.final, found.diagnosis) == (True, None)


def test_a_launch_on_its_way_is_waited_for():
    """Nothing is wrong yet, however long it takes."""
    found = judge(told(STARTED), NAMES, PATIENCE, PATIENCE)
    assert (found.final, found.diagnosis) == (False, None)
    assert str(found) == str(found.service)


ROLES = {
    "not asked": ({}, "ECS may not assume the role mine", True),
    "trusts ECS": ({"mine": "ecs-tasks.amazonaws.com"}, "ECS may not assume the role mine", True),
    "trusts EC2": ({"mine": "ec2.amazonaws.com"}, "ECS may not assume the role mine: it does not trust", False),
    "not there": ({"mine": ""}, "the role mine does not exist", False),
    "another one": ({"other": ""}, "ECS may not assume the role mine", True),
}


@pytest.mark.parametrize(("trust", "cause", "may_heal"), ROLES.values(), ids=ROLES)
def test_what_iam_says_of_a_role_decides_whether_waiting_helps(trust, cause, may_heal):
    """A new role is known everywhere in two minutes at most; a wrong one never."""
    seen = replace(told(NOT_ASSUMED), trust=trust)
    soon, late = (judge(seen, NAMES, waited, PATIENCE) for waited in (119, 120))
    assert cause in soon.diagnosis.cause
    assert soon.final is not may_heal
    assert late.final


def test_of_little_patience_a_fifth_is_spent_on_what_may_heal():
    """Two minutes of ten are."""
    assert [judge(told(NOT_ASSUMED), NAMES, waited, 100).final for waited in (19, 20)] == [False, True]


def test_the_last_lines_of_a_log_are_told():
    """Not all of it."""
    log = tuple(f"line {number}" for number in range(40))
    found = judge(Observation(SERVICE, (ended("EssentialContainerExited; exit code 3"),), log), NAMES, 0, PATIENCE)
    assert found.log_tail == log[-15:]
    assert str(found).endswith("\n".join(log[-15:]))


WAYS_OUT = {
    "not asked": (None, "ENABLED", "has no way to the internet"),
    "private": (("subnet-2",), "ENABLED", "no route of subnet subnet-2 leads to an internet gateway"),
    "private, no address": (("subnet-2",), "DISABLED", "no route of subnet subnet-2"),
    "no address": ((), "DISABLED", "assignPublicIp is DISABLED"),
    "both": ((), "ENABLED", "something on the way keeps it out"),
    "no address, not asked": (None, "DISABLED", "has no way to the internet"),
}


def test_a_group_that_lets_nothing_out_is_named_with_what_opens_it():
    """Where there are a route and an address."""
    seen = Observation(SERVICE, (ended(UNREACHABLE),), private=(), shut=("sg-1", "sg-2"))
    found = judge(seen, NAMES, 0, PATIENCE).diagnosis
    assert "no outbound rule of sg-1, sg-2" in found.cause
    assert "--group-id sg-1 --protocol tcp --port 443" in found.advice


@pytest.mark.parametrize(("private", "public_ip", "cause"), WAYS_OUT.values(), ids=WAYS_OUT)
def test_what_ec2_says_of_the_routes_names_what_is_missing(private, public_ip, cause):
    """What may not be asked leaves it at what ECS says."""
    seen = Observation(replace(SERVICE, public_ip=public_ip), (ended(UNREACHABLE),), private=private)
    found = judge(seen, NAMES, 0, PATIENCE)
    assert cause in found.diagnosis.cause
    assert found.final
    assert found.task == seen.tasks[0]


OTHERS = ("failed to resolve ref docker.io/amazon/x: not found", "pull access denied for nginx, repository does not exist")


@pytest.mark.parametrize("said", OTHERS)
def test_an_image_of_another_container_is_looked_for_under_its_own_name(said):
    """Whatever the account of the course's image is."""
    names = NAMES | {"image": "999999999999.dkr.ecr.us-east-1.amazonaws.com/api:v1"}
    found = judge(Observation(SERVICE, (ended(f"TaskFailedToStart; CannotPullContainerError: {said}"),)), names, 0, 600)
    assert "is not at Docker Hub" in found.diagnosis.cause


REGISTRIES = {
    "own": ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/api:v1", "is not in the registry", "--region eu-west-1"),
    "another account's": ("999999999999.dkr.ecr.us-east-1.amazonaws.com/api:v1", "from account 999999999999", "own account"),
    "not ECR": ("docker.io/api:v1", "docker.io/api:v1 is not in the registry", "--repository-name api"),
}  # fmt: skip


@pytest.mark.parametrize(("image", "cause", "advice"), REGISTRIES.values(), ids=REGISTRIES)
def test_an_image_that_is_not_found_is_looked_for_where_its_name_says(image, cause, advice):
    """Account and region are in it."""
    found = judge(
        Observation(SERVICE, (ended("TaskFailedToStart; failed to resolve ref x"),)), NAMES | {"image": image}, 0, 600
    )
    assert cause in found.diagnosis.cause
    assert advice in found.diagnosis.advice


def test_the_courses_image_is_looked_for_where_aws_names_it():
    """As it does in most of its words."""
    why = f"TaskFailedToStart; CannotPullContainerError: failed to resolve ref {NAMES['image']}: not found"
    assert "--repository-name api" in judge(Observation(SERVICE, (ended(why),)), NAMES, 0, 600).diagnosis.advice


def test_the_account_of_the_courses_image_is_told_where_aws_names_the_image():
    """It is in the name, too."""
    image = NAMES["image"].replace(NAMES["account"], "999999999999")
    why = f"TaskFailedToStart; CannotPullContainerError: failed to resolve ref {image}: not found"
    found = judge(Observation(SERVICE, (ended(why),)), NAMES | {"image": image}, 0, 600)
    assert "from account 999999999999" in found.diagnosis.cause


def test_the_image_of_another_container_is_not_looked_for_under_the_courses_name():
    """AWS says which it did not find."""
    why = "TaskFailedToStart; CannotPullContainerError: failed to resolve ref docker.io/library/sidecar:1: not found"
    found = judge(Observation(SERVICE, (ended(why),)), NAMES, 0, 600).diagnosis
    assert "sidecar" in found.cause
    assert "--repository-name api" not in found.advice


QUESTIONS = {
    "a good start": (told(STARTED), set(), False),
    "a role by its event": (told(NOT_ASSUMED), {"mine"}, False),
    "a role without a name": (told("(service s) ECS was unable to assume the role"), {"ecsTaskExecutionRole"}, False),
    "a task without a way": (Observation(SERVICE, (ended(UNREACHABLE),)), set(), True),
    "a log without a way": (Observation(SERVICE, (ended(LOG_UNREACHABLE),)), set(), True),
    "a crash": (Observation(SERVICE, (ended("EssentialContainerExited; exit code 1"),)), set(), False),
}  # fmt: skip


@pytest.mark.parametrize(("seen", "roles", "cut_off"), QUESTIONS.values(), ids=QUESTIONS)
def test_only_what_is_in_doubt_has_to_be_asked(seen, roles, cut_off):
    """IAM about roles, EC2 about routes, and neither in a launch that goes well."""
    assert in_doubt(seen, NAMES) == (roles, cut_off)


PLACED = "(service s) was unable to place a task. Reason: No Container Instances were found in your cluster."
FAILING = "(service s) is unable to consistently start tasks successfully."
MISSING = replace(SERVICE, status="MISSING")
SIGNS = {
    "what heals, before a task was started": (told(STARTED, NOT_ASSUMED), "", False),
    "what heals, after it": (told(NOT_ASSUMED, STARTED), "I01", False),
    "what sums up, before a task was started": (told(STARTED, FAILING), "", False),
    "what sums up, after it": (told(FAILING, STARTED), "S10", True),
    "what does not heal": (told(STARTED, PLACED), "S04", True),
    "what sums up, beside a cause": (told(FAILING, PLACED, STARTED), "S04", True),
    "a task that makes room": (Observation(SERVICE, (ended("Scaling activity initiated by deployment"),)), "", False),
    "one task that failed": (Observation(replace(SERVICE, failed_tasks=1)), "", False),
    "two tasks that failed": (Observation(replace(SERVICE, failed_tasks=2)), "S10", False),
    "a service that is not there": (Observation(MISSING), "S06", False),
    "and whose tasks failed": (Observation(replace(MISSING, failed_tasks=2)), "S06", False),
    "an end that is half told": (Observation(SERVICE, (ended(HICCUP[19:], "DEPROVISIONING"),)), "", False),
    "the same, when that is all": (Observation(SERVICE, (ended(HICCUP[19:]),)), "N16", False),
    "a start that failed": (Observation(SERVICE, (ended(HICCUP, "DEPROVISIONING"),)), "N16", False),
    "an exit code": (Observation(SERVICE, (ended("EssentialContainerExited; exit code 3", "STOPPING"),)), "U08", True),
}


@pytest.mark.parametrize(("seen", "known_as", "final"), SIGNS.values(), ids=SIGNS)
def test_each_sign_of_trouble_is_taken_for_what_it_is(seen, known_as, final):
    """What is over, what only sums up, and what is not told to its end are no causes."""
    found = judge(seen, NAMES, 0, PATIENCE)
    assert (found.diagnosis.id if found.diagnosis else "", found.final) == (known_as, final)


def test_what_is_not_there_has_no_count_of_tasks():
    """It is told as AWS tells it."""
    assert judge(Observation(MISSING), NAMES, 0, PATIENCE).diagnosis.said == str(MISSING)


BROKEN_OFF = "TaskFailedToStart; ResourceInitializationError: unable to retrieve ecr registry auth: retried 3 time(s)"
IN_FULL = "(service s) was unable to place a task. Reason: ResourceInitializationError: … dial tcp 1.2.3.4:443: i/o timeout"
UNREAD = {
    "broken off": (BROKEN_OFF, "has no way to the internet"),
    "never seen": ("TaskFailedToStart; Task failed to start", "has no way to the internet"),
    "of a cause of its own": ("TaskFailedToStart; log group does not exist", "log group"),
}


@pytest.mark.parametrize(("reason", "cause"), UNREAD.values(), ids=UNREAD)
def test_an_event_tells_what_a_reason_does_not(reason, cause):
    """Fargate shortens the reason of a task, and the service's event has it in full."""
    found = judge(replace(told(IN_FULL), tasks=(ended(reason),)), NAMES, 0, PATIENCE)
    assert cause in found.diagnosis.cause
    assert found.final
    assert judge(Observation(SERVICE, (ended(reason),)), NAMES, 0, PATIENCE).final


def test_what_may_heal_says_so_while_it_is_ridden_out():
    """The terminal shows it, and the cause when it is over."""
    seen = Observation(SERVICE, (ended(HICCUP),))
    assert "; it may pass: AWS did not provide" in str(judge(seen, NAMES, 0, PATIENCE))
    assert str(judge(Observation(SERVICE, (ended(HICCUP),) * 2), NAMES, 0, PATIENCE)).startswith("AWS did not provide")


def test_a_service_is_given_up_with_the_cause_that_is_known():
    """The circuit breaker sums up; a task says why."""
    failed = replace(SERVICE, rollout="FAILED")
    assert "circuit breaker" in judge(Observation(failed), NAMES, 0, PATIENCE).diagnosis.cause
    found = judge(Observation(failed, (ended(HICCUP),)), NAMES, 0, PATIENCE)
    assert ("network interface" in found.diagnosis.cause, found.final) == (True, True)


def test_an_end_is_told_by_the_last_lines():
    """Where the exit code says little."""
    seen = Observation(
        SERVICE, (ended("EssentialContainerExited; exit code 1"),), ("hello", "ModuleNotFoundError: No module named 'x'")
    )
    assert "cannot be imported" in end_of(seen, NAMES).cause
    assert "an import or its settings" in end_of(replace(seen, log=()), NAMES).cause


def test_time_that_is_up_is_the_cause_where_nothing_else_is():
    """Or an image that is still being pulled."""
    pulling = replace(ended("", "PENDING"), pull_started_at=BEGIN)
    assert never_steady(Observation(SERVICE), 600).cause == "the service was not steady within 600 s"
    assert never_steady(told(STARTED, NOT_ASSUMED), 600).said == f"{SERVICE}; {STARTED}"
    assert never_steady(Observation(SERVICE, (replace(pulling, status="STOPPED"),)), 600).id == ""
    assert "still being pulled after 600 s" in never_steady(Observation(SERVICE, (pulling,)), 600).cause
    assert (
        never_steady(Observation(SERVICE, (ended("", "PENDING"),)), 600).cause == "the service was not steady within 600 s"
    )


def recorded(number, operation, parameters, response):
    """An envelope of RUN-2 as it is read from a bundle."""
    moment = Moment(BEGIN, f"request-{number}")
    envelope = Envelope(
        number,
        "RUN-2",
        moment.at.isoformat(),
        0.1,
        "ecs",
        operation,
        "us-east-1",
        parameters,
        200,
        moment.request_id,
        response,
    )
    return Stored(**vars(envelope), file=f"{number}.json", moments=(moment,))


def test_what_was_recorded_is_judged_as_it_is(tmp_path):
    """The answers of a bundle make the same observation as AWS did: the judge knows no difference."""
    arn, at = "arn:aws:ecs:us-east-1:1:task/c/t1", "2026-01-01T00:00:05+00:00"
    service = {"serviceName": "s", "status": "ACTIVE", "createdAt": BEGIN.isoformat(), "desiredCount": 1}
    listed = {"cluster": "c", "serviceName": "s", "desiredStatus": "STOPPED"}
    task = {"taskArn": arn, "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "createdAt": at}
    task |= {"stopCode": "TaskFailedToStart", "stoppedReason": "CannotPullContainerError: failed to resolve ref x"}
    evidence = [
        recorded(1, "DescribeServices", {"cluster": "c", "services": ["s"], "include": ["TAGS"]}, {"services": [service]}),
        recorded(2, "ListTasks", listed, {"taskArns": [arn]}),
        recorded(3, "DescribeTasks", {"cluster": "c", "tasks": [arn], "include": ["TAGS"]}, {"tasks": [task]}),
    ]
    player = Player(tmp_path, Tape(evidence, Clock()))
    player.criterion = "RUN-2"
    ecs = boto3.Session("no", "body", region_name="us-east-1").client("ecs")
    player.watch(ecs)
    run = SimpleNamespace(aws=SimpleNamespace(ecs=ecs), settings=SimpleNamespace(own_role=False))
    found = judge(observe(run, SERVICE, NAMES), NAMES, 5, PATIENCE)
    assert (found.final, found.task.id) == (True, "t1")
    assert "api:v1 is not in the registry" in found.diagnosis.cause


def test_a_service_that_was_scaled_up_is_steady_when_ecs_says_so():
    """Its rollout was COMPLETED before its task was started, and stays so."""
    told = "(service s) has reached a steady state."
    assert not replace(STEADY, events=(STARTED, told)).steady
    assert replace(STEADY, events=(told, STARTED)).steady
    assert STEADY.steady

"""Each launch that the rehearsal can spoil gives its cause through `watch_launch`, within ten seconds of CreateService.

The rehearsal cannot produce these, so they are proved with AWS's texts in tests/unit alone: what the world outside does
(U05 Docker Hub's limit, U06 a huge image, S11 no capacity, P09 a used-up quota, P10 an unsupported zone, N05, N06, N15, N16
of the network, E07 maintenance, I02, I07 and S14 of a busy or new account), what needs a kernel's limits (U02 another
processor, U10 a port that is not root's, U11 memory), an ECR policy (U04), a role that may do all but make log groups (L02),
and a deployment circuit breaker (S09; S10 comes after failures that have told their cause already).
"""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from fixtures.diagnosis.diagnosis import explain
from fixtures.launch.endpoint import Exchange, await_answer
from fixtures.launch.launch import watch_launch
from fixtures.resources.service import describe_service, tasks_of
from fixtures.resources.task_definition import describe_task_definition
from fixtures.settings.options import OPTIONS
from fixtures.settings.settings import read_settings
from fixtures.wire.waiting import Waiter
from tests.unit.rehearsal.rehearsal_support import ACCOUNT, World, python, server, wait

WITHIN = 10.0
CRASHES_LATE = "import time; time.sleep(0.6); raise RuntimeError('the model vanished')"
PLAIN = "from fastapi import FastAPI\napp = FastAPI()\n"
NO_MULTIPART = """
import sys
sys.modules |= {"python_multipart": None, "multipart": None}
from fastapi import FastAPI, File, UploadFile
app = FastAPI()

@app.post("/predict")
def predict(file: UploadFile = File()):
    return {}
"""
BAD_LIFESPAN = """
from contextlib import asynccontextmanager
from fastapi import FastAPI

@asynccontextmanager
async def lifespan(app):
    open("/opt/model.json")
    yield

app = FastAPI(lifespan=lifespan)
"""
STUBBORN = "import signal, socket, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
STUBBORN += "s = socket.create_server(('0.0.0.0', 80)); time.sleep(600)"


@pytest.fixture
def world():
    """A cluster and whatever a test asks for, in the rehearsal of this session."""
    with World() as own:
        yield own


@pytest.fixture
def run(world, tmp_path):
    """A run whose launch may take ten seconds."""
    settings = read_settings({option.dest: option.default for option in OPTIONS} | {"reports": tmp_path}, {})
    aws = SimpleNamespace(account=ACCOUNT, region=world.region, ec2=world.ec2, ecs=world.ecs, iam=world.iam, logs=world.logs)
    names = replace(settings.names, cluster=world.name, service=world.name)
    settings = replace(settings, names=names, patience=replace(settings.patience, launch=WITHIN))
    return SimpleNamespace(settings=settings, aws=aws, waiter=Waiter())


def launched(run, world, container=None, network=None, **changes):
    """How the launch of a service of this container went."""
    arn = world.register(container or world.container(), **changes)
    world.create_service(taskDefinition=arn, networkConfiguration=world.network(**network or {}))
    return watched(run, world, arn)


def watched(run, world, arn):
    """How the launch of the world's service goes."""
    definition = describe_task_definition(run.aws, arn, "api")
    return watch_launch(run, describe_service(run.aws, world.cluster, world.name), definition)


def uvicorn(program, host="0.0.0.0", port=80):
    """The command that serves a program as the course serves app.main, from a folder that the container makes."""
    script = 'cd $(mktemp -d) && printf %s "$0" > other.py && exec uvicorn other:app --host "$1" --port "$2"'
    return ["sh", "-c", script, program, host, str(port)]


def logging_to(world, **options):
    """A container with other log options than the course's."""
    container = world.container()
    container["logConfiguration"]["options"] |= {name.replace("_", "-"): value for name, value in options.items()}
    return container


def arm_image(world):
    """The URI of an image that was built on a Mac."""
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{'ab' * 32}", "size": 1}
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [entry | {"platform": {"architecture": "arm64", "os": "linux"}}],
    }
    world.ecr.put_image(repositoryName="satellite-api", imageManifest=json.dumps(manifest), imageTag=world.name)
    return world.image.replace(":v1", f":{world.name}")


def private_subnet(world):
    """The ID of a subnet whose route table leads nowhere."""
    subnet = world.ec2.create_subnet(VpcId=world.vpc_id, CidrBlock="172.31.210.0/24")["Subnet"]["SubnetId"]
    table = world.ec2.create_route_table(VpcId=world.vpc_id)["RouteTable"]["RouteTableId"]
    world.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    return subnet


NEVER_STARTED = {
    "U03": (
        lambda w: {"container": w.container(image=w.image.replace(":v1", ":v9"))},
        "satellite-api:v9 is not in the registry",
    ),
    "U01": (lambda w: {"container": w.container(image=arm_image(w))}, "another processor"),
    "I01": (
        lambda w: {"executionRoleArn": w.new_role(trusts="ec2.amazonaws.com")},
        "does not trust ecs-tasks.amazonaws.com",
    ),
    "I01 absent": (lambda w: {"executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/nobody"}, "the role nobody does not exist"),
    "I03": (lambda w: {"executionRoleArn": w.new_role(policy=None)}, "lacks a permission"),
    "L01": (lambda w: {"container": logging_to(w, awslogs_group="/ecs/none")}, "log group /ecs/none does not exist"),
    "log region": (lambda w: {"container": logging_to(w, awslogs_region="us-eest-1")}, "no AWS region us-eest-1"),
    "N03": (lambda w: {"network": {"subnets": [private_subnet(w)]}}, "leads to an internet gateway"),
    "N04": (lambda w: {"network": {"assignPublicIp": "DISABLED"}}, "assignPublicIp is DISABLED"),
    "T07": (lambda w: {"container": w.container(command=["uvicorm", "app.main:app"])}, "program is not in the image"),
}


@pytest.mark.parametrize(("changes", "cause"), NEVER_STARTED.values(), ids=NEVER_STARTED)
def test_a_task_that_never_starts_gives_its_cause(run, world, changes, cause):
    """AWS has said why: the first signal is the last that is waited for."""
    found = launched(run, world, **changes(world))
    assert cause in found.diagnosis.cause
    assert found.diagnosis.said
    assert found.diagnosis.advice
    assert found.log_tail == ()


CRASHED = {
    "R02": ("import nothing_of_that_name", "needs nothing_of_that_name, and --app runs with this suite's own packages"),
    "U17": (BAD_LIFESPAN, "the file /opt/model.json is not in the image"),
    "U09": (NO_MULTIPART, "lacks python-multipart"),
}


@pytest.mark.parametrize(("program", "cause"), CRASHED.values(), ids=CRASHED)
def test_an_application_that_does_not_start_gives_its_cause(run, world, program, cause):
    """Its exit code says little: its log does the rest."""
    found = launched(run, world, world.container(command=uvicorn(program)))
    assert cause in found.diagnosis.cause
    assert "EssentialContainerExited" in found.diagnosis.said
    assert found.log_tail


ENDED = {
    "U07 no app": (["uvicorn", "app.main:app", "--port", "80"], "Error loading ASGI app", "exit code"),
    "exit 2": (["uvicorn", "--no-such-option"], "does not understand its command", "exit code 2"),
    "exit 0": (python("print('done')"), "without an error", "exit code 0"),
    "exit 3": (python("raise SystemExit(3)"), "start-up code (exit code 3)", "exit code 3"),
    "exit 42": (python("raise SystemExit(42)"), "ended by itself with exit code 42", "exit code 42"),
    "SIGKILL": (python("import os; os.kill(os.getpid(), 9)"), "killed (SIGKILL)", "exit code 137"),
    "SIGTERM": (python("import os; os.kill(os.getpid(), 15)"), "told to end (SIGTERM)", "exit code 143"),
    "segfault": (python("import os; os.kill(os.getpid(), 11)"), "native code", "exit code 139"),
    "U13": (python(CRASHES_LATE), "ended by itself with an error", "exit code 1"),
}


@pytest.mark.parametrize(("command", "cause", "said"), ENDED.values(), ids=ENDED)
def test_a_container_that_ends_gives_its_cause(run, world, command, cause, said):
    """At once, and with what it said last."""
    found = launched(run, world, world.container(command=command))
    assert cause in found.diagnosis.cause
    assert said in found.diagnosis.said


def test_the_log_tail_shows_what_no_row_knows(run, world):
    """A traceback of the application's own is there to read."""
    found = launched(run, world, world.container(command=python(CRASHES_LATE)))
    assert found.log_tail[-1] == "RuntimeError: the model vanished"
    assert "RuntimeError: the model vanished" in str(found)


def test_a_good_launch_is_steady(run, world):
    """What no diagnosis may disturb."""
    found = launched(run, world)
    assert found.service.steady
    assert found.diagnosis is None


def test_a_task_that_a_new_deployment_kills_is_no_failure(run, world):
    """The old task ignores SIGTERM, so it ends with exit code 137: that is how ECS scales (U12)."""
    arn = world.register(world.container(command=python(STUBBORN)))
    world.create_service(taskDefinition=arn)
    world.steady()
    arn = world.register(world.container(command=server()))
    world.update(taskDefinition=arn)
    assert watched(run, world, arn).diagnosis is None
    wait("the old task's end", lambda: any("137" in task.stopped for task in stopped(run, world)))


def test_a_service_that_somebody_deletes_is_given_up(run, world):
    """It will never be steady."""
    arn = world.register(world.container())
    world.create_service(taskDefinition=arn, desiredCount=0)
    world.delete()
    assert "somebody deleted the service" in watched(run, world, arn).diagnosis.cause


@pytest.mark.parametrize(
    ("host", "port", "where"), [("127.0.0.1", 80, "127.0.0.1:80"), ("0.0.0.0", 8000, "0.0.0.0:8000")], ids=["host", "port"]
)
def test_an_application_that_listens_elsewhere_is_told(run, world, host, port, where):
    """ECS calls its task steady (E05): only who asks it, and reads its log, knows."""
    arn = world.register(world.container(command=uvicorn(PLAIN, host, port), portMappings=[]))
    world.create_service(taskDefinition=arn)
    found = watched(run, world, arn)
    (task,) = tasks_of(run.aws, found.service)
    definition = describe_task_definition(run.aws, arn, "api")
    wait("uvicorn's line", lambda: [line for line in world.lines({"taskArn": task.arn}) if "running on" in line])
    silent = SimpleNamespace(get=lambda path: Exchange("GET", path, 0, "", "", 0.0, "connection refused"))
    run.settings = replace(run.settings, patience=replace(run.settings.patience, answer=0.1))
    answer = await_answer(run, silent, found, task, definition)
    assert f"the application listens on http://{where}, where nobody outside the task can reach it" in answer.trouble


REFUSED = {
    "T01": (lambda w: w.register(cpu="256", memory="4096"), "no task of that size"),
    "T02": (lambda w: w.register(networkMode="bridge"), "awsvpc"),
    "I05": (lambda w: w.register(executionRoleArn=None), "names no execution role"),
    "I06": (lambda w: w.register(executionRoleArn="ecsTaskExecutionRole"), "no ARN"),
    "S01": (lambda w: [w.create_service(), w.create_service()], "a service of that name runs already"),
    "S03": (lambda w: w.create_service(taskDefinition="nothing:7"), "task definition is not there"),
    "S04": (lambda w: w.create_service(launchType="EC2"), "not launched on Fargate"),
    "S05": (lambda w: w.create_service(networkConfiguration=None), "no network configuration"),
    "C01": (lambda w: w.create_service(cluster="nowhere", taskDefinition=w.register()), "is not there"),
    "N08": (lambda w: [w.new_group(name=w.name), w.new_group(name=w.name)], "security group of that name exists"),
    "L06": (lambda w: [w.logs.create_log_group(logGroupName=w.name) for _ in range(2)], "log group of that name exists"),
    "X08": (lambda w: [w.create_service(), w.ecs.delete_cluster(cluster=w.name)], "still has services or tasks"),
}


@pytest.mark.parametrize(("call", "cause"), REFUSED.values(), ids=REFUSED)
def test_a_refused_call_is_explained(world, call, cause):
    """What botocore raises becomes a cause, AWS's own words and a next step."""
    with pytest.raises(world.ecs.exceptions.ClientError) as raised:
        call(world)
    found = explain(raised.value)
    assert cause in found.cause
    assert raised.value.response["Error"]["Message"] in found.said
    assert found.advice


def stopped(run, world):
    """The service's stopped tasks."""
    return tasks_of(run.aws, describe_service(run.aws, world.cluster, world.name), "STOPPED")

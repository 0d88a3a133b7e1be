"""The rehearsal where 127.0.0.0/8 is one address, as on macOS: tasks are told apart by their ports."""

import json
import socket

import boto3
import pytest

from fixtures.wire.waiting import Waiter
from tests.course.standing import Standing
from tests.faults.account import IMAGE
from tests.faults.deployments.stack import trust
from tests.faults.suite import Suite

POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
ANYONE = [{"CidrIp": "0.0.0.0/0"}]
UNSEEN = (
    "; whether these are blocked was not to be seen, as they refused and were not silent: "
    "22, 443, 3306, 5000, 5432, 8000, 8080, 8443"
)
SERVER = """
import socket, threading
def serve(host, port, word):
    server = socket.create_server((host, port))
    print(word, "listens", flush=True)
    while True:
        with server.accept()[0] as client:
            client.sendall(word.encode())
threading.Thread(target=serve, args=("127.0.0.1", 8080, "local"), daemon=True).start()
serve("0.0.0.0", 80, "hello")
"""


@pytest.fixture(scope="module", params=["silent", "loud"])
def machine(request):
    """Whether a full queue leaves others without an answer there; or there is no full queue, and nothing is silent."""
    return request.param


@pytest.fixture(scope="module")
def standing(machine, tmp_path_factory):
    """A rehearsal that stands on such a machine."""
    folder = small(tmp_path_factory.mktemp("api"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAUNCH_CONTROL_LOUD", "1" * (machine == "loud"))
        with Standing("--app", str(folder), module="tests.course.one_address") as own:
            yield own


def small(folder):
    """An API that starts at once."""
    from tests.faults.application import APPLICATION  # noqa: PLC0415

    (folder / "app").mkdir()
    (folder / "app" / "main.py").write_text(APPLICATION, encoding="utf-8")
    return folder


def variables(standing):
    """Of somebody who uses it."""
    return {
        "AWS_ENDPOINT_URL": standing.url,
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": "us-east-1",
    }


def test_it_says_what_is_otherwise(machine, standing):
    """Who follows the course by hand has to know where a port is told, and what a refusal means."""
    assert ("It cannot be silent" in standing.welcome) == (machine == "loud")
    assert "This machine has but one address" in standing.welcome
    assert "networkBindings" in standing.welcome


def test_the_whole_course_is_judged(machine, standing, tmp_path):
    """The suite finds each port by itself: all is as elsewhere; what it cannot see there NET-3 says."""
    words = ["tests/acceptance", "--live", "-q", "--load-seconds=1", "--steady=0.1", f"--reports={tmp_path / 'reports'}"]
    with Suite(words, variables(standing), tmp_path) as suite:
        ended = suite.wait()
    assert ended.code == 0, ended
    assert "27 PASS" in ended.output
    judged = json.loads((tmp_path / "reports" / "latest" / "criteria.json").read_text(encoding="utf-8"))["outcomes"]
    (observed,) = [each["observed"] for each in judged if each["criterion"]["id"] == "NET-3"]
    assert observed.endswith(f"these took one: none{UNSEEN * (machine == 'loud')}")


@pytest.fixture(scope="module")
def clients(standing):
    """boto3's clients by name."""
    session = boto3.Session("a", "b", region_name="us-east-1")
    return lambda name: session.client(name, endpoint_url=standing.url)


@pytest.fixture(scope="module")
def tasks(clients):
    """Two tasks with one security group, and where each is reached by the container's port."""
    ec2, ecs = clients("ec2"), clients("ecs")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    subnet = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"][0]["SubnetId"]
    group = ec2.create_security_group(GroupName="one", Description="one", VpcId=vpc)["GroupId"]
    for port in (80, 8080):
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": ANYONE}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    ecs.create_cluster(clusterName="one")
    role = clients("iam").create_role(RoleName="one", AssumeRolePolicyDocument=trust("ecs-tasks.amazonaws.com"))["Role"][
        "Arn"
    ]
    clients("iam").attach_role_policy(RoleName="one", PolicyArn=POLICY)
    ecs.register_task_definition(
        family="one",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn=role,
        containerDefinitions=[
            {"name": "c", "image": IMAGE, "command": ["python", "-c", SERVER], "portMappings": [{"containerPort": 80}]}
        ],
    )
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}}
    ecs.create_service(
        cluster="one",
        serviceName="one",
        taskDefinition="one",
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    return group, Waiter().until("two tasks", lambda: places(ecs), lambda seen: len(seen) == 2, 30)


def places(ecs):
    """Of each task that runs: address and port by the container's port."""
    arns = ecs.list_tasks(cluster="one")["taskArns"]
    told = ecs.describe_tasks(cluster="one", tasks=arns)["tasks"] if arns else []
    bound = [task["containers"][0]["networkBindings"] for task in told if task["lastStatus"] == "RUNNING"]
    return [{each["containerPort"]: (each["bindIP"], each["hostPort"]) for each in bindings} for bindings in bound]


def said(place):
    """What is heard there: a greeting, or why there is none."""
    try:
        with socket.create_connection(place, timeout=0.3) as client:
            return client.recv(100).decode()
    except OSError as error:
        return type(error).__name__


def test_tasks_do_not_meet(tasks):
    """Each of two has ports of its own on the one address, and what listens on localhost is reached at none of them."""
    _, places = tasks
    assert {address for place in places for address, _ in place.values()} == {"127.0.0.1"}
    assert len({port for place in places for _, port in place.values()}) == sum(map(len, places))
    for place in places:
        Waiter().until("the greeting", lambda place=place: said(place[80]), lambda heard: heard == "hello", 30)
        assert said(place[8080]) == "ConnectionRefusedError"


def test_what_is_blocked_takes_no_connection(machine, tasks, clients):
    """It is silent as elsewhere, and refused where nothing can be silent: never open."""
    word = "TimeoutError" if machine == "silent" else "ConnectionRefusedError"
    group, places = tasks
    rule = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": ANYONE}
    clients("ec2").revoke_security_group_ingress(GroupId=group, IpPermissions=[rule])
    for place in places:
        Waiter().until("the end of its answers", lambda place=place: said(place[80]), lambda heard: heard == word, 30)
        assert said(place[443]) == word

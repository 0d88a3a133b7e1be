"""Eventual consistency: what is new is not seen by all calls at first, and then it is; each test rides out one failure."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import HTTP_ONLY, World, wait

PACE = "realistic/2"
"""New things are hidden for a second, long enough for the next call on a busy machine; a task is PROVISIONING for five."""
ROLE_OF_ECS = "AWSServiceRoleForECS"
NOT_ASSUMED = "failed to launch a task with (error ECS was unable to assume the role"


@pytest.fixture
def world() -> Iterator[World]:
    """AWS takes its time; what a test has not made before is made by its first call that needs it."""
    with World(PACE) as it:
        yield it


def refused(call: Callable[[], Any]) -> str:
    """The code and words with which it is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_a_new_cluster_takes_no_service_at_first(world: World) -> None:
    """C03: then it does."""
    definition, network = world.register(), world.network()
    wait("the group", lambda: world.ec2.describe_security_groups(Filters=by_id(world.group_id))["SecurityGroups"])
    world.patiently(lambda: world.ecs.create_cluster(clusterName=world.name))
    asked = {"cluster": world.name, "serviceName": world.name, "taskDefinition": definition, "desiredCount": 0}
    create = lambda: world.ecs.create_service(**asked, launchType="FARGATE", networkConfiguration=network)  # noqa: E731
    assert refused(create) == "ClusterNotFoundException: Cluster not found."
    assert world.patiently(create)["service"]["status"] == "ACTIVE"


def test_a_new_cluster_is_missing_at_first(world: World) -> None:
    """C03: then it is described with its tags, and making it again does not hide it; a new one can be deleted at once."""
    tags = [{"key": "run", "value": "1"}]
    make = lambda: world.ecs.create_cluster(clusterName=world.name, tags=tags)  # noqa: E731
    describe = lambda: world.ecs.describe_clusters(clusters=[world.name], include=["TAGS"])  # noqa: E731
    world.patiently(make)
    answer = describe()
    assert (answer["clusters"], [failure["reason"] for failure in answer["failures"]]) == ([], ["MISSING"])
    (cluster,) = wait("the cluster", describe, lambda now: now["clusters"])["clusters"]
    make()
    assert (cluster["tags"], describe()["clusters"]) == (tags, [cluster])
    other = world.ecs.create_cluster(clusterName=f"{world.name}-other")["cluster"]["clusterName"]
    assert world.ecs.delete_cluster(cluster=other)["cluster"]["status"] == "INACTIVE"


def test_a_new_service_is_missing_at_first(world: World) -> None:
    """S06: DescribeServices lists it among its failures, then as ACTIVE; a fuse cannot be set until then either."""
    arn = world.create_service(desiredCount=0)["serviceArn"]
    answer = world.ecs.describe_services(cluster=world.name, services=[world.name])
    assert (answer["services"], answer["failures"]) == ([], [{"arn": arn, "reason": "MISSING"}])
    assert wait("the service", world.service, lambda now: now["status"] != "MISSING")["status"] == "ACTIVE"


def test_the_interface_of_a_new_task_is_not_known_at_first(world: World) -> None:
    """E02, E03: nothing but its subnet while the task is PROVISIONING, then all but its public address."""
    world.create_service()
    (arn,) = wait("the task", lambda: world.ecs.list_tasks(cluster=world.name)["taskArns"])
    (attachment,) = world.task(arn)["attachments"]
    assert [each["name"] for each in attachment["details"]] == ["subnetId"]
    pending = wait("PENDING", lambda: world.task(arn), lambda task: task["lastStatus"] == "PENDING")
    assert "Association" not in world.interfaces(pending)[0]
    (interface,) = wait("its address", lambda: world.interfaces(pending), lambda found: "Association" in found[0])
    assert interface["Association"]["PublicIp"].startswith("127.")


def test_a_new_task_is_not_listed_at_first(world: World) -> None:
    """E01: ListTasks says [] when the service has already told of the task."""
    world.create_service(desiredCount=0)
    wait("the service", world.service, lambda now: now["status"] == "ACTIVE")
    world.update(desiredCount=1)
    wait("a start", world.events, lambda said: any("has started 1 tasks" in event for event in said))
    list_tasks = lambda: world.ecs.list_tasks(cluster=world.name)["taskArns"]  # noqa: E731
    assert list_tasks() == []
    assert len(wait("the task", list_tasks)) == 1


def test_a_new_group_is_not_found_at_first(world: World) -> None:
    """N17: by its ID it is an error, and a filter simply does not find it."""
    group = world.new_group()
    filtered = lambda: world.ec2.describe_security_groups(Filters=by_id(group))["SecurityGroups"]  # noqa: E731
    authorize = lambda: world.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[HTTP_ONLY])  # noqa: E731
    not_found = f"InvalidGroup.NotFound: The security group '{group}' does not exist"
    assert filtered() == []
    assert refused(authorize) == not_found
    assert world.patiently(authorize)["Return"]
    assert len(filtered()) == 1


def test_a_service_cannot_use_a_new_group_at_first(world: World) -> None:
    """N17: CreateService passes on EC2's error."""
    definition = world.register()
    world.patiently(lambda: create(world, world.network(), definition, "first"))  # the cluster is seen from here on
    group = world.new_group(name=f"{world.name}-new")
    attempt = lambda: create(world, world.network(securityGroups=[group]), definition, "second")  # noqa: E731
    assert refused(attempt).endswith("(ErrorCode: InvalidGroup.NotFound)")
    assert world.patiently(attempt)["service"]["status"] == "ACTIVE"


def test_a_new_role_cannot_be_assumed_at_first(world: World) -> None:
    """I02: the event of I01, once, and then the task starts."""
    other = world.register()
    network = world.network()
    world.patiently(lambda: create(world, network, other, "first"))
    definition = world.register(executionRoleArn=world.new_role())
    asked = {"taskDefinition": definition, "desiredCount": 1, "serviceName": world.name}
    world.create_service(**asked)
    told = lambda: [event for event in events_of(world) if "started" in event or NOT_ASSUMED in event]  # noqa: E731
    failed, started = wait("the start", told, lambda events: "has started 1 tasks" in "".join(events))
    assert NOT_ASSUMED in failed
    assert "has started 1 tasks" in started


def test_the_first_page_of_a_search_in_the_log_is_empty(world: World) -> None:
    """L09: it has a token, with which the events are found."""
    world.logs.create_log_stream(logGroupName=world.log_group, logStreamName="stream")
    event = {"timestamp": int(time.time() * 1000), "message": "found"}
    world.logs.put_log_events(logGroupName=world.log_group, logStreamName="stream", logEvents=[event])
    page = world.logs.filter_log_events(logGroupName=world.log_group)
    assert page["events"] == []
    page = world.logs.filter_log_events(logGroupName=world.log_group, nextToken=page["nextToken"])
    assert ([each["message"] for each in page["events"]], page.get("nextToken")) == (["found"], None)


def test_the_first_cluster_of_an_account_waits_for_the_role_of_ecs(world: World) -> None:
    """I07: where there is no such role it is refused once, in any region, and the role is there then."""
    with contextlib.suppress(world.iam.exceptions.NoSuchEntityException):
        world.iam.delete_role(RoleName=ROLE_OF_ECS)
    worlds = [world, World(PACE, "eu-west-1")]
    create = [lambda each=each: each.ecs.create_cluster(clusterName=each.name) for each in worlds]
    message = "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
    assert refused(create[0]) == f"InvalidParameterException: {message}"
    for each in create:
        assert each()["cluster"]["status"] == "ACTIVE"
    assert world.iam.get_role(RoleName=ROLE_OF_ECS)["Role"]["Path"] == "/aws-service-role/ecs.amazonaws.com/"


def test_the_instant_pace_hides_nothing() -> None:
    """Each thing is seen by the very next call."""
    with World() as world:
        world.ecs.create_cluster(clusterName=world.name)
        group = world.group_id
        create(world, world.network(), world.register(), world.name)
        assert world.service()["status"] == "ACTIVE"
        assert len(world.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]) == 1


def by_id(group: str) -> list[dict[str, Any]]:
    return [{"Name": "group-id", "Values": [group]}]


def create(world: World, network: dict[str, Any], definition: str, name: str) -> Any:
    """A service of no task."""
    asked = {"cluster": world.cluster, "serviceName": name, "taskDefinition": definition, "desiredCount": 0}
    return world.ecs.create_service(**asked, launchType="FARGATE", networkConfiguration=network)


def events_of(world: World) -> list[str]:
    """What the service tells, oldest first; nothing where it is MISSING."""
    return [event["message"] for event in reversed(world.service().get("events", []))]

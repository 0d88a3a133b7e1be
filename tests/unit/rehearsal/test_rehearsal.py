"""What the rehearsal's services and tasks do, seen through the API alone: none of it is true of a plain moto."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import (
    BRISK,
    EXECUTION_POLICY,
    World,
    alive,
    default_subnet,
    processes_with,
    python,
    server,
    wait,
)

SCALING = "Scaling activity initiated by (deployment ecs-svc/"
IGNORES_SIGTERM = """
import signal, socket
signal.signal(signal.SIGTERM, signal.SIG_IGN)
server = socket.create_server(("0.0.0.0", 80))
while True:
    server.accept()
"""


@pytest.fixture
def world() -> Iterator[World]:
    """AWS answers as fast as it can."""
    with World() as it:
        yield it


@dataclass
class Life:
    """What was seen of a service of one task, from its creation to the end of its task; AWS took its time."""

    statuses: list[str] = field(default_factory=list)
    services: list[dict[str, Any]] = field(default_factory=list)
    deletion: dict[str, Any] = field(default_factory=dict)
    status_when_inactive: str = ""
    refusals: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def life() -> Life:
    """One life at a thirtieth of AWS's pace, looked at again and again."""
    with World(BRISK) as world:
        return live(world)


def live(world: World) -> Life:
    life = Life()
    world.create_service()
    (task,) = wait("a task", world.tasks)

    def look() -> str:
        life.services.append(world.service())
        life.statuses.append(world.task(task["taskArn"])["lastStatus"])
        return life.services[-1]["deployments"][0]["rolloutState"]

    life.statuses.append(task["lastStatus"])
    wait("a completed rollout", look, lambda rollout: rollout == "COMPLETED")
    life.deletion = world.delete()
    wait("the service INACTIVE", look, lambda _: life.services[-1]["status"] == "INACTIVE")
    life.status_when_inactive = life.statuses[-1]
    deletions = (
        lambda: world.ec2.delete_security_group(GroupId=world.group_id),
        lambda: world.ecs.delete_cluster(cluster=world.cluster),
    )
    for delete in deletions:
        with pytest.raises(ClientError) as refused:
            delete()
        life.refusals.append(f"{refused.value.response['Error']}".replace(world.group_id, "sg"))
    wait("the task STOPPED", look, lambda _: life.statuses[-1] == "STOPPED")
    for delete in deletions:
        delete()
    return life


def counts(service: dict[str, Any]) -> tuple[int, int, str]:
    """Pending and running tasks, and the rollout's state."""
    (deployment,) = service["deployments"]
    assert (deployment["pendingCount"], deployment["runningCount"]) == (service["pendingCount"], service["runningCount"])
    return service["pendingCount"], service["runningCount"], deployment["rolloutState"]


def test_a_task_passes_through_every_status(life: Life) -> None:
    """PROVISIONING, PENDING, RUNNING, DEPROVISIONING and STOPPED are seen, in this order."""
    order = [status for status in dict.fromkeys(life.statuses) if status != "STOPPING"]
    assert order == ["PROVISIONING", "PENDING", "RUNNING", "DEPROVISIONING", "STOPPED"]


def test_counts_and_rollout_follow_the_task(life: Life) -> None:
    """A launch is pending and IN_PROGRESS, then running, and COMPLETED only after that; at the end nothing is counted."""
    order = list(dict.fromkeys(counts(service) for service in life.services))
    assert order == [(1, 0, "IN_PROGRESS"), (0, 1, "IN_PROGRESS"), (0, 1, "COMPLETED"), (0, 0, "COMPLETED")]


def test_a_deleted_service_is_draining_then_inactive(life: Life) -> None:
    """It is INACTIVE, and stays described, before its task has STOPPED."""
    deletion = (life.deletion["status"], life.deletion["desiredCount"], life.deletion["runningCount"])
    assert deletion == ("DRAINING", 0, 1)
    assert life.status_when_inactive in ("STOPPING", "DEPROVISIONING")
    assert life.services[-1]["status"] == "INACTIVE"


def test_what_a_stopping_task_uses_cannot_be_deleted(life: Life) -> None:
    """Its interface holds the security group, and it holds the cluster, until the task has STOPPED."""
    group, cluster = life.refusals
    assert "'DependencyViolation'" in group
    assert "resource sg has a dependent object" in group
    assert "'ClusterContainsTasksException'" in cluster
    assert "The Cluster cannot be deleted while Tasks are active." in cluster


def test_events_tell_of_the_launch(world: World) -> None:
    """The service says what it does, the newest event first."""
    task = world.launch()
    task_id, deployment = task["taskArn"].split("/")[-1], world.service()["deployments"][0]["id"]
    assert world.events() == [
        f"(service {world.name}) has started 1 tasks: (task {task_id}).",
        f"(service {world.name}) (deployment {deployment}) deployment completed.",
        f"(service {world.name}) has reached a steady state.",
    ]


def test_the_task_is_described_in_full(world: World) -> None:
    """DescribeTasks shows the size, the start, the group and the container's image as it was pulled."""
    task = world.launch()
    digest = world.ecr.describe_images(repositoryName="satellite-api")["imageDetails"][0]["imageDigest"]
    assert (task["cpu"], task["memory"], task["launchType"]) == ("256", "512", "FARGATE")
    assert (task["group"], task["connectivity"]) == (f"service:{world.name}", "CONNECTED")
    assert task["createdAt"] <= task["pullStartedAt"] <= task["pullStoppedAt"] <= task["startedAt"]
    assert [(c["name"], c["lastStatus"], c["imageDigest"]) for c in task["containers"]] == [("api", "RUNNING", digest)]


def test_the_digest_of_an_image_is_that_of_its_manifest(world: World) -> None:
    """It stays the same, so that a task definition can name the image by it."""
    image = world.ecr.batch_get_image(repositoryName="satellite-api", imageIds=[{"imageTag": "v1"}])["images"][0]
    expected = f"sha256:{hashlib.sha256(image['imageManifest'].encode()).hexdigest()}"
    for _ in range(2):
        details = world.ecr.describe_images(repositoryName="satellite-api", imageIds=[{"imageTag": "v1"}])["imageDetails"]
        assert [each["imageDigest"] for each in details] == [expected]


def test_a_dead_task_is_replaced(world: World) -> None:
    """The service starts another task in its place, and is steady again."""
    task = world.launch(world.container(command=[*server(), world.mark]))
    for process in processes_with(world.mark):
        process.kill()
    (other,) = wait("another task", world.running, lambda now: [t["taskArn"] == task["taskArn"] for t in now] == [False])
    died = world.stopped()
    assert (died["taskArn"], died["containers"][0]["exitCode"]) == (task["taskArn"], 137)
    assert died["stopCode"] == "EssentialContainerExited"
    assert other["startedAt"] > task["startedAt"]
    world.steady()


@pytest.mark.parametrize(
    ("program", "exit_code"),
    [
        ("raise SystemExit(1)", 1),
        ("raise SystemExit(3)", 3),
        ("import os; os.kill(os.getpid(), 9)", 137),
        ("import os; os.kill(os.getpid(), 15)", 143),
    ],
)
def test_a_task_whose_container_ends_says_so(world: World, program: str, exit_code: int) -> None:
    """Its stop code, its reason and the exit code are AWS's, and the rollout is not completed."""
    world.create_service(taskDefinition=world.register(world.container(command=python(program))))
    task = world.stopped()
    assert (task["stopCode"], task["stoppedReason"]) == ("EssentialContainerExited", "Essential container in task exited")
    assert [(c["lastStatus"], c["exitCode"]) for c in task["containers"]] == [("STOPPED", exit_code)]
    assert task["stoppingAt"] <= task["executionStoppedAt"] <= task["stoppedAt"]
    assert world.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"


def test_what_a_container_started_ends_with_it(world: World) -> None:
    """A background process does not keep the container of an ended program alive."""
    command = ["sh", "-c", "sleep 1000 & exit 7"]
    world.create_service(taskDefinition=world.register(world.container(command=command)))
    assert world.stopped()["containers"][0]["exitCode"] == 7


def test_a_task_that_cannot_start_counts_as_failed(world: World) -> None:
    """After three failures the service says that it cannot start tasks."""
    world.create_service(taskDefinition=world.register(world.container(command=["no-such-program"])))
    said = f"(service {world.name}) is unable to consistently start tasks successfully."
    wait("the service's complaint", world.events, lambda events: said in events)
    assert world.service()["deployments"][0]["failedTasks"] >= 3
    assert world.stopped()["stopCode"] == "TaskFailedToStart"


def test_a_service_scaled_to_zero_and_back_has_a_new_task(world: World) -> None:
    """The old task got SIGTERM from the scheduler; 143 is how its program ended."""
    task = world.launch()
    world.update(desiredCount=0)
    assert world.steady()["runningCount"] == 0
    old = world.stopped()
    assert (old["taskArn"], old["stopCode"]) == (task["taskArn"], "ServiceSchedulerInitiated")
    assert old["stoppedReason"].startswith(SCALING)
    assert old["containers"][0]["exitCode"] == 143
    world.update(desiredCount=1)
    world.steady()
    assert [new["taskArn"] == task["taskArn"] for new in world.running()] == [False]


def test_a_container_that_ignores_sigterm_is_killed(world: World) -> None:
    """After the stop time-out it gets SIGKILL: exit code 137, which is no lack of memory here."""
    world.launch(world.container(command=python(IGNORES_SIGTERM)))
    world.update(desiredCount=0)
    task = world.stopped()
    assert task["stoppedReason"].startswith(SCALING)
    assert task["containers"][0]["exitCode"] == 137


def test_a_task_that_a_user_stops_is_replaced(world: World) -> None:
    """It stays on record with the user's own reason."""
    task = world.launch()
    world.ecs.stop_task(cluster=world.cluster, task=task["taskArn"], reason="because")
    stopped = world.stopped()
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "because")
    wait("another task", world.running, lambda now: [t["taskArn"] == task["taskArn"] for t in now] == [False])


def test_a_new_revision_rolls_over(world: World) -> None:
    """Both deployments are there while the new task starts; then the old task stops and one deployment is left."""
    old = world.launch()
    arn = world.register(world.container(command=server()))
    deployments = world.update(taskDefinition=arn)["deployments"]  # a moment later the old one may be gone
    assert [(d["status"], d["taskDefinition"] == arn) for d in deployments] == [("PRIMARY", True), ("ACTIVE", False)]
    world.steady()
    (new,) = world.running()
    assert (new["taskDefinitionArn"], world.service()["taskDefinition"]) == (arn, arn)
    assert world.task(old["taskArn"])["stopCode"] == "ServiceSchedulerInitiated"


def test_a_forced_deployment_has_a_new_task(world: World) -> None:
    """The definition is the same, the task is not."""
    old = world.launch()
    world.update(forceNewDeployment=True)
    wait("another task", world.running, lambda now: [t["taskArn"] == old["taskArn"] for t in now] == [False])
    world.steady()


def test_a_service_of_no_task_is_complete_and_starts_with_its_next_deployment() -> None:
    """The new deployment is PRIMARY and in progress until it is steady; the old one starts a task in passing, as on AWS."""
    with World(BRISK) as world:
        world.create_service(desiredCount=0)
        (old,) = world.steady()["deployments"]
        updated = world.update(desiredCount=1, forceNewDeployment=True)
        deployments = [(d["status"], d["desiredCount"], d["rolloutState"]) for d in updated["deployments"]]
        assert deployments == [("PRIMARY", 1, "IN_PROGRESS"), ("ACTIVE", 0, "COMPLETED")]
        seen: list[dict[str, Any]] = []

        def look() -> str:
            seen.append(world.service())
            return seen[-1]["deployments"][0]["rolloutState"]

        wait("a completed rollout", look, lambda rollout: rollout == "COMPLETED")
        assert [d["id"] == old["id"] for d in world.steady()["deployments"]] == [False]
        assert counts(world.service()) == (0, 1, "COMPLETED")
        assert sum("has started 1 tasks" in event["message"] for event in world.service()["events"]) == 2
        assert {service["deployments"][0]["id"] for service in seen} == {updated["deployments"][0]["id"]} != {old["id"]}


def test_services_are_listed_by_cluster_while_they_are_active(world: World) -> None:
    """Not those of a cluster whose name ends alike, such as another suite's, and no deleted ones."""
    other = f"my-{world.cluster}"
    world.ecs.create_cluster(clusterName=other)
    for cluster, service in ((other, "others"), (world.cluster, "kept"), (world.cluster, "deleted")):
        world.create_service(cluster=cluster, serviceName=service, desiredCount=0)
    world.delete(service="deleted")
    listed = world.ecs.list_services(cluster=world.cluster)["serviceArns"]
    assert [arn.split("/")[-2:] for arn in listed] == [[world.cluster, "kept"]]
    world.delete(cluster=other, service="others")


def test_a_deleted_revision_lives_on_in_its_service(world: World) -> None:
    """A service that uses it can still start tasks, and the rehearsal goes on."""
    arn = world.register()
    world.create_service(taskDefinition=arn, desiredCount=0)
    world.ecs.deregister_task_definition(taskDefinition=arn)
    (deleted,) = world.ecs.delete_task_definitions(taskDefinitions=[arn])["taskDefinitions"]
    assert deleted["status"] == "DELETE_IN_PROGRESS"
    world.update(desiredCount=1)
    world.steady()
    assert [task["taskDefinitionArn"] for task in world.running()] == [arn]


def test_a_role_that_is_deleted_under_a_starting_task_stops_it() -> None:
    """The task has nobody's rights any more, and the rehearsal goes on."""
    with World(BRISK) as world:
        world.create_service()
        wait("a task", world.tasks)
        role = world.role_arn.split("/")[-1]
        world.iam.detach_role_policy(RoleName=role, PolicyArn=EXECUTION_POLICY)
        world.iam.delete_role(RoleName=role)
        assert "is not authorized to perform: ecr:GetAuthorizationToken" in world.stopped()["stoppedReason"]


def test_a_service_of_five_has_five_tasks_and_addresses(world: World) -> None:
    """Every task listens on port 80 of its own."""
    world.create_service(desiredCount=5)
    world.steady()
    assert len({world.address(task) for task in world.running()}) == 5
    world.update(desiredCount=2)
    world.steady()
    assert len(world.running()) == 2


def test_a_deleted_service_can_be_made_again(world: World) -> None:
    """The new one has its own task, and the old one's is not counted."""
    old = world.launch()
    world.delete()
    wait("INACTIVE", world.service, lambda now: now["status"] == "INACTIVE")
    world.create_service()
    assert world.steady()["runningCount"] == 1
    assert [task["taskArn"] == old["taskArn"] for task in world.running()] == [False]


def test_a_container_that_is_not_essential_may_end(world: World) -> None:
    """Its exit is told of, and the task goes on."""
    helper = world.container(name="helper", command=["true"], essential=False, portMappings=[])
    task = world.launch(world.container(), helper)
    ended = wait("the helper's exit", lambda: world.task(task["taskArn"]), lambda now: "exitCode" in now["containers"][1])
    assert [c["lastStatus"] for c in ended["containers"]] == ["RUNNING", "STOPPED"]
    assert (ended["lastStatus"], ended["containers"][1]["exitCode"]) == ("RUNNING", 0)


def test_tasks_are_listed_by_service_and_desired_status(world: World) -> None:
    """Without a filter ListTasks means RUNNING; another service's tasks are not listed."""
    stopped = world.launch()["taskArn"]
    world.ecs.stop_task(cluster=world.cluster, task=stopped)
    (running,) = wait("another task", world.running, lambda now: [t["taskArn"] == stopped for t in now] == [False])
    world.create_service(serviceName="other")
    both = wait("the other's task", lambda: world.ecs.list_tasks(cluster=world.cluster)["taskArns"], lambda a: len(a) == 2)
    listed = world.ecs.list_tasks(cluster=world.cluster, serviceName=world.name)["taskArns"]
    assert (listed, set(listed) < set(both)) == ([running["taskArn"]], True)
    ended = world.ecs.list_tasks(cluster=world.cluster, serviceName=world.name, desiredStatus="STOPPED")["taskArns"]
    assert ended == [stopped]
    world.delete(service="other")


def test_an_unknown_task_is_missing(world: World) -> None:
    """DescribeTasks says so among its failures."""
    answer = world.ecs.describe_tasks(cluster=world.cluster, tasks=["0" * 32])
    assert (answer["tasks"], [failure["reason"] for failure in answer["failures"]]) == ([], ["MISSING"])


def test_the_cluster_counts_what_it_holds(world: World) -> None:
    """DescribeClusters counts the running tasks and the active services."""

    def counts() -> tuple[int, int, int]:
        (cluster,) = world.ecs.describe_clusters(clusters=[world.cluster])["clusters"]
        return cluster["activeServicesCount"], cluster["pendingTasksCount"], cluster["runningTasksCount"]

    world.launch()
    assert counts() == (1, 0, 1)
    world.delete()
    wait("an empty cluster", counts, lambda now: now == (0, 0, 0))


def test_a_cluster_that_exists_is_not_made_again(world: World) -> None:
    """CreateCluster returns the one that is there, tags and all."""
    for tags in ([{"key": "owner", "value": "first"}], []):
        world.ecs.create_cluster(clusterName=world.name, tags=tags)
    (cluster,) = world.ecs.describe_clusters(clusters=[world.name], include=["TAGS"])["clusters"]
    assert cluster["tags"] == [{"key": "owner", "value": "first"}]


def test_revisions_are_listed_in_the_order_that_is_asked_for(world: World) -> None:
    """The tenth comes after the ninth, or before it where the newest come first."""
    made = [world.register() for _ in range(10)]
    family = made[0].split("/")[-1].split(":")[0]
    for order, expected in ("ASC", made), ("DESC", made[::-1]):
        assert world.ecs.list_task_definitions(familyPrefix=family, sort=order)["taskDefinitionArns"] == expected


def test_sizes_are_registered_in_units_and_mebibytes(world: World) -> None:
    """They may be given as the console shows them."""
    arn = world.register(cpu=".25 vCPU", memory="0.5 GB")
    found = world.ecs.describe_task_definition(taskDefinition=arn)["taskDefinition"]
    assert (found["cpu"], found["memory"]) == ("256", "512")


def test_a_family_alone_means_its_newest_active_revision(world: World) -> None:
    """A revision that was deregistered is passed over."""
    first, second = world.register(), world.register()
    world.ecs.deregister_task_definition(taskDefinition=second)
    assert world.create_service(taskDefinition=world.name)["taskDefinition"] == first


def test_tags_are_propagated_to_the_task(world: World) -> None:
    """With propagateTags=SERVICE, DescribeTasks shows the service's tags when it is asked for them."""
    tags = [{"key": "run", "value": "1"}]
    world.create_service(tags=tags, propagateTags="SERVICE")
    (task,) = wait("a task", world.tasks)
    answer = world.ecs.describe_tasks(cluster=world.cluster, tasks=[task["taskArn"]], include=["TAGS"])
    assert answer["tasks"][0]["tags"] == tags


def test_a_reset_ends_the_containers_of_vanished_tasks(world: World) -> None:
    """moto forgets its tasks then, and their programs do not run on."""
    world.launch(world.container(command=[*server(), world.mark]))
    containers = processes_with(world.mark)
    assert containers
    requests.post(f"{world.url}/moto-api/reset", timeout=20).raise_for_status()
    default_subnet.cache_clear()  # the worlds to come have another
    wait("the containers' end", lambda: alive(containers), lambda left: not left)
    assert world.ec2.describe_network_interfaces()["NetworkInterfaces"] == []

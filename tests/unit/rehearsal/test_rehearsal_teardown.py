"""What AWS answers to who deletes things again: a teardown that was interrupted is simply run once more."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import BRISK, World, wait


@dataclass(frozen=True)
class Again:
    """A deletion of something that is gone already, and the code and words of AWS's refusal. `{}` stands for an ID."""

    delete: Callable[[World, str], Any]
    make: Callable[[World], str]
    code: str
    message: str


def new_log_group(world: World) -> str:
    return world.log_group


def new_group(world: World) -> str:
    return world.new_group(name=f"{world.name}-other")


AGAIN = {
    "a log group": Again(
        lambda world, name: world.logs.delete_log_group(logGroupName=name),
        new_log_group,
        "ResourceNotFoundException",
        "The specified log group does not exist.",
    ),
    "a security group": Again(
        lambda world, group: world.ec2.delete_security_group(GroupId=group),
        new_group,
        "InvalidGroup.NotFound",
        "The security group '{}' does not exist",
    ),
    "a cluster": Again(
        lambda world, name: world.ecs.delete_cluster(cluster=name),
        lambda world: world.cluster,
        "ClusterNotFoundException",
        "The referenced cluster was inactive.",
    ),
}


@pytest.fixture
def world() -> Iterator[World]:
    """AWS answers as fast as it can."""
    with World() as it:
        yield it


def refusal(call: Callable[[], Any]) -> tuple[str, str]:
    """The code and the words with which it is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize("again", AGAIN.values(), ids=AGAIN.keys())
def test_what_is_gone_cannot_be_deleted_again(world: World, again: Again) -> None:
    """AWS says that it does not find it."""
    made = again.make(world)
    again.delete(world, made)
    assert refusal(lambda: again.delete(world, made)) == (again.code, again.message.format(made))


def test_a_revision_can_be_deregistered_again(world: World) -> None:
    """It stays INACTIVE; one that never existed is refused."""
    arn = world.register()
    for _ in range(2):
        answer = world.ecs.deregister_task_definition(taskDefinition=arn)["taskDefinition"]
        assert (answer["taskDefinitionArn"], answer["status"]) == (arn, "INACTIVE")
    unknown = lambda: world.ecs.deregister_task_definition(taskDefinition=f"{world.name}:77")  # noqa: E731
    assert refusal(unknown) == ("ClientException", "The specified task definition does not exist.")


def test_a_deleted_service_is_deleted_again_without_complaint() -> None:
    """When it is INACTIVE, the answer is the service as it is, with nothing new to tell; an update is refused."""
    not_active = ("ServiceNotActiveException", "Service was not ACTIVE.")
    with World(BRISK) as world:
        world.launch()
        assert world.delete()["status"] == "DRAINING"
        wait("INACTIVE", world.service, lambda now: now["status"] == "INACTIVE")
        told = world.events()
        assert world.delete()["status"] == "INACTIVE"
        assert refusal(lambda: world.update(desiredCount=0)) == not_active
        assert world.events() == told


@pytest.mark.parametrize("call", [World.delete, lambda world: world.update(desiredCount=0)], ids=["deleting", "updating"])
def test_a_service_that_never_was_is_not_found(world: World, call: Callable[[World], Any]) -> None:
    """AWS says so of the service, where the cluster is there."""
    assert world.cluster
    assert refusal(lambda: call(world)) == ("ServiceNotFoundException", "Service not found.")

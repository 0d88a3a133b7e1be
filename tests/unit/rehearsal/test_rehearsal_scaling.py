"""Application Auto Scaling as the fuse uses it: targets with tags, and scheduled actions that are carried out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import World, client, wait

NOTHING = {"MinCapacity": 0, "MaxCapacity": 0}
LATER = timedelta(days=1)


class ScalingWorld(World):
    """A world whose service has a fuse."""

    @property
    def scaling(self) -> Any:
        return client(self.url, "application-autoscaling", self.region)

    @property
    def target(self) -> dict[str, str]:
        """What names the service to Application Auto Scaling."""
        resource = f"service/{self.name}/{self.name}"
        return {"ServiceNamespace": "ecs", "ResourceId": resource, "ScalableDimension": "ecs:service:DesiredCount"}

    def register_target(self, **more: Any) -> str:
        """The ARN of the service's scalable target."""
        asked = {"MinCapacity": 0, "MaxCapacity": 1} | self.target | more
        return self.scaling.register_scalable_target(**asked)["ScalableTargetARN"]

    def schedule(self, after: timedelta = -timedelta(seconds=1), zone: str | None = None, **action: int) -> None:
        """Have the target's limits changed so long after now: to no task at all, if `action` does not say otherwise."""
        time = (datetime.now(UTC) + after).astimezone(ZoneInfo(zone or "UTC"))
        self.scaling.put_scheduled_action(
            ScheduledActionName="fuse",
            Schedule=f"at({time:%Y-%m-%dT%H:%M:%S})",
            ScalableTargetAction=action or NOTHING,
            **self.target,
            **({"Timezone": zone} if zone else {}),
        )

    def deregister_target(self) -> None:
        self.scaling.deregister_scalable_target(**self.target)

    def actions(self) -> list[str]:
        """The names of the service's scheduled actions."""
        asked = {name: self.target[name] for name in ("ServiceNamespace", "ResourceId")}
        found = self.scaling.describe_scheduled_actions(**asked)["ScheduledActions"]
        return [action["ScheduledActionName"] for action in found]

    def limits(self) -> tuple[int, int]:
        """The least and the most tasks that the target may have."""
        (target,) = self.scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[self.target["ResourceId"]])[
            "ScalableTargets"
        ]
        return target["MinCapacity"], target["MaxCapacity"]


@pytest.fixture
def world() -> Iterator[ScalingWorld]:
    """AWS answers as fast as it can."""
    with ScalingWorld() as it:
        yield it


def refusal(call: Any) -> tuple[str, str]:
    """The code and the words with which it is refused."""
    with pytest.raises(ClientError) as caught:
        call()
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def not_found(world: ScalingWorld, what: str) -> str:
    return (
        f"{what} for service namespace: ecs, resource ID: service/{world.name}/{world.name}, "
        "scalable dimension: ecs:service:DesiredCount"
    )


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_fuse_brings_a_running_service_to_zero(region: str) -> None:
    """The task stops as one that is scaled in, in any region; the action is done with, and the limits stay."""
    with ScalingWorld(region=region) as world:
        task = world.launch()
        world.register_target()
        world.schedule()
        stopped = world.stopped()
        assert (stopped["taskArn"], stopped["stopCode"]) == (task["taskArn"], "ServiceSchedulerInitiated")
        assert stopped["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")
        service = world.steady()
        assert (service["status"], service["desiredCount"], service["runningCount"]) == ("ACTIVE", 0, 0)
        assert (
            f"(service {world.name}) has stopped 1 running tasks: (task {task['taskArn'].split('/')[-1]})." in world.events()
        )
        assert (world.actions(), world.limits()) == ([], (0, 0))


def test_a_scheduled_action_happens_once(world: ScalingWorld) -> None:
    """Who starts the service again after it has no other action against them."""
    world.launch()
    world.register_target()
    world.schedule()
    wait("no task", lambda: world.service()["runningCount"], lambda running: running == 0)
    world.update(desiredCount=1)
    assert world.steady()["runningCount"] == 1
    assert world.service()["desiredCount"] == 1


def test_an_action_lifts_a_service_to_its_least_number_of_tasks(world: ScalingWorld) -> None:
    """What the action does not name stays as it was."""
    world.create_service(desiredCount=0)
    world.register_target(MaxCapacity=3)
    world.schedule(MinCapacity=2)
    wait("two tasks", lambda: world.service()["runningCount"], lambda running: running == 2)
    assert world.limits() == (2, 3)


@pytest.mark.parametrize(("before", "least", "most", "after"), [(0, 2, 5, 2), (3, 0, 1, 1)])
def test_a_registration_brings_the_service_into_its_range(
    world: ScalingWorld, before: int, least: int, most: int, after: int
) -> None:
    """At once, in both directions, as the reference of RegisterScalableTarget says."""
    world.create_service(desiredCount=before)
    world.register_target(MinCapacity=least, MaxCapacity=most)
    assert world.service()["desiredCount"] == after


def test_a_fuse_of_a_deleted_service_harms_nobody(world: ScalingWorld) -> None:
    """It goes off into the void, and AWS still answers."""
    world.create_service()
    world.register_target()
    world.schedule(timedelta(seconds=2))
    world.delete()
    wait("the fuse", world.actions, lambda left: not left)
    assert world.service()["status"] in ("DRAINING", "INACTIVE")


def test_an_action_of_tomorrow_waits(world: ScalingWorld) -> None:
    """Its time is read in UTC, and another action's in the zone that it names."""
    task = world.launch()
    world.register_target()
    world.schedule(LATER)
    world.update(forceNewDeployment=True)  # a whole rollover passes
    wait("another task", world.running, lambda now: [t["taskArn"] == task["taskArn"] for t in now] == [False])
    assert (world.actions(), world.service()["desiredCount"]) == (["fuse"], 1)
    world.schedule(zone="Pacific/Kiritimati")  # now, in a clock that is 14 hours ahead; the same name replaces
    wait("no task", lambda: world.service()["desiredCount"], lambda desired: desired == 0)


def test_a_removed_fuse_does_nothing(world: ScalingWorld) -> None:
    """Its scheduled action goes with the target, and a new target has none."""
    world.launch()
    world.register_target()
    world.schedule(timedelta(seconds=2))
    world.deregister_target()
    world.register_target()
    assert world.actions() == []
    due = datetime.now(UTC) + timedelta(seconds=2)
    wait("the time of the fuse", lambda: datetime.now(UTC), lambda now: now > due)
    world.update(forceNewDeployment=True)
    assert world.steady()["desiredCount"] == 1
    assert world.limits() == (0, 1)


def test_a_target_has_the_tags_of_its_registration(world: ScalingWorld) -> None:
    """They stay when it is registered again without any, and go with it."""
    world.create_service(desiredCount=0)
    arn = world.register_target(Tags={"launch-control": "run-1"})
    assert world.register_target(MaxCapacity=2) == arn
    assert world.scaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"launch-control": "run-1"}
    world.deregister_target()
    assert refusal(lambda: world.scaling.list_tags_for_resource(ResourceARN=arn))[0] == "ResourceNotFoundException"


@pytest.mark.parametrize("missing", ["cluster", "service", "active service"])
def test_a_service_that_is_not_there_cannot_be_a_target(world: ScalingWorld, missing: str) -> None:
    """A cluster that does not exist is no other case, nor is a service that was deleted."""
    if missing == "service":
        assert world.cluster
    elif missing == "active service":
        world.create_service(desiredCount=0)
        world.delete()
    message = f"ECS service doesn't exist: service/{world.name}/{world.name}"
    assert refusal(world.register_target) == ("ValidationException", message)


def test_what_is_not_registered_cannot_be_removed(world: ScalingWorld) -> None:
    """Targets and scheduled actions alike; nor can an action be put on a target that is not there."""
    world.create_service(desiredCount=0)
    no_target = ("ObjectNotFoundException", not_found(world, "No scalable target registered"))
    assert refusal(world.deregister_target) == no_target
    assert refusal(world.schedule) == no_target
    world.register_target()
    world.schedule(LATER)
    delete = lambda: world.scaling.delete_scheduled_action(ScheduledActionName="fuse", **world.target)  # noqa: E731
    delete()
    code, message = refusal(delete)
    assert code == "ObjectNotFoundException"
    assert message.startswith(not_found(world, "No scheduled action found"))
    world.deregister_target()
    assert refusal(world.deregister_target) == no_target


@pytest.mark.parametrize(
    "asked", [{"Schedule": "at(2026-13-45T00:00:00)"}, {"Schedule": "tomorrow"}, {"Timezone": "Mars/Olympus"}], ids=str
)
def test_a_time_that_is_none_is_refused(world: ScalingWorld, asked: dict[str, str]) -> None:
    """It is refused when it is put, and so does not trouble the loop that carries actions out."""
    world.create_service(desiredCount=0)
    world.register_target()
    given = {"ScheduledActionName": "fuse", "Schedule": "at(2030-01-01T00:00:00)", "ScalableTargetAction": NOTHING}
    put = lambda: world.scaling.put_scheduled_action(**given | asked | world.target)  # noqa: E731
    assert refusal(put)[0] == "ValidationException"
    assert world.actions() == []

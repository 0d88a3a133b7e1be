"""What a task's end, and its image, are told by."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from fixtures.resources.task import by_hand, describe_tasks, pushed_since, tasks_in

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/satellite-api:v1"
OLD, NEW = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def stopped(**codes):
    """Why a task stopped whose containers ended with these exit codes."""
    containers = [{"name": name} | ({} if code is None else {"exitCode": code}) for name, code in codes.items()]
    ended = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "EssentialContainerExited"}
    (task,) = describe_tasks(answering(ended | {"containers": containers}), "c", ["arn/0"])
    return task.stopped.removeprefix("EssentialContainerExited")


@pytest.mark.parametrize(
    ("codes", "told"),
    [
        ({"api": 1}, "; exit code 1"),
        ({"api": None}, ""),
        ({"api": 1, "init": 0}, "; exit code 1 of container api"),
        ({"init": 0, "api": 137}, "; exit code 137 of container api"),
        ({"api": 143, "watcher": 7}, "; exit code 7 of container watcher"),
        ({"api": 137, "watcher": 7}, "; exit code 7 of container watcher"),
        ({"api": 143, "watcher": 0}, "; exit code 0 of container watcher"),
        ({"api": 2, "watcher": 3}, "; exit code 2 of container api; exit code 3 of container watcher"),
        ({"api": None, "watcher": 1}, "; exit code 1 of container watcher"),
    ],
)
def test_the_exit_code_is_told_of_the_container_that_ended_the_task(codes, told):
    """The others end because of it: told to, or killed."""
    assert stopped(**codes) == told


def answering(*found):
    """An AWS that has these tasks, each with what it is told by."""
    base = {"taskArn": "t", "lastStatus": "RUNNING", "desiredStatus": "RUNNING"}
    told = [base | {"taskArn": f"arn/{number}"} | each for number, each in enumerate(found)]
    asked = []

    def described(cluster, tasks, include):
        asked.append(len(tasks))
        assert (cluster, include) == ("c", ["TAGS"])
        return {"tasks": [each for each in told if each["taskArn"] in tasks]}

    def pages(cluster, desiredStatus):  # noqa: N803 - AWS's name
        assert cluster == "c"
        yield {"taskArns": [each["taskArn"] for each in told if each["desiredStatus"] == desiredStatus]}

    paginator = SimpleNamespace(paginate=pages)
    exceptions = SimpleNamespace(ClusterNotFoundException=ClientError)
    ecs = SimpleNamespace(describe_tasks=described, get_paginator=lambda _: paginator, exceptions=exceptions)
    return SimpleNamespace(ecs=ecs, asked=asked)


def test_a_task_is_read_from_what_aws_says_of_it():
    """And what it does not say is empty."""
    begun, ended = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    details = [{"name": "subnetId", "value": "subnet-1"}, {"name": "networkInterfaceId", "value": "eni-1"}]
    full = {
        "createdAt": begun,
        "stoppingAt": ended,
        "attachments": [{"details": details}, {}],
        "containers": [
            {"name": "sidecar"},
            {
                "name": "api",
                "imageDigest": OLD,
                "networkBindings": [{"containerPort": 80, "hostPort": 81}, {"containerPort": 9}],
            },
        ],
        "tags": [{"key": "run", "value": "r"}],
    }
    told, bare = describe_tasks(answering(full, {}), "c", ["arn/0", "arn/1"])
    assert (told.id, told.subnet_id, told.interface_id, told.image_digest) == ("0", "subnet-1", "eni-1", OLD)
    assert (told.moved_ports, told.tags, told.ended_at, told.stopped) == ({80: 81}, {"run": "r"}, ended, "")
    assert (bare.subnet_id, bare.interface_id, bare.image_digest, bare.moved_ports, bare.ended_at) == ("", "", "", {}, None)


def test_a_task_that_is_to_run_has_not_stopped():
    """Whatever one of its containers has done, such as one that only prepares."""
    (task,) = describe_tasks(answering({"containers": [{"name": "init", "exitCode": 0}, {"name": "api"}]}), "c", ["arn/0"])
    assert task.stopped == ""


def test_a_tasks_containers_have_ended_before_it_is_being_stopped():
    """Where AWS says both, the first counts."""
    first, then = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    (task,) = describe_tasks(answering({"executionStoppedAt": first, "stoppingAt": then}), "c", ["arn/0"])
    assert task.ended_at == first
    assert task.status_at(first - timedelta(seconds=1)) == "RUNNING"
    assert task.status_at(first) == task.status_at(then) == "RUNNING"
    ended = replace(task, status="STOPPED")
    assert (ended.status_at(first - timedelta(seconds=1)), ended.status_at(first)) == ("RUNNING", "STOPPED")
    assert replace(ended, ended_at=None).status_at(first) == "STOPPED"


def test_many_tasks_are_asked_for_a_hundred_at_a_time_and_come_newest_first():
    """AWS describes no more at once."""
    aws = answering(*({"createdAt": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n)} for n in range(201)))
    found = describe_tasks(aws, "c", [f"arn/{number}" for number in range(201)])
    assert [task.id for task in found] == [str(number) for number in reversed(range(201))]
    assert aws.asked == [100, 100, 1]


def test_tasks_of_a_service_and_those_that_somebody_started_are_told_apart():
    """Those that have stopped are nobody's trouble any more."""
    stopped = {"lastStatus": "STOPPED", "desiredStatus": "STOPPED"}
    aws = answering(
        {"group": "service:s"}, {"group": "service:t"}, {"group": "family:x"}, {}, stopped | {"group": "service:s"}
    )
    assert sorted(task.id for task in tasks_in(aws, "c", "s")) == ["0", "4"]
    assert sorted(task.id for task in by_hand(aws, "c")) == ["2", "3"]
    aws = answering(stopped, stopped | {"lastStatus": "DEPROVISIONING"})
    assert [task.id for task in by_hand(aws, "c")] == ["1"]


BY_IPV6 = IMAGE.replace(".dkr.ecr.", ".dkr-ecr.").replace("amazonaws.com", "on.aws")


class Registry:
    """An ECR whose tag names this manifest; nobody may ask it where there is none."""

    def __init__(self, manifest=None, digest=NEW):
        self.images = manifest and [{"imageId": {"imageDigest": digest}, "imageManifest": manifest}]

    def batch_get_image(self, **_):
        """What the tag names."""
        if self.images is None:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "BatchGetImage")
        return {"images": self.images}


@pytest.mark.parametrize(
    ("registry", "image", "told"),
    [
        (Registry("{}"), IMAGE, True),
        (Registry("{}", OLD), IMAGE, False),
        (Registry("{}"), BY_IPV6, True),
        (Registry(f'{{"manifests": [{{"digest": "{OLD}"}}]}}'), IMAGE, False),  # of an image for several platforms
        (Registry(f'{{"manifests": [{{"digest": "{NEW}"}}]}}'), IMAGE, True),
        (Registry(), IMAGE, False),
        (Registry("{}"), IMAGE.replace("123456789012", "999999999999"), False),
        (Registry("{}"), IMAGE.replace("us-east-1", "eu-west-1"), False),
        (Registry("{}"), IMAGE.replace(":v1", f"@{OLD}"), False),
        (Registry("{}"), IMAGE.replace(":v1", ""), False),
    ],
)
def test_a_later_push_of_the_tag_is_seen(registry, image, told):
    """As far as it can be known: of the own registry, by a tag."""
    aws = SimpleNamespace(account="123456789012", region="us-east-1", ecr=registry)
    assert pushed_since(aws, image, OLD) is told
    assert not pushed_since(aws, image, "")

"""What a task's end, and its image, are told by."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from fixtures.resources.task import describe_tasks, pushed_since

IMAGE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/satellite-api:v1"
OLD, NEW = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


def stopped(**codes):
    """Why a task stopped whose containers ended with these exit codes."""
    containers = [{"name": name} | ({} if code is None else {"exitCode": code}) for name, code in codes.items()]
    found = {"taskArn": "t", "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": "EssentialContainerExited"}
    ecs = SimpleNamespace(describe_tasks=lambda **_: {"tasks": [found | {"containers": containers}]})
    return describe_tasks(SimpleNamespace(ecs=ecs), "c", ["t"])[0].stopped.removeprefix("EssentialContainerExited")


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

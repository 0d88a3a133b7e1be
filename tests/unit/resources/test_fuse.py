"""The fuse as AWS tells of it, in fewer words too than the rehearsal has."""

import pytest

from fixtures.resources import fuse
from fixtures.wire.waiting import Waiter
from tests.unit.moto_run import moto_run

TARGET = fuse.resource_id("satellite-cluster", "satellite-service")


@pytest.mark.parametrize(("targets", "tags", "there"), [([], None, False), ([{"ResourceId": TARGET}], {}, True)])
def test_a_target_without_an_arn_is_there_and_nobodys(tmp_path, monkeypatch, targets, tags, there):
    """AWS has given targets without it: whose they are is not known then, and so they are told and not deleted."""
    with moto_run(tmp_path, Waiter()) as run:
        monkeypatch.setattr(run.aws.autoscaling, "describe_scalable_targets", lambda **_: {"ScalableTargets": targets})
        assert fuse.tags_of(run.aws, TARGET) == tags
        assert fuse.exists(run.aws, "satellite-cluster", "satellite-service") is there

"""Whether a security group is the service's own: each way in which it is not is said with what mends it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from fixtures.resources.isolation import flaws_of, how_to_connect
from fixtures.resources.network import SecurityGroup
from fixtures.resources.service import Service

GROUP = SecurityGroup("sg-1", "satellite-api-sg", "vpc-1")
SERVICE = Service(
    name="api",
    arn="",
    cluster="c",
    status="ACTIVE",
    tags={},
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    launch_type="FARGATE",
    desired=1,
    running=1,
    pending=0,
    rollout="COMPLETED",
    deployments=1,
    task_definition_arn="",
    group_ids=("sg-1",),
    subnet_ids=("subnet-1", "subnet-2"),
    public_ip="ENABLED",
    failed_tasks=0,
    events=(),
)


def test_a_group_of_its_own_has_no_flaw():
    """It is in the default VPC, the service uses it, and nobody else does; or AWS says nothing of what it uses."""
    assert list(flaws_of(GROUP, "vpc-1", SERVICE, [], lambda: "subnet-9")) == []
    assert list(flaws_of(GROUP, "vpc-1", replace(SERVICE, group_ids=()), [], lambda: "subnet-9")) == []


FLAWS = {
    "the default group": (replace(GROUP, name="default"), SERVICE, [], "the VPC's default group", "create-security-group"),
    "another VPC": (replace(GROUP, vpc_id="vpc-2"), SERVICE, [], "is in vpc-2", "--vpc-id vpc-1"),
    "unused": (GROUP, replace(SERVICE, group_ids=("sg-9",)), [], "but sg-9", "subnets=[subnet-9],securityGroups=[sg-1]"),
    "shared": (GROUP, SERVICE, ["eni-9"], "somebody else's interfaces too: eni-9", "describe-network-interfaces"),
}


@pytest.mark.parametrize(("group", "service", "others", "said", "remedy"), FLAWS.values(), ids=FLAWS)
def test_a_group_that_is_not_its_own_is_a_flaw(group, service, others, said, remedy):
    """One thing is wrong, and one thing mends it."""
    (flaw,) = flaws_of(group, "vpc-1", service, others, lambda: "subnet-9")
    assert said in flaw.said
    assert remedy in flaw.remedy


@pytest.mark.parametrize("status", ["MISSING", "INACTIVE"])
def test_interfaces_are_nobody_elses_where_the_service_is_not_found(status):
    """They may well be its own: that it is not there is another criterion's."""
    gone = replace(SERVICE, status=status, group_ids=("sg-9",))
    assert list(flaws_of(GROUP, "vpc-1", gone, ["eni-1"], lambda: "subnet-9")) == []


def test_the_command_keeps_the_subnets():
    """AWS replaces the whole network configuration."""
    assert "subnets=[subnet-1,subnet-2],securityGroups=[sg-1],assignPublicIp=ENABLED" in how_to_connect(SERVICE, "sg-1")

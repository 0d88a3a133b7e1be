"""The preflight's look at names: what bears them already, whose it is, and how it is removed."""

from dataclasses import replace
from datetime import timedelta

import pytest

from fixtures.ledger.owner import Mark, mark
from fixtures.preflight.finding import Level
from fixtures.preflight.names import namesakes, sweep_command
from fixtures.resources import fuse, network
from tests.unit.preflight.preflight_support import DENIED, answer, fresh_account, refusals, refuse, the_only

NOBODY = 2**22 + 1
"""No process has this number: it is above the highest."""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a fresh account."""
    with fresh_account(tmp_path, monkeypatch) as it:
        yield it


def earlier(run, kind, minutes=30):
    """The mark of an earlier run that is dead, alive, or of another machine, and ends in so many minutes."""
    until = run.aws.now() + timedelta(minutes=minutes)
    alive = mark("20260101T000000Z-0001", until)
    machine, _, _ = alive.owner.split("/")
    owners = {"alive": alive.owner, "dead": f"{machine}/{NOBODY}/1", "elsewhere": "0123456789ab/1/1"}
    return Mark(alive.run_id, owners[kind], alive.until)


def make_group(run, tags, name=None):
    """A security group with these tags."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    specification = [{"ResourceType": "security-group", "Tags": listed}] if listed else []
    return run.aws.ec2.create_security_group(
        GroupName=name or run.settings.names.security_group,
        Description="d",
        VpcId=network.default_vpc_id(run.aws),
        TagSpecifications=specification,
    )["GroupId"]


def make_all(run, tags):
    """One of everything that bears a name of the run."""
    names, listed = run.settings.names, [{"key": key, "value": value} for key, value in tags.items()]
    group_id = make_group(run, tags)
    run.aws.logs.create_log_group(logGroupName=names.log_group, tags=tags)
    run.aws.ecs.create_cluster(clusterName=names.cluster, tags=listed)
    run.aws.ecs.create_service(cluster=names.cluster, serviceName=names.service, desiredCount=0, tags=listed)
    return group_id


def test_an_account_without_namesakes_is_not_spoken_of(run):
    """Older revisions of the family are none: they do no harm."""
    run.aws.ecs.register_task_definition(family=run.settings.names.family, containerDefinitions=[])
    run.aws.logs.create_log_group(logGroupName=run.settings.names.log_group + "-of-another")
    assert list(namesakes(run)) == []


def test_what_a_learner_left_is_one_finding_with_the_courses_commands(run):
    """The service first: AWS deletes nothing that is in use."""
    group_id = make_all(run, {})
    found = the_only(Level.REFUSAL, namesakes(run))
    assert found.said == (
        f"there is already the service satellite-service, the cluster satellite-cluster, "
        f"the security group satellite-api-sg ({group_id}) and the log group /ecs/satellite-api, "
        "which no run of this suite has made"
    )
    commands = [
        "aws ecs delete-service --service satellite-service --force --cluster satellite-cluster --region us-east-1",
        "aws ecs wait services-inactive --services satellite-service --cluster satellite-cluster --region us-east-1",
        "aws ecs delete-cluster --cluster satellite-cluster --region us-east-1",
        f"aws ec2 delete-security-group --group-id {group_id} --region us-east-1",
        "aws logs delete-log-group --log-group-name /ecs/satellite-api --region us-east-1",
    ]
    assert found.remedy.endswith(" && ".join(commands))
    assert "--name-suffix" in found.remedy


def test_a_group_of_that_name_in_another_vpc_is_no_namesake(run):
    """Names of security groups are a VPC's own."""
    vpc_id = run.aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    run.aws.ec2.create_security_group(GroupName=run.settings.names.security_group, Description="d", VpcId=vpc_id)
    assert list(namesakes(run)) == []


def test_a_service_that_still_drains_is_to_be_waited_for(run, monkeypatch):
    """It has been deleted already; AWS takes its name for a while."""
    draining = {"serviceName": run.settings.names.service, "status": "DRAINING"}
    answer(monkeypatch, run.aws.ecs, "describe_services", {"services": [draining]})
    found = the_only(Level.REFUSAL, namesakes(run))
    assert "the service (DRAINING) satellite-service" in found.said
    assert "delete-service" not in found.remedy
    assert "aws ecs wait services-inactive" in found.remedy


@pytest.mark.parametrize(
    ("kind", "minutes", "said", "remedy"),
    [
        ("dead", 30, "has ended and left", "Remove it: pytest --live --sweep --region us-east-1"),
        ("alive", 30, "is still at work on this machine", "Wait until it has ended, or"),
        ("elsewhere", 30, "of another machine", "or, after that time, remove it: pytest --live --sweep"),
        ("elsewhere", -1, "has ended and left", "Remove it: pytest --live --sweep"),
    ],
)
def test_what_an_earlier_run_left_is_one_finding_by_its_state(run, kind, minutes, said, remedy):
    """One that is at work is never to be swept; one of another machine is dead when its time is over."""
    owner = earlier(run, kind, minutes)
    make_all(run, owner.tags)
    found = the_only(Level.REFUSAL, namesakes(run))
    assert found.said.startswith(f"run {owner.run_id} ")
    assert said in found.said
    assert "the service satellite-service, the cluster satellite-cluster, the security group" in found.said
    assert remedy in found.remedy
    assert "--sweep" not in found.remedy or kind != "alive"


def test_each_owner_has_a_finding_of_its_own(run):
    """A leftover of a run, and one of somebody's."""
    make_group(run, earlier(run, "dead").tags)
    run.aws.logs.create_log_group(logGroupName=run.settings.names.log_group)
    assert [f.said.split(" ")[0] for f in refusals(namesakes(run))] == ["run", "there"]


def test_a_fuse_that_was_left_is_a_namesake(run, monkeypatch):
    """Its service is gone, and it would scale the next one to zero."""
    dead = replace(run, mark=earlier(run, "dead"))
    names = run.settings.names
    run.aws.ecs.create_cluster(clusterName=names.cluster)
    run.aws.ecs.create_service(cluster=names.cluster, serviceName=names.service, desiredCount=0)
    fuse.set_fuse(dead, names.cluster, names.service)
    answer(monkeypatch, run.aws.autoscaling, "list_tags_for_resource", {"Tags": dead.tags})
    run.aws.ecs.delete_service(cluster=names.cluster, service=names.service, force=True)
    run.aws.ecs.delete_cluster(cluster=names.cluster)
    found = the_only(Level.REFUSAL, namesakes(run))
    assert "the scalable target service/satellite-cluster/satellite-service" in found.said


def test_what_dead_runs_left_under_other_names_is_a_note(run):
    """It is in nobody's way, but it is there; what is at work is not spoken of."""
    dead, alive = earlier(run, "dead"), earlier(run, "alive")
    group_id = make_group(run, dead.tags, "satellite-api-sg-other")
    make_group(run, alive.tags | {"launch-control-run": "alive"}, "satellite-api-sg-alive")
    found = the_only(Level.NOTE, namesakes(run))
    assert f"run {dead.run_id} has ended and left the security group satellite-api-sg-other ({group_id})" in found.said
    assert "pytest --live --sweep" in found.remedy


def test_one_dead_run_is_told_of_once(run):
    """Its namesake is to be removed anyway."""
    dead = earlier(run, "dead")
    make_group(run, dead.tags)
    make_group(run, dead.tags, "another")
    assert [finding.level for finding in namesakes(run)] == [Level.REFUSAL]


def test_names_that_cannot_be_looked_at_hide_no_others(run, monkeypatch):
    """Whatever AWS denies, the rest is told."""
    make_all(run, {})
    refuse(monkeypatch, run.aws.ecs, "describe_clusters", DENIED)
    findings = list(namesakes(run))
    assert "not authorized" in the_only(Level.NOTE, findings).said
    said = the_only(Level.REFUSAL, findings).said
    assert "service" in said
    assert "security group" in said
    assert "log group" in said


def test_the_sweep_repeats_the_names_that_were_given(tmp_path, monkeypatch):
    """It finds by name what it cannot find by tag."""
    with fresh_account(tmp_path, monkeypatch, name_suffix="a1", cluster="mine", execution_role="r") as run:
        assert sweep_command(run) == "pytest --live --sweep --region us-east-1 --name-suffix a1 --cluster mine"

"""A sweep deletes what dead runs left, by ledger and by tag, and nothing else."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from fixtures.cleanup.sweep import strays, sweep
from fixtures.evidence.recorder import Recorder
from fixtures.ledger.ledger import Ledger
from fixtures.ledger.owner import Mark, Owner, mark
from fixtures.resources import cluster, fuse, iam, logs, network, task_definition

DEAD_OWNER = str(replace(Owner.this_process(), started=1))


def killed(run, owner=DEAD_OWNER, suffix="dead"):
    """What a run of the same names left when it was killed: a group, a log group, a cluster and a revision."""
    run_id = f"20260101T000000Z-{suffix}"
    settings = replace(run.settings, run_id=run_id)
    settings.bundle.mkdir()
    own = replace(mark(run_id, run.aws.now() + timedelta(minutes=30)), owner=owner)
    ledger = Ledger(settings.bundle / "ledger.jsonl")
    dead = replace(run, settings=replace(settings, keep=True), mark=own, ledger=ledger)
    ledger.open_with(account=run.aws.account, region=run.aws.region, endpoint=run.aws.endpoint, **own.tags)
    role = iam.provision_execution_role(dead)
    with (
        network.provision_security_group(dead),
        logs.provision_log_group(dead),
        cluster.provision_cluster(dead),
        task_definition.provision_task_definition(dead, role),
    ):
        return dead


def account(run):
    """What there is of everything that a run makes, but the role."""
    return (
        {group.name for group in network.groups_with(run.aws)},
        {group["logGroupName"] for group in run.aws.logs.describe_log_groups()["logGroups"]},
        {each.name for each in cluster.all_clusters(run.aws)},
        set(run.aws.ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]),
    )


@pytest.fixture
def said():
    """What the sweep tells."""
    return []


@pytest.mark.parametrize("ledger", ["ledger", "tags alone"])
def test_what_a_dead_run_left_is_deleted(run, said, ledger):
    """With its ledger, and from the tags alone where the whole bundle is gone."""
    before = account(run)
    dead = killed(run)
    assert account(run) != before
    if ledger == "tags alone":
        shutil.rmtree(dead.bundle)
    assert sweep(run, said.append)
    assert account(run) == before
    assert sum(line.startswith("  gone: ") for line in said) == 4
    said.clear()
    assert sweep(run, said.append)
    assert said == ["Nothing to sweep: no ledger here has anything open, and nothing of these names bears a run's tag."]


def test_a_plan_of_a_sweep_deletes_nothing(run, said):
    """`--sweep --plan` lists what would go, and is not clean: a scheduled one goes red."""
    killed(run)
    before = account(run)
    assert not sweep(replace(run, settings=replace(run.settings, plan=True)), said.append)
    assert account(run) == before
    assert "cluster satellite-cluster-unit" in said[0]
    assert "security group satellite-api-sg-unit" in said[0]


def test_a_run_that_is_still_at_work_is_left_alone(run, said):
    """Two runs at once: one sweeps, the other goes on."""
    killed(run, owner=str(Owner.this_process()))
    before = account(run)
    assert sweep(run, said.append)
    assert account(run) == before
    assert said[1] == "  It is still at work, so it is left alone."


def test_a_run_on_another_machine_is_left_until_its_time_is_over(run, said):
    """Whether it lives cannot be seen from here; the sweep is not clean then."""
    dead = killed(run, owner=str(replace(Owner.this_process(), machine="0123456789ab")))
    before = account(run)
    assert not sweep(run, said.append)
    assert account(run) == before
    assert f"may be at work until {dead.mark.until}" in said[1]


def test_what_bears_our_names_without_a_tag_is_left_alone(run, said):
    """Somebody followed the course by hand: it is theirs."""
    names = run.settings.names
    run.aws.ec2.create_security_group(GroupName=names.security_group, Description="d", VpcId=network.default_vpc_id(run.aws))
    run.aws.logs.create_log_group(logGroupName=names.log_group)
    run.aws.ecs.create_cluster(clusterName=names.cluster)
    before = account(run)
    assert sweep(run, said.append)
    assert account(run) == before


def test_a_ledger_of_another_account_is_not_acted_upon(run, said):
    """Its names may be anybody's here."""
    dead = killed(run)
    text = dead.ledger.path.read_text().replace('"account": "123456789012"', '"account": "999999999999"')
    dead.ledger.path.write_text(text)
    assert [stray.open_entries for stray in strays(run)[0]] == [()]  # only the tags speak


def test_what_cannot_be_looked_at_does_not_keep_the_rest(run, said, monkeypatch):
    """AWS refuses one list: the sweep says so, sweeps what it sees, and is not clean."""

    def refuse(*_, **__):
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "ListClusters")

    dead = killed(run)
    shutil.rmtree(dead.bundle)
    with monkeypatch.context() as patch:
        patch.setattr(cluster, "all_clusters", refuse)
        assert not sweep(run, said.append)
    assert "AccessDeniedException" in said[0]
    assert [len(kind) for kind in account(run)] == [1, 0, 1, 0]  # the default group, and the cluster


def test_a_delete_that_fails_is_named_with_its_command(run, said, monkeypatch):
    """The rest is deleted all the same."""

    def refuse(**_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DeleteLogGroup")

    killed(run)
    monkeypatch.setattr(run.aws.logs, "delete_log_group", refuse)
    assert not sweep(run, said.append)
    left = [line for line in said if "is left behind" in line]
    assert len(left) == 1
    assert left[0].endswith(
        "Remove it with: aws logs delete-log-group --log-group-name /ecs/satellite-api-unit --region us-east-1"
    )
    assert account(run)[2] == set()


def test_a_torn_last_line_of_a_ledger_is_forgiven(run, said):
    """The process was killed while it wrote: what it was about to do, it has not done."""
    dead = killed(run)
    with dead.ledger.path.open("a") as file:
        file.write('{"event": "intent", "number": 99, "ki')
    before_sweep = len(dead.ledger.entries())
    assert len(Ledger(dead.ledger.path).entries()) == before_sweep
    assert sweep(run, said.append)


def test_a_mark_is_what_the_tags_say(run):
    """The sweep trusts nothing else."""
    dead = killed(run)
    group = network.groups_with(run.aws, **{"group-name": run.settings.names.security_group})[0]
    assert Mark.of(group.tags) == dead.mark
    assert fuse.tags_of(run.aws, "service/nobody/nothing") is None
    assert Recorder(run.bundle).troubles == []

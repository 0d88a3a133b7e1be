"""The preflight's look at what the account has: the execution role, and Fargate's quota."""

import json
from dataclasses import replace

import pytest

from fixtures.preflight.account import execution_role, quota
from fixtures.preflight.finding import Level
from fixtures.resources import iam
from fixtures.wire.waiting import Waiter
from tests.unit.moto_run import moto_run
from tests.unit.preflight.preflight_support import answer, aws_error, fresh_account, refusals, refuse, the_only

ROLE = "ecsTaskExecutionRole"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a fresh account that knows AWS's managed policies."""
    with fresh_account(tmp_path, monkeypatch) as it:
        yield it


def make_role(run, *services):
    """The role, trusting these services."""
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    run.aws.iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)


def test_a_missing_role_is_made(run):
    """No reason to complain."""
    assert "it is made" in the_only(Level.OK, execution_role(run)).said


def test_the_courses_role_is_right(run):
    """As the suite makes it."""
    iam.provision_execution_role(run)
    assert [finding.level for finding in execution_role(run)] == [Level.OK]


def test_a_role_that_does_not_trust_ecs_is_refused(run):
    """Trusting ecs.amazonaws.com is the usual mistake: tasks have a name of their own."""
    make_role(run, "ecs.amazonaws.com", "ec2.amazonaws.com")
    found = the_only(Level.REFUSAL, execution_role(run))
    assert "it trusts ec2.amazonaws.com, ecs.amazonaws.com" in found.said
    command, _, policy = found.remedy.partition(" --policy-document '")
    assert command.endswith(f"aws iam update-assume-role-policy --role-name {ROLE}")
    assert json.loads(policy.partition("'")[0]) == iam.TRUST_POLICY


def test_a_role_without_the_managed_policy_gets_it(run):
    """The suite attaches it, as the course does."""
    make_role(run, iam.PRINCIPAL)
    assert "it is attached" in the_only(Level.NOTE, execution_role(run)).said


def test_a_role_that_fails_its_criterion_is_noted(run):
    """The launch works, but TASK-5 will not pass."""
    make_role(run, iam.PRINCIPAL, "ec2.amazonaws.com")
    run.aws.iam.attach_role_policy(RoleName=ROLE, PolicyArn=iam.MANAGED_POLICY)
    run.aws.iam.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    findings = list(execution_role(run))
    notes = [finding.said for finding in findings if finding.level is Level.NOTE]
    assert "also trusts ec2.amazonaws.com: TASK-5 will fail" in notes[0]
    assert "may do everything, by arn:aws:iam::aws:policy/AdministratorAccess" in notes[1]
    assert not refusals(findings)


def test_a_role_of_ones_own_is_not_looked_at(run, monkeypatch):
    """With --execution-role IAM is not touched, not even read."""
    refuse(monkeypatch, run.aws.iam, "get_role", AssertionError("IAM was asked"))
    own = replace(run, settings=replace(run.settings, own_role=True))
    assert "IAM is not asked" in the_only(Level.OK, execution_role(own)).said


@pytest.mark.parametrize(("value", "level"), [(6.0, Level.OK), (0.25, Level.OK), (0.2, Level.REFUSAL), (0.0, Level.REFUSAL)])
def test_a_quota_that_does_not_hold_the_task_is_refused(run, monkeypatch, value, level):
    """New accounts have little; the task takes a quarter of a vCPU."""
    asked = answer(monkeypatch, run.aws.quotas, "get_service_quota", {"Quota": {"Value": value}})
    found = the_only(level, quota(run))
    assert asked == [{"ServiceCode": "fargate", "QuotaCode": "L-3032A538"}]
    assert found.said == f"{value:g} vCPU at once, and the task takes 0.25"
    assert level is Level.OK or "request-service-quota-increase" in found.remedy


def test_the_quota_is_of_the_size_that_is_asked_for(run, monkeypatch):
    """A bigger task may not fit where the smallest does."""
    answer(monkeypatch, run.aws.quotas, "get_service_quota", {"Quota": {"Value": 6.0}})
    big = replace(run, settings=replace(run.settings, cpu=16384))
    assert "--desired-value 16" in the_only(Level.REFUSAL, quota(big)).remedy


def test_a_role_that_may_not_be_read_is_no_reason_to_refuse(run, monkeypatch):
    """The guard around every look turns it into a note."""
    refuse(monkeypatch, run.aws.iam, "get_role", aws_error("AccessDenied"))
    with pytest.raises(run.aws.iam.exceptions.ClientError):
        list(execution_role(run))


def test_the_rehearsal_has_a_new_accounts_quota(tmp_path):
    """Read through boto3, with what AWS calls it; another quota is as unknown as ever."""
    with moto_run(tmp_path, Waiter()) as run:
        assert the_only(Level.OK, quota(run)).said == "6 vCPU at once, and the task takes 0.25"
        with pytest.raises(run.aws.quotas.exceptions.NoSuchResourceException):
            run.aws.quotas.get_service_quota(ServiceCode="fargate", QuotaCode="L-00000000")

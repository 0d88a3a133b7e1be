"""Whoever judges with --adopt only reads: fixtures/reader-policy.json allows that, and nothing else."""

import json
from pathlib import Path

import pytest

from tests.faults.deployments.case import EVERYTHING, Case
from tests.faults.deployments.judged import judging
from tests.faults.deployments.stack import made, trust
from tests.faults.record_calls import VARIABLE

POLICY = Path(__file__).parents[2] / "fixtures" / "reader-policy.json"
READS = ("Describe", "List", "Get", "BatchGet", "Filter")
ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}


def distrust(stack):
    """ECS may not assume the role, so IAM is asked why; it has a policy of its own, too."""
    stack.iam.update_assume_role_policy(RoleName="ecsTaskExecutionRole", PolicyDocument=trust("ec2.amazonaws.com"))
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}
    stack.iam.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="more", PolicyDocument=json.dumps(document))


CASES = (
    Case(id="good", sentence="All is as the course has it."),
    Case(id="nothing", sentence="Nothing was made.", without=EVERYTHING),
    Case(id="elsewhere", sentence="The service has another name.", names={"service": "mine"}),
    Case(id="distrusted", sentence="The launch fails.", before=distrust),
    Case(id="left", sentence="Nothing was cleaned up.", forgotten=EVERYTHING, without=()),
)


def allowed():
    """The policy's actions."""
    statements = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
    return {action for statement in statements for action in statement["Action"]}


def judged(stage, case, folder, variables, *options):
    """How a run ended that judged this case."""
    made(stage, case)
    with judging(stage, case, folder, "-p", "tests.faults.record_calls", *options, **variables) as suite:
        return suite.wait()


def test_the_policy_allows_what_is_called_and_no_more(stage, tmp_path):
    """A grader needs no right that is not used, whatever state the deployment is in."""
    record = tmp_path / "calls.txt"
    for case in CASES:
        ended = judged(stage, case, tmp_path / case.id, {VARIABLE: str(record)})
        assert ended.code in (0, 1), ended
    called = set(record.read_text(encoding="utf-8").split()) - ALWAYS_ALLOWED
    assert (sorted(called - allowed()), sorted(allowed() - called)) == ([], [])


def test_the_policy_lets_nobody_write():
    """It is for people who must not change what they grade."""
    assert [action for action in allowed() if not action.split(":")[1].startswith(READS)] == []


def test_a_grader_needs_nothing_but_these_actions(stage, tmp_path):
    """IAM as moto has it denies whatever else would be called: all of steps 1 to 5 are PASS all the same."""
    made(stage, CASES[0])
    iam = stage.clients("us-east-1")["iam"]
    iam.create_user(UserName="grader")
    iam.put_user_policy(UserName="grader", PolicyName="reader", PolicyDocument=POLICY.read_text(encoding="utf-8"))
    with (
        stage.guarded(iam.create_access_key(UserName="grader")["AccessKey"]) as variables,
        judging(stage, CASES[0], tmp_path, "--live", **variables) as suite,
    ):
        ended = suite.wait()
    assert "21 PASS" in ended.output, ended


def test_another_account_than_the_expected_is_not_judged(stage, tmp_path):
    """A grader who has mixed up two profiles is told so, and gets no report."""
    ended = judged(stage, CASES[0], tmp_path, {}, "--expect-account=999999999999")
    assert ended.code == pytest.ExitCode.USAGE_ERROR
    assert "your credentials are of account 123456789012" in ended.output
    assert not list((tmp_path / "reports").glob("*/report.html"))

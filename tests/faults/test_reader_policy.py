"""Whoever judges with --adopt only reads: fixtures/reader-policy.json allows that, and nothing else."""

import json
from pathlib import Path

import boto3
import pytest
import requests

from tests.faults.deployments.case import EVERYTHING, Case
from tests.faults.deployments.judged import BRIEFLY
from tests.faults.deployments.stack import Account, trust
from tests.faults.record_calls import VARIABLE
from tests.faults.suite import Suite

POLICY = Path(__file__).parents[2] / "fixtures" / "reader-policy.json"
READS = ("Describe", "List", "Get", "Filter")
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


@pytest.fixture(scope="module")
def account(tmp_path_factory):
    """A standing rehearsal."""
    with Account(tmp_path_factory.mktemp("api")) as own:
        yield own


def judged(account, case, folder, variables, *options):
    """How a run ended that judged this case."""
    account.made(case)
    words = ["tests/acceptance", "--adopt", "-q", f"--reports={folder / 'reports'}", *BRIEFLY, *options]
    words += ["-p", "tests.faults.record_calls"] + ["--after-cleanup"] * case.cleaned_up
    with Suite(words, {"AWS_ENDPOINT_URL": account.url} | variables, folder) as suite:
        return suite.wait()


def test_the_policy_allows_what_is_called_and_no_more(account, tmp_path):
    """A grader needs no right that is not used, whatever state the deployment is in."""
    record = tmp_path / "calls.txt"
    for case in CASES:
        ended = judged(account, case, tmp_path / case.id, {VARIABLE: str(record)})
        assert ended.code in (0, 1), ended
    called = set(record.read_text(encoding="utf-8").split()) - ALWAYS_ALLOWED
    assert (sorted(called - allowed()), sorted(allowed() - called)) == ([], [])


def test_the_policy_lets_nobody_write():
    """It is for people who must not change what they grade."""
    assert [action for action in allowed() if not action.split(":")[1].startswith(READS)] == []


def test_a_grader_needs_nothing_but_these_actions(tmp_path):
    """IAM as moto has it denies whatever else would be called: all of steps 1 to 5 are PASS all the same."""
    with Account(tmp_path / "api") as guarded:
        ended = judged_by_a_grader(guarded, tmp_path)
    assert "21 PASS" in ended.output, ended


def judged_by_a_grader(account, tmp_path):
    """How a run ended whose caller has the policy and no other right: this account stays guarded."""
    account.made(CASES[0])
    iam = boto3.Session("x", "x", region_name="us-east-1").client("iam", endpoint_url=account.url)
    iam.create_user(UserName="grader")
    iam.put_user_policy(UserName="grader", PolicyName="reader", PolicyDocument=POLICY.read_text(encoding="utf-8"))
    key = iam.create_access_key(UserName="grader")["AccessKey"]
    plain = {"Content-Type": "text/plain"}
    requests.post(f"{account.url}/moto-api/reset-auth", "0", headers=plain, timeout=10).raise_for_status()
    variables = {"AWS_ENDPOINT_URL": account.url, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_REGION": "us-east-1"}
    variables |= {"AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    words = ["tests/acceptance", "--live", "--adopt", "-q", f"--reports={tmp_path / 'reports'}", *BRIEFLY]
    with Suite(words, variables, tmp_path) as suite:
        return suite.wait()


def test_another_account_than_the_expected_is_not_judged(account, tmp_path):
    """A grader who has mixed up two profiles is told so, and gets no report."""
    ended = judged(account, CASES[0], tmp_path, {}, "--expect-account=999999999999")
    assert ended.code == pytest.ExitCode.USAGE_ERROR
    assert "your credentials are of account 123456789012" in ended.output
    assert not list((tmp_path / "reports").glob("*/report.html"))

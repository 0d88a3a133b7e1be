"""fixtures/caller-policy.json allows what the suite does, and nothing else: both are seen in runs of it."""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from fixtures.ledger.owner import mark
from fixtures.preflight.permissions import POLICY_FILE, policy
from tests.faults.record_calls import VARIABLE, unknown_beside
from tests.faults.suite import Suite, catch

ROOT = Path(__file__).parents[2]
SERVICES = ("ec2", "ecs", "iam", "logs", "ecr", "application-autoscaling", "service-quotas", "sts")
ALWAYS_ALLOWED = {"sts:GetCallerIdentity"}
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""


@dataclass(frozen=True)
class Implied:
    """An action that AWS asks for although nobody calls it by that name: with which call, and why."""

    action: str
    call: str
    why: str


IMPLIED = (
    Implied("ec2:CreateTags", "ec2:CreateSecurityGroup", "TagSpecifications tag the group as it is made"),
    Implied("ecs:TagResource", "ecs:CreateService", "tags are given to it, to the cluster and to the revision"),
    Implied("logs:TagResource", "logs:CreateLogGroup", "tags are given to it"),
    Implied(
        "application-autoscaling:TagResource",
        "application-autoscaling:RegisterScalableTarget",
        "tags are given to it",
    ),
    Implied("iam:PassRole", "ecs:RegisterTaskDefinition", "the execution role is handed to ECS's tasks"),
    Implied("iam:CreateServiceLinkedRole", "ecs:CreateCluster", "ECS makes its own role when an account first uses it"),
    Implied(
        "ec2:DescribeVpcBlockPublicAccessExclusions",
        "ec2:DescribeVpcBlockPublicAccessOptions",
        "asked where Block Public Access is on, which it is not in a rehearsal",
    ),
    Implied("iam:GetRolePolicy", "iam:ListRolePolicies", "asked for each inline policy of the role, which has none there"),
)


OPTIONS = ("--live", "-q", "--load-seconds=1", "--steady=1", "--region=us-east-1")
KEYS = {"AWS_ACCESS_KEY_ID": "somebody", "AWS_SECRET_ACCESS_KEY": "something"}


def launching(stage, folder, *words, **variables):
    """A run on this stage that has begun."""
    words = ("tests/acceptance", *OPTIONS, f"--reports={folder / 'reports'}", *words)
    return Suite(words, stage.variables | KEYS | variables, folder)


@pytest.fixture(scope="module")
def record(stage, tmp_path_factory):
    """Where the actions are of a plan, a run, a run beside what a killed one left, and the sweep of that."""
    folder = tmp_path_factory.mktemp("calls")
    record = folder / "calls.txt"

    def begun(*words):
        return launching(stage, folder, "-p", "tests.faults.record_calls", *words, **{VARIABLE: str(record)})

    def ended(*words):
        with begun(*words) as suite:
            return suite.wait()

    stage.reset()
    for word in ["--plan"], []:
        assert ended(*word).code == 0
    with begun() as suite:
        sign = "reports/*/evidence/*PutScheduledAction.json"
        before = set(folder.glob(sign))
        catch(suite, "the fuse", lambda: set(folder.glob(sign)) - before)
    assert ended().code == pytest.ExitCode.USAGE_ERROR
    assert ended("--sweep").code == 0
    return record


@pytest.fixture(scope="module")
def calls(record):
    """Those actions."""
    return set(record.read_text(encoding="utf-8").split())


def test_no_answer_has_what_botocores_models_have_not(record):
    """A client would pass over it in silence, and so would every other test."""
    assert set(unknown_beside(record).read_text(encoding="utf-8").splitlines()) == set()


def test_the_policy_allows_what_is_called_and_no_more(calls):
    """An action that is missing stops a learner; one too many is a right that nobody needs."""
    allowed = {action for statement in policy() for action in statement.actions}
    needed = calls - ALWAYS_ALLOWED | {implied.action for implied in IMPLIED}
    assert (sorted(needed - allowed), sorted(allowed - needed)) == ([], [])


def test_what_a_run_could_call_is_allowed_too():
    """Calls that only trouble leads to are in the source: a launch that fails, an answer that was lost.

    Some are of who judges with --adopt alone: those are in a policy of their own.
    """
    readers = json.loads((ROOT / "fixtures" / "reader-policy.json").read_text(encoding="utf-8"))["Statement"]
    allowed = {action for statement in policy() for action in statement.actions} | ALWAYS_ALLOWED
    allowed |= {action for statement in readers for action in statement["Action"]}
    known: dict[str, set[str]] = {}
    for client in (boto3.Session("x", "x", region_name="us-east-1").client(name) for name in SERVICES):
        for method, operation in client.meta.method_to_api_mapping.items():
            known.setdefault(method, set()).add(f"{client.meta.service_model.signing_name}:{operation}")
    paths = [path for path in (ROOT / "fixtures").rglob("*.py") if "rehearsal" not in path.parts]
    source = "\n".join(path.read_text(encoding="utf-8") for path in paths)
    named = set(re.findall(r"\.([a-z_]+)\(", source)) | set(re.findall(r'get_paginator\("([a-z_]+)"\)', source))
    assert len(named & set(known)) > 30
    assert {method: known[method] for method in named & set(known) if not known[method] & allowed} == {}


def test_the_suite_runs_with_nothing_but_these_actions(stage, tmp_path):
    """IAM as moto has it enforces actions, not resources and conditions: those are left open here."""
    statements = [{"Effect": "Allow", "Action": list(s.actions), "Resource": "*"} for s in policy()]
    stage.reset()
    iam = stage.clients("us-east-1")["iam"]
    iam.create_user(UserName="learner")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="learner", PolicyName="caller", PolicyDocument=document)
    with stage.guarded(iam.create_access_key(UserName="learner")["AccessKey"]) as variables:
        with launching(stage, tmp_path, **variables) as suite:
            ended = suite.wait()
        own = boto3.Session(variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"], region_name="us-east-1")
        with pytest.raises(ClientError, match="not authorized to perform: iam:DeleteUser"):
            own.client("iam", endpoint_url=stage.url).delete_user(UserName="learner")
    assert ended.code == 0, ended
    assert "27 PASS" in ended.output
    assert "arn:aws:iam::123456789012:user/learner" in ended.output


@pytest.mark.parametrize("implied", IMPLIED, ids=lambda implied: implied.action)
def test_an_implied_action_belongs_to_a_call_that_is_made(calls, implied):
    """When the call goes, so does what it implied; and what is called by name is not implied."""
    assert implied.call in calls, implied.why
    assert implied.action not in calls


@pytest.mark.parametrize(
    ("action", "resources"),
    [
        ("ecs:DeleteService", "arn:aws:ecs:*:*:service/satellite-cluster*/satellite-service*"),
        ("ecs:DeleteCluster", "arn:aws:ecs:*:*:cluster/satellite-cluster*"),
        ("logs:DeleteLogGroup", "arn:aws:logs:*:*:log-group:/ecs/satellite-api*"),
        ("iam:PassRole", "arn:aws:iam::*:role/ecsTaskExecutionRole"),
        ("iam:AttachRolePolicy", "arn:aws:iam::*:role/ecsTaskExecutionRole"),
    ],
)
def test_what_deletes_or_grants_is_bound_to_the_courses_names(action, resources):
    """A suite that could delete any cluster is one that no company lets in."""
    (statement,) = [statement for statement in policy() if action in statement.actions]
    assert statement.resources == (resources,)


HERE = "us-east-1:123456789012"
GROUP, TARGET = f"arn:aws:ec2:{HERE}:security-group/sg-1", f"arn:aws:application-autoscaling:{HERE}:scalable-target/1"
SERVICE = f"arn:aws:ecs:{HERE}:service/satellite-cluster/satellite-service"
EXISTING = {
    "ec2:AuthorizeSecurityGroupIngress": GROUP,
    "ec2:DeleteSecurityGroup": GROUP,
    "ecs:DeleteCluster": f"arn:aws:ecs:{HERE}:cluster/satellite-cluster",
    "ecs:DeleteService": SERVICE,
    "ecs:UpdateService": SERVICE,
    "logs:DeleteLogGroup": f"arn:aws:logs:{HERE}:log-group:/ecs/satellite-api:*",
    "application-autoscaling:DeregisterScalableTarget": TARGET,
    "application-autoscaling:PutScheduledAction": TARGET,
}
"""What is called of things that exist, with what the course calls them."""
NEW = {
    "ec2:CreateTags": GROUP,
    "ecs:CreateCluster": "*",
    "ecs:CreateService": SERVICE,
    "ecs:RegisterTaskDefinition": "*",
    "application-autoscaling:RegisterScalableTarget": "*",
}
"""What makes something, and gives it tags."""
UNLIMITED = {
    "ecs:DeregisterTaskDefinition": "AWS knows neither resources nor tags of it: only the suite itself looks before it",
    "ec2:CreateSecurityGroup": "it deletes nothing; its tags need ec2:CreateTags, which has the condition",
    "logs:CreateLogGroup": "it deletes nothing; CloudWatch Logs does not promise to know the tags of a request",
    "iam:CreateRole": "the shared role is never deleted",
    "iam:AttachRolePolicy": "the shared role is never deleted",
}
"""Writes that AWS lets nobody limit to a run's tag, or that need not be."""
WRITES = re.compile(r":(?!Describe|List|Get|Filter|BatchGet|Simulate)")
OTHERS_TAGS = {
    "without any tag": {},
    "somebody's": {"owner": "bob", "project": "satellite"},
    "a tag like ours": {"launch-control-run": "nightly"},
    "an empty tag": {"launch-control-run": ""},
    "a longer tag": {"launch-control-run": "20260101T000000Z-abcd-copy"},
    "another key": {"Launch-Control": "20260101T000000Z-abcd", "launch-control-owner": "bob"},
}


def allows(action, arn, key, tags):
    """Whether the policy allows it of what has these tags: its conditions about tags are looked at, the others hold."""
    for statement in json.loads(POLICY_FILE.read_text(encoding="utf-8"))["Statement"]:
        actions, patterns = (listed(statement[name]) for name in ("Action", "Resource"))
        if action in actions and any(fnmatchcase(arn, pattern) for pattern in patterns):
            conditions = {k: v for test in statement.get("Condition", {}).values() for k, v in test.items()}
            wanted = {k.removeprefix(key): v for k, v in conditions.items() if k.startswith(key)}
            assert not wanted or "StringLike" in statement["Condition"]
            if all(tag in tags and fnmatchcase(tags[tag], pattern) for tag, pattern in wanted.items()):
                return True
    return False


def listed(value):
    """A value of a policy that may be one or many."""
    return [value] if isinstance(value, str) else value


@pytest.mark.parametrize("tags", OTHERS_TAGS.values(), ids=OTHERS_TAGS.keys())
def test_what_is_somebody_elses_cannot_be_changed_or_deleted(tags):
    """It has the very names that the course gives, and the policy allows nothing of it all the same."""
    assert [action for action, arn in EXISTING.items() if allows(action, arn, "aws:ResourceTag/", tags)] == []


@pytest.mark.parametrize("tags", OTHERS_TAGS.values(), ids=OTHERS_TAGS.keys())
def test_nothing_is_made_that_bears_no_runs_tag(tags):
    """What the policy lets somebody make it also lets him delete."""
    assert [action for action, arn in NEW.items() if allows(action, arn, "aws:RequestTag/", tags)] == []


def test_what_a_run_makes_it_may_change_and_delete():
    """Its own tags are those that the policy asks for."""
    tags = mark("20260101T000000Z-abcd", datetime.now(UTC)).tags
    assert [action for action, arn in EXISTING.items() if not allows(action, arn, "aws:ResourceTag/", tags)] == []
    assert [action for action, arn in NEW.items() if not allows(action, arn, "aws:RequestTag/", tags)] == []


def test_every_write_is_limited_to_a_runs_tag_or_says_why_not(calls):
    """A call that is new has to be thought about."""
    writes = {call for call in calls if WRITES.search(call)} | {"ec2:CreateTags"}
    assert writes == set(EXISTING) | set(NEW) | set(UNLIMITED)


def test_what_grants_rights_has_a_condition():
    """A role is only handed to ECS's tasks, only AWS's own policy is attached, and only what is being made is tagged."""
    conditions = {action: set(statement.context) for statement in policy() for action in statement.actions}
    assert conditions["iam:PassRole"] == {"iam:PassedToService"}
    assert conditions["iam:AttachRolePolicy"] == {"iam:PolicyARN"}
    assert conditions["iam:CreateServiceLinkedRole"] == {"iam:AWSServiceName"}
    assert conditions["ec2:CreateTags"] == {"ec2:CreateAction", "aws:RequestTag/launch-control-run"}

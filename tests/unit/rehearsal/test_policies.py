"""How the rehearsal reads policies: as IAM does, and where it cannot know, nobody is kept out."""

import json
from typing import Any

import pytest

from fixtures.rehearsal.policies import decide

ROLE = "arn:aws:iam::123456789012:role/course"


def policy(*statements: dict[str, Any]) -> str:
    """A document; each statement allows everything where it says nothing else."""
    full = [{"Effect": "Allow", "Action": "*", "Resource": "*"} | statement for statement in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": full[0] if len(full) == 1 else full})


ALLOW_ALL = policy({})
CASES: dict[str, tuple[list[str], str]] = {
    "nothing": ([], "implicitDeny"),
    "everything": ([ALLOW_ALL], "allowed"),
    "another action": ([policy({"Action": "iam:GetRole"})], "implicitDeny"),
    "an action in other letters": ([policy({"Action": ["IAM:pass*"]})], "allowed"),
    "a letter left open": ([policy({"Action": "iam:PassRol?"})], "allowed"),
    "all actions but it": (
        [json.dumps({"Statement": {"Effect": "Allow", "NotAction": "iam:PassRole", "Resource": "*"}})],
        "implicitDeny",
    ),
    "another resource": ([policy({"Resource": "arn:aws:iam::*:role/other"})], "implicitDeny"),
    "a resource in other letters": ([policy({"Resource": ROLE.upper()})], "implicitDeny"),
    "all resources but it": (
        [json.dumps({"Statement": {"Effect": "Allow", "Action": "*", "NotResource": ROLE}})],
        "implicitDeny",
    ),
    "a denial beside it": ([ALLOW_ALL, policy({"Effect": "Deny", "Action": "iam:*"})], "explicitDeny"),
    "a denial of another": ([ALLOW_ALL, policy({"Effect": "Deny", "Action": "s3:*"})], "allowed"),
    "a fact that is so": ([policy({"Condition": {"StringLike": {"IAM:PassedToService": "ecs*"}}})], "allowed"),
    "a fact that is not so": ([policy({"Condition": {"StringEquals": {"iam:PassedToService": "ec2"}}})], "implicitDeny"),
    "a fact that must not be": ([policy({"Condition": {"StringNotEquals": {"iam:PassedToService": "ec2"}}})], "allowed"),
    "a time": ([policy({"Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}})], "allowed"),
    "a denial by time": (
        [ALLOW_ALL, policy({"Effect": "Deny", "Condition": {"DateLessThan": {"aws:CurrentTime": "2020"}}})],
        "allowed",
    ),
    "a fact if it is told": ([policy({"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}})], "allowed"),
}


@pytest.mark.parametrize(("documents", "word"), CASES.values(), ids=CASES.keys())
def test_a_question_is_decided_as_iam_does(documents: list[str], word: str) -> None:
    """May somebody with these policies pass the role to ECS?"""
    context = {"iam:PassedToService": ["ecs-tasks.amazonaws.com"], "aws:CurrentTime": ["2026-11-29T12:00:00Z"]}
    assert decide(documents, "iam:PassRole", ROLE, context).word == word


def test_what_nobody_has_told_is_named() -> None:
    """A condition on it does not hold, whether it allows or denies."""
    mfa = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": True}}}
    said = decide([policy(mfa)], "iam:PassRole", ROLE, {})
    assert (said.word, said.missing) == ("implicitDeny", ("aws:MultiFactorAuthPresent",))
    assert decide([policy(mfa)], "iam:PassRole", ROLE, {"aws:multifactorauthpresent": ["true"]}).word == "allowed"
    assert decide([ALLOW_ALL, policy(mfa | {"Effect": "Deny"})], "iam:PassRole", ROLE, {}).word == "allowed"

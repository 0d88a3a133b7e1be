"""A whole rehearsal speaks as AWS does: each request and answer has the form of botocore's models, and AWS's own keys."""

import functools

import botocore.session
import pytest
from botocore.validate import ParamValidator

from fixtures.evidence.stored import read_evidence
from tests.faults.shapes import by_place, structures, table, unknown_members, wrong_types

LACKING = {
    "application-autoscaling.DescribeScalableTargets ScalableTargets[]": "RoleARN SuspendedState",
    "ec2.DescribeRouteTables RouteTables[]": "PropagatingVgws",
    "ecs.DeleteService service": "platformVersion roleArn",
    "ecs.DeregisterTaskDefinition taskDefinition": "requiresAttributes",
}
"""What AWS always gives and the rehearsal does not: keys, by operation and path."""
BEYOND = {
    "application-autoscaling.DescribeScalableTargets ScalableTargets[]": "ScalableTargetARN",
    "ec2.DescribeNetworkAcls NetworkAcls[]": "OwnerId",
    "ec2.DescribeSecurityGroups SecurityGroups[]": "SecurityGroupArn",
    "ecs.DeleteService service": "tags",
    "ecs.DeregisterTaskDefinition taskDefinition.containerDefinitions[]": "command",
    "ecs.UpdateService service": "tags",
}
"""What the rehearsal gives and AWS was not seen to give, so that nobody may need it."""


@functools.cache
def service_model(service):
    """botocore's, from whose files the clients are made."""
    return botocore.session.get_session().get_service_model(service)


def model(service, operation):
    """An operation's."""
    return service_model(service).operation_model(operation)


@pytest.fixture(scope="module")
def answered(bundle):
    """Every call of a whole rehearsal that was answered."""
    return [each for each in read_evidence(bundle / "evidence") if each.service != "http" and each.status == 200]


def test_every_request_is_as_the_model_has_it(answered):
    """Nothing unknown, nothing missing, nothing of another type: AWS would refuse it."""
    reports = [
        (f"{each.service}.{each.operation}", ParamValidator().validate(each.parameters, shape).generate_report())
        for each in answered
        if (shape := model(each.service, each.operation).input_shape)
    ]
    assert len(reports) > 50
    assert [report for report in reports if report[1]] == []


def test_every_answer_is_as_the_model_has_it(answered):
    """Each value has the type that AWS promises."""
    found = [
        (f"{each.service}.{each.operation}", wrong)
        for each in answered
        if (shape := model(each.service, each.operation).output_shape)
        for wrong in wrong_types(each.response, shape)
    ]
    assert by_place(found) == {}


def test_answers_have_the_keys_that_awss_own_have(answered):
    """All that AWS always gives is given, and nothing else, but what is listed; and the lists are true."""
    seen, lacking, beyond = table(), [], []
    for each in answered:
        for path, keys in structures(each.response):
            if shape := seen.get((f"{each.service}.{each.operation}", path)):
                place = f"{each.service}.{each.operation} {path}"
                lacking += [(place, key) for key in shape.always - keys]
                beyond += [(place, key) for key in keys - shape.always - shape.sometimes]
    assert by_place(lacking) == {place: set(keys.split()) for place, keys in LACKING.items()}
    assert by_place(beyond) == {place: set(keys.split()) for place, keys in BEYOND.items()}


def test_every_operation_of_a_run_that_was_seen_of_aws_is_in_the_table(answered):
    """The table is not of other operations than the suite's."""
    of_a_run = {f"{each.service}.{each.operation}" for each in answered}
    assert {operation for operation, _ in table()} <= of_a_run


EXTRA = {
    "JSON": ("ecs", "ListTasks", b'{"taskArns": ["a"], "more": 1}', [".more"]),
    "JSON, deeper": ("ecs", "DescribeTasks", b'{"tasks": [{"lastStatus": "RUNNING", "mood": "good"}]}', [".tasks[].mood"]),
    "EC2's XML": (
        "ec2",
        "DescribeVpcs",
        b"<R xmlns='u'><requestId>1</requestId><vpcSet><item><vpcId>v</vpcId><mood>good</mood></item></vpcSet></R>",
        [".vpcSet[].mood"],
    ),
    "IAM's XML": (
        "iam",
        "GetRole",
        b"<R><GetRoleResult><Role><RoleName>r</RoleName><Mood>good</Mood></Role></GetRoleResult></R>",
        [".Role.Mood"],
    ),
}


@pytest.mark.parametrize(("service", "operation", "body", "found"), EXTRA.values(), ids=EXTRA.keys())
def test_what_no_model_has_is_found(service, operation, body, found):
    """In each of the languages that AWS's services speak."""
    assert list(unknown_members(body, model(service, operation))) == found


def test_what_is_of_another_type_is_found():
    """A number that is a text, a list that is none, a member of no model."""
    answer = {"services": [{"desiredCount": "1", "events": {}, "mood": "good"}], "failures": []}
    found = list(wrong_types(answer, model("ecs", "DescribeServices").output_shape))
    assert [each.partition(" is ")[0] for each in found] == [
        ".services[].desiredCount",
        ".services[].events[].",
        ".services[].mood",
    ]

"""The preflight's look at what the caller may do: the policy, put to IAM's simulator."""

import json
import re
from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from fixtures.preflight.finding import Level
from fixtures.preflight.permissions import POLICY_FILE, permissions, policy, resource
from fixtures.resources import iam
from fixtures.wire.waiting import Waiter
from tests.unit.moto_run import moto_run
from tests.unit.preflight.preflight_support import DENIED, USER, aws_error, fresh_account, refuse, simulate, the_only

MOST_CHARACTERS = 6144
"""Of a managed policy, not counting white space."""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a fresh account."""
    with fresh_account(tmp_path, monkeypatch) as it:
        yield it


def asked_actions(simulator):
    """All that the simulator was asked about."""
    return {action for question in simulator.questions for action in question["ActionNames"]}


def test_a_caller_who_may_do_everything_is_told_so(run, monkeypatch):
    """Every action of the policy was asked about, but those that only preflight would like."""
    simulator = simulate(run, monkeypatch)
    assert the_only(Level.OK, permissions(run)).said == "user/learner may do all that a run needs"
    needed = {action for statement in policy() if not statement.sid.startswith("Optional") for action in statement.actions}
    assert asked_actions(simulator) == needed
    assert {question["PolicySourceArn"] for question in simulator.questions} == {run.aws.caller}


def test_the_simulator_is_asked_about_this_runs_things(tmp_path, monkeypatch):
    """Permission to delete any cluster named `satellite…` is none for another name."""
    with fresh_account(tmp_path, monkeypatch, cluster="mine", name_suffix="a") as run:
        simulator = simulate(run, monkeypatch)
        list(permissions(run))
    of = {action: question["ResourceArns"] for question in simulator.questions for action in question["ActionNames"]}
    assert of["ecs:DeleteCluster"] == ["arn:aws:ecs:us-east-1:123456789012:cluster/mine-a"]
    assert of["ecs:DeleteService"] == ["arn:aws:ecs:us-east-1:123456789012:service/mine-a/satellite-service-a"]
    assert of["logs:CreateLogGroup"] == ["arn:aws:logs:us-east-1:123456789012:log-group:/ecs/satellite-api-a:*"]
    assert of["iam:PassRole"] == ["arn:aws:iam::123456789012:role/ecsTaskExecutionRole"]
    assert of["ecs:RegisterTaskDefinition"] == ["*"]


def test_the_simulator_is_told_how_a_run_calls(run, monkeypatch):
    """What the policy makes a condition of, a run fulfils."""
    simulator = simulate(run, monkeypatch)
    list(permissions(run))
    context = {entry["ContextKeyName"]: entry["ContextKeyValues"] for entry in simulator.questions[0]["ContextEntries"]}
    assert context["iam:PassedToService"] == ["ecs-tasks.amazonaws.com"]
    assert context["iam:AWSServiceName"] == ["ecs.amazonaws.com"]
    assert context["ec2:CreateAction"] == ["CreateSecurityGroup"]
    assert context["aws:RequestedRegion"] == ["us-east-1"]
    assert "aws:ResourceTag/launch-control-run" in context


def test_what_is_denied_is_refused_in_one_finding(run, monkeypatch):
    """All of it, with the policy that allows it."""
    simulate(run, monkeypatch, {"ecs:CreateService": [], "ec2:CreateSecurityGroup": [], "iam:CreateServiceLinkedRole": []})
    findings = list(permissions(run))
    found = the_only(Level.REFUSAL, findings)
    assert found.said.endswith("may not do what a run needs: ec2:CreateSecurityGroup, ecs:CreateService")
    assert "fixtures/caller-policy.json" in found.remedy
    assert "iam:CreateServiceLinkedRole, which is needed if" in the_only(Level.NOTE, findings).said


def test_in_a_learner_lab_its_own_role_is_named(run, monkeypatch):
    """No administrator can be asked there."""
    run.aws.iam.create_role(RoleName="voclabs", AssumeRolePolicyDocument="{}")
    run = replace(run, aws=replace(run.aws, caller="arn:aws:sts::123456789012:assumed-role/voclabs/user1=Sam"))
    simulate(run, monkeypatch, {"iam:CreateRole": []})
    assert "--execution-role LabRole" in the_only(Level.REFUSAL, permissions(run)).remedy


def test_what_may_be_denied_is_noted(run, monkeypatch):
    """Where it depends on something that the simulator does not know, as multi-factor sign-in, nobody is refused."""
    simulate(run, monkeypatch, {"ecs:CreateService": ["aws:MultiFactorAuthPresent"]})
    found = the_only(Level.NOTE, permissions(run))
    assert "perhaps you may not do ecs:CreateService: that depends on aws:MultiFactorAuthPresent" in found.said


def test_what_an_organization_denies_is_noted(run, monkeypatch):
    """The simulator does not know the conditions of its policies."""
    simulator = simulate(run, monkeypatch, {"ecs:CreateService": []})
    denied = simulator._result
    beside = {"OrganizationsDecisionDetail": {"AllowedByOrganizations": False}}
    monkeypatch.setattr(simulator, "_result", lambda action: denied(action) | beside)
    found = the_only(Level.NOTE, permissions(run))
    assert "perhaps you may not do ecs:CreateService: that depends on your organization's policies" in found.said


DENY = {"Effect": "Deny", "Action": "ecs:Create*", "Resource": "*"}


@pytest.fixture
def learner(tmp_path):
    """Of a run whose caller is a user of IAM with these statements, what preflight finds by the rehearsal's simulator."""
    with moto_run(tmp_path, Waiter()) as given:
        given.aws.iam.create_user(UserName="learner")

        def may(statements):
            document = json.dumps({"Version": "2012-10-17", "Statement": statements})
            given.aws.iam.put_user_policy(UserName="learner", PolicyName="mine", PolicyDocument=document)
            return list(permissions(replace(given, aws=replace(given.aws, caller=USER))))

        yield may


def statements():
    """Those of the policy that a run needs."""
    return json.loads(POLICY_FILE.read_text(encoding="utf-8"))["Statement"]


def test_the_policy_itself_is_enough_for_a_simulator(learner):
    """One that reads policies, their resources and their conditions."""
    assert the_only(Level.OK, learner(statements()))


@pytest.mark.parametrize(
    "taken", [s for s in statements() if not re.search("Optional|TheFirstTime", s["Sid"])], ids=lambda s: s["Sid"]
)
def test_each_statement_of_the_policy_is_missed(learner, taken):
    """Without it, just its actions are named."""
    found = the_only(Level.REFUSAL, learner([each for each in statements() if each != taken]))
    actions = [taken["Action"]] if isinstance(taken["Action"], str) else taken["Action"]
    assert found.said.endswith(f"may not do what a run needs: {', '.join(sorted(actions))}")


def test_a_denial_wins(learner):
    """Of a boundary of the school's, say."""
    found = the_only(Level.REFUSAL, learner([*statements(), DENY]))
    assert found.said.endswith(": ecs:CreateCluster, ecs:CreateService")


def test_nobodys_policies_are_no_answer(tmp_path):
    """AWS knows no such entity, and says so."""
    with (
        moto_run(tmp_path, Waiter()) as given,
        pytest.raises(ClientError, match="Unable to retrieve specified IAM entity"),
    ):
        given.aws.iam.simulate_principal_policy(PolicySourceArn=USER, ActionNames=["ecs:RunTask"])


def test_a_groups_policy_counts(tmp_path):
    """A caller has what its groups have; of several resources the worst decides."""
    with moto_run(tmp_path, Waiter()) as given:
        iam = given.aws.iam
        iam.create_user(UserName="learner")
        iam.create_group(GroupName="course")
        iam.add_user_to_group(GroupName="course", UserName="learner")
        one, other = "arn:aws:s3:::one", "arn:aws:s3:::other"
        statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": one}
        document = json.dumps({"Version": "2012-10-17", "Statement": statement})
        iam.put_group_policy(GroupName="course", PolicyName="mine", PolicyDocument=document)
        asked = {"PolicySourceArn": USER, "ActionNames": ["s3:GetObject"]}
        both = iam.simulate_principal_policy(**asked, ResourceArns=[one, other])["EvaluationResults"][0]
        alone = iam.simulate_principal_policy(**asked, ResourceArns=[one])["EvaluationResults"][0]
    assert (both["EvalDecision"], alone["EvalDecision"]) == ("implicitDeny", "allowed")


def test_what_this_run_does_not_need_is_not_asked(tmp_path, monkeypatch):
    """No fuse, no permission to set one; a role that is there need not be made."""
    with fresh_account(tmp_path, monkeypatch, no_fuse=True) as run:
        iam.provision_execution_role(run)
        simulator = simulate(run, monkeypatch)
        list(permissions(run))
    asked = asked_actions(simulator)
    assert not [action for action in asked if action.startswith("application-autoscaling:")]
    assert not {"iam:CreateRole", "iam:AttachRolePolicy"} & asked
    assert "iam:PassRole" in asked


def test_a_role_without_its_policy_still_has_to_be_completed(run, monkeypatch):
    """Attaching is needed then."""
    run.aws.iam.create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument="{}")
    simulator = simulate(run, monkeypatch)
    list(permissions(run))
    assert "iam:AttachRolePolicy" in asked_actions(simulator)


def test_of_a_session_the_role_is_simulated(run, monkeypatch):
    """STS tells the session's ARN, in which the role's path is missing."""
    path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
    run.aws.iam.create_role(RoleName="AWSReservedSSO_dev", Path=path, AssumeRolePolicyDocument="{}")
    caller = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_dev/me@example.com"
    session = replace(run, aws=replace(run.aws, caller=caller))
    simulator = simulate(session, monkeypatch)
    list(permissions(session))
    assert simulator.questions[0]["PolicySourceArn"] == f"arn:aws:iam::123456789012:role{path}AWSReservedSSO_dev"
    refuse(monkeypatch, session.aws.iam, "get_role", DENIED)
    list(permissions(session))
    assert simulator.questions[-1]["PolicySourceArn"] == "arn:aws:iam::123456789012:role/AWSReservedSSO_dev"


def test_root_needs_no_permission(run, monkeypatch):
    """IAM has nothing to say of it."""
    simulator = simulate(run, monkeypatch)
    root = replace(run, aws=replace(run.aws, caller="arn:aws:iam::123456789012:root"))
    assert "root" in the_only(Level.OK, permissions(root)).said
    assert not simulator.questions


def deny_simulation(run, patch):
    """The caller may not ask the simulator."""
    simulator = simulate(run, patch)
    refuse(patch, simulator, "paginate", DENIED)


def test_without_the_simulator_a_dry_run_is_a_hint(run, monkeypatch):
    """EC2 says that it would have made the group, and makes none."""
    deny_simulation(run, monkeypatch)
    found = the_only(Level.NOTE, permissions(run))
    assert "IAM may not be asked" in found.said
    assert "A dry run says that you may make a security group" in found.said
    assert (
        len(
            run.aws.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": ["satellite-api-sg"]}])[
                "SecurityGroups"
            ]
        )
        == 0
    )


def test_a_dry_run_that_is_denied_is_refused(run, monkeypatch):
    """A caller who may only read."""
    deny_simulation(run, monkeypatch)
    refuse(monkeypatch, run.aws.ec2, "create_security_group", aws_error("UnauthorizedOperation", "You are not authorized"))
    found = the_only(Level.REFUSAL, permissions(run))
    assert "You are not authorized" in found.said
    assert "fixtures/caller-policy.json" in found.remedy


def test_with_a_role_of_ones_own_iam_is_not_asked(run, monkeypatch):
    """Not even its simulator."""
    simulator = simulate(run, monkeypatch)
    own = replace(run, settings=replace(run.settings, own_role=True))
    assert "A dry run says" in the_only(Level.NOTE, permissions(own)).said
    assert not simulator.questions


def test_an_endpoint_without_a_simulator_is_left_to_the_guard(run, monkeypatch):
    """What is not AWS would tell nothing by a dry run either."""
    simulator = simulate(run, monkeypatch)
    refuse(monkeypatch, simulator, "paginate", aws_error("InvalidAction"))
    with pytest.raises(run.aws.iam.exceptions.ClientError, match="InvalidAction"):
        list(permissions(run))


def test_a_pattern_becomes_a_resource_of_the_run(run):
    """What the policy leaves open is filled in."""
    assert resource(run, "*") == "*"
    assert resource(run, "arn:aws:ec2:*:*:vpc/*") == "arn:aws:ec2:us-east-1:123456789012:vpc/any"
    assert resource(run, "arn:aws:iam::*:policy/*") == "arn:aws:iam::123456789012:policy/any"


def test_the_policy_fits_into_one_managed_policy():
    """Its statements have names that AWS takes, and each action is in one statement."""
    text = re.sub(r"\s", "", POLICY_FILE.read_text(encoding="utf-8"))
    actions = [action for statement in policy() for action in statement.actions]
    sids = [statement.sid for statement in policy()]
    assert len(text) <= MOST_CHARACTERS
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch("[A-Za-z0-9]+", sid) for sid in sids)
    assert len(set(actions)) == len(actions)
    assert not [action for action in actions if "*" in action]

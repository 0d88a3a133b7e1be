"""The preflight in a whole run: everything that is wrong is told at once, in words, and nothing is made."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from tests.faults.suite import Suite

ROOT = Path(__file__).parents[2]
SECONDS = 60
ACCOUNT = "123456789012"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/satellite-api"
NAMES = {"group": "satellite-api-sg", "cluster": "satellite-cluster", "logs": "/ecs/satellite-api"}


@dataclass
class Account:
    """An account on the stage, and the suite run in it as a person does."""

    variables: dict[str, str]
    session: boto3.Session
    url: str

    def client(self, service):
        """A client of a service."""
        return self.session.client(service, endpoint_url=self.url)

    def pytest(self, folder, *arguments):
        """`pytest --live` with these arguments; its exit code, and what it printed."""
        words = ["tests/acceptance", "--live", f"--reports={folder / 'reports'}", *arguments]
        with Suite(words, self.variables, folder) as suite:
            ended = suite.wait()
        return ended.code, ended.output

    def run(self, commands):
        """The same of commands in a shell that has the account's variables."""
        done = subprocess.run(
            ["bash", "-c", commands],  # noqa: S607 - the bash of PATH
            cwd=ROOT,
            env=self.variables,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def things(self):
        """Everything that a run could have made."""
        targets = self.client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
        return {
            "groups": sorted(g["GroupId"] for g in self.client("ec2").describe_security_groups()["SecurityGroups"]),
            "log groups": sorted(g["logGroupName"] for g in self.client("logs").describe_log_groups()["logGroups"]),
            "clusters": sorted(self.client("ecs").list_clusters()["clusterArns"]),
            "revisions": sorted(self.client("ecs").list_task_definitions()["taskDefinitionArns"]),
            "roles": sorted(role["RoleName"] for role in self.client("iam").list_roles()["Roles"]),
            "targets": sorted(target["ResourceId"] for target in targets["ScalableTargets"]),
        }


@pytest.fixture
def account(stage):
    """A new account, and what a person's shell has who uses this rehearsal."""
    stage.reset()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    session = boto3.Session("rehearsal", "rehearsal", region_name="us-east-1")
    return Account({"PATH": path} | stage.standing.exports, session, stage.url)


def refused(account, folder, *arguments):
    """The message of a run that may not start: it is one, without a traceback, and nothing was made."""
    before = account.things()
    code, output = account.pytest(folder, *arguments)
    assert code == pytest.ExitCode.USAGE_ERROR, output
    assert "Traceback" not in output
    assert account.things() == before
    assert not list((folder / "reports").rglob("report.html"))
    _, found, message = output.partition("nothing was made: ")
    assert found, output
    return message


def test_everything_that_is_wrong_is_in_one_message(account, tmp_path):
    """The account, a namesake, the image: a beginner mends all three before trying again."""
    group_id = account.client("ec2").create_security_group(GroupName=NAMES["group"], Description="d")["GroupId"]
    try:
        message = refused(account, tmp_path, "--expect-account", "999999999999", "--image", f"{IMAGE}:v9")
    finally:
        account.client("ec2").delete_security_group(GroupId=group_id)
    assert message.startswith("3 things to mend first\n")
    assert f"your credentials are of account {ACCOUNT}" in message
    assert "--expect-account says 999999999999" in message
    assert f"there is already the security group satellite-api-sg ({group_id})" in message
    assert f"{IMAGE}:v9 is not in ECR. AWS: ImageNotFound" in message
    assert f"docker buildx build --platform linux/amd64 --tag {IMAGE}:v9 --push ." in message


def test_a_plan_says_everything_and_makes_nothing(account, tmp_path):
    """What would be made, what it costs, and what was looked at."""
    before = account.things()
    code, output = account.pytest(tmp_path, "--plan", "--expect-account", ACCOUNT)
    assert code == 0, output
    assert account.things() == before
    assert "it makes the security group satellite-api-sg" in output
    assert f"ok       account: {ACCOUNT}, as arn:aws:sts::{ACCOUNT}:user/moto, as expected" in output
    assert f"{IMAGE}:v1 is in ECR" in output
    assert "Traceback" not in output
    assert not list((tmp_path / "reports").rglob("report.html"))


def test_a_plan_of_what_cannot_be_is_refused_too(account, tmp_path):
    """Whoever asks beforehand hears it beforehand."""
    message = refused(account, tmp_path, "--plan", "--image", f"{IMAGE}:v9")
    assert message.startswith("1 thing to mend first\nrefused  image: ")


def test_the_remedy_for_what_a_learner_left_works(account, tmp_path):
    """The course was followed by hand and left half-way: the commands of the message, pasted, remove it."""
    ecs, ec2 = account.client("ecs"), account.client("ec2")
    ec2.create_security_group(GroupName=NAMES["group"], Description="d")
    account.client("logs").create_log_group(logGroupName=NAMES["logs"])
    ecs.create_cluster(clusterName=NAMES["cluster"])
    size = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    ecs.register_task_definition(family="left", containerDefinitions=[{"name": "c", "image": "nginx"}], **size)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet]}}
    where = {"cluster": NAMES["cluster"], "launchType": "FARGATE", "networkConfiguration": network}
    ecs.create_service(serviceName="satellite-service", taskDefinition="left", desiredCount=0, **where)
    message = refused(account, tmp_path)
    assert message.startswith("1 thing to mend first\nrefused  names: there is already the service satellite-service, ")
    remedy = message.partition("if it is left from your own work on the course: ")[2].splitlines()[0]
    code, output = account.run(f"set -e; {remedy}")
    assert code == 0, output
    code, output = account.pytest(tmp_path, "--plan")
    assert code == 0, output


def test_a_role_that_ecs_may_not_use_is_refused_and_mended(account, tmp_path):
    """Its remedy, pasted, lets the run start."""
    trust = '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'
    account.client("iam").create_role(RoleName="ecsTaskExecutionRole", AssumeRolePolicyDocument=trust)
    try:
        message = refused(account, tmp_path)
        assert "ecsTaskExecutionRole does not trust ecs-tasks.amazonaws.com" in message
        command = message[message.index("aws iam update-assume-role-policy") :].partition("; or name another role")[0]
        code, output = account.run(command)
        assert code == 0, output
        code, output = account.pytest(tmp_path, "--plan")
        assert code == 0, output
    finally:
        account.client("iam").delete_role(RoleName="ecsTaskExecutionRole")

"""The course as written: its own commands, run once against a standing rehearsal, each claim a test of its own."""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from fixtures.wire.offline import is_loopback
from tests.course.shell import EVIDENCE, Transcript, course_cli, prepare, run, steps
from tests.course.standing import Standing

JUDGE = 'env -C "$LAUNCH_CONTROL" python -m pytest tests/acceptance --adopt -q --load-seconds 1 --reports "$PWD/reports"'
LOG_COMMANDS = ("timeout", "aws logs filter-log-events")


@dataclass(frozen=True)
class Course:
    """The course, followed from its first command to its last; what there was before and after it."""

    folder: Path
    welcome: str
    transcript: Transcript
    before: frozenset[str]
    after: frozenset[str]
    cluster_status: str
    containers: list[int]

    def output(self, *starts: str) -> str:
        """What the first command that begins so has printed."""
        outputs = self.transcript.outputs(*starts)
        assert outputs, f"the course did not get as far as {starts[0]}: {self.transcript.errors}"
        return outputs[0]

    def log(self, time: int) -> str:
        """What the log showed: 0 in step 4, 1 after the load."""
        return self.transcript.outputs(*LOG_COMMANDS)[time]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """One run of every command, with the AWS CLI, curl and the stress script."""
    folder, cli = tmp_path_factory.mktemp("course"), course_cli()
    prepare(folder, cli)
    with Standing() as standing:
        parts = steps()
        parts["Step 5"] += f"\n{JUDGE}\n"
        parts["Cleanup"] += f"\n{JUDGE} --after-cleanup\n"
        commands = "".join(parts.values()).replace("http://$PUBLIC_IP", standing.address)
        before = inventory(standing.url)
        transcript = run(commands, folder, standing.export_lines, cli)
        cluster = client(standing.url, "ecs").describe_clusters(clusters=["satellite-cluster"])["clusters"]
        return Course(
            folder,
            standing.welcome,
            transcript,
            before,
            inventory(standing.url),
            cluster[0]["status"] if cluster else "never made",
            standing.children(),
        )


def client(url: str, service: str) -> Any:
    """A boto3 client of the rehearsal."""
    session: Any = boto3.Session("rehearsal", "rehearsal", region_name="us-east-1")
    return session.client(service, endpoint_url=url)


def inventory(url: str) -> frozenset[str]:
    """Everything in the account that the course could have made."""
    ec2, ecs, iam, logs = (client(url, service) for service in ("ec2", "ecs", "iam", "logs"))
    clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"])["clusters"]
    return frozenset(
        [f"cluster {cluster['clusterName']}" for cluster in clusters if cluster["status"] != "INACTIVE"]
        + [f"security group {group['GroupName']}" for group in ec2.describe_security_groups()["SecurityGroups"]]
        + [f"interface {eni['NetworkInterfaceId']}" for eni in ec2.describe_network_interfaces()["NetworkInterfaces"]]
        + [f"log group {group['logGroupName']}" for group in logs.describe_log_groups()["logGroups"]]
        + [f"task definition {arn}" for arn in ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]]
        + [f"role {role['RoleName']}" for role in iam.list_roles()["Roles"]]
    )


def test_every_command_succeeds(course: Course) -> None:
    """All of them end with exit code 0, also those whose output only fills a variable."""
    assert course.transcript.failures == "", course.transcript.errors
    assert course.transcript.exit_code == 0, course.transcript.errors


def test_the_security_group_shows_exactly_one_rule(course: Course) -> None:
    """Step 1: describe-security-groups shows tcp port 80 from 0.0.0.0/0, and nothing else."""
    (group,) = json.loads(course.output("aws ec2 describe-security-groups"))["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 80, 80)
    assert rule["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]
    assert (rule["Ipv6Ranges"], rule["PrefixListIds"], rule["UserIdGroupPairs"]) == ([], [], [])


def test_the_task_definition_shows_as_active(course: Course) -> None:
    """Step 2: register-task-definition answers with "status": "ACTIVE"."""
    assert json.loads(course.output("aws ecs register-task-definition"))["taskDefinition"]["status"] == "ACTIVE"


def test_the_task_has_a_public_ip_on_this_machine(course: Course) -> None:
    """Step 4: the way from the service to its task, interface and address ends on a loopback address."""
    assert course.output("echo $TASK_ARN").startswith("arn:aws:ecs:us-east-1:123456789012:task/satellite-cluster/")
    assert course.output("echo $ENI_ID").startswith("eni-")
    assert is_loopback(course.output("echo $PUBLIC_IP"))


def test_curl_sees_the_api_and_its_documentation(course: Course) -> None:
    """Step 4: GET / answers in JSON, and GET /docs with the API's page."""
    root, docs = course.transcript.outputs('curl -s "http://')
    assert json.loads(root)["classes"]
    assert "swagger-ui" in docs


def test_the_evidence_is_the_classification(course: Course) -> None:
    """Step 4: public_endpoint_test.json exists and contains JSON, here with the right label."""
    assert json.loads((course.folder / EVIDENCE).read_text(encoding="utf-8"))["label"] == "desert"


def test_the_log_shows_the_startup(course: Course) -> None:
    """Step 4: `aws logs tail` shows how the API started."""
    assert "Application startup complete." in course.log(0)
    assert "Uvicorn running on http://0.0.0.0:80" in course.log(0)


def test_the_spike_is_in_the_log(course: Course) -> None:
    """Step 5: before the stress script the log has none of its requests, and after it as many as it sent."""
    sent = re.search(r"^requests +(\d+)$", course.output("python initiatives"), re.MULTILINE)
    assert sent
    assert course.log(0).count("?load=stress ") == 0
    assert course.log(1).count("?load=stress ") == int(sent[1]) > 0


def test_the_suite_adopts_what_the_commands_made(course: Course) -> None:
    """Steps 1 to 5 are all PASS; step 6 is not judged, as nobody has cleaned up yet."""
    assert "21 PASS · 6 NOT RUN — 82 of 100 points — REHEARSAL" in course.transcript.outputs("env -C")[0]


def test_the_suite_finds_nothing_after_the_cleanup(course: Course) -> None:
    """Step 6 is all PASS, and the rest is not judged any more."""
    assert "6 PASS · 21 NOT RUN — 18 of 100 points — REHEARSAL" in course.transcript.outputs("env -C")[1]


def test_the_cluster_is_inactive_after_the_cleanup(course: Course) -> None:
    """Cleanup: AWS still describes a deleted cluster, as INACTIVE."""
    assert course.cluster_status == "INACTIVE"


def test_nothing_but_the_role_is_left(course: Course) -> None:
    """Cleanup: no cluster, group, interface, log group or revision is left; the course leaves the role."""
    assert course.after == course.before | {"role ecsTaskExecutionRole"}


def test_no_container_outlives_the_cleanup(course: Course) -> None:
    """Cleanup: the rehearsal runs no process any more."""
    assert course.containers == []


def test_the_welcome_explains_a_port_80_that_cannot_be_had(course: Course) -> None:
    """It says where the task answers instead, and how to allow port 80, exactly where that port is refused."""
    explained = "ip_unprivileged_port_start=80" in course.welcome and "http://$PUBLIC_IP:" in course.welcome
    assert explained == port_80_is_refused()


def port_80_is_refused() -> bool:
    """Whether this process may not listen on port 80."""
    with socket.socket() as probe:
        try:
            probe.bind(("127.44.1.2", 80))
        except OSError:
            return True
    return False

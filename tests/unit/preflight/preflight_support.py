"""What the tests of the preflight share: a run in moto's account, in which there is nothing to complain of."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from fixtures.preflight.finding import Finding, Level
from fixtures.resources import network
from fixtures.run import Run
from fixtures.wire.waiting import Waiter
from tests.unit.moto_run import moto_run

USER = "arn:aws:iam::123456789012:user/learner"
INDEX = "application/vnd.oci.image.index.v1+json"
AMD64 = {"platform": {"os": "linux", "architecture": "amd64"}}
ATTESTATION = {"platform": {"os": "unknown", "architecture": "unknown"}}


class Simulator:
    """IAM's policy simulator, which moto has not. `denied` maps actions to the context keys that may change that."""

    def __init__(self, denied: dict[str, list[str]]) -> None:
        self.denied = denied
        self.questions: list[dict[str, Any]] = []

    def paginate(self, **question: Any) -> list[dict[str, Any]]:
        self.questions.append(question)
        return [{"EvaluationResults": [self._result(action) for action in question["ActionNames"]]}]

    def _result(self, action: str) -> dict[str, Any]:
        decision = "implicitDeny" if action in self.denied else "allowed"
        return {"EvalActionName": action, "EvalDecision": decision, "MissingContextValues": self.denied.get(action, [])}


@contextmanager
def fresh_account(folder: Path, patch: Any, **options: Any) -> Iterator[Run]:
    """A run in an account as AWS makes it, with the image in ECR; what moto does not know is answered in its place."""
    with moto_run(folder, Waiter(), **options) as given:
        run = replace(given, aws=replace(given.aws, caller=USER))
        _open_the_vpc(run)
        simulate(run, patch)
        answer(patch, run.aws.ec2, "describe_vpc_block_public_access_options", {"VpcBlockPublicAccessOptions": {}})
        answer(patch, run.aws.quotas, "get_service_quota", {"Quota": {"Value": 6.0}})
        show_manifest(run, patch, {"manifests": [AMD64, ATTESTATION]})
        yield run


def _open_the_vpc(run: Run) -> None:
    """moto's default VPC has no way to the internet; AWS's has."""
    ec2 = run.aws.ec2
    vpc_id = network.default_vpc_id(run.aws)
    gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"][0]
    ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)


def simulate(run: Run, patch: Any, denied: dict[str, list[str]] | None = None) -> Simulator:
    """Have the simulator deny these actions."""
    simulator = Simulator(denied or {})
    paginators = type(run.aws.iam).get_paginator
    patch.setattr(
        run.aws.iam,
        "get_paginator",
        lambda name: simulator if name == "simulate_principal_policy" else paginators(run.aws.iam, name),
    )
    return simulator


def show_manifest(run: Run, patch: Any, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Have ECR answer with this manifest for every image; returns what it is asked."""
    image = {"imageManifest": json.dumps(manifest), "imageId": {"imageDigest": "sha256:" + "d" * 64}}
    return answer(patch, run.aws.ecr, "batch_get_image", {"images": [image]})


def answer(patch: Any, client: Any, method: str, response: dict[str, Any]) -> list[dict[str, Any]]:
    """Have a client's method answer that; returns what it is asked."""
    asked: list[dict[str, Any]] = []

    def call(**parameters: Any) -> dict[str, Any]:
        asked.append(parameters)
        return response

    patch.setattr(client, method, call)
    return asked


def refuse(patch: Any, client: Any, method: str, error: Exception) -> None:
    """Have a client's method raise that."""

    def call(**_: Any) -> None:
        raise error

    patch.setattr(client, method, call)


def aws_error(code: str, message: str = "so AWS says") -> ClientError:
    """An error as boto3 raises it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "SomeOperation")


DENIED = aws_error("AccessDeniedException", "User: learner is not authorized to perform: that")


def refusals(findings: Any) -> list[Finding]:
    """Those that keep the run from starting."""
    return [finding for finding in findings if finding.level is Level.REFUSAL]


def the_only(level: Level, findings: Any) -> Finding:
    """The one finding of that level."""
    found = [finding for finding in findings if finding.level is level]
    assert len(found) == 1, found
    return found[0]

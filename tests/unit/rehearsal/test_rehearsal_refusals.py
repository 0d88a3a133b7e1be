"""What AWS refuses in this flow is refused by the rehearsal, in AWS's own words: two tables, and what they need."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.rehearsal.rehearsal_support import ACCOUNT, World, wait

NOT_AUTHORIZED = "ResourceInitializationError: unable to pull secrets or registry auth: "
NOT_PULLED = "CannotPullContainerError: pull image manifest has been retried "
NOT_LOGGED = "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: "
NOT_ASSUMED = (
    "failed to launch a task with (error ECS was unable to assume the role '{role}' that was provided for this task"
)


@dataclass(frozen=True)
class Refused:
    """A call, and the error code and message with which AWS refuses it. `{}` stands for a group's or service's ID."""

    call: Callable[[World], Any]
    code: str
    message: str


def without_prefix(world: World) -> dict[str, Any]:
    """A container that does not say how its log streams are called."""
    options = {"awslogs-group": world.log_group, "awslogs-region": world.region}
    return world.container(logConfiguration={"logDriver": "awslogs", "options": options})


def deregistered(world: World) -> str:
    """A revision that is INACTIVE."""
    arn = world.register()
    world.ecs.deregister_task_definition(taskDefinition=arn)
    return arn


def foreign_group(world: World) -> str:
    """A security group of another VPC."""
    return world.new_group(vpc_id=world.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"])


def on_ec2(world: World) -> str:
    """A task definition for container instances."""
    return world.register(requiresCompatibilities=["EC2"], networkMode="bridge")


def after(*calls: Callable[[World], Any]) -> Callable[[World], Any]:
    """These calls one after the other; the last is the one that is refused."""

    def call(world: World) -> None:
        for each in calls:
            each(world)

    return call


def delete_cluster(world: World) -> Any:
    return world.ecs.delete_cluster(cluster=world.cluster)


def logging(driver: str, **more: str) -> Callable[[World], dict[str, Any]]:
    """A container that logs like this."""
    options = {"awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"} | more
    return container(logConfiguration={"logDriver": driver, "options": options})


def container(**changes: Any) -> Callable[[World], dict[str, Any]]:
    """A definition whose one container has these changes."""
    return lambda world: {"containerDefinitions": [world.container() | changes]}


def after_another(condition: str) -> Callable[[World], dict[str, Any]]:
    """A second container that waits for the first one."""

    def definition(world: World) -> dict[str, Any]:
        first = world.container()
        depends = [{"containerName": first["name"], "condition": condition}]
        return {"containerDefinitions": [first, {"name": "second", "image": "nginx", "dependsOn": depends}]}

    return definition


def two_of_one_name(world: World) -> dict[str, Any]:
    """The same container twice."""
    return {"containerDefinitions": [world.container(), world.container() | {"essential": False}]}


MAPPING = {"containerPort": 80, "protocol": "tcp"}
SAME = {"name": "KEY", "valueFrom": "/key"}
UNIQUE = (
    "The secret name must be unique and not shared with any new or existing environment variables set on the container, "
    "such as 'KEY'."
)
DEFINITIONS: dict[str, tuple[Callable[[World], dict[str, Any]], str]] = {
    "a container above its task": (
        container(memory=1024),
        "The 'memory' setting for container '{}' is greater than for the task.",
    ),
    "a reservation above its task": (
        container(memoryReservation=1024),
        "The 'memory' setting for container '{}' is greater than for the task.",
    ),
    "another host port": (
        container(portMappings=[MAPPING | {"hostPort": 8080}]),
        "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
    ),
    "an option that awslogs has not": (logging("awslogs", log_key="x"), "Log driver awslogs disallows options: log_key"),
    "another driver": (
        logging("json-file"),
        "json-file is not a valid log driver. Must be one of [awslogs, splunk, awsfirelens]",
    ),
    "a family with a blank": (lambda _: {"family": "my family"}, "Family contains invalid characters."),
    "a name with a dot": (container(name="api.v1"), "Container.name contains invalid characters."),
    "no image": (container(image=""), "Container.image should not be null or empty."),
    "eleven containers": (
        lambda world: {"containerDefinitions": [world.container() | {"name": f"c{number}"} for number in range(11)]},
        "Too many containers.",
    ),
    "a malformed ARN of a task role": (lambda _: {"taskRoleArn": "arn:aws:iam::role/mine"}, "Role is not valid"),
    "a small disk": (
        lambda _: {"ephemeralStorage": {"sizeInGiB": 10}},
        "EphemeralStorage size should be at least 21.",
    ),
    "a disk that is too large": (
        lambda _: {"ephemeralStorage": {"sizeInGiB": 201}},
        "EphemeralStorage size should be at most 200.",
    ),
    "a privileged container": (container(privileged=True), "Fargate requires that the 'privileged' setting be 'false'."),
    "a link": (container(links=["other"]), "Links are not supported when networkMode=awsvpc."),
    "a host's name": (container(hostname="api"), "hostname is not supported on container when networkMode=awsvpc."),
    "a DNS server": (
        container(dnsServers=["8.8.8.8"]),
        "DNS servers are not supported on container when networkMode=awsvpc.",
    ),
    "no essential container": (container(essential=False), "Task definition doesn't have any essential container."),
    "two of one name": (two_of_one_name, "Container names must be unique within a task definition."),
    "more CPU than the task's": (
        container(cpu=512),
        "The sum of all container 'cpu' values cannot be greater than the task-level 'cpu' value.",
    ),
    "a reservation above the limit": (
        container(memory=128, memoryReservation=256),
        "'memory' must be greater than or equal to 'memoryReservation'.",
    ),
    "a volume that is not there": (
        container(mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}]),
        "Unknown volume 'data'.",
    ),
    "an environment file by its URL": (
        container(environmentFiles=[{"type": "s3", "value": "https://bucket.s3.amazonaws.com/api.env"}]),
        "Invalid arn syntax.",
    ),
    "secrets without an execution role": (
        lambda _: {
            "containerDefinitions": [{"name": "api", "image": "nginx", "secrets": [SAME]}],
            "executionRoleArn": None,
        },
        "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.",
    ),
    "awslogs without a group": (
        container(logConfiguration={"logDriver": "awslogs", "options": {"awslogs-region": "us-east-1"}}),
        "Log driver awslogs requires options: awslogs-group.",
    ),
    "FireLens without a router": (
        container(logConfiguration={"logDriver": "awsfirelens"}),
        "When awsfirelens log driver is specified in log configuration, a firelens configuration object must be specified.",
    ),
    "a router that nobody logs to": (
        container(firelensConfiguration={"type": "fluentbit"}),
        "When a firelensConfiguration object is specified, at least one container has to be configured with the awsfirelens "
        "log driver.",
    ),
    "a dependency that is not there": (
        container(dependsOn=[{"containerName": "migrate", "condition": "SUCCESS"}]),
        "Cannot depend on container migrate because it does not exist.",
    ),
    "an essential container to be waited for": (
        after_another(condition="SUCCESS"),
        "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container.",
    ),
    "health that nobody checks": (
        after_another(condition="HEALTHY"),
        "A dependency container with HEALTHY condition must have health check configured.",
    ),
    "a GPU": (
        container(resourceRequirements=[{"type": "GPU", "value": "1"}]),
        "Tasks using the Fargate launch type do not support GPU resource requirements.",
    ),
    "a capability": (
        container(linuxParameters={"capabilities": {"add": ["NET_BIND_SERVICE"]}}),
        "NET_BIND_SERVICE is not allowed on Fargate.",
    ),
    "shared memory": (
        container(linuxParameters={"sharedMemorySize": 256}),
        "Fargate compatible task definitions do not support sharedMemorySize.",
    ),
    "a volume of Docker's": (
        lambda _: {"volumes": [{"name": "v", "dockerVolumeConfiguration": {"scope": "shared"}}]},
        "Fargate compatible task definitions do not support dockerVolumeConfiguration.",
    ),
    "the host's processes": (
        lambda _: {"pidMode": "host"},
        "Tasks using the Fargate launch type do not support pidMode 'host'.",
    ),
    "shared IPC": (lambda _: {"ipcMode": "task"}, "Fargate compatible task definitions do not support ipcMode."),
    "a secret and a variable": (
        container(secrets=[SAME], environment=[{"name": "KEY", "value": "x"}]),
        UNIQUE,
    ),
    "a health check of neither kind": (
        container(healthCheck={"command": ["curl", "http://localhost/"]}),
        "A container's healthCheck command has to be CMD or CMD-SHELL and a command.",
    ),
    "a health check without a command": (
        container(healthCheck={"command": ["CMD"]}),
        "A container's healthCheck command has to be CMD or CMD-SHELL and a command.",
    ),
    "a health check each second": (
        container(healthCheck={"command": ["CMD", "true"], "interval": 1}),
        "A container's healthCheck interval is from 5 to 300, not 1.",
    ),
    "a folder of the host": (
        lambda _: {"volumes": [{"name": "v", "host": {"sourcePath": "/x"}}]},
        "Fargate compatible task definitions do not support sourcePath.",
    ),
    "a placement constraint": (
        lambda _: {"placementConstraints": [{"type": "memberOf", "expression": "a"}]},
        "Fargate compatible task definitions do not support constraints.",
    ),
}
SIZES = [("256", "4096"), ("512", "512"), ("1024", "1024"), ("300", "512"), ("255", "512"), ("32768", "65536")]
REFUSED = (
    {
        f"{cpu} CPU units with {memory} MiB": Refused(
            lambda world, cpu=cpu, memory=memory: world.register(cpu=cpu, memory=memory),
            "ClientException",
            f"No Fargate configuration exists for given values: {cpu} CPU, {memory} memory. "
            "See the Amazon ECS documentation for the valid values.",
        )
        for cpu, memory in SIZES
    }
    | {
        name: Refused(lambda world, changes=changes: world.register(**changes(world)), "ClientException", message)
        for name, (changes, message) in DEFINITIONS.items()
    }
    | {
        "no size": Refused(
            lambda world: world.register(cpu=None),
            "ClientException",
            "Fargate requires that 'cpu' be defined at the task level.",
        ),
        "a network that is not awsvpc": Refused(
            lambda world: world.register(networkMode="bridge"),
            "ClientException",
            "Fargate only supports network mode ‘awsvpc’.",
        ),
        "awslogs without an execution role": Refused(
            lambda world: world.register(world.container(image="nginx"), executionRoleArn=None),
            "ClientException",
            "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
        ),
        "an ECR image without an execution role": Refused(
            lambda world: world.register({"name": "api", "image": world.image}, executionRoleArn=None),
            "ClientException",
            "Fargate requires task definition to have execution role ARN to support ECR images.",
        ),
        "a malformed role ARN": Refused(
            lambda world: world.register(executionRoleArn="ecsTaskExecutionRole"),
            "ClientException",
            "Role is not valid",
        ),
        "awslogs without a stream prefix": Refused(
            lambda world: world.register(without_prefix(world)),
            "ClientException",
            "Fargate requires log configuration options to include awslogs-stream-prefix to support log driver awslogs.",
        ),
        "a revision that does not exist": Refused(
            lambda world: world.create_service(taskDefinition=f"{world.register()}9"),
            "ClientException",
            "TaskDefinition not found.",
        ),
        "a revision that is no number": Refused(
            lambda world: world.create_service(taskDefinition=f"{world.name}:"),
            "ClientException",
            "TaskDefinition not found.",
        ),
        "an INACTIVE revision": Refused(
            lambda world: world.create_service(taskDefinition=deregistered(world)),
            "ClientException",
            "TaskDefinition is inactive",
        ),
        "an update to an INACTIVE revision": Refused(
            after(World.create_service, lambda world: world.update(taskDefinition=deregistered(world))),
            "ClientException",
            "TaskDefinition is inactive",
        ),
        "a namesake": Refused(
            after(World.create_service, World.create_service),
            "InvalidParameterException",
            "Creation of service was not idempotent.",
        ),
        "a public IP without a launch type": Refused(
            lambda world: world.create_service(launchType=None),
            "InvalidParameterException",
            "Assign public IP is not supported for this launch type.",
        ),
        "placement constraints on Fargate": Refused(
            lambda world: world.create_service(placementConstraints=[{"type": "distinctInstance"}]),
            "InvalidParameterException",
            "Placement constraints are not supported with FARGATE launch type.",
        ),
        "placement strategies on Fargate": Refused(
            lambda world: world.create_service(placementStrategy=[{"type": "random"}]),
            "InvalidParameterException",
            "Placement strategies are not supported with FARGATE launch type.",
        ),
        "a service that CodeDeploy deploys": Refused(
            lambda world: world.create_service(deploymentController={"type": "CODE_DEPLOY"}),
            "ClientException",
            "A rehearsal has no services but those that ECS deploys itself.",
        ),
        "a daemon": Refused(
            lambda world: world.create_service(schedulingStrategy="DAEMON"),
            "ClientException",
            "A rehearsal has no container instances, so no services of the daemon scheduling strategy.",
        ),
        "no network configuration": Refused(
            lambda world: world.create_service(networkConfiguration=None),
            "InvalidParameterException",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        ),
        "a group of another VPC": Refused(
            lambda world: world.create_service(networkConfiguration=world.network(securityGroups=[foreign_group(world)])),
            "InvalidParameterException",
            "The security group '{}' does not appear to belong to the same VPC as the input subnets.",
        ),
        "Fargate for a task definition that is not for it": Refused(
            lambda world: world.create_service(taskDefinition=on_ec2(world), networkConfiguration=None),
            "InvalidParameterException",
            "Task definition does not support launch_type FARGATE.",
        ),
        "Fargate for a task definition of a size that does not exist": Refused(
            lambda world: world.create_service(taskDefinition=world.register(requiresCompatibilities=None, memory="4096")),
            "InvalidParameterException",
            "Task definition does not support launch_type FARGATE.",
        ),
        "deleting a service that is scaled above 0": Refused(
            after(World.create_service, lambda world: world.delete(force=False)),
            "InvalidParameterException",
            "The service cannot be stopped while it is scaled above 0.",
        ),
        "updating a deleted service": Refused(
            after(World.launch, World.delete, lambda world: world.update(desiredCount=1)),
            "ServiceNotActiveException",
            "Service was not ACTIVE.",
        ),
        "deleting a cluster with a service": Refused(
            after(World.create_service, delete_cluster),
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active.",
        ),
        "using a deleted cluster": Refused(
            after(delete_cluster, World.create_service),
            "ClusterNotFoundException",
            "The referenced cluster was inactive.",
        ),
        "stopping a task that does not exist": Refused(
            lambda world: world.ecs.stop_task(cluster=world.cluster, task="0" * 32),
            "InvalidParameterException",
            "The referenced task was not found.",
        ),
        "a task without a service": Refused(
            lambda world: world.ecs.run_task(cluster=world.cluster, taskDefinition=world.register()),
            "ClientException",
            "A rehearsal runs services, not single tasks: use create-service.",
        ),
    }
)


def logging_to(world: World, **options: str) -> dict[str, Any]:
    """A container with other log options than the course's."""
    container = world.container()
    container["logConfiguration"]["options"] |= {name.replace("_", "-"): value for name, value in options.items()}
    return container


def arm_image(world: World) -> str:
    """An image that was built on a Mac."""
    image = "application/vnd.oci.image.index.v1+json"
    platform = {"architecture": "arm64", "os": "linux"}
    entry = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": f"sha256:{'ab' * 32}", "size": 1}
    manifest = {"schemaVersion": 2, "mediaType": image, "manifests": [entry | {"platform": platform}]}
    world.ecr.put_image(repositoryName="satellite-api", imageManifest=json.dumps(manifest), imageTag=world.name)
    return world.image.replace(":v1", f":{world.name}")


CANNOT_START: dict[str, tuple[Callable[[World], str], str]] = {
    "a role without the managed policy": (
        lambda world: world.register(executionRoleArn=world.new_role(policy=None)),
        NOT_AUTHORIZED + "execution resource retrieval failed: .*AccessDeniedException: User: "
        "arn:aws:sts::123456789012:assumed-role/[^ ]+ is not authorized to perform: ecr:GetAuthorizationToken on resource",
    ),
    "a log group that is missing": (
        lambda world: world.register(logging_to(world, awslogs_group="/no/such/group")),
        NOT_LOGGED + "failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not",
    ),
    "a log region that does not exist": (
        lambda world: world.register(logging_to(world, awslogs_region="us-esat-1")),
        NOT_LOGGED + "failed to create Cloudwatch log stream: .*lookup logs.us-esat-1.amazonaws.com: no such host",
    ),
    "a tag that is not in ECR": (
        lambda world: world.register(world.container(image=world.image.replace(":v1", ":v2"))),
        NOT_PULLED + r"1 time\(s\): failed to resolve ref [^ ]+/satellite-api:v2: [^ ]+: not found",
    ),
    "a repository that does not exist": (
        lambda world: world.register(world.container(image=world.image.replace("satellite-api", "satelite-api"))),
        NOT_PULLED + r"1 time\(s\): failed to resolve ref [^ ]+/satelite-api:v1: [^ ]+: not found",
    ),
    "a registry in another region": (
        lambda world: world.register(world.container(image=world.image.replace("us-east-1", "us-esat-1"))),
        NOT_PULLED + r"1 time\(s\): failed to resolve ref [^ ]+ecr.us-esat-1[^ ]+: [^ ]+: not found",
    ),
    "an image for ARM alone": (
        lambda world: world.register(world.container(image=arm_image(world))),
        NOT_PULLED + r"7 time\(s\): image Manifest does not contain descriptor matching platform 'linux/amd64'",
    ),
    "a program that is not in the image": (
        lambda world: world.register(world.container(command=["no-such-program"])),
        'CannotStartContainerError: .*exec: "no-such-program": executable file not found in [$]PATH: unknown',
    ),
    "an environment that no process can have": (
        lambda world: world.register(world.container(environment=[{"name": "A=B", "value": "C"}])),
        "CannotStartContainerError: .*: illegal environment variable name: unknown",
    ),
}
NEVER_MADE: dict[str, tuple[Callable[[World], dict[str, Any]], str]] = {
    "a role that does not exist": (
        lambda world: {"taskDefinition": world.register(executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/nobody")},
        NOT_ASSUMED.format(role=f"arn:aws:iam::{ACCOUNT}:role/nobody"),
    ),
    "a role that trusts another service": (
        lambda world: {"taskDefinition": world.register(executionRoleArn=world.new_role(trusts="ec2.amazonaws.com"))},
        NOT_ASSUMED.format(role=f"arn:aws:iam::{ACCOUNT}:role/role-"),
    ),
    "no launch type": (
        lambda world: {"launchType": None, "networkConfiguration": world.network(assignPublicIp="DISABLED")},
        "was unable to place a task because no container instance met all of its requirements.",
    ),
}


@pytest.fixture
def world() -> Iterator[World]:
    """AWS answers as fast as it can."""
    with World() as it:
        yield it


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_aws_refuses(world: World, refused: Refused) -> None:
    """The call fails with AWS's error code and its words."""
    with pytest.raises(ClientError) as caught:
        refused.call(world)
    error = caught.value.response["Error"]
    pattern = re.escape(refused.message).replace(r"\{\}", r"[\w-]+")
    assert (error["Code"], re.fullmatch(pattern, error["Message"]) is not None) == (refused.code, True), error


@pytest.mark.parametrize(("definition", "reason"), CANNOT_START.values(), ids=CANNOT_START.keys())
def test_a_task_that_cannot_start_says_why(world: World, definition: Callable[[World], str], reason: str) -> None:
    """It stops before it was RUNNING, with AWS's reason, and has no exit code."""
    world.create_service(taskDefinition=definition(world))
    task = world.stopped()
    assert task["stopCode"] == "TaskFailedToStart"
    assert re.match(reason, task["stoppedReason"])
    assert "exitCode" not in task["containers"][0]
    assert "startedAt" not in task


@pytest.mark.parametrize(("changes", "event"), NEVER_MADE.values(), ids=NEVER_MADE.keys())
def test_a_task_that_cannot_be_made_leaves_an_event(
    world: World, changes: Callable[[World], dict[str, Any]], event: str
) -> None:
    """There is no task to look at then: only the service tells why."""
    world.create_service(**changes(world))
    said = wait("an event", world.events)[0]
    assert said.startswith(f"(service {world.name}) {event.split('role-')[0]}")
    assert world.tasks(desiredStatus="STOPPED") == world.tasks() == []


def test_a_service_whose_subnet_is_gone_leaves_an_event(world: World) -> None:
    """Its next task cannot be made any more, and the rehearsal goes on."""
    subnet = world.ec2.create_subnet(VpcId=world.vpc_id, CidrBlock="172.31.201.0/24")["Subnet"]["SubnetId"]
    world.create_service(networkConfiguration=world.network(subnets=[subnet]))
    world.steady()
    world.ec2.delete_subnet(SubnetId=subnet)
    world.update(forceNewDeployment=True)
    told = wait("an event", lambda: [each for each in world.events() if "failed to launch a task" in each])
    assert f"The subnet ID '{subnet}' does not exist" in told[0]

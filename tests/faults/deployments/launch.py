"""Step 3: what goes wrong with the cluster, the service and its task."""

import json
from typing import Any

from tests.faults.deployments.case import Fault
from tests.faults.deployments.stack import COMMAND, Stack

ELSEWHERE = "eu-west-1"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
FIRST_START_ONLY = """
flag = pathlib.Path("app/died.flag")
lives = len(flag.read_text()) if flag.exists() else 0


def die():
    {how}


def starting():
    if lives < {times}:
        flag.write_text("x" * (lives + 1))
        die()
"""


def dies_at_first(how: str, times: int = 1) -> dict[str, Any]:
    """An application whose first containers die while they start; what replaces them stays."""
    return {
        "app": FIRST_START_ONLY.format(how=how, times=times),
        "criterion": "RUN-3",
        "after": lambda s: replaced(s, times),
    }


def replaced(stack: Stack, times: int) -> None:
    """Wait until so many tasks have died and their replacement is steady."""
    stack.wait("the end of the first tasks", lambda: len(stack.tasks("STOPPED")) == times)
    stack.steady()


def ends(program: str) -> dict[str, Any]:
    """An application that ends in its start-up code, every time."""
    return {"app": f"\n\ndef starting():\n    {program}\n", "criterion": "RUN-2"}


def delete_service(stack: Stack) -> None:
    """Somebody deletes the service, and its tasks end."""
    stack.ecs.delete_service(cluster=stack.cluster, service=stack.service, force=True)
    stack.wait("every task's end", lambda: not stack.tasks() and stack.described()["status"] == "INACTIVE")


def delete_cluster(stack: Stack) -> None:
    """Somebody deletes the service, and then its cluster."""
    delete_service(stack)
    stack.wait("the tasks' stop", lambda: all(task["lastStatus"] == "STOPPED" for task in stack.tasks("STOPPED")))
    stack.ecs.delete_cluster(cluster=stack.cluster)


def pushed_for(architecture: str, system: str = "linux") -> Any:
    """An image for that platform was pushed as v2."""
    entry = {"mediaType": _MANIFEST, "digest": f"sha256:{'ab' * 32}", "size": 1}
    manifests = [entry | {"platform": {"architecture": architecture, "os": system}}]
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": manifests}
    pushed = {"repositoryName": "satellite-api", "imageManifest": json.dumps(manifest), "imageTag": "v2"}
    return lambda stack: stack.ecr.put_image(**pushed)


def image(tag: str, account: str = "123456789012", region: str = "us-east-1", name: str = "satellite-api") -> dict[str, Any]:
    """A container of another image."""
    return {"image": f"{account}.dkr.ecr.{region}.amazonaws.com/{name}:{tag}"}


def cluster(name: str, region: str = "us-east-1") -> Any:
    """A cluster of that name."""
    return lambda s: s.client_in(region, "ecs").create_cluster(clusterName=name)


def no_repository(stack: Stack) -> None:
    """Yesterday's cleanup took the image too."""
    stack.ecr.delete_repository(repositoryName="satellite-api", force=True)


def no_route(stack: Stack) -> None:
    """The subnet of the service leads nowhere."""
    stack.subnet_ids = [stack.new_subnet()]


def behind_nat(stack: Stack) -> None:
    """The subnet of the service leads to a NAT gateway."""
    stack.subnet_ids = [stack.new_subnet(NatGatewayId=stack.new_nat_gateway())]


def main_table(stack: Stack) -> str:
    """The ID of the default VPC's main route table."""
    filters = [{"Name": "vpc-id", "Values": [stack.vpc_id]}, {"Name": "association.main", "Values": ["true"]}]
    return str(stack.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"])


def delete_route(stack: Stack) -> None:
    """The default VPC no longer leads to the internet."""
    stack.ec2.delete_route(RouteTableId=main_table(stack), DestinationCidrBlock="0.0.0.0/0")


def other_table(stack: Stack) -> None:
    """The subnet gets a route table that leads nowhere."""
    table = stack.ec2.create_route_table(VpcId=stack.vpc_id)["RouteTable"]["RouteTableId"]
    stack.ec2.associate_route_table(RouteTableId=table, SubnetId=stack.subnet_ids[0])


NO_PUBLIC_IP = {"assignPublicIp": "DISABLED"}

FAULTS = (
    Fault(
        id="no-cluster",
        sentence="The cluster was never made, so AWS refused the service.",
        criterion="RUN-1",
        help="aws ecs create-cluster --cluster-name satellite-cluster",
        without=("cluster", "service"),
    ),
    Fault(
        id="default-cluster",
        sentence="No cluster was named, so everything is in the one that is called default.",
        criterion="RUN-1",
        help="what there is: default",
        without=("cluster",),
        early=cluster("default"),
        service={"cluster": "default"},
    ),
    Fault(
        id="cluster-misspelt",
        sentence="The cluster was made with a letter missing.",
        criterion="RUN-1",
        help="satelite-cluster",
        names={"cluster": "satelite-cluster"},
    ),
    Fault(
        id="cluster-in-another-region",
        sentence="The cluster was made in the region where the console stood.",
        criterion="RUN-1",
        help="satellite-cluster in us-east-1",
        without=("cluster", "service"),
        early=cluster("satellite-cluster", ELSEWHERE),
    ),
    Fault(
        id="cluster-deleted",
        sentence="The service and its cluster were deleted before anybody judged them.",
        criterion="RUN-1",
        help="satellite-cluster: INACTIVE",
        after=delete_cluster,
    ),
    Fault(
        id="no-service",
        sentence="The service was never created.",
        criterion="RUN-2",
        help="aws ecs create-service --cluster satellite-cluster",
        without=("service",),
    ),
    Fault(
        id="service-misspelt",
        sentence="The service was created with a letter missing.",
        criterion="RUN-2",
        help="satelite-service",
        names={"service": "satelite-service"},
    ),
    Fault(
        id="service-in-another-cluster",
        sentence="The service was created in a cluster of yesterday.",
        criterion="RUN-2",
        help="no service satellite-service in the cluster satellite-cluster",
        early=cluster("yesterday"),
        service={"cluster": "yesterday"},
    ),
    Fault(
        id="service-deleted",
        sentence="The service was deleted before anybody judged it.",
        criterion="RUN-2",
        help="aws ecs create-service",
        after=delete_service,
    ),
    Fault(
        id="desires-none",
        sentence="The service was created for later, with no task.",
        criterion="RUN-2",
        help="--desired-count 1",
        service={"desiredCount": 0},
    ),
    Fault(
        id="scaled-to-zero",
        sentence="The service was scaled to zero overnight.",
        criterion="RUN-2",
        help="the service desires no task",
        after=lambda s: s.ecs.update_service(cluster=s.cluster, service=s.service, desiredCount=0),
    ),
    Fault(
        id="desires-two",
        sentence="The service runs two tasks, at twice the price.",
        criterion="RUN-2",
        help="--desired-count 1",
        service={"desiredCount": 2},
    ),
    Fault(
        id="on-ec2",
        sentence="The service was created for EC2 instances, of which there are none.",
        criterion="RUN-2",
        help="--launch-type FARGATE",
        service={"launchType": "EC2"},
        network=NO_PUBLIC_IP,
    ),
    Fault(
        id="not-deployed",
        sentence="A newer revision was registered, and never deployed.",
        criterion="RUN-2",
        help="--task-definition satellite-api-task:2",
        after=lambda s: s.register(),
    ),
    Fault(
        id="no-public-ip",
        sentence="The task gets no public IP, so it cannot pull its image.",
        criterion="RUN-2",
        help="Set assignPublicIp=ENABLED",
        network=NO_PUBLIC_IP,
    ),
    Fault(
        id="private-subnet",
        sentence="The task is in a private subnet, so it cannot pull its image.",
        criterion="RUN-2",
        help="leads to an internet gateway",
        before=no_route,
    ),
    Fault(
        id="tag-not-pushed",
        sentence="The image was never pushed under that tag.",
        criterion="RUN-2",
        help="aws ecr list-images --repository-name satellite-api",
        container=image("v9"),
    ),
    Fault(
        id="latest",
        sentence="The tag latest was taken, which nobody has pushed.",
        criterion="RUN-2",
        help="satellite-api:latest is not in the registry",
        container=image("latest"),
    ),
    Fault(
        id="repository-deleted",
        sentence="Yesterday's cleanup deleted the repository.",
        criterion="RUN-2",
        help="is not in the registry",
        early=no_repository,
    ),
    Fault(
        id="repository-misspelt",
        sentence="The repository's name lacks a letter.",
        criterion="RUN-2",
        help="satelite-api:v1 is not in the registry",
        container=image("v1", name="satelite-api"),
    ),
    Fault(
        id="another-account",
        sentence="The account in the image's name was copied from the course.",
        criterion="RUN-2",
        help="from account 900000000002, and this is account 900000000001",
        container=image("v1", account="999999999999"),
    ),
    Fault(
        id="image-in-another-region",
        sentence="The image was pushed to another region than the one that is named.",
        criterion="RUN-2",
        help="aws ecr list-images --repository-name satellite-api --region eu-west-1",
        container=image("v3", region=ELSEWHERE),
    ),
    Fault(
        id="arm64",
        sentence="The image was built on a Mac, for arm64.",
        criterion="RUN-2",
        help="--platform linux/amd64",
        early=pushed_for("arm64"),
        container=image("v2"),
    ),
    Fault(
        id="built-for-windows",
        sentence="The image was built by a Docker that had been switched to Windows containers.",
        criterion="RUN-2",
        help="--platform linux/amd64",
        early=pushed_for("amd64", "windows"),
        container=image("v2"),
    ),
    Fault(
        id="no-tini",
        sentence="The entry point is a program that the image does not have.",
        criterion="RUN-2",
        help="the command's program is not in the image",
        container={"entryPoint": ["/sbin/tini-of-another-image", "--"], "command": COMMAND},
    ),
    Fault(
        id="wrong-app",
        sentence="The command names main:app, but it is app.main:app.",
        criterion="RUN-2",
        help="Error loading ASGI app",
        container={"command": ["uvicorn", "app.server:app", *COMMAND[2:]]},
    ),
    Fault(
        id="wrong-attribute",
        sentence="The command names app.main:application, but it is app.main:app.",
        criterion="RUN-2",
        help="Error loading ASGI app",
        container={"command": ["uvicorn", "app.main:application", *COMMAND[2:]]},
    ),
    Fault(
        id="unknown-option",
        sentence="uvicorn is given an option that it does not know.",
        criterion="RUN-2",
        help="uvicorn does not understand its command",
        container={"command": [*COMMAND, "--worker", "2"]},
    ),
    Fault(
        id="package-missing",
        sentence="A package is missing from the image.",
        criterion="RUN-2",
        help="No module named 'torchvision_of_yesterday'",
        app="\nimport torchvision_of_yesterday\n",
    ),
    Fault(
        id="multipart-missing",
        sentence="python-multipart is missing from the image.",
        criterion="RUN-2",
        help="Add python-multipart to its requirements",
        app="\nraise RuntimeError('Form data requires \"python-multipart\" to be installed.')\n",
    ),
    Fault(
        id="syntax-error",
        sentence="The application was pushed with a mistake of syntax.",
        criterion="RUN-2",
        help="the application cannot be imported: SyntaxError",
        app="\ndef predict(image:\n",
    ),
    Fault(
        id="model-missing",
        sentence="The model's file is not in the image, so the start-up code fails.",
        criterion="RUN-2",
        help="the file /opt/model.pth is not in the image",
        app="\n\ndef starting():\n    open('/opt/model.pth')\n",
    ),
    Fault(id="exit-0", sentence="The server ends at once, content.", help="in the foreground", **ends("os._exit(0)")),
    Fault(id="exit-1", sentence="The server ends with exit code 1.", help="exit code 1", **ends("os._exit(1)")),
    Fault(id="exit-42", sentence="The server ends with a code of its own.", help="exit code 42", **ends("os._exit(42)")),
    Fault(
        id="killed",
        sentence="The container is killed while it loads its model.",
        help="want of memory",
        **ends("os.kill(os.getpid(), 9)"),
    ),
    Fault(
        id="segfault",
        sentence="A native package crashes.",
        help="native code",
        **ends("os.kill(os.getpid(), 11)"),
    ),
    Fault(
        id="port-in-use",
        sentence="Two servers of the container want the same port.",
        criterion="RUN-2",
        help="two servers of the container want the same port",
        app="\nimport socket\n\n\ndef starting():\n    raise OSError(98, 'Address already in use')\n",
    ),
    Fault(
        id="died-once",
        sentence="The application failed at its first start, and only then.",
        help="STOPPED",
        **dies_at_first("raise RuntimeError('the model is not there yet')"),
    ),
    Fault(
        id="killed-once",
        sentence="The first container was killed, as for want of memory.",
        help="want of memory",
        **dies_at_first("os.kill(os.getpid(), 9)"),
    ),
    Fault(
        id="ended-once",
        sentence="The first container ended without an error.",
        help="exit code 0",
        **dies_at_first("os._exit(0)"),
    ),
    Fault(
        id="crashed-once",
        sentence="The first container crashed in native code.",
        help="native code",
        **dies_at_first("os.kill(os.getpid(), 11)"),
    ),
    Fault(
        id="died-twice",
        sentence="The application failed at its first two starts.",
        help="STOPPED",
        **dies_at_first("raise RuntimeError('the model is not there yet')", times=2),
    ),
    Fault(
        id="behind-nat",
        sentence="The task is in a private subnet behind a NAT gateway, without a public IP.",
        criterion="RUN-4",
        help="the task has no public IP",
        before=behind_nat,
        network=NO_PUBLIC_IP,
    ),
    Fault(
        id="behind-nat-with-public-ip",
        sentence="The task is in a private subnet behind a NAT gateway, where its public IP is of no use.",
        criterion="RUN-4",
        help="aws ec2 create-route",
        before=behind_nat,
    ),
    Fault(
        id="route-deleted",
        sentence="The route to the internet was deleted after the launch.",
        criterion="RUN-4",
        help="aws ec2 create-route",
        after=delete_route,
    ),
    Fault(
        id="route-table-exchanged",
        sentence="The subnet was given a private route table after the launch.",
        criterion="RUN-4",
        help="aws ec2 create-route",
        after=other_table,
    ),
)

"""Makes a case's deployment on the stage, with the calls that the course's commands make."""

import contextlib
import json
import time
from typing import Any

import boto3

from fixtures.wire.waiting import Waiter
from tests import images
from tests.faults.deployments.case import Case
from tests.faults.stage import Stage

ACCOUNT = "123456789012"
MANAGED_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
ROLE = "ecsTaskExecutionRole"
NAMES = {
    "group": "satellite-api-sg",
    "log group": "/ecs/satellite-api",
    "family": "satellite-api-task",
    "cluster": "satellite-cluster",
    "service": "satellite-service",
}
COMMAND = ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80"]
_PATIENCE = 15.0


def trust(*principals: Any) -> str:
    """A trust policy; a principal that is a name is a service."""
    named = [{"Service": p} if isinstance(p, str) else p for p in principals]
    statements = [{"Effect": "Allow", "Principal": p, "Action": "sts:AssumeRole"} for p in named]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def made(stage: Stage, case: Case) -> "Stack":
    """A new account in which somebody has made this deployment."""
    stage.reset(case.app)
    if case.dockerfile:
        images.built(case.dockerfile, image_of(case), **case.files)
    stack = Stack(case, stage.clients(case.region))
    stack.make()
    if case.after:
        stack.steady()
        case.after(stack)
    if case.cleaned_up:
        stack.clean_up()
    return stack


def image_of(case: Case) -> str:
    """The image's name, of which each that is built has one of its own."""
    return f"{ACCOUNT}.dkr.ecr.{case.region}.amazonaws.com/satellite-api:{case.id if case.dockerfile else 'v1'}"


class Stack:
    """What somebody makes in an account, and may go on to change: `ec2`, `ecs`, … are boto3's clients."""

    def __init__(self, case: Case, clients: dict[str, Any]) -> None:
        self.case = case
        self.ec2, self.ecs, self.iam = clients["ec2"], clients["ecs"], clients["iam"]
        self.logs, self.ecr, self.scaling = clients["logs"], clients["ecr"], clients["scaling"]
        names = NAMES | dict(case.names)
        self.group_name, self.log_group, self.family = names["group"], names["log group"], names["family"]
        self.cluster, self.service = names["cluster"], names["service"]
        self.image = image_of(case)
        self.vpc_id = self.ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        subnets = [{"Name": "vpc-id", "Values": [self.vpc_id]}, {"Name": "default-for-az", "Values": ["true"]}]
        self.subnet_ids = [subnet["SubnetId"] for subnet in self.ec2.describe_subnets(Filters=subnets)["Subnets"]]
        self.group_id = self.default_group()
        self.more_groups: list[str] = []

    def make(self) -> None:
        """Follow the course, as far as the case does."""
        self.case.early(self)
        if self._does("group"):
            self.group_id = self.new_group(self.group_name, *self.case.rules)
        if self._does("log group"):
            self.logs.create_log_group(logGroupName=self.log_group)
        if self._does("role"):
            self.new_role(ROLE)
        if self._does("definition"):
            self.register()
        if self._does("cluster"):
            self.ecs.create_cluster(clusterName=self.cluster)
        self.case.before(self)
        if self._does("service"):
            self.launch()

    def clean_up(self) -> None:
        """Follow the course's cleanup, as far as the case does."""
        forgotten = self.case.forgotten or ()
        if "service" not in forgotten:
            self.ecs.update_service(cluster=self.cluster, service=self.service, desiredCount=0)
            self.ecs.delete_service(cluster=self.cluster, service=self.service, force=True)
            self.wait("every task's end", self.at_rest)
        if "definition" not in forgotten:
            self.ecs.deregister_task_definition(taskDefinition=self.newest())
        if not {"cluster", "service"} & {*forgotten}:
            self.ecs.delete_cluster(cluster=self.cluster)
        if not {"group", "service"} & {*forgotten}:
            self.wait("the group's release", lambda: not self.interfaces())
            self.ec2.delete_security_group(GroupId=self.group_id)
        if "log group" not in forgotten:
            self.logs.delete_log_group(logGroupName=self.log_group)
        self.case.late(self)

    def _does(self, step: str) -> bool:
        return step not in self.case.without

    def client_in(self, region: str, service: str) -> Any:
        """A client of the same account in another region."""
        session = boto3.Session("somebody", "something", region_name=region)
        return session.client(service, endpoint_url=self.ecs.meta.endpoint_url)

    def default_group(self, vpc_id: str = "") -> str:
        """The ID of the group that every VPC has."""
        filters = [{"Name": "vpc-id", "Values": [vpc_id or self.vpc_id]}, {"Name": "group-name", "Values": ["default"]}]
        return str(self.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"])

    def new_group(self, name: str, *rules: dict[str, Any], vpc_id: str = "") -> str:
        """The ID of a new security group with these ingress rules."""
        made = self.ec2.create_security_group(GroupName=name, Description="for the API", VpcId=vpc_id or self.vpc_id)
        if rules:
            self.ec2.authorize_security_group_ingress(GroupId=made["GroupId"], IpPermissions=list(rules))
        return str(made["GroupId"])

    def allow(self, **rule: Any) -> None:
        """One more ingress rule on the course's group; tcp port 80 where nothing else is said."""
        asked = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80} | rule
        self.ec2.authorize_security_group_ingress(GroupId=self.group_id, IpPermissions=[asked])

    def new_role(self, name: str, policy: str = MANAGED_POLICY, document: str = "") -> str:
        """The ARN of a role, right unless told otherwise."""
        document = document or trust("ecs-tasks.amazonaws.com")
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        if policy:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=policy)
        return str(arn)

    def new_subnet(self, **route: str) -> str:
        """The ID of a subnet of the default VPC whose own route table sends what leaves it there, or nowhere."""
        subnet = self.ec2.create_subnet(VpcId=self.vpc_id, CidrBlock="172.31.210.0/24")["Subnet"]["SubnetId"]
        table = self.ec2.create_route_table(VpcId=self.vpc_id)["RouteTable"]["RouteTableId"]
        self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        if route:
            self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **route)
        return str(subnet)

    def new_nat_gateway(self) -> str:
        """The ID of a NAT gateway in a public subnet."""
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = self.ec2.create_nat_gateway(SubnetId=self.subnet_ids[0], AllocationId=address)
        return str(made["NatGateway"]["NatGatewayId"])

    def new_network(self) -> tuple[str, str]:
        """The IDs of another VPC, which reaches the internet as the default one does, and of its subnet."""
        vpc_id = self.ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc_id)
        subnet = self.ec2.create_subnet(VpcId=vpc_id, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
        table = self.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"][0]
        self.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        return str(vpc_id), str(subnet)

    def container(self) -> dict[str, Any]:
        """The course's container definition, with the case's changes."""
        options = {"awslogs-group": self.log_group, "awslogs-region": self.case.region, "awslogs-stream-prefix": "ecs"}
        given: dict[str, Any] = {
            "name": "satellite-api",
            "image": self.image,
            "essential": True,
            "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
            "command": COMMAND,
            "logConfiguration": {"logDriver": "awslogs", "options": _changed(options, self.case.logging)},
        }
        return _changed(given, self.case.container)

    def register(self, **changes: Any) -> str:
        """The ARN of a new revision: the course's task-def.json, with the case's changes and these."""
        given = {
            "family": self.family,
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/{ROLE}",
            "containerDefinitions": [self.container()],
        }
        asked = _changed(_changed(given, self.case.definition), changes)
        return str(self.ecs.register_task_definition(**asked)["taskDefinition"]["taskDefinitionArn"])

    def launch(self, **changes: Any) -> None:
        """Create the service, with the case's changes and these."""
        network = {"subnets": self.subnet_ids[:1], "securityGroups": [self.group_id, *self.more_groups]}
        network |= {"assignPublicIp": "ENABLED"}
        given = {
            "cluster": self.cluster,
            "serviceName": self.service,
            "taskDefinition": self.family,
            "desiredCount": 1,
            "launchType": "FARGATE",
            "networkConfiguration": {"awsvpcConfiguration": _changed(network, self.case.network)},
        }
        self.ecs.create_service(**_changed(_changed(given, self.case.service), changes))

    def own_network(self, group_id: str, subnet_ids: list[str] | None = None) -> dict[str, Any]:
        """The change for `launch` that puts its tasks into this group, and into other subnets than the course's."""
        network = {"subnets": subnet_ids or self.subnet_ids[:1], "securityGroups": [group_id], "assignPublicIp": "ENABLED"}
        return {"networkConfiguration": {"awsvpcConfiguration": network}}

    def newest(self) -> str:
        """The ARN of the family's newest revision."""
        return str(self.ecs.describe_task_definition(taskDefinition=self.family)["taskDefinition"]["taskDefinitionArn"])

    def described(self) -> dict[str, Any]:
        """The service as it is now."""
        return dict(self.ecs.describe_services(cluster=self.cluster, services=[self.service])["services"][0])

    def steady(self) -> None:
        """Wait until all that was asked for runs."""

        def done() -> bool:
            now = self.described()
            states = [deployment["rolloutState"] for deployment in now["deployments"]]
            return bool(now["runningCount"] == now["desiredCount"] and states == ["COMPLETED"])

        self.wait("a steady service", done)

    def tasks(self, status: str = "RUNNING") -> list[dict[str, Any]]:
        """The cluster's tasks that are to be RUNNING, or STOPPED."""
        arns = self.ecs.list_tasks(cluster=self.cluster, desiredStatus=status)["taskArns"]
        return list(self.ecs.describe_tasks(cluster=self.cluster, tasks=arns)["tasks"]) if arns else []

    def at_rest(self) -> bool:
        """Whether no task of the cluster is to run, and all have STOPPED."""
        return not self.tasks() and all(task["lastStatus"] == "STOPPED" for task in self.tasks("STOPPED"))

    def interfaces(self) -> list[str]:
        """The network interfaces that carry the course's group."""
        filters = [{"Name": "group-id", "Values": [self.group_id]}]
        found = self.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
        return [interface["NetworkInterfaceId"] for interface in found]

    def wait(self, what: str, done: Any) -> None:
        """Wait for it. Raises WaitTimeout."""
        Waiter().until(what, done, bool, _PATIENCE)

    @staticmethod
    def now() -> int:
        """Milliseconds since 1970, as CloudWatch counts."""
        return int(time.time() * 1000)

    def say(self, stream: str, *lines: str, at: int) -> None:
        """Write lines into a stream of the course's log group; `at` is in milliseconds since 1970."""
        with contextlib.suppress(self.logs.exceptions.ResourceAlreadyExistsException):
            self.logs.create_log_stream(logGroupName=self.log_group, logStreamName=stream)
        events = [{"timestamp": at, "message": line} for line in lines]
        self.logs.put_log_events(logGroupName=self.log_group, logStreamName=stream, logEvents=events)


def _changed(given: dict[str, Any], changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (given | dict(changes)).items() if value is not None}

"""The account that the matrices run in: the stage with strangers' things on it, and the list of all it holds."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fixtures.wire.waiting import Waiter
from tests.faults.stage import Stage

REGION = "us-east-1"
SHARED_ROLE = "ecsTaskExecutionRole"
"""The course leaves it in place, and so does the suite: the one thing that a run may leave behind."""
NAMES = {"security group": "satellite-api-sg", "log group": "/ecs/satellite-api", "family": "satellite-api-task"}
NAMES |= {"cluster": "satellite-cluster", "service": "satellite-service"}
IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/satellite-api:v1"
_POLICY = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
_SERVICE_ROLES = "AWSServiceRole"
_TARGET = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
_SETTLING_SECONDS = 10.0
"""What was told to stop stops by itself."""
_HTTP = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


@dataclass(frozen=True)
class Inventory:
    """Everything that there is, one line each."""

    lines: tuple[str, ...]

    def since(self, before: "Inventory") -> list[str]:
        """What has changed, in words; empty where nothing has."""
        more = [f"more: {line}" for line in self.lines if line not in before.lines]
        return more + [f"gone: {line}" for line in before.lines if line not in self.lines]


class Account:
    """An account on the stage, with strangers' things in it."""

    def __init__(self, stage: Stage) -> None:
        stage.reset()
        clients = stage.clients(REGION)
        self.ec2, self.ecs, self.iam = clients["ec2"], clients["ecs"], clients["iam"]
        self.logs, self.scaling = clients["logs"], clients["scaling"]
        self._stage = stage
        self.variables = stage.variables | {
            "AWS_ACCESS_KEY_ID": "somebody",
            "AWS_SECRET_ACCESS_KEY": "something",
            "AWS_REGION": REGION,
        }
        self._settle_strangers()
        self.strangers = self.inventory()
        self.as_found = True
        """Whether it was as before when somebody last looked, and nothing has run since."""
        stage.set_up_for = self

    def leave(self) -> None:
        """Whoever comes next finds it as it was: where something is left behind, the stage is to be set up again."""
        if not self.as_found and self.left_behind():
            self._stage.set_up_for = None

    def left_behind(self) -> list[str]:
        """What a run and its undo have changed, when everything that was told to stop has stopped."""
        found = Waiter().settle("the account as before", self.changes, lambda seen: not seen, _SETTLING_SECONDS)
        self.as_found = not found
        return found

    def changes(self) -> list[str]:
        """What has changed at this moment."""
        return self.inventory().since(self.strangers)

    def without_the_role(self) -> None:
        """Delete the shared role, so that the next run has to make it."""
        with contextlib.suppress(self.iam.exceptions.NoSuchEntityException):
            for policy in self.iam.list_attached_role_policies(RoleName=SHARED_ROLE)["AttachedPolicies"]:
                self.iam.detach_role_policy(RoleName=SHARED_ROLE, PolicyArn=policy["PolicyArn"])
            self.iam.delete_role(RoleName=SHARED_ROLE)

    def inventory(self) -> Inventory:
        """Everything that a run could touch."""
        found = [*self._network(), *self._clusters(), *self._revisions(), *self._logs(), *self._scaling(), *self._roles()]
        return Inventory((*sorted(found), f"{len(self._stage.standing.children())} processes of containers"))

    def _network(self) -> Iterator[str]:
        for group in _all(self.ec2, "describe_security_groups", "SecurityGroups"):
            details = f"{_json(group.get('Tags'))} {_json(group['IpPermissions'])}"
            yield f"security group {group['GroupId']} {group['GroupName']} {details}"
        for eni in _all(self.ec2, "describe_network_interfaces", "NetworkInterfaces"):
            yield f"network interface {eni['NetworkInterfaceId']} of {[group['GroupName'] for group in eni['Groups']]}"

    def _clusters(self) -> Iterator[str]:
        arns = _all(self.ecs, "list_clusters", "clusterArns")
        for cluster in self.ecs.describe_clusters(clusters=arns, include=["TAGS"])["clusters"] if arns else []:
            if cluster["status"] == "INACTIVE":
                continue
            name = cluster["clusterName"]
            counts = [cluster[each] for each in ("activeServicesCount", "runningTasksCount", "pendingTasksCount")]
            yield f"cluster {name} {cluster['status']} {_json(cluster.get('tags'))} services, running, pending: {counts}"
            yield from self._services(name)
            yield from self._tasks(name)

    def _services(self, cluster: str) -> Iterator[str]:
        for arn in _all(self.ecs, "list_services", "serviceArns", cluster=cluster):
            for service in self.ecs.describe_services(cluster=cluster, services=[arn], include=["TAGS"])["services"]:
                if service["status"] != "INACTIVE":
                    counts = [service[each] for each in ("desiredCount", "runningCount", "pendingCount")]
                    tags = _json(service.get("tags"))
                    yield f"service {cluster}/{service['serviceName']} {service['status']} {counts} {tags}"

    def _tasks(self, cluster: str) -> Iterator[str]:
        arns = {
            a
            for s in ("RUNNING", "STOPPED")
            for a in _all(self.ecs, "list_tasks", "taskArns", cluster=cluster, desiredStatus=s)
        }
        for task in self.ecs.describe_tasks(cluster=cluster, tasks=sorted(arns))["tasks"] if arns else []:
            if task["lastStatus"] != "STOPPED":
                yield f"task {task['taskArn'].split('/', 1)[1]} {task['lastStatus']}"

    def _revisions(self) -> Iterator[str]:
        for arn in _all(self.ecs, "list_task_definitions", "taskDefinitionArns", status="ACTIVE"):
            yield f"revision {arn.split('/')[-1]}"

    def _logs(self) -> Iterator[str]:
        for group in _all(self.logs, "describe_log_groups", "logGroups"):
            name = group["logGroupName"]
            yield f"log group {name} {_json(self.logs.list_tags_log_group(logGroupName=name)['tags'])}"

    def _scaling(self) -> Iterator[str]:
        for target in _all(self.scaling, "describe_scalable_targets", "ScalableTargets", ServiceNamespace="ecs"):
            yield f"scalable target {target['ResourceId']} {target['MinCapacity']}-{target['MaxCapacity']}"
        for action in _all(self.scaling, "describe_scheduled_actions", "ScheduledActions", ServiceNamespace="ecs"):
            yield f"scheduled action {action['ScheduledActionName']} of {action['ResourceId']} {action['Schedule']}"

    def _roles(self) -> Iterator[str]:
        for role in _all(self.iam, "list_roles", "Roles"):
            name = role["RoleName"]
            if name != SHARED_ROLE and not name.startswith(_SERVICE_ROLES):
                attached = self.iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
                yield f"role {name} {[policy['PolicyName'] for policy in attached]}"

    def _settle_strangers(self) -> None:
        """Things of somebody else, named like the suite's own: older ones, longer names, the same name elsewhere."""
        vpc = self.ec2.describe_vpcs(Filters=[{"Name": "isDefault", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
        elsewhere = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        group = self._group(f"{NAMES['security group']}-old", vpc)
        self._group(NAMES["security group"], elsewhere)
        role = self._role("satellite-role")
        for name in (f"{NAMES['log group']}-old", f"{NAMES['log group']}/archive"):
            self.logs.create_log_group(logGroupName=name, tags={"project": "satellite"})
        for family in (NAMES["family"], NAMES["family"], f"{NAMES['family']}-old"):
            revision = self._revision(family, role)
        cluster = f"{NAMES['cluster']}-old"
        self.ecs.create_cluster(clusterName=cluster, tags=[{"key": "project", "value": "satellite"}])
        self._service(cluster, revision, group, vpc)
        resource = {"ResourceId": f"service/{cluster}/{NAMES['service']}", **_TARGET}
        self.scaling.register_scalable_target(MinCapacity=0, MaxCapacity=2, **resource)
        self.scaling.put_scheduled_action(
            ScheduledActionName="launch-control-fuse",
            Schedule="at(2099-01-01T00:00:00)",
            ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 0},
            **resource,
        )

    def _group(self, name: str, vpc: str) -> str:
        group = self.ec2.create_security_group(GroupName=name, Description="a stranger's", VpcId=vpc)["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_HTTP])
        return str(group)

    def _role(self, name: str) -> str:
        trust = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": trust})
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
        self.iam.attach_role_policy(RoleName=name, PolicyArn=_POLICY)
        return str(arn)

    def _revision(self, family: str, role: str) -> str:
        registered = self.ecs.register_task_definition(
            family=family,
            requiresCompatibilities=["FARGATE"],
            networkMode="awsvpc",
            cpu="256",
            memory="512",
            executionRoleArn=role,
            containerDefinitions=[{"name": "api", "image": IMAGE, "command": ["sleep", "86400"]}],
        )
        return str(registered["taskDefinition"]["taskDefinitionArn"])

    def _service(self, cluster: str, revision: str, group: str, vpc: str) -> None:
        filters = [{"Name": "vpc-id", "Values": [vpc]}]
        subnet = self.ec2.describe_subnets(Filters=filters)["Subnets"][0]["SubnetId"]
        self.ecs.create_service(
            cluster=cluster,
            serviceName=NAMES["service"],
            taskDefinition=revision,
            desiredCount=1,
            launchType="FARGATE",
            networkConfiguration={
                "awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}
            },
        )
        running = lambda: [line for line in self._services(cluster) if "[1, 1, 0]" in line]  # noqa: E731 - it is looked again
        Waiter().until("the stranger's task", running, bool, _SETTLING_SECONDS)


def _all(client: Any, operation: str, key: str, **asked: Any) -> list[Any]:
    """Every item of every page."""
    if not client.can_paginate(operation):
        return list(getattr(client, operation)(**asked)[key])
    return [item for page in client.get_paginator(operation).paginate(**asked) for item in page[key]]


def _json(value: Any) -> str:
    return json.dumps(value or [], sort_keys=True)

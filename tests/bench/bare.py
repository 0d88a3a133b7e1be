"""What the suite does, without the suite: the same calls of AWS and HTTP requests in the same order, in plain boto3.

Written by hand as a script would be, top to bottom, for `python -m tests.bench` to time. Any failure ends it.
"""

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import requests
from botocore.exceptions import ClientError

POLL = 0.1
TIMEOUT = 600
STEADY = 1.0
RUN = f"bare-{os.getpid()}"
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
PROBED = (22, 443, 3306, 5000, 5432, 8000, 8080, 8443)
IMAGE = Path(__file__).parents[2] / "fixtures" / "satellite" / "tiles" / "held_out" / "desert_04.jpg"
TILES = (*(IMAGE.with_name(f"{name}_04.jpg") for name in ("ocean", "forest", "grassland", "desert", "ocean")),)
CLUSTER, SERVICE, GROUP, LOGS = "satellite-cluster", "satellite-service", "satellite-api-sg", "/ecs/satellite-api"
TARGET = f"service/{CLUSTER}/{SERVICE}"
SCALING = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}
ROLE, FAMILY, CONTAINER = "ecsTaskExecutionRole", "satellite-api-task", "satellite-api"

session: Any = boto3.Session(region_name="us-east-1")
ec2, ecs, iam, logs, ecr, sts = (session.client(name) for name in ("ec2", "ecs", "iam", "logs", "ecr", "sts"))
autoscaling, quotas = session.client("application-autoscaling"), session.client("service-quotas")
http = requests.Session()
http.trust_env = False
caller = sts.get_caller_identity()
account = caller["Account"]


def filters(**values: str) -> list[dict[str, Any]]:
    return [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in values.items()]


def wait(look: Callable[[], Any], done: Callable[[Any], Any]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not done(seen := look()):
        if time.monotonic() > deadline:
            sys.exit(f"waited {TIMEOUT} s in vain, last seen: {seen}")
        time.sleep(POLL)


def require(condition: object, text: str) -> None:
    if not condition:
        sys.exit(f"bare script: {text}")


def service_now() -> Any:
    return ecs.describe_services(cluster=CLUSTER, services=[SERVICE])["services"][0]


def tasks_now(desired: str) -> Any:
    arns = ecs.list_tasks(cluster=CLUSTER, serviceName=SERVICE, desiredStatus=desired)["taskArns"]
    return ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"] if arns else []


def is_public(subnet_id: str) -> bool:
    vpc_id = ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["VpcId"]
    own = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    main = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "association.main", "Values": ["true"]}]
    tables = ec2.describe_route_tables(Filters=own)["RouteTables"] or ec2.describe_route_tables(Filters=main)["RouteTables"]
    return any(route.get("GatewayId", "").startswith("igw-") for table in tables for route in table["Routes"])


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((public_ip, port)) != 0


# Before anything is made
needed = ["ec2:CreateSecurityGroup", "ecs:CreateCluster", "ecs:CreateService", "logs:CreateLogGroup"]
with suppress(ClientError):  # a rehearsal does not know it
    allowed = iam.simulate_principal_policy(PolicySourceArn=caller["Arn"], ActionNames=needed)["EvaluationResults"]
    require(all(result["EvalDecision"] == "allowed" for result in allowed), "not allowed")
vpc_id = ec2.describe_vpcs(Filters=filters(isDefault="true"))["Vpcs"][0]["VpcId"]
subnet_id = ec2.describe_subnets(Filters=filters(vpc_id=vpc_id, default_for_az="true"))["Subnets"][0]["SubnetId"]
require(is_public(subnet_id), "no way to the internet")
require(ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]["AvailableIpAddressCount"], "no free address")
acls = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet_id]}])["NetworkAcls"]
require(all(acl["Entries"] for acl in acls), "an ACL without entries")
blocked = ec2.describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
require(blocked.get("InternetGatewayBlockMode", "off") == "off", "public access is blocked")
require(not ec2.describe_security_groups(Filters=filters(group_name=GROUP))["SecurityGroups"], "a group is there")
require(not ec2.describe_security_groups(Filters=[{"Name": "tag-key", "Values": ["run"]}])["SecurityGroups"], "leftovers")
require(not logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"], "a log group is there")
found = ecs.describe_clusters(clusters=[CLUSTER], include=["TAGS"])["clusters"]
require(not found or found[0]["status"] == "INACTIVE", "a cluster is there")
with suppress(ecs.exceptions.ClusterNotFoundException):
    found = ecs.describe_services(cluster=CLUSTER, services=[SERVICE], include=["TAGS"])["services"]
    require(not found, "a service is there")
require(not autoscaling.describe_scalable_targets(ResourceIds=[TARGET], **SCALING)["ScalableTargets"], "a fuse is there")
image = {"repositoryName": "satellite-api", "imageIds": [{"imageTag": "v1"}]}
require(ecr.batch_get_image(**image)["images"], "no image")
with suppress(ClientError):  # nor this
    quota = quotas.get_service_quota(ServiceCode="fargate", QuotaCode="L-3032A538")["Quota"]["Value"]
    require(quota >= 1, "no quota")
with suppress(iam.exceptions.NoSuchEntityException):
    iam.get_role(RoleName=ROLE)
    iam.list_attached_role_policies(RoleName=ROLE)

# Step 1
ec2.describe_vpcs(Filters=filters(isDefault="true"))
group_id = ec2.create_security_group(
    GroupName=GROUP,
    Description="Security group for Satellite API (HTTP only)",
    VpcId=vpc_id,
    TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "run", "Value": RUN}]}],
)["GroupId"]
ec2.authorize_security_group_ingress(GroupId=group_id, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")
ec2.describe_vpcs(Filters=filters(isDefault="true"))
ec2.describe_security_groups(Filters=[{"Name": "group-id", "Values": [group_id]}])
require(not ec2.describe_network_interfaces(Filters=filters(group_id=group_id))["NetworkInterfaces"], "group in use")
rules = ec2.describe_security_group_rules(Filters=filters(group_id=group_id))["SecurityGroupRules"]
require(len([rule for rule in rules if not rule["IsEgress"]]) == 1, "not one rule")

# Step 2
try:
    role_arn = iam.get_role(RoleName=ROLE)["Role"]["Arn"]
except iam.exceptions.NoSuchEntityException:
    role_arn = iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
iam.list_attached_role_policies(RoleName=ROLE)
iam.attach_role_policy(RoleName=ROLE, PolicyArn=MANAGED)
logs.create_log_group(logGroupName=LOGS, tags={"run": RUN})
definition_arn = ecs.register_task_definition(
    family=FAMILY,
    requiresCompatibilities=["FARGATE"],
    networkMode="awsvpc",
    cpu="256",
    memory="512",
    executionRoleArn=role_arn,
    containerDefinitions=[
        {
            "name": CONTAINER,
            "image": f"{account}.dkr.ecr.us-east-1.amazonaws.com/satellite-api:v1",
            "essential": True,
            "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
            "command": ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80"],
            "logConfiguration": {
                "logDriver": "awslogs",
                "options": {"awslogs-group": LOGS, "awslogs-region": "us-east-1", "awslogs-stream-prefix": "ecs"},
            },
        }
    ],
    tags=[{"key": "run", "value": RUN}],
)["taskDefinition"]["taskDefinitionArn"]
status = ecs.describe_task_definition(taskDefinition=definition_arn)["taskDefinition"]["status"]
require(status == "ACTIVE", f"task definition {status}")
require(logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"], "no log group")
require(iam.get_role(RoleName=ROLE)["Role"]["AssumeRolePolicyDocument"] == TRUST, "other trust")
require(iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"], "no managed policy")
require(not iam.list_role_policies(RoleName=ROLE)["PolicyNames"], "inline policies")
version = iam.get_policy(PolicyArn=MANAGED)["Policy"]["DefaultVersionId"]
iam.get_policy_version(PolicyArn=MANAGED, VersionId=version)

# Step 3
ecs.describe_clusters(clusters=[CLUSTER])
ecs.create_cluster(clusterName=CLUSTER, tags=[{"key": "run", "value": RUN}])
require(ecs.describe_clusters(clusters=[CLUSTER], include=["TAGS"])["clusters"], "no cluster")
require(ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["status"] == "ACTIVE", "cluster not ACTIVE")
subnets = ec2.describe_subnets(Filters=filters(vpc_id=vpc_id, default_for_az="true"))["Subnets"]
subnet_id = subnets[0]["SubnetId"]
network = {"subnets": [subnet_id], "securityGroups": [group_id], "assignPublicIp": "ENABLED"}
ecs.create_service(
    cluster=CLUSTER,
    serviceName=SERVICE,
    taskDefinition=definition_arn,
    desiredCount=0,
    launchType="FARGATE",
    networkConfiguration={"awsvpcConfiguration": network},
    propagateTags="SERVICE",
    tags=[{"key": "run", "value": RUN}],
)
limits = {"MinCapacity": 0, "MaxCapacity": 1}
autoscaling.register_scalable_target(ResourceId=TARGET, Tags={"run": RUN}, **limits, **SCALING)
autoscaling.put_scheduled_action(
    ScheduledActionName="fuse",
    Schedule=f"at({datetime.now(UTC) + timedelta(minutes=30):%Y-%m-%dT%H:%M:%S})",
    ResourceId=TARGET,
    ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 0},
    **SCALING,
)
ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=1)


def launched() -> bool:
    service = service_now()
    steady = bool(service["runningCount"] == 1 and "steady state" in service["events"][0]["message"])
    require(steady or not tasks_now("STOPPED"), "a task stopped")
    return steady


wait(launched, bool)
service_now()
task = tasks_now("RUNNING")[0]
eni_id = next(d["value"] for d in task["attachments"][0]["details"] if d["name"] == "networkInterfaceId")
eni = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni_id])["NetworkInterfaces"][0]
public_ip = eni["Association"]["PublicIp"]
ec2.describe_vpcs(Filters=filters(isDefault="true"))
require(is_public(eni["SubnetId"]), "no way to the internet any more")
pool = ThreadPoolExecutor(len(PROBED))
refusing = pool.map(refuses, PROBED)

# Step 4
bindings = task["containers"][0].get("networkBindings")
url = f"http://{public_ip}:{bindings[0]['hostPort'] if bindings else 80}"


def answers() -> bool:
    with suppress(requests.ConnectionError):
        return http.get(url + "/").status_code == 200
    return False


wait(answers, bool)
require(http.get(url + "/docs").status_code == 200, "GET /docs is no 200")
jpeg = {"file": (IMAGE.name, IMAGE.read_bytes(), "image/jpeg")}
require(http.post(url + "/predict", params={"probe": RUN}, files=jpeg).json()["label"], "no label")
http.get(url + "/openapi.json").json()
for name, tile in zip(("ocean.jpg", "forest.jpg", "grassland.jpg", "ocean_99.jpg", IMAGE.name), TILES, strict=True):
    http.post(url + "/predict", files={"file": (name, tile.read_bytes(), "image/jpeg")}).json()
for junk in (b"This is no image.", b"This is no image.", b"", b"\xff\xd8\xff\xe0 This is no image."):
    text = {"file": ("not-an-image.jpg", junk, "image/jpeg")}
    require(400 <= http.post(url + "/predict", files=text).status_code < 500, "not refused")
require(http.get(url + "/").status_code == 200, "GET / is no 200 any more")
tasks_now("RUNNING")
stream = f"ecs/{CONTAINER}/{task['taskArn'].split('/')[-1]}"
wait(
    lambda: logs.filter_log_events(logGroupName=LOGS, logStreamNames=[stream])["events"],
    lambda seen: any("startup complete" in event["message"] for event in seen),
)
ec2.describe_security_group_rules(Filters=filters(group_id=group_id))
ec2.describe_network_interfaces(Filters=filters(group_id=group_id))
require(all(refusing), "an open port")
time.sleep(max(0.0, STEADY - (datetime.now(UTC) - task["startedAt"]).total_seconds()))
tasks = tasks_now("RUNNING") + tasks_now("STOPPED")
require([t["taskArn"] for t in tasks] == [task["taskArn"]], "not the same task")

# Step 6
arns = [t["taskArn"] for t in tasks]
ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=0)
ecs.delete_service(cluster=CLUSTER, service=SERVICE, force=True)
wait(lambda: logs.filter_log_events(logGroupName=LOGS, filterPattern=f'"probe={RUN}"')["events"], bool)
wait(lambda: service_now()["status"], lambda seen: seen == "INACTIVE")
wait(
    lambda: ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"],
    lambda seen: all(t["lastStatus"] == "STOPPED" for t in seen),
)
fuse = autoscaling.describe_scalable_targets(ResourceIds=[TARGET], **SCALING)["ScalableTargets"][0]  # whose is it?
autoscaling.list_tags_for_resource(ResourceARN=fuse["ScalableTargetARN"])
autoscaling.deregister_scalable_target(ResourceId=TARGET, **SCALING)
wait(lambda: ec2.describe_network_interfaces(Filters=filters(group_id=group_id))["NetworkInterfaces"], lambda e: not e)
ec2.describe_security_groups(Filters=filters(group_id=group_id))
ec2.delete_security_group(GroupId=group_id)
ecs.describe_clusters(clusters=[CLUSTER], include=["TAGS"])
ecs.delete_cluster(cluster=CLUSTER)
ecs.list_task_definitions(familyPrefix=FAMILY, status="ACTIVE")
ecs.describe_task_definition(taskDefinition=definition_arn, include=["TAGS"])
ecs.deregister_task_definition(taskDefinition=definition_arn)
group = logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"][0]
logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))
logs.filter_log_events(logGroupName=LOGS)
logs.delete_log_group(logGroupName=LOGS)

# Is it all gone?
for look in (service_now, lambda: tasks_now("RUNNING"), lambda: ecs.list_services(cluster=CLUSTER)):
    with suppress(ecs.exceptions.ClusterNotFoundException):
        look()
ecs.describe_task_definition(taskDefinition=definition_arn)
require(ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["status"] == "INACTIVE", "a cluster is left")
require(not ec2.describe_security_groups(Filters=filters(group_id=group_id))["SecurityGroups"], "a group is left")
require(not ec2.describe_network_interfaces(Filters=filters(group_id=group_id))["NetworkInterfaces"], "an ENI is left")
require(not logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"], "a log group is left")
tagged = [{"Name": "tag:run", "Values": [RUN]}]
require(not ec2.describe_security_groups(Filters=tagged)["SecurityGroups"], "a tagged group is left")
require(not ec2.describe_network_interfaces(Filters=tagged)["NetworkInterfaces"], "a tagged ENI is left")
autoscaling.describe_scalable_targets(ResourceIds=[TARGET], **SCALING)
ecs.list_task_definitions(familyPrefix=FAMILY, status="ACTIVE")
ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"], include=["TAGS"])

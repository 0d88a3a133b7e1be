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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import requests

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
CLUSTER, SERVICE, GROUP, LOGS = "satellite-cluster", "satellite-service", "satellite-api-sg", "/ecs/satellite-api"
ROLE, FAMILY, CONTAINER = "ecsTaskExecutionRole", "satellite-api-task", "satellite-api"

session: Any = boto3.Session(region_name="us-east-1")
ec2, ecs, iam, logs, sts = (session.client(name) for name in ("ec2", "ecs", "iam", "logs", "sts"))
http = requests.Session()
http.trust_env = False
account = sts.get_caller_identity()["Account"]


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


def refuses(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((public_ip, port)) != 0


# Step 1
vpc_id = ec2.describe_vpcs(Filters=filters(isDefault="true"))["Vpcs"][0]["VpcId"]
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
ecs.create_cluster(clusterName=CLUSTER, tags=[{"key": "run", "value": RUN}])
require(ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["status"] == "ACTIVE", "cluster not ACTIVE")
subnets = ec2.describe_subnets(Filters=filters(vpc_id=vpc_id, default_for_az="true"))["Subnets"]
subnet_id = subnets[0]["SubnetId"]
network = {"subnets": [subnet_id], "securityGroups": [group_id], "assignPublicIp": "ENABLED"}
ecs.create_service(
    cluster=CLUSTER,
    serviceName=SERVICE,
    taskDefinition=definition_arn,
    desiredCount=1,
    launchType="FARGATE",
    networkConfiguration={"awsvpcConfiguration": network},
    propagateTags="SERVICE",
    tags=[{"key": "run", "value": RUN}],
)


def launched() -> bool:
    service = service_now()
    steady = bool(service["runningCount"] == 1 and service["deployments"][0]["rolloutState"] == "COMPLETED")
    require(steady or not tasks_now("STOPPED"), "a task stopped")
    return steady


wait(launched, bool)
service_now()
task = tasks_now("RUNNING")[0]
wait(
    lambda: (tasks_now("RUNNING") + tasks_now("STOPPED"))[0],
    lambda seen: (datetime.now(UTC) - seen["startedAt"]).total_seconds() >= STEADY,
)
eni_id = next(d["value"] for d in task["attachments"][0]["details"] if d["name"] == "networkInterfaceId")
eni = ec2.describe_network_interfaces(NetworkInterfaceIds=[eni_id])["NetworkInterfaces"][0]
public_ip = eni["Association"]["PublicIp"]
ec2.describe_vpcs(Filters=filters(isDefault="true"))
ec2.describe_subnets(SubnetIds=[eni["SubnetId"]])
tables = ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [eni["SubnetId"]]}])["RouteTables"]
if not tables:
    main = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "association.main", "Values": ["true"]}]
    tables = ec2.describe_route_tables(Filters=main)["RouteTables"]
require(any(r.get("GatewayId", "").startswith("igw-") for t in tables for r in t["Routes"]), "no way to the internet")
ec2.describe_security_group_rules(Filters=filters(group_id=group_id))
with ThreadPoolExecutor(len(PROBED)) as pool:
    require(all(pool.map(refuses, PROBED)), "an open port")

# Step 4
bindings = task["containers"][0].get("networkBindings")
url = f"http://{public_ip}:{bindings[0]['hostPort'] if bindings else 80}"
require(http.get(url + "/").status_code == 200, "GET / is no 200")
require(http.get(url + "/docs").status_code == 200, "GET /docs is no 200")
jpeg = {"file": (IMAGE.name, IMAGE.read_bytes(), "image/jpeg")}
require(http.post(url + "/predict", params={"probe": RUN}, files=jpeg).json()["label"], "no label")
http.get(url + "/openapi.json").json()
text = {"file": ("not-an-image.txt", b"This is no image.", "text/plain")}
require(400 <= http.post(url + "/predict", files=text).status_code < 500, "not refused")
require(http.get(url + "/").status_code == 200, "GET / is no 200 any more")
tasks_now("RUNNING")
stream = f"ecs/{CONTAINER}/{task['taskArn'].split('/')[-1]}"
wait(
    lambda: logs.filter_log_events(logGroupName=LOGS, logStreamNames=[stream])["events"],
    lambda seen: any("startup complete" in event["message"] for event in seen),
)
wait(lambda: logs.filter_log_events(logGroupName=LOGS, filterPattern=f'"probe={RUN}"')["events"], bool)

# Step 6
service_now()
arns = [t["taskArn"] for t in tasks_now("RUNNING") + tasks_now("STOPPED")]
ecs.update_service(cluster=CLUSTER, service=SERVICE, desiredCount=0)
ecs.delete_service(cluster=CLUSTER, service=SERVICE, force=True)
wait(lambda: service_now()["status"], lambda seen: seen == "INACTIVE")
wait(
    lambda: ecs.describe_tasks(cluster=CLUSTER, tasks=arns)["tasks"],
    lambda seen: all(t["lastStatus"] == "STOPPED" for t in seen),
)
wait(lambda: ec2.describe_network_interfaces(Filters=filters(group_id=group_id))["NetworkInterfaces"], lambda e: not e)
ec2.delete_security_group(GroupId=group_id)
ecs.describe_clusters(clusters=[CLUSTER])
ecs.delete_cluster(cluster=CLUSTER)
ecs.deregister_task_definition(taskDefinition=definition_arn)
logs.filter_log_events(logGroupName=LOGS)
logs.delete_log_group(logGroupName=LOGS)

# Is it all gone?
for look in (service_now, lambda: tasks_now("RUNNING")):
    try:
        look()
    except ecs.exceptions.ClusterNotFoundException:
        continue
ecs.describe_task_definition(taskDefinition=definition_arn)
require(ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["status"] == "INACTIVE", "a cluster is left")
require(not ec2.describe_security_groups(Filters=filters(group_id=group_id))["SecurityGroups"], "a group is left")
require(not ec2.describe_network_interfaces(Filters=filters(group_id=group_id))["NetworkInterfaces"], "an ENI is left")
require(not logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"], "a log group is left")
tagged = [{"Name": "tag:run", "Values": [RUN]}]
require(not ec2.describe_security_groups(Filters=tagged)["SecurityGroups"], "a tagged group is left")
require(not ec2.describe_network_interfaces(Filters=tagged)["NetworkInterfaces"], "a tagged ENI is left")
ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"], include=["TAGS"])

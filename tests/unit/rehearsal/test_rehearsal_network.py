"""The rehearsal's network: interfaces, addresses on this machine, and security groups that hold; and the tasks' logs."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from fixtures.wire.offline import is_loopback
from tests.unit.rehearsal.rehearsal_support import (
    ANYONE,
    BRISK,
    EXECUTION_POLICY,
    HTTP_ONLY,
    World,
    detail,
    python,
    reach,
    server,
    wait,
)

REGIONS = ("us-east-1", "eu-west-1")
OPENING = {
    "port 80": HTTP_ONLY,
    "every protocol": {"IpProtocol": "-1", "IpRanges": ANYONE},
    "a range of ports around 80": HTTP_ONLY | {"FromPort": 1, "ToPort": 1000},
}
NOT_OPENING = {
    "nothing": None,
    "port 80 for IPv6": HTTP_ONLY | {"IpRanges": [], "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    "port 80 for a private network": HTTP_ONLY | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]},
    "port 80 for UDP": HTTP_ONLY | {"IpProtocol": "udp"},
    "another port": HTTP_ONLY | {"FromPort": 81, "ToPort": 81},
}

WRITES_AT_EACH_VISIT = """
import itertools, socket
server = socket.create_server(("0.0.0.0", 80))
for number in itertools.count():
    with server.accept()[0] as client:
        print("visit", number)
        client.sendall(b"hello")
"""


@pytest.fixture
def world() -> Iterator[World]:
    """AWS answers as fast as it can."""
    with World() as it:
        yield it


@pytest.fixture
def brisk() -> Iterator[World]:
    """AWS takes its time, a thirtieth of the real one."""
    with World(BRISK) as it:
        yield it


def set_rules(world: World, *rules: dict[str, Any] | None) -> None:
    """Let the group have these ingress rules and no others."""
    (group,) = world.ec2.describe_security_groups(GroupIds=[world.group_id])["SecurityGroups"]
    if group["IpPermissions"]:
        world.ec2.revoke_security_group_ingress(GroupId=world.group_id, IpPermissions=group["IpPermissions"])
    if any(rules):
        world.ec2.authorize_security_group_ingress(GroupId=world.group_id, IpPermissions=[rule for rule in rules if rule])


def test_each_task_has_an_interface_of_its_own(world: World) -> None:
    """It is in the subnet, with the service's groups and a public address that is on this machine."""
    task = world.launch()
    (interface,) = world.interfaces(task)
    assert interface["NetworkInterfaceId"] == detail(task, "networkInterfaceId")
    assert interface["SubnetId"] == detail(task, "subnetId") == world.subnet_id
    assert [group["GroupId"] for group in interface["Groups"]] == [world.group_id]
    assert (interface["Status"], interface["RequesterManaged"]) == ("in-use", True)
    assert re.fullmatch(r"arn:aws:ecs:us-east-1:\d{12}:attachment/[0-9a-f-]{36}", interface["Description"])  # as AWS says it
    assert is_loopback(interface["Association"]["PublicIp"])
    assert task["attachments"][0]["status"] == "ATTACHED"
    assert task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] == interface["PrivateIpAddress"]


def test_the_interface_is_gone_with_its_task(world: World) -> None:
    """A task that has STOPPED has no interface, and nobody answers at its address."""
    task = world.launch()
    address = world.address(task)
    world.update(desiredCount=0)
    assert world.interfaces(world.stopped()) == []
    assert reach(address) == "refused"


def test_a_task_without_a_public_ip_cannot_start(brisk: World) -> None:
    """assignPublicIp is DISABLED unless it is asked for; the task then waits in vain for ECR."""
    network = {"subnets": [brisk.subnet_id], "securityGroups": [brisk.group_id]}
    brisk.create_service(networkConfiguration={"awsvpcConfiguration": network})
    (task,) = wait("a PENDING task", brisk.tasks, lambda seen: [t["lastStatus"] for t in seen] == ["PENDING"])
    (interface,) = brisk.interfaces(task)
    assert "Association" not in interface


@pytest.mark.parametrize("rule", OPENING.values(), ids=OPENING.keys())
def test_what_the_group_lets_in_reaches_the_task(world: World, rule: dict[str, Any]) -> None:
    """Its container answers on the public address."""
    set_rules(world, rule)
    address = world.address(world.launch())
    assert wait("the task's answer", lambda: reach(address), lambda got: got not in ("refused", "reset")) == "hello"


@pytest.mark.parametrize("rule", NOT_OPENING.values(), ids=NOT_OPENING.keys())
def test_what_the_group_does_not_let_in_times_out(world: World, rule: dict[str, Any] | None) -> None:
    """A client hears nothing at all: it is not refused."""
    set_rules(world, rule)
    address = world.address(world.launch())
    assert reach(address) == "silence"


def test_a_rule_for_another_group_lets_nobody_in(world: World) -> None:
    """An internet client is in no security group."""
    set_rules(world, {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": world.new_group(name=f"{world.name}-other")}]})
    address = world.address(world.launch())
    assert reach(address) == "silence"


def test_changed_rules_take_effect_on_a_running_task(world: World) -> None:
    """Revoked, the port falls silent; authorized again, it answers."""
    address = world.address(world.launch())
    assert reach(address) == "hello"
    for rules, answer in (((), "silence"), ((HTTP_ONLY,), "hello")):
        set_rules(world, *rules)
        assert wait(answer, lambda: reach(address), lambda got, expected=answer: got == expected) == answer


def test_an_allowed_port_where_nobody_listens_is_refused(world: World) -> None:
    """An API on port 8000 is not on port 80, where the group lets clients in; on 8000 it does not."""
    world.create_service(taskDefinition=world.register(world.container(command=server(port=8000))))
    task = wait("a running task", world.running)[0]
    assert world.lines(task) == ["listening"]
    address = world.address(task)
    assert (reach(address), reach(address, 8000)) == ("refused", "silence")
    set_rules(world, HTTP_ONLY | {"FromPort": 8000, "ToPort": 8000})
    wait("port 8000", lambda: (reach(address), reach(address, 8000)), lambda got: got == ("silence", "hello"))


def test_a_server_on_localhost_is_refused(world: World) -> None:
    """--host 127.0.0.1 is the container's own loopback, where no client comes."""
    world.create_service(taskDefinition=world.register(world.container(command=server(host="127.0.0.1"))))
    task = wait("a running task", world.running)[0]
    assert world.lines(task) == ["listening"]
    assert reach(world.address(task)) == "refused"


def test_a_subnet_without_a_gateway_reaches_nothing(world: World) -> None:
    """A public IP alone is not enough: the subnet's route table has to lead to the internet."""
    subnet = world.ec2.create_subnet(VpcId=world.vpc_id, CidrBlock="172.31.200.0/24")["Subnet"]["SubnetId"]
    table = world.ec2.create_route_table(VpcId=world.vpc_id)["RouteTable"]["RouteTableId"]
    world.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    world.create_service(networkConfiguration=world.network(subnets=[subnet]))
    task = world.stopped()
    assert task["stopCode"] == "TaskFailedToStart"
    assert "There is a connection issue between the task and Amazon ECR" in task["stoppedReason"]
    world.delete()
    world.ec2.delete_subnet(SubnetId=subnet)


def test_a_task_behind_a_nat_gateway_starts_and_is_reached_by_nobody(world: World) -> None:
    """It calls the internet, which pulls its image; the internet cannot call it, whatever address it has."""
    subnet = world.ec2.create_subnet(VpcId=world.vpc_id, CidrBlock="172.31.201.0/24")["Subnet"]["SubnetId"]
    table = world.ec2.create_route_table(VpcId=world.vpc_id)["RouteTable"]["RouteTableId"]
    world.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    address = world.ec2.allocate_address(Domain="vpc")["AllocationId"]
    public = world.network()["awsvpcConfiguration"]["subnets"][0]
    gateway = world.ec2.create_nat_gateway(SubnetId=public, AllocationId=address)["NatGateway"]["NatGatewayId"]
    world.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=gateway)
    world.create_service(networkConfiguration=world.network(subnets=[subnet]))
    task = wait("a running task", world.running)[0]
    wait("silence", lambda: reach(world.address(task)), lambda got: got == "silence")
    world.delete()
    world.ec2.delete_subnet(SubnetId=subnet)


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_a_default_vpc_that_reaches_the_internet(region: str) -> None:
    """Its public subnets are routed to an internet gateway that is attached to it."""
    with World(region=region) as world:
        attached = [{"Name": "attachment.vpc-id", "Values": [world.vpc_id]}]
        (gateway,) = world.ec2.describe_internet_gateways(Filters=attached)["InternetGateways"]
        in_vpc = [{"Name": "vpc-id", "Values": [world.vpc_id]}]
        main = [{"Name": "association.main", "Values": ["true"]}]
        (table,) = world.ec2.describe_route_tables(Filters=in_vpc + main)["RouteTables"]
        routes = {route["DestinationCidrBlock"]: route["GatewayId"] for route in table["Routes"]}
        assert routes["0.0.0.0/0"] == gateway["InternetGatewayId"]
        assert all(subnet["MapPublicIpOnLaunch"] for subnet in world.ec2.describe_subnets(Filters=in_vpc)["Subnets"])


def test_a_gateway_stays_while_addresses_need_it_and_its_route_leads_nowhere_when_it_is_gone() -> None:
    """AWS refuses to detach it from a VPC with public addresses; afterwards the route to it is a black hole."""
    with World(region="ap-south-1") as world:  # where no other test has left an address
        in_vpc = [{"Name": "attachment.vpc-id", "Values": [world.vpc_id]}]
        gateway = world.ec2.describe_internet_gateways(Filters=in_vpc)["InternetGateways"][0]["InternetGatewayId"]
        both = {"InternetGatewayId": gateway, "VpcId": world.vpc_id}
        world.launch()
        with pytest.raises(ClientError, match=r"DependencyViolation.*mapped public address"):
            world.ec2.detach_internet_gateway(**both)
        world.delete()
        wait("no interface", lambda: world.ec2.describe_network_interfaces()["NetworkInterfaces"], lambda left: left == [])
        world.ec2.detach_internet_gateway(**both)
        tables = world.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [world.vpc_id]}])["RouteTables"]
        states = {(route.get("GatewayId") == gateway, route["State"]) for table in tables for route in table["Routes"]}
        assert states == {(True, "blackhole"), (False, "active")}


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_the_image(region: str) -> None:
    """The registry holds what Project 3 pushed, and a task of that region runs it, also by the registry's other name."""
    with World(region=region) as world:
        assert world.ecr.describe_images(repositoryName="satellite-api")["imageDetails"][0]["imageTags"] == ["v1"]
        other = world.image.replace(".dkr.ecr.", ".dkr-ecr.").replace("amazonaws.com", "on.aws")
        world.launch(world.container(image=other))


def test_the_managed_execution_policy_exists(world: World) -> None:
    """The one that the course attaches to the execution role."""
    assert world.iam.get_policy(PolicyArn=EXECUTION_POLICY)["Policy"]["IsAttachable"]


def test_output_arrives_line_by_line_in_the_tasks_stream(world: World) -> None:
    """Standard output and standard error both, in the order of writing, each container in a stream of its own."""
    program = python("import os; os.write(1, b'one\\n\\ntwo\\n'); os.write(2, 'drü\\n'.encode()); os.write(1, b'rest')")
    other = world.container(name="other", command=program, essential=False, portMappings=[])
    task = world.launch(world.container(), other)
    assert world.lines(task, 4, "other") == ["one", "two", "drü", "rest"]
    assert world.lines(task) == ["listening"]


def test_a_line_bears_the_time_of_its_writing(brisk: World) -> None:
    """It is readable only after CloudWatch's lag, but it tells when it was written."""
    program = "import time; print(int(time.time() * 1000)); print(int(time.time() * 1000)); time.sleep(1000)"
    brisk.create_service(taskDefinition=brisk.register(brisk.container(command=python(program))))
    task = wait("a running task", brisk.running)[0]
    brisk.lines(task, 2)
    now = time.time() * 1000
    for event in brisk.log(task):
        assert int(event["message"]) <= event["timestamp"] <= event["ingestionTime"] - 4300 / 30 <= now


def test_a_deleted_log_group_loses_lines_without_harm(world: World) -> None:
    """The task runs on, and what it writes later arrives in a new group of that name."""
    task = world.launch(world.container(command=python(WRITES_AT_EACH_VISIT)))
    address, before = world.address(task), world.lines(task)
    world.logs.delete_log_group(logGroupName=world.log_group)
    assert reach(address) == "hello"
    world.logs.create_log_group(logGroupName=world.log_group)
    assert reach(address) == "hello"
    assert not set(before) & set(world.lines(task))
    assert world.task(task["taskArn"])["lastStatus"] == "RUNNING"

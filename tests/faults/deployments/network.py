"""Step 1: what goes wrong with the security group."""

from typing import Any

from tests.faults.deployments.case import HTTP, Fault
from tests.faults.deployments.stack import Stack

ANYONE = [{"CidrIp": "0.0.0.0/0"}]


def rule(port: int, to: int | None = None, protocol: str = "tcp", **source: Any) -> dict[str, Any]:
    """An ingress rule, from everybody where no source is given."""
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": to or port} | (source or {"IpRanges": ANYONE})


def cidrs(*blocks: str) -> list[dict[str, str]]:
    """Sources of a rule."""
    return [{"CidrIp": block} for block in blocks]


def in_another_vpc(stack: Stack) -> None:
    """The course's group, in a VPC that is not the default one."""
    vpc_id, _ = stack.new_network()
    stack.new_group(stack.group_name, HTTP, vpc_id=vpc_id)


def all_in_another_vpc(stack: Stack) -> None:
    """The course's group, and the subnet for the service, in a VPC that is not the default one."""
    vpc_id, subnet = stack.new_network()
    stack.group_id, stack.subnet_ids = stack.new_group(stack.group_name, HTTP, vpc_id=vpc_id), [subnet]


def in_another_region(stack: Stack) -> None:
    """The course's group, where the console stood."""
    ec2 = stack.client_in("eu-west-1", "ec2")
    ec2.create_security_group(GroupName=stack.group_name, Description="for the API")


def use_default_group(stack: Stack) -> None:
    """The service gets the group that every VPC has."""
    stack.group_id = stack.default_group()


def more(*rules: dict[str, Any]) -> Any:
    """The service gets a second group of its own with these rules."""
    return lambda s: s.more_groups.append(s.new_group("more", *rules))


def another_service(stack: Stack) -> None:
    """A second service shares the group."""
    stack.launch(serviceName="admin-service")
    stack.wait("its task", lambda: len(stack.interfaces()) == 2)


def prefix_list(stack: Stack) -> None:
    """A list of addresses may come in too."""
    entries = [{"Cidr": "203.0.113.0/24", "Description": "the office"}]
    made = stack.ec2.create_managed_prefix_list(PrefixListName="office", MaxEntries=5, AddressFamily="IPv4", Entries=entries)
    stack.allow(FromPort=22, ToPort=22, PrefixListIds=[{"PrefixListId": made["PrefixList"]["PrefixListId"]}])


def sidecar(port: int) -> dict[str, Any]:
    """A second container that listens there, beside the course's."""
    program = f"import http.server as h; h.HTTPServer(('0.0.0.0', {port}), h.SimpleHTTPRequestHandler).serve_forever()"
    return {"name": "admin", "essential": False, "command": ["python", "-c", program]}


def with_sidecar(stack: Stack) -> None:
    """A new revision with a debugging server on port 8080, and a group that opens it."""
    container = stack.container()
    stack.register(containerDefinitions=[container, sidecar(8080) | {"image": container["image"]}])
    more(rule(8080))(stack)


def exchanged(stack: Stack) -> None:
    """The service is deployed again with a second group."""
    groups = [stack.group_id, stack.new_group("office", rule(3389, IpRanges=cidrs("203.0.113.0/24")))]
    network = {"subnets": stack.subnet_ids[:1], "securityGroups": groups, "assignPublicIp": "ENABLED"}
    stack.ecs.update_service(
        cluster=stack.cluster, service=stack.service, networkConfiguration={"awsvpcConfiguration": network}
    )
    stack.steady()


FAULTS = (
    Fault(
        id="group-never-made",
        sentence="The security group was never made: the service has the VPC's default one.",
        criterion="NET-1",
        help="aws ec2 create-security-group --group-name satellite-api-sg",
        without=("group",),
    ),
    Fault(
        id="group-misspelt",
        sentence="The security group was made with a letter missing.",
        criterion="NET-1",
        help="satelite-api-sg",
        names={"group": "satelite-api-sg"},
    ),
    Fault(
        id="group-in-another-vpc",
        sentence="The security group was made in a VPC that is not the default one.",
        criterion="NET-1",
        help="which is not the default VPC",
        without=("group",),
        before=in_another_vpc,
    ),
    Fault(
        id="all-in-another-vpc",
        sentence="Security group and service are in a VPC that is not the default one.",
        criterion="NET-1",
        help="which is not the default VPC",
        without=("group",),
        before=all_in_another_vpc,
    ),
    Fault(
        id="group-in-another-region",
        sentence="The security group was made in the region where the console stood.",
        criterion="NET-1",
        help="the default VPC of us-east-1",
        without=("group",),
        before=in_another_region,
    ),
    Fault(
        id="default-group-used",
        sentence="The security group was made, but the service has the VPC's default one.",
        criterion="NET-1",
        help="subnets=[subnet-",
        before=use_default_group,
    ),
    Fault(
        id="default-group-chosen",
        sentence="The VPC's default group was opened and taken for the service.",
        criterion="NET-1",
        help="the VPC's default group",
        without=("group",),
        before=lambda s: s.allow(IpRanges=ANYONE),
        options=("--security-group=default",),
    ),
    Fault(
        id="group-on-another-interface",
        sentence="The security group is also on the network interface of some other machine.",
        criterion="NET-1",
        help="somebody else's interfaces",
        after=lambda s: s.ec2.create_network_interface(SubnetId=s.subnet_ids[1], Groups=[s.group_id]),
    ),
    Fault(
        id="group-of-two-services",
        sentence="A second service was launched with the same security group.",
        criterion="NET-1",
        help="somebody else's interfaces",
        after=another_service,
    ),
    Fault(
        id="no-rule",
        sentence="The group was made, and nothing was let in.",
        criterion="NET-2",
        help="authorize-security-group-ingress",
        rules=(),
    ),
    Fault(
        id="second-port",
        sentence="Port 443 was opened too, for later.",
        criterion="NET-2",
        help="revoke-security-group-ingress",
        after=lambda s: s.allow(FromPort=443, ToPort=443, IpRanges=ANYONE),
    ),
    Fault(
        id="ssh-from-one-address",
        sentence="Port 22 is open to the learner's own address.",
        criterion="NET-2",
        help="tcp 22 from 198.51.100.7/32",
        rules=(HTTP, rule(22, IpRanges=cidrs("198.51.100.7/32"))),
    ),
    Fault(
        id="ipv6-too",
        sentence="Port 80 is open to all of IPv6 too.",
        criterion="NET-2",
        help="tcp 80 from ::/0",
        rules=(HTTP | {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]},),
    ),
    Fault(
        id="ipv6-only",
        sentence="Port 80 is open to IPv6 alone.",
        criterion="NET-2",
        help="authorize-security-group-ingress",
        rules=(rule(80, Ipv6Ranges=[{"CidrIpv6": "::/0"}]),),
    ),
    Fault(
        id="prefix-list",
        sentence="A prefix list of office addresses may come in by ssh.",
        criterion="NET-2",
        help="tcp 22 from pl-",
        after=prefix_list,
    ),
    Fault(
        id="second-cidr",
        sentence="A second source on port 80, which AWS shows within one permission.",
        criterion="NET-2",
        help="tcp 80 from 10.0.0.0/8",
        rules=(rule(80, IpRanges=cidrs("0.0.0.0/0", "10.0.0.0/8")),),
    ),
    Fault(
        id="all-protocols",
        sentence="All traffic was allowed.",
        criterion="NET-2",
        help="all protocols from 0.0.0.0/0",
        rules=({"IpProtocol": "-1", "IpRanges": ANYONE},),
    ),
    Fault(
        id="all-protocols-too",
        sentence="All traffic was allowed within the VPC, beside the course's rule.",
        criterion="NET-2",
        help="all protocols from 172.31.0.0/16",
        rules=(HTTP, {"IpProtocol": "-1", "IpRanges": cidrs("172.31.0.0/16")}),
    ),
    Fault(
        id="port-range",
        sentence="The rule's range of ports begins with 80 and ends with 443.",
        criterion="NET-2",
        help="tcp 80-443 from 0.0.0.0/0",
        rules=(rule(80, 443),),
    ),
    Fault(
        id="all-ports",
        sentence="Every tcp port was opened.",
        criterion="NET-2",
        help="tcp 0-65535 from 0.0.0.0/0",
        rules=(rule(0, 65535),),
    ),
    Fault(
        id="group-reference",
        sentence="Members of another group may come in on port 80 too.",
        criterion="NET-2",
        help="from group sg-",
        after=lambda s: s.allow(UserIdGroupPairs=[{"GroupId": s.default_group()}]),
    ),
    Fault(
        id="udp",
        sentence="Port 80 was opened for udp.",
        criterion="NET-2",
        help="udp 80 from 0.0.0.0/0",
        rules=(rule(80, protocol="udp"),),
    ),
    Fault(
        id="own-address-only",
        sentence="Port 80 is open to the learner's own address alone.",
        criterion="NET-2",
        help="tcp 80 from 198.51.100.7/32",
        rules=(rule(80, IpRanges=cidrs("198.51.100.7/32")),),
    ),
    Fault(
        id="vpc-only",
        sentence="Port 80 is open to the VPC alone.",
        criterion="NET-2",
        help="tcp 80 from 172.31.0.0/16",
        rules=(rule(80, IpRanges=cidrs("172.31.0.0/16")),),
    ),
    Fault(
        id="port-8080-opened",
        sentence="Port 8080 was opened instead of 80.",
        criterion="NET-2",
        help="tcp 8080 from 0.0.0.0/0",
        rules=(rule(8080),),
    ),
    Fault(
        id="port-8000-opened",
        sentence="Uvicorn's port 8000 was opened instead of 80.",
        criterion="NET-2",
        help="tcp 8000 from 0.0.0.0/0",
        rules=(rule(8000),),
    ),
    Fault(
        id="ping",
        sentence="Ping was allowed too.",
        criterion="NET-2",
        help="icmp from 0.0.0.0/0",
        rules=(HTTP, rule(-1, protocol="icmp")),
    ),
    Fault(
        id="halves",
        sentence="Port 80 is open to both halves of the internet, in two rules.",
        criterion="NET-2",
        help="tcp 80 from 128.0.0.0/1",
        rules=(rule(80, IpRanges=cidrs("0.0.0.0/1", "128.0.0.0/1")),),
    ),
    Fault(
        id="rule-revoked",
        sentence="The rule was revoked after the launch.",
        criterion="NET-2",
        help="authorize-security-group-ingress",
        after=lambda s: s.ec2.revoke_security_group_ingress(GroupId=s.group_id, IpPermissions=[HTTP]),
    ),
    Fault(
        id="second-group-ssh",
        sentence="A second group on the task lets everybody in by ssh.",
        criterion="NET-3",
        help="tcp 22 from 0.0.0.0/0",
        before=more(rule(22)),
    ),
    Fault(
        id="second-group-sidecar",
        sentence="A second group opens port 8080, where a debugging server listens.",
        criterion="NET-3",
        help="8080",
        before=with_sidecar,
    ),
    Fault(
        id="default-group-beside",
        sentence="The VPC's default group is on the task too.",
        criterion="NET-3",
        help="aws ecs update-service",
        before=lambda s: s.more_groups.append(s.default_group()),
    ),
    Fault(
        id="second-group-same-rule",
        sentence="A second group on the task has the same rule again.",
        criterion="NET-3",
        help="tcp 80 from 0.0.0.0/0; tcp 80 from 0.0.0.0/0",
        before=more(HTTP),
    ),
    Fault(
        id="second-group-empty",
        sentence="A second group on the task lets nobody in yet.",
        criterion="NET-3",
        help="--network-configuration",
        before=more(),
    ),
    Fault(
        id="second-group-later",
        sentence="The service was deployed again with a second group, for remote desktops.",
        criterion="NET-3",
        help="tcp 3389 from 203.0.113.0/24",
        after=exchanged,
    ),
)

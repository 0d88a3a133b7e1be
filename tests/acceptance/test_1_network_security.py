"""Step 1: a security group of its own, and nothing open but port 80."""

import pytest

from fixtures.address import PROBED_PORTS
from fixtures.network import (
    HTTP_FROM_ANYWHERE,
    default_vpc_id,
    describe_group,
    how_to_mend,
    ingress_rules,
    interfaces_of,
)
from fixtures.service import describe_service, tasks_in


@pytest.mark.criterion("NET-1")
def test_the_security_group_serves_this_service_alone(aws, settings, security_group, claim):
    """The service has a security group of its own in the default VPC, used by nothing else.

    A group that others share opens to the internet whatever they need open.
    """
    vpc_id, group = default_vpc_id(aws), describe_group(aws, security_group.id)
    names = settings.names
    used = describe_service(aws, names.cluster, names.service).group_ids
    own = {task.interface_id for task in tasks_in(aws, names.cluster, names.service)}
    others = [interface for interface in interfaces_of(aws, security_group.id) if interface not in own]
    claim(
        expected=f"a group of its own in the default VPC {vpc_id}, on no interface but the service's",
        observed=f"{group.name} ({group.id}) in {group.vpc_id}; the service's groups: {', '.join(used) or 'none yet'}; "
        f"other interfaces: {', '.join(others) or 'none'}",
        advice=f"make one: `aws ec2 create-security-group --group-name {settings.names.security_group} --vpc-id {vpc_id} "
        "--description 'Security group for Satellite API (HTTP only)'`, and give it to the service alone",
    )
    assert group.vpc_id == vpc_id
    assert group.name != "default"
    assert not used or group.id in used
    assert others == []


@pytest.mark.criterion("NET-2")
def test_the_group_has_exactly_one_ingress_rule(aws, security_group, claim):
    """The group has exactly one ingress rule: tcp 80 from 0.0.0.0/0.

    Least privilege (FW-16): every further rule is a way in that nobody asked for. Rules are counted one by one, each
    source for itself, IPv6, prefix lists and other groups included.
    """
    rules = ingress_rules(aws, security_group.id)
    claim(
        expected=f"1 ingress rule on {security_group.id}: {HTTP_FROM_ANYWHERE}",
        observed=f"{len(rules)}: {'; '.join(map(str, rules)) or 'none'}",
        advice=how_to_mend(security_group.id, rules),
    )
    assert rules == [HTTP_FROM_ANYWHERE]


@pytest.mark.criterion("NET-3")
def test_nothing_but_the_service_port_is_reachable(aws, security_group, address, claim):
    """Nothing but port 80 of the task can be reached.

    What counts is the union of all groups on the task's network interface, so they are all read, and then tried.
    """
    rules, users = ingress_rules(aws, *address.group_ids), interfaces_of(aws, security_group.id)
    answering = address.open_ports.result()
    claim(
        expected=f"{HTTP_FROM_ANYWHERE} of {security_group.id} alone on {address.interface_id}, "
        "the group on no other interface, and no other port takes a connection",
        observed=f"{'; '.join(map(str, rules))} of {', '.join(address.group_ids)}, on {', '.join(users)}; "
        f"of ports {', '.join(map(str, PROBED_PORTS))} these took one: {', '.join(map(str, answering)) or 'none'}",
        advice=f"leave the service's own group alone on it: `aws ec2 modify-network-interface-attribute "
        f"--network-interface-id {address.interface_id} --groups <the service's group>`, and mend the service's "
        "network configuration",
    )
    assert rules == [HTTP_FROM_ANYWHERE]
    assert address.group_ids == (security_group.id,)
    assert users == [address.interface_id]
    assert answering == []

"""Step 1: a security group of its own, and nothing open but port 80."""

import pytest

from fixtures.resources.isolation import flaws_of, how_to_connect
from fixtures.resources.network import (
    HTTP_FROM_ANYWHERE,
    default_subnet_id,
    default_vpc_id,
    describe_group,
    how_to_mend,
    ingress_rules,
    interfaces_of,
)
from fixtures.resources.service import describe_service
from fixtures.resources.task import tasks_in


@pytest.mark.criterion("NET-1")
def test_the_security_group_serves_this_service_alone(aws, settings, security_group, claim):
    """The service has a security group of its own in the default VPC, used by nothing else.

    A group that others share opens to the internet whatever they need open.
    """
    vpc_id, group = default_vpc_id(aws), describe_group(aws, security_group.id)
    service = describe_service(aws, settings.names.cluster, settings.names.service)
    users = interfaces_of(aws, security_group.id)  # before the tasks: one that starts meanwhile is no stranger
    own = {task.interface_id for task in tasks_in(aws, service.cluster, service.name)}
    others = [interface for interface in users if interface not in own]
    flaws = list(flaws_of(group, vpc_id, service, others, lambda: default_subnet_id(aws, vpc_id)))
    claim(
        expected=f"a group of its own in the default VPC {vpc_id}, on no interface but the service's",
        observed="; ".join(flaw.said for flaw in flaws)
        or f"{group.name} ({group.id}) in {group.vpc_id}, on {', '.join(users) or 'no interface yet'}",
        advice="; ".join(flaw.remedy for flaw in flaws),
    )
    assert flaws == []


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
def test_nothing_but_the_service_port_is_reachable(aws, security_group, launch, address, claim):
    """Nothing but port 80 of the task can be reached.

    What counts is the union of all groups on the task's network interface, so they are all read, and then tried.
    """
    rules, users = ingress_rules(aws, *address.group_ids), interfaces_of(aws, security_group.id)
    probed = address.probe.result()
    claim(
        expected=f"{HTTP_FROM_ANYWHERE} of {security_group.id} alone on {address.interface_id}, "
        "the group on no other interface, and no other port takes a connection",
        observed=f"{'; '.join(map(str, rules))} of {', '.join(address.group_ids)}, on {', '.join(users)}; {probed}",
        advice="leave the service's own group alone on its tasks; the new task gets it, AWS lets nobody change a running "
        f"one's: {how_to_connect(launch.service, security_group.id)}",
    )
    assert rules == [HTTP_FROM_ANYWHERE]
    assert address.group_ids == (security_group.id,)
    assert users == [address.interface_id]
    assert probed.open == []

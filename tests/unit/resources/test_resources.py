"""Each resource module against moto, in this process: what it makes, what it sees, and that it undoes its own alone."""

import json
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from fixtures.cleanup import cleanup
from fixtures.ledger.ledger import NameTaken
from fixtures.resources import cluster, iam, logs, network, service, task_definition
from fixtures.resources.network import HTTP_FROM_ANYWHERE, Rule

EVERYWHERE = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80}


def test_the_security_group_is_made_with_one_rule_and_deleted_again(run):
    """What the course's commands make, and nothing of it afterwards."""
    with network.provision_security_group(run) as group:
        assert network.describe_group(run.aws, group.id) == group
        assert group.vpc_id == network.default_vpc_id(run.aws)
        assert network.ingress_rules(run.aws, group.id) == [HTTP_FROM_ANYWHERE]
    assert network.describe_group(run.aws, group.id) is None


@pytest.mark.parametrize(
    ("permission", "rule"),
    [
        (EVERYWHERE | {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}, Rule("tcp", 80, 80, "10.0.0.0/8")),
        (EVERYWHERE | {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}, Rule("tcp", 80, 80, "::/0")),
        (EVERYWHERE | {"PrefixListIds": [{"PrefixListId": "pl-1"}]}, Rule("tcp", 80, 80, "pl-1")),
        ({"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, Rule("-1", -1, -1, "0.0.0.0/0")),
        ({"IpProtocol": "tcp", "FromPort": 0, "ToPort": 99, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}, None),
    ],
    ids=["second CIDR", "IPv6", "prefix list", "all protocols", "port range"],
)
def test_a_further_rule_is_counted(run, permission, rule):
    """AWS shows the sources of one port as one permission; each is a rule of its own."""
    with network.provision_security_group(run) as group:
        run.aws.ec2.authorize_security_group_ingress(GroupId=group.id, IpPermissions=[permission])
        rules = network.ingress_rules(run.aws, group.id)
        run.aws.ec2.revoke_security_group_ingress(GroupId=group.id, IpPermissions=[permission])
    assert len(rules) == 2
    assert HTTP_FROM_ANYWHERE in rules
    extra = next(found for found in rules if found != HTTP_FROM_ANYWHERE)
    assert f"--group-id {group.id} --security-group-rule-ids {extra.id}`" in network.how_to_mend(group.id, rules)
    assert rule is None or rule in rules


def test_what_keeps_a_group_is_removed_before_it(run):
    """AWS deletes no group that an interface carries, or that another group's rule names, for the way in or out."""
    with network.provision_security_group(run) as group:
        made = run.aws.ec2.create_security_group(GroupName="db", Description="db", VpcId=group.vpc_id)["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": group.id}]}
        run.aws.ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[rule])
        inwards = network.rules_that_name(run.aws, group.id)
        run.aws.ec2.revoke_security_group_ingress(GroupId=made, IpPermissions=[rule])
        run.aws.ec2.authorize_security_group_egress(GroupId=made, IpPermissions=[rule])
        outwards = network.rules_that_name(run.aws, group.id)
        run.aws.ec2.delete_security_group(GroupId=made)
    ((name, revoke),) = inwards.items()
    assert name == f"db ({made})"
    assert f"revoke-security-group-ingress --group-id {made} --security-group-rule-ids sgr-" in revoke
    assert f"revoke-security-group-egress --group-id {made} --security-group-rule-ids sgr-" in outwards[name]
    steps = network.how_to_delete([group.id], {"eni-1": "free eni-1"}, inwards).split("; ")
    assert [made in steps[0], "eni-1" in steps[1], group.id in steps[2]] == [True, True, True]
    assert network.how_to_delete([], {}, {}) == ""


@pytest.mark.parametrize(
    ("has", "how"),
    [
        ({}, "delete-network-interface --network-interface-id eni-1"),
        ({"Attachment": {"InstanceId": "i-7"}}, "modify-network-interface-attribute --network-interface-id eni-1 --groups"),
        ({"Attachment": {"InstanceOwnerId": "amazon-elb"}, "Description": "ELB app/api"}, "ended first: ELB app/api"),
        ({"RequesterManaged": True}, "ended first: unknown"),
    ],
)
def test_an_interface_is_let_go_by_whose_it_is(has, how):
    """AWS refuses to delete one that something has."""
    found = {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1", **has}]}
    ec2 = SimpleNamespace(describe_network_interfaces=lambda **_: found)
    told = network.holders_of(SimpleNamespace(ec2=ec2), "sg-1")["eni-1"]
    assert how in told
    assert ("delete-network-interface" in told) == (not has)


def test_a_region_without_a_default_vpc_is_explained(run):
    """The error names the command that makes one."""
    for vpc in run.aws.ec2.describe_vpcs()["Vpcs"]:
        for subnet in run.aws.ec2.describe_subnets()["Subnets"]:
            run.aws.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
        run.aws.ec2.delete_vpc(VpcId=vpc["VpcId"])
    with pytest.raises(network.NoDefaultVpc, match="aws ec2 create-default-vpc"):
        network.default_vpc_id(run.aws)


def test_a_subnet_is_public_only_with_a_route_to_an_internet_gateway(run):
    """moto's default VPC has none; AWS's has."""
    vpc_id = network.default_vpc_id(run.aws)
    subnet_id = network.default_subnet_id(run.aws, vpc_id)
    assert not network.is_public(run.aws, subnet_id)
    gateway_id = run.aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    run.aws.ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc_id)
    table = run.aws.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"][0]
    run.aws.ec2.create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway_id)
    assert network.is_public(run.aws, subnet_id)


def test_an_undo_after_a_crash_finds_its_own_group_and_no_other(run):
    """The intent was written, the ID was not: the tag tells whose it is."""
    vpc_id = network.default_vpc_id(run.aws)
    tags = [{"ResourceType": "security-group", "Tags": run.tag_list("Key", "Value")}]
    name = run.settings.names.security_group
    foreign = run.aws.ec2.create_security_group(GroupName="other", Description="d", VpcId=vpc_id)["GroupId"]
    with pytest.raises(KeyboardInterrupt), run.ledger.creating(network.KIND, name, vpc_id=vpc_id):
        own = run.aws.ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc_id, TagSpecifications=tags)[
            "GroupId"
        ]
        raise KeyboardInterrupt
    network.undo(run)
    assert network.describe_group(run.aws, own) is None
    assert network.describe_group(run.aws, foreign)


def test_an_undo_after_a_crash_spares_a_namesake(run):
    """A group of our name without our tag is somebody else's."""
    vpc_id, name = network.default_vpc_id(run.aws), run.settings.names.security_group
    foreign = run.aws.ec2.create_security_group(GroupName=name, Description="d", VpcId=vpc_id)["GroupId"]
    with pytest.raises(KeyboardInterrupt), run.ledger.creating(network.KIND, name, vpc_id=vpc_id):
        raise KeyboardInterrupt
    network.undo(run)
    assert network.describe_group(run.aws, foreign)


def test_the_execution_role_is_made_when_missing_and_kept(run):
    """The course makes it if it is not there, and leaves it: other work of the account may use it."""
    arn = iam.provision_execution_role(run)
    assert iam.provision_execution_role(run) == arn
    role = iam.describe_role(run.aws, arn)
    assert role.trusts == (iam.PRINCIPAL,)
    assert role.policies == (iam.MANAGED_POLICY,)
    assert role.grants_everything == ()


def test_a_role_that_is_too_generous_is_seen(run):
    """Another principal, and a policy that allows everything."""
    trust = {"Statement": [{"Effect": "Allow", "Principal": {"Service": ["ec2.amazonaws.com", iam.PRINCIPAL]}}]}
    trust["Statement"][0]["Action"] = "sts:AssumeRole"
    everything = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}
    arn = run.aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    run.aws.iam.put_role_policy(RoleName="r", PolicyName="all", PolicyDocument=json.dumps(everything))
    role = iam.describe_role(run.aws, arn)
    assert role.trusts == ("ec2.amazonaws.com", iam.PRINCIPAL)
    assert role.grants_everything == ("all",)


def test_the_log_group_is_deleted_and_its_tail_is_kept(run):
    """The last lines are in the bundle before CloudWatch forgets them."""
    with logs.provision_log_group(run) as group:
        run.aws.logs.create_log_stream(logGroupName=group, logStreamName="ecs/c/1")
        now = run.aws.logs.describe_log_groups()["logGroups"][0]["creationTime"]
        events = [{"timestamp": now, "message": "hello"}, {"timestamp": now, "message": "probe=7 done"}]
        run.aws.logs.put_log_events(logGroupName=group, logStreamName="ecs/c/1", logEvents=events)
        assert [line.text for line in logs.read_lines(run.aws, group, "probe=7")] == ["probe=7 done"]
        assert [line.stream for line in logs.read_lines(run.aws, group, stream="ecs/c/1")] == ["ecs/c/1"] * 2
    assert logs.find_group(run.aws, group) is None
    assert "hello" in (run.bundle / "logs" / "service.log").read_text()


def test_a_missing_log_group_has_no_lines(run):
    """Judging what is not there is no error of the suite."""
    assert logs.read_lines(run.aws, "/ecs/nobody") == []


def test_a_log_group_is_found_by_its_whole_name(run):
    """CloudWatch looks by prefix; a longer name is another group."""
    run.aws.logs.create_log_group(logGroupName="/ecs/satellite-api-of-somebody")
    assert logs.find_group(run.aws, "/ecs/satellite-api") is None


def test_the_task_definition_is_the_courses(run):
    """With the default names it is the course's JSON, value by value, and it is in the bundle."""
    document = task_definition.document(run, "arn:aws:iam::123456789012:role/ecsTaskExecutionRole")
    container = document["containerDefinitions"][0]
    assert (document["cpu"], document["memory"], document["networkMode"]) == ("256", "512", "awsvpc")
    assert document["requiresCompatibilities"] == ["FARGATE"]
    assert container["image"] == "123456789012.dkr.ecr.us-east-1.amazonaws.com/satellite-api:v1"
    assert container["command"] == ["uvicorn", "app.main:app", "--host", "0.0.0.0", "--port", "80"]
    assert container["portMappings"] == [{"containerPort": 80, "protocol": "tcp"}]
    assert container["logConfiguration"]["options"]["awslogs-stream-prefix"] == "ecs"


def test_a_revision_is_deregistered_and_an_older_one_is_not(run):
    """Somebody may have registered the family before us."""
    role = iam.provision_execution_role(run)
    older = run.aws.ecs.register_task_definition(**task_definition.document(run, role))
    older_arn = older["taskDefinition"]["taskDefinitionArn"]
    with task_definition.provision_task_definition(run, role) as arn:
        assert task_definition.describe_task_definition(run.aws, arn, "satellite-api-unit").status == "ACTIVE"
    assert task_definition.describe_task_definition(run.aws, arn, "").status == "INACTIVE"
    assert task_definition.describe_task_definition(run.aws, older_arn, "").status == "ACTIVE"
    assert json.loads((run.bundle / "task-def.json").read_text())["family"] == "satellite-api-task-unit"


def test_the_application_container_is_the_named_one(run):
    """A sidecar in front of it does not hide it."""
    document = task_definition.document(run, iam.provision_execution_role(run))
    sidecar = {"name": "sidecar", "image": "busybox", "essential": False}
    document["containerDefinitions"].insert(0, sidecar)
    arn = run.aws.ecs.register_task_definition(**document)["taskDefinition"]["taskDefinitionArn"]
    assert (
        task_definition.describe_task_definition(run.aws, arn, "satellite-api-unit").container["name"]
        == "satellite-api-unit"
    )
    assert task_definition.describe_task_definition(run.aws, arn, "renamed").container["name"] == "satellite-api-unit"


def test_what_aws_does_not_know_is_missing(run):
    """An unknown cluster, or a service of it, is a fact to judge and no exception."""
    assert cluster.describe_cluster(run.aws, "nobody").status == "MISSING"
    missing = service.describe_service(run.aws, "nobody", "nothing")
    assert (missing.status, missing.steady) == ("MISSING", False)
    assert service.tasks_of(run.aws, missing) == []


def test_cleanup_undoes_everything_in_reverse_and_names_what_is_left(run, monkeypatch):
    """A group that AWS will not delete is named with its command; the rest is gone all the same."""

    def refuse(**_):
        raise run.aws.ec2.exceptions.ClientError({"Error": {"Code": "DependencyViolation", "Message": "in use"}}, "Delete")

    with network.provision_security_group(run) as group, cluster.provision_cluster(run) as name:
        with monkeypatch.context() as patch:
            patch.setattr(run.aws.ec2, "delete_security_group", refuse)
            closed = cleanup.close(run)
        assert [leftover.entry.kind for leftover in closed.leftovers] == [network.KIND]
        assert closed.leftovers[0].command == f"aws ec2 delete-security-group --group-id {group.id} --region us-east-1"
        assert "DependencyViolation" in closed.leftovers[0].error
        assert cluster.describe_cluster(run.aws, name).gone
        assert [found.details["id"] for found in cleanup.tagged(run)] == [group.id]
    assert cleanup.tagged(run) == []


def test_every_call_leaves_an_envelope(run):
    """What was asked, and what AWS said, refusals included."""
    run.recorder.criterion = "NET-1"
    network.default_vpc_id(run.aws)
    with pytest.raises(run.aws.ec2.exceptions.ClientError):
        run.aws.ec2.describe_security_groups(GroupIds=["sg-00000000"])
    envelopes = [json.loads((run.bundle / path).read_text()) for path in run.recorder.files("NET-1")]
    assert [(e["service"], e["operation"], e["status"]) for e in envelopes] == [
        ("ec2", "DescribeVpcs", 200),
        ("ec2", "DescribeSecurityGroups", 400),
    ]
    assert envelopes[0]["parameters"] == {"Filters": [{"Name": "isDefault", "Values": ["true"]}]}
    assert envelopes[1]["response"]["Error"]["Code"] == "InvalidGroup.NotFound"


def test_a_repeated_answer_is_written_once(run):
    """A wait asks the same again and again; the evidence is what changed."""
    run.recorder.criterion = "RUN-1"
    for _ in range(3):
        cluster.describe_cluster(run.aws, "nobody")
    assert len(run.recorder.files("RUN-1")) == 1


@pytest.mark.parametrize("kind", ["security group", "log group", "cluster"])
def test_a_namesake_is_neither_used_nor_deleted(run, kind):
    """AWS hands out an existing cluster as if it were new; ending with its deletion would be the worst of all bugs."""
    names, vpc_id = run.settings.names, network.default_vpc_id(run.aws)
    run.aws.ec2.create_security_group(GroupName=names.security_group, Description="d", VpcId=vpc_id)
    run.aws.logs.create_log_group(logGroupName=names.log_group)
    run.aws.ecs.create_cluster(clusterName=names.cluster)
    provisions = {
        "security group": network.provision_security_group,
        "log group": logs.provision_log_group,
        "cluster": cluster.provision_cluster,
    }
    with pytest.raises(NameTaken, match="--name-suffix"), provisions[kind](run):
        pytest.fail("it was provisioned")
    cleanup.close(run)
    assert network.groups_with(run.aws, **{"group-name": names.security_group})
    assert logs.find_group(run.aws, names.log_group)
    assert cluster.describe_cluster(run.aws, names.cluster).status == "ACTIVE"


def test_an_undo_after_a_crash_spares_a_strangers_cluster_and_service(run):
    """The intent was written and the creation was not: what bears our names without our tag is somebody else's."""
    names = run.settings.names
    run.aws.ecs.create_cluster(clusterName=names.cluster)
    run.aws.ecs.create_service(cluster=names.cluster, serviceName=names.service, desiredCount=0)
    for kind, name in ((cluster.KIND, names.cluster), (service.KIND, names.service)):
        with pytest.raises(KeyboardInterrupt), run.ledger.creating(kind, name, cluster=names.cluster):
            raise KeyboardInterrupt
    assert cleanup.close(run).leftovers == ()
    assert cluster.describe_cluster(run.aws, names.cluster).status == "ACTIVE"
    assert service.describe_service(run.aws, names.cluster, names.service).status == "ACTIVE"


def test_an_undo_after_a_crash_finds_its_own_cluster(run):
    """With our tag it is ours, noted or not."""
    name = run.settings.names.cluster
    with pytest.raises(KeyboardInterrupt), run.ledger.creating(cluster.KIND, name):
        run.aws.ecs.create_cluster(clusterName=name, tags=run.tag_list("key", "value"))
        raise KeyboardInterrupt
    cleanup.close(run)
    assert cluster.describe_cluster(run.aws, name).status in ("INACTIVE", "MISSING")


def test_a_policy_that_hides_behind_anothers_name_is_seen(run):
    """An attached and an inline policy may have one name."""
    arn = iam.provision_execution_role(run)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*:*", "Resource": "*"}]}
    nothing = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}
    made = run.aws.iam.create_policy(PolicyName="same", PolicyDocument=json.dumps(everything))["Policy"]["Arn"]
    run.aws.iam.attach_role_policy(RoleName="ecsTaskExecutionRole", PolicyArn=made)
    run.aws.iam.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="same", PolicyDocument=json.dumps(nothing))
    assert iam.describe_role(run.aws, arn).grants_everything == (made,)


GENEROUS = [
    {"Action": "*"},
    {"Action": ["s3:GetObject", "*:*"]},
    {"Action": "IAM:*"},
    {"Action": "iam:Attach*"},
    {"Action": "iam:PutRolePolicy"},
    {"NotAction": "s3:DeleteBucket"},
]


@pytest.mark.parametrize("allowed", GENEROUS, ids=str)
def test_a_policy_with_which_one_gives_oneself_the_rest_grants_everything(run, allowed):
    """IAM reads actions without regard to case, and with wildcards anywhere."""
    arn = iam.provision_execution_role(run)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Resource": "*"} | allowed]}
    run.aws.iam.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="p", PolicyDocument=json.dumps(document))
    (flaw,) = iam.role_flaws(iam.describe_role(run.aws, arn))
    assert "its policy p allows everything" in flaw.said
    assert "delete-role-policy --role-name ecsTaskExecutionRole --policy-name p" in flaw.remedy


@pytest.mark.parametrize("allowed", ["s3:*", "iam:PassRole", "iam:Get*", "ecr:*"])
def test_a_policy_that_allows_one_service_does_not_grant_everything(run, allowed):
    """It is more than is needed, but no way to the rest."""
    arn = iam.provision_execution_role(run)
    document = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*", "Action": allowed}}
    run.aws.iam.put_role_policy(RoleName="ecsTaskExecutionRole", PolicyName="p", PolicyDocument=json.dumps(document))
    assert list(iam.role_flaws(iam.describe_role(run.aws, arn))) == []


@pytest.mark.parametrize("kind", ["cluster", "security group"])
def test_what_aws_does_not_see_yet_is_deleted_all_the_same(run, monkeypatch, kind):
    """A run that is stopped a moment after its first creation is told that there is no such thing: there is."""
    client, operation, code, provision = {
        "cluster": (run.aws.ecs, "delete_cluster", "ClusterNotFoundException", cluster.provision_cluster),
        "security group": (
            run.aws.ec2,
            "delete_security_group",
            "InvalidGroup.NotFound",
            network.provision_security_group,
        ),
    }[kind]
    deletes = [getattr(client, operation)]

    def not_yet(**asked):
        if len(deletes) == 1:
            deletes.append(None)
            raise ClientError({"Error": {"Code": code, "Message": "not found"}}, operation)
        return deletes[0](**asked)

    monkeypatch.setattr(client, operation, not_yet)
    with provision(run):
        assert cleanup.tagged(run)
    assert cleanup.tagged(run) == []

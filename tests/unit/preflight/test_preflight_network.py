"""The preflight's look at the network: what a task in the first default subnet can reach, and who can reach it."""

import pytest

from fixtures.preflight.finding import Level
from fixtures.preflight.network import WAYS, network, verdict
from fixtures.resources import network as resources
from tests.unit.preflight.preflight_support import DENIED, answer, aws_error, fresh_account, refusals, refuse, the_only

HTTP_IN, _ANSWERS_OUT, HTTPS_OUT, _ANSWERS_IN = WAYS
LAST_RULE = {"RuleNumber": 32767, "Protocol": "-1", "RuleAction": "deny", "CidrBlock": "0.0.0.0/0"}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A run in a fresh account."""
    with fresh_account(tmp_path, monkeypatch) as it:
        yield it


def places(run):
    """The default VPC and the subnet that the course picks."""
    vpc_id = resources.default_vpc_id(run.aws)
    return vpc_id, resources.default_subnet_id(run.aws, vpc_id)


def about(subject, findings):
    """The findings of one look."""
    return [finding for finding in findings if finding.subject == subject]


def test_a_fresh_accounts_network_is_right(run):
    """The VPC, its subnet, the route, its addresses, its ACL and Block Public Access."""
    assert [finding.level for finding in network(run)] == [Level.OK] * 5


def test_a_region_without_a_default_vpc_is_refused(run):
    """One finding: what would be in that VPC is not looked at."""
    vpc_id, _ = places(run)
    for subnet in run.aws.ec2.describe_subnets()["Subnets"]:
        run.aws.ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    found = the_only(Level.REFUSAL, network(run))
    assert found.said == f"the default VPC {vpc_id} has no default subnet"
    assert found.remedy == "aws ec2 create-default-subnet --availability-zone us-east-1a --region us-east-1"
    answer_without_vpc(run)
    found = the_only(Level.REFUSAL, network(run))
    assert found.said == "us-east-1 has no default VPC"
    assert found.remedy == "aws ec2 create-default-vpc --region us-east-1"


def answer_without_vpc(run):
    """Take the default VPC away; its gateway first, as AWS wants it."""
    vpc_id = resources.default_vpc_id(run.aws)
    for gateway in run.aws.ec2.describe_internet_gateways()["InternetGateways"]:
        run.aws.ec2.detach_internet_gateway(InternetGatewayId=gateway["InternetGatewayId"], VpcId=vpc_id)
    run.aws.ec2.delete_vpc(VpcId=vpc_id)


def test_a_subnet_without_a_way_to_the_internet_is_refused(run):
    """Its own route table counts, not the VPC's main one."""
    vpc_id, subnet_id = places(run)
    table_id = run.aws.ec2.create_route_table(VpcId=vpc_id)["RouteTable"]["RouteTableId"]
    run.aws.ec2.associate_route_table(RouteTableId=table_id, SubnetId=subnet_id)
    found = the_only(Level.REFUSAL, network(run))
    assert subnet_id in found.said
    assert "aws ec2 create-route" in found.remedy


def test_a_full_subnet_is_refused(run, monkeypatch):
    """The first default subnet is the one that is used, however empty the others are."""
    _, subnet_id = places(run)
    subnet = run.aws.ec2.describe_subnets(SubnetIds=[subnet_id])["Subnets"][0]
    answer(monkeypatch, run.aws.ec2, "describe_subnets", {"Subnets": [subnet | {"AvailableIpAddressCount": 0}]})
    found = the_only(Level.REFUSAL, network(run))
    assert found.subject == "free addresses"
    assert subnet_id in found.remedy


def acl_id(run):
    """The network ACL of the subnet that is used."""
    filters = [{"Name": "association.subnet-id", "Values": [places(run)[1]]}]
    return run.aws.ec2.describe_network_acls(Filters=filters)["NetworkAcls"][0]["NetworkAclId"]


def test_an_acl_that_denies_http_is_refused(run):
    """A rule with a lower number comes before the one that allows everything."""
    run.aws.ec2.create_network_acl_entry(
        NetworkAclId=acl_id(run),
        RuleNumber=10,
        Protocol="6",
        RuleAction="deny",
        Egress=False,
        CidrBlock="0.0.0.0/0",
        PortRange={"From": 80, "To": 80},
    )
    found = the_only(Level.REFUSAL, network(run))
    assert found.said.startswith(acl_id(run))
    assert found.said.endswith("does not let through: HTTP in")
    assert "describe-network-acls" in found.remedy


def test_an_acl_that_denies_some_is_noted(run):
    """Whether it hits this machine, or AWS's own addresses, is not known."""
    run.aws.ec2.create_network_acl_entry(
        NetworkAclId=acl_id(run), RuleNumber=10, Protocol="-1", RuleAction="deny", Egress=True, CidrBlock="10.0.0.0/8"
    )
    findings = list(network(run))
    assert (
        "only in part: its answers out (tcp 1024-65535), HTTPS to ECR and CloudWatch out"
        in the_only(Level.NOTE, findings).said
    )
    assert not refusals(findings)


def rule(number, action, cidr="0.0.0.0/0", ports=None, protocol="6", egress=False):
    """One entry of a network ACL, as DescribeNetworkAcls gives it."""
    entry = {"RuleNumber": number, "Protocol": protocol, "RuleAction": action, "CidrBlock": cidr, "Egress": egress}
    return entry | ({"PortRange": {"From": ports[0], "To": ports[1]}} if ports else {})


@pytest.mark.parametrize(
    ("rules", "judged"),
    [
        ([], "deny"),
        ([rule(100, "allow", protocol="-1")], "allow"),
        ([rule(100, "allow", ports=(80, 80))], "allow"),
        ([rule(100, "allow", ports=(0, 65535)), rule(90, "deny", ports=(80, 80))], "deny"),
        ([rule(90, "allow", ports=(80, 80)), rule(100, "deny", ports=(80, 80))], "allow"),
        ([rule(100, "allow", ports=(443, 443))], "deny"),
        ([rule(100, "allow", protocol="17", ports=(80, 80))], "deny"),
        ([rule(100, "allow", protocol="-1", egress=True)], "deny"),
        ([rule(100, "allow", cidr="203.0.113.0/24", ports=(80, 80))], "partly"),
        ([rule(90, "deny", cidr="203.0.113.0/24", ports=(80, 80)), rule(100, "allow", ports=(80, 80))], "partly"),
        ([rule(90, "deny", cidr="203.0.113.0/24", ports=(80, 80)), rule(100, "deny", ports=(80, 80))], "deny"),
        ([{k: v for k, v in rule(100, "allow").items() if k != "CidrBlock"} | {"Ipv6CidrBlock": "::/0"}], "deny"),
    ],
)
def test_an_acls_first_matching_rule_decides(rules, judged):
    """The last rule of every ACL denies what none before it matched."""
    last = [LAST_RULE | {"Egress": egress} for egress in (True, False)]
    assert verdict([*last, *rules], HTTP_IN) == judged


def test_a_range_of_which_some_ports_are_open_is_partly_open():
    """Answers go to ports that nobody knows beforehand."""
    rules = [rule(100, "allow", ports=(1024, 40000), egress=True), LAST_RULE | {"Egress": True}]
    assert verdict(rules, _ANSWERS_OUT) == "partly"
    assert verdict(rules, HTTPS_OUT) == "deny"


BLOCKED = {"VpcBlockPublicAccessOptions": {"InternetGatewayBlockMode": "block-bidirectional"}}


def exclusion(vpc_id, state="create-complete", mode="allow-bidirectional"):
    """An exclusion from Block Public Access, as EC2 describes it."""
    arn = f"arn:aws:ec2:us-east-1:123456789012:vpc/{vpc_id}"
    return {"ResourceArn": arn, "State": state, "InternetGatewayExclusionMode": mode}


@pytest.mark.parametrize(
    ("exclusions", "level"),
    [
        ([], Level.REFUSAL),
        ([{}], Level.OK),
        ([{"vpc_id": "vpc-another"}], Level.REFUSAL),
        ([{"state": "delete-complete"}], Level.REFUSAL),
        ([{"mode": "allow-egress"}], Level.REFUSAL),
    ],
    ids=["none", "the VPC", "another VPC", "deleted", "outwards only"],
)
def test_block_public_access_is_refused_unless_the_vpc_is_excluded(run, monkeypatch, exclusions, level):
    """It stops what the routes and the security group let through."""
    vpc_id, _ = places(run)
    found = [exclusion(**{"vpc_id": vpc_id} | given) for given in exclusions]
    answer(monkeypatch, run.aws.ec2, "describe_vpc_block_public_access_options", BLOCKED)
    answer(
        monkeypatch,
        run.aws.ec2,
        "describe_vpc_block_public_access_exclusions",
        {"VpcBlockPublicAccessExclusions": found},
    )
    said = the_only(level, about("Block Public Access", network(run)))
    assert "block-bidirectional" in said.said
    assert level is Level.OK or f"--vpc-id {vpc_id}" in said.remedy


def test_exclusions_that_cannot_be_looked_at_leave_it_open(run, monkeypatch):
    """It is on, and may not concern this VPC: no reason to refuse."""
    answer(monkeypatch, run.aws.ec2, "describe_vpc_block_public_access_options", BLOCKED)
    refuse(monkeypatch, run.aws.ec2, "describe_vpc_block_public_access_exclusions", DENIED)
    said = the_only(Level.NOTE, about("Block Public Access", network(run))).said
    assert "block-bidirectional" in said
    assert "is not authorized" in said
    refuse(monkeypatch, run.aws.ec2, "describe_vpc_block_public_access_exclusions", aws_error("ExpiredToken"))
    assert the_only(Level.REFUSAL, network(run)).subject == "credentials"

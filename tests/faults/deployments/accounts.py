"""What stands around the container otherwise than in the course: networks, roles, clusters, services."""

import json
from typing import Any

from tests.faults.deployments.benign import BRIEF, varies
from tests.faults.deployments.case import HTTP, Fault
from tests.faults.deployments.network import cidrs, rule
from tests.faults.deployments.stack import ACCOUNT, COMMAND, MANAGED_POLICY, ROLE, Stack
from tests.faults.deployments.task_definition import attach, inline

BUCKET = "arn:aws:s3:::satellite-models/*"
SPOT = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/satellite-api"


def breaks(id: str, sentence: str, criterion: str, help: str, **how: Any) -> Fault:
    """A broken deployment that is not loaded."""
    return Fault(id=id, sentence=sentence, criterion=criterion, help=help, **({"options": BRIEF} | how))


def statement(**of_it: Any) -> str:
    """A policy of one statement."""
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow"} | of_it})


def own_policy(*documents: str) -> Any:
    """The role carries one more policy of the account; the last of its versions counts."""

    def attach_it(s: Stack) -> None:
        arn = s.iam.create_policy(PolicyName="satellite", PolicyDocument=documents[0])["Policy"]["Arn"]
        for document in documents[1:]:
            s.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
        s.iam.attach_role_policy(RoleName=ROLE, PolicyArn=arn)

    return attach_it


def on_resources(**of_it: Any) -> Any:
    """The role has a policy of its own with this statement."""
    return lambda s: s.iam.put_role_policy(RoleName=ROLE, PolicyName="mine", PolicyDocument=statement(**of_it))


def trusting_so(**of_it: Any) -> Any:
    """The role's trust is one statement, told in another way."""
    document = statement(Principal={"Service": ["ecs-tasks.amazonaws.com"]}, Action="sts:AssumeRole", **of_it)
    return lambda s: s.iam.update_assume_role_policy(RoleName=ROLE, PolicyDocument=document)


def in_a_vpc_of_its_own(s: Stack) -> None:
    """The service stands in another VPC, in a group of that one; the course's group was made and is not used."""
    vpc_id, subnet = s.new_network()
    s.subnet_ids, s.group_id = [subnet], s.new_group("other", HTTP, vpc_id=vpc_id)


def policy_for_machines(s: Stack) -> None:
    """One managed policy in the other's place."""
    s.iam.detach_role_policy(RoleName=ROLE, PolicyArn=MANAGED_POLICY)
    attach("service-role/AmazonEC2ContainerServiceforEC2Role")(s)


def prefix_list_alone(s: Stack) -> None:
    """Only a content delivery network may come in."""
    made = s.ec2.create_managed_prefix_list(
        PrefixListName="cloudfront", MaxEntries=5, AddressFamily="IPv4", Entries=[{"Cidr": "203.0.113.0/24"}]
    )
    s.allow(PrefixListIds=[{"PrefixListId": made["PrefixList"]["PrefixListId"]}])


def broken_update(**container: Any) -> Any:
    """A second revision that does not start is deployed over the first one, whose task runs on."""

    def update(s: Stack) -> None:
        arn = s.register(containerDefinitions=[s.container() | container])
        s.ecs.update_service(cluster=s.cluster, service=s.service, taskDefinition=arn)

    return update


def newest_deregistered(s: Stack) -> None:
    """Two revisions; the service runs the second one, which is then deregistered."""
    arn = s.register()
    s.ecs.update_service(cluster=s.cluster, service=s.service, taskDefinition=arn)
    s.steady()
    s.ecs.deregister_task_definition(taskDefinition=arn)


def gateway_of(s: Stack) -> str:
    """The ID of the VPC's internet gateway."""
    found = s.ec2.describe_internet_gateways(Filters=[{"Name": "attachment.vpc-id", "Values": [s.vpc_id]}])
    return str(found["InternetGateways"][0]["InternetGatewayId"])


def routes_to(**route: str) -> Any:
    """The service's subnet has only this route out of the VPC."""

    def lead(s: Stack) -> None:
        subnet = s.new_subnet()
        tables = s.ec2.describe_route_tables(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])
        s.ec2.create_route(RouteTableId=tables["RouteTables"][0]["RouteTableId"], GatewayId=gateway_of(s), **route)
        s.subnet_ids = [subnet]

    return lead


def gateway_detached(s: Stack) -> None:
    """What leads to the internet gateway leads nowhere any more."""
    s.ec2.detach_internet_gateway(InternetGatewayId=gateway_of(s), VpcId=s.vpc_id)


def instance_with_the_group(s: Stack) -> None:
    """A virtual machine that was started with the course's group."""
    s.ec2.run_instances(
        ImageId="ami-12c6146b", MinCount=1, MaxCount=1, SubnetId=s.subnet_ids[0], SecurityGroupIds=[s.group_id]
    )


def named_outwards(s: Stack) -> None:
    """Another group lets its members call the course's group only."""
    group = s.new_group("frontend")
    pair = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": s.group_id}]}
    s.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[pair])


def cluster_with(**settings: Any) -> dict[str, Any]:
    """A cluster that was made with more than its name."""
    return {"without": ("cluster",), "before": lambda s: s.ecs.create_cluster(clusterName=s.cluster, **settings)}


def by_tag_and_digest(s: Stack) -> None:
    """The image is named by its tag and by its digest."""
    digest = s.ecr.describe_images(repositoryName="satellite-api")["imageDetails"][0]["imageDigest"]
    s.register(containerDefinitions=[s.container() | {"image": f"{s.image}@{digest}"}])


def secret_without_the_key(s: Stack) -> None:
    """One key of a secret is wanted that it does not have; the role may read it."""
    inline(Action="secretsmanager:GetSecretValue")(s)
    made = s.client_in("us-east-1", "secretsmanager").create_secret(Name="satellite", SecretString='{"bucket": "tiles"}')
    s.register(containerDefinitions=[s.container() | {"secrets": [{"name": "KEY", "valueFrom": f"{made['ARN']}:key::"}]}])


def stopped_by_hand(s: Stack) -> None:
    """Somebody stopped the task, and the service started another one."""
    s.ecs.stop_task(cluster=s.cluster, task=s.tasks()[0]["taskArn"], reason="trying")
    s.wait("another task", lambda: len(s.tasks("STOPPED")) == 1 and len(s.interfaces()) == 1)
    s.steady()


def scaled_and_back(s: Stack) -> None:
    """Two tasks for a while, then one again."""
    for count in 2, 1:
        s.ecs.update_service(cluster=s.cluster, service=s.service, desiredCount=count)
        s.steady()
    s.wait("the second task's end", lambda: len(s.interfaces()) == 1)


def made_anew(s: Stack) -> None:
    """A cluster of the name was made and deleted before."""
    s.ecs.create_cluster(clusterName=s.cluster)
    s.ecs.delete_cluster(cluster=s.cluster)


def pushed_as_latest(s: Stack) -> None:
    """The image is pushed under that tag, too."""
    image = s.ecr.batch_get_image(repositoryName="satellite-api", imageIds=[{"imageTag": "v1"}])["images"][0]
    s.ecr.put_image(repositoryName="satellite-api", imageManifest=image["imageManifest"], imageTag="latest")


FAULTS = (
    breaks(
        "vpc-of-its-own",
        "The service stands in a VPC of its own; the course's group is in the default one, unused.",
        "NET-1",
        "--network-configuration",
        before=in_a_vpc_of_its_own,
        also=("RUN-4",),
    ),
    breaks(
        "answers-let-in",
        "Ports 1024 to 65535 were opened for the answers, as a network ACL needs it and a group does not.",
        "NET-2",
        "tcp 1024-65535",
        rules=(HTTP, rule(1024, 65535)),
    ),
    breaks(
        "members-let-in",
        "The group's own members may call each other.",
        "NET-2",
        "all protocols from group sg-",
        after=lambda s: s.allow(IpProtocol="-1", FromPort=-1, ToPort=-1, UserIdGroupPairs=[{"GroupId": s.group_id}]),
    ),
    breaks(
        "cdn-alone",
        "Only a content delivery network's prefix list may come in.",
        "NET-2",
        "tcp 80 from pl-",
        rules=(),
        before=prefix_list_alone,
    ),
    breaks(
        "one-address-for-all",
        "The source was typed 0.0.0.0/32, which is nobody.",
        "NET-2",
        "tcp 80 from 0.0.0.0/32",
        rules=(rule(80, IpRanges=cidrs("0.0.0.0/32")),),
    ),
    breaks(
        "one-address-beside",
        "One IPv6 address may use ssh.",
        "NET-2",
        "tcp 22 from 2001:db8::7/128",
        rules=(HTTP, rule(22, Ipv6Ranges=[{"CidrIpv6": "2001:db8::7/128"}])),
    ),
    breaks(
        "nothing-but-everything",
        "A tcp rule without ports was meant, and all protocols from one office came of it.",
        "NET-2",
        "all protocols from 203.0.113.0/24",
        rules=({"IpProtocol": "-1", "IpRanges": cidrs("203.0.113.0/24")},),
    ),
    breaks(
        "everything-by-pattern",
        "A policy allows *:*.",
        "TASK-5",
        "delete-role-policy",
        before=inline(Action="*:*"),
        without=("service",),
    ),
    breaks(
        "everything-by-own-policy",
        "A policy of the account's own allows everything.",
        "TASK-5",
        "policy/satellite",
        before=own_policy(statement(Action="*", Resource="*")),
        without=("service",),
    ),
    breaks(
        "everything-by-a-later-version",
        "The policy was harmless; a later version of it allows everything.",
        "TASK-5",
        "policy/satellite",
        before=own_policy(statement(Action="s3:GetObject", Resource="*"), statement(Action="*", Resource="*")),
        without=("service",),
    ),
    breaks(
        "everything-but-a-bucket",
        "A policy allows everything on all but one bucket.",
        "TASK-5",
        "allows everything",
        before=on_resources(Action="*", NotResource=BUCKET),
        without=("service",),
    ),
    breaks(
        "everything-on-roles",
        "A policy allows everything on all roles of the account.",
        "TASK-5",
        "allows everything",
        before=on_resources(Action="*", Resource=f"arn:aws:iam::{ACCOUNT}:role/*"),
        without=("service",),
    ),
    breaks(
        "role-of-another-account",
        "The role's ARN was copied from a tutorial, account and all.",
        "TASK-5",
        "correct executionRoleArn",
        definition={"executionRoleArn": f"arn:aws:iam::999999999999:role/{ROLE}"},
        without=("service",),
    ),
    breaks(
        "policy-for-machines",
        "The role carries AWS's policy for ECS on virtual machines in place of the one for tasks.",
        "TASK-5",
        "attach-role-policy",
        before=policy_for_machines,
        without=("service",),
    ),
    breaks(
        "trust-with-a-statement-more",
        "Whoever signs in through GitHub may assume the role too.",
        "TASK-5",
        "token.actions.githubusercontent.com",
        before=lambda s: s.iam.update_assume_role_policy(
            RoleName=ROLE,
            PolicyDocument=json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"},
                        {
                            "Effect": "Allow",
                            "Principal": {"Federated": GITHUB},
                            "Action": "sts:AssumeRoleWithWebIdentity",
                        },
                    ],
                }
            ),
        ),
        without=("service",),
    ),
    breaks(
        "spot",
        "The service runs on FARGATE_SPOT, from which AWS takes tasks back.",
        "RUN-2",
        "FARGATE_SPOT",
        service={"launchType": None, "capacityProviderStrategy": SPOT},
    ),
    breaks(
        "update-does-not-start",
        "A second revision was deployed whose application cannot be imported; the first one's task runs on.",
        "RUN-2",
        "Error loading ASGI app",
        after=broken_update(command=["uvicorn", "app.server:app", *COMMAND[2:]]),
    ),
    breaks(
        "update-is-not-pushed",
        "A second revision was deployed whose tag was never pushed; the first one's task runs on.",
        "RUN-2",
        "satellite-api:v2 is not in the registry",
        after=broken_update(image=f"{IMAGE}:v2"),
    ),
    breaks(
        "practice-runs-on",
        "The course's family was registered, and the service runs the one for practice.",
        "RUN-2",
        "--task-definition satellite-api-task:1",
        before=lambda s: s.register(family="practice"),
        service={"taskDefinition": "practice"},
    ),
    breaks(
        "newest-deregistered",
        "The service runs a revision that was deregistered, and an older one is ACTIVE.",
        "RUN-2",
        "--task-definition satellite-api-task:1",
        after=newest_deregistered,
    ),
    breaks(
        "route-for-ipv6-alone",
        "The subnet leads to the internet by IPv6 alone.",
        "RUN-2",
        "leads to an internet gateway",
        before=routes_to(DestinationIpv6CidrBlock="::/0"),
    ),
    breaks(
        "gateway-detached",
        "The VPC's internet gateway was detached, and the route to it is still there.",
        "RUN-2",
        "leads to an internet gateway",
        before=gateway_detached,
    ),
    breaks(
        "route-to-an-office",
        "The subnet leads through the internet gateway to one network only.",
        "RUN-2",
        "leads to an internet gateway",
        before=routes_to(DestinationCidrBlock="203.0.113.0/24"),
    ),
    breaks(
        "cluster-in-capitals",
        "The cluster has a capital letter.",
        "RUN-1",
        "Satellite-cluster",
        names={"cluster": "Satellite-cluster"},
    ),
    breaks(
        "key-of-a-secret-missing",
        "The secret is there, and has no such key.",
        "RUN-2",
        "secret",
        before=secret_without_the_key,
    ),
    Fault(
        id="group-of-an-instance",
        sentence="A virtual machine was started with the course's group.",
        criterion="CLEAN-4",
        help="modify-network-interface-attribute",
        forgotten=("group",),
        after=instance_with_the_group,
    ),
    Fault(
        id="group-named-outwards",
        sentence="Another group's outbound rule names the group, so it cannot be deleted.",
        criterion="CLEAN-4",
        help="revoke-security-group-egress",
        forgotten=("group",),
        after=named_outwards,
    ),
)
VARIATIONS = (
    varies(
        id="rule-by-number",
        sentence="The rule says protocol 6, which is tcp.",
        rules=(HTTP | {"IpProtocol": "6"},),
    ),
    varies(
        id="trust-for-this-account",
        sentence="The role may be assumed for this account's tasks only, as AWS advises.",
        before=trusting_so(Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
    ),
    varies(id="trust-in-one-statement", sentence="The trust is no list.", before=trusting_so(Sid="Tasks")),
    varies(
        id="everything-on-a-bucket",
        sentence="The role may do everything, with one bucket.",
        before=on_resources(Action="*", Resource=BUCKET),
    ),
    varies(id="denies-more", sentence="A policy denies the role all of IAM.", before=inline("Deny", Action="iam:*")),
    varies(
        id="more-policies",
        sentence="The role may read parameters and write all logs, by AWS's policies.",
        before=lambda s: [attach(name)(s) for name in ("AmazonSSMReadOnlyAccess", "CloudWatchLogsFullAccess")],
    ),
    varies(
        id="older-version-was-too-much",
        sentence="A policy allowed everything once; its version that counts does not.",
        before=own_policy(statement(Action="*", Resource="*"), statement(Action="s3:GetObject", Resource=BUCKET)),
    ),
    varies(
        id="subnet-of-ones-own",
        sentence="A subnet of the default VPC that was made by hand leads to the internet.",
        before=routes_to(DestinationCidrBlock="0.0.0.0/0"),
    ),
    varies(
        id="cluster-with-insights",
        sentence="The cluster has Container Insights and capacity providers.",
        **cluster_with(
            settings=[{"name": "containerInsights", "value": "enabled"}],
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
            tags=[{"key": "team", "value": "earth"}],
        ),
    ),
    varies(
        id="one-at-a-time-deployed",
        sentence="A deployment stops the old task first.",
        service={"deploymentConfiguration": {"maximumPercent": 100, "minimumHealthyPercent": 0}},
    ),
    varies(
        id="tags-from-the-definition",
        sentence="Tasks get the definition's tags, and zones are balanced.",
        definition={"tags": [{"key": "team", "value": "earth"}]},
        service={"propagateTags": "TASK_DEFINITION", "availabilityZoneRebalancing": "ENABLED"},
    ),
    varies(
        id="metric-filter",
        sentence="A metric is made of the log, which has tags.",
        after=lambda s: s.logs.put_metric_filter(
            logGroupName=s.log_group,
            filterName="errors",
            filterPattern="ERROR",
            metricTransformations=[{"metricName": "errors", "metricNamespace": "api", "metricValue": "1"}],
        ),
    ),
    varies(
        id="tag-and-digest", sentence="The image has a tag and a digest.", without=("definition",), before=by_tag_and_digest
    ),
    varies(id="stopped-by-hand", sentence="Somebody stopped the first task to see what happens.", after=stopped_by_hand),
    varies(id="scaled-and-back", sentence="Two tasks were tried, then one again.", after=scaled_and_back),
    varies(id="cluster-made-anew", sentence="A cluster of the name was deleted before.", early=made_anew),
    varies(
        id="latest-pushed",
        sentence="The tag is latest, which was pushed.",
        early=pushed_as_latest,
        container={"image": f"{IMAGE}:latest"},
    ),
    varies(
        id="image-of-another-region",
        sentence="The image is in the ECR of another region.",
        container={"image": f"{IMAGE}:v1".replace("us-east-1", "eu-west-1")},
    ),
    varies(id="essential-left-out", sentence="Nothing says that the container is essential.", container={"essential": None}),
    varies(
        id="role-of-a-predecessor",
        sentence="The role has been there for years, with a description and tags.",
        without=("role",),
        early=lambda s: (
            s.iam.create_role(
                RoleName=ROLE,
                AssumeRolePolicyDocument=statement(
                    Principal={"Service": "ecs-tasks.amazonaws.com"}, Action=["sts:AssumeRole"], Sid=""
                ),
                Description="Allows ECS tasks to call AWS services on your behalf.",
                MaxSessionDuration=7200,
                Tags=[{"Key": "team", "Value": "platform"}],
            ),
            s.iam.attach_role_policy(RoleName=ROLE, PolicyArn=MANAGED_POLICY),
        ),
    ),
)

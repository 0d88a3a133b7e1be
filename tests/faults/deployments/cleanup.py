"""Step 6: what a cleanup by hand forgets."""

from pathlib import Path

from fixtures.ledger.owner import RUN_TAG
from fixtures.resources.network import DESCRIPTION
from tests.faults.deployments.case import Fault
from tests.faults.deployments.stack import Stack

WEIGHED = Path(__file__).with_name("weighed.toml")
"""A rubric that gives points for what the course calls optional."""


def _scaled_to_zero(s: Stack) -> None:
    s.ecs.update_service(cluster=s.cluster, service=s.service, desiredCount=0)
    s.wait("every task's end", s.at_rest)


def _made_again(s: Stack) -> None:
    """The service, of another family and in another group, so that nothing else of the course is there again."""
    s.ecs.create_cluster(clusterName=s.cluster)
    s.register(family="another-task")
    s.launch(taskDefinition="another-task", **s.own_network(s.default_group()))


def _namesake_deleted_elsewhere(s: Stack) -> None:
    _another_service(s, "default", s.service, desiredCount=0)
    s.ecs.delete_service(cluster="default", service=s.service, force=True)


def _another_service(s: Stack, cluster: str, name: str, **changes: object) -> None:
    """A service of the course's family in another cluster, and in the default group."""
    s.ecs.create_cluster(clusterName=cluster)
    s.launch(cluster=cluster, serviceName=name, **s.own_network(s.default_group()), **changes)


def _older_deregistered(s: Stack) -> None:
    s.ecs.deregister_task_definition(taskDefinition=f"{s.family}:1")


def _stranger_in_the_cluster(s: Stack) -> None:
    s.register(family="another-task")
    s.launch(serviceName="another", taskDefinition="another-task", desiredCount=0)


def _streams_deleted(s: Stack) -> None:
    for stream in s.logs.describe_log_streams(logGroupName=s.log_group)["logStreams"]:
        s.logs.delete_log_stream(logGroupName=s.log_group, logStreamName=stream["logStreamName"])


def _rules_revoked(s: Stack) -> None:
    s.ec2.revoke_security_group_ingress(GroupId=s.group_id, IpProtocol="tcp", FromPort=80, ToPort=80, CidrIp="0.0.0.0/0")


def _named_by_another_group(s: Stack) -> None:
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": [{"GroupId": s.group_id}]}
    s.new_group("database", rule)


def _scalable_target(s: Stack) -> None:
    s.scaling.register_scalable_target(
        ServiceNamespace="ecs",
        ResourceId=f"service/{s.cluster}/{s.service}",
        ScalableDimension="ecs:service:DesiredCount",
        MinCapacity=0,
        MaxCapacity=2,
    )


def _first_try(s: Stack) -> None:
    """Another family with the course's image, of which AWS knows a revision."""
    s.register(family="first-try")


def _first_service(s: Stack) -> None:
    _first_try(s)
    _another_service(s, "practice", "first-service", taskDefinition="first-try")


def _by_digest(s: Stack) -> None:
    digest = s.ecr.describe_images(repositoryName="satellite-api")["imageDetails"][0]["imageDigest"]
    s.register(family="first-try", containerDefinitions=[s.container() | {"image": s.image.replace(":v1", f"@{digest}")}])
    _another_service(s, "practice", "first-service", taskDefinition="first-try", desiredCount=0)


def _first_group(s: Stack) -> None:
    s.ec2.create_security_group(GroupName="satellite-sg", Description=DESCRIPTION, VpcId=s.vpc_id)


def _group_of_a_run(s: Stack) -> None:
    group = s.new_group("satellite-api-sg-mine")
    s.ec2.create_tags(Resources=[group], Tags=[{"Key": RUN_TAG, "Value": "20261123T063943Z-1547"}])


def _cluster_of_a_run(s: Stack) -> None:
    s.ecs.create_cluster(clusterName="mine", tags=[{"key": RUN_TAG, "value": "20261123T063943Z-1547"}])


def _forgets(id: str, sentence: str, criterion: str, help: str, *forgotten: str, **more: object) -> Fault:
    """A cleanup that leaves this out."""
    return Fault(id=id, sentence=sentence, criterion=criterion, help=help, forgotten=forgotten, **more)  # type: ignore[arg-type]


_SERVICE = (
    _forgets("service-left", "The service was not deleted.", "CLEAN-1", "aws ecs delete-service", "service"),
    _forgets(
        "service-at-zero",
        "The service was scaled to zero, and not deleted.",
        "CLEAN-1",
        "scaled to zero",
        "service",
        late=_scaled_to_zero,
    ),
    _forgets("service-again", "The service was created once more.", "CLEAN-1", "ACTIVE", late=_made_again),
    _forgets(
        "service-deleted-elsewhere",
        "A namesake was deleted, in the default cluster.",
        "CLEAN-1",
        "--cluster satellite-cluster",
        "service",
        after=_namesake_deleted_elsewhere,
    ),
)


def _forgets_a_revision(id: str, sentence: str, help: str, *forgotten: str, **more: object) -> Fault:
    """A cleanup that leaves a revision ACTIVE, before a grader who gives points for that."""
    return _forgets(id, sentence, "CLEAN-2", help, *forgotten, options=(f"--rubric={WEIGHED}",), **more)


_DEFINITION = (
    _forgets_a_revision(
        "revision-left", "No revision was deregistered.", "--task-definition satellite-api-task:1", "definition"
    ),
    _forgets_a_revision(
        "older-revision-left",
        "Only the newest revision was deregistered.",
        "--task-definition satellite-api-task:1",
        after=lambda s: s.register(),
    ),
    _forgets_a_revision(
        "newest-revision-left",
        "Only the older revision was deregistered.",
        "--task-definition satellite-api-task:2",
        "definition",
        after=lambda s: s.register(),
        late=_older_deregistered,
    ),
    _forgets_a_revision(
        "revision-again",
        "It was registered once more after the cleanup.",
        "deregister-task-definition",
        late=lambda s: s.register(),
    ),
)
_CLUSTER = (
    _forgets("cluster-left", "The cluster was not deleted.", "CLEAN-3", "aws ecs delete-cluster", "cluster"),
    _forgets(
        "cluster-with-a-stranger",
        "Another service keeps the cluster from being deleted.",
        "CLEAN-3",
        "another",
        "cluster",
        after=_stranger_in_the_cluster,
    ),
    _forgets(
        "cluster-again",
        "The cluster was created once more.",
        "CLEAN-3",
        "ACTIVE",
        late=lambda s: s.ecs.create_cluster(clusterName=s.cluster),
    ),
)
_GROUP = (
    _forgets("group-left", "The security group was not deleted.", "CLEAN-4", "delete-security-group", "group"),
    _forgets(
        "group-emptied", "Only its rule was revoked.", "CLEAN-4", "delete-security-group", "group", late=_rules_revoked
    ),
    _forgets(
        "group-again",
        "The group was made once more, without rules.",
        "CLEAN-4",
        "sg-",
        late=lambda s: s.new_group(s.group_name),
    ),
    _forgets(
        "group-held",
        "Somebody's interface holds the group.",
        "CLEAN-4",
        "delete-network-interface",
        "group",
        after=lambda s: s.ec2.create_network_interface(SubnetId=s.subnet_ids[0], Groups=[s.group_id]),
    ),
    _forgets(
        "group-named",
        "A rule of another group names the group, so it cannot be deleted.",
        "CLEAN-4",
        "database",
        "group",
        after=_named_by_another_group,
    ),
)
_LOG = (
    _forgets("log-group-left", "The log group was not deleted.", "CLEAN-5", "aws logs delete-log-group", "log group"),
    _forgets(
        "log-group-with-retention",
        "It was given a retention of one day.",
        "CLEAN-5",
        "delete-log-group",
        "log group",
        late=lambda s: s.logs.put_retention_policy(logGroupName=s.log_group, retentionInDays=1),
    ),
    _forgets(
        "log-streams-deleted",
        "Only its streams were deleted.",
        "CLEAN-5",
        "delete-log-group",
        "log group",
        late=_streams_deleted,
    ),
    _forgets(
        "log-group-again",
        "It was made once more after the cleanup.",
        "CLEAN-5",
        "/ecs/satellite-api",
        late=lambda s: s.logs.create_log_group(logGroupName=s.log_group),
    ),
)
_REST = (
    _forgets(
        "service-in-the-default-cluster",
        "A first try without --cluster runs on in the cluster `default`.",
        "CLEAN-6",
        "--cluster default --service satellite-service",
        after=lambda s: _another_service(s, "default", s.service),
    ),
    _forgets(
        "second-service",
        "A second service of the family runs in another cluster.",
        "CLEAN-6",
        "a month",
        after=lambda s: _another_service(s, "practice", "practice-service"),
    ),
    _forgets(
        "second-service-at-zero",
        "A second service of the family stands at zero in another cluster.",
        "CLEAN-6",
        "service practice/practice-service, which costs nothing",
        after=lambda s: _another_service(s, "practice", "practice-service", desiredCount=0),
    ),
    _forgets(
        "service-of-an-older-revision",
        "A service elsewhere runs a revision that is INACTIVE by now.",
        "CLEAN-6",
        "delete-service",
        after=lambda s: _another_service(s, "practice", "practice-service", taskDefinition=f"{s.family}:1"),
    ),
    _forgets(
        "scalable-target",
        "Auto scaling was set up, and stays.",
        "CLEAN-6",
        "deregister-scalable-target",
        after=_scalable_target,
    ),
    _forgets(
        "first-try-runs-on",
        "A first try runs the same image under other names.",
        "CLEAN-6",
        "--cluster practice --service first-service",
        after=_first_service,
    ),
    _forgets(
        "first-try-by-digest",
        "A first try named the image by its digest, and stands at zero.",
        "CLEAN-6",
        "first-service, which costs nothing",
        after=_by_digest,
    ),
    _forgets(
        "first-group",
        "A first security group, with the course's description and another name, was never used.",
        "CLEAN-6",
        "satellite-sg (sg-",
        early=_first_group,
    ),
    _forgets(
        "group-of-a-run",
        "A run of the suite that died has left its security group.",
        "CLEAN-6",
        "pytest --live --sweep",
        early=_group_of_a_run,
    ),
    _forgets(
        "cluster-of-a-run",
        "A run of the suite that died has left its cluster.",
        "CLEAN-6",
        "cluster mine of the run",
        early=_cluster_of_a_run,
    ),
    _forgets(
        "container-insights",
        "Container Insights was on, and its log group stays.",
        "CLEAN-6",
        "aws logs delete-log-group --log-group-name /aws/ecs/containerinsights/satellite-cluster/performance",
        late=lambda s: s.logs.create_log_group(logGroupName=f"/aws/ecs/containerinsights/{s.cluster}/performance"),
    ),
    _forgets(
        "consoles-log-group",
        "The console had made a log group of its own.",
        "CLEAN-6",
        "aws logs delete-log-group --log-group-name /ecs/satellite-api-task",
        late=lambda s: s.logs.create_log_group(logGroupName=f"/ecs/{s.family}"),
    ),
)
FAULTS = (*_SERVICE, *_DEFINITION, *_CLUSTER, *_GROUP, *_LOG, *_REST)

"""Step 3: the service is up, as asked for, and stays up."""

import pytest

from fixtures.cluster import describe_cluster
from fixtures.network import default_vpc_id, is_public
from fixtures.service import describe_service, tasks_of


@pytest.mark.criterion("RUN-1")
def test_the_cluster_is_active(aws, cluster, claim):
    """The cluster is ACTIVE.

    A deleted cluster is INACTIVE and still described for a while.
    """
    status = describe_cluster(aws, cluster).status
    claim(
        expected=f"{cluster}: ACTIVE",
        observed=f"{cluster}: {status}",
        advice=f"make it: `aws ecs create-cluster --cluster-name {cluster}`",
    )
    assert status == "ACTIVE"


@pytest.mark.criterion("RUN-2")
def test_the_service_reaches_its_steady_state(aws, launch, task_definition, claim):
    """The service is ACTIVE on Fargate with its one task, its rollout COMPLETED.

    AWS's own waiter is content with less: a rollout that failed, or a service that desires nothing, looks stable to it.
    """
    service = describe_service(aws, launch.service.cluster, launch.service.name)
    claim(
        expected=f"ACTIVE on FARGATE, desired = running = 1, rollout COMPLETED, on {task_definition.arn}",
        observed=launch if launch.diagnosis else service,
        advice=launch.diagnosis.advice
        if launch.diagnosis
        else f"read its events: `aws ecs describe-services --cluster {service.cluster} --services {service.name}`",
    )
    assert launch.diagnosis is None
    assert service.steady
    assert (service.launch_type, service.desired) == ("FARGATE", 1)
    assert service.task_definition_arn == task_definition.arn


@pytest.mark.criterion("RUN-3")
def test_the_task_stays_the_same(aws, run, launch, task, claim):
    """Its task is RUNNING and stays the same task.

    A container that crashes after its start is replaced again and again, and the service looks fine in between.
    """
    tasks = run.waiter.settle(
        "task to stay up",
        lambda: [t for t in started(aws, launch) if t.created_at >= task.created_at],
        lambda seen: [t.id for t in seen] != [task.id] or age(aws, seen[0]) >= run.settings.patience.steady,
        run.settings.patience.steady,
        lambda seen: ", ".join(f"{t.id} {t.status}" for t in seen) or "no task",
    )
    claim(
        expected=f"task {task.id} alone, RUNNING",
        observed="; ".join(f"{t.id} {t.status} {t.stopped}".strip() for t in tasks),
        advice=f"see why it stopped: `aws logs tail {run.settings.names.log_group} --since 5m`",
    )
    assert [t.id for t in tasks] == [task.id]
    assert tasks[0].status == "RUNNING"


@pytest.mark.criterion("RUN-4")
def test_the_task_has_a_public_address(aws, address, claim):
    """The task has a public IP, in a public subnet of the default VPC.

    Without one the image cannot even be pulled; without a route to the internet gateway nobody reaches it.
    """
    vpc_id, public = default_vpc_id(aws), is_public(aws, address.subnet_id)
    claim(
        expected=f"a public IP, in a subnet of {vpc_id} whose route table leads to an internet gateway",
        observed=f"public IP {address.public_ip or 'none'}, {'public' if public else 'private'} subnet {address.subnet_id} "
        f"of {address.vpc_id}",
        advice="create the service with assignPublicIp=ENABLED in a default subnet of the default VPC",
    )
    assert address.public_ip
    assert public
    assert address.vpc_id == vpc_id


def started(aws, launch):
    """Every task that the service has started, those that have stopped included."""
    return tasks_of(aws, launch.service) + tasks_of(aws, launch.service, "STOPPED")


def age(aws, task):
    """Seconds since the task was started, by AWS's clock."""
    return (aws.now() - task.started_at).total_seconds()
